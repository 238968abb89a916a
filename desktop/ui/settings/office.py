"""本单位与轮次: who we are, the round that is open, what counts as a child that moves, how often to visit."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.parts import Notice, button, column, line, rule, text
from records.views import OfficeView
from workflow import access
from workflow.changes import Changes
from workflow.settings import Section


class OfficeSection(QWidget):
    """The office and its settings. Rounds are opened and ended where they are followed: ``go_rounds``."""

    go_rounds = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        box = column(self, space=BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        self.office, self.round = text("", wrap=True), text("", wrap=True)
        self.office.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.addWidget(self.office)
        row = line(space=BETWEEN)
        row.addWidget(self.round, 1)
        row.addWidget(button("去更新轮次", self.go_rounds.emit, icon="again", name="go_rounds"))
        box.addLayout(row)
        box.addWidget(rule())
        self.rows = SettingRows(jobs, Section.OFFICE)
        box.addWidget(self.rows)
        box.addStretch()
        jobs.changed.connect(self._changed)

    def enter(self) -> None:
        """Read office and settings."""
        self.rows.enter()
        self._read()

    def _read(self) -> None:
        self._jobs.read(access.office, self._show, owner=self)

    def _changed(self, changes: Changes) -> None:
        if changes.office and self.isVisible():
            self._read()

    def _show(self, office: OfficeView) -> None:
        self.office.setText(f"{office.name}（{office.division_name}）")
        self.round.setText(f"现在的更新轮次：{office.round_name}" if office.round_name else "现在没有开着的更新轮次。")

"""本单位与轮次: who we are, the round that is open, what counts as a child that moves, how often to visit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.settings.asking import FieldsDialog, day_in
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.parts import Notice, button, column, line, rule, text
from forms.values import FieldError
from records.views import OfficeView
from workflow import access
from workflow.changes import Changes
from workflow.settings import Section


class OfficeSection(QWidget):
    """The office and its rounds."""

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
        row.addWidget(button("开新一轮", self.open_round, name="open_round"))
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

    def open_round(self) -> None:
        """Opening one closes the one before."""
        dialog = FieldsDialog(
            self._jobs, "开新一轮更新", "开了新的一轮，现在这一轮就结束；以前核对过的都在。", "开始", self
        )
        name, as_of, opens, closes = (QLineEdit() for _ in range(4))
        for field, key, hint in (
            (name, "round_name", "例如 2027年上半年"),
            (as_of, "round_as_of", "例如 2027年6月30日"),
            (opens, "round_opens", "例如 2027年1月1日"),
            (closes, "round_closes", "例如 2027年6月30日"),
        ):
            field.setObjectName(key)
            field.setPlaceholderText(hint)
        dialog.add("名称", name)
        dialog.add("统计时点", as_of, "年龄算到这一天。")
        dialog.add("开始", opens)
        dialog.add("结束", closes)

        def verb() -> Change[object]:
            days = [day_in(field) for field in (as_of, opens, closes)]
            given = [day for day in days if day is not None]
            if len(given) < 3:
                raise FieldError("统计时点、开始和结束的日期都要填。")
            words, (on, first, last) = name.text(), given
            return lambda store, actor, now: access.set_round(
                store, actor, now, name=words, as_of=on, opens=first, closes=last
            )

        dialog.act(verb)
        dialog.accepted.connect(lambda: self.notice.say("新的一轮已经开始。", "good"))
        dialog.open()

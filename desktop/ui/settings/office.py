"""本单位与轮次: who we are, the round that is open, what counts as a child that moves, how often to visit; and what
became of a division that the list has no more.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.settings.people import below
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.asking import Answers, Ask, AskDialog, Shape
from desktop.ui.widgets.parts import Notice, button, column, line, rule, text
from desktop.ui.words import division_words
from forms.gazetteer import gazetteer
from records.views import OfficeView
from workflow import access, divisions
from workflow.changes import Changes
from workflow.divisions import Divisions
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
        self.gone = Notice()
        self.adjust = button("区划调整", self._ask_adjust, name="adjust_division")
        changed = line(space=BETWEEN)
        changed.addWidget(self.gone, 1)
        changed.addWidget(self.adjust)
        box.addLayout(changed)
        self.adjust.hide()
        self._divisions = Divisions((), ())
        self._choices: tuple[tuple[str, str], ...] = ()
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
        self._jobs.read(
            lambda store, actor: (divisions.divisions(store, actor), _choices(actor.division)),
            self._show_divisions,
            owner=self,
            failed=lambda _refused: None,  # of a part of the office only: whoever has all of it sees to this
        )

    def _changed(self, changes: Changes) -> None:
        if changes.office and self.isVisible():
            self._read()

    def _show(self, office: OfficeView) -> None:
        self.office.setText(f"{office.name}（{office.division_name}）")
        self.round.setText(f"现在的更新轮次：{office.round_name}" if office.round_name else "现在没有开着的更新轮次。")

    # -- a division that is gone --------------------------------------------------------------------------------------

    def _show_divisions(self, found: tuple[Divisions, tuple[tuple[str, str], ...]]) -> None:
        self._divisions, self._choices = found
        gone = self._divisions.gone
        self.adjust.setVisible(bool(gone))
        if gone:
            names = "、".join(division_words(each.code) for each in gone[:3]) + ("等" if len(gone) > 3 else "")
            self.gone.say(f"区划表里已没有{names}，资料照常用。请写明归到现在的哪个区划。", "note")
        else:
            self.gone.drop()

    def _ask_adjust(self) -> None:
        gone = tuple((each.code, f"{division_words(each.code)}（{each.rows} 处）") for each in self._divisions.gone)
        asks = (
            Ask("old", "原来的区划", Shape.CHOICE, gone[0][0], gone, needed=True),
            Ask("new", "归到现在的", Shape.CHOICE, "", self._choices, needed=True),
        )
        dialog = AskDialog(
            self._jobs,
            "区划调整",
            "用户、登记表、儿童、轮次、批次和名单都归新的区划；下级的村按同名的归。登记表上写的、给过的档号不改。",
            asks,
            "调整",
            lambda said: (
                lambda store, actor, now: divisions.move(store, actor, now, said.text("old"), said.text("new"))
            ),
            self,
        )
        dialog.accepted.connect(self._adjusted)
        dialog.open()

    def _adjusted(self) -> None:
        self.notice.say("区划调整好了。管的区划变了的人，下次登录起按新的。", "good")
        self._read()


def _move(said: Answers) -> Change[object]:
    old, new = said.text("old"), said.text("new")
    return lambda store, actor, now: divisions.move(store, actor, now, old, new)


def _choices(own: str) -> tuple[tuple[str, str], ...]:
    """Codes and names of what the office looks after; of what it belongs to, where its own code is gone."""
    known = next((code for code in (own, own[:9], own[:6]) if gazetteer().division(code) is not None), "")
    return tuple((each.code, division_words(each.code)) for each in below(known))

"""A list is looked at before it comes in: what each column is taken for, which lines can't be used, and why."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QLabel, QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.gate import add_field, fields_grid
from desktop.ui.widgets.parts import Choice, Elided, button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import civil_day, day
from forms.kinds import Kind
from forms.values import FieldError, parse
from records.views_roster import RefusedLine, RosterKind, RosterPreview
from workflow import roster_import
from workflow.names import mask_id_number
from workflow.roster_import import MEANINGS, SENSITIVE, Brought
from workflow.rosters import KIND_NAMES

LABELS = 96  # px, so that both groups of fields stand under each other
NOT_THERE = "（没有这一列）"
CLUES = (  # words in a file's name that tell whose list it is
    ("居住证", RosterKind.RESIDENCE_PERMIT),
    ("随迁", RosterKind.SCHOOL),
    ("学生", RosterKind.SCHOOL),
    ("健康", RosterKind.HEALTH),
    ("接种", RosterKind.VACCINATION),
    ("医保", RosterKind.INSURANCE),
    ("参保", RosterKind.INSURANCE),
    ("残", RosterKind.DISABILITY),
)
NUMBER = re.compile(r"\d{14,17}[\dXx]")
REFUSED: tuple[Column[RefusedLine], ...] = (
    Column("行", lambda row: f"第 {row.line} 行", 88),
    Column("为什么用不了", lambda row: row.sentence),
)


class TakeInDialog(QDialog):
    """Emits nothing: ``brought`` is what came in, once it was accepted."""

    def __init__(self, jobs: Jobs, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("带入名单")
        self.resize(760, 640)
        self._jobs, self.path = jobs, path
        self._asked = 0
        self.seen: RosterPreview | None = None
        self.brought: Brought | None = None
        self.refused: RowsModel[RefusedLine] = RowsModel(REFUSED, parent=self)
        self.table = make_table(self.refused, "refused_lines", "用不了的行")
        self._lay_out()
        self.finished.connect(self.deleteLater)
        self.look()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(self.path.name, "heading", wrap=True))
        box.addLayout(self._about())
        box.addWidget(text("每一列认成什么（只带入这四样；认错了就改）", "secondary"))
        box.addLayout(self._mapping())
        self.told = text("正在看这份名单", "", wrap=True)
        box.addWidget(self.told)
        box.addWidget(self.table, 1)
        self.error = text("", "error", wrap=True)
        self.error.hide()
        box.addWidget(self.error)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        self.does = button("带入", self.take, role="primary", name="bring_in")
        self.does.setEnabled(False)
        row.addWidget(self.does)
        box.addLayout(row)
        self.name.setFocus()
        self.name.selectAll()

    def _about(self) -> QGridLayout:
        self.name = QLineEdit(self.path.stem)
        self.name.setObjectName("roster_name")
        self.kind = Choice()
        self.kind.setObjectName("roster_kind")
        for kind, words in KIND_NAMES.items():
            self.kind.addItem(words, kind)
        found = next((kind for word, kind in CLUES if word in self.path.name), RosterKind.OTHER)
        self.kind.setCurrentIndex(self.kind.findData(found))
        self.kind.currentIndexChanged.connect(lambda _at: self._kind_chosen())
        self.as_of = QLineEdit(day(civil_day(self._jobs.now())))
        self.as_of.setObjectName("roster_as_of")
        self.sensitive = QCheckBox("名单本身特别敏感：加封，只有指定的人能比对")
        self.sensitive.setObjectName("roster_sensitive")
        grid = fields_grid()
        grid.setColumnMinimumWidth(0, LABELS)
        add_field(grid, "名称", self.name)
        add_field(grid, "哪个部门的", self.kind)
        add_field(grid, "截止日期", self.as_of)
        add_field(grid, "", self.sensitive)
        self._kind_chosen()
        return grid

    def _kind_chosen(self) -> None:
        """Who stands on some lists is sensitive by itself: there is no choice."""
        always = self.kind.currentData() in SENSITIVE
        self.sensitive.setEnabled(not always)
        if always:
            self.sensitive.setChecked(True)

    def _mapping(self) -> QGridLayout:
        self.columns: dict[str, QComboBox] = {}
        self._firsts: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(BETWEEN)
        grid.setVerticalSpacing(INSIDE)
        grid.setColumnMinimumWidth(0, LABELS)
        grid.setColumnStretch(2, 1)
        for row, (means, word) in enumerate(MEANINGS.items()):
            choice = Choice()
            choice.setObjectName(f"column_{means}")
            choice.setAccessibleName(f"{word}是哪一列")
            choice.setMinimumWidth(240)
            choice.activated.connect(lambda _at: self.look())
            first = Elided("", "secondary")
            name = text(word)
            name.setBuddy(choice)
            for at, widget in enumerate((name, choice, first)):
                grid.addWidget(widget, row, at, Qt.AlignmentFlag(0))
            self.columns[means], self._firsts[means] = choice, first
        return grid

    # -- looking ------------------------------------------------------------------------------------------------------

    def named(self) -> dict[str, str]:
        """Titles by meaning as they are chosen; nothing before the file was seen."""
        if self.seen is None:
            return {}
        return {means: str(choice.currentData() or "") for means, choice in self.columns.items()}

    def look(self) -> None:
        """See what would come in, with the columns as they are chosen."""
        self._asked += 1
        asked, path, columns = self._asked, self.path, self.named()
        self.does.setEnabled(False)
        self._jobs.beside(
            lambda store, actor, _now: roster_import.look(store, actor, path, columns),
            lambda seen: self._show(asked, seen),
            owner=self,
            failed=self._cannot,
        )

    def _cannot(self, told: str) -> None:
        self.told.setText("")
        self._say(told)

    def _show(self, asked: int, seen: RosterPreview) -> None:
        if asked != self._asked:
            return
        first_look, chosen = self.seen is None, self.named()
        self.seen = seen
        for means, choice in self.columns.items():
            guessed = next((c.title for c in seen.columns if c.means == means), "")
            title = guessed if first_look or not seen.problem else chosen.get(means, "")
            choice.clear()
            choice.addItem(NOT_THERE, "")
            for each in seen.columns:
                choice.addItem(each.title, each.title)
            choice.setCurrentIndex(max(0, choice.findData(title)))
            first = next((c.first for c in seen.columns if c.title == title), "")
            self._firsts[means].setText(f"例如：{_shown(first)}" if first else "")
        self.refused.set_rows(seen.refused)
        self.table.setVisible(bool(seen.refused))
        self._tell(seen)

    def _tell(self, seen: RosterPreview) -> None:
        self.error.hide()
        if seen.problem:
            self.told.setText("")
            self._say(seen.problem)
            return
        some = f"，{len(seen.refused)} 行用不了（列在下面，不带入）" if seen.refused else ""
        self.told.setText(f"能带入 {seen.rows} 行{some}。")
        self.does.setEnabled(seen.rows > 0)

    # -- taking in ----------------------------------------------------------------------------------------------------

    def take(self) -> None:
        """All usable lines, or nothing."""
        if not self.does.isEnabled():
            return
        try:
            as_of = parse(Kind.DATE, self.as_of.text())
        except FieldError as problem:
            self._say(f"截止日期：{problem.sentence}")
            return
        if not isinstance(as_of, str) or not as_of:
            self._say("请填“截止日期”。")
            return
        path, name, kind = self.path, self.name.text(), self.kind.currentData()
        columns, sensitive = self.named(), self.sensitive.isChecked()
        self.does.setEnabled(False)
        self.error.hide()
        self._jobs.write(
            lambda store, actor, now: roster_import.bring_in(
                store, actor, now, path, name=name, kind=RosterKind(kind), as_of=date.fromisoformat(as_of),
                columns=columns, sensitive=sensitive,
            ),
            lambda done: self._taken(done[1]),
            owner=self,
            failed=self._refused,
        )  # fmt: skip

    def _taken(self, brought: Brought) -> None:
        self.brought = brought
        self.accept()

    def _refused(self, told: str) -> None:
        self.does.setEnabled(True)
        self._say(told)

    def _say(self, told: str) -> None:
        self.error.setText(told)
        self.error.show()


def _shown(first: str) -> str:
    """What stands first in a column; of an ID number what lists show of one."""
    return mask_id_number(first) if NUMBER.fullmatch(first) else first

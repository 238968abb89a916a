"""What comes next, and what needs no look: calm, folded, one key to open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import INSIDE
from desktop.ui.verify.walk import Walk
from desktop.ui.widgets.parts import Elided, button, column, line, rule
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import ANSWER, Mark, grouped
from forms.kinds import Kind
from records.views import AnswerState, VerifyItem

COMING = 6


class AcceptedTable(Table):
    """The fields that need no look. Esc and F8 give the keyboard back."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_F8}:
            self.left.emit()
            return
        super().keyPressEvent(event)


class RestList(QWidget):
    """``jump`` asks for a field, ``folded`` says that the keyboard is free again."""

    jump = Signal(str)
    opened = Signal()
    folded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._walk: Walk | None = None
        box = column(self, space=INSIDE)
        box.addWidget(rule())
        self.coming = Elided("", "secondary")
        box.addWidget(self.coming)
        row = line()
        self.toggle = button("", self.unfold, role="quiet", name="unfold")
        self.toggle.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(self.toggle)
        row.addStretch()
        box.addLayout(row)
        self.model: RowsModel[VerifyItem] = RowsModel(
            (
                Column("栏目", lambda item: item.label, 200),
                Column("内容", shown_text),
                Column("怎么来的", self._how, 128),
            ),
            parent=self,
        )
        self.table = AcceptedTable(self.model)
        self.table.setAccessibleName("已认可的栏目")
        self.table.opened.connect(self._open)
        self.table.left.connect(self.fold)
        self.table.setMinimumHeight(216)
        self.table.hide()
        box.addWidget(self.table, 1)
        box.addStretch(0)

    @property
    def unfolded(self) -> bool:
        return not self.table.isHidden()

    def show_walk(self, walk: Walk) -> None:
        """What is left and what is done, as of now."""
        self._walk = walk
        coming = walk.coming(COMING + 1)
        names = " · ".join(item.label for item in coming[:COMING])
        more = " …" if len(coming) > COMING else ""
        last = "这是最后一处，认可后整份存为已核对。" if walk.editable else ""  # of a verified form nothing is to come
        self.coming.setText(f"接着看：{names}{more}" if coming else last)
        self._say(walk)
        if self.unfolded:
            self.model.set_rows(walk.folded)

    def _say(self, walk: Walk) -> None:
        count, same = len(walk.folded), sum(self._as_last_time(item) for item in walk.folded)
        words = f"和上次一样 {same} 项，已认可 {count - same} 项" if walk.sheet.last_time else f"已认可 {count} 项"
        self.toggle.setText(f"收起（F8）　{words}" if self.unfolded else f"{words}（F8 展开）")

    def unfold(self) -> None:
        """Open, or close again."""
        if self._walk is None:
            return
        if self.unfolded:
            self.fold()
            return
        self.table.show()
        self.opened.emit()
        self.model.set_rows(self._walk.folded)
        if self.model.rows:
            self.table.selectRow(0)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say(self._walk)

    def fold(self) -> None:
        """Close, and give the keyboard back."""
        self.table.hide()
        if self._walk is not None:
            self._say(self._walk)
        self.folded.emit()

    def _open(self, position: int) -> None:
        key = self.model.rows[position].key
        self.fold()
        self.jump.emit(key)

    def _as_last_time(self, item: VerifyItem) -> bool:
        return item.as_printed and self._walk is not None and self._walk.state(item.key) is AnswerState.MACHINE

    def _how(self, item: VerifyItem) -> Mark:
        if self._as_last_time(item):
            return Mark("和上次一样", "secondary")
        state = self._walk.state(item.key) if self._walk is not None else item.state
        if state is AnswerState.MACHINE and item.accepted:
            return Mark("机读，有把握", "secondary")
        return ANSWER[state]


def shown_text(item: VerifyItem) -> str:
    """A value in a list: choices by their labels, ID numbers in groups, blank said as such."""
    if item.options and isinstance(item.value, list):
        chosen = [option.label for option in item.options if option.code in item.value]
        return "、".join(chosen) or "没有勾选"
    if item.kind is Kind.SIGNATURE:
        return "有签名" if item.value else "没有签名"
    if item.kind is Kind.ID_NUMBER:
        return grouped(item.text) or "空白"
    return item.text or "空白"

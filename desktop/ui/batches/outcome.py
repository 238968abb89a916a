"""What the national system answered for one child: accepted with its number, or returned with a reason."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit

from desktop.ui.theme import INSIDE
from desktop.ui.widgets.parts import button, column, line, text
from records.views import BatchRowState, BatchRowView


class OutcomeForm(QFrame):
    """``given(row_id, accepted, words)``: the number or the reason."""

    given = Signal(str, bool, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._row: BatchRowView | None = None
        box = column(self, space=INSIDE, around=12)
        self.who = text("")
        box.addWidget(self.who)
        row = line()
        self.number = self._field("system_number", "系统儿童编号", self._accept)
        row.addWidget(self.number, 1)
        row.addWidget(button("记为已接收", self._accept, name="accepted"))
        row.addSpacing(INSIDE)
        self.reason = self._field("returned_reason", "退回原因", self._return)
        row.addWidget(self.reason, 1)
        row.addWidget(button("记为退回", self._return, name="returned"))
        box.addLayout(row)
        self.told = text("", "error", wrap=True)
        box.addWidget(self.told)
        self.show_row(None)

    @staticmethod
    def _field(name: str, words: str, entered: Callable[[], None]) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setPlaceholderText(words)
        field.setMinimumWidth(112)
        field.setAccessibleName(words)
        field.returnPressed.connect(entered)
        return field

    def show_row(self, row: BatchRowView | None) -> None:
        """The child at hand; hidden while it was not sent."""
        same = row is not None and self._row is not None and row.row_id == self._row.row_id
        self._row = row
        self.setVisible(row is not None)
        self.told.hide()
        if row is None:
            return
        self.who.setText(f"{row.name}　{row.id_number_masked}　系统的答复")
        if not same or row.state is not BatchRowState.SENT:
            self.number.setText(row.system_number)
            self.reason.setText(row.returned_reason)

    def take_keyboard(self) -> None:
        """Ready to type the number."""
        if self._row is not None:
            self.number.setFocus()
            self.number.selectAll()

    def complain(self, words: str) -> None:
        """Why the answer was not recorded."""
        self.told.setText(words)
        self.told.show()

    def _accept(self) -> None:
        number = self.number.text().strip()
        if not number:
            self.complain("请填系统给出的儿童编号。")
            self.number.setFocus()
        elif self._row is not None:
            self.given.emit(self._row.row_id, True, number)

    def _return(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.complain("请填退回的原因，改好以后可以再报。")
            self.reason.setFocus()
        elif self._row is not None:
            self.given.emit(self._row.row_id, False, reason)

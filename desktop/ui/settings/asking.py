"""A dialog that asks for a few lines and stays, with what was typed, until what it is for has been done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.gate import add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import button, column, line, text
from forms.written_dates import read_date


class Refused(Exception):
    """What was typed can't be handed over; the sentence says why."""


class AskDialog(QDialog):
    """``add`` the fields, then ``act``: the button hands a verb over and the dialog closes when it is done."""

    def __init__(self, jobs: Jobs, title: str, words: str, does: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        self._jobs = jobs
        self._first: QWidget | None = None
        self._verb: Callable[[], Change[object]] | None = None
        self.result_of: object = None
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(title, "heading"))
        if words:
            box.addWidget(text(words, "secondary", wrap=True))
        self._grid = fields_grid()
        box.addLayout(self._grid)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        box.addWidget(self.told)
        self.does = button(does, self._do, role="primary", name="does")
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(self.does)
        box.addLayout(row)

    def add(self, word: str, field: QWidget, hint: str = "") -> None:
        """One field more; the first has the keyboard."""
        add_field(self._grid, word, field, hint)
        if self._first is None:
            self._first = field
            field.setFocus()  # not before it stands in the dialog: a widget that changes its parent loses the focus
        if isinstance(field, QLineEdit):
            field.returnPressed.connect(self._do)

    def act(self, verb: Callable[[], Change[object]]) -> None:
        """What to do with what was typed; raises Refused."""
        self._verb = verb

    def _do(self) -> None:
        if self._verb is None or not self.does.isEnabled():
            return
        try:
            call = self._verb()
        except Refused as refused:
            self._failed(str(refused))
            return
        self.does.setEnabled(False)
        self.told.hide()
        self._jobs.write(call, self._done, owner=self, failed=self._failed)

    def _done(self, result: object) -> None:
        self.result_of = result
        self.accept()

    def _failed(self, told: str) -> None:
        self.does.setEnabled(True)
        self.told.setText(told)
        self.told.show()


def secret(name: str, hint: str = "") -> QLineEdit:
    """A line that shows nothing of what is typed."""
    field = QLineEdit()
    field.setObjectName(name)
    field.setPlaceholderText(hint)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field


def twice(password: QLineEdit, again: QLineEdit) -> str:
    """The new password. Raises Refused unless both are the same."""
    if password.text() != again.text():
        raise Refused("两次输入的密码不一样，没有改动。请重新输入。")
    return password.text()


def day_in(field: QLineEdit) -> date | None:
    """The civil day that was typed, None for nothing. Raises Refused."""
    words = field.text().strip()
    if not words:
        return None
    year, month, day = read_date(words) or (0, 0, None)
    try:
        return date(year, month, day or 0)
    except ValueError as error:
        raise Refused(f"“{words}”不是一个日期，请写成 2027年6月30日 或 2027-6-30。") from error

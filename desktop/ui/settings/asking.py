"""Dialogs of the settings that ask before a verb, with fields of any kind, and the fields that several of them have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.widgets.asking import VerbDialog
from desktop.ui.widgets.gate import keep_room
from forms.values import FieldError
from forms.written_dates import read_date


class FieldsDialog(VerbDialog):
    """``add`` the fields, then say by ``act`` which verb the button hands over."""

    def __init__(self, jobs: Jobs, title: str, words: str, does: str, parent: QWidget | None = None) -> None:
        super().__init__(jobs, title, title, words, does, parent)
        self._verb: Callable[[], Change[object]] | None = None
        keep_room(self.told)

    def act(self, verb: Callable[[], Change[object]]) -> None:
        """What to do with what was typed; raises FieldError."""
        self._verb = verb

    def change(self) -> Change[object]:
        """What ``act`` was given."""
        assert self._verb is not None
        return self._verb()


def secret(name: str, hint: str = "") -> QLineEdit:
    """A line that shows nothing of what is typed."""
    field = QLineEdit()
    field.setObjectName(name)
    field.setPlaceholderText(hint)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field


def twice(password: QLineEdit, again: QLineEdit) -> str:
    """The new password. Raises FieldError unless both are the same."""
    if password.text() != again.text():
        raise FieldError("两次输入的密码不一样，没有改动。请重新输入。")
    return password.text()


def day_in(field: QLineEdit) -> date | None:
    """The civil day that was typed, None for nothing. Raises FieldError."""
    words = field.text().strip()
    if not words:
        return None
    year, month, day = read_date(words) or (0, 0, None)
    try:
        return date(year, month, day or 0)
    except ValueError as error:
        raise FieldError(f"“{words}”不是一个日期，请写成 2027年6月30日 或 2027-6-30。") from error

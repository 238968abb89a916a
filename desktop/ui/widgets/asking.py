"""Dialogs that ask before a verb: a few entries, one button that does it, and the refusal where it happened.

A dialog closes only when the verb has done its work, so nothing typed is lost to a refusal. Mostly the question is data
(``AskDialog``), and the screen says which verb the answers go to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.gate import add_field, fields_grid
from desktop.ui.widgets.parts import Choice, button, column, line, text
from desktop.ui.words import day
from forms.kinds import Kind
from forms.values import FieldError, parse


class Shape(Enum):
    """How an entry is typed."""

    LINE = auto()
    LONG = auto()
    DAY = auto()
    CHOICE = auto()
    TICK = auto()


@dataclass(frozen=True, slots=True)
class Ask:
    """One entry. ``value``: what stands there at first (of a choice: its code); ``needed``: may not stay empty."""

    key: str
    word: str
    shape: Shape = Shape.LINE
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # code, label
    needed: bool = False
    hint: str = ""


def ask_day(key: str, word: str, value: date | None = None, *, needed: bool = True) -> Ask:
    """A date, typed in any of the usual ways."""
    return Ask(key, word, Shape.DAY, "" if value is None else day(value), needed=needed)


def first_missing(asks: Sequence[Ask], said: Mapping[str, str]) -> Ask | None:
    """The first that may not stay empty and does."""
    return next((ask for ask in asks if ask.needed and not said[ask.key].strip()), None)


class Answers:
    """What was typed. Raises FieldError with the sentence that the dialog shows."""

    def __init__(self, asks: Sequence[Ask], said: dict[str, str]) -> None:
        self._asks = {ask.key: ask for ask in asks}
        self._said = said
        missing = first_missing(asks, said)
        if missing is not None:
            raise FieldError(f"请填“{missing.word}”。")

    def text(self, key: str) -> str:
        """Of a choice: the code."""
        return self._said[key].strip()

    def on(self, key: str) -> bool:
        """A tick."""
        return bool(self._said[key])

    def day(self, key: str) -> date:
        """A needed date."""
        found = self.day_or_none(key)
        if found is None:
            raise FieldError(f"请填“{self._asks[key].word}”。")
        return found

    def day_or_none(self, key: str) -> date | None:
        """A date that may stay empty."""
        value = parse(Kind.DATE, self._said[key])
        return date.fromisoformat(value) if isinstance(value, str) and value else None


class VerbDialog(QDialog):
    """Entries under a heading and one button, which hands over the verb that ``change`` makes of them; the dialog is
    accepted when the verb has done its work, and ``result_of`` is what it gave.

    ``title`` stands in the task bar and on the lock screen: it names no child, which ``heading`` may.
    """

    def __init__(
        self, jobs: Jobs, title: str, heading: str, words: str, does: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        self._jobs = jobs
        self._first: QWidget | None = None
        self.result_of: object = None
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(heading, "heading", wrap=True))
        if words:
            box.addWidget(text(words, "secondary", wrap=True))
        self._grid = fields_grid()
        box.addLayout(self._grid)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        box.addWidget(self.told)
        row = line()
        row.addStretch()
        self._cancels = button("取消", self.reject)
        row.addWidget(self._cancels)
        self.does = button(does, self.save, role="primary", name="ask_save")
        row.addWidget(self.does)
        box.addLayout(row)

    def add(self, word: str, entry: QWidget, hint: str = "") -> None:
        """One entry more; the first has the keyboard, and Tab comes to the buttons last."""
        add_field(self._grid, word, entry, hint)
        self.setTabOrder(entry, self._cancels)
        self.setTabOrder(self._cancels, self.does)
        if self._first is None:
            self._first = entry
            entry.setFocus()  # not before it stands in the dialog: a widget that changes its parent loses the focus
        if isinstance(entry, QLineEdit):
            entry.returnPressed.connect(self.save)

    def change(self) -> Change[object]:
        """What is to be done with what was typed. Raises FieldError for what doesn't fit.

        A dialog's own to say; ``abc`` would want a metaclass besides Qt's.
        """
        raise NotImplementedError

    def refused(self) -> None:
        """``change`` has raised, and why is shown."""

    def save(self) -> None:
        """Hand the verb over, once."""
        if not self.does.isEnabled():
            return
        try:
            change = self.change()
        except FieldError as problem:
            self.tell(problem.sentence)
            self.refused()
            return
        self.does.setEnabled(False)
        self.told.hide()
        self._jobs.write(change, self._done, owner=self, failed=self.tell)

    def _done(self, result: object) -> None:
        self.result_of = result
        self.accept()

    def tell(self, words: str) -> None:
        """Why it was not done."""
        self.does.setEnabled(True)
        self.told.setText(words)
        self.told.show()


class AskDialog(VerbDialog):
    """``make`` turns the answers into the change; it may raise FieldError for what doesn't fit."""

    def __init__(
        self,
        jobs: Jobs,
        heading: str,
        words: str,
        asks: Sequence[Ask],
        does: str,
        make: Callable[[Answers], Change[object]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(jobs, does, heading, words, does, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._asks = tuple(asks)
        self._make = make
        self.entries: dict[str, QWidget] = {}
        for ask in self._asks:
            self.entries[ask.key] = entry = self._entry(ask)
            entry.setObjectName(f"ask_{ask.key}")
            entry.setAccessibleName(ask.word)
            self.add("" if ask.shape is Shape.TICK else ask.word, entry, ask.hint)

    def _entry(self, ask: Ask) -> QWidget:
        if ask.shape is Shape.LONG:
            long = QPlainTextEdit(ask.value)
            long.setTabChangesFocus(True)
            long.setFixedHeight(88)
            return long
        if ask.shape is Shape.TICK:
            tick = QCheckBox(ask.word)
            tick.setChecked(bool(ask.value))
            return tick
        if ask.shape is Shape.CHOICE:
            choice = Choice()
            for code, label in ask.choices:
                choice.addItem(label, code)
            choice.setCurrentIndex(choice.findData(ask.value))
            return choice
        return QLineEdit(ask.value)

    def _said(self, entry: QWidget) -> str:
        if isinstance(entry, QPlainTextEdit):
            return entry.toPlainText()
        if isinstance(entry, QCheckBox):
            return "yes" if entry.isChecked() else ""
        if isinstance(entry, QComboBox):
            return str(entry.currentData() or "")
        assert isinstance(entry, QLineEdit)
        return entry.text()

    def _all_said(self) -> dict[str, str]:
        return {key: self._said(entry) for key, entry in self.entries.items()}

    def change(self) -> Change[object]:
        """What ``make`` makes of the answers."""
        return self._make(Answers(self._asks, self._all_said()))

    def refused(self) -> None:
        """The hand has to go to what is missing anyway."""
        missing = first_missing(self._asks, self._all_said())
        if missing is not None:
            self.entries[missing.key].setFocus()

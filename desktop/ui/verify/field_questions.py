"""What is asked in a dialog about the field or the sheet at hand: where a value is from, what to ask, where it lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from desktop.jobs import Jobs
from desktop.ui.verify.dialogs import QuestionDialog, SourceDialog, ask_place
from desktop.ui.verify.field_panel import reading_words
from desktop.ui.verify.layout import VerifyLayout
from desktop.ui.verify.rest_list import shown_text
from desktop.ui.verify.slip import write_slip
from desktop.ui.verify.walk import Walk
from forms.kinds import JsonValue
from forms.values import FieldError
from records.views import AnswerState, ValueSource
from workflow.answering import BY_REVIEW
from workflow.cross_reference import Place

Answer = Callable[[JsonValue, AnswerState, ValueSource, str], None]


class FieldQuestions(QObject):
    """``answer`` and ``mark`` give what was said to the field, if that is still the one at hand."""

    def __init__(
        self,
        jobs: Jobs,
        parts: VerifyLayout,
        walk: Callable[[], Walk | None],
        answer: Answer,
        mark: Callable[[AnswerState, str], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._parts = parts
        self._walk = walk
        self._answer = answer
        self._mark = mark
        self._window = parent
        self._last_place = Place()

    def source(self) -> None:
        """The value doesn't come from the paper: how it is known is kept with it."""
        item, field = self._parts.field.item, self._parts.field
        try:
            value = field.answer()
        except FieldError as problem:
            field.complain(str(problem))
            return
        if item is None or self._walk() is None:
            return
        shown = shown_text(replace(item, value=value, text=reading_words(item, value)))
        state = AnswerState.CONFIRMED if value == item.value else AnswerState.CORRECTED
        dialog = SourceDialog(item.label, shown, item.source, item.note, self._window)
        self._ask(dialog, lambda: self._answer(value, state, dialog.source, dialog.note.text().strip()))

    def what_to_ask(self) -> None:
        """What the village is asked stands on its slip."""
        item = self._parts.field.item
        if item is None or self._walk() is None:
            return
        note = "" if item.source is not ValueSource.PAPER else item.note
        dialog = QuestionDialog(item.label, shown_text(item), note.removeprefix(BY_REVIEW), self._window)
        self._ask(dialog, lambda: self._mark(AnswerState.ASK, dialog.note.text().strip()))

    def slip(self) -> None:
        """Write what is to be asked of the form at hand."""
        walk = self._walk()
        if walk is not None:
            write_slip(self._jobs, (walk.sheet.registration_id,), self._window, self._parts.notice.say)
            self._parts.field.take_keyboard()

    def place(self) -> None:
        """Where the sheet lies; a stack goes into one box."""
        walk = self._walk()
        if walk is not None:
            told = partial(self._parts.notice.say, role="alarm")
            ask_place(self._jobs, walk.sheet, self._last_place, self._window, placed=self._placed, failed=told)

    def _placed(self, place: Place) -> None:
        self._last_place = place

    def _ask(self, dialog: QDialog, said: Callable[[], None]) -> None:
        at = self._at()

        def accepted() -> None:
            if self._at() == at:
                said()

        dialog.accepted.connect(accepted)
        dialog.finished.connect(lambda _code: self._parts.field.take_keyboard())
        dialog.open()

    def _at(self) -> tuple[str, str] | None:
        walk = self._walk()
        return (walk.sheet.registration_id, walk.current) if walk is not None else None

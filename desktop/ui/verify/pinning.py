"""Alt+0: a value kept at hand for the following forms of the stack, and what is said of values not on this paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop.jobs import Jobs
from desktop.ui.verify.field_panel import FieldPanel, reading_words
from forms.kinds import JsonValue
from forms.values import FieldError, empty
from records.views import ValueSource, VerifyItem
from workflow import sticky
from workflow.changes import Changes
from workflow.offers import blank_on_paper

NOT_KEPT = "这一栏不能钉住。哪些栏目能钉住，由管理员在设置的“核对与识别”里定。"


def whence(item: VerifyItem, origin: str) -> tuple[ValueSource, str]:
    """Source and note of a value known from elsewhere: over ink it is a reading of the paper, on a blank it is not."""
    if not origin or not (item.proposed or blank_on_paper(item)):
        return ValueSource.PAPER, ""
    return ValueSource.CORRECTION, f"纸上没填；{origin}"


class Pinning(QObject):
    """Pins what stands in the field at hand, or takes the pin out. ``told`` gets a sentence and its role."""

    def __init__(
        self, jobs: Jobs, field: FieldPanel, told: Callable[[str, str], None], done: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._field = field
        self._told = told
        self._done = done

    def turn(self) -> None:
        """Pinned or not: the other way round."""
        item, field = self._field.item, self._field
        if item is None:
            return
        if item.pinned is None:
            field.complain(NOT_KEPT)
            return
        if item.pinned and not field.touched:
            self._write(item, None, f"“{item.label}”不再钉住。")
            return
        try:
            value = self._value(item)
        except FieldError as problem:
            field.complain(str(problem))
            return
        words = reading_words(item, value) or "这几项"
        self._write(item, value, f"钉住了“{words}”：后面的表这一栏没填，按 Enter 就用它；再按 Alt+0 取下。")

    def _value(self, item: VerifyItem) -> JsonValue:
        """What is typed, else what was read, else what is offered from elsewhere."""
        if self._field.touched or not empty(item.value):
            return self._field.answer()
        return next((candidate.value for candidate in item.candidates if candidate.origin), None)

    def _write(self, item: VerifyItem, value: JsonValue, words: str) -> None:
        key, out = item.key, value is None and bool(item.pinned)

        def written(_changes: Changes) -> None:
            self._told(words, "good")
            self._done()

        self._jobs.write(
            lambda store, actor, now: (
                sticky.unpin(store, actor, now, key) if out else sticky.pin(store, actor, now, key, value)
            ),
            written,
            owner=self,
            failed=self._field.complain,
        )

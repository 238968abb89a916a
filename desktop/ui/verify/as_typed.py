"""What is being typed: kept in the store, and told to the rules, while it is no answer yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer

from desktop.jobs import Jobs
from desktop.ui.verify.field_panel import FieldPanel
from desktop.ui.verify.walk import Walk
from forms.kinds import JsonValue
from records.views import FindingView
from workflow import half_typed, verify

KEEP_MS = 400  # what is typed is in the store at most so much later
RULES_MS = 120  # after the last key, before the rules are asked

Place: TypeAlias = tuple[str, str]  # registration, key


class Keeping(QObject):
    """No keystroke is lost: what stands half typed in the field at hand goes to the store.

    ``place`` tells which field that is, None for none that can be answered; ``told`` gets what the store has to say;
    ``written`` is called when the store has taken it.
    """

    def __init__(
        self,
        jobs: Jobs,
        field: FieldPanel,
        place: Callable[[], Place | None],
        told: Callable[[str, str], None],
        written: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._field = field
        self._place = place
        self._told = told
        self._written = written
        self._kept = ("", "", "")
        self._timer = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._timer.timeout.connect(self.keep)
        field.value.edited.connect(lambda _text: self.soon())

    def soon(self) -> None:
        """Another field is at hand, or another letter stands in it."""
        if not self._timer.isActive():
            self._timer.start()  # not restarted: somebody who types without a pause is kept up with too

    def answered(self) -> None:
        """It is an answer now, and kept as such."""
        self._timer.stop()

    def keep(self) -> None:
        """Now, where closing, a crash or a power cut can't take it away."""
        self._timer.stop()
        at, field = self._place(), self._field
        if self._jobs.closed or at is None:
            return
        typed = field.value.value_text() if not field.chooses and field.touched else ""
        kept = (*at, typed)
        if kept == self._kept:
            return
        self._kept = kept
        self._jobs.write(
            lambda store, actor, now: half_typed.keep(store, actor, now, *kept),
            lambda _changes: self._written(),
            owner=self,
            failed=lambda told: self._told(told, "alarm"),
        )

    def resume(self, text: str) -> None:
        """The field stands at hand again where something was typed: as if it had been typed now."""
        at, field = self._place(), self._field
        if not text or field.chooses or at is None:
            return
        field.value.resume(text)
        self._kept = (*at, field.value.value_text())
        self._told("上次打到一半的字还在，接着打；打完了按 Enter。", "note")


class RulesAsTyped(QObject):
    """The rules speak about what is being typed in the field at hand; ``walk`` tells which one that is."""

    def __init__(self, jobs: Jobs, field: FieldPanel, walk: Callable[[], Walk | None], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._field = field
        self._walk = walk
        self._value: JsonValue = None
        self._rules = QTimer(self, singleShot=True, interval=RULES_MS)
        self._rules.timeout.connect(self._ask_rules)
        field.typed.connect(self._typed)

    def _typed(self, value: JsonValue) -> None:
        """The rules speak about what is being typed, not only about what was saved."""
        self._value = value
        self._rules.start()

    def _ask_rules(self) -> None:
        walk = self._walk()
        if walk is None or not self._field.touched:
            return
        registration, key, value = walk.sheet.registration_id, walk.current, self._value

        def said(findings: tuple[FindingView, ...]) -> None:
            here = self._walk()
            same = here is not None and (here.sheet.registration_id, here.current) == (registration, key)
            if same and value == self._value and self._field.touched:
                self._field.show_findings(findings)

        self._jobs.read(
            lambda store, actor: verify.as_typed(store, actor, registration, key, value),
            said,
            owner=self,
            failed=lambda _told: None,
        )

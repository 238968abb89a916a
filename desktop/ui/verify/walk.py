"""The way through one registration: which field is next, how many are left. No Qt.

Answers count as soon as they are given; what the store says about them comes a moment later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from records.views import AnswerState, FindingView, RegistrationState, VerifyItem, VerifySheet

REQUIRED = "required"  # resources/rules.toml


@dataclass(frozen=True, slots=True)
class Done:
    """An answer that can be taken back."""

    registration_id: str
    key: str


@dataclass(slots=True)
class Walk:
    """A sheet and what was answered in this window since it was read."""

    sheet: VerifySheet
    answered: dict[str, AnswerState] = field(default_factory=dict)
    current: str = ""
    waiting: set[str] = field(init=False)  # asked before: the answer may be here now, or a reviewer's doubt looked at

    def __post_init__(self) -> None:
        self.waiting = {i.key for i in self.sheet.items if i.state is AnswerState.ASK and i.key in self.sheet.order}
        if not self.current:
            self.current = self.next_open("") or (self.sheet.order[0] if self.sheet.order else "")

    # -- items --------------------------------------------------------------------------------------------------------

    def item(self, key: str) -> VerifyItem | None:
        return next((item for item in self.sheet.items if item.key == key), None)

    @property
    def here(self) -> VerifyItem | None:
        """The field at hand."""
        return self.item(self.current)

    def state(self, key: str) -> AnswerState:
        """Where a field stands, what was just answered included."""
        item = self.item(key)
        return self.answered.get(key, item.state if item is not None else AnswerState.MACHINE)

    @property
    def editable(self) -> bool:
        """A draft, or one sent back: whoever takes that up again works on it as on a draft."""
        return self.sheet.state in (RegistrationState.DRAFT, RegistrationState.SENT_BACK)

    def open(self, key: str) -> bool:
        """Still to be answered; what was asked before is open once more, as often as the form is opened."""
        return self.state(key) is AnswerState.MACHINE or key in self.waiting

    # -- the way ------------------------------------------------------------------------------------------------------

    def next_open(self, after: str) -> str:
        """The next field to answer after this one, round the end; "" when none is left."""
        return next((key for key in self._round(after) if self.open(key)), "")

    def neighbour(self, step: int) -> str:
        """The field before or after in the order of looking, answered or not."""
        order = self.sheet.order
        if not order:
            return self.current
        if self.current not in order:
            return self.next_open("") or order[0]
        return order[(order.index(self.current) + step) % len(order)]

    def coming(self, most: int) -> list[VerifyItem]:
        """The fields to answer after the one at hand."""
        keys = [key for key in self._round(self.current) if key != self.current and self.open(key)]
        found = [self.item(key) for key in keys[:most]]
        return [item for item in found if item is not None]

    def _round(self, after: str) -> tuple[str, ...]:
        order = self.sheet.order
        start = order.index(after) + 1 if after in order else 0
        return order[start:] + order[:start]

    @property
    def position(self) -> int:
        """The field at hand counted from 1 in the order of looking, 0 outside it."""
        return self.sheet.order.index(self.current) + 1 if self.current in self.sheet.order else 0

    @property
    def left(self) -> int:
        """How many are still to be answered."""
        return sum(self.open(key) for key in self.sheet.order)

    @property
    def only_asked(self) -> bool:
        """All that is left was looked at before: sent back by the reviewer, or answered by the village."""
        return bool(self.waiting) and all(key in self.waiting for key in self.sheet.order if self.open(key))

    @property
    def clear(self) -> bool:
        """Nothing is known for which the store wouldn't save it once every field is answered."""
        kept_back = any(item.sealed or self.state(item.key) is AnswerState.ASK for item in self.sheet.items)
        return not kept_back and not any(finding.severity == "error" for finding in self.sheet.findings)

    @property
    def folded(self) -> list[VerifyItem]:
        """Fields that need no look, and those that had theirs."""
        return [item for item in self.sheet.items if item.key not in self.sheet.order or not self.open(item.key)]

    # -- what stands against a value ----------------------------------------------------------------------------------

    def findings(self, key: str) -> list[FindingView]:
        """The rules take what is being asked as unknown; a value that stands there to be looked at is not missing."""
        item = self.item(key)
        stands = key in self.waiting and item is not None and bool(item.text)
        return [f for f in self.sheet.findings if key in f.keys and not (stands and f.rule == REQUIRED)]

    def needs_more_than_enter(self, item: VerifyItem) -> bool:
        """An empty or contradictory doubt is answered by a pick or by typing, not by Enter alone.

        A field that is blank on paper and that the reader vouches for is no doubt.
        """
        if item.state is not AnswerState.MACHINE:
            return False
        empty = item.value is None or item.value == [] or not item.text
        if empty:
            return not item.accepted
        return any(finding.severity == "error" for finding in self.findings(item.key))

    # -- answers ------------------------------------------------------------------------------------------------------

    def answer(self, key: str, state: AnswerState) -> None:
        self.answered[key] = state
        self.waiting.discard(key)

    def take_back(self, key: str) -> None:
        """The answer did not reach the store, or was undone."""
        self.answered[key] = AnswerState.MACHINE

    def renew(self, sheet: VerifySheet) -> None:
        """What the store says now; nothing is on its way to it any more."""
        self.sheet = sheet
        self.answered.clear()

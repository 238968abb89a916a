"""The registrations that are verified one after the other, and what was answered in them. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.ui.verify.walk import Done


@dataclass(slots=True)
class Stack:
    """``here`` is at hand, ``ahead`` still to come, ``behind`` saved; ``history`` goes back across all of them."""

    here: str = ""
    ahead: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    history: list[Done] = field(default_factory=list)

    def begin(self, registrations: Sequence[str]) -> None:
        """Another stack; nothing of the last one can be taken back any more."""
        self.here = ""
        self.ahead = list(registrations)
        self.behind = []
        self.history = []

    def take(self) -> str:
        """The next registration, "" when none is left."""
        self.here = self.ahead.pop(0) if self.ahead else ""
        return self.here

    @property
    def following(self) -> str:
        """The one that ``take`` would give, "" when none is left."""
        return self.ahead[0] if self.ahead else ""

    def saved(self) -> None:
        """The one at hand is done."""
        self.behind.append(self.here)

    def go_back(self, registration_id: str) -> None:
        """An earlier one is opened again; the one at hand comes after it."""
        if self.here == registration_id:
            return
        if self.here:
            self.ahead.insert(0, self.here)
        if registration_id in self.behind:
            self.behind.remove(registration_id)
        self.here = registration_id

    @property
    def number(self) -> int:
        """The one at hand, counted from 1."""
        return len(self.behind) + 1

    @property
    def total(self) -> int:
        return len(self.behind) + len(self.ahead) + 1

    # -- what can be taken back ---------------------------------------------------------------------------------------

    def gave(self, done: Done) -> None:
        self.history.append(done)

    def refused(self, done: Done) -> None:
        """The store did not take it: there is nothing to take back."""
        if done in self.history:
            self.history.remove(done)

    def last(self) -> Done | None:
        """The last answer, which is taken back now."""
        return self.history.pop() if self.history else None

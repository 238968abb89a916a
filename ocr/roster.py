"""A roster of known children, indexed so that tens of thousands of entries cost a page next to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms import id_number


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One known child. ``id`` is the roster's own; ``birth_date`` ISO, ``division`` a code; "" where not known."""

    id: str
    name: str = ""
    id_number: str = ""
    birth_date: str = ""
    division: str = ""

    @property
    def born(self) -> str:
        """ISO date of birth, from the ID number where it isn't given."""
        if self.birth_date or not self.id_number or id_number.problem(self.id_number):
            return self.birth_date
        return id_number.birth_date(self.id_number).isoformat()


class Roster:
    """Entries by name, by ID number and by birth date. Never pickled to a reading process: it stays with its owner."""

    def __init__(self, entries: Iterable[RosterEntry]) -> None:
        self._entries: tuple[RosterEntry, ...] = tuple(entries)
        self._by: dict[str, list[int]] = {}
        for at, entry in enumerate(self._entries):
            for clue in {entry.name, entry.id_number, entry.born} - {""}:
                self._by.setdefault(clue, []).append(at)

    def __len__(self) -> int:
        return len(self._entries)

    def sharing(self, clues: Iterable[str]) -> list[RosterEntry]:
        """Entries with any of these names, ID numbers or birth dates, in the roster's order."""
        found = {at for clue in clues for at in self._by.get(clue, ())}
        return [self._entries[at] for at in sorted(found)]

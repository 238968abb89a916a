"""What a verb changed: ids only, so that screens know what to read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what was added, altered or removed, by kind. Never values."""

    sources: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    registrations: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    batches: frozenset[str] = frozenset()
    office: bool = False  # name, round or settings

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.sources | other.sources,
            self.pages | other.pages,
            self.registrations | other.registrations,
            self.children | other.children,
            self.batches | other.batches,
            self.office or other.office,
        )

    def __bool__(self) -> bool:
        return self != Changes()


def changed(
    *,
    sources: Iterable[str] = (),
    pages: Iterable[str] = (),
    registrations: Iterable[str] = (),
    children: Iterable[str] = (),
    batches: Iterable[str] = (),
) -> Changes:
    """Changes from any iterables of ids."""
    return Changes(
        frozenset(sources), frozenset(pages), frozenset(registrations), frozenset(children), frozenset(batches)
    )


NOTHING = Changes()

"""Which pages belong to one registration: a pure function of the set of pages, independent of their arrival.

1. Twins: pages with the same serial and side whose contents agree are one page scanned twice; one stays.
2. A serial pairs when exactly one page of each side carries it (photocopied blanks share serials).
3. Otherwise neighbours in one source, of complementary sides, whose contents don't contradict each other.
4. Otherwise a page is a registration with a missing side, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What pairing knows of one page. ``source_key`` and ``number`` are the same however the file arrived.

    ``content``: field key -> text as read, non-blank fields only, of which only trustworthy ones speak against
    a pair. ``sides`` is the number of sides of the form. ``pinned`` names the registration a person has already
    worked on: such a page is never moved or set aside.
    """

    page_id: str
    source_key: str
    number: int
    form: str
    version: str
    side: int
    sides: int
    serial: str
    content: Mapping[str, str] = field(default_factory=dict)
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one registration by side; ``notes`` are English codes (see ``NOTES``)."""

    pages: tuple[str, ...]
    missing: tuple[int, ...]
    how: str  # serial | neighbours | single | person
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """``page_id`` shows the same sheet side as ``of``."""

    page_id: str
    of: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Groups in the order of their first page (source key, number); twins to set aside."""

    groups: tuple[Group, ...]
    twins: tuple[Twin, ...]


def pair(pages: Iterable[PageFacts]) -> Pairing:
    """Group pages into registrations. Same set of pages, same result, in whatever order they come."""
    raise NotImplementedError

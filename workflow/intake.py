"""Files come in. Known bytes are a Duplicate; new ones are vaulted, entered and committed before anything else.

The order is the whole point (a scanner's original is never the only copy of anything that is not committed):
keyed hash; encrypted copy + fsync; row and event; commit. Originals outside are left as they are and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from records.store import Store
from records.views import Actor, InboxView
from workflow.changes import NOTHING, Changes
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Taken:
    """A new source was taken in."""

    path: Path
    source_id: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same bytes are already here as ``source_id``; nothing was added."""

    path: Path
    source_id: str
    changes: Changes = NOTHING


@dataclass(frozen=True, slots=True)
class Refused:
    """The file was not taken in; ``sentence`` says why and what to do. It is untouched."""

    path: Path
    sentence: str
    reason: str  # English code: missing, unreadable, empty, too_large, not_a_file, disk_full, ...
    changes: Changes = NOTHING


TakeIn: TypeAlias = Taken | Duplicate | Refused


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Files to take in: every named file as it is, and from folders those that look like scans, in natural order.

    Within folders a file counts by its suffix or, with a wrong suffix, by its first bytes; hidden files don't.
    A path that doesn't exist is passed on, so that ``take_in`` names it.
    """
    raise NotImplementedError


@verb(Right.TAKE_IN)
def take_in(store: Store, actor: Actor, now: datetime, path: Path) -> TakeIn:
    """Take in one file. Never raises for a bad file: it is Refused with a sentence."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def take_in_folder(
    store: Store,
    actor: Actor,
    now: datetime,
    paths: Sequence[Path],
    *,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[TakeIn]:
    """Take in everything ``find_files(paths)`` finds, one result per file; one bad file never stops the rest."""
    raise NotImplementedError


@verb(Right.SEE_INBOX)
def inbox(store: Store, actor: Actor) -> InboxView:
    """All sources, newest last, with their pages; counts of what waits and of clear scans lying outside."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def set_aside(store: Store, actor: Actor, now: datetime, page_id: str, reason: str) -> Changes:
    """A person puts a page aside (a page that belongs to no registration). ``bring_back`` undoes it."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def bring_back(store: Store, actor: Actor, now: datetime, page_id: str) -> Changes:
    """A page set aside waits again to be paired (SET_ASIDE -> READ, then pairing)."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def retry(store: Store, actor: Actor, now: datetime, page_id: str) -> Changes:
    """A failed page goes back into the queue (FAILED -> RECEIVED, attempts start again)."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def retry_source(store: Store, actor: Actor, now: datetime, source_id: str) -> Changes:
    """A refused source goes back into the queue."""
    raise NotImplementedError


@verb(Right.TAKE_IN)
def supply_password(store: Store, actor: Actor, now: datetime, source_id: str, password: str) -> Changes:
    """A refused encrypted source goes back into the queue with a password (kept in the store until it is split)."""
    raise NotImplementedError

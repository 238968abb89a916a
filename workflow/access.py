"""Coming in: make an office's store, log in, see the office, open a round of updates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from records.keys import PRODUCTION, Kdf
from records.store import Store
from records.views import Actor, OfficeView
from workflow.changes import Changes
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store and who opened it. ``recovery_code`` only when the store was just made: print it, lock it away."""

    store: Store
    actor: Actor
    recovery_code: str | None


def store_exists(data_dir: Path) -> bool:
    """True where a store was made before."""
    raise NotImplementedError


def create_office(
    data_dir: Path,
    *,
    office_name: str,
    division: str,
    username: str,
    full_name: str,
    password: str,
    now: datetime,
    kdf: Kdf = PRODUCTION,
) -> Opened:
    """Make the store of an office with its first administrator and an open round.

    Raises BadValue for a password or name that won't do, StoreError where the folder won't.
    """
    raise NotImplementedError


def log_in(data_dir: Path, *, username: str, password: str, now: datetime) -> Opened:
    """Open the store. Raises StoreError (wrong password, second program, damaged, ...)."""
    raise NotImplementedError


@verb(Right.SEE_OFFICE)
def office(store: Store, actor: Actor) -> OfficeView:
    """What the frame of the window shows."""
    raise NotImplementedError


@verb(Right.ADMINISTER)
def set_round(
    store: Store, actor: Actor, now: datetime, *, name: str, as_of: date, opens: date, closes: date
) -> Changes:
    """Open a new round of updates (更新轮次) and close the one that was open."""
    raise NotImplementedError

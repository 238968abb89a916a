"""The 核对草稿: every page of given sources as read, each cell coloured 机读/待核对; never mistaken for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from records.store import Store
from records.views import Actor
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class DraftWritten:
    """What the draft holds: registrations (rows), pages named, cells the machine vouches for and cells to look at."""

    registrations: int
    pages: int
    accepted: int
    to_look_at: int
    sha256: str


@verb(Right.TAKE_IN)
def write_draft(store: Store, actor: Actor, now: datetime, source_ids: Sequence[str], path: Path) -> DraftWritten:
    """Write the draft of these sources (known or new). Raises NotWritten; the file is complete or not there."""
    raise NotImplementedError

"""The audit: who did what to which object, in a chain in which nothing can be removed, changed or moved unseen.

Entries hold ids and keyed hashes, never values. Each hash covers its entry and the hash before it, keyed with a key
derived from the store's, so that the chain can't be made anew with the database alone. Cutting off the end, or
putting back an old copy, is seen against heads that were printed (receipts, backups, handover).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.columns import canonical_json
from records.tables_office import AuditEntry

GENESIS = "0" * 64
NOBODY = "-"  # the actor of what no user did
SHORTEST = 8  # signs of a hash by which a head is known


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number (0 for an empty chain) and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """As it is printed, and as ``check`` takes it."""
        return f"{self.seq}:{self.hash}"


def head(session: Session) -> Head:
    """The chain's present end."""
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


def append(
    session: Session,
    key: bytes,
    *,
    at: datetime,
    actor_id: str,
    verb: str,
    object_id: str,
    detail: Mapping[str, str | int] | None = None,
) -> AuditEntry:
    """Add an entry in the session's transaction: what it tells of and the entry are committed together or not at all.

    ``detail`` holds ids, counts and keyed hashes only.
    """
    session.flush()
    before = head(session)
    entry = AuditEntry(
        seq=before.seq + 1,
        at=at.astimezone(UTC),
        actor_id=actor_id,
        verb=verb,
        object_id=object_id,
        detail=dict(detail or {}),
        previous=before.hash,
    )
    entry.hash = _hash(entry, key)
    session.add(entry)
    session.flush()
    return entry


def verify_chain(session: Session, key: bytes) -> tuple[int, ...]:
    """The numbers at which the chain is broken; empty for a chain that is whole.

    A changed entry is named itself, a removed one by its number, a moved one by the number it doesn't fit to.
    """
    broken: list[int] = []
    expected, previous = 1, GENESIS
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).yield_per(1000):
        if entry.seq != expected:
            broken.append(expected)
        elif entry.previous != previous or not hmac.compare_digest(entry.hash, _hash(entry, key)):
            broken.append(entry.seq)
        expected, previous = entry.seq + 1, entry.hash
    return tuple(broken)


def contains(session: Session, printed: Head) -> bool:
    """Is a head that was printed once still in the chain? No: the end was cut off or the store was put back.

    Of its hash the first SHORTEST signs are enough: what is written down by hand is shorter than what is printed.
    """
    if printed.seq == 0:
        return True
    found = session.scalar(select(AuditEntry.hash).where(AuditEntry.seq == printed.seq))
    return found is not None and len(printed.hash) >= SHORTEST and found.startswith(printed.hash)


def _hash(entry: AuditEntry, key: bytes) -> str:
    content = canonical_json(
        [
            entry.seq,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor_id,
            entry.verb,
            entry.object_id,
            entry.detail,
            entry.previous,
        ]
    )
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()

"""Entries of the audit as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.tables import AuditEntry


def count_after(session: Session, seq: int, without: Sequence[str]) -> int:
    """How many entries came after this one, those of some verbs and of looking aside."""
    statement = select(func.count()).select_from(AuditEntry).where(AuditEntry.seq > seq)
    statement = statement.where(AuditEntry.verb.not_in(without), ~AuditEntry.verb.endswith(".see"))
    return session.scalar(statement) or 0


def entries(session: Session) -> Iterator[AuditEntry]:
    """All, oldest first."""
    yield from session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).yield_per(1000)

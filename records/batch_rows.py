"""Batches with their rows and receipts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from records.registration_rows import DONE
from records.scope import within
from records.tables import AuditEntry, Batch, BatchRow, Child, Page, Registration, Sheet
from records.views import BatchRowState, BatchState


def batches(session: Session, division: str) -> Sequence[Batch]:
    """Those of a division, newest first, with their rows."""
    statement = select(Batch).where(within(Batch.division, division)).options(selectinload(Batch.rows))
    return session.scalars(statement.order_by(Batch.created_at.desc(), Batch.id.desc())).all()


def batch(session: Session, batch_id: str) -> Batch | None:
    """One with rows and receipts."""
    return session.scalar(
        select(Batch).where(Batch.id == batch_id).options(selectinload(Batch.rows), selectinload(Batch.receipts))
    )


def numbers_like(session: Session, prefix: str) -> int:
    """How many batches have a number that begins so."""
    statement = select(func.count()).select_from(Batch).where(Batch.number.startswith(prefix, autoescape=True))
    return session.scalar(statement) or 0


def row(session: Session, row_id: str) -> BatchRow | None:
    """One row."""
    return session.get(BatchRow, row_id)


def busy_children(session: Session, child_ids: Sequence[str]) -> set[str]:
    """Those of the children who stand in a batch whose answer is still out."""
    states = (BatchRowState.FROZEN, BatchRowState.SENT)
    statement = select(BatchRow.child_id).where(BatchRow.child_id.in_(child_ids), BatchRow.state.in_(states))
    return set(session.scalars(statement))


def take_out_of_open(session: Session, child_id: str) -> list[str]:
    """The child leaves batches that aren't frozen yet; their ids."""
    statement = select(BatchRow).join(Batch).where(BatchRow.child_id == child_id, Batch.state == BatchState.OPEN)
    found = session.scalars(statement).all()
    for batch_row in found:
        session.delete(batch_row)
    session.flush()
    return [batch_row.batch_id for batch_row in found]


def rows_of_children(session: Session, child_ids: Sequence[str]) -> dict[str, list[tuple[BatchRow, Batch]]]:
    """Each child's rows with their batches, oldest first."""
    found: dict[str, list[tuple[BatchRow, Batch]]] = {}
    statement = (
        select(BatchRow, Batch)
        .join(Batch, BatchRow.batch_id == Batch.id)
        .where(BatchRow.child_id.in_(child_ids))
        .order_by(Batch.created_at, Batch.id)
    )
    for batch_row, its_batch in session.execute(statement):
        found.setdefault(batch_row.child_id, []).append((batch_row, its_batch))
    return found


def verified(session: Session, registration_ids: Sequence[str], division: str) -> list[tuple[Registration, Child]]:
    """Those of the registrations that are verified and lie in the division, with their children, by pinyin then id."""
    statement = (
        select(Registration, Child)
        .join(Child, Registration.child_id == Child.id)
        .where(Registration.id.in_(registration_ids), Registration.state.in_(DONE))
        .where(within(Registration.division, division))
        .order_by(Child.pinyin, Child.id)
    )
    return [(registration, child) for registration, child in session.execute(statement)]


def child_of(session: Session, batch_row: BatchRow) -> Child:
    """The child of a row."""
    return session.scalars(select(Child).where(Child.id == batch_row.child_id)).one()


def audit_of(session: Session, verb: str, object_id: str) -> AuditEntry:
    """The last audit entry of this verb on this object."""
    statement = select(AuditEntry).where(AuditEntry.verb == verb, AuditEntry.object_id == object_id)
    return session.scalars(statement.order_by(AuditEntry.seq.desc()).limit(1)).one()


def in_any_batch(session: Session, registration_id: str) -> bool:
    """Does it stand in a batch, frozen or not?"""
    return session.scalar(select(BatchRow.id).where(BatchRow.registration_id == registration_id).limit(1)) is not None


def reports_file(session: Session, source_id: str) -> bool:
    """Does a batch hold a registration that a page of this file stands on?"""
    statement = (
        select(BatchRow.id)
        .join(Sheet, Sheet.registration_id == BatchRow.registration_id)
        .join(Page, Page.sheet_id == Sheet.id)
        .where(Page.source_id == source_id)
    )
    return session.scalar(statement.limit(1)) is not None

"""Batches with their rows and receipts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from records.registration_rows import DONE
from records.scope import within
from records.tables import AuditEntry, Batch, BatchRow, Child, ErasedRow, Registration, ReportElsewhere
from records.views import BatchRowState, BatchState

CHUNK = 500


def batches(session: Session, division: str) -> Sequence[Batch]:
    """Those of a division, newest first, with their rows."""
    statement = (
        select(Batch)
        .where(within(Batch.division, division))
        .options(selectinload(Batch.rows), selectinload(Batch.erased))
    )
    return session.scalars(statement.order_by(Batch.created_at.desc(), Batch.id.desc())).all()


def batch(session: Session, batch_id: str) -> Batch | None:
    """One with rows and receipts."""
    return session.scalar(
        select(Batch)
        .where(Batch.id == batch_id)
        .options(selectinload(Batch.rows), selectinload(Batch.receipts), selectinload(Batch.erased))
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


def audit_of(session: Session, verb: str, object_id: str) -> AuditEntry:
    """The last audit entry of this verb on this object."""
    statement = select(AuditEntry).where(AuditEntry.verb == verb, AuditEntry.object_id == object_id)
    return session.scalars(statement.order_by(AuditEntry.seq.desc()).limit(1)).one()


# -- reported by another office ---------------------------------------------------------------------------------------


def elsewhere(session: Session, division: str) -> list[ReportElsewhere]:
    """What other offices reported about registrations of the division, by office, batch, then row."""
    statement = (
        select(ReportElsewhere)
        .join(Registration, Registration.id == ReportElsewhere.registration_id)
        .where(within(Registration.division, division))
        .order_by(ReportElsewhere.store_id, ReportElsewhere.batch_number, ReportElsewhere.id)
    )
    return list(session.scalars(statement))


def elsewhere_of_children(session: Session, child_ids: Sequence[str]) -> dict[str, list[ReportElsewhere]]:
    """Each child's reports by other offices, oldest first."""
    found: dict[str, list[ReportElsewhere]] = {}
    if session.scalar(select(ReportElsewhere.id).limit(1)) is None:  # in most stores: no registration is looked up
        return found
    for start in range(0, len(child_ids), CHUNK):
        statement = (
            select(Registration.child_id, ReportElsewhere)
            .join(Registration, Registration.id == ReportElsewhere.registration_id)
            .where(Registration.child_id.in_(child_ids[start : start + CHUNK]))
            .order_by(ReportElsewhere.written_at, ReportElsewhere.id)
        )
        for child_id, report in session.execute(statement):
            found.setdefault(child_id or "", []).append(report)
    return found


# -- erasure by law ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marks:
    """What a tombstone is made with. ``keyed``: hides a hash over a child's values from whoever would try them out."""

    new_id: Callable[[], str]
    keyed: Callable[[str], str]
    at: datetime


@dataclass(slots=True)
class Left:
    """Numbers of the batches that rows have left: before they were sent, and after."""

    unsent: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)


def leave(session: Session, registration_id: str, marks: Marks, left: Left) -> list[str]:
    """A registration that is erased by law leaves its batches.

    What was not sent yet is frozen again without it. Of what was reported a tombstone stays in its place. Returns the
    batches' ids.
    """
    changed = []
    for batch_row in session.scalars(select(BatchRow).where(BatchRow.registration_id == registration_id)).all():
        its_batch = batch_row.batch
        if its_batch.state is BatchState.WRITTEN:
            session.add(
                ErasedRow(
                    id=marks.new_id(),
                    batch_id=its_batch.id,
                    position=batch_row.position,
                    state=batch_row.state,
                    row_hash=marks.keyed(batch_row.row_hash),
                    erased_at=marks.at,
                )
            )
            left.reported.append(its_batch.number)
        else:
            _thaw(its_batch)
            left.unsent.append(its_batch.number)
        session.delete(batch_row)
        session.flush()
        session.expire(its_batch, ["rows", "erased"])
        changed.append(its_batch.id)
    return changed


def _thaw(its_batch: Batch) -> None:
    if its_batch.state is BatchState.OPEN:
        return
    its_batch.state = BatchState.OPEN
    its_batch.frozen_at, its_batch.frozen_by, its_batch.rows_hash = None, None, ""
    for batch_row in its_batch.rows:
        batch_row.frozen, batch_row.row_hash = None, ""

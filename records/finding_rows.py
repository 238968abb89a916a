"""What the search box finds beside children: registrations that are still open, and batches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from records.registration_rows import OPEN
from records.scope import within
from records.tables import Answer, ArchiveItem, Batch, Registration

# what a paper that lies there can be asked for by
KEYS = (
    "child_name",
    "child_id_number",
    "child_phone",
    "father_phone",
    "mother_phone",
    "guardian_phone",
    "caregiver_phone",
)


def drafts(session: Session, words: str, division: str, most: int) -> list[tuple[str, str]]:
    """Open registrations of a division on which the words stand, or whose 档号 has them, as printed or in its one
    spelling: id and 档号, as taken in."""
    said = select(Answer.registration_id).where(Answer.key.in_(KEYS), Answer.text.contains(words, autoescape=True))
    spellings = (ArchiveItem.archive_number, ArchiveItem.number_norm)
    numbered = [column.contains(words, autoescape=True) for column in spellings]
    statement = (
        select(Registration.id, ArchiveItem.archive_number)
        .outerjoin(ArchiveItem, ArchiveItem.registration_id == Registration.id)
        .where(Registration.state.in_(OPEN), within(Registration.division, division))
        .where(or_(Registration.id.in_(said), *numbered))
        .order_by(Registration.taken_in_at, Registration.sequence)
        .limit(most)
    )
    found = {row_id: number or "" for row_id, number in session.execute(statement)}
    return list(found.items())


def named_drafts(session: Session, division: str) -> list[tuple[str, str, str]]:
    """Every open registration of a division on which a name stands: id, 档号 and the name, as taken in."""
    statement = (
        select(Registration.id, ArchiveItem.archive_number, Answer.text)
        .join(Answer, and_(Answer.registration_id == Registration.id, Answer.key == "child_name", Answer.text != ""))
        .outerjoin(ArchiveItem, ArchiveItem.registration_id == Registration.id)
        .where(Registration.state.in_(OPEN), within(Registration.division, division))
        .order_by(Registration.taken_in_at, Registration.sequence)
    )
    return [(row_id, number or "", name) for row_id, number, name in session.execute(statement)]


def batches(session: Session, words: str, division: str, most: int) -> Sequence[Batch]:
    """Batches of a division by number or name, the newest first."""
    named = or_(Batch.number.contains(words, autoescape=True), Batch.name.contains(words, autoescape=True))
    statement = select(Batch).where(named, within(Batch.division, division))
    return session.scalars(statement.order_by(Batch.created_at.desc(), Batch.id).limit(most)).all()

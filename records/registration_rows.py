"""Registrations with their sheets, answers and history, as verifying needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, selectinload

from records.scope import within
from records.tables import (
    Answer,
    AnswerEvent,
    ArchiveItem,
    Batch,
    BatchRow,
    Child,
    HalfTyped,
    Office,
    Page,
    Reading,
    Registration,
    ReportElsewhere,
    Sheet,
    Source,
)
from records.views import AnswerState, BatchRowState, BatchState, RegistrationState

OPEN = (RegistrationState.DRAFT, RegistrationState.SENT_BACK)
DONE = (RegistrationState.VERIFIED, RegistrationState.REVIEWED)


def registration(session: Session, registration_id: str) -> Registration | None:
    """A registration with its sheets, items and pages."""
    sheets = selectinload(Registration.sheets)
    return session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(
            sheets.selectinload(Sheet.pages),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.box),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.location),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.sheets),
        )
    )


def registrations(session: Session, registration_ids: Sequence[str]) -> list[Registration]:
    """These registrations with their rounds, in the order of the ids."""
    statement = (
        select(Registration).where(Registration.id.in_(registration_ids)).options(selectinload(Registration.round))
    )
    found = {row.id: row for row in session.scalars(statement)}
    return [found[row_id] for row_id in registration_ids if row_id in found]


def dates_of_current(session: Session, child_ids: Sequence[str]) -> dict[str, tuple[str, date | None, datetime | None]]:
    """By child the current registration's id, date and time of verification; who has none is left out."""
    statement = (
        select(Child.id, Registration.id, Registration.form_date, Registration.verified_at)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(Child.id.in_(child_ids))
    )
    rows = session.execute(statement)
    return {child_id: (row_id, form_date, verified_at) for child_id, row_id, form_date, verified_at in rows}


def _to_verify(division: str) -> Select[Registration]:
    """Registrations of a division to verify: sent back first, then as taken in."""
    return (
        select(Registration)
        .where(Registration.state.in_(OPEN), within(Registration.division, division))
        .order_by(Registration.state.desc(), Registration.taken_in_at, Registration.sequence, Registration.id)
    )


def open_ids(session: Session, division: str) -> Sequence[str]:
    """Ids of those to verify, in their order."""
    return session.scalars(_to_verify(division).with_only_columns(Registration.id)).all()


def open_registrations(
    session: Session, division: str, limit: int | None = None, offset: int = 0
) -> Sequence[Registration]:
    """Those of a division to verify, in their order, with sheets, pages, items and answers; some of them."""
    sheets = selectinload(Registration.sheets)
    return session.scalars(
        _to_verify(division)
        .limit(limit)
        .offset(offset)
        .options(
            sheets.selectinload(Sheet.pages),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.box),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.location),
            sheets.selectinload(Sheet.item).selectinload(ArchiveItem.sheets),
            selectinload(Registration.answers),
        )
    ).all()


def open_with_state(session: Session, division: str, state: AnswerState) -> Sequence[Registration]:
    """Of the registrations to verify those with an answer in this state, as taken in."""
    having = select(Answer.registration_id).where(Answer.state == state)
    sheets = selectinload(Registration.sheets)
    return session.scalars(
        select(Registration)
        .where(Registration.state.in_(OPEN), within(Registration.division, division), Registration.id.in_(having))
        .options(sheets.selectinload(Sheet.pages), selectinload(Registration.answers))
        .order_by(Registration.taken_in_at, Registration.sequence)
    ).all()


def last_stood_in(session: Session, user_id: str, division: str) -> str:
    """The registration to verify that this person was at a field of last; "" for none of the division."""
    statement = (
        select(HalfTyped.registration_id)
        .join(Registration, Registration.id == HalfTyped.registration_id)
        .where(HalfTyped.user_id == user_id, Registration.state.in_(OPEN), within(Registration.division, division))
        .order_by(HalfTyped.at.desc(), HalfTyped.registration_id)
    )
    return session.scalar(statement.limit(1)) or ""


def pages_of_registration(session: Session, registration_id: str) -> list[Page]:
    """Its pages in the order of the form."""
    statement = (
        select(Page)
        .join(Sheet, Page.sheet_id == Sheet.id)
        .where(Sheet.registration_id == registration_id)
        .order_by(Page.form_page, Page.id)
    )
    return list(session.scalars(statement))


def as_it_stands(session: Session, row: Registration) -> tuple[object, ...]:
    """What differs as soon as an answer, a page or a reading of the registration does; compared only for equality."""
    pages = (
        select(Page.id, Page.form_page, Page.view_id, Page.view_key_sealed, func.max(Reading.run))
        .join(Sheet, Page.sheet_id == Sheet.id)
        .outerjoin(Reading, Reading.page_id == Page.id)
        .where(Sheet.registration_id == row.id)
        .group_by(Page.id)
        .order_by(Page.id)
    )
    own = (row.state, row.form_id, row.form_version, row.division, row.round_id, row.sent_back_reason, tuple(row.notes))
    return (*own, next_event_number(session, row.id), *(tuple(page) for page in session.execute(pages)))


def registrations_of_sources(session: Session, source_ids: Sequence[str], division: str) -> list[str]:
    """Ids of the registrations of a division that pages of these sources stand in, as taken in."""
    statement = (
        select(Registration.id)
        .join(Sheet, Sheet.registration_id == Registration.id)
        .join(Page, Page.sheet_id == Sheet.id)
        .join(Source, Page.source_id == Source.id)
        .where(Source.id.in_(source_ids), within(Registration.division, division))
        .order_by(Source.received_at, Source.id, Page.position)
    )
    return list(dict.fromkeys(session.scalars(statement)))


def before_in_stack(session: Session, row: Registration, place: str, since: datetime) -> Registration | None:
    """The registration on the same form taken in just before this one, of this place, not earlier than ``since``."""
    earlier = or_(
        Registration.taken_in_at < row.taken_in_at,
        and_(Registration.taken_in_at == row.taken_in_at, Registration.sequence < row.sequence),
    )
    statement = (
        select(Registration)
        .where(Registration.form_id == row.form_id, within(Registration.division, place), earlier)
        .where(Registration.taken_in_at >= since, Registration.store_id == row.store_id)
        .order_by(Registration.taken_in_at.desc(), Registration.sequence.desc())
        .options(selectinload(Registration.answers))
    )
    return session.scalar(statement.limit(1))


def next_sequence(session: Session) -> int:
    """The next number of a registration that this store owns. A dissolved draft's number is not given again.

    (A county that once imported a number would take another registration under it for a newer state of the first.)
    """
    office = session.get_one(Office, 1)
    office.last_sequence += 1
    return office.last_sequence


def count_verified(session: Session) -> int:
    """How many registrations persons have verified in this store."""
    return session.scalar(select(func.count()).select_from(Registration).where(Registration.state.in_(DONE))) or 0


def verified_at_least(session: Session, number: int) -> bool:
    """Have so many been verified? Asked at every form that is opened, so no more are counted than that."""
    some = select(Registration.id).where(Registration.state.in_(DONE)).limit(number).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) >= number


def answers_of(session: Session, registration_id: str) -> dict[str, Answer]:
    """The answers of a registration by key."""
    return {a.key: a for a in session.scalars(select(Answer).where(Answer.registration_id == registration_id))}


def answer(session: Session, registration_id: str, key: str) -> Answer | None:
    """One answer, None where the field is blank and nobody answered."""
    return session.get(Answer, (registration_id, key))


def next_event_number(session: Session, registration_id: str) -> int:
    """The number of the next event of a registration."""
    last = session.scalar(select(func.max(AnswerEvent.number)).where(AnswerEvent.registration_id == registration_id))
    return (last or 0) + 1


def last_standing_event(session: Session, registration_id: str, key: str | None = None) -> AnswerEvent | None:
    """The newest event (of one field, with ``key``) made by a person, not taken back, and taking back no other."""
    undone = select(AnswerEvent.undoes).where(
        AnswerEvent.registration_id == registration_id, AnswerEvent.undoes.is_not(None)
    )
    statement = (
        select(AnswerEvent)
        .where(
            AnswerEvent.registration_id == registration_id,
            AnswerEvent.by.is_not(None),
            AnswerEvent.undoes.is_(None),
            AnswerEvent.number.not_in(undone),
        )
        .order_by(AnswerEvent.number.desc())
    )
    if key is not None:
        statement = statement.where(AnswerEvent.key == key)
    return session.scalar(statement.limit(1))


def in_running_batch(session: Session, registration_id: str) -> bool:
    """Does it stand in a frozen batch, here or reported by another office, whose answer is still out or was yes?"""
    states = (BatchRowState.FROZEN, BatchRowState.SENT, BatchRowState.ACCEPTED)
    statement = (
        select(BatchRow.id)
        .join(Batch, BatchRow.batch_id == Batch.id)
        .where(BatchRow.registration_id == registration_id, BatchRow.state.in_(states), Batch.state != BatchState.OPEN)
    )
    if session.scalar(statement.limit(1)) is not None:
        return True
    elsewhere = select(ReportElsewhere.id).where(
        ReportElsewhere.registration_id == registration_id, ReportElsewhere.state.in_(states)
    )
    return session.scalar(elsewhere.limit(1)) is not None


def keys_with_events(session: Session, registration_id: str) -> set[str]:
    """Keys of the fields that persons have answered or marked, even if they took it back."""
    return set(session.scalars(select(AnswerEvent.key).where(AnswerEvent.registration_id == registration_id)))


def events_of(session: Session, registration_id: str) -> Sequence[AnswerEvent]:
    """The whole history of a registration, oldest first."""
    statement = select(AnswerEvent).where(AnswerEvent.registration_id == registration_id)
    return session.scalars(statement.order_by(AnswerEvent.number)).all()


def drafts_with_reason(session: Session, code: str) -> list[str]:
    """Ids of the drafts in which a machine's answer has this reason."""
    statement = (
        select(Registration.id)
        .join(Answer, Answer.registration_id == Registration.id)
        .where(Registration.state == RegistrationState.DRAFT, Answer.state == AnswerState.MACHINE)
        .where(cast(Answer.reasons, Text).contains(f'"{code}"'))
    )
    return list(session.scalars(statement.distinct().order_by(Registration.id)))

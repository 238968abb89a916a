"""Erasure by law (依法删除): what goes from rows, and which vault files go with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records.merging import drop_derived
from records.scope import within
from records.tables import (
    Answer,
    AnswerEvent,
    ArchiveItem,
    CarriedOver,
    Child,
    ChildKey,
    ChildPerson,
    ChildTerm,
    Concern,
    Erasure,
    MandatoryReport,
    Page,
    PrintedForm,
    Reading,
    ReadingCheck,
    Registration,
    Sheet,
    Source,
    Unfollowed,
)
from records.views import PageState
from records.views_care import ConcernState, ReportState

ERASED = "erased"  # reason of a page that is a tombstone


def erasures(session: Session, division: str) -> Sequence[Erasure]:
    """Requests about files of the division, newest first."""
    statement = select(Erasure).join(Source, Erasure.source_id == Source.id).where(within(Source.division, division))
    return session.scalars(statement.order_by(Erasure.requested_at.desc(), Erasure.id.desc())).all()


def division_of(session: Session, row: Erasure) -> str:
    """Whose file it is about."""
    return session.get_one(Source, row.source_id).division


def erase_page(session: Session, page: Page, now: datetime) -> list[str]:
    """The page becomes a tombstone; the ids of the vault files that belong to nobody any more."""
    gone = [vault_id for vault_id in (page.view_id, page.masked_id) if vault_id is not None]
    session.execute(update(Answer).where(Answer.page_id == page.id).values(page_id=None, reading_id=None))
    readings = select(Reading.id).where(Reading.page_id == page.id).scalar_subquery()
    session.execute(update(Answer).where(Answer.reading_id.in_(readings)).values(reading_id=None))
    session.execute(delete(Reading).where(Reading.page_id == page.id))
    if page.state is not PageState.SET_ASIDE:
        page.state = PageState.SET_ASIDE
    page.reason, page.status, page.erased_at = ERASED, "", now
    page.view_id = page.view_key = page.masked_id = page.masked_key = None
    page.view_key_sealed = False
    page.content_hash = page.serial = page.duplicate_of_id = None
    page.form_id = page.form_version = page.form_page = None
    return gone


def erase_source(token: str, source: Source, now: datetime) -> list[str]:
    """The delivered file becomes a tombstone: a name and a path are values, and so is what the file's hash tells."""
    if source.erased_at is not None:
        return []
    gone = source.vault_id
    source.content_hash, source.vault_id = f"{ERASED} {token}", token.replace("-", "")
    source.vault_key, source.vault_key_sealed = b"", False
    source.name = source.delivered_path = ""
    source.password, source.size, source.lies_outside = None, 0, False
    source.erased_at = now
    return [gone]


def erase_registration(session: Session, row: Registration) -> bool:
    """The registration with answers, history, sheets and item. False where other rows hang on it."""
    row_id = row.id
    session.flush()
    session.expunge(row)
    try:
        with session.begin_nested():
            _erase_derived(session, row_id)
            session.execute(delete(AnswerEvent).where(AnswerEvent.registration_id == row_id))
            session.execute(delete(Answer).where(Answer.registration_id == row_id))
            session.execute(delete(Sheet).where(Sheet.registration_id == row_id))
            session.execute(delete(ArchiveItem).where(ArchiveItem.registration_id == row_id))
            session.execute(delete(Registration).where(Registration.id == row_id))
    except IntegrityError:
        return False
    return True


def _erase_derived(session: Session, registration_id: str) -> None:
    """What rules alone made of a registration, and what was only printed, counted or copied from it."""
    proposed = Concern.state == ConcernState.PROPOSED, Concern.rule != ""
    raised = MandatoryReport.state == ReportState.RAISED, MandatoryReport.rule != ""
    session.execute(delete(Concern).where(Concern.registration_id == registration_id, *proposed))
    session.execute(delete(MandatoryReport).where(MandatoryReport.registration_id == registration_id, *raised))
    session.execute(delete(CarriedOver).where(CarriedOver.registration_id == registration_id))
    session.execute(delete(PrintedForm).where(PrintedForm.registration_id == registration_id))
    session.execute(delete(ReadingCheck).where(ReadingCheck.registration_id == registration_id))


def erase_child(session: Session, child_id: str) -> bool:
    """A child of whom nothing is left. False where other rows hang on it."""
    try:
        with session.begin_nested():
            drop_derived(session, child_id)
            session.execute(delete(ChildKey).where(ChildKey.child_id == child_id))
            session.execute(delete(Unfollowed).where(Unfollowed.child_id == child_id))
            session.execute(delete(ChildTerm).where(ChildTerm.child_id == child_id))
            session.execute(delete(ChildPerson).where(ChildPerson.child_id == child_id))
            session.execute(delete(Child).where(Child.id == child_id))
    except IntegrityError:
        return False
    return True

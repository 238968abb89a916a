"""Sources and pages as intake and the reading queue need them. Functions take an open session."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from records.scope import within
from records.tables import Page, Reading, Registration, Sheet, Source
from records.views import PageState, RegistrationState, SourceState


def source_by_hash(session: Session, content_hash: str) -> Source | None:
    """The source with these bytes, if they were delivered before."""
    return session.scalar(select(Source).where(Source.content_hash == content_hash))


def sources_in_order(session: Session, division: str) -> Sequence[Source]:
    """The sources of a division as taken in, their pages with sheet and registration loaded."""
    pages = selectinload(Source.pages).selectinload(Page.sheet)
    living = select(Page.id).where(Page.source_id == Source.id, Page.erased_at.is_(None)).exists()
    there = or_(Source.erased_at.is_(None), living)  # of one erased by law only pages that aren't are left
    statement = select(Source).where(within(Source.division, division), there).options(pages)
    return session.scalars(statement.order_by(Source.received_at, Source.id)).all()


def next_to_work(session: Session, passed: frozenset[str]) -> str | None:
    """The id of the first source, as taken in, that is not split yet or has a page to read; not one of ``passed``."""
    waiting_page = select(Page.id).where(Page.source_id == Source.id, Page.state == PageState.RECEIVED).exists()
    statement = (
        select(Source.id)
        .where((Source.state == SourceState.RECEIVED) | ((Source.state == SourceState.SPLIT) & waiting_page))
        .order_by(Source.received_at, Source.id)
    )
    if passed:
        statement = statement.where(Source.id.not_in(passed))
    return session.scalar(statement.limit(1))


def left_open(session: Session) -> Sequence[str]:
    """Sources of which every page was sent, whose password is still kept, or which show more than their key allows.

    Of a file that was erased by law nothing is left to be sealed, though pages of it may stand.
    """
    pages = select(Page.id).where(Page.source_id == Source.id)
    secret = ~Source.vault_key_sealed & pages.where(Page.view_key_sealed).exists()
    statement = select(Source.id).where(
        Source.state == SourceState.SPLIT,
        Source.erased_at.is_(None),
        secret | Source.password.is_not(None),
        ~pages.where(Page.state == PageState.RECEIVED).exists(),
    )
    return session.scalars(statement.order_by(Source.received_at, Source.id)).all()


def pages_of(session: Session, source_id: str) -> Sequence[Page]:
    """The pages of a source in their order."""
    return session.scalars(select(Page).where(Page.source_id == source_id).order_by(Page.position)).all()


def pages_to_read(session: Session, source_id: str) -> Sequence[str]:
    """Ids of a source's pages that wait to be read, in their order."""
    waiting = select(Page.id).where(Page.source_id == source_id, Page.state == PageState.RECEIVED)
    return session.scalars(waiting.order_by(Page.position)).all()


def count_waiting(session: Session, division: str) -> int:
    """Pages of a division to read; a source not split yet counts as one."""
    own = within(Source.division, division)
    pages = select(func.count()).select_from(Page).join(Source, Page.source_id == Source.id)
    sources = select(func.count()).select_from(Source)
    return (session.scalar(pages.where(Page.state == PageState.RECEIVED, own)) or 0) + (
        session.scalar(sources.where(Source.state == SourceState.RECEIVED, own)) or 0
    )


def count_drafts(session: Session, division: str) -> int:
    """Registrations of a division that wait to be verified."""
    open_states = (RegistrationState.DRAFT, RegistrationState.SENT_BACK)
    statement = select(func.count()).select_from(Registration).where(within(Registration.division, division))
    return session.scalar(statement.where(Registration.state.in_(open_states))) or 0


def count_readings(session: Session, page_id: str) -> int:
    """How often a page was read."""
    return session.scalar(select(func.count()).select_from(Reading).where(Reading.page_id == page_id)) or 0


def last_readings(session: Session, page_ids: Sequence[str]) -> dict[str, Reading]:
    """The newest reading of each page, by page id; pages never read are not in it."""
    found: dict[str, Reading] = {}
    statement = select(Reading).where(Reading.page_id.in_(page_ids)).order_by(Reading.page_id, Reading.run)
    for reading in session.scalars(statement):
        found[reading.page_id] = reading
    return found


def first_with_content(session: Session, content_hash: str, page_id: str) -> str | None:
    """The id of the first page on which the same stands, other than ``page_id``."""
    statement = (
        select(Page.id)
        .join(Source, Page.source_id == Source.id)
        .where(Page.content_hash == content_hash, Page.id != page_id)
        .order_by(Source.received_at, Source.id, Page.position)
    )
    return session.scalar(statement.limit(1))


def registration_of_page(session: Session, page_id: str) -> Registration | None:
    """The registration on whose sheet a page stands."""
    return session.scalar(
        select(Registration)
        .join(Sheet, Sheet.registration_id == Registration.id)
        .join(Page, Page.sheet_id == Sheet.id)
        .where(Page.id == page_id)
    )

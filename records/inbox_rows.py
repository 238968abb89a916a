"""What the inbox shows, read as plain columns: thousands of pages are looked at again whenever one of them changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from records.registration_rows import OPEN
from records.scope import within
from records.tables import Answer, ArchiveItem, Page, Registration, Sheet, Source
from records.views import AnswerState, PageState, RegistrationState, SourceState

CHUNK = 500
NAME_KEY = "child_name"
UNSAID = (AnswerState.ILLEGIBLE, AnswerState.ASK)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One delivered file."""

    id: str
    name: str
    received_at: datetime
    state: SourceState
    reason: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page with the registration on whose form, or behind whose form, it lies."""

    id: str
    source_id: str
    position: int
    state: PageState
    status: str
    reason: str
    form: tuple[str, str] | None
    form_page: int | None
    duplicate_of: str | None
    viewable: bool
    registration_id: str | None
    behind: int  # number of the sheet behind a form, 0 on a form
    registration_state: RegistrationState | None


def sources(session: Session, division: str, *, open_only: bool) -> list[SourceFacts]:
    """The files of a division as taken in; with ``open_only`` those with something that isn't verified yet."""
    columns = (Source.id, Source.name, Source.received_at, Source.state, Source.reason)
    statement = select(*columns).where(*_wanted(division, open_only)).order_by(Source.received_at, Source.id)
    return [SourceFacts(*row) for row in session.execute(statement)]


def outside(session: Session, division: str) -> list[str]:
    """Where clear originals may still lie: of verified files, too, which lie there no less."""
    there = (*_wanted(division, open_only=False), Source.lies_outside)
    return [path for path in session.scalars(select(Source.delivered_path).where(*there)) if path]


def _wanted(division: str, open_only: bool) -> tuple[ColumnElement[bool], ...]:
    there = aliased(Page)
    living = select(there.id).where(there.source_id == Source.id, there.erased_at.is_(None)).correlate(Source).exists()
    # of one erased by law only pages that aren't are left
    conditions = [within(Source.division, division), or_(Source.erased_at.is_(None), living)]
    if open_only:
        page, sheet, on = aliased(Page), aliased(Sheet), aliased(Registration)
        waits = page.state.in_((PageState.RECEIVED, PageState.READ, PageState.FAILED))
        unfinished = (
            select(page.id)
            .outerjoin(sheet, page.sheet_id == sheet.id)
            .outerjoin(on, sheet.registration_id == on.id)
            .where(page.source_id == Source.id, or_(waits, on.state.in_(OPEN)))
            .correlate(Source)
            .exists()
        )
        filed = aliased(Page)
        placed = select(filed.id).where(filed.source_id == Source.id, filed.state == PageState.PLACED)
        # a file of which everything was put aside was never verified, and would be out of sight for good
        nothing = ~placed.correlate(Source).exists()
        conditions.append(or_(Source.state != SourceState.SPLIT, unfinished, nothing))
    return tuple(conditions)


def pages(session: Session, division: str, *, open_only: bool) -> Iterator[PageFacts]:
    """The pages of those files, by file and place."""
    item, behind = aliased(ArchiveItem), aliased(Registration)
    columns: list[Any] = [  # more columns than the stubs count
        Page.id,
        Page.source_id,
        Page.position,
        Page.state,
        Page.status,
        Page.reason,
        Page.form_id,
        Page.form_version,
        Page.form_page,
        Page.duplicate_of_id,
        Page.view_id.is_not(None).label("viewable"),
        Sheet.number,
        Sheet.registration_id.label("on_id"),
        Registration.state.label("on_state"),
        behind.id.label("behind_id"),
        behind.state.label("behind_state"),
    ]
    statement = (
        select(*columns)
        .join(Source, Page.source_id == Source.id)
        .outerjoin(Sheet, Page.sheet_id == Sheet.id)
        .outerjoin(Registration, Sheet.registration_id == Registration.id)
        .outerjoin(item, and_(Sheet.item_id == item.id, Sheet.registration_id.is_(None)))
        .outerjoin(behind, item.registration_id == behind.id)
        .where(*_wanted(division, open_only))
        .order_by(Page.source_id, Page.position)
    )
    for row in session.execute(statement):
        yield _page(row)


def _page(row: Any) -> PageFacts:
    return PageFacts(
        id=row.id,
        source_id=row.source_id,
        position=row.position,
        state=row.state,
        status=row.status,
        reason=row.reason,
        form=None if row.form_id is None else (row.form_id, row.form_version),
        form_page=row.form_page,
        duplicate_of=row.duplicate_of_id,
        viewable=bool(row.viewable),
        registration_id=row.on_id or row.behind_id,
        behind=row.number or 0 if row.on_id is None and row.behind_id is not None else 0,
        registration_state=row.on_state or row.behind_state,
    )


def names(session: Session, registration_ids: Sequence[str]) -> dict[str, str]:
    """The children's names as they stand on these registrations; those that can't be read are left out."""
    found: dict[str, str] = {}
    for start in range(0, len(registration_ids), CHUNK):
        statement = select(Answer.registration_id, Answer.text).where(
            Answer.key == NAME_KEY,
            Answer.registration_id.in_(registration_ids[start : start + CHUNK]),
            Answer.state.not_in(UNSAID),
            Answer.text != "",
        )
        found.update((row_id, text) for row_id, text in session.execute(statement))
    return found

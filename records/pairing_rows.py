"""Pages as pairing needs them: what is new, what it may touch, and the registrations they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from records.tables import Page, Registration, Sheet, Source
from records.views import PageState, SourceState

# why a page was put aside by the program (``Page.reason``); a twin stays part of the set that is paired
TWIN = "twin"
BLANK = "blank"
ASIDE_BY_PERSON = "by_person"
# many names in one IN list slow SQLite down, and more than 32766 are refused (sqlite.org/limits.html)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page with its source and the registration it stands in, if any."""

    page: Page
    source: Source
    registration: Registration | None

    @property
    def arrival(self) -> tuple[datetime, str, int]:
        """Sorts pages as they were taken in."""
        return (self.source.received_at, self.source.id, self.page.position)


def _pages() -> Select[Page, Source, Registration]:
    return (
        select(Page, Source, Registration)
        .join(Source, Page.source_id == Source.id)
        .outerjoin(Sheet, Page.sheet_id == Sheet.id)
        .outerjoin(Registration, Sheet.registration_id == Registration.id)
    )


def _takes_part() -> tuple[ColumnElement[bool], ...]:
    aside = (Page.state == PageState.SET_ASIDE) & (Page.reason == TWIN)
    return (or_(Page.state.in_((PageState.READ, PageState.PLACED)), aside), Page.status == "read")


def _finished_source() -> tuple[ColumnElement[bool], ...]:
    """Sides of one file are neighbours: it is paired when all of it is read."""
    waiting = Page.__table__.alias("waiting")
    unread = (
        select(waiting.c.id)
        .where(waiting.c.source_id == Source.id, waiting.c.state == PageState.RECEIVED)
        .correlate(Source)
        .exists()
    )
    return (Source.state == SourceState.SPLIT, ~unread)


def _of_forms(names: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    return or_(false(), *(and_(Page.form_id == name, Page.form_version == version) for name, version in names))


def unplaced(session: Session, *, of_forms: Iterable[tuple[str, str]]) -> list[PagePlace]:
    """Pages of these forms (id, version) that were read and stand nowhere yet, of sources that are read to the end."""
    wanted = (Page.state == PageState.READ, Page.status == "read", _of_forms(of_forms))
    return _found(session, _pages().where(*wanted, *_finished_source()))


def connected(session: Session, start: Iterable[PagePlace], *, of_forms: Iterable[tuple[str, str]]) -> list[PagePlace]:
    """Everything that may pair, directly or not, with the given pages: same source, same serial, and so on.

    Only pages of these forms (id, version). Pages of sources that are still being read are left out; so are those
    that persons put aside.
    """
    forms = list(of_forms)
    found = {place.page.id: place for place in start}
    sources_done: set[str] = set()
    serials_done: set[str] = set()
    fresh = list(found.values())
    while fresh:
        sources = {p.page.source_id for p in fresh} - sources_done
        serials = {p.page.serial for p in fresh if p.page.serial} - serials_done
        sources_done |= sources
        serials_done |= serials
        fresh = []
        for column, names in ((Page.source_id, sources), (Page.serial, serials)):
            for part in _chunks(sorted(names)):
                statement = _pages().where(column.in_(part), _of_forms(forms), *_takes_part(), *_finished_source())
                fresh += [p for p in _found(session, statement) if p.page.id not in found]
        found.update((p.page.id, p) for p in fresh)
        fresh = list({p.page.id: p for p in fresh}.values())
    return list(found.values())


def numbers_without_blanks(session: Session, source_ids: Iterable[str]) -> dict[str, int]:
    """Each page's place, from 1, among the pages of its source that aren't blank."""
    numbers: dict[str, int] = {}
    for part in _chunks(sorted(set(source_ids))):
        last, number = "", 0
        statement = select(Page).where(Page.source_id.in_(part)).order_by(Page.source_id, Page.position)
        for page in session.scalars(statement):
            number = number if page.source_id == last else 0
            last = page.source_id
            if page.status != BLANK:
                number += 1
                numbers[page.id] = number
    return numbers


def _found(session: Session, statement: Select[Page, Source, Registration]) -> list[PagePlace]:
    ordered = statement.order_by(Source.received_at, Source.id, Page.position)
    return [PagePlace(page, source, registration) for page, source, registration in session.execute(ordered)]


def _chunks(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[i : i + CHUNK] for i in range(0, len(names), CHUNK))

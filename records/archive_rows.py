"""The paper archive by place: what lies in a box, what has none yet. Only what this office owns and the scope covers.

An item in a dossier goes where the dossier goes and never stands in a list by itself; an item whose sheets were moved
into a dossier holds no paper any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from records.scope import within
from records.tables import ArchiveItem, Box, Child, Dossier, Location, Page, Registration, Sheet, Source

MOST = 500
"""So many rows of one place are shown or counted: a box holds fewer."""


class Whose(NamedTuple):
    """The office's store and the division that the reader may see."""

    store_id: str
    division: str


class Place(NamedTuple):
    """A box, a location without one, or neither: paper that nobody has put anywhere yet."""

    box_id: str | None = None
    location_id: str | None = None


NOWHERE = Place()


def items_at(session: Session, whose: Whose, place: Place, limit: int | None = None) -> Sequence[ArchiveItem]:
    """Items outside of dossiers that lie there, by number, with sheets, pages, registrations and places."""
    statement = (
        select(ArchiveItem)
        .where(_lies(place), _owned(whose))
        .options(
            selectinload(ArchiveItem.sheets).selectinload(Sheet.pages),
            selectinload(ArchiveItem.registration).selectinload(Registration.child),
            selectinload(ArchiveItem.box).selectinload(Box.location),
            selectinload(ArchiveItem.location),
        )
        .order_by(ArchiveItem.number_norm)
        .limit(limit)
    )
    return session.scalars(statement).all()


def dossiers_at(session: Session, whose: Whose, place: Place, limit: int | None = None) -> Sequence[Dossier]:
    """Dossiers that lie there, by number."""
    statement = select(Dossier).where(_dossier_lies(place), _own_child(whose)).order_by(Dossier.archive_number)
    return session.scalars(statement.limit(limit)).all()


def all_dossiers(session: Session, whose: Whose) -> Sequence[Dossier]:
    """Every dossier of the office and scope."""
    return session.scalars(select(Dossier).where(_own_child(whose))).all()


def count_nowhere(session: Session, whose: Whose) -> int:
    """Units that have no place yet, counted up to one more than ``MOST``."""
    items = select(ArchiveItem.id).where(_lies(NOWHERE), _owned(whose)).limit(MOST + 1)
    dossiers = select(Dossier.id).where(_dossier_lies(NOWHERE), _own_child(whose)).limit(MOST + 1)
    return sum(session.scalar(select(func.count()).select_from(each.subquery())) or 0 for each in (items, dossiers))


def boxes(session: Session, whose: Whose) -> Sequence[Box]:
    """Boxes in which something of the office lies."""
    item = exists().where(ArchiveItem.box_id == Box.id, ArchiveItem.dossier_id.is_(None), _owned(whose))
    dossier = exists().where(Dossier.box_id == Box.id, _own_child(whose))
    return session.scalars(select(Box).where(or_(item, dossier)).options(selectinload(Box.location))).all()


def shelves(session: Session, whose: Whose) -> Sequence[Location]:
    """Locations where something lies without a box."""
    item = exists().where(ArchiveItem.location_id == Location.id, ArchiveItem.dossier_id.is_(None), _owned(whose))
    in_dossier = exists().where(
        ArchiveItem.location_id == Location.id, ArchiveItem.dossier_id == Dossier.id, _own_child(whose)
    )
    return session.scalars(select(Location).where(or_(item, in_dossier))).all()


def owned_items(session: Session, whose: Whose, ids: Sequence[str]) -> Sequence[ArchiveItem]:
    """Those of these items that are the office's own, hold paper and lie in the scope, outside of dossiers."""
    found: list[ArchiveItem] = []
    for start in range(0, len(ids), MOST):
        chosen = ArchiveItem.id.in_(ids[start : start + MOST])
        found += session.scalars(select(ArchiveItem).where(chosen, ArchiveItem.dossier_id.is_(None), _owned(whose)))
    return found


def owned_dossiers(session: Session, whose: Whose, ids: Sequence[str]) -> Sequence[Dossier]:
    """Those of these dossiers that are the office's own and lie in the scope."""
    return session.scalars(select(Dossier).where(Dossier.id.in_(ids), _own_child(whose))).all()


def contents_of(session: Session, dossier_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Items and scanned sides of dossiers; those with nothing in them are left out."""
    statement = (
        select(ArchiveItem.dossier_id, func.count(ArchiveItem.id.distinct()), func.count(Page.id))
        .outerjoin(Sheet, Sheet.item_id == ArchiveItem.id)
        .outerjoin(Page, Page.sheet_id == Sheet.id)
        .where(ArchiveItem.dossier_id.in_(dossier_ids))
        .group_by(ArchiveItem.dossier_id)
    )
    return {dossier_id: (items, pages) for dossier_id, items, pages in session.execute(statement) if dossier_id}


def numbered(session: Session, whose: Whose, number_norm: str) -> str | None:
    """The id of the item outside of dossiers that has this 档号, in its one spelling."""
    same = ArchiveItem.number_norm == number_norm
    return session.scalar(select(ArchiveItem.id).where(same, ArchiveItem.dossier_id.is_(None), _owned(whose)))


def _lies(place: Place) -> ColumnElement[bool]:
    return and_(
        ArchiveItem.dossier_id.is_(None), _same(ArchiveItem.box_id, place.box_id), _at(ArchiveItem.location_id, place)
    )


def _dossier_lies(place: Place) -> ColumnElement[bool]:
    """A dossier on a shelf without boxes has its place by its items."""
    on_shelf = exists().where(ArchiveItem.dossier_id == Dossier.id, _same(ArchiveItem.location_id, place.location_id))
    if place.box_id is not None:
        return Dossier.box_id == place.box_id
    if place.location_id is not None:
        return and_(Dossier.box_id.is_(None), on_shelf)
    placed = exists().where(ArchiveItem.dossier_id == Dossier.id, ArchiveItem.location_id.is_not(None))
    return and_(Dossier.box_id.is_(None), ~placed)


def _at(column: InstrumentedAttribute[str | None], place: Place) -> ColumnElement[bool]:
    """Of what lies in a box the box knows the location."""
    return _same(column, None if place.box_id is not None else place.location_id)


def _same(column: InstrumentedAttribute[str | None], value: str | None) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _owned(whose: Whose) -> ColumnElement[bool]:
    """Paper lies in it: sheets of a registration, or of a paper that stands by itself."""
    form = exists().where(
        Sheet.item_id == ArchiveItem.id,
        Registration.id == Sheet.registration_id,
        Registration.store_id == whose.store_id,
        within(Registration.division, whose.division),
    )
    loose = exists().where(
        Sheet.item_id == ArchiveItem.id,
        Sheet.registration_id.is_(None),
        Page.sheet_id == Sheet.id,
        Source.id == Page.source_id,
        Source.store_id.is_(None),
        within(Source.division, whose.division),
    )
    return or_(form, loose)


def _own_child(whose: Whose) -> ColumnElement[bool]:
    return exists().where(
        Child.id == Dossier.child_id,
        Child.store_id.is_(None),
        within(func.coalesce(func.nullif(Child.scope, ""), Child.residence_division), whose.division),
    )

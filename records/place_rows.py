"""Numbers and places of paper: series, items, locations, boxes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from records.tables import (
    ArchiveItem,
    ArchiveSeries,
    Box,
    CrossReference,
    Dossier,
    Location,
    Page,
    Registration,
    Sheet,
    Visit,
)


def series(session: Session, prefix: str) -> ArchiveSeries | None:
    """The running series of this prefix."""
    return session.scalar(select(ArchiveSeries).where(ArchiveSeries.prefix == prefix))


def items_of_registration(session: Session, registration_id: str) -> Sequence[ArchiveItem]:
    """The items a registration's sheets are filed in, as numbered."""
    statement = select(ArchiveItem).where(ArchiveItem.registration_id == registration_id)
    return session.scalars(statement.order_by(ArchiveItem.numbered_at, ArchiveItem.id)).all()


def items_of_dossier(session: Session, dossier_id: str) -> Sequence[ArchiveItem]:
    """What lies in a dossier, in order, with sheets, pages and places."""
    statement = (
        select(ArchiveItem)
        .where(ArchiveItem.dossier_id == dossier_id)
        .options(
            selectinload(ArchiveItem.sheets).selectinload(Sheet.pages),
            selectinload(ArchiveItem.box).selectinload(Box.location),
            selectinload(ArchiveItem.location),
        )
        .order_by(ArchiveItem.position)
    )
    return session.scalars(statement).all()


def numbers_referring(session: Session, item_id: str) -> list[str]:
    """档号 of items that refer to this one, or that this one refers to."""
    there = select(ArchiveItem.archive_number).join(CrossReference, CrossReference.from_item_id == ArchiveItem.id)
    back = select(CrossReference.target).where(CrossReference.from_item_id == item_id)
    found = [*session.scalars(there.where(CrossReference.to_item_id == item_id)), *session.scalars(back)]
    return sorted(dict.fromkeys(found))


def forget_reference(session: Session, from_item_id: str, to_item_id: str) -> None:
    """The paper is back: no 参见 leads away from it any more."""
    session.execute(
        delete(CrossReference).where(
            CrossReference.from_item_id == from_item_id, CrossReference.to_item_id == to_item_id
        )
    )


def items_of_child(session: Session, child_id: str) -> Sequence[ArchiveItem]:
    """Every item with paper of a child: of its registrations and of its dossier, as numbered."""
    own = select(Registration.id).where(Registration.child_id == child_id)
    dossiers = select(Dossier.id).where(Dossier.child_id == child_id)
    visited = select(Sheet.item_id).join(Page, Page.sheet_id == Sheet.id).join(Visit, Visit.page_id == Page.id)
    statement = (
        select(ArchiveItem)
        .where(
            or_(
                ArchiveItem.registration_id.in_(own),
                ArchiveItem.dossier_id.in_(dossiers),
                ArchiveItem.id.in_(visited.where(Visit.child_id == child_id)),
            )
        )
        .options(
            selectinload(ArchiveItem.sheets).selectinload(Sheet.pages),
            selectinload(ArchiveItem.box).selectinload(Box.location),
            selectinload(ArchiveItem.location),
        )
        .order_by(ArchiveItem.numbered_at, ArchiveItem.id)
    )
    return session.scalars(statement).all()


def location(session: Session, parts: Sequence[str]) -> Location | None:
    """The location of storeroom, area, row, rack, shelf."""
    storeroom, area, row, rack, shelf = parts
    return session.scalar(
        select(Location).where(
            Location.storeroom == storeroom,
            Location.area == area,
            Location.row == row,
            Location.rack == rack,
            Location.shelf == shelf,
        )
    )


def box(session: Session, location_id: str | None, number: str) -> Box | None:
    """The box of this number at a location."""
    return session.scalar(select(Box).where(Box.location_id == location_id, Box.number == number))


def items_of_many(session: Session, registration_ids: Sequence[str]) -> dict[str, ArchiveItem | None]:
    """By registration the item of its first sheet, with where that lies; who has no sheet is left out."""
    statement = (
        select(Sheet.registration_id, ArchiveItem)
        .outerjoin(ArchiveItem, ArchiveItem.id == Sheet.item_id)
        .where(Sheet.registration_id.in_(registration_ids))
        .options(
            joinedload(ArchiveItem.box).joinedload(Box.location),
            joinedload(ArchiveItem.location),
        )
        .order_by(Sheet.registration_id, Sheet.number, Sheet.id)
    )
    found: dict[str, ArchiveItem | None] = {}
    for registration_id, item in session.execute(statement):
        found.setdefault(registration_id or "", item)
    return found


def sheets_of(session: Session, registration_ids: Sequence[str]) -> Sequence[Sheet]:
    """The sheets of registrations with their items and pages."""
    statement = (
        select(Sheet)
        .where(Sheet.registration_id.in_(registration_ids))
        .options(
            selectinload(Sheet.pages),
            selectinload(Sheet.item).selectinload(ArchiveItem.box).selectinload(Box.location),
            selectinload(Sheet.item).selectinload(ArchiveItem.location),
        )
        .order_by(Sheet.registration_id, Sheet.number, Sheet.id)
    )
    return session.scalars(statement).all()

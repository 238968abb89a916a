"""Where the paper lies: every sheet's 档号, sheet count and location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from forms.gazetteer import gazetteer
from records import office_rows, place_rows, registration_rows
from records.ids import CHINA
from records.session import Session
from records.store import Store
from records.tables import ArchiveItem, ArchiveSeries, Box, Location, Registration
from records.views import Actor, PlaceView, SheetPlaceRow
from workflow import scope
from workflow.archive_number import ArchiveNumber, format_number
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFound
from workflow.ownership import require_own
from workflow.permissions import Right, verb
from workflow.settings import CATEGORY, FONDS, NUMBER_TEMPLATE, RETENTION, UNIT, value_of

LONGEST_PART = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A physical place (DA/T 18-2022 存储位置); parts left empty are not used by this office."""

    storeroom: str = ""  # 库房
    area: str = ""  # 区
    row: str = ""  # 列
    rack: str = ""  # 架
    shelf: str = ""  # 层
    box: str = ""  # 盒

    def text(self) -> str:
        """``1库房2区3列4架5层6盒``; empty when nothing is known."""
        units = ("库房", "区", "列", "架", "层", "盒")
        values = (self.storeroom, self.area, self.row, self.rack, self.shelf, self.box)
        return "".join(f"{value}{unit}" for value, unit in zip(values, units, strict=True) if value)


# -- numbers ----------------------------------------------------------------------------------------------------------


def number_registration(store: Store, session: Session, now: datetime, registration: Registration) -> ArchiveItem:
    """Give a new registration the next 档号 of its series, within the caller's transaction."""
    number, series = next_number(store, session, now)
    return new_item(store, session, now, number, series_id=series.id, registration_id=registration.id)


def next_number(
    store: Store, session: Session, now: datetime, *, dossier: bool = False
) -> tuple[ArchiveNumber, ArchiveSeries]:
    """The next number of an item, or of a dossier, with its series, which has counted on.

    A number is given once; when its draft is dissolved it stays unused (DA/T 13-2022: 唯一性、稳定性).
    """
    year = now.astimezone(CHINA).year
    unit = value_of(session, UNIT) or _unit_of_office(session)
    parts = (value_of(session, FONDS), value_of(session, CATEGORY), year, value_of(session, RETENTION), unit)
    prefix = ArchiveNumber(*parts, item=0, dossier=dossier).series
    series = place_rows.series(session, prefix)
    if series is None:
        series = ArchiveSeries(id=store.new_id(), prefix=prefix, year=year, last_item=0)
        session.add(series)
    series.last_item += 1
    session.flush()
    return ArchiveNumber(*parts, item=series.last_item, dossier=dossier), series


def new_item(
    store: Store,
    session: Session,
    now: datetime,
    number: ArchiveNumber,
    *,
    series_id: str | None = None,
    registration_id: str | None = None,
    title: str = "",
) -> ArchiveItem:
    """An item (件) of this number. Within a series ``number.item`` counts; within a dossier ``number.position``."""
    item = ArchiveItem(
        id=store.new_id(),
        archive_number=format_number(number, value_of(session, NUMBER_TEMPLATE)),
        number_norm=format_number(number),
        series_id=series_id,
        item_number=None if series_id is None else number.item,
        registration_id=registration_id,
        title=title,
        numbered_at=now,
    )
    session.add(item)
    session.flush()
    return item


def _unit_of_office(session: Session) -> str:
    """The name of the office's own division, else of the office, as one part of a number."""
    office = office_rows.office(session)
    division = gazetteer().division(office.division)
    name = office.name if division is None else division.name
    return "".join(c for c in name if c.isalnum())[:LONGEST_PART] or office.division


def items_of(session: Session, registration_id: str) -> Sequence[ArchiveItem]:
    """The items of a registration: one, unless it was filed again."""
    return place_rows.items_of_registration(session, registration_id)


def item_of(session: Session, registration: Registration) -> ArchiveItem:
    """The item in which a registration's sheets lie, after any moves into a dossier and out again."""
    items = items_of(session, registration.id)
    return next((item for item in reversed(items) if item.sheets), items[-1])


# -- places -----------------------------------------------------------------------------------------------------------


@verb(Right.PLACE)
def set_location(store: Store, actor: Actor, now: datetime, registration_ids: Sequence[str], place: Place) -> Changes:
    """The sheets of these registrations lie at ``place``. Raises BadValue for parts that are too long, WrongState for
    paper of another office."""
    clean = checked_place(place)
    with store.transaction() as session:
        box, location = box_and_location(store, session, clean)
        for registration_id in registration_ids:
            items = items_of(session, registration_id)
            found = registration_rows.registration(session, registration_id)
            if not items or found is None or not scope.sees_registration(actor, found):
                raise NotFound("有一份登记表已经不在资料库里了，存放位置一份都没有改。请刷新后再做。")
            require_own(store, session, found)  # the paper lies with its owner, who says where
            for item in items:
                if item.sheets or len(items) == 1:  # not where a sheet was before it went into a dossier
                    put_at(item, box, location)
            store.audit(session, actor.user_id, now, "sheet.place", registration_id)
    return changed(registrations=registration_ids)


def checked_place(place: Place) -> Place:
    """Without blanks around its parts. Raises BadValue for parts that are too long."""
    clean = Place(*(str(getattr(place, f.name)).strip() for f in fields(place)))
    if any(len(getattr(clean, f.name)) > LONGEST_PART for f in fields(clean)):
        raise BadValue(f"存放位置的每一段不能超过 {LONGEST_PART} 个字，没有改。")
    return clean


def put_at(item: ArchiveItem, box: Box | None, location: Location | None) -> None:
    """An item lies in a box, or at a location while it has none."""
    item.box = box
    item.location = None if box is not None else location


def box_and_location(store: Store, session: Session, place: Place) -> tuple[Box | None, Location | None]:
    """The rows of a place, made where there are none yet."""
    parts = (place.storeroom, place.area, place.row, place.rack, place.shelf)
    location = None
    if any(parts):
        location = place_rows.location(session, parts)
        if location is None:
            names = ("storeroom", "area", "row", "rack", "shelf")
            location = Location(id=store.new_id(), **dict(zip(names, parts, strict=True)))
            session.add(location)
            session.flush()
    if not place.box:
        return None, location
    box = place_rows.box(session, None if location is None else location.id, place.box)
    if box is None:
        box = Box(id=store.new_id(), number=place.box, location_id=None if location is None else location.id)
        session.add(box)
        session.flush()
    return box, location


def place_of(item: ArchiveItem) -> Place:
    """Where an item lies; all parts empty while nobody has said."""
    return shelf_place(item.location) if item.box is None else box_place(item.box)


def box_place(box: Box) -> Place:
    """Where a box stands, with its number."""
    return replace(shelf_place(box.location), box=box.number)


def shelf_place(row: Location | None) -> Place:
    """A location without a box."""
    return Place() if row is None else Place(row.storeroom, row.area, row.row, row.rack, row.shelf)


def place_view(registration: Registration) -> PlaceView:
    """The place of a registration whose sheets are loaded."""
    items = [sheet.item for sheet in registration.sheets if sheet.item is not None]
    if not items:
        return PlaceView("", len(registration.sheets), "")
    sheets = {sheet.id for item in items for sheet in item.sheets}  # with papers that lie behind the form
    return PlaceView(items[0].archive_number, len(sheets), place_of(items[0]).text())


@verb(Right.SEE_CHILDREN)
def sheet_places(store: Store, actor: Actor, child_id: str) -> tuple[SheetPlaceRow, ...]:
    """The sheets of a child, newest statement first: where the paper is and which pages show it. Raises NotFound."""
    with store.session() as session:
        scope.child_registrations(session, actor, child_id)
    store.saw(actor.user_id, "child.see", [child_id])
    with store.session() as session:
        ids = [registration.id for registration in scope.child_registrations(session, actor, child_id)]
        sheets = place_rows.sheets_of(session, ids)
        rows = []
        for registration_id in ids:
            own = [sheet for sheet in sheets if sheet.registration_id == registration_id]
            items = [sheet.item for sheet in own if sheet.item is not None]
            rows.append(
                SheetPlaceRow(
                    registration_id=registration_id,
                    archive_number=items[0].archive_number if items else "",
                    location=place_of(items[0]).text() if items else "",
                    page_ids=tuple(page.id for sheet in own for page in sheet.pages),
                )
            )
        return tuple(rows)

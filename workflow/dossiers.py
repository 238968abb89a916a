"""Paper dossiers (案卷) of key-concern children: opened, filled sheet by sheet, placed.

A sheet that goes into a dossier gets a number within it and leaves a 参见 where it was (DA/T 13-2022 按卷;
吉民发〔2024〕34号 二（二）: 建立重点关爱服务对象纸质档案). Numbers once given are never given again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from records import care_rows, place_rows
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import (
    ArchiveItem,
    Box,
    Child,
    CrossReference,
    Dossier,
    Location,
    Page,
    Registration,
    Sheet,
)
from records.views import Actor, PageState
from records.views_care import DossierView, SheetView
from workflow import scope
from workflow.archive_number import ArchiveNumber, format_number, parse_number
from workflow.changes import Changes, changed
from workflow.cross_reference import (
    Place,
    box_and_location,
    box_place,
    checked_place,
    item_of,
    items_of,
    new_item,
    next_number,
    place_of,
    put_at,
)
from workflow.errors import NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.heads import Head
from workflow.ownership import own_child
from workflow.permissions import Right, verb
from workflow.settings import NUMBER_TEMPLATE, value_of

SEE = "see"  # 参见
MOVED = "移入重点关爱服务对象案卷"
TITLE = "重点关爱服务对象档案"  # behind the child's name
TAKEN_OUT = "移出案卷，回到原处"


@verb(Right.PLACE)
def open_dossier(store: Store, actor: Actor, now: datetime, child_id: str) -> tuple[Changes, str]:
    """Open the child's dossier under the next number of its series; returns its id too."""
    with store.transaction() as session:
        child = own_child(session, actor, child_id)
        if care_rows.dossier_of(session, child.id) is not None:
            raise WrongState("这名儿童已经有案卷，没有另建。")
        number, _series = next_number(store, session, now, dossier=True)
        row = Dossier(
            id=store.new_id(),
            archive_number=format_number(number, value_of(session, NUMBER_TEMPLATE)),
            title=f"{child.name}{TITLE}",
            child_id=child.id,
            opened_on=civil_date(now),
        )
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "dossier.open", row.id, {"child": child.id})
        return changed(children=[child.id]), row.id


@verb(Right.PLACE)
def put_in(store: Store, actor: Actor, now: datetime, dossier_id: str, registration_id: str) -> Changes:
    """A registration's sheets go into the child's dossier; where they were, a 参见 says so."""
    with store.transaction() as session:
        dossier = _dossier(session, actor, dossier_id)
        registration = scope.registration(session, actor, registration_id)
        if registration.child_id != dossier.child_id:
            raise WrongState("这份登记表不是这名儿童的，没有归入。请检查后再做。")
        before = item_of(session, registration)
        if before.dossier_id is not None:
            raise WrongState("这份登记表已经在案卷里，没有改动。")
        item = _next_item(
            store, session, now, dossier, registration_id=registration.id, title=_title(store, session, registration)
        )
        for sheet in list(before.sheets):
            sheet.item = item
        _refer(store, session, actor, now, before, item, MOVED)
        store.audit(session, actor.user_id, now, "dossier.put_in", dossier.id, {"item": item.id})
        return changed(children=[dossier.child_id or ""], registrations=[registration.id])


@verb(Right.PLACE)
def take_out(store: Store, actor: Actor, now: datetime, dossier_id: str, registration_id: str) -> Changes:
    """A registration's sheets go back to where they were filed before; the dossier keeps the number, with a 参见.

    Raises WrongState for one that doesn't lie in this dossier.
    """
    with store.transaction() as session:
        dossier = _dossier(session, actor, dossier_id)
        registration = scope.registration(session, actor, registration_id)
        item = item_of(session, registration)
        if item.dossier_id != dossier.id:
            raise WrongState("这份登记表不在这个案卷里，没有改动。请刷新后再看。")
        back = _first_filed(session, registration)
        for sheet in list(item.sheets):
            sheet.item = back
        place_rows.forget_reference(session, back.id, item.id)
        _refer(store, session, actor, now, item, back, TAKEN_OUT)
        store.audit(session, actor.user_id, now, "dossier.take_out", dossier.id, {"item": item.id})
        return changed(children=[dossier.child_id or ""], registrations=[registration.id])


def _first_filed(session: Session, registration: Registration) -> ArchiveItem:
    """The item 按件 of a registration. Every registration gets one before it can go into a dossier."""
    return next(item for item in items_of(session, registration.id) if item.dossier_id is None)


def _refer(
    store: Store, session: Session, actor: Actor, now: datetime, before: ArchiveItem, after: ArchiveItem, note: str
) -> None:
    """A 参见 from where the sheets were to where they are."""
    session.flush()
    session.add(
        CrossReference(
            id=store.new_id(),
            from_item_id=before.id,
            to_item_id=after.id,
            target=after.archive_number,
            kind=SEE,
            note=note,
            at=now,
            by=actor.user_id,
        )
    )
    session.flush()


@verb(Right.PLACE)
def set_dossier_location(store: Store, actor: Actor, now: datetime, dossier_id: str, place: Place) -> Changes:
    """The dossier with everything in it lies at ``place``. Raises BadValue for parts that are too long, WrongState for
    an empty one without a box."""
    clean = checked_place(place)
    with store.transaction() as session:
        dossier = _dossier(session, actor, dossier_id)
        box, location = box_and_location(store, session, clean)
        place_dossier(session, dossier, box, location)
        store.audit(session, actor.user_id, now, "dossier.place", dossier.id)
        return changed(children=[dossier.child_id or ""])


def place_dossier(session: Session, row: Dossier, box: Box | None, location: Location | None) -> None:
    """A dossier with everything in it, within the caller's transaction.

    Raises WrongState for an empty one that is to lie outside a box: its place is that of what lies in it.
    """
    items = place_rows.items_of_dossier(session, row.id)
    if location is not None and box is None and not items:
        raise WrongState("案卷里还没有归入纸件，要写明盒号才能登记位置，没有改动。")
    row.box_id = None if box is None else box.id
    for item in items:
        put_at(item, box, location)
    session.flush()


def dossier_place(session: Session, row: Dossier, items: Sequence[ArchiveItem]) -> str:
    """Where a dossier lies, in words; "" while nobody has said."""
    if items:
        return place_of(items[0]).text()
    box = None if row.box_id is None else session.get(Box, row.box_id)
    return "" if box is None else box_place(box).text()


def _dossier(session: Session, actor: Actor, dossier_id: str) -> Dossier:
    found = session.get(Dossier, dossier_id)
    if found is None or found.child_id is None:
        raise NotFound("这个案卷不在资料库里了，没有改动。请刷新后再看。")
    own_child(session, actor, found.child_id)  # another office's dossier lies with that office
    return found


def _title(store: Store, session: Session, registration: Registration) -> str:
    return stored_form(store, session, registration.form_id, registration.form_version).title


def _next_item(
    store: Store,
    session: Session,
    now: datetime,
    dossier: Dossier,
    *,
    registration_id: str | None = None,
    title: str,
) -> ArchiveItem:
    """The next 卷内文件 of a dossier, at the dossier's place."""
    items = place_rows.items_of_dossier(session, dossier.id)
    position = 1 + max((item.position or 0 for item in items), default=0)
    whole = parse_number(dossier.archive_number)
    number = ArchiveNumber(
        whole.fonds,
        whole.category,
        whole.year,
        whole.retention,
        whole.unit,
        whole.item,
        dossier=True,
        position=position,
    )
    item = new_item(store, session, now, number, registration_id=registration_id, title=title)
    item.dossier_id, item.position = dossier.id, position
    if items:
        put_at(item, items[-1].box, items[-1].location)
    elif dossier.box_id is not None:
        item.box_id = dossier.box_id
    session.flush()
    return item


def file_pages(
    store: Store, session: Session, now: datetime, pages: Sequence[Page], child: Child | None, title: str
) -> ArchiveItem:
    """Read sides of one sheet that is no registration (visit record, work log, card) get their place.

    In the child's dossier; filed 按件 like a registration while there is none, or for several children. Within the
    caller's transaction.
    """
    dossier = None if child is None else care_rows.dossier_of(session, child.id)
    if dossier is not None:
        item = _next_item(store, session, now, dossier, title=title)
    else:
        number, series = next_number(store, session, now)
        item = new_item(store, session, now, number, series_id=series.id, title=title)
    sheet = Sheet(id=store.new_id(), serial=pages[0].serial, number=1, item_id=item.id)
    session.add(sheet)
    session.flush()
    for side, page in enumerate(pages, start=1):
        page.sheet, page.side = sheet, side
        page.state = PageState.PLACED
    session.flush()
    return item


# -- looking ----------------------------------------------------------------------------------------------------------


def view(session: Session, row: Dossier, who: Head) -> DossierView:
    """One dossier with its items."""
    items = place_rows.items_of_dossier(session, row.id)
    views = tuple(sheet_view(session, item, row.archive_number) for item in items)
    return DossierView(
        dossier_id=row.id,
        archive_number=row.archive_number,
        title=f"{who.name}{TITLE}" if who.hides("child_name") else row.title,
        child_id=row.child_id or "",
        opened_on=row.opened_on,
        location=dossier_place(session, row, items),
        items=views,
    )


def sheet_view(session: Session, item: ArchiveItem, dossier_number: str = "") -> SheetView:
    """One item of paper: where it lies, its pages, and what refers to it."""
    return SheetView(
        registration_id=item.registration_id or "",
        title=item.title,
        archive_number=item.archive_number,
        location=place_of(item).text(),
        dossier=dossier_number,
        position=item.position,
        page_ids=tuple(page.id for sheet in item.sheets for page in sheet.pages),
        see=tuple(place_rows.numbers_referring(session, item.id)),
    )

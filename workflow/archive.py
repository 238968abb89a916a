"""纸质档案: what lies in which box, what has no place yet, and the list that is laid into a box (归档文件目录).

The office's own paper only: what came in a package lies with the office that sent it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from exporters.archive_list import ArchiveLine, ArchiveList, archive_list_pdf
from exporters.files import FileProblem, write_file
from records import archive_rows, office_rows, place_rows, registration_rows
from records.archive_rows import MOST, NOWHERE, Whose
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import ArchiveItem, Box, Child, Dossier, Location
from records.views import Actor
from records.views_archive import BoxRow, PaperRow, Papers, Shelves
from workflow import blind, scope
from workflow.archive_number import format_number, parse_number
from workflow.changes import NOTHING, Changes, changed
from workflow.cross_reference import Place, box_and_location, checked_place, place_of, put_at, shelf_place
from workflow.dossiers import dossier_place, place_dossier
from workflow.errors import BadValue, NotFound, NotWritten, WrongState
from workflow.forms_in_use import stored_form
from workflow.heads import Heads
from workflow.permissions import Right, verb

BOX, SHELF = "box:", "shelf:"
DOSSIER = "重点关爱服务对象案卷"


@dataclass(frozen=True, slots=True)
class WrittenList:
    """How many lines stand on it, and what was written."""

    lines: int
    sha256: str


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.PLACE)
def shelves(store: Store, actor: Actor) -> Shelves:
    """Every place in which paper of the office lies, as one walks along them, and how much has none."""
    with store.session() as session:
        whose = _whose(store, actor)
        boxes = [_box_row(box) for box in archive_rows.boxes(session, whose)]
        boxes += [_shelf_row(SHELF + row.id, "", row) for row in archive_rows.shelves(session, whose)]
        without = archive_rows.count_nowhere(session, whose)
    return Shelves(tuple(sorted(boxes, key=_walked)), min(without, MOST), without > MOST)


@verb(Right.PLACE)
def papers(store: Store, actor: Actor, where: str = "") -> Papers:
    """What lies in a place (``BoxRow.key``), or with "" what has none yet, by 档号: the first ``MOST``."""
    with store.session() as session:
        rows = _rows(store, session, actor, where, MOST + 1)
    store.saw(actor.user_id, "archive.see", [store.store_id])
    return Papers(rows[:MOST], len(rows) > MOST)


@verb(Right.PLACE)
def numbered(store: Store, actor: Actor, archive_number: str) -> str | None:
    """The id by which ``put_away`` knows an item, in whatever style its 档号 was typed. Raises BadValue for no 档号."""
    wanted = format_number(parse_number(archive_number))
    with store.session() as session:
        whose = _whose(store, actor)
        item = archive_rows.numbered(session, whose, wanted)
        if item is not None:
            return item
        dossiers = archive_rows.all_dossiers(session, whose)  # an office has few
        return next((d.id for d in dossiers if _spelt(d.archive_number) == wanted), None)


def _spelt(number: str) -> str:
    """A dossier's 档号 in one spelling. One that was given again is none any more (``records.handover_taking``)."""
    try:
        return format_number(parse_number(number))
    except BadValue:
        return number


def _whose(store: Store, actor: Actor) -> Whose:
    return Whose(store.store_id, actor.division)


def _place(where: str) -> archive_rows.Place:
    if where.startswith(BOX):
        return archive_rows.Place(box_id=where.removeprefix(BOX))
    return archive_rows.Place(location_id=where.removeprefix(SHELF)) if where else NOWHERE


def _rows(store: Store, session: Session, actor: Actor, where: str, limit: int | None) -> tuple[PaperRow, ...]:
    whose, place = _whose(store, actor), _place(where)
    items = archive_rows.items_at(session, whose, place, limit)
    dossiers = archive_rows.dossiers_at(session, whose, place, limit)
    children = {child.id: child for item in items if (child := _child(item)) is not None}
    for row in dossiers:
        child = session.get(Child, row.child_id)
        if child is not None:
            children[child.id] = child
    heads = Heads(session, actor, children.values())
    rows = [_item_row(store, session, item, heads) for item in items]
    contents = archive_rows.contents_of(session, [row.id for row in dossiers])
    rows += [_dossier_row(session, row, heads, *contents.get(row.id, (0, 0))) for row in dossiers]
    return tuple(rows)


def _child(item: ArchiveItem) -> Child | None:
    return None if item.registration is None else item.registration.child


def _item_row(store: Store, session: Session, item: ArchiveItem, heads: Heads) -> PaperRow:
    form, child = item.registration, _child(item)
    title = item.title
    if not title and form is not None:
        title = stored_form(store, session, form.form_id, form.form_version).title
    return PaperRow(
        row_id=item.id,
        dossier=False,
        archive_number=item.archive_number,
        title=title,
        name="" if child is None else heads[child.id].name,
        on=form.form_date if form is not None and form.form_date is not None else civil_date(item.numbered_at),
        pages=sum(len(sheet.pages) for sheet in item.sheets),
        location=place_of(item).text(),
        verified=form is None or form.state not in registration_rows.OPEN,
        child_id="" if child is None else child.id,
        registration_id=item.registration_id or "",
    )


def _dossier_row(session: Session, row: Dossier, heads: Heads, items: int, pages: int) -> PaperRow:
    assert row.child_id is not None  # dossiers_at finds them by their children
    return PaperRow(
        row_id=row.id,
        dossier=True,
        archive_number=row.archive_number,
        title=f"{DOSSIER}（{items} 件）" if items else f"{DOSSIER}（还没有归入）",
        name=heads[row.child_id].name,
        on=row.opened_on,
        pages=pages,
        location=dossier_place(session, row, place_rows.items_of_dossier(session, row.id)),
        verified=True,
        child_id=row.child_id,
        registration_id="",
    )


def _box_row(box: Box) -> BoxRow:
    return _shelf_row(BOX + box.id, box.number, box.location)


def _shelf_row(key: str, number: str, row: Location | None) -> BoxRow:
    at = shelf_place(row)
    return BoxRow(key, number, at.text(), (at.storeroom, at.area, at.row, at.rack, at.shelf))


def _named(session: Session, where: str) -> str:
    """A place of ``shelves`` in words, "" where it isn't there any more."""
    place = _place(where)
    if place.box_id is not None:
        box = session.get(Box, place.box_id)
        return "" if box is None else _box_row(box).words
    return shelf_place(session.get(Location, place.location_id)).text()


def _walked(row: BoxRow) -> tuple[str, int, str]:
    """By location; within it boxes by number, as numbers where they are."""
    return row.location, int(row.number) if row.number.isdecimal() else 0, row.number


# -- putting away -----------------------------------------------------------------------------------------------------


@verb(Right.PLACE)
def put_away(store: Store, actor: Actor, now: datetime, row_ids: Sequence[str], place: Place) -> Changes:
    """These items and dossiers (``PaperRow.row_id``) lie at ``place``; with no part given, nowhere any more.

    All or none. Raises NotFound where one isn't there any more, BadValue for parts that are too long, WrongState for
    an empty dossier without a box: its place is that of what lies in it.
    """
    clean = checked_place(place)
    with store.transaction() as session:
        whose = _whose(store, actor)
        items = archive_rows.owned_items(session, whose, row_ids)
        rest = set(row_ids) - {item.id for item in items}
        dossiers = archive_rows.owned_dossiers(session, whose, sorted(rest))
        if len(dossiers) < len(rest):
            raise NotFound("有的纸已经不在这里了（可能归入了案卷），存放位置一份都没有改。请刷新后再做。")
        box, location = box_and_location(store, session, clean) if clean != Place() else (None, None)
        touched: set[str] = set()
        for item in items:
            put_at(item, box, location)
            touched.add(item.registration_id or "")
            store.audit(session, actor.user_id, now, "sheet.place", item.registration_id or item.id)
        for dossier in dossiers:
            place_dossier(session, dossier, box, location)
            store.audit(session, actor.user_id, now, "dossier.place", dossier.id)
        children = {item.registration.child_id or "" for item in items if item.registration is not None}
        children |= {dossier.child_id or "" for dossier in dossiers}
    return changed(registrations=touched - {""}, children=children - {""})


@verb(Right.PLACE)
def move_box(store: Store, actor: Actor, now: datetime, where: str, place: Place) -> Changes:
    """A box with everything of this office in it stands elsewhere; its number stays. ``where``: ``BoxRow.key``.

    Boxes are known by their marks, so one may stand for another office's box of the same number too: what lies in
    that one stays where its office said. Raises NotFound, WrongState where paper lies in a box of this number there
    already, NotAllowed for a part of an office: others' papers may lie in it.
    """
    clean = checked_place(place)
    with store.transaction() as session:
        scope.require_whole_office(session, actor)
        whose, at = _whose(store, actor), _place(where)
        box = None if at.box_id is None else session.get(Box, at.box_id)
        items = archive_rows.items_at(session, whose, at) if box is not None else ()
        dossiers = archive_rows.dossiers_at(session, whose, at) if box is not None else ()
        if box is None or not (items or dossiers):
            raise NotFound("这个盒子已经不在资料库里了，没有改动。请刷新后再看。")
        to, location = box_and_location(store, session, replace(clean, box=box.number))
        assert to is not None  # a box has a number
        there = archive_rows.Place(box_id=to.id)
        if to is box:
            return NOTHING
        if archive_rows.items_at(session, whose, there, 1) or archive_rows.dossiers_at(session, whose, there, 1):
            raise WrongState(f"那里已经有一个{box.number}盒，没有改动。请先把两盒的纸合到一盒，或换一个盒号。")
        for item in items:
            put_at(item, to, location)
        for dossier in dossiers:
            place_dossier(session, dossier, to, location)
        session.flush()
        store.audit(session, actor.user_id, now, "box.move", to.id, {"from": box.id})
        registrations = {item.registration_id for item in items if item.registration_id}
        return changed(registrations=registrations, children={dossier.child_id or "" for dossier in dossiers})


# -- the list in the box ----------------------------------------------------------------------------------------------


@verb(Right.PLACE)
def write_list(store: Store, actor: Actor, now: datetime, where: str, path: Path) -> WrittenList:
    """The 归档文件目录 (DA/T 22-2015) of what lies in a place, as a PDF to be laid into the box.

    Raises BadValue where nothing lies there, NotWritten; the file is whole or not there.
    """
    with store.session() as session:
        rows = _rows(store, session, actor, where, None) if where else ()
        if not rows:
            raise BadValue("这里没有纸件，没有写出目录。")
        office = office_rows.office(session).name
        document = ArchiveList(
            office=office,
            place=_named(session, where),
            made_on=civil_date(now),
            lines=tuple(_line(row, office) for row in rows),
        )
    try:
        written = write_file(path, archive_list_pdf(document))
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        file_hash = store.keyed_hash(written.sha256.encode(), "file")
        store.audit(session, actor.user_id, now, "archive.list", "-", {"lines": len(rows), "file": file_hash})
    return WrittenList(len(rows), written.sha256)


def _line(row: PaperRow, office: str) -> ArchiveLine:
    return ArchiveLine(
        archive_number=row.archive_number,
        responsible=office,
        title=row.title if row.name in ("", blind.PENDING) else f"{row.title}（{row.name}）",
        on=row.on,
        pages=row.pages,
        note="" if row.verified else "未核对",
    )

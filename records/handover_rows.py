"""What goes from store to store, gathered as documents: a registration, a delivered file, a child, a report."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from records.handover_documents import CHILD_TABLES, KINDS, TABLES, Document, Row, columns_of, plain
from records.handover_sealing import Gathering, opened_rows
from records.registration_rows import DONE
from records.tables import ArchiveItem, Batch, BatchRow, Page, Receipt, Registration, Sheet, Visit, WorkLogEntry
from records.views import BatchRowState

CHUNK = 200
Columns = TypeVarTuple("Columns")
NOT_HANDED_OVER = "not_handed_over"  # reason of a page of the same file whose registration stays where it is


def _rows(session: Session, table: str, column: str, values: Collection[str]) -> dict[str, list[Row]]:
    """Rows by the value of ``column``, in the order of their keys."""
    found: dict[str, list[Row]] = {}
    names = columns_of(table)
    wanted = sorted(values)
    for start in range(0, len(wanted), CHUNK):
        statement = select(TABLES[table]).where(TABLES[table].c[column].in_(wanted[start : start + CHUNK]))
        for row in session.execute(statement.order_by(*TABLES[table].primary_key.columns)).mappings():
            found.setdefault(str(row[column]), []).append({n: plain(row[n]) for n in names})
    return found


def own_registrations(session: Session, store_id: str) -> list[tuple[str, str]]:
    """Ids of the store's own verified registrations with their children, in their sequence."""
    statement = select(Registration.id, Registration.child_id).where(
        Registration.store_id == store_id, Registration.state.in_(DONE)
    )
    return [(row_id, child_id or "") for row_id, child_id in session.execute(statement.order_by(Registration.sequence))]


def registrations(session: Session, gathering: Gathering, ids: Sequence[str]) -> Iterator[Document]:
    """Registrations with answers, history, what two persons agreed upon, sheets, papers behind, and their places."""
    by_registration = {
        table: _rows(session, table, "registration_id", ids)
        for table in ("sheets", "answers", "answer_events", "second_entries")
    }
    for registration_id, behind in _sheets_behind(session, ids).items():
        by_registration["sheets"].setdefault(registration_id, []).extend(behind)
    rows = _rows(session, "registrations", "id", ids)
    placed = _placed(session, ids)
    items_of = _items(session, ids, by_registration["sheets"])
    item_ids = {item["id"] for found in items_of.values() for item in found}
    references = _rows(session, "cross_references", "from_item_id", item_ids)
    kept = {d for found in items_of.values() for item in found if (d := item["dossier_id"])}
    dossiers = _rows(session, "dossiers", "id", kept)
    boxes = _rows(session, "boxes", "id", _named("box_id", items_of, dossiers))
    locations = _rows(session, "locations", "id", _named("location_id", items_of, boxes))
    for registration_id in ids:
        items = items_of.get(registration_id, [])
        own = {item["id"] for item in items}
        in_dossiers = [d for key in _ids(items, "dossier_id") for d in dossiers.get(key, [])]
        in_boxes = [b for key in _ids([*items, *in_dossiers], "box_id") for b in boxes.get(key, [])]
        at = [row for key in _ids([*items, *in_boxes], "location_id") for row in locations.get(key, [])]
        found: dict[str, list[Row]] = {
            "registrations": rows[registration_id],
            "sheets": by_registration["sheets"].get(registration_id, []),
            "archive_items": items,
            "dossiers": in_dossiers,
            "boxes": in_boxes,
            "locations": at,
            "cross_references": [
                {**r, "to_item_id": r["to_item_id"] if r["to_item_id"] in own else None}
                for item in items
                for r in references.get(item["id"], [])
            ],
        }
        for table in ("answers", "answer_events"):
            found[table] = opened_rows(gathering, table, by_registration[table].get(registration_id, []))
        # what two persons still differ about is for this office to resolve; without any, a state stays what it was
        agreed = [
            r for r in by_registration["second_entries"].get(registration_id, []) if r["agreed"] or r["resolved_at"]
        ]
        if agreed:
            found["second_entries"] = agreed
        yield {"kind": "registration", "id": registration_id, "rows": found, "placed": placed.get(registration_id, [])}


def _placed(session: Session, ids: Sequence[str]) -> dict[str, list[list[Any]]]:
    """Page, sheet and side of every page on these registrations' sheets."""
    found: dict[str, list[list[Any]]] = {}
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        for statement in (
            select(Sheet.registration_id, Page.id, Sheet.id, Page.side).where(Sheet.registration_id.in_(some)),
            _behind(select(ArchiveItem.registration_id, Page.id, Sheet.id, Page.side), some),
        ):
            for registration_id, *place in session.execute(statement.join(Page, Page.sheet_id == Sheet.id)):
                found.setdefault(registration_id or "", []).append(list(place))
    return {registration_id: sorted(places) for registration_id, places in found.items()}


def _behind(statement: Select[*Columns], ids: Sequence[str]) -> Select[*Columns]:
    """Of sheets with papers that lie behind these registrations' forms, in the same item."""
    of_items = statement.select_from(ArchiveItem).join(Sheet, Sheet.item_id == ArchiveItem.id)
    # put so that no index over sheets without a registration tempts: those are few here and many in the store
    without_form = func.coalesce(Sheet.registration_id, "") == ""
    return of_items.where(ArchiveItem.registration_id.in_(ids), without_form)


def _sheets_behind(session: Session, ids: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of the sheets with papers behind these registrations' forms."""
    whose: dict[str, str] = {}
    for start in range(0, len(ids), CHUNK):
        statement = _behind(select(Sheet.id, ArchiveItem.registration_id), ids[start : start + CHUNK])
        whose.update((sheet_id, registration_id or "") for sheet_id, registration_id in session.execute(statement))
    found: dict[str, list[Row]] = {}
    for sheet_id, rows in sorted(_rows(session, "sheets", "id", whose).items()):
        found.setdefault(whose[sheet_id], []).extend(rows)
    return found


def _items(session: Session, ids: Sequence[str], sheets: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """The items in which a registration's sheets lie or lay, by registration."""
    own = _rows(session, "archive_items", "registration_id", ids)
    lying = {sheet["item_id"] for found in sheets.values() for sheet in found if sheet["item_id"]}
    others = _rows(session, "archive_items", "id", lying)
    items: dict[str, list[Row]] = {}
    for registration_id in ids:
        there = {item["id"]: item for item in own.get(registration_id, [])}
        for sheet in sheets.get(registration_id, []):
            for item in others.get(sheet["item_id"] or "", []):
                there.setdefault(item["id"], item)
        items[registration_id] = [there[key] for key in sorted(there)]
    return items


def _ids(rows: Sequence[Row], column: str) -> list[str]:
    return sorted({row[column] for row in rows if row[column]})


def _named(column: str, *groups: Mapping[str, list[Row]]) -> set[str]:
    return {row[column] for group in groups for rows in group.values() for row in rows if row.get(column)}


def pages_of(session: Session, registration_ids: Sequence[str]) -> dict[str, str]:
    """The pages on these registrations' sheets, and of the papers behind, each with its file."""
    found: dict[str, str] = {}
    for start in range(0, len(registration_ids), CHUNK):
        some = registration_ids[start : start + CHUNK]
        columns = select(Page.id, Page.source_id)
        for statement in (
            columns.select_from(Sheet).where(Sheet.registration_id.in_(some)),
            _behind(columns, some),
        ):
            rows = session.execute(statement.join(Page, Page.sheet_id == Sheet.id))
            found.update((page_id, source_id) for page_id, source_id in rows)
    return found


def pages_of_care(session: Session, child_ids: Sequence[str]) -> dict[str, str]:
    """The pages with the visit forms and logs of these children, each with its file."""
    found: dict[str, str] = {}
    for start in range(0, len(child_ids), CHUNK):
        some = child_ids[start : start + CHUNK]
        for kind in (Visit, WorkLogEntry):
            statement = select(Page.id, Page.source_id).join(kind, kind.page_id == Page.id)
            found.update((page, source) for page, source in session.execute(statement.where(kind.child_id.in_(some))))
    return found


def existing(session: Session, table: str, ids: Collection[str]) -> set[str]:
    """Those of the ids that have a row."""
    column = TABLES[table].c.id
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        found.update(session.scalars(select(column).where(column.in_(wanted[start : start + CHUNK]))))
    return found


def one(session: Session, kind: str, row_id: str) -> Document:
    """A document of a single row."""
    (table,) = KINDS[kind]
    return {"kind": kind, "id": row_id, "rows": {table: _rows(session, table, "id", [row_id])[row_id]}}


def open_keys(document: Document) -> dict[str, bytes]:
    """The vault files of a source whose keys stand open in it."""
    (source,) = document["rows"]["sources"]
    named = [(source["vault_id"], source.get("vault_key"), source["vault_key_sealed"])]
    for page in document["rows"]["pages"]:
        named.append((page["view_id"], page.get("view_key"), page["view_key_sealed"]))
        named.append((page["masked_id"], page.get("masked_key"), False))
    return {vault_id: base64.b64decode(key) for vault_id, key, sealed in named if vault_id and key and not sealed}


def sources(
    session: Session, gathering: Gathering, ids: Sequence[str], goes: Callable[[str], bool]
) -> Iterator[Document]:
    """Delivered files with their pages and readings. ``goes``: does this page's registration go along?"""
    rows, pages = _rows(session, "sources", "id", ids), _rows(session, "pages", "source_id", ids)
    page_ids = [page["id"] for found in pages.values() for page in found if goes(page["id"])]
    readings = _rows(session, "readings", "page_id", page_ids)
    for source_id in ids:
        (row,) = rows[source_id]
        files: list[str] = []
        source = _file(gathering, files, row, "vault_id", "vault_key")
        if source["vault_key"] is None and row["erased_at"] is None and "vault_key+opened" not in source:
            source = {**source, "withheld": True, "vault_key": ""}
        shown = [_page(gathering, files, page, goes(page["id"])) for page in pages.get(source_id, [])]
        gathering.files[source_id] = files
        read = [r for page in shown if page["status"] for r in readings.get(page["id"], [])]
        yield {
            "kind": "source",
            "id": source_id,
            "rows": {"sources": [source], "pages": shown, "readings": opened_rows(gathering, "readings", read)},
        }


def _file(gathering: Gathering, files: list[str], row: Row, name: str, key: str) -> Row:
    """A row that names a vault file, with its key as it may go; without it where it may not."""
    if row[name] is None or row["erased_at"] is not None or row.get("withheld"):
        return row
    if not row[f"{key}_sealed"]:
        files.append(row[name])
        return row
    place = f"vault/{row[name]}"
    opened = None if gathering.opens is None else gathering.opens(base64.b64decode(row[key]), place)
    if opened is None:
        gathering.left_out += 1
        return {**row, key: None, f"{key}_sealed": False}
    files.append(row[name])
    return {**row, key: None, f"{key}+opened": base64.b64encode(opened).decode("ascii")}


def _page(gathering: Gathering, files: list[str], page: Row, goes: bool) -> Row:
    if page["erased_at"] is not None:
        return page
    if not goes:
        bare = dict.fromkeys(("serial", "form_id", "form_version", "form_page"))
        bare |= dict.fromkeys(("view_id", "view_key", "masked_id", "masked_key", "view_width", "view_height"))
        return {
            **page,
            **bare,
            "state": "set_aside",
            "reason": NOT_HANDED_OVER,
            "status": "",
            "view_key_sealed": False,
        }
    seen = _file(gathering, files, page, "view_id", "view_key")
    if seen["view_key"] is None and "view_key+opened" not in seen and page["view_id"] is not None:
        seen = {**seen, "view_id": page["masked_id"], "view_key": page["masked_key"]}
        seen = {**seen, "masked_id": None, "masked_key": None}
        if seen["view_id"] is not None:
            files.append(seen["view_id"])
        return seen
    if page["masked_id"] is not None:
        files.append(page["masked_id"])
    return seen


def children(
    session: Session, gathering: Gathering, ids: Sequence[str], sent: Callable[[str], bool]
) -> Iterator[Document]:
    """Children with what is done for them. ``sent``: is this registration one that goes or went along?"""
    rows = _rows(session, "children", "id", ids)
    care = {table: _rows(session, table, "child_id", ids) for table in CHILD_TABLES[1:]}
    dossiers = _rows(session, "dossiers", "child_id", ids)
    for child_id in ids:
        found: dict[str, list[Row]] = {"children": rows[child_id]}
        for table in CHILD_TABLES[1:]:
            found[table] = opened_rows(gathering, table, care[table].get(child_id, []))
        known = {row["id"] for table in CHILD_TABLES for row in found[table]}
        for table in CHILD_TABLES[1:]:
            found[table] = [_led(row, known, sent) for row in found[table]]
        if child_id in dossiers:  # also while nothing lies in it; its box comes with what does
            found["dossiers"] = [{**row, "box_id": None} for row in dossiers[child_id]]
        yield {"kind": "child", "id": child_id, "rows": found}


def _led(row: Row, known: Collection[str], sent: Callable[[str], bool]) -> Row:
    """Without references to what stays where it is."""
    led = dict(row)
    for column in ("visit_id", "report_id", "corrects_id"):
        if led.get(column) is not None and led[column] not in known:
            led[column] = None
    if led.get("registration_id") is not None and not sent(led["registration_id"]):
        led["registration_id"] = None
    return led


def reports(session: Session, own: str, receiver: str, above: bool) -> Iterator[Document]:
    """What this office reported and the answers: to an office above of its own registrations, to any of the other's.

    That it was reported and what came back; the values as they were reported stay in the batch.
    """
    written = select(func.min(Receipt.written_at)).where(Receipt.batch_id == Batch.id).correlate(Batch)
    about = Registration.store_id.in_((receiver, own) if above else (receiver,))
    statement = (
        select(BatchRow, Batch.number, func.coalesce(written.scalar_subquery(), Batch.frozen_at))
        .join(Batch, Batch.id == BatchRow.batch_id)
        .join(Registration, Registration.id == BatchRow.registration_id)
        .where(about, BatchRow.state != BatchRowState.FROZEN)
        .order_by(BatchRow.id)
    )
    for row, number, at in session.execute(statement):
        values = {
            "id": row.id,
            "store_id": own,
            "registration_id": row.registration_id,
            "batch_number": number,
            "state": row.state,
            "written_at": at,
            "system_number": row.system_number,
            "returned_reason": row.returned_reason,
            "outcome_at": row.outcome_at,
        }
        told = {name: plain(value) for name, value in values.items()}
        yield {"kind": "report", "id": row.id, "rows": {"reports_elsewhere": [told]}}


def erased_sources(session: Session, ids: Collection[str]) -> set[str]:
    """Those of the delivered files that were erased by law since."""
    table = TABLES["sources"].c
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        some = table.id.in_(wanted[start : start + CHUNK])
        found.update(session.scalars(select(table.id).where(some, table.erased_at.is_not(None))))
    return found


def links_between(session: Session, child_ids: Collection[str]) -> list[str]:
    """Ids of the links, standing or undone, of which both children go along."""
    table = TABLES["child_links"].c
    found: list[str] = []
    wanted = sorted(child_ids)
    for start in range(0, len(wanted), CHUNK):
        statement = select(table.id, table.other_id).where(table.child_id.in_(wanted[start : start + CHUNK]))
        found += [link_id for link_id, other_id in session.execute(statement) if other_id in child_ids]
    return sorted(found)


def simple(session: Session, kind: str) -> Iterator[Document]:
    """Users, rounds or forms of this store."""
    (table,) = KINDS[kind]
    names = columns_of(table)
    statement = select(TABLES[table]).order_by(*TABLES[table].primary_key.columns)
    if "store_id" in TABLES[table].columns:
        statement = statement.where(TABLES[table].c.store_id.is_(None))
    for row in session.execute(statement).mappings():
        values = {name: plain(row[name]) for name in names}
        key = "/".join(str(row[column.name]) for column in TABLES[table].primary_key.columns)
        yield {"kind": kind, "id": key, "rows": {table: [values]}}

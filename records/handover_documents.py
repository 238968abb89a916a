"""A document of a handover package: what is one's own, as plain JSON, and back again.

``{"kind", "id", "rows": {table: [row, ...]}}``, rows as columns by name. Which tables belong to which kind, and which
columns mean something only in the store they stand in, is said here; ``records.handover_rows`` gathers,
``records.handover_taking`` writes.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlalchemy import Table as SqlTable

from records.columns import JsonText, UtcDateTime, canonical_json
from records.tables import Table

Row = dict[str, Any]
Document = dict[str, Any]
TABLES: dict[str, SqlTable] = dict(Table.metadata.tables)

SOURCE_TABLES = ("sources", "pages", "readings")
REGISTRATION_TABLES = (
    "locations",
    "boxes",
    "dossiers",
    "archive_items",
    "registrations",
    "sheets",
    "cross_references",
    "answers",
    "answer_events",
    "second_entries",
)
CHILD_TABLES = ("children", "child_moves", "concerns", "visits", "mandatory_reports", "work_log")
KINDS: dict[str, tuple[str, ...]] = {
    "form": ("forms_used",),
    "user": ("users",),
    "round": ("rounds",),
    "source": SOURCE_TABLES,
    "registration": REGISTRATION_TABLES,
    "child": (*CHILD_TABLES, "dossiers"),
    "link": ("child_links",),
    "proposal": ("proposals",),
    "report": ("reports_elsewhere",),
}

# what only means something in the store it stands in
LOCAL: dict[str, frozenset[str]] = {
    "sources": frozenset({"content_hash", "delivered_path", "lies_outside", "password", "round_id", "store_id"}),
    "pages": frozenset(
        {
            "content_hash",
            "duplicate_of_id",
            "attempts",
            "sheet_id",
            "side",
            "asked_turn",
            "asked_form_id",
            "asked_form_version",
        }
    ),
    "children": frozenset({"store_id", "current_registration_id", "scope"}),
    "users": frozenset({"store_id", "valid_until", "disabled_at"}),
    "archive_items": frozenset({"series_id", "item_number", "number_tail"}),
}
# kinds of documents that say no more than that something is there no longer
GONE, GONE_CHILD, GONE_REPORT = "gone", "gone_child", "gone_report"
GONE_FROM = {GONE: "registration", GONE_CHILD: "child", GONE_REPORT: "report"}


# -- rows as plain values ---------------------------------------------------------------------------------------------


@cache
def columns_of(table: str) -> dict[str, Column[Any]]:
    """The columns of a table that travel."""
    local = LOCAL.get(table, frozenset())
    return {column.name: column for column in TABLES[table].columns if column.name not in local}


def plain(value: Any) -> Any:
    """A column's value as JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def digest_of(document: Document) -> str:
    """Equal for documents that say the same. What was opened is not part of it, its mark is."""
    rows = {
        table: [{name: value for name, value in row.items() if not name.endswith("+opened")} for row in found]
        for table, found in document["rows"].items()
    }
    return hashlib.sha256(canonical_json({**document, "rows": rows}).encode()).hexdigest()


# -- plain values as rows ---------------------------------------------------------------------------------------------


def value_of(column: Column[Any], value: Any) -> Any:
    """What ``plain`` was made of. Raises ValueError or TypeError for what the column can't hold."""
    if value is None:
        if not column.nullable and not _holds_json(column):
            raise ValueError(f"{column.name} is missing")
        return None
    if _holds_json(column):
        return value
    return _of_kind(column, value)


def _of_kind(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, UtcDateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment
    kind = column.type.python_type
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, StrEnum):
        return kind(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{column.name} is no {kind.__name__}")
    length = getattr(column.type, "length", None)
    if isinstance(value, str) and length is not None and len(value) > length:
        raise ValueError(f"{column.name} is too long")
    return value


def _holds_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JsonText)


def rows_of(document: Document) -> dict[str, list[Row]]:
    """A document's rows by table with every value of its column's kind. Raises ValueError, TypeError, KeyError."""
    found: dict[str, list[Row]] = {}
    for table in KINDS[document["kind"]]:
        names = columns_of(table)
        rows = document["rows"].get(table, [])
        found[table] = [{name: value_of(column, row[name]) for name, column in names.items()} for row in rows]
        if any(row.keys() - names.keys() for row in rows):
            raise ValueError("columns that nobody knows")
    if document["rows"].keys() - set(KINDS[document["kind"]]):
        raise ValueError("tables that don't belong here")
    return found

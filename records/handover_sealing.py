"""What stands sealed under the second store key, on its way to a partner: opened here, sealed again to the receiver.

It goes along only where both offices' named persons allow it; else the row goes without it, or not at all.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from forms.dictionary import extra_sensitive
from forms.values import empty
from records.columns import canonical_json
from records.handover_documents import Document, Row
from records.rotation import SEALED
from records.sealing import EVENT_PARTS, NOTED

# of these a row without what is sealed in it would say something else: it is left out whole
WHOLE_OR_NOT = frozenset({"answers", "answer_events", "concerns", "mandatory_reports", "work_log"})
OPEN_PARTS = {"answers": ("value", "text", "note"), "answer_events": EVENT_PARTS}
PLACES = {table: (names, column, context) for table, names, column, context, _ in SEALED}

Opener = Callable[[bytes, str], bytes | None]


@dataclass(slots=True)
class Gathering:
    """How documents are gathered. ``opens`` None: nothing extra-sensitive goes along."""

    opens: Opener | None
    left_out: int = 0
    files: dict[str, list[str]] = field(default_factory=dict)  # source id to the vault ids that belong to it


def opened_rows(gathering: Gathering, table: str, rows: Sequence[Row]) -> list[Row]:
    """Rows with what is sealed opened (under ``column + "+opened"``), or without it."""
    kept = []
    for row in rows:
        secret = _secret(table, row)
        if secret is None:
            kept.append(row)
            continue
        content = None if gathering.opens is None else gathering.opens(*secret) if secret[0] else _open_yet(table, row)
        # a change of what is sealed shows in the digest without the value being part of it
        mark = hashlib.sha256(base64.b64decode(row["sealed"] or "")).hexdigest()
        bare = {**row, "sealed": None}
        if content is not None:
            plain_text = base64.b64encode(content).decode("ascii")
            kept.append({**_emptied(table, bare), "sealed+opened": plain_text, "sealed+mark": mark})
            continue
        gathering.left_out += 1
        if table not in WHOLE_OR_NOT:
            kept.append(bare)
    return kept


def _secret(table: str, row: Row) -> tuple[bytes, str] | None:
    """The sealed bytes and their place; ``b""`` for an extra-sensitive value that was never sealed; None for none."""
    if table not in PLACES or "sealed" not in row:
        return None
    names, _column, context = PLACES[table]
    if row["sealed"] is not None:
        return base64.b64decode(row["sealed"]), context.format(*(row[name] for name in names))
    if row.get("key") in extra_sensitive() and _open_yet(table, row) is not None:
        return b"", ""
    return None


def _open_yet(table: str, row: Row) -> bytes | None:
    """An extra-sensitive value as an older program left it in the row."""
    parts = [row[name] for name in OPEN_PARTS[table]]
    return None if all(empty(value) or value == NOTED for value in parts) else canonical_json(parts).encode()


def _emptied(table: str, row: Row) -> Row:
    """Nothing of what is sealed stands open beside it."""
    parts = OPEN_PARTS.get(table, ())
    values = {name: None for name in parts if name.endswith("value")}
    notes = {name: NOTED if row[name] else "" for name in parts if name.endswith("note")}
    return {**row, **values, **notes, **({"text": ""} if "text" in parts else {})}


def sealed_for(document: Document, seal: Callable[[bytes, str], bytes]) -> Document:
    """The document with what was opened sealed to the receiver."""
    rows = {}
    for table, found in document["rows"].items():
        rows[table] = [_closed(table, row, seal) for row in found]
    return {**document, "rows": rows}


def _closed(table: str, row: Row, seal: Callable[[bytes, str], bytes]) -> Row:
    closed = {name: value for name, value in row.items() if not name.endswith("+mark")}
    for column in [name for name in row if name.endswith("+opened")]:
        content, name = base64.b64decode(closed.pop(column)), column.removesuffix("+opened")
        if table in ("sources", "pages"):
            place = f"vault/{row['vault_id' if table == 'sources' else 'view_id']}"
        else:
            names, _column, context = PLACES[table]
            place = context.format(*(row[key] for key in names))
        closed[name] = base64.b64encode(seal(content, place)).decode("ascii")
    return closed

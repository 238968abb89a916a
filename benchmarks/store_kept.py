"""What a store holds, in terms that don't depend on random ids, keys or the hour: two lives can be compared."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from records.columns import canonical_json
from records.store import Store
from records.tables import Handover, Table
from records.views import Actor
from workflow.check import check

# ids, hashes, what is sealed, instants: different in every life
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}|[\w+/=]{100,}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+Z]*"
)
# counted anew when something was begun twice; the audit is looked at by ``check``
LEFT_OUT = frozenset({"audit_seq", "logins_taken", "number", "follows", "sequence", "attempts", "delivered_path"})
NOT_COMPARED = frozenset({"audit"})


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows by table, what ``check`` says, and the vault's files by size."""

    rows: Counter[tuple[str, str]]
    faults: tuple[str, ...]
    vault: tuple[int, ...]


def kept(store: Store, actor: Actor) -> Kept:
    """Everything in an open store."""
    rows: Counter[tuple[str, str]] = Counter()
    with store.session() as session:
        for table in Table.metadata.sorted_tables:
            if table.name in NOT_COMPARED:
                continue
            begun = table.name == Handover.__tablename__
            for row in session.execute(select(table)).mappings():
                if not begun or row["written_at"] is not None:  # a package that was only begun went nowhere
                    rows[table.name, _told(dict(row))] += 1
    return Kept(
        rows,
        tuple(fault.code for fault in check(store, actor)),
        tuple(sorted(store.vault.size(vault_id) for vault_id in store.vault.ids())),
    )


def lying(folder: Path) -> tuple[str, ...]:
    """What a run that was killed may leave for a moment and no later one may."""
    return tuple(sorted(p.name for p in folder.rglob("*") if p.name.endswith((".part", ".tmp", ".new", ".rekeyed"))))


def differences(one: Kept, other: Kept) -> list[str]:
    """Tables and other things in which two lives differ; no values."""
    found = sorted({table for table, _ in (one.rows - other.rows) + (other.rows - one.rows)})
    found += [f"check: {code}" for code in one.faults if code not in other.faults]
    return [*found, "vault"] if one.vault != other.vault else found


def _told(row: dict[str, Any]) -> str:
    plain = {name: _value(value) for name, value in row.items() if name not in LEFT_OUT}
    return CHANGING.sub("~", canonical_json(plain))


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return "bytes" if value else ""
    if isinstance(value, datetime):
        return "instant"
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)

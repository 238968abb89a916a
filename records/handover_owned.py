"""What a partner's package may touch: rows that are new, or the partner's own. Everything else refuses the package."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records import likeness_rows
from records.errors import PackageRefused
from records.handover_documents import TABLES, Row
from records.handover_file import NOTHING_DONE
from records.tables import Child, ChildMerge

LARGEST_UNPACKED = 64 << 20
CHUNK = 500
_INSERTS = {name: insert(table) for name, table in TABLES.items()}  # made once: there are thousands of rows
OWNED = "in_"  # kinds of ``handed_over`` that say what came from a partner: it may change it later


def foreign() -> PackageRefused:
    """The package speaks of what isn't the sender's."""
    return PackageRefused(
        f"这个交接包里有不属于对方单位的内容，整包没有接收，{NOTHING_DONE}请和对方联系，查明原因以前不要再接收。"
    )


def unfit() -> PackageRefused:
    """A value that no program of ours writes."""
    return PackageRefused(f"这个交接包里的内容不合格式，整包没有接收，{NOTHING_DONE}请对方升级程序后再做一份。")


@dataclass(slots=True)
class Owned:
    """Whose rows are whose, asked of the store within the transaction that takes a package in."""

    session: Session
    partner: str
    people: set[str] = field(default_factory=set, kw_only=True)  # the partner's, who may be named as having done it
    noted: set[tuple[str, str]] = field(default_factory=set, kw_only=True)  # by kind and id, to be written at the end
    merged: dict[str, str] | None = field(
        default=None, kw_only=True
    )  # into which child each went; None: to be looked up

    def child_is_theirs(self, child_id: str | None) -> bool:
        """Is it the partner's child, or one that a child of the partner's went into?"""
        if child_id is None:
            return False
        if self.session.scalar(select(Child.store_id).where(Child.id == child_id)) == self.partner:
            return True
        merged = select(ChildMerge.id).join(Child, Child.id == ChildMerge.gone_id)
        found = merged.where(ChildMerge.kept_id == child_id, Child.store_id == self.partner)
        return self.session.scalar(found.limit(1)) is not None

    def by(self, row: Row, name: str) -> None:
        """Whoever is named as having done it is one of the partner's people."""
        who = row[name]
        if who is None or who in self.people:
            return
        table = TABLES["users"]
        if self.session.scalar(select(table.c.store_id).where(table.c.id == who)) != self.partner:
            raise foreign()
        self.people.add(who)

    def exists(self, table: str, row_id: str) -> bool:
        """Is there a row of this id, whoever's it is?"""
        column = TABLES[table].c.id
        return self.session.scalar(select(column).where(column == row_id)) is not None

    def upsert(self, table: str, row: Row, here: bool) -> None:
        """Write a row anew, or over the one that is here."""
        if here:
            self.session.execute(update(TABLES[table]).where(TABLES[table].c.id == row["id"]).values(row))
        else:
            self.session.execute(_INSERTS[table], row)

    def was_here(self, table: str, row_id: str) -> bool:
        """Did it come from this partner before?"""
        if (_kind(table), row_id) in self.noted:
            return True
        noted = TABLES["handed_over"].c
        statement = select(noted.object_id).where(
            noted.partner_id == self.partner, noted.kind == _kind(table), noted.object_id == row_id
        )
        return self.session.scalar(statement) is not None

    def note(self, table: str, row_id: str) -> None:
        """From now on the row is known to have come from this partner."""
        self.noted.add((_kind(table), row_id))

    def write_notes(self) -> None:
        """All at once, those that weren't known before."""
        noted = TABLES["handed_over"]
        wanted = sorted(self.noted)
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            known = select(noted.c.kind, noted.c.object_id).where(
                noted.c.partner_id == self.partner, noted.c.object_id.in_([row_id for _, row_id in some])
            )
            there = {(kind, row_id) for kind, row_id in self.session.execute(known)}
            new = [
                {"partner_id": self.partner, "kind": kind, "object_id": row_id, "digest": ""}
                for kind, row_id in some
                if (kind, row_id) not in there
            ]
            if new:
                self.session.execute(insert(noted), new)

    def stands_for(self, child_id: str) -> str:
        """The child that this one went into here, over several merges; itself where it was never merged."""
        if self.merged is None:
            self.merged = likeness_rows.standing_merges(self.session)
        seen = {child_id}
        while (kept := self.merged.get(child_id)) is not None and kept not in seen:
            child_id = kept
            seen.add(child_id)
        return child_id

    def came_for(self, child_id: str, column: str, row_id: str) -> None:
        """A row came for a child that went into another one here: it goes back with it, should that be undone.

        ``column``: table.column, as ``records.merging`` notes what it moved.
        """
        stands = self.stands_for(child_id)
        while child_id != stands:
            merge = likeness_rows.standing_merge_of(self.session, child_id)
            assert merge is not None  # it stands for another
            moved = merge.moved.get(column, [])
            if [row_id] not in moved:
                merge.moved = {**merge.moved, column: [*moved, [row_id]]}
            child_id = merge.kept_id


def _kind(table: str) -> str:
    return f"{OWNED}{table}"[:16]


def refuse_bomb(packed: bytes) -> None:
    """Raises for what unpacks to more than any reading or form is."""
    stream = zlib.decompressobj()
    try:
        stream.decompress(packed, LARGEST_UNPACKED)
    except zlib.error as error:
        raise unfit() from error
    if stream.unconsumed_tail:
        raise unfit()

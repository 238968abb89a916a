"""Base lists from other departments (基础名单): whom the office should know, to hold registrations against.

A list that tells something extra-sensitive by who stands on it (持证残疾儿童, children of prisoners) has every entry
sealed to the second store key; only named persons compare with it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from records.columns import Id, Instant, PrimaryId, Table, enumeration
from records.views_roster import RosterKind


class Roster(Table):
    """One list as one department gave it on one day. It is removed with all its entries, never altered."""

    __tablename__ = "rosters"
    __table_args__ = (CheckConstraint("rows >= 0", name="rows"), Index(None, "division"))

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[RosterKind] = mapped_column(enumeration(RosterKind, "roster_kind"))
    as_of: Mapped[date]
    division: Mapped[str] = mapped_column(String(12))  # the scope: of who brought it in
    sensitive: Mapped[bool]
    rows: Mapped[int]  # entries: what ``tongdang check`` counts against
    refused: Mapped[int]  # lines that could not be taken in
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class RosterEntry(Table):
    """One child on a list. ``sealed`` holds name, number, birth date and place of a sensitive list's entry."""

    __tablename__ = "roster_entries"
    __table_args__ = (
        Unique("roster_id", "line"),
        CheckConstraint("(name = '') = (sealed IS NOT NULL)", name="open_or_sealed"),
        Index(None, "id_number"),
        Index(None, "name_norm", "birth_date"),
    )

    id: Mapped[PrimaryId]
    roster_id: Mapped[Id] = mapped_column(ForeignKey("rosters.id"))
    line: Mapped[int]  # of the file, from 1, so that whoever has the list finds the child in it
    name: Mapped[str] = mapped_column(Text, default="")
    name_norm: Mapped[str] = mapped_column(Text, default="")
    id_number: Mapped[str | None] = mapped_column(String(18))
    birth_date: Mapped[date | None]
    place: Mapped[str] = mapped_column(Text, default="")  # address or school: where to look for the child
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

"""The same child twice: keys to find twins by, merges with their way back, pairs that a person kept apart."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.columns import Id, Instant, Json, PrimaryId, Table


class ChildKey(Table):
    """A child under one of the keys that ``records.likeness.keys_of`` gives: derived, made anew at every change."""

    __tablename__ = "child_keys"
    __table_args__ = (Index(None, "key", "child_id"),)

    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class ChildMerge(Table):
    """Two children turned out to be one: everything of ``gone_id`` went to ``kept_id``. Undone, it all goes back.

    ``moved``: table to the primary keys of the rows that went over, so that undoing moves those and no others.
    """

    __tablename__ = "child_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two_children"),
        CheckConstraint("undone_at IS NULL OR undone_reason <> ''", name="reason_of_undoing"),
        Index(None, "gone_id"),
        Index(None, "kept_id"),
    )

    id: Mapped[PrimaryId]
    kept_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    gone_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    why: Mapped[str] = mapped_column(Text)
    moved: Mapped[Json]
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[Instant | None]
    undone_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    undone_reason: Mapped[str] = mapped_column(Text, default="")


class KeptApart(Table):
    """A person looked: two children who are alike are not the same."""

    __tablename__ = "kept_apart"
    __table_args__ = (CheckConstraint("one_id < other_id", name="one_spelling"), Index(None, "other_id"))

    one_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)
    other_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))

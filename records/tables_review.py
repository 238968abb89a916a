"""A second pair of eyes: what a second person entered without seeing what the first had. And what hands are at."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from records.columns import Id, Instant, Json, PrimaryId, Table


class SecondEntry(Table):
    """One field entered blind by a second person, compared at that moment; a third resolves what differs.

    ``first_value``: what stood there when it was compared. It is kept, so that the figures of agreement stay true.
    """

    __tablename__ = "second_entries"
    __table_args__ = (
        Unique("registration_id", "key"),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="who_resolved"),
        CheckConstraint("NOT (agreed AND resolved_at IS NOT NULL)", name="nothing_to_resolve"),
        CheckConstraint("entered_by <> first_by", name="two_persons"),
        CheckConstraint("resolved_by IS NULL OR resolved_by NOT IN (entered_by, first_by)", name="third_person"),
        Index(None, "agreed", "resolved_at"),
    )

    id: Mapped[PrimaryId]
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[Json]
    text: Mapped[str] = mapped_column(Text, default="")
    first_value: Mapped[Json]
    first_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    agreed: Mapped[bool]
    entered_at: Mapped[Instant]
    entered_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    resolved_value: Mapped[Json]
    resolved_at: Mapped[Instant | None]
    resolved_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))


class HalfTyped(Table):
    """Where one person stands in a draft, and what she has typed there and not given yet. One row each, replaced.

    No statement about a child: it is no answer, has no history and goes with the answer that comes of it.
    """

    __tablename__ = "half_typed"

    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the text, of an extra-sensitive field
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[Instant]


class KeptView(Table):
    """How somebody wants a list to look, or what she did last: a filter under its name, the columns she chose.

    ``user_id`` None: an administrator made it for everybody. It says whom one looks for, never anything of a child.
    """

    __tablename__ = "kept_views"
    __table_args__ = (Unique("user_id", "kind", "name"), Index(None, "kind"))

    id: Mapped[PrimaryId]
    user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[Json]
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class PinnedValue(Table):
    """A value that somebody keeps at hand for the following forms of a stack: the village, the day, who collected.

    No statement about a child: it is offered where a form is blank, and becomes an answer only by that person's hand.
    """

    __tablename__ = "pinned_values"

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json]
    at: Mapped[Instant]

"""The same child twice: keys, merges, pairs kept apart; entries by a second person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _id(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=null)


def _at(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _child_keys()
    _child_merges()
    _kept_apart()
    _second_entries()


def _child_keys() -> None:
    op.create_table(
        "child_keys",
        _id("child_id"),
        _text("key"),
        sa.PrimaryKeyConstraint("child_id", "key", name=op.f("pk_child_keys")),
        _to("child_keys", "child_id", "children"),
    )
    op.create_index(op.f("ix_child_keys_key"), "child_keys", ["key"])


def _child_merges() -> None:
    op.create_table(
        "child_merges",
        _id("id"),
        _id("kept_id"),
        _id("gone_id"),
        _text("why"),
        _text("moved"),
        _at("at"),
        _id("by"),
        _at("undone_at", null=True),
        _id("undone_by", null=True),
        _text("undone_reason"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_merges")),
        *(_to("child_merges", column, "children") for column in ("kept_id", "gone_id")),
        *(_to("child_merges", column, "users") for column in ("by", "undone_by")),
        _check("child_merges", "two_children", "kept_id <> gone_id"),
        _check("child_merges", "reason_of_undoing", "undone_at IS NULL OR undone_reason <> ''"),
    )
    op.create_index(op.f("ix_child_merges_gone_id"), "child_merges", ["gone_id"])
    op.create_index(op.f("ix_child_merges_kept_id"), "child_merges", ["kept_id"])


def _kept_apart() -> None:
    op.create_table(
        "kept_apart",
        _id("one_id"),
        _id("other_id"),
        _text("why"),
        _at("at"),
        _id("by"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_kept_apart")),
        *(_to("kept_apart", column, "children") for column in ("one_id", "other_id")),
        _to("kept_apart", "by", "users"),
        _check("kept_apart", "one_spelling", "one_id < other_id"),
    )
    op.create_index(op.f("ix_kept_apart_other_id"), "kept_apart", ["other_id"])


def _second_entries() -> None:
    table = "second_entries"
    op.create_table(
        table,
        _id("id"),
        _id("registration_id"),
        sa.Column("key", sa.String(64), nullable=False),
        _text("value"),
        _text("text"),
        _text("first_value"),
        _id("first_by"),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        _at("entered_at"),
        _id("entered_by"),
        _text("resolved_value"),
        _at("resolved_at", null=True),
        _id("resolved_by", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("registration_id", "key", name=op.f(f"uq_{table}_registration_id_key")),
        _to(table, "registration_id", "registrations"),
        *(_to(table, column, "users") for column in ("first_by", "entered_by", "resolved_by")),
        _check(table, "who_resolved", "(resolved_at IS NULL) = (resolved_by IS NULL)"),
        _check(table, "nothing_to_resolve", "NOT (agreed AND resolved_at IS NOT NULL)"),
        _check(table, "two_persons", "entered_by <> first_by"),
        _check(table, "third_person", "resolved_by IS NULL OR resolved_by NOT IN (entered_by, first_by)"),
    )
    op.create_index(op.f(f"ix_{table}_agreed_resolved_at"), table, ["agreed", "resolved_at"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

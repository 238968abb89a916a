"""Indexes that hold all that a search asks for, so that it reads no rows of children it doesn't show."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WIDER = (
    ("children", "initials", "id"),
    ("children", "id_number", "id"),
    ("children", "id_reversed", "id"),
    ("child_persons", "phone", "child_id"),
    ("child_keys", "key", "child_id"),
)


def upgrade() -> None:
    """The same indexes with the child's id in them, and one that says of an id whether and where it is listed."""
    for table, column, child in WIDER:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.create_index(op.f(f"ix_{table}_{column}_{child}"), table, [column, child])
    listed = ["id", "scope", "state", "pinyin"]
    op.create_index(op.f("ix_children_id_scope_state_pinyin"), "children", listed)


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

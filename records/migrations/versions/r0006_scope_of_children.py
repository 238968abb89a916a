"""The scope of a child beside what lists are ordered by: the last page of a long list reads one index, no rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take it over from the current registrations."""
    op.add_column("children", sa.Column("scope", sa.String(12), nullable=False, server_default=""))
    op.execute(
        "UPDATE children SET scope = coalesce("
        "(SELECT division FROM registrations WHERE registrations.id = children.current_registration_id), '')"
    )
    op.drop_index(op.f("ix_children_pinyin_id"), "children")
    op.create_index(
        op.f("ix_children_pinyin_id_scope_state_current_registration_id"),
        "children",
        ["pinyin", "id", "scope", "state", "current_registration_id"],
    )


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""How lists look to somebody: columns, and filters by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_views",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_views_user_id")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_kept_views_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_views")),
        sa.UniqueConstraint("user_id", "kind", "name", name=op.f("uq_kept_views_user_id_kind_name")),
    )
    op.create_index(op.f("ix_kept_views_kind"), "kept_views", ["kind"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

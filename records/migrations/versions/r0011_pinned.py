"""Values that somebody keeps at hand from one form of a stack to the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pinned_values",
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pinned_values_user_id")),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_pinned_values")),
    )


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""Children for whom something is left to be worked out by one who may open what is sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unfollowed",
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_unfollowed_child_id")),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_unfollowed")),
    )


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

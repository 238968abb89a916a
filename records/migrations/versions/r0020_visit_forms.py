"""Visit forms are printed for a child, too: such a printed form belongs to no round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The round may be missing."""
    with op.batch_alter_table("printed_forms") as printed:
        printed.alter_column("round_id", existing_type=sa.String(36), nullable=True)


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

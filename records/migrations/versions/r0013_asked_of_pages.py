"""What a person says of a page before it is read again: which way is up, which form it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was said of the pages that are there."""
    op.add_column("pages", sa.Column("asked_turn", sa.Integer(), nullable=True))
    op.add_column("pages", sa.Column("asked_form_id", sa.String(64), nullable=True))
    op.add_column("pages", sa.Column("asked_form_version", sa.String(32), nullable=True))


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""Several sheets on one picture: which picture a page is on, and which part of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Pages that were split before are one a picture: nothing to fill in."""
    op.add_column("pages", sa.Column("picture", sa.Integer(), nullable=True))
    op.add_column("pages", sa.Column("part", sa.Text(), nullable=True))


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""Paper by its place: what lies in a box or on a shelf, and what lies nowhere yet, without going through everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(op.f("ix_archive_items_box_id_number_norm"), "archive_items", ["box_id", "number_norm"])
    op.create_index(op.f("ix_archive_items_location_id"), "archive_items", ["location_id"])
    op.create_index(
        "ix_archive_items_nowhere",
        "archive_items",
        ["number_norm"],
        sqlite_where=sa.text("box_id IS NULL AND location_id IS NULL AND dossier_id IS NULL"),
    )


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""Base lists of other departments, to hold registrations against."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = ("residence_permit", "school", "health", "vaccination", "insurance", "disability", "other")


def upgrade() -> None:
    """Make the tables."""
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        "rosters",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.CheckConstraint(f"kind IN ({listed})", name=op.f("ck_rosters_roster_kind")),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_rosters_rows")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_rosters_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
        sa.UniqueConstraint("name", name=op.f("uq_rosters_name")),
    )
    op.create_index(op.f("ix_rosters_division"), "rosters", ["division"])
    op.create_table(
        "roster_entries",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("roster_id", sa.String(36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_norm", sa.Text(), nullable=False),
        sa.Column("id_number", sa.String(18), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(name = '') = (sealed IS NOT NULL)", name=op.f("ck_roster_entries_open_or_sealed")),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_entries_roster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entries")),
        sa.UniqueConstraint("roster_id", "line", name=op.f("uq_roster_entries_roster_id_line")),
    )
    op.create_index(op.f("ix_roster_entries_id_number"), "roster_entries", ["id_number"])
    op.create_index(op.f("ix_roster_entries_name_norm_birth_date"), "roster_entries", ["name_norm", "birth_date"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""What other offices reported, and rows of batches whose child was erased by law since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = "'frozen', 'sent', 'accepted', 'returned'"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erased_rows",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("row_hash", sa.String(64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_erased_rows_batch_row_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_erased_rows_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_rows")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_erased_rows_batch_id_position")),
    )
    op.create_table(
        "reports_elsewhere",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("batch_number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("system_number", sa.Text(), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'frozen'", name=op.f("ck_reports_elsewhere_reported")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_reports_elsewhere_batch_row_state")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_reports_elsewhere_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_elsewhere")),
    )
    op.create_index(op.f("ix_reports_elsewhere_registration_id"), "reports_elsewhere", ["registration_id"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

"""How well the office's own forms are read: what verifying showed, and the fits made from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Registrations verified before are not looked at again: their checks begin with the next ones."""
    op.create_table(
        "reading_checks",
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("numbers", sa.String(32), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_reading_checks_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_reading_checks")),
    )
    op.create_table(
        "judge_fits",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("numbers", sa.String(32), nullable=False),
        sa.Column("shifts", sa.Text(), nullable=False),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_judge_fits")),
    )


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

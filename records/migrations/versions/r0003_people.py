"""Scope by division, helpers from outside, what is extra-sensitive sealed apart, erasure by law (依法删除)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = "role IN ('collector', 'reviewer', 'archivist', 'administrator', 'helper')"


def upgrade() -> None:
    """What is there belongs to the office's own division."""
    for table in ("sources", "registrations", "batches"):
        op.add_column(table, sa.Column("division", sa.String(12), nullable=False, server_default=""))
        op.execute(f"UPDATE {table} SET division = coalesce((SELECT division FROM office), '')")  # noqa: S608  # a name of this file
    op.create_index(op.f("ix_sources_division"), "sources", ["division"])
    op.create_index(op.f("ix_registrations_division"), "registrations", ["division"])
    with op.batch_alter_table("users", recreate="always") as users:
        users.create_check_constraint(op.f("ck_users_role"), sa.text(ROLES))
    op.add_column("readings", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("pages", sa.Column("masked_id", sa.String(32), nullable=True))
    op.add_column("pages", sa.Column("masked_key", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_pages_masked_id"), "pages", ["masked_id"], unique=True)
    for table in ("sources", "pages"):
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _erasures()


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("page_ids", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(36), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_erasures_source_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_erasures_requested_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_erasures_decided_by")),
        sa.CheckConstraint("state IN ('requested', 'done', 'refused')", name=op.f("ck_erasures_erasure_state")),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_erasures_two_persons")),
    )
    op.create_index(op.f("ix_erasures_source_id"), "erasures", ["source_id"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

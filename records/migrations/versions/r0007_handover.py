"""Between stores: partners, packages, what was sent, proposals; whose rows are another store's."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _id(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=null)


def _at(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _bytes(name: str, *, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Add the columns that say whose a row is, and make the tables."""
    op.add_column("office", _bytes("exchange_private", null=True))
    op.add_column("office", _bytes("exchange_public", null=True))
    for table in ("users", "sources", "children"):
        op.add_column(table, _id("store_id", null=True))
    op.add_column("sources", sa.Column("withheld", sa.Boolean(), nullable=False, server_default="0"))
    _partners()
    _handovers()
    _proposals()


def _partners() -> None:
    op.create_table(
        "partners",
        _id("store_id"),
        _text("name"),
        sa.Column("division", sa.String(12), nullable=False),
        _bytes("signing_public"),
        _bytes("exchange_public"),
        _bytes("sensitive_public", null=True),
        _at("card_made_at"),
        _at("trusted_at"),
        _id("trusted_by"),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_partners")),
        _to("partners", "trusted_by", "users"),
    )


def _handovers() -> None:
    op.create_table(
        "handovers",
        _id("id"),
        _id("partner_id"),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _text("counts"),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.String(64), nullable=False),
        _at("at"),
        _id("by"),
        _at("written_at", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("partner_id", "direction", "number", name=op.f("uq_handovers_partner_id_direction_number")),
        _to("handovers", "partner_id", "partners", "store_id"),
        _to("handovers", "by", "users"),
        _check("handovers", "direction", "direction IN ('out', 'in')"),
    )
    op.create_table(
        "handed_over",
        _id("partner_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        _id("object_id"),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "kind", "object_id", name=op.f("pk_handed_over")),
        _to("handed_over", "partner_id", "partners", "store_id"),
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        _id("id"),
        _id("store_id"),
        _id("registration_id"),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        _text("base"),
        _text("value"),
        _text("why"),
        _at("made_at"),
        _text("made_by"),
        sa.Column("state", sa.String(24), nullable=False),
        _at("decided_at", null=True),
        _text("decided_by"),
        _text("decision_note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        _to("proposals", "registration_id", "registrations"),
        _check("proposals", "proposal_kind", "kind IN ('value', 'reviewed', 'sent_back')"),
        _check("proposals", "proposal_state", "state IN ('open', 'accepted', 'declined')"),
        _check("proposals", "time_when_decided", "(state = 'open') = (decided_at IS NULL)"),
        _check("proposals", "field_of_a_value", "kind <> 'value' OR key <> ''"),
    )
    op.create_index(op.f("ix_proposals_registration_id_key"), "proposals", ["registration_id", "key"])
    op.create_index(op.f("ix_proposals_state_made_at"), "proposals", ["state", "made_at"])


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")

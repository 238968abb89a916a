"""Between stores: partners whose keys are pinned, packages that went and came, what was sent, and proposals."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, validates

from records.columns import Id, Instant, Json, PrimaryId, Table, enumeration
from records.states import next_proposal_state
from records.views import BatchRowState
from records.views_handover import ProposalKind, ProposalState


class Partner(Table):
    """Another office's store, trusted after its fingerprint was compared. Its keys come from its signed card."""

    __tablename__ = "partners"

    store_id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(Text)
    division: Mapped[str] = mapped_column(String(12))
    signing_public: Mapped[bytes] = mapped_column(LargeBinary)  # Ed25519: pinned
    exchange_public: Mapped[bytes] = mapped_column(LargeBinary)  # X25519: packages are sealed to it
    sensitive_public: Mapped[bytes | None] = mapped_column(LargeBinary)  # its second key, where it takes such values
    card_made_at: Mapped[Instant]
    trusted_at: Mapped[Instant]
    trusted_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class Handover(Table):
    """One package that was written for a partner or taken in from it. Numbers run from 1 per partner and direction.

    ``follows``: the package that it continues, 0 for one with everything. ``written_at`` is None while it is being
    written: such a one went nowhere.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        Unique("partner_id", "direction", "number"),
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
    )

    id: Mapped[PrimaryId]
    partner_id: Mapped[Id] = mapped_column(ForeignKey("partners.store_id"))
    direction: Mapped[str] = mapped_column(String(3))
    number: Mapped[int]
    follows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of what was signed
    counts: Mapped[Json]
    audit_seq: Mapped[int]  # the writer's audit at that moment
    audit_head: Mapped[str] = mapped_column(String(64))
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[Instant | None]


class HandedOver(Table):
    """What a partner has been sent, and in which state: the next package holds what differs."""

    __tablename__ = "handed_over"

    partner_id: Mapped[Id] = mapped_column(ForeignKey("partners.store_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    object_id: Mapped[Id] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))


class ReportElsewhere(Table):
    """That another office reported a registration, in a batch of its own, and what the national system answered.

    ``id`` is the row's there. Only that office changes it; what was reported, its values, stays there.
    """

    __tablename__ = "reports_elsewhere"
    __table_args__ = (CheckConstraint("state <> 'frozen'", name="reported"), Index(None, "registration_id"))

    id: Mapped[PrimaryId]
    store_id: Mapped[Id]  # whose batch it is
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    batch_number: Mapped[str] = mapped_column(String(32))
    state: Mapped[BatchRowState] = mapped_column(enumeration(BatchRowState, "batch_row_state"))
    written_at: Mapped[Instant]
    system_number: Mapped[str] = mapped_column(Text, default="")
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    outcome_at: Mapped[Instant | None]


class Proposal(Table):
    """What one store proposes about a registration that another one owns; the owner accepts or declines.

    Both stores keep the row. Extra-sensitive fields are never proposed about.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="time_when_decided"),
        CheckConstraint("kind <> 'value' OR key <> ''", name="field_of_a_value"),
        Index(None, "registration_id", "key"),
        Index(None, "state", "made_at"),
    )

    id: Mapped[PrimaryId]
    store_id: Mapped[Id]  # who proposes
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    kind: Mapped[ProposalKind] = mapped_column(enumeration(ProposalKind, "proposal_kind"))
    key: Mapped[str] = mapped_column(String(64), default="")
    base: Mapped[Json]  # the value that whoever proposes saw
    value: Mapped[Json]
    why: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(Text)  # a name: the other store's users aren't this one's
    state: Mapped[ProposalState] = mapped_column(
        enumeration(ProposalState, "proposal_state"), default=ProposalState.OPEN
    )
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decision_note: Mapped[str] = mapped_column(Text, default="")

    @validates("state")
    def _step(self, _key: str, to: ProposalState) -> ProposalState:
        return next_proposal_state(self.state, to)

"""The office and what it sends: users, settings, batches and their rows, receipts, the audit chain."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from records.columns import Id, Instant, Json, JsonList, PrimaryId, Table, enumeration
from records.states import next_batch_row_state, next_batch_state, next_erasure_state
from records.views import BatchRowState, BatchState, ErasureState, Role


class Office(Table):
    """The one office whose store this is."""

    __tablename__ = "office"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    store_id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    division: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[Instant]
    # Ed25519, raw 32 bytes each: handover packages are signed with it, the county pins the public half
    signing_private: Mapped[bytes] = mapped_column(LargeBinary)
    signing_public: Mapped[bytes] = mapped_column(LargeBinary)
    # X25519, raw: handover packages are sealed to the public half; made with the office's first card
    exchange_private: Mapped[bytes | None] = mapped_column(LargeBinary)
    exchange_public: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_sequence: Mapped[int] = mapped_column(default=0)  # of this store's registrations; a number is given once
    logins_taken: Mapped[int] = mapped_column(default=0)  # bytes of the failed-logins file already in the audit


class Setting(Table):
    """One setting that differs from its default; ``workflow.settings`` declares them."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json]


class OfficeForm(Table):
    """A form that this office has learned or taken over, or what it decided about one that travels with the program.

    ``definition``: the packed form file, None for forms of the program. A retired one is read with no more; what was
    read with it stays. ``FormUsed`` keeps what pages were read with; this keeps what they may be read with.
    """

    __tablename__ = "office_forms"

    form_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    definition: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_at: Mapped[Instant]
    added_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[Instant | None]


class User(Table):
    """A person who may open the store. The password lives in the key file, as a wrapping."""

    __tablename__ = "users"

    id: Mapped[PrimaryId]
    username: Mapped[str] = mapped_column(Text, unique=True)
    full_name: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(enumeration(Role, "role"))
    division: Mapped[str] = mapped_column(String(12))  # the scope: this division and those below it
    created_at: Mapped[Instant]
    valid_until: Mapped[date | None]  # outside helpers
    disabled_at: Mapped[Instant | None]
    store_id: Mapped[Id | None]  # of another office's store: known from its packages by name only; None: of this one


class Erasure(Table):
    """Erasure by law (依法删除) of pages scanned by mistake: asked for by one person, carried out by another."""

    __tablename__ = "erasures"
    __table_args__ = (CheckConstraint("decided_by <> requested_by", name="two_persons"), Index(None, "source_id"))

    id: Mapped[PrimaryId]
    source_id: Mapped[Id] = mapped_column(ForeignKey("sources.id"))
    page_ids: Mapped[JsonList]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ErasureState] = mapped_column(
        enumeration(ErasureState, "erasure_state"), default=ErasureState.REQUESTED
    )
    requested_at: Mapped[Instant]
    requested_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))

    @validates("state")
    def _step(self, _key: str, to: ErasureState) -> ErasureState:
        return next_erasure_state(self.state, to)


class Batch(Table):
    """A reporting batch (报送批次): chosen, frozen, written, answered."""

    __tablename__ = "batches"

    id: Mapped[PrimaryId]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[BatchState] = mapped_column(enumeration(BatchState, "batch_state"), default=BatchState.OPEN)
    round_id: Mapped[Id | None] = mapped_column(ForeignKey("rounds.id"))
    division: Mapped[str] = mapped_column(String(12), default="", server_default="")  # of who made it: its scope
    created_at: Mapped[Instant]
    created_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    frozen_at: Mapped[Instant | None]
    frozen_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    rows_hash: Mapped[str] = mapped_column(String(64), default="")  # of the frozen rows

    rows: Mapped[list[BatchRow]] = relationship(back_populates="batch", order_by="BatchRow.position")
    receipts: Mapped[list[Receipt]] = relationship(back_populates="batch", order_by="Receipt.written_at")
    erased: Mapped[list[ErasedRow]] = relationship(back_populates="batch", order_by="ErasedRow.position")

    @validates("state")
    def _step(self, _key: str, to: BatchState) -> BatchState:
        return next_batch_state(self.state, to)


class BatchRow(Table):
    """One child in a batch. ``frozen`` holds the values as they were sent; later corrections don't touch it."""

    __tablename__ = "batch_rows"
    __table_args__ = (
        Unique("batch_id", "registration_id"),
        Unique("batch_id", "position"),
        CheckConstraint("state <> 'returned' OR returned_reason <> ''", name="reason_when_returned"),
        Index(None, "registration_id"),
        Index(None, "child_id"),
    )

    id: Mapped[PrimaryId]
    batch_id: Mapped[Id] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int]  # from 1
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    state: Mapped[BatchRowState] = mapped_column(
        enumeration(BatchRowState, "batch_row_state"), default=BatchRowState.FROZEN
    )
    frozen: Mapped[Json]  # null while the batch is open
    row_hash: Mapped[str] = mapped_column(String(64), default="")
    system_number: Mapped[str] = mapped_column(Text, default="")  # 系统儿童编号
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    outcome_at: Mapped[Instant | None]
    outcome_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))

    batch: Mapped[Batch] = relationship(back_populates="rows")

    @validates("state")
    def _step(self, _key: str, to: BatchRowState) -> BatchRowState:
        return next_batch_row_state(self.state, to)


class ErasedRow(Table):
    """A row of a batch that was reported before its child was erased by law: that there was one, and its place.

    The report itself was made; of the child nothing is left (个人信息保护法 第四十七条). ``row_hash``: keyed, of the
    hash that stood beside the values, so that who still has the report can show that it was this row.
    """

    __tablename__ = "erased_rows"
    __table_args__ = (Unique("batch_id", "position"),)

    id: Mapped[PrimaryId]
    batch_id: Mapped[Id] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int]
    state: Mapped[BatchRowState] = mapped_column(enumeration(BatchRowState, "batch_row_state"))
    row_hash: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[Instant]

    batch: Mapped[Batch] = relationship(back_populates="erased")


class Receipt(Table):
    """What was written of a batch, when and by whom. ``audit_head`` shows truncation and rollback later."""

    __tablename__ = "receipts"
    __table_args__ = (Index(None, "batch_id"),)

    id: Mapped[PrimaryId]
    batch_id: Mapped[Id] = mapped_column(ForeignKey("batches.id"))
    rows: Mapped[int]
    file_hash: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    rows_hash: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    audit_seq: Mapped[int]
    audit_head: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[Instant]
    written_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))

    batch: Mapped[Batch] = relationship(back_populates="receipts")


class AuditEntry(Table):
    """Who did what to which object: ids and keyed hashes only, each entry chained to the one before."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, without gaps
    at: Mapped[Instant]
    actor_id: Mapped[Id]  # a user's id, or who there is none for ("-"); no foreign key: entries outlive users
    verb: Mapped[str] = mapped_column(String(48))
    object_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[Json]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

"""What screens and commands show of packages between stores. Frozen, no rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from records.views import BatchRowState


class ProposalKind(StrEnum):
    """What is proposed: another value, that the registration passes, or that it goes back."""

    VALUE = "value"
    REVIEWED = "reviewed"
    SENT_BACK = "sent_back"


class ProposalState(StrEnum):
    """The owner decides, once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class CardView:
    """An office card, read. ``known``: its keys are pinned already."""

    store_id: str
    office: str
    division: str
    fingerprint: str
    takes_sensitive: bool
    made_at: datetime
    known: bool


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A trusted office. Numbers of the last packages, 0 for none yet."""

    store_id: str
    office: str
    division: str
    fingerprint: str
    takes_sensitive: bool
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class MadePackage:
    """A package that was written and read again."""

    path: Path
    number: int
    everything: bool
    counts: dict[str, int]  # by kind of object
    left_out: int  # extra-sensitive answers and entries that stay here
    audit_seq: int
    audit_head: str


@dataclass(frozen=True, slots=True)
class OutgoingRegistration:
    """A registration that would go. ``again``: the partner has an older state of it."""

    registration_id: str
    title: str
    archive_number: str
    again: bool


@dataclass(frozen=True, slots=True)
class OutgoingPackage:
    """What a package made now would hold. ``counts`` by kind, ``left_out``: what stays for being sensitive."""

    office: str
    number: int
    everything: bool
    counts: dict[str, int]
    registrations: tuple[OutgoingRegistration, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a registration that comes in. ``conflict``: this store has an open proposal of another value."""

    key: str
    label: str
    before: str
    after: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class IncomingRegistration:
    """A registration as it comes in."""

    registration_id: str
    title: str
    archive_number: str
    new: bool
    fields: tuple[FieldChange, ...]  # of one that is here already: what differs
    papers: int = 0  # sheets behind the form: copies, certificates
    agreed: int = 0  # fields that two persons there entered alike

    @property
    def conflict(self) -> bool:
        """Does a person have to look first?"""
        return any(field.conflict for field in self.fields)


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """That the office reported a registration in a batch of its own. ``twice``: it is reported from here, too."""

    title: str
    batch_number: str
    state: BatchRowState
    answer: str  # 系统儿童编号 or the reason of a return
    twice: bool


@dataclass(frozen=True, slots=True)
class IncomingPackage:
    """What a package would change. ``already``: it was taken in before, and changes nothing."""

    office: str
    store_id: str
    number: int
    everything: bool
    made_at: datetime
    already: bool
    counts: dict[str, int]
    registrations: tuple[IncomingRegistration, ...]
    reports: tuple[IncomingReport, ...]  # that are new or say something else than before
    proposals: int  # that come in to be decided
    decisions: int  # about proposals of this store
    audit_seq: int
    audit_head: str

    @property
    def new(self) -> tuple[IncomingRegistration, ...]:
        return tuple(row for row in self.registrations if row.new)

    @property
    def changed(self) -> tuple[IncomingRegistration, ...]:
        return tuple(row for row in self.registrations if not row.new and row.fields and not row.conflict)

    @property
    def conflicting(self) -> tuple[IncomingRegistration, ...]:
        return tuple(row for row in self.registrations if row.conflict)


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, of this office or about its registrations. ``moved``: the value changed since it was made."""

    proposal_id: str
    registration_id: str
    title: str
    kind: ProposalKind
    key: str
    label: str
    before: str
    after: str
    why: str
    made_by: str
    made_at: datetime
    own: bool
    state: ProposalState
    decided_by: str
    decision_note: str
    moved: bool

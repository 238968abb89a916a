"""The small state machines: for each noun an enumeration and one function that says what may follow what.

The mapped classes call these functions whenever a state is assigned (``records.tables``), so no verb can
take a forbidden step by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from records.views import BatchRowState, BatchState, ErasureState, PageState, RegistrationState, SourceState
from records.views_care import ConcernState, ReportState, VisitState
from records.views_handover import ProposalState


class ChildState(StrEnum):
    """A child leaves with a date and a reason and may come back; it is never deleted."""

    ACTIVE = "active"
    EXITED = "exited"


class IllegalTransition(Exception):
    """A defect: a verb asked for a step that the machine doesn't have."""

    def __init__(self, now: StrEnum, to: StrEnum) -> None:
        super().__init__(f"{type(now).__name__}: {now.value} -> {to.value}")
        self.now = now
        self.to = to


State = TypeVar("State", bound=StrEnum)
Machine = Mapping[State, frozenset[State]]


def _machine(*steps: tuple[State, State]) -> dict[State, frozenset[State]]:
    machine: dict[State, set[State]] = {}
    for start, end in steps:
        machine.setdefault(start, set()).add(end)
    return {start: frozenset(ends) for start, ends in machine.items()}


SOURCE = _machine(
    (SourceState.RECEIVED, SourceState.SPLIT),
    (SourceState.RECEIVED, SourceState.REFUSED),
    (SourceState.REFUSED, SourceState.RECEIVED),  # a password was supplied, or the person asks for another try
)
PAGE = _machine(
    (PageState.RECEIVED, PageState.READ),
    (PageState.RECEIVED, PageState.FAILED),
    (PageState.FAILED, PageState.RECEIVED),  # retry
    (PageState.READ, PageState.RECEIVED),  # its form was learned since; or a person has turned it, or said what it is
    (PageState.READ, PageState.PLACED),
    (PageState.READ, PageState.SET_ASIDE),
    (PageState.FAILED, PageState.PLACED),  # typed by hand from the picture
    (PageState.FAILED, PageState.SET_ASIDE),
    (PageState.PLACED, PageState.READ),
    (PageState.SET_ASIDE, PageState.READ),
    (PageState.READ, PageState.FAILED),  # it had failed before a person moved it, and that is taken back
)
REGISTRATION = _machine(
    (RegistrationState.DRAFT, RegistrationState.VERIFIED),
    (RegistrationState.VERIFIED, RegistrationState.REVIEWED),
    (RegistrationState.VERIFIED, RegistrationState.SENT_BACK),
    (RegistrationState.REVIEWED, RegistrationState.SENT_BACK),  # what a reviewer passed over is found later
    (RegistrationState.VERIFIED, RegistrationState.DRAFT),
    (RegistrationState.SENT_BACK, RegistrationState.DRAFT),
)
BATCH = _machine(
    (BatchState.OPEN, BatchState.FROZEN),
    (BatchState.FROZEN, BatchState.OPEN),  # a row was erased by law before anything was written
    (BatchState.FROZEN, BatchState.WRITTEN),
)
BATCH_ROW = _machine(
    (BatchRowState.FROZEN, BatchRowState.SENT),
    (BatchRowState.SENT, BatchRowState.ACCEPTED),
    (BatchRowState.SENT, BatchRowState.RETURNED),
)
ERASURE = _machine(
    (ErasureState.REQUESTED, ErasureState.DONE),
    (ErasureState.REQUESTED, ErasureState.REFUSED),
)
CHILD = _machine(
    (ChildState.ACTIVE, ChildState.EXITED),
    (ChildState.EXITED, ChildState.ACTIVE),
)
CONCERN = _machine(
    (ConcernState.PROPOSED, ConcernState.CONFIRMED),
    (ConcernState.PROPOSED, ConcernState.DISMISSED),
    (ConcernState.CONFIRMED, ConcernState.ENDED),  # what comes up again is a new row
)
VISIT = _machine(
    (VisitState.PLANNED, VisitState.DONE),
    (VisitState.PLANNED, VisitState.CANCELLED),
)
REPORT = _machine(
    (ReportState.RAISED, ReportState.REPORTED),
    (ReportState.RAISED, ReportState.WITHDRAWN),
)
PROPOSAL = _machine(
    (ProposalState.OPEN, ProposalState.ACCEPTED),
    (ProposalState.OPEN, ProposalState.DECLINED),
)


def _next(machine: Machine[State], now: State | None, to: State, first: State) -> State:
    """``to`` if it may follow ``now``; a new row (``now`` None) starts at ``first``; staying is always allowed."""
    if now is None:
        if to is not first:
            raise IllegalTransition(first, to)
        return to
    if to is not now and to not in machine.get(now, frozenset()):
        raise IllegalTransition(now, to)
    return to


def next_source_state(now: SourceState | None, to: SourceState) -> SourceState:
    """Raises IllegalTransition for a step that sources don't have."""
    return _next(SOURCE, now, to, SourceState.RECEIVED)


def next_page_state(now: PageState | None, to: PageState) -> PageState:
    """Raises IllegalTransition for a step that pages don't have."""
    return _next(PAGE, now, to, PageState.RECEIVED)


def next_registration_state(now: RegistrationState | None, to: RegistrationState) -> RegistrationState:
    """Raises IllegalTransition for a step that registrations don't have."""
    return _next(REGISTRATION, now, to, RegistrationState.DRAFT)


def next_batch_state(now: BatchState | None, to: BatchState) -> BatchState:
    """Raises IllegalTransition for a step that batches don't have."""
    return _next(BATCH, now, to, BatchState.OPEN)


def next_batch_row_state(now: BatchRowState | None, to: BatchRowState) -> BatchRowState:
    """Raises IllegalTransition for a step that rows of a batch don't have."""
    return _next(BATCH_ROW, now, to, BatchRowState.FROZEN)


def next_child_state(now: ChildState | None, to: ChildState) -> ChildState:
    """Raises IllegalTransition for a step that children don't have."""
    return _next(CHILD, now, to, ChildState.ACTIVE)


def next_concern_state(now: ConcernState | None, to: ConcernState) -> ConcernState:
    """Raises IllegalTransition for a step that concerns don't have."""
    return _next(CONCERN, now, to, ConcernState.PROPOSED)


def next_visit_state(now: VisitState | None, to: VisitState) -> VisitState:
    """Raises IllegalTransition for a step that visits don't have."""
    return _next(VISIT, now, to, VisitState.PLANNED)


def next_report_state(now: ReportState | None, to: ReportState) -> ReportState:
    """Raises IllegalTransition for a step that mandatory reports don't have."""
    return _next(REPORT, now, to, ReportState.RAISED)


def next_erasure_state(now: ErasureState | None, to: ErasureState) -> ErasureState:
    """Raises IllegalTransition for a step that erasures don't have."""
    return _next(ERASURE, now, to, ErasureState.REQUESTED)


def next_proposal_state(now: ProposalState | None, to: ProposalState) -> ProposalState:
    """Raises IllegalTransition for a step that proposals don't have."""
    return _next(PROPOSAL, now, to, ProposalState.OPEN)

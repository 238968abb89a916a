"""The state machines against a table written by hand from the design, pair by pair."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from records.states import (
    ChildState,
    IllegalTransition,
    next_batch_row_state,
    next_batch_state,
    next_child_state,
    next_concern_state,
    next_page_state,
    next_registration_state,
    next_report_state,
    next_source_state,
    next_visit_state,
)
from records.tables import Batch, BatchRow, Child, Concern, MandatoryReport, Page, Registration, Source, Visit
from records.views import BatchRowState, BatchState, PageState, RegistrationState, SourceState
from records.views_care import ConcernState, ReportState, VisitState

ALLOWED: dict[type[StrEnum], str] = {
    SourceState: "received>split received>refused refused>received",
    PageState: (
        "received>read received>failed failed>received read>received read>placed read>set_aside read>failed"
        " failed>placed failed>set_aside placed>read set_aside>read"
    ),
    RegistrationState: (
        "draft>verified verified>reviewed verified>sent_back reviewed>sent_back verified>draft sent_back>draft"
    ),
    BatchState: "open>frozen frozen>open frozen>written",
    BatchRowState: "frozen>sent sent>accepted sent>returned",
    ChildState: "active>exited exited>active",
    ConcernState: "proposed>confirmed proposed>dismissed confirmed>ended",
    VisitState: "planned>done planned>cancelled",
    ReportState: "raised>reported raised>withdrawn",
}
FIRST: dict[type[StrEnum], StrEnum] = {
    SourceState: SourceState.RECEIVED,
    PageState: PageState.RECEIVED,
    RegistrationState: RegistrationState.DRAFT,
    BatchState: BatchState.OPEN,
    BatchRowState: BatchRowState.FROZEN,
    ChildState: ChildState.ACTIVE,
    ConcernState: ConcernState.PROPOSED,
    VisitState: VisitState.PLANNED,
    ReportState: ReportState.RAISED,
}
MACHINES: list[tuple[type[StrEnum], Callable[[Any, Any], StrEnum], type[Any]]] = [
    (SourceState, next_source_state, Source),
    (PageState, next_page_state, Page),
    (RegistrationState, next_registration_state, Registration),
    (BatchState, next_batch_state, Batch),
    (BatchRowState, next_batch_row_state, BatchRow),
    (ChildState, next_child_state, Child),
    (ConcernState, next_concern_state, Concern),
    (VisitState, next_visit_state, Visit),
    (ReportState, next_report_state, MandatoryReport),
]
PAIRS = [(s, f, t, now, to) for s, f, t in MACHINES for now, to in product(s, s)]


@pytest.mark.parametrize(("states", "step", "table", "now", "to"), PAIRS)
def test_every_pair_of_states(
    states: type[StrEnum], step: Callable[[Any, Any], StrEnum], table: type[Any], now: StrEnum, to: StrEnum
) -> None:
    row = table(state=FIRST[states])
    for way in _way(states, now):
        row.state = way
    if now is to or f"{now.value}>{to.value}" in ALLOWED[states].split():
        assert step(now, to) is to
        row.state = to
        assert row.state is to
    else:
        with pytest.raises(IllegalTransition):
            step(now, to)
        with pytest.raises(IllegalTransition):
            row.state = to
        assert row.state is now


@pytest.mark.parametrize(("states", "step", "table"), MACHINES)
def test_a_new_row_starts_at_the_beginning(
    states: type[StrEnum], step: Callable[[Any, Any], StrEnum], table: type[Any]
) -> None:
    for state in states:
        if state is FIRST[states]:
            assert table(state=state).state is state
        else:
            with pytest.raises(IllegalTransition):
                table(state=state)


def _way(states: type[StrEnum], target: StrEnum) -> list[StrEnum]:
    """The states to pass from the first one to ``target``, by the table above."""
    ways: dict[StrEnum, list[StrEnum]] = {FIRST[states]: []}
    steps = [(states(a), states(b)) for a, b in (s.split(">") for s in ALLOWED[states].split())]
    while target not in ways:
        for start, end in steps:
            if start in ways and end not in ways:
                ways[end] = [*ways[start], end]
    return ways[target]

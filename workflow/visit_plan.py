"""Which visit is due next for a child: kept as one planned row, so that due lists need no arithmetic over everybody.

Everything here works inside a caller's transaction. The rule plans; a day that a person chose stays until the visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forms.kinds import JsonValue
from forms.visiting import RISK, Intervals, level_of, next_due
from records import answer_rows, care_rows, child_rows, registration_rows, sealing
from records.ids import civil_date
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Answer, Child, Concern, Registration, Visit
from records.views import AnswerState
from records.views_care import ConcernState, VisitState

STATED = "guardianship_state"  # the field that says how a child is looked after
NOTHING = answer_rows.Stated(None, AnswerState.MACHINE, hidden=False)
PORTION = 500  # children at once


def plan_next(store: Store, session: Session, now: datetime, child: Child, intervals: Intervals) -> Visit | None:
    """Bring the child's planned visit in line with what is known by now. None for a child that isn't visited."""
    session.flush()
    planned = care_rows.planned_visit(session, child.id)
    if child.state is not ChildState.ACTIVE:
        if planned is not None:
            planned.state = VisitState.CANCELLED
        session.flush()
        return None
    current = child_rows.current_registration(session, child.id)
    if current is None:
        return planned
    if _stated(registration_rows.answer(session, current.id, STATED)) is None:
        care_rows.note_unfollowed(session, child.id, now)
    level, due = due_by_rule(session, now, child, current, intervals)
    if planned is None:
        planned = Visit(id=store.new_id(), child_id=child.id, level=level, due_on=due, findings={})
        session.add(planned)
    planned.level = level
    if planned.planned_by is None:
        planned.due_on = due
    session.flush()
    return planned


def due_by_rule(
    session: Session, now: datetime, child: Child, current: Registration, intervals: Intervals
) -> tuple[str, date]:
    """The level by which a child is visited and the latest day of the next visit."""
    confirmed = [c for c in care_rows.concerns_of(session, child.id) if c.state is ConcernState.CONFIRMED]
    last = care_rows.last_visit(session, child.id)
    stated = registration_rows.answer(session, current.id, STATED)
    planned = care_rows.planned_visit(session, child.id)
    stated_on = _stated_on(now, current.form_date, current.verified_at)
    return _by_rule(stated_on, _stated(stated), _Known(confirmed, last, planned), intervals)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a child beside its form: confirmed concerns, the last visit, the planned one."""

    confirmed: Sequence[Concern]
    last: Visit | None
    planned: Visit | None


def _by_rule(stated_on: date, stated: str | None, known: _Known, intervals: Intervals) -> tuple[str, date]:
    """Counted from the last visit or, for a child never visited, from its form; a key-concern child's first interval
    begins on the day on which a person confirmed the concern.
    """
    confirmed, last, planned = known.confirmed, known.last, known.planned
    days = [stated_on]
    if last is not None and last.done_on is not None:
        days = [last.done_on]
    if last is not None and last.done_on is not None and last.done_on >= stated_on:
        stated = last.level
    elif stated is None:  # sealed from the one at work: as it was planned, or rather too soon than too late
        stated = RISK if planned is None else planned.level
    level = level_of(stated, key_concern=bool(confirmed))
    days += [civil_date(c.decided_at) for c in confirmed if c.decided_at is not None]
    return level, next_due(level, max(days), intervals)


def _stated_on(now: datetime, form_date: date | None, verified_at: datetime | None) -> date:
    return form_date or civil_date(verified_at or now)


def _stated(answer: Answer | None) -> str | None:
    """What the form says of the guardianship; "" for nothing, None where that is sealed from the one at work."""
    if answer is not None and sealing.hidden(answer):
        return None
    return _first(None if answer is None else answer.value)


def _first(value: JsonValue) -> str:
    return str(value[0]) if isinstance(value, list) and value else ""


def plan_missing(store: Store, session: Session, now: datetime, intervals: Intervals) -> int:
    """Plan for children who should have a planned visit and have none (a store made by an older program)."""
    children = care_rows.unplanned_children(session)
    for child in children:
        plan_next(store, session, now, child, intervals)
    return len(children)


def plan_all_again(store: Store, session: Session, now: datetime, intervals: Intervals) -> None:
    """The intervals changed: what the rule planned is planned anew, many children at a time."""
    session.flush()
    ids = care_rows.planned_by_rule(session)
    for start in range(0, len(ids), PORTION):
        some = ids[start : start + PORTION]
        planned = care_rows.planned_of_many(session, some)
        concerns = care_rows.concerns_of_many(session, some, [ConcernState.CONFIRMED])
        last = care_rows.last_visits_of_many(session, some)
        current = registration_rows.dates_of_current(session, some)
        answers = answer_rows.stated_of_many(session, [row[0] for row in current.values()], [STATED])
        for child_id, (row_id, form_date, verified_at) in current.items():
            answer = answers[row_id].get(STATED, NOTHING)
            if answer.hidden:
                care_rows.note_unfollowed(session, child_id, now)
            known = _Known(concerns.get(child_id, ()), last.get(child_id), planned[child_id][0])
            stated = None if answer.hidden else _first(answer.value)
            level, due = _by_rule(_stated_on(now, form_date, verified_at), stated, known, intervals)
            for visit in planned[child_id]:
                if visit.planned_by is None:
                    visit.level, visit.due_on = level, due
        session.flush()
        session.expunge_all()

"""The children a filter lets pass, as conditions on their rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select

from records.scope import within
from records.states import ChildState
from records.tables import BatchRow, Child, Concern, Visit
from records.views_care import ConcernState, VisitState
from records.views_kept import EVERYBODY, ChildFilter


def conditions(wanted: ChildFilter, today: date | None) -> list[ColumnElement[bool]]:
    """All of them hold for a child that passes. ``today``: by which ages and overdue visits are reckoned."""
    found: list[ColumnElement[bool]] = []
    if wanted == EVERYBODY:
        return found
    assert today is not None  # whoever filters says by which day
    if wanted.exited is not None:
        found.append(Child.state == (ChildState.EXITED if wanted.exited else ChildState.ACTIVE))
    if wanted.division:
        found.append(within(Child.residence_division, wanted.division))
    if wanted.sex:
        found.append(Child.sex == wanted.sex)
    if wanted.age_from is not None:
        found.append(Child.birth_date <= _years_before(today, wanted.age_from))
    if wanted.age_to is not None:
        found.append(Child.birth_date > _years_before(today, wanted.age_to + 1))
    if wanted.concern is not None:
        confirmed = select(Concern.id).where(Concern.child_id == Child.id, Concern.state == ConcernState.CONFIRMED)
        found.append(confirmed.exists() if wanted.concern else ~confirmed.exists())
    if wanted.overdue:
        due = Visit.due_on < today
        late = select(Visit.id).where(Visit.child_id == Child.id, Visit.state == VisitState.PLANNED, due)
        found.append(late.exists())
    if wanted.reported is not None:
        rows = select(BatchRow.id).where(BatchRow.child_id == Child.id)
        found.append(rows.exists() if wanted.reported else ~rows.exists())
    return found


def _years_before(day: date, years: int) -> date:
    """Whoever was born on this day or earlier is so many years old; born on 29 February: from 1 March on."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)

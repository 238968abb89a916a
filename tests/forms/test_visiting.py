"""When the next visit is due: ends of months, leap years, and never earlier for a better level."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.code_tables import code_table
from forms.visiting import LEVELS, Intervals, add_months, level_of, next_due

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("level", "after", "due"),
    [
        ("good", date(2026, 11, 30), date(2027, 2, 28)),
        ("good", date(2027, 11, 30), date(2028, 2, 29)),
        ("good", date(2026, 12, 1), date(2027, 3, 1)),
        ("fair", date(2027, 1, 31), date(2027, 2, 28)),
        ("fair", date(2028, 1, 31), date(2028, 2, 29)),
        ("fair", date(2028, 2, 29), date(2028, 3, 29)),
        ("fair", date(2026, 12, 15), date(2027, 1, 15)),
        ("risk", date(2028, 2, 20), date(2028, 3, 6)),
        ("risk", date(2027, 2, 20), date(2027, 3, 7)),
    ],
)
def test_due_dates(level: str, after: date, due: date) -> None:
    assert next_due(level, after, Intervals()) == due


def test_levels_are_those_of_the_form() -> None:
    assert set(LEVELS) == {entry.code for entry in code_table("guardianship_state").entries}
    assert level_of("good", key_concern=False) == "good"
    assert level_of("good", key_concern=True) == "risk"
    assert level_of("", key_concern=False) == "fair"


@given(DAYS, st.integers(0, 60))
def test_months_later_is_in_that_month_and_never_the_next(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, st.integers(1, 12))
def test_a_later_visit_is_never_due_earlier(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))
    assert add_months(first, months) <= add_months(last, months)


@given(DAYS, st.integers(1, 28))
def test_the_greater_the_risk_the_sooner(day: date, risk_days: int) -> None:
    intervals = Intervals(risk_days=risk_days)
    good, fair, risk = (next_due(level, day, intervals) for level in ("good", "fair", "risk"))
    assert day < risk <= fair < good

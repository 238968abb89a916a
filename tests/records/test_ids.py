"""Ids: RFC 9562's bits, and an order that neither a fast loop nor a clock set back disturbs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from records.ids import IdMaker, civil_date

INSTANTS = st.integers(0, 7_000_000_000_000).map(
    lambda milliseconds: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)


def maker(instants: list[datetime]) -> IdMaker:
    remaining = iter(instants)
    return IdMaker(clock=lambda: next(remaining), randomness=lambda n: bytes(range(7, 7 + n)))


@given(INSTANTS)
def test_version_variant_and_time_stand_where_the_standard_puts_them(instant: datetime) -> None:
    made = UUID(maker([instant]).new())
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(instant.timestamp() * 1000)


@given(st.lists(INSTANTS, min_size=2, max_size=40))
def test_ids_sort_in_the_order_of_making_whatever_the_clock_does(instants: list[datetime]) -> None:
    ids = maker(instants)
    made = [ids.new() for _ in instants]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_more_than_a_counter_of_ids_within_one_millisecond(now: datetime) -> None:
    ids = IdMaker(clock=lambda: now)
    made = [ids.new() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000


def test_civil_dates_are_those_of_the_office() -> None:
    assert civil_date(datetime(2026, 9, 30, 16, 0, tzinfo=UTC)) == date(2026, 10, 1)
    assert civil_date(datetime(2026, 9, 30, 16, 0, tzinfo=UTC) - timedelta(seconds=1)) == date(2026, 9, 30)

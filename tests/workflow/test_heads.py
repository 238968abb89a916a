"""Who a child is, as far as one who has still to enter some of it blind may be told."""

from __future__ import annotations

from datetime import date

import pytest

from records.tables import Child
from workflow.blind import PENDING
from workflow.heads import Head, head

CHILD = Child(
    name="欧阳雪",
    sex="2",
    birth_date=date(2018, 1, 1),
    id_number="220284201801010023",
    household_division="220281104",
    residence_division="220281104",
)
PLACE = "吉林省吉林市蛟河市黄松甸镇"
WHOLE = Head("欧阳雪", "女", date(2018, 1, 1), "2202842018********", PLACE, PLACE)


def test_everything_is_told_where_nothing_is_pending() -> None:
    assert head(CHILD) == WHOLE
    assert head(CHILD).age(date(2026, 1, 1)) == 8


@pytest.mark.parametrize("key", ["child_birth_date", "child_id_number"])
def test_birth_date_and_number_tell_each_other(key: str) -> None:
    told = head(CHILD, frozenset({key}))
    assert (told.birth_date, told.id_number_masked, told.age(date(2026, 1, 1))) == (None, "", None)
    assert (told.name, told.sex) == (WHOLE.name, WHOLE.sex)


@pytest.mark.parametrize(
    ("key", "part", "instead"),
    [
        ("child_name", "name", PENDING),
        ("child_sex", "sex", ""),
        ("child_household", "household", ""),
        ("child_residence", "residence", ""),
    ],
)
def test_one_field_that_is_pending_hides_itself_alone(key: str, part: str, instead: str) -> None:
    told = head(CHILD, frozenset({key}))
    differing = {name for name in ("name", "sex", "birth_date", "id_number_masked", "household", "residence")
                 if getattr(told, name) != getattr(WHOLE, name)}  # fmt: skip
    assert differing == {part}
    assert getattr(told, part) == instead
    assert told.hides(key)
    assert not told.hides("school_name")

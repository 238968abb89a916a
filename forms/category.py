"""Which of the notice's groups a child falls into (吉民发〔2024〕34号 二（一）、二（二）). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from forms import id_number
from forms.checks_living import asked_for_help, between_central_districts, is_county
from forms.findings import Answers, years_between
from forms.kinds import JsonValue
from forms.limits import NOTICE_LIMITS, Limits


class Category(StrEnum):
    """What the child is to the office."""

    MIGRANT = "migrant"  # 流动儿童
    LOCAL_HELP = "local_help"  # 主动求助的跨乡镇居住本地户籍儿童: key-concern, but no migrant child
    OUTSIDE = "outside"  # 不在流动儿童范围内
    UNSURE = "unsure"  # an answer that decides it is missing


def category(answers: Mapping[str, JsonValue], *, as_of: date, limits: Limits = NOTICE_LIMITS) -> Category:
    """By the four tests: accompanied, across counties (central districts excepted), six months, under sixteen."""
    seen = Answers(answers)
    number = seen.id_number("child_id_number")
    born = seen.day("child_birth_date") or (id_number.birth_date(number) if number else None)
    if born is not None and years_between(born, as_of) >= limits.child_under:
        return Category.OUTSIDE
    home, here = (seen.division(key)[:6] for key in ("child_household", "child_residence"))
    if asked_for_help(seen):
        return Category.LOCAL_HELP if home == here or not home else Category.UNSURE
    unregistered = seen.chosen("child_registered") == {"no"}  # 无户籍: where it would belong is nobody's answer
    known = is_county(home) and is_county(here)
    if known and (home == here or between_central_districts(home, here, limits)):
        return Category.OUTSIDE
    arrived = seen.day("child_arrival")
    stayed = None if arrived is None else (as_of.year - arrived.year) * 12 + as_of.month - arrived.month
    if stayed is not None and stayed < limits.stay_months:
        return Category.OUTSIDE
    decided = (known or unregistered) and born is not None and stayed is not None and seen.chosen("child_accompanied")
    return Category.MIGRANT if decided else Category.UNSURE

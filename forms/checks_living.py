"""Rules about how the child lives: moving, school, permit, health, insurance, disability, support and concern."""

from __future__ import annotations

import re
from datetime import date

from forms import id_number
from forms.checks_people import GUARDIANSHIP_CRITERIA
from forms.findings import Answers, Findings, years_between
from forms.limits import Limits
from forms.rule_book import finding

SCHOOL_AGES = {
    "kindergarten": (2, 7),
    "primary": (5, 14),
    "junior": (10, 18),
    "senior": (13, 18),
    "vocational": (13, 18),
}
NOT_AT_SCHOOL = frozenset({"none", "out", "dropout"})
LOCAL_HELP = "local_help"
_CERTIFICATE = re.compile(r"(\d{17}[\dX])([1-7])([1-4])(?:B\d{1,2})?", re.ASCII)


def living(answers: Answers, as_of: date, limits: Limits) -> Findings:
    yield from _age(answers, as_of, limits)
    yield from _moving(answers, limits)
    yield from _local_help(answers)
    yield from _stay(answers, as_of, limits)
    yield from _school(answers, as_of)
    yield from _permit(answers)
    yield from _health(answers, as_of)
    yield from _disability(answers)
    yield from _insurance(answers)
    yield from _concern(answers)


# -- who counts (吉民发〔2024〕34号 二（一）) --------------------------------------------------------------------------


def asked_for_help(answers: Answers) -> bool:
    """A local child living in another township who asked for help: not a migrant child, but cared for (二（二）)."""
    return LOCAL_HELP in answers.chosen("concern_criteria")


def _age(answers: Answers, as_of: date, limits: Limits) -> Findings:
    number = answers.id_number("child_id_number")
    born = answers.day("child_birth_date") or (id_number.birth_date(number) if number else None)
    if born and years_between(born, as_of) >= limits.child_under:
        yield finding("too_old", "child_birth_date", day=as_of.isoformat(), years=limits.child_under)


def _moving(answers: Answers, limits: Limits) -> Findings:
    keys = ("child_household", "child_residence")
    home, here = (answers.division(key)[:6] for key in keys)
    if not (is_county(home) and is_county(here)):
        return
    if home == here and not asked_for_help(answers):
        yield finding("same_county", *keys)
    if home != here and between_central_districts(home, here, limits):
        yield finding("central_districts", *keys)
    moved = answers.chosen("child_movement")
    if moved and home != here and moved != {_movement(home, here)}:
        yield finding("movement_differs", *keys, "child_movement")


def between_central_districts(home: str, here: str, limits: Limits) -> bool:
    """城市中心城区的市辖区之间: both in the same city, both flagged."""
    return home[:4] == here[:4] and limits.is_central(home) and limits.is_central(here)


def is_county(code: str) -> bool:
    """A code of county level (six digits that don't end in 00)."""
    return len(code) == 6 and not code.endswith("00")


def _movement(home: str, here: str) -> str:
    if home[:2] != here[:2]:
        return "province"
    return "prefecture" if home[:4] != here[:4] else "county"


def _local_help(answers: Answers) -> Findings:
    if not asked_for_help(answers):
        return
    keys = ("concern_criteria", "child_household", "child_residence")
    home, here = (answers.division(key) for key in keys[1:])
    if is_county(home[:6]) and is_county(here[:6]) and home[:6] != here[:6]:
        yield finding("local_help_elsewhere", *keys)
    elif len(home) >= 9 and len(here) >= 9 and home[:9] == here[:9]:
        yield finding("local_help_same_town", *keys)


def _stay(answers: Answers, as_of: date, limits: Limits) -> Findings:
    arrived = answers.day("child_arrival")
    if arrived is None or asked_for_help(answers):
        return
    if (as_of.year - arrived.year) * 12 + as_of.month - arrived.month < limits.stay_months:
        yield finding("under_six_months", "child_arrival", day=as_of.isoformat())


# -- what the form asks about -----------------------------------------------------------------------------------------


def _school(answers: Answers, as_of: date) -> Findings:
    born, state = answers.day("child_birth_date"), answers.chosen("school_state")
    if born is None or len(state) != 1:
        return
    age, (school,) = years_between(born, as_of), state
    keys = ("school_state", "child_birth_date")
    low, high = SCHOOL_AGES.get(school, (0, 99))
    if not low <= age <= high:
        yield finding("school_age", *keys, years=age)
    if school == "dropout" and age < 6:
        yield finding("dropout_too_young", *keys)
    if school not in NOT_AT_SCHOOL or "dropout" in answers.chosen("concern_criteria"):
        return
    if 7 <= age < 16:
        yield finding("out_of_school", *keys, "concern_criteria")
    elif age == 6 and years_between(born, _last_school_start(as_of)) >= 6:
        yield finding("school_due", *keys)


def _last_school_start(day: date) -> date:
    """The last 31 August before the day: who was six by then goes to school (义务教育法第十一条)."""
    return date(day.year if day >= date(day.year, 9, 1) else day.year - 1, 8, 31)


def _permit(answers: Answers) -> Findings:
    number, child = answers.id_number("permit_number"), answers.id_number("child_id_number")
    if number and child and number != child:
        yield finding("permit_of_other", "permit_number", "child_id_number")


def _health(answers: Answers, as_of: date) -> Findings:
    body, born = answers.chosen("health_body"), answers.day("child_birth_date")
    if body and "ill" not in body and answers.text("health_illness"):
        yield finding("illness_contradicts", "health_body", "health_illness")
    managed = answers.chosen("health_managed")
    if born and managed and (years_between(born, as_of) < 7) == ("na" in managed):
        yield finding("health_age", "health_managed", "child_birth_date")


def _disability(answers: Answers) -> Findings:
    number = answers.text("disability_number")
    if not number:
        return
    read = _CERTIFICATE.fullmatch(number)
    if not read or id_number.problem(read.group(1)):
        yield finding("certificate_number", "disability_number")
        return
    child = answers.id_number("child_id_number")
    if child and child != read.group(1):
        yield finding("certificate_of_other", "disability_number", "child_id_number")
    for key, group, part in (("disability_category", 2, "类别"), ("disability_level", 3, "等级")):
        chosen = answers.chosen(key)
        if chosen and chosen != {read.group(group)}:
            yield finding("certificate_differs", key, "disability_number", part=part)


def _insurance(answers: Answers) -> Findings:
    state, place = answers.chosen("insurance_state"), answers.division("insurance_place")
    for code, key, label in (("residence", "child_residence", "居住地"), ("household", "child_household", "户籍地")):
        there = answers.division(key)
        if state == {code} and is_county(place[:6]) and is_county(there[:6]) and place[:6] != there[:6]:
            yield finding("insurance_elsewhere", "insurance_place", "insurance_state", key, where=label)


def _concern(answers: Answers) -> Findings:
    criteria, state = answers.chosen("concern_criteria"), answers.chosen("guardianship_state")
    if criteria and answers.chosen("concern_listed") == {"no"}:
        yield finding("criteria_not_listed", "concern_criteria", "concern_listed")
    if state and state <= {"good", "fair"} and criteria & GUARDIANSHIP_CRITERIA:
        yield finding("state_differs", "guardianship_state", "concern_criteria")
    implied = (
        ("child_registered", "no", "unregistered", "无户籍"),
        ("health_body", "disabled", "disabled", "残疾"),
    )
    for key, code, criterion, label in implied:
        if answers.asks("concern_criteria") and code in answers.chosen(key) and criterion not in criteria:
            yield finding("criterion_missing", key, "concern_criteria", criterion=label)
    if "abuse" in criteria:
        yield finding("mandatory_report", "concern_criteria")

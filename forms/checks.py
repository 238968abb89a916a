"""Rules between the answers of one form. Pure: the answers and a day in, findings out.

Grade, clause and sentence of every rule stand in ``resources/rules.toml``; what can't be said as data is said here
and in ``forms.checks_people`` and ``forms.checks_living``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from forms import id_number
from forms.checks_data import data_rules, shapes
from forms.checks_living import living
from forms.checks_people import people
from forms.dictionary import FieldDefinition, load_dictionary
from forms.findings import ERROR, HINT, WARNING, Answers, Finding, Findings, years_between
from forms.kinds import JsonValue, Kind
from forms.limits import NOTICE_LIMITS, Limits
from forms.rule_book import conditions, finding
from forms.values import empty

__all__ = ["Finding", "Limits", "check", "is_required"]

ADULT = 18
STILL_WANTED = frozenset(
    {"form_unit", "form_date", "child_name", "child_id_number", "informed", "sign_guardian", "sign_collector"}
)
"""What must be filled in even where the half-yearly round found nothing changed (信息无变化)."""
GRADES = {ERROR: 0, WARNING: 1, HINT: 2}
SAYS_MORE = frozenset({"child_accompanied"})
"""Blank ones of these are told of by a rule that says more than that they are blank."""


def check(answers: Mapping[str, JsonValue], *, as_of: date, limits: Limits = NOTICE_LIMITS) -> tuple[Finding, ...]:
    """All findings for one form, errors first.

    ``answers`` holds every key that the form asks for, blank ones as None or ``[]``: a field that is asked for
    can be missed, one that isn't can't. ``as_of`` is the day from which ages and durations are counted: the
    round's 统计时点, or today. Unknown keys (``x_...``) are left alone.
    """
    seen = Answers(answers)
    found = [
        *_required(answers, seen),
        *_dates(seen, as_of),
        *_adults(seen, as_of),
        *shapes(answers, seen),
        *data_rules(answers, seen),
        *people(seen),
        *living(seen, as_of, limits),
    ]
    return tuple(sorted(found, key=lambda f: GRADES[f.severity]))


def is_required(definition: FieldDefinition, answers: Mapping[str, JsonValue]) -> bool:
    """Whether the answers given so far make this field a required one."""
    seen = Answers(answers)
    return _is_required(definition, seen, same=unchanged(seen))


def _is_required(definition: FieldDefinition, seen: Answers, *, same: bool) -> bool:
    if same:
        return definition.key in STILL_WANTED
    if definition.required_when == "always":
        return True
    return any(code in seen.chosen(key) for key, code in conditions(definition.required_when))


def unchanged(answers: Answers) -> bool:
    """Whether the form says that nothing has changed since the last round: little is asked then."""
    return answers.chosen("form_update") == {"unchanged"}


def _required(answers: Mapping[str, JsonValue], seen: Answers) -> Findings:
    same = unchanged(seen)
    for key, definition in load_dictionary().fields.items():
        if seen.asks(key) and empty(answers[key]) and _is_required(definition, seen, same=same):
            if key in SAYS_MORE:
                yield finding("unaccompanied", key)
            else:
                yield finding("required", key, field=definition.label)


def _adults(answers: Answers, as_of: date) -> Findings:
    for key, definition in load_dictionary().fields.items():
        number = answers.id_number(key) if "adult" in definition.validation else ""
        if number and years_between(id_number.birth_date(number), as_of) < ADULT:
            yield finding("not_adult", key, field=definition.label)


def _dates(answers: Answers, as_of: date) -> Findings:
    """Nothing on a form lies after the day on which it was filled in."""
    written = answers.day("form_date")
    if written and written > as_of:
        yield finding("form_date_late", "form_date", day=as_of.isoformat())
    for key, definition in load_dictionary().fields.items():
        if "not_future" not in definition.validation or key == "form_date":
            continue
        day = answers.day(key)
        if day and day > (written or as_of) and definition.kind in (Kind.DATE, Kind.MONTH):
            yield finding("in_the_future", *((key, "form_date") if written else (key,)), field=definition.label)

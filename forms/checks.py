"""Rules between the answers of one form. Pure: the answers and a day in, findings out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from forms import id_number
from forms.checks_living import living
from forms.checks_people import people
from forms.dictionary import FieldDefinition, load_dictionary
from forms.findings import ERROR, NOTICE, WARNING, Answers, Finding, Findings, years_between
from forms.kinds import JsonValue, Kind
from forms.values import empty

__all__ = ["Finding", "check", "is_required"]

ADULT = 18
STILL_WANTED = frozenset(
    {"form_unit", "form_date", "child_name", "child_id_number", "informed", "sign_guardian", "sign_collector"}
)
"""What must be filled in even where the half-yearly round found nothing changed (信息无变化)."""


def check(answers: Mapping[str, JsonValue], *, as_of: date) -> tuple[Finding, ...]:
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
        *people(seen, as_of),
        *living(seen, as_of),
    ]
    order = {"error": 0, "warning": 1, "hint": 2}
    return tuple(sorted(found, key=lambda f: order[f.severity]))


def is_required(definition: FieldDefinition, answers: Mapping[str, JsonValue]) -> bool:
    """Whether the answers given so far make this field a required one."""
    seen = Answers(answers)
    if seen.chosen("form_update") == {"unchanged"}:
        return definition.key in STILL_WANTED
    if definition.required_when == "always":
        return True
    conditions = (part.split("=") for part in definition.required_when.split(" | ") if part)
    return any(code in seen.chosen(key) for key, code in conditions)


def _required(answers: Mapping[str, JsonValue], seen: Answers) -> Findings:
    for key, definition in load_dictionary().fields.items():
        if seen.asks(key) and empty(answers[key]) and is_required(definition, answers):
            clause = f"{NOTICE} 二（一）"
            yield Finding(WARNING, "required", (key,), f"“{definition.label}”没有填。", clause)


def _adults(answers: Answers, as_of: date) -> Findings:
    for key, definition in load_dictionary().fields.items():
        number = answers.id_number(key) if "adult" in definition.validation else ""
        if number and years_between(id_number.birth_date(number), as_of) < ADULT:
            clause = "民法典第十七条、第二十七条"
            yield Finding(
                WARNING, "not_adult", (key,), f"“{definition.label}”是未满十八周岁的人，请再核对一遍。", clause
            )


def _dates(answers: Answers, as_of: date) -> Findings:
    """Nothing on a form lies after the day on which it was filled in."""
    written = answers.day("form_date")
    if written and written > as_of:
        sentence = f"填报日期晚于 {as_of.isoformat()}，请核对。"
        yield Finding(WARNING, "form_date_late", ("form_date",), sentence, "")
    for key, definition in load_dictionary().fields.items():
        if "not_future" not in definition.validation or key == "form_date":
            continue
        day = answers.day(key)
        if day and day > (written or as_of) and definition.kind in (Kind.DATE, Kind.MONTH):
            keys = (key, "form_date") if written else (key,)
            yield Finding(ERROR, "in_the_future", keys, f"“{definition.label}”晚于填报的时间。", "")

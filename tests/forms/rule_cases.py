"""For every rule of one form a way to break a sound family's answers so that this rule has to speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from forms.id_number import check_digit
from forms.kinds import JsonValue

Changes = dict[str, JsonValue]
Corruption = Callable[[Mapping[str, JsonValue], date], Changes]
"""A family's answers and the 统计时点 in, the answers to replace out."""


def number(prefix: str, born: str, order: str) -> str:
    """A sound ID number."""
    first = prefix + born.replace("-", "") + order
    return first + check_digit(first)


def years_before(day: date, years: int) -> str:
    """The 1st of that month so many years earlier."""
    return day.replace(day=1, year=day.year - years).isoformat()


def _plain(**changes: JsonValue) -> Corruption:
    return lambda _answers, _day: dict(changes)


def _child(answers: Mapping[str, JsonValue]) -> str:
    """The child's ID number; one that fits where the family has none."""
    given = answers.get("child_id_number")
    sex = "001" if answers["child_sex"] == ["1"] else "002"
    return given if isinstance(given, str) else number("220281", str(answers["child_birth_date"]), sex)


def _with_number(answers: Mapping[str, JsonValue]) -> Changes:
    return {"child_id_number": _child(answers), "child_registered": ["yes"]}


def _later(text: JsonValue, days: int) -> str:
    return (date.fromisoformat(str(text)) + timedelta(days=days)).isoformat()


def _wrong_digit(answers: Mapping[str, JsonValue], _day: date) -> Changes:
    good = _child(answers)
    return _with_number(answers) | {"child_id_number": good[:9] + str((int(good[9]) + 1) % 10) + good[10:]}


def _other_sex(answers: Mapping[str, JsonValue], _day: date) -> Changes:
    return _with_number(answers) | {"child_sex": ["1" if answers["child_sex"] == ["2"] else "2"]}


def _school(state: str, years: int) -> Corruption:
    """A child of that age in that state of schooling, told of nowhere else."""
    return lambda _answers, day: {
        "child_birth_date": years_before(day, years),
        "child_id_number": None,
        "school_state": [state],
        "concern_criteria": [],
    }


def _six_in_august(_answers: Mapping[str, JsonValue], day: date) -> Changes:
    """Six by the end of August, not yet seven."""
    start = day.year if day >= date(day.year, 9, 1) else day.year - 1
    born = date(start - 6, 8, 30) if day < date(start + 1, 8, 30) else date(start - 6, 8, 31)
    return {
        "child_birth_date": born.isoformat(),
        "child_id_number": None,
        "school_state": ["none"],
        "concern_criteria": [],
    }


def _healthy_at(years: int, managed: str) -> Corruption:
    return lambda _answers, day: {
        "child_birth_date": years_before(day, years),
        "child_id_number": None,
        "health_managed": [managed],
    }


def _certificate(tail: str, **more: JsonValue) -> Corruption:
    return lambda answers, _day: _with_number(answers) | {"disability_number": _child(answers) + tail} | more


def _parent(sex: str, years_older: int) -> Corruption:
    def broken(answers: Mapping[str, JsonValue], _day: date) -> Changes:
        born = date.fromisoformat(str(answers["child_birth_date"]))
        parent = "father" if sex == "1" else "mother"
        order = "001" if sex == "1" else "002"
        return {f"{parent}_id_number": number("220281", years_before(born, years_older), order)}

    return broken


def _arrived(_answers: Mapping[str, JsonValue], day: date) -> Changes:
    return {"child_arrival": (day - timedelta(days=100)).strftime("%Y-%m"), "concern_criteria": []}


def _before_birth(key: str, month: bool = False) -> Corruption:
    def broken(answers: Mapping[str, JsonValue], _day: date) -> Changes:
        earlier = _later(answers["child_birth_date"], -40)
        return {key: earlier[:7] if month else earlier}

    return broken


ALL_CONDITIONS: Changes = {"concern_criteria": [], "concern_listed": ["no"]}
HELP: Changes = {"concern_criteria": ["local_help"], "concern_listed": ["yes"]}
MOTHER = number("220281", "1988-01-01", "002")

CORRUPTIONS: dict[str, Corruption] = {
    "required": _plain(child_ethnic_group=None),
    "form_date_late": lambda _a, day: {"form_date": _later(day.isoformat(), 3)},
    "in_the_future": lambda a, _day: {"permit_state": ["held"], "permit_date": _later(a["form_date"], 1)},
    "several_chosen": _plain(child_sex=["1", "2"]),
    "unknown_code": _plain(insurance_state=["moon"]),
    "unknown_place": _plain(child_residence={"division": "229999", "detail": "幸福里 3 号"}),
    "phone_shape": _plain(caregiver_phone="139044422"),
    "phone_unlikely": _plain(caregiver_phone="13900000000"),
    "id_number": _wrong_digit,
    "id_prefix_unknown": _plain(mother_id_number=number("229999", "1988-01-01", "002")),
    "birth_date_differs": lambda a, _day: _with_number(a) | {"child_birth_date": _later(a["child_birth_date"], -1)},
    "sex_differs": _other_sex,
    "prefix_differs": lambda a, _day: (
        _with_number(a) | {"child_household": "220281" if _child(a)[:6] != "220281" else "220102"}
    ),
    "number_without_household": lambda a, _day: _with_number(a) | {"child_registered": ["no"]},
    "household_unregistered": _plain(child_registered=["no"], child_household="220281104"),
    "same_number": _plain(father_id_number=MOTHER, mother_id_number=MOTHER),
    "too_old": lambda _a, day: {"child_birth_date": years_before(day, 16), "child_id_number": None},
    "unaccompanied": _plain(child_accompanied=[]),
    "same_county": _plain(
        child_household="220281104", child_residence={"division": "220281001", "detail": "x"}, concern_criteria=[]
    ),
    "central_districts": _plain(child_household="220104", child_residence={"division": "220102", "detail": "x"}),
    "under_six_months": _arrived,
    "movement_differs": _plain(
        child_household="220281104",
        child_residence={"division": "220102001", "detail": "x"},
        child_movement=["province"],
    ),
    "arrival_before_birth": _before_birth("child_arrival", month=True),
    "local_help_elsewhere": _plain(
        **HELP, child_household="220281104", child_residence={"division": "220102001", "detail": "x"}
    ),
    "local_help_same_town": _plain(
        **HELP, child_household="220281104208", child_residence={"division": "220281104", "detail": "x"}
    ),
    "accompanied_differs": _plain(child_accompanied=["other"], caregiver_relation="52", caregiver_id_number=MOTHER),
    "school_age": _school("senior", 8),
    "dropout_too_young": _school("dropout", 4),
    "out_of_school": _school("none", 9),
    "school_due": _six_in_august,
    "school_contradicts": _plain(school_state=["none"], school_name="某小学"),
    "permit_contradicts": _plain(permit_state=["none"], permit_number="22020320240001"),
    "permit_reason_contradicts": _plain(permit_state=["held"], permit_reason="未满半年"),
    "permit_of_other": lambda a, _day: _with_number(a) | {"permit_state": ["held"], "permit_number": MOTHER},
    "permit_before_birth": _before_birth("permit_date"),
    "permit_before_arrival": lambda a, _day: {"permit_date": _later(f"{a['child_arrival']}-01", -5)},
    "body_contradicts": _plain(health_body=["healthy", "ill"]),
    "illness_contradicts": _plain(health_body=["healthy"], health_illness="哮喘"),
    "health_age": _healthy_at(9, "yes"),
    "insurance_contradicts": _plain(insurance_state=["none"], insurance_place="220102"),
    "insurance_elsewhere": _plain(
        child_residence={"division": "220102001", "detail": "x"},
        insurance_state=["residence"],
        insurance_place="220281",
    ),
    "body_not_disabled": _plain(disability_certificate=["yes"], health_body=["healthy"]),
    "disability_contradicts": _plain(health_body=["healthy"], disability_level=["2"]),
    "certificate_contradicts": _plain(disability_certificate=["no"], disability_number="1"),
    "certificate_number": _certificate("83"),
    "certificate_of_other": lambda a, _day: _with_number(a) | {"disability_number": MOTHER + "43"},
    "certificate_differs": _certificate("43", disability_category=["1"]),
    "rehabilitation_without_place": _plain(rehabilitation_state=["received"], rehabilitation_place=None),
    "not_adult": lambda _a, day: {
        "caregiver_id_number": number("220281", years_before(day, 17), "002"),
        "caregiver_relation": "75",
    },
    "relation_differs": _plain(
        mother_id_number=MOTHER, caregiver_id_number=MOTHER, caregiver_relation="62", father_id_number=None
    ),
    "relation_sex": _plain(caregiver_relation="61", caregiver_id_number=number("220281", "1960-01-01", "002")),
    "parent_sex": _plain(father_id_number=MOTHER, mother_id_number=None),
    "parent_birth_differs": _plain(mother_id_number=MOTHER, mother_birth_date="1988-01-07"),
    "parent_age": _parent("2", 13),
    "parent_far": _parent("2", 57),
    "grandparent_age": _plain(paternal_grandfather_birth_date="1990-01-01", father_birth_date="1988-01-01"),
    "parent_state": _plain(father_state=["normal", "ill"]),
    "dead_parent_answers": _plain(father_state=["dead"], father_phone="13904321234"),
    "absent_parent_present": _plain(father_state=["prison"], child_accompanied=["father"]),
    "absent_caregiver": _plain(mother_state=["missing"], caregiver_relation="52"),
    "maybe_orphan": _plain(father_state=["dead"], mother_state=["missing"]),
    "single_parent": _plain(father_state=["dead"], mother_state=["normal"], **ALL_CONDITIONS),
    "entrusted_care": _plain(caregiver_relation="64", caregiver_entrusted=[]),
    "entrusted_to_parent": _plain(caregiver_relation="52", caregiver_entrusted=["signed"]),
    "relief_contradicts": _plain(support_relief=["none", "medical"]),
    "other_needs_text": _plain(support_income=["other"], support_needs=None, remarks=None),
    "criteria_not_listed": _plain(concern_criteria=["ill"], concern_listed=["no"]),
    "risk_not_listed": _plain(guardianship_state=["risk"], concern_listed=["no"]),
    "state_differs": _plain(guardianship_state=["good"], concern_criteria=["absent"]),
    "criterion_missing": _plain(health_body=["disabled"], concern_criteria=[]),
    "mandatory_report": _plain(concern_criteria=["abuse"]),
    "dossier_wanted": _plain(concern_criteria=["ill"], concern_listed=["yes"], concern_dossier=None),
}

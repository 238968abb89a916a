"""Rules between the answers of one form. A consistent family has no findings; each rule is tried alone on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalog import shipped_forms
from forms.checks import check, is_required
from forms.dictionary import load_dictionary
from forms.findings import years_between
from forms.id_number import check_digit
from forms.kinds import JsonValue, Kind

AS_OF = date(2026, 9, 30)
KEYS = [f.key for f in shipped_forms()[0].fields]


def number(prefix: str, born: str, order: str) -> str:
    first = prefix + born + order
    return first + check_digit(first)


CHILD, FATHER, MOTHER = (
    number("220281", "20150305", "002"),
    number("220281", "19880101", "001"),
    number("220724", "19900202", "002"),
)
YOUNG = number("220281", "20100101", "002")

# every key the form asks for; a synthetic girl from Jiaohe who lives in Changchun with both parents
FILLED: dict[str, JsonValue] = {
    "form_unit": "南关区某街道办事处", "form_date": "2026-09-15", "form_division": "220102001",
    "form_collection": ["visit"],
    "form_update": ["first"], "child_name": "王小雨", "child_sex": ["2"], "child_ethnic_group": "01",
    "child_birth_date": "2015-03-05", "child_id_number": CHILD, "child_registered": ["yes"],
    "child_household": "220281104208", "child_residence": {"division": "220102001", "detail": "某小区 1 栋 101"},
    "child_arrival": "2023-08", "child_movement": ["prefecture"], "child_accompanied": ["both"],
    "school_state": ["primary"], "school_name": "某小学", "permit_state": ["held"], "permit_number": "1234",
    "permit_date": "2024-01-05", "health_managed": ["na"], "health_body": ["healthy"],
    "immunisation_state": ["complete"],
    "insurance_state": ["residence"], "insurance_place": "220102", "father_name": "王某", "father_id_number": FATHER,
    "father_state": ["normal"], "father_phone": "13944445555", "mother_name": "李某", "mother_id_number": MOTHER,
    "mother_state": ["normal"], "caregiver_name": "李某", "caregiver_relation": "52", "caregiver_id_number": MOTHER,
    "caregiver_phone": "13944445556", "guardianship_state": ["good"], "support_income": ["wages"],
    "support_relief": ["none"],
    "concern_criteria": [], "concern_listed": ["no"], "informed": ["yes"],
    "sign_guardian": "present", "sign_collector": "present",
}  # fmt: skip
BLANK: dict[str, JsonValue] = dict.fromkeys(KEYS)
GIRL = BLANK | FILLED


def rules(**changes: JsonValue) -> set[str]:
    return {f.rule for f in check(GIRL | changes, as_of=AS_OF)}


def test_a_consistent_family_has_no_findings() -> None:
    assert check(GIRL, as_of=AS_OF) == ()


CASES: list[tuple[str, dict[str, JsonValue]]] = [
    ("id_number", {"child_id_number": CHILD[:-1] + ("0" if CHILD[-1] != "0" else "1")}),
    ("id_prefix_unknown", {"father_id_number": number("229999", "19880101", "001")}),
    (
        "id_prefix_unknown",
        {"father_id_number": number("220171", "19880101", "001")},
    ),  # the statistics bureau's own code
    ("birth_date_differs", {"child_birth_date": "2015-03-06"}),
    ("sex_differs", {"child_sex": ["1"]}),
    ("prefix_differs", {"child_household": "220282"}),
    ("too_old", {"child_birth_date": "2010-09-30", "child_id_number": None}),
    ("number_without_household", {"child_registered": ["no"]}),
    ("same_number", {"father_id_number": MOTHER}),
    ("same_number", {"caregiver_id_number": CHILD}),
    ("relation_differs", {"caregiver_relation": "62"}),
    ("relation_sex", {"caregiver_relation": "61"}),
    ("parent_sex", {"mother_id_number": FATHER, "father_id_number": None}),
    ("parent_age", {"father_id_number": number("220281", "20010101", "001")}),
    ("not_adult", {"caregiver_id_number": YOUNG, "caregiver_relation": "75"}),
    ("parent_state", {"father_state": ["normal", "ill"]}),
    ("dead_parent_answers", {"father_state": ["dead"]}),
    ("absent_parent_present", {"father_state": ["prison"]}),
    ("maybe_orphan", {"father_state": ["dead"], "mother_state": ["missing"]}),
    ("entrusted_care", {"caregiver_relation": "64", "caregiver_id_number": None}),
    ("same_county", {"child_residence": {"division": "220281001", "detail": "x"}}),
    ("central_districts", {"child_household": "220104"}),
    ("movement_differs", {"child_movement": ["province"]}),
    ("arrival_before_birth", {"child_arrival": "2015-02"}),
    ("under_six_months", {"child_arrival": "2026-04"}),
    ("school_age", {"school_state": ["senior"]}),
    ("dropout_too_young", {"child_birth_date": "2022-03-05", "child_id_number": None, "school_state": ["dropout"]}),
    ("out_of_school", {"school_state": ["out"]}),
    ("permit_contradicts", {"permit_state": ["none"]}),
    ("permit_reason_contradicts", {"permit_reason": "未满半年"}),
    ("body_contradicts", {"health_body": ["healthy", "ill"]}),
    ("illness_contradicts", {"health_illness": "哮喘"}),
    ("health_age", {"health_managed": ["yes"]}),
    ("body_not_disabled", {"disability_certificate": ["yes"], "disability_number": CHILD + "43"}),
    ("certificate_contradicts", {"disability_certificate": ["no"], "disability_number": CHILD + "43"}),
    ("certificate_number", {"disability_number": CHILD + "83"}),
    ("certificate_of_other", {"disability_number": FATHER + "43"}),
    ("certificate_differs", {"disability_number": CHILD + "43", "disability_category": ["1"]}),
    ("insurance_contradicts", {"insurance_state": ["none"]}),
    ("insurance_elsewhere", {"insurance_place": "220281"}),
    ("relief_contradicts", {"support_relief": ["none", "medical"]}),
    ("criteria_not_listed", {"concern_criteria": ["ill"]}),
    ("risk_not_listed", {"guardianship_state": ["risk"]}),
    ("state_differs", {"concern_criteria": ["absent"], "concern_listed": ["yes"]}),
    ("criterion_missing", {"child_registered": ["no"], "child_id_number": None}),
    ("mandatory_report", {"concern_criteria": ["abuse"], "concern_listed": ["yes"]}),
    ("dossier_wanted", {"concern_criteria": ["ill"], "concern_listed": ["yes"]}),
    ("required", {"child_name": None}),
    ("required", {"concern_listed": ["yes"]}),
    ("in_the_future", {"permit_date": "2026-09-16"}),
    ("form_date_late", {"form_date": "2026-10-01"}),
]


@pytest.mark.parametrize(("rule", "changes"), CASES, ids=[f"{rule}-{'-'.join(changes)}" for rule, changes in CASES])
def test_each_rule_speaks_up(rule: str, changes: dict[str, JsonValue]) -> None:
    assert rule in rules(**changes)


HELP: dict[str, JsonValue] = {"concern_criteria": ["local_help"], "concern_listed": ["yes"]}


def there(code: str) -> JsonValue:
    return {"division": code, "detail": "x"}


def aged(born: str) -> dict[str, JsonValue]:
    return {"child_birth_date": born, "child_id_number": None}


# the rule, what makes it speak, and what is as near to that as can be and makes it silent
BORDERS: list[tuple[str, dict[str, JsonValue], dict[str, JsonValue]]] = [
    ("too_old", aged("2010-09-30"), aged("2010-10-01")),
    ("under_six_months", {"child_arrival": "2026-04"}, {"child_arrival": "2026-03"}),
    ("under_six_months", {"child_arrival": "2026-04"}, {"child_arrival": "2026-04", **HELP}),
    ("movement_differs", {"child_movement": ["county"]}, {"child_movement": []}),
    ("movement_differs", {"child_movement": ["county"]}, {"child_household": "220200", "child_movement": ["county"]}),
    (
        "movement_differs",
        {"child_household": "110105", "child_movement": ["prefecture"]},
        {"child_household": "110105", "child_movement": ["province"]},
    ),
    (
        "movement_differs",
        {"child_household": "220112", "child_movement": ["prefecture"]},
        {"child_household": "220112", "child_movement": ["county"]},
    ),
    ("arrival_before_birth", {"child_arrival": "2015-02"}, {"child_arrival": "2015-03"}),
    ("same_county", {"child_residence": there("220281001")}, {"child_residence": there("220200")}),
    ("same_county", {"child_residence": there("220281001")}, {"child_residence": there("220281001"), **HELP}),
    ("local_help_elsewhere", HELP, {"child_residence": there("220100"), **HELP}),
    ("local_help_elsewhere", HELP, {"child_household": "220200", **HELP}),
    (
        "local_help_same_town",
        {"child_residence": there("220281104209"), **HELP},
        {"child_residence": there("220281001"), **HELP},
    ),
    ("local_help_same_town", {"child_residence": there("220281104"), **HELP}, {"child_residence": there("220281104")}),
    ("school_age", {"school_state": ["senior"]}, {"school_state": ["junior"]}),
    (
        "school_age",
        {"school_state": ["kindergarten"], **aged("2018-09-30")},
        {"school_state": ["kindergarten"], **aged("2018-10-01")},
    ),
    ("out_of_school", {"school_state": ["out"], **aged("2019-09-30")}, {"school_state": ["out"], **aged("2019-10-01")}),
    ("out_of_school", {"school_state": ["dropout"]}, {"school_state": ["dropout"], "concern_criteria": ["dropout"]}),
    ("school_due", {"school_state": ["out"], **aged("2020-08-31")}, {"school_state": ["out"], **aged("2020-09-01")}),
    (
        "dropout_too_young",
        {"school_state": ["dropout"], **aged("2020-10-01")},
        {"school_state": ["dropout"], **aged("2020-09-30")},
    ),
    ("permit_of_other", {"permit_number": MOTHER}, {"permit_number": CHILD}),
    ("permit_of_other", {"permit_number": MOTHER}, {"permit_number": MOTHER[:-1]}),
    ("permit_of_other", {"permit_number": MOTHER}, {"permit_number": MOTHER, "child_id_number": None}),
    ("illness_contradicts", {"health_illness": "哮喘"}, {"health_illness": "哮喘", "health_body": ["ill"]}),
    ("illness_contradicts", {"health_illness": "哮喘"}, {"health_illness": "哮喘", "health_body": []}),
    (
        "health_age",
        {"health_managed": ["yes"], **aged("2019-09-30")},
        {"health_managed": ["yes"], **aged("2019-10-01")},
    ),
    ("health_age", {"health_managed": ["na"], **aged("2019-10-01")}, {"health_managed": [], **aged("2019-10-01")}),
    (
        "certificate_differs",
        {"disability_number": CHILD + "43", "disability_level": ["4"]},
        {"disability_number": CHILD + "43", "disability_level": ["3"], "disability_category": ["4"]},
    ),
    ("certificate_number", {"disability_number": CHILD + "43C1"}, {"disability_number": CHILD + "43B1"}),
    (
        "certificate_of_other",
        {"disability_number": MOTHER + "43"},
        {"disability_number": MOTHER + "43", "child_id_number": None},
    ),
    (
        "insurance_elsewhere",
        {"insurance_place": "220281"},
        {"insurance_place": "220281", "insurance_state": ["household"]},
    ),
    ("insurance_elsewhere", {"insurance_place": "220281"}, {"insurance_place": "220200"}),
    ("criteria_not_listed", {"concern_criteria": ["ill"]}, {"concern_criteria": ["ill"], "concern_listed": ["yes"]}),
    (
        "state_differs",
        {"concern_criteria": ["absent"]},
        {"concern_criteria": ["absent"], "guardianship_state": ["risk"]},
    ),
    ("state_differs", {"concern_criteria": ["absent"]}, {"concern_criteria": ["ill"]}),
    (
        "criterion_missing",
        {"health_body": ["disabled"]},
        {"health_body": ["disabled"], "concern_criteria": ["disabled"]},
    ),
    ("single_parent", {"father_state": ["prison"]}, {"father_state": ["prison"], "concern_criteria": ["insufficient"]}),
    ("single_parent", {"father_state": ["prison"]}, {"father_state": ["ill"]}),
    ("single_parent", {"father_state": ["prison"]}, {"father_state": ["prison"], "mother_state": ["ill"]}),
    ("maybe_orphan", {"father_state": ["dead"], "mother_state": ["missing"]}, {"father_state": ["dead"]}),
    ("dead_parent_answers", {"father_state": ["dead"]}, {"father_state": ["prison"]}),
    ("dead_parent_answers", {"father_state": ["dead"]}, {"father_state": ["dead"], "father_phone": None}),
    (
        "absent_parent_present",
        {"father_state": ["prison"]},
        {"father_state": ["prison"], "child_accompanied": ["mother"]},
    ),
    ("absent_parent_present", {"father_state": ["prison"]}, {"father_state": ["ill"]}),
    ("absent_caregiver", {"mother_state": ["lost_contact"]}, {"father_state": ["lost_contact"]}),
    ("relation_differs", {"caregiver_relation": "64"}, {"caregiver_relation": "50"}),
    ("relation_sex", {"caregiver_relation": "61"}, {"caregiver_relation": "62"}),
    ("same_number", {"caregiver_id_number": CHILD}, {"caregiver_id_number": FATHER}),
    (
        "parent_age",
        {"father_id_number": None, "father_birth_date": "2000-03-06"},
        {"father_id_number": None, "father_birth_date": "2000-03-05"},
    ),
    (
        "parent_far",
        {"mother_id_number": None, "mother_birth_date": "1959-03-05"},
        {"mother_id_number": None, "mother_birth_date": "1959-03-06"},
    ),
    (
        "parent_far",
        {"mother_id_number": None, "mother_birth_date": "1950-01-01"},
        {"father_id_number": None, "father_birth_date": "1950-01-01"},
    ),
    ("parent_birth_differs", {"father_birth_date": "1988-01-02"}, {"father_birth_date": "1988-01-01"}),
    (
        "not_adult",
        {"caregiver_id_number": number("220281", "20081001", "002")},
        {"caregiver_id_number": number("220281", "20080930", "002")},
    ),
    ("entrusted_care", {"caregiver_relation": "64"}, {"caregiver_relation": "64", "caregiver_entrusted": ["signed"]}),
    ("entrusted_care", {"caregiver_relation": "64", "caregiver_entrusted": ["na"]}, {"caregiver_entrusted": ["na"]}),
    ("entrusted_to_parent", {"caregiver_entrusted": ["signed"]}, {"caregiver_entrusted": ["na"]}),
    (
        "accompanied_differs",
        {"child_accompanied": ["other"]},
        {"child_accompanied": ["other"], "caregiver_relation": "64"},
    ),
    ("in_the_future", {"permit_date": "2026-09-16"}, {"permit_date": "2026-09-15"}),
    (
        "in_the_future",
        {"permit_date": "2026-10-01", "form_date": None},
        {"permit_date": "2026-09-16", "form_date": None},
    ),
    ("form_date_late", {"form_date": "2026-10-01"}, {"form_date": "2026-09-30"}),
    ("in_the_future", {"child_birth_date": "2026-10-01", "form_date": None}, {"form_date": "2026-10-01"}),
    ("in_the_future", {"child_arrival": "2026-10"}, {"child_arrival": "2026-09"}),
    ("arrival_before_birth", {"child_arrival": "2015-02"}, {"child_arrival": "2015-03", **aged("2015-03-01")}),
    ("prefix_differs", {"child_household": "220282"}, {"child_household": None}),
    ("phone_shape", {"father_phone": "1394444555"}, {"father_phone": "0432-67123456"}),
    ("phone_unlikely", {"father_phone": "13900000000"}, {"father_phone": "13900000011"}),
    ("unknown_place", {"insurance_place": "229999"}, {"insurance_place": "220724"}),
    ("several_chosen", {"school_state": ["primary", "junior"]}, {"support_income": ["wages", "farming"]}),
]


@pytest.mark.parametrize(
    ("rule", "loud", "quiet"), BORDERS, ids=[f"{rule}-{number}" for number, (rule, _, _) in enumerate(BORDERS)]
)
def test_a_rule_speaks_of_what_it_is_for_and_of_nothing_beside_it(
    rule: str, loud: dict[str, JsonValue], quiet: dict[str, JsonValue]
) -> None:
    assert rule in rules(**loud)
    assert rule not in rules(**quiet)


def test_an_abolished_county_is_a_known_prefix() -> None:
    """220724 扶余县 became 220781 扶余市 in 2013; the mother's number begins with it."""
    assert "id_prefix_unknown" not in rules()
    moved = GIRL | {"child_id_number": number("220724", "20150305", "002"), "child_household": "220781"}
    assert "prefix_differs" not in {f.rule for f in check(moved, as_of=AS_OF)}


def test_cross_township_help_within_the_county_is_allowed() -> None:
    """二（二）: 主动提出救助帮扶需求的跨乡镇居住的本地户籍儿童."""
    changes: dict[str, JsonValue] = {
        "child_residence": {"division": "220281001", "detail": "x"},
        "child_movement": [],
        "concern_criteria": ["local_help"],
        "concern_listed": ["yes"],
    }
    assert "same_county" not in rules(**changes)


def test_nothing_changed_wants_little() -> None:
    found = check(BLANK | {"form_update": ["unchanged"]}, as_of=AS_OF)
    assert {f.keys[0] for f in found} == {
        "form_unit", "form_date", "child_name", "child_id_number", "informed", "sign_guardian", "sign_collector",
    }  # fmt: skip


def test_a_form_that_does_not_ask_misses_nothing() -> None:
    assert check({"child_name": "王小雨", "x_other_1": "别的"}, as_of=AS_OF) == ()


def test_a_registered_child_needs_a_number_an_unregistered_one_does_not() -> None:
    definition = load_dictionary().fields["child_id_number"]
    assert is_required(definition, {"child_registered": ["yes"]})
    assert not is_required(definition, {"child_registered": ["no"]})


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2010, 9, 30), date(2026, 9, 29), 15), (date(2010, 9, 30), date(2026, 9, 30), 16),
        (date(2012, 2, 29), date(2028, 2, 28), 15), (date(2012, 2, 29), date(2025, 3, 1), 13),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
    ],
)  # fmt: skip
def test_years_are_completed_years(born: date, day: date, years: int) -> None:
    assert years_between(born, day) == years


def values_of(kind: Kind, codes: list[str]) -> st.SearchStrategy[JsonValue]:
    """Values of a kind, right and wrong ones."""
    numbers = st.sampled_from([CHILD, FATHER, MOTHER, YOUNG, CHILD[:-1], "x", CHILD + "43"])
    days = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
    places = st.sampled_from(["220281104208", "220102001", "220000", "110105", "999999", ""])
    strategies: Mapping[Kind, st.SearchStrategy[JsonValue]] = {
        Kind.ID_NUMBER: numbers,
        Kind.TEXT: numbers,
        Kind.DATE: days,
        Kind.MONTH: days.map(lambda d: d[:7]),
        Kind.DIVISION: places,
        Kind.ADDRESS: places.map(lambda p: {"division": p or None, "detail": "x"}),
        Kind.CHOICE: st.lists(st.sampled_from(codes), max_size=3, unique=True) if codes else st.just([]),
        Kind.CODE: st.sampled_from(codes) if codes else st.none(),
    }
    return st.one_of(st.none(), strategies.get(kind, st.text(max_size=5)))


ANY_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        f.key: values_of(f.kind, [o.code for o in f.options] or ["51", "62", "01"]) for f in shipped_forms()[0].fields
    },
)


@given(ANY_ANSWERS, st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_no_answers_are_too_odd_and_no_sentence_holds_them(answers: dict[str, JsonValue], as_of: date) -> None:
    found = check(answers, as_of=as_of)
    order = ["error", "warning", "hint"]
    assert [f.severity for f in found] == sorted((f.severity for f in found), key=order.index)
    for finding in found:
        assert finding.sentence.endswith("。")
        assert finding.keys
        assert not any(n in finding.sentence for n in (CHILD, FATHER, MOTHER, YOUNG))

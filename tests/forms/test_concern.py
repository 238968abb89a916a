"""Key concern as data: every criterion of the notice is there, proposals say why, more answers never propose less."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import concern
from forms.catalog import RESOURCES
from forms.code_tables import code_table
from forms.concern import cases, criteria, proposals, situations
from forms.dictionary import load_dictionary
from forms.kinds import JsonValue, Kind

DAY = date(2026, 12, 31)
PLAIN: dict[str, JsonValue] = {
    "child_birth_date": "2018-01-01",
    "child_registered": ["yes"],
    "child_household": "220284",
    "child_residence": {"division": "220281104", "detail": "河沿街3号"},
    "school_state": ["primary"],
    "health_body": ["healthy"],
    "father_state": ["normal"],
    "mother_state": ["normal"],
    "guardianship_state": ["good"],
    "concern_listed": ["no"],
}


def raw() -> dict[str, Any]:
    return tomllib.loads((RESOURCES / "concerns.toml").read_text(encoding="utf-8"))


def codes(**values: JsonValue) -> list[str]:
    return [p.code for p in proposals({**PLAIN, **values}, as_of=DAY)]


# -- the data ---------------------------------------------------------------------------------------------------------


def test_every_criterion_of_the_notice_is_there() -> None:
    words = [c.clause for c in criteria().values()]
    for named in (
        "监护不足",
        "监护不当",
        "监护缺失",
        "监护侵害",
        "无户籍",
        "失辍学",
        "重病",
        "残疾",
        "心理和行为异常",
        "有流浪经历",
    ):
        assert any(named in clause for clause in words), named
    assert {c.code for c in criteria().values() if c.category == "local"} == {"local_help"}
    assert {c.code for c in criteria().values() if c.sealed} == {"abuse", "behaviour"}
    assert set(criteria()) == {entry.code for entry in code_table("criteria").entries}
    assert set(situations()) == {"separated", "unguarded", "violence", "harm"}


def test_every_rule_names_what_exists() -> None:
    fields = load_dictionary().fields
    names = [rule["name"] for rule in raw()["rule"]]
    assert len(set(names)) == len(names)
    for rule in raw()["rule"]:
        assert (rule.get("criterion") in criteria()) != (rule.get("situation") in situations()), rule["name"]
        for condition in (c for either in rule["when"] for c in either):
            key, _, code = condition.partition("=")
            if condition.startswith("@"):
                assert condition[1:] in concern.TESTS
            elif key in fields and code:
                code_table(fields[key].code_table or "").label(code)
    assert all(any(r.get("criterion") == code for r in raw()["rule"]) for code in criteria())


# -- what is proposed -------------------------------------------------------------------------------------------------


def test_an_ordinary_child_is_not_proposed() -> None:
    assert codes() == []
    assert cases(PLAIN, as_of=DAY) == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"father_state": ["dead"]}, ["insufficient"]),
        ({"father_state": ["prison"], "mother_state": ["missing"]}, ["insufficient", "absent"]),
        ({"father_away": ["yes"], "mother_away": ["yes"]}, ["insufficient"]),
        ({"father_away": ["yes"]}, []),
        ({"guardianship_state": ["risk"]}, ["insufficient"]),
        ({"caregiver_entrusted": ["unsigned"]}, ["improper"]),
        ({"child_registered": ["no"]}, ["unregistered"]),
        ({"school_state": ["dropout"]}, ["dropout"]),
        ({"school_state": ["out"]}, ["dropout"]),
        ({"school_state": ["none"], "child_birth_date": "2021-06-01"}, []),
        ({"school_state": ["out"], "child_birth_date": "2010-06-01"}, []),
        ({"school_state": ["out"], "child_birth_date": "2019-12-31"}, ["dropout"]),  # seven on that day
        ({"school_state": ["out"], "child_birth_date": "2020-01-01"}, []),
        ({"school_state": ["out"], "child_birth_date": "2011-01-01"}, ["dropout"]),  # sixteen a day later
        ({"school_state": ["out"], "child_birth_date": "2010-12-31"}, []),
        # of a prefecture nobody knows whether it is the same county
        ({"child_household": "220200", "child_residence": {"division": "220200"}, "support_needs": "就近上学"}, []),
        # the same township, told to the village
        ({"child_household": "220281104200", "support_needs": "想就近上学"}, []),
        ({"health_body": ["ill", "disabled"]}, ["ill", "disabled"]),
        ({"disability_certificate": ["yes"]}, ["disabled"]),
        ({"concern_criteria": ["vagrant", "behaviour"]}, ["behaviour", "vagrant"]),
        ({"child_household": "220281", "support_needs": "想就近上学"}, ["local_help"]),
        ({"child_household": "220281104", "support_needs": "想就近上学"}, []),
        ({"child_household": "220281103", "support_needs": "想就近上学"}, ["local_help"]),
        ({"child_household": "220281"}, []),
    ],
)
def test_who_is_proposed(values: dict[str, JsonValue], expected: list[str]) -> None:
    assert codes(**values) == expected


@pytest.mark.parametrize("criterion", sorted(criteria()))
def test_what_the_form_states_is_proposed_as_stated(criterion: str) -> None:
    found = proposals({**PLAIN, "concern_criteria": [criterion]}, as_of=DAY)
    assert [(p.code, p.rule) for p in found] == [(criterion, f"stated_{criterion}")]
    label = criteria()[criterion].label
    quoted = f"“重点关爱情形”为“{label}”" if criteria()[criterion].sealed else "“重点关爱情形”（见原表）"
    assert found[0].why == quoted, "what is for named persons only is quoted where the reason is, too"


def test_why_is_a_sentence_of_labels() -> None:
    (one,) = proposals({**PLAIN, "school_state": ["out"]}, as_of=DAY)
    assert one.why == "“就学情况”为“不在学”：义务教育年龄未在学"
    both = {**PLAIN, "father_state": ["prison"], "mother_state": ["missing"]}
    assert proposals(both, as_of=DAY)[1].why.startswith("“父亲状况”（见原表），“母亲状况”（见原表）：")


def test_what_must_be_reported_at_once() -> None:
    def found(**values: JsonValue) -> list[str]:
        return [p.code for p in cases({**PLAIN, **values}, as_of=DAY)]

    assert found(concern_criteria=["abuse"]) == ["violence"]
    assert found(concern_criteria=["absent"]) == ["unguarded"]
    assert found(father_state=["revoked"]) == []
    assert found(father_state=["revoked"], mother_state=["revoked", "missing"]) == ["unguarded"]
    assert found(report_cases=["harm", "separated"]) == ["separated", "harm"]
    assert found(report_cases=["none"]) == []


# -- more answers never propose less ----------------------------------------------------------------------------------


def _keys() -> list[str]:
    named = {c.partition("=")[0] for rule in raw()["rule"] for either in rule["when"] for c in either}
    return sorted(key for key in named if key in load_dictionary().fields)


@st.composite
def some_and_more(draw: st.DrawFn) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Answers, and the same with more ticks and more written."""
    some, more = dict(PLAIN), dict(PLAIN)
    for key in _keys():
        definition = load_dictionary().fields[key]
        if definition.kind is Kind.CHOICE and definition.code_table:
            options = [entry.code for entry in code_table(definition.code_table).entries]
            few = draw(st.sets(st.sampled_from(options), max_size=3))
            some[key] = sorted(few)
            more[key] = sorted(few | draw(st.sets(st.sampled_from(options), max_size=2)))
        else:
            some[key] = draw(st.sampled_from([None, "有困难"]))
            more[key] = some[key] or draw(st.sampled_from([None, "有困难"]))
    return some, more


@given(some_and_more())
def test_more_answers_never_take_a_proposal_away(pair: tuple[dict[str, JsonValue], dict[str, JsonValue]]) -> None:
    some, more = pair
    for find in (proposals, cases):
        assert {p.code for p in find(some, as_of=DAY)} <= {p.code for p in find(more, as_of=DAY)}


@given(some_and_more())
def test_each_criterion_once_in_the_order_of_the_notice(
    pair: tuple[dict[str, JsonValue], dict[str, JsonValue]],
) -> None:
    found = [p.code for p in proposals(pair[1], as_of=DAY)]
    assert found == [code for code in criteria() if code in found]

"""Every rule of the book: sound families pass, each is broken in one place, and the rule meant for it speaks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from forms.category import Category, category
from forms.checks import Limits, check
from forms.dictionary import load_dictionary
from forms.findings import ERROR, HINT, WARNING
from forms.kinds import JsonValue, Kind
from forms.rule_book import FORM, RECORDS, finding, rule_book
from tests.forms.rule_cases import CORRUPTIONS, years_before

BLANK: dict[str, JsonValue] = {
    key: [] if definition.kind is Kind.CHOICE else None
    for key, definition in load_dictionary().fields.items()
    if definition.block not in ("visit", "report", "work_log")
}
"""A form that asks for everything that a registration can ask for."""

Case = tuple[dict[str, JsonValue], date]


def sound(seed: int, as_of: date) -> Case:
    answers = family(Dice("rules", seed), as_of=as_of).answers
    return BLANK | {key: value for key, value in answers.items() if key in BLANK}, as_of


FAMILIES = st.builds(sound, st.integers(0, 10**9), st.dates(date(2024, 11, 30), date(2031, 12, 28))).filter(
    lambda case: case[0]["form_update"] != ["unchanged"]
)


def told(answers: dict[str, JsonValue], as_of: date) -> set[str]:
    return {f.rule for f in check(answers, as_of=as_of)}


@settings(max_examples=150)
@given(FAMILIES)
def test_a_sound_family_contradicts_itself_nowhere(case: Case) -> None:
    answers, as_of = case
    assert [f for f in check(answers, as_of=as_of) if f.severity == ERROR] == []
    assert category(answers, as_of=as_of) is Category.MIGRANT


@pytest.mark.parametrize("rule", sorted(CORRUPTIONS))
@settings(max_examples=12)
@given(FAMILIES)
def test_what_is_broken_is_caught_by_the_rule_meant_for_it(rule: str, case: Case) -> None:
    answers, as_of = case
    broken = answers | CORRUPTIONS[rule](answers, as_of)
    assert rule in told(broken, as_of)


@pytest.mark.parametrize("rule", sorted(CORRUPTIONS))
def test_it_was_the_breaking_that_the_rule_speaks_of(rule: str) -> None:
    """Some sound family doesn't have the rule speak: it isn't one that always does."""
    cases = [sound(seed, date(2026, 6, 30)) for seed in range(40)]
    assert any(rule not in told(*case) for case in cases)


def test_no_rule_without_its_breaking() -> None:
    assert {name for name, rule in rule_book().items() if rule.scope == FORM} == CORRUPTIONS.keys()


def test_the_book_is_in_order() -> None:
    blocks = {block.key for block in load_dictionary().blocks}
    for name, rule in rule_book().items():
        assert name.isidentifier()
        assert rule.grade in (ERROR, WARNING, HINT)
        assert rule.scope in (FORM, RECORDS)
        assert rule.block in blocks
        assert rule.sentence.endswith("。")
        assert rule.checks
        assert not rule.checks.endswith("。")
        keys = {key for key, _ in (*rule.alone, *rule.when)} | set(rule.blank) | set(rule.written)
        keys |= {key for pair in rule.order for key in pair}
        keys |= {pair[0] for pair in (rule.also, rule.against) if pair}
        assert keys <= load_dictionary().fields.keys()


def test_an_unknown_rule_or_a_missing_word_is_a_defect() -> None:
    with pytest.raises(KeyError):
        finding("no_such_rule", "child_name")
    with pytest.raises(KeyError):
        finding("required", "child_name")


# -- what an office decides -------------------------------------------------------------------------------------------

DAY = date(2026, 6, 30)


def test_the_age_limit_can_be_set() -> None:
    answers, _ = sound(1, DAY)
    at_fourteen = answers | {"child_birth_date": years_before(DAY, 14), "child_id_number": None}
    assert "too_old" not in told(at_fourteen, DAY)
    found = {f.rule: f.sentence for f in check(at_fourteen, as_of=DAY, limits=Limits(child_under=14))}
    assert "已满 14 周岁" in found["too_old"]
    assert category(at_fourteen, as_of=DAY, limits=Limits(child_under=14)) is Category.OUTSIDE


def test_the_day_before_sixteen_still_counts() -> None:
    answers, _ = sound(1, DAY)
    assert "too_old" not in told(answers | {"child_birth_date": "2010-07-01", "child_id_number": None}, DAY)
    assert "too_old" in told(answers | {"child_birth_date": "2010-06-30", "child_id_number": None}, DAY)


@pytest.mark.parametrize(
    ("day", "born", "due"),
    [
        (date(2026, 11, 1), "2020-08-31", True),  # six on 31 August: school began without this child
        (date(2026, 11, 1), "2020-09-01", False),  # six a day later: next year
        (date(2026, 8, 31), "2020-03-01", False),  # six, and school has not begun yet
        (date(2026, 9, 1), "2020-03-01", True),
        (date(2027, 6, 30), "2020-09-01", False),
        (date(2027, 6, 30), "2020-08-31", True),  # and in the spring after it still is
    ],
)
def test_school_begins_for_who_is_six_by_the_last_of_august(day: date, born: str, due: bool) -> None:
    answers, _ = sound(1, DAY)
    six = answers | {"child_birth_date": born, "child_id_number": None, "school_state": ["none"], "school_name": None}
    assert ("school_due" in told(six, day)) is due


def test_which_districts_are_central_can_be_set() -> None:
    """双阳 is no central district in the shipped list; an office may say otherwise, and the other way round."""
    answers, _ = sound(1, DAY)
    moved = answers | {"child_household": "220112", "child_residence": {"division": "220102", "detail": "x"}}
    assert "central_districts" not in told(moved, DAY)
    flagged = Limits(central=frozenset({"220102", "220112"}))
    assert "central_districts" in {f.rule for f in check(moved, as_of=DAY, limits=flagged)}
    assert category(moved, as_of=DAY, limits=flagged) is Category.OUTSIDE
    assert category(moved, as_of=DAY) is Category.MIGRANT


def test_a_local_child_who_asked_for_help_is_a_group_of_its_own() -> None:
    answers, _ = sound(1, DAY)
    local: dict[str, JsonValue] = {
        "child_household": "220281104",
        "child_residence": {"division": "220281001", "detail": "x"},
        "child_movement": [],
        "child_arrival": "2026-05",
        "concern_criteria": ["local_help"],
        "concern_listed": ["yes"],
    }
    helped = answers | local
    assert category(helped, as_of=DAY) is Category.LOCAL_HELP
    assert not told(helped, DAY) & {"same_county", "under_six_months", "local_help_same_town", "local_help_elsewhere"}
    assert category(answers | local | {"concern_criteria": []}, as_of=DAY) is Category.OUTSIDE


@pytest.mark.parametrize("key", ["child_birth_date", "child_arrival", "child_accompanied", "child_household"])
def test_what_is_not_known_decides_nothing(key: str) -> None:
    answers, _ = sound(1, DAY)
    less = answers | {"child_id_number": None, "child_registered": ["yes"], key: BLANK[key]}
    assert category(less, as_of=DAY) is Category.UNSURE

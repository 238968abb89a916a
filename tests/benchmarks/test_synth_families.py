"""Families are consistent: numbers, dates, places and answers agree, and what is written says what is meant."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import AS_OF, Family, answer, family
from benchmarks.synth.filling import Manner, date_text, fill, month_text
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.names import ETHNIC_SHARES, SURNAMES
from benchmarks.synth.people import age_at
from forms import id_number
from forms.catalog import shipped_forms
from forms.checks import check
from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField, FormOption, Purpose
from forms.gazetteer import gazetteer
from forms.kinds import Kind
from forms.values import empty, parse

SEEDS = st.integers(min_value=0, max_value=10**6)
FORM = shipped_form("jl-migrant-child")
# what real sheets have too: left blank, a dossier still to be numbered, a report to be made
ON_PURPOSE = {"required", "dossier_wanted", "mandatory_report", "other_needs_text", "phone_unlikely"}


def some_family(seed: int, home: str | None = None) -> Family:
    return family(Dice("test", seed), home=home)


@settings(max_examples=60)
@given(SEEDS)
def test_the_checks_of_the_program_find_nothing_wrong(seed: int) -> None:
    found = [f for f in check(some_family(seed).answers, as_of=AS_OF) if f.rule not in ON_PURPOSE]
    assert found == []


@settings(max_examples=60)
@given(SEEDS)
def test_numbers_agree_with_birth_sex_and_place(seed: int) -> None:
    house = some_family(seed).household
    for person in (house.child, house.father, house.mother, house.caregiver):
        if person is None or person.number is None:
            continue
        assert id_number.problem(person.number) is None
        assert id_number.birth_date(person.number) == person.born
        assert id_number.sex(person.number) == person.sex
        place = gazetteer().division(person.number[:6])
        assert place is not None
        assert place.level == "county"
    assert age_at(house.child.born, house.statement) < 16
    assert house.statement - house.moved >= timedelta(days=183)
    assert house.child.born <= house.moved <= house.statement <= AS_OF


@settings(max_examples=60)
@given(SEEDS)
def test_every_text_says_its_value(seed: int) -> None:
    who = some_family(seed)
    for entry in fill(who, FORM, Manner.of(Dice("manner", seed)), Dice("fill", seed)):
        if entry.field.kind is Kind.SIGNATURE:
            assert (entry.value == "present") == bool(entry.text)
        elif entry.text:
            assert parse(entry.field.kind, entry.text, field=entry.field) == entry.value, entry.field.key


@given(SEEDS)
def test_a_disability_certificate_starts_with_the_childs_number(seed: int) -> None:
    answers = some_family(seed).answers
    number = answers.get("disability_number")
    if isinstance(number, str):
        assert len(number) == 20
        assert number[:18] == answers["child_id_number"]
        assert [[number[18]], [number[19]]] == [answers["disability_category"], answers["disability_level"]]


def test_a_family_lives_where_it_is_told_to() -> None:
    for seed in range(20):
        house = some_family(seed, home="220281104").household
        assert house.residence.code.startswith("220281104")
        assert house.registered.county != "220281"


def test_the_same_throw_gives_the_same_family() -> None:
    assert some_family(5).answers == some_family(5).answers
    assert some_family(5).answers != some_family(6).answers


def test_places_are_mostly_known_and_sometimes_not() -> None:
    lengths = [len(some_family(seed).household.residence.code) for seed in range(150)]
    unknown = sum(length < 12 for length in lengths)
    assert 5 <= unknown <= 45


def test_groups_and_surnames_of_jilin_occur() -> None:
    children = [some_family(seed).household.child for seed in range(300)]
    groups = {child.ethnic for child in children}
    assert {"01", "10", "11", "02"} <= groups <= set(ETHNIC_SHARES)
    han = [child.name for child in children if child.ethnic == "01"]
    assert all(name.family in SURNAMES["01"] for name in han)
    common = sum(name.family in ("李", "王", "张", "刘", "陈") for name in han) / len(han)
    assert 0.22 <= common <= 0.45  # 32 % in the sample that the shares are taken from


def test_names_with_a_dot_occur() -> None:
    names = [some_family(seed).household.child.name.full for seed in range(600)]
    assert any("·" in name for name in names)


def test_all_keys_of_the_form_are_answered_by_somebody() -> None:
    wanted = {field.key for field in FORM.fields}
    answered: set[str] = set()
    for seed in range(400):
        answered |= {key for key, value in some_family(seed).answers.items() if value not in (None, [])}
    assert wanted <= answered


def test_a_field_that_no_dictionary_knows_gets_a_value_of_its_kind() -> None:
    box = Box(10, 10, 60, 10)
    options = (FormOption("a", "甲", Box(1, 1, 3, 3)), FormOption("b", "乙", Box(5, 1, 3, 3)))
    for kind in Kind:
        field = FormField(f"x_other_{kind.value}", "栏目", kind, 1, box, options=options if kind is Kind.CHOICE else ())
        values = [answer(some_family(seed), field) for seed in range(30)]
        assert kind is Kind.CODE or any(value not in (None, []) for value in values)


def test_a_known_key_that_the_family_leaves_blank_stays_blank() -> None:
    remarks = load_dictionary().fields["remarks"]
    field = FormField(remarks.key, remarks.label, remarks.kind, 1, Box(1, 1, 9, 9))
    assert answer(some_family(1), field) is None


def test_dates_as_people_write_them() -> None:
    day = date(2013, 4, 5)
    written = [date_text(day, style) for style in ("年月日", "0年月日", ".", "0.", "-", "/")]
    assert written == ["2013年4月5日", "2013年04月05日", "2013.4.5", "2013.04.05", "2013-04-05", "2013/4/5"]
    assert [month_text("2023-03", s) for s in ("年月", ".", "-", "/")] == ["2023年3月", "2023.3", "2023-03", "2023/3"]
    assert all(parse(Kind.DATE, text) == "2013-04-05" for text in written)


def test_the_code_tables_used_here_hold_the_codes_used_here() -> None:
    relations = {entry.code for entry in code_table("relation").entries}
    assert {"51", "52", "61", "62", "63", "64"} <= relations
    assert set(ETHNIC_SHARES) <= {entry.code for entry in code_table("ethnic_group").entries}


def test_families_answer_what_the_papers_of_key_concern_children_ask() -> None:
    """Card, visit record and work log are filled, with days that fit: the next visit is later, a log is in order."""
    asked = {f.key for form in shipped_forms() if form.purpose is not Purpose.REGISTRATION for f in form.fields}
    answered: set[str] = set()
    for seed in range(60):
        answers = family(Dice("papers", seed)).answers
        answered |= {key for key in asked if not empty(answers.get(key))}
        assert str(answers["visit_date"]) < str(answers["visit_next_date"])
        days = [str(answers[key]) for n in range(1, 7) if (key := f"log_date_{n}") in answers]
        assert days == sorted(days)
        assert days[0][:7] == answers["log_month"]
        reported = answers["report_cases"] != ["none"]
        assert reported == ("report_police" in answers)
    assert asked - answered <= {"remarks"}

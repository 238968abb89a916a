"""Comparing two children: how each field can agree, by which keys a damaged twin is found, what a score rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planted_duplicates import damaged, planted
from benchmarks.synth.dice import Dice
from forms.characters import look_alike
from forms.id_number import check_digit, problem
from records.likeness import (
    Around,
    Traits,
    keys_of,
    levels,
    likeness,
    misread_days,
    pairs_sharing_keys,
    probes_of,
    weights,
)

NUMBER = "22028120180304002" + check_digit("22028120180304002")
GIRL = Traits(
    child_id="a",
    name="王小雨",
    pinyin="wang xiao yu",
    birth_date=date(2018, 3, 4),
    sex="2",
    id_number=NUMBER,
    phone="13904320001",
    household="220281104",
    residence="220102001",
    detail="某小区 1 栋 101",
    around={
        "father": Around("王大山", "", "13904320002"),
        "mother": Around("李梅", "220281199001010024", "13904320001"),
    },
)


@pytest.mark.parametrize(
    ("name", "pinyin", "level"),
    [
        ("王小雨", "wang xiao yu", "same"),
        ("王小宇", "wang xiao yu", "same_sound"),
        ("玉小雨", "yu xiao yu", "look_alike"),
        ("王雨", "wang yu", "character_missing"),
        ("王小静", "wang xiao jing", "one_character"),
        ("何小雨", "he xiao yu", "surname_differs"),
        ("王思涵", "wang si han", "surname"),
        ("何思涵", "he si han", "different"),
    ],
)
def test_names(name: str, pinyin: str, level: str) -> None:
    assert levels(GIRL, replace(GIRL, name=name, pinyin=pinyin))["name"] == level


def test_the_old_form_of_a_character_is_the_same_character() -> None:
    one, other = replace(GIRL, name="刘小云", pinyin="x"), replace(GIRL, name="劉小雲", pinyin="y")
    assert levels(one, other)["name"] == "same"


@pytest.mark.parametrize(
    ("born", "level"),
    [
        (date(2018, 3, 4), "same"),
        (date(2018, 4, 3), "swapped"),
        (date(2018, 3, 9), "one_digit"),
        (date(2017, 3, 9), "two_digits"),
        (date(2015, 11, 28), "different"),
    ],
)
def test_birth_dates(born: date, level: str) -> None:
    assert levels(GIRL, replace(GIRL, birth_date=born))["birth"] == level


def test_a_digit_made_valid_again_is_one_digit() -> None:
    """The check digit follows from the others: misread and forced, a number differs in two places."""
    first = NUMBER[:15] + "7" + NUMBER[16]
    misread = first + check_digit(first)
    assert problem(misread) is None
    assert levels(GIRL, replace(GIRL, id_number=misread))["number"] == "one_digit"
    assert levels(GIRL, replace(GIRL, id_number=NUMBER[:3] + NUMBER[4:]))["number"] == "one_digit"
    assert levels(GIRL, replace(GIRL, id_number="220102201501010024"))["number"] == "different"


def test_what_is_not_known_says_nothing() -> None:
    assert levels(GIRL, Traits("b", "王小雨", "wang xiao yu")) == {"name": "same"}


def test_adults_agree_by_number_or_by_name() -> None:
    alone = {"mother": Around("李海", "220281199001010024", "")}
    assert levels(GIRL, replace(GIRL, around=alone))["around"] == "one"
    assert levels(GIRL, replace(GIRL, around=dict(GIRL.around)))["around"] == "both"
    assert levels(GIRL, replace(GIRL, around={"father": Around("何海")}))["around"] == "none"


def test_a_place_agrees_as_far_as_it_is_known() -> None:
    def place(division: str, detail: str) -> str:
        return levels(GIRL, replace(GIRL, residence=division, detail=detail))["residence"]

    assert place("220102001", "某小区1栋101") == "same_house"
    assert place("220102001", "") == "same_town"
    assert place("220102002", "x") == "same_county"
    assert place("220281104", "某小区 1 栋 101") == "different"


def test_every_level_has_a_weight_and_reasons_are_chinese() -> None:
    seen = set()
    which = planted("levels", 150, share=0.6)
    for pair in pairs_sharing_keys(which.children):
        seen |= {f"{name}.{level}" for name, level in levels(*(which.children[i] for i in pair)).items()}
    assert seen <= weights().weights.keys()
    assert not any(c.isascii() for reason in weights().reasons.values() for c in reason)
    assert weights().possible < weights().likely


def test_the_score_says_why() -> None:
    again = replace(GIRL, child_id="b", id_number="", birth_date=date(2018, 3, 9))
    alike = likeness(GIRL, again)
    assert alike.grade
    assert alike.reasons[0] == "姓名相同"
    assert "出生日期差一个数字" in alike.reasons
    stranger = replace(GIRL, child_id="c", name="何思涵", pinyin="he si han", id_number="220102201501010024",
                       birth_date=date(2015, 1, 1), phone="13100000000", around={})  # fmt: skip
    assert likeness(GIRL, stranger).grade == ""


def test_a_twin_is_no_duplicate() -> None:
    """Same parents, phone, home and birth date; another name and a number of its own."""
    first = "22028120180304004"
    twin = replace(GIRL, child_id="b", name="王小静", pinyin="wang xiao jing", id_number=first + check_digit(first))
    assert likeness(GIRL, twin).grade != "likely"


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_likeness_has_no_direction(seed: int) -> None:
    which = planted(("pairs", seed), 1, share=1.0)
    one, other = list(which.children.values())[:2]
    assert likeness(one, other) == likeness(other, one)


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_a_damaged_twin_is_found_from_either_side(seed: int) -> None:
    """Whatever a single misread leaves untouched leads there: here the birth date alone is misread, then the name."""
    dice = Dice("either", seed)
    base = next(iter(planted(("one", seed), 1, share=0).children.values()))
    assert base.birth_date is not None
    by_date = replace(base, child_id="b", birth_date=dice.one(sorted(misread_days(base.birth_date))),
                      phone="", around={}, id_number="")  # fmt: skip
    renamed = replace(base, child_id="c", name="某某某", pinyin="mou mou mou")
    for one, other in ((base, by_date), (by_date, base)):
        assert probes_of(one) & keys_of(other)
    if base.id_number or base.phones():
        assert probes_of(base) & keys_of(renamed)


def test_precision_and_recall_on_planted_twins() -> None:
    """A small part of ``./dev bench duplicates``, on seeds of its own."""
    which = planted("tests", 250, share=0.2)
    told = {p for p in pairs_sharing_keys(which.children) if likeness(*(which.children[i] for i in p)).grade}
    assert len(which.pairs) > 50
    assert len(told & which.pairs) / len(which.pairs) > 0.94
    assert len(told & which.pairs) / len(told) > 0.94


def test_damage_is_damage() -> None:
    dice = Dice("damage", 1)
    assert any(damaged(GIRL, dice.sub(n)).name != GIRL.name for n in range(20))
    assert all(damaged(GIRL, dice.sub(n)).child_id == "a2" for n in range(3))


def test_look_alikes_go_both_ways() -> None:
    assert look_alike("王", "玉")
    assert look_alike("玉", "王")
    assert not look_alike("王", "雨")

"""What a place that is being typed may go on with: always the place it shows, and nothing typed is lost."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.completion import KnownPlace, PlaceIndex, PlaceOffer, Places, fits, unit_ends, word_offers
from forms.gazetteer import gazetteer
from forms.kinds import Kind
from forms.values import parse
from workflow.names import readings_of

JIAOHE, TOWN, VILLAGE = "220281", "220281104", "220281104208"  # 蛟河市, 黄松甸镇, 南顶子村
KNOWN = (
    KnownPlace(VILLAGE, "3组", 5),
    KnownPlace(VILLAGE, "5组", 1),
    KnownPlace(TOWN, "阳光小区3号楼2单元501", 1),
    KnownPlace(TOWN, "阳光小区3号楼1单元101", 1),
    KnownPlace("999999", "哪里都不是", 9),
)
READINGS = {"黄": ("huang",), "松": ("song",), "甸": ("dian",), "长": ("chang", "zhang")}


@cache
def index() -> PlaceIndex:
    places = gazetteer()
    return PlaceIndex(places, readings_of(places.characters))


@cache
def office() -> Places:
    return Places(index(), KNOWN)


def offers(typed: str, near: str = TOWN, kind: Kind = Kind.ADDRESS) -> tuple[PlaceOffer, ...]:
    return office().offers(kind, typed, near, office().whole(kind, typed, near))


@pytest.mark.parametrize(
    ("typed", "name", "characters"),
    [
        ("黄", "黄松甸镇", 1),
        ("hsd", "黄松甸镇", 3),
        ("huangsd", "黄松甸镇", 3),
        ("黄sd", "黄松甸镇", 2 + 1),
        ("hu", "黄松甸镇", 1),
        ("c", "长安", 1),
        ("z", "长安", 1),
        ("", "黄松甸镇", 0),
    ],
)
def test_characters_and_first_letters_stand_for_the_beginning(typed: str, name: str, characters: int) -> None:
    assert fits(name, typed, READINGS) == characters


@pytest.mark.parametrize("typed", ["s", "hd", "黄甸", "hsdx", "黄松甸镇村", "3"])
def test_what_begins_otherwise_is_none(typed: str) -> None:
    assert fits("黄松甸", typed, READINGS) is None


def test_units_of_what_follows_a_division() -> None:
    assert unit_ends("阳光小区3号楼2单元501") == (4, 7, 10, 13)
    assert unit_ends("3组45号") == (2, 5)
    assert unit_ends("小李") == (2,)


def test_the_home_town_comes_before_places_of_that_name_elsewhere() -> None:
    first = offers("hsd")[0]
    assert (first.name, first.above) == ("黄松甸镇", "吉林省吉林市蛟河市")
    assert first.text == "吉林省吉林市蛟河市黄松甸镇"
    assert offers("红石", "220282")[0].code.startswith("220282")


def test_below_what_is_named_only_what_lies_there() -> None:
    found = offers("蛟河市n")
    assert found[0].name == "南顶子村", "what the office has most often"
    assert all(offer.code.startswith(JIAOHE) for offer in found)
    assert found[0].above == "黄松甸镇", "the town that was left out is told"


def test_what_the_office_has_verified_goes_on_below_the_village() -> None:
    assert [o.name for o in offers("黄松甸镇南顶子村")] == ["3组"], "one house alone is not offered"
    assert offers("yg")[0].text == "吉林省吉林市蛟河市黄松甸镇阳光小区"
    assert [o.name for o in offers("黄松甸镇阳光小区")] == ["3号楼"]
    assert offers("黄松甸镇阳光小区3号楼") == (), "two doors, each of them one record"
    assert [o.name for o in offers("南顶子村3", TOWN)] == ["3组"]
    assert offers("南顶子村3", kind=Kind.DIVISION) == (), "a division ends at the village"


def test_nothing_before_the_first_character_and_nothing_for_no_place() -> None:
    assert offers("") == offers("  ") == offers("啊啊啊") == offers("5") == ()


@pytest.mark.parametrize(
    ("typed", "near", "whole"),
    [
        ("黄松甸镇", JIAOHE, "吉林省吉林市蛟河市黄松甸镇"),
        ("南顶子村3组", JIAOHE, "吉林省吉林市蛟河市黄松甸镇南顶子村3组"),
        ("南顶子村 3组", TOWN, "吉林省吉林市蛟河市黄松甸镇南顶子村3组"),
        ("蛟河市黄松甸镇", JIAOHE, "吉林省吉林市蛟河市黄松甸镇"),
        ("吉林省吉林市蛟河市", JIAOHE, "吉林省吉林市蛟河市"),
        ("南顶子村3组", "220282", "南顶子村3组"),
        ("南顶子村3组", "", "南顶子村3组"),
        ("解放大街12号", JIAOHE, "解放大街12号"),
        ("黄松甸小区3栋", JIAOHE, "黄松甸小区3栋"),
        ("长春市朝阳区", JIAOHE, "吉林省长春市朝阳区"),
        ("团结村", "220200", "团结村"),
        ("", JIAOHE, ""),
    ],
)
def test_names_above_are_put_in_front_where_one_place_is_meant(typed: str, near: str, whole: str) -> None:
    assert office().whole(Kind.ADDRESS, typed, near) == whole


def test_two_villages_of_a_name_are_not_decided_between() -> None:
    twins = [d for d in gazetteer().below(JIAOHE) if d.level == "village"]
    twice = next(d for d in twins if sum(other.name == d.name for other in twins) > 1)
    assert office().whole(Kind.ADDRESS, twice.name, JIAOHE) == twice.name
    both = {o.code for o in offers(twice.name, JIAOHE)}
    assert {d.code for d in twins if d.name == twice.name} <= both, "but both are offered"
    assert office().whole(Kind.ADDRESS, twice.name, twice.code[:9]) == gazetteer().full_name(twice.code)


PLACES = st.sampled_from(
    [d.code for d in gazetteer().below("220000")] + [d.code for d in gazetteer().children("150000")]
)
TYPED = st.one_of(
    st.text(alphabet="黄松甸镇南顶子村蛟河市吉林省阳光小区朝阳红石新hsdnygx3组 '", min_size=1, max_size=12),
    st.text(max_size=8),
    st.builds(lambda code, end: gazetteer().full_name(code)[:end], PLACES, st.integers(1, 20)),
)


@settings(max_examples=150, deadline=None)
@given(
    TYPED, st.sampled_from(["", JIAOHE, TOWN, "220000", "220104007"]), st.sampled_from([Kind.ADDRESS, Kind.DIVISION])
)
def test_what_is_offered_is_read_back_as_the_place_it_shows(typed: str, near: str, kind: Kind) -> None:
    found = offers(typed, near, kind)
    assert len({o.text for o in found}) == len(found) <= 6
    for offer in found:
        value = {"division": offer.code, "detail": offer.detail} if kind is Kind.ADDRESS else offer.code
        assert parse(kind, offer.text) == value
        assert offer.text == gazetteer().full_name(offer.code) + offer.detail
        assert offer.text.endswith(offer.above + offer.name)


@settings(max_examples=150, deadline=None)
@given(TYPED, st.sampled_from(["", JIAOHE, TOWN, "220000"]))
def test_typed_text_is_never_lost(typed: str, near: str) -> None:
    whole = office().whole(Kind.ADDRESS, typed, near)
    if whole == typed:
        return
    value = parse(Kind.ADDRESS, whole)
    assert isinstance(value, dict)
    written = iter(gazetteer().full_name(str(value["division"])) + str(value["detail"]))
    left = [c for c in "".join(typed.split()) if c not in written]
    assert all(c in ",，、.。·办事处人民政府居村委会" for c in left), "only signs and titles that no name has"


@given(PLACES, st.data())
@settings(max_examples=60, deadline=None)
def test_every_place_is_found_by_typing_its_name(code: str, data: st.DataObject) -> None:
    """From its parent and enough of its name, unless another place of that name hides it."""
    division = gazetteer().division(code)
    assert division is not None
    head = gazetteer().full_name(division.parent) if division.parent else ""
    end = data.draw(st.integers(1, len(division.name)))
    typed = head + division.name[:end]
    found = office().offers(Kind.ADDRESS, typed, most=400)
    hidden = parse(Kind.ADDRESS, gazetteer().full_name(code)) != {"division": code, "detail": ""}
    assert hidden or typed == gazetteer().full_name(code) or code in {o.code for o in found}


def test_words_by_their_beginning_or_a_part_the_most_frequent_first() -> None:
    words = (("黄松甸镇中心小学", 4), ("黄松甸镇中学", 9), ("松江小学", 30))
    readings = readings_of("黄松甸镇中心小学江")
    assert word_offers(words, "黄", readings) == ("黄松甸镇中学", "黄松甸镇中心小学")
    assert word_offers(words, "hsdzzx", readings) == ("黄松甸镇中学", "黄松甸镇中心小学")
    assert word_offers(words, "hsdzzxx", readings) == ("黄松甸镇中心小学",)
    assert word_offers(words, "小学", readings) == ("松江小学", "黄松甸镇中心小学")
    assert word_offers(words, "学", readings) == word_offers(words, "", readings) == ()
    assert word_offers(words, "松江小学", readings) == ()

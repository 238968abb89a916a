"""What is offered while somebody types: of the office's own verified forms, in one's scope, of nobody in particular."""

from __future__ import annotations

from dataclasses import replace

from forms.kinds import Kind
from records.views import Actor, Role
from tests.workflow.conftest import OfficeAtWork
from workflow import settings
from workflow.typing_offers import HERE, ORIGIN, Typing, office_words

VILLAGE = "220281104208"
HOUSE = "阳光小区3号楼2单元501"
LETTERS = "甲乙丙丁"


def taught(office: OfficeAtWork, *details: str) -> None:
    """A verified form for each, its child living there."""
    for number, detail in enumerate(details):
        office.child(
            f"S{number}",
            child_name=f"欧阳{LETTERS[number]}",
            child_id_number=None,
            child_registered=["no"],
            child_birth_date=f"2016-0{number + 1}-01",
            child_residence={"division": VILLAGE, "detail": detail},
            school_name="黄松甸镇中心小学" if number < 2 else f"第{number}小学",
        )


def typing(office: OfficeAtWork, actor: Actor | None = None) -> Typing:
    return Typing(office_words(office.store, actor or office.actor))


def texts(made: Typing, key: str, typed: str, kind: Kind = Kind.ADDRESS) -> list[str]:
    return [offer.text for offer in made.offers(kind, key, typed, {})]


def test_what_was_verified_is_offered_by_its_units(office: OfficeAtWork) -> None:
    taught(office, HOUSE, "阳光小区1号楼1单元101", "2组")
    made = typing(office)
    whole = "吉林省吉林市蛟河市黄松甸镇南顶子村"
    assert texts(made, "child_residence", "ygxq") == [f"{whole}阳光小区"]
    assert texts(made, "child_residence", f"{whole}阳光小区3") == [], "a house of one form is nobody else's"
    assert texts(made, "child_residence", f"{whole}2") == []
    first = made.offers(Kind.ADDRESS, "child_residence", "n", {})[0]
    assert (first.name, first.above, first.times) == ("南顶子村", "吉林省吉林市蛟河市黄松甸镇", 3)


def test_schools_that_several_went_to_by_letters_and_never_names(office: OfficeAtWork) -> None:
    taught(office, "1组", "2组", "3组")
    made = typing(office)
    (school,) = made.offers(Kind.TEXT, "school_name", "hsd", {})
    assert (school.text, school.times, school.goes_on) == ("黄松甸镇中心小学", 2, False)
    assert texts(made, "school_name", "第", Kind.TEXT) == [], "once is no custom"
    assert texts(made, "child_name", "欧", Kind.NAME) == texts(made, "mother_name", "林", Kind.NAME) == []
    known = office_words(office.store, office.actor)
    assert not {"mother_name", "child_name", "caregiver_name", "remarks"} & set(known.words)


def test_a_draft_has_taught_nothing(office: OfficeAtWork) -> None:
    from tests.workflow.scripted import back, front

    office.deliver("甲.tif", front("S1", school_name="松江小学"), back("S1"))
    office.deliver("乙.tif", front("S2", school_name="松江小学"), back("S2"))
    office.read()
    assert office_words(office.store, office.actor).words == {}


def test_what_lies_outside_the_scope_is_not_told_and_helpers_are_told_nothing(office: OfficeAtWork) -> None:
    taught(office, "1组", "1组")
    known = office_words(office.store, office.actor)
    assert (VILLAGE, "1组", 2) in known.places[HERE]
    assert ("220284", "", 2) in known.places[ORIGIN]
    elsewhere = office_words(office.store, replace(office.actor, division="220281105"))
    assert (elsewhere.home, elsewhere.places[HERE], elsewhere.words) == ("220281105", (), {})
    helper = office_words(office.store, office.as_role(Role.HELPER))
    assert helper.home == "220281104"
    assert not any(helper.places.values())
    assert not helper.words
    assert texts(Typing(helper), "child_residence", "ndz")[0].endswith("南顶子村"), "the gazetteer is everybody's"


def test_what_is_entered_twice_is_offered_nothing_of_the_first_entry(office: OfficeAtWork) -> None:
    taught(office, "1组", "1组")
    settings.change_setting(office.store, office.actor, office.clock(), "second_entry", "child_residence, school_name")
    known = office_words(office.store, office.actor)
    assert known.words.keys() == {"form_unit"}
    assert [place for place in known.places[HERE] if place[1]] == []


def test_where_somebody_comes_from_is_not_taken_for_here(office: OfficeAtWork) -> None:
    made = typing(office)
    village, whole = "南顶子村3组", "吉林省吉林市蛟河市黄松甸镇南顶子村3组"
    assert made.whole(Kind.ADDRESS, "child_residence", village, {}) == whole
    assert made.whole(Kind.ADDRESS, "child_household_address", village, {}) == village
    household = {"child_household": "220281"}
    assert made.whole(Kind.ADDRESS, "child_household_address", village, household) == whole
    assert made.whole(Kind.DIVISION, "child_household", "南顶子村", household) == "南顶子村"
    there = {"form_division": VILLAGE}
    assert made.whole(Kind.ADDRESS, "child_residence", village, there) == whole
    elsewhere = {"form_division": "220104007"}
    assert made.whole(Kind.ADDRESS, "child_residence", village, elsewhere) == whole, "not an office's place"
    assert made.whole(Kind.TEXT, "school_name", village, {}) == village


def test_other_provinces_are_for_where_somebody_comes_from(office: OfficeAtWork) -> None:
    made = typing(office)
    home = [offer.text for offer in made.offers(Kind.DIVISION, "form_division", "黄", {})]
    assert home
    assert all(text.startswith("吉林省") for text in home)
    assert any("上海市" in text for text in texts(made, "child_household", "黄", Kind.DIVISION))
    assert "内蒙古自治区" in texts(made, "child_residence", "内蒙"), "nothing nearer begins like that"

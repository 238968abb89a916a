"""The child's page, its paper and its history; finding children by every part of what is known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from forms.id_number import check_digit
from records.tables import ArchiveItem, CrossReference, Registration
from records.views import Role, ValueSource
from tests.workflow.conftest import OfficeAtWork
from workflow import (
    arranging,
    child_page,
    children,
    concerns,
    cross_reference,
    dossiers,
    moves,
    settings,
    verify,
    visits,
)
from workflow.check import check
from workflow.cross_reference import Place
from workflow.errors import NotFound, WrongState

TODAY = date(2026, 10, 12)
SECOND: dict[str, Any] = {
    "child_name": "曾柔",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def page(office: OfficeAtWork, child_id: str) -> Any:
    return child_page.child_page(office.store, office.actor, child_id, TODAY)


# -- finding ----------------------------------------------------------------------------------------------------------


def test_children_are_found_by_every_part(office: OfficeAtWork) -> None:
    snow = office.child("一", child_phone="13904327777")
    zeng = office.child("二", **SECOND, mother_phone="13804321111", caregiver_phone="13804321111")

    def found(search: str, **more: Any) -> set[str]:
        return {row.child_id for row in children.children(office.store, office.actor, search=search, **more)}

    for typed in (
        "欧阳",
        "阳雪",
        "雪",
        "oyx",
        "ouyang",
        "yangxue",
        "2202842018",
        "220284201801010023",
        "0023",
        "139043277",
    ):
        assert found(typed) == {snow}, typed
    # the surname reads zeng, not céng
    for typed in ("曾柔", "zr", "zeng", "02X", "02x", "1380432"):
        assert found(typed) == {zeng}, typed
    for typed in ("ceng", "9999", "松花江"):
        assert found(typed) == set(), typed
    assert found("0001") >= {snow}, "the end of a 档号"
    assert children.count(office.store, office.actor, search="2202") == 2
    names = [row.name for row in children.children(office.store, office.actor, limit=1, offset=1)]
    assert names == ["曾柔"]
    moves.exit_child(*act(office), snow, "home", TODAY)
    assert found("欧阳", exited=False) == set()
    assert found("欧阳", exited=True) == {snow}
    (row,) = children.children(office.store, office.actor, exited=True)
    assert row.exited == "2026年10月12日 返乡"


def test_the_list_says_what_is_due_and_missing(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["disabled"], form_date="2026-07-01")

    def listed() -> tuple[Any, ...]:
        (row,) = children.children(office.store, office.actor, today=TODAY)
        return row.key_concern, row.overdue_days, row.fault

    assert listed() == (False, 11, "")
    ((one,),) = [row.concerns for row in concerns.proposed(office.store, office.actor)]
    concerns.confirm(*act(office), one.concern_id)
    assert listed() == (True, 0, "没有纸质档案")
    dossiers.open_dossier(*act(office), child_id)
    assert listed() == (True, 0, "")


def test_the_list_counts_and_calls_as_the_page_and_the_filters_do(office: OfficeAtWork) -> None:
    """The statistics count by the round's day; who looks at a child wants to know how old it is. And what a form ticks
    is no key concern before a person has said so, nor after one has said no."""
    born = {"child_birth_date": "2018-12-01", "child_id_number": "22028420181201102" + check_digit("22028420181201102")}
    child_id = office.child("一", concern_criteria=["ill"], concern_listed=["yes"], **born)
    (row,) = children.children(office.store, office.actor, today=TODAY)
    shown = page(office, child_id)
    assert (row.age, row.key_concern) == (shown.age, shown.key_concern)
    assert not row.key_concern
    for proposed in concerns.proposed(office.store, office.actor):
        for one in proposed.concerns:
            concerns.dismiss(*act(office), one.concern_id, "核实过，不是")
    (row,) = children.children(office.store, office.actor, today=TODAY)
    assert (row.key_concern, row.to_decide) == (False, 0)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_rounds_stand_side_by_side(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    office.child("二", form_date="2026-12-01", school_name="实验小学", informed=[])
    shown = page(office, child_id)
    assert [str(r.form_date) for r in shown.registrations] == ["2026-12-01", "2026-10-12"]
    assert [r.notice_given for r in shown.registrations] == [False, True]
    assert [r.collection for r in shown.registrations] == ["入户走访", "入户走访"]
    rows = {row.key: row for row in shown.fields}
    assert rows["school_name"].texts == ("实验小学", "黄松甸镇中心小学")
    assert rows["school_name"].changed
    assert rows["child_sex"].texts == ("女", "女")
    assert not rows["child_sex"].changed
    assert [p.name for p in shown.persons] == ["欧阳雪", "欧阳松", "林雾凇", "林雾凇"]
    assert "*" in shown.persons[0].id_number_masked
    keys = [row.key for row in shown.fields]
    assert keys.index("form_unit") < keys.index("child_name") < keys.index("informed")


def test_the_history_of_a_field_leads_to_its_crop(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    registration_id = page(office, child_id).registrations[0].registration_id
    verify.reopen(*act(office), registration_id, "电话核实")
    verify.confirm(
        *act(office), registration_id, "school_name", "实验小学", source=ValueSource.PHONE, note="班主任说的"
    )
    office.verified(office.sheets()[0])
    read, changed = child_page.field_history(office.store, office.actor, child_id, "school_name")
    assert (read.by, read.to_text, read.raw, read.state) == ("", "黄松甸镇中心小学", "黄松甸镇中心小学", "机器识别")
    assert (changed.by, changed.from_text, changed.to_text) == ("管理员", "黄松甸镇中心小学", "实验小学")
    assert (changed.source, changed.note, changed.state) == ("电话核实", "班主任说的", "已改正")
    assert changed.box == (5, 10, 150, 20)
    assert verify.page_image(office.store, office.actor, changed.page_id or "")
    assert child_page.field_history(office.store, office.actor, child_id, "no_such_key") == ()
    with pytest.raises(NotFound):
        child_page.field_history(office.store, office.actor, "nobody", "school_name")


def test_everything_about_a_child_is_on_its_page(office: OfficeAtWork) -> None:
    child_id = office.child("一", concern_criteria=["abuse"], concern_listed=["yes"], guardianship_state=["risk"])
    visits.record(*act(office), child_id, visits.Visited(TODAY, "李四", "risk"))
    visits.write_log(*act(office), TODAY, "联系派出所", child_id=child_id)
    shown = page(office, child_id)
    assert {c.label for c in shown.concerns} == {"监护不足", "监护侵害"}
    assert shown.banner[0].startswith("疑似遭受家庭暴力：要第一时间向公安机关报告")
    assert [v.state for v in shown.visits] == ["planned", "done"]
    assert [line.text for line in shown.log] == ["联系派出所"]
    assert shown.dossier is None
    assert not shown.key_concern
    archivist = child_page.child_page(office.store, office.as_role(Role.ARCHIVIST), child_id, TODAY)
    assert (archivist.concerns, archivist.cases, archivist.visits, archivist.log, archivist.banner) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert archivist.sheets == shown.sheets


# -- dossiers ---------------------------------------------------------------------------------------------------------


def test_a_sheet_moves_into_the_dossier_and_leaves_a_reference(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    office.child("二", form_date="2026-12-01")
    newest, oldest = (r.registration_id for r in page(office, child_id).registrations)
    numbers = [r.archive_number for r in page(office, child_id).registrations]
    _, dossier_id = dossiers.open_dossier(*act(office), child_id)
    with pytest.raises(WrongState):
        dossiers.open_dossier(*act(office), child_id)
    dossiers.put_in(*act(office), dossier_id, oldest)
    dossiers.put_in(*act(office), dossier_id, newest)
    with pytest.raises(WrongState):
        dossiers.put_in(*act(office), dossier_id, oldest)
    dossiers.set_dossier_location(*act(office), dossier_id, Place(storeroom="1", box="3"))

    found = page(office, child_id).dossier
    assert found is not None
    assert found.archive_number == "X001-ZY·2026·D30·黄松甸镇·案卷-0001"
    assert [(i.archive_number, i.position, i.location) for i in found.items] == [
        ("X001-ZY·2026·D30·黄松甸镇·案卷-0001-001", 1, "1库房3盒"),
        ("X001-ZY·2026·D30·黄松甸镇·案卷-0001-002", 2, "1库房3盒"),
    ]
    assert [i.see for i in found.items] == [(numbers[1],), (numbers[0],)]
    shown = page(office, child_id)
    assert [r.archive_number for r in shown.registrations] == [i.archive_number for i in reversed(found.items)]
    assert {s.dossier for s in shown.sheets} == {found.archive_number}
    with office.store.session() as session:
        (first, *_rest) = session.scalars(select(CrossReference))
        assert (first.kind, first.target, first.medium) == ("see", found.items[0].archive_number, "纸质")
        old = session.get_one(ArchiveItem, first.from_item_id)
        assert (old.archive_number, old.sheets) == (numbers[1], [])
    # both numbers lead to the registration, in either style
    for number in (numbers[1], found.items[0].archive_number, "X001-ZY.2026-D30-黄松甸镇.案卷-0001-001"):
        assert [row.child_id for row in children.children(office.store, office.actor, search=number)] == [child_id]
    for search in (found.archive_number, "案卷-0001"):
        assert len(children.children(office.store, office.actor, search=search)) == 1
    assert check(office.store, office.actor) == ()


def test_a_sheet_comes_back_out_of_the_dossier_and_leaves_a_reference_there(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    (row,) = page(office, child_id).registrations
    _, dossier_id = dossiers.open_dossier(*act(office), child_id)
    with pytest.raises(WrongState):
        dossiers.take_out(*act(office), dossier_id, row.registration_id)
    dossiers.put_in(*act(office), dossier_id, row.registration_id)
    dossiers.take_out(*act(office), dossier_id, row.registration_id)
    shown = page(office, child_id)
    assert [r.archive_number for r in shown.registrations] == [row.archive_number]
    (sheet,) = (s for s in shown.sheets if s.page_ids)
    assert (sheet.archive_number, sheet.dossier) == (row.archive_number, "")
    assert sheet.see == ("X001-ZY·2026·D30·黄松甸镇·案卷-0001-001",)
    assert shown.dossier is not None
    assert [(i.position, i.page_ids, i.see) for i in shown.dossier.items] == [(1, (), (row.archive_number,))]
    assert check(office.store, office.actor) == ()
    # put in once more it gets the next number: a number once given is never given again
    dossiers.put_in(*act(office), dossier_id, row.registration_id)
    again = page(office, child_id)
    assert again.dossier is not None
    assert [bool(i.page_ids) for i in again.dossier.items] == [False, True]
    assert [r.archive_number for r in again.registrations] == ["X001-ZY·2026·D30·黄松甸镇·案卷-0001-002"]
    cross_reference.set_location(*act(office), [row.registration_id], Place(box="9"))
    moved = page(office, child_id).dossier
    assert moved is not None
    assert [i.location for i in moved.items] == ["", "9盒"]
    dossiers.take_out(*act(office), dossier_id, row.registration_id)
    assert check(office.store, office.actor) == ()


def test_a_later_page_follows_its_sheet_into_the_dossier(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    registration_id = page(office, child_id).registrations[0].registration_id
    _, dossier_id = dossiers.open_dossier(*act(office), child_id)
    dossiers.put_in(*act(office), dossier_id, registration_id)
    with office.store.session() as session:
        item = cross_reference.item_of(session, session.get_one(Registration, registration_id))
        assert item.dossier_id == dossier_id
    cross_reference.set_location(*act(office), [registration_id], Place(box="9"))
    with office.store.session() as session:
        places = [cross_reference.place_of(i).text() for i in session.scalars(select(ArchiveItem))]
    assert sorted(places) == ["", "9盒"]


def test_a_registration_of_another_child_stays_out(office: OfficeAtWork) -> None:
    one = office.child("一")
    other = office.child("二", **SECOND)
    _, dossier_id = dossiers.open_dossier(*act(office), one)
    with pytest.raises(WrongState):
        dossiers.put_in(*act(office), dossier_id, page(office, other).registrations[0].registration_id)
    with pytest.raises(NotFound):
        dossiers.put_in(*act(office), "nothing", page(office, one).registrations[0].registration_id)


def test_what_was_verified_once_is_not_taken_apart(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    shown = page(office, child_id)
    verify.reopen(*act(office), shown.registrations[0].registration_id, "再看")
    first, *others = shown.sheets[0].page_ids
    for page_id in others:
        arranging.aside(*act(office), [page_id])
    with pytest.raises(WrongState):
        arranging.aside(*act(office), [first])


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ({}, "流动儿童"),
        ({"child_arrival": None}, ""),  # for how long is not known
        ({"child_household": "220281"}, "不在流动儿童范围内"),
        (
            {"child_household": "220281102", "concern_criteria": ["local_help"], "concern_listed": ["yes"]},
            "主动求助的本地户籍儿童",
        ),
    ],
)
def test_the_page_says_which_group_of_the_notice_it_is(office: OfficeAtWork, said: dict[str, Any], group: str) -> None:
    assert page(office, office.child("一", None, **said)).group == group


def test_the_group_is_not_told_where_what_decides_it_is_covered(office: OfficeAtWork) -> None:
    said: dict[str, Any] = {
        "child_household": "220281102",
        "concern_criteria": ["local_help"],
        "concern_listed": ["yes"],
    }
    child_id = office.child("一", None, **said)
    settings.change_setting(*act(office), "second_entry", "child_arrival")
    other = replace(office.actor, user_id="other")
    assert child_page.child_page(office.store, other, child_id, TODAY).group == ""
    settings.change_setting(*act(office), "second_entry", "")
    assert child_page.child_page(office.store, other, child_id, TODAY).group == "主动求助的本地户籍儿童"
    office.store.opened_keys = replace(office.store.opened_keys, sensitive=None)
    assert page(office, child_id).group == "", "not that it is outside, for want of what is sealed"

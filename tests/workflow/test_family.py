"""The family's earlier form is offered where this one is blank or doubtful: whence it is known, and to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forms.id_number import check_digit
from records.views import Actor, Role, VerifyItem, VerifySheet
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import settings, verify

FATHER = "22028119880101001" + check_digit("22028119880101001")
KNOWN: dict[str, Any] = {
    "father_id_number": FATHER,
    "father_phone": "13904320007",
    "father_workplace": "蛟河市木材厂",
}
SIBLING: dict[str, Any] = {
    "child_name": "欧阳雨",
    "child_birth_date": "2020-01-01",
    "child_id_number": "22028420200101002X",
}


def draft(office: OfficeAtWork, doubtful: tuple[str, ...] = (), **values: Any) -> VerifySheet:
    on_back = {k: v for k, v in values.items() if k.startswith(("father_", "mother_", "caregiver_"))}
    on_front = {k: v for k, v in values.items() if k not in on_back}
    office.deliver("弟.tif", front("B1", doubtful, **{**SIBLING, **on_front}), back("B1", doubtful, **on_back))
    office.read()
    (sheet,) = office.sheets()
    return sheet


def item(sheet: VerifySheet, key: str) -> VerifyItem:
    return next(each for each in sheet.items if each.key == key)


def origins(sheet: VerifySheet, key: str) -> list[tuple[object, str]]:
    return [(c.value, c.origin) for c in item(sheet, key).candidates if c.origin]


WHENCE = "同一监护人 2026年下半年登记过"


def test_a_parents_number_finds_the_family(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN)
    sheet = draft(
        office, ("caregiver_phone",), father_id_number=FATHER, father_name=None, caregiver_phone="13904320000"
    )
    assert origins(sheet, "father_phone") == [("13904320007", WHENCE)]
    assert origins(sheet, "father_workplace") == [("蛟河市木材厂", WHENCE)]
    assert origins(sheet, "father_name") == [("欧阳松", WHENCE)]
    assert [c.value for c in item(sheet, "caregiver_phone").candidates] == ["13904320000", "13904320001"]
    assert item(sheet, "father_phone").value is None, "nothing is filled in"
    assert origins(sheet, "mother_name") == [], "read and vouched for"


def test_a_number_is_not_lost_among_many_of_a_common_name(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.child("甲", child_name="关小山", child_id_number=None, child_birth_date="2015-05-05")
    office.child("姐", **KNOWN)
    monkeypatch.setattr("records.stack_rows.MOST", 1)
    sheet = draft(office, father_id_number=FATHER, father_phone=None)
    assert origins(sheet, "father_workplace") == [("蛟河市木材厂", WHENCE)]


def test_a_name_alone_is_no_family(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN)
    there = {"child_residence": {"division": "220281104", "detail": "站前路8号"}}
    other: dict[str, Any] = {"caregiver_phone": None, "mother_name": None, **there}
    assert origins(draft(office, father_phone=None, **other), "father_phone") == []


def test_a_name_at_the_same_address_is(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN)
    assert origins(draft(office, caregiver_phone=None), "caregiver_phone") == [("13904320001", WHENCE)]


def test_who_only_looks_after_both_brings_no_parents_along(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN)
    away: dict[str, Any] = {"child_residence": {"division": "220281104", "detail": "站前路8号"}}
    sheet = draft(office, father_name="关山", mother_name=None, caregiver_phone="13904320001", **away)
    assert origins(sheet, "father_phone") == [], "her nephew's father is another"
    assert origins(sheet, "mother_name") == []


def test_the_childs_own_earlier_form(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN, caregiver_relation="52")
    own: dict[str, Any] = {
        "child_name": "欧阳雪",
        "child_birth_date": "2018-01-01",
        "child_id_number": "220284201801010023",
    }
    sheet = draft(office, caregiver_relation=None, **own)
    assert origins(sheet, "caregiver_relation") == [("52", "本人 2026年下半年登记过")]


def test_not_out_of_scope_and_not_to_helpers(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN, child_residence={"division": "220281104200", "detail": "一组"})
    sheet = draft(office, father_id_number=FATHER, child_residence={"division": "220281104201", "detail": "二组"})
    assert origins(sheet, "father_phone") == [("13904320007", WHENCE)]

    def seen(actor: Actor) -> VerifySheet:
        return verify.sheet(office.store, actor, sheet.registration_id)

    village = replace(office.actor, role=Role.COLLECTOR, division="220281104201")
    assert origins(seen(village), "father_phone") == []
    assert origins(seen(replace(office.actor, role=Role.HELPER)), "father_phone") == []


def test_what_waits_for_its_second_entry_is_not_offered_to_the_second_person(office: OfficeAtWork) -> None:
    office.child("姐", **KNOWN)
    settings.change_setting(office.store, office.actor, office.clock(), "second_entry", "father_phone")
    sheet = draft(office, father_id_number=FATHER)
    assert origins(sheet, "father_phone") == [("13904320007", WHENCE)], "who verified it knows it anyway"
    second = replace(office.actor, user_id="another")
    seen = verify.sheet(office.store, second, sheet.registration_id)
    assert origins(seen, "father_phone") == []
    assert origins(seen, "father_workplace") == [("蛟河市木材厂", WHENCE)]

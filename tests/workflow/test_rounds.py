"""Half-yearly rounds: several at once, followed village by village, unchanged in one tick, compared with the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from records.tables import Answer, Child, PrintedForm, ReadingCheck, Registration, Round
from records.views import AnswerState, Role
from tests.workflow.conftest import OfficeAtWork
from workflow import access, child_page, moves, rounds, verify, visits
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState

TODAY = date(2026, 10, 12)
DAYS: dict[str, Any] = {"as_of": date(2027, 6, 30), "opens": date(2027, 1, 1), "closes": date(2027, 6, 30)}
SECOND: dict[str, Any] = {
    "child_name": "欧阳雨",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
}
THIRD: dict[str, Any] = {
    "child_name": "欧阳霜",
    "child_id_number": None,
    "child_birth_date": "2019-01-01",
    "child_registered": ["no"],
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def next_round(office: OfficeAtWork) -> str:
    """The new half-year is opened and the old one closed."""
    for row in rounds.rounds(office.store, office.actor):
        rounds.close_round(*act(office), row.round_id)
    return rounds.open_round(*act(office), name="2027年上半年", **DAYS)[1]


def answers(office: OfficeAtWork, child_id: str) -> dict[str, Answer]:
    """Of the current registration."""
    with office.store.session() as session:
        current = session.get_one(Child, child_id).current_registration_id
        return {a.key: a for a in session.scalars(select(Answer).where(Answer.registration_id == current))}


# -- opening and closing ----------------------------------------------------------------------------------------------


def test_rounds_open_beside_each_other(office: OfficeAtWork) -> None:
    first = rounds.rounds(office.store, office.actor)[0]
    _, second = rounds.open_round(*act(office), name="黄松甸镇 2027", division="220281104", **DAYS)
    found = {row.round_id: row for row in rounds.rounds(office.store, office.actor)}
    assert found[first.round_id].open
    assert found[second].open
    assert found[second].division_name.endswith("黄松甸镇")
    rounds.close_round(*act(office), first.round_id)
    with pytest.raises(WrongState):
        rounds.close_round(*act(office), first.round_id)
    rounds.reopen_round(*act(office), first.round_id)
    with pytest.raises(WrongState):
        rounds.reopen_round(*act(office), first.round_id)
    with pytest.raises(NotFound):
        rounds.progress(office.store, office.actor, "nothing")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "2026年下半年"},
        {"division": "220104"},
        {"opens": date(2027, 7, 1)},
        {"as_of": date(2026, 12, 31)},
    ],
)
def test_a_round_that_makes_no_sense_is_refused(office: OfficeAtWork, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        rounds.open_round(*act(office), **{"name": "新", **DAYS, **wrong})
    assert len(rounds.rounds(office.store, office.actor)) == 1


def test_a_part_of_the_office_opens_no_round(office: OfficeAtWork) -> None:
    actor = replace(office.as_role(Role.ADMINISTRATOR), division="220281104001")
    with pytest.raises(NotAllowed):
        rounds.open_round(office.store, actor, office.clock(), name="新", **DAYS)


def test_with_several_open_the_village_says_which(office: OfficeAtWork) -> None:
    _, other = rounds.open_round(*act(office), name="一个村", division="220281104200", **DAYS)
    _, mine = rounds.open_round(*act(office), name="黄松甸镇", division="220281104", **DAYS)
    child_id = office.child("一")
    with office.store.session() as session:
        row = session.scalars(select(Registration).where(Registration.child_id == child_id)).one()
        assert row.round_id == mine != other


# -- how far it is ----------------------------------------------------------------------------------------------------


def test_progress_by_village_and_against_the_last_round(office: OfficeAtWork) -> None:
    home: dict[str, Any] = {"child_residence": {"division": "220281104200", "detail": "一组"}}
    one, two, three = office.child("一"), office.child("二", **SECOND, **home), office.child("三", **THIRD, **home)
    round_id = next_round(office)
    progress = rounds.progress(office.store, office.actor, round_id)
    assert (progress.last_round, progress.expected, progress.collected, progress.outstanding) == (
        "2026年下半年",
        3,
        0,
        3,
    )
    assert [(v.division, v.expected, v.outstanding) for v in progress.villages] == [
        ("220281104", 1, 1),
        ("220281104200", 2, 2),
    ]

    office.child("四", form_date="2027-02-01", form_update=["unchanged"])
    moves.exit_child(office.store, office.actor, office.clock().replace(year=2027), two, "moved", date(2027, 2, 1))
    new = office.child("五", child_name="王新", child_id_number=None, child_registered=["no"], form_date="2027-03-01")
    progress = rounds.progress(office.store, office.actor, round_id)
    assert (progress.expected, progress.collected, progress.unchanged, progress.outstanding) == (2, 1, 1, 1)
    assert (progress.came, progress.left) == (1, 1)
    missing = rounds.outstanding(office.store, office.actor, round_id)
    assert [(row.child_id, row.address, row.phone, row.visited) for row in missing] == [
        (three, "一组", "13904320001", False)
    ]
    assert rounds.outstanding(office.store, office.actor, round_id, division="220281105") == ()
    compared = rounds.compared(office.store, office.actor, round_id)
    assert {(row.child_id, row.what, row.reason) for row in compared} == {
        (new, "came", ""),
        (two, "left", "迁户"),
        (three, "missing", ""),
    }
    assert one not in {row.child_id for row in compared}


def test_who_was_visited_since_the_round_opened(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    round_id = next_round(office)
    later = office.clock().replace(year=2027)
    visits.record(office.store, office.actor, later, child_id, visits.Visited(date(2027, 2, 1), "李四", "good"))
    (row,) = rounds.outstanding(office.store, office.actor, round_id)
    assert row.visited


# -- unchanged in one tick --------------------------------------------------------------------------------------------

TEXTS = ("child_residence", "child_arrival", "school_name", "father_name", "mother_name", "caregiver_name")
TICKS = ("school_state", "father_state", "guardianship_state", "health_body", "support_income")
BLANK: dict[str, Any] = {**dict.fromkeys(TEXTS), **{key: [] for key in TICKS}}


def test_unchanged_takes_over_what_was_left_blank(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    before = answers(office, child_id)
    next_round(office)
    assert office.child("二", form_date="2027-02-01", form_update=["unchanged"], **BLANK) == child_id
    after = answers(office, child_id)
    assert after.keys() >= before.keys() - {"form_number"}
    for key in BLANK:
        assert after[key].value == before[key].value, key
        assert after[key].state is AnswerState.CONFIRMED
        assert after[key].note == "沿用上次登记（填报日期 2026年10月12日）"
        assert (after[key].page_id, after[key].box) == (before[key].page_id, before[key].box), (
            "the crop of the old paper"
        )
    assert after["form_date"].value == "2027-02-01"
    page = child_page.child_page(office.store, office.actor, child_id, TODAY)
    assert page.registrations[0].carried_from == page.registrations[1].registration_id
    assert page.registrations[0].update == "信息无变化"
    assert page.residence.endswith("黄松甸镇")


def test_what_was_taken_over_says_nothing_about_reading(office: OfficeAtWork) -> None:
    """A field left blank and read as blank is not counted as read wrong because the last form filled it."""
    office.child("一")
    next_round(office)
    office.child("二", form_date="2027-02-01", form_update=["unchanged"], **BLANK)
    with office.store.session() as session:
        assert all(right for row in session.scalars(select(ReadingCheck)) for *_, right in row.fields)


def test_what_the_form_says_stands_against_the_last(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    next_round(office)
    office.child("二", form_date="2027-02-01", form_update=["unchanged"], school_name="实验小学", father_name=None)
    after = answers(office, child_id)
    assert after["school_name"].value == "实验小学"
    assert after["father_name"].value == "欧阳松"


def test_a_changed_form_takes_over_nothing(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    next_round(office)
    office.child("二", form_date="2027-02-01", form_update=["changed"], school_grade=None, father_phone=None)
    assert child_page.child_page(office.store, office.actor, child_id, TODAY).registrations[0].carried_from is None


def test_the_form_printed_for_a_child_comes_back_to_it(office: OfficeAtWork) -> None:
    """Without an ID number, and in a round of its own: the serial says whose it is, unless the name contradicts."""
    child_id = office.child("一", child_id_number=None, child_registered=["no"])
    _, round_id = rounds.open_round(*act(office), name="2027年上半年", **DAYS)
    with office.store.transaction() as session:
        base = session.get_one(Child, child_id).current_registration_id or ""
        for serial in ("UAAA", "UBBB"):
            session.add(
                PrintedForm(
                    id=office.store.new_id(), serial=serial, round_id=round_id, child_id=child_id,
                    registration_id=base, values={}, printed_at=office.clock(), printed_by=office.actor.user_id,
                )
            )  # fmt: skip
    unregistered: dict[str, Any] = {"child_id_number": None, "child_registered": ["no"], "form_date": "2027-02-01"}
    assert office.child("UAAA", form_update=["unchanged"], **unregistered) == child_id
    with office.store.session() as session:
        newest = session.get_one(Child, child_id).current_registration_id
        assert session.get_one(Registration, newest or "").round_id == round_id
    other = office.child("UBBB", child_name="林一", **unregistered)
    assert other != child_id


# -- the current registration -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_statement_is_current_whatever_came_first(office: OfficeAtWork, order: tuple[int, ...]) -> None:
    days = ("2026-04-01", "2026-10-01", "2026-07-01")
    for number in order:
        child_id = office.child(f"表{number}", form_date=days[number], school_name=f"第{number}小学")
    assert answers(office, child_id)["school_name"].value == "第1小学"
    page = child_page.child_page(office.store, office.actor, child_id, TODAY)
    assert [str(row.form_date) for row in page.registrations] == ["2026-10-01", "2026-07-01", "2026-04-01"]
    assert [row.current for row in page.registrations] == [True, False, False]
    verify.reopen(*act(office), page.registrations[0].registration_id, "再看")
    assert answers(office, child_id)["school_name"].value == "第2小学"


def test_the_first_round_is_the_half_year_of_the_first_day(office: OfficeAtWork) -> None:
    assert access.office(office.store, office.actor).round_name == "2026年下半年"
    with office.store.session() as session:
        assert session.scalars(select(Round)).one().division == ""

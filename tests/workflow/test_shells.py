"""A child of whom no registration is left goes if nothing hangs on it, else its page says so and it can be merged."""

from __future__ import annotations

import pytest

from records.tables import Child, HandedOver, RosterEntry
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.test_blind_everywhere import school_list
from tests.workflow.test_child_page import SECOND, TODAY, act, page
from tests.workflow.test_erasing_whole import ask, colleague, everywhere
from tests.workflow.two_offices import Two, rows, two
from workflow import check, duplicates, erasing, repair, verify, visits
from workflow.errors import NotFound

__all__ = ["two"]
NUMBER = str(SECOND["child_id_number"])


def children_of(office: OfficeAtWork) -> set[str]:
    return {str(row) for (row,) in rows(office, "SELECT id FROM children")}


def found_to_be_the_others(office: OfficeAtWork, child_id: str) -> None:
    """The child's only form is opened again: its ID number was read wrongly, it is the second child's."""
    (row,) = page(office, child_id).registrations
    verify.reopen(*act(office), row.registration_id, "号码看错了")
    for key, value in SECOND.items():
        verify.confirm(*act(office), row.registration_id, key, value)
    assert isinstance(verify.finish(*act(office), row.registration_id), verify.Finished)


def test_one_of_whom_nobody_said_anything_goes(office: OfficeAtWork) -> None:
    first, second = office.child("一", health_body=["disabled"]), office.child("二", **SECOND)
    found_to_be_the_others(office, first)
    assert children_of(office) == {second}
    assert len(page(office, second).registrations) == 2
    with pytest.raises(NotFound):
        page(office, first)
    assert check.check(office.store, office.actor) == ()


def test_one_that_was_visited_stays_opens_and_can_be_merged(office: OfficeAtWork) -> None:
    first, second = office.child("一"), office.child("二", **SECOND)
    visits.record(*act(office), first, visits.Visited(TODAY, "李四", "good", note="孩子在家"))
    found_to_be_the_others(office, first)
    shown = page(office, first)
    assert (shown.name, shown.registrations, shown.fields) == ("欧阳雪", (), ())
    assert "没有登记表" in shown.standing
    assert shown.visits[-1].note == "孩子在家"
    (fault,) = check.check(office.store, office.actor)
    assert (fault.code, fault.ids) == ("child_without_registration", (first,))
    assert repair.repair(office.store, office.actor, office.clock()) == (fault,), "what a person said is not dropped"
    _, merge = duplicates.merge(*act(office), second, first, "同一份登记表")
    assert check.check(office.store, office.actor) == ()
    assert "孩子在家" in {v.note for v in page(office, second).visits}
    with pytest.raises(NotFound, match="并入"):
        page(office, first)
    duplicates.undo_merge(*act(office), merge, "看错了")
    assert page(office, first).standing


def test_while_the_only_form_is_opened_again_the_page_says_so(office: OfficeAtWork) -> None:
    child = office.child("一")
    (row,) = page(office, child).registrations
    verify.reopen(*act(office), row.registration_id, "再看")
    shown = page(office, child)
    assert (shown.name, shown.registrations) == ("欧阳雪", ())
    assert "退回核对" in shown.standing
    assert check.check(office.store, office.actor) == ()
    verify.finish(*act(office), row.registration_id)
    assert page(office, child).standing == ""


def test_the_partner_lets_it_go_too_and_keeps_its_list(two: Two) -> None:
    """It was no child of its own: the line on the county's base list is about somebody who may exist."""
    town, county = two.town, two.county
    first, second = town.child("一"), town.child("二", **SECOND)
    two.take(two.make("一.tdhandover"))
    school_list(county)
    assert children_of(county) == {first, second}
    found_to_be_the_others(town, first)
    path = two.make("二.tdhandover")
    with town.store.session() as session:
        assert session.get(HandedOver, (county.store.store_id, "child", first)) is None
    two.take(path)
    assert children_of(county) == {second}
    with county.store.session() as session:
        assert session.query(RosterEntry).count() == 1
        assert session.get_one(Child, second).store_id == town.store.store_id
    for office in (town, county):
        assert check.check(office.store, office.actor) == ()


def test_with_the_last_form_that_came_by_a_merge_goes_whoever_came_with_it(office: OfficeAtWork) -> None:
    """Erased by law, a stranger's name and number don't stay with the merge; it can't be undone then."""
    first, second = office.child("一"), office.child("二", **SECOND)
    _, merge = duplicates.merge(*act(office), first, second, "看着像同一名")
    request = ask(office, "二.tif")
    plan = erasing.plan_erasure(office.store, colleague(office), office.clock(), request)
    assert dict(plan.care) == {"child_merges": 1}
    erasing.carry_out_erasure(office.store, colleague(office, "li"), office.clock(), request, everything=True)
    assert children_of(office) == {first}
    assert everywhere(office, NUMBER) == set()
    with pytest.raises(NotFound, match="没有这次合并"):
        duplicates.undo_merge(*act(office), merge, "看错了")
    assert check.check(office.store, office.actor) == ()

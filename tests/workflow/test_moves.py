"""Leaving and coming back, belonging together: any order of exits and returns keeps everything that was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from records.states import ChildState
from records.tables import Answer, Child, ChildMove, Concern, Registration, Visit
from records.views_care import LinkKind, MoveKind, VisitState
from tests.workflow.conftest import OfficeAtWork
from workflow import concerns, moves, report
from workflow.errors import BadValue, NotFound, WorkflowError, WrongState

TODAY = date(2026, 10, 12)


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def state(office: OfficeAtWork, child_id: str) -> tuple[ChildState, date | None, str]:
    with office.store.session() as session:
        row = session.get_one(Child, child_id)
        return row.state, row.exited_on, row.exit_reason


def test_a_child_leaves_and_comes_back(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["ill"])
    moves.exit_child(*act(office), child_id, "home", TODAY, note="随父母返乡")
    assert state(office, child_id) == (ChildState.EXITED, TODAY, "home")
    assert concerns.proposed(office.store, office.actor) == ()
    with pytest.raises(WrongState):
        moves.exit_child(*act(office), child_id, "home", TODAY)
    with pytest.raises(BadValue):
        moves.return_child(*act(office), child_id, date(2026, 10, 11), note="回来")
    moves.return_child(*act(office), child_id, TODAY, note="又回来了")
    assert state(office, child_id) == (ChildState.ACTIVE, None, "")
    assert [c.criterion for r in concerns.proposed(office.store, office.actor) for c in r.concerns] == ["ill"]
    with office.store.session() as session:
        views = moves.move_views(session, child_id)
    assert [(v.kind, v.reason, v.note) for v in views] == [
        (MoveKind.EXIT, "返乡", "随父母返乡"),
        (MoveKind.RETURN, "", "又回来了"),
    ]


@pytest.mark.parametrize(
    ("reason", "on", "note"),
    [
        ("holiday", TODAY, ""),
        ("home", date(2026, 10, 13), ""),
        ("error", TODAY, " "),
        ("grown", TODAY, ""),  # born on 1 January 2018
    ],
)
def test_an_exit_needs_a_true_reason(office: OfficeAtWork, reason: str, on: date, note: str) -> None:
    child_id = office.child("一")
    with pytest.raises(BadValue):
        moves.exit_child(*act(office), child_id, reason, on, note=note)
    assert state(office, child_id)[0] is ChildState.ACTIVE


def test_who_is_old_enough_leaves_as_grown_and_comes_back_for_a_reason(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    with pytest.raises(WrongState):
        moves.return_child(*act(office), child_id, TODAY, note="没有退出过")
    with office.store.transaction() as session:
        session.get_one(Child, child_id).birth_date = date(2010, 10, 12)
    with pytest.raises(BadValue, match="不满十六周岁"):
        moves.exit_child(*act(office), child_id, "grown", date(2026, 10, 11))
    moves.exit_child(*act(office), child_id, "grown", TODAY)
    for on, note in ((TODAY, " "), (date(2026, 10, 13), "回来")):
        with pytest.raises(BadValue):
            moves.return_child(*act(office), child_id, on, note=note)
    assert state(office, child_id) == (ChildState.EXITED, TODAY, "grown")


def test_who_leaves_leaves_an_open_batch_but_no_frozen_one(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    (row,) = report.candidates(office.store, office.actor)
    _, batch_id = report.new_batch(*act(office), "十月", [row.registration_id])
    told = moves.exit_child(*act(office), child_id, "home", TODAY)
    assert told.batches == {batch_id}
    assert report.batch(office.store, office.actor, batch_id).rows == ()
    moves.return_child(*act(office), child_id, TODAY, note="又回来了")
    _, batch_id = report.new_batch(*act(office), "十月再报", [row.registration_id])
    report.freeze(*act(office), batch_id)
    assert moves.exit_child(*act(office), child_id, "home", TODAY).batches == frozenset()
    assert len(report.batch(office.store, office.actor, batch_id).rows) == 1


STEPS = st.lists(st.sampled_from(["exit", "return", "concern"]), max_size=6)


def everything(office: OfficeAtWork) -> dict[str, set[str]]:
    """What must never be lost."""
    with office.store.session() as session:
        return {
            "registrations": set(session.scalars(select(Registration.id).where(Registration.child_id.is_not(None)))),
            "answers": {f"{r}/{k}" for r, k in session.execute(select(Answer.registration_id, Answer.key))},
            "moves": set(session.scalars(select(ChildMove.id))),
            "decided": set(session.scalars(select(Concern.id).where(Concern.state != "proposed"))),
            "visits": set(session.scalars(select(Visit.id).where(Visit.state != VisitState.PLANNED))),
        }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_the_order_nothing_is_lost(office: OfficeAtWork, steps: list[str]) -> None:
    with office.store.session() as session:
        child_id = session.scalar(select(Child.id)) or ""
    if not child_id:
        child_id = office.child("一")
    for number, step in enumerate(steps):
        before, was = everything(office), state(office, child_id)[0]
        try:
            if step == "exit":
                moves.exit_child(*act(office), child_id, "left", TODAY)
            elif step == "return":
                moves.return_child(*act(office), child_id, TODAY, note="回来")
            else:
                criterion = ("ill", "vagrant", "improper")[number % 3]
                concerns.add(*act(office), child_id, criterion, why="走访发现", since=TODAY)
        except WorkflowError:
            assert everything(office) == before
            assert state(office, child_id)[0] is was
        else:
            after = everything(office)
            assert all(after[what] >= before[what] for what in before)
        with office.store.session() as session:
            planned = list(session.scalars(select(Visit.id).where(Visit.state == VisitState.PLANNED)))
        assert len(planned) == (state(office, child_id)[0] is ChildState.ACTIVE)


# -- belonging together -----------------------------------------------------------------------------------------------

OTHER = {"child_name": "欧阳雨", "child_id_number": "22028420200101002X", "child_birth_date": "2020-01-01"}


def test_siblings_are_proposed_by_the_same_mother_and_linked_by_a_person(office: OfficeAtWork) -> None:
    number = {"mother_id_number": "220284198803050024"}
    one = office.child("一", **number)
    other = office.child("二", **OTHER, **number)
    assert one != other
    with office.store.session() as session:
        found = {c.kind: c for c in moves.link_candidates(session, office.actor, one)}
    assert found[LinkKind.SAME_MOTHER].other_id == other
    assert found[LinkKind.SAME_MOTHER].why == "两份登记表上母亲的公民身份号码相同"
    assert found[LinkKind.SAME_CAREGIVER].why == "两份登记表上照护人的姓名和电话相同"
    _, link_id = moves.link(*act(office), other, one, LinkKind.SAME_MOTHER, "身份证号相同")
    with pytest.raises(WrongState):
        moves.link(*act(office), one, other, LinkKind.SAME_MOTHER, "再来一次")
    with office.store.session() as session:
        assert [v.other_name for v in moves.link_views(session, office.actor, one)] == ["欧阳雨"]
        assert [v.other_name for v in moves.link_views(session, office.actor, other)] == ["欧阳雪"]
        assert LinkKind.SAME_MOTHER not in {c.kind for c in moves.link_candidates(session, office.actor, one)}
    with pytest.raises(BadValue):
        moves.unlink(*act(office), link_id, " ")
    elsewhere = replace(office.actor, division="220281105")
    with pytest.raises(NotFound):
        moves.unlink(office.store, elsewhere, office.clock(), link_id, "看错了")
    moves.unlink(*act(office), link_id, "看错了")
    with pytest.raises(NotFound):
        moves.unlink(*act(office), link_id, "再取消")
    with office.store.session() as session:
        assert moves.link_views(session, office.actor, one) == ()


def test_a_child_is_not_linked_to_itself_nor_without_grounds(office: OfficeAtWork) -> None:
    one = office.child("一")
    other = office.child("二", **OTHER)
    for pair, why in (((one, one), "是"), ((one, other), " ")):
        with pytest.raises(BadValue):
            moves.link(*act(office), *pair, LinkKind.SIBLINGS, why)

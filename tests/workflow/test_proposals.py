"""Proposals from one office to another, and reviews that travel: the owner decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from records.views_handover import ProposalKind, ProposalState
from tests.workflow.two_offices import ANSWERS, Two, corrected, rows, there_and_back, two
from workflow import blind, handover_in, proposals, review, settings, verify
from workflow.check import check
from workflow.errors import WrongState

__all__ = ["two"]


def test_the_county_proposes_and_the_township_decides(two: Two) -> None:
    registration = there_and_back(two)
    county, town = two.county, two.town
    with pytest.raises(WrongState, match="黄松甸镇人民政府"):
        verify.confirm(county.store, county.actor, county.clock(), registration, "father_name", "欧阳柏")
    with pytest.raises(WrongState, match="黄松甸镇人民政府"):
        verify.reopen(county.store, county.actor, county.clock(), registration, "改")
    proposals.propose(county.store, county.actor, county.clock(), registration, "father_name", "欧阳柏", "户籍底册")
    proposals.propose(county.store, county.actor, county.clock(), registration, "mother_name", "林一", "户籍底册")
    assert rows(county, ANSWERS) == rows(town, ANSWERS)  # nothing is edited
    handover_in.take_in(town.store, town.actor, town.clock(), two.back("回一.tdhandover"))
    father, mother = proposals.proposals(town.store, town.actor)
    assert (father.label, father.before, father.after, father.own) == ("父亲姓名", "欧阳松", "欧阳柏", False)
    assert rows(county, ANSWERS) == rows(town, ANSWERS)
    proposals.accept(town.store, town.actor, town.clock(), father.proposal_id)
    proposals.decline(town.store, town.actor, town.clock(), mother.proposal_id, "纸面就是这样")
    assert proposals.proposals(town.store, town.actor) == ()
    with pytest.raises(WrongState):
        proposals.accept(town.store, town.actor, town.clock(), father.proposal_id)
    assert rows(town, "SELECT value, source FROM answers WHERE key = 'father_name'") == [('"欧阳柏"', "correction")]
    two.take(two.make("二.tdhandover"))
    assert rows(county, ANSWERS) == rows(town, ANSWERS)
    decided = proposals.proposals(county.store, county.actor, decided=True)
    told = {row.key: (row.state, row.decision_note) for row in decided}
    assert told == {
        "father_name": (ProposalState.ACCEPTED, ""),
        "mother_name": (ProposalState.DECLINED, "纸面就是这样"),
    }
    assert check(county.store, county.actor) == ()
    assert check(town.store, town.actor) == ()


def test_a_change_against_an_open_proposal_is_a_conflict(two: Two) -> None:
    registration = there_and_back(two)
    county = two.county
    proposals.propose(county.store, county.actor, county.clock(), registration, "father_name", "欧阳柏", "户籍底册")
    corrected(two, "father_name", "欧阳桦")
    path = two.make("二.tdhandover")
    (row,) = handover_in.preview(county.store, county.actor, path).conflicting
    assert [(field.key, field.after, field.conflict) for field in row.fields] == [("father_name", "欧阳桦", True)]
    two.take(path)
    (open_one,) = proposals.proposals(county.store, county.actor)
    assert open_one.moved


def test_the_countys_review_counts_when_the_township_takes_it(two: Two) -> None:
    registration = there_and_back(two)
    county, town = two.county, two.town
    review.send_back(county.store, county.actor, county.clock(), registration, {"father_name": "看不清"})
    handover_in.take_in(town.store, town.actor, town.clock(), two.back("回一.tdhandover"))
    (told,) = proposals.proposals(town.store, town.actor)
    assert told.kind is ProposalKind.SENT_BACK
    proposals.accept(town.store, town.actor, town.clock(), told.proposal_id)
    assert rows(town, "SELECT state FROM registrations") == [("sent_back",)]
    verify.confirm(town.store, town.actor, town.clock(), registration, "father_name", "欧阳柏")
    verify.finish(town.store, town.actor, town.clock(), registration)
    two.take(two.make("二.tdhandover"))
    review.review(county.store, county.actor, county.clock(), registration)
    handover_in.take_in(town.store, town.actor, town.clock(), two.back("回二.tdhandover"))
    (passed,) = proposals.proposals(town.store, town.actor)
    proposals.accept(town.store, town.actor, town.clock(), passed.proposal_id)
    assert rows(town, "SELECT state FROM registrations") == [("reviewed",)]
    two.take(two.make("三.tdhandover"))
    assert rows(county, "SELECT state FROM registrations") == [("reviewed",)]
    assert check(county.store, county.actor) == ()


def test_who_enters_a_field_blind_learns_nothing_of_it_from_a_proposal(two: Two) -> None:
    registration = there_and_back(two)
    county, town = two.county, two.town
    proposals.propose(county.store, county.actor, county.clock(), registration, "father_name", "欧阳柏", "户籍底册")
    proposals.propose(county.store, county.actor, county.clock(), registration, "mother_name", "林一", "户籍底册")
    handover_in.take_in(town.store, town.actor, town.clock(), two.back("回一.tdhandover"))
    settings.change_setting(town.store, town.actor, town.clock(), "second_entry", "father_name")
    second = replace(town.actor, user_id="second")
    father, mother = proposals.proposals(town.store, second)
    assert (father.before, father.moved) == (blind.PENDING, False)
    assert mother.before not in ("", blind.PENDING)
    assert proposals.proposals(town.store, town.actor)[0].before == "欧阳松"  # who verified it knows it
    settings.change_setting(town.store, town.actor, town.clock(), "second_entry", "child_name")
    assert {row.title for row in proposals.proposals(town.store, second)} == {blind.PENDING}

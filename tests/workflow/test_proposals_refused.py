"""What can't be proposed, and what the owner can't take: each refused whole, with a sentence, and the rest stands."""

from __future__ import annotations

import pytest

from forms.dictionary import extra_sensitive
from forms.kinds import JsonValue
from records.views_handover import ProposalKind, ProposalRow, ProposalState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.two_offices import ANSWERS, Two, corrected, rows, there_and_back, two
from workflow import handover_in, proposals, report, review
from workflow.errors import BadValue, NotFinished, NotFound, WorkflowError, WrongState

__all__ = ["two"]
STATE = "SELECT state FROM registrations"


def propose(office: OfficeAtWork, registration: str, key: str, value: JsonValue, why: str = "户籍底册") -> None:
    proposals.propose(office.store, office.actor, office.clock(), registration, key, value, why)


def arrived(two: Two, name: str) -> tuple[ProposalRow, ...]:
    """What the county proposes has come to the township."""
    handover_in.take_in(two.town.store, two.town.actor, two.town.clock(), two.back(name))
    return proposals.proposals(two.town.store, two.town.actor)


def accept(office: OfficeAtWork, row: ProposalRow) -> None:
    proposals.accept(office.store, office.actor, office.clock(), row.proposal_id)


def refused(office: OfficeAtWork, row: ProposalRow, kind: type[WorkflowError], words: str) -> None:
    """It can't be taken: nothing is changed, and the proposal is still open."""
    before = rows(office, ANSWERS), rows(office, STATE), rows(office, "SELECT count(*) FROM audit")
    with pytest.raises(kind, match=words):
        accept(office, row)
    assert (rows(office, ANSWERS), rows(office, STATE), rows(office, "SELECT count(*) FROM audit")) == before
    assert row in proposals.proposals(office.store, office.actor)


def test_what_can_not_be_proposed(two: Two) -> None:
    registration = there_and_back(two)
    county = two.county
    for key, value, why, told in (
        ("father_name", "欧阳柏", " ", "写明理由"),
        ("father_name", "欧阳松", "底册", "和现在的一样"),
        (min(extra_sensitive()), ["x"], "底册", "指定的人"),
        ("child_id_number", "220284201801010024", "底册", "校验不符"),
        ("visit_date", "2026-10-09", "底册", "没有这一栏"),
    ):
        with pytest.raises((WorkflowError, ValueError), match=told):
            propose(county, registration, key, value, why)
    with pytest.raises(WrongState, match="本单位的"):
        propose(two.town, registration, "father_name", "欧阳柏")
    assert rows(county, "SELECT count(*) FROM proposals") == rows(two.town, "SELECT count(*) FROM proposals") == [(0,)]


def test_a_newer_proposal_takes_the_place_of_an_older_one_of_its_field(two: Two) -> None:
    registration = there_and_back(two)
    county = two.county
    propose(county, registration, "father_name", "欧阳柏")
    propose(county, registration, "mother_name", "林一")
    propose(county, registration, "father_name", "欧阳桦")
    review.send_back(county.store, county.actor, county.clock(), registration, {"father_name": "看不清"})
    own = proposals.proposals(county.store, county.actor, decided=True)
    assert [(row.key, row.after, row.state) for row in own] == [
        ("father_name", "欧阳柏", ProposalState.DECLINED),
        ("mother_name", "林一", ProposalState.OPEN),
        ("father_name", "欧阳桦", ProposalState.OPEN),
        ("", "", ProposalState.OPEN),
    ]
    with pytest.raises(NotFound):  # its own is not the county's to decide
        accept(county, own[1])
    assert [row.after for row in arrived(two, "回一.tdhandover")] == ["林一", "欧阳桦", ""]


def test_a_value_is_taken_with_what_holds_for_every_value(two: Two) -> None:
    registration = there_and_back(two)
    propose(two.county, registration, "child_birth_date", "2017-01-01")
    propose(two.county, registration, "father_name", "欧阳柏")
    born, father = arrived(two, "回一.tdhandover")
    refused(two.town, born, NotFinished, "互相矛盾")
    with pytest.raises(BadValue, match="写明理由"):
        proposals.decline(two.town.store, two.town.actor, two.town.clock(), born.proposal_id, " ")
    where = (two.town.store, two.town.actor)
    _, batch_id = report.new_batch(*where, two.town.clock(), "十月", [registration])
    report.freeze(*where, two.town.clock(), batch_id)
    refused(two.town, father, WrongState, "报送批次")


def test_what_was_reviewed_is_verified_only_after_a_value_was_taken(two: Two) -> None:
    registration = there_and_back(two)
    propose(two.county, registration, "father_name", "欧阳柏")
    review.review(two.county.store, two.county.actor, two.county.clock(), registration)
    value, passed = arrived(two, "回一.tdhandover")
    assert (value.kind, passed.kind) == (ProposalKind.VALUE, ProposalKind.REVIEWED)
    accept(two.town, passed)
    assert rows(two.town, STATE) == [("reviewed",)]
    accept(two.town, value)
    assert rows(two.town, STATE) == [("verified",)], "another value was reviewed"
    with pytest.raises(WrongState, match="处理过"):
        proposals.decline(two.town.store, two.town.actor, two.town.clock(), value.proposal_id, "不对")


def test_a_review_of_what_is_another_form_by_now_does_not_count(two: Two) -> None:
    registration = there_and_back(two)
    review.review(two.county.store, two.county.actor, two.county.clock(), registration)
    corrected(two, "father_name", "欧阳柏")
    (late,) = arrived(two, "回一.tdhandover")
    refused(two.town, late, WrongState, "又改过")
    proposals.decline(two.town.store, two.town.actor, two.town.clock(), late.proposal_id, "等下一次")
    two.take(two.make("二.tdhandover"))
    (told,) = proposals.proposals(two.county.store, two.county.actor, decided=True)
    assert (told.state, told.decision_note, told.decided_by) == (ProposalState.DECLINED, "等下一次", "管理员")

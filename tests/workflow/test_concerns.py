"""Key concern: proposed from the answers, decided by a person, sealed where it must be; nothing decided is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from records.tables import Concern, MandatoryReport
from records.views_care import ConcernState, ReportState
from tests.workflow.conftest import OfficeAtWork
from workflow import child_page, concerns, mandatory, verify, visits
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.mandatory import Reported

TODAY = date(2026, 10, 12)


def proposed(office: OfficeAtWork) -> list[str]:
    rows = concerns.proposed(office.store, office.actor)
    return [c.criterion for row in rows for c in row.concerns]


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


# -- proposing and deciding -------------------------------------------------------------------------------------------


def test_proposals_come_with_verification_and_say_why(office: OfficeAtWork) -> None:
    office.child("一", health_body=["disabled"], father_state=["disabled"])
    (row,) = concerns.proposed(office.store, office.actor)
    assert [c.label for c in row.concerns] == ["监护不足", "残疾"]
    assert row.concerns[0].why == "“父亲状况”（见原表）：父母一方的监护能力不足"
    assert row.concerns[0].clause.startswith("吉民发〔2024〕34号 二（二）")
    assert "*" in row.id_number_masked
    assert concerns.key_concern(office.store, office.actor, TODAY) == ()


def test_confirmed_it_is_on_the_list_without_a_dossier(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["disabled"])
    ((one,),) = [row.concerns for row in concerns.proposed(office.store, office.actor)]
    assert concerns.confirm(*act(office), one.concern_id, note="见残疾人证").children == {child_id}
    (row,) = concerns.key_concern(office.store, office.actor, TODAY)
    assert (row.criteria, row.category, row.fault) == (("残疾",), "流动儿童", "没有纸质档案")
    assert row.since == date(2026, 10, 12)
    assert proposed(office) == []
    with pytest.raises(WrongState):
        concerns.confirm(*act(office), one.concern_id)


def test_dismissed_it_comes_up_again_only_with_a_new_form(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["ill"])
    ((one,),) = [row.concerns for row in concerns.proposed(office.store, office.actor)]
    with pytest.raises(BadValue):
        concerns.dismiss(*act(office), one.concern_id, "  ")
    concerns.dismiss(*act(office), one.concern_id, "普通感冒")
    assert proposed(office) == []
    assert office.child("二", health_body=["ill"], form_date="2026-11-12") == child_id
    assert proposed(office) == ["ill"]


def test_a_proposal_goes_with_the_answer_a_decision_stays(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["ill", "disabled"])
    (row,) = concerns.proposed(office.store, office.actor)
    ill, disabled = row.concerns
    concerns.confirm(*act(office), disabled.concern_id)
    office.child("二", form_date="2026-11-12")
    assert proposed(office) == []
    with pytest.raises(NotFound):
        concerns.confirm(*act(office), ill.concern_id)
    (listed,) = concerns.key_concern(office.store, office.actor, TODAY)
    assert (listed.child_id, listed.criteria) == (child_id, ("残疾",))


def test_reopening_and_verifying_again_doubles_nothing(office: OfficeAtWork) -> None:
    office.child("一", health_body=["disabled"], father_state=["disabled"])
    first = [c.concern_id for c in concerns.proposed(office.store, office.actor)[0].concerns]
    with office.store.session() as session:
        (registration_id,) = {row.registration_id for row in session.query(Concern)}
    assert registration_id is not None
    verify.reopen(*act(office), registration_id, "再看")
    assert proposed(office) == []
    office.verified(office.sheets()[0])
    assert proposed(office) == ["insufficient", "disabled"]
    assert len(first) == 2


def test_ended_with_day_and_reason(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    concerns.add(*act(office), child_id, "vagrant", why="派出所送回", since=date(2026, 10, 1))
    with pytest.raises(WrongState):
        concerns.add(*act(office), child_id, "vagrant", why="派出所送回", since=date(2026, 10, 1))
    with pytest.raises(BadValue):
        concerns.add(*act(office), child_id, "no_such", why="无", since=date(2026, 10, 1))
    (row,) = concerns.key_concern(office.store, office.actor, TODAY)
    with office.store.session() as session:
        (concern,) = session.query(Concern)
    for until, reason in ((date(2026, 9, 30), "稳定"), (date(2027, 1, 1), "稳定"), (TODAY, " ")):
        with pytest.raises(BadValue):
            concerns.end(*act(office), concern.id, until=until, reason=reason)
    concerns.end(*act(office), concern.id, until=TODAY, reason="生活稳定")
    assert row.since == date(2026, 10, 1)
    assert concerns.key_concern(office.store, office.actor, TODAY) == ()
    with office.store.session() as session:
        (concern,) = session.query(Concern)
        assert (concern.state, concern.until, concern.end_reason) == (ConcernState.ENDED, TODAY, "生活稳定")


def test_local_children_who_ask_for_help_are_a_category_of_their_own(office: OfficeAtWork) -> None:
    child_id = office.child("一", child_household="220281", support_needs="希望就近入学")
    ((one,),) = [row.concerns for row in concerns.proposed(office.store, office.actor)]
    assert (one.criterion, one.category) == ("local_help", "local")
    concerns.confirm(*act(office), one.concern_id)
    (row,) = concerns.key_concern(office.store, office.actor, TODAY)
    assert row.category == "本地户籍儿童"
    concerns.add(*act(office), child_id, "ill", why="确诊", since=TODAY)
    (row,) = concerns.key_concern(office.store, office.actor, TODAY)
    assert row.category == "流动儿童"


# -- sealed -----------------------------------------------------------------------------------------------------------


def test_abuse_is_for_named_persons(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    child_id = office.child("一", concern_criteria=["abuse"], concern_listed=["yes"], guardianship_state=["risk"])
    assert set(proposed(office)) == {"abuse", "insufficient"}
    with office.store.session() as session:
        row = next(r for r in session.query(Concern) if r.sealed is not None)
        assert (row.criterion, row.why, row.rule) == ("", "", "sealed")
        sealed_id = row.id
    monkeypatch.setattr(office.store, "open_sealed", lambda _content, _context: None)
    views = {c.concern_id: c for r in concerns.proposed(office.store, office.actor) for c in r.concerns}
    hidden = views[sealed_id]
    assert (hidden.hidden, hidden.criterion, hidden.label) == (True, "", "（由专人掌握）")
    with pytest.raises(NotAllowed):
        concerns.confirm(*act(office), sealed_id)
    monkeypatch.undo()
    # who may not see it verifies no form that says it (test_sealed_fields); who may neither removes nor doubles it
    office.child("二", form_date="2026-11-12", concern_criteria=["abuse"], concern_listed=["yes"])
    with office.store.session() as session:
        assert [r.id for r in session.query(Concern) if r.sealed is not None] == [sealed_id]
    concerns.confirm(*act(office), sealed_id, note="已与派出所核实")
    with office.store.session() as session:
        view = concerns.view(office.store, session, session.get_one(Concern, sealed_id))
    assert (view.child_id, view.label, view.decision_note) == (child_id, "监护侵害", "已与派出所核实")


# -- cases to report at once ------------------------------------------------------------------------------------------


def test_a_case_stands_until_somebody_says_who_reported(office: OfficeAtWork) -> None:
    child_id = office.child("一", concern_criteria=["abuse"], concern_listed=["yes"])
    (case,) = mandatory.open_cases(office.store, office.actor)
    assert (case.situation, case.child_id) == ("violence", child_id)
    assert "第一时间向公安机关报告" in mandatory.banner(case)
    office.child("二", form_date="2026-11-12")  # a later form says nothing of it
    assert len(mandatory.open_cases(office.store, office.actor)) == 1
    now = office.clock()
    for reported in (
        Reported("", "李四", now),
        Reported("黄松甸派出所", " ", now),
        Reported("所", "李四", now.replace(year=2027)),
    ):
        with pytest.raises(BadValue):
            mandatory.record_report(*act(office), case.report_id, reported)
    mandatory.record_report(*act(office), case.report_id, Reported("黄松甸派出所", "李四", now, "临时安置", "接警0012"))
    assert mandatory.open_cases(office.store, office.actor) == ()
    with pytest.raises(WrongState):
        mandatory.withdraw(*act(office), case.report_id, "误勾")
    with pytest.raises(WrongState):
        mandatory.record_report(*act(office), case.report_id, Reported("另一个派出所", "李四", now))
    office.child("三", form_date="2026-12-12", concern_criteria=["abuse"], concern_listed=["yes"])
    assert [c.situation for c in mandatory.open_cases(office.store, office.actor)] == ["violence"], "said anew"


def test_a_case_that_stands_is_not_raised_twice(office: OfficeAtWork) -> None:
    office.child("一", concern_criteria=["abuse"], concern_listed=["yes"])
    before = mandatory.open_cases(office.store, office.actor)
    office.child("二", form_date="2026-11-12", concern_criteria=["abuse"], concern_listed=["yes"])
    assert mandatory.open_cases(office.store, office.actor) == before
    assert len(before) == 1


def test_what_is_no_case_or_no_reason_is_refused(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    for situation, what in (("gossip", "听说的"), ("harm", " ")):
        with pytest.raises(BadValue):
            mandatory.raise_case(*act(office), child_id, situation, what)
    assert mandatory.open_cases(office.store, office.actor) == ()
    _changes, first = mandatory.raise_case(*act(office), child_id, "harm", "邻居打伤", names_suspect=True)
    _changes, second = mandatory.raise_case(*act(office), child_id, "separated", "独自居住")
    with pytest.raises(BadValue):
        mandatory.withdraw(*act(office), first, " ")
    assert [c.report_id for c in mandatory.open_cases(office.store, office.actor)] == [first, second]
    mandatory.withdraw(*act(office), first, "是邻居某某误伤")
    at = office.clock()
    mandatory.record_report(*act(office), second, Reported("派出所", "李四", at), names_suspect=True)  # known by now
    with office.store.session() as session:
        for report_id in (first, second):
            row = session.get_one(MandatoryReport, report_id)
            assert (row.withdrawn_reason, row.reported_to, row.what, row.sealed is None) == ("", "", "", False)
    told = next(c for c in child_page.child_page(*act(office)[:2], child_id, TODAY).cases if c.report_id == first)
    assert (told.what, told.withdrawn_reason) == ("邻居打伤", "是邻居某某误伤")


def test_the_same_form_verified_again_raises_no_second_case(office: OfficeAtWork) -> None:
    office.child("一", concern_criteria=["abuse"], concern_listed=["yes"])
    (case,) = mandatory.open_cases(office.store, office.actor)
    mandatory.withdraw(*act(office), case.report_id, "勾错了，村里核实过")
    with office.store.session() as session:
        registration_id = next(r.registration_id for r in session.query(Concern) if r.registration_id)
    assert registration_id is not None
    verify.reopen(*act(office), registration_id, "再看")
    office.verified(office.sheets()[0])
    assert mandatory.open_cases(office.store, office.actor) == ()


def test_what_names_a_suspect_is_for_named_persons(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    child_id = office.child("一")
    _changes, report_id = mandatory.raise_case(*act(office), child_id, "harm", "邻居某某", names_suspect=True)
    with office.store.session() as session:
        row = session.get_one(MandatoryReport, report_id)
        assert (row.situation, row.what) == ("", "")
        assert "邻居某某".encode() not in (row.sealed or b"")
    (case,) = mandatory.open_cases(office.store, office.actor)
    assert (case.what, case.hidden) == ("邻居某某", False)
    monkeypatch.setattr(office.store, "open_sealed", lambda _content, _context: None)
    (case,) = mandatory.open_cases(office.store, office.actor)
    assert (case.hidden, case.situation, case.what) == (True, "", "（由专人掌握）")
    with pytest.raises(NotAllowed):
        mandatory.record_report(*act(office), report_id, Reported("派出所", "李四", case.raised_at))
    monkeypatch.undo()
    mandatory.record_report(*act(office), report_id, Reported("派出所", "李四", case.raised_at))
    with office.store.session() as session:
        row = session.get_one(MandatoryReport, report_id)
        assert (row.state, row.reported_to, row.names_suspect) == (ReportState.REPORTED, "", True)


def test_what_is_found_on_a_visit_is_raised(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    visited = visits.Visited(TODAY, "李四", "risk", findings={"concern_criteria": ["absent"]})
    visits.record(*act(office), child_id, visited)
    (case,) = mandatory.open_cases(office.store, office.actor)
    assert case.situation == "unguarded"

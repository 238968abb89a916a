"""Visits: planned by the rule, moved by a person within it, recorded with findings; the log is only added to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from forms.kinds import JsonValue
from records.tables import Child, Concern, Visit, WorkLogEntry
from records.views_care import VisitState
from tests.workflow.conftest import OfficeAtWork
from workflow import concerns, settings, verify, visit_plan, visits
from workflow.errors import BadValue, NotAllowed, NotFound
from workflow.visits import Visited

TODAY = date(2026, 10, 12)


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def planned(office: OfficeAtWork) -> dict[str, tuple[str, date | None]]:
    """child -> level and day of the planned visit, of which there is one."""
    with office.store.session() as session:
        rows = list(session.scalars(select(Visit).where(Visit.state == VisitState.PLANNED)))
    assert len({row.child_id for row in rows}) == len(rows)
    return {row.child_id: (row.level, row.due_on) for row in rows}


@pytest.mark.parametrize(
    ("stated", "level", "due"),
    [
        (["good"], "good", date(2027, 1, 12)),
        (["fair"], "fair", date(2026, 11, 12)),
        (["risk"], "risk", date(2026, 10, 27)),
    ],
)
def test_verified_it_is_planned_by_the_notice(office: OfficeAtWork, stated: list[str], level: str, due: date) -> None:
    child_id = office.child("一", guardianship_state=stated)
    assert planned(office) == {child_id: (level, due)}


def test_key_concern_brings_it_forward_and_its_end_back(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    concerns.add(*act(office), child_id, "ill", why="确诊", since=TODAY)
    assert planned(office) == {child_id: ("risk", date(2026, 10, 27))}
    with office.store.session() as session:
        view = concerns.view(office.store, session, session.scalars(select(Concern)).one())
    concerns.end(*act(office), view.concern_id, until=TODAY, reason="痊愈")
    assert planned(office) == {child_id: ("good", date(2027, 1, 12))}


def test_the_first_interval_of_a_key_concern_begins_when_a_person_confirmed_it(office: OfficeAtWork) -> None:
    """Not with a form that was filled in months before: its child would be overdue at once."""
    child_id = office.child("一", form_date="2026-08-03")
    concerns.add(*act(office), child_id, "ill", why="确诊", since=date(2026, 8, 3))
    assert planned(office) == {child_id: ("risk", date(2026, 10, 27))}


def test_a_visit_plans_the_next_by_what_was_found(office: OfficeAtWork) -> None:
    child_id = office.child("一", form_date="2026-07-01")
    assert [row.overdue_days for row in visits.due(office.store, office.actor, TODAY)] == [11]
    visits.record(*act(office), child_id, Visited(TODAY, "李四", "fair", note="搬了家"))
    assert planned(office) == {child_id: ("fair", date(2026, 11, 12))}
    assert visits.due(office.store, office.actor, TODAY) == ()
    (row,) = visits.due(office.store, office.actor, TODAY, ahead_days=31)
    assert (row.overdue_days, row.last_visit, row.level_label) == (0, TODAY, "一般")
    assert "*" in row.id_number_masked
    # an older visit recorded late doesn't move the next one
    visits.record(*act(office), child_id, Visited(date(2026, 9, 1), "李四", "good"))
    assert planned(office) == {child_id: ("fair", date(2026, 11, 12))}
    assert [v.state for v in visits.visits(office.store, office.actor, child_id)] == ["planned", "done", "done"]


def test_a_person_plans_within_the_rule(office: OfficeAtWork) -> None:
    child_id = office.child("一", form_date="2026-09-30")  # due on 30 December
    for day in (date(2026, 10, 11), date(2026, 12, 31)):
        with pytest.raises(BadValue):
            visits.plan(*act(office), child_id, day)
    visits.plan(*act(office), child_id, date(2026, 11, 2), visitor="李四")
    office.child("二", form_date="2026-10-01")  # the rule's day moves, the person's stays
    assert planned(office) == {child_id: ("good", date(2026, 11, 2))}
    visits.record(*act(office), child_id, Visited(TODAY, "李四", "good"))
    assert planned(office) == {child_id: ("good", date(2027, 1, 12))}


def test_findings_are_words_and_the_extra_sensitive_ones_sealed(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    child_id = office.child("一")
    findings: dict[str, JsonValue] = {"support_needs": "缺校服", "health_illness": "哮喘", "school_state": ["primary"]}
    visits.record(*act(office), child_id, Visited(TODAY, "李四", "good", findings=findings))
    with office.store.session() as session:
        (row,) = session.scalars(select(Visit).where(Visit.state == VisitState.DONE))
        assert row.findings == {"support_needs": "缺校服", "school_state": ["primary"]}
        assert "哮喘".encode() not in (row.sealed or b"")

    def texts() -> dict[str, str]:
        done = visits.visits(office.store, office.actor, child_id)[1]
        return {finding.label: finding.text for finding in done.findings}

    assert texts() == {"就学情况": "小学", "患病名称": "哮喘", "困难诉求": "缺校服"}
    monkeypatch.setattr(office.store, "open_sealed", lambda _content, _context: None)
    assert texts() == {"就学情况": "小学", "困难诉求": "缺校服"}
    assert visits.visits(office.store, office.actor, child_id)[1].hidden_findings


@pytest.mark.parametrize(
    "wrong",
    [
        Visited(date(2026, 10, 13), "李四", "good"),
        Visited(TODAY, "  ", "good"),
        Visited(TODAY, "李四", "excellent"),
        Visited(TODAY, "李四", "good", method="drone"),
        Visited(TODAY, "李四", "good", findings={"no_such_key": "1"}),
        Visited(TODAY, "李四", "good", findings={"school_state": ["no_such_code"]}),
        Visited(TODAY, "李四", "good", findings={"form_date": "2026-13-01"}),
    ],
)
def test_what_does_not_fit_is_refused_and_the_plan_stays(office: OfficeAtWork, wrong: Visited) -> None:
    child_id = office.child("一")
    before = planned(office)
    with pytest.raises(BadValue):
        visits.record(*act(office), child_id, wrong)
    assert planned(office) == before


def test_other_intervals_plan_anew_what_the_rule_planned(office: OfficeAtWork) -> None:
    child_id = office.child("一", guardianship_state=["risk"])
    settings.change_setting(*act(office), "visit_risk_days", 7)
    assert planned(office) == {child_id: ("risk", date(2026, 10, 19))}
    with pytest.raises(BadValue):
        settings.change_setting(*act(office), "visit_risk_days", 0)


def test_planned_anew_all_at_once_as_one_by_one(office: OfficeAtWork) -> None:
    """Never visited, visited, of key concern, and a day that a person chose: there and back it is what it was."""
    never = office.child("一", guardianship_state=["good"])
    second: dict[str, JsonValue] = {"child_id_number": "22028420180101004X", "child_sex": ["2"]}
    visited = office.child("二", None, **second, child_name="王一", guardianship_state=["risk"], form_date="2026-09-20")
    visits.record(*act(office), visited, Visited(date(2026, 10, 1), "李四", "good"))
    chosen = office.child("三", child_name="王二", child_id_number=None)
    visits.plan(*act(office), chosen, date(2026, 10, 20))
    concerns.add(*act(office), never, "ill", why="确诊", since=TODAY)
    before = planned(office)
    assert len(before) == 3
    settings.change_setting(*act(office), "visit_risk_days", 7)
    settings.change_setting(*act(office), "visit_good_months", 1)
    after = planned(office)
    assert after == {
        never: ("risk", date(2026, 10, 19)),
        visited: ("good", date(2026, 11, 1)),
        chosen: (before[chosen][0], date(2026, 10, 20)),
    }
    for child_id in after:
        with office.store.transaction() as session:
            child = session.get_one(Child, child_id)
            visit_plan.plan_next(office.store, session, office.clock(), child, settings.intervals(session))
    assert planned(office) == after
    settings.change_setting(*act(office), "visit_risk_days", 15)
    settings.change_setting(*act(office), "visit_good_months", 3)
    assert planned(office) == before


def test_the_plan_outlives_reopening(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    before = planned(office)
    with office.store.session() as session:
        registration_id = session.get_one(Child, child_id).current_registration_id or ""
    verify.reopen(*act(office), registration_id, "再看")
    assert planned(office) == before


# -- the work log -----------------------------------------------------------------------------------------------------


def test_a_mistake_in_the_log_is_corrected_by_another_line(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    _, first = visits.write_log(*act(office), TODAY, "联系学校", child_id=child_id)
    visits.write_log(*act(office), TODAY, "联系学校和卫生院", corrects=first)
    visits.write_log(*act(office), TODAY, "参加培训")
    own = visits.work_log(office.store, office.actor, child_id=child_id)
    assert [(line.text, line.corrected, line.child_name) for line in own] == [
        ("联系学校", True, "欧阳雪"),
        ("联系学校和卫生院", False, "欧阳雪"),
    ]
    assert len(visits.work_log(office.store, office.actor, since=TODAY, until=TODAY)) == 3
    with pytest.raises(NotFound):
        visits.write_log(*act(office), TODAY, "什么", corrects="nothing")
    with pytest.raises(BadValue):
        visits.write_log(*act(office), TODAY, "  ")


def test_a_line_for_named_persons(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    _, entry_id = visits.write_log(*act(office), TODAY, "涉及某某", for_named_persons=True)
    with office.store.session() as session:
        assert session.get_one(WorkLogEntry, entry_id).text == ""
    assert visits.work_log(office.store, office.actor)[0].text == "涉及某某"
    monkeypatch.setattr(office.store, "open_sealed", lambda _content, _context: None)
    assert visits.work_log(office.store, office.actor)[0].text == "（由专人掌握）"
    with pytest.raises(NotAllowed):
        visits.write_log(*act(office), TODAY, "改", corrects=entry_id)

"""Visit records, work logs and cards become entries and lie with the child's papers; nothing doubtful slips in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from records.tables import Child, MandatoryReport, Page, Visit
from records.views import PageState
from records.views_care import PaperView, ReportState, VisitState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import visit_record, work_log
from workflow import arranging, child_page, dossiers, mandatory, placing, visits
from workflow.check import check
from workflow.errors import BadValue, NotFinished, NotFound, WrongState
from workflow.placing import LogLine

TODAY = date(2026, 10, 12)


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def paper(office: OfficeAtWork, name: str, page: dict[str, Any]) -> PaperView:
    office.deliver(f"{name}.jpg", page)
    office.read()
    return placing.waiting(office.store, office.actor)[-1]


def test_a_visit_record_becomes_a_visit_with_its_page(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    found = paper(office, "走访", visit_record("V", support_needs="缺校服", visit_next_date="2026-11-01"))
    assert (found.purpose, [c.child_id for c in found.children]) == ("visit", [child_id])
    placing.record_visit_form(*act(office), found.page_id, child_id, {})
    planned, done = visits.visits(office.store, office.actor, child_id)
    assert (done.done_on, done.visitor, done.level_label, done.page_id) == (
        date(2026, 10, 9),
        "林晓",
        "一般",
        found.page_id,
    )
    assert ("困难诉求", "缺校服") in {(f.label, f.text) for f in done.findings}
    assert (planned.due_on, planned.planned_by_person) == (date(2026, 11, 1), True)
    with office.store.session() as session:
        page = session.get_one(Page, found.page_id)
        assert page.state is PageState.PLACED
        assert page.sheet is not None
        number = page.sheet.item.archive_number if page.sheet.item is not None else ""
    shown = child_page.child_page(office.store, office.actor, child_id, TODAY)
    assert number in {sheet.archive_number for sheet in shown.sheets}
    assert placing.waiting(office.store, office.actor) == ()
    with pytest.raises(WrongState):
        placing.record_visit_form(*act(office), found.page_id, child_id, {})
    with pytest.raises(WrongState):
        arranging.aside(*act(office), [found.page_id])
    assert check(office.store, office.actor) == ()


def test_what_is_doubtful_must_be_looked_at(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    found = paper(office, "走访", visit_record("V", ["visit_date", "visitor_name_1"]))
    with pytest.raises(NotFinished) as told:
        placing.record_visit_form(*act(office), found.page_id, child_id, {"visit_date": "2026-10-08"})
    assert told.value.keys == ("visitor_name_1",)
    for wrong in ({"visit_date": None}, {"visit_date": "2027-01-01"}, {"visit_date": "2026-10-08", "no_such_key": "1"}):
        with pytest.raises(BadValue):
            placing.record_visit_form(*act(office), found.page_id, child_id, {"visitor_name_1": "李四", **wrong})
    with office.store.session() as session:
        assert session.scalars(select(Visit).where(Visit.state == VisitState.DONE)).all() == []
    placing.record_visit_form(
        *act(office), found.page_id, child_id, {"visit_date": "2026-10-08", "visitor_name_1": "李四"}
    )
    done = visits.visits(office.store, office.actor, child_id)[1]
    assert (done.done_on, done.visitor) == (date(2026, 10, 8), "李四")


def test_a_case_found_and_reported_on_the_record(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    told = {
        "report_date": "2026-10-09",
        "report_time": "14时30分",
        "report_police": "黄松甸派出所",
        "report_person": "林晓",
    }
    found = paper(office, "走访", visit_record("V", report_cases=["harm"], **told))
    placing.record_visit_form(*act(office), found.page_id, child_id, {})
    assert mandatory.open_cases(office.store, office.actor) == ()
    (case,) = child_page.child_page(office.store, office.actor, child_id, TODAY).cases
    assert (case.state, case.reported_to, case.reported_by) == (ReportState.REPORTED, "黄松甸派出所", "林晓")
    assert case.reported_at is not None
    assert case.reported_at.isoformat() == "2026-10-09T06:30:00+00:00"
    again = paper(office, "二", visit_record("W", report_cases=["violence"], visit_date="2026-10-10"))
    placing.record_visit_form(*act(office), again.page_id, child_id, {})
    assert [c.situation for c in mandatory.open_cases(office.store, office.actor)] == ["violence"]
    with office.store.session() as session:
        assert len(session.scalars(select(MandatoryReport)).all()) == 2


def test_the_sheet_lies_in_the_dossier_where_there_is_one(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    dossiers.open_dossier(*act(office), child_id)
    found = paper(office, "走访", visit_record("V"))
    placing.record_visit_form(*act(office), found.page_id, child_id, {})
    view = child_page.child_page(office.store, office.actor, child_id, TODAY).dossier
    assert view is not None
    assert [(i.position, i.page_ids) for i in view.items] == [(1, (found.page_id,))]
    assert view.items[0].title == found.form_title


def test_a_work_log_becomes_lines(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    found = paper(office, "日志", work_log(log_keeper="林晓", log_date_1="2026-10-08", log_content_1="联系学校"))
    assert found.purpose == "work_log"
    lines = [LogLine(date(2026, 10, 8), "联系学校", child_id), LogLine(date(2026, 10, 9), "参加培训")]
    for wrong in ([], [LogLine(date(2027, 1, 1), "将来")], [*lines, LogLine(TODAY, " ")]):
        with pytest.raises(BadValue):
            placing.record_log_form(*act(office), found.page_id, wrong)
    assert visits.work_log(office.store, office.actor) == ()
    with pytest.raises(WrongState):
        placing.record_visit_form(*act(office), found.page_id, child_id, {})
    placing.record_log_form(*act(office), found.page_id, lines)
    assert [line.text for line in visits.work_log(office.store, office.actor)] == ["联系学校", "参加培训"]
    assert [line.text for line in visits.work_log(office.store, office.actor, child_id=child_id)] == ["联系学校"]
    assert placing.waiting(office.store, office.actor) == ()


def test_a_card_goes_into_the_dossier_as_one_sheet(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    sides: list[dict[str, Any]] = [
        {"form": "jl-special-care-card", "form_page": n, "serial": "C", "values": {}, "doubtful": []} for n in (1, 2)
    ]
    office.deliver("卡.tif", *sides)
    office.read()
    front, back = (view.page_id for view in placing.waiting(office.store, office.actor))
    with pytest.raises(WrongState):
        placing.file_card(*act(office), [front, back], child_id)
    dossiers.open_dossier(*act(office), child_id)
    with pytest.raises(BadValue):
        placing.file_card(*act(office), [front, front], child_id)
    placing.file_card(*act(office), [back, front], child_id)
    view = child_page.child_page(office.store, office.actor, child_id, TODAY).dossier
    assert view is not None
    assert [i.page_ids for i in view.items] == [(front, back)]
    assert check(office.store, office.actor) == ()


def test_another_township_sees_and_places_nothing(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    found = paper(office, "走访", visit_record("V"))
    stranger = replace(office.actor, division="220281105")
    assert placing.waiting(office.store, stranger) == ()
    with pytest.raises(NotFound):
        placing.record_visit_form(office.store, stranger, office.clock(), found.page_id, child_id, {})
    with office.store.session() as session:
        assert session.get_one(Child, child_id).name == "欧阳雪"

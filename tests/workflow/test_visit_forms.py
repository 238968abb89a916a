"""Visit forms with the child's name on them: by village, nothing judged in the margin, back at the right child."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from forms.prefill import is_prefilled
from records.tables import PrintedForm
from records.views import PageState
from records.views_care import VisitState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, visit_record
from workflow import duplicates, moves, placing, prefilled, visit_forms, visits
from workflow.errors import BadValue, NotFound, NotWritten

SECOND: dict[str, Any] = {
    "child_name": "欧阳雨",
    "child_id_number": None,
    "child_birth_date": "2020-01-01",
    "child_residence": {"division": "220281104200", "detail": "一组"},
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def printed(office: OfficeAtWork) -> list[PrintedForm]:
    with office.store.session() as session:
        return list(session.scalars(select(PrintedForm).order_by(PrintedForm.id)))


def pages_of(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def visited(office: OfficeAtWork, child_id: str) -> None:
    findings: dict[str, Any] = {
        "support_needs": "缺冬衣",
        "visit_action": "已联系学校",
        "visit_care": "父母不和",
        "child_mind": ["fair"],
        "child_mind_note": "沉默",
    }
    told = visits.Visited(date(2026, 8, 3), "林晓", "risk", findings=findings, note="邻居有话说")
    visits.record(*act(office), child_id, told)


def test_one_each_by_village_with_where_to_go_and_what_was_found(office: OfficeAtWork) -> None:
    in_village = office.child("二", **SECOND)
    in_town = office.child("一", form_date="2026-07-01")
    visited(office, in_town)
    out = office.folder / "走访表.pdf"
    done = visit_forms.print_visit_forms(*act(office), out, [in_village, in_town, in_village])
    assert (done.copies, done.pending) == (2, 0)
    first, second = pages_of(out)
    assert "欧阳雪" in first, "the town itself comes before its villages"
    told = ("黄松甸镇人民政府", "河沿街3号", "林雾凇13904320001", "2026年8月3日", "缺冬衣", "已联系学校")
    for part in ("220284201801010023", *told):
        assert part in first, part
    for part in ("父母不和", "沉默", "邻居有话说"):
        assert part not in first, part
    assert "欧阳雨" in second
    assert "没有走访过" in second
    assert "一组" in second
    rows = printed(office)
    assert {row.child_id for row in rows} == {in_village, in_town}
    assert all(is_prefilled(row.serial) and row.round_id is None for row in rows)
    assert {row.serial for row in rows} == set(prefilled_known(office))


def prefilled_known(office: OfficeAtWork) -> dict[str, Any]:
    with office.store.session() as session:
        return prefilled.printed_by_serial(office.store, session)


def test_it_comes_back_to_its_child_whatever_the_name_reads_like(office: OfficeAtWork) -> None:
    child = office.child("一")
    office.child("二", **SECOND)
    visit_forms.print_visit_forms(*act(office), office.folder / "走访表.pdf", [child])
    (row,) = printed(office)
    assert prefilled_known(office)[row.serial]["child_name"] == "欧阳雪"
    office.deliver("回.tif", visit_record(row.serial, child_name="欧阳雨", child_id_number=None))
    office.read()
    (paper,) = placing.waiting(office.store, office.actor)
    (guess,) = paper.children
    assert (guess.child_id, guess.printed_for) == (child, True)
    placing.record_visit_form(*act(office), paper.page_id, guess.child_id, {})
    done = [v for v in visits.visits(office.store, office.actor, child) if v.state is VisitState.DONE]
    assert [v.done_on for v in done] == [date(2026, 10, 9)]
    assert prefilled_known(office) == {}, "it is back"


def test_another_number_written_over_it_is_offered_too(office: OfficeAtWork) -> None:
    child, other = office.child("一"), office.child("二", **{**SECOND, "child_id_number": "22028420200101002X"})
    visit_forms.print_visit_forms(*act(office), office.folder / "走访表.pdf", [other])
    (row,) = printed(office)
    office.deliver("回.tif", visit_record(row.serial))
    office.read()
    (paper,) = placing.waiting(office.store, office.actor)
    assert [(g.child_id, g.printed_for) for g in paper.children] == [(other, True), (child, False)]
    assert next(field.value for field in paper.fields if field.key == "child_id_number") == CHILD["child_id_number"]


def test_merged_in_between_it_comes_back_to_who_is_left(office: OfficeAtWork) -> None:
    gone, kept = office.child("二", **SECOND), office.child("一")
    visit_forms.print_visit_forms(*act(office), office.folder / "走访表.pdf", [gone])
    (row,) = printed(office)
    duplicates.merge(*act(office), kept, gone, "同一个孩子")
    office.deliver("回.tif", visit_record(row.serial, child_name="欧阳雨", child_id_number=None))
    office.read()
    (paper,) = placing.waiting(office.store, office.actor)
    assert [g.child_id for g in paper.children] == [kept]


def test_nobody_no_folder_and_nobody_elses(office: OfficeAtWork) -> None:
    out = office.folder / "走访表.pdf"
    with pytest.raises(BadValue, match="没有要走访的"):
        visit_forms.print_visit_forms(*act(office), out, [])
    child = office.child("一")
    with pytest.raises(NotWritten):
        visit_forms.print_visit_forms(*act(office), office.folder / "没有" / "走访表.pdf", [child])
    assert printed(office) == [], "what was not written is not out"
    with pytest.raises(NotFound):
        visit_forms.print_visit_forms(*act(office), out, [child, "nobody"])
    moves.exit_child(*act(office), child, "moved", date(2026, 10, 12))
    with pytest.raises(BadValue):
        visit_forms.print_visit_forms(*act(office), out, [child])
    assert not out.exists()
    assert visits.due(office.store, office.actor, date(2027, 6, 1)) == ()
    assert {page.state for page in pages(office)} == {PageState.PLACED}


def pages(office: OfficeAtWork) -> list[Any]:
    from records.tables import Page

    with office.store.session() as session:
        return list(session.scalars(select(Page)))

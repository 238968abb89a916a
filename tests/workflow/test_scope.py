"""A town's people see and touch their town's papers only, by lists, searches, exports, in bulk and by id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.gazetteer import lies_within, scope_of
from forms.kinds import JsonValue
from records.views import Actor, AnswerState, Role
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front, scan
from workflow import (
    arranging,
    children,
    cross_reference,
    draft_workbook,
    entry_sheets,
    finding,
    intake,
    report,
    unmask,
    verify,
    visits,
)
from workflow.errors import NotFound, WrongState
from workflow.matching import place_name

OWN, OTHER, COUNTY, VILLAGE = "220281104", "220281105", "220281", "220281104200"
ACROSS = "欧阳海"


@dataclass
class Papers:
    """What the own town has: a verified registration in a written batch, a draft, a source, a page, a child."""

    office: OfficeAtWork
    source: str
    page: str
    verified: str
    draft: str
    child: str
    batch: str
    row: str
    number: str


@pytest.fixture
def papers(office: OfficeAtWork) -> Papers:
    one = office.deliver("一.tif", front("S1"), back("S1"))
    office.deliver("二.tif", front("S2", child_id_number="220284201801010103"), back("S2"))
    office.read()
    assert isinstance(one, intake.Taken)
    sheets = office.sheets()
    done = office.verified(sheets[0])
    where = (office.store, office.actor)
    _, batch_id = report.new_batch(*where, office.clock(), "批次", [sheets[0].registration_id])
    report.freeze(*where, office.clock(), batch_id)
    report.write(*where, office.clock(), batch_id, office.folder / "批次.xlsx")
    row = report.batch(*where, batch_id).rows[0]
    return Papers(
        office,
        one.source_id,
        sheets[1].pages[0].page_id,
        sheets[0].registration_id,
        sheets[1].registration_id,
        done.child_id,
        batch_id,
        row.row_id,
        sheets[0].place.archive_number,
    )


def stranger(papers: Papers, division: str = OTHER, role: Role = Role.ADMINISTRATOR) -> Actor:
    return replace(papers.office.actor, division=division, role=role)


BY_ID: dict[str, Callable[[Papers, Actor], object]] = {
    "sheet": lambda p, a: verify.sheet(p.office.store, a, p.draft),
    "verified sheet": lambda p, a: verify.sheet(p.office.store, a, p.verified),
    "page": lambda p, a: verify.page_image(p.office.store, a, p.page),
    "confirm": lambda p, a: verify.confirm(p.office.store, a, p.office.clock(), p.draft, "child_name", ACROSS),
    "mark": lambda p, a: verify.mark(p.office.store, a, p.office.clock(), p.draft, "child_name", AnswerState.ASK),
    "undo": lambda p, a: verify.undo(p.office.store, a, p.office.clock(), p.draft),
    "finish": lambda p, a: verify.finish(p.office.store, a, p.office.clock(), p.draft),
    "reopen": lambda p, a: verify.reopen(p.office.store, a, p.office.clock(), p.verified, "看看"),
    "set aside": lambda p, a: arranging.aside(p.office.store, a, p.office.clock(), [p.page]),
    "bring back": lambda p, a: intake.bring_back(p.office.store, a, p.office.clock(), p.page),
    "retry": lambda p, a: intake.retry(p.office.store, a, p.office.clock(), p.page),
    "retry source": lambda p, a: intake.retry_source(p.office.store, a, p.office.clock(), p.source),
    "password": lambda p, a: intake.supply_password(p.office.store, a, p.office.clock(), p.source, "x"),
    "places": lambda p, a: cross_reference.sheet_places(p.office.store, a, p.child),
    "set location": lambda p, a: cross_reference.set_location(
        p.office.store, a, p.office.clock(), [p.draft, p.verified], cross_reference.Place(box="1")
    ),
    "batch": lambda p, a: report.batch(p.office.store, a, p.batch),
    "freeze": lambda p, a: report.freeze(p.office.store, a, p.office.clock(), p.batch),
    "write": lambda p, a: report.write(p.office.store, a, p.office.clock(), p.batch, p.office.folder / "偷.xlsx"),
    "entry sheets": lambda p, a: entry_sheets.write(
        p.office.store, a, p.office.clock(), p.batch, p.office.folder / "偷.docx"
    ),
    "outcome": lambda p, a: report.record_outcome(p.office.store, a, p.office.clock(), p.row, True),
}


@pytest.mark.parametrize("name", BY_ID)
def test_by_id_it_is_not_there(papers: Papers, name: str) -> None:
    told = set()
    for division in (OTHER, VILLAGE, "220282", "130000"):
        with pytest.raises(NotFound) as refused:
            BY_ID[name](papers, stranger(papers, division))
        told.add(refused.value.sentence)
    with pytest.raises(NotFound) as unknown:  # an id that never was is answered alike
        BY_ID[name](
            replace(papers, source="x", page="x", verified="x", draft="y", child="x", batch="x", row="x"),
            papers.office.actor,
        )
    assert told == {unknown.value.sentence}
    assert not list(papers.office.folder.glob("偷*"))


def test_lists_searches_and_exports_hold_the_own_only(papers: Papers, tmp_path: Path) -> None:
    office = papers.office
    for division, sees in ((OWN, True), (COUNTY, True), (OTHER, False), (VILLAGE, False), ("", False)):
        where = (office.store, stranger(papers, division))
        inbox = intake.inbox(*where)
        assert bool(inbox.sources) is sees
        assert (inbox.drafts > 0, inbox.clear_scans > 0) == (sees, sees)
        assert bool(verify.drafts(*where)) is sees
        for search in ("", "欧阳", "oyx", "ouyang", "220284201801010023", papers.number):
            assert bool(children.children(*where, search=search)) is sees, search
        assert bool(unmask.id_numbers(*where, [papers.child])) is sees
        assert bool(report.batches(*where)) is sees
        out = tmp_path / f"草稿 {division}.xlsx"
        draft = draft_workbook.write_draft(*where, office.clock(), [papers.source], out)
        assert (draft.registrations, draft.pages) == ((1, 2) if sees else (0, 0))


def test_no_batch_of_what_belongs_to_others(papers: Papers) -> None:
    office = papers.office
    reported = papers.verified
    report.record_outcome(office.store, office.actor, office.clock(), papers.row, False, reason="再报")
    assert [row.registration_id for row in report.candidates(office.store, office.actor)] == [reported]
    other = stranger(papers)
    assert report.candidates(office.store, other) == ()
    with pytest.raises(WrongState):
        report.new_batch(office.store, other, office.clock(), "别镇的", [reported])


def test_bulk_with_one_that_is_not_ones_own_changes_nothing(papers: Papers) -> None:
    office = papers.office
    taken = intake.take_in(office.store, stranger(papers), office.clock(), _scan(office))
    assert isinstance(taken, intake.Taken)
    office.read()
    theirs = verify.drafts(office.store, stranger(papers))
    assert len(theirs) == 1  # the form says another town: the paper stays with those who hold it
    with pytest.raises(NotFound, match="一份都没有改"):
        cross_reference.set_location(
            office.store,
            stranger(papers),
            office.clock(),
            [theirs[0].registration_id, papers.draft],
            cross_reference.Place(box="9"),
        )
    assert verify.sheet(office.store, stranger(papers), theirs[0].registration_id).place.location == ""


def _scan(office: OfficeAtWork) -> Path:
    path = office.folder / "三.tif"
    path.write_bytes(scan(front("S3", child_id_number="220284201801010285"), back("S3")))
    return path


def test_the_county_takes_in_and_the_towns_verify(papers: Papers) -> None:
    office = papers.office
    county = stranger(papers, COUNTY)
    residence: dict[str, str | None] = {"division": OTHER, "detail": "1号"}
    path = office.folder / "县.tif"
    path.write_bytes(scan(front("S4", child_residence=residence, child_id_number="220284201801010365"), back("S4")))
    intake.take_in(office.store, county, office.clock(), path)
    office.read()
    drafts = verify.drafts(office.store, stranger(papers))
    assert len(drafts) == 1
    where = (office.store, stranger(papers), office.clock(), drafts[0].registration_id)
    # the town finds that the child lives elsewhere: it goes back to those who know
    verify.confirm(*where, "child_residence", {"division": OWN, "detail": "1号"})
    with pytest.raises(NotFound):
        verify.confirm(*where, "child_name", "欧阳雪")
    assert len(verify.drafts(office.store, office.actor)) == 2


def test_a_helper_sees_what_is_to_be_verified_and_no_more(papers: Papers) -> None:
    helper = stranger(papers, OWN, Role.HELPER)
    store = papers.office.store
    assert verify.sheet(store, helper, papers.draft).registration_id == papers.draft
    verify.page_image(store, helper, papers.page)
    with pytest.raises(NotFound):
        verify.sheet(store, helper, papers.verified)
    assert finding.find(store, helper, papers.number) == ()


CODES = st.sampled_from(["220000", "220200", COUNTY, OWN, OTHER, VILLAGE, "222400", "222401", "220281104000", "110000"])


@given(CODES, CODES, CODES)
def test_scopes_are_a_tree(a: str, b: str, c: str) -> None:
    assert lies_within(a, a)
    if lies_within(a, b) and lies_within(b, c):
        assert lies_within(a, c)
    if lies_within(a, b) and lies_within(b, a):
        assert scope_of(a) == scope_of(b)
    assert not lies_within(a, "")
    assert lies_within(VILLAGE, "220000")
    assert not lies_within("220000", VILLAGE)


# -- what is about nobody in particular -------------------------------------------------------------------------------


def test_a_line_of_the_work_log_about_nobody_lies_where_its_writer_is_at_work(office: OfficeAtWork) -> None:
    """It may tell of several children all the same."""
    store, actor, today = office.store, office.actor, office.clock().date()
    _, line = visits.write_log(store, actor, office.clock(), today, "到河沿村走访了三户")
    other, county = replace(actor, division=OTHER), replace(actor, division=COUNTY)
    assert [entry.entry_id for entry in visits.work_log(store, actor)] == [line]
    assert [entry.entry_id for entry in visits.work_log(store, county)] == [line]
    assert visits.work_log(store, other) == ()
    with pytest.raises(NotFound):
        visits.write_log(store, other, office.clock(), today, "是四户", corrects=line)
    visits.write_log(store, county, office.clock(), today, "是四户", corrects=line)


def test_of_a_namesake_elsewhere_only_the_township_is_said(office: OfficeAtWork) -> None:
    village: JsonValue = {"division": VILLAGE, "detail": "3组9号"}
    office.child("一", child_id_number=None, child_registered=["no"], child_residence=village)
    there = replace(office.actor, division=OTHER)
    home: JsonValue = {"division": OTHER, "detail": "2号"}
    path = office.folder / "二.tif"
    moved: dict[str, JsonValue] = {
        "child_id_number": None, "child_registered": ["no"], "child_residence": home, "form_division": OTHER,
    }  # fmt: skip
    path.write_bytes(scan(front("二", (), **moved), back("二")))
    intake.take_in(office.store, there, office.clock(), path)
    office.read()
    (draft,) = verify.drafts(office.store, there)
    for item in verify.sheet(office.store, there, draft.registration_id).items:
        if item.shown:
            verify.confirm(office.store, there, office.clock(), draft.registration_id, item.key, item.value)
    asked = verify.finish(office.store, there, office.clock(), draft.registration_id)
    assert isinstance(asked, verify.AskSameChild)
    (candidate,) = asked.candidates
    assert (candidate.residence, candidate.id_number_masked, candidate.archive_number) == (place_name(OWN), "", "")

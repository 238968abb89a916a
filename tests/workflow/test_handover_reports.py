"""Between offices: that a registration was reported and what came back, what two persons agreed upon, papers behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from records import handover_rows, handover_sealing
from records.errors import PackageRefused
from records.tables import User
from records.views import Actor, BatchRowState, Role
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, back, front, unknown
from tests.workflow.test_erasing_whole import ask, colleague, everywhere
from tests.workflow.two_offices import Two, rows, two
from workflow import (
    arranging,
    child_page,
    children,
    erasing,
    handover_in,
    intake,
    report,
    second_entry,
    settings,
    verify,
)
from workflow.check import check
from workflow.errors import WrongState

__all__ = ["two"]
SECOND: dict[str, Any] = {"child_name": "王一", "child_id_number": None, "child_registered": ["no"]}
REPORTS = "SELECT batch_number, state, system_number, returned_reason FROM reports_elsewhere ORDER BY 1, 2"


def at(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def reported(office: OfficeAtWork, *names: str) -> tuple[str, list[str]]:
    """A written batch of all that may be reported (of these names); its id and its rows'."""
    found = report.candidates(office.store, office.actor)
    ids = [row.registration_id for row in found if not names or row.name in names]
    _, batch = report.new_batch(*at(office), f"批 {len(ids)}", ids)
    report.freeze(*at(office), batch)
    report.write(*at(office), batch, office.store.data_dir.parent / f"{batch}.xlsx")
    return batch, [row.row_id for row in report.batch(office.store, office.actor, batch).rows]


def standing(office: OfficeAtWork) -> dict[str, str]:
    return {row.name: row.reporting for row in children.children(office.store, office.actor)}


def whole(two: Two) -> None:
    for office in (two.town, two.county):
        assert check(office.store, office.actor) == ()


# -- reports ----------------------------------------------------------------------------------------------------------


def test_the_county_sees_what_the_township_reported_and_the_answer(two: Two) -> None:
    town, county = two.town, two.county
    town.child("一")
    town.child("二", **SECOND)
    _, (first, second) = reported(town)
    path = two.make("一.tdhandover")
    seen = handover_in.preview(county.store, county.actor, path)
    assert seen.counts["report"] == 2
    two.take(path)
    two.take(path)
    assert rows(county, REPORTS) == [("2026-001", "sent", "", "")] * 2
    assert report.candidates(county.store, county.actor) == (), "nobody is reported twice"
    assert set(standing(county).values()) == {"已报送，等结果：黄松甸镇人民政府批次 2026-001"}
    report.record_outcome(*at(town), first, True, "QG-000123")
    report.record_outcome(*at(town), second, False, reason="学校不全")
    path = two.make("二.tdhandover")
    seen = handover_in.preview(county.store, county.actor, path)
    assert sorted((r.state, r.answer, r.twice) for r in seen.reports) == [
        (BatchRowState.ACCEPTED, "QG-000123", False), (BatchRowState.RETURNED, "学校不全", False),
    ]  # fmt: skip
    assert "registration" not in seen.counts, "the registrations themselves say the same as before"
    two.take(path)
    assert set(standing(county).values()) == {
        "已接收 QG-000123（黄松甸镇人民政府报送）", "被退回：学校不全（黄松甸镇人民政府报送）",
    }  # fmt: skip
    (told,) = report.elsewhere(county.store, county.actor)
    assert (told.office, told.number, told.rows, told.accepted, told.returned) == (
        "黄松甸镇人民政府", "2026-001", 2, 1, 1,
    )  # fmt: skip
    assert report.elsewhere(county.store, replace(county.actor, division="220281105")) == ()
    ((child,),) = rows(county, "SELECT id FROM children WHERE name = '欧阳雪'")
    page = child_page.child_page(county.store, county.actor, str(child), county.clock().date())
    assert [(b.office, b.number) for b in page.batches] == [("黄松甸镇人民政府", "2026-001")]
    assert rows(county, "SELECT count(*) FROM batches") == [(0,)], "the batch is and stays the township's"
    whole(two)


def test_what_the_county_reports_comes_back_to_its_owner(two: Two) -> None:
    town, county = two.town, two.county
    town.child("一")
    two.take(two.make("一.tdhandover"))
    _, (row,) = reported(county)
    report.record_outcome(*at(county), row, False, reason="照片不清")
    handover_in.take_in(*at(town), two.back("回.tdhandover"))
    assert rows(town, REPORTS) == [("2026-001", "returned", "", "照片不清")]
    assert standing(town) == {"欧阳雪": "被退回：照片不清（县民政局报送）"}
    assert len(report.candidates(town.store, town.actor)) == 1, "returned: it is to be reported again"
    whole(two)


def test_what_is_being_reported_elsewhere_is_neither_changed_nor_reported(two: Two) -> None:
    town, county = two.town, two.county
    town.child("一")
    two.take(two.make("一.tdhandover"))
    waiting = [row.registration_id for row in report.candidates(town.store, town.actor)]
    reported(county)
    handover_in.take_in(*at(town), two.back("回.tdhandover"))
    with pytest.raises(WrongState, match="重复报送"):
        report.new_batch(*at(town), "又一批", waiting)
    with pytest.raises(WrongState, match="报送批次"):
        verify.reopen(*at(town), waiting[0], "改")


def test_both_reported_before_they_knew_and_the_preview_says_so(two: Two) -> None:
    town, county = two.town, two.county
    town.child("一")
    two.take(two.make("一.tdhandover"))
    reported(county)
    reported(town)
    path = two.make("二.tdhandover")
    (told,) = handover_in.preview(county.store, county.actor, path).reports
    assert (told.title, told.twice) == ("欧阳雪", True)
    two.take(path)
    assert rows(county, REPORTS) == [("2026-001", "sent", "", "")], "it is a fact, and noted"
    whole(two)


def test_an_erased_child_leaves_the_reports_of_both(two: Two) -> None:
    town, county = two.town, two.county
    town.child("一")
    reported(town)
    two.take(two.make("一.tdhandover"))
    erasing.carry_out_erasure(town.store, colleague(town), town.clock(), ask(town, "一.tif"), everything=True)
    path = two.make("二.tdhandover")
    assert handover_in.preview(county.store, county.actor, path).counts["gone_report"] == 1
    two.take(path)
    assert rows(county, "SELECT count(*) FROM reports_elsewhere") == [(0,)]
    assert everywhere(county, str(CHILD["child_id_number"])) == set()
    whole(two)


@pytest.mark.parametrize("forged", ["own", "registration", "state"])
def test_nobody_reports_for_another_office(two: Two, forged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    town, county = two.town, two.county
    town.child("一")
    county.child("县", **SECOND)
    ((theirs,),) = rows(county, "SELECT id FROM registrations")
    reported(town)
    real = handover_rows.reports
    wrong = {"own": ("store_id", county.store.store_id), "state": ("state", "frozen")}
    name, value = wrong.get(forged, ("registration_id", "01a21d7d-0000-7000-8000-000000000000"))

    def other(*given: Any) -> Iterator[dict[str, Any]]:
        for document in real(*given):
            (row,) = document["rows"]["reports_elsewhere"]
            yield {**document, "rows": {"reports_elsewhere": [{**row, name: value}]}}

    monkeypatch.setattr(handover_rows, "reports", other)
    path = two.make("一.tdhandover")
    if forged == "registration":  # of something that is not here any more nothing is noted
        two.take(path)
        assert rows(county, REPORTS) == []
        return
    with pytest.raises(PackageRefused, match="整包没有接收"):
        two.take(path)
    assert rows(county, "SELECT id FROM registrations") == [(theirs,)]


# -- what two persons agreed upon -------------------------------------------------------------------------------------


def entered(two: Two, value: str) -> str:
    """The township enters the school twice; the registration."""
    town = two.town
    settings.change_setting(*at(town), "second_entry", "school_name")
    town.child("一")
    ((registration,),) = rows(town, "SELECT id FROM registrations")
    second_entry.enter(town.store, colleague(town, "li"), town.clock(), str(registration), "school_name", value)
    return str(registration)


ENTRIES = "SELECT key, value, agreed, resolved_at IS NOT NULL FROM second_entries"


def test_what_two_persons_agreed_upon_goes_along_and_counts(two: Two) -> None:
    county = two.county
    settings.change_setting(*at(county), "second_entry", "school_name")
    entered(two, str(CHILD["school_name"]))
    path = two.make("一.tdhandover")
    (row,) = handover_in.preview(county.store, county.actor, path).registrations
    assert row.agreed == 1
    two.take(path)
    before = rows(county, "SELECT * FROM second_entries")
    two.take(two.make("全.tdhandover", everything=True))
    assert rows(county, "SELECT * FROM second_entries") == before
    assert [e[0] for e in rows(county, ENTRIES)] == ["school_name"]
    assert second_entry.waiting(county.store, county.actor) == ()
    assert len(report.candidates(county.store, county.actor)) == 1
    (figures,) = second_entry.agreement_figures(county.store, county.actor)
    assert (figures.compared, figures.agreed) == (1, 1)
    whole(two)


def test_what_they_differ_about_stays_until_it_is_resolved(two: Two) -> None:
    town, county = two.town, two.county
    registration = entered(two, "中心校")
    two.take(two.make("一.tdhandover"))
    assert rows(county, ENTRIES) == []
    second_entry.resolve(
        town.store, colleague(town, "wu"), town.clock(), registration, "school_name", str(CHILD["school_name"])
    )
    two.take(two.make("二.tdhandover"))
    assert [entry[2:] for entry in rows(county, ENTRIES)] == [(0, 1)]
    whole(two)


def at_the_county(county: OfficeAtWork, name: str) -> Actor:
    with county.store.transaction() as session:
        row = User(
            id=county.store.new_id(), username=name, full_name=name, role=Role.REVIEWER,
            division=county.actor.division, created_at=county.clock(),
        )  # fmt: skip
        session.add(row)
        return replace(county.actor, user_id=row.id, username=name)


@pytest.mark.parametrize("same", [True, False])
def test_of_two_entries_the_settled_one_stands(two: Two, same: bool) -> None:
    """What two at the county agreed upon stays; what they don't agree upon gives way to what its owners settled."""
    county = two.county
    settings.change_setting(*at(county), "second_entry", "school_name")
    two.town.child("一")
    ((registration,),) = rows(two.town, "SELECT id FROM registrations")
    two.take(two.make("一.tdhandover"))
    value = str(CHILD["school_name"]) if same else "中心校"
    third = at_the_county(county, "zhao")
    second_entry.enter(county.store, third, county.clock(), str(registration), "school_name", value)
    town = two.town
    settings.change_setting(*at(town), "second_entry", "school_name")
    other = colleague(town, "li")
    second_entry.enter(town.store, other, town.clock(), str(registration), "school_name", str(CHILD["school_name"]))
    two.take(two.make("二.tdhandover"))
    (who,) = rows(county, "SELECT entered_by FROM second_entries")
    assert who == ((third if same else other).user_id,)
    assert len(report.candidates(county.store, county.actor)) == 1
    whole(two)


# -- papers behind the form -------------------------------------------------------------------------------------------


def with_papers(two: Two) -> tuple[str, str]:
    """A registration behind whose form a copy of the household book lies; its id and the paper's page."""
    town = two.town
    town.deliver("一.tif", front("S", child_phone="13904320009"), back("S"), unknown("户口簿", "户主"))
    town.read()
    (sheet,) = town.sheets()
    (source,) = intake.inbox(town.store, town.actor).sources
    page = source.pages[2].page_id
    arranging.put(*at(town), [page], sheet.registration_id)
    town.verified(sheet)
    return sheet.registration_id, page


BEHIND = (
    "SELECT p.id, i.registration_id, s.number FROM pages p JOIN sheets s ON s.id = p.sheet_id"
    " JOIN archive_items i ON i.id = s.item_id WHERE s.registration_id IS NULL"
)


def test_papers_behind_the_form_go_along_with_their_place_and_picture(two: Two) -> None:
    town, county = two.town, two.county
    registration, page = with_papers(two)
    path = two.make("一.tdhandover")
    (row,) = handover_in.preview(county.store, county.actor, path).registrations
    assert row.papers == 1
    two.take(path)
    two.take(path)
    two.take(two.make("全.tdhandover", everything=True))
    assert rows(county, BEHIND) == rows(town, BEHIND) == [(page, registration, 2)]
    picture = verify.page_image(county.store, county.actor, page)
    assert picture == verify.page_image(town.store, town.actor, page)
    whole(two)


def test_a_paper_that_was_taken_away_goes_at_the_partners_too(two: Two) -> None:
    town, county = two.town, two.county
    _, page = with_papers(two)
    two.take(two.make("一.tdhandover"))
    erasure = erasing.request_erasure(*at(town), [page], "不是这家的户口簿")
    erasing.carry_out_erasure(town.store, colleague(town), town.clock(), erasure, everything=True)
    two.take(two.make("二.tdhandover"))
    assert rows(county, BEHIND) == []
    assert rows(county, f"SELECT view_id FROM pages WHERE id = '{page}'") == [(None,)]
    whole(two)


def test_with_its_registration_a_paper_goes(two: Two) -> None:
    town, county = two.town, two.county
    with_papers(two)
    two.take(two.make("一.tdhandover"))
    pages = [p.page_id for s in intake.inbox(town.store, town.actor).sources for p in s.pages][:2]
    erasure = erasing.request_erasure(*at(town), pages, "误扫")
    erasing.carry_out_erasure(town.store, colleague(town), town.clock(), erasure, everything=True)
    two.take(two.make("二.tdhandover"))
    assert set(county.store.vault.ids()) == set(town.store.vault.ids()) == set()
    whole(two)


def test_a_sheet_of_somebody_elses_item_is_refused(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    with_papers(two)
    real = handover_sealing.sealed_for

    def forged(document: dict[str, Any], seal: Any) -> dict[str, Any]:
        found = real(document, seal)
        if found["kind"] == "registration":
            for sheet in found["rows"]["sheets"]:
                sheet["item_id"] = sheet["item_id"] if sheet["registration_id"] else None
        return found

    monkeypatch.setattr(handover_sealing, "sealed_for", forged)
    path = two.make("一.tdhandover")
    with pytest.raises(PackageRefused, match="不属于对方单位"):
        two.take(path)
    assert rows(two.county, "SELECT count(*) FROM registrations") == [(0,)]

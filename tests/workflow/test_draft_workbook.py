"""The draft covers every page, shows doubt cell by cell, and can't be taken for a batch."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from records.views import AnswerState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, failing, front, unknown
from workflow import draft_workbook, intake, verify
from workflow.errors import NotWritten


def all_sources(office: OfficeAtWork) -> list[str]:
    return [source.source_id for source in intake.inbox(office.store, office.actor).sources]


def words(path: Path, sheet: str) -> list[list[str]]:
    return [[str(c or "") for c in row] for row in load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_every_page_is_in_it(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S", ["child_name"]), back("S"))
    office.deliver("二.tif", unknown(), failing("truncated"))
    office.deliver("坏.jpg", fail="not_an_image")
    office.read()
    path = office.folder / "草稿.xlsx"
    written = draft_workbook.write_draft(office.store, office.actor, office.clock(), all_sources(office), path)
    assert (written.registrations, written.pages, written.to_look_at) == (1, 4, 1)
    book = load_workbook(path)
    assert all("草稿" in name for name in book.sheetnames)
    grid = words(path, book.sheetnames[0])
    (line,) = [row for row in grid if "一.tif" in row]
    assert "欧阳雪" in line
    failures = words(path, "草稿 未读出")
    named = {(row[0], row[1]) for row in failures if row[0] in ("二.tif", "坏.jpg")}
    assert named == {("二.tif", "1"), ("二.tif", "2"), ("坏.jpg", "")}
    (look,) = [row for row in words(path, "草稿 待看清单") if row[0] == "一.tif"]
    assert (look[3], look[4], look[5]) == ("儿童姓名", "欧阳雪", "字迹看不准")


def test_cells_are_coloured_by_the_verdict_and_by_what_persons_saw(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S", ["child_name", "school_name"]), back("S"))
    office.read()
    (sheet,) = office.sheets()
    where = (office.store, office.actor, office.clock(), sheet.registration_id)
    verify.confirm(*where, "child_name", "欧阳雪")
    verify.mark(*where, "child_phone", AnswerState.ILLEGIBLE)
    path = office.folder / "草稿.xlsx"
    draft_workbook.write_draft(office.store, office.actor, office.clock(), all_sources(office), path)
    book = load_workbook(path)
    grid = book[book.sheetnames[0]]
    by_value = {cell.value: cell.fill.fgColor.rgb for row in grid.iter_rows() for cell in row if cell.value}
    doubt = by_value["黄松甸镇中心小学"]
    assert doubt not in (by_value["欧阳雪"], by_value["欧阳松"])
    assert "看不清" in by_value


def test_only_the_named_sources(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.tif", front("T", child_name="王雪"), back("T"))
    office.read()
    path = office.folder / "草稿.xlsx"
    written = draft_workbook.write_draft(office.store, office.actor, office.clock(), all_sources(office)[1:], path)
    assert (written.registrations, written.pages) == (1, 2)
    assert not any("欧阳雪" in row for row in words(path, load_workbook(path).sheetnames[0]))


def test_no_room_for_it_is_said(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())
    office.read()
    with pytest.raises(NotWritten):
        draft_workbook.write_draft(
            office.store, office.actor, office.clock(), all_sources(office), office.folder / "无" / "草稿.xlsx"
        )

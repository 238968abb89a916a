"""What a spreadsheet program finds in the two workbooks, read back with openpyxl."""

from __future__ import annotations

import io
import os
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.files import FileProblem, write_file
from exporters.table import Cell, Column, ColumnKind, Table, original_text
from exporters.workbook import (
    BATCH_SHEET,
    DRAFT_WARNING,
    FAILURE_SHEET,
    LOOK_SHEET,
    RECEIPT_SHEET,
    batch_bytes,
    draft_bytes,
    write_batch,
    write_draft,
)
from tests.exporters import papers


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def values(sheet: Any, top: int = 1) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top)]


def midnight(year: int, month: int, day: int) -> datetime:
    """A civil date as openpyxl gives it back."""
    return datetime(year, month, day)  # noqa: DTZ001


def unescaped(text: str) -> str:
    """Control characters stand as ``_xHHHH_`` in the format; openpyxl leaves them so."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


# -- batch ------------------------------------------------------------------------------------------------------------


def test_rows_come_back_as_they_went_in() -> None:
    sheet = opened(batch_bytes(papers.batch()))[BATCH_SHEET]
    header, *rows = values(sheet)
    assert header == [column.title for column in papers.COLUMNS]
    assert rows[0] == [
        1, "张小禾", "1", "220281201703050012", midnight(2017, 3, 5), "220281104",
        "吉林省吉林市蛟河市黄松甸镇南崴子村三社", "13804320001", "2025-09", None,
    ]  # fmt: skip
    assert rows[1][9] == '\'=HYPERLINK("x")'
    assert rows[2][7] == "'+8613804320002"
    assert rows[2][3] is None


def test_numbers_that_are_names_are_text() -> None:
    sheet = opened(batch_bytes(papers.batch()))[BATCH_SHEET]
    for column in ("C", "D", "F", "H", "I"):
        for row in (2, 3, 4):
            cell = sheet[f"{column}{row}"]
            assert cell.number_format == "@"
            assert cell.data_type == ("s" if cell.value else "n")
    assert sheet["E2"].number_format == "yyyy-mm-dd"


def test_batch_is_ready_for_eye_and_printer() -> None:
    sheet = opened(batch_bytes(papers.batch()))[BATCH_SHEET]
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_title_cols == "$A:$B"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert "第 &[Page] 页 共 &[Pages] 页" in sheet.oddFooter.center.text.replace("&P", "&[Page]").replace(
        "&N", "&[Pages]"
    )
    assert sheet.column_dimensions["D"].width >= 18
    assert sheet.column_dimensions["G"].width >= len("内蒙古自治区通辽市科尔沁区红石镇") * 2


def test_an_ampersand_in_a_name_is_no_code_of_the_printed_header() -> None:
    document = replace(papers.batch(), office="甲&P乙", number="2026&D")
    with zipfile.ZipFile(io.BytesIO(batch_bytes(document))) as book:
        printed = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(printed) == 2
    for sheet in printed:
        header = sheet.partition("<oddHeader>")[2].partition("</oddHeader>")[0]
        assert "甲&amp;&amp;P乙" in header
        assert header.endswith("报送批次 2026&amp;&amp;D")


def test_receipt_names_what_was_written(tmp_path: Path) -> None:
    document = papers.batch()
    written = write_batch(tmp_path / "第一批.xlsx", document)
    receipt = openpyxl.load_workbook(tmp_path / "第一批.xlsx")[RECEIPT_SHEET]
    pairs = {row[0]: row[1] for row in values(receipt)}
    assert pairs["批次号"] == document.number
    assert pairs["儿童人数"] == "3"
    assert pairs["数据校验码"] == document.table.content_sha256() == written.content_sha256
    assert pairs["操作记录末码"] == papers.HEAD
    assert pairs["写出人"] == "王敏"
    assert pairs["写出时间"] == "2026年10月12日 09:30"
    assert pairs["程序版本"] == "童档 0.1.0"
    assert written.rows == 3
    assert written.size == (tmp_path / "第一批.xlsx").stat().st_size


def test_same_document_same_bytes() -> None:
    assert batch_bytes(papers.batch()) == batch_bytes(papers.batch())
    assert draft_bytes(papers.draft()) == draft_bytes(papers.draft())
    elsewhere = replace(papers.batch(), written_at=papers.WRITTEN_AT.astimezone(timezone(timedelta(hours=8))))
    assert batch_bytes(elsewhere) == batch_bytes(papers.batch())
    later = replace(papers.batch(), written_at=papers.WRITTEN_AT + timedelta(minutes=1))
    assert batch_bytes(later) != batch_bytes(papers.batch())


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        batch_bytes(replace(papers.batch(), written_at=datetime(2026, 10, 12)))  # noqa: DTZ001 - that is the point


def test_an_empty_batch_has_a_header_and_a_receipt() -> None:
    book = opened(batch_bytes(replace(papers.batch(), table=Table(papers.COLUMNS, ()))))
    assert values(book[BATCH_SHEET])[0] == [column.title for column in papers.COLUMNS]
    assert {row[0]: row[1] for row in values(book[RECEIPT_SHEET])}["儿童人数"] == "0"


def test_text_that_does_not_fit_is_refused_not_cut(tmp_path: Path) -> None:
    rows = ((Cell("长" * 32768),),)
    document = replace(papers.batch(), table=Table((Column("note", "备注"),), rows), frozen_columns=0)
    with pytest.raises(FileProblem, match="没有写出") as caught:
        write_batch(tmp_path / "a.xlsx", document)
    assert caught.value.reason == "cell_too_long"
    assert list(tmp_path.iterdir()) == []


def test_dates_before_excels_calendar_stay_readable() -> None:
    table = Table((Column("born", "出生", ColumnKind.DATE),), ((Cell(date(1899, 5, 4)),), (Cell(date(1900, 3, 1)),)))
    sheet = opened(batch_bytes(replace(papers.batch(), table=table, frozen_columns=0)))[BATCH_SHEET]
    assert [sheet["A2"].value, sheet["A3"].value] == ["1899-05-04", midnight(1900, 3, 1)]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=40))
@settings(max_examples=40)
def test_any_text_survives_and_no_cell_is_a_formula(text: str) -> None:
    table = Table((Column("note", "备注"),), ((Cell(text),),))
    cell = opened(batch_bytes(replace(papers.batch(), table=table, frozen_columns=0)))[BATCH_SHEET]["A2"]
    assert cell.data_type != "f"
    # XML itself turns a lone carriage return into a line feed unless it is escaped
    assert original_text(unescaped(cell.value or "")) == text


def test_nothing_passes_through_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_for_writing: list[str] = []
    real = os.open

    def watched(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            opened_for_writing.append(str(path))
        return real(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setattr("tempfile.mkstemp", lambda *_a, **_k: pytest.fail("a temporary file"))
    monkeypatch.setattr("tempfile.mkdtemp", lambda *_a, **_k: pytest.fail("a temporary folder"))
    write_batch(tmp_path / "a.xlsx", papers.batch())
    write_draft(tmp_path / "b.xlsx", papers.draft())
    assert len(opened_for_writing) == 2
    assert {Path(name).parent for name in opened_for_writing} == {tmp_path}


# -- draft ------------------------------------------------------------------------------------------------------------


def test_draft_says_so_everywhere() -> None:
    book = opened(draft_bytes(papers.draft()))
    assert book.sheetnames == [DRAFT_WARNING, LOOK_SHEET, FAILURE_SHEET]
    assert BATCH_SHEET not in book.sheetnames
    for sheet in book.worksheets:
        assert sheet["A1"].value == DRAFT_WARNING
        assert DRAFT_WARNING in sheet.oddHeader.center.text
        assert sheet.sheet_properties.tabColor.rgb.endswith("B3261E")
    assert book.properties.title == DRAFT_WARNING
    assert book.properties.category == "核对草稿"
    assert {p.name: p.value for p in book.custom_doc_props.props} == {"童档文件类别": "核对草稿"}
    batch = opened(batch_bytes(papers.batch()))
    assert {p.name: p.value for p in batch.custom_doc_props.props} == {"童档文件类别": "报送批次"}


def test_banner_and_header_stay_in_view() -> None:
    for sheet in opened(draft_bytes(papers.draft())).worksheets:
        assert re.fullmatch(r"[AC]6", sheet.freeze_panes)


def test_marks_differ_by_colour_and_by_line() -> None:
    sheet = opened(draft_bytes(papers.draft()))[DRAFT_WARNING]

    def look(address: str) -> tuple[str, str | None, str]:
        cell = sheet[address]
        fill = cell.fill.start_color.rgb[-6:] if cell.fill.fill_type else None
        return cell.font.color.rgb[-6:], fill, cell.border.bottom.style

    confirmed, doubtful, machine = look("B6"), look("B7"), look("C7")
    assert confirmed == ("1D2430", None, "thin")
    assert doubtful == ("9A6700", "FFF6DF", "medium")
    assert machine == ("5B6675", None, "dotted")
    assert look("D8") == doubtful, "an empty cell can be a doubt"
    legend = {cell.value: look(cell.coordinate) for cell in sheet[3] if cell.value}
    assert legend == {"机读（点线）": machine, "待核对（粗框）": doubtful, "已核对": confirmed}


def test_the_legend_stands_where_it_fits() -> None:
    narrow = Table((Column("a", "甲"), Column("b", "乙")), ((Cell("是"), Cell("否")),))
    sheet = opened(draft_bytes(replace(papers.draft(), table=narrow, frozen_columns=1)))[DRAFT_WARNING]
    assert [cell.value for cell in sheet[3]] == [None, None, "机读（点线）", "待核对（粗框）", "已核对"]


def test_what_to_look_at_and_what_failed_is_listed() -> None:
    document = papers.draft()
    book = opened(draft_bytes(document))
    look = values(book[LOOK_SHEET], top=6)
    assert [row[:6] for row in look] == [
        [x.file, str(x.page), x.child, x.field, x.text or None, x.reason] for x in document.to_look_at
    ]
    failures = values(book[FAILURE_SHEET], top=6)
    assert [row[:3] for row in failures] == [
        [x.file, None if x.page is None else str(x.page), x.sentence] for x in document.failures
    ]


def test_a_clean_run_still_makes_a_whole_draft(tmp_path: Path) -> None:
    written = write_draft(tmp_path / "a.xlsx", replace(papers.draft(), to_look_at=(), failures=()))
    assert written.rows == 3
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == DRAFT_WARNING


def test_file_times_tell_nothing_but_the_document() -> None:
    for data in (batch_bytes(papers.batch()), draft_bytes(papers.draft())):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            core = archive.read("docProps/core.xml").decode()
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-10-12T01:30:00Z"}


def test_writing_goes_through_the_atomic_way(tmp_path: Path) -> None:
    direct = write_file(tmp_path / "a.xlsx", draft_bytes(papers.draft()))
    assert write_draft(tmp_path / "b.xlsx", papers.draft()).sha256 == direct.sha256

"""What is printed from a workbook: one page wide, whose row it is on every page, room for a pen where one writes."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from openpyxl import load_workbook

from exporters.audit_book import COLUMNS, AuditDocument, book_bytes
from exporters.roster_sheet import RosterSheet, sheet_bytes
from exporters.spreadsheet import column_widths
from exporters.workbook import DRAFT_WARNING, draft_bytes
from tests.exporters import papers

LONG_NAME = "阿卜杜热合曼·买买提江·努尔麦提"
LONG_HOME = "蛟河市黄松甸镇南崴子村三社老粮库家属院2号楼3单元501室（原黄松甸林场职工住宅区东侧红砖平房后院）"


def opened(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data))


def test_every_sheet_of_the_audit_is_one_page_wide() -> None:
    row = (
        "1",
        "2026年11月24日 09:30",
        "wang",
        "王某",
        "查看登记表",
        "01JDQ8Y3B5W7ZKQ8H0T9X2M4N6",
        "说明" * 30,
        "9f" * 32,
    )
    assert len(row) == len(COLUMNS)
    document = AuditDocument("某某镇人民政府", "全部", (row,), "1:9f", True, "0.1.0", "王某", papers.WRITTEN_AT)
    for sheet in opened(book_bytes(document)).worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # one is what is meant where nothing is said
        assert sheet.page_setup.fitToHeight == 0


def test_a_roster_to_go_round_with_has_room_for_a_pen_and_for_long_names() -> None:
    rows = tuple(
        (str(n), "没有登记", LONG_NAME, "2202842018********", "2018年5月6日", home, "")
        for n, home in ((2, "黄松甸镇中心校"), (3, LONG_HOME))
    )
    document = RosterSheet("某某镇", "秋季名单", "2026年9月1日", "2 名要看。", rows, "王某", papers.WRITTEN_AT)
    sheet = opened(sheet_bytes(document)).worksheets[0]
    first, second = (sheet.row_dimensions[number].height for number in (6, 7))
    assert first >= 30  # 1.06 cm
    assert second > 2 * 14 + 4  # the home takes more than two lines, and none of them is hidden
    wide = sum(sheet.column_dimensions[letter].width for letter in "ABCDEFGHI")
    assert wide <= 176, "printed smaller than eight tenths, nobody reads it at a door"


def test_a_drafts_name_and_number_stay_in_sight_and_leave_room() -> None:
    document = replace(papers.draft(), frozen_columns=3)
    sheet = opened(draft_bytes(document))[DRAFT_WARNING]
    assert sheet.print_title_cols == "$A:$C"
    natural = column_widths(document.table)
    assert sheet.column_dimensions["B"].width <= 25
    assert abs(sheet.column_dimensions["C"].width - natural[2]) < 1  # the last of them is not narrowed

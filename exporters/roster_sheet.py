"""What came of comparing a department's list, to go round with: whom to look for, where, and room to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import Written, write_file
from exporters.spreadsheet import Spreadsheet, local_time, text_table

COLUMNS = (
    ("line", "名单行号"),
    ("outcome", "情况"),
    ("name", "姓名"),
    ("id_number", "身份证号"),
    ("birth_date", "出生日期"),
    ("place", "在哪里找"),
    ("differing", "不一样的栏目"),
    ("visited", "走访日期和走访人"),
    ("found", "走访结果"),
)
WIDTHS = (11, 16, 15, 23, 18, 26, 17, 19, 24)  # signs: an A4 sheet across in letters of a readable size
LOWEST = 30.0  # points: room for a pen
NOTE = "上面有儿童的信息：走访时随身保管，走访完收回，不要拍照外传。名单只用来提醒，以走访看到的为准。"


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """``rows``: texts for the columns up to ``differing``; what was found is written by hand."""

    office: str
    roster: str
    as_of: str
    told: str
    rows: tuple[tuple[str, ...], ...]
    written_by: str
    written_at: datetime


def write_roster_sheet(path: Path, document: RosterSheet) -> Written:
    """Write the workbook. Raises FileProblem; it is whole or not there."""
    return write_file(path, sheet_bytes(document))


def sheet_bytes(document: RosterSheet) -> bytes:
    """The workbook's bytes: a pure function of the document."""
    title = "名单比对走访表"
    book = Spreadsheet(title=title, category=title, author=document.office, created=document.written_at)
    office = document.office.replace("&", "&&")
    sheet = book.sheet("走访", landscape=True, header=f'&L&"宋体,常规"&9{office}&R&"宋体,常规"&9{title}')
    last = len(COLUMNS) - 1
    lines = (
        (title, "title", 30),
        (f"{document.roster}（截止 {document.as_of}）　{document.told}", "note", 20),
        (f"{document.office}　{document.written_by}　{local_time(document.written_at)}", "note", 20),
        (NOTE, "note", 20),
    )
    for row, (words, look, height) in enumerate(lines):
        sheet.merge_range(row, 0, row, last, words, book.style(look))
        sheet.set_row(row, height)
    empty = ("",) * (len(COLUMNS) - len(document.rows[0]) if document.rows else 0)
    rows = text_table(COLUMNS, [(*row, *empty) for row in document.rows])
    book.grid(sheet, rows, top=len(lines), frozen_columns=3, widths=WIDTHS, lowest=LOWEST)
    sheet.fit_to_pages(1, 0)
    return book.finish()

"""The two workbooks: a batch with its receipt, and a draft that nobody can take for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exporters.files import Written, write_file
from exporters.spreadsheet import Spreadsheet, column_widths, local_time, text_table
from exporters.table import Cell, ColumnKind, Mark, Table, display_width

BATCH_SHEET, RECEIPT_SHEET = "报送数据", "回执"
DRAFT_WARNING = "核对草稿 不得报送"
LOOK_SHEET, FAILURE_SHEET = "草稿 待看清单", "草稿 未读出"


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A frozen batch. ``audit_head``: number and hash of the audit chain's end at the freezing."""

    number: str
    name: str
    office: str
    round_name: str
    table: Table
    audit_head: str
    program_version: str
    written_by: str
    written_at: datetime
    frozen_columns: int = 2


@dataclass(frozen=True, slots=True)
class LookLine:
    """One place a person must look at. ``page`` counts from 1 within ``file``."""

    file: str
    page: int
    child: str
    field: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A file (``page`` None) or one of its pages that could not be read, with the sentence that says why."""

    file: str
    page: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """What the machine read, with its doubts. ``summary`` is one line of counts for the sheet's head."""

    office: str
    round_name: str
    table: Table
    to_look_at: tuple[LookLine, ...]
    failures: tuple[FailureLine, ...]
    summary: str
    program_version: str
    written_by: str
    written_at: datetime
    frozen_columns: int = 2


# -- batch ------------------------------------------------------------------------------------------------------------


def write_batch(path: Path, document: BatchDocument) -> Written:
    """Write the batch workbook. Raises FileProblem; the result's ``content_sha256`` is the receipt's."""
    written = write_file(path, batch_bytes(document))
    return replace(written, rows=len(document.table.rows), content_sha256=document.table.content_sha256())


def batch_bytes(document: BatchDocument) -> bytes:
    """The batch workbook's bytes: a pure function of the document."""
    book = Spreadsheet(
        title=f"{document.name}（{document.number}）",
        category="报送批次",
        author=document.office,
        created=document.written_at,
    )
    head = f'&L&"宋体,常规"&9{_escaped(document.office)}&R&"宋体,常规"&9报送批次 {_escaped(document.number)}'
    data = book.sheet(BATCH_SHEET, landscape=True, header=head)
    book.grid(data, document.table, frozen_columns=document.frozen_columns)
    data.set_print_scale(70)
    data.print_across()
    receipt = book.sheet(RECEIPT_SHEET, landscape=False, header=head)
    _receipt(book, receipt, document)
    return book.finish()


def _receipt(book: Spreadsheet, sheet: Any, document: BatchDocument) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 72)
    sheet.fit_to_pages(1, 0)
    sheet.merge_range(0, 0, 0, 1, "报送批次回执", book.style("title"))
    sheet.set_row(0, 36)
    row = book.pairs(
        sheet,
        1,
        [
            ("批次号", document.number),
            ("批次名称", document.name),
            ("填报单位", document.office),
            ("更新轮次", document.round_name),
            ("儿童人数", str(len(document.table.rows))),
            ("数据校验码", document.table.content_sha256()),
            ("操作记录末码", document.audit_head),
            ("程序版本", f"童档 {document.program_version}"),
            ("写出人", document.written_by),
            ("写出时间", local_time(document.written_at)),
        ],
    )
    note = (
        "数据校验码由“报送数据”的栏目和各行内容按顺序算出（SHA-256），与字体、列宽无关：内容改动一字，校验码就不同。"
        "操作记录末码是本批次封存时操作记录链的最后一码，以后可用 tongdang check --head 核对有没有被截短或换成旧的。"
    )
    sheet.merge_range(row, 0, row, 1, note, book.style("note"))
    sheet.set_row(row, 48)
    blank = [("经办人（签字）", ""), ("审核人（签字）", ""), ("日期", "")]
    for number in range(book.pairs(sheet, row + 1, blank) - len(blank), row + 1 + len(blank)):
        sheet.set_row(number, 30)


# -- draft ------------------------------------------------------------------------------------------------------------

_LEGEND: Mapping[Mark, str] = {
    Mark.MACHINE: "机读（点线）",
    Mark.TO_CHECK: "待核对（粗框）",
    Mark.CONFIRMED: "已核对",
}


_GRID_TOP = 4
_STAYS = 24.0  # signs


def write_draft(path: Path, document: DraftDocument) -> Written:
    """Write the draft workbook. Raises FileProblem."""
    return replace(write_file(path, draft_bytes(document)), rows=len(document.table.rows))


def draft_bytes(document: DraftDocument) -> bytes:
    """The draft workbook's bytes: a pure function of the document."""
    book = Spreadsheet(title=DRAFT_WARNING, category="核对草稿", author=document.office, created=document.written_at)
    grid = _draft_sheet(book, DRAFT_WARNING, document)
    widths = _draft_widths(document)
    for column, (mark, words) in zip(_legend_columns(widths), _LEGEND.items(), strict=True):
        book.cell(grid, 2, column, ColumnKind.TEXT, Cell(words, mark))
    grid.set_row(2, 22)
    book.grid(grid, document.table, top=_GRID_TOP, frozen_columns=document.frozen_columns, widths=widths)
    grid.set_print_scale(70)
    grid.print_across()

    look = _draft_sheet(book, LOOK_SHEET, document)
    looks = text_table(
        (
            ("file", "文件"),
            ("page", "页"),
            ("child", "儿童"),
            ("field", "栏目"),
            ("text", "读作"),
            ("reason", "为什么要看"),
        ),
        [(x.file, str(x.page), x.child, x.field, x.text, x.reason) for x in document.to_look_at],
    )
    book.grid(look, looks, top=_GRID_TOP)
    look.fit_to_pages(1, 0)

    failures = _draft_sheet(book, FAILURE_SHEET, document)
    failed = text_table(
        (("file", "文件"), ("page", "页"), ("sentence", "情况和办法")),
        [(x.file, "" if x.page is None else str(x.page), x.sentence) for x in document.failures],
    )
    book.grid(failures, failed, top=_GRID_TOP, widths=column_widths(failed, 100))
    failures.fit_to_pages(1, 0)
    return book.finish()


def _draft_widths(document: DraftDocument) -> list[float]:
    """What says whose row it is stays in sight while one scrolls: it leaves room for the rest."""
    widths = column_widths(document.table)
    wraps = max(0, document.frozen_columns - 1)  # the last of them is the 档号, which stays in one line
    return [*(min(width, _STAYS) for width in widths[:wraps]), *widths[wraps:]]


def _legend_columns(widths: Sequence[float]) -> list[int]:
    """The first columns wide enough for the legend's words, which must not wrap."""
    needed = max(display_width(words) for words in _LEGEND.values()) + 3
    wide = [index for index, width in enumerate(widths) if width >= needed]
    # past the last column there is room too
    return [*wide, *range(len(widths), len(widths) + len(_LEGEND))][: len(_LEGEND)]


def _draft_sheet(book: Spreadsheet, name: str, document: DraftDocument) -> Any:
    """A sheet under the banner: row 0 the warning, row 1 what this is, row 2 free for a legend, row 4 the grid."""
    header = f'&C&"黑体,加粗"&16&KB3261E{DRAFT_WARNING}'
    sheet = book.sheet(name, landscape=True, header=header, tab_colour="#B3261E")
    # not merged over all columns: the words must stay in view however wide the grid is and wherever it is scrolled
    sheet.write_string(0, 0, DRAFT_WARNING, book.style("banner"))
    sheet.set_row(0, 36, book.style("banner"))
    about = " · ".join(
        (
            document.office,
            document.round_name,
            document.summary,
            f"{document.written_by} {local_time(document.written_at)}",
            f"童档 {document.program_version}",
        )
    )
    book.text(sheet, 1, 0, about, book.style("note_line"))
    sheet.set_row(1, 20)
    sheet.set_row(_GRID_TOP - 1, 6)
    return sheet


def _escaped(text: str) -> str:
    """``&`` begins a code in a printed header."""
    return text.replace("&", "&&")

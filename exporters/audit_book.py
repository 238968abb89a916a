"""The audit for the yearly inspection: a workbook, or CSV for other programs; ids and staff names, never values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import Written, write_file
from exporters.spreadsheet import Spreadsheet, local_time, text_table
from exporters.table import safe_text

COLUMNS = (
    ("seq", "序号"),
    ("at", "时间"),
    ("username", "用户名"),
    ("full_name", "姓名"),
    ("action", "操作"),
    ("object", "对象编号"),
    ("detail", "说明"),
    ("hash", "校验码"),
)
WHOLE, BROKEN = "前后相扣，没有缺失、改动或调换。", "有断开的地方，请先运行检查，报告管理员。"


@dataclass(frozen=True, slots=True)
class AuditDocument:
    """Rows in the order of COLUMNS. ``head``: the chain's end, ``seq:hash``; ``whole``: nothing in it was altered."""

    office: str
    period: str
    rows: tuple[tuple[str, ...], ...]
    head: str
    whole: bool
    program_version: str
    written_by: str
    written_at: datetime


def write_audit(path: Path, document: AuditDocument) -> Written:
    """Write the audit as a workbook, or as CSV where the name ends so. Raises FileProblem."""
    data = csv_bytes(document.rows) if path.suffix.lower() == ".csv" else book_bytes(document)
    return write_file(path, data)


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheet programs here need to show Chinese."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([title for _, title in COLUMNS])
    writer.writerows([safe_text(text) for text in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def book_bytes(document: AuditDocument) -> bytes:
    """The workbook's bytes: a pure function of the document."""
    book = Spreadsheet(
        title=f"操作记录（{document.period}）", category="操作记录", author=document.office, created=document.written_at
    )
    office = document.office.replace("&", "&&")
    head = f'&L&"宋体,常规"&9{office}&R&"宋体,常规"&9操作记录 {document.period}'
    cover = book.sheet("说明", landscape=False, header=head)
    cover.fit_to_pages(1, 0)
    cover.set_column(0, 0, 18)
    cover.set_column(1, 1, 80)
    cover.merge_range(0, 0, 0, 1, "操作记录", book.style("title"))
    cover.set_row(0, 36)
    row = book.pairs(
        cover,
        1,
        [
            ("单位", document.office),
            ("期间", document.period),
            ("条数", str(len(document.rows))),
            ("完整", WHOLE if document.whole else BROKEN),
            ("末码", document.head),
            ("程序版本", f"童档 {document.program_version}"),
            ("写出人", document.written_by),
            ("写出时间", local_time(document.written_at)),
        ],
    )
    note = (
        "本表只有编号和工作人员，没有儿童的信息。"
        "末码打印存档以后，可用 tongdang check --head 核对有没有被截短或换成旧的。"
    )
    cover.merge_range(row, 0, row, 1, note, book.style("note"))
    cover.set_row(row, 36)
    data = book.sheet("操作记录", landscape=True, header=head)
    book.grid(data, text_table(COLUMNS, document.rows))
    data.fit_to_pages(1, 0)
    return book.finish()

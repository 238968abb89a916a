"""One .xlsx in the making, in memory only: XlsxWriter's other modes leave row text in clear temporary files.

The same calls with the same creation date give the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from exporters.files import FileProblem
from exporters.table import Cell, Column, ColumnKind, Mark, Table, display_width, safe_text
from forms.written_dates import office_date

# Civil time in China; the program's instants are UTC.
CHINA = timezone(timedelta(hours=8))

_A4 = 9
_NARROWEST, WIDEST = 6.0, 44.0  # column width in signs; a longer text wraps
_HEADER_HEIGHT, _LINE_HEIGHT, _HIGHEST = 32.0, 14.0, 409.0  # points; the last a limit of the format
_LONGEST_TEXT = 32767  # UTF-16 units in a cell, a limit of the format
_FIRST_EXCEL_DATE = date(1900, 3, 1)  # before it Excel's calendar is off by a day

_INK, _SECONDARY, _LINE, _HEADER = "#1D2430", "#5B6675", "#C3CAD3", "#E9EDF2"
_DOUBT, _DOUBT_PAPER = "#9A6700", "#FFF6DF"
_RED, _RED_PAPER = "#B3261E", "#FDECEA"


def _frame(weight: int, colour: str) -> dict[str, Any]:
    sides = ("left", "right", "top", "bottom")
    return {**dict.fromkeys(sides, weight), **{f"{side}_color": colour for side in sides}}


_BODY: Mapping[str, Any] = {
    "font_name": "宋体", "font_size": 10.5, "font_color": _INK, "valign": "vcenter", "text_wrap": True,
    # no upper line: it would hide the foot of the cell above, which says how that cell was read
    "left": 1, "right": 1, "bottom": 1, "left_color": _LINE, "right_color": _LINE, "bottom_color": _LINE,
}  # fmt: skip
# Colour never is the only sign: a thick frame or a dotted foot goes with it, also on black-and-white paper.
_MARKS: Mapping[Mark, Mapping[str, Any]] = {
    Mark.NONE: {},
    Mark.MACHINE: {"font_color": _SECONDARY, "bottom": 4, "bottom_color": _SECONDARY},
    Mark.TO_CHECK: {"font_color": _DOUBT, "bg_color": _DOUBT_PAPER, **_frame(2, _DOUBT)},
    Mark.CONFIRMED: {},
}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "header": {**_BODY, **_frame(1, _LINE), "font_name": "黑体", "bg_color": _HEADER, "align": "center"},
    "value": {**_BODY, **_frame(1, _LINE), "num_format": "@", "align": "left", "indent": 1},
    "label": {**_BODY, **_frame(1, _LINE), "font_name": "黑体", "bg_color": _HEADER, "indent": 1},
    "title": {"font_name": "黑体", "font_size": 16, "font_color": _INK, "align": "center", "valign": "vcenter"},
    "note": {"font_name": "宋体", "font_size": 10.5, "font_color": _SECONDARY, "valign": "vcenter", "text_wrap": True},
    "note_line": {"font_name": "宋体", "font_size": 10.5, "font_color": _SECONDARY, "valign": "vcenter"},
    "banner": {
        "font_name": "黑体", "font_size": 20, "bold": True, "font_color": _RED, "bg_color": _RED_PAPER,
        "align": "left", "valign": "vcenter", "indent": 1,
        "top": 2, "bottom": 2, "top_color": _RED, "bottom_color": _RED,
    },
}  # fmt: skip
_NUMBER_FORMATS = {ColumnKind.TEXT: "@", ColumnKind.NUMBER: "General", ColumnKind.DATE: "yyyy-mm-dd"}


def local_time(instant: datetime) -> str:
    """``2026年10月12日 09:30`` at +08:00 for an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    local = instant.astimezone(CHINA)
    return f"{office_date(local)} {local:%H:%M}"


class Spreadsheet:
    """``sheet()`` starts a sheet, the other calls fill it, ``finish()`` gives the file's bytes."""

    def __init__(self, *, title: str, category: str, author: str, created: datetime) -> None:
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self._formats: dict[str, Any] = {}
        # the format's dates have no zone; readers take them for UTC
        stamp = created.astimezone(timezone(timedelta(0))).replace(tzinfo=None, microsecond=0)
        self._book.set_properties(
            {"title": title, "subject": category, "category": category, "author": author, "created": stamp}
        )
        self._book.set_custom_property("童档文件类别", category)

    def sheet(self, name: str, *, landscape: bool, header: str, tab_colour: str | None = None) -> Any:
        """A sheet set up for A4, numbered 第 x 页 共 y 页; ``header`` in Excel's header codes."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.7)
        sheet.set_header(header)
        sheet.set_footer('&C&"宋体,常规"&9第 &P 页 共 &N 页')
        if tab_colour:
            sheet.set_tab_color(tab_colour)
        return sheet

    def style(self, name: str) -> Any:
        """One of the named looks: header, label, title, note, banner."""
        return self._format(name, _STYLES[name])

    def cell_style(self, kind: ColumnKind, mark: Mark) -> Any:
        return self._format(
            f"{kind}/{mark}",
            {
                **_BODY,
                **_MARKS[mark],
                "num_format": _NUMBER_FORMATS[kind],
                "align": "right" if kind is ColumnKind.NUMBER else "left",
                "indent": 1,
            },
        )

    def _format(self, name: str, properties: Mapping[str, Any]) -> Any:
        if name not in self._formats:
            self._formats[name] = self._book.add_format(dict(properties))
        return self._formats[name]

    def text(self, sheet: Any, row: int, column: int, text: str, style: Any) -> None:
        """Write text as text. Raises FileProblem where the format would cut it off in silence."""
        safe = safe_text(text)
        if len(safe.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
            raise FileProblem(
                "cell_too_long",
                f"有一格的文字超过 {_LONGEST_TEXT} 个字，表格放不下，文件没有写出。请在核对界面把这一格改短后再写。",
            )
        if safe:
            sheet.write_string(row, column, safe, style)
        else:
            sheet.write_blank(row, column, None, style)

    def cell(self, sheet: Any, row: int, column: int, kind: ColumnKind, cell: Cell) -> None:
        style, value = self.cell_style(kind, cell.mark), cell.value
        if isinstance(value, date) and value >= _FIRST_EXCEL_DATE:
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 - a civil date
        elif isinstance(value, date):
            self.text(sheet, row, column, value.isoformat(), self.cell_style(ColumnKind.TEXT, cell.mark))
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, style)
        else:
            self.text(sheet, row, column, value or "", style)

    def grid(
        self,
        sheet: Any,
        table: Table,
        *,
        top: int = 0,
        frozen_columns: int = 0,
        widths: Sequence[float] = (),
        lowest: float = 0.0,
    ) -> None:
        """The table from row ``top`` down, its header frozen and repeated on every printed page.

        ``widths`` of the columns in signs (a Chinese sign is two), else ``column_widths``; longer text wraps.
        ``lowest``: points that every row is high at least, to be written in by hand.
        """
        widths = widths or column_widths(table)
        for index, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
            sheet.set_column(index, index, width)
            self.text(sheet, top, index, column.title, self.style("header"))
        sheet.set_row(top, _HEADER_HEIGHT)
        for number, row in enumerate(table.rows, start=top + 1):
            for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                self.cell(sheet, number, index, column.kind, cell)
            sheet.set_row(number, max(lowest, _height(row, widths)))
        sheet.freeze_panes(top + 1, frozen_columns)
        sheet.repeat_rows(top)
        if frozen_columns:
            sheet.repeat_columns(0, frozen_columns - 1)
        bottom = top + max(1, len(table.rows))
        last = xl_col_to_name(len(table.columns) - 1)
        # ID numbers are text on purpose: no green corner on every one of them
        sheet.ignore_errors({"number_stored_as_text": f"A{top + 2}:{last}{bottom + 1}"})
        sheet.autofilter(top, 0, bottom, len(table.columns) - 1)

    def pairs(self, sheet: Any, top: int, pairs: Iterable[tuple[str, str]]) -> int:
        """Label and value side by side from row ``top``; the row after the last."""
        row = top
        for label, value in pairs:
            self.text(sheet, row, 0, label, self.style("label"))
            self.text(sheet, row, 1, value, self.style("value"))
            sheet.set_row(row, 20 * (1 + display_width(value) // 72))
            row += 1
        return row

    def finish(self) -> bytes:
        self._book.close()
        return self._buffer.getvalue()


def text_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> Table:
    """A table of plain text from (key, title) pairs and rows of strings."""
    return Table(
        tuple(Column(key, title) for key, title in columns), tuple(tuple(Cell(text) for text in row) for row in rows)
    )


def column_widths(table: Table, widest: float = WIDEST) -> list[float]:
    """The width of each column in signs, a Chinese sign counting two."""
    widths = []
    for index, column in enumerate(table.columns):
        wanted = [display_width(column.title) + 4]  # the filter's arrow stands beside the title
        for row in table.rows:
            value = row[index].value
            wanted.append(display_width(value) if isinstance(value, str) else 10 if value is not None else 0)
        widths.append(min(max(_NARROWEST, max(wanted) + 3.0), widest))
    return widths


def _height(row: Sequence[Cell], widths: Sequence[float]) -> float:
    """Points for the row's tallest cell: LibreOffice and WPS don't grow rows for wrapped text by themselves."""
    lines = 1
    for cell, width in zip(row, widths, strict=True):
        if isinstance(cell.value, str):
            # three signs less than the column: the indent, and a Chinese sign is never split over two lines
            wrapped = (math.ceil(display_width(line) / (width - 3)) for line in cell.value.split("\n"))
            lines = max(lines, sum(max(1, n) for n in wrapped))
    return min(_HIGHEST, _LINE_HEIGHT * lines + 4)

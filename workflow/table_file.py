"""A table that somebody else made, as lines of text: .xlsx or CSV, whatever program wrote it.

What can't be read is a BadValue with a sentence; nothing of such a file is taken in. Cells are never executed, and
formulas give the result that was saved with them.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from workflow.errors import BadValue

LARGEST_FILE = 50 << 20
LARGEST_UNPACKED = 400 << 20
MOST_LINES, MOST_COLUMNS = 200_000, 200
LONGEST_CELL = 400
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
NOTHING = "没有带入任何内容。"
EXACT = 10**15  # above it a spreadsheet's numbers have lost their last figures

Line = tuple[str, ...]


def lines_of(path: Path) -> list[Line]:
    """Every line, cells without blanks around them; line 1 is the first of the file, blank lines are kept.

    Dates come as ISO texts. Raises BadValue.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadValue(f"“{path.name}”超过 50 MB，{NOTHING}请只留要用的几列，另存后再试。")
        data = path.read_bytes()
    except OSError as problem:
        raise BadValue(f"“{path.name}”打不开，{NOTHING}请检查它是否还在，是不是正在别的程序里开着。") from problem
    if data.startswith(OLE):
        raise BadValue(
            f"“{path.name}”是旧格式（.xls、.et）或加了密码的表格，{NOTHING}请在表格软件里另存为 .xlsx 或 CSV 再试。"
        )
    rows = _sheet(path.name, data) if data.startswith(ZIP) else _csv(path.name, data)
    found: list[Line] = []
    for row in rows:
        if len(found) >= MOST_LINES:
            raise BadValue(f"“{path.name}”超过 {MOST_LINES} 行，{NOTHING}请分成几个文件。")
        found.append(tuple(cell.strip()[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]))
    while found and not any(found[-1]):
        found.pop()
    if not found:
        raise BadValue(f"“{path.name}”是空的，{NOTHING}请检查选的是不是这个文件。")
    return found


def _csv(name: str, data: bytes) -> Iterator[list[str]]:
    """UTF-8 (with or without mark) or GB 18030; separated by commas, tabs or semicolons."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    if "\0" in text:
        raise BadValue(f"“{name}”不是表格文件，{NOTHING}请选 .xlsx 或 CSV 文件。")
    first = text.partition("\n")[0]
    mark = max(",\t;", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    except csv.Error as problem:
        raise BadValue(f"“{name}”不是 CSV 文件，{NOTHING}请在表格软件里另存为 .xlsx 或 CSV 再试。") from problem


def _sheet(name: str, data: bytes) -> Iterator[list[str]]:
    """The first sheet that anything stands on."""
    import openpyxl  # a fifth of a second that no other verb waits for

    try:
        _refuse_bomb(name, data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of looks that it doesn't keep
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                for sheet in book.worksheets:
                    rows = ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
                    if any(lines := list(_limited(rows))):
                        yield from lines
                        return
            finally:
                book.close()
    except BadValue:
        raise
    except Exception as problem:  # a damaged package fails in many ways, all of which mean the same to the user
        raise BadValue(
            f"“{name}”打不开，可能已损坏，{NOTHING}请在表格软件里打开看看，另存为 .xlsx 或 CSV 再试。"
        ) from problem


def _refuse_bomb(name: str, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
            raise BadValue(f"“{name}”展开以后太大，{NOTHING}请只留要用的几列，另存后再试。")


def _limited(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_LINES:
            return  # the caller counts and refuses
        yield row


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= EXACT:
            return f"{cell:.6E}"  # the last figures are lost: it can't pass for a number
        return str(int(cell)) if cell == int(cell) else str(cell)
    return str(cell)

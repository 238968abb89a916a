"""A roster as a CSV file, as ``read --roster`` takes it: the columns 编号, 姓名, 公民身份号码, 出生日期, 区划代码."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from forms.form_file import FormError
from forms.kinds import Kind
from forms.values import FieldError, parse
from ocr.roster import Roster, RosterEntry

COLUMNS = {"编号": "id", "姓名": "name", "公民身份号码": "id_number", "出生日期": "birth_date", "区划代码": "division"}
NEEDED = ("编号", "姓名")


def load_roster(path: Path) -> Roster:
    """UTF-8 (with or without mark) or GB 18030. Raises FormError with a sentence that names the line, never a value."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormError(f"名单“{path.name}”打不开，请检查它是否还在。") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    rows = csv.DictReader(io.StringIO(text))
    missing = [c for c in NEEDED if c not in (rows.fieldnames or ())]
    if missing:
        raise FormError(f"名单“{path.name}”缺少“{'”“'.join(missing)}”列，没有使用。第一行应是列名。")
    try:
        return Roster(_entry(row, f"名单“{path.name}”第 {rows.line_num} 行") for row in rows)
    except csv.Error as error:
        raise FormError(f"名单“{path.name}”不是 CSV 文件，没有使用。请另存为 CSV 后再试。") from error


def _entry(row: dict[str, str | None], where: str) -> RosterEntry:
    told = {key: (row.get(column) or "").strip() for column, key in COLUMNS.items()}
    if not told["id"]:
        raise FormError(f"{where}没有编号，名单没有使用。")
    for kind, key in ((Kind.ID_NUMBER, "id_number"), (Kind.DATE, "birth_date")):
        try:
            told[key] = str(parse(kind, told[key]) or "")
        except FieldError as problem:
            raise FormError(f"{where}：{problem.sentence}名单没有使用。") from problem
    return RosterEntry(**told)

"""A department's list comes in: its columns recognised and shown first, every line looked at, what is refused said.

Only what a comparison needs is kept: name, ID number, birth date, and one place to look for the child.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from forms import id_number
from forms.kinds import Kind
from forms.values import FieldError, parse
from records import roster_rows
from records.columns import canonical_json
from records.ids import civil_date
from records.store import Store
from records.tables import Roster
from records.views import Actor
from records.views_roster import ColumnGuess, RefusedLine, RosterKind, RosterPreview
from workflow.changes import Changes
from workflow.errors import BadValue, NotAllowed
from workflow.names import normal_name
from workflow.permissions import Right, verb
from workflow.table_file import NOTHING, Line, lines_of

NAME, NUMBER, BORN, PLACE = "name", "id_number", "birth_date", "place"
MEANINGS: Mapping[str, str] = {NAME: "姓名", NUMBER: "公民身份号码", BORN: "出生日期", PLACE: "在哪里找"}
HEADER_WITHIN = 20  # lines: titles and notes stand above the header
OTHERS = ("父", "母", "监护", "家长", "照护", "联系", "户主", "班主任", "教师", "经办", "填表", "配偶", "祖", "申请")
EXCEL_DAYS = range(20_000, 60_000)  # 1954 to 2064 as a spreadsheet counts days
LONGEST_NAME = 60
SENSITIVE = frozenset({RosterKind.DISABILITY})
"""Lists that tell something extra-sensitive by who stands on them."""

_LOST = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_EIGHT = re.compile(r"(\d{4})(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class Listed:
    """One child as a list has it."""

    line: int
    name: str
    id_number: str
    birth_date: date | None
    place: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of bringing a list in."""

    roster_id: str
    rows: int
    refused: tuple[RefusedLine, ...]


@verb(Right.ROSTERS)
def preview(store: Store, actor: Actor, path: Path, columns: Mapping[str, str] | None = None) -> RosterPreview:
    """Look a file through: what each column is taken for, which lines would be refused. Nothing is kept.

    ``columns``: titles by meaning (``{"name": "学生姓名"}``), over what is recognised; "" leaves a meaning out.
    Raises BadValue.
    """
    lines = lines_of(path)
    header, mapped = _header(path.name, lines, columns or {})
    told = {at: means for means, at in mapped.items()}
    below = lines[header]
    listed, refused = _listed(lines, header, mapped)
    titles = tuple(
        ColumnGuess(title, told.get(at, ""), below[at] if at < len(below) else "")
        for at, title in enumerate(lines[header - 1])
        if title
    )
    return RosterPreview(header, titles, len(listed), refused)


@verb(Right.ROSTERS)
def look(store: Store, actor: Actor, path: Path, columns: Mapping[str, str] | None = None) -> RosterPreview:
    """As ``preview``; where columns aren't recognised, the titles that somebody can name, and what is missing.

    Raises BadValue for what is no table at all.
    """
    try:
        return preview(store, actor, path, columns)
    except BadValue as problem:
        top: list[Line] = [tuple(text for text in line if text) for line in lines_of(path)[:HEADER_WITHIN]]
        widest: Line = max(top, key=len)
        titles = dict.fromkeys(widest)  # a header names more than the titles above it
        return RosterPreview(0, tuple(ColumnGuess(title, "", "") for title in titles), 0, (), str(problem))


@verb(Right.ROSTERS)
def bring_in(  # noqa: PLR0913 (what a list is)
    store: Store,
    actor: Actor,
    now: datetime,
    path: Path,
    *,
    name: str,
    kind: RosterKind,
    as_of: date,
    columns: Mapping[str, str] | None = None,
    sensitive: bool = False,
) -> tuple[Changes, Brought]:
    """Take a list in; all usable lines or, where there is none, nothing. Raises BadValue, NotAllowed.

    ``sensitive``: every entry is sealed to the second store key, as with lists of disability.
    """
    name = name.strip()
    if not name or as_of > civil_date(now):
        raise BadValue(f"名单要有名称，截止日期不能晚于今天，{NOTHING}")
    sealed = sensitive or kind in SENSITIVE
    if sealed and store.opened_keys.sensitive is None:
        raise NotAllowed(f"这种名单特别敏感，只有指定的人能带入和比对，{NOTHING}请由指定的人来做。")
    lines = lines_of(path)
    listed, refused = _listed(lines, *_header(path.name, lines, columns or {}))
    if not listed:
        raise BadValue(f"“{path.name}”里没有一行能用，{NOTHING}请先预览，看各列认得对不对。")
    with store.transaction() as session:
        if roster_rows.by_name(session, name) is not None:
            raise BadValue(f"已经有同名的名单，{NOTHING}请换一个名称，或先删除旧的。")
        row = Roster(
            id=store.new_id(), name=name, kind=kind, as_of=as_of, division=actor.division, sensitive=sealed,
            rows=len(listed), refused=len(refused), at=now, by=actor.user_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        roster_rows.add_entries(session, [_entry(store, row.id, each, sealed=sealed) for each in listed])
        detail: dict[str, str | int] = {"rows": len(listed), "refused": len(refused)}
        store.audit(session, actor.user_id, now, "roster.bring_in", row.id, detail)
        return Changes(office=True), Brought(row.id, len(listed), refused)


def _entry(store: Store, roster_id: str, listed: Listed, *, sealed: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": store.new_id(),
        "roster_id": roster_id,
        "line": listed.line,
        "name": "",
        "name_norm": "",
        "id_number": None,
        "birth_date": None,
        "place": "",
        "sealed": None,
    }
    if sealed:
        born = None if listed.birth_date is None else listed.birth_date.isoformat()
        said = {NAME: listed.name, NUMBER: listed.id_number, BORN: born, PLACE: listed.place}
        return {**row, "sealed": store.seal(canonical_json(said).encode(), f"roster_entries/{row['id']}")}
    return {
        **row,
        "name": listed.name,
        "name_norm": normal_name(listed.name),
        "id_number": listed.id_number or None,
        "birth_date": listed.birth_date,
        "place": listed.place,
    }


# -- columns ----------------------------------------------------------------------------------------------------------


def _header(file: str, lines: Sequence[Line], columns: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """The line of the titles (from 1), and the columns by meaning. Raises BadValue where no name column is found."""
    unknown = [means for means in columns if means not in MEANINGS]
    if unknown:
        raise BadValue(f"列的意思只能是：{'、'.join(MEANINGS.values())}。{NOTHING}")
    named = {means: title for means, title in columns.items() if title}
    for number, line in enumerate(lines[:HEADER_WITHIN], start=1):
        found = {means: at for means, at in _meanings(line).items() if columns.get(means) != ""}
        for means, title in named.items():
            if title in line:
                found[means] = line.index(title)
        if NAME in found and all(title in line for title in named.values()):
            if NUMBER not in found and BORN not in found:
                raise BadValue(
                    f"“{file}”里没有认出公民身份号码或出生日期的列，{NOTHING}同名的孩子分不开。请写明是哪一列。"
                )
            if number == len(lines):
                raise BadValue(f"“{file}”的标题行下面没有内容，{NOTHING}")
            return number, found
    asked = f"写明的列“{'”“'.join(named.values())}”" if named else "写着姓名的标题行"
    raise BadValue(f"“{file}”的前 {HEADER_WITHIN} 行里没有找到{asked}，{NOTHING}请检查文件，或写明是哪一列。")


def _meanings(titles: Line) -> dict[str, int]:
    """The first column for each meaning; columns about parents, teachers and others are passed over."""
    found: dict[str, int] = {}
    for at, title in enumerate(titles):
        plain = re.sub(r"[\s*（(].*$|[\s*]", "", title)
        means = "" if any(word in plain for word in OTHERS) else _means(plain)
        if means:
            found.setdefault(means, at)
    return found


def _means(title: str) -> str:
    if title.endswith("姓名") and len(title) <= 6:
        return NAME
    if any(word in title for word in ("身份证", "身份号码", "证件号")) and "类型" not in title:
        return NUMBER
    if (title.startswith("出生") and "地" not in title and "医学" not in title) or title.endswith("生日"):
        return BORN
    where = ("住址", "居住地", "地址", "学校", "幼儿园", "接种单位", "就读")
    return PLACE if any(word in title for word in where) and "户籍" not in title else ""


# -- lines ------------------------------------------------------------------------------------------------------------


def _listed(
    lines: Sequence[Line], header: int, mapped: Mapping[str, int]
) -> tuple[list[Listed], tuple[RefusedLine, ...]]:
    """Usable lines and refused ones. A child that stands there twice is taken once."""
    listed: list[Listed] = []
    refused: list[RefusedLine] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[header:], start=header + 1):
        told = {means: line[at] if at < len(line) else "" for means, at in mapped.items()}
        if not any(told.values()):
            continue
        try:
            each = _line(number, told)
        except FieldError as problem:
            refused.append(RefusedLine(number, problem.sentence))
            continue
        same = (each.id_number,) if each.id_number else (normal_name(each.name), str(each.birth_date))
        if same in seen:
            refused.append(RefusedLine(number, f"和第 {seen[same]} 行是同一名儿童，只带入一次。"))
            continue
        seen[same] = number
        listed.append(each)
    return listed, tuple(refused)


def _line(number: int, told: Mapping[str, str]) -> Listed:
    """Raises FieldError with a sentence that holds no value."""
    name = normal_name(told.get(NAME, ""))[:LONGEST_NAME]
    if not name:
        raise FieldError("没有姓名。")
    whole = _number(told.get(NUMBER, ""))
    born = _born(told.get(BORN, ""))
    if born is None and whole:
        born = id_number.birth_date(whole)
    if not whole and born is None:
        raise FieldError("公民身份号码和出生日期都没有，同名的孩子分不开。")
    return Listed(number, name, whole, born, told.get(PLACE, ""))


def _number(text: str) -> str:
    if _LOST.fullmatch(text):
        raise FieldError("公民身份号码被表格软件存成了数字，后几位已经丢失。请把这一列设为文本，重新导出。")
    if text in ("", "无", "暂无", "不详", "-", "/"):
        return ""
    try:
        return str(parse(Kind.ID_NUMBER, text) or "")
    except FieldError as problem:
        raise FieldError("公民身份号码不对（位数或校验码）。") from problem


def _born(text: str) -> date | None:
    if not text:
        return None
    eight = _EIGHT.fullmatch(text)
    if text.isdigit() and int(text) in EXCEL_DAYS:
        return date(1899, 12, 30) + timedelta(days=int(text))  # https://learn.microsoft.com/office/vba (1900 系统)
    try:
        value = parse(Kind.DATE, "-".join(eight.groups()) if eight else text)
        return date.fromisoformat(str(value)) if value else None
    except (FieldError, ValueError) as problem:
        raise FieldError("出生日期不是一个日期。") from problem

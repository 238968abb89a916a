"""Copies of identity cards and household register cards: whose they are, from the printed lines of the page.

居民身份证 (GA 490) prints 姓名, 性别, 民族, 出生, 住址, 公民身份号码; a 户口簿's 常住人口登记卡 prints the same under
other names, in a table, with the relation to the head of the household. The lines come from PaddleOCR's pipeline; a
label is found at the start of a line or inside it, its value after it, in the line to its right, or (addresses) below.
Pages hold several papers: every 姓名 begins one. Nothing here is vouched for: what the number says about birth and sex
is compared with what stands beside it and told as evidence and reason, for a person to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forms import id_number
from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, parse
from ocr.reading import FieldReading, PageReading
from ocr.upright_lines import UprightLine, upright_lines, view_box

ID_CARD = "id_card_copy"
HOUSEHOLD = "household_copy"
MOST = 4
"""People on one page: both sides of two cards, or a register opened at four cards; more are left to the person."""

HOLDER = {
    "姓名": "holder_name",
    "性别": "holder_sex",
    "民族": "holder_ethnic_group",
    "出生": "holder_birth_date",
    "出生日期": "holder_birth_date",
    "住址": "holder_address",
    "公民身份号码": "holder_id_number",
    "公民身份证件编号": "holder_id_number",
    "户主或与户主关系": "holder_relation",
    "与户主关系": "holder_relation",
}
"""Printed label to the dictionary's key without its number."""
OTHERS = (
    *("曾用名", "出生地", "籍贯", "本市（县）其他住址", "其他住址", "宗教信仰", "身高", "血型", "文化程度", "婚姻状况"),
    *("兵役状况", "服务处所", "职业", "何时由何地迁来", "签发机关", "有效期限", "户主姓名", "户别", "户号", "登记日期"),
    "承办人签章",
)
"""Labels whose values aren't taken; they end the value before them."""
_PLAIN = {unicodedata.normalize("NFKC", label): label for label in (*HOLDER, *OTHERS)}
# the longest first: 出生日期 and 出生地 begin with 出生
_LABEL = re.compile("|".join(re.escape(label) for label in sorted(_PLAIN, key=len, reverse=True)))
_NUMBER = re.compile(r"\d{17}[\dX]")
_SHORT = 2
"""Characters: labels as short as this stand at the start of a line or after another label's value, never in a word."""


@dataclass(frozen=True, slots=True)
class Found:
    """One value: ``key`` of the dictionary (numbered), text as printed, the line that holds it, doubts and evidence."""

    key: str
    text: str
    value: JsonValue
    line: UprightLine
    reasons: tuple[str, ...]
    agrees: bool
    """What the ID number says about it is the same (birth date, sex)."""


@dataclass(frozen=True, slots=True)
class Papers:
    """``kind``: ``id_card_copy`` or ``household_copy``."""

    kind: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A label with its value."""

    label: str
    text: str
    at: UprightLine
    line: UprightLine


def identity_papers(lines: Sequence[UprightLine]) -> Papers | None:
    """What the page's lines say about whose papers these are; None for a page that is no copy of such papers."""
    kind = _kind(lines)
    if kind is None:
        return None
    pieces = list(_pieces(lines))
    starts = sorted((p for p in pieces if p.label == "姓名"), key=lambda p: (p.at.box[1], p.at.box[0]))[:MOST]
    if not starts:
        return Papers(kind, ())
    people: list[dict[str, _Piece]] = [{} for _ in starts]
    for piece in pieces:
        if piece.label in HOLDER:
            person = people[_nearest(piece, starts)]
            person.setdefault(HOLDER[piece.label], piece)
    _lone_numbers(lines, pieces, starts, people)
    found = [f for number, person in enumerate(people, start=1) for f in _told(person, number)]
    return Papers(kind, tuple(found))


def _lone_numbers(
    lines: Sequence[UprightLine], pieces: Sequence[_Piece], starts: Sequence[_Piece], people: list[dict[str, _Piece]]
) -> None:
    """ID numbers whose label was lost stand for themselves."""
    taken = {id(piece.line) for piece in pieces}
    for line in lines:
        if id(line) not in taken and _NUMBER.fullmatch(_plain(line.text)):
            piece = _Piece("公民身份号码", _plain(line.text), line, line)
            people[_nearest(piece, starts)].setdefault("holder_id_number", piece)


def with_identities(reading: PageReading) -> PageReading:
    """The reading of a page of unknown form; a copy of such papers with its reason and a field for each value."""
    papers = identity_papers(upright_lines(reading))
    if papers is None:
        return reading
    fields = tuple(
        FieldReading(
            key=f.key,
            raw=f.line.text,
            text=f.text,
            value=f.value,
            confidence=round(0.5 * f.line.confidence, 4),
            box_px=f.line.delivered,
            view_box_px=view_box([f.line], reading),
            reasons=(papers.kind, *f.reasons),
            evidence={"agrees_id_number": 1.0} if f.agrees else {},
        )
        for f in papers.found
    )
    return replace(reading, reason=papers.kind, fields=fields)


def _kind(lines: Sequence[UprightLine]) -> str | None:
    page = "".join(_plain(line.text) for line in lines)
    labels = {m for line in lines for m in _LABEL.findall(_plain(line.text))}
    if "常住人口登记卡" in page or ("户口" in page and "与户主关系" in page) or "户主或与户主关系" in labels:
        return HOUSEHOLD
    if "居民身份证" in page or {"公民身份号码", "住址"} <= labels or {"公民身份号码", "出生", "民族"} <= labels:
        return ID_CARD
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("別", "别")


def _pieces(lines: Sequence[UprightLine]) -> Iterator[_Piece]:
    cut = [(line, _cut(_plain(line.text))) for line in lines]
    free = [line for line, parts in cut if not parts]
    for line, parts in cut:
        for place, (label, text) in enumerate(parts):
            last = place == len(parts) - 1
            if text or not last:
                yield _Piece(label, text + (_below(line, free) if label == "住址" and last else ""), line, line)
                continue
            beside = _beside(line, free)
            if beside is not None:
                text, following = _headed(_plain(beside.text))
                yield _Piece(label, text + (_below(beside, free) if label == "住址" else ""), line, beside)
                yield from (_Piece(label, text, beside, beside) for label, text in following)


def _headed(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A value, and labels with values after it in the same line: 男民族汉."""
    inside = next((m for m in _LABEL.finditer(text) if m.start() > 0 and m[0] in ("民族", "性别")), None)
    return (text, []) if inside is None else (text[: inside.start()].strip(".,·"), _cut(text[inside.start() :]))


def _cut(text: str) -> list[tuple[str, str]]:
    """A line cut at its labels: [(label, what follows it)]; [] for a line that begins with none."""
    found = list(_LABEL.finditer(text))
    if not found or found[0].start() > 0:
        return []
    # 民族 in a school's name, 住址 in a sentence: a short label inside a line must follow a value
    kept = [m for n, m in enumerate(found) if n == 0 or len(m[0]) > _SHORT or m.start() > found[n - 1].end()]
    ends = [m.start() for m in kept[1:]] + [len(text)]
    return [(_PLAIN[m[0]], text[m.end() : end].strip(":.,·")) for m, end in zip(kept, ends, strict=True)]


def _beside(label: UprightLine, free: Sequence[UprightLine]) -> UprightLine | None:
    """The nearest line to the right in the label's own row."""
    _, top, right, bottom = label.box
    tall = bottom - top
    near = [
        (other.box[0] - right, n)
        for n, other in enumerate(free)
        if other.box[0] >= right - 0.5 * tall
        and min(bottom, other.box[3]) - max(top, other.box[1]) > 0.15 * min(tall, other.height)
    ]
    return free[min(near)[1]] if near and min(near)[0] < 10 * tall else None


def _below(line: UprightLine, free: Sequence[UprightLine]) -> str:
    """Further lines of an address: set under it, close, and not far to the left of its start."""
    told, current = "", line
    while True:
        tall = current.height
        under = [
            other
            for other in free
            if 0 < other.box[1] - current.box[1] < 2.2 * tall
            and other.box[1] > current.box[1] + 0.5 * tall
            and other.box[0] < line.box[2]
            and other.box[0] >= line.box[0] - 0.5 * tall
            and not _NUMBER.search(_plain(other.text))
        ]
        if not under:
            return told
        current = min(under, key=lambda other: (other.box[1], other.box[0]))
        told += _plain(current.text)


def _nearest(piece: _Piece, starts: Sequence[_Piece]) -> int:
    """The paper that a value belongs to: the 姓名 above it (or level with it) that is nearest."""
    x, y = piece.at.box[0], piece.at.box[1]

    def distance(n: int) -> float:
        start = starts[n].at
        above = y - start.box[1] >= -start.height
        away = (
            abs(y - start.box[1])
            + 1.5 * max(0.0, start.box[0] - 2 * start.height - x)
            + 0.3 * max(0.0, x - start.box[0])
        )
        return away if above else away + 1e6

    return min(range(len(starts)), key=distance)


def _told(person: dict[str, _Piece], number: int) -> Iterator[Found]:
    """A person's values with what they say about each other."""
    values = {key: _value(key, number, piece.text) for key, piece in person.items()}
    id_text = values.get("holder_id_number", (None, True))[0]
    says = _from_number(id_text) if isinstance(id_text, str) else {}
    for key in dict.fromkeys(HOLDER.values()):
        if key not in person:
            continue
        value, invalid = values[key]
        reasons = []
        if invalid:
            reasons.append(f"invalid_{load_dictionary().fields[f'{key}_1'].kind.value}")
        agrees = key in says and says[key] == value
        if key in says and not invalid and not agrees:
            reasons.append("conflict_id_birth" if key == "holder_birth_date" else "conflict_id_sex")
        piece = person[key]
        yield Found(f"{key}_{number}", piece.text, value, piece.line, tuple(reasons), agrees)


def _from_number(number: str) -> dict[str, JsonValue]:
    born, sex = id_number.birth_date(number), id_number.sex(number)
    return {"holder_birth_date": born.isoformat(), "holder_sex": [sex]}


def _value(key: str, number: int, text: str) -> tuple[JsonValue, bool]:
    definition = load_dictionary().fields[f"{key}_{number}"]
    if key == "holder_id_number":
        found = _NUMBER.search(text)
        text = found[0] if found else text
    nothing: JsonValue = [] if definition.kind is Kind.CHOICE else None
    try:
        field = FormField(definition.key, definition.label, definition.kind, 1, Box(0, 0, 1, 1))
        return parse(definition.kind, text, field=field, code_table=definition.code_table), False
    except FieldError:
        return nothing, True

"""A page whose form is unknown: its lines of text paired to labels and values, everything for a person to look at.

Only labels that the dictionary knows are paired: with what follows their colon, with what stands behind them in the
same line of text, to their right, or below. Nothing of it is ever vouched for: there is no form that says where a
value ends, and a wrong neighbour reads as well as a right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField
from forms.kinds import JsonValue, Kind
from forms.labels import BY_SUBJECT, LabelMatch, match_label, subject_of
from forms.values import FieldError, parse
from ocr.reading import FieldReading, PageReading
from ocr.upright_lines import UprightLine, upright_lines, view_box

REASON = "unknown_form"
_COLONS = re.compile(r"[:：]")
_GAP = re.compile(r"\s{2,}|　")
LONGEST_LABEL = 16


@dataclass(frozen=True, slots=True)
class _Pair:
    label: str
    value: str
    line: UprightLine
    match: LabelMatch


def with_pairs(reading: PageReading) -> PageReading:
    """The reading of a page of unknown form with a field for every label that was paired to a value."""
    if reading.fields:
        return reading  # a copy of an identity paper, whose labels are its own
    lines = upright_lines(reading)
    taken: set[str] = set()
    fields = []
    for pair in _pairs(lines):
        if pair.match.key is None or pair.match.key in taken:
            continue
        taken.add(pair.match.key)
        fields.append(_field(pair, reading))
    return replace(reading, fields=tuple(fields))


def _pairs(lines: Sequence[UprightLine]) -> Iterator[_Pair]:
    heading = ""
    used: set[int] = set()
    for n, line in enumerate(lines):
        if subject_of(line.text) and len(line.text) <= 6:
            heading = line.text
        within = list(_within(line, heading))
        if within:
            used.add(n)
            yield from within
    for n, line in enumerate(lines):
        match = None if n in used else _label(line.text, heading="")
        if match is None:
            continue
        beside = _beside(n, lines, used)
        if beside is not None:
            used.add(beside)
            yield _Pair(line.text, lines[beside].text, lines[beside], match)


def _within(line: UprightLine, heading: str) -> Iterator[_Pair]:
    """Labels and values in one line: 姓名：张三 性别：女, or 姓名张三 without a colon."""
    parts = _COLONS.split(line.text)
    if len(parts) == 1:
        found = _without_colon(line.text)
        if found is not None:
            yield _Pair(*found[:2], line, found[2])
        return
    label = parts[0]
    for n, part in enumerate(parts[1:], start=1):
        value, following = part, ""
        if n < len(parts) - 1:
            value, following = _parted(part)
        match = _label(label, heading)
        if match is not None and value.strip(" _"):
            yield _Pair(label, value.strip(" _"), line, match)
        label = following


def _parted(text: str) -> tuple[str, str]:
    """The value at the start of a text and the label at its end: 张三 and 性别."""
    pieces = _GAP.split(text.strip())
    if len(pieces) > 1:
        return " ".join(pieces[:-1]), pieces[-1]
    for start in range(max(0, len(text) - LONGEST_LABEL), len(text) - 1):
        if _label(text[start:], "") is not None:
            return text[:start], text[start:]
    return text, ""


def _without_colon(text: str) -> tuple[str, str, LabelMatch] | None:
    if _label(text, "") is not None:
        return None
    for end in range(min(len(text) - 1, LONGEST_LABEL), 1, -1):
        match = _label(text[:end], "")
        rest = text[end:].strip(" _")
        # 学校（园）名称 is one label, and so is 实际照护人姓 | 名
        if match is not None and match.confidence >= 1.0 and len(rest) >= 2 and rest[0] not in "（(□":
            return text[:end], rest, match
    return None


def _label(text: str, heading: str) -> LabelMatch | None:
    """The meaning of a text if it is a label that the dictionary knows."""
    if not 2 <= len(text.strip()) <= LONGEST_LABEL:
        return None
    match = match_label(text, (heading,) if heading else ())
    return match if match.key is not None and match.confidence >= BY_SUBJECT else None


def _beside(n: int, lines: Sequence[UprightLine], used: set[int]) -> int | None:
    """The line that holds a label's value: the next one to its right, else the next one below."""
    left, top, right, bottom = lines[n].box
    tall = lines[n].height
    rights, belows = [], []
    for m, other in enumerate(lines):
        if m == n or m in used:
            continue
        x0, y0, x1, y1 = other.box
        if x0 >= right - 0.3 * tall and min(bottom, y1) - max(top, y0) > 0.4 * min(tall, other.height):
            rights.append((x0 - right, m))
        if y0 >= bottom - 0.3 * tall and min(right, x1) - max(left, x0) > 0.3 * min(right - left, x1 - x0):
            belows.append((y0 - bottom, m))
    for distance, m in (*sorted(rights)[:1], *sorted(belows)[:1]):
        if distance < 12 * tall and _label(lines[m].text, "") is None and not _COLONS.search(lines[m].text):
            return m
    return None


def _field(pair: _Pair, reading: PageReading) -> FieldReading:
    definition = load_dictionary().fields[pair.match.key or ""]
    value, invalid = _value(definition.key, definition.kind, pair.value, definition.code_table)
    reasons = (REASON, *((f"invalid_{definition.kind.value}",) if invalid else ()))
    return FieldReading(
        key=definition.key,
        raw=pair.value,
        text=pair.value,
        value=value,
        confidence=round(0.5 * pair.line.confidence * pair.match.confidence, 4),
        box_px=pair.line.delivered,
        view_box_px=view_box([pair.line], reading),
        reasons=reasons,
    )


def _value(key: str, kind: Kind, text: str, table: str | None) -> tuple[JsonValue, bool]:
    nothing: JsonValue = [] if kind is Kind.CHOICE else None
    if kind is Kind.SIGNATURE:
        return "present", False
    try:
        return parse(kind, text, field=FormField(key, "", kind, 1, Box(0, 0, 1, 1)), code_table=table), False
    except FieldError:
        return nothing, True

"""From a compact layout description to a form's exact geometry.

A layout (``resources/forms/*.layout.toml``) lists rows of label and field cells; labels' texts, option lists and
kinds come from the dictionary. Everything is in millimetres from the page's top left, type sizes in points.
The result is a ``Form`` without blank pictures; ``exporters.draw_forms`` draws those.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from forms.code_tables import code_table
from forms.dictionary import FieldDefinition, load_dictionary
from forms.form_file import Box, Form, FormError, FormField, FormOption, FormPage, PrintedLine, PrintedText, Purpose
from forms.kinds import Kind

PAGE_W, PAGE_H = 210.0, 297.0
POINT = 25.4 / 72
FRAME, RULE = 1.0, 0.5  # points: look.md, printed papers
INSET = 0.5  # from a cell's rule to the place for writing
SECTION_W, GROUP_W = 9.0, 8.0
TICK = 3.8  # side of a tick box
TICK_GAP = 1.1  # from a tick box to its label
OPTION_GAP = 2.8  # least distance from a label to the next tick box
COMB_W, COMB_H, COMB_GAP = 5.5, 7.5, 1.0
COMBS: Mapping[Kind, tuple[int, ...]] = {Kind.ID_NUMBER: (6, 8, 4), Kind.PHONE: (3, 4, 4)}
LABEL_SIZE, OPTION_SIZE, NOTE_SIZE = 10.5, 10.0, 8.5


@dataclass
class _Page:
    """What has been set on one page so far."""

    number: int
    lines: list[PrintedLine] = field(default_factory=list)
    texts: list[PrintedText] = field(default_factory=list)
    fields: list[FormField] = field(default_factory=list)


def load_layout(path: Path) -> Form:
    """The form that a layout file describes. Raises FormError where something doesn't fit its place."""
    with path.open("rb") as file:
        return build(tomllib.load(file))


def build(layout: Mapping[str, Any]) -> Form:
    """As ``load_layout``, from the parsed description."""
    set_pages = [_set_page(layout, raw, number) for number, raw in enumerate(layout["page"], start=1)]
    corners = _corners(layout["corner"], layout["corner_margin"])
    x, y, side = layout["qr"]
    pages = tuple(
        FormPage(PAGE_W, PAGE_H, corners, Box(x, y, side, side), tuple(p.lines), tuple(p.texts), blank_dpi=200)
        for p in set_pages
    )
    fields = tuple(f for p in set_pages for f in p.fields)
    purpose = Purpose(layout.get("purpose", Purpose.REGISTRATION))
    return Form(layout["id"], layout["version"], layout["title"], pages, fields, purpose)


def text_width(text: str, size: float) -> float:
    """Width in millimetres of the widest line of ``text`` at ``size`` points, CJK characters one em, others 0.6."""
    return max(sum(1.0 if ord(c) > 0x2000 else 0.6 for c in line) for line in text.split("\n")) * size * POINT


def _corners(side: float, margin: float) -> tuple[Box, ...]:
    far_x, far_y = PAGE_W - margin - side, PAGE_H - margin - side
    return tuple(Box(x, y, side, side) for x, y in ((margin, margin), (far_x, margin), (far_x, far_y), (margin, far_y)))


def _set_page(layout: Mapping[str, Any], raw: Mapping[str, Any], number: int) -> _Page:
    page = _Page(number)
    left, width = float(layout["left"]), float(layout["width"])
    title = raw["title"]
    title_box = Box(left, title["y"], width, title["h"])
    page.texts.append(PrintedText(title.get("text", layout["title"]), title_box, title["size"], "center", "title"))
    _set_heads(page, raw)
    top = y = float(raw["top"])
    for section in raw["section"]:
        if y > top:
            page.lines.append(PrintedLine(left, y, left + width, y, RULE))
        y = _set_section(page, section, left, y, width)
    frame = ((left, top, left + width, top), (left, y, left + width, y), (left, top, left, y))
    page.lines += [PrintedLine(*ends, FRAME) for ends in (*frame, (left + width, top, left + width, y))]
    _set_foot(page, raw, left, width, y)
    return page


def _set_heads(page: _Page, raw: Mapping[str, Any]) -> None:
    """The line above the table: labels, each with a place to write on an underline."""
    if "heads" not in raw:
        return
    y, h = raw["heads_y"]
    for label, x, label_w, key, field_w in raw["heads"]:
        _set_text(page, label, Box(x, y, label_w, h), LABEL_SIZE, "left")
        page.lines.append(PrintedLine(x + label_w, y + h, x + label_w + field_w, y + h, RULE))
        _set_field(page, key, Box(x + label_w, y, field_w, h), {})


def _set_foot(page: _Page, raw: Mapping[str, Any], left: float, width: float, bottom: float) -> None:
    y = bottom + 0.8
    for note in raw.get("notes", ()):
        _set_text(page, note, Box(left, y, width, 4.2), NOTE_SIZE, "left")
        y += 4.2
    _set_text(page, raw["footer"], Box(left, PAGE_H - 12.0, width, 5.0), 9.0, "center")


def _set_section(page: _Page, section: Mapping[str, Any], x: float, y: float, width: float) -> float:
    """A section with its name written downwards at the left; returns where the next one starts."""
    groups = section.get("group") or [{"title": "", "rows": section["rows"]}]
    bottom: float = y + sum(row[0] for group in groups for row in group["rows"])
    inner = x
    if section["title"]:
        inner = x + SECTION_W
        _set_downwards(page, section["title"], Box(x, y, SECTION_W, bottom - y), "sans")
        page.lines.append(PrintedLine(inner, y, inner, bottom, RULE))
    start = y
    for group in groups:
        if y > start:
            page.lines.append(PrintedLine(inner, y, x + width, y, RULE))
        y = _set_group(page, group, inner, y, x + width - inner)
    return bottom


def _set_group(page: _Page, group: Mapping[str, Any], x: float, y: float, width: float) -> float:
    rows = group["rows"]
    bottom: float = y + sum(row[0] for row in rows)
    right = x + width
    if group["title"]:
        _set_downwards(page, group["title"], Box(x, y, GROUP_W, bottom - y), "serif")
        x += GROUP_W
        page.lines.append(PrintedLine(x, y, x, bottom, RULE))
    for index, (height, *cells) in enumerate(rows):
        if index:
            page.lines.append(PrintedLine(x, y, right, y, RULE))
        _set_row(page, cells, Box(x, y, right - x, height))
        y += height
    return bottom


def _set_row(page: _Page, cells: Sequence[Sequence[Any]], row: Box) -> None:
    if abs(sum(cell[1] for cell in cells) - row.w) > 1e-6:
        raise FormError(f"版面描述里“{cells[0][0]}”一行各格宽度之和不是 {row.w:g} 毫米。")
    x = row.x
    for content, width, *more in cells:
        extra: Mapping[str, Any] = more[0] if more else {}
        cell = Box(x, row.y, width, row.h)
        if x > row.x:
            page.lines.append(PrintedLine(x, row.y, x, row.bottom, RULE))
        if content.startswith("@"):
            _set_field(page, content[1:], cell, extra)
        else:
            _set_text(page, content, cell, extra.get("size", LABEL_SIZE), "center")
        x += width


def _set_text(page: _Page, text: str, box: Box, size: float, align: str, face: str = "serif") -> None:
    if text_width(text, size) > box.w + 0.01:
        raise FormError(f"版面描述里“{text}”放不进 {box.w:g} 毫米宽的格子。")
    page.texts.append(PrintedText(text, box, size, align, face))


def _set_downwards(page: _Page, title: str, box: Box, face: str) -> None:
    _set_text(page, "\n".join(title), box, LABEL_SIZE, "center", face)


def _set_field(page: _Page, key: str, cell: Box, extra: Mapping[str, Any]) -> None:
    definition = load_dictionary().fields[key]
    box = Box(cell.x + INSET, cell.y + INSET, cell.w - 2 * INSET, cell.h - 2 * INSET)
    options: tuple[FormOption, ...] = ()
    cells: tuple[Box, ...] = ()
    if definition.kind is Kind.CHOICE:
        options = _set_options(page, definition, box, extra)
    elif groups := extra.get("comb") or COMBS.get(definition.kind):
        cells = _comb(key, box, groups)
    page.fields.append(
        FormField(key, definition.label, definition.kind, page.number, box, cells, definition.multiple, options)
    )


def _comb(key: str, box: Box, groups: Sequence[int]) -> tuple[Box, ...]:
    """One cell per character in groups with a little air between, centred in ``box``."""
    width = sum(groups) * COMB_W + (len(groups) - 1) * COMB_GAP
    if width > box.w or box.h < COMB_H:
        raise FormError(f"版面描述里“{key}”的格子放不下 {sum(groups)} 个字格。")
    x, y = box.x + (box.w - width) / 2, box.y + (box.h - COMB_H) / 2
    breaks = set(accumulate(groups))
    cells = []
    for index in range(sum(groups)):
        if index in breaks:
            x += COMB_GAP
        cells.append(Box(round(x, 3), round(y, 3), COMB_W, COMB_H))
        x += COMB_W
    return tuple(cells)


def _set_options(
    page: _Page, definition: FieldDefinition, box: Box, extra: Mapping[str, Any]
) -> tuple[FormOption, ...]:
    """Tick boxes with their labels: on one line with even gaps, or on several lines in columns."""
    if definition.code_table is None:
        raise FormError(f"栏目“{definition.label}”没有选项表。")
    entries = code_table(definition.code_table).entries
    widths = [TICK + TICK_GAP + text_width(entry.label, OPTION_SIZE) for entry in entries]
    lines = int(extra.get("lines", 1))
    places = list(_places(definition.label, widths, lines, box))
    options = []
    for entry, width, (x, y) in zip(entries, widths, places, strict=True):
        tick = Box(round(x, 3), round(y - TICK / 2, 3), TICK, TICK)
        label_x = tick.right + TICK_GAP
        label = Box(round(label_x, 3), round(y - 3.0, 3), round(width - TICK - TICK_GAP + 0.5, 3), 6.0)
        _set_text(page, entry.label, label, OPTION_SIZE, "left")
        options.append(FormOption(entry.code, entry.label, tick))
    return tuple(options)


def _places(label: str, widths: Sequence[float], lines: int, box: Box) -> Iterable[tuple[float, float]]:
    """Left edge and vertical middle of every option."""
    margin = 1.5
    columns = -(-len(widths) // lines)
    room = box.w - 2 * margin
    if lines == 1:
        gap = min(7.0, (room - sum(widths)) / max(1, len(widths) - 1))
        starts = list(accumulate((w + gap for w in widths[:-1]), initial=0.0))
    else:
        # a column is as wide as its widest option; what is left goes evenly between the columns
        column_w = [max(widths[c::columns]) for c in range(columns)]
        gap = min(9.0, (room - sum(column_w)) / max(1, columns - 1))
        starts = list(accumulate((w + gap for w in column_w[:-1]), initial=0.0))
    if (len(widths) > 1 and gap < OPTION_GAP - 1e-6) or sum(widths[:1]) > room:
        raise FormError(f"版面描述里“{label}”的选项放不下（还差 {OPTION_GAP - gap:.1f} 毫米间距）。")
    pitch = box.h / lines
    for index in range(len(widths)):
        line, column = divmod(index, columns)
        yield box.x + margin + starts[column], box.y + (line + 0.5) * pitch

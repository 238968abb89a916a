"""A form printed with values already known: what is printed where. Pure; both who prints and who reads go by it.

A prefilled copy's serial begins with ``MARK``, a letter that no other serial holds: so the QR code tells the reader
that what stands typeset in the cells was printed, and that only what is written by hand is news.
Values stand at the left of their cell (at the top of a high one), so that there is room for another beside or below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from forms.form_file import Box, Form, FormField, FormPage, PrintedText, Purpose
from forms.kinds import JsonValue, Kind
from forms.layout import POINT, text_width
from forms.values import empty, format_value

MARK = "U"
"""First letter of the serial of a prefilled copy; Crockford's base 32, in which serials are, leaves it out."""
NEVER = frozenset({"form_date", "form_update", "form_number", "form_collection", "informed"})
"""What is said anew each time: when and how, whether something changed, that the guardian was told."""
UPDATE = "form_update"
UNCHANGED = "unchanged"
"""Field and option of the printed 无变化 tick box."""

SIZE, LEAST = 10.5, 6.5
"""Points: type of printed values, and the smallest that an address is set in."""
INSET = 1.2
LEADING = 1.22
HIGH = 13.0
"""Millimetres: in cells from here on values stand at the top."""
FACE = "sans"
TICK = "√"
NOTE = (
    "本表已按上次登记内容预填。有变化的划去原内容，在旁边或上下空白处改写；"
    "都没有变化的，勾选“信息无变化”。请填日期并签名。"
)
NOTE_OTHER = "本表已按登记内容预填。有变化的划去原内容，在旁边或上下空白处改写。请填日期并签名。"
NOTE_SIZE = 8.5
TOP, CLEAR = 7.0, 3.0
"""Millimetres: nothing is set nearer to the edge of the paper; from corner squares and the QR code."""


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """One field as printed: ``text`` as a person would read it, ``value``, and the pieces that are set.

    ``marks``: codes of the options that are ticked; their ticks are among ``texts``.
    """

    field: FormField
    value: JsonValue
    text: str
    texts: tuple[PrintedText, ...]
    marks: tuple[str, ...] = ()


def is_prefilled(serial: str | None) -> bool:
    """Whether a sheet with this serial was printed with values on it."""
    return bool(serial) and str(serial).startswith(MARK)


def printed_values(form: Form, values: Mapping[str, JsonValue]) -> Mapping[str, PrintedValue]:
    """What of ``values`` is printed on the form, by key, in the form's order.

    Left out, so that the field stays blank: empty values, keys of other forms, signatures, what is said anew each
    time (``NEVER``), and what can't be set in its cell even in the smallest type.
    """
    found = {}
    for field in form.fields:
        value = values.get(field.key)
        if field.key in NEVER or field.kind is Kind.SIGNATURE or empty(value):
            continue
        printed = _ticks(field, value) if field.options else _text(field, value)
        if printed is not None:
            found[field.key] = printed
    return found


def note(form: Form, page: int) -> PrintedText:
    """The line under a page's title that says what to do with a prefilled form."""
    side = form.pages[page - 1]
    title = next((t for t in side.texts if t.face == "title"), None)
    top = title.box.bottom if title else 24.0
    left = min((line.x1 for line in side.lines), default=15.0)
    says = NOTE if UPDATE in form.by_key and form.purpose is Purpose.REGISTRATION else NOTE_OTHER
    room = (side.qr.x - 2.0 if side.qr else side.width_mm - left) - left
    size = min(NOTE_SIZE, floor(100 * NOTE_SIZE * room / text_width(says, NOTE_SIZE)) / 100)
    return PrintedText(says, Box(left, top, room, 4.0), size, "left", FACE)


def margins(form: Form, page: int, above: str, below: str) -> tuple[PrintedText, ...]:
    """A line over the title and one over the foot of a page, for who carries it; the reader doesn't look there.

    In what type they fit, too long a one cut with "…"; left out where the page has no room for it.
    """
    side = form.pages[page - 1]
    left = max((c.right for c in side.corners if c.x < side.width_mm / 2), default=10.0) + CLEAR
    rooms = (
        (above, _over_title(side, left)),
        (below, _over_foot(side)),
    )
    return tuple(_fitted(words, room) for words, room in rooms if words and room is not None)


def _over_title(side: FormPage, left: float) -> Box | None:
    top = min((text.box.y for text in side.texts), default=0.0)
    right = side.qr.x - CLEAR if side.qr else side.width_mm - left
    height = min(top - TOP, SIZE * POINT * LEADING)
    return Box(left, top - height, right - left, height) if height >= LEAST * POINT else None


def _over_foot(side: FormPage) -> Box | None:
    """Between what is printed last on the page and its foot."""
    places = sorted((text.box for text in side.texts), key=lambda box: box.y)
    if len(places) < 2:
        return None
    foot, ends = places[-1], max(box.bottom for box in places[:-1])
    under = max((line.y2 for line in side.lines), default=0.0)
    start = max(ends, under)
    left = min((line.x1 for line in side.lines), default=15.0)
    height = foot.y - start
    return Box(left, start, side.width_mm - 2 * left, height) if height >= LEAST * POINT else None


def _fitted(words: str, room: Box) -> PrintedText:
    largest = min(NOTE_SIZE, floor(100 * room.h / POINT) / 100)
    size = min(largest, max(LEAST, floor(100 * largest * room.w / text_width(words, largest)) / 100))
    while text_width(words, size) > room.w:
        words = words.removesuffix("…")[:-1] + "…"
    return PrintedText(words, room, size, "left", FACE)


def _ticks(field: FormField, value: JsonValue) -> PrintedValue | None:
    wanted = value if isinstance(value, list) else [str(value)]
    chosen = [option for option in field.options if option.code in wanted]
    if not chosen:
        return None
    texts = tuple(PrintedText(TICK, option.box, SIZE, "center", FACE) for option in chosen)
    codes = [option.code for option in chosen]
    return PrintedValue(field, value, "、".join(o.label for o in chosen), texts, tuple(codes))


def _text(field: FormField, value: JsonValue) -> PrintedValue | None:
    text = format_value(field.kind, value, field=field)
    if field.cells:
        signs = text.replace("-", "") if len(text) > len(field.cells) else text
        if len(signs) > len(field.cells):
            return None
        pieces = tuple(
            PrintedText(sign, cell, SIZE, "center", FACE) for sign, cell in zip(signs, field.cells, strict=False)
        )
        return PrintedValue(field, value, text, pieces)
    lines = _lines(text, field.box)
    return None if lines is None else PrintedValue(field, value, text, lines)


def _lines(text: str, box: Box) -> tuple[PrintedText, ...] | None:
    """The text in the largest type that leaves a line free for the pen; if none does, in which it fits at all."""
    room = box.w - 2 * INSET
    sizes = [SIZE - 0.5 * step for step in range(round((SIZE - LEAST) / 0.5) + 1)]
    for free, size in [(1, size) for size in sizes] + [(0, size) for size in sizes]:
        height = size * POINT * LEADING
        most = max(1, int((box.h - 0.6) // height))
        lines = _broken(text, size, room)
        if len(lines) > max(1, most - free) or max(text_width(line, size) for line in lines) > room + 1e-6:
            continue
        top = box.y + 0.6 if box.h >= HIGH else box.y + (box.h - height * len(lines)) / 2
        places = (Box(box.x + INSET, round(top + n * height, 3), room, round(height, 3)) for n in range(len(lines)))
        return tuple(PrintedText(line, place, size, "left", FACE) for line, place in zip(lines, places, strict=True))
    return None


def _broken(text: str, size: float, room: float) -> list[str]:
    """The text cut into lines of at most ``room`` millimetres, never inside a number or a Latin word."""
    lines, line = [], ""
    for word in _words(text):
        if line and text_width(line + word, size) > room:
            lines.append(line)
            line = ""
        line += word
    return [*lines, line]


def _words(text: str) -> list[str]:
    words: list[str] = []
    for sign in text:
        if words and sign.isascii() and sign != " " and words[-1][-1].isascii() and words[-1][-1] != " ":
            words[-1] += sign
        else:
            words.append(sign)
    return words

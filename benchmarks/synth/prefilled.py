"""Prefilled forms as they come back: last round's values typeset, a few of them changed by hand.

A changed value is crossed out and another is written beside, below or above it, a blank is completed, another box is
ticked (with the printed tick crossed out or left standing); on sheets without a change 无变化 is ticked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pypdfium2

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import Entry, fill
from benchmarks.synth.paper import manner_of, serial
from benchmarks.synth.scan import deliver, jpeg_bytes, noise_named
from benchmarks.synth.styles import writer
from benchmarks.synth.writing.glyphs import PX_PER_MM, smooth
from benchmarks.synth.writing.marks import mark_box, sign
from benchmarks.synth.writing.writer import Page, Writer, pen_line, write_cells, write_text
from exporters.blank_form import Copy, prefilled_pdf
from forms.form_file import Box, Form, FormField
from forms.kinds import JsonValue, Kind
from forms.prefill import MARK, NEVER, UNCHANGED, UPDATE, PrintedValue, printed_values
from forms.values import empty
from ocr.prefilled_print import text_boxes

LEAST_ROOM = 3.2
"""Millimetres: the lowest strip into which anybody writes."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person did to a field: ``how`` is beside, below, over, completed, ticked or crossed."""

    key: str
    value: JsonValue
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """A sheet that came back: pictures of its sides, what was printed, what the person changed."""

    serial: str
    style: str
    noise: str
    pictures: tuple[bytes, ...]
    printed: Mapping[str, JsonValue]
    shown: Mapping[str, PrintedValue]
    changes: Mapping[str, Change]


def returned_sheets(
    seed: int, count: int, styles: tuple[str, ...], noises: tuple[str, ...], form: Form, *, profile: str = "reporting"
) -> Iterator[ReturnedSheet]:
    """``count`` sheets, styles and noises in turn. Raises NoHandwriting where a style can't be had."""
    for index in range(count):
        style, noise = styles[index % len(styles)], noises[(index // len(styles)) % len(noises)]
        yield returned_sheet(Dice(seed, profile, "prefilled").sub(index), style, noise, form, profile=profile)


def returned_sheet(dice: Dice, style: str, noise: str, form: Form, *, profile: str = "reporting") -> ReturnedSheet:
    """One sheet printed from a family's answers and changed by a person of this style."""
    pen = writer(style, dice.sub("writer"))
    manner = manner_of(pen, dice.sub("manner"))
    before = _settled(dice.sub("before"))
    after = {e.field.key: e for e in fill(family(dice.sub("after")), form, manner, dice.sub("filling"))}
    number = MARK + serial(dice.sub("serial"))[1:]
    shown = printed_values(form, before)
    with pypdfium2.PdfDocument(prefilled_pdf(form, [Copy(number, before)])) as document:
        sides = [page.render(scale=300 / 72, rev_byteorder=False).to_numpy()[:, :, :3].copy() for page in document]
    changes = {} if dice.sub("nothing").chance(0.25) else _change(sides, form, shown, after, pen, dice.sub("change"))
    finish(sides, form, after, pen, dice.sub("finish"), unchanged=not changes)
    settings = noise_named(profile, noise)
    pictures = tuple(
        jpeg_bytes(deliver(side, settings, dice.sub("scan", n), other_side=None)) for n, side in enumerate(sides)
    )
    return ReturnedSheet(number, style, noise, pictures, before, shown, changes)


def _settled(dice: Dice) -> Mapping[str, JsonValue]:
    """Answers of a family that were all given last time."""
    return next(
        f.answers for n in range(20) for f in [family(dice.sub(n))] if f.answers["form_update"] != ["unchanged"]
    )


def _change(
    sides: list[Page],
    form: Form,
    shown: Mapping[str, PrintedValue],
    after: Mapping[str, Entry],
    pen: Writer,
    dice: Dice,
) -> dict[str, Change]:
    open_fields = [f for f in form.fields if f.key not in NEVER and f.kind is not Kind.SIGNATURE]
    wanted = dice.sub("which").numbers().permutation(len(open_fields))
    most = dice.sub("how many").randint(1, 8)
    done: dict[str, Change] = {}
    for place in wanted:
        if len(done) >= most:
            break
        field = open_fields[int(place)]
        entry = after[field.key]
        if empty(entry.value) or not pen.hand.can_write(entry.text):
            continue
        side = sides[field.page - 1]
        throw = dice.sub(field.key)
        if field.kind is Kind.CHOICE:
            change = _tick(side, field, shown.get(field.key), entry, pen, throw)
        elif field.key in shown:
            change = rewrite(side, shown[field.key], entry, pen, throw)
        else:
            change = Change(field.key, entry.value, entry.text, "completed")
            _complete(side, entry, pen, throw)
        if change is not None:
            done[field.key] = change
    return done


def _complete(side: Page, entry: Entry, pen: Writer, dice: Dice) -> None:
    if entry.field.cells:
        write_cells(side, pen, entry.text, entry.field.cells, dice)
    else:
        write_text(side, pen, entry.text, entry.field.box, dice)


def rewrite(side: Page, old: PrintedValue, entry: Entry, pen: Writer, dice: Dice) -> Change | None:
    """The printed value crossed out, the new one where there is room for it."""
    if entry.value == old.value or entry.text == old.text:
        return None
    boxes = [Box(x0 / PX_PER_MM, y0 / PX_PER_MM, (x1 - x0) / PX_PER_MM, (y1 - y0) / PX_PER_MM)
             for x0, y0, x1, y1 in text_boxes(old)]  # fmt: skip
    if old.field.cells:
        whole = Box(boxes[0].x, boxes[0].y, boxes[-1].right - boxes[0].x, boxes[0].h)
        _strike(side, pen, whole, dice)
        write_cells(side, pen, entry.text, old.field.cells, dice.sub("over"))
        return Change(old.field.key, entry.value, entry.text, "over")
    room = _room(old.field, boxes, pen, entry.text)
    if room is None:
        return None
    for number, box in enumerate(boxes):
        _strike(side, pen, box, dice.sub("strike", number))
    where, box = room
    write_text(side, pen, entry.text, box, dice.sub("new"))
    return Change(old.field.key, entry.value, entry.text, where)


def _room(field: FormField, boxes: list[Box], pen: Writer, text: str) -> tuple[str, Box] | None:
    """Where a person would write the new value: beside the old one, else below, else nowhere legible."""
    right = max(box.right for box in boxes) + 2.0
    beside = Box(right, field.box.y, field.box.right - right, field.box.h)
    needed = sum(0.55 if c.isascii() else 1.0 for c in text) * min(pen.height, 4.2)
    if beside.w >= needed * 0.8 and beside.w > 6:
        return "beside", beside
    bottom = max(box.bottom for box in boxes) + 0.5
    below = Box(field.box.x + 1, bottom, field.box.w - 2, field.box.bottom - bottom)
    if below.h >= LEAST_ROOM and below.w >= needed * 0.7:
        return "below", below
    return None


def _strike(side: Page, pen: Writer, box: Box, dice: Dice) -> None:
    """One line through it, two, or a wave, as people cross out."""
    manner = pen.manners.sub("strike").pick({"line": 6, "two": 2, "wave": 2})
    for number in range(2 if manner == "two" else 1):
        throw = dice.sub("line", number)
        y = box.y + box.h * (throw.uniform(0.35, 0.6) + 0.15 * number)
        steps = max(4, int(box.w / 2.5))
        swing = box.h * 0.3 if manner == "wave" else box.h * 0.05
        xs = np.linspace(box.x - throw.uniform(0, 1), box.right + throw.uniform(0, 1.2), steps)
        ys = y + np.array([swing * (1 if n % 2 else -1) * throw.uniform(0.6, 1) for n in range(steps)])
        pen_line(side, pen, smooth(np.column_stack((xs, ys)), 0.3), 0.36, throw)


def _tick(
    side: Page, field: FormField, old: PrintedValue | None, entry: Entry, pen: Writer, dice: Dice
) -> Change | None:
    before = set(old.marks) if old else set()
    new = [o for o in field.options if o.code in entry.marks and o.code not in before]
    if not new:
        return None
    crossed = False
    for option in new:
        mark_box(side, pen, option.box, dice.sub(option.code))
    if not field.multiple and old is not None and (crossed := dice.sub("cross").chance(0.5)):
        for option in field.options:
            if option.code in before:
                _strike(side, pen, option.box, dice.sub("crossed"))
    codes = {o.code for o in new} | (before if field.multiple else set())
    chosen = [o for o in field.options if o.code in codes]
    text = "、".join(o.label for o in chosen)
    return Change(field.key, [o.code for o in chosen], text, "crossed" if crossed else "ticked")


def finish(
    sides: list[Page],
    form: Form,
    after: Mapping[str, Entry],
    pen: Writer,
    dice: Dice,
    *,
    unchanged: bool,
) -> None:
    """What is filled in anew each time: the day, whether anything changed, that the guardian was told, signatures."""
    for field in form.fields:
        side, entry, throw = sides[field.page - 1], after[field.key], dice.sub(field.key)
        if field.key == UPDATE:
            wanted = UNCHANGED if unchanged else "changed"
            mark_box(side, pen, next(o.box for o in field.options if o.code == wanted), throw)
        elif field.kind is Kind.SIGNATURE and entry.text:
            sign(side, pen, entry.text, field.box, throw)
        elif field.key in NEVER and field.options and entry.marks:
            mark_box(side, pen, next(o.box for o in field.options if o.code == entry.marks[0]), throw)
        elif field.key == "form_date" and entry.text and pen.hand.can_write(entry.text):
            write_text(side, pen, entry.text, field.box, throw, centred=True)

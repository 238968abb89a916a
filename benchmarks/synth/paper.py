"""Sheets of paper: the blank form as printed, and one family's entries written on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import pypdfium2

from benchmarks.synth.dice import Dice
from benchmarks.synth.filling import PRINTER, Entry, Manner
from benchmarks.synth.writing.glyphs import PX_PER_MM
from benchmarks.synth.writing.marks import mark_box, sign, strike_out
from benchmarks.synth.writing.writer import Page, Writer, write_cells, write_text
from exporters.blank_form import blank_pdf
from forms.form_file import Box, Form
from forms.kinds import Kind

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def serial(dice: Dice) -> str:
    """A sheet's serial: ten characters of Crockford's base 32."""
    return "".join(dice.one(CROCKFORD) for _ in range(10))


@lru_cache(maxsize=2)
def _printed(form: Form, number: str) -> tuple[Page, ...]:
    """Blank sides at 300 dpi, BGR: drawn from the form file if it can be drawn, else its blank pictures."""
    if any(page.texts for page in form.pages):
        with pypdfium2.PdfDocument(blank_pdf(form, [number])) as document:
            return tuple(page.render(scale=300 / 72, rev_byteorder=False).to_numpy().copy() for page in document)
    sides = []
    for page in form.pages:
        grey = cv2.imdecode(np.frombuffer(page.blank, np.uint8), cv2.IMREAD_GRAYSCALE)
        size = (round(page.width_mm * PX_PER_MM), round(page.height_mm * PX_PER_MM))
        sides.append(cv2.cvtColor(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC), cv2.COLOR_GRAY2BGR))
    return tuple(np.asarray(side, np.uint8) for side in sides)


def blank_sides(form: Form, number: str) -> list[Page]:
    """Fresh copies of the blank sides to write on; ``number`` is the sheet's serial, "" for none."""
    return [side.copy() for side in _printed(form, number)]


def write_sheet(
    form: Form, entries: Sequence[Entry], writer: Writer, dice: Dice, *, number: str, clerk: Writer | None = None
) -> list[Page]:
    """All sides of one sheet, filled in. ``clerk`` signs for the office (default: the writer)."""
    sides = blank_sides(form, number)
    for entry in entries:
        write_entry(sides[entry.field.page - 1], entry, writer, dice.sub(entry.field.key), clerk)
    return sides


_CENTRED = {Kind.NAME, Kind.CODE, Kind.DATE, Kind.MONTH, Kind.NUMBER}


def write_entry(side: Page, entry: Entry, writer: Writer, dice: Dice, clerk: Writer | None = None) -> None:
    """One entry in its place; ``clerk`` signs what the guardian does not (default: the writer)."""
    field = entry.field
    if field.kind is Kind.CHOICE:
        for option in field.options:
            if option.code in entry.marks:
                mark_box(side, writer, option.box, dice.sub(option.code))
        return
    if not entry.text:
        return
    if field.kind is Kind.SIGNATURE:
        own = field.key in ("sign_guardian",)
        sign(side, writer if own else clerk or writer, entry.text, field.box, dice)
    elif field.cells:
        write_cells(side, writer, entry.text, field.cells, dice)
    else:
        box = field.box
        if entry.slip:
            box = _slipped(side, writer, entry.slip, box, dice.sub("slip"))
        write_text(side, writer, entry.text, box, dice, centred=field.kind in _CENTRED and not entry.slip)


def _slipped(side: Page, writer: Writer, slip: str, box: Box, dice: Dice) -> Box:
    """A wrong beginning, crossed out; returns what is left of the box."""
    width = min(box.w * 0.4, writer.height * (len(slip) + 0.6))
    wrong = Box(box.x + 0.5, box.y, width, box.h)
    write_text(side, writer, slip, wrong, dice)
    low = min(writer.height, box.h * 0.8)
    strike_out(side, writer, Box(wrong.x + 0.6, box.y + (box.h - low) / 2, width - 0.8, low), dice)
    return Box(wrong.right, box.y, box.right - wrong.right, box.h)


def manner_of(writer: Writer, dice: Dice) -> Manner:
    """How this writer puts dates and codes: a printer always in one way."""
    if writer.hand.printed:
        return PRINTER if dice.chance(0.5) else Manner.of(dice)
    return Manner.of(dice)

"""A person with a pen (or a printer): ink, size, the way along a line, and how a text gets into a box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import PX_PER_MM, Glyph, Hand, Mask, draw_line
from forms.form_file import Box

Page = npt.NDArray[np.uint8]
"""A page in form coordinates at 300 dpi, BGR, written on in place."""

INKS: dict[str, tuple[int, int, int]] = {"black": (38, 34, 34), "blue": (150, 62, 28), "dark blue": (92, 40, 26)}
"""BGR of a dry line; gel black, ball-point blue, blue-black."""
TONER = (30, 30, 30)


@dataclass(frozen=True, slots=True)
class Writer:
    """One writer's measures: ``height`` of a character in mm, ``wander`` of the baseline and ``gap`` in heights."""

    hand: Hand
    ink: tuple[int, int, int]
    height: float
    wander: float
    gap: float
    climb: float
    thin: float
    manners: Dice

    @classmethod
    def of(cls, hand: Hand, dice: Dice) -> Writer:
        """A writer with own measures; a printed hand gets a printer's."""
        if hand.printed:
            return cls(hand, TONER, dice.uniform(3.5, 4.0), 0.0, 0.0, 0.0, 0.0, dice.sub("manners"))
        ink = INKS[dice.pick({"black": 6.0, "blue": 2.0, "dark blue": 2.0})]
        return cls(
            hand,
            ink,
            height=dice.uniform(4.0, 5.6),
            wander=dice.uniform(0.01, 0.035),
            gap=dice.uniform(-0.03, 0.1),
            climb=math.tan(math.radians(dice.near(-0.5, 0.7))),
            thin=dice.uniform(0.05, 0.3),
            manners=dice.sub("manners"),
        )


def write_text(page: Page, writer: Writer, text: str, box: Box, dice: Dice, *, centred: bool = False) -> None:
    """Write ``text`` into ``box`` (mm): one line if it fits, else two where the box is high enough, else smaller."""
    room = (box.w - 1.6) * PX_PER_MM
    size = min(writer.height, box.h * (0.62 if writer.hand.printed else 0.8)) * PX_PER_MM
    lines = [text]
    width = _width(writer, text, size, dice)
    # twelve per cent narrower is what a writer does without noticing
    full = width > room * 1.12 and box.h >= 9.5 and len(text) > 11
    # some leave room for a long answer from the start where the cell is made for two lines
    early = not writer.hand.printed and box.h >= 13 and len(text) > 14 and dice.sub("early").chance(0.3)
    if full or early:
        lines = _two_lines(writer, text, size, room if full else max(width * 0.55, room * 0.5), dice)
        size = min(size, box.h * 0.44 * PX_PER_MM)
    step = size * (1.12 if writer.hand.printed else 1.06)
    block = step * (len(lines) - 1) + size
    loose = 0.0 if writer.hand.printed else 0.35
    middle = (box.y + box.h / 2) * PX_PER_MM
    top = middle - block / 2 + dice.near(0, 0.12) * max(0.0, box.h * PX_PER_MM - block) * loose
    for line in lines:
        _write_line(page, writer, line, (box.x * PX_PER_MM, top), size, room, dice, centred=centred)
        top += step


def _width(writer: Writer, text: str, size: float, dice: Dice) -> float:
    throw = dice.sub("measure", text)
    return sum(writer.hand.glyph(c, size, throw).advance + writer.gap * size for c in text)


def _two_lines(writer: Writer, text: str, size: float, room: float, dice: Dice) -> list[str]:
    """Break where the first line is full, as people do; never inside a number."""
    cut = len(text)
    while cut > 1 and _width(writer, text[:cut], size, dice) > room:
        cut -= 1
    cut = max(cut, (len(text) + 1) // 2)
    back = cut
    while back > cut - 5 and back > 1 and text[back - 1].isascii() and text[back : back + 1].isascii():
        back -= 1
    cut = back if back > 1 else cut
    return [text[:cut], text[cut:]] if cut < len(text) else [text]


def _write_line(
    page: Page,
    writer: Writer,
    text: str,
    place: tuple[float, float],
    size: float,
    room: float,
    dice: Dice,
    *,
    centred: bool,
) -> None:
    """One line: ``place`` is the left edge of the box and the top of the line, px; squeezed to ``room``."""
    natural = _width(writer, text, size, dice)
    squeeze = min(1.0, room / natural) if natural else 1.0
    if squeeze < 0.88:  # narrower glyphs first, then smaller ones
        size *= max(0.45, squeeze / 0.88)
        natural = _width(writer, text, size, dice)
        squeeze = min(1.0, room / natural)
    spare = room - natural * squeeze
    indent = spare / 2 if centred else spare * (0.0 if writer.hand.printed else dice.uniform(0, 0.18))
    if centred and not writer.hand.printed:
        indent = max(0.0, indent * (1 + dice.near(0, 0.25)))
    x, y = place[0] + 0.8 * PX_PER_MM + indent, place[1]
    wave, phase = dice.uniform(0.3, 0.9), dice.uniform(0, 6)
    for index, character in enumerate(text):
        glyph = writer.hand.glyph(character, size, dice)
        rise = writer.wander * size * math.sin(phase + wave * index) + writer.climb * (x - place[0])
        jitter = 0.0 if writer.hand.printed else dice.near(0, 0.012) * size
        stamp(page, writer, glyph, x, y + rise + jitter, dice, narrow=squeeze)
        x += (glyph.advance + (writer.gap + (0.0 if writer.hand.printed else dice.near(0, 0.015))) * size) * squeeze


def write_cells(page: Page, writer: Writer, text: str, cells: Sequence[Box], dice: Dice) -> None:
    """One character per printed cell, from the first cell on; what doesn't fit is not written."""
    for character, cell in zip(text, cells, strict=False):
        if character == " ":
            continue
        size = min(writer.height, cell.h * 0.82, cell.w * 1.25) * PX_PER_MM
        glyph = writer.hand.glyph(character, size, dice)
        height, width = glyph.mask.shape
        loose = 0.15 if writer.hand.printed else 1.0
        # the ink, not the em box, is what a writer puts into the middle
        x = (cell.x + cell.w / 2) * PX_PER_MM - width / 2 - glyph.left + dice.near(0, 0.07 * cell.w * loose) * PX_PER_MM
        y = (cell.y + cell.h / 2) * PX_PER_MM - height / 2 - glyph.top
        y += dice.near(0.03 * cell.h, 0.05 * cell.h * loose) * PX_PER_MM
        stamp(page, writer, glyph, x, y, dice)


def stamp(page: Page, writer: Writer, glyph: Glyph, x: float, y: float, dice: Dice, *, narrow: float = 1.0) -> None:
    """Ink of one glyph onto the page; x, y are the em box's top left in px."""
    mask = glyph.mask
    if narrow < 0.995 and mask.shape[1] > 2:
        mask = cv2.resize(mask, (max(2, round(mask.shape[1] * narrow)), mask.shape[0]), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]  # cv2's stubs forget the element type
    ink_mask(page, writer, mask, round(x + glyph.left * narrow), round(y + glyph.top), dice)


def ink_mask(page: Page, writer: Writer, mask: Mask, left: int, top: int, dice: Dice) -> None:
    """Multiply ``mask`` in the writer's ink onto the page at (left, top) px, cut off at the paper's edge."""
    height, width = page.shape[:2]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + mask.shape[1]), min(height, top + mask.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = mask[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32) / 255
    if writer.thin:  # ink doesn't flow evenly
        grain = dice.numbers().random((max(2, cover.shape[0] // 9), max(2, cover.shape[1] // 9)), np.float32)
        cover *= 1 - writer.thin * cv2.resize(grain, cover.shape[::-1], interpolation=cv2.INTER_LINEAR)
    patch = page[y0:y1, x0:x1]
    light = 1 - cover[..., None] * (1 - np.array(writer.ink, np.float32) / 255)
    np.copyto(patch, (patch * light).astype(np.uint8))


def pen_line(page: Page, writer: Writer, points_mm: npt.NDArray[np.float64], width_mm: float, dice: Dice) -> None:
    """A free line of the writer's pen, N x 2 in mm."""
    over = 3
    low = points_mm.min(axis=0) - 2 * width_mm
    high = points_mm.max(axis=0) + 2 * width_mm
    size = np.ceil((high - low) * PX_PER_MM).astype(int) + 2
    canvas: Mask = np.zeros((int(size[1]) * over, int(size[0]) * over), np.uint8)
    along = np.linspace(0, 1, len(points_mm))
    widths = width_mm * PX_PER_MM * over * np.minimum(1, 0.6 + np.minimum(along, 1 - along) * 5)
    draw_line(canvas, (points_mm - low) * PX_PER_MM * over, widths)
    small = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    left, top = np.round(low * PX_PER_MM).astype(int)
    ink_mask(page, writer, np.asarray(small, np.uint8), int(left), int(top), dice)

"""What isn't text: ticks, crosses and fills in tick boxes, crossed-out words, scribbled signatures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import smooth
from benchmarks.synth.writing.writer import Page, Writer, pen_line, write_text
from forms.form_file import Box

TICKS = {"tick": 0.74, "long tick": 0.12, "cross": 0.08, "fill": 0.06}
"""How people mark a box; one person keeps to one way."""
_SHAPES = {
    "tick": [(0.12, 0.52), (0.36, 0.86), (0.42, 0.84), (0.92, 0.1)],
    "long tick": [(0.1, 0.5), (0.34, 0.9), (0.42, 0.86), (1.35, -0.35)],
}


def mark_box(page: Page, writer: Writer, box: Box, dice: Dice) -> None:
    """Mark one tick box in the writer's own way, in it or partly out of it."""
    manner = writer.manners.sub("tick").pick(TICKS)
    if writer.hand.printed:
        _polyline(page, writer, box, _SHAPES["tick"], 0.34, (0.0, 0.0), 0.92, dice)
        return
    width = 0.28 + 0.12 * writer.manners.sub("pen").random()
    grow = dice.near(1.15 if manner != "fill" else 1.0, 0.14)
    off = (dice.near(0, 0.1), dice.near(-0.03, 0.1))
    if manner == "cross":
        _polyline(page, writer, box, [(0.12, 0.12), (0.88, 0.9)], width, off, grow, dice)
        _polyline(page, writer, box, [(0.88, 0.1), (0.1, 0.88)], width, off, grow, dice)
    elif manner == "fill":
        rows = np.linspace(0.15, 0.85, 7)
        zigzag = [(0.12 if i % 2 else 0.88, float(y)) for i, y in enumerate(np.repeat(rows, 2)[1:-1])]
        _polyline(page, writer, box, zigzag, width * 1.3, off, grow, dice)
    else:
        _polyline(page, writer, box, _SHAPES[manner], width, off, grow, dice)


def _polyline(
    page: Page,
    writer: Writer,
    box: Box,
    shape: list[tuple[float, float]],
    width: float,
    off: tuple[float, float],
    grow: float,
    dice: Dice,
) -> None:
    """``shape`` in box units (0..1), shaken a little unless printed, drawn ``grow`` times the box."""
    shake = 0.0 if writer.hand.printed else 0.035
    points = np.array([(x + dice.near(0, shake), y + dice.near(0, shake)) for x, y in shape])
    points = (points - 0.5) * grow + 0.5 + np.array(off)
    line = smooth(points * np.array([box.w, box.h]), 0.25)
    pen_line(page, writer, line + np.array([box.x, box.y]), width, dice)


def sign(page: Page, scribbler: Writer, name: str, box: Box, dice: Dice) -> None:
    """A signature: the name in ``scribbler``'s hand if that one writes by hand, else a line that pretends to be one."""
    part = Box(box.x + box.w * dice.uniform(0.02, 0.2), box.y, box.w * 0.72, box.h)
    if not scribbler.hand.printed:
        write_text(page, scribbler, name, part, dice)
        return
    height = min(box.h * 0.7, 6.0)
    width = min(part.w, 5.5 * max(2, len(name)))
    pen_line(page, scribbler, _scribble(dice, part.x, box.y + box.h / 2, width, height), 0.3, dice)


def _scribble(dice: Dice, x: float, middle: float, width: float, height: float) -> npt.NDArray[np.float64]:
    """Loops and strokes from left to right, mm."""
    count = dice.randrange(12, 20)
    points = np.array(
        [
            (x + width * (i / count) ** 0.9 + dice.near(0, width * 0.05), middle + height * dice.uniform(-0.5, 0.5))
            for i in range(count)
        ]
    )
    return smooth(points, 0.3)


def strike_out(page: Page, writer: Writer, box: Box, dice: Dice) -> None:
    """One crossing-out through what stands in ``box``."""
    y = box.y + box.h * dice.uniform(0.4, 0.6)
    ends = [(box.x, y), (box.x + box.w / 2, y + dice.near(0, 0.3)), (box.right, y + dice.near(0, 0.4))]
    pen_line(page, writer, smooth(np.array(ends), 0.3), 0.35, dice)

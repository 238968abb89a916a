"""Marks that forms ask for and marks that people make: taken back, beside the box, around the answer, hardly there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import smooth
from benchmarks.synth.writing.writer import Page, Writer, pen_line
from forms.form_file import Box

Strokes = list[list[tuple[float, float]]]
"""Polylines in units of the box: (0, 0) its top left, (1, 1) its bottom right."""
Shape = Callable[[Dice], Strokes]
PENCIL = (172, 170, 168)
"""BGR of a hard pencil, hardly pressed."""

_TICK = [(0.12, 0.52), (0.36, 0.86), (0.42, 0.84), (0.92, 0.1)]


def _tick(_dice: Dice) -> Strokes:
    return [_TICK]


def _long(_dice: Dice) -> Strokes:
    return [[(0.1, 0.5), (0.34, 0.9), (0.42, 0.86), (1.5, -0.5)]]


def _small(_dice: Dice) -> Strokes:
    return [[(0.35, 0.52), (0.47, 0.7), (0.5, 0.69), (0.78, 0.35)]]


def _cross(_dice: Dice) -> Strokes:
    return [[(0.12, 0.12), (0.88, 0.9)], [(0.88, 0.1), (0.1, 0.88)]]


def _stroke(dice: Dice) -> Strokes:
    return [[(0.15, 0.5), (0.9, 0.45)]] if dice.chance(0.5) else [[(0.2, 0.85), (0.8, 0.15)]]


def _fill(_dice: Dice) -> Strokes:
    rows = np.linspace(0.12, 0.88, 9)
    return [[(0.1 if i % 2 else 0.9, float(y)) for i, y in enumerate(np.repeat(rows, 2)[1:-1])]]


def _ring(dice: Dice) -> Strokes:
    """A small circle in the box."""
    angles = np.linspace(0.3, 0.3 + 2 * np.pi * dice.uniform(0.93, 1.08), 22)
    return [[(0.5 + 0.3 * float(np.cos(a)), 0.5 + 0.33 * float(np.sin(a))) for a in angles]]


def _around(dice: Dice) -> Strokes:
    """A loop around the box."""
    angles = np.linspace(-0.6, -0.6 + 2 * np.pi * dice.uniform(0.95, 1.06), 30)
    wide = dice.uniform(0.78, 0.95)
    return [[(0.5 + wide * float(np.cos(a)), 0.5 + wide * float(np.sin(a))) for a in angles]]


def _beside(dice: Dice) -> Strokes:
    """A tick that missed: about half of it in the box."""
    off = dice.one((-0.55, 0.5)), dice.uniform(-0.3, 0.3)
    return [[(x + off[0], y + off[1]) for x, y in _TICK]]


SHAPES: Mapping[str, Shape] = {
    "tick": _tick,
    "tick out of the box": _long,
    "small tick": _small,
    "cross": _cross,
    "one stroke": _stroke,
    "filled": _fill,
    "circle in the box": _ring,
    "circle around the box": _around,
    "tick beside": _beside,
}


def draw_mark(page: Page, writer: Writer, shape: str, box: Box, dice: Dice, *, pencil: bool = False) -> None:
    """One mark of a shape of ``SHAPES`` in the writer's pen, or in a hard pencil."""
    pen = replace(writer, ink=PENCIL) if pencil else writer
    width = (0.22 if pencil else 0.28) + 0.14 * dice.sub("pen").random()
    for stroke in SHAPES[shape](dice.sub("shape")):
        points = np.array([(x + dice.near(0, 0.035), y + dice.near(0, 0.035)) for x, y in stroke])
        line = smooth(points * np.array([box.w, box.h]), 0.2) + np.array([box.x, box.y])
        pen_line(page, pen, line, width, dice)


def take_back(page: Page, writer: Writer, box: Box, dice: Dice) -> None:
    """A tick, and the box filled over it: the marked answer was wrong."""
    draw_mark(page, writer, "tick", box, dice.sub("tick"))
    for turn in range(2):
        draw_mark(page, writer, "filled", Box(box.x - 0.2, box.y - 0.2, box.w + 0.4, box.h + 0.4), dice.sub(turn))


def circle(page: Page, writer: Writer, around: Box, dice: Dice) -> None:
    """A loop drawn around printed words (millimetres), open or overlapping at its ends."""
    angles = np.linspace(-2.0, -2.0 + 2 * np.pi * dice.uniform(0.96, 1.1), 44)
    reach = np.array([around.w / 2 + dice.uniform(0.6, 1.4), around.h / 2 + dice.uniform(0.5, 1.0)])
    middle = np.array([around.x + around.w / 2, around.y + around.h / 2])
    points = np.column_stack((np.cos(angles), np.sin(angles))) * reach + middle
    wobble = np.array([[dice.near(0, 0.12) for _ in range(2)] for _ in range(len(angles))])
    pen_line(page, writer, smooth(points + wobble, 0.3), 0.3 + 0.12 * dice.random(), dice)

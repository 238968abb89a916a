"""Writing stroke by stroke: medians of hanzi-writer-data (and our own digits) drawn with a pen that varies.

Two settings. ``NEAT`` is a careful hand. ``VERY_CURSIVE`` drops points, joins strokes and slurs the path; its
parameters are stated here and are part of every report that names the style.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing import latin
from benchmarks.synth.writing.glyphs import PX_PER_MM, Glyph, Mask, Points, draw_line, smooth, trimmed


@dataclass(frozen=True, slots=True)
class Manner:
    """How strokes are drawn; lengths in ems.

    ``drop``: chance that an inner point of a stroke is left out (a quarter of it in digits). ``join``: chance that the
    pen stays on the paper between two strokes of a character. ``slur``: sigma of the smoothing along the joined path
    (two fifths of it in digits). ``shake``: sigma of each stroke's displacement; ``bend``: of each point's. ``slant``:
    the writers' slants have this standard deviation around 0.08. ``tilt``: sigma of a character's turn, degrees.
    """

    name: str
    drop: float
    join: float
    slur: float
    shake: float
    bend: float
    slant: float
    tilt: float


NEAT = Manner("strokes", drop=0.0, join=0.04, slur=0.008, shake=0.012, bend=0.008, slant=0.06, tilt=1.5)
VERY_CURSIVE = Manner("cursive", drop=0.5, join=0.95, slur=0.16, shake=0.025, bend=0.032, slant=0.12, tilt=3.0)

OVER = 3
"""Strokes are drawn this many times larger, then shrunk, so that pen widths are fractions of a pixel."""


class StrokeHand:
    """One writer: the same habits in every character, and a little different every time."""

    printed = False

    def __init__(self, manner: Manner, writer: Dice, *, medians: Mapping[str, list[list[list[int]]]]) -> None:
        """``medians`` as ``packages.medians()`` gives them; empty: digits, capitals and punctuation only."""
        self.name = manner.name
        self._manner = manner
        self._medians = medians
        self._writer = writer.sub("habits")
        self._habit = writer.randrange(4)
        self._slant = writer.near(0.08, manner.slant)
        self._narrow = writer.uniform(0.82, 1.0)
        self._rise = writer.near(0.03, 0.03)  # horizontal strokes climb to the right, as taught
        self._pen = writer.uniform(0.18, 0.36) * PX_PER_MM
        self._pressure = writer.uniform(0.1, 0.35)

    def can_write(self, text: str) -> bool:
        return all(c == " " or c in self._medians or latin.shape(c, 0) is not None for c in text)

    def glyph(self, character: str, size: float, dice: Dice) -> Glyph:
        if character == " ":
            return Glyph(np.zeros((1, 1), np.uint8), 0, 0, size * 0.35)
        strokes, width = self._strokes(character)
        hanzi = character in self._medians
        paths = self._path(strokes, dice, hanzi=hanzi)
        canvas: Mask = np.zeros((round(size * OVER * 2), round(size * OVER * 2)), np.uint8)
        for path, thin in paths:
            self._ink(canvas, path, thin, size, self._manner.slur * (1 if hanzi else 0.4), dice)
        small = cv2.resize(canvas, None, fx=1 / OVER, fy=1 / OVER, interpolation=cv2.INTER_AREA)
        offset = -round(size / 2)
        return trimmed(np.ascontiguousarray(small), offset, offset, width * size * self._narrow)

    def _strokes(self, character: str) -> tuple[list[Points], float]:
        """Strokes in em units (y down, em box 0..1) as this writer means them, and the advance in ems."""
        habit = self._writer.sub(character)
        if character in self._medians:
            found = [np.array(stroke, float) for stroke in self._medians[character]]
            strokes = [np.column_stack([s[:, 0] / 1024, (900 - s[:, 1]) / 1024]) for s in found]
            strokes = [0.5 + (s - 0.5) * 0.92 for s in strokes]
            return [s + np.array([habit.near(0, 0.012), habit.near(0, 0.012)]) for s in strokes], 1.0
        shape = latin.shape(character, self._habit)
        if shape is None:
            raise KeyError(character)
        width, lines = shape
        # a digit is about three quarters of a Chinese character high and stands on the same line
        strokes = [np.array(line, float) * 0.72 + np.array([0.05, 0.14]) for line in lines]
        return strokes, width * 0.72 + 0.1

    def _path(self, strokes: list[Points], dice: Dice, *, hanzi: bool) -> list[tuple[Points, Points]]:
        """The pen's ways over the paper: (points in ems, 1 where the pen is pressed and less on a joining way)."""
        manner = self._manner
        ways: list[tuple[list[Points], list[Points]]] = []
        drop = manner.drop if hanzi else manner.drop * 0.25  # a digit without a corner is another digit
        turn = math.radians(dice.near(0, manner.tilt))
        grow = dice.near(1, 0.04)
        for index, stroke in enumerate(strokes):
            keep = [i in (0, len(stroke) - 1) or not dice.chance(drop) for i in range(len(stroke))]
            points = stroke[keep] + np.array([dice.near(0, manner.shake), dice.near(0, manner.shake)])
            points = points + np.array([[dice.near(0, manner.bend), dice.near(0, manner.bend)] for _ in points])
            points = self._lean(points, turn, grow)
            pressed = np.ones(len(points))
            if hanzi and index and dice.chance(manner.join):
                # the link itself is drawn lightly: its end points carry the low pressure
                ways[-1][0].append(points)
                ways[-1][1][-1][-1] = 0.55
                pressed[0] = 0.55
                ways[-1][1].append(pressed)
            else:
                ways.append(([points], [pressed]))
        return [(np.vstack(points), np.concatenate(pressed)) for points, pressed in ways]

    def _lean(self, points: Points, turn: float, grow: float) -> Points:
        x, y = (points - 0.5).T * grow
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        return np.column_stack([0.5 + (x - self._slant * y) * self._narrow, 0.5 + y - self._rise * x])

    def _ink(self, canvas: Mask, path: Points, pressed: Points, size: float, slur: float, dice: Dice) -> None:
        scale = size * OVER
        line = smooth((path + 0.5) * scale, scale * 0.03)
        ways = np.linspace(0, 1, len(line))
        pressure = np.interp(ways, _along(path), pressed)
        sigma = slur / 0.03
        if len(line) > 3 and sigma > 0.3:
            ends = line[[0, -1]]
            line = np.asarray(
                cv2.GaussianBlur(line, (1, 0), sigmaX=0.01, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE), np.float64
            )
            line[[0, -1]] = ends
        taper = np.minimum(1, 0.65 + np.minimum(ways, 1 - ways) * 6)
        swell = 1 + self._pressure * np.sin(ways * math.pi * dice.uniform(0.8, 2.2) + dice.uniform(0, 3))
        pen = max(1.5, min(self._pen, size * 0.065) * OVER)
        draw_line(canvas, line, pen * taper * swell * pressure)


def _along(points: Points) -> Points:
    """Distance along the path of every point, 0..1."""
    if len(points) == 1:
        return np.zeros(1)
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return np.asarray(steps / max(1e-9, float(steps[-1])))

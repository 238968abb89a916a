"""The two things every way of writing is made of: a drawn glyph and a smooth line.

Distances are pixels of the page at 300 dpi unless said otherwise; a mask is uint8, 255 = full ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.synth.dice import Dice

PX_PER_MM = 300 / 25.4
Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character: ``mask`` stands ``left`` px right of the em box and ``top`` px below its top."""

    mask: Mask
    left: int
    top: int
    advance: float


class Hand(Protocol):
    """One writer in one style."""

    name: str
    printed: bool

    def glyph(self, character: str, size: float, dice: Dice) -> Glyph:
        """``character`` in an em box of ``size`` px. Unknown characters raise KeyError."""
        ...

    def can_write(self, text: str) -> bool:
        """Whether every character of ``text`` has a glyph."""
        ...


def smooth(points: Points, step: float) -> Points:
    """A Catmull-Rom curve through the N x 2 ``points``, a point about every ``step``; a doubled point is a corner."""
    if len(points) < 2:
        return points
    padded = np.vstack([points[:1], points, points[-1:]])
    p0, p1, p2, p3 = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    pieces = []
    for a, b, c, d in zip(p0, p1, p2, p3, strict=True):
        length = float(np.hypot(*(c - b)))
        t = np.linspace(0, 1, max(2, int(length / step) + 1), endpoint=False)[:, None]
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*pieces, points[-1:]])


def draw_line(canvas: Mask, points: Points, widths: Points) -> None:
    """A pen line onto ``canvas``: ``widths`` in px per point. Drawn with round ends at 1/16 px."""
    fixed = np.round(points * 16).astype(np.int32)
    rounded = np.maximum(1, np.round(widths)).astype(int)
    for start, end, width in zip(fixed[:-1], fixed[1:], rounded[:-1], strict=True):
        cv2.line(
            canvas, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), (255.0,), int(width), cv2.LINE_AA, 4
        )


def trimmed(mask: Mask, left: int, top: int, advance: float) -> Glyph:
    """A glyph without the empty border of its mask."""
    x, y, w, h = cv2.boundingRect(mask)
    if w == 0:
        return Glyph(np.zeros((1, 1), np.uint8), 0, 0, advance)
    return Glyph(mask[y : y + h, x : x + w], left + x, top + y, advance)

"""The cells of ruled tables: the faces between rules, merged ones as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box
from ocr.learning.rules import Rule, Rules, extended

GRAIN = 6.0
"""Pixels per millimetre of the raster on which faces are found."""
SMALLEST = 2.2
"""Millimetres: narrower gaps lie between the rules of a double line."""
RECTANGULAR = 0.9


def find_cells(rules: Rules, width_mm: float, height_mm: float) -> tuple[Box, ...]:
    """Every face that rules enclose, from the middle of one rule to the middle of the next, row by row."""
    rules = extended(rules)
    walls = np.zeros((round(height_mm * GRAIN) + 4, round(width_mm * GRAIN) + 4), np.uint8)
    for r in rules.across:
        _wall(walls, (r.start, r.at), (r.end, r.at))
    for r in rules.down:
        _wall(walls, (r.at, r.start), (r.at, r.end))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - walls, connectivity=4)
    found: list[Box] = []
    for n in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[n])
        if x == 0 or y == 0 or x + w >= walls.shape[1] or y + h >= walls.shape[0]:
            continue
        if min(w, h) < SMALLEST * GRAIN:
            continue
        face = (labels[y : y + h, x : x + w] == n).astype(np.uint8)
        for left, top, right, bottom in _rectangles(face):
            found.append(
                _snapped(rules, (x + left) / GRAIN, (y + top) / GRAIN, (x + right) / GRAIN, (y + bottom) / GRAIN)
            )
    return tuple(sorted(found, key=lambda b: (round(b.y / 2), b.x)))


def _wall(walls: npt.NDArray[np.uint8], one: tuple[float, float], other: tuple[float, float]) -> None:
    a, b = (tuple(round(v * GRAIN) for v in point) for point in (one, other))
    cv2.line(walls, (a[0], a[1]), (b[0], b[1]), (1,), 2)


def _rectangles(face: npt.NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """The face itself where it is a rectangle (islands in it don't matter), else the largest rectangles in it."""
    height, width = face.shape
    contours, _ = cv2.findContours(face, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    whole = np.zeros_like(face)
    cv2.drawContours(whole, contours, -1, (1,), -1)
    if whole.sum() >= RECTANGULAR * height * width:
        return [(0, 0, width, height)]
    found = []
    for _ in range(4):
        left, top, right, bottom = _largest(whole)
        if min(right - left, bottom - top) < 4 * GRAIN:
            break
        found.append((left, top, right, bottom))
        whole[top:bottom, left:right] = 0
    return found


def _largest(mask: npt.NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """The largest rectangle of ones, by the histogram of heights above each row; looked for on every third pixel."""
    step = 3
    small = mask[::step, ::step]
    heights = np.zeros(small.shape[1] + 1, np.int64)
    best, where = 0, (0, 0, 0, 0)
    for row in range(small.shape[0]):
        heights[:-1] = np.where(small[row] > 0, heights[:-1] + 1, 0)
        stack: list[int] = []
        for column in range(len(heights)):
            while stack and heights[stack[-1]] >= heights[column]:
                tall = int(heights[stack.pop()])
                start = stack[-1] + 1 if stack else 0
                if tall * (column - start) > best:
                    best, where = tall * (column - start), (start, row - tall + 1, column, row + 1)
            stack.append(column)
    left, top, right, bottom = (v * step for v in where)
    return left, top, min(right, mask.shape[1]), min(bottom, mask.shape[0])


def _snapped(rules: Rules, left: float, top: float, right: float, bottom: float) -> Box:
    """A face's edges on the rules they come from: the raster is coarser than the rules."""
    left, right = _near(rules.down, left, top, bottom), _near(rules.down, right, top, bottom)
    top, bottom = _near(rules.across, top, left, right), _near(rules.across, bottom, left, right)
    return Box(round(left, 3), round(top, 3), round(right - left, 3), round(bottom - top, 3))


def _near(rules: Iterable[Rule], at: float, start: float, end: float) -> float:
    spanning = [
        r for r in rules if abs(r.at - at) < 0.7 and min(r.end, end) - max(r.start, start) > 0.3 * (end - start)
    ]
    return min(spanning, key=lambda r: abs(r.at - at)).at if spanning else at


def inside(outer: Box, inner: Box, slack: float = 0.4) -> bool:
    return (
        outer.x - slack <= inner.x
        and outer.y - slack <= inner.y
        and inner.right <= outer.right + slack
        and inner.bottom <= outer.bottom + slack
    )


def holds(box: Box, x: float, y: float) -> bool:
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def around(boxes: Sequence[Box]) -> Box:
    """The rectangle around boxes."""
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    return Box(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)

"""Loops drawn around a printed answer instead of a tick in its box.

A loop is ink all around an option's label or its box. Where the label stands, right or left of the box (``是（ ）``),
is seen from the print itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ocr.registration import PX_PER_MM

Mask: TypeAlias = npt.NDArray[np.bool_]
Rect: TypeAlias = tuple[int, int, int, int]
"""x, y, w, h in pixels."""

REACH = 26
"""Pixels around a label or box within which a loop around it runs (2.2 mm)."""
LEAST_INK = 120
"""Pixels of ink; a loop around one character has a thousand."""
SECTORS, SEEN_SECTORS = 24, 17
"""Directions from the middle of what is enclosed, and in how many of them a loop's ink must be seen. Where print runs
under it or its ends don't meet there is none."""
CORE_INK = 0.25
"""A word that was written over has ink in its middle as well; more than this share of the loop's, and it is none."""
BRACKET_MM = 1.4
"""A bracket is no wider than this, and no farther from the space it encloses."""
NEXT_TO = 3.0
"""Millimetres from a box to its label, and between the words of a label, at most."""


def find_loops(written: Mask, printed: npt.NDArray[np.float32], boxes: Sequence[Rect]) -> tuple[list[int], Mask]:
    """Indices of the options whose label or box a loop runs around, and the loops' ink.

    ``written``: ink without print; ``printed``: the blank's darkness in the same patch; ``boxes``: the tick boxes.
    """
    ink: Mask = np.zeros(written.shape, np.bool_)
    if int(np.count_nonzero(written)) < LEAST_INK:
        return [], ink
    circled: list[int] = []
    for n, (box, label) in enumerate(zip(boxes, label_places(printed, boxes), strict=True)):
        for rect in _targets(box, label):
            loop = _loop_around(written, rect, keep_core=rect is box)
            if loop is not None:
                circled.append(n)
                at, mask = loop
                ink[at] |= mask
                break
    return circled, ink


def _targets(box: Rect, label: Rect | None) -> list[Rect]:
    if label is None:
        return [box]
    left, right = min(box[0], label[0]), max(box[0] + box[2], label[0] + label[2])
    return [label, (left, box[1], right - left, box[3]), box]


def _loop_around(written: Mask, rect: Rect, *, keep_core: bool) -> tuple[tuple[slice, slice], Mask] | None:
    """Place and ink of a loop around ``rect``, None without one. ``keep_core``: what stands inside doesn't matter."""
    x, y, w, h = rect
    at = np.s_[max(0, y - REACH) : y + h + REACH, max(0, x - REACH) : x + w + REACH]
    patch = written[at]
    if int(np.count_nonzero(patch)) < LEAST_INK:
        return None
    rows, columns = np.indices(patch.shape)
    across = (columns + max(0, x - REACH) - (x + w / 2)) / (w / 2)
    down = (rows + max(0, y - REACH) - (y + h / 2)) / (h / 2)
    distance = np.hypot(across, down)
    # around a box the ink must be outside it: a cross in the box reaches into all its corners
    ring = patch & (((np.abs(across) > 1.1) | (np.abs(down) > 1.1)) if keep_core else (distance > 0.8))
    core = patch & (distance < 0.6)
    if not keep_core and core.sum() > CORE_INK * ring.sum():
        return None
    sectors = ((np.arctan2(down, across) / (2 * np.pi) + 0.5) * SECTORS).astype(np.intp).clip(0, SECTORS - 1)
    seen = np.bincount(sectors[ring], minlength=SECTORS) >= 3
    return (at, ring) if int(seen.sum()) >= SEEN_SECTORS else None


def label_places(printed: npt.NDArray[np.float32], boxes: Sequence[Rect]) -> list[Rect | None]:
    """Where each box's label is printed: right of the boxes, or left where only that side has print for all."""
    right = [_beside(printed, box, boxes, +1) for box in boxes]
    if all(right):
        return right
    left = [_beside(printed, box, boxes, -1) for box in boxes]
    return left if sum(map(bool, left)) > sum(map(bool, right)) else right


def _beside(printed: npt.NDArray[np.float32], box: Rect, boxes: Sequence[Rect], way: int) -> Rect | None:
    """The print that follows a box to the right (+1) or left (-1), up to the next box or a wide gap."""
    x, y, w, h = box
    gap = round(0.4 * PX_PER_MM)
    others = [b for b in boxes if b is not box and b[1] < y + h and b[1] + b[3] > y]
    if way > 0:
        start = x + w + gap
        end = min([b[0] - gap for b in others if b[0] > x] + [printed.shape[1]])
    else:
        end = x - gap
        start = max([b[0] + b[2] + gap for b in others if b[0] < x] + [0])
    if end - start < PX_PER_MM:
        return None
    dark: Mask = np.logical_or.reduce(printed[max(0, y) : y + h, start:end] > 0.3, axis=0)
    columns = _without_bracket(np.flatnonzero(dark if way > 0 else dark[::-1]))
    widest = NEXT_TO * PX_PER_MM
    if not columns.size or columns[0] > widest:
        return None
    breaks = np.flatnonzero(np.diff(columns) > widest)
    last = int(columns[breaks[0]] if breaks.size else columns[-1]) + 1
    first = int(columns[0])
    return (start + first, y, last - first, h) if way > 0 else (end - last, y, last - first, h)


def _without_bracket(columns: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Columns of print going away from a box, without the bracket that is its edge: narrow, near, and alone."""
    if not columns.size or columns[0] > BRACKET_MM * PX_PER_MM:
        return columns
    parts = np.flatnonzero(np.diff(columns) > 0.5 * PX_PER_MM)
    end = int(parts[0]) + 1 if parts.size else len(columns)
    narrow = columns[end - 1] - columns[0] < BRACKET_MM * PX_PER_MM
    return columns[end:] if narrow else columns

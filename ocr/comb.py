"""Comb fields: one printed box per character, parted into boxes and put together again as running text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from forms.form_file import Box
from ocr.cells import SPECK_SIDE, SQUARE, Cell, Mask
from ocr.page_ink import Picture, box_px


def comb_cells(strip: Cell, boxes: Sequence[Box]) -> tuple[Cell, ...]:
    """The cell of a whole comb parted into its boxes. Ink goes to the box that holds most of its piece.

    A piece that fills several boxes (digits that touch) is cut where the boxes meet.
    """
    spans = [(x - strip.x, x - strip.x + w) for x, _, w, _ in map(box_px, boxes)]
    edges = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), strip.ink.shape[1]]
    owner = np.zeros(strip.ink.shape[1], np.int64)
    for number, (left, right) in enumerate(pairwise(edges)):
        owner[max(0, left) : max(0, right)] = number
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strip.ink.astype(np.uint8), connectivity=8)
    assigned = np.where(strip.ink, owner[None, :], -1)
    for piece in range(1, count):
        left, width = int(stats[piece, cv2.CC_STAT_LEFT]), int(stats[piece, cv2.CC_STAT_WIDTH])
        shares = np.bincount(owner[left : left + width], minlength=len(spans))
        cell_width = max(1, spans[0][1] - spans[0][0])
        if width <= 1.3 * cell_width:
            assigned[labels == piece] = int(shares.argmax())
    found = []
    for number, box in enumerate(boxes):
        mine = _without_small(np.asarray(assigned == number, dtype=np.bool_))
        x, y, w, h = box_px(box)
        inner = (x - strip.x, y - strip.y, x - strip.x + w, y - strip.y + h)
        found.append(replace(strip, ink=np.asarray(mine, dtype=np.bool_), inner=inner))
    return tuple(found)


def _without_small(ink: Mask) -> Mask:
    """A comb box holds one digit: pieces much smaller than its largest are specks."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    if count <= 2:
        return ink
    keep = (sizes > SPECK_SIDE) | (sizes >= 0.5 * sizes[1:].max())
    keep[0] = False
    return np.asarray(keep[labels], dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Characters set side by side. ``starts``, ``ends``: each part's left edge in the picture, its right edge with the
    gap behind it; ``owners``: which cell it is (a comb box)."""

    picture: Picture
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    owners: tuple[int, ...]

    def part_at(self, x: float) -> int:
        """Index of the part that the picture shows at column ``x``."""
        return min(int(np.searchsorted(self.ends, x, "right")), len(self.owners) - 1)

    def cell_at(self, x: float) -> int:
        """Index of the cell that the picture shows at column ``x``."""
        return self.owners[self.part_at(x)]


def comb_strip(cells: Sequence[Cell]) -> Strip | None:
    """The characters of comb boxes set side by side as ordinary writing, None where no box holds ink.

    The network was trained on running text; characters a box apart are read as full-width or dropped.
    """
    held = [
        (number, cell, found)
        for number, cell in enumerate(cells)
        if (found := cell.bounds) and max(found[2] - found[0], found[3] - found[1]) > SPECK_SIDE
    ]
    if not held:
        return None
    tall = max(found[3] - found[1] for _, _, found in held)
    top = min(cell.y + found[1] for _, cell, found in held) - 4
    bottom = max(cell.y + found[3] for _, cell, found in held) + 4
    gap = max(3, round(0.18 * tall))
    parts: list[Picture] = [np.full((bottom - top, gap), 255, np.uint8)]
    starts, ends, at = [], [], gap
    for _, cell, (left, _, right, _) in held:
        near = cv2.dilate(cell.ink.astype(np.uint8), SQUARE, iterations=2).astype(bool)
        source = np.where(near, cell.picture, 255).astype(np.uint8)[:, left:right]
        part = np.full((bottom - top, right - left + gap), 255, np.uint8)
        first, last = max(0, cell.y - top), min(bottom - top, cell.y - top + source.shape[0])
        part[first:last, : right - left] = source[first - cell.y + top : last - cell.y + top]
        parts.append(part)
        starts.append(at)
        at += part.shape[1]
        ends.append(at)
    owners = tuple(number for number, _, _ in held)
    return Strip(np.hstack(parts).astype(np.uint8), tuple(starts), tuple(ends), owners)

"""The printed words of a blank page, and whether they stand on a page that was laid on it.

Rules say how a form is built, words say what is asked. Another version of a form may have the very same rules with
two rows exchanged: only its labels tell. So every word printed outside the places to write is looked for where it
should be. Writing over a word leaves it dark where it was dark; another word does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box, FormField
from ocr.refine import FINE, BlankSide

Floats: TypeAlias = npt.NDArray[np.float64]
Ink: TypeAlias = npt.NDArray[np.float32]

SCALE = FINE.scale
REACH_MM = 0.9
"""How far off its place a word is looked for; the page itself lies better than that."""
RULE_MM = 7.0
"""Print that runs straight for so long is a rule, not a stroke of a word."""
JOIN_MM = 1.3
"""Characters nearer than this are one word."""
LONGEST_MM = 22.0
"""A longer line of print is cut into pieces, so that a part of it that differs is seen."""
SMALLEST_MM = 2.2
UNLIKE = 0.62
"""A word is not there when it is found less well than this share of how well the page's words are found."""
SURE = 0.8
"""From this correlation on a word is there, whatever the others'."""
COVERED = 0.86
"""So much of a word's print is dark: it is there, under writing."""
NEAR_MM = 14.0
OTHER_FORM, LEAST_OTHER = 0.04, 5
"""Share and number of words that are others from which a page isn't the form it seems to be."""


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word: its box, and the ruled cell around it where there is one. Millimetres."""

    box: Box
    cell: Box | None

    def speaks_for(self, box: Box) -> bool:
        """True for places to write that this word may be the label of: in its row or column, or close by."""
        near = _apart(self.box, box) <= NEAR_MM
        if self.cell is None:
            return near
        in_row = box.y < self.cell.bottom and box.bottom > self.cell.y and box.right > self.cell.x
        return near or in_row


@dataclass(frozen=True, eq=False)
class Words:
    """All words of a blank page and its ink, at ``SCALE`` px/mm."""

    words: tuple[Word, ...]
    ink: Ink

    @cached_property
    def corners_mm(self) -> Floats:
        """The words' corners, 4 N x 2."""
        boxes = [w.box for w in self.words]
        return np.array(
            [c for b in boxes for c in ((b.x, b.y), (b.right, b.y), (b.right, b.bottom), (b.x, b.bottom))]
        ).reshape(-1, 2)

    def looked_for(self, page: Ink, visible: npt.NDArray[np.bool_]) -> WordsSeen:
        """Look for every word where it should be. ``page``: ink of the page as laid, at ``SCALE`` px/mm.

        ``visible``: per word, whether the picture reaches there; words beyond it are not missed.
        """
        reach = max(2, round(REACH_MM * SCALE))
        padded = np.pad(page, reach)
        likeness = np.full(len(self.words), np.nan)
        dark, amount = np.zeros(len(self.words)), np.zeros(len(self.words))
        for number, word in enumerate(self.words):
            if not visible[number]:
                continue
            x, y, w, h = _pixels(word.box)
            own = self.ink[y : y + h, x : x + w]
            around = padded[y : y + h + 2 * reach, x : x + w + 2 * reach]
            surface = np.asarray(cv2.matchTemplate(around, own, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
            surface[~(np.abs(surface) <= 1.01)] = 0.0
            row, column = divmod(int(surface.argmax()), surface.shape[1])
            likeness[number] = surface[row, column]
            if likeness[number] > SURE:
                continue
            there = around[row : row + h, column : column + w]
            dark[number] = _still_dark(own, there)
            amount[number] = float(there.sum()) / max(1.0, float(own.sum()))
        known = likeness[~np.isnan(likeness)]
        usual = max(0.4, float(np.median(known))) if len(known) else 1.0
        missing = (np.nan_to_num(likeness, nan=1.0) < UNLIKE * usual) & (dark < COVERED)
        return WordsSeen(self, len(known), missing, missing & (amount > 0.4) & (amount < 2.5))


@dataclass(frozen=True, eq=False)
class WordsSeen:
    """What looking for the words gave. ``looked``: how many the picture could show; per word, ``missing``: it is not
    there; ``other``: other print or writing stands in its place."""

    words: Words
    looked: int
    missing: npt.NDArray[np.bool_]
    other: npt.NDArray[np.bool_]

    @property
    def share_missing(self) -> float:
        return float(self.missing.sum()) / max(1, self.looked)

    @property
    def another_form(self) -> bool:
        """So many words are others that this is not the form, or another version of it."""
        count = int(self.other.sum())
        return count >= LEAST_OTHER and count >= OTHER_FORM * self.looked

    def vouch_for(self, box: Box) -> bool:
        """False where a word that may be the label of this place to write is missing."""
        return not any(self.words.words[n].speaks_for(box) for n in np.flatnonzero(self.missing))


def _still_dark(own: Ink, there: Ink) -> float:
    """Share of the word's print that is dark on the page, against how dark the page is between its strokes."""
    print_here = own > 0.4
    between = own < 0.1
    if not print_here.any():
        return 1.0
    level = 0.5 * float(np.percentile(there, 95))
    covered = float((there[print_here] > level).mean())
    return covered if not between.any() or float((there[between] > level).mean()) < 0.5 else 0.0


def words_of(blank: BlankSide, fields: Sequence[FormField]) -> Words:
    """The words of a page's blank. ``fields``: those of the page; what is written there is no word."""
    ink = blank.fine.ink
    printed = (ink > 0.3).astype(np.uint8)
    rules = _rules(printed)
    letters = np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0, 0, printed).astype(np.uint8)
    for corner in blank.side.corners:
        _blot(letters, corner, 1.0)
    for field in fields:
        for option in field.options:
            _blot(letters, option.box, 0.7)
        if not field.options:
            _blot(letters, field.box, 0.0)
    reach = round(JOIN_MM * SCALE) | 1
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    cells = _Cells(rules)
    words = []
    for x, y, w, h, _area in stats[1:count].tolist():
        if max(w, h) >= SMALLEST_MM * SCALE and int(letters[y : y + h, x : x + w].sum()) >= 12:
            words += [Word(piece, cells.around(piece)) for piece in _pieces(x, y, w, h)]
    return Words(tuple(words), ink)


def _rules(printed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    length = round(RULE_MM * SCALE)
    level = cv2.morphologyEx(printed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(printed, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(np.maximum(level, upright), dtype=np.uint8)


def _pieces(x: int, y: int, w: int, h: int) -> list[Box]:
    """A word's box in millimetres, a long line as several."""
    parts = max(1, -(-w // round(LONGEST_MM * SCALE)))
    edges = np.linspace(x, x + w, parts + 1).round().astype(int).tolist()
    return [Box(left / SCALE, y / SCALE, (right - left) / SCALE, h / SCALE) for left, right in pairwise(edges)]


class _Cells:
    """The ruled cells of a blank page."""

    def __init__(self, rules: npt.NDArray[np.uint8]) -> None:
        # rules end a little before they meet where the print is thin
        closed = cv2.dilate(rules, np.ones((3, 3), np.uint8))
        _, self._labels, self._stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)

    def around(self, box: Box) -> Box | None:
        """The cell around a box in millimetres, None on open paper."""
        row, column = round((box.y + box.h / 2) * SCALE), round((box.x + box.w / 2) * SCALE)
        label = int(self._labels[min(row, len(self._labels) - 1), min(column, self._labels.shape[1] - 1)])
        if label == 0:
            return None
        x, y, w, h, _ = self._stats[label].tolist()
        if w * h > 0.5 * self._labels.size:
            return None
        return Box(x / SCALE, y / SCALE, w / SCALE, h / SCALE)


def _blot(letters: npt.NDArray[np.uint8], box: Box, margin: float) -> None:
    left, top = round((box.x - margin) * SCALE), round((box.y - margin) * SCALE)
    right, bottom = round((box.right + margin) * SCALE), round((box.bottom + margin) * SCALE)
    letters[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0


def _pixels(box: Box) -> tuple[int, int, int, int]:
    return round(box.x * SCALE), round(box.y * SCALE), max(3, round(box.w * SCALE)), max(3, round(box.h * SCALE))


def _apart(one: Box, other: Box) -> float:
    across = max(0.0, other.x - one.right, one.x - other.right)
    down = max(0.0, other.y - one.bottom, one.y - other.bottom)
    return float(np.hypot(across, down))

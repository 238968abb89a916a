"""Tick boxes: is there a mark, and how sure is that.

The printed box and its label are found on the paper (up to ``SNAP`` pixels off their registered place) and taken
away; what is left in the box, and what is left around it while touching the box, speaks for a mark. Measured in
millimetres of ink rather than in fractions of a threshold picture, so that a thin pencil tick and a fat pen agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box, FormField
from ocr.cells import FAINTEST, SPECK_SIDE, Mask, ink_threshold, local_shift
from ocr.loops import find_loops
from ocr.page_ink import PageInk, box_px
from ocr.registration import PX_PER_MM

SNAP = 8
"""How far, in pixels, a printed tick box may lie off its registered place."""
AROUND = 22
"""Pixels around a tick box that belong to it (1.9 mm): a tick's tail runs out of the box."""

EMPTY_INK = 0.012
MARKED_INK = 0.05
"""Share of the box's inner area covered by ink: below the first it is empty, above the second it is marked."""
BRIDGED, EDGE = 15, 3
"""Pixels that a rule takes out of a stroke crossing it, at most; and how near to its edge a patch is left."""
FILLED_INK = 0.72
"""From here on the box is filled, which some people do to take a tick back."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One option's box. ``inside``: share of the inner area with ink; ``ring``: ink of the same strokes outside,
    in the same unit; ``loose``: ink beside the box that doesn't reach into it; ``darkness`` of the strokes;
    ``score`` 0 (empty) to 1 (marked)."""

    code: str
    inside: float
    ring: float
    darkness: float
    score: float
    loose: float = 0.0

    @property
    def marked(self) -> bool:
        return self.score >= 0.5

    @property
    def quality(self) -> float:
        """How far the box is from the line between empty and marked: 0 is a coin toss, 1 is certain."""
        return abs(2 * self.score - 1)

    @property
    def filled(self) -> bool:
        return self.inside >= FILLED_INK


@dataclass(frozen=True, slots=True)
class Marks:
    """All boxes of one choice. ``stray``: ink in the field that belongs to no box, in square millimetres.
    ``circled``: codes of options with a loop around their label or box. ``through``: a stroke comes from beyond the
    field, runs through a box and leaves the field again: it strikes out a part of the form and ticks nothing."""

    marks: tuple[Mark, ...]
    stray: float
    circled: tuple[str, ...] = ()
    through: bool = False

    @property
    def quality(self) -> float:
        return min((m.quality for m in self.marks), default=0.0)


def read_marks(ink: PageInk, field: FormField) -> Marks:
    """Look at every tick box of a choice. Never raises."""
    left, top, right, bottom = _area([field.box, *(o.box for o in field.options)])
    x, y = max(0, left - AROUND - SNAP), max(0, top - AROUND - SNAP)
    w, h = min(ink.width, right + AROUND + SNAP) - x, min(ink.height, bottom + AROUND + SNAP) - y
    if w < 16 or h < 16 or not field.options:
        return Marks((), 0.0)
    dark, _red = ink.darkness(x, y, w, h)
    dx, dy = local_shift(ink, dark, x, y, w, h, SNAP)
    printed = ink.printed(max(0, min(x - dx, ink.width - w)), max(0, min(y - dy, ink.height - h)), w, h)
    threshold = ink_threshold(dark, printed)
    covered = cv2.dilate((printed > 0.2).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    written = _without_dust((dark > threshold) & ~covered, covered)
    shifted = [_offset(box_px(o.box), dx - x, dy - y) for o in field.options]
    circled, loop = find_loops(written, printed, shifted)
    written &= ~loop
    found = tuple(
        _mark(option.code, box, written, covered, dark) for option, box in zip(field.options, shifted, strict=True)
    )
    claimed = np.zeros(written.shape, bool)
    for bx, by, bw, bh in shifted:
        claimed[max(0, by - AROUND) : by + bh + AROUND, max(0, bx - AROUND) : bx + bw + AROUND] = True
    fx, fy, fw, fh = _offset(box_px(field.box), -x, -y)
    field_area = np.zeros(written.shape, bool)
    field_area[max(0, fy + 3) : fy + fh - 3, max(0, fx + 3) : fx + fw - 3] = True
    loose = _stray(written, claimed, field_area)
    circles = tuple(field.options[n].code for n in circled)
    marked = [box for mark, box in zip(found, shifted, strict=True) if mark.marked]
    return Marks(found, loose / PX_PER_MM**2, circles, any(_through(written, covered, box) for box in marked))


def _through(written: Mask, covered: Mask, box: tuple[int, int, int, int]) -> bool:
    """Whether a stroke in the box runs through the patch from one side to the opposite one; print that it crosses may
    have broken it."""
    x, y, w, h = box
    joined = cv2.morphologyEx(written.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((BRIDGED, BRIDGED), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    inner = labels[max(0, y + 3) : max(0, y + h - 3), max(0, x + 3) : max(0, x + w - 3)]
    rows, columns = written.shape
    for piece in np.unique(inner[inner > 0]).tolist():
        left, top, wide, tall = (int(v) for v in stats[piece, :4])
        ends = top <= EDGE, top + tall >= rows - EDGE, left <= EDGE, left + wide >= columns - EDGE
        if (ends[0] and ends[1]) or (ends[2] and ends[3]):
            return True
        if max(wide, tall) >= 0.5 * min(w, h) and _goes_on(written, covered, labels == piece):
            return True
    return False


def _goes_on(written: Mask, covered: Mask, piece: Mask) -> bool:
    """Whether ink lies all along the straight line of a piece, from one side of the patch to the other."""
    at = np.column_stack(np.nonzero(piece)[::-1]).astype(np.float64)
    middle = at.mean(axis=0)
    along = np.linalg.eigh((at - middle).T @ (at - middle))[1][:, 1]
    if float(np.percentile(np.abs((at - middle) @ (-along[1], along[0])), 90)) > BRIDGED / 2:
        return False
    rows, columns = written.shape
    steps = np.arange(-rows - columns, rows + columns, 2.0)
    line = np.round(middle + steps[:, None] * along).astype(np.intp)
    line = line[(line >= 0).all(axis=1) & (line < (columns, rows)).all(axis=1)]
    seen = cv2.dilate(written.astype(np.uint8), np.ones((BRIDGED, BRIDGED), np.uint8)).astype(bool)
    free = ~covered[line[:, 1], line[:, 0]]
    return float(seen[line[:, 1], line[:, 0]][free].mean()) > 0.9


def _mark(
    code: str, box: tuple[int, int, int, int], written: Mask, covered: Mask, dark: npt.NDArray[np.float32]
) -> Mark:
    x, y, w, h = box
    inset = 3
    inner = np.s_[max(0, y + inset) : max(0, y + h - inset), max(0, x + inset) : max(0, x + w - inset)]
    within = written[inner]
    open_area = max(1, int((~covered[inner]).sum()))
    inside = float(within.sum()) / open_area
    specks = _speck_area(within)
    near = np.s_[max(0, y - AROUND) : y + h + AROUND, max(0, x - AROUND) : x + w + AROUND]
    patch = written[near]
    # strokes run under the printed frame: let pieces meet across it before asking which belong to the box
    joined = cv2.dilate(patch.astype(np.uint8), np.ones((9, 9), np.uint8))
    _, labels = cv2.connectedComponents(joined, connectivity=8)
    origin_y, origin_x = max(0, y - AROUND), max(0, x - AROUND)
    in_patch = np.zeros(patch.shape, bool)
    in_patch[
        max(0, y + inset - origin_y) : y + h - inset - origin_y, max(0, x + inset - origin_x) : x + w - inset - origin_x
    ] = True
    touching = np.unique(labels[in_patch & patch])
    ours = np.isin(labels, touching[touching > 0]) & patch
    ring = float((ours & ~in_patch).sum()) / open_area
    loose_ring = float((patch & ~in_patch & ~ours).sum()) / open_area
    strokes = dark[near][ours]
    darkness = float(np.percentile(strokes, 75)) if strokes.size else 0.0
    score = _score(inside, ring, loose_ring, darkness, specks / open_area)
    return Mark(code, inside, ring, darkness, score, loose_ring)


def _speck_area(within: Mask) -> float:
    """Pixels of small round full pieces: dirt, unless it is all there is and someone dots instead of ticking."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(within.astype(np.uint8), connectivity=8)
    w, h, area = (stats[1:, i].astype(np.int64) for i in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    if count <= 1:
        return 0.0
    longest, shortest = np.maximum(w, h), np.maximum(np.minimum(w, h), 1)
    dirt = (longest <= SPECK_SIDE) & (longest <= 1.7 * shortest) & (area >= 0.55 * w * h)
    dirt |= longest <= SPECK_SIDE // 2
    return float(area[dirt].sum())


def _score(inside: float, ring: float, loose_ring: float, darkness: float, specks: float = 0.0) -> float:
    """0 empty .. 1 marked. A hair of ink inside counts with what hangs on it outside; ink beside it only a little,
    a speck (share ``specks`` of the inner area) as much as a doubt."""
    if specks and inside - specks < EMPTY_INK:
        return 0.12
    inside -= specks
    amount = inside + 0.5 * ring if inside > EMPTY_INK / 2 else inside
    amount += 0.08 * min(loose_ring, 0.5)
    # logistic between the two thresholds on a logarithmic scale: 0.12 at EMPTY, 0.88 at MARKED
    low, high = np.log(EMPTY_INK), np.log(MARKED_INK)
    position = (np.log(max(amount, 1e-4)) - (low + high) / 2) / (high - low)
    score = float(1 / (1 + np.exp(-4 * position)))
    if score > 0.5 and darkness < FAINTEST + 0.1:
        score = 0.5 + (score - 0.5) * 0.6
    return score


def _without_dust(written: Mask, covered: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(written.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    beside = cv2.dilate(covered.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    by_print = np.bincount(labels[beside], minlength=count)
    thin = np.minimum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= 3
    keep = (area >= 7) & ~(thin & (by_print > 0.7 * area))
    keep[0] = False
    return np.asarray(keep[labels], dtype=np.bool_)


def _stray(written: Mask, claimed: Mask, field_area: Mask) -> float:
    """Ink in the field of strokes that lie mostly away from every box."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(written.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    boxed = np.bincount(labels[claimed & written], minlength=count)
    placed = np.bincount(labels[field_area & written], minlength=count)
    loose = (boxed < 0.3 * area) & (placed > 0.6 * area) & (area >= 30)
    loose[0] = False
    return float(area[loose].sum())


def _area(boxes: Sequence[Box]) -> tuple[int, int, int, int]:
    found = [box_px(b) for b in boxes]
    return (
        min(b[0] for b in found),
        min(b[1] for b in found),
        max(b[0] + b[2] for b in found),
        max(b[1] + b[3] for b in found),
    )


def _offset(box: tuple[int, int, int, int], dx: int, dy: int) -> tuple[int, int, int, int]:
    return box[0] + dx, box[1] + dy, box[2], box[3]

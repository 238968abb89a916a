"""What was written in a cell: ink without the printed rules and labels, cut out for the network.

Everything here works on the rectified page (form coordinates, ``PX_PER_MM``) and the blank form beside it. The page
is registered to within a pixel or two, paper is not: each cell is laid on the blank once more by itself (at most
``SLACK`` pixels) before what is printed is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box
from ocr.page_ink import Darkness, PageInk, Picture, box_px
from ocr.registration import PX_PER_MM

Mask: TypeAlias = npt.NDArray[np.bool_]

MARGIN = 26
"""Pixels looked at around a box (2.2 mm): its rules are needed to lay it on the blank, and writing runs over."""
SLACK = 6
"""How far, in pixels, a cell may lie off its registered place."""
FAINTEST = 0.16
"""Darkness below which nothing counts as ink."""
FAINT = 0.3
"""Writing lighter than this (0 paper, 1 black) is faint."""
SPECK = 9
"""Connected ink of fewer pixels (0.06 square mm) is dust."""
SPECK_SIDE = 15
"""Pieces of ink no longer than this (1.3 mm) may be specks, if they stand apart."""

BLURRED, THINNEST = 13, 4
"""Pixels around printed rules that their blur reaches (half of it on each side), and a pen's stroke at least."""
ROOM = 9.0
"""Millimetres beside a box in which writing that runs out of it is followed."""
NEXT = 0.45
"""Gap between characters of a line, in heights of the line, at most."""
RUNS_OUT = 0.2
"""``Cell.outside`` of writing that runs out of its box, at least."""

OUTSIDE = 0.12
"""Share of the ink beyond the box from which the place is doubtful."""
SEAL = 0.06
"""Share of red in a box from which a seal lies over it."""
PAINTED = 0.02
"""Share of a box that is whiter than the paper from which something was painted over."""

SQUARE = np.ones((3, 3), np.uint8)
"""The neighbourhood of a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell after subtraction.

    ``picture``: grey, paper white, print removed; ``ink``: the writer's pixels; both cover the box and ``MARGIN``
    around it, ``x, y`` is their corner on the rectified page. ``outside``: share of the ink beyond the box.
    ``red``: share of the box covered by red (a seal). ``dust``: pixels of ink too small to be writing.
    """

    picture: Picture
    ink: Mask
    x: int
    y: int
    inner: tuple[int, int, int, int]
    outside: float
    red: float
    dust: int
    darkest: float
    sealed: bool = False
    """A round seal lies over the box that has no colour to be told by."""
    painted: float = 0.0
    """Share of the writing's surroundings that is whiter than the paper: correction fluid."""
    red_pen: bool = False
    """Something red that is no seal stands here, which the ink leaves out."""

    @property
    def amount(self) -> int:
        """Pixels of ink."""
        return int(self.ink.sum())

    @property
    def bounds(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of the ink within the patch, None without ink."""
        if not self.ink.any():
            return None
        rows, columns = np.flatnonzero(self.ink.any(axis=1)), np.flatnonzero(self.ink.any(axis=0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    @property
    def blank(self) -> bool:
        """Nothing was written: no ink, or only specks lower than half a millimetre."""
        found = self.bounds
        if found is None:
            return True
        left, top, right, bottom = found
        return self.amount < 40 and max(right - left, bottom - top) < 0.9 * PX_PER_MM


def cut(ink: PageInk, box: Box, *, margin: int = MARGIN, keep_words: bool = False) -> Cell:
    """The cell in ``box`` with print, neighbours' writing and dust taken away. Never raises.

    Writing that runs on beyond the box's sides is followed (``Cell.outside`` tells). ``keep_words``: what is printed
    inside the box as characters stays; only rules are taken away.
    """
    cell, beyond = _cut(ink, box, margin, keep_words=keep_words)
    if not any(beyond):
        return cell
    left, right = (ROOM if b else 0.0 for b in beyond)
    wider = Box(box.x - left, box.y, box.w + left + right, box.h)
    whole, _ = _cut(ink, wider, margin, keep_words=keep_words)
    bx, by, bw, bh = box_px(box)
    return _followed(whole, (bx - whole.x, by - whole.y, bx - whole.x + bw, by - whole.y + bh))


def _cut(ink: PageInk, box: Box, margin: int, *, keep_words: bool) -> tuple[Cell, tuple[bool, bool]]:
    """The cell, and whether its writing runs on beyond the box's left and right side."""
    bx, by, bw, bh = box_px(box)
    x, y = max(0, bx - margin), max(0, by - margin)
    w, h = min(ink.width, bx + bw + margin) - x, min(ink.height, by + bh + margin) - y
    if w < 8 or h < 8:
        nothing = np.zeros((max(h, 1), max(w, 1)), np.bool_)
        empty = Cell(np.full(nothing.shape, 255, np.uint8), nothing, x, y, (0, 0, 1, 1), 0, 0, 0, 0)
        return empty, (False, False)
    dark, red = ink.darkness(x, y, w, h)
    printed = aligned_print(ink, dark, x, y, w, h)
    threshold = ink_threshold(dark, printed)
    covered = _covered(dark, printed)
    if keep_words:
        covered &= ~_words(printed, (bx - x, by - y, bx - x + bw, by - y + bh))
    written = (dark > threshold) & ~covered
    written |= _crossing(written, covered, dark > threshold)
    written &= ~_halo(written, printed)
    inner = (bx - x, by - y, bx - x + bw, by - y + bh)
    kept, dust, outside, beyond, beside = _own_ink(written, covered, inner, _neighbours(ink, box, x, y, (h, w)))
    outside = max(outside, RUNS_OUT) if beside else outside
    # soft edges of strokes stay; everything that isn't near kept ink becomes paper
    near = cv2.dilate(kept.astype(np.uint8), SQUARE, iterations=2).astype(bool) & (~covered | kept)
    shown = np.where(near, dark, 0)
    darkest = float(np.percentile(dark[kept], 90)) if kept.any() else 0.0
    picture = (255 * (1 - shown)).astype(np.uint8)
    painted = ink.painted(bx, by, bw, bh) if kept.any() else 0.0
    return Cell(
        picture, kept, x, y, inner, outside, red, dust, darkest, ink.sealed(box), painted, ink.red_pen(box)
    ), beyond


def _followed(whole: Cell, inner: tuple[int, int, int, int]) -> Cell:
    """A cell cut with room at its sides, left with the writing that hangs together from the box outwards."""
    rows = np.flatnonzero(whole.ink[:, max(0, inner[0]) : inner[2]].any(axis=1))
    columns: npt.NDArray[np.bool_] = np.logical_or.reduce(whole.ink, axis=0)
    if not rows.size:
        return replace(whole, inner=inner)
    gap = max(4, round(NEXT * (int(rows[-1]) - int(rows[0]) + 1)))
    held = columns.copy()
    for start, step in ((inner[2], 1), (inner[0], -1)):
        at, empty = start, 0
        while 0 <= at < len(columns) and empty <= gap:
            empty = 0 if columns[at] else empty + 1
            at += step
        held[at:] &= step < 0
        if step < 0:
            held[: max(0, at + 1)] = False
    kept = whole.ink & held[None, :]
    out = int(kept[:, : max(0, inner[0])].sum()) + int(kept[:, inner[2] :].sum())
    share = max(RUNS_OUT, out / max(1, int(kept.sum())))
    return replace(whole, ink=kept, inner=inner, outside=max(whole.outside, share))


def aligned_print(ink: PageInk, dark: Darkness, x: int, y: int, w: int, h: int) -> Darkness:
    """Darkness of the blank in a patch, shifted by up to ``SLACK`` pixels to where it lies on the paper."""
    dx, dy = local_shift(ink, dark, x, y, w, h, SLACK)
    return _shifted_print(ink, x, y, w, h, dx, dy)


def local_shift(ink: PageInk, dark: Darkness, x: int, y: int, w: int, h: int, slack: int) -> tuple[int, int]:
    """How far (dx, dy) what is printed lies off its registered place on the paper; (0, 0) where it can't be told."""
    template = ink.printed(x, y, w, h)[slack : h - slack, slack : w - slack]
    if min(template.shape) < 4 or template.sum() < 40:
        return 0, 0
    agreement = cv2.matchTemplate(np.minimum(dark, 0.7), np.ascontiguousarray(template), cv2.TM_CCOEFF)
    steps = np.arange(-slack, slack + 1)
    # a rule says nothing about movement along itself: among equals the smallest shift
    distance = np.hypot(steps[:, None], steps[None, :])
    score = agreement / max(float(agreement.max()), 1e-6) - 0.003 * distance
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    return int(steps[column]), int(steps[row])


def _shifted_print(ink: PageInk, x: int, y: int, w: int, h: int, dx: int, dy: int) -> Darkness:
    left, top = max(0, min(x - dx, ink.width - w)), max(0, min(y - dy, ink.height - h))
    return ink.printed(left, top, w, h)


def ink_threshold(dark: Darkness, printed: Darkness) -> float:
    """Darkness from which a pixel is ink: half of the dark end of what isn't printed, never below ``FAINTEST``."""
    free = dark[printed < 0.1]
    if free.size < 16:
        return 0.3
    some = free[:: max(1, free.size // 20000)]
    middle = float(np.median(some))
    noise = middle + 4 * 1.4826 * float(np.median(np.abs(some - middle)))
    strokes = free[free > max(FAINTEST, noise)]
    if strokes.size < 12:
        return max(FAINTEST + 0.06, noise)
    return float(np.clip(0.45 * np.percentile(strokes, 85), max(FAINTEST, noise), 0.5))


def _covered(dark: Darkness, printed: Darkness) -> Mask:
    """Pixels that are printed, with the blur the paper shows around them."""
    core = (printed > 0.25).astype(np.uint8)
    wide = cv2.dilate(core, np.ones((5, 5), np.uint8)).astype(bool)
    return wide | ((printed > 0.08) & (dark < 0.8))


def has_words(ink: PageInk, box: Box) -> bool:
    """Whether the blank form prints characters inside the box, as 年 月 日 between the places for figures."""
    x, y, w, h = box_px(box)
    if x < 0 or y < 0 or x + w > ink.width or y + h > ink.height:
        return False
    return bool(_words(ink.printed(x, y, w, h), (0, 0, w, h)).any())


def _words(printed: Darkness, inner: tuple[int, int, int, int]) -> Mask:
    """Pixels around printed characters that stand wholly inside the box."""
    left, top, right, bottom = inner
    core = (printed > 0.25).astype(np.uint8)
    # a character's parts belong together
    joined = cv2.dilate(core, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    x, y, w, h = (stats[:, i] for i in range(4))
    inside = (x > left) & (y > top) & (x + w < right) & (y + h < bottom)
    tall = round(1.5 * PX_PER_MM)
    letters = inside & (np.minimum(w, h) >= tall) & (np.maximum(w, h) <= 4 * tall)
    letters[0] = False
    return np.asarray(letters[labels[:, :]], dtype=np.bool_) if count > 1 else np.zeros(core.shape, np.bool_)


def _crossing(written: Mask, covered: Mask, dark: Mask) -> Mask:
    """Printed pixels that a stroke crosses: dark, with writing on both sides of the rule."""
    source = written.astype(np.uint8)
    bridged = np.zeros(written.shape, bool)
    for kernel in (np.ones((15, 1), np.uint8), np.ones((1, 15), np.uint8)):
        bridged |= cv2.morphologyEx(source, cv2.MORPH_CLOSE, kernel).astype(bool)
    return np.asarray(bridged & covered & dark, dtype=np.bool_)


def _halo(written: Mask, printed: Darkness) -> Mask:
    """Slivers that lie wholly along printed rules: the rule's own blur on a soft picture, thinner than any pen."""
    source = written.astype(np.uint8)
    count, labels, _, _ = cv2.connectedComponentsWithStats(source, connectivity=8)
    if count == 1:
        return np.zeros(written.shape, np.bool_)
    along = cv2.dilate((printed > 0.25).astype(np.uint8), np.ones((BLURRED, BLURRED), np.uint8)).astype(bool)
    off = np.bincount(labels[written & ~along], minlength=count)
    pen = cv2.morphologyEx(source, cv2.MORPH_OPEN, np.ones((THINNEST, THINNEST), np.uint8)).astype(bool)
    thick = np.bincount(labels[pen], minlength=count)
    slivers = (off == 0) & (thick == 0)
    slivers[0] = False
    return np.asarray(slivers[labels], dtype=np.bool_)


def _neighbours(ink: PageInk, box: Box, x: int, y: int, shape: tuple[int, int]) -> Mask:
    """Where, in a patch at ``x, y``, other fields of the page are filled in."""
    found = np.zeros(shape, np.bool_)
    for field in ink.page.form.on_page(ink.page.page):
        other = field.box
        apart = other.right <= box.x + 1 or other.x >= box.right - 1
        level = min(other.bottom, box.bottom) - max(other.y, box.y) > 0.5 * min(other.h, box.h)
        if apart and level:
            left, top, w, h = box_px(other)
            found[max(0, top - y) : max(0, top - y + h), max(0, left - x) : max(0, left - x + w)] = True
    return found


def _own_ink(
    written: Mask, covered: Mask, inner: tuple[int, int, int, int], neighbours: Mask
) -> tuple[Mask, int, float, tuple[bool, bool], bool]:
    """Of all ink in a patch what belongs to the box; pixels of dust inside it; share of the ink beyond the box; whether
    it runs on at the left and the right; whether what stands in the field to its right could be its end."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(written.astype(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros(written.shape, bool), 0, 0.0, (False, False), False
    left, top, right, bottom = inner
    inside = np.zeros(written.shape, bool)
    inside[max(0, top) : bottom, max(0, left) : right] = True
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    within = np.bincount(labels[inside], minlength=count)
    beside = cv2.dilate(covered.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    by_print = np.bincount(labels[beside], minlength=count)
    thin = np.minimum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= 4
    # crumbs of a rule that the blank didn't quite cover lie along it and are thin
    crumb = thin & (by_print > 0.8 * area)
    dust = (area < SPECK) | crumb
    own = ~dust & (within >= 0.5 * area)
    own[0] = dust[0] = False
    kept = own[labels]
    total = int(kept.sum())
    beyond = int((kept & ~inside).sum())
    speck = int(within[dust & (area >= 3) & ~crumb].sum())
    # what stands whole in the next field's place is that field's, unless its writing shows otherwise
    theirs = np.bincount(labels[neighbours], minlength=count) > 0.8 * area
    others = ~dust & ~own & (area >= 3 * SPECK)
    runs = _runs_on(kept, stats[others & ~theirs, :4].astype(np.int64), inner)
    near = not runs[1] and _runs_on(kept, stats[others & theirs, :4].astype(np.int64), inner)[1]
    return kept, speck, beyond / total if total else 0.0, runs, near


def _runs_on(kept: Mask, others: npt.NDArray[np.int64], inner: tuple[int, int, int, int]) -> tuple[bool, bool]:
    """Whether pieces beyond the left or right side go on with the line of writing that ends there."""
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    if not rows.size or not others.size:
        return False, False
    tall = int(rows[-1]) - int(rows[0]) + 1
    x, y, w, h = others.T
    level = (np.minimum(y + h, rows[-1]) - np.maximum(y, rows[0]) > 0.6 * h) & (h >= 0.3 * tall) & (h < 1.5 * tall)
    level &= w < 2.5 * tall
    gap, last = NEXT * tall, 2 * NEXT * tall
    at_left = (x < inner[0]) & (x + w > max(inner[0] - gap, columns[0] - last)) & (columns[0] < inner[0] + last)
    at_right = (x + w > inner[2]) & (x < min(inner[2] + gap, columns[-1] + last)) & (columns[-1] > inner[2] - last)
    return bool((at_left & level).any()), bool((at_right & level).any())


def settled(cell: Cell, *, dots: bool) -> Cell:
    """The cell without specks: small pieces of ink that stand where no stroke of the writing would.

    A speck is small against the writing and away from it, or before or behind it. Strokes of a character lie close
    to the rest of the character; with ``dots`` punctuation between characters stays too.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cell.ink.astype(np.uint8), connectivity=8)
    if count <= 1:
        return cell
    boxes = stats[1:, :4].astype(np.int64)
    sizes = boxes[:, 2:].max(axis=1)
    if sizes.max() <= SPECK_SIDE:
        round_ones = _is_round(boxes[:, 2], boxes[:, 3], stats[1:, cv2.CC_STAT_AREA].astype(np.int64))
        odd = int(stats[1:, cv2.CC_STAT_AREA][~round_ones].sum())
        return replace(cell, ink=np.zeros_like(cell.ink), dust=cell.dust + odd)
    # a stroke's length where most of the ink is: specks may be many, they are never much ink
    order = np.argsort(sizes, kind="stable")
    spread = np.cumsum(stats[1:, cv2.CC_STAT_AREA][order].astype(np.int64))
    tall = float(sizes[order][int(np.searchsorted(spread, 0.7 * spread[-1]))])
    small = sizes <= min(SPECK_SIDE, max(0.55 * tall, 4))
    if not small.any() or small.all():
        return cell
    real = boxes[~small]
    dropped = [
        1 + number
        for number in np.flatnonzero(small).tolist()
        if _is_speck(boxes[number], int(stats[1 + number, cv2.CC_STAT_AREA]), real, tall, dots=dots)
    ]
    if not dropped:
        return cell
    gone = np.isin(labels, dropped)
    return replace(cell, ink=cell.ink & ~gone)


def _is_round(w: npt.NDArray[np.int64], h: npt.NDArray[np.int64], area: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Pieces that are as wide as tall and full, as dirt is and strokes are not."""
    return np.asarray((np.maximum(w, h) <= 1.6 * np.minimum(w, h) + 1) & (area > 0.55 * w * h), dtype=np.bool_)


def _is_speck(box: npt.NDArray[np.int64], area: int, real: npt.NDArray[np.int64], tall: float, *, dots: bool) -> bool:
    x, y, w, h = (int(v) for v in box)
    apart_x = np.maximum(np.maximum(real[:, 0] - (x + w), x - (real[:, 0] + real[:, 2])), 0)
    apart_y = np.maximum(np.maximum(real[:, 1] - (y + h), y - (real[:, 1] + real[:, 3])), 0)
    distance = float(np.hypot(apart_x, apart_y).min())
    before = x + w <= int(real[:, 0].min())
    behind = x >= int((real[:, 0] + real[:, 2]).max())
    if before or behind:
        round_and_full = max(w, h) < 1.6 * min(w, h) and area > 0.6 * w * h
        return distance > 0.3 * tall or (round_and_full and distance > 0.08 * tall)
    return distance > (0.8 if dots else 0.3) * tall


def ink_reasons(cell: Cell, *, struck: bool) -> list[str]:
    """What the ink of a cell, apart from what it says, makes doubtful."""
    found = []
    if cell.outside > OUTSIDE:
        found.append("ink_outside")
    if cell.red > SEAL or cell.sealed:
        found.append("stamp")
    if cell.red_pen:
        found.append("red_ink")
    if cell.painted > PAINTED:
        found.append("corrected")
    if struck:
        found.append("strikeout")
    if cell.darkest < FAINT:
        found.append("faint")
    return found

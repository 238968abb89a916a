"""Lines of writing in a cell: cut apart for the network, without what was crossed out.

Also what the shape of the strokes alone tells: a dash through the field, a deletion, type or handwriting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from ocr.cells import SQUARE, Cell, Mask
from ocr.page_ink import Picture
from ocr.registration import PX_PER_MM

THIN = 12
"""A pen's stroke is at most this many pixels thick (1 mm)."""
_REACH = 2
"""Columns per step when a stroke is followed: one row up or down in that many is still level enough."""
STRUCK, MAYBE_STRUCK = 1.36, 1.02
"""Length of a level stroke through writing, in heights of the line, from which it is a deletion, or may be one. On the
calibration pages the strokes of 母 are 1.25 to 1.33 long, those through a single character 1.40 to 1.95."""
LOW, LOWEST = 0.45, 0.3
"""A crossed-out piece is as high as this at least, in heights of the line: one that only may be crossed out, and any.
The stroke may touch little of what it runs through."""

MOSTLY_FREE = 0.95
"""Share of a stroke's length over which nothing else may touch it: 信 meets the stroke through it at one point."""
PAIR = 14
"""Pixels of ink in a column where two strokes run side by side and nothing else."""
BLACK, BLACKEST, CONTRAST = 0.68, 0.82, 1.7
"""Share of ink over the height of a character from which a place may be scribbled over, from which it surely is, and
how much blacker it must be than the line's other characters in between."""
ALONE = 0.985
"""Share of the ink in the first of two lines up to which the second is one: a single 号 of a long address."""
LEAST_SLASH, SLASH_TALL = 3.0, 0.5
"""Millimetres, and heights of its box, that a slash through a field is long, at least."""
LEVEL, BENT, UNBROKEN = 8.0, 0.05, 0.75
"""Degrees from which a stroke is slanted; how far, of its length, it may leave a straight line; and how much of its
length must be ink."""
UPRIGHT, NO_FIGURE = 87.0, 9.5
"""Degrees up to which a stroke is slanted at all; millimetres that are taller than any figure in a form's rows."""
STAINED = 0.08
"""Share of the ink that is left when a pen's width is taken off it, from which it is no writing."""
DITTO = 3.2
"""Millimetres that the strokes of a 〃 are long, at most, and lie apart."""
SCRIBBLED = 0.9
"""Length of a black place, in heights of the line, from which it is taken out: several characters lie under it."""


class Struck(IntEnum):
    """Whether something in a line was crossed out. MAYBE: its strokes could as well be a character's own (母, 满)."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of writing cut out for the network: grey, dark on white, with its place on the rectified page."""

    picture: Picture
    x: int
    y: int
    ink: Mask
    struck: Struck = Struck.NO


def lines(cell: Cell, *, whole: bool = False) -> tuple[Line, ...]:
    """The writing of a cell cut into one or two lines, each with a little paper around it; () without ink.

    What was crossed out is left away, unless it is all there is, or ``whole``.
    """
    found = cell.bounds
    if found is None:
        return ()
    left, top, right, bottom = found
    split = _between_lines(cell.ink[top:bottom, left:right])
    parts = [cell.ink]
    if split is not None:
        upper, lower = cell.ink.copy(), cell.ink.copy()
        upper[top + split :] = False
        lower[: top + split] = False
        parts = [upper, lower]
    cleaned = [without_struck(part) for part in parts] if not whole else [(part, Struck.MAYBE) for part in parts]
    # a line that was crossed out whole leaves nothing but the doubt, which the other line carries
    struck = max(doubt for _, doubt in cleaned)
    if not any(kept.any() for kept, _ in cleaned):
        struck, cleaned = Struck.YES, [(part, Struck.YES) for part in parts]
    return tuple(_line(cell, *_bounds(kept), kept, struck=struck) for kept, _ in cleaned if kept.any())


def _bounds(mask: Mask) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _line(cell: Cell, left: int, top: int, right: int, bottom: int, own: Mask, *, struck: Struck) -> Line:
    """Cut with a margin of a tenth of the height; what isn't this line's own ink is paper."""
    pad = max(4, round(0.12 * (bottom - top)))
    near = cv2.dilate(own.astype(np.uint8), SQUARE, iterations=2).astype(bool)
    clean = np.where(near, cell.picture, 255).astype(np.uint8)
    x0, y0 = left - pad, top - pad
    height, width = bottom - top + 2 * pad, right - left + 2 * pad
    picture = np.full((height, width), 255, np.uint8)
    mask = np.zeros((height, width), bool)
    cx0, cy0 = max(0, x0), max(0, y0)
    cx1, cy1 = min(clean.shape[1], right + pad), min(clean.shape[0], bottom + pad)
    picture[cy0 - y0 : cy1 - y0, cx0 - x0 : cx1 - x0] = clean[cy0:cy1, cx0:cx1]
    mask[cy0 - y0 : cy1 - y0, cx0 - x0 : cx1 - x0] = own[cy0:cy1, cx0:cx1]
    return Line(picture, cell.x + x0, cell.y + y0, mask, struck)


def _between_lines(ink: Mask) -> int | None:
    """The row that parts two lines of writing, None for a single line.

    Two lines are each at least 2 mm tall, together wider than tall, and the rows between them are nearly empty.
    """
    height, width = ink.shape
    least = round(2.0 * PX_PER_MM)
    if height < 2 * least + 4 or width < 1.2 * height:
        return None
    profile = cv2.blur(ink.sum(axis=1).astype(np.float32).reshape(-1, 1), (1, 5)).ravel()
    middle = profile[least : height - least]
    row = least + int(middle.argmin())
    # several rows may be equally empty: part in the middle of them
    empty = np.flatnonzero(profile[least : height - least] <= middle.min() + 0.5) + least
    if empty.size:
        row = int(empty[len(empty) // 2])
    upper, lower = float(profile[:row].max()), float(profile[row:].max())
    if profile[row] > 0.12 * min(upper, lower):
        return None
    shares = ink[:row].sum() / ink.sum()
    return row if 0.12 < shares < ALONE else None


def is_dash(cell: Cell) -> bool:
    """One thin, nearly level stroke and nothing else: the dash drawn through a field that has nothing to say."""
    found = cell.bounds
    if found is None:
        return False
    left, top, right, bottom = found
    width, height = right - left, bottom - top
    if width < 1.5 * PX_PER_MM or height > max(0.25 * width, THIN):
        return False
    ink = cell.ink[top:bottom, left:right]
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    if count == 1 or stats[1:, cv2.CC_STAT_WIDTH].max() < 0.9 * width:
        return False
    columns = ink.any(axis=0)
    extent = height - np.argmax(ink[::-1], axis=0) - np.argmax(ink, axis=0)
    return bool(np.percentile(extent[columns], 95) <= THIN)


def is_broad(cell: Cell) -> bool:
    """Whether much of the ink is broader than any pen's stroke: a stain, a shadow."""
    core = cv2.erode(cell.ink.astype(np.uint8), np.ones((THIN + 5, THIN + 5), np.uint8))
    return int(core.sum()) > STAINED * max(1, cell.amount)


def is_slash(cell: Cell, steepest: float) -> bool:
    """One thin straight slanted stroke and nothing else: it says that there is nothing to say. At most ``steepest``
    degrees from level, or longer than a figure is tall. Where it crosses printed rules it may be broken."""
    stroke = _straight(cell.ink)
    if stroke is None:
        return False
    length, slant = stroke
    if length < max(LEAST_SLASH * PX_PER_MM, SLASH_TALL * (cell.inner[3] - cell.inner[1])):
        return False
    return LEVEL < slant <= (UPRIGHT if length > NO_FIGURE * PX_PER_MM else steepest)


def is_ditto(cell: Cell) -> bool:
    """Two short upright strokes and nothing else: 〃, which the network reads as 11."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cell.ink.astype(np.uint8), connectivity=8)
    if count != 3:
        return False
    one, two = (_straight(labels == piece) for piece in (1, 2))
    if one is None or two is None or max(one[0], two[0]) > DITTO * PX_PER_MM or min(one[1], two[1]) < 45:
        return False
    low, high = sorted(int(t) for t in stats[1:, cv2.CC_STAT_TOP])
    beside = abs(int(stats[1, cv2.CC_STAT_LEFT]) - int(stats[2, cv2.CC_STAT_LEFT]))
    return high - low < 0.5 * max(one[0], two[0]) and beside < DITTO * PX_PER_MM


def _straight(ink: Mask) -> tuple[float, float] | None:
    """Length in pixels and degrees from level of one thin straight stroke, perhaps broken; None where ink isn't one."""
    rows, columns = np.nonzero(ink)
    if rows.size < 2:
        return None
    points = np.column_stack((columns, rows)).astype(np.float64)
    points -= points.mean(axis=0)
    across, along = np.linalg.eigh(points.T @ points)[1].T
    on, off = points @ along, np.abs(points @ across)
    length = float(np.ptp(on))
    if float(np.percentile(off, 98)) > THIN / 2 + BENT * length:
        return None
    steps = np.histogram(on, bins=max(4, round(length / THIN)))[0]
    if float((steps > 0).mean()) < UNBROKEN:
        return None
    return length, float(np.degrees(np.arctan2(abs(along[1]), abs(along[0]))))


def without_struck(ink: Mask) -> tuple[Mask, Struck]:
    """A line of writing without what was crossed out, and whether anything was, or may have been.

    Crossed out is a piece of ink, longer than a character is tall, that a nearly level stroke runs through from end
    to end and sticks out of on both sides. Where that could also be a character with a long stroke (母), it stays and
    only the doubt is told.
    """
    rows = np.flatnonzero(ink.any(axis=1))
    if not rows.size:
        return ink, Struck.NO
    height = int(rows[-1] - rows[0]) + 1
    kept, doubt = _without_scribble(ink, height)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=8)
    for piece in range(1, count):
        x, y, w, h = (int(v) for v in stats[piece, :4])
        if w < MAYBE_STRUCK * height or h < (LOWEST if w >= STRUCK * height else LOW) * height:
            continue
        shape = labels[y : y + h, x : x + w] == piece
        span = _level_stroke(shape)
        if span is None or span[1] - span[0] < max(MAYBE_STRUCK * height, 0.6 * w):
            continue
        if span[1] - span[0] < STRUCK * height:
            doubt = max(doubt, Struck.MAYBE)
            continue
        doubt = Struck.YES
        inside = np.zeros(ink.shape, bool)
        inside[:, x + span[0] : x + span[1]] = True
        shares = np.bincount(labels[inside & kept], minlength=count) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
        gone = np.flatnonzero(shares > 0.7)
        kept &= ~np.isin(labels, gone[gone > 0])
    return kept, doubt


def _without_scribble(ink: Mask, height: int) -> tuple[Mask, Struck]:
    """Without what was scribbled over, and whether anything was: a place much blacker than the rest of the line.

    One dense character in heavy type (满, 慧) is as black as a scribble: what is no wider stays, and is only doubted.
    """
    side = max(9, round(0.75 * height))
    rows = np.flatnonzero(ink.any(axis=1))
    band = ink[rows[0] : rows[-1] + 1]
    share = cv2.blur(band.astype(np.float32), (side, side), borderType=cv2.BORDER_CONSTANT).max(axis=0)
    black = share >= BLACK
    rest = share[~black & band.any(axis=0)]
    usual = float(np.median(rest)) if rest.size >= height else BLACKEST / CONTRAST
    black &= share >= min(BLACKEST, CONTRAST * usual)
    if np.count_nonzero(black) < 0.2 * height:
        return ink.copy(), Struck.NO
    edges = np.flatnonzero(np.diff(black.astype(np.int8), prepend=0, append=0))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start < SCRIBBLED * height:
            black[start:end] = False
    if not black.any():
        return ink.copy(), Struck.MAYBE
    under = cv2.dilate(black.astype(np.uint8).reshape(1, -1), np.ones((1, side), np.uint8)).astype(bool)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    shares = np.bincount(labels[under & ink], minlength=count) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    gone = np.flatnonzero(shares > 0.5)
    return ink & ~np.isin(labels, gone[gone > 0]), Struck.YES


def _level_stroke(piece: Mask) -> tuple[int, int] | None:
    """First and last column of a nearly level stroke whose ends stand free on both sides, None without one."""
    h, w = piece.shape
    steps = w // _REACH
    if steps < 4:
        return None
    squeezed: Mask = np.logical_and.reduce(piece[:, : steps * _REACH].reshape(h, steps, _REACH), axis=2)
    reach = np.zeros((h + 2, steps), np.int64)
    for column in range(steps):
        before = reach[:, column - 1] if column else np.zeros(h + 2, np.int64)
        best = np.maximum(np.maximum(before[:-2], before[1:-1]), before[2:])
        reach[1:-1, column] = np.where(squeezed[:, column], best + 1, 0)
    end = int(reach.max(axis=0).argmax())
    length = int(reach[:, end].max())
    start = end - length + 1
    # beyond the crossed-out characters there is nothing but the stroke: a few rows of ink
    amount = piece.sum(axis=0)
    runs = np.diff(piece.astype(np.int8), axis=0, prepend=0, append=0).clip(0).sum(axis=0)
    thin = (amount <= max(6, 0.22 * h)) | ((runs == 2) & (amount <= PAIR))
    left, right = start * _REACH, (end + 1) * _REACH
    free_left, free_right = _run(thin[left:right]), _run(thin[left:right][::-1])
    if min(free_left, free_right) < 2 or free_left + free_right < 0.06 * w or free_left + free_right > MOSTLY_FREE * w:
        return None
    return left, right


def _run(flags: npt.NDArray[np.bool_]) -> int:
    """How many flags in a row are set from the start."""
    unset = np.flatnonzero(~flags)
    return int(unset[0]) if unset.size else len(flags)


def evenness(cell: Cell) -> float | None:
    """How exactly level and upright the strokes are: edge length along the page's axes over edge length aslant.

    Type set by a machine lies around 2 (1.2 to 4, however the page was scanned: it is rectified), writing by hand
    around 0.7. None without ink. Measured on this project's synthetic pages.
    """
    found = cell.bounds
    if found is None:
        return None
    left, top, right, bottom = found
    patch = cell.picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2].astype(np.float32)
    along_x, along_y = cv2.Sobel(patch, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(patch, cv2.CV_32F, 0, 1, ksize=3)
    strength = np.hypot(along_x, along_y)
    strength[strength < 120] = 0
    total = float(strength.sum())
    if total <= 0:
        return None
    angle = np.degrees(np.arctan2(np.abs(along_x), np.abs(along_y)))
    straight = float(strength[(angle < 6) | (angle > 84)].sum()) / total
    aslant = float(strength[(angle > 12) & (angle < 40)].sum()) / total
    return straight / (aslant + 0.02)

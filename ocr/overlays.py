"""What lies over a page besides writing: correction fluid, whiter than the paper, seals, writing in red (which the
reader, for the seals, takes for paper), and the shadow along a fold."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint8]
Mask: TypeAlias = npt.NDArray[np.bool_]
Circle: TypeAlias = tuple[float, float, float]
"""Middle and radius in millimetres."""

STEP = 8
"""Pixels of the rectified page per point of ``whiter``."""
WHITER = 5
"""Grey levels of 255 by which fluid is lighter than the paper around it; grain, averaged over a point, is about 1."""
AROUND = 61
"""Points across the paper that one point is compared with (41 mm): more than a painted-over line is tall."""
GREY = 14
"""A page whose colours differ by less than this nowhere was scanned without colour."""
SMALLEST_SEAL, LARGEST_SEAL = 15.0, 24.0
"""Radius in millimetres; round seals of offices measure 38 to 45 mm across."""
RING_SEEN = 0.62
"""Share of directions in which a seal's rim must be seen, and no rim just inside and outside of it."""
FOLD = 3, 13
"""Points across and along of the smallest shadow (2 x 9 mm); no stroke of writing is as broad over such a length."""
FOLD_SEEN = 0.06
"""By how much of the paper's light a point must be darker to be looked at as a shadow."""
BROAD, LONG = 19, 90
"""The same in pixels of the rectified page, where its edges are seen: broader than a pen, longer than a filled box."""
DEEP = 0.5
"""Darkness from which something broad is no shadow: scribbling, a finger, the table."""
RED = 30
"""By how many of 255 a point of red writing is lighter in red than in the other colours, against its paper."""
PRINTED, RED_PRINT = 200, 0.3
"""Grey of a point that the blank prints on; share of such points that are red, from which a form is printed in red."""
RED_GAP = 4
"""Points (2.7 mm) between strokes of one seal, at most half so far apart."""
SEAL_SPAN = 24.0, 56.0
"""Millimetres across, both ways, of what is a seal by its size: round ones, and the unit's name in two lines."""
_PER_MM = 3.0
_SECTORS = 90


def whiter(small: Picture) -> Mask:
    """Where the page, a colour picture with one point per ``STEP`` pixels, is whiter than its paper."""
    paper = np.asarray(cv2.cvtColor(cv2.dilate(small, np.ones((3, 3), np.uint8)), cv2.COLOR_BGR2GRAY), np.uint8)
    usual = cv2.medianBlur(paper, AROUND)
    lighter = (cv2.subtract(paper, np.asarray(usual, np.uint8)) >= WHITER).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(lighter, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)), np.bool_)


def colourless(small: Picture) -> bool:
    """Whether a seal's red would not be seen on this page."""
    parts = [small[..., c].astype(np.int16) for c in range(3)]
    spread = np.maximum(np.maximum(*parts[:2]), parts[2]) - np.minimum(np.minimum(*parts[:2]), parts[2])
    return float(np.percentile(spread, 99.8)) < GREY


def red_writing(small: Picture, paper: Picture, printed: Picture, per_mm: float) -> Mask:
    """Where the page, a colour picture with one point per ``STEP`` pixels, shows red that is no seal by its size: a red
    pen, a fingerprint, a name's chop. ``printed``: the blank form at the same size, grey; it may be printed in red."""
    relative = np.asarray(cv2.divide(small, paper, scale=255), np.uint8)
    blue, green, red = (np.asarray(channel, np.uint8) for channel in cv2.split(relative))
    found = np.asarray(cv2.subtract(red, cv2.max(blue, green)) > RED, np.bool_)
    print_ = np.asarray(printed < PRINTED, np.bool_)
    if int((found & print_).sum()) > RED_PRINT * int(print_.sum()):
        found &= ~cv2.dilate(print_.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(found.astype(np.uint8), np.ones((2 * RED_GAP + 1, 2 * RED_GAP + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    x, y, w, h = (stats[1:count, i].astype(np.int64) for i in range(4))
    least, most = (2 * RED_GAP + span * per_mm for span in SEAL_SPAN)
    round_ = (np.minimum(w, h) >= least) & (np.maximum(w, h) <= most)
    for n in np.flatnonzero(round_).tolist():
        # what stands inside its rim is the seal's
        inside = (x >= x[n]) & (y >= y[n]) & (x + w <= x[n] + w[n]) & (y + h <= y[n] + h[n])
        found &= ~np.isin(labels, 1 + np.flatnonzero(inside))
    return found


def folds(small: Picture, paper: Picture) -> Mask:
    """Where the page, a colour picture with one point per ``STEP`` pixels, may lie in the shadow of a fold: long and
    dark against ``paper``, its light without anything so narrow."""
    page, light = (np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY), np.uint8) for p in (small, paper))
    upright, level = (cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones(shape, np.uint8)) for shape in (FOLD[::-1], FOLD))
    darker = cv2.subtract(light, np.minimum(upright, level)) > FOLD_SEEN * light.astype(np.float32)
    return np.asarray(cv2.dilate(darker.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_)


def without_shadow(dark: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Darkness (0 to 1) without what is long, broader than a pen and not deep."""
    shades = [cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(s, np.uint8)) for s in ((LONG, BROAD), (BROAD, LONG))]
    shade = np.maximum(*shades)
    shade[shade > DEEP] = 0
    return np.asarray((dark - shade) / (1 - shade), np.float32)


def round_seals(grey: Picture, printed: Picture, px_per_mm: float) -> list[Circle]:
    """Round seals on a page without colour. ``printed``: the blank form, same size, grey, dark on white."""
    scale = _PER_MM / px_per_mm
    page, blank = (
        np.asarray(cv2.resize(p, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        for p in (grey, printed)
    )
    paper = cv2.medianBlur(np.asarray(cv2.dilate(page, np.ones((9, 9), np.uint8)), np.uint8), 21)
    dark = cv2.subtract(np.asarray(paper, np.uint8), page)
    ink = np.where((dark > 30) & ~(cv2.erode(blank, np.ones((3, 3), np.uint8)) < 225), 255, 0).astype(np.uint8)
    low, high = round(SMALLEST_SEAL * _PER_MM), round(LARGEST_SEAL * _PER_MM)
    found = cv2.HoughCircles(ink, cv2.HOUGH_GRADIENT, 2, 40, param1=120, param2=60, minRadius=low, maxRadius=high)
    # without a circle there is None, which the stubs don't know
    circles = np.array(found if np.ndim(found) else [], np.float32).reshape(-1, 3)
    seals = []
    for x, y, radius in circles[:12].astype(float).tolist():
        best = max((_ring(ink, x, y, radius + off), radius + off) for off in range(-4, 5))
        if best[0] >= RING_SEEN:
            seals.append((x / _PER_MM, y / _PER_MM, best[1] / _PER_MM))
    return seals


def _ring(ink: Picture, x: float, y: float, radius: float) -> float:
    """Share of directions in which ink lies on the circle."""
    angles = np.linspace(0, 2 * np.pi, _SECTORS, endpoint=False)
    seen = np.zeros(_SECTORS, np.bool_)
    for off in (-1.0, 0.0, 1.0):
        columns = np.clip(np.round(x + (radius + off) * np.cos(angles)), 0, ink.shape[1] - 1).astype(np.intp)
        rows = np.clip(np.round(y + (radius + off) * np.sin(angles)), 0, ink.shape[0] - 1).astype(np.intp)
        seen |= ink[rows, columns] > 0
    return float(seen.mean())

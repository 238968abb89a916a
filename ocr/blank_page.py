"""Pages with nothing to read: the empty back of a sheet, a black scan."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.registration import Picture

LONG_SIDE = 880
"""About 75 dpi for A4: scanner dust disappears, print stays."""
CONTRAST = 0.22
"""What shines through from the other side is lighter than this; pencil is darker."""
MOST_SPECKS, SPECK, HOLE, FULL = 3, 10, 22, 0.6
"""So many specks may lie on an empty page, none longer than this at that size (3.4 mm), or a hole punched (7 mm), which
fills so much of the rectangle around it: a single stroke or character is writing."""
UNEVEN, SPREAD, MOST_UNEVEN = 0.12, 60, 0.1
"""How much lighter or darker than around it (blurred so far) a place may be, and which share of the page may be more:
paper is even but for the light, a photo of something else isn't."""
SMALLEST_SIDE = 350
"""Pixels: an A4 page at 43 dpi; no character could be read."""


def unusable(grey: Picture) -> str | None:
    """A reason when the picture can't show a page at all: ``too_small``, ``too_dark``."""
    if min(grey.shape) < SMALLEST_SIDE:
        return "too_small"
    small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA)
    return "too_dark" if float(np.percentile(np.asarray(small), 95)) < 70 else None


def is_noise(grey: Picture) -> bool:
    """True when neighbouring pixels have nothing to do with each other, as on no paper."""
    steps = np.abs(np.diff(grey[::2, ::2].astype(np.int16), axis=1))
    return float(np.median(steps)) > 16


def is_blank(grey: Picture) -> bool:
    """True when nothing is printed or written on the page: neither text nor rules, at most a few specks.

    The outer 4 % are left out (scanner edges, punched holes, a shadow); so is what shines through the paper.
    """
    height, width = grey.shape
    inner = grey[height // 25 : height - height // 25, width // 25 : width - width // 25]
    scale = LONG_SIDE / max(inner.shape)
    small = np.asarray(cv2.resize(inner, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    paper = cv2.medianBlur(small, 41).astype(np.float32)
    dark = ((paper - small) / np.maximum(paper, 40.0) > CONTRAST).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    spots = stats[1:count][stats[1:count, cv2.CC_STAT_AREA] >= 5].astype(np.int64)
    w, h, area = spots[:, cv2.CC_STAT_WIDTH], spots[:, cv2.CC_STAT_HEIGHT], spots[:, cv2.CC_STAT_AREA]
    longest = np.maximum(w, h)
    empty = (longest <= SPECK) | ((longest <= HOLE) & (area >= FULL * w * h))
    if len(spots) > MOST_SPECKS or not bool(empty.all()):
        return False
    around = cv2.GaussianBlur(paper, (0, 0), SPREAD)
    return float((np.abs(paper / np.maximum(around, 1.0) - 1) > UNEVEN).mean()) <= MOST_UNEVEN

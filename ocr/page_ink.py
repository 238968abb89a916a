"""How dark a registered page is, whatever the light: 0 for the paper around a pixel, 1 for black.

Uneven lighting is divided out; what lies over the page besides writing (seals, red ink, correction fluid, the shadow
of a fold: ``ocr.overlays``) is found once per page and answered for patch by patch.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box
from ocr.overlays import STEP, colourless, folds, red_writing, round_seals, whiter, without_shadow
from ocr.registration import PX_PER_MM, RegisteredPage

Picture: TypeAlias = npt.NDArray[np.uint8]
Darkness: TypeAlias = npt.NDArray[np.float32]

RED_POINTS = 4
"""Points of red (each 0.5 square mm) that are a stroke."""
REDDER, PALE = 41, 140
"""Of 255: by how much red must be lighter than the other colours to be a seal's, and how light it must be."""

_MEAN = np.full((1, 3), 1 / 3, np.float32)


class PageInk:
    """Darkness of a registered page and of its blank, worked out once per page and patch by patch."""

    def __init__(self, page: RegisteredPage) -> None:
        self.page = page
        self.height, self.width = page.rectified.shape[:2]
        small = np.asarray(cv2.resize(page.rectified, None, fx=1 / STEP, fy=1 / STEP, interpolation=cv2.INTER_AREA))
        self._paper = _paper(small.astype(np.uint8))
        self._whiter = whiter(small.astype(np.uint8))
        self._folds = folds(small.astype(np.uint8), self._paper)
        blank = cv2.resize(page.blank, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
        self._red = red_writing(small.astype(np.uint8), self._paper, np.asarray(blank, np.uint8), PX_PER_MM / STEP)
        self._seals = _seals(page) if colourless(small.astype(np.uint8)) else []

    def sealed(self, box: Box) -> bool:
        """Whether a round seal of a page without colour lies over a box. Red seals are seen by ``darkness``."""
        for x, y, radius in self._seals:
            off = max(box.x - x, 0, x - box.right), max(box.y - y, 0, y - box.bottom)
            if float(np.hypot(*off)) < radius + 1:
                return True
        return False

    def red_pen(self, box: Box) -> bool:
        """Whether something red other than a seal is written in a box: it isn't among the ink, and can't be read."""
        x, y, w, h = box_px(box)
        patch = self._red[y // STEP : (y + h) // STEP + 1, x // STEP : (x + w) // STEP + 1]
        return int(np.count_nonzero(patch)) >= RED_POINTS

    def painted(self, x: int, y: int, w: int, h: int) -> float:
        """Share of a patch that is whiter than the paper around."""
        patch = self._whiter[y // STEP : (y + h) // STEP + 1, x // STEP : (x + w) // STEP + 1]
        return float(patch.mean()) if patch.size else 0.0

    def darkness(self, x: int, y: int, w: int, h: int) -> tuple[Darkness, float]:
        """Darkness of a patch, red taken for paper, and the share of red in it."""
        # in whole grey levels: a third of the time, and scans have no finer ones
        paper = self._paper_at(x, y, w, h)
        relative = np.asarray(cv2.divide(self.page.rectified[y : y + h, x : x + w], paper, scale=255), dtype=np.uint8)
        grey = np.asarray(cv2.transform(relative, _MEAN), dtype=np.uint8)
        blue, green, red = (np.asarray(channel, dtype=np.uint8) for channel in cv2.split(relative))
        # a seal or a red rule absorbs blue and green only; through the red channel it is almost paper
        reddish = (cv2.subtract(red, cv2.max(blue, green)) > REDDER) & (red > PALE)
        count = int(np.count_nonzero(reddish))
        if count:
            grey[reddish] = np.maximum(grey[reddish], np.minimum(red[reddish], 229) + 26)
        dark = np.multiply(255 - grey, np.float32(1 / 255), dtype=np.float32)
        if self._folds[y // STEP : (y + h) // STEP + 1, x // STEP : (x + w) // STEP + 1].any():
            dark = without_shadow(dark)
        return dark, count / max(1, reddish.size)

    def printed(self, x: int, y: int, w: int, h: int) -> Darkness:
        """Darkness of the blank form in the same patch."""
        return (1 - self.page.blank[y : y + h, x : x + w].astype(np.float32) / 255).astype(np.float32)

    def _paper_at(self, x: int, y: int, w: int, h: int) -> Picture:
        step = self.height / self._paper.shape[0], self.width / self._paper.shape[1]
        scale = np.array([[1 / step[1], 0, (x + 0.5) / step[1] - 0.5], [0, 1 / step[0], (y + 0.5) / step[0] - 0.5]])
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        patch = cv2.warpAffine(self._paper, scale, (w, h), flags=way, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(patch, dtype=np.uint8)


def _seals(page: RegisteredPage) -> list[tuple[float, float, float]]:
    return round_seals(np.asarray(page.rectified[..., 1]), page.blank, PX_PER_MM)


def _paper(small: Picture) -> Picture:
    """Colour of the paper on a grid of one point per 8 pixels: the light, without ink and shadow edges."""
    lightest = cv2.dilate(small, np.ones((9, 9), np.uint8))
    settled = cv2.erode(lightest, np.ones((5, 5), np.uint8))
    return np.maximum(cv2.GaussianBlur(settled, (0, 0), 4), 40).astype(np.uint8)


def box_px(box: Box) -> tuple[int, int, int, int]:
    """A form box in pixels of the rectified page: x, y, w, h."""
    x, y = round(box.x * PX_PER_MM), round(box.y * PX_PER_MM)
    return x, y, max(1, round(box.right * PX_PER_MM) - x), max(1, round(box.bottom * PX_PER_MM) - y)

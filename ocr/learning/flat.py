"""A delivered blank laid flat: the paper cut out of a photo, turned straight, bends taken out, 300 dots per inch.

Which way up it is, text must tell: ``ocr.learning.page`` tries the quarter turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr.images import Delivered
from ocr.learning.rules import Ink, Trace, traces
from ocr.refine import ink_map
from ocr.registration import PX_PER_MM, Picture, turn_picture

PAPERS = (
    (210.0, 297.0),
    (297.0, 420.0),
    (148.0, 210.0),
    (182.0, 257.0),
    (195.0, 270.0),
    (260.0, 370.0),
    (216.0, 279.0),
)
"""Sheets in use, millimetres: A4, A3, A5, B5, 16 kai, 8 kai, letter."""
STEEPEST = 11.0
"""Degrees of skew that are looked for."""
LEVEL = 0.1
"""Millimetres: bends smaller than this stay."""
BEND_DEGREE = 4


@dataclass(frozen=True, slots=True, eq=False)
class FlatPage:
    """BGR at ``PX_PER_MM``, paper white to the edge. ``photographed``: the paper was found within the picture."""

    picture: Picture
    photographed: bool = False

    @property
    def width_mm(self) -> float:
        return float(self.picture.shape[1] / PX_PER_MM)

    @property
    def height_mm(self) -> float:
        return float(self.picture.shape[0] / PX_PER_MM)

    def turned(self, rotation: int) -> FlatPage:
        return FlatPage(turn_picture(self.picture, rotation), self.photographed)


def flatten(delivered: Delivered, *, exact: bool) -> FlatPage:
    """The page of a delivered picture. ``exact``: drawn from a PDF, it lies straight and has its true size."""
    picture = turn_picture(delivered.picture, delivered.turn)
    dpi_x, dpi_y = delivered.dpi_x, delivered.dpi_y
    if delivered.turn % 180:
        dpi_x, dpi_y = dpi_y, dpi_x
    corners = None if exact else paper_corners(picture)
    if corners is not None:
        return straightened(_cut_out(picture, corners), photographed=True)
    size = paper_size(picture.shape[1] / dpi_x * 25.4, picture.shape[0] / dpi_y * 25.4)
    target = (round(size[0] * PX_PER_MM), round(size[1] * PX_PER_MM))
    way = cv2.INTER_AREA if target[0] < picture.shape[1] else cv2.INTER_CUBIC
    if target != (picture.shape[1], picture.shape[0]):
        picture = np.asarray(cv2.resize(picture, target, interpolation=way), dtype=np.uint8)
    return FlatPage(picture) if exact else straightened(picture, photographed=False)


def paper_corners(picture: Picture) -> npt.NDArray[np.float32] | None:
    """Corners of a light sheet on a darker ground (top left, top right, bottom right, bottom left), None for a scan."""
    scale = 700 / max(picture.shape[:2])
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (0, 0), 2)
    edge = max(2, min(grey.shape) // 80)
    rim = np.concatenate([grey[:edge].ravel(), grey[-edge:].ravel(), grey[:, :edge].ravel(), grey[:, -edge:].ravel()])
    bright = float(np.percentile(grey, 85))
    if float((rim < 0.8 * bright).mean()) < 0.35:
        return None
    level, _ = cv2.threshold(np.asarray(grey, dtype=np.uint8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    sheet = cv2.morphologyEx((grey > level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    sheet = cv2.morphologyEx(sheet, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(sheet, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < 0.35 * grey.size:
        return None
    corners = _four(np.asarray(cv2.convexHull(largest), dtype=np.int32))
    return None if corners is None else np.asarray(corners / scale, dtype=np.float32)


def _four(hull: npt.NDArray[np.int32]) -> npt.NDArray[np.float32] | None:
    around = cv2.arcLength(hull, True)
    for part in np.linspace(0.01, 0.12, 23):
        found = cv2.approxPolyDP(hull, float(part) * around, True).reshape(-1, 2)
        if len(found) == 4:
            centre = found.mean(axis=0)
            order = np.argsort(np.arctan2(*(found - centre).T[::-1]))
            ringed = found[order].astype(np.float32)
            first = int(ringed.sum(axis=1).argmin())
            return np.asarray(np.roll(ringed, -first, axis=0), dtype=np.float32)
        if len(found) < 4:
            return None
    return None


def _cut_out(picture: Picture, corners: npt.NDArray[np.float32]) -> Picture:
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    across, down = float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2
    # perspective distorts the ratio of a photo's sides; office paper is nearly always of the A series
    long_side, short_side = (
        (297.0, 210.0)
        if 1.15 < max(across, down) / min(across, down) < 1.7
        else (297.0, 297.0 * min(across, down) / max(across, down))
    )
    width_mm, height_mm = (long_side, short_side) if across > down else (short_side, long_side)
    width, height = round(width_mm * PX_PER_MM), round(height_mm * PX_PER_MM)
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    return np.asarray(
        cv2.warpPerspective(
            picture,
            cv2.getPerspectiveTransform(corners, target),
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )


def paper_size(width_mm: float, height_mm: float) -> tuple[float, float]:
    """The sheet of a usual size that this is nearly, else the size itself; millimetres."""
    for short, long in PAPERS:
        for w, h in ((short, long), (long, short)):
            if abs(width_mm - w) < 0.02 * w and abs(height_mm - h) < 0.02 * h:
                return w, h
    return width_mm, height_mm


def straightened(picture: Picture, *, photographed: bool) -> FlatPage:
    """Turned level by at most ``STEEPEST`` degrees, then without what is left of slant, perspective and curl."""
    angle = skew(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
    if abs(angle) > 0.04:
        picture = _rotated(picture, angle)
    for _ in range(3 if photographed else 2):
        bend = _bend(picture)
        if bend is None:
            break
        picture = bend
    return FlatPage(picture, photographed)


def skew(grey: Picture) -> float:
    """Degrees by which the page's lines fall to the right; ink rows are sharpest when the page is level."""
    scale = 1000 / max(grey.shape)
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    edge = max(8, min(small.shape) // 40)
    ink = ink_map(small, 1000 / 297)[edge:-edge, edge:-edge]

    def sharpness(angle: float) -> float:
        turned = _rotated_ink(ink, angle)
        return sum(float(np.square(np.diff(turned.sum(axis=axis))).sum()) for axis in (0, 1))

    best = max(np.arange(-STEEPEST, STEEPEST + 0.1, 0.5), key=lambda a: sharpness(float(a)))
    for step in (0.1, 0.02):
        best = max((best + k * step for k in range(-6, 7)), key=lambda a: sharpness(float(a)))
    return float(best)


def _rotated_ink(ink: Ink, angle: float) -> Ink:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR), dtype=np.float32)


def _rotated(picture: Picture, angle: float) -> Picture:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def _bend(picture: Picture) -> Picture | None:
    """The picture with its long rules made straight, None where they are straight already or there are too few.

    A smooth displacement (polynomials of ``BEND_DEGREE``) is fitted such that every line across keeps one height and
    every line down one distance from the edge; what no line shows stays where it is.
    """
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    height, width = grey.shape
    across, down = traces(ink_map(grey, PX_PER_MM), 25.0)
    shifts = [
        _displacement(lines, size, other) for lines, size, other in ((across, width, height), (down, height, width))
    ]
    largest = max((s[1] for s in shifts), default=0.0)
    if largest < LEVEL * PX_PER_MM:
        return None
    step = 16
    rows, columns = np.mgrid[0 : height + 2 * step : step, 0 : width + 2 * step : step].astype(np.float64)
    dy = _at(shifts[0][0], columns / width, rows / height)
    dx = _at(shifts[1][0], rows / height, columns / width)
    # the displacement says where a point should go; small and smooth, its inverse is nearly its opposite
    coarse = np.dstack((columns - dx, rows - dy)).astype(np.float32)
    enlarge = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], dtype=np.float64)
    maps = cv2.warpAffine(
        coarse, enlarge, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    bent = cv2.remap(picture, maps, np.empty(0), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, dtype=np.uint8)


def _powers(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Terms that change along a line (``u``); a displacement that doesn't would only move lines as wholes."""
    u, v = 2 * u - 1, 2 * v - 1
    return np.stack([u**i * v**j for i in range(1, BEND_DEGREE + 1) for j in range(BEND_DEGREE + 1 - i)], axis=-1)


def _at(
    weights: npt.NDArray[np.float64], u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return np.asarray(_powers(u, v) @ weights, dtype=np.float64)


def _displacement(lines: list[Trace], along: int, across: int) -> tuple[npt.NDArray[np.float64], float]:
    """Weights of the displacement across the lines, and the largest shift (pixels, 95 of 100) that it makes on them."""
    terms = _powers(np.zeros(1), np.zeros(1)).shape[-1]
    nothing = np.zeros(terms)
    if len(lines) < 2 or sum(len(t.along) for t in lines) < 60:
        return nothing, 0.0
    blocks, wanted = [], []
    for line in lines:
        powers = _powers(line.along / along, line.across / across)
        blocks.append(powers - powers.mean(axis=0))
        wanted.append(-(line.across - line.across.mean()))
    design, target = np.concatenate(blocks), np.concatenate(wanted)
    robust = np.ones(len(target))
    weights = nothing
    for _ in range(8):
        system = np.vstack((design * robust[:, None], np.eye(terms) * 0.3))
        weights = np.linalg.lstsq(system, np.concatenate((target * robust, np.zeros(terms))), rcond=None)[0]
        left = np.abs(design @ weights - target)
        robust = np.sqrt(1 / (1 + (left / max(1.0, 2 * float(np.median(left)))) ** 2))
    return np.asarray(weights, dtype=np.float64), float(np.percentile(np.abs(design @ weights), 95))

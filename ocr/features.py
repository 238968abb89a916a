"""First guesses without any marks: features of the blank page looked for in the picture (SIFT and MAGSAC).

Scale and rotation don't matter to SIFT, so photocopies, forms printed elsewhere and phone photos are found
the same way. Measured on synthetic scans at a quarter of 300 dpi: 0.2 px median error, 0.6 px on the worst page.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr.refine import BlankSide
from ocr.registration import Picture, Points, transform

SCALE = 75 / 25.4
"""Pixels per millimetre at which the blank's features are taken."""
LONG_SIDE = 1100
"""The searched picture is made this large: an A4 scan is then at 94 dpi, a page in a photo at about 70."""
FEATURES = 4500
"""Handwriting has more corners than print: with 2,500 it left a filled page 30 matching points, with 4,500 300."""
MIN_INLIERS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Points (N x 2: pixels of the searched picture, or millimetres of a blank) and RootSIFT descriptors."""

    points: Points
    descriptors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureGuess:
    """``homography``: form millimetres to pixels of the searched picture."""

    homography: npt.NDArray[np.float64]
    inliers: int


def blank_features(side: BlankSide) -> Features:
    """Features of a blank page without corner squares' and code's influence, points in millimetres."""
    found = _features(side.drawn(SCALE))
    return Features(found.points / SCALE, found.descriptors)


def picture_features(grey: Picture) -> Features:
    """Features of a delivered picture, points in its own pixels."""
    scale = min(1.0, LONG_SIDE / max(grey.shape))
    small = grey if scale == 1.0 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = _features(np.asarray(small, dtype=np.uint8))
    return Features(found.points / scale, found.descriptors)


def _features(grey: Picture) -> Features:
    sift = cv2.SIFT.create(nfeatures=FEATURES, contrastThreshold=0.03)
    keypoints, descriptors = sift.detectAndCompute(grey, np.full(grey.shape, 255, np.uint8))
    if not keypoints:
        return Features(np.zeros((0, 2)), np.zeros((0, 128), np.float32))
    points = np.array([k.pt for k in keypoints], dtype=np.float64) + 0.5
    # RootSIFT (Arandjelovic and Zisserman 2012): Euclidean distance then compares histograms as it should
    plain = np.asarray(descriptors, dtype=np.float32)
    rooted = np.sqrt(plain / np.maximum(plain.sum(axis=1, keepdims=True), 1e-6))
    return Features(points, np.asarray(rooted, dtype=np.float32))


def guess_from_features(blank: Features, picture: Features) -> FeatureGuess | None:
    """Form millimetres to pixels from matching features; None where too few agree or the page would be mirrored."""
    if len(blank.points) < MIN_INLIERS or len(picture.points) < MIN_INLIERS:
        return None
    # squared distance of unit vectors is 2 - 2 a.b: one matrix product is faster than a matcher object
    alike = picture.descriptors @ blank.descriptors.T
    best = alike.argmax(axis=1)
    top = alike[np.arange(len(best)), best]
    alike[np.arange(len(best)), best] = -1.0
    second = alike.max(axis=1)
    distinct = np.sqrt(np.maximum(0, 2 - 2 * top)) < 0.86 * np.sqrt(np.maximum(1e-9, 2 - 2 * second))
    seen, known = picture.points[distinct], blank.points[best[distinct]]
    if len(seen) < MIN_INLIERS:
        return None
    diagonal = float(np.linalg.norm(np.ptp(picture.points, axis=0)))
    tolerance = max(2.0, diagonal / 500)
    found, inside = cv2.findHomography(known, seen, cv2.USAC_MAGSAC, tolerance, maxIters=4000, confidence=0.999)
    homography: npt.NDArray[np.float64] | None = found if found is None else np.asarray(found, dtype=np.float64)
    if homography is None or int(inside.sum()) < MIN_INLIERS or not plausible(homography, known):
        return None
    return FeatureGuess(homography, int(inside.sum()))


def plausible(homography: npt.NDArray[np.float64], points_mm: Points) -> bool:
    """True for a view of a page: not mirrored, not folded over, no side seen ten times larger than another."""
    low, high = points_mm.min(axis=0), points_mm.max(axis=0)
    box = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    depth = np.column_stack((box, np.ones(4))) @ homography[2]
    if (depth <= 0).any() and (depth >= 0).any():
        return False
    seen = transform(homography, box)
    edges = np.roll(seen, -1, axis=0) - seen
    turns = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    lengths = np.linalg.norm(edges, axis=1) / np.maximum(1e-6, np.linalg.norm(np.roll(box, -1, axis=0) - box, axis=1))
    return bool((turns > 0).all() and lengths.max() < 6 * lengths.min())

"""First guesses from what this program prints on its forms: the QR code and the four corner squares."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from forms.form_file import Box, FormPage
from ocr.registration import Picture, Points, transform

PREFIX = "TD1"
QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
MAX_SQUARES = 14
MIN_GUESS_AREA = 0.25
"""Four squares must span at least this share of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A sheet's QR code: what it says, and its corners (top left, top right, bottom right, bottom left) in pixels."""

    form: str
    version: str
    page: int
    serial: str
    corners: Points


def find_code(grey: Picture) -> Code | None:
    """The program's QR code on a page, at any rotation; other codes are passed over. Pixels of ``grey``."""
    return next(_codes(grey), None)


def find_codes(grey: Picture) -> list[Code]:
    """All codes of the program on a picture, each sheet's once. Pixels of ``grey``."""
    found: list[Code] = []
    for code in _codes(grey):
        middle, side = code.corners.mean(axis=0), float(np.ptp(code.corners[:, 0]))
        if all(np.abs(other.corners.mean(axis=0) - middle).max() > side for other in found):
            found.append(code)
    return found


def _codes(grey: Picture) -> Iterator[Code]:
    longest = max(grey.shape)
    scales = [min(1.0, 1900 / longest)]
    if longest > 1900 * 1.2:
        scales.append(min(1.0, 4200 / longest))
    for scale in scales:
        small = grey if scale == 1.0 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for barcode in zxingcpp.read_barcodes(small, formats=QR_ONLY, try_invert=False):
            code = _parse(barcode, scale)
            if code is not None:
                yield code


def code_outline(code: Code, side: FormPage) -> Points | None:
    """Where the page's four corners lie by its code alone, to some millimetres; None for a form without a code."""
    if side.qr is None:
        return None
    page = Box(0, 0, side.width_mm, side.height_mm)
    return transform(_affine(_outline(side.qr), code.corners), _outline(page))


def _parse(barcode: zxingcpp.Barcode, scale: float) -> Code | None:
    parts = barcode.text.split(":")
    if len(parts) != 5 or parts[0] != PREFIX or not parts[3].isascii() or not parts[3].isdigit():
        return None
    at = barcode.position
    corners = [(p.x + 0.5, p.y + 0.5) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    return Code(parts[1], parts[2], int(parts[3]), parts[4], np.array(corners, dtype=np.float64) / scale)


@dataclass(frozen=True, slots=True)
class Square:
    """A dark solid square: centre and side in pixels."""

    x: float
    y: float
    side: float


def find_squares(grey: Picture, smallest: float, largest: float) -> list[Square]:
    """Dark solid squares with sides between ``smallest`` and ``largest`` pixels, at any rotation."""
    block = max(15, int(largest * 3) | 1)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 18)
    # pencil lines and rules that touch a square are thinner than half of it
    thin = max(3, int(smallest * 0.4) | 1)
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thin, thin), np.uint8))
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        (_, _), (w, h), _ = cv2.minAreaRect(contour)
        w, h = w + 1, h + 1  # contours run through pixel centres
        area = cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2 + 1
        if not (smallest <= min(w, h) and max(w, h) <= largest and max(w, h) < 1.45 * min(w, h)):
            continue
        if area < 0.8 * w * h:
            continue
        found.append(_centre(grey, np.asarray(contour, dtype=np.int32), (w + h) / 2))
    return found


def _centre(grey: Picture, contour: npt.NDArray[np.int32], side: float) -> Square:
    """The square's centre of gravity, weighted by darkness: good to a tenth of a pixel."""
    x, y, w, h = cv2.boundingRect(contour)
    left, top = max(0, x - 2), max(0, y - 2)
    patch = grey[top : y + h + 2, left : x + w + 2].astype(np.float32)
    low, high = np.percentile(patch, (10, 95))
    weight = ((high - patch) / max(1.0, float(high - low))).clip(0, 1)
    inside = np.zeros(patch.shape[:2], np.uint8)
    cv2.drawContours(inside, [contour - np.array([[left, top]], dtype=np.int32)], -1, (1,), -1)
    weight *= cv2.dilate(inside, np.ones((3, 3), np.uint8))
    total = float(weight.sum()) or 1.0
    rows, columns = np.indices(patch.shape)
    return Square(
        left + 0.5 + float((weight * columns).sum()) / total, top + 0.5 + float((weight * rows).sum()) / total, side
    )


def guess_from_code(grey: Picture, code: Code, side: FormPage) -> npt.NDArray[np.float64] | None:
    """Form millimetres to pixels from the code and the corner squares.

    Four squares whose view of the page puts the code where it was read are best; else the code is extended to
    the squares found near where they should be; with none, the guess stands on the code alone. None where the
    form has no QR place.
    """
    if side.qr is None:
        return None
    printed = _outline(side.qr)
    scale = float(np.linalg.norm(np.roll(code.corners, -1, axis=0) - code.corners, axis=1).mean()) / side.qr.w
    rough = _affine(printed, code.corners)
    if not side.corners:
        return rough
    squares = find_squares(grey, side.corners[0].w * scale * 0.5, side.corners[0].w * scale * 2.0)
    squares.sort(key=lambda s: abs(np.log(s.side / (side.corners[0].w * scale))))
    best, distance = None, 2.0 * scale  # the code must come out within 2 mm of where it is
    for guess in _quadruples(squares, side, grey.shape):
        off = float(np.linalg.norm(transform(guess, printed) - code.corners, axis=1).mean())
        if off < distance:
            best, distance = guess, off
    if best is not None:
        return best
    points_mm, points_px = [printed], [code.corners]
    for corner, square in _near(side.corners, squares, rough, scale):
        points_mm.append(np.array([[corner.x + corner.w / 2, corner.y + corner.h / 2]]))
        points_px.append(np.array([[square.x, square.y]]))
    return _homography(np.concatenate(points_mm), np.concatenate(points_px)) if len(points_mm) > 2 else rough


def _near(
    corners: Sequence[Box], squares: Sequence[Square], rough: npt.NDArray[np.float64], scale: float
) -> list[tuple[Box, Square]]:
    """For each printed corner the square found nearest to where it should be, if near enough."""
    pairs = []
    for corner in corners:
        at = transform(rough, [(corner.x + corner.w / 2, corner.y + corner.h / 2)])[0]
        # the code is small and the page is large: at the far corner a few per cent of error become centimetres
        close = [s for s in squares if np.hypot(s.x - at[0], s.y - at[1]) < 22 * scale]
        if close:
            pairs.append((corner, min(close, key=lambda s: float(np.hypot(s.x - at[0], s.y - at[1])))))
    taken = [square for _, square in pairs]
    return [pair for pair in pairs if taken.count(pair[1]) == 1]


def guesses_from_squares(grey: Picture, side: FormPage) -> Iterator[npt.NDArray[np.float64]]:
    """Form millimetres to pixels for quadruples of dark squares in the shape of the printed corners.

    Best shapes first, each in its four rotations; at most 12 guesses. The squares look the same upside down,
    so each guess must be compared with the blank.
    """
    if len(side.corners) != 4:
        return
    expected = side.corners[0].w / side.width_mm * min(grey.shape)
    squares = find_squares(grey, expected * 0.45, expected * 1.5)
    squares.sort(key=lambda s: abs(s.side - expected))
    yield from _quadruples(squares, side, grey.shape)


def _quadruples(squares: Sequence[Square], side: FormPage, shape: tuple[int, ...]) -> Iterator[npt.NDArray[np.float64]]:
    """Homographies for the four squares most like the printed ones' quadrilateral, in four rotations each."""
    centres_mm = np.array([(c.x + c.w / 2, c.y + c.h / 2) for c in side.corners])
    quads = []
    for four in itertools.combinations(squares[:MAX_SQUARES], 4):
        sides = [s.side for s in four]
        if max(sides) > 1.8 * min(sides):
            continue
        points = np.array([(s.x, s.y) for s in four])
        hull = np.asarray(cv2.convexHull(points.astype(np.float32), clockwise=True), dtype=np.float32).reshape(-1, 2)
        if len(hull) == 4 and cv2.contourArea(hull) > MIN_GUESS_AREA * shape[0] * shape[1]:
            quads.append((_shape_error(hull, centres_mm), hull.astype(np.float64)))
    for error, quad in sorted(quads, key=lambda q: q[0])[:3]:
        if error < 0.25:
            for start in range(4):
                yield _homography(centres_mm, np.roll(quad, -start, axis=0))


def _shape_error(hull: npt.NDArray[np.float32], centres_mm: Points) -> float:
    """How far the quadrilateral's side ratio is from the form's, in either orientation (logarithm)."""
    edges = np.linalg.norm(np.roll(hull, -1, axis=0) - hull, axis=1)
    printed = np.linalg.norm(np.roll(centres_mm, -1, axis=0) - centres_mm, axis=1)
    seen = np.log((edges[0] + edges[2]) / max(1.0, float(edges[1] + edges[3])))
    wanted = np.log((printed[0] + printed[2]) / (printed[1] + printed[3]))
    return float(abs(abs(seen) - abs(wanted)))


def _outline(box: Box) -> Points:
    return np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)])


def _affine(from_mm: Points, to_px: Points) -> npt.NDArray[np.float64]:
    """The best map without perspective: a small code's perspective says nothing about the far end of the page."""
    system = np.column_stack((from_mm, np.ones(len(from_mm))))
    solved = np.linalg.lstsq(system, to_px, rcond=None)[0]
    return np.vstack((solved.T, (0.0, 0.0, 1.0)))


def _homography(from_mm: Points, to_px: Points) -> npt.NDArray[np.float64]:
    if len(from_mm) == 4:
        exact = cv2.getPerspectiveTransform(from_mm.astype(np.float32), to_px.astype(np.float32))
        return np.asarray(exact, dtype=np.float64)
    found, _ = cv2.findHomography(from_mm, to_px, 0)
    return np.asarray(found, dtype=np.float64)

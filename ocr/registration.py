"""A page laid onto its form: where every millimetre of the form lies in the delivered picture, and back.

Three coordinate systems meet here: the form (millimetres from the page's top left), the delivered picture
(pixels as stored, before EXIF rotation), and the viewing copy (the delivered picture turned upright and
perhaps made smaller). ``rectified`` is the page redrawn in form coordinates at ``PX_PER_MM``.

Pixel coordinates are continuous: pixel i covers i to i + 1. OpenCV counts from pixel centres instead, so
half a pixel is added to what it finds and taken off what it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box, Form, FormPage
from ocr.reading import PixelBox

PX_PER_MM = 300 / 25.4
"""Scale of ``RegisteredPage.rectified``: 300 dots per inch."""

Picture: TypeAlias = npt.NDArray[np.uint8]
Points: TypeAlias = npt.NDArray[np.float64]

MESH_MM = 1.4
"""Distance of the points at which a bent page's positions are worked out."""
TO_CENTRES = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
FROM_CENTRES = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])

ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def transform(homography: npt.NDArray[Any], points: npt.ArrayLike) -> Points:
    """N x 2 points through a 3 x 3 homography."""
    p = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    q = np.column_stack((p, np.ones(len(p)))) @ np.asarray(homography, dtype=np.float64).T
    return np.asarray(q[:, :2] / q[:, 2:3], dtype=np.float64)


def turned_size(width: int, height: int, rotation: int) -> tuple[int, int]:
    """Width and height after turning clockwise by ``rotation`` (0, 90, 180, 270)."""
    return (height, width) if rotation % 180 else (width, height)


def turn(points: npt.ArrayLike, width: int, height: int, rotation: int) -> Points:
    """Points of a ``width`` x ``height`` picture after it was turned clockwise by ``rotation``."""
    p = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    x, y = p[:, 0], p[:, 1]
    if rotation == 90:
        return np.column_stack((height - y, x))
    if rotation == 180:
        return np.column_stack((width - x, height - y))
    if rotation == 270:
        return np.column_stack((y, width - x))
    return p.copy()


def turn_picture(picture: Picture, rotation: int) -> Picture:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    return picture if rotation == 0 else np.asarray(cv2.rotate(picture, ROTATIONS[rotation]), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class WarpGrid:
    """Smooth local correction for paper that isn't flat.

    ``dx``, ``dy`` (rows x columns, millimetres) are displacements at nodes spread evenly over the page, first
    node at the top left corner and last at the bottom right; between nodes they are interpolated.
    """

    dx: npt.NDArray[np.float32]
    dy: npt.NDArray[np.float32]
    width_mm: float
    height_mm: float

    def shift(self, points_mm: Points) -> Points:
        """The points (N x 2, millimetres) with their local displacement added."""
        rows, columns = self.dx.shape
        u = (points_mm[:, 0] / self.width_mm * (columns - 1)).clip(0, columns - 1).astype(np.float32)
        v = (points_mm[:, 1] / self.height_mm * (rows - 1)).clip(0, rows - 1).astype(np.float32)
        c0 = np.minimum(u.astype(np.intp), columns - 2)
        r0 = np.minimum(v.astype(np.intp), rows - 2)
        fu, fv = u - c0, v - r0
        moved = []
        for grid in (self.dx, self.dy):
            top = grid[r0, c0] * (1 - fu) + grid[r0, c0 + 1] * fu
            bottom = grid[r0 + 1, c0] * (1 - fu) + grid[r0 + 1, c0 + 1] * fu
            moved.append(top * (1 - fv) + bottom * fv)
        return np.asarray(points_mm + np.column_stack(moved), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredPage:
    """One delivered picture whose form, page and place are known.

    ``picture``: BGR, stored pixels before EXIF rotation. ``rectified``: BGR in form coordinates, ``PX_PER_MM``
    pixels per millimetre, white outside the picture. ``blank``: the empty form, grey, the same size as
    ``rectified`` (all white where the form has no picture of itself). ``rotation``: clockwise degrees from
    delivered to upright. ``error_px``: residual of the match in delivered pixels. Never raises.
    """

    form: Form
    page: int
    picture: Picture
    rectified: Picture
    blank: Picture
    homography: npt.NDArray[np.float64]
    """Millimetres of the form to delivered pixels, 3 x 3."""
    rotation: int
    view_width: int
    view_height: int
    error_px: float
    serial: str | None = None
    warp: WarpGrid | None = None

    @property
    def form_page(self) -> FormPage:
        return self.form.pages[self.page - 1]

    @property
    def px_per_mm(self) -> float:
        """How finely the delivered picture shows the middle of the page (300 dpi: 11.8)."""
        centre = np.array([self.form_page.width_mm / 2, self.form_page.height_mm / 2])
        step = transform(self.homography, [centre, centre + np.array([1, 0]), centre + np.array([0, 1])])
        return float(np.mean(np.linalg.norm(step[1:] - step[0], axis=1)))

    def to_px(self, points_mm: npt.ArrayLike) -> Points:
        """Form millimetres (N x 2) to delivered pixels (N x 2), local refinement included; not clamped."""
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 2)
        return transform(self.homography, self.warp.shift(points) if self.warp else points)

    def box_px(self, box: Box) -> PixelBox:
        """The upright rectangle around a form box in the delivered picture, clamped to it: (x, y, w, h)."""
        height, width = self.picture.shape[:2]
        return _around(self.to_px(_corners(box)), width, height)

    def view_box_px(self, box: Box) -> PixelBox:
        """The rectangle around a form box in the upright viewing copy, clamped to it: (x, y, w, h)."""
        height, width = self.picture.shape[:2]
        upright_width, upright_height = turned_size(width, height, self.rotation)
        points = turn(self.to_px(_corners(box)), width, height, self.rotation)
        points *= (self.view_width / upright_width, self.view_height / upright_height)
        return _around(points, self.view_width, self.view_height)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Which side of which form a picture shows, and how it lies there.

    ``homography``: form millimetres to delivered pixels, 3 x 3. ``error_px``: median residual of the matched
    points in delivered pixels. ``rotation``: clockwise degrees from delivered to upright.
    """

    form: Form
    page: int
    homography: npt.NDArray[np.float64]
    error_px: float = 0.0
    rotation: int = 0
    serial: str | None = None
    warp: WarpGrid | None = None


def lay(
    picture: Picture, match: Match, *, view_size: tuple[int, int] | None = None, blank: Picture | None = None
) -> RegisteredPage:
    """The RegisteredPage of a match. ``view_size``: of the upright viewing copy, by default the picture turned."""
    height, width = picture.shape[:2]
    view_width, view_height = view_size or turned_size(width, height, match.rotation)
    side = match.form.pages[match.page - 1]
    return RegisteredPage(
        form=match.form,
        page=match.page,
        picture=picture,
        rectified=rectify(picture, side, match.homography, match.warp),
        blank=blank_picture(side) if blank is None else blank,
        homography=match.homography,
        rotation=match.rotation,
        view_width=view_width,
        view_height=view_height,
        error_px=match.error_px,
        serial=match.serial,
        warp=match.warp,
    )


def rectify(
    picture: Picture,
    side: FormPage,
    homography: npt.NDArray[np.float64],
    warp: WarpGrid | None = None,
    scale: float = PX_PER_MM,
) -> Picture:
    """The page redrawn in form coordinates at ``scale`` px/mm, white where the picture doesn't reach.

    Colour or grey as ``picture``; ``homography``: form millimetres to pixels of ``picture``.
    """
    size = (round(side.width_mm * scale), round(side.height_mm * scale))
    white = (255, 255, 255)
    if warp is None:
        flat = cv2.warpPerspective(
            picture,
            FROM_CENTRES @ homography @ np.diag([1 / scale, 1 / scale, 1.0]) @ TO_CENTRES,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=white,
        )
        return np.asarray(flat, dtype=np.uint8)
    # positions are exact on a coarse mesh and interpolated between: the warp is smooth, a full mesh is slow
    step = max(2, round(MESH_MM * scale))
    columns, rows = size[0] // step + 2, size[1] // step + 2
    mesh = np.stack(np.meshgrid(np.arange(columns) * step, np.arange(rows) * step), axis=-1).reshape(-1, 2)
    px = transform(FROM_CENTRES @ homography, warp.shift((mesh + 0.5) / scale))
    coarse = px.astype(np.float32).reshape(rows, columns, 2)
    enlarge = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], dtype=np.float64)
    maps = cv2.warpAffine(coarse, enlarge, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    bent = cv2.remap(picture, maps, np.empty(0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white)
    return np.asarray(bent, dtype=np.uint8)


def blank_picture(side: FormPage, scale: float = PX_PER_MM) -> Picture:
    """The empty form at ``scale`` pixels per millimetre, grey; white where the form file has no picture of it."""
    width, height = round(side.width_mm * scale), round(side.height_mm * scale)
    drawn = np.full((height, width), 255, np.uint8)
    if not side.blank:
        return drawn
    # OpenCV's types don't say that what it can't decode comes back as None
    grey: Picture | None = cv2.imdecode(np.frombuffer(side.blank, np.uint8), cv2.IMREAD_GRAYSCALE)  # type: ignore[assignment]
    if grey is None:
        return drawn
    # a whole number of pixels never is exactly the page: going by the sizes would stretch the page by a pixel
    factors = [
        told if abs(told * pixels - wanted) < 1.5 * told else wanted / pixels
        for told, pixels, wanted in (
            (scale * 25.4 / side.blank_dpi, grey.shape[1], side.width_mm * scale),
            (scale * 25.4 / side.blank_dpi, grey.shape[0], side.height_mm * scale),
        )
    ]
    way = cv2.INTER_AREA if factors[0] < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(grey, None, fx=factors[0], fy=factors[1], interpolation=way)[:height, :width]
    drawn[: scaled.shape[0], : scaled.shape[1]] = scaled
    return drawn


def registration_evidence(view: RegisteredPage) -> float:
    """1 for a page that lies exactly on its form, 0.5 at 3 delivered pixels of residual."""
    return float(1 / (1 + (max(0.0, view.error_px) / 3) ** 2))


def _corners(box: Box) -> Points:
    return np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)])


def _around(points: Points, width: int, height: int) -> PixelBox:
    left, top = (int(v) for v in np.floor(points.min(axis=0) + 1e-6).clip(0, (width - 1, height - 1)))
    right, bottom = (int(v) for v in np.ceil(points.max(axis=0) - 1e-6).clip((left + 1, top + 1), (width, height)))
    return left, top, right - left, bottom - top

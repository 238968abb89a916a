"""Lay a page onto its blank form exactly, and say how well it lies.

Printed patches are looked for where they should be: the page is redrawn in form coordinates with the present
guess, and each small tile of the blank that has print on it is searched for in a small neighbourhood. The
shifts found correct the homography and, for paper that isn't flat, a smooth grid. The share of tiles found is
the evidence that this is the form it is taken for: another form's labels and rules don't stand in the same places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import FormPage
from ocr.registration import Picture, Points, WarpGrid, blank_picture, rectify, transform

Floats: TypeAlias = npt.NDArray[np.float64]

FOUND = 0.5
"""A tile counts as found when its normalised correlation with the blank reaches this; chance gives about 0.3."""
NODE_MM = 18.0
"""Distance of the warp's nodes. Paper curls over centimetres, not millimetres."""


SETTLED_MM, NEARLY_SETTLED_MM = 0.05, 0.1
"""A correction smaller than the first (half a pixel at 300 dpi) needs no second pass; one smaller than the second is
judged by what was seen before it."""
STIFFNESS, SLACKNESS = 0.03, 0.003
"""How much the warp's nodes resist bending, and being moved at all where no tile says so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One pass: resolution in px/mm, tile side and search radius in mm."""

    scale: float
    tile_mm: float
    reach_mm: float


LAST_REACH_MM = 0.8
"""How far off a tile may lie to be looked at when all is done; from half a millimetre it isn't in place."""

COARSE = Step(50 / 25.4, 22.0, 5.0)
FINE = Step(100 / 25.4, 15.0, 1.6)


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """The blank's printed patches at one scale. ``along``: where a shift can be seen (x, y) per tile."""

    step: Step
    ink: npt.NDArray[np.float32]
    corners: npt.NDArray[np.intp]  # N x 2, left and top in pixels
    side: int
    along: npt.NDArray[np.bool_]  # N x 2

    @property
    def centres_mm(self) -> Points:
        return np.asarray((self.corners + self.side / 2) / self.step.scale, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A page laid on its blank.

    ``agreement``: share of the visible printed tiles that were found in place, 0..1. ``visible``: share of the
    printed tiles that lie inside the picture. ``error_mm``: median residual. ``found``: per fine tile, 1 where
    the print is in place, 0 where not, NaN outside the picture, at ``centres_mm``. ``ink``: the page's ink in form
    coordinates at the fine step's scale.
    """

    homography: Floats
    warp: WarpGrid | None
    agreement: float
    visible: float
    error_mm: float
    centres_mm: Points
    found: Floats
    ink: npt.NDArray[np.float32]


class BlankSide:
    """One page of a form, prepared for being looked for. Cheap to make; the parts are built when first used."""

    def __init__(self, side: FormPage) -> None:
        self.side = side

    @cached_property
    def full(self) -> Picture:
        """The blank at 300 dpi, as ``RegisteredPage.blank`` shows it."""
        return blank_picture(self.side)

    @cached_property
    def coarse(self) -> Tiles:
        return self._tiles(COARSE)

    @cached_property
    def fine(self) -> Tiles:
        return self._tiles(FINE)

    def drawn(self, scale: float) -> Picture:
        """The blank at ``scale`` px/mm, grey, without the QR code, which differs from sheet to sheet."""
        small = blank_picture(self.side, scale)
        if self.side.qr:
            box = self.side.qr
            left, top = int((box.x - 1) * scale), int((box.y - 1) * scale)
            small[max(0, top) : int((box.bottom + 1) * scale) + 1, max(0, left) : int((box.right + 1) * scale) + 1] = (
                255
            )
        return small

    def _tiles(self, step: Step) -> Tiles:
        ink = ink_map(self.drawn(step.scale), step.scale)
        height, width = ink.shape
        side = round(step.tile_mm * step.scale)
        stride = side * 3 // 4
        across = np.linspace(0, width - side, max(2, -(-(width - side) // stride) + 1)).astype(np.intp)
        down = np.linspace(0, height - side, max(2, -(-(height - side) // stride) + 1)).astype(np.intp)
        dx = cv2.Sobel(ink, cv2.CV_32F, 1, 0)
        dy = cv2.Sobel(ink, cv2.CV_32F, 0, 1)
        corners, along = [], []
        for top in down:
            for left in across:
                at = np.s_[top : top + side, left : left + side]
                # an edge as long as half a tile is worth looking for
                strong = side * 0.5 * 4.0
                seen = (float(np.square(dx[at]).sum()) > strong, float(np.square(dy[at]).sum()) > strong)
                if any(seen):
                    corners.append((left, top))
                    along.append(seen)
        return Tiles(
            step, ink, np.array(corners, dtype=np.intp).reshape(-1, 2), side, np.array(along, dtype=bool).reshape(-1, 2)
        )


def ink_map(grey: Picture, scale: float) -> npt.NDArray[np.float32]:
    """How dark each pixel is against the paper around it, 0..1: light and shadow of a photo taken out."""
    reach = max(3, int(3 * scale) | 1)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = cv2.resize(cv2.blur(paper, (reach, reach)), (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    level = np.maximum(paper.astype(np.float32), 32.0)
    ink = ((level - grey) / level).clip(0, 1)
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.7), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What looking for tiles gave: correlation, shift in mm, and which directions of it mean anything."""

    score: Floats
    shift: Floats  # N x 2
    weight: Floats  # N x 2
    inside: npt.NDArray[np.bool_]


def look(
    tiles: Tiles, page: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_], reach_mm: float | None = None
) -> Looks:
    """Look for every tile of the blank in the redrawn page's ink, at most ``reach_mm`` (default: the step's) away."""
    count = len(tiles.corners)
    reach = max(2, round((reach_mm or tiles.step.reach_mm) * tiles.step.scale))
    padded = cv2.copyMakeBorder(page, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=(0,))
    score, shift, weight = np.zeros(count), np.zeros((count, 2)), np.zeros((count, 2))
    for n in range(count):
        if not inside[n]:
            continue
        left, top = (int(v) for v in tiles.corners[n])
        tile = tiles.ink[top : top + tiles.side, left : left + tiles.side]
        around = padded[top : top + tiles.side + 2 * reach, left : left + tiles.side + 2 * reach]
        surface = np.asarray(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
        score[n], shift[n], sharp = _peak(surface, reach, tiles.along[n])
        weight[n] = tiles.along[n] * sharp * max(0.0, score[n] - 0.3)
    return Looks(score, shift / tiles.step.scale, weight, inside)


def _peak(
    surface: npt.NDArray[np.float32], reach: int, along: npt.NDArray[np.bool_]
) -> tuple[float, tuple[float, float], npt.NDArray[np.float64]]:
    """Best correlation, its shift (x, y) in pixels to a fraction, and 1 or 0 per axis for a true peak."""
    surface[~(np.abs(surface) <= 1.01)] = 0.0  # where a patch is all one grey, the correlation is nothing
    if not along[0]:  # rules across the whole tile: every shift along them fits alike
        surface = surface[:, reach - 1 : reach + 2]
    if not along[1]:
        surface = surface[reach - 1 : reach + 2, :]
    row, column = divmod(int(surface.argmax()), surface.shape[1])
    best = float(surface[row, column])
    moved, sharp = [0.0, 0.0], np.zeros(2)
    for axis, (at, line) in enumerate(((column, surface[row, :]), (row, surface[:, column]))):
        if along[axis] and 0 < at < len(line) - 1:
            before, middle, after = (float(v) for v in line[at - 1 : at + 2])
            bend = before - 2 * middle + after
            moved[axis] = at - reach + (0.5 * (before - after) / bend if bend < -1e-6 else 0.0)
            sharp[axis] = 1.0
    return best, (moved[0], moved[1]), sharp


def fit(side: BlankSide, grey: Picture, homography: Floats) -> Fit:
    """Improve a guess (millimetres to pixels of ``grey``) until the printed tiles lie where they belong.

    Flat pages settle after a round or two; on curled ones each round brings tiles within reach that weren't before.
    ``grey`` should show the page at 100 dpi or more.
    """
    warp: WarpGrid | None = None
    moved = np.inf
    for tiles, rounds in ((side.coarse, 3), (side.fine, 3)):
        for turn in range(rounds):
            page = _ink_from(side, tiles, grey, homography, warp)
            looks = look(tiles, page, _inside(tiles, grey, homography))
            bend = turn > 0 or tiles is side.fine
            homography, warp, moved = _corrected(side.side, tiles, looks, homography, warp, bend=bend)
            if moved < SETTLED_MM:
                break
    if moved >= NEARLY_SETTLED_MM:
        page = _ink_from(side, tiles, grey, homography, warp)
        looks = look(tiles, page, _inside(tiles, grey, homography), LAST_REACH_MM)
    return _judged(tiles, looks, page, homography, warp)


def _corrected(
    side: FormPage, tiles: Tiles, looks: Looks, homography: Floats, warp: WarpGrid | None, *, bend: bool
) -> tuple[Floats, WarpGrid | None, float]:
    """Homography and warp after what was seen, and how far almost all of the page moved by it, in millimetres."""
    good = looks.weight * (looks.score >= FOUND)[:, None]
    if int((good.sum(axis=1) > 0).sum()) < 8:
        return homography, warp, 0.0
    centres = tiles.centres_mm
    before = warp.shift(centres) if warp else centres
    total = looks.shift + (warp.shift(centres + looks.shift) - centres - looks.shift if warp else 0.0)
    step = _homography_step(centres, total, good)
    left = transform(np.linalg.inv(step), centres + total) - centres
    bent = _bent(side, centres, left, good, tiles.step.reach_mm / 5) if bend else None
    after = transform(step, bent.shift(centres) if bent else centres)
    moved = np.abs(after - before).max(axis=1)[looks.inside]
    return homography @ step, bent, float(np.percentile(moved, 97))


def _ink_from(
    side: BlankSide, tiles: Tiles, grey: Picture, homography: Floats, warp: WarpGrid | None
) -> npt.NDArray[np.float32]:
    scale = tiles.step.scale
    return ink_map(rectify(grey, side.side, homography, warp, scale), scale)


def _shown(tiles: Tiles, page: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Per tile: the blank's print is there, whatever else was written between. A covered tile shows nothing."""
    print_here = (tiles.ink > 0.35).astype(np.uint8)
    dark = (cv2.dilate(page, np.ones((3, 3), np.uint8)) > 0.2).astype(np.uint8)

    def per_tile(mask: npt.NDArray[np.uint8]) -> Floats:
        total = np.asarray(cv2.integral(mask), dtype=np.float64)
        x, y = tiles.corners.T
        right, bottom = x + tiles.side, y + tiles.side
        return np.asarray(total[bottom, right] - total[y, right] - total[bottom, x] + total[y, x], dtype=np.float64)

    printed, both, ink = per_tile(print_here), per_tile(print_here & dark), per_tile(dark)
    beside = (ink - both) / np.maximum(1.0, tiles.side**2 - printed)
    there = both / np.maximum(1.0, printed)
    return np.asarray((there > 0.8) & (there - beside > 0.4), dtype=bool)


def _inside(tiles: Tiles, grey: Picture, homography: Floats) -> npt.NDArray[np.bool_]:
    half = tiles.step.tile_mm / 2
    height, width = grey.shape
    within = np.ones(len(tiles.corners), dtype=bool)
    for offset in ((-half, -half), (half, -half), (half, half), (-half, half)):
        px = transform(homography, tiles.centres_mm + offset)
        within &= (px[:, 0] > -2) & (px[:, 1] > -2) & (px[:, 0] < width + 2) & (px[:, 1] < height + 2)
    return within


def _judged(
    tiles: Tiles, looks: Looks, page: npt.NDArray[np.float32], homography: Floats, warp: WarpGrid | None
) -> Fit:
    shown = _shown(tiles, page)
    seen = looks.weight > 0
    residual = np.where(seen, np.abs(looks.shift), np.nan)
    # found means: there, and there where it should be (half a millimetre is a stroke's width)
    near = np.nan_to_num(residual, nan=0.0).max(axis=1) < 0.5
    found = (looks.score >= FOUND) & near & looks.inside
    visible = float(looks.inside.mean()) if len(looks.inside) else 0.0
    agreement = float(found[looks.inside].mean()) if looks.inside.any() else 0.0
    values = residual[found]
    values = values[~np.isnan(values)]
    error = float(np.median(values)) if len(values) else 9.9
    # in a cell full of writing the correlation is low though its rules are in place
    marks = np.where(looks.inside, (found | (shown & near)).astype(np.float64), np.nan)
    return Fit(homography, warp, agreement, visible, error, tiles.centres_mm, marks, page)


def _homography_step(points: Points, shift: Floats, weight: Floats) -> Floats:
    """The small homography (millimetres to millimetres) that explains the shifts best, outliers left aside."""
    centre, unit = points.mean(axis=0), 100.0
    x, y = ((points - centre) / unit).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        (
            np.stack((one, x, y, zero, zero, zero, x * x, x * y), axis=1),
            np.stack((zero, zero, zero, one, x, y, x * y, y * y), axis=1),
        )
    )
    wanted = np.concatenate((shift[:, 0], shift[:, 1])) / unit
    base = np.sqrt(np.concatenate((weight[:, 0], weight[:, 1])))
    robust: Floats = np.ones_like(base)
    parameters = np.zeros(8)
    for _ in range(6):
        scaled = base * robust
        # the little ridge keeps what the tiles don't show (one single rule, say) where it was
        system = np.vstack((rows * scaled[:, None], np.eye(8) * 1e-3))
        parameters = np.linalg.lstsq(system, np.concatenate((wanted * scaled, np.zeros(8))), rcond=None)[0]
        distance = np.abs(rows @ parameters - wanted) * unit
        spread = max(0.05, 2.0 * float(np.median(distance[base > 0])))
        robust = np.sqrt(1.0 / (1.0 + (distance / spread) ** 2))
    a, b, c, d, e, f, g, h = parameters
    small = np.array([[1 + b, c, a], [e, 1 + f, d], [-g, -h, 1.0]])
    scale = np.array([[1 / unit, 0, -centre[0] / unit], [0, 1 / unit, -centre[1] / unit], [0, 0, 1]])
    return np.asarray(np.linalg.inv(scale) @ small @ scale, dtype=np.float64)


def _bent(side: FormPage, points: Points, left: Floats, weight: Floats, trust_mm: float) -> WarpGrid | None:
    """A smooth grid through what the homography left over; None where it doesn't foretell other tiles' shifts.

    ``trust_mm``: shifts within this of the grid are no outliers.
    Every third tile is kept aside: a grid that fits chance doesn't bring these nearer to where they should be.
    """
    used = weight > 0
    if int(used.any(axis=1).sum()) < max(30, len(points) // 3):
        return None
    aside = np.arange(len(points)) % 3 == 0
    test = used & aside[:, None]
    before = np.abs(left[test])
    if not len(before) or np.median(before) < 0.02:
        return None
    columns = max(3, round(side.width_mm / NODE_MM) + 1)
    rows = max(3, round(side.height_mm / NODE_MM) + 1)
    basis = _bilinear(points, side, rows, columns)
    differences = _second_differences(rows, columns)
    stiff = STIFFNESS * differences.T @ differences + SLACKNESS * np.eye(rows * columns)
    tried = _bend(basis, left, weight * ~aside[:, None], stiff, trust_mm)
    after = np.abs((left - basis @ tried)[test])
    if np.median(after) > 0.85 * np.median(before):
        return None
    nodes = _bend(basis, left, weight, stiff, trust_mm).astype(np.float32).reshape(rows, columns, 2)
    return WarpGrid(nodes[..., 0], nodes[..., 1], side.width_mm, side.height_mm)


def _bend(basis: Floats, left: Floats, weight: Floats, stiff: Floats, trust_mm: float) -> Floats:
    """Node displacements (nodes x 2) by least squares, outliers left aside."""
    nodes: Floats = np.zeros((basis.shape[1], 2))
    for axis in (0, 1):
        robust: Floats = np.ones(len(basis))
        for _ in range(4):
            scaled = basis * (weight[:, axis] * robust)[:, None]
            nodes[:, axis] = np.linalg.solve(scaled.T @ basis + stiff, scaled.T @ left[:, axis])
            distance = np.abs(basis @ nodes[:, axis] - left[:, axis])
            seen = distance[weight[:, axis] > 0]
            spread = max(trust_mm, 2.0 * float(np.median(seen))) if len(seen) else 1.0
            robust = np.asarray(1.0 / (1.0 + (distance / spread) ** 2), dtype=np.float64)
    return nodes


def _bilinear(points: Points, side: FormPage, rows: int, columns: int) -> Floats:
    u = (points[:, 0] / side.width_mm * (columns - 1)).clip(0, columns - 1 - 1e-9)
    v = (points[:, 1] / side.height_mm * (rows - 1)).clip(0, rows - 1 - 1e-9)
    c, r = u.astype(np.intp), v.astype(np.intp)
    fu, fv = u - c, v - r
    basis = np.zeros((len(points), rows * columns))
    each = np.arange(len(points))
    for dr, dc, share in (
        (0, 0, (1 - fu) * (1 - fv)),
        (0, 1, fu * (1 - fv)),
        (1, 0, (1 - fu) * fv),
        (1, 1, fu * fv),
    ):
        basis[each, (r + dr) * columns + c + dc] = share
    return basis


def _second_differences(rows: int, columns: int) -> Floats:
    equations = []
    index = np.arange(rows * columns).reshape(rows, columns)
    for lines in (index, index.T):
        for line in lines:
            for n in range(1, len(line) - 1):
                equation = np.zeros(rows * columns)
                equation[line[n - 1]], equation[line[n]], equation[line[n + 1]] = 1, -2, 1
                equations.append(equation)
    return np.array(equations)

"""From a written page to what a scanner or a phone delivers, with the exact way of every point.

The geometry is a smooth curl (phones only), a homography and quarter turns; ``Delivered.to_px`` is that way, so the
truth's boxes are computed, not found. Pixel coordinates count from the picture's top left corner (a pixel's centre is
at .5), as millimetres do on the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import PX_PER_MM
from forms.form_file import Box

Picture = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Noise:
    """Ranges of one kind of delivery. Angles in degrees, lengths in mm on the page, the rest as named."""

    phone: bool
    dpi: tuple[int, ...]  # phones: pixels per inch of paper in the middle of the picture
    skew: Range
    shift: float
    tilt: float  # perspective: how far a corner is pulled in, as a part of the page
    curl: Range
    blur: Range  # sigma, px of the delivered picture
    light: Range  # darkest part of the field against the brightest
    paper: Range  # grey of the paper, 0..255
    bleed: Range  # how much of the other side's darkness shows
    fold: float  # probability
    grain: Range  # sigma, grey levels
    specks: tuple[int, int]
    jpeg: tuple[int, int]
    grey: float  # probability of a grey-scale picture
    room: float = 0.0  # scanners: bed seen around the sheet, as a part of the page


_LIGHT = Noise(
    phone=False, dpi=(300,), skew=(-0.8, 0.8), shift=1.5, tilt=0, curl=(0, 0), blur=(0.3, 0.7), light=(0.96, 1.0),
    paper=(246, 253), bleed=(0.0, 0.02), fold=0.1, grain=(1.0, 2.5), specks=(0, 15), jpeg=(82, 92), grey=0.25,
)  # fmt: skip
_HEAVY = Noise(
    phone=False, dpi=(300, 200), skew=(-3, 3), shift=3, tilt=0, curl=(0, 0), blur=(0.7, 1.3), light=(0.84, 0.95),
    paper=(222, 244), bleed=(0.04, 0.12), fold=0.6, grain=(3, 7), specks=(40, 160), jpeg=(58, 78), grey=0.35,
)  # fmt: skip
_PHONE = Noise(
    phone=True, dpi=(270, 300, 320), skew=(-3, 3), shift=3, tilt=0.035, curl=(0.3, 1.4), blur=(0.6, 1.2),
    light=(0.62, 0.85), paper=(225, 246), bleed=(0.0, 0.05), fold=0.5, grain=(2, 6), specks=(0, 20), jpeg=(70, 88),
    grey=0,
)  # fmt: skip

PROFILES: dict[str, dict[str, Noise]] = {
    "calibration": {"light": _LIGHT, "heavy": _HEAVY, "phone": _PHONE},
    # not the same ranges: what is calibrated on one kind of scanner is used on another
    "reporting": {
        "light": Noise(
            phone=False, dpi=(300, 240), skew=(-1.2, 1.2), shift=2, tilt=0, curl=(0, 0), blur=(0.2, 0.85),
            light=(0.94, 1.0), paper=(240, 254), bleed=(0.0, 0.035), fold=0.2, grain=(0.8, 3.5), specks=(0, 40),
            jpeg=(76, 94), grey=0.3,
        ),
        "heavy": Noise(
            phone=False, dpi=(300, 200, 240), skew=(-3, 3), shift=4, tilt=0, curl=(0, 0), blur=(0.6, 1.5),
            light=(0.8, 0.95), paper=(215, 246), bleed=(0.05, 0.15), fold=0.7, grain=(3, 9), specks=(50, 220),
            jpeg=(52, 75), grey=0.4,
        ),
        "phone": Noise(
            phone=True, dpi=(250, 280, 330), skew=(-3, 3), shift=4, tilt=0.045, curl=(0.2, 1.8), blur=(0.5, 1.4),
            light=(0.55, 0.88), paper=(220, 248), bleed=(0.0, 0.06), fold=0.5, grain=(2, 8), specks=(0, 30),
            jpeg=(64, 90), grey=0,
        ),
    },
    # what `./dev bench reading` reports on: no parameter of it stands in "calibration", no resolution is the same
    "bench": {
        "light": Noise(
            phone=False, dpi=(280, 320), skew=(-1.5, 1.4), shift=2.2, tilt=0, curl=(0, 0), blur=(0.2, 0.9),
            light=(0.93, 0.99), paper=(238, 252), bleed=(0.0, 0.03), fold=0.22, grain=(0.8, 3.2), specks=(2, 35),
            jpeg=(75, 93), grey=0.33,
        ),
        "heavy": Noise(
            phone=False, dpi=(240, 220), skew=(-3.5, 3.2), shift=3.7, tilt=0, curl=(0, 0), blur=(0.6, 1.4),
            light=(0.82, 0.96), paper=(214, 245), bleed=(0.05, 0.14), fold=0.7, grain=(3.5, 8), specks=(50, 210),
            jpeg=(54, 76), grey=0.42,
        ),
        "phone": Noise(
            phone=True, dpi=(260, 285, 330), skew=(-3.4, 3.6), shift=4, tilt=0.043, curl=(0.2, 1.7), blur=(0.5, 1.3),
            light=(0.57, 0.87), paper=(221, 247), bleed=(0.01, 0.06), fold=0.55, grain=(2.2, 7), specks=(2, 28),
            jpeg=(66, 89), grey=0.05,
        ),
    },
    # what goes wrong in offices: for the finder, not for calibrating or reporting how well is read
    "stress": {
        "clean": Noise(
            phone=False, dpi=(300,), skew=(-1, 1), shift=1, tilt=0, curl=(0, 0), blur=(0.3, 0.7), light=(0.95, 1.0),
            paper=(240, 253), bleed=(0.0, 0.03), fold=0.1, grain=(1, 3), specks=(0, 20), jpeg=(80, 92), grey=0.3,
        ),
        "askew": Noise(
            phone=False, dpi=(200, 240, 300, 400, 600), skew=(-10, 10), shift=4, tilt=0, curl=(0, 0), blur=(0.4, 1.0),
            light=(0.9, 1.0), paper=(235, 253), bleed=(0.0, 0.05), fold=0.3, grain=(1, 5), specks=(0, 80),
            jpeg=(60, 90), grey=0.4, room=0.14,
        ),
        "dirty": Noise(
            phone=False, dpi=(200, 300), skew=(-3, 3), shift=4, tilt=0, curl=(0, 0), blur=(0.8, 1.6),
            light=(0.75, 0.95), paper=(205, 240), bleed=(0.08, 0.18), fold=1, grain=(5, 11), specks=(150, 400),
            jpeg=(40, 65), grey=0.5,
        ),
        "snapshot": Noise(
            phone=True, dpi=(180, 220, 280), skew=(-9, 9), shift=4, tilt=0.08, curl=(0.5, 3.0), blur=(0.8, 1.7),
            light=(0.45, 0.8), paper=(215, 246), bleed=(0.0, 0.06), fold=0.5, grain=(3, 9), specks=(0, 30),
            jpeg=(55, 85), grey=0,
        ),
        "curled": Noise(
            phone=True, dpi=(250, 300), skew=(-4, 4), shift=3, tilt=0.03, curl=(3.0, 5.5), blur=(0.6, 1.2),
            light=(0.6, 0.85), paper=(225, 246), bleed=(0.0, 0.05), fold=0.3, grain=(2, 6), specks=(0, 20),
            jpeg=(70, 88), grey=0,
        ),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Geometry:
    """The way from the page at 300 dpi to the picture; all in OpenCV's coordinates (pixel centres at integers)."""

    matrix: Points  # 3 x 3
    size: tuple[int, int]  # width, height before quarter turns
    page_size: tuple[int, int]
    curl: tuple[float, float, float]  # px: rows bend, columns bend, phase
    turns: int  # quarter turns clockwise that the picture was turned by

    def curled(self, points: Points) -> Points:
        """Flat page px to curled page px, N x 2."""
        width, height = self.page_size
        rows, columns, phase = self.curl
        x, y = points[:, 0], points[:, 1]
        return np.column_stack(
            [x + columns * np.sin(math.pi * y / height + phase), y + rows * np.sin(math.pi * x / width + phase)]
        )

    def flat(self, points: Points) -> Points:
        """The inverse of ``curled`` (the bend is small against the page, so repeating converges at once)."""
        guess = points.copy()
        for _ in range(6):
            guess += points - self.curled(guess)
        return guess

    def forward(self, points: Points) -> Points:
        """Page px to picture px."""
        here = cv2.perspectiveTransform(self.curled(points)[None].astype(np.float64), self.matrix)[0]
        x, y = here[:, 0].astype(float), here[:, 1].astype(float)
        width, height = self.size
        for _ in range(self.turns):
            x, y = height - 1 - y, x
            width, height = height, width
        return np.column_stack([x, y])

    def warp(self, page: Picture, border: Picture | tuple[int, int, int]) -> Picture:
        """The page as seen, before quarter turns; ``border`` is what lies around it."""
        fill = border if isinstance(border, tuple) else (0, 0, 0)
        if any(self.curl[:2]):
            maps = self._maps()
            seen = cv2.remap(page, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
        else:
            seen = cv2.warpPerspective(
                page, self.matrix, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill
            )
        if isinstance(border, tuple):
            return np.asarray(seen, np.uint8)
        inside = np.full(page.shape[:2], 255, np.uint8)
        cover = (
            cv2.remap(inside, *maps, cv2.INTER_LINEAR)
            if any(self.curl[:2])
            else cv2.warpPerspective(inside, self.matrix, self.size, flags=cv2.INTER_LINEAR)
        )
        shadow = cv2.GaussianBlur(cover, (0, 0), 14)
        dark = cv2.merge([255 - np.asarray(shadow, np.uint8) // 3] * 3)
        around = cv2.multiply(border, dark, scale=1 / 255)
        return np.where(cover[..., None] > 127, seen, around).astype(np.uint8)

    def _maps(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Where every picture pixel comes from; found on a coarse grid, linear in between (the bend is slow)."""
        step = 16
        width, height = self.size
        grid = np.mgrid[0 : height + 2 * step : step, 0 : width + 2 * step : step].astype(np.float64)
        rows, columns = grid.shape[1:]
        points = np.column_stack([grid[1].ravel(), grid[0].ravel()])
        back = cv2.perspectiveTransform(points[None], np.linalg.inv(self.matrix))[0].astype(np.float64)
        flat = self.flat(back).reshape(rows, columns, 2).astype(np.float32)
        spread = np.array([[1 / step, 0, 0], [0, 1 / step, 0]])
        full = cv2.warpAffine(
            flat,
            spread,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.ascontiguousarray(full[..., 0], np.float32), np.ascontiguousarray(full[..., 1], np.float32)


@dataclass(frozen=True)
class Delivered:
    """A picture as delivered. ``rotation``: clockwise degrees from it to upright. ``jpeg``: suggested quality."""

    picture: Picture
    geometry: Geometry
    rotation: int
    dpi: int
    jpeg: int

    def to_px(self, points_mm: Points) -> Points:
        """Millimetres on the page (N x 2) to pixels of the picture."""
        return self.geometry.forward(points_mm * PX_PER_MM - 0.5) + 0.5

    def box_px(self, box: Box) -> list[int]:
        """The upright rectangle around a box of the page: x, y, w, h in whole pixels of the picture."""
        corners = np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)])
        found = self.to_px(corners)
        x0, y0 = np.floor(found.min(axis=0))
        x1, y1 = np.ceil(found.max(axis=0))
        return [int(x0), int(y0), int(x1 - x0), int(y1 - y0)]


def deliver(
    page: Picture,
    noise: Noise,
    dice: Dice,
    *,
    other_side: Picture | None = None,
    turns: int = 0,
    dpi: int | None = None,
) -> Delivered:
    """Scan or photograph ``page`` (BGR, 300 dpi). ``turns`` quarter turns clockwise; ``other_side`` shines through."""
    resolution = dice.one(noise.dpi) if dpi is None else dpi
    height, width = page.shape[:2]
    geometry = _geometry(noise, dice.sub("geometry"), (width, height), resolution, turns)
    sheet = _sheet(page, other_side, noise, dice.sub("sheet"))
    border = _desk(geometry.size, dice.sub("desk")) if noise.phone else (_lid(dice.sub("lid")),) * 3
    seen = geometry.warp(sheet, border)
    seen = _light(seen, noise, dice.sub("light"))
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), dice.uniform(*noise.blur)), np.uint8)
    seen = _grain(seen, noise, dice.sub("grain"))
    if dice.chance(noise.grey):
        seen = np.asarray(cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)
    seen = np.ascontiguousarray(np.rot90(seen, -turns))
    quality = dice.randint(*noise.jpeg)
    return Delivered(seen, geometry, (360 - 90 * turns) % 360, resolution, quality)


def jpeg_bytes(delivered: Delivered, quality: int | None = None) -> bytes:
    """The picture as a JPEG file that names its resolution."""
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(delivered.picture[..., ::-1]))
    picture.save(file, "JPEG", quality=quality or delivered.jpeg, dpi=(delivered.dpi, delivered.dpi))
    return file.getvalue()


def _geometry(noise: Noise, dice: Dice, page_size: tuple[int, int], dpi: int, turns: int) -> Geometry:
    """A throw of the noise's geometry that keeps what is printed (14 mm from the edge on) in the picture."""
    width, height = page_size
    edge = 14 * PX_PER_MM
    inner = np.array([(x, y) for x in (edge, width / 2, width - edge) for y in (edge, height / 2, height - edge)])
    for attempt in range(6):
        found = _throw(noise, dice.sub(attempt), page_size, dpi, turns, calm=0.7**attempt)
        there = found.forward(inner)
        limit = np.array(found.size[::-1] if turns % 2 else found.size)
        if (there >= 0).all() and (there < limit).all():
            break
    return found


def _throw(noise: Noise, dice: Dice, page_size: tuple[int, int], dpi: int, turns: int, *, calm: float) -> Geometry:
    width, height = page_size
    scale = dpi / 300
    margin = dice.uniform(0.04, 0.09) if noise.phone else noise.room
    size = (round(width * scale * (1 + 2 * margin)), round(height * scale * (1 + 2 * margin)))
    angle = math.radians(dice.uniform(*noise.skew))
    grow = scale * (1 + dice.near(0, 0.002))
    cos, sin = math.cos(angle) * grow, math.sin(angle) * grow
    shift = [dice.uniform(-noise.shift, noise.shift) * calm * PX_PER_MM * scale for _ in range(2)]
    centre = np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, 1]])
    to = [(size[0] - 1) / 2 + shift[0], (size[1] - 1) / 2 + shift[1]]
    turn = np.array([[cos, -sin, to[0]], [sin * (1 + dice.near(0, 0.001)), cos, to[1]], [0, 0, 1]])
    matrix = turn @ centre
    if noise.tilt:
        corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
        pull = np.array([[dice.uniform(-noise.tilt, noise.tilt) * calm for _ in range(2)] for _ in range(4)]) * size
        matrix = cv2.getPerspectiveTransform(corners, (corners + pull).astype(np.float32)) @ matrix
    bend = [dice.one((-1, 1)) * dice.uniform(*noise.curl) * PX_PER_MM for _ in range(2)]
    return Geometry(matrix, size, page_size, (bend[0], bend[1] * 0.5, dice.uniform(-0.6, 0.6)), turns)


def _sheet(page: Picture, other: Picture | None, noise: Noise, dice: Dice) -> Picture:
    """The paper itself: its grey, the other side through it, a fold's shadow."""
    paper = dice.uniform(*noise.paper) / 255
    tint = np.array([paper - dice.uniform(0, 0.03), paper - dice.uniform(0, 0.008), paper])
    # one table per channel: multiplying by a constant is a look-up
    tables = np.clip(np.arange(256)[:, None] * tint[None], 0, 255).astype(np.uint8)[:, None, :]
    sheet = np.asarray(cv2.LUT(page, tables), np.uint8)
    bleed = dice.uniform(*noise.bleed)
    if other is not None and bleed > 0.005:
        small = cv2.resize(
            cv2.cvtColor(other, cv2.COLOR_BGR2GRAY), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA
        )
        soft = cv2.GaussianBlur(np.fliplr(small), (0, 0), 0.8)
        dark = ((255 - np.asarray(soft, np.float32)) * bleed).astype(np.uint8)
        dark = np.asarray(cv2.resize(dark, page.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
        sheet = np.asarray(cv2.subtract(sheet, cv2.merge([dark] * 3)), np.uint8)
    if dice.chance(noise.fold):
        _fold(sheet, dice)
    return sheet


def _fold(sheet: Picture, dice: Dice) -> None:
    """A sheet folded for an envelope: one or two creases, darker on one side, with worn ink on the line."""
    height = sheet.shape[0]
    for place in dice.one(((1 / 2,), (1 / 3, 2 / 3))):
        middle = height * (place + dice.near(0, 0.01))
        rows = np.arange(height, dtype=np.float32) - middle
        depth = dice.uniform(0.03, 0.09)
        shade = 1 - depth * np.exp(-np.abs(rows) / np.where(rows > 0, 45.0, 9.0)) + 0.05 * np.exp(-((rows / 2) ** 2))
        low, high = max(0, int(middle) - 250), min(height, int(middle) + 250)
        band = sheet[low:high].astype(np.float32) * shade[low:high, None, None]
        sheet[low:high] = np.clip(band, 0, 255).astype(np.uint8)


def _lid(dice: Dice) -> int:
    """Grey of the scanner's lid beside the paper."""
    return dice.pick({255: 5, 250: 2, 235: 1, 205: 1})


def _desk(size: tuple[int, int], dice: Dice) -> Picture:
    """A table top: one colour with streaks."""
    colour = np.array(dice.one(((96, 134, 170), (70, 92, 120), (150, 150, 146), (58, 60, 66))), np.float32)
    rough = dice.numbers().normal(0, 10, (max(4, size[1] // 6), max(4, size[0] // 220))).astype(np.float32)
    streaks = cv2.resize(rough, size, interpolation=cv2.INTER_LINEAR)
    return np.clip(colour + np.asarray(streaks)[..., None], 0, 255).astype(np.uint8)


def _light(seen: Picture, noise: Noise, dice: Dice) -> Picture:
    """Uneven light: brightest somewhere, falling off; phones add a soft shadow of the hand that holds them."""
    darkest = dice.uniform(*noise.light)
    rows, columns = np.mgrid[0:1:48j, 0:1:36j]
    if noise.phone:
        away = np.hypot(columns - dice.uniform(0.2, 0.8), rows - dice.uniform(0.1, 0.6))
        field = 1 - (1 - darkest) * (away / away.max()) ** 1.5
        if dice.chance(0.5):
            edge = columns * dice.uniform(-1, 1) + rows * dice.uniform(0.3, 1) - dice.uniform(0.5, 1.0)
            field *= 1 - dice.uniform(0.05, 0.22) / (1 + np.exp(-edge * 14))
    else:
        direction = dice.uniform(0, 2 * math.pi)
        ramp = columns * math.cos(direction) + rows * math.sin(direction)
        field = 1 - (1 - darkest) * (ramp - ramp.min()) / np.ptp(ramp)
    mask = np.clip(field * 255, 0, 255).astype(np.uint8)
    full = np.asarray(cv2.resize(mask, seen.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.asarray(cv2.multiply(seen, cv2.merge([full] * 3), scale=1 / 255), np.uint8)


def _grain(seen: Picture, noise: Noise, dice: Dice) -> Picture:
    """Sensor noise (one tile, repeated from a random place) and specks of dust and toner."""
    generator = dice.numbers()
    tile = generator.normal(0, dice.uniform(*noise.grain), (509, 509, 3)).astype(np.float32)
    tile += generator.normal(0, 0.5, (509, 509, 1)).astype(np.float32) * tile.std()
    height, width = seen.shape[:2]
    repeats = (height // 509 + 2, width // 509 + 2, 1)
    row, column = generator.integers(0, 509, 2)
    dark = np.tile(np.clip(-tile, 0, 255).astype(np.uint8), repeats)[row : row + height, column : column + width]
    bright = np.tile(np.clip(tile, 0, 255).astype(np.uint8), repeats)[row : row + height, column : column + width]
    grained = np.asarray(cv2.add(cv2.subtract(seen, dark), bright), np.uint8)
    for _ in range(dice.randint(*noise.specks)):
        place = (dice.randrange(width), dice.randrange(height))
        shade = dice.uniform(20, 170) if dice.chance(0.8) else 250.0
        cv2.circle(grained, place, dice.one((0, 0, 0, 1, 1, 2)), (shade, shade, shade), -1, cv2.LINE_AA)
    return grained


def noise_named(profile: str, name: str) -> Noise:
    """One parameter set. Raises KeyError for an unknown profile or name."""
    sets: Mapping[str, Noise] = PROFILES[profile]
    return sets[name]

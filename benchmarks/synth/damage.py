"""What happens to a sheet besides scanning: photocopied, faxed, cut, torn, covered, stamped, painted over.

Functions on pages (BGR at 300 dpi, before delivery) keep the geometry; functions on pictures say what becomes of it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import PX_PER_MM
from forms.form_file import Box

Picture = npt.NDArray[np.uint8]


def photocopied(page: Picture, dice: Dice, *, generations: int = 1) -> Picture:
    """A copy on an old machine: no grey, thin strokes fed or starved, solid areas washed out, dirt from the glass."""
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.float32)
    for generation in range(generations):
        throw = dice.sub("generation", generation)
        noise = throw.numbers()
        soft = cv2.GaussianBlur(grey, (0, 0), throw.uniform(0.9, 1.4))
        # toner doesn't hold in the middle of solid black: squares come out hollow and torn
        solid = cv2.erode((grey < 100).astype(np.uint8), np.ones((15, 15), np.uint8))
        patchy = cv2.resize(
            noise.random((grey.shape[0] // 12, grey.shape[1] // 12)).astype(np.float32), grey.shape[::-1]
        )
        soft = np.where((solid > 0) & (patchy > throw.uniform(0.35, 0.6)), 255, soft)
        grain = cv2.GaussianBlur(noise.normal(0, 26, grey.shape).astype(np.float32), (0, 0), 1.0) * 2
        level = throw.uniform(120, 185)
        grey = np.clip((soft + grain - level) * 6 + 128, 0, 255).astype(np.float32)
        for _ in range(throw.randint(80, 300)):
            place = (throw.randrange(grey.shape[1]), throw.randrange(grey.shape[0]))
            cv2.circle(grey, place, throw.one((0, 1, 1, 2, 3)), (throw.uniform(0, 60),), -1)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def bilevel(picture: Picture, dice: Dice) -> Picture:
    """As scanned to one bit per pixel, with a threshold that is a little too light or too dark."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    flat = np.where(grey > level + dice.uniform(-18, 22), 255, 0).astype(np.uint8)
    return np.repeat(flat[..., None], 3, axis=2)


def faxed(picture: Picture, dice: Dice, dpi: int, *, fine: bool) -> tuple[Picture, tuple[float, float]]:
    """As a fax machine sends it: 204 x 98 dpi (196 when ``fine``), one bit; and its scale across and down."""
    scale = 204 / dpi, (196 if fine else 98) / dpi
    small = cv2.resize(picture, None, fx=scale[0], fy=scale[1], interpolation=cv2.INTER_AREA)
    sent = bilevel(np.asarray(small, np.uint8), dice)
    for _ in range(dice.randrange(4)):  # lost lines repeat the line before
        row = dice.randrange(2, len(sent) - 4)
        sent[row : row + 2] = sent[row - 1]
    return sent, (sent.shape[1] / picture.shape[1], sent.shape[0] / picture.shape[0])


def hidden(page: Picture, boxes: list[Box], shade: int = 255) -> Picture:
    """The page with boxes (millimetres) painted over."""
    covered = page.copy()
    for box in boxes:
        left, top, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
        covered[max(0, top - 6) : bottom + 6, max(0, left - 6) : right + 6] = shade
    return covered


def torn(page: Picture, corner: int, dice: Dice, *, size: float = 32) -> Picture:
    """The page with a corner (0 top left, clockwise) torn off along a ragged line; ``size`` in millimetres."""
    height, width = page.shape[:2]
    reach = [dice.uniform(0.7, 1.2) * size * PX_PER_MM for _ in range(2)]
    steps = np.linspace(0, 1, 9)
    line = [(reach[0] * (1 - t) + dice.near(0, 6), reach[1] * t + dice.near(0, 6)) for t in steps]
    points = np.array([(-9, -9), (reach[0], -9), *line, (-9, reach[1])])
    if corner in (1, 2):
        points[:, 0] = width - 1 - points[:, 0]
    if corner in (2, 3):
        points[:, 1] = height - 1 - points[:, 1]
    left = page.copy()
    cv2.fillPoly(left, [points.astype(np.int32)], (252, 252, 252))
    return left


def sealed(page: Picture, x: float, y: float, dice: Dice, *, radius: float = 20.0) -> Picture:
    """A round red seal with its star and letters' worth of strokes around (x, y) in millimetres, not quite opaque."""
    ink = np.zeros(page.shape[:2], np.uint8)
    at = (round(x * PX_PER_MM), round(y * PX_PER_MM))
    outer = round(radius * PX_PER_MM)
    cv2.circle(ink, at, outer, (255,), round(1.1 * PX_PER_MM), cv2.LINE_AA)
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    star = np.where(np.arange(10) % 2, 0.13, 0.32)[:, None] * outer * np.column_stack((np.cos(angles), np.sin(angles)))
    cv2.fillPoly(ink, [(star + at).astype(np.int32)], (255,), cv2.LINE_AA)
    for place in np.linspace(-2.6, -0.5, 12):
        middle = np.array(at) + 0.78 * outer * np.array([np.cos(place), np.sin(place)])
        for _ in range(4):
            x1, y1, x2, y2 = (int(v + dice.uniform(-18, 18)) for v in (*middle, *middle))
            cv2.line(ink, (x1, y1), (x2, y2), (255,), 5, cv2.LINE_AA)
    dry = cv2.resize(dice.numbers().uniform(0.55, 1, (60, 42)).astype(np.float32), page.shape[1::-1])
    share = (ink.astype(np.float32) / 255 * np.asarray(dry) * dice.uniform(0.75, 0.95))[..., None]
    red = np.array([70, 60, 225], np.float32)
    # ink darkens what lies below, it doesn't hide it
    return np.clip(page * (1 - share + share * red / 255), 0, 255).astype(np.uint8)


def whitened(page: Picture, box: Box, dice: Dice) -> Picture:
    """Correction fluid over a box: whiter than the paper, with a soft grey rim."""
    patch = np.zeros(page.shape[:2], np.float32)
    left, top, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
    for x in range(left, right + 1, 12):
        middle = (x, round((top + bottom) / 2 + dice.near(0, 3)))
        cv2.ellipse(patch, middle, (16, max(4, (bottom - top) // 2)), 0, 0, 360, (1.0,), -1)
    rim = cv2.GaussianBlur(patch, (0, 0), 3)[..., None]
    edge = np.clip(rim * (1 - rim) * 4, 0, 1) * 14
    cover = cv2.GaussianBlur(patch, (0, 0), 1)[..., None]
    white: npt.NDArray[np.float32] = page.astype(np.float32) * (1 - cover) + 255 * cover - edge
    return white.clip(0, 255).astype(np.uint8)


def shadowed(picture: Picture, dice: Dice) -> Picture:
    """A hard shadow over part of the picture: an arm, a window frame."""
    height, width = picture.shape[:2]
    angle = dice.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:height:8, 0:width:8]
    along = (columns / width - 0.5) * np.cos(angle) + (rows / height - 0.5) * np.sin(angle) - dice.uniform(-0.15, 0.15)
    depth = dice.uniform(0.35, 0.6)
    field = (1 - depth / (1 + np.exp(-along * dice.uniform(40, 120)))).astype(np.float32)
    full = np.asarray(cv2.resize(field, (width, height)), np.float32)[..., None]
    shaded: npt.NDArray[np.float32] = picture.astype(np.float32) * full
    return np.asarray(np.minimum(shaded, 255), np.uint8)

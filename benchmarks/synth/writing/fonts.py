"""Writing with a font: the printed style, and the two handwriting fonts made less even than they are."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.glyphs import Glyph, Mask, trimmed
from benchmarks.synth.writing.strokes import NEAT, StrokeHand


@functools.lru_cache(maxsize=64)
def _face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@functools.lru_cache(maxsize=8)
def _missing_glyph(path: Path) -> bytes:
    """What the face draws for a character that it certainly lacks."""
    return _raster(path, 64, "\U0010fffd").tobytes()


def _raster(path: Path, size: int, character: str) -> Mask:
    """``character`` in a square of twice ``size``, its em box in the middle, baseline at 0.88 em."""
    picture = Image.new("L", (size * 2, size * 2), 0)
    ImageDraw.Draw(picture).text(
        (size // 2, size // 2 + round(0.88 * size)), character, fill=255, font=_face(path, size), anchor="ls"
    )
    return np.asarray(picture)


@functools.lru_cache(maxsize=8192)
def _covers(path: Path, character: str) -> bool:
    return character == " " or _raster(path, 64, character).tobytes() not in (_missing_glyph(path), bytes(128 * 128))


class Printed:
    """Text that came out of a printer: every glyph the same, on a straight line."""

    printed = True

    def __init__(self, path: Path, name: str = "printed") -> None:
        self.name = name
        self._path = path

    def can_write(self, text: str) -> bool:
        return all(_covers(self._path, c) for c in text)

    def glyph(self, character: str, size: float, dice: Dice) -> Glyph:
        if not _covers(self._path, character):
            raise KeyError(character)
        whole = round(size)
        advance = _face(self._path, whole).getlength(character)
        return trimmed(_raster(self._path, whole, character), -(whole // 2), -(whole // 2), advance)


class FontHand:
    """A handwriting font in one writer's hand: slant, unevenness and pen width are the writer's own."""

    printed = False

    def __init__(self, path: Path, name: str, writer: Dice) -> None:
        self.name = name
        self._path = path
        self._slant = writer.near(0.06, 0.06)
        self._narrow = writer.uniform(0.88, 1.04)
        self._uneven = writer.uniform(0.6, 1.4)
        self._weight = writer.uniform(-0.12, 0.2)
        # the Chinese part of these fonts lacks · and some others, which nobody's pen lacks
        self._pen = StrokeHand(NEAT, writer.sub("pen"), medians={})

    def can_write(self, text: str) -> bool:
        return all(_covers(self._path, c) or self._pen.can_write(c) for c in text)

    def glyph(self, character: str, size: float, dice: Dice) -> Glyph:
        if not _covers(self._path, character):
            return self._pen.glyph(character, size, dice)
        over = 2  # drawn larger, then shrunk: the edges stay soft
        whole = round(size * over)
        raster = _raster(self._path, whole, character)
        advance = _face(self._path, whole).getlength(character) / over * self._narrow
        turn = math.radians(dice.near(0, 1.8 * self._uneven))
        grow = dice.near(1.0, 0.035 * self._uneven)
        slant = self._slant + dice.near(0, 0.02 * self._uneven)
        matrix = np.array(
            [
                [grow * self._narrow * math.cos(turn), -math.sin(turn) - slant * grow],
                [math.sin(turn), grow * math.cos(turn)],
            ]
        )
        centre = np.array([whole, whole], float)
        shift = centre - matrix @ centre
        bent = cv2.warpAffine(raster, np.hstack([matrix, shift[:, None]]), (whole * 2, whole * 2), flags=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(bent, (0, 0), max(0.6, 0.012 * whole))
        level = 128 - 110 * (self._weight + dice.near(0, 0.04))
        pen = np.clip((soft.astype(np.float32) - level) * 4 + 128, 0, 255).astype(np.uint8)
        small = cv2.resize(pen, None, fx=1 / over, fy=1 / over, interpolation=cv2.INTER_AREA)
        offset = -round(whole / over / 2)
        return trimmed(np.ascontiguousarray(small), offset, offset, advance)

"""The ways a page reaches the finder, each with the exact truth of every point; and pictures that are no known page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.synth import damage
from benchmarks.synth.dice import Dice
from benchmarks.synth.scan import Delivered, Picture, Points, deliver, noise_named
from forms.form_file import Box, FormPage


@dataclass(frozen=True)
class Shot:
    """A delivered picture; ``to_px``: millimetres of the page to its pixels; ``scale``: pixels per inch, x and y.

    ``rotation``: clockwise degrees to upright. ``gone``: less of the page is there than can be read.
    """

    picture: Picture
    to_px: Callable[[Points], Points]
    scale: tuple[float, float]
    rotation: int


@dataclass(frozen=True)
class Sheet:
    """A filled side at 300 dpi before delivery, its other side, and what is printed where."""

    page: Picture
    other: Picture
    side: FormPage

    @property
    def marks(self) -> list[Box]:
        return [*self.side.corners, *([self.side.qr] if self.side.qr else [])]


Way = Callable[[Sheet, Dice], Shot]


def _scan(page: Picture, sheet: Sheet, noise: str, dice: Dice, *, dpi: int | None = None, turns: int = -1) -> Shot:
    quarter = dice.sub("turns").randrange(4) if turns < 0 else turns
    settings = noise_named("stress", noise)
    return _shot(deliver(page, settings, dice.sub("scan"), other_side=sheet.other, turns=quarter, dpi=dpi))


def _shot(found: Delivered) -> Shot:
    # phones say nothing of resolution; what the paper shows is what errors are measured in
    return Shot(found.picture, found.to_px, (found.dpi, found.dpi), found.rotation)


def _clean(sheet: Sheet, dice: Dice) -> Shot:
    return _scan(sheet.page, sheet, "clean", dice)


def _noise(name: str, dpi: int | None = None) -> Way:
    return lambda sheet, dice: _scan(sheet.page, sheet, name, dice, dpi=dpi)


def _bilevel(sheet: Sheet, dice: Dice) -> Shot:
    shot = _scan(sheet.page, sheet, "askew", dice, dpi=dice.one((200, 300, 400)))
    return Shot(damage.bilevel(shot.picture, dice.sub("bits")), shot.to_px, shot.scale, shot.rotation)


def _fax(sheet: Sheet, dice: Dice, *, fine: bool) -> Shot:
    shot = _scan(sheet.page, sheet, "clean", dice, turns=dice.one((0, 2)))
    dpi = round(shot.scale[0])
    sent, (fx, fy) = damage.faxed(shot.picture, dice.sub("fax"), dpi, fine=fine)
    return Shot(sent, lambda mm: shot.to_px(mm) * (fx, fy), (dpi * fx, dpi * fy), shot.rotation)


def _cut(sheet: Sheet, dice: Dice) -> Shot:
    """Laid askew on the glass or fed too far: up to 13 mm of one edge are gone, with two corner squares."""
    shot = _scan(sheet.page, sheet, "clean", dice)
    away = round(dice.uniform(9, 13) / 25.4 * shot.scale[0])
    edge = dice.randrange(4)
    height, width = shot.picture.shape[:2]
    left, top = (away if edge == 0 else 0), (away if edge == 1 else 0)
    right, bottom = width - (away if edge == 2 else 0), height - (away if edge == 3 else 0)
    part = np.ascontiguousarray(shot.picture[top:bottom, left:right])
    return Shot(part, lambda mm: shot.to_px(mm) - (left, top), shot.scale, shot.rotation)


def _torn(sheet: Sheet, dice: Dice) -> Shot:
    page = damage.torn(sheet.page, dice.randrange(4), dice.sub("tear"))
    return _scan(page, sheet, "askew", dice, dpi=dice.one((200, 300)))


def _photocopy(generations: int) -> Way:
    def way(sheet: Sheet, dice: Dice) -> Shot:
        copied = damage.photocopied(sheet.page, dice.sub("copy"), generations=generations)
        return _scan(copied, sheet, "clean", dice, dpi=dice.one((200, 300)))

    return way


def _hidden(sheet: Sheet, dice: Dice) -> Shot:
    return _scan(damage.hidden(sheet.page, sheet.marks), sheet, "askew", dice, dpi=dice.one((200, 300)))


def _no_code(sheet: Sheet, dice: Dice) -> Shot:
    codes = [sheet.side.qr] if sheet.side.qr else []
    return _scan(damage.hidden(sheet.page, codes), sheet, "askew", dice, dpi=dice.one((200, 300)))


def _shadow(sheet: Sheet, dice: Dice) -> Shot:
    shot = _scan(sheet.page, sheet, dice.one(("snapshot", "askew")), dice, dpi=dice.one((220, 300)))
    return Shot(damage.shadowed(shot.picture, dice.sub("shade")), shot.to_px, shot.scale, shot.rotation)


def _sealed(sheet: Sheet, dice: Dice) -> Shot:
    page = sheet.page
    for number in range(3):
        throw = dice.sub("seal", number)
        page = damage.sealed(page, throw.uniform(30, 180), throw.uniform(30, 260), throw)
    return _scan(page, sheet, "clean", dice)


WAYS: Mapping[str, Way] = {
    "flat scan, any way up": _clean,
    "skew to 10°, 200–600 dpi": _noise("askew"),
    "600 dpi": _noise("askew", 600),
    "dirty": _noise("dirty"),
    "bilevel": _bilevel,
    "fax, fine": lambda sheet, dice: _fax(sheet, dice, fine=True),
    "fax": lambda sheet, dice: _fax(sheet, dice, fine=False),
    "phone, perspective, curl to 3 mm": _noise("snapshot"),
    "phone, curl of 3–5.5 mm": _noise("curled"),
    "hard shadow": _shadow,
    "13 mm cut off an edge": _cut,
    "corner torn off": _torn,
    "three seals": _sealed,
    "code unreadable": _no_code,
    "no code, no squares": _hidden,
    "photocopy": _photocopy(1),
    "photocopy of a photocopy": _photocopy(2),
}


# -- no known page ----------------------------------------------------------------------------------------------------


def half_page(sheet: Sheet, dice: Dice) -> Picture:
    shot = _scan(sheet.page, sheet, "clean", dice, turns=0)
    height = len(shot.picture)
    return np.ascontiguousarray(shot.picture[: height // 2] if dice.chance(0.5) else shot.picture[height // 2 :])


def mirrored(sheet: Sheet, dice: Dice) -> Picture:
    return np.ascontiguousarray(_scan(sheet.page, sheet, "clean", dice).picture[:, ::-1])


def black(_sheet: Sheet, dice: Dice) -> Picture:
    grain = dice.numbers().normal(12, 5, (1754, 1240, 3))
    return np.asarray(grain.clip(0, 255), np.uint8)


def static(_sheet: Sheet, dice: Dice) -> Picture:
    return np.asarray(dice.numbers().integers(0, 255, (1754, 1240, 3)), np.uint8)


def white(_sheet: Sheet, dice: Dice) -> Picture:
    return np.asarray(dice.numbers().normal(248, 2, (1754, 1240, 3)).clip(0, 255), np.uint8)


def shining_through(sheet: Sheet, dice: Dice) -> Picture:
    """The empty back of a filled sheet of thin paper."""
    back = np.asarray(255 - np.fliplr(255 - sheet.page) * 0.13, np.float32)
    return np.asarray(cv2.GaussianBlur(back, (0, 0), 2) + dice.numbers().normal(-4, 2, back.shape), np.uint8)


def snapshot(_sheet: Sheet, dice: Dice) -> Picture:
    """A picture of no paper at all: smooth shapes of many colours, hair, light and shade (as of a cat on a sofa)."""
    noise = dice.numbers()
    scene = np.zeros((1600, 1200, 3), np.float32)
    for octave in (3, 8, 20, 60, 180):
        rough = noise.normal(0, 1, (octave, max(2, octave * 3 // 4), 3)).astype(np.float32)
        smooth = np.asarray(cv2.resize(rough, (1200, 1600), interpolation=cv2.INTER_CUBIC), np.float32)
        scene += smooth * (60 / octave**0.4)
    picture = np.clip(scene + 120, 0, 255).astype(np.uint8)
    for _ in range(900):
        at = noise.integers(0, (1200, 1600))
        to = at + noise.normal(0, 28, 2)
        shade = tuple(float(v) for v in picture[min(1599, at[1]), min(1199, at[0])] * noise.uniform(0.4, 1.5))
        cv2.line(picture, tuple(int(v) for v in at), tuple(int(v) for v in to), shade, 2, cv2.LINE_AA)
    return picture


def english_letter(_sheet: Sheet, dice: Dice) -> Picture:
    page = np.full((1754, 1240, 3), 246, np.uint8)
    words = ("the", "of", "and", "to", "in", "is", "you", "that", "it", "he", "was", "for", "on", "are", "with", "they")
    for row in range(30):
        text = " ".join(dice.one(words) for _ in range(11))
        cv2.putText(page, text, (110, 160 + row * 48), cv2.FONT_HERSHEY_COMPLEX, 0.9, (30, 30, 30), 2, cv2.LINE_AA)
    return page


NOTHING: Mapping[str, tuple[Callable[[Sheet, Dice], Picture], frozenset[str]]] = {
    "half a page": (half_page, frozenset({"partly_visible", "no_form_found"})),
    "mirrored": (mirrored, frozenset({"mirrored"})),
    "black": (black, frozenset({"too_dark"})),
    "noise": (static, frozenset({"noise"})),
    "white": (white, frozenset({"blank"})),
    "back, the front shines through": (shining_through, frozenset({"blank"})),
    "photo of no paper": (snapshot, frozenset({"no_form_found", "noise"})),
    "letter in English": (english_letter, frozenset({"no_form_found"})),
}
"""Pictures without a known form, and the reasons that are right."""

"""Drawn copies of identity papers: an identity card's two sides and a household register card. All invented.

Sizes as GA 490 (85.6 x 54 mm) and the register's (105 x 143 mm); drawn as plain text and rules, without emblems,
portraits or guilloches, so that nothing made here could be taken for a real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.synth.dice import Dice
from benchmarks.synth.people import Household, Person
from benchmarks.synth.places import Place
from benchmarks.synth.writing.glyphs import PX_PER_MM
from benchmarks.synth.writing.writer import Page
from forms.catalog import RESOURCES
from forms.code_tables import code_table

FONT = RESOURCES / "fonts" / "NotoSansSC-Regular.otf"
SERIF = RESOURCES / "fonts" / "NotoSerifSC-Regular.otf"


@dataclass(frozen=True, slots=True)
class Holder:
    """What a paper says of a person. ``relation``: to the head of the household, as printed."""

    name: str
    sex: str
    ethnic: str
    born: date
    address: str
    number: str
    relation: str = ""

    @classmethod
    def of(cls, person: Person, place: Place, relation: str = "") -> Holder:
        """Raises ValueError for somebody without a number."""
        if person.number is None:
            raise ValueError("no number, no card")
        sex = {"1": "男", "2": "女"}[person.sex]
        ethnic = code_table("ethnic_group").label(person.ethnic).removesuffix("族")
        return cls(person.name.full, sex, ethnic, person.born, place.full, person.number, relation)


def holders(house: Household) -> list[Holder]:
    """The child and its parents, as far as they have numbers, with their relation to the father as head."""
    people = ((house.child, "子" if house.child.sex == "1" else "女"), (house.father, "户主"), (house.mother, "妻"))
    return [Holder.of(p, house.registered, relation) for p, relation in people if p is not None and p.number]


class _Pen:
    def __init__(self, page: Image.Image, left: float, top: float) -> None:
        self.draw = ImageDraw.Draw(page)
        self.left, self.top = left, top

    def put(self, x: float, y: float, text: str, size: float, *, shade: int = 25, serif: bool = False) -> None:
        font = ImageFont.truetype(SERIF if serif else FONT, size * PX_PER_MM)
        place = ((self.left + x) * PX_PER_MM, (self.top + y) * PX_PER_MM)
        self.draw.text(place, text, fill=(shade, shade, shade), font=font)

    def frame(self, x: float, y: float, w: float, h: float, width: int = 2) -> None:
        box = [(self.left + x) * PX_PER_MM, (self.top + y) * PX_PER_MM]
        box += [box[0] + w * PX_PER_MM, box[1] + h * PX_PER_MM]
        self.draw.rectangle(box, outline=(70, 70, 70), width=width)


def copy_page(cards: list[Holder], dice: Dice, *, back: bool = True) -> Page:
    """An A4 photocopy with the cards one below the other, each with its other side beside or below it."""
    page = Image.new("RGB", (round(210 * PX_PER_MM), round(297 * PX_PER_MM)), (253, 253, 252))
    top = 25 + dice.uniform(0, 8)
    for number, holder in enumerate(cards):
        _card(page, holder, 12 + dice.uniform(0, 4), top, dice.sub(number))
        if back:
            _card_back(page, 112, top + dice.uniform(-2, 2))
        top += 66
    return np.asarray(page)[:, :, ::-1].copy()


def _card(page: Image.Image, holder: Holder, left: float, top: float, dice: Dice) -> None:
    pen = _Pen(page, left, top)
    pen.frame(0, 0, 85.6, 54)
    lines = [holder.address[i : i + 11] for i in range(0, len(holder.address), 11)]
    pen.put(5, 6, "姓名", 2.9, shade=110)
    pen.put(15, 5.5, holder.name, 3.6)
    pen.put(5, 13.5, "性别", 2.9, shade=110)
    pen.put(15, 13, holder.sex, 3.6)
    pen.put(26, 13.5, "民族", 2.9, shade=110)
    pen.put(36, 13, holder.ethnic, 3.6)
    pen.put(5, 20.5, "出生", 2.9, shade=110)
    pen.put(15, 20, f"{holder.born.year} 年 {holder.born.month} 月 {holder.born.day} 日", 3.4)
    pen.put(5, 27.5, "住址", 2.9, shade=110)
    for row, line in enumerate(lines[:3]):
        pen.put(15, 27 + 4.8 * row, line, 3.4)
    pen.put(5, 46, "公民身份号码", 2.9, shade=110)
    pen.put(27, 45.2, holder.number, 4.2)
    pen.frame(61, 8, 20, 26, 1)
    shade = 170 + dice.randint(0, 40)
    pen.draw.ellipse(
        [(left + 66) * PX_PER_MM, (top + 12) * PX_PER_MM, (left + 76) * PX_PER_MM, (top + 24) * PX_PER_MM],
        fill=(shade, shade, shade),
    )


def _card_back(page: Image.Image, left: float, top: float) -> None:
    pen = _Pen(page, left, top)
    pen.frame(0, 0, 85.6, 54)
    pen.put(30, 10, "中华人民共和国", 5.0, serif=True)
    pen.put(28, 19, "居 民 身 份 证", 6.0, serif=True)
    pen.put(20, 38, "签发机关", 2.9, shade=110)
    pen.put(36, 37.6, "某县公安局", 3.2)
    pen.put(20, 45, "有效期限", 2.9, shade=110)
    pen.put(36, 44.6, "2019.03.04-2039.03.04", 3.2)

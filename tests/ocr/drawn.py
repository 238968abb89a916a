"""Writing drawn with the shipped faces, and a small form to write on: what the reader's tests look at."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from forms.catalog import RESOURCES
from forms.form_file import Box, Form, FormField, FormOption, FormPage
from forms.kinds import Kind
from ocr.registration import PX_PER_MM, Match, RegisteredPage, lay

WIDTH_MM, HEIGHT_MM = 120.0, 90.0
NAME = Box(20, 8, 60, 10)
ADDRESS = Box(20, 20, 90, 14)
COMB = tuple(Box(20 + 4.6 * i, 38, 4.6, 7) for i in range(18))
BOXES = (Box(22, 52, 4, 4), Box(50, 52, 4, 4), Box(78, 52, 4, 4))
CHOICE = Box(20, 50, 90, 8)


@cache
def face(size: int, name: str = "NotoSerifSC-Regular.otf") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(RESOURCES / "fonts" / name), size)


def line(text: str, size: int = 44) -> npt.NDArray[np.uint8]:
    """A line of text, grey, dark on white, with a little paper around it."""
    drawn = Image.new("L", (int(face(size).getlength(text)) + 24, round(size * 1.45)), 255)
    ImageDraw.Draw(drawn).text((12, 0), text, 0, font=face(size))
    return np.asarray(drawn, dtype=np.uint8)


def small_form(*, multiple: bool = False) -> Form:
    """One page with a name, an address of two lines, a comb for an ID number and a choice of three."""
    fields = (
        FormField("child_name", "姓名", Kind.NAME, 1, NAME),
        FormField("child_residence", "现居住地", Kind.ADDRESS, 1, ADDRESS),
        FormField("child_id_number", "公民身份号码", Kind.ID_NUMBER, 1, Box(19, 37, 85, 9), COMB),
        FormField("school_nature", "办学性质", Kind.CHOICE, 1, CHOICE, (), multiple, _options()),
        FormField("sign_guardian", "监护人（签名）", Kind.SIGNATURE, 1, Box(20, 64, 60, 12)),
    )
    blank = cv2.imencode(".png", np.asarray(_print(), dtype=np.uint8))[1].tobytes()
    return Form("small", "1", "小表", (FormPage(WIDTH_MM, HEIGHT_MM, blank=blank, blank_dpi=300),), fields)


def _options() -> tuple[FormOption, ...]:
    labels = (("public", "公办"), ("private", "民办"), ("purchased", "政府购买学位"))
    return tuple(FormOption(code, label, box) for (code, label), box in zip(labels, BOXES, strict=True))


def px(*millimetres: float) -> tuple[float, ...]:
    return tuple(v * PX_PER_MM for v in millimetres)


def point(x: float, y: float) -> tuple[float, float]:
    return x * PX_PER_MM, y * PX_PER_MM


def _print() -> Image.Image:
    paper = Image.new("L", (round(WIDTH_MM * PX_PER_MM), round(HEIGHT_MM * PX_PER_MM)), 255)
    pen = ImageDraw.Draw(paper)
    for box in (NAME, ADDRESS, *COMB, *BOXES, CHOICE, Box(20, 64, 60, 12)):
        pen.rectangle(px(box.x, box.y, box.right, box.bottom), outline=0, width=3)
    for option in _options():
        pen.text(point(option.box.right + 1, option.box.y - 0.7), option.label, 0, font=face(44))
    pen.text(point(4, 10), "姓名", 0, font=face(44))
    return paper


class Sheet:
    """The small form's paper, to write on in millimetres."""

    def __init__(self, *, multiple: bool = False) -> None:
        self.form = small_form(multiple=multiple)
        self.paper = _print().convert("RGB")
        self.pen = ImageDraw.Draw(self.paper)

    def write(self, x: float, y: float, text: str, size: int = 50) -> Sheet:
        self.pen.text(point(x, y), text, (20, 20, 30), font=face(size))
        return self

    def stroke(self, *points: float, width: int = 5, ink: tuple[int, int, int] = (20, 20, 40)) -> Sheet:
        """A pen stroke through x, y pairs in millimetres."""
        self.pen.line(px(*points), fill=ink, width=width, joint="curve")
        return self

    def fill(self, box: Box, ink: tuple[int, int, int] = (20, 20, 40)) -> Sheet:
        self.pen.rectangle(px(box.x, box.y, box.right, box.bottom), fill=ink)
        return self

    def shade(self, x: float, width: float = 5.0, deep: float = 0.38) -> Sheet:
        """The shadow along an upright fold: deepening over ``width`` millimetres, then light again at once."""
        light = np.ones(self.paper.width, np.float32)
        right, broad = round(x * PX_PER_MM), round(width * PX_PER_MM)
        light[right - broad : right] = np.linspace(1, 1 - deep, broad)
        shaded = np.asarray(self.paper, dtype=np.float32) * light[None, :, None]
        self.paper = Image.fromarray(shaded.astype(np.uint8))
        self.pen = ImageDraw.Draw(self.paper)
        return self

    def dot(self, x: float, y: float, across: float = 0.8) -> Sheet:
        self.pen.ellipse(px(x - across / 2, y - across / 2, x + across / 2, y + across / 2), fill=(40, 40, 40))
        return self

    def laid(self, shift: tuple[float, float] = (0, 0)) -> RegisteredPage:
        """The page as registered; ``shift``: by how many pixels the registration is off."""
        picture = np.ascontiguousarray(np.asarray(self.paper, dtype=np.uint8)[:, :, ::-1])
        homography = np.array([[PX_PER_MM, 0, shift[0]], [0, PX_PER_MM, shift[1]], [0, 0, 1]])
        return lay(picture, Match(self.form, 1, homography))

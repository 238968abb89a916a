"""The blank of one prefilled copy: the empty form with the values on it that were printed for its serial.

With it as the page's blank, what is taken away from a cell as printed is the rules and the printed value; what is left
was written by hand. The same faces and places as the printing's (``forms.prefill``), so that it fits to a pixel or two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms.catalog import RESOURCES
from forms.form_file import PrintedText
from forms.layout import POINT
from forms.prefill import PrintedValue
from ocr.registration import PX_PER_MM, Picture, RegisteredPage

FACES = {"sans": "NotoSansSC-Regular.otf", "serif": "NotoSerifSC-Regular.otf", "title": "NotoSerifSC-Bold.otf"}
ASCENT = 0.88
"""Share of the em above the baseline (OS/2 metrics of Noto CJK; the drawing of forms uses the same)."""


@lru_cache(maxsize=16)
def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(RESOURCES / "fonts" / FACES[face], size * POINT * PX_PER_MM)


def with_values(view: RegisteredPage, values: Iterable[PrintedValue]) -> RegisteredPage:
    """The page with the values of its side drawn onto its blank."""
    texts = [text for value in values if value.field.page == view.page for text in value.texts]
    return replace(view, blank=drawn(view.blank, texts))


def drawn(blank: Picture, texts: Iterable[PrintedText]) -> Picture:
    """The blank (grey, ``PX_PER_MM``) with single lines of text set on it in black."""
    canvas = Image.fromarray(blank.copy())
    pen = ImageDraw.Draw(canvas)
    for text in texts:
        box, em = text.box, text.size * POINT
        baseline = (box.y + (box.h - em) / 2 + ASCENT * em) * PX_PER_MM
        across = {"left": box.x, "center": box.x + box.w / 2, "right": box.right}[text.align]
        anchor = {"left": "ls", "center": "ms", "right": "rs"}[text.align]
        pen.text((across * PX_PER_MM, baseline), text.text, fill=0, font=_font(text.face, text.size), anchor=anchor)
    return np.asarray(canvas, dtype=np.uint8)


def text_boxes(value: PrintedValue) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom in pixels of the rectified page of every piece that is printed."""
    found = []
    for text in value.texts:
        box, em = text.box, text.size * POINT
        width = _font(text.face, text.size).getlength(text.text) / PX_PER_MM
        left = {"left": box.x, "center": box.x + (box.w - width) / 2, "right": box.right - width}[text.align]
        top = box.y + (box.h - em) / 2
        sides = (left, top, left + width, top + em)
        found.append(tuple(round(side * PX_PER_MM) for side in sides))
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in found]

"""One side of a delivered blank, whatever it is: a picture, a drawn PDF page with its text, a scan in a PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pdfplumber

from forms.form_file import Box
from ocr.delivered import DeliveredFile
from ocr.learning.asked import LearnedPage
from ocr.learning.page import learn_page
from ocr.learning.printed import Character
from ocr.pdf import POINTS_PER_INCH, PdfFile
from ocr.reading import Part
from ocr.recogniser import Recogniser
from ocr.sheets import cut_out

POINT_MM = 25.4 / POINTS_PER_INCH
PICTURED = 0.5
"""Share of a PDF page covered by a picture, from which it is a scan whatever text it carries."""


def learn_delivered(
    delivered: DeliveredFile, index: int, recogniser: Recogniser, part: Part | None = None
) -> LearnedPage:
    """One side of a delivered blank. Raises OcrFailed when it can't be decoded."""
    page = cut_out(delivered.page(index), part)
    # the text of a page with several sheets isn't told apart by sheet: what is seen is read
    if part is not None or not isinstance(delivered, PdfFile):
        return learn_page(page, recogniser)
    characters, scanned = printed_characters(delivered, index)
    return learn_page(page, recogniser, () if scanned else characters, exact=not scanned)


def printed_characters(pdf: PdfFile, index: int) -> tuple[list[Character], bool]:
    """The text of a PDF page with its places in millimetres, and whether the page is the picture of a scan."""
    try:
        with pdfplumber.open(io.BytesIO(pdf.data), password=pdf.password or "") as document:
            page = document.pages[index]
            left, top = float(page.cropbox[0]), float(page.cropbox[1])
            area = float(page.width) * float(page.height)
            covered = sum(_area(picture) for picture in page.images)
            characters = [c for c in (_character(raw, left, top) for raw in page.chars) if c is not None]
    # pdfminer meets broken files with whatever its parser stumbles over; the drawn page is then read by the network
    except Exception:  # noqa: BLE001
        return [], False
    return characters, covered > PICTURED * area


def _area(picture: Mapping[str, Any]) -> float:
    return max(0.0, float(picture["x1"]) - float(picture["x0"])) * max(
        0.0, float(picture["bottom"]) - float(picture["top"])
    )


def _character(raw: Mapping[str, Any], left: float, top: float) -> Character | None:
    text = str(raw["text"])
    w, h = float(raw["x1"]) - float(raw["x0"]), float(raw["bottom"]) - float(raw["top"])
    if not text.strip() or "(cid:" in text or "\ue000" <= text[0] <= "\uf8ff" or w <= 0 or h <= 0:
        return None
    x, y = (float(raw["x0"]) - left) * POINT_MM, (float(raw["top"]) - top) * POINT_MM
    return Character(text, Box(x, y, w * POINT_MM, h * POINT_MM))

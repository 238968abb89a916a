"""PDF files drawn as pictures, 300 dots per inch, by PDFium. Runs in the worker only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2

from ocr.images import MAX_PAGES, Delivered, encrypted, too_large, truncated, wrong_password
from ocr.reading import SourcePage

DPI = 300
MAX_DRAWN_PIXELS = 40_000_000
"""An A3 page at 300 dpi has 17 million; larger pages are drawn more coarsely."""
POINTS_PER_INCH = 72
EXACT = 1 - 1e-6
"""A scan of 2481 pixels is 595.44 points wide, which is 2481.0000001 pixels again: not 2482."""


class PdfFile:
    """A delivered PDF. Raises OcrFailed (``encrypted``, ``truncated``, ``too_large``)."""

    def __init__(self, data: bytes, password: str | None = None) -> None:
        self.data = data
        self.password = password
        if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-4096:]:
            # PDFium repairs what it can and silently leaves out the rest; a page could come out empty
            raise truncated()
        with _drawing(password):
            self._pdf = pypdfium2.PdfDocument(data, password=password)
            if len(self._pdf) > MAX_PAGES:
                raise too_large()
            if len(self._pdf) == 0:
                raise truncated()
            self._pdf.init_forms()  # else what was typed into form fields isn't drawn
            self.pages = tuple(self._describe(index) for index in range(len(self._pdf)))

    def _describe(self, index: int) -> SourcePage:
        width, height = self._pdf.get_page_size(index)
        dpi = self.dpi(index)
        scale = dpi / POINTS_PER_INCH * EXACT
        return SourcePage(index, math.ceil(width * scale), math.ceil(height * scale), dpi)

    def dpi(self, index: int) -> int:
        """300, or less where the page would be larger than any sheet."""
        width, height = self._pdf.get_page_size(index)
        if width <= 0 or height <= 0:
            raise truncated()
        most = math.sqrt(MAX_DRAWN_PIXELS / (width * height)) * POINTS_PER_INCH
        return max(1, min(DPI, int(most)))

    def page(self, index: int, at_most: int = DPI) -> Delivered:
        """Draw one page, at ``at_most`` dots per inch. Raises OcrFailed."""
        with _drawing(self.password):
            dpi = min(at_most, self.dpi(index))
            page = self._pdf[index]
            try:
                bitmap = page.render(scale=dpi / POINTS_PER_INCH * EXACT, rev_byteorder=False, maybe_alpha=False)
                drawn = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8, order="C")
                bitmap.close()
            finally:
                page.close()
        return Delivered(drawn, dpi, dpi)

    def close(self) -> None:
        self._pdf.close()
        self.data = b""


@contextmanager
def _drawing(password: str | None) -> Iterator[None]:
    try:
        yield
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise (wrong_password() if password else encrypted()) from error
        raise truncated() from error
    except MemoryError as error:
        raise too_large() from error

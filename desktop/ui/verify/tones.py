"""Faint pencil made dark, or light on dark: for looking only, the stored picture stays what it is."""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QImage, qRgb

from desktop.ui.widgets.page_picture import PagePicture

SAMPLE = 160  # a page is weighed at so many pixels across


class Tone(Enum):
    """How the paper is shown; the value is what the button says next to its key."""

    PLAIN = "原样"
    DARKER = "加深"
    INVERTED = "反色"

    @property
    def following(self) -> Tone:
        """The next one round."""
        tones = list(Tone)
        return tones[(tones.index(self) + 1) % len(tones)]


def toned(page: PagePicture, tone: Tone) -> PagePicture:
    """The page in another tone, in all its sizes."""
    if tone is Tone.PLAIN or page.images[0].isNull():
        return page
    if tone is Tone.INVERTED:
        return PagePicture(*map(_inverted, page.images))
    grey = [image.convertToFormat(QImage.Format.Format_Grayscale8) for image in page.images]
    dark, light = _ends(grey[-1])
    return PagePicture(*(_stretched(image, dark, light) for image in grey))


def _inverted(image: QImage) -> QImage:
    other = image.copy()
    other.invertPixels()
    return other


def _ends(grey: QImage) -> tuple[int, int]:
    """The darkest ink, and the paper: what lies between is spread over the whole scale."""
    small = grey.scaledToWidth(SAMPLE).convertToFormat(QImage.Format.Format_Grayscale8)
    lines = memoryview(small.constBits())
    stride = small.bytesPerLine()
    levels = sorted(b"".join(lines[y * stride : y * stride + small.width()] for y in range(small.height())))
    paper = levels[len(levels) // 2]
    ink = levels[len(levels) // 200]
    return min(ink, paper - 32), max(paper - 12, 1)


def _stretched(grey: QImage, dark: int, light: int) -> QImage:
    span = max(light - dark, 1)
    table = []
    for level in range(256):
        part = min(max((level - dark) / span, 0.0), 1.0)
        shade = round(255 * part**1.6)  # the middle goes to the ink's side
        table.append(qRgb(shade, shade, shade))
    # the same bytes, read as numbers of a palette
    mapped = QImage(grey.constBits(), grey.width(), grey.height(), grey.bytesPerLine(), QImage.Format.Format_Indexed8)
    mapped.setColorTable(table)
    return mapped.convertToFormat(QImage.Format.Format_RGB32)

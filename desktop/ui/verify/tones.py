"""Faint pencil made dark, or light on dark: for looking only, the stored picture stays what it is."""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QImage, QPixmap, qRgb

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


def toned(page: QPixmap, tone: Tone) -> QPixmap:
    """The page in another tone."""
    if tone is Tone.PLAIN or page.isNull():
        return page
    image = page.toImage()
    if tone is Tone.INVERTED:
        image.invertPixels()
        return QPixmap.fromImage(image)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    dark, light = _ends(grey)
    return QPixmap.fromImage(_stretched(grey, dark, light))


def _ends(grey: QImage) -> tuple[int, int]:
    """The darkest ink, and the paper: what lies between is spread over the whole scale."""
    small = grey.scaledToWidth(SAMPLE)
    levels = sorted(small.pixelColor(x, y).lightness() for y in range(small.height()) for x in range(small.width()))
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

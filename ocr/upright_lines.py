"""Lines of free text on the page as a person holds it: boxes in upright pixels, whatever way it was scanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.reading import PageReading, PixelBox


@dataclass(frozen=True, slots=True)
class UprightLine:
    """One line; ``box``: left, top, right, bottom in upright pixels, ``delivered`` as ``TextLine.box_px``."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]
    delivered: PixelBox

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def upright_lines(reading: PageReading) -> tuple[UprightLine, ...]:
    """The page's lines of text, turned upright."""
    width, height = reading.size_px
    found = []
    for line in reading.lines:
        x, y, w, h = line.box_px
        box = _turned((x, y, x + w, y + h), width, height, reading.rotation)
        found.append(UprightLine(line.text.strip(), line.confidence, box, line.box_px))
    return tuple(found)


def _turned(
    box: tuple[float, float, float, float], width: int, height: int, rotation: int
) -> tuple[float, float, float, float]:
    """Left, top, right, bottom after turning clockwise; without OpenCV, as the window's process imports this."""
    left, top, right, bottom = box
    if rotation == 90:
        return (height - bottom, left, height - top, right)
    if rotation == 180:
        return (width - right, height - bottom, width - left, height - top)
    if rotation == 270:
        return (top, width - right, bottom, width - left)
    return box


def view_box(lines: Sequence[UprightLine], reading: PageReading) -> PixelBox:
    """The rectangle around the lines in the viewing copy."""
    turned = reading.rotation % 180 == 90
    width, height = reversed(reading.size_px) if turned else reading.size_px
    across, down = reading.view_width_px / max(1, width), reading.view_height_px / max(1, height)
    left, top = min(line.box[0] for line in lines) * across, min(line.box[1] for line in lines) * down
    right, bottom = max(line.box[2] for line in lines) * across, max(line.box[3] for line in lines) * down
    return round(left), round(top), round(right - left), round(bottom - top)

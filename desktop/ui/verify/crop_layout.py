"""How a piece of the page is laid out above the value: large enough to read, wrapped rather than shrunk. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF

LINE_PX = 64  # a written line is at least so high on the screen
LEAST_PX = 50  # a little less where that saves a second strip with next to nothing in it
LINE_MM = 11.0  # a written line is at most so high on paper; taller boxes hold several
PRINTED_PX = 40  # the same for rows of printed options
MOST_PX = 224  # a crop is at most so high
MARGIN_MM = (2.0, 1.2)  # of paper around the box: ink that left it
OVERLAP_MM = 6.0  # what two strips share: no character is cut in both
STRIPS = 3
GAP = 8


def beside(strip: Strip, page: QRect, width: float) -> Strip:
    """The same strip with what stands right of it on paper, up to the full width: drawn veiled, it frames the field."""
    scale = strip.target.width() / strip.source.width()
    right = min(page.right() + 1, strip.source.left() + round(width / scale))
    source = QRect(strip.source.left(), strip.source.top(), right - strip.source.left(), strip.source.height())
    return _strip(source, scale, strip.target.top())


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of the page and where it is drawn."""

    source: QRect
    target: QRectF

    def place(self, box: QRect) -> QRectF | None:
        """Where a place of the page stands on the screen, None when it is not in this strip."""
        inside = self.source.intersected(box)
        if inside.isEmpty() or inside.width() * 2 < box.width():
            return None
        scale = self.target.width() / self.source.width()
        corner = QPointF(inside.topLeft() - self.source.topLeft()) * scale + self.target.topLeft()
        return QRectF(corner, QRectF(inside).size() * scale)


def strips(box: QRect, page: QRect, px_per_mm: float, width: float, *, printed: bool = False) -> tuple[Strip, ...]:
    """One strip where the box fits into ``width`` screen pixels, else up to three that overlap.

    ``printed``: what has to be read is print and ticks; it may be smaller before it is wrapped.
    """
    x, y = round(MARGIN_MM[0] * px_per_mm), round(MARGIN_MM[1] * px_per_mm)
    whole = box.adjusted(-x, -y, x, y).intersected(page)
    if whole.isEmpty():
        return ()
    one_line = min(box.height(), LINE_MM * px_per_mm)
    least = PRINTED_PX if printed else LEAST_PX
    scale = LINE_PX / one_line
    if printed or width / whole.width() >= least / one_line:
        scale = min(scale, max(width / whole.width(), least / one_line))
    several_lines = box.height() > LINE_MM * px_per_mm * 1.3
    if several_lines:
        scale = min(scale, MOST_PX / whole.height(), width / whole.width())
        return (_strip(whole, scale, 0.0),)
    overlap = OVERLAP_MM * px_per_mm
    count = _count(whole.width(), overlap, width / scale)
    count = min(count, STRIPS)
    span = (whole.width() + overlap * (count - 1)) / count
    scale = min(scale, width / span)
    made = []
    for number in range(count):
        left = whole.left() + round(number * (span - overlap))
        right = min(left + math.ceil(span), whole.right() + 1)
        source = QRect(left, whole.top(), right - left, whole.height())
        made.append(_strip(source, scale, number * (whole.height() * scale + GAP)))
    return tuple(made)


def _count(wide: float, overlap: float, room: float) -> int:
    """How many strips of ``room`` page pixels cover ``wide`` when neighbours share ``overlap``."""
    if wide <= room * 1.02:
        return 1
    if room <= overlap:
        return STRIPS
    return math.ceil((wide - overlap) / (room - overlap))


def _strip(source: QRect, scale: float, top: float) -> Strip:
    return Strip(source, QRectF(0, top, source.width() * scale, source.height() * scale))


def height(laid: tuple[Strip, ...]) -> int:
    """The height that these strips need."""
    return math.ceil(max((strip.target.bottom() for strip in laid), default=LINE_PX))

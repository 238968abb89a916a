"""The crop above the value: the field as written, doubtful characters outlined; it tells when it was on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import roles
from desktop.ui.verify import crop_layout

EDGE = 8
A4_MM = 210
TICK = 24
VEIL = 200  # of 255: what is not the field is barely there


class CropView(QWidget):
    """``painted`` is true once the crop of the present field was drawn: no key may answer before."""

    first_painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("纸上写的")
        self._page = QPixmap()
        self._box: QRect | None = None
        self._doubts: tuple[QRect, ...] = ()
        self._ticked: tuple[QRect, ...] = ()
        self._words = ""
        self._printed = False
        self._ready = False
        self._painted = False
        self._taken = False
        self._laid: tuple[crop_layout.Strip, ...] = ()
        self._settle()

    @property
    def painted(self) -> bool:
        return self._painted

    def wait(self, words: str) -> None:
        """Nothing to see yet: the page is on its way. No key may answer."""
        self._show(QPixmap(), None, (), words, ready=False)

    def show_crop(self, page: QPixmap, box: QRect, doubts: Sequence[QRect] = (), *, printed: bool = False) -> None:
        """The field's place on its page; ``printed`` for options and ticks."""
        self._printed = printed
        self._show(page, box, tuple(doubts), "", ready=True)

    def show_words(self, words: str) -> None:
        """A field without a place on any page we have."""
        self._show(QPixmap(), None, (), words, ready=True)

    def show_ticked(self, boxes: Sequence[QRect]) -> None:
        """Tick boxes that count as ticked at the moment."""
        self._ticked = tuple(boxes)
        self.update()

    def show_taken(self) -> None:
        """The answer was taken; what comes next is on its way."""
        self._taken = True
        self.update()

    def _show(self, page: QPixmap, box: QRect | None, doubts: tuple[QRect, ...], words: str, *, ready: bool) -> None:
        self._page, self._box, self._doubts, self._words = page, box, doubts, words
        self._ticked = ()
        self._taken = False
        self._ready = ready
        self.setAccessibleDescription(words)
        self._painted = False
        self._settle()

    def _settle(self) -> None:
        self._laid = ()
        if self._box is not None and not self._page.isNull() and self.width() > 2 * EDGE:
            page = QRect(0, 0, self._page.width(), self._page.height())
            per_mm, room = self._page.width() / A4_MM, self.width() - 2 * EDGE
            self._laid = crop_layout.strips(self._box, page, per_mm, room, printed=self._printed)
        wanted = crop_layout.height(self._laid) + 2 * EDGE
        if wanted != self.height() or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, crop_layout.height(self._laid) + 2 * EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def paintEvent(self, _event: QPaintEvent) -> None:
        of = roles()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(of.line), 1))
        # the scan is what it is; only what frames it is dark in the dark theme
        painter.setBrush(QColor(of.panel if self._laid else of.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if not self._laid:
            painter.setPen(QColor(of.secondary))
            room = self.rect().adjusted(EDGE, 0, -EDGE, 0)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), self._words)
        self._paint_paper(painter)
        self._outline(painter, self._doubts, QColor("#C98A00"))
        self._outline(painter, self._ticked, QColor("#1F6391"))
        if self._taken:
            self._tick(painter)
        if self._ready and (self._laid or self._box is None) and not self._painted:
            self._painted = True
            self.first_painted.emit()

    def _paint_paper(self, painter: QPainter) -> None:
        page = QRect(0, 0, self._page.width(), self._page.height())
        for strip in self._laid:
            if len(self._laid) > 1:
                painter.drawPixmap(strip.target.translated(EDGE, EDGE), self._page, QRectF(strip.source))
                continue
            around = crop_layout.beside(strip, page, self.width() - 2 * EDGE)
            painter.drawPixmap(around.target.translated(EDGE, EDGE), self._page, QRectF(around.source))
            rest = around.target.adjusted(strip.target.width(), 0, 0, 0).translated(EDGE, EDGE)
            veil = QColor(roles().panel)
            veil.setAlpha(VEIL)
            painter.fillRect(rest, veil)

    def _tick(self, painter: QPainter) -> None:
        box = QRectF(self.width() - EDGE - TICK, EDGE, TICK, TICK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#2E7D4F"))
        painter.drawEllipse(box)
        pen = QPen(QColor("#FFFFFF"), 2.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        points = [box.topLeft() + QPointF(x, y) * TICK for x, y in ((0.28, 0.53), (0.44, 0.69), (0.73, 0.34))]
        painter.drawPolyline(points)

    def _outline(self, painter: QPainter, boxes: tuple[QRect, ...], colour: QColor) -> None:
        painter.setPen(QPen(colour, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in boxes:
            for strip in self._laid:
                place = strip.place(box)
                if place is not None:
                    painter.drawRoundedRect(place.translated(EDGE, EDGE).adjusted(-2, -2, 2, 2), 3, 3)

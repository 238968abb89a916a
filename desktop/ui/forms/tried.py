"""A filled page with what the proposed form reads, each value over its place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import LIGHT, roles, sized
from records.views_forms import TriedField, TriedPage

INSIDE = 3


class TriedView(QWidget):
    """Shows one tried page; the chosen field is framed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tried")
        self.setAccessibleName("试读的一页")
        self.page: TriedPage | None = None
        self._picture = QPixmap()
        self._scaled = QPixmap()
        self._room = 600
        self._chosen = ""

    def show_page(self, page: TriedPage | None) -> None:
        """Another page, or none."""
        self.page = page
        self._picture = QPixmap()
        if page is not None:
            self._picture.loadFromData(page.image)
        self._size()

    def fit(self, width: int) -> None:
        """As wide as there is room."""
        if self._room != max(width, 200):
            self._room = max(width, 200)
            self._size()

    def choose(self, key: str) -> QRectF | None:
        """Frame the field; where it stands in this widget."""
        self._chosen = key
        self.update()
        return next((self.place(field) for field in self.page.fields if field.key == key), None) if self.page else None

    def _size(self) -> None:
        if self._picture.isNull():
            self.setFixedSize(QSize(self._room, 200))
        else:
            height = round(self._room * self._picture.height() / self._picture.width())
            self.setFixedSize(QSize(self._room, height))
            ratio = self.devicePixelRatioF()
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = self._picture.scaled(self.size() * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._scaled.setDevicePixelRatio(ratio)
        self.update()

    def place(self, field: TriedField) -> QRectF:
        """Where a field stands in this widget."""
        scale = self.width() / max(self._picture.width(), 1)
        x, y, w, h = field.box
        return QRectF(x * scale, y * scale, w * scale, h * scale)

    def paintEvent(self, _event: QPaintEvent) -> None:
        of = roles()
        painter = QPainter(self)
        if self.page is None or self._picture.isNull():
            painter.fillRect(self.rect(), QColor(of.panel))
            return
        painter.drawPixmap(0, 0, self._scaled)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for field in self.page.fields:
            self._paint(painter, field)

    def _paint(self, painter: QPainter, field: TriedField) -> None:
        of = LIGHT  # paper is white in the dark theme too
        place = self.place(field)
        colour = QColor(of.acts if field.sure else of.doubt)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2.5 if field.key == self._chosen else 1))
        painter.drawRect(place)
        if not field.text:
            return
        font = sized(12)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        words = metrics.elidedText(field.text, Qt.TextElideMode.ElideRight, max(place.width(), 96) - 2 * INSIDE)
        width = metrics.horizontalAdvance(words) + 2 * INSIDE
        # on the upper edge of its place: what is written there stays to be seen
        label = QRectF(place.left(), max(0.0, place.top() - metrics.height() * 0.6), width, metrics.height())
        ground = QColor(of.panel if field.sure else of.doubt_ground)
        ground.setAlpha(235)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(label, 3, 3)
        painter.setPen(QColor(of.ink if field.sure else of.doubt))
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), words)

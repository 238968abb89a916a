"""One page: whole, or following a place on it that glows; wheel and drag move it, nothing is altered."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import roles
from desktop.ui.widgets.page_picture import HALVINGS, PagePicture

CLOSEST = 1.8  # following shows a field at most so many times larger than the page fitted to the width
STEP = 1.25
SCROLL = 0.6  # of the height that is seen, for one key
MOST = 2.0  # screen pixels for one of the picture


class PageView(QWidget):
    """Shows a pixmap; coordinates of ``show_place`` are the pixmap's own."""

    def __init__(self, *, follows: bool = True) -> None:
        super().__init__()
        self.setMinimumSize(240, 160)
        self.setAccessibleName("纸面")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._page = QPixmap()
        self._levels = [self._page]
        self._upright: tuple[QPixmap, ...] = (self._page,)  # and smaller ones, where they are known
        self._turns = 0
        self._turn = QTransform()
        self._place: QRect | None = None
        self._follows = follows
        self._whole = not follows
        self._scale = 1.0
        self._centre = QPointF()
        self._grabbed: QPoint | None = None
        self._words = ""

    def sizeHint(self) -> QSize:
        return QSize(440, 600)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_page(self, page: QPixmap, words: str = "", *, turned: bool = False) -> None:
        """Another page; ``words`` stand there when it has no picture. ``turned`` keeps the turn of the one before."""
        self._show((page,), words, turned=turned)

    def show_picture(self, picture: PagePicture, words: str = "", *, turned: bool = False) -> None:
        """The same with smaller sizes of the page, which needn't be made here."""
        self._show(picture.pixmaps, words, turned=turned)

    def _show(self, upright: tuple[QPixmap, ...], words: str, *, turned: bool) -> None:
        self._upright = upright
        self._words = words
        self._place = None
        self._lay(self._turns if turned else 0)

    def turn(self) -> None:
        """A quarter to the right, for looking only."""
        self._lay((self._turns + 1) % 4)

    @property
    def turns(self) -> int:
        """Quarters to the right."""
        return self._turns

    def _lay(self, turns: int) -> None:
        self._turns = turns
        # where a point of the upright page lies on the turned one
        upright = self._upright[0]
        size = upright.size()
        self._turn = QPixmap.trueMatrix(QTransform().rotate(90 * turns), size.width(), size.height())
        turned = bool(turns) and not upright.isNull()
        self._levels = [upright.transformed(self._turn)] if turned else list(self._upright)
        self._page = self._levels[0]
        self._settle()

    def show_place(self, place: QRect | None) -> None:
        """Make a place glow, and go there when following; without one the page stays as it is looked at."""
        if place is None and self._place is None:
            return
        self._place = place
        self._settle()

    def show_height(self, down: float) -> None:
        """A page on which nobody has found the places: go so far down it, 0 to 1, as near as it is looked at now."""
        if not self._page.isNull() and not self._turns:
            self._centre.setY(down * self._page.height())
            self._keep_on_page()
            self.update()

    def go_down(self, by: float) -> None:
        """Up (negative) or down, in heights of what is seen."""
        self._centre += QPointF(0, by * self.height() / self._scale)
        self._keep_on_page()
        self.update()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Nearer or farther: around a point of this widget, else around the place that glows where it can be seen
        (near the edge of a page it would slip out of sight), else around what is in the middle.
        """
        if self._page.isNull():
            return
        fit = min(self.width() / self._page.width(), self.height() / self._page.height())
        scale = min(max(self._scale * factor, fit), MOST)
        if around is not None:
            away = around - QPointF(self.width() / 2, self.height() / 2)
            self._centre += away * (1 / self._scale - 1 / scale)
        elif self._place is not None and self.on_screen(self._place).intersects(QRectF(self.rect())):
            self._centre = QPointF(self._turn.mapRect(self._place).center())
        self._scale = scale
        self._keep_on_page()
        self.update()

    @property
    def has_page(self) -> bool:
        """There is a picture."""
        return not self._page.isNull()

    @property
    def place(self) -> QRect | None:
        return self._place

    @property
    def whole(self) -> bool:
        return self._whole

    def show_whole(self, on: bool) -> None:
        """The whole page, or near the place again."""
        self._whole = on
        self._settle()

    def _settle(self) -> None:
        """Choose scale and centre for page, place and mode."""
        if self._page.isNull() or not self.width() or not self.height():
            self.update()
            return
        width, height = self._page.width(), self._page.height()
        fit_width = self.width() / width
        fit = min(fit_width, self.height() / height)
        if self._whole or self._place is None:
            self._scale = fit if self._whole or not self._follows else fit_width
            self._centre = QPointF(width / 2, height / 2 if self._whole else min(height, self.height() / fit_width) / 2)
        else:
            place = self._turn.mapRect(self._place)
            near = self.width() * 0.9 / max(place.width(), 1)
            self._scale = max(fit_width, min(near, fit_width * CLOSEST))
            self._centre = QPointF(place.center())
        self._keep_on_page()
        self.update()

    def _keep_on_page(self) -> None:
        def kept(centre: float, view: float, page: float) -> float:
            half = view / self._scale / 2
            return page / 2 if half * 2 >= page else min(max(centre, half), page - half)

        self._centre = QPointF(
            kept(self._centre.x(), self.width(), self._page.width()),
            kept(self._centre.y(), self.height(), self._page.height()),
        )

    def on_screen(self, place: QRect) -> QRectF:
        """Where a place of the upright page stands in this widget."""
        return self._seen(self._turn.mapRect(place))

    def _seen(self, place: QRect) -> QRectF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        corner = (QPointF(place.topLeft()) - self._centre) * self._scale + middle
        return QRectF(corner, QRectF(place).size() * self._scale)

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        of = roles()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(of.line))
        if self._page.isNull():
            painter.setPen(QColor(of.secondary))
            painter.drawText(
                self.rect().adjusted(24, 0, -24, 0),
                int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap),
                self._words,
            )
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRect(0, 0, self._page.width(), self._page.height())
        level = self._level(self._scale * self.devicePixelRatioF())
        painter.drawPixmap(self._seen(whole), level, QRectF(level.rect()))
        if self._place is not None:
            self._paint_glow(painter, self.on_screen(self._place).adjusted(-4, -4, 4, 4))

    def _level(self, scale: float) -> QPixmap:
        """The page halved as often as the scale allows: thin lines stay lines when a page is drawn small."""
        halvings = HALVINGS if scale <= 0.25 else 1 if scale <= 0.5 else 0
        while len(self._levels) <= halvings:
            last = self._levels[-1]
            half = QSize(max(last.width() // 2, 1), max(last.height() // 2, 1))
            self._levels.append(
                last.scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            )
        return self._levels[halvings]

    def _paint_glow(self, painter: QPainter, place: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = QColor(roles().acts)
        for ring, alpha in ((6, 28), (4, 48), (2, 90)):
            colour.setAlpha(alpha)
            painter.setPen(QPen(colour, ring * 2))
            painter.drawRoundedRect(place, 4, 4)
        colour.setAlpha(255)
        painter.setPen(QPen(colour, 2))
        painter.drawRoundedRect(place, 4, 4)

    # -- the hand -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._page.isNull():
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(STEP if event.angleDelta().y() > 0 else 1 / STEP, event.position())
        else:
            self._centre -= QPointF(event.angleDelta()) * (0.5 / self._scale)
            self._keep_on_page()
            self.update()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._grabbed = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None or self._page.isNull():
            return
        now = event.position().toPoint()
        self._centre -= QPointF(now - self._grabbed) * (1 / self._scale)
        self._grabbed = now
        self._keep_on_page()
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

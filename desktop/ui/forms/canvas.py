"""The blank page with its fields drawn on it: chosen, moved, drawn and cut by mouse or by keys.

Paper is white in the dark theme too, so what is drawn on it has the light theme's colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.forms.editing import Editing
from desktop.ui.theme import LIGHT
from forms import proposal as edit
from forms.form_file import Box
from forms.proposal import ProposedField

NUDGE, STRIDE = 0.5, 5.0  # millimetres that an arrow key moves, and with Ctrl
EDGE = 6  # pixels around an edge that take hold of it
CLOSEST = 4.0
STEP = 1.25
MOVES = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class Doing(Enum):
    """What the mouse or the keys are at."""

    NOTHING = auto()
    DRAWING = auto()  # a new field, or a new tick box
    MOVING = auto()
    SIZING = auto()
    CUTTING = auto()


@dataclass
class Drag:
    """From where, where to, and of what it takes hold: which edges of a field move along."""

    start: QPointF
    now: QPointF
    box: Box | None = None
    edges: tuple[bool, bool, bool, bool] = (False, False, False, False)  # left, top, right, bottom

    def moved(self) -> Box | None:
        """The box as it would be."""
        if self.box is None:
            return None
        dx, dy = self.now.x() - self.start.x(), self.now.y() - self.start.y()
        if not any(self.edges):
            return Box(self.box.x + dx, self.box.y + dy, self.box.w, self.box.h)
        left, top, right, bottom = self.edges
        x0, y0 = self.box.x + dx * left, self.box.y + dy * top
        x1, y1 = self.box.right + dx * right, self.box.bottom + dy * bottom
        return Box(min(x0, x1), min(y0, y1), max(abs(x1 - x0), 0.1), max(abs(y1 - y0), 0.1))

    def drawn(self) -> Box:
        """The box between start and now."""
        left, right = sorted((self.start.x(), self.now.x()))
        top, bottom = sorted((self.start.y(), self.now.y()))
        return Box(left, top, max(right - left, 0.1), max(bottom - top, 0.1))


class FormCanvas(QWidget):
    """One side of the blank. Coordinates inside are millimetres of the page."""

    seen = Signal(QRectF)  # bring this part of the widget into view
    named = Signal()  # the person wants to name the field at hand

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self.setObjectName("form_canvas")
        self.setAccessibleName("空白表和上面的栏目")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.editing = editing
        self.options_next = False  # what is drawn next is a tick box of the field at hand
        self._doing = Doing.NOTHING
        self._drag: Drag | None = None
        self._cut_at, self._cut_across = 0.0, False
        self._picture = QPixmap()
        self._pictured: tuple[bytes, int] | None = None
        self._zoom, self._room = 1.0, 600
        editing.changed.connect(self._changed)
        editing.chosen.connect(self._chosen)

    # -- size and places ----------------------------------------------------------------------------------------------

    def fit(self, width: int) -> None:
        """The page at zoom 1 is so wide."""
        self._room = max(width, 200)
        self._size()

    def zoom(self, factor: float) -> None:
        """Closer or farther, 1 being the whole width."""
        self._zoom = min(max(self._zoom * factor, 1.0), CLOSEST)
        self._size()
        self._show_chosen()

    def _size(self) -> None:
        page = self._page_size()
        width = round(self._room * self._zoom)
        self.setFixedSize(QSize(width, round(width * page[1] / page[0])))
        self.update()

    def _page_size(self) -> tuple[float, float]:
        proposal = self.editing.proposal
        if proposal is None:
            return (210.0, 297.0)
        page = proposal.pages[self.editing.page - 1]
        return (page.width_mm, page.height_mm)

    @property
    def _per_mm(self) -> float:
        return self.width() / self._page_size()[0]

    def place(self, box: Box) -> QRectF:
        """Where a box stands in this widget."""
        scale = self._per_mm
        return QRectF(box.x * scale, box.y * scale, box.w * scale, box.h * scale)

    def _at(self, event: QMouseEvent) -> QPointF:
        return QPointF(event.position().x() / self._per_mm, event.position().y() / self._per_mm)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._stop()
        self._size()

    def _chosen(self) -> None:
        self._stop()
        self._size()
        field = self.editing.field
        self.setAccessibleDescription("" if field is None else f"选中：{field.label}")
        self._show_chosen()

    def _show_chosen(self) -> None:
        field = self.editing.field
        if field is not None:
            self.seen.emit(self.place(field.box).adjusted(-40, -60, 40, 60))

    def _shown(self) -> tuple[ProposedField, ...]:
        proposal = self.editing.proposal
        return () if proposal is None else tuple(f for f in proposal.fields if f.page == self.editing.page)

    def _blank(self) -> QPixmap:
        proposal = self.editing.proposal
        if proposal is None:
            return QPixmap()
        blank = proposal.pages[self.editing.page - 1].blank
        wanted = (blank, self.width())
        if self._pictured is None or self._pictured[1] != wanted[1] or self._pictured[0] is not blank:
            whole = QPixmap()
            whole.loadFromData(blank)
            ratio = self.devicePixelRatioF()
            if not whole.isNull():
                whole = whole.scaled(
                    self.size() * ratio,
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                whole.setDevicePixelRatio(ratio)
            self._picture, self._pictured = whole, wanted
        return self._picture

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        painter.drawPixmap(0, 0, self._blank())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        proposal = self.editing.proposal
        if proposal is None:
            return
        self._paint_free(painter)
        chosen = self.editing.keys
        for field in self._shown():
            self._paint_field(painter, field, chosen=field.key in chosen, at_hand=chosen[:1] == (field.key,))
        self._paint_doing(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(LIGHT.acts), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.visibleRegion().boundingRect().adjusted(1, 1, -2, -2))

    def _paint_free(self, painter: QPainter) -> None:
        proposal = self.editing.proposal
        assert proposal is not None
        painter.setPen(QPen(QColor(LIGHT.edge), 1, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in edit.free_cells(proposal, self.editing.page):
            painter.drawRect(self.place(box).adjusted(2, 2, -2, -2))

    def _paint_field(self, painter: QPainter, field: ProposedField, *, chosen: bool, at_hand: bool) -> None:
        of = LIGHT
        colour = QColor(of.acts if field.sure else of.doubt)
        moving = self._drag.moved() if at_hand and self._drag is not None else None
        place = self.place(moving or field.box)
        fill = QColor(colour)
        fill.setAlpha(56 if chosen else 24)
        painter.setBrush(fill)
        painter.setPen(QPen(colour, 2.5 if chosen else 1))
        painter.drawRect(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.5 if chosen else 1))
        for option in field.options:
            painter.drawRect(self.place(option.box).adjusted(-1, -1, 1, 1))
        if not field.sure:  # the colour is not the only sign
            self._paint_sign(painter, place, colour)
        if at_hand:
            painter.setBrush(QColor(of.panel))
            painter.setPen(QPen(colour, 1.5))
            for x in (place.left(), place.right()):
                for y in (place.top(), place.bottom()):
                    painter.drawRect(QRectF(x - 3, y - 3, 6, 6))

    @staticmethod
    def _paint_sign(painter: QPainter, place: QRectF, colour: QColor) -> None:
        side = min(14.0, place.height())
        spot = QRectF(place.right() - side, place.top(), side, side)
        painter.fillRect(spot, colour)
        font = painter.font()
        font.setPixelSize(max(8, round(side * 0.8)))
        painter.setFont(font)
        painter.setPen(QColor("white"))
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), "?")

    def _paint_doing(self, painter: QPainter) -> None:
        pen = QPen(QColor(LIGHT.acts), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._doing is Doing.DRAWING and self._drag is not None:
            painter.drawRect(self.place(self._drag.drawn()))
        field = self.editing.field
        if self._doing is Doing.CUTTING and field is not None:
            place, at = self.place(field.box), self._cut_at * self._per_mm
            pen.setWidthF(2.5)
            painter.setPen(pen)
            if self._cut_across:
                painter.drawLine(QPointF(place.left() - 6, at), QPointF(place.right() + 6, at))
            else:
                painter.drawLine(QPointF(at, place.top() - 6), QPointF(at, place.bottom() + 6))

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def _under(self, at: QPointF) -> ProposedField | None:
        """The smallest field there: one may lie inside another."""
        found = [f for f in self._shown() if f.box.x <= at.x() <= f.box.right and f.box.y <= at.y() <= f.box.bottom]
        return min(found, key=lambda f: f.box.w * f.box.h) if found else None

    def _edges(self, at: QPointF) -> tuple[bool, bool, bool, bool] | None:
        """The edges of the field at hand that lie there."""
        field = self.editing.field
        if field is None or field.page != self.editing.page:
            return None
        near = EDGE / self._per_mm
        box = field.box
        if not (box.x - near <= at.x() <= box.right + near and box.y - near <= at.y() <= box.bottom + near):
            return None
        found = (
            abs(at.x() - box.x) < near,
            abs(at.y() - box.y) < near,
            abs(at.x() - box.right) < near,
            abs(at.y() - box.bottom) < near,
        )
        return found if any(found) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self.editing.proposal is None:
            return
        at = self._at(event)
        if self._doing is Doing.CUTTING:
            self._move_cut(at)
            self._cut()
            return
        edges, field = self._edges(at), self.editing.field
        if self.options_next:
            self._begin(Doing.DRAWING, Drag(at, at))
        elif edges is not None and field is not None:
            self._begin(Doing.SIZING, Drag(at, at, field.box, edges))
        elif (under := self._under(at)) is not None:
            self._pick(under, adding=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            if self.editing.field is not None:
                self._begin(Doing.MOVING, Drag(at, at, self.editing.field.box))
        else:
            self._begin(Doing.DRAWING, Drag(at, at))

    def _pick(self, field: ProposedField, *, adding: bool) -> None:
        keys = self.editing.keys
        if adding and field.key in keys:
            self.editing.choose([key for key in keys if key != field.key])
        else:
            self.editing.choose([*keys, field.key] if adding else [field.key])

    def _begin(self, doing: Doing, drag: Drag) -> None:
        self._doing, self._drag = doing, drag

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event)
        if self._doing is Doing.CUTTING:
            self._move_cut(at)
        elif self._drag is not None:
            self._drag.now = at
            self.update()
        else:
            edges = self._edges(at)
            shapes = Qt.CursorShape
            shape = shapes.ArrowCursor if self._under(at) is not None else shapes.CrossCursor
            if edges is not None:
                shape = shapes.SizeHorCursor if edges[0] or edges[2] else shapes.SizeVerCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, doing = self._drag, self._doing
        if drag is None:
            return
        drag.now = self._at(event)
        far = max(abs(drag.now.x() - drag.start.x()), abs(drag.now.y() - drag.start.y())) * self._per_mm > EDGE
        self._stop()
        if not far:
            return  # a click, which chose what was under it
        field = self.editing.field
        if doing is Doing.DRAWING and self.options_next:
            self.options_next = False
            self.editing.add_option(drag.drawn())
        elif doing is Doing.DRAWING:
            self._draw(drag.drawn())
        elif field is not None and (box := drag.moved()) is not None:
            self.editing.take(lambda p: edit.placed(p, field.key, box))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A cell that nobody uses becomes a field; a field is named."""
        at, proposal = self._at(event), self.editing.proposal
        if proposal is None:
            return
        self._stop()
        if self._under(at) is not None:
            self.named.emit()
            return
        cells = [c for c in edit.free_cells(proposal, self.editing.page) if _holds(c, at)]
        if cells:
            self._draw(min(cells, key=lambda c: c.w * c.h))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(STEP if event.angleDelta().y() > 0 else 1 / STEP)
            event.accept()
        else:
            event.ignore()  # the area around scrolls

    def leaveEvent(self, event: QEvent) -> None:
        self.unsetCursor()
        super().leaveEvent(event)

    # -- the keys -----------------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._doing is Doing.CUTTING:
            self._cut_key(key)
        elif key in MOVES:
            self._arrow(key, modifiers)
        elif not self._plain_key(key, modifiers):
            super().keyPressEvent(event)

    def _arrow(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        far = STRIDE if modifiers & Qt.KeyboardModifier.ControlModifier else NUDGE
        dx, dy = (part * far for part in MOVES[key])
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.editing.move(0, 0, dx, dy)
        else:
            self.editing.move(dx, dy)

    def _plain_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        if modifiers and not shift:
            return False
        if key == Qt.Key.Key_N:
            self.add()
        elif key == Qt.Key.Key_S:
            self.begin_cut(across=shift)
        elif key == Qt.Key.Key_M:
            self.editing.merge()
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.editing.remove()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.editing.agree()
        elif key == Qt.Key.Key_F2:
            self.named.emit()
        elif key == Qt.Key.Key_Escape and (self._drag is not None or self.options_next):
            self.options_next = False
            self._stop()
        else:
            return False
        return True

    def add(self) -> None:
        """A new field without the mouse: in the next cell that nobody uses, else below the one at hand."""
        proposal, field = self.editing.proposal, self.editing.field
        if proposal is None:
            return
        cells = edit.free_cells(proposal, self.editing.page)
        after = [c for c in cells if field is None or (c.y, c.x) > (field.box.y, field.box.x)]
        if after or cells:
            self._draw(min(after or cells, key=lambda c: (c.y, c.x)))
        elif field is not None:
            self._draw(Box(field.box.x, field.box.bottom, field.box.w, field.box.h))
        else:
            width, height = self._page_size()
            self._draw(Box(width / 2 - 20, height / 2 - 4, 40, 8))

    def _draw(self, box: Box) -> None:
        page = self.editing.page
        if self.editing.take(lambda p: edit.drawn(p, page, box)):
            self.named.emit()

    def begin_cut(self, *, across: bool = False) -> None:
        """A line through the middle of the field at hand, to be moved and confirmed."""
        field = self.editing.field
        if field is None:
            return
        self.setFocus()
        self._doing, self._cut_across = Doing.CUTTING, across
        self._cut_at = field.box.y + field.box.h / 2 if across else field.box.x + field.box.w / 2
        self.update()

    @property
    def cutting(self) -> bool:
        """A line waits to be confirmed."""
        return self._doing is Doing.CUTTING

    def _move_cut(self, at: QPointF) -> None:
        self._cut_at = at.y() if self._cut_across else at.x()
        self.update()

    def _cut_key(self, key: Qt.Key) -> None:
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._cut()
        elif key == Qt.Key.Key_Escape:
            self._stop()
        elif key in MOVES:
            dx, dy = MOVES[key]
            self._cut_at += dy if self._cut_across else dx
            self.update()

    def _cut(self) -> None:
        field, at, across = self.editing.field, self._cut_at, self._cut_across
        self._stop()
        if field is not None:
            self.editing.take(lambda p: edit.split(p, field.key, at, across=across))

    def _stop(self) -> None:
        self._doing, self._drag = Doing.NOTHING, None
        self.update()


def _holds(box: Box, at: QPointF) -> bool:
    return box.x <= at.x() <= box.right and box.y <= at.y() <= box.bottom

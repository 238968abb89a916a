"""The sheet of crops: a grid of what is written, each with what was read below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui import icons
from desktop.ui.theme import roles, sized
from desktop.ui.verify.group_model import CROP, GroupModel, place_of
from desktop.ui.widgets.flow import filling
from records.views_group import GroupCrop

Index = QModelIndex | QPersistentModelIndex
CELL = QSize(236, 116)
CELL_WIDE = QSize(476, 116)  # addresses, ID numbers, rows of options
PAPER = 64  # height of the paper in a cell
TEXT = 16


class CropDelegate(QStyledItemDelegate):
    """Draws one cell and tells the model that it has been on the screen."""

    def __init__(self, model: GroupModel, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._view = view
        self.cell = CELL

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return filling(self._view, self.cell)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        # Any: the stubs know none of QStyleOptionViewItem's members
        crop = index.data(CROP)
        if not isinstance(crop, GroupCrop):
            return
        of = roles()
        odd = place_of(crop) in self._model.odd
        here = self._view.currentIndex().row() == index.row()
        frame = QRectF(option.rect).adjusted(4.5, 4.5, -4.5, -4.5)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        edge = of.error if odd else of.acts if here else of.line
        painter.setPen(QPen(QColor(edge), 2 if odd or here else 1))
        painter.setBrush(QColor(of.error_ground if odd else of.panel))
        painter.drawRoundedRect(frame, 6, 6)
        paper = QRectF(frame.left() + 8, frame.top() + 8, frame.width() - 16, PAPER)
        drawn = self._paint_paper(painter, paper, crop)
        self._paint_text(painter, QRectF(frame.left() + 8, paper.bottom() + 4, frame.width() - 16, 28), crop, odd)
        painter.restore()
        if drawn and self._view.viewport().rect().contains(option.rect.adjusted(0, 4, 0, -4)):
            self._model.saw(crop)

    def _paint_paper(self, painter: QPainter, room: QRectF, crop: GroupCrop) -> bool:
        picture = self._model.picture(crop)
        if picture is None or picture.isNull():
            painter.setPen(QColor(roles().secondary))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), "正在打开纸面")
            return False
        painter.fillRect(room, QColor("#FFFFFF"))  # paper stays white in the dark theme too
        size = picture.deviceIndependentSize().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawPixmap(QRectF(room.topLeft(), size), picture, QRectF(picture.rect()))
        return True

    def _paint_text(self, painter: QPainter, room: QRectF, crop: GroupCrop, odd: bool) -> None:
        of = roles()
        if odd:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(int(room.right()) - 16, int(room.top()) + 5, icons.pixmap("cross", of.error, 16, ratio))
        font = sized(TEXT)
        painter.setFont(font)
        shown = painter.fontMetrics()
        text = shown.elidedText(crop.text, Qt.TextElideMode.ElideRight, int(room.width()) - (20 if odd else 0))
        layout = QTextLayout(text, font)
        layout.setFormats(_formats(crop, text))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room.width() * 2)
        layout.endLayout()
        painter.setPen(QColor(of.ink))
        layout.draw(painter, room.topLeft())


def _formats(crop: GroupCrop, text: str) -> list[QTextLayout.FormatRange]:
    """Doubtful characters in amber, those the group is about in a stronger hand."""
    of = roles()
    doubtful = [marked(text, doubt.start, doubt.end, of.doubt) for doubt in crop.doubts]
    return doubtful + [marked(text, start, end, of.acts, strong=True) for start, end in crop.marks]


def marked(text: str, start: int, end: int, colour: str, *, strong: bool = False) -> QTextLayout.FormatRange:
    """A stretch of code points of ``text``, underlined in a colour."""
    each: Any = QTextLayout.FormatRange()  # the stubs know none of its members
    each.start = len(text[:start].encode("utf-16-le")) // 2
    each.length = len(text[start:end].encode("utf-16-le")) // 2
    form = QTextCharFormat()
    form.setForeground(QColor(colour))
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    if strong:
        form.setFontWeight(QFont.Weight.Medium)
    each.format = form
    made: QTextLayout.FormatRange = each
    return made


class GroupGrid(QListView):
    """Arrows move, Space marks the odd one, Enter accepts what has been on the screen."""

    accepted = Signal()
    undone = Signal()
    left = Signal()

    def __init__(self, model: GroupModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._crops = model
        self.setModel(model)
        self.setObjectName("group_grid")
        self.setAccessibleName("这一组的各处")
        self._delegate = CropDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSpacing(0)

    def set_wide(self, wide: bool) -> None:
        """Long values get wide cells."""
        self._delegate.cell = CELL_WIDE if wide else CELL
        self.doItemsLayout()

    def shown_rows(self) -> list[int]:
        """Rows whose cells are at least partly on the screen."""
        view = self.viewport().rect()
        return [row for row in range(self._crops.rowCount()) if view.intersects(self._rect(row))]

    def _rect(self, row: int) -> QRect:
        return self.visualRect(self._crops.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self.accepted.emit()
        elif event.key() == Qt.Key.Key_Space:
            if self.currentIndex().isValid() and not event.isAutoRepeat():
                self._crops.toggle(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if not event.isAutoRepeat():
                self.undone.emit()
        else:
            super().keyPressEvent(event)
            self.viewport().update()  # the frame of the one at hand moves

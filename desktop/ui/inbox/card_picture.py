"""How a card is drawn: title, two pages side by side (or a page and what is wrong with it), the state below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui import icons
from desktop.ui.inbox.cards import Card, Kind, slot_word
from desktop.ui.inbox.model import CARD
from desktop.ui.inbox.thumbnails import Thumbnails
from desktop.ui.theme import BODY, SECONDARY, roles, sized
from desktop.ui.widgets.table import Index, draw_mark
from desktop.ui.words import page_mark
from records.views import PageRow, PageState

if TYPE_CHECKING:
    from desktop.ui.inbox.grid import CardGrid

THUMB = QSize(104, 147)  # an A4 page
GAP, PAD, EDGE = 8, 10, 4
CELL = QSize(2 * THUMB.width() + GAP + 2 * PAD + 2 * EDGE, THUMB.height() + 74)
TOP = EDGE + 32  # where the pictures begin


def first_shown(card: Card, slot: int) -> int:
    """The first of the two slots that are drawn, when this one is at hand."""
    return min(max(slot - 1, 0), max(len(card.slots) - 2, 0))


def slot_rect(cell: QRect, at: int) -> QRect:
    """Where the first (0) or the second (1) slot of a card is drawn."""
    left = cell.left() + EDGE + PAD + at * (THUMB.width() + GAP)
    return QRect(QPoint(left, cell.top() + TOP), THUMB)


def slot_at(cell: QRect, where: QPoint) -> int:
    """0 or 1: which of the two slots of a card lies there."""
    return int(where.x() >= slot_rect(cell, 1).left() - GAP // 2)


class CardDelegate(QStyledItemDelegate):
    """Draws one card."""

    def __init__(self, grid: CardGrid, thumbnails: Thumbnails) -> None:
        super().__init__(grid)
        self._grid = grid
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self._grid.gridSize()

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        # Any: the stubs know none of QStyleOptionViewItem's members
        card = index.data(CARD)
        if not isinstance(card, Card):
            return
        of = roles()
        cell = QRect(option.rect)
        here = self._grid.currentIndex().row() == index.row()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = self._grid.over == index.row()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        edge = of.acts if over or (here and self._grid.hasFocus()) else of.line
        painter.setPen(QPen(QColor(edge), 2 if edge == of.acts else 1))
        painter.setBrush(QColor(of.acts_soft if chosen or over else of.panel))
        painter.drawRoundedRect(cell.adjusted(EDGE, EDGE, -EDGE, -EDGE), 6, 6)
        self._paint_title(painter, cell, card)
        slot = self._grid.slot if here else 0
        first = first_shown(card, slot)
        for at, page in enumerate(card.slots[first : first + 2]):
            where = slot_rect(cell, at)
            self._paint_slot(painter, where, card, page, first + at)
            if here and slot == first + at and len(card.slots) > 1:
                painter.setPen(QPen(QColor(of.acts), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(where.adjusted(-2, -2, 2, 2), 3, 3)
        if card.kind is not Kind.REGISTRATION:
            self._paint_words(painter, cell, card)
        self._paint_foot(painter, cell, card, first)
        painter.restore()

    def _paint_title(self, painter: QPainter, cell: QRect, card: Card) -> None:
        of = roles()
        room = cell.adjusted(EDGE + PAD, EDGE + 4, -EDGE - PAD, 0)
        room.setHeight(24)
        painter.setFont(sized(BODY))
        painter.setPen(QColor(of.ink))
        words = painter.fontMetrics().elidedText(card.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_slot(self, painter: QPainter, where: QRect, card: Card, page: PageRow | None, slot: int) -> None:
        of = roles()
        picture = None if page is None else self._thumbnails.get(page.page_id)
        missing = page is None
        painter.setPen(QPen(QColor(of.edge if missing else of.line), 1, Qt.PenStyle.DashLine if missing else _SOLID))
        painter.setBrush(Qt.BrushStyle.NoBrush if missing else QColor(of.window))
        painter.drawRect(where.adjusted(0, 0, -1, -1))
        if picture is not None:
            size = picture.deviceIndependentSize().toSize()
            shown = QRect(QPoint(0, 0), size.scaled(where.size(), Qt.AspectRatioMode.KeepAspectRatio))
            shown.moveCenter(where.center())
            painter.setOpacity(0.35 if page is not None and page.page_id in self._grid.taken_up else 1.0)
            painter.drawPixmap(shown, picture)
            painter.setOpacity(1.0)
        else:
            self._paint_instead(painter, where, card, page, slot)
        if page is not None and page.behind:
            self._paint_label(painter, where, slot_word(card, slot))

    def _paint_instead(self, painter: QPainter, where: QRect, card: Card, page: PageRow | None, slot: int) -> None:
        of = roles()
        painter.setFont(sized(SECONDARY))
        if page is None:
            painter.setPen(QColor(of.doubt))
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), f"缺{slot_word(card, slot)}")
            return
        waiting = page.state is PageState.RECEIVED
        failed = page.state is PageState.FAILED
        name = "clock" if waiting else "cross" if failed else "page"
        colour = of.error if failed else of.edge
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(where.center() - QPoint(12, 20), icons.pixmap(name, colour, 24, ratio))
        painter.setPen(QColor(of.error if failed else of.secondary))
        words = page_mark(page).word if waiting or failed else ""
        painter.drawText(where.adjusted(0, 40, 0, 0), int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_label(self, painter: QPainter, where: QRect, words: str) -> None:
        of = roles()
        painter.setFont(sized(12))
        width = painter.fontMetrics().horizontalAdvance(words) + 8
        room = QRect(where.left() + 4, where.bottom() - 22, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(of.acts_soft))
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(QColor(of.acts))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_words(self, painter: QPainter, cell: QRect, card: Card) -> None:
        """Beside a page that stands alone: where it comes from and what is wrong with it."""
        of = roles()
        room = slot_rect(cell, 1 if card.slots else 0)
        room.setRight(cell.right() - EDGE - PAD)
        painter.setFont(sized(SECONDARY))
        painter.setPen(QColor(of.secondary))
        # a file's name may have no place to break; a sentence breaks where it may, so that no 。 begins a line
        flow = QTextOption(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        flow.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        told = card.told.removeprefix(card.title).strip()  # the title may be the file's name already
        words = f"{told}\n{card.reason}" if card.reason and told else told or card.reason
        painter.setClipRect(room)
        painter.drawText(QRectF(room), words, flow)
        painter.setClipping(False)

    def _paint_foot(self, painter: QPainter, cell: QRect, card: Card, first: int) -> None:
        of = roles()
        painter.setFont(sized(SECONDARY))
        room = QRect(
            cell.left() + EDGE + PAD, cell.top() + TOP + THUMB.height() + 6, cell.width() - 2 * EDGE - 2 * PAD, 24
        )
        if len(card.slots) > 2:
            count = f"{first + 1}–{first + 2} / {len(card.slots)}"
            painter.setPen(QColor(of.secondary))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), count)
        draw_mark(painter, room.adjusted(0, 0, -56 if len(card.slots) > 2 else 0, 0), card.mark)


_SOLID = Qt.PenStyle.SolidLine

"""The cards on the screen: small pictures side by side, moved through page by page, dragged from one to another."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QItemSelectionModel, QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView

from desktop.ui.inbox.card_picture import CELL, CardDelegate, first_shown, slot_at
from desktop.ui.inbox.cards import Card
from desktop.ui.inbox.keys import Act, meaning
from desktop.ui.inbox.model import CardModel
from desktop.ui.inbox.thumbnails import Thumbnails
from desktop.ui.theme import roles
from desktop.ui.widgets.flow import filling
from records.views import PageRow

PAGES = "application/x-tongdang-pages"  # ids of pages that are dragged within the window
AHEAD = 1  # rows of cards below the screen whose pictures are read, too


class CardGrid(QListView):
    """``at_hand``: another card or page; ``acted``: a key asks for a deed; ``dropped``: pages onto a card's row."""

    at_hand = Signal()
    acted = Signal(object)  # Act
    dropped = Signal(object, int)  # ids of pages, row

    def __init__(self, model: CardModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._cards = model
        self._thumbnails = thumbnails
        self.slot = 0
        self.taken_up: frozenset[str] = frozenset()
        self._pressed: QPoint | None = None
        self._over = -1
        self.setModel(model)
        self.setObjectName("inbox")
        self.setAccessibleName("收件箱里的登记表和页")
        self.setItemDelegate(CardDelegate(self, thumbnails))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)  # at least; a line of cards fills the width
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAcceptDrops(True)
        self.verticalScrollBar().setSingleStep(CELL.height() // 3)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.want_pictures())
        thumbnails.came.connect(self._picture_came)
        model.rowsInserted.connect(lambda *_rows: self.want_pictures())
        model.dataChanged.connect(lambda *_rows: self.want_pictures())
        self.selectionModel().currentChanged.connect(self._moved)
        self.selectionModel().selectionChanged.connect(lambda *_change: self.at_hand.emit())

    # -- what is at hand ----------------------------------------------------------------------------------------------

    @property
    def card(self) -> Card | None:
        return self.card_at(self.currentIndex().row())

    def card_at(self, row: int) -> Card | None:
        """The card that stands there, None beside all of them."""
        return self._cards.card(row)

    @property
    def page(self) -> PageRow | None:
        """The page at hand, None on a side that is missing."""
        card = self.card
        return card.slots[self.slot] if card is not None and self.slot < len(card.slots) else None

    @property
    def chosen(self) -> list[Card]:
        """The cards that are selected, in their order; else the one at hand, which Qt gives a list that gets the
        keyboard without selecting it.
        """
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes()) or [self.currentIndex().row()]
        return [card for row in rows if (card := self._cards.card(row)) is not None]

    def chosen_pages(self, *, whole: bool = False) -> list[PageRow]:
        """All pages of the cards chosen; of one card, the page at hand (``whole``: all of its pages)."""
        cards = self.chosen
        if len(cards) <= 1 and not whole:
            return [self.page] if self.page is not None else []
        return [page for card in cards for page in card.pages]

    def go_to(self, key: str, slot: int | None = None) -> bool:
        """The card of this key is at hand, with its first page. False where it isn't here."""
        row = self._cards.row_of(key)
        if row < 0:
            return False
        self.setCurrentIndex(self._cards.index(row))
        if slot is not None:
            self.set_slot(slot)
        return True

    def go_to_page(self, page_id: str) -> bool:
        """The card with this page is at hand, and the page on it."""
        for card in self._cards.cards:
            for slot, page in enumerate(card.slots):
                if page is not None and page.page_id == page_id:
                    return self.go_to(card.key, slot)
        return False

    def set_slot(self, slot: int) -> None:
        """Another page of the card at hand."""
        card = self.card
        last = max(0, len(card.slots) - 1) if card is not None else 0
        self.slot = min(max(slot, 0), last)
        self.viewport().update()
        self.at_hand.emit()

    def _moved(self) -> None:
        card = self.card
        there = [at for at, page in enumerate(card.slots) if page is not None] if card is not None else []
        self.slot = there[0] if there else 0
        self.viewport().update()
        self.at_hand.emit()

    # -- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = meaning(event)
        if act is not None:
            self.acted.emit(act)
            return
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key())) if _is_key(event) else None
        if step is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier and self._step(step):
            return
        typed = event.text().isprintable() and event.text() not in {"", " "}
        if typed and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            return  # no search by letters: the keys do things here
        super().keyPressEvent(event)

    def _step(self, step: int) -> bool:
        """To the next page: within the card, else to the card beside it, at whichever end of a line."""
        card = self.card
        if card is None:
            return False
        if 0 <= self.slot + step < len(card.slots):
            self.set_slot(self.slot + step)
            return True
        beside = self._cards.card(row := self.currentIndex().row() + step)
        if beside is None:
            return True
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._cards.index(row), flags)
        if step < 0:
            self.set_slot(len(beside.slots) - 1)
        return True

    # -- pictures -----------------------------------------------------------------------------------------------------

    def want_pictures(self) -> None:
        """Ask for the pictures of the cards that are on the screen, and of a line below."""
        self._thumbnails.ratio = self.devicePixelRatioF()
        wanted = []
        for row in self.shown_rows():
            card = self._cards.card(row)
            if card is not None:
                first = first_shown(card, self.slot if row == self.currentIndex().row() else 0)
                wanted += [page.page_id for page in card.slots[first : first + 2] if page is not None and page.viewable]
        self._thumbnails.want(wanted)

    def shown_rows(self) -> range:
        """Rows whose cards are at least partly on the screen, and a line beyond."""
        across = max(1, self.viewport().width() // self.gridSize().width())
        first = self.verticalScrollBar().value() // CELL.height() * across
        lines = self.viewport().height() // CELL.height() + 2 + AHEAD
        return range(first, min(first + lines * across, self._cards.rowCount()))

    def _picture_came(self, _page_id: str) -> None:
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setGridSize(filling(self, CELL))
        self.want_pictures()

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        dragging = index.isValid() and self.selectionModel().isSelected(index)
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if not (dragging and plain and len(self.chosen) > 1):  # several that are to be dragged stay chosen
            super().mousePressEvent(event)
        self._pressed = event.position().toPoint() if event.button() is Qt.MouseButton.LeftButton else None
        if index.isValid():
            card = self._cards.card(index.row())
            if card is not None:
                at = slot_at(self.visualRect(index), event.position().toPoint())
                self.set_slot(first_shown(card, self.slot) + at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and event.buttons() & Qt.MouseButton.LeftButton:
            self._pressed = None
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            index = self.indexAt(self._pressed)
            if index.isValid() and len(self.chosen) > 1:
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._pressed = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid():
            self.acted.emit(Act.OPEN)

    def _drag(self) -> None:
        pages = [page.page_id for page in self.chosen_pages()]
        if not pages:
            return
        drag = QDrag(self)
        drag.setMimeData(carried(pages))
        picture = self._thumbnails.get(pages[0])
        if picture is not None:
            drag.setPixmap(_faint(picture))
            drag.setHotSpot(QPoint(20, 20))
        drag.exec(Qt.DropAction.MoveAction)
        self._say_over(-1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(PAGES):
            event.acceptProposedAction()
        else:
            event.ignore()  # files go to the whole screen

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        self._say_over(row)
        if row >= 0:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._say_over(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        self._say_over(-1)
        row = self.indexAt(event.position().toPoint()).row()
        pages = pages_in(event.mimeData())
        if row >= 0 and pages:
            event.acceptProposedAction()
            self.dropped.emit(pages, row)

    @property
    def over(self) -> int:
        """The row that something is dragged over, -1 for none."""
        return self._over

    def _say_over(self, row: int) -> None:
        if row != self._over:
            self._over = row
            self.viewport().update()

    def card_rect(self, row: int) -> QRect:
        """Where a card stands on the screen."""
        return self.visualRect(self._cards.index(row))

    def sizeHint(self) -> QSize:
        return QSize(CELL.width() * 3 + 20, CELL.height() * 2)


def _is_key(event: QKeyEvent) -> bool:
    return event.key() in {Qt.Key.Key_Left.value, Qt.Key.Key_Right.value}


def carried(pages: list[str]) -> QMimeData:
    """Pages on their way from one card to another."""
    data = QMimeData()
    data.setData(PAGES, QByteArray("\n".join(pages).encode("ascii")))
    return data


def pages_in(data: QMimeData) -> tuple[str, ...]:
    """The ids that ``carried`` put in; none where something else is dragged."""
    if not data.hasFormat(PAGES):
        return ()
    return tuple(bytes(data.data(PAGES).data()).decode("ascii").split())


def _faint(picture: QPixmap) -> QPixmap:
    made = QPixmap(picture)
    made.setDevicePixelRatio(picture.devicePixelRatio() * 1.5)  # smaller than what it was taken from
    if made.isNull():
        made.fill(QColor(roles().line))
    return made

"""Things in a row that go on in the next one where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Left to right, then down; all spaces alike."""

    def __init__(self, parent: QWidget, space: int) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(space)
        self._items: list[QLayoutItem] = []

    def clear(self) -> None:
        """Let go of everything in it."""
        for item in self._items:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._items.clear()
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # Qt asks beyond the end for None
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _place(self, room: QRect, *, move: bool) -> int:
        at, row = QPoint(room.topLeft()), 0
        for item in self._items:
            if item.isEmpty():
                continue  # a widget that is hidden takes no room
            size = item.sizeHint()
            if at.x() > room.left() and at.x() + size.width() > room.right() + 1:
                at = QPoint(room.left(), at.y() + row + self.spacing())
                row = 0
            if move:
                item.setGeometry(QRect(at, size))
            at = QPoint(at.x() + size.width() + self.spacing(), at.y())
            row = max(row, size.height())
        return at.y() + row - room.top()


def filling(view: QAbstractItemView, cell: QSize) -> QSize:
    """``cell``, as much wider as makes a line of them take up the whole width of ``view``.

    The room of the scroll bar is left free even when there is none: cells must not move when it comes.
    """
    room = view.width() - 2 * view.frameWidth() - view.verticalScrollBar().sizeHint().width() - 1
    return QSize(max(cell.width(), room // max(1, room // cell.width())), cell.height())

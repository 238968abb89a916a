"""Rows of a list of any size: their number is known, they themselves come page by page as they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.widgets.table import TOP, Column, Index, RowsModel

Row = TypeVar("Row")

PAGE = 200  # rows
KEPT = 24  # pages in memory, the others are read again
SETTLE_MS = 20  # who drags the scroll bar passes pages that nobody wants to see


class PagedRows(RowsModel[Row]):
    """``wanted`` asks for a page, numbered from 0; ``put`` brings it. A row that has not come yet shows nothing."""

    wanted = Signal(int)
    came = Signal(int, int)  # rows from, to: they can be shown now

    def __init__(self, columns: Sequence[Column[Row]], *, parent: QObject | None = None) -> None:
        super().__init__(columns, parent=parent)
        self._count = 0
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._missing: list[int] = []  # the last asked for is last
        self._asking = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._asking.timeout.connect(self._ask)

    def begin(self, count: int, page: int, rows: Sequence[Row]) -> None:
        """Another list of ``count`` rows, of which one page is here."""
        self.beginResetModel()
        self._count = count
        self._pages.clear()
        self._missing.clear()
        self._pages[page] = tuple(rows)
        self.endResetModel()

    def put(self, page: int, rows: Sequence[Row]) -> None:
        """A page that was asked for. It may be shorter than thought when the store has changed meanwhile."""
        self._pages[page] = tuple(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        first, last = page * PAGE, min(page * PAGE + len(rows), self._count) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
            self.came.emit(first, last)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those from the first on that are here without a gap: all of a short list."""
        found: list[Row] = []
        while (page := self._pages.get(len(found) // PAGE)) is not None and len(found) < self._count:
            found += page
            if len(page) < PAGE:
                break
        return tuple(found)

    def row_at(self, position: int) -> Row | None:
        """None for a row that has not come yet, and is asked for now."""
        number, at = divmod(position, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._miss(number)
            return None
        self._pages.move_to_end(number)
        return page[at] if at < len(page) else None

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else self._count

    def _miss(self, page: int) -> None:
        if page in self._missing:
            self._missing.remove(page)
        self._missing.append(page)
        if not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        """A table shows at most two pages at a time; what was passed on the way is asked for when it is seen again."""
        asked, self._missing = self._missing[-2:], []
        for page in asked:
            self.wanted.emit(page)

"""A table of frozen rows: one generic model, one view, one delegate that draws states as mark and word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.ui import icons
from desktop.ui.theme import BETWEEN, INSIDE, ROW, SECONDARY, roles, sized
from desktop.ui.words import Mark

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
EDGE = 11  # where the text of a cell begins: 8 of the style sheet, 3 that Qt adds
MARK = Qt.ItemDataRole.UserRole + 1  # a Mark instead of plain text
TAIL = Qt.ItemDataRole.UserRole + 2  # of a text too long the end is shown
TOP = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title, what it shows of a row (a text or a Mark), its width (0 stretches).

    ``tail``: what tells one from the other stands at the end (the village of an address): too long, it loses its front.
    """

    title: str
    show: Callable[[Row], str | Mark]
    width: int = 0
    right: bool = False  # numbers stand right
    tail: bool = False


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Frozen rows under fixed columns. With ``ticks`` the first column carries a tick box."""

    ticked_changed = Signal()

    def __init__(self, columns: Sequence[Column[Row]], *, ticks: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._ticks = ticks
        self._ticked: set[int] = set()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; nothing is ticked any more."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self._ticked.clear()
        self.endResetModel()
        self.ticked_changed.emit()

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def row_at(self, position: int) -> Row | None:
        """The row at this position."""
        return self._rows[position]

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        return self._columns

    def set_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns of the same rows."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self.endResetModel()

    def ticked(self) -> tuple[Row, ...]:
        """The ticked rows, in their order."""
        return tuple(self._rows[i] for i in sorted(self._ticked))

    def tick(self, positions: Sequence[int]) -> None:
        """Tick exactly these rows."""
        self._ticked = {i for i in positions if 0 <= i < len(self._rows)}
        if self._rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self._rows) - 1, 0), [Qt.ItemDataRole.CheckStateRole]
            )
        self.ticked_changed.emit()

    # -- what Qt asks -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == TAIL:
            return column.tail
        if role == Qt.ItemDataRole.CheckStateRole and self._ticks and index.column() == 0:
            return Qt.CheckState.Checked if index.row() in self._ticked else Qt.CheckState.Unchecked
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, MARK}:
            return None
        row = self.row_at(index.row())
        if row is None:
            return None
        shown = column.show(row)
        if role == MARK:
            return shown if isinstance(shown, Mark) else None
        return shown.word if isinstance(shown, Mark) else shown

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.CheckStateRole or not self._ticks or index.column() != 0:
            return False
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._ticked.add(index.row())
        else:
            self._ticked.discard(index.row())
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.ticked_changed.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self._ticks and index.isValid() and index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class MarkDelegate(QStyledItemDelegate):
    """Draws a state as a small mark and its word, in the colour of its role."""

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        # Any: the stubs know none of QStyleOptionViewItem's members
        mark = index.data(MARK)
        if not isinstance(mark, Mark) and not index.data(TAIL):
            super().paint(painter, option, index)
            return
        plain: Any = QStyleOptionViewItem(option)
        if not isinstance(mark, Mark):
            plain.textElideMode = Qt.TextElideMode.ElideLeft
            super().paint(painter, plain, index)
            return
        self.initStyleOption(plain, index)
        plain.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, option.widget)
        draw_mark(painter, option.rect.adjusted(EDGE, 0, -INSIDE, -1), mark)


def draw_mark(painter: QPainter, where: QRect, mark: Mark) -> None:
    """Mark and word, left and centred in ``where``."""
    colour = str(getattr(roles(), mark.role))
    left = where.left()
    if mark.icon:
        picture = icons.pixmap(mark.icon, colour, 16, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, where.center().y() - 7, picture)
        left += 16 + 4
    painter.setPen(QColor(colour))
    room = where.right() - left + 1
    words = painter.fontMetrics().elidedText(mark.word, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRect(left, where.top(), room, where.height()), Qt.AlignmentFlag.AlignVCenter, words)


class Table(QTableView):
    """Whole rows, 36 px, frozen header; Enter or a double click opens the row at hand."""

    opened = Signal(int)  # row number
    at_hand = Signal(int)  # row number, -1 for none

    def __init__(self, model: RowsModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(MarkDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(48)
        self._rows: RowsModel[Any] = model
        self._empty = ""
        self._read = False
        self._wanted: dict[str, int] = {}
        self._lay_columns()
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.selectionModel().currentRowChanged.connect(lambda now, _was: self.at_hand.emit(now.row()))
        model.modelReset.connect(self._came)

    def say_when_empty(self, words: str) -> None:
        """What stands here once the rows have been read and there are none."""
        self._empty = words

    def _came(self) -> None:
        self._read = True
        self.setAccessibleDescription("" if self._rows.rows else self._empty)
        self.at_hand.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._empty or not self._read or self._rows.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(roles().secondary))
        painter.setFont(sized(SECONDARY))
        room = self.viewport().rect().adjusted(BETWEEN, 0, -BETWEEN, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), self._empty)

    def set_columns(self, columns: Sequence[Column[Any]]) -> None:
        """Other columns of the same rows; the row at hand stays at hand."""
        at = self.currentIndex().row()
        self._rows.set_columns(columns)
        self._lay_columns()
        if at >= 0:
            self.selectRow(at)

    def _lay_columns(self) -> None:
        header, columns = self.horizontalHeader(), self._rows.columns
        for i, column in enumerate(columns):
            stretches = not column.width
            mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(i, mode)
            if not stretches:
                self.setColumnWidth(i, self._wanted.get(column.title, column.width))
        header.setStretchLastSection(all(column.width for column in columns))

    def own_widths(self) -> dict[str, int]:
        """Columns that somebody made wider or narrower, by their titles; pixels."""
        header, columns = self.horizontalHeader(), self._rows.columns
        last = len(columns) - 1 if header.stretchLastSection() else -1
        found = {
            column.title: header.sectionSize(i)
            for i, column in enumerate(columns)
            if column.width and i != last and header.sectionSize(i) != column.width
        }
        hidden = {title: wide for title, wide in self._wanted.items() if all(c.title != title for c in columns)}
        return hidden | found

    def use_widths(self, widths: Mapping[str, int]) -> None:
        """Columns as somebody had them."""
        self._wanted = dict(widths)
        self._lay_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The row at hand, where it is seen, stays wholly in sight when the table gets lower."""
        at = self.currentIndex()
        seen = at.isValid() and self.visualRect(at).intersects(QRect(QPoint(), event.oldSize()))
        super().resizeEvent(event)
        if seen:
            self.scrollTo(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.currentIndex().isValid() and not event.isAutoRepeat():
                self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)


def show_rows(table: Table, model: RowsModel[Row], rows: Sequence[Row], identity: Callable[[Row], str]) -> None:
    """Other rows; the one at hand stays at hand where it is still there, else the one in its place."""
    index = table.currentIndex()
    at = index.row() if index.isValid() else 0
    before = identity(model.rows[at]) if index.isValid() else ""
    model.set_rows(rows)
    found = next((i for i, row in enumerate(rows) if identity(row) == before), None) if before else None
    if rows:
        table.selectRow(min(at, len(rows) - 1) if found is None else found)


def make_table(model: RowsModel[Any], name: str, words: str, *, empty: str = "") -> Table:
    """A table with its object name and accessible name; ``empty`` is said where there are no rows."""
    table = Table(model)
    table.setObjectName(name)
    table.setAccessibleName(words)
    table.say_when_empty(empty)
    return table

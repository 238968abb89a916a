"""Delivered files and their pages as a tree, updated in place so that scrolling and selection stay."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from desktop.ui.widgets.table import MARK, TOP, Index
from desktop.ui.words import SOURCE, Mark, moment, page_mark
from records.views import InboxView, PageRow, PageState, SourceRow, SourceState

TITLES = ("文件和页", "状态", "说明")


class InboxModel(QAbstractItemModel):
    """Level one: sources, as they came; level two: pages. Internal ids: 0 for sources, source number + 1 for pages."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[SourceRow] = []

    # -- what it shows ------------------------------------------------------------------------------------------------

    def set_view(self, view: InboxView) -> None:
        """Show the inbox as it is now. Sources are only ever added at the end; anything else starts afresh."""
        known = [source.source_id for source in self._sources]
        coming = [source.source_id for source in view.sources]
        if coming[: len(known)] != known:
            self.beginResetModel()
            self._sources = list(view.sources)
            self.endResetModel()
            return
        for row, source in enumerate(view.sources[: len(known)]):
            if source != self._sources[row]:
                self._update(row, source)
        if len(coming) > len(known):
            self.beginInsertRows(TOP, len(known), len(coming) - 1)
            self._sources.extend(view.sources[len(known) :])
            self.endInsertRows()

    def _update(self, row: int, source: SourceRow) -> None:
        had, has = _below(self._sources[row]), _below(source)
        here = self.index(row, 0)
        if has > had:
            self.beginInsertRows(here, had, has - 1)
            self._sources[row] = source
            self.endInsertRows()
        elif has < had:
            self.beginRemoveRows(here, has, had - 1)
            self._sources[row] = source
            self.endRemoveRows()
        self._sources[row] = source
        last = len(TITLES) - 1
        self.dataChanged.emit(here, self.index(row, last))
        if has:
            self.dataChanged.emit(self.index(0, 0, here), self.index(has - 1, last, here))

    @property
    def sources(self) -> tuple[SourceRow, ...]:
        return tuple(self._sources)

    def source_at(self, index: Index) -> SourceRow | None:
        """The source of this row, also of a page's row."""
        if not index.isValid():
            return None
        return self._sources[index.internalId() - 1 if index.internalId() else index.row()]

    def page_at(self, index: Index) -> PageRow | None:
        """The page of this row; of a one-page source, its only page."""
        source = self.source_at(index)
        if source is None:
            return None
        if index.internalId():
            return source.pages[index.row()]
        return source.pages[0] if len(source.pages) == 1 else None

    # -- what Qt asks -------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = TOP) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = TOP) -> Any:
        """The source of a page. (``QObject.parent`` shares the name; without an index it stays that.)"""
        if not isinstance(child, QModelIndex) or not child.isValid() or not child.internalId():
            return QModelIndex()
        return self.createIndex(child.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = TOP) -> int:
        if not parent.isValid():
            return len(self._sources)
        if parent.internalId() or parent.column() > 0:
            return 0
        return _below(self._sources[parent.row()])

    def columnCount(self, parent: Index = TOP) -> int:  # noqa: ARG002 - Qt names the argument
        return len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        source = self.source_at(index)
        if source is None:
            return None
        page = source.pages[index.row()] if index.internalId() else None
        cells = page_cells(page) if page is not None else source_cells(source)
        cell = cells[index.column()]
        if role == MARK:
            return cell if isinstance(cell, Mark) else None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return cell.word if isinstance(cell, Mark) else cell
        return None


def _below(source: SourceRow) -> int:
    """Rows under a source: a single page says everything in its source's own row."""
    return len(source.pages) if len(source.pages) > 1 else 0


def page_cells(page: PageRow) -> tuple[str, Mark, str]:
    """A page's row: number, state, what it is or what is wrong."""
    side = f"{page.form_title} 第 {page.form_page} 面" if page.form_title and page.form_page else page.form_title
    return f"第 {page.number} 页", page_mark(page), page.reason or side


def source_cells(source: SourceRow) -> tuple[str, Mark, str]:
    """A file's row: its name, how far it is, when it came or what is wrong."""
    if source.state is not SourceState.SPLIT:
        return source.name, SOURCE[source.state], source.reason or moment(source.received_at)
    if len(source.pages) == 1:
        _number, mark, words = page_cells(source.pages[0])
        return source.name, mark, words or moment(source.received_at)
    return source.name, _summary(source.pages), f"{len(source.pages)} 页 · {moment(source.received_at)}"


def _summary(pages: tuple[PageRow, ...]) -> Mark:
    waiting = sum(page.state is PageState.RECEIVED for page in pages)
    failed = sum(page.state is PageState.FAILED for page in pages)
    if waiting:
        return Mark(f"已识别 {len(pages) - waiting} / {len(pages)} 页", "secondary", "clock")
    if failed:
        return Mark(f"{failed} 页没有读成", "error", "cross")
    odd = sum(page_mark(page).role == "doubt" for page in pages)
    if odd:
        return Mark(f"{odd} 页要看一下", "doubt", "doubt")
    return Mark("已识别", "confirmed", "tick")

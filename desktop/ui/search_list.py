"""Below the search box: what was found beside the children, by kind. Down goes into it, Enter opens, Esc closes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import ROW, roles
from workflow import finding
from workflow.finding import Found, FoundKind

KINDS = {FoundKind.DRAFT: "待核对的登记表", FoundKind.BATCH: "报送批次"}
WAIT_MS = 200  # who types on asks once
WHAT = Qt.ItemDataRole.UserRole


class SearchList(QListWidget):
    """``chosen`` carries what is to be opened."""

    chosen = Signal(object)  # Found

    def __init__(self, jobs: Jobs, search: QLineEdit, window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._search = search
        self._window = window
        self._asked = 0
        self.setObjectName("suggestions")
        self.setAccessibleName("找到的登记表和批次")
        self.hide()
        self.itemActivated.connect(self._activated)
        self.itemClicked.connect(self._activated)
        self._wait = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._wait.timeout.connect(self._ask)
        search.textEdited.connect(lambda _words: self._wait.start())
        search.installEventFilter(self)

    def close_list(self) -> None:
        """Nothing is offered any more."""
        self._wait.stop()
        self._asked += 1
        self.hide()

    def _ask(self) -> None:
        self._asked += 1
        asked, words = self._asked, self._search.text()
        self._jobs.read(
            lambda store, actor: finding.find(store, actor, words),
            lambda found: self._show(asked, found),
            owner=self,
        )

    def _show(self, asked: int, found: Sequence[Found]) -> None:
        if asked != self._asked:
            return  # an answer to what was typed before
        self.clear()
        for kind, rows in groupby(found, key=lambda each: each.kind):
            head = QListWidgetItem(KINDS[kind])
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            head.setForeground(QColor(roles().secondary))
            self.addItem(head)
            for each in rows:
                item = QListWidgetItem("　".join(part for part in (each.title, each.more) if part))
                item.setData(WHAT, each)
                self.addItem(item)
        self.setVisible(bool(found))
        if found:
            where = self._search.mapTo(self._window, QPoint(0, self._search.height() + 4))
            self.setGeometry(where.x(), where.y(), self._search.width(), min(self.count(), 10) * ROW + 12)
            self.raise_()

    def _activated(self, item: QListWidgetItem) -> None:
        found = item.data(WHAT)
        if isinstance(found, Found):
            self.close_list()
            self.chosen.emit(found)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.isVisible():
            if event.key() == Qt.Key.Key_Down.value:
                self.setFocus()
                self.setCurrentRow(1)  # below the first heading
                return True
            if event.key() == Qt.Key.Key_Escape.value:
                self.close_list()
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        up = event.key() == Qt.Key.Key_Up.value and self.currentRow() <= 1
        if event.key() == Qt.Key.Key_Escape.value or up:
            self._search.setFocus()
            if not up:
                self.close_list()
            return
        if event.key() in {Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value}:
            item = self.currentItem()
            if self.currentRow() >= 0 and not event.isAutoRepeat():
                self._activated(item)
            return
        super().keyPressEvent(event)

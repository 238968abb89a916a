"""Which columns of a list are shown, and in which order: chosen by whoever looks, and kept for her."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.parts import button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from workflow import kept_views

Row = TypeVar("Row")
HIGH = 28  # px


class ColumnChoice(QObject, Generic[Row]):
    """``button`` opens the choice. ``every``: all there are, the first of which always stays; ``usual``: how many of
    them are shown, from the first, to whom has chosen nothing."""

    def __init__(
        self, jobs: Jobs, table: Table, model: RowsModel[Row], listed: str, every: Sequence[Column[Row]], usual: int
    ) -> None:
        super().__init__(table)
        self._jobs, self._table, self._model = jobs, table, model
        self._listed = listed
        self._every = {each.title: each for each in every}
        self._usual = tuple(self._every)[:usual]
        self.button = button("栏目", self.choose, icon="form", name=f"columns_{listed}")
        jobs.read(lambda store, actor: kept_views.columns(store, actor, listed), self._show, owner=self)

    @property
    def shown(self) -> tuple[str, ...]:
        """Titles, in their order."""
        return tuple(each.title for each in self._model.columns)

    def _show(self, titles: Sequence[str]) -> None:
        first = next(iter(self._every))
        known = [title for title in titles if title in self._every and title != first]
        wanted = (first, *known) if known else self._usual
        if wanted != self.shown:
            self._table.set_columns([self._every[title] for title in wanted])

    def choose(self) -> None:
        """Ask, and keep what was chosen."""
        ColumnsDialog(tuple(self._every), self.shown, self._usual, self._keep, self._table.window()).open()

    def _keep(self, titles: tuple[str, ...]) -> None:
        self._show(titles)
        kept = () if titles == self._usual else titles
        self._jobs.write(
            lambda store, actor, now: kept_views.keep_columns(store, actor, now, self._listed, kept), owner=self
        )


class Ordered(QListWidget):
    """Ctrl and an arrow asks to move the one at hand."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if steps is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(steps)
            return
        super().keyPressEvent(event)


class ColumnsDialog(QDialog):
    """Space ticks, Ctrl and an arrow moves; ``chosen`` gets the titles."""

    def __init__(
        self,
        every: Sequence[str],
        shown: Sequence[str],
        usual: Sequence[str],
        chosen: Callable[[tuple[str, ...]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("栏目")
        self.resize(440, 560)
        self._every, self._usual, self._chosen = tuple(every), tuple(usual), chosen
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("列表里显示哪些栏目", "heading"))
        box.addWidget(
            text("空格勾上或取消，Ctrl+上、下方向键换次序。只对您自己，下次打开还是这样。", "secondary", wrap=True)
        )
        self.list = Ordered()
        self.list.setObjectName("column_list")
        self.list.setAccessibleName("栏目")
        box.addWidget(self.list, 1)
        order = line()
        self.up = button("上移", lambda: self.move_by(-1), name="column_up")
        self.down = button("下移", lambda: self.move_by(1), name="column_down")
        for each in (self.up, self.down):
            order.addWidget(each)
        order.addStretch()
        order.addWidget(button("恢复原样", lambda: self.fill(self._usual), role="quiet", name="usual_columns"))
        box.addLayout(order)
        foot = line()
        foot.addStretch()
        foot.addWidget(button("取消", self.reject))
        foot.addWidget(button("用这些栏目", self.take, role="primary", name="take_columns"))
        box.addLayout(foot)
        self.list.moved.connect(self.move_by)
        self.finished.connect(self.deleteLater)
        self.fill(tuple(shown))
        self.list.setFocus()

    def fill(self, shown: Sequence[str]) -> None:
        """These ticked and in this order, the others behind them."""
        self.list.clear()
        for title in (*shown, *(title for title in self._every if title not in shown)):
            item = QListWidgetItem(title, self.list)
            item.setSizeHint(QSize(0, HIGH))
            if title == self._every[0]:  # what a person recognises stands first
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setText(f"{title}（总在最前）")
                continue
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if title in shown else Qt.CheckState.Unchecked)
        self.list.setCurrentRow(min(1, self.list.count() - 1))

    def move_by(self, steps: int) -> None:
        """The one at hand goes up or down; nothing goes before the first."""
        at = self.list.currentRow()
        to = at + steps
        if at >= 1 and 1 <= to < self.list.count():
            item = self.list.takeItem(at)
            self.list.insertItem(to, item)
            self.list.setCurrentRow(to)

    def take(self) -> None:
        """Use what is ticked."""
        items = [self.list.item(at) for at in range(1, self.list.count())]
        ticked = tuple(item.text() for item in items if item.checkState() is Qt.CheckState.Checked)
        self.accept()
        self._chosen((self._every[0], *ticked))

"""The proposed fields as a list, those to be looked at first, and what is done with those that are chosen."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QWidget

from desktop.ui.forms.canvas import FormCanvas
from desktop.ui.forms.editing import Editing
from desktop.ui.forms.field_panel import kind_words
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.parts import button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import Mark
from forms.proposal import ProposedField


def _mark(field: ProposedField) -> Mark:
    return Mark("", "confirmed", "tick") if field.sure else Mark("要看", "doubt", "doubt")


COLUMNS: tuple[Column[ProposedField], ...] = (
    Column("", _mark, 72),
    Column("表上写的", lambda field: field.label),
    Column("类型", kind_words, 120),
)


class FieldList(QWidget):
    """Shows what ``editing`` has and chooses in it; fields are drawn and cut on ``canvas``.

    ``name_wanted``: the field at hand is to be named.
    """

    name_wanted = Signal()

    def __init__(self, editing: Editing, canvas: FormCanvas) -> None:
        super().__init__()
        self._editing = editing
        self._canvas = canvas
        self._filling = False
        self.model: RowsModel[ProposedField] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "proposed_fields", "栏目，要看的在前")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setMinimumHeight(148)
        box = column(self, space=INSIDE)
        box.addLayout(self._deeds())
        box.addWidget(self.table, 1)
        editing.changed.connect(self._changed)
        editing.chosen.connect(self._chosen)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.opened.connect(lambda _row: editing.agree())
        for key, deed in (
            (Qt.Key.Key_Delete, self._editing.remove),
            (Qt.Key.Key_F2, self.name_wanted.emit),
            (Qt.Key.Key_M, self._editing.merge),
            (Qt.Key.Key_N, self._canvas.add),
            (Qt.Key.Key_S, self._canvas.begin_cut),
        ):
            QShortcut(QKeySequence(key), self.table, deed).setContext(Qt.ShortcutContext.WidgetShortcut)
        across = QShortcut(QKeySequence("Shift+S"), self.table, lambda: self._canvas.begin_cut(across=True))
        across.setContext(Qt.ShortcutContext.WidgetShortcut)

    def _deeds(self) -> QHBoxLayout:
        row = line(space=4)
        self.told = text("", "secondary")
        row.addWidget(self.told, 1)
        self.agrees = button("没错", self._editing.agree, role="quiet", name="agree")
        self.cuts = button("分开", self._canvas.begin_cut, role="quiet", name="split")
        self.joins = button("合并", self._editing.merge, role="quiet", name="merge")
        self.drops = button("去掉", self._editing.remove, role="quiet", name="remove")
        self.adds = button("加一栏", self._canvas.add, role="quiet", name="draw")
        for deed in (self.agrees, self.cuts, self.joins, self.drops, self.adds):
            row.addWidget(deed)
        return row

    def _changed(self) -> None:
        self.model.set_rows(self._editing.in_order())
        doubtful, whole = self._editing.doubtful(), len(self.model.rows)
        self.told.setText(f"{doubtful} / {whole} 要看" if doubtful else f"{whole} 栏")
        self._select()

    def _chosen(self) -> None:
        self._select()
        for deed in (self.agrees, self.cuts, self.joins, self.drops):
            deed.setEnabled(self._editing.field is not None)

    def _select(self) -> None:
        """The list shows what is chosen."""
        self._filling = True
        rows = {field.key: number for number, field in enumerate(self.model.rows)}
        chosen = QItemSelection()
        for key in self._editing.keys:
            if key in rows:
                index = self.model.index(rows[key], 0)
                chosen.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        model = self.table.selectionModel()
        model.select(chosen, flags.ClearAndSelect | flags.Rows)
        if self._editing.keys and self._editing.keys[0] in rows:
            at = self.model.index(rows[self._editing.keys[0]], 0)
            model.setCurrentIndex(at, flags.NoUpdate)
            self.table.scrollTo(at)
        self._filling = False

    def _selected(self) -> None:
        """What is selected in the list is chosen; the row at hand comes first."""
        if self._filling:
            return
        at = self.table.currentIndex().row()
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()}, key=lambda r: (r != at, r))
        self._editing.choose([self.model.rows[row].key for row in rows])

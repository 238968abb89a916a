"""What the field at hand is: its printed name, which field of the dictionary, its kind, its tick boxes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.forms.editing import Editing
from desktop.ui.forms.names import NameEdit
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.gate import add_field, fields_grid
from desktop.ui.widgets.parts import Choice, Elided, button, column, line, set_role, text
from forms import proposal as edit
from forms.dictionary import load_dictionary
from forms.kinds import Kind
from forms.proposal import ProposedField

KINDS: dict[Kind, str] = {
    Kind.TEXT: "文字",
    Kind.NAME: "姓名",
    Kind.ID_NUMBER: "身份证号",
    Kind.DATE: "日期",
    Kind.MONTH: "年月",
    Kind.PHONE: "电话",
    Kind.ADDRESS: "地址",
    Kind.NUMBER: "数字",
    Kind.CHOICE: "勾选",
    Kind.SIGNATURE: "签名、盖章",
    Kind.DIVISION: "行政区划",
    Kind.CODE: "代码",
}
OF_ITS_OWN = tuple(kind for kind in KINDS if kind not in (Kind.DIVISION, Kind.CODE))
"""A table of codes belongs to a key of the dictionary; a field of the form's own has none."""


def kind_words(field: ProposedField) -> str:
    """``勾选 4 项``, ``一字一格 18 格``, or the kind."""
    if field.options:
        return f"勾选 {len(field.options)} 项"
    return f"一字一格 {len(field.cells)} 格" if field.cells else KINDS[field.kind]


class FieldPanel(QFrame):
    """Everything typed here goes to the proposal at once. ``option_wanted``: the next box drawn is a tick box."""

    option_wanted = Signal()

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._editing = editing
        self._filling = False
        self._options: list[QLineEdit] = []
        box = column(self, space=INSIDE, around=BETWEEN)
        self.around = Elided("", "secondary")
        box.addWidget(self.around)
        self._make_entries()
        grid = fields_grid()
        add_field(grid, "表上写的", self.label)
        add_field(grid, "是哪一栏", self.name)
        add_field(grid, "类型", self.kind)
        box.addLayout(grid)
        ticks = line(space=BETWEEN)
        ticks.addWidget(self.needed)
        ticks.addWidget(self.several)
        ticks.addStretch()
        box.addLayout(ticks)
        self._make_options(box)
        editing.changed.connect(self.fill)
        editing.chosen.connect(self.fill)
        self.fill()

    def _make_entries(self) -> None:
        self.label = QLineEdit()
        self.label.setObjectName("field_label")
        self.label.editingFinished.connect(self._relabel)
        self.name = NameEdit()
        self.name.named.connect(self._editing.name)
        self.kind = Choice()
        self.kind.setObjectName("field_kind")
        self.kind.activated.connect(self._set_kind)
        self.needed = QCheckBox("必填")
        self.needed.setObjectName("field_required")
        self.needed.clicked.connect(self._set_needed)
        self.several = QCheckBox("可以勾几项")
        self.several.setObjectName("field_multiple")
        self.several.clicked.connect(self._set_several)

    def _make_options(self, box: QVBoxLayout) -> None:
        row = line()
        self._told_options = text("", "secondary")
        row.addWidget(self._told_options, 1)
        self.add = button("加一个选项", self._add_option, role="quiet", icon="plus", name="add_option")
        self.draw = button("在表上画选项", self.option_wanted.emit, role="quiet", name="draw_option")
        row.addWidget(self.draw)
        row.addWidget(self.add)
        box.addLayout(row)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setMinimumHeight(40)
        self._scroll.setMaximumHeight(116)
        box.addWidget(self._scroll)

    # -- showing ------------------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Show the field at hand."""
        field, count = self._editing.field, len(self._editing.keys)
        self.setEnabled(field is not None and count == 1)
        self._filling = True
        if field is None or count != 1:
            self._empty(count)
        else:
            self._show(field)
        self._filling = False

    def _empty(self, count: int) -> None:
        set_role(self.around, "secondary")
        several = f"选中 {count} 栏：按 M 合并成一栏，按 Delete 去掉。"
        self.around.setText(several if count else "在表样上点一栏，或在列表里选。")
        self.label.clear()
        self.name.show_key("")
        self.kind.clear()
        for tick in (self.needed, self.several):
            tick.setChecked(False)
        self._show_options(None)

    def _show(self, field: ProposedField) -> None:
        known = load_dictionary().fields.get(field.key)
        set_role(self.around, "secondary" if field.sure else "doubt")
        where = f"“{'／'.join(reversed(field.contexts))}”下面。" if field.contexts else ""
        told = "字典里没有这样的栏目，看看是不是本表自己的。" if known is None else "不一定是这一栏，请看一眼。"
        self.around.setText(f"第 {field.page} 面　{where}{'' if field.sure else told}")
        if not self.label.hasFocus() or self.label.text() != field.label:
            self.label.setText(field.label)
        self.name.show_key(field.key)
        self.kind.clear()
        kinds = (field.kind,) if known is not None else OF_ITS_OWN
        for kind in kinds:
            self.kind.addItem(KINDS[kind], kind)
        self.kind.setCurrentIndex(self.kind.findData(field.kind))
        self.kind.setEnabled(known is None)
        self.needed.setEnabled(known is None)
        self.needed.setChecked(field.required or (known is not None and known.required_when == "always"))
        self.needed.setToolTip("" if known is None else "什么时候必填由字典规定")
        self.several.setChecked(field.multiple)
        self._show_options(field)

    def _show_options(self, field: ProposedField | None) -> None:
        choice = field is not None and (bool(field.options) or field.kind is Kind.CHOICE)
        for part in (self.several, self.add, self.draw, self._scroll, self._told_options):
            part.setVisible(choice)
        options = field.options if field is not None else ()
        self._told_options.setText(f"{len(options)} 个选项" if options else "还没有选项的方框")
        held = [n for n, entry in enumerate(self._options) if entry.hasFocus()]
        inner = QWidget()
        inner.setObjectName("scrolled")
        box = column(inner, space=4)
        self._options = []
        for number, option in enumerate(options):
            row = line()
            entry = QLineEdit(option.label)
            entry.setObjectName(f"option_{number}")
            entry.setAccessibleName(f"第 {number + 1} 个选项")
            entry.editingFinished.connect(partial(self._rename_option, number, entry))
            self._options.append(entry)
            row.addWidget(entry, 1)
            row.addWidget(
                button("去掉", partial(self._drop_option, number), role="quiet", name=f"drop_option_{number}")
            )
            box.addLayout(row)
        box.addStretch()
        before = self._scroll.takeWidget()
        if before is not None:  # one of its entries may be speaking just now
            before.hide()
            before.deleteLater()
        self._scroll.setWidget(inner)
        self._scroll.setMinimumHeight(min(116, 36 * max(len(options), 1)))
        if held and held[0] < len(self._options):
            self._options[held[0]].setFocus()

    # -- typing -------------------------------------------------------------------------------------------------------

    def _relabel(self) -> None:
        field, typed = self._editing.field, self.label.text()
        if field is None or self._filling or typed == field.label:
            return
        if not self._editing.take(lambda p: edit.relabelled(p, field.key, typed)):
            self.label.setText(field.label)

    def _set_kind(self) -> None:
        field, kind = self._editing.field, self.kind.currentData()
        if field is not None and isinstance(kind, str) and kind != field.kind:
            self._editing.take(lambda p: edit.of_kind(p, field.key, Kind(kind)))

    def _set_needed(self, on: bool) -> None:
        field = self._editing.field
        if field is not None:
            self._editing.take(lambda p: edit.needed(p, field.key, on))

    def _set_several(self, on: bool) -> None:
        field = self._editing.field
        if field is not None:
            self._editing.take(lambda p: edit.several(p, field.key, on))

    def _add_option(self) -> None:
        self._editing.add_option()
        if self._options:
            self._options[-1].setFocus()
            self._options[-1].selectAll()

    def _rename_option(self, number: int, entry: QLineEdit) -> None:
        field = self._editing.field
        if field is None or self._filling or number >= len(field.options) or not entry.text().strip():
            return
        if entry.text().strip() == field.options[number].label:
            return
        wanted = [(o.label, o.box) for o in field.options]
        wanted[number] = (entry.text().strip(), wanted[number][1])
        self._editing.set_options(wanted)

    def _drop_option(self, number: int) -> None:
        field = self._editing.field
        if field is not None:
            self._editing.set_options([(o.label, o.box) for n, o in enumerate(field.options) if n != number])

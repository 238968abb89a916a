"""Two children side by side: what agrees calm, what differs marked, the paper of both beside the field at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.jobs import Jobs
from desktop.ui.children.fields import Crop, Step, is_id_number, with_crops
from desktop.ui.children.page import PaperDialog
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.parts import Choice, Elided, button, column, line, rule, scrolled, set_role, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import Mark, day, grouped
from records.views_duplicates import PairDetail, PairField, PairSide, PairView
from workflow import child_page, duplicates, twins, verify
from workflow.changes import Changes

REASONS = ("核对了户口簿", "看了两份纸质件", "打电话问过监护人")
NOT_FILLED = "（没填）"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One row: the field, and whose value counts."""

    field: PairField
    one_counts: bool


def _said(row: Chosen, *, one: bool) -> str | Mark:
    words = (row.field.one if one else row.field.other) or NOT_FILLED
    words = grouped(words) if is_id_number(row.field.key) else words
    if row.field.agrees:
        return words
    if not row.field.choosable:
        return Mark(words, "doubt")
    return Mark(words, "ink", "tick") if one == row.one_counts else Mark(words, "secondary")


def _label(row: Chosen) -> Mark:
    return Mark(row.field.label, "secondary") if row.field.agrees else Mark(row.field.label, "doubt", "doubt")


class FieldsTable(Table):
    """Left and right say whose value counts."""

    sided = Signal(int, bool)  # row, the left one's

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex().row()
        if at >= 0 and event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and not event.modifiers():
            self.sided.emit(at, event.key() == Qt.Key.Key_Left)
            return
        super().keyPressEvent(event)


class ComparePanel(QFrame):
    """Emits ``decided`` with what to say when the pair is settled, ``later`` to go on to the next one."""

    decided = Signal(str, str)  # the words, and the merge's id or ""
    later = Signal()
    open_child = Signal(str)

    def __init__(self, jobs: Jobs, *, may_merge: bool) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._jobs = jobs
        self._may_merge = may_merge
        self._asked = ""
        self._wanted_field = ""
        self.detail: PairDetail | None = None
        columns: tuple[Column[Chosen], ...] = (
            Column("栏目", _label, 168),
            Column("", partial(_said, one=True), 248),
            Column("", partial(_said, one=False)),
        )
        self.model: RowsModel[Chosen] = RowsModel(columns, parent=self)
        self.table = FieldsTable(self.model)
        self.table.setObjectName("pair_fields")
        self.table.setAccessibleName("两边登记的内容，不一样的在前")
        self.table.setMinimumHeight(150)
        self.table.horizontalHeader().hide()
        self.table.at_hand.connect(self._at_hand)
        self.table.sided.connect(self.choose)
        self.table.clicked.connect(lambda index: self._clicked(index.row(), index.column()))
        whole = column(self, space=INSIDE, around=BETWEEN)
        pair = QWidget()
        box = column(pair, space=INSIDE)
        self.why = text("", "", wrap=True)
        box.addWidget(self.why)
        box.addLayout(self._heads())
        box.addWidget(self.table, 1)
        self.told = text("", "secondary", wrap=True)
        box.addWidget(self.told)
        box.addLayout(self._crops())
        whole.addWidget(scrolled(pair, "两边的登记"), 1)  # on a low screen the buttons below stay in sight
        whole.addWidget(rule())
        whole.addLayout(self._foot())
        self.refusal = text("", "error", wrap=True)
        self.refusal.hide()
        whole.addWidget(self.refusal)
        self.show_pair(None)

    # -- building -----------------------------------------------------------------------------------------------------

    def _heads(self) -> QHBoxLayout:
        row = line(space=BETWEEN)
        self._names: list[Elided] = []
        self._facts: list[QLabel] = []
        for number, where in enumerate(("one", "other")):
            side = column(space=4)
            top = line(space=4)
            name = Elided("", "heading")
            self._names.append(name)
            top.addWidget(name, 1)
            top.addWidget(button("看纸质件", partial(self._paper, number), role="quiet", name=f"paper_{where}"))
            top.addWidget(button("档案页", partial(self._child, number), role="quiet", name=f"child_{where}"))
            side.addLayout(top)
            facts = text("", "secondary", wrap=True)
            self._facts.append(facts)
            side.addWidget(facts)
            row.addLayout(side, 1)
        return row

    def _crops(self) -> QHBoxLayout:
        row = line(space=BETWEEN)
        self._crop_boxes: list[QVBoxLayout] = []
        for _number in range(2):
            holder = QWidget()
            holder.setMinimumHeight(76)
            box = column(holder, space=0)
            self._crop_boxes.append(box)
            row.addWidget(holder, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        self.reason = Choice()
        self.reason.setObjectName("merge_reason")
        self.reason.setAccessibleName("合并的依据")
        self.reason.setEditable(True)
        self.reason.addItems(REASONS)
        self.reason.setCurrentIndex(-1)
        edit = self.reason.lineEdit()
        assert edit is not None  # it is editable
        edit.setPlaceholderText("依据，例如核对了户口簿")
        edit.returnPressed.connect(self.merge)
        self.laters = button("以后再看", self.later.emit, name="later")
        self.aparts = button("不是同一个", self.keep_apart, name="apart")
        self.merges = button("合并", self.merge, role="primary", name="merge")
        row.addWidget(self.reason, 1)
        for deed in (self.laters, self.aparts, self.merges):
            row.addWidget(deed)
        return row

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_pair(self, pair: PairView | None) -> None:
        """Another pair; its fields are read. Of a child outside only its township and the score are there."""
        self.detail = None
        self._asked = "" if pair is None or not pair.other.inside else f"{pair.one.child_id}/{pair.other.child_id}"
        self._wanted_field = ""
        self.model.set_rows(())
        self._clear_crops()
        self.refusal.hide()
        self.setVisible(pair is not None)
        self._enable(False)
        if pair is None:
            return
        inside = pair.other.inside
        for part in (self.table, self.reason, self.aparts, self.merges):
            part.setVisible(inside)
        for part in (self.reason, self.aparts, self.merges):
            part.setVisible(inside and self._may_merge)
        self._names[0].setText(pair.one.name)
        self._names[1].setText(pair.other.name if inside else "不归您管的一名儿童")
        for facts in self._facts:
            facts.setText("")
        if not inside:
            self.why.setText(f"相似 {pair.other.score} 分。")
            self._facts[1].setText(pair.other.township)
            self.told.setText("另一名不归您管，只能说在哪里。请和那边联系，由两边都能看的人来比对。")
            return
        self.why.setText("、".join(pair.other.reasons))
        self.told.setText("正在打开两边的登记表")
        one, other = pair.one.child_id, pair.other.child_id
        self._jobs.read(
            lambda store, actor: twins.compare(store, actor, one, other),
            partial(self._show, self._asked),
            owner=self,
            failed=self._refuse,
        )

    def _show(self, asked: str, detail: PairDetail) -> None:
        if asked != self._asked:
            return
        self.detail = detail
        for name, facts, side in zip(self._names, self._facts, (detail.one, detail.other), strict=True):
            name.setText(side.name)
            facts.setText(_facts(side, newer=(side is detail.one) == detail.newer_is_one))
        self.model.set_rows([Chosen(field, detail.newer_is_one) for field in detail.fields])
        differ = sum(not field.agrees for field in detail.fields)
        told = f"{differ} 栏不一样" if differ else "登记的内容全都一样"
        how = "合并后以打勾的一边为准，按左右方向键或点一下改；默认用较新的。" if differ and self._may_merge else ""
        self.told.setText(f"{told}，{len(detail.fields) - differ} 栏一样。{how}")
        self._enable(True)
        if detail.fields:
            self.table.selectRow(0)

    def _enable(self, on: bool) -> None:
        for part in (self.reason, self.aparts, self.merges):
            part.setEnabled(on)

    def _clear_crops(self) -> None:
        for box in self._crop_boxes:
            while box.count():
                widget = box.takeAt(0).widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()

    def _at_hand(self, position: int) -> None:
        self._clear_crops()
        detail = self.detail
        if detail is None or not 0 <= position < len(self.model.rows):
            return
        key = self._wanted_field = self.model.rows[position].field.key
        ids = (detail.one.child_id, detail.other.child_id)
        self._jobs.read(
            lambda store, actor: tuple(
                with_crops(
                    child_page.field_history(store, actor, child_id, key),
                    lambda page_id: verify.page_image(store, actor, page_id),
                )
                for child_id in ids
            ),
            partial(self._show_crops, key),
            owner=self,
        )

    def _show_crops(self, key: str, sides: Sequence[Sequence[Step]]) -> None:
        if key != self._wanted_field:
            return
        self._clear_crops()
        for box, steps in zip(self._crop_boxes, sides, strict=True):
            crop = next((step.crop for step in steps if not step.crop.isNull()), None)
            box.addWidget(Crop(crop) if crop is not None else text("纸面上没有这一栏", "secondary"))

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _clicked(self, row: int, at: int) -> None:
        if at > 0:
            self.choose(row, at == 1)

    def choose(self, row: int, one: bool) -> None:
        """The value of this side counts after a merge."""
        rows = list(self.model.rows)
        if not rows[row].field.choosable or rows[row].one_counts == one:
            return
        rows[row] = Chosen(rows[row].field, one)
        self.model.set_rows(rows)
        self.table.selectRow(row)

    def values(self) -> dict[str, str]:
        """Field to the registration whose value counts, where that isn't the newer one's."""
        detail = self.detail
        if detail is None:
            return {}
        older = detail.other if detail.newer_is_one else detail.one
        return {
            row.field.key: older.registration_id
            for row in self.model.rows
            if row.field.choosable and row.one_counts != detail.newer_is_one
        }

    # -- doing --------------------------------------------------------------------------------------------------------

    def merge(self) -> None:
        """Make them one."""
        detail, why = self.detail, self.reason.currentText().strip()
        if detail is None or not self._may_merge or not self.merges.isEnabled():
            return
        if not why:
            self._refuse("请先写依据：凭什么认定是同一个孩子。")
            self.reason.setFocus()
            return
        kept = detail.kept_id
        gone = detail.other.child_id if kept == detail.one.child_id else detail.one.child_id
        values = self.values()
        self._enable(False)
        words = f"{detail.one.name}、{detail.other.name}已合并为一名。"
        self._jobs.write(
            lambda store, actor, now: duplicates.merge(store, actor, now, kept, gone, why, values),
            lambda result: self.decided.emit(words, result[1]),
            owner=self,
            failed=self._refuse,
        )

    def to_reason(self) -> None:
        """To the words of why."""
        self.reason.setFocus()

    def keep_apart(self) -> None:
        """They are two children; nobody is asked again."""
        detail, why = self.detail, self.reason.currentText().strip()
        if detail is None or not self._may_merge or not self.aparts.isEnabled():
            return
        one, other = detail.one.child_id, detail.other.child_id
        self._enable(False)
        self._jobs.write(
            lambda store, actor, now: duplicates.keep_apart(store, actor, now, one, other, why),
            self._kept_apart,
            owner=self,
            failed=self._refuse,
        )

    def _kept_apart(self, _changes: Changes) -> None:
        assert self.detail is not None  # what was kept apart
        self.decided.emit(f"{self.detail.one.name}、{self.detail.other.name}记为两个孩子，以后不再提示。", "")

    def _refuse(self, told: str) -> None:
        self._enable(self.detail is not None)
        set_role(self.refusal, "error")
        self.refusal.setText(told)
        self.refusal.show()

    def _side(self, number: int) -> PairSide | None:
        return None if self.detail is None else (self.detail.one, self.detail.other)[number]

    def _paper(self, number: int) -> None:
        side = self._side(number)
        if side is not None and side.pages:
            PaperDialog(self._jobs, side.pages[0], f"{side.name}　{side.archive_number}", self).open()

    def _child(self, number: int) -> None:
        side = self._side(number)
        if side is not None:
            self.open_child.emit(side.child_id)


def _facts(side: PairSide, *, newer: bool) -> str:
    when = day(side.form_date) if side.form_date is not None else "没有填表日期"
    many = f"共 {side.registrations} 份登记表" if side.registrations > 1 else ""
    parts = (f"{when}填{'（较新）' if newer else ''}", side.archive_number, many, side.place.removeprefix("吉林省"))
    return "　".join(part for part in parts if part)

"""报送批次: the list of batches, one batch, and the choosing of a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.batches.batch_panel import BatchPanel
from desktop.ui.batches.new_batch import NewBatch
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import BATCH
from records.views import BatchSummary, ReportedElsewhere
from workflow import report, sentences
from workflow.changes import Changes

REFRESH_MS = 150
EMPTY, LIST, NEW = range(3)
KEYS = (
    ("上、下方向键", "换一个批次，或换一名儿童"),
    ("Enter", "在批次上：到它的名单；在名单上：记系统的答复"),
    ("空格", "选人时勾上或取消这一份（Enter 也可以）"),
    ("Esc", "选人时不建批次，返回"),
    ("Tab", "到下一处"),
)

COLUMNS: tuple[Column[BatchSummary], ...] = (
    Column("批次", lambda row: row.name),
    Column("状态", lambda row: BATCH[row.state], 88),
    Column("人数", lambda row: str(row.rows), 56, right=True),
)


class BatchesScreen(QWidget):
    """Left the batches, right the one at hand; the choosing of a new one takes the whole screen."""

    go_drafts = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._wanted = ""
        self.model: RowsModel[BatchSummary] = RowsModel(COLUMNS, parent=self)
        self.table = Table(self.model)
        self.table.setObjectName("batches")
        self.table.setAccessibleName("报送批次")
        self.table.setMinimumWidth(256)
        self.table.at_hand.connect(self._at_hand)
        self.notice = Notice()
        self.panel = BatchPanel(jobs, self.notice)
        self.table.opened.connect(lambda _row: self.panel.table.setFocus())
        self.new = NewBatch(jobs)
        self.new.made.connect(self._made)
        self.new.left.connect(self.read)
        self.new.go_drafts.connect(self.go_drafts)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "报送批次的按键", KEYS)
        jobs.changed.connect(self._changed)

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self.notice)
        left = QWidget()
        left.setMaximumWidth(336)  # names of batches are short; what is in one needs the room
        left_box = column(left, space=BETWEEN)
        row = line()
        row.addWidget(text("报送到全国儿童福利信息系统", "secondary", wrap=True), 1)
        row.addWidget(button("新建批次", self.choose, role="primary", icon="plus", name="new_batch"))
        left_box.addLayout(row)
        left_box.addWidget(self.table, 1)
        self.elsewhere = text("", "secondary", wrap=True, selectable=True)
        self.elsewhere.setObjectName("reported_elsewhere")
        self.elsewhere.hide()
        left_box.addWidget(self.elsewhere)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "batches",
                "还没有报送批次",
                "把核对好的登记表选成一批，冻结以后写成工作簿去报送；系统的答复按孩子记回来。",
                button("新建批次", self.choose, role="primary", icon="plus", name="first_batch"),
            )
        )
        self._either.addWidget(halves(left, self.panel, (316, 852)))
        self._either.addWidget(self.new)
        box.addWidget(holder, 1)

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        (self.new.table if self._either.currentIndex() == NEW else self.table).setFocus()

    def read(self) -> None:
        """Read the list again."""
        self._jobs.read(report.batches, self._show, owner=self)
        self._jobs.read(report.elsewhere, self._show_elsewhere, owner=self)

    def show_batch(self, batch_id: str) -> None:
        """This batch is at hand when the list has been read."""
        self._wanted = batch_id

    def choose(self) -> None:
        """Choose registrations for a new batch."""
        self.notice.drop()
        self.new.begin(len(self.model.rows) + 1)
        self._either.setCurrentIndex(NEW)

    def _made(self, batch_id: str) -> None:
        self._wanted = batch_id
        self.notice.say("批次已建好，还可以核对名单。确定后冻结，再写出工作簿。", "good")
        self._either.setCurrentIndex(LIST)
        self.read()

    def _changed(self, changes: Changes) -> None:
        if changes.batches and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, rows: Sequence[BatchSummary]) -> None:
        index = self.table.currentIndex()
        before = self._wanted or (self.model.rows[index.row()].batch_id if index.isValid() else "")
        self._wanted = ""
        self.model.set_rows(rows)
        if self._either.currentIndex() != NEW or not self.new.choosing:
            self._either.setCurrentIndex(LIST if rows else EMPTY)
        found = [i for i, row in enumerate(rows) if row.batch_id == before]
        if rows:
            self.table.selectRow(found[0] if found else 0)

    def _show_elsewhere(self, told: Sequence[ReportedElsewhere]) -> None:
        """What other offices reported, as their packages said: nothing to do here but to know it."""
        lines = [sentences.reported_elsewhere(each).replace(" 报送　", " 报送\n　") for each in told]
        self.elsewhere.setText("\n".join(["别的单位报送的：", *lines]))
        self.elsewhere.setVisible(bool(lines))

    def _at_hand(self, position: int) -> None:
        rows = self.model.rows
        self.panel.show_batch(rows[position].batch_id if 0 <= position < len(rows) else "")

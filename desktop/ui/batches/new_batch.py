"""Choose verified registrations for a batch; what speaks against one is said before it is frozen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.parts import EmptyState, button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import Mark, civil_day, day
from records.views import CandidateRow
from workflow import report
from workflow.changes import Changes


def remarks(row: CandidateRow) -> Mark:
    """The first thing that speaks against reporting this child, by weight."""
    for severity, role, icon in (("error", "error", "cross"), ("warning", "doubt", "doubt")):
        found = [finding.sentence for finding in row.findings if finding.severity == severity]
        if found:
            count = f"{len(found)} 处：" if len(found) > 1 else ""  # in front: a long sentence loses its end
            return Mark(count + found[0], role, icon)
    return Mark("可以报送", "confirmed", "tick")


COLUMNS: tuple[Column[CandidateRow], ...] = (
    Column("姓名", lambda row: row.name, 144),
    Column("现居住地", lambda row: row.residence.removeprefix("吉林省"), 240, tail=True),
    Column("核对日期", lambda row: day(row.verified_on), 144),
    Column("上次批次", lambda row: row.last_batch or "没有报过", 160),
    Column("检查", remarks),
)


class NewBatch(QWidget):
    """``made`` carries the id of the new batch."""

    made = Signal(str)
    left = Signal()
    go_drafts = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.choosing = False
        self.model: RowsModel[CandidateRow] = RowsModel(COLUMNS, ticks=True, parent=self)
        self.model.ticked_changed.connect(self._count)
        self.table = Table(self.model)
        self.table.setObjectName("candidates")
        self.table.setAccessibleName("可以报送的登记表")
        self.table.opened.connect(self._toggle)
        self.name = QLineEdit()
        self.name.setObjectName("batch_name")
        self.name.setAccessibleName("批次名称")
        self.name.setFixedWidth(320)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        self.make = button("建批次", self._make, role="primary", name="make_batch")
        self._lay_out()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        top = line()
        top.addWidget(button("返回", self._leave, role="quiet", icon="back"))
        top.addWidget(text("批次名称"))
        top.addWidget(self.name)
        top.addStretch()
        top.addWidget(button("全选没有问题的", self.tick_clean, name="tick_clean"))
        top.addWidget(button("全不选", lambda: self.model.tick([]), role="quiet"))
        box.addLayout(top)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "batches",
                "没有可以报送的登记表",
                "核对完、还没有报送（或被退回后改好）的登记表会列在这里。",
                button("去核对", self.go_drafts.emit, icon="verify"),
            )
        )
        self._either.addWidget(self.table)
        box.addWidget(holder, 1)
        box.addWidget(self.told)
        foot = line()
        self.count = text("", "secondary")
        foot.addWidget(self.count, 1)
        foot.addWidget(self.make)
        box.addLayout(foot)

    def begin(self, number: int) -> None:
        """Start choosing; ``number`` makes the proposed name."""
        self.choosing = True
        self.told.hide()
        self.name.setText(f"{day(civil_day(self._jobs.now()))}第 {number} 批")
        self._jobs.read(report.candidates, self._show, owner=self, failed=self._failed)

    def _show(self, rows: Sequence[CandidateRow]) -> None:
        self.model.set_rows(rows)
        self._either.setCurrentIndex(1 if rows else 0)
        self.tick_clean()
        if rows:
            self.table.selectRow(0)
            self.table.setFocus()

    def tick_clean(self) -> None:
        """Tick everything without an error."""
        rows = self.model.rows
        self.model.tick([i for i, row in enumerate(rows) if all(f.severity != "error" for f in row.findings)])

    def _toggle(self, position: int) -> None:
        ticked = {self.model.rows.index(row) for row in self.model.ticked()}
        self.model.tick(sorted(ticked ^ {position}))

    def _count(self) -> None:
        chosen = len(self.model.ticked())
        self.count.setText(f"选了 {chosen} / {len(self.model.rows)} 份。空格或点方框选，Enter 也可以。")
        self.make.setEnabled(bool(chosen))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def _leave(self) -> None:
        self.choosing = False
        self.left.emit()

    def _make(self) -> None:
        name = self.name.text().strip()
        chosen = [row.registration_id for row in self.model.ticked()]
        if not name:
            self._failed("请给批次起个名称。")
            self.name.setFocus()
            return
        self.make.setEnabled(False)
        self._jobs.write(
            lambda store, actor, now: report.new_batch(store, actor, now, name, chosen),
            self._made,
            owner=self,
            failed=self._failed,
        )

    def _made(self, result: tuple[Changes, str]) -> None:
        self.choosing = False
        self.made.emit(result[1])

    def _failed(self, told: str) -> None:
        self.make.setEnabled(bool(self.model.ticked()))
        self.told.setText(told)
        self.told.show()

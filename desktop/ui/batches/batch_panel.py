"""One batch: freeze it, write it, and type what the national system answered for each child."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.batches.outcome import OutcomeForm
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.files import choose_where, opens
from desktop.ui.widgets.parts import Elided, Notice, button, column, line, set_role, text
from desktop.ui.widgets.sure import SureDialog
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import BATCH_ROW, moment
from records.views import BatchRowState, BatchRowView, BatchState, BatchView
from workflow import report
from workflow.changes import Changes
from workflow.report import Receipt


def answer(row: BatchRowView) -> str:
    """What the national system said."""
    if row.state is BatchRowState.ACCEPTED:
        return row.system_number
    return row.returned_reason


COLUMNS: tuple[Column[BatchRowView], ...] = (
    Column("序号", lambda row: str(row.position), 56, right=True),
    Column("姓名", lambda row: row.name, 80),
    Column("档号", lambda row: row.archive_number, tail=True),
    Column("结果", lambda row: BATCH_ROW[row.state], 140),
    Column("编号或原因", answer),
)


class BatchPanel(QFrame):
    """Follows the list of batches; sentences go to ``notice``."""

    def __init__(self, jobs: Jobs, notice: Notice) -> None:
        super().__init__()
        self._jobs = jobs
        self._notice = notice
        self._batch_id = ""
        self._batch: BatchView | None = None
        self.model: RowsModel[BatchRowView] = RowsModel(COLUMNS, parent=self)
        self.table = Table(self.model)
        self.table.setObjectName("batch_rows")
        self.table.setAccessibleName("批次名单")
        self.table.at_hand.connect(self._at_hand)
        self.name = Elided("", "heading")
        self.told = text("", "secondary", wrap=True)
        self.receipt = text("", "secondary", wrap=True, selectable=True)
        self.freeze = button("冻结", self._freeze, role="primary", icon="lock", name="freeze")
        self.write = button("写出工作簿", self._write, role="primary", icon="write", name="write_batch")
        self.sheets = button("写对照单", self._ask_sheets, icon="print", name="write_sheets")
        self.outcome = OutcomeForm()
        self.outcome.given.connect(self._record)
        self.table.opened.connect(lambda _position: self.outcome.take_keyboard())
        self._lay_out()

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE)
        row = line()
        words = column(space=4)
        words.addWidget(self.name)
        words.addWidget(self.told)
        row.addLayout(words, 1)
        for deed in (self.freeze, self.sheets, self.write):
            row.addWidget(deed)
        box.addLayout(row)
        box.addWidget(self.table, 1)
        box.addWidget(self.outcome)
        box.addWidget(self.receipt)

    def show_batch(self, batch_id: str) -> None:
        """Another batch, or the same again."""
        self._batch_id = batch_id
        self.setVisible(bool(batch_id))
        if self._batch is None or self._batch.summary.batch_id != batch_id:
            for deed in (self.freeze, self.write, self.sheets):
                deed.hide()  # what can be done with it is known when it has been read
        if batch_id:
            self._jobs.read(
                lambda store, actor: report.batch(store, actor, batch_id), partial(self._show, batch_id), owner=self
            )

    def _show(self, batch_id: str, batch: BatchView) -> None:
        if batch_id != self._batch_id:
            return
        index = self.table.currentIndex()
        before = index.row() if index.isValid() and self._same(batch) else 0
        self._batch = batch
        summary = batch.summary
        self.name.setText(f"{summary.name}　{summary.number}".rstrip("　"))
        self.told.setText(_progress(batch))
        for deed in (self.write, self.sheets):
            deed.setVisible(summary.state is not BatchState.OPEN and not batch.erased)
        if summary.state is not BatchState.OPEN:
            self._hand_on(self.freeze, self.table if self.write.isHidden() else self.write)
        self.freeze.setVisible(summary.state is BatchState.OPEN)
        due = summary.state is BatchState.FROZEN  # once it is written the answers are what comes next
        self.write.setText("写出工作簿" if due else "再写一份")
        set_role(self.write, "primary" if due else "")
        self._show_receipts(batch)
        with QSignalBlocker(self.table):  # else the answer's fields would be hidden for a moment, and lose the keyboard
            self.model.set_rows(batch.rows)
            if batch.rows:
                self.table.selectRow(min(before, len(batch.rows) - 1))
        self._at_hand(self.table.currentIndex().row())

    def _hand_on(self, goes: QPushButton, comes: QWidget) -> None:
        """The keyboard doesn't stay on a button that goes: Qt would give it to whatever comes next in the window."""
        if self.window().focusWidget() is goes:
            comes.setFocus()

    def _same(self, batch: BatchView) -> bool:
        return self._batch is not None and self._batch.summary.batch_id == batch.summary.batch_id

    def _show_receipts(self, batch: BatchView) -> None:
        lines = []
        for receipt in batch.receipts[-2:]:
            parts = (receipt.get("written_at", ""), receipt.get("file_name", ""), receipt.get("sha256", "")[:16])
            lines.append("回执　" + "　".join(part for part in parts if part))
        self.receipt.setText("\n".join(lines))
        self.receipt.setVisible(bool(lines))

    def _at_hand(self, position: int) -> None:
        rows = self.model.rows
        row = rows[position] if 0 <= position < len(rows) else None
        sent = row is not None and row.state is not BatchRowState.FROZEN
        self.outcome.show_row(row if sent else None)

    # -- what one can do ----------------------------------------------------------------------------------------------

    def _change(self, call: Change[Changes], done: str) -> None:
        self._jobs.write(
            call,
            lambda _changes: self._notice.say(done, "good"),
            owner=self,
            failed=lambda told: self._notice.say(told, "alarm"),
        )

    def _freeze(self) -> None:
        batch_id = self._batch_id
        SureDialog(
            "冻结批次",
            "冻结以后，这一批的名单和内容不再变，以后的更正不影响它。冻结不能撤销。",
            "冻结",
            lambda: self._change(
                lambda store, actor, now: report.freeze(store, actor, now, batch_id), "已冻结。现在可以写出工作簿。"
            ),
            self,
            stays="再看看",
        ).open()

    def _write(self) -> None:
        batch = self._batch
        if batch is None:
            return
        proposed = f"{batch.summary.number or batch.summary.name}.xlsx".replace("/", "-")
        choose_where(self, "工作簿写到哪里", proposed, "工作簿 (*.xlsx)", self.write_to)

    def write_to(self, path: Path) -> None:
        """Write the batch as a workbook."""
        batch_id = self._batch_id
        self._hand_on(self.write, self.table)
        self.write.setEnabled(False)
        self._jobs.write(
            lambda store, actor, now: report.write(store, actor, now, batch_id, path),
            self._written,
            owner=self,
            failed=self._not_written,
        )

    def _written(self, receipt: Receipt) -> None:
        self.write.setEnabled(True)
        self._notice.say(
            f"已写出 {receipt.file_name}，{receipt.rows} 名儿童，{moment(receipt.written_at)}。"
            "文件没有加密，报送后请妥善保管或删除。",
            "good",
        )

    def _not_written(self, told: str) -> None:
        for deed in (self.write, self.sheets):
            deed.setEnabled(True)
        self._notice.say(told, "alarm")

    def _ask_sheets(self) -> None:
        batch = self._batch
        if batch is None:
            return
        proposed = f"录入对照单 {batch.summary.number or batch.summary.name}.docx".replace("/", "-")
        choose_where(self, "录入对照单写到哪里", proposed, "文档 (*.docx)", self.write_sheets_to)

    def write_sheets_to(self, path: Path) -> None:
        """A page per child, for keying by hand into the national system."""
        from workflow import entry_sheets  # brings python-docx along, which the first window must not wait for

        batch_id = self._batch_id
        self._hand_on(self.sheets, self.table)
        self.sheets.setEnabled(False)
        self._jobs.write(
            lambda store, actor, now: entry_sheets.write(store, actor, now, batch_id, path),
            lambda written: self._sheets_written(path, written.rows),
            owner=self,
            failed=self._not_written,
        )

    def _sheets_written(self, path: Path, rows: int) -> None:
        self.sheets.setEnabled(True)
        self._notice.say(
            f"已写出 {path.name}，{rows} 名儿童，一人一页。文件没有加密，用完请交回封存或删除。",
            "good",
            action="打开",
            act=opens(path),
        )

    def _record(self, row_id: str, accepted: bool, words: str) -> None:
        self._jobs.write(
            lambda store, actor, now: report.record_outcome(
                store,
                actor,
                now,
                row_id,
                accepted,
                system_number=words if accepted else "",
                reason="" if accepted else words,
            ),
            lambda _changes: self._next_open(row_id),
            owner=self,
            failed=self.outcome.complain,
        )

    def _next_open(self, row_id: str) -> None:
        """Go on to the next child without an answer."""
        rows = self.model.rows
        here = next((i for i, row in enumerate(rows) if row.row_id == row_id), -1)
        following = [i for i, row in enumerate(rows) if i > here and row.state is BatchRowState.SENT]
        if following:
            self.table.selectRow(following[0])
            self.outcome.take_keyboard()


def _progress(batch: BatchView) -> str:
    summary = batch.summary
    if summary.state is BatchState.OPEN:
        return f"{summary.rows} 名儿童，还没有冻结。"
    if summary.state is BatchState.FROZEN:
        frozen = f"，{moment(summary.frozen_at)}冻结" if summary.frozen_at is not None else ""
        return f"{summary.rows} 名儿童{frozen}，还没有写出。"
    erased = f"第 {'、'.join(map(str, batch.erased))} 行已依法删除，不能再写出。" if batch.erased else ""
    counts = f"已接收 {summary.accepted}，被退回 {summary.returned}，等结果 {summary.sent}"
    return f"{summary.rows} 名儿童：{counts}。{erased}"

"""待核对: the registrations to look at, those sent back first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.verify.slip import write_slip
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import REGISTRATION, Mark, division_words, moment
from records.views import DraftRow, RegistrationState
from records.views_trust import TrustView
from workflow import trust, verify
from workflow.changes import Changes

REFRESH_MS = 150
KEYS = (
    ("上、下方向键", "换一份"),
    ("Enter", "打开这一份，核对完接着是下一份"),
    ("Tab", "到上面的成组核对、开始核对"),
)


def look(row: DraftRow) -> Mark:
    """How much of a registration is left to look at."""
    if row.asked and row.asked == row.to_look_at and row.state is not RegistrationState.SENT_BACK:
        return Mark(f"{row.asked} 处等村里答复", "secondary", "clock")
    if row.to_look_at:
        return Mark(f"{row.to_look_at} 处要看", "doubt", "doubt")
    return Mark("都看过了，等保存", "confirmed", "tick")


COLUMNS: tuple[Column[DraftRow], ...] = (
    Column("姓名", lambda row: row.title, 128),
    Column("要看的", look, 152),
    Column("状态", lambda row: REGISTRATION[row.state], 96),
    Column("现居住地", lambda row: division_words(row.division), tail=True),
    Column("页数", lambda row: str(row.pages), 64, right=True),
    Column("收件时间", lambda row: moment(row.taken_in_at), 176),
    Column("档号和位置", lambda row: row.place or "未装盒", 264),
)


class DraftsScreen(QWidget):
    """Enter or a double click opens a registration; ``wanted`` carries all ids from that one on."""

    wanted = Signal(object)  # tuple[str, ...]
    counted = Signal(int)
    go_inbox = Signal()
    go_group = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._waiting = ""
        self._resumes = ""
        self.model: RowsModel[DraftRow] = RowsModel(COLUMNS, parent=self)
        self.table = Table(self.model)
        self.table.setObjectName("drafts")
        self.table.setAccessibleName("待核对的登记表")
        self.table.opened.connect(self._open)
        self.notice = Notice()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.follow)
        self._lay_out()
        offer_keys(self, "待核对的按键", KEYS)
        jobs.changed.connect(self._changed)
        self.read()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        self._top = QWidget()
        row = line(self._top)
        self._told = text("", "secondary")
        self._told.setWordWrap(True)
        row.addWidget(self._told, 1)
        self.may_print = True  # the slips; whoever reviews asks nobody
        self.slips = button("写核实单", self._write_slips, icon="print", name="slips")
        self.slips.setVisible(False)
        row.addWidget(self.slips)
        self.together = button("成组核对", self.go_group.emit, icon="copy", name="together")
        row.addWidget(self.together)
        self.begin = button("开始核对", lambda: self._open(0), role="primary", icon="verify", name="begin")
        row.addWidget(self.begin)
        box.addWidget(self.notice)
        box.addWidget(self._top)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "verify",
                "没有要核对的登记表",
                "识别好的登记表会排在这里，由人看一遍机器没有把握的地方，再存入台账。",
                button("到收件箱放入文件", self.go_inbox.emit, icon="inbox"),
            )
        )
        self._either.addWidget(self.table)
        box.addWidget(holder, 1)

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.table.setFocus()

    def resume(self, registration_id: str) -> None:
        """Go on with this form, and those behind it, where the list has it."""
        self._resumes = registration_id
        self.read()

    def read(self) -> None:
        """Read the list again."""
        self._jobs.read(verify.drafts, self._show, owner=self)

    def follow(self) -> None:
        """Something was saved or read. Whoever works elsewhere sees the count alone: hundreds of drafts are not gone
        through for that after every form; the list is read when it is shown (``enter``)."""
        if self.isVisible():
            self.read()
        else:
            self._refresh.stop()
            self._jobs.read(verify.count_drafts, self.counted.emit, owner=self)

    def _changed(self, changes: Changes) -> None:
        # one answer after the other must not read the whole list; the verify screen says when one is saved
        if changes.registrations and (self.isVisible() or changes.pages) and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, rows: Sequence[DraftRow]) -> None:
        before = self._at_hand()
        self.model.set_rows(rows)
        self.counted.emit(len(rows))
        self._either.setCurrentIndex(1 if rows else 0)
        self._top.setVisible(bool(rows))
        asked = sum(row.asked for row in rows)
        self.slips.setVisible(self.may_print and bool(asked))
        looks = sum(row.to_look_at for row in rows)
        village = f"，其中 {asked} 处等村里答复" if asked else ""
        self._waiting = f"{len(rows)} 份登记表，共 {looks} 处要看{village}。按 Enter 打开选中的一份。"
        self._told.setText(self._waiting)
        if rows:
            self._jobs.read(trust.trust, self._show_trust, owner=self)
        found = [i for i, row in enumerate(rows) if row.registration_id == before]
        if rows:
            self.table.selectRow(found[0] if found else 0)
        resumes, self._resumes = self._resumes, ""
        at = [i for i, row in enumerate(rows) if row.registration_id == resumes]
        if at and self.isVisible():
            self._open(at[0])

    def _show_trust(self, view: TrustView) -> None:
        self._told.setText(self._waiting + view.sentence)

    def _write_slips(self) -> None:
        """Everything that is to be asked, one slip per village."""
        write_slip(self._jobs, None, self, self.notice.say)

    def _at_hand(self) -> str:
        index = self.table.currentIndex()
        return self.model.rows[index.row()].registration_id if index.isValid() else ""

    def _open(self, position: int) -> None:
        rows = self.model.rows
        if rows:
            ids = [row.registration_id for row in rows]
            self.wanted.emit(tuple(ids[position:] + ids[:position]))

"""待核对: the registrations to look at, those sent back first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs, Reading
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.verify.slip import write_slip
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.paged import PAGE, PagedRows
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, text
from desktop.ui.widgets.table import Column, Table
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


@dataclass(frozen=True, slots=True)
class _Part:
    """All ids, and the rows of one page."""

    ids: tuple[str, ...]
    number: int
    rows: tuple[DraftRow, ...]


def _part(number: int) -> Reading[_Part]:
    """The page of this number; the last one where there are fewer by now."""

    def part(ids: tuple[str, ...], read: Callable[[int], tuple[DraftRow, ...]]) -> _Part:
        at = min(number, max(0, len(ids) - 1) // PAGE)
        return _Part(ids, at, read(at))

    return lambda store, actor: part(
        verify.draft_ids(store, actor), lambda at: verify.drafts(store, actor, limit=PAGE, offset=at * PAGE)
    )


class DraftsScreen(QWidget):
    """Enter or a double click opens a registration; ``wanted`` carries all ids from that one on.

    What is to be looked at on a form takes a millisecond to find out. So the page at hand is there at once, and the
    others are gone through one after the other, as long as somebody looks, until all of it can be said.
    """

    wanted = Signal(object)  # tuple[str, ...]
    counted = Signal(int)
    go_inbox = Signal()
    go_group = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._ids: tuple[str, ...] = ()
        self._asked = 0  # the reading of the list that counts
        self._found: dict[int, tuple[int, int]] = {}  # by page: to look at, to be asked
        self._trust = ""
        self._resumes = ""
        self.model: PagedRows[DraftRow] = PagedRows(COLUMNS, parent=self)
        self.model.wanted.connect(self._read_page)
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
        self.follow()

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
        self._refresh.stop()
        self._asked += 1
        index = self.table.currentIndex()
        number = index.row() // PAGE if index.isValid() else 0
        self._jobs.read(_part(number), partial(self._show, self._asked), owner=self)

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

    def _show(self, asked: int, part: _Part) -> None:
        if asked != self._asked:
            return  # it has been read again since
        before = self._at_hand()
        self._ids = part.ids
        self.model.begin(len(part.ids), part.number, part.rows)
        self.counted.emit(len(part.ids))
        self._either.setCurrentIndex(1 if part.ids else 0)
        self._top.setVisible(bool(part.ids))
        self._found.clear()
        self._add(part.number, part.rows)
        if part.ids:
            self._jobs.read(trust.trust, self._show_trust, owner=self)
            self.table.selectRow(part.ids.index(before) if before in part.ids else 0)
        resumes, self._resumes = self._resumes, ""
        if resumes in part.ids and self.isVisible():
            self._open(part.ids.index(resumes))

    def _read_page(self, number: int) -> None:
        asked = self._asked

        def came(rows: Sequence[DraftRow]) -> None:
            if asked == self._asked:
                self.model.put(number, rows)
                self._add(number, rows)

        self._jobs.read(
            lambda store, actor: verify.drafts(store, actor, limit=PAGE, offset=number * PAGE), came, owner=self
        )

    def _add(self, number: int, rows: Sequence[DraftRow]) -> None:
        """A page is there: what it adds to what is said, and the next that nobody has gone through."""
        self._found[number] = (sum(row.to_look_at for row in rows), sum(row.asked for row in rows))
        self._tell()
        following = next((page for page in range(self._pages) if page not in self._found), None)
        if following is not None and self.isVisible():
            self._read_page(following)

    @property
    def _pages(self) -> int:
        return -(-len(self._ids) // PAGE)

    def _tell(self) -> None:
        looks, asked = (sum(each[at] for each in self._found.values()) for at in (0, 1))
        self.slips.setVisible(self.may_print and bool(asked))
        village = f"，其中 {asked} 处等村里答复" if asked else ""
        counted = f"共 {looks} 处要看{village}" if len(self._found) >= self._pages else "有几处要看还在数"
        self._told.setText(f"{len(self._ids)} 份登记表，{counted}。按 Enter 打开选中的一份。{self._trust}")

    def _show_trust(self, view: TrustView) -> None:
        self._trust = view.sentence
        self._tell()

    def _write_slips(self) -> None:
        """Everything that is to be asked, one slip per village."""
        write_slip(self._jobs, None, self, self.notice.say)

    def _at_hand(self) -> str:
        at = self.table.currentIndex().row()
        return self._ids[at] if 0 <= at < len(self._ids) else ""

    def _open(self, position: int) -> None:
        if self._ids:
            self.wanted.emit(self._ids[position:] + self._ids[:position])

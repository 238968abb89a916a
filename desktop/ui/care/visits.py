"""走访: who is to be visited, the longest overdue first; visits recorded by hand or from a read form; the work log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.care.paper import ReadPaperDialog
from desktop.ui.care.questions import Questions
from desktop.ui.children.page_sections import log_line
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.columns import ColumnChoice
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import choose_where, opens
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import Choice, Elided, EmptyState, Notice, button, column, line, tab_bar
from desktop.ui.widgets.sections import Deed, Section, Sections
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day
from records.views import Actor
from records.views_care import LogView, PaperView, VisitDueRow
from workflow import placing, visit_forms, visit_paper, visits
from workflow.changes import Changes

REFRESH_MS = 150
KEYS = (
    ("Enter", "给这个孩子记走访"),
    ("上、下方向键", "在名单里走"),
    ("Shift+上、下方向键，Ctrl+A", "选中几名、选中列出的全部，一起印走访表"),
    ("Tab", "到下一个按钮或表：打开档案页、写日志、安排日期、记走访"),
    ("左、右方向键", "在“要走访的”和“工作日志”之间换"),
)
AHEAD = ((0, "到期和逾期"), (30, "30 天内"), (366, "全部"))
ABOVE_VILLAGE = "省市州县区旗镇乡道"  # 街道
FOR_SEVERAL = frozenset({"print_due", "print_visit_forms"})
EVERYWHERE = "所有地方"
LOG_DAYS = 366  # how far back the screen shows the log; older lines stand on the children's pages


@dataclass(frozen=True, slots=True)
class VisitsView:
    """What the screen shows, read in one go."""

    due: tuple[VisitDueRow, ...]
    overdue: int
    waiting: tuple[PaperView, ...]
    log: tuple[LogView, ...]


def _due(row: VisitDueRow) -> str | Mark:
    if row.overdue_days:
        return Mark(f"逾期 {row.overdue_days} 天", "error", "clock")
    return f"{day(row.due_on)}前"


COLUMNS: tuple[Column[VisitDueRow], ...] = (
    Column("姓名", lambda row: row.name, 96),
    Column("走访期限", _due, 136),
    Column("监护状况", lambda row: row.level_label, 96),
    Column("关爱", lambda row: Mark("重点关爱", "doubt", "care") if row.key_concern else "", 104),
    Column("现居住地", lambda row: row.residence.removeprefix("吉林省"), tail=True),
    Column("上次走访", lambda row: day(row.last_visit) if row.last_visit else "没有走访过", 136),
    Column("走访人", lambda row: row.visitor, 96),
)


class VisitsScreen(QWidget):
    """Emits ``open_child`` and how many visits are due."""

    open_child = Signal(str)
    counted = Signal(int)

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._ahead = AHEAD[0][0]
        self._due: tuple[VisitDueRow, ...] = ()
        self.waiting: tuple[PaperView, ...] = ()
        self.ask = Questions(jobs, self, actor.full_name, after=self.read)
        self.model: RowsModel[VisitDueRow] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "due", "要走访的儿童")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.columns = ColumnChoice(jobs, self.table, self.model, "due", COLUMNS, len(COLUMNS))
        self.table.opened.connect(lambda _row: self._record())
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.follow)
        self._lay_out()
        offer_keys(self, "走访的按键", KEYS)
        jobs.changed.connect(self._changed)
        self.follow()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        self.papers = Notice()
        box.addWidget(self.papers)
        self.notice = Notice()
        box.addWidget(self.notice)
        self.tabs = tab_bar("visit_tabs", "走访的部分", ("要走访的", "工作日志"))
        box.addWidget(self.tabs)
        self._stack = QStackedWidget()
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self._stack.addWidget(self._due_part())
        self.log = Sections("工作日志")
        self._stack.addWidget(self.log)
        box.addWidget(self._stack, 1)

    def _due_part(self) -> QWidget:
        part = QWidget()
        box = column(part, space=INSIDE)
        row = line(space=INSIDE)
        self._chips = QButtonGroup(self)
        for days, word in AHEAD:
            row.addWidget(self._chip(days, word))
        self.place = Choice()
        self.place.setObjectName("visit_place")
        self.place.setAccessibleName("哪个村（社区）")
        self.place.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.place.setMinimumContentsLength(8)
        self.place.currentIndexChanged.connect(lambda _at: self._show_due())
        row.addWidget(self.place)
        self.told = Elided("", "secondary")
        row.addWidget(self.told, 1)
        row.addWidget(self.columns.button)
        box.addLayout(row)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _was: self._tell())
        self.deeds = (
            button("打印名单", self._ask_print, name="print_due"),
            button("打印走访表", self._ask_forms, name="print_visit_forms"),
            button("打开档案页", self._open, icon="person", name="open_child"),
            button("写日志", self._log, name="write_log"),
            button("安排日期", self._plan, name="plan_visit"),
            button("记走访", self._record, role="primary", name="record_visit"),
        )
        deeds = line(space=INSIDE)
        deeds.addStretch()
        for deed in self.deeds:
            deeds.addWidget(deed)
        box.addLayout(deeds)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "visits", "没有到期的走访", "登记表核对完就按监护状况排定走访：较好三个月、一般一个月、风险较大更勤。"
            )
        )
        self._either.addWidget(self.table)
        box.addWidget(holder, 1)
        return part

    def _chip(self, days: int, word: str) -> QPushButton:
        chip = button(word, lambda: self.show_ahead(days), role="chip", name=f"ahead_{days}")
        chip.setCheckable(True)
        chip.setChecked(days == self._ahead)
        self._chips.addButton(chip)
        return chip

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.table.setFocus()

    def follow(self) -> None:
        """Something has changed. Nobody sees the lists of a hidden screen: the count is all that is wanted of it."""
        if self.isVisible():
            self.read()
            return
        self._refresh.stop()
        today = civil_day(self._jobs.now())
        self._jobs.read(
            lambda store, actor: visits.count_due(store, actor, today) + placing.count_waiting(store, actor),
            self.counted.emit,
            owner=self,
        )

    def read(self) -> None:
        """Read everything again."""
        self._refresh.stop()
        today, ahead = civil_day(self._jobs.now()), self._ahead
        self._jobs.read(
            lambda store, actor: VisitsView(
                visits.due(store, actor, today, ahead_days=ahead),
                visits.count_due(store, actor, today),
                placing.waiting(store, actor),
                visits.work_log(store, actor, since=today - timedelta(days=LOG_DAYS)),
            ),
            self._show,
            owner=self,
        )

    def show_ahead(self, days: int) -> None:
        """Visits due until so many days from now."""
        self._ahead = days
        for chip in self._chips.buttons():
            chip.setChecked(chip.objectName() == f"ahead_{days}")
        self.read()

    def _changed(self, changes: Changes) -> None:
        if (changes.children or changes.pages) and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, view: VisitsView) -> None:
        self.counted.emit(view.overdue + len(view.waiting))
        self._due = view.due
        self._show_places()
        self._show_due()
        self._show_waiting(view.waiting)
        self.log.show_sections(
            (
                Section(
                    "工作日志",
                    tuple(log_line(entry, self.ask, True, named=True) for entry in view.log),
                    "还没有记过。写下的每一条都留着；写错了记一条更正。",
                    (Deed("写日志", self.ask.write_log, "write_log_free"),),
                ),
            )
        )

    def _show_places(self) -> None:
        """The villages of those who are due, to look at one of them only."""
        at = self.place.currentData()
        places = sorted({row.residence for row in self._due})
        self.place.blockSignals(True)
        self.place.clear()
        self.place.addItem(EVERYWHERE, "")
        alike = _alike(places[0], places[-1]) if places else ""  # of what is sorted, the ends differ most
        for place in places:
            self.place.addItem(_short(place, alike), place)
        self.place.setCurrentIndex(max(0, self.place.findData(at)) if at else 0)
        self.place.blockSignals(False)
        self.place.setVisible(len(places) > 1)

    def _show_due(self) -> None:
        at = self.place.currentData()
        rows = [row for row in self._due if not at or row.residence == at]
        show_rows(self.table, self.model, rows, lambda row: row.visit_id)
        self._either.setCurrentIndex(1 if rows else 0)
        self._tell()

    def _tell(self) -> None:
        rows = self.model.rows
        late, chosen = sum(bool(row.overdue_days) for row in rows), len(self._chosen())
        parts = [f"{len(rows)} 名"]
        parts += [f"逾期 {late} 名"] if late else []
        parts += [f"选中 {chosen} 名"] if chosen > 1 else []
        self.told.setText("，".join(parts))
        for deed in self.deeds:
            deed.setEnabled(bool(rows) and (chosen < 2 or deed.objectName() in FOR_SEVERAL))

    def _show_waiting(self, waiting: Sequence[PaperView]) -> None:
        self.waiting = tuple(waiting)
        if waiting:
            words = f"扫描件里有 {len(waiting)} 页走访记录、工作日志或信息卡读好了，等人看过记入。"
            self.papers.say(words, action="看一页", act=self._open_paper)
        else:
            self.papers.drop()

    # -- doing --------------------------------------------------------------------------------------------------------

    def _row(self) -> VisitDueRow | None:
        """The one that is marked; what is done to one child is done to none of several."""
        index = self.table.currentIndex()
        several = len(self._chosen()) > 1
        return self.model.rows[index.row()] if index.isValid() and not several else None

    def _chosen(self) -> list[VisitDueRow]:
        """Those that are marked: one, several, or all that are listed."""
        rows = self.model.rows
        chosen = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [rows[at] for at in chosen if at < len(rows)]

    def _ask_forms(self) -> None:
        chosen = tuple(row.child_id for row in self._chosen())
        if not chosen:
            return
        title = f"{len(chosen)} 名儿童的走访表存到哪里"
        choose_where(self, title, "走访表.pdf", "PDF (*.pdf)", lambda path: self.print_forms_to(path, chosen))

    def print_forms_to(self, path: Path, chosen: Sequence[str]) -> None:
        """Write a visit form for each of these children."""
        self._jobs.write(
            lambda store, actor, now: visit_forms.print_visit_forms(store, actor, now, path, chosen),
            lambda done: self.notice.say(
                f"{done.copies} 张走访表存在“{path.name}”，按村排好。{_left_out(done.pending)}"
                "上面有儿童的信息，印完请删掉这个文件；填好扫描进来，自己认得是谁的。",
                "good",
                action="打开",
                act=opens(path),
            ),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

    def _ask_print(self) -> None:
        choose_where(self, "走访名单存到哪里", "走访名单.pdf", "PDF (*.pdf)", self.print_to)

    def print_to(self, path: Path) -> None:
        """Write the visits that are listed, to go round with."""
        ahead = self._ahead
        listed = frozenset(row.child_id for row in self.model.rows) if self.place.currentData() else None
        self._jobs.write(
            lambda store, actor, now: visit_paper.print_due(store, actor, now, path, ahead_days=ahead, among=listed),
            lambda done: self.notice.say(
                f"{done.children} 名儿童的走访名单存在“{path.name}”。上面有儿童的信息，印完请删掉这个文件。",
                "good",
                action="打开",
                act=opens(path),
            ),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

    def _record(self) -> None:
        row = self._row()
        if row is not None:
            # the child goes from the list: that it was kept, and not lost, is said
            kept = partial(self.notice.say, f"{row.name}的这次走访已记下，下一次排好了。", "good")
            self.ask.record_visit(row.name, row.child_id).accepted.connect(kept)

    def _plan(self) -> None:
        row = self._row()
        if row is not None:
            self.ask.plan_visit(row)

    def _log(self) -> None:
        row = self._row()
        if row is not None:
            self.ask.write_log(row.name, row.child_id)

    def _open(self) -> None:
        row = self._row()
        if row is not None:
            self.open_child.emit(row.child_id)

    def _open_paper(self) -> None:
        if self.waiting:
            dialog = ReadPaperDialog(self._jobs, self.waiting[0], self.waiting, self)
            dialog.finished.connect(lambda _code: self.read())
            dialog.accepted.connect(lambda: self.notice.say(f"{dialog.entered}，这张纸归好了。", "good"))
            dialog.open()


def _alike(one: str, other: str) -> str:
    """What both begin with."""
    differ = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differ, min(len(one), len(other)))]


def _short(place: str, alike: str) -> str:
    """Without the divisions that all of them lie in (all begin ``alike``): the village tells one from the other."""
    ends = [at for at, sign in enumerate(alike, start=1) if sign in ABOVE_VILLAGE and at < len(place)]
    return place[max(ends, default=0) :]


def _left_out(pending: int) -> str:
    return f"有 {pending} 名还没有录完第二遍，没有印。" if pending else ""

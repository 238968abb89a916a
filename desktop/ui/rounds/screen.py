"""更新轮次: progress by village, children whose form is still out, entries and exits; rounds opened, forms printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.asking import Answers, Ask, AskDialog, Shape, ask_day
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import choose_where, opens
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import Choice, EmptyState, Notice, button, column, line, tab_bar, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day
from forms.gazetteer import gazetteer, scope_of
from records.views import Actor
from records.views_care import OutstandingRow, RoundMove, RoundProgress, RoundRow, VillageProgress
from workflow import prefilled, rounds
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right
from workflow.prefilled import PrintedBatch

REFRESH_MS = 300
TOWNSHIP = 9  # digits of a township's code
KEYS = (
    ("Enter", "在各村进度上：到这个村还没交的孩子；在孩子上：打开他的页面"),
    ("左、右方向键", "在上面的几个部分之间换"),
    ("上、下方向键", "在表里走"),
    ("Tab", "到下一个按钮或表"),
    ("Esc", "返回"),
)
TABS = ("各村进度", "还没交的", "新增、退出和未到")
MOVES = {
    "came": Mark("新增", "confirmed", "plus"),
    "left": Mark("退出", "secondary", "back"),
    "missing": Mark("还没交", "doubt", "doubt"),
}


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round with everything the screen shows of it."""

    progress: RoundProgress
    outstanding: tuple[OutstandingRow, ...]
    moves: tuple[RoundMove, ...]


def _whole(row: VillageProgress) -> str | Mark:
    if not row.expected:
        return ""
    if not row.outstanding:
        return Mark("收齐", "confirmed", "tick")
    return f"{row.collected * 100 // row.expected}%"


VILLAGES: tuple[Column[VillageProgress], ...] = (
    Column("乡镇", lambda row: row.township, 160),
    Column("村（社区）", lambda row: row.village or "没有写到村"),
    Column("应更新", lambda row: str(row.expected), 88, right=True),
    Column("已收", lambda row: str(row.collected), 80, right=True),
    Column("还没交", lambda row: str(row.outstanding) if row.outstanding else "", 80, right=True),
    Column("新增", lambda row: str(row.came) if row.came else "", 72, right=True),
    Column("退出", lambda row: str(row.left) if row.left else "", 72, right=True),
    Column("进度", _whole, 80, right=True),
)


def _state(row: OutstandingRow) -> str:
    parts = ("已印表" if row.printed else "", "本轮走访过" if row.visited else "")
    return "、".join(part for part in parts if part)


OUTSTANDING: tuple[Column[OutstandingRow], ...] = (
    Column("姓名", lambda row: row.name, 96),
    Column("村（社区）", lambda row: row.village or row.township, 144),
    Column("住址", lambda row: row.address),
    Column("照护人", lambda row: row.caregiver, 96),
    Column("电话", lambda row: row.phone, 128),
    Column("上次登记", lambda row: day(row.last_statement) if row.last_statement else "", 136),
    Column("关爱", lambda row: Mark("重点关爱", "doubt", "care") if row.key_concern else "", 112),
    Column("情况", _state, 144),
)
MOVED: tuple[Column[RoundMove], ...] = (
    Column("姓名", lambda row: row.name, 96),
    Column("变动", lambda row: MOVES[row.what], 112),
    Column("日期", lambda row: day(row.on) if row.on else "", 136),
    Column("原因", lambda row: row.reason, 120),
    Column("现居住地", lambda row: row.residence.removeprefix("吉林省"), tail=True),
    Column("身份证号", lambda row: row.id_number_masked or "没有", 176),
)


class RoundsScreen(QWidget):
    """Emits ``open_child``."""

    open_child = Signal(str)
    left = Signal()

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._division = actor.division
        self._may_open = actor.role in RIGHTS[Right.ADMINISTER]
        self._may_print = actor.role in RIGHTS[Right.PRINT_FORMS]
        self._asked = ""
        self._opened = ""  # a round just made, which is shown as soon as it is listed
        self.rounds: tuple[RoundRow, ...] = ()
        self.view: RoundView | None = None
        self.villages: RowsModel[VillageProgress] = RowsModel(VILLAGES, parent=self)
        self.missing: RowsModel[OutstandingRow] = RowsModel(OUTSTANDING, parent=self)
        self.moves: RowsModel[RoundMove] = RowsModel(MOVED, parent=self)
        self.village_table = make_table(
            self.villages, "villages", TABS[0], empty="台账里有了儿童，这里按村列出应更新几名、收了几名、还差几名。"
        )
        self.missing_table = make_table(self.missing, "outstanding", TABS[1], empty="没有要催交的儿童。")
        self.moves_table = make_table(self.moves, "round_moves", TABS[2], empty="这一轮没有新增、退出和未到的儿童。")
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "更新轮次的按键", KEYS)
        self.village_table.opened.connect(self._village)
        self.missing_table.opened.connect(lambda row: self.open_child.emit(self.missing.rows[row].child_id))
        self.moves_table.opened.connect(lambda row: self.open_child.emit(self.moves.rows[row].child_id))
        jobs.changed.connect(self._changed)

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addLayout(self._top())
        self.notice = Notice()
        box.addWidget(self.notice)
        holder = QWidget()
        self._either = Either(holder)
        first = button("开一个轮次", self._ask_open, role="primary", icon="plus", name="first_round")
        self._either.addWidget(
            EmptyState(
                "again",
                "还没有更新轮次",
                "每半年更新一次流动儿童信息。开了轮次，这里就看得到各村收了多少、还差谁。",
                first if self._may_open else None,
            )
        )
        whole = QWidget()
        inner = column(whole, space=BETWEEN)
        self.told = text("", "", wrap=True)
        inner.addWidget(self.told)
        self.tabs = tab_bar("round_tabs", "轮次的部分", TABS)
        self._stack = QStackedWidget()
        for table in (self.village_table, self.missing_table, self.moves_table):
            self._stack.addWidget(table)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        inner.addWidget(self.tabs)
        inner.addWidget(self._stack, 1)
        self._either.addWidget(whole)
        box.addWidget(holder, 1)

    def _top(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        row.addWidget(button("返回", self.left.emit, role="quiet", icon="back", name="back"))
        self.choice = Choice()
        self.choice.setObjectName("round")
        self.choice.setAccessibleName("轮次")
        self.choice.setMinimumWidth(280)
        self.choice.activated.connect(lambda _index: self._read_round())
        row.addWidget(self.choice)
        row.addStretch()
        self.ends = button("结束轮次", self._end, name="end_round")
        self.opens = button("开新轮次", self._ask_open, icon="plus", name="open_round")
        self.place = Choice()
        self.place.setObjectName("print_place")
        self.place.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        self.place.setAccessibleName("给哪里印")
        self.prints = button("印预填表", self._ask_print, role="primary", icon="print", name="print_forms")
        for deed in (self.ends, self.opens, self.place, self.prints):
            row.addWidget(deed)
        if not self._may_open:  # (showing it here would open a window of its own: it has no parent yet)
            self.opens.hide()
        return row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.tabs.setFocus()

    def read(self) -> None:
        """Read the rounds, then the chosen one."""
        self._refresh.stop()
        self._jobs.read(rounds.rounds, self._show_rounds, owner=self)

    def _changed(self, changes: Changes) -> None:
        wanted = changes.children or changes.registrations or changes.office
        if wanted and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show_rounds(self, rows: Sequence[RoundRow]) -> None:
        known = {row.round_id for row in rows}
        before = self._opened if self._opened in known else self.choice.currentData()
        self._opened = "" if self._opened in known else self._opened
        self.rounds = tuple(rows)
        self.choice.clear()
        for row in rows:
            self.choice.addItem(row.name if row.open else f"{row.name}（已结束）", row.round_id)
        if rows:
            self.choice.setCurrentIndex(max(0, self.choice.findData(before)))
        self.choice.setVisible(bool(rows))
        self._either.setCurrentIndex(1 if rows else 0)
        self._read_round()

    def _chosen(self) -> RoundRow | None:
        return next((row for row in self.rounds if row.round_id == self.choice.currentData()), None)

    def _read_round(self) -> None:
        chosen = self._chosen()
        for deed in (self.ends, self.place, self.prints):
            deed.setVisible(False)
        if chosen is None:
            return
        self._asked = round_id = chosen.round_id
        self._jobs.read(
            lambda store, actor: RoundView(
                rounds.progress(store, actor, round_id),
                rounds.outstanding(store, actor, round_id),
                rounds.compared(store, actor, round_id),
            ),
            partial(self._show, round_id),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

    def _show(self, round_id: str, view: RoundView) -> None:
        if round_id != self._asked:
            return
        self.view = view
        show_rows(self.village_table, self.villages, view.progress.villages, lambda row: row.division)
        show_rows(self.missing_table, self.missing, view.outstanding, lambda row: row.child_id)
        show_rows(self.moves_table, self.moves, view.moves, lambda row: row.child_id)
        self.told.setText(_headline(view.progress))
        self.tabs.setTabText(1, f"{TABS[1]} {len(view.outstanding)}" if view.outstanding else TABS[1])
        self.ends.setVisible(self._may_open)
        self.ends.setText("结束轮次" if view.progress.round.open else "重新打开")
        self._show_places(view.progress.villages)
        self.prints.setVisible(self._may_print and bool(view.outstanding))

    def _show_places(self, villages: Sequence[VillageProgress]) -> None:
        """Where forms are still out: they are printed for all of it, for one township, or for one village."""
        before = self.place.currentData()
        self.place.clear()
        for code, words in places_of(villages):
            self.place.addItem(words, code)
        self.place.setCurrentIndex(max(0, self.place.findData(before)))
        self.place.setVisible(self._may_print and self.place.count() > 2)

    # -- doing --------------------------------------------------------------------------------------------------------

    def _village(self, position: int) -> None:
        """Enter on a village goes to the first of its children whose form is out."""
        village = self.villages.rows[position]
        wanted = (village.township, village.village)
        found = [i for i, row in enumerate(self.missing.rows) if (row.township, row.village) == wanted]
        if found:
            self.tabs.setCurrentIndex(1)
            self.missing_table.selectRow(found[0])
            self.missing_table.setFocus()

    def _ask_open(self) -> None:
        year, first = next_half(civil_day(self._jobs.now()), [row.as_of for row in self.rounds])
        begins, ends = date(year, 1 if first else 7, 1), date(year, 6, 30) if first else date(year, 12, 31)

        def make(said: Answers) -> Change[object]:
            name, as_of = said.text("name"), said.day("as_of")
            opens, closes = said.day("opens"), said.day("closes")
            place = said.text("place") if townships else ""
            return lambda s, a, now: rounds.open_round(
                s, a, now, name=name, as_of=as_of, opens=opens, closes=closes, division=place
            )

        townships = gazetteer().children(self._division) if len(scope_of(self._division)) < TOWNSHIP else ()
        everywhere = (("", "整个单位"), *((town.code, town.name) for town in townships))
        scopes = [Ask("place", "范围", Shape.CHOICE, choices=everywhere)] if townships else []

        dialog = AskDialog(
            self._jobs,
            "开一个更新轮次",
            "以后收进来的登记表归入打开的轮次；其他轮次不受影响。",
            [
                Ask("name", "名称", value=f"{year}年{'上' if first else '下'}半年", needed=True),
                ask_day("opens", "开始日期", begins),
                ask_day("closes", "结束日期", ends),
                ask_day("as_of", "统计时点", ends),
                *scopes,
            ],
            "开轮次",
            make,
            self,
        )
        dialog.accepted.connect(lambda: self._made(dialog.result_of))
        dialog.open()

    def _made(self, result: object) -> None:
        """The round that was opened is the one to go on with: its forms are to be printed."""
        if isinstance(result, tuple):
            _changes, self._opened = result
            self.read()

    def _end(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        verb = rounds.close_round if chosen.open else rounds.reopen_round
        words = "已结束，以后收的登记表不再归入。可以重新打开。" if chosen.open else "又打开了。"
        self._jobs.write(
            lambda store, actor, now: verb(store, actor, now, chosen.round_id),
            lambda _changes: self.notice.say(f"“{chosen.name}”{words}", "good"),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

    def _ask_print(self) -> None:
        """Where the forms go; for the village at hand only where the village table is shown and one is chosen."""
        chosen = self._chosen()
        if chosen is None:
            return
        print_them = partial(self.print_to, division=self.place.currentData() or "")
        choose_where(self, "预填表存到哪里", f"{chosen.name}预填表.pdf", "PDF (*.pdf)", print_them)

    def print_to(self, path: Path, division: str = "") -> None:
        """Write the forms of everybody whose form is out, by village; of one township or village with ``division``."""
        chosen = self._chosen()
        if chosen is None:
            return
        self.prints.setEnabled(False)
        self.notice.say("正在排预填表，可以先做别的。")
        self._jobs.write(
            lambda store, actor, now: prefilled.print_forms(
                store, actor, now, chosen.round_id, path, division=division
            ),
            partial(self._printed, path),
            owner=self,
            failed=self._not_printed,
        )

    def _printed(self, path: Path, batch: PrintedBatch) -> None:
        self.prints.setEnabled(True)
        pending = f"另有 {batch.pending} 名儿童双录未完成，没有印。" if batch.pending else ""
        self.notice.say(
            f"{batch.copies} 份预填表按村排好，存在“{path.name}”。{pending}上面有儿童的信息，印完请删掉这个文件。",
            "good",
            action="打开",
            act=opens(path),
        )

    def _not_printed(self, refused: str) -> None:
        self.prints.setEnabled(True)
        self.notice.say(refused, "alarm")


def places_of(villages: Sequence[VillageProgress]) -> list[tuple[str, str]]:
    """Code and name of everything, of every township and of every village in which forms are still out."""
    found = {"": "所有的村"}
    for row in villages:
        if row.outstanding:
            found.setdefault(row.division[:TOWNSHIP], row.township)
            if row.village:
                found.setdefault(row.division, f"{row.township}{row.village}")
    return list(found.items())


def next_half(today: date, known: Sequence[date]) -> tuple[int, bool]:
    """Year and first half or not: the half-year after the newest round's 统计时点, today's where there is no round."""
    if not known:
        return today.year, today.month <= 6
    newest = max(known)
    return (newest.year, False) if newest.month <= 6 else (newest.year + 1, True)


def _headline(progress: RoundProgress) -> str:
    """The round in two lines."""
    row = progress.round
    where = f"{row.division_name}　" if row.division_name else ""
    counts = [
        f"应更新 {progress.expected} 名",
        f"已收 {progress.collected} 名（其中信息无变化 {progress.unchanged} 名）",
        f"还没交 {progress.outstanding} 名",
        f"待核对 {progress.in_drafts} 份" if progress.in_drafts else "",
        f"新增 {progress.came} 名",
        f"退出 {progress.left} 名",
        f"已印预填表 {progress.printed} 份" if progress.printed else "",
    ]
    last = f"　上一轮：{progress.last_round}" if progress.last_round else ""
    dates = f"{where}{day(row.opens)}至{day(row.closes)}，统计时点 {day(row.as_of)}{last}"
    return f"{'，'.join(part for part in counts if part)}。\n{dates}"

"""儿童台账: the children the office knows, found by name, pinyin, number or 档号, each with the place of the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs, Reading
from desktop.ui.children.detail import ChildDetail
from desktop.ui.children.filtering import Filters, sentence
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.columns import ColumnChoice
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.paged import PAGE, PagedRows
from desktop.ui.widgets.parts import Elided, EmptyState, button, column, halves, line
from desktop.ui.widgets.table import Column, Table
from desktop.ui.words import Mark, civil_day, day
from records.views import Actor, ChildRow
from records.views_kept import EVERYBODY, ChildFilter
from workflow import children, duplicates
from workflow.changes import Changes

REFRESH_MS = 150
MOST_COMPARED = 2000
"""Children of a list that are compared by the way; with more the pairs are counted when somebody goes there."""


def _visit(row: ChildRow) -> str | Mark:
    return Mark(f"逾期 {row.overdue_days} 天", "error", "clock") if row.overdue_days else ""


def _concern(row: ChildRow) -> str | Mark:
    if row.key_concern:
        return Mark("重点关爱", "doubt", "care")
    return Mark("待确认", "secondary", "clock") if row.to_decide else ""


COLUMNS: tuple[Column[ChildRow], ...] = (
    Column("姓名", lambda row: row.name, 96),
    Column("性别", lambda row: row.sex, 56),
    Column("年龄", lambda row: f"{row.age}岁" if row.age is not None else "", 56, right=True),
    Column("身份证号", lambda row: row.id_number_masked or "没有", 160),
    Column("现居住地", lambda row: row.residence.removeprefix("吉林省"), tail=True),
    Column("关爱", _concern, 104),
    Column("报送", lambda row: row.reporting, 120),
    Column("走访", _visit, 112),
    Column("户籍", lambda row: row.household.removeprefix("吉林省"), 208),
    Column("档号", lambda row: row.archive_number, 232),
    Column("存放位置", lambda row: row.location, 168),
    Column("核对日期", lambda row: day(row.verified_on), 136),
    Column("退出", lambda row: row.exited, 168),
)
USUAL = 7  # columns, for who has chosen none
KEYS = (
    ("上、下方向键", "换一名儿童"),
    ("Enter", "打开他的档案页"),
    ("Ctrl+F", "查找（不按筛选，所有的儿童里找）"),
    ("F2", "换一个筛选"),
    ("F3", "改筛选，或存下来"),
    ("F4", "选显示哪些栏目"),
    ("Tab", "到下一处"),
)


def columns_at_first() -> tuple[Column[ChildRow], ...]:
    """What is shown until somebody's own choice is read."""
    return COLUMNS[:USUAL]


class _Page(NamedTuple):
    number: int
    of: int  # rows of the whole list
    rows: Sequence[ChildRow]


class ChildrenScreen(QWidget):
    """A table of any size; the child at hand beside it."""

    open_registration = Signal(str)
    open_child = Signal(str)
    go_drafts = Signal()
    go_rounds = Signal()
    go_duplicates = Signal()
    go_rosters = Signal()

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self.filters = Filters(jobs, actor, self)
        self.filters.changed.connect(self._filtered)
        self._search = ""
        self._listed = ""  # what the rows that stand here were searched by
        self._asked = 0
        self._opens = False
        self._compared = False
        self.model: PagedRows[ChildRow] = PagedRows(columns_at_first(), parent=self)
        self.table = Table(self.model)
        self.table.setObjectName("children")
        self.table.setAccessibleName("儿童台账")
        self.columns = ColumnChoice(jobs, self.table, self.model, "children", COLUMNS, USUAL)
        self.detail = ChildDetail(jobs)
        self.detail.open_registration.connect(self.open_registration)
        self.detail.open_child.connect(self.open_child)
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(self._open)
        self.model.wanted.connect(self._read_page)
        self.model.came.connect(self._came)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "儿童台账的按键", KEYS)
        for key, does in (
            (Qt.Key.Key_F2, self.filters.choice.setFocus),
            (Qt.Key.Key_F3, self.filters.ask),
            (Qt.Key.Key_F4, self.columns.choose),
        ):
            QShortcut(QKeySequence(key), self, does)  # while the screen is shown, also from the search box
        jobs.changed.connect(self._changed)

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        top = line()
        top.addWidget(self.filters.choice)
        top.addWidget(self.filters.edits)
        self._told = Elided("", "secondary")
        top.addWidget(self._told, 1)
        top.addWidget(self.columns.button)
        self.duplicates = button("重复登记", self.go_duplicates.emit, icon="copy", name="go_duplicates")
        top.addWidget(self.duplicates)
        self.rosters = button("基础名单", self.go_rosters.emit, icon="file", name="go_rosters")
        top.addWidget(self.rosters)
        top.addWidget(button("更新轮次", self.go_rounds.emit, icon="again", name="go_rounds"))
        box.addLayout(top)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "children",
                "台账里还没有儿童",
                "登记表核对完，孩子就进入台账，纸质件的档号和存放位置一起记下。",
                button("去核对", self.go_drafts.emit, icon="verify"),
            )
        )
        self._either.addWidget(EmptyState("search", "没有找到", "可以用姓名、拼音或首字母、身份证号、档号查找。"))
        self._either.addWidget(halves(self.table, self.detail, (816, 352), (3, 1)))
        everybody = button("全部列出", lambda: self.filters.take(EVERYBODY), name="drop_filter")
        self._either.addWidget(EmptyState("search", "没有这样的儿童", "这个筛选里现在一名儿童也没有。", everybody))
        box.addWidget(holder, 1)

    def enter(self) -> None:
        """The screen is shown."""
        self.filters.read()
        self.read()

    def search(self, words: str, *, opens: bool = False) -> None:
        """Find children; typing on asks again. ``opens``: the child's page where only one is found."""
        self._opens = opens
        self._search = words.strip()
        self._refresh.start()

    def read(self) -> None:
        """Read the list again."""
        self._refresh.stop()
        self._asked += 1
        index = self.table.currentIndex()
        number = index.row() // PAGE if index.isValid() and self._search == self._listed else 0
        self._jobs.read(self._paged(number), partial(self._show, self._asked), owner=self)

    def _filtered(self) -> None:
        """Others pass now: the list begins at its top."""
        self._listed = "\0"
        self.read()
        self.table.setFocus()

    def _paged(self, number: int) -> Reading[_Page]:
        """A search looks through everybody: whom one asks for by name must not hide behind a filter."""
        wanted = EVERYBODY if self._search else self.filters.wanted
        return _paged(self._search, number, wanted, civil_day(self._jobs.now()))

    def _read_page(self, number: int) -> None:
        asked = self._asked

        def put(page: _Page) -> None:
            if asked == self._asked:
                self.model.put(page.number, page.rows)

        self._jobs.read(self._paged(number), put, owner=self)

    def _came(self, first: int, last: int) -> None:
        index = self.table.currentIndex()
        if index.isValid() and first <= index.row() <= last:
            self._at_hand(index.row())

    def count_duplicates(self, count: int) -> None:
        """How many pairs may be one child, on the button that leads to them."""
        self._compared = True
        self.duplicates.setText(f"重复登记 {count}" if count else "重复登记")

    def _changed(self, changes: Changes) -> None:
        if changes.children:
            self._compared = False
        if (changes.children or changes.registrations) and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, asked: int, page: _Page) -> None:
        if asked != self._asked:
            return  # an answer to what was typed before
        at, was = self._standing()
        count, rows = page.of, page.rows
        self._listed = self._search
        self.model.begin(count, page.number, rows)
        nobody = 1 if self._search else 3 if self.filters.wanted != EVERYBODY else 0
        self._either.setCurrentIndex(2 if count else nobody)
        self._told.setText(self._account(count))
        found = [i for i, row in enumerate(rows) if was is not None and row.child_id == was.child_id]
        if count:
            self.table.selectRow(page.number * PAGE + found[0] if found else min(at, count - 1))
        everybody = not self._search and self.filters.wanted == EVERYBODY
        if not self._compared and everybody and count <= MOST_COMPARED:
            self._compared = True
            self._jobs.beside(
                lambda store, actor, _now: len(duplicates.all_duplicates(store, actor)),
                self.count_duplicates,
                owner=self,
            )
        opens, self._opens = self._opens, False
        if opens and count == 1:
            self.open_child.emit(rows[0].child_id)
        elif opens:
            self.table.setFocus()

    def _account(self, count: int) -> str:
        """How many, and of whom."""
        if self._search:
            return (
                f"找到 {count:,} 名儿童（不按筛选）" if self.filters.wanted != EVERYBODY else f"找到 {count:,} 名儿童"
            )
        said = sentence(self.filters.wanted)
        return f"{said}：{count:,} 名儿童" if said else f"共 {count:,} 名儿童" if count else ""

    def _standing(self) -> tuple[int, ChildRow | None]:
        """Where the clerk is: a list read again doesn't throw her back, another search begins at the top."""
        index = self.table.currentIndex()
        if not index.isValid():
            return 0, None
        return (index.row() if self._search == self._listed else 0), self.model.row_at(index.row())

    def _at_hand(self, position: int) -> None:
        there = 0 <= position < self.model.rowCount()
        row = self.model.row_at(position) if there else None
        if row is not None or not there:  # one that has not come yet is shown when it comes
            self.detail.show_child(row)

    def _open(self, position: int) -> None:
        row = self.model.row_at(position)
        if row is not None:
            self.open_child.emit(row.child_id)


def _paged(search: str, number: int, wanted: ChildFilter, today: date) -> Reading[_Page]:
    """One page and how many rows there are; the last page where there are fewer by now."""

    def page(count: int, read: Callable[[int], Sequence[ChildRow]]) -> _Page:
        at = min(number, max(0, count - 1) // PAGE)
        return _Page(at, count, read(at * PAGE))

    return lambda store, actor: page(
        children.count(store, actor, search=search, wanted=wanted, today=today),
        lambda offset: children.children(
            store, actor, search=search, limit=PAGE, offset=offset, wanted=wanted, today=today
        ),
    )

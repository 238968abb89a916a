"""纸质档案: the places at the left, what lies in the one at hand at the right; many papers are put away at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE, ROW
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import choose_where, opens
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import Elided, EmptyState, Notice, button, column, line
from desktop.ui.widgets.placing import PlaceDialog
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, day
from records.views_archive import BoxRow, PaperRow, Papers, Shelves
from workflow import archive
from workflow.archive import WrittenList
from workflow.changes import Changes
from workflow.cross_reference import Place

REFRESH_MS = 150
NOWHERE = ""
KEYS = (
    ("上、下方向键", "在左边换一个地方；在表里走"),
    ("Shift+上、下方向键", "选一段"),
    ("Ctrl+A", "全选"),
    ("Enter", "在左边：到这个地方的纸件；在表里：打开这个孩子的页面"),
    ("Tab", "到下一处"),
)


def _name(row: PaperRow) -> str | Mark:
    return row.name if row.verified else Mark(row.name or "待核对", "doubt", "doubt")


COLUMNS: tuple[Column[PaperRow], ...] = (
    Column("档号", lambda row: row.archive_number, 336),
    Column("姓名", _name, 120),
    Column("题名", lambda row: row.title),
    Column("日期", lambda row: day(row.on), 136),
    Column("页数", lambda row: str(row.pages) if row.pages else "", 64, right=True),
)


class ArchiveScreen(QWidget):
    """Emits what is to be opened, and how much waits for a place where the office uses places."""

    open_child = Signal(str)
    open_registration = Signal(str)
    go_inbox = Signal()
    counted = Signal(int)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._last = Place()  # a stack goes into one box: proposed again
        self._follows = ""  # the place in words that is to be at hand when the places are read again
        self.places: tuple[BoxRow, ...] = ()
        self.model: RowsModel[PaperRow] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "papers", "纸件")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list = QListWidget()
        self.list.setObjectName("places")
        self.list.setAccessibleName("存放的地方")
        self.list.setMinimumWidth(232)
        self.list.setMaximumWidth(288)
        self.list.setWordWrap(False)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "纸质档案的按键", KEYS)
        self.list.currentRowChanged.connect(lambda _row: self._read_papers())
        self.list.itemActivated.connect(lambda _item: self.table.setFocus())
        self.table.opened.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._deeds())
        jobs.changed.connect(self._changed)
        self.read()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "place",
                "还没有纸件",
                "扫描件识别完、配成登记表，每份纸就有档号，列在这里等着装盒。",
                button("去收件箱", self.go_inbox.emit, icon="inbox"),
            )
        )
        halves = QWidget()
        row = line(halves, space=BETWEEN)
        row.addWidget(self.list, 1)
        right = column(space=INSIDE)
        right.addLayout(self._top())
        right.addWidget(self.table, 1)
        row.addLayout(right, 4)
        self._either.addWidget(halves)
        box.addWidget(holder, 1)

    def _top(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        self.told = Elided("", "heading")
        row.addWidget(self.told, 1)
        self.opens = button("打开档案页", self._open_at_hand, icon="person", name="open_paper")
        self.takes_out = button("取出", self._take_out, name="take_out")
        self.moves = button("搬盒", self._ask_move, name="move_box")
        self.prints = button("写目录", self._ask_list, icon="print", name="write_list")
        self.puts = button("装盒", self._ask_place, role="primary", icon="place", name="put_away")
        for deed in (self.opens, self.takes_out, self.moves, self.prints, self.puts):
            row.addWidget(deed)
        return row

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.list.setFocus()

    def read(self) -> None:
        """Read the places, then what lies in the one at hand."""
        self._refresh.stop()
        self._jobs.read(archive.shelves, self._show_places, owner=self)

    def _changed(self, changes: Changes) -> None:
        wanted = changes.registrations or changes.children or changes.pages
        if wanted and not self._refresh.isActive():
            self._refresh.start()

    @property
    def where(self) -> str:
        """The place at hand, as the verbs know it."""
        row = self.list.currentRow()
        return NOWHERE if row < 0 else str(self.list.item(row).data(Qt.ItemDataRole.UserRole))

    def _at_hand(self) -> BoxRow | None:
        return next((row for row in self.places if row.key == self.where), None)

    def _show_places(self, shelves: Shelves) -> None:
        before, self.places = self.where, shelves.boxes
        # an office that doesn't put its paper into boxes is not told of it all the time
        self.counted.emit(shelves.without if shelves.boxes else 0)
        many = f"{shelves.without} 多件" if shelves.more else f"{shelves.without} 件"
        self.list.blockSignals(True)
        self.list.clear()
        self._add(f"还没有装盒　{many}" if shelves.without else "都有地方了", NOWHERE)
        for row in shelves.boxes:
            self._add(row.words, row.key)
        keys = [NOWHERE, *(row.key for row in shelves.boxes)]
        moved = next((row.key for row in shelves.boxes if row.text == self._follows), before)
        self._follows = ""
        self.list.setCurrentRow(keys.index(moved) if moved in keys else 0)
        self.list.blockSignals(False)
        self._either.setCurrentIndex(1 if shelves.boxes or shelves.without else 0)
        if self.isVisible():  # nobody else sees the papers: the count is all that is wanted of a hidden screen
            self._read_papers()

    def _add(self, words: str, key: str) -> None:
        item = QListWidgetItem(words, self.list)
        item.setSizeHint(QSize(0, ROW))
        item.setToolTip(words)
        item.setData(Qt.ItemDataRole.UserRole, key)

    def _read_papers(self) -> None:
        where = self.where
        self._deeds()
        self._jobs.read(
            lambda store, actor: archive.papers(store, actor, where), partial(self._show, where), owner=self
        )

    def _show(self, where: str, papers: Papers) -> None:
        if where != self.where:
            return
        show_rows(self.table, self.model, papers.rows, lambda row: row.row_id)
        place = self._at_hand()
        count = f"先列出前 {len(papers.rows)} 件" if papers.more else f"{len(papers.rows)} 件"
        self.told.setText(f"{place.words}　{count}" if place is not None else f"还没有装盒　{count}")
        self._deeds()

    def chosen(self) -> tuple[PaperRow, ...]:
        """The selected rows, as they stand."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return tuple(self.model.rows[row] for row in rows)

    def _deeds(self) -> None:
        chosen, place = self.chosen(), self._at_hand()
        self.puts.setText("换盒" if place is not None else "装盒")
        self.puts.setEnabled(bool(chosen))
        self.takes_out.setEnabled(bool(chosen))
        self.takes_out.setVisible(place is not None)
        self.moves.setVisible(place is not None and bool(place.number))
        self.prints.setVisible(place is not None)
        self.prints.setEnabled(bool(self.model.rows))
        self.opens.setEnabled(len(chosen) == 1 and bool(chosen[0].child_id or chosen[0].registration_id))
        draft = len(chosen) == 1 and not chosen[0].verified
        self.opens.setText("去核对" if draft else "打开档案页")

    # -- doing --------------------------------------------------------------------------------------------------------

    def _open_at_hand(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            self._go(chosen[0])

    def _open(self, position: int) -> None:
        self._go(self.model.rows[position])

    def _go(self, row: PaperRow) -> None:
        if row.verified and row.child_id:
            self.open_child.emit(row.child_id)
        elif row.registration_id:
            self.open_registration.emit(row.registration_id)

    def _ask_place(self) -> None:
        chosen, place = self.chosen(), self._at_hand()
        if not chosen:
            return
        first, last = chosen[0].archive_number, chosen[-1].archive_number
        words = f"档号 {first}" if len(chosen) == 1 else f"{len(chosen)} 件，档号 {first} 到 {last}"
        dialog = PlaceDialog("这些纸放在哪里" if len(chosen) > 1 else "这件纸放在哪里", words, self._last, self)
        dialog.accepted.connect(lambda: self._put(chosen, dialog.place(), place))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _put(self, rows: Sequence[PaperRow], place: Place, before: BoxRow | None) -> None:
        if place == Place():
            self.notice.say("没有填地方，没有改动。要从盒里取出，请用“取出”。", "alarm")
            return
        self._last = place
        self._write(rows, place, before, f"{_counted(rows)}放到了{place.text()}。")

    def _take_out(self) -> None:
        chosen, place = self.chosen(), self._at_hand()
        if chosen and place is not None:
            self._write(chosen, Place(), place, f"{_counted(chosen)}从{place.words}取出，回到“还没有装盒”。")

    def _write(self, rows: Sequence[PaperRow], place: Place, before: BoxRow | None, told: str) -> None:
        """Where the papers were before is one press away."""
        ids = [row.row_id for row in rows]
        back = Place() if before is None else _place(before)
        self._jobs.write(
            lambda store, actor, now: archive.put_away(store, actor, now, ids, place),
            lambda _changes: self.notice.say(told, "good", action="撤销", act=lambda: self._put_back(ids, back)),
            owner=self,
            failed=self._refused,
        )

    def _put_back(self, ids: Sequence[str], place: Place) -> None:
        self._jobs.write(
            lambda store, actor, now: archive.put_away(store, actor, now, ids, place),
            lambda _changes: self.notice.say("已撤销，位置和原来一样。", "good"),
            owner=self,
            failed=self._refused,
        )

    def _ask_move(self) -> None:
        place = self._at_hand()
        if place is None:
            return
        dialog = PlaceDialog(
            f"{place.number}盒搬到哪里", "盒里的纸件一起登记，盒号不变。", _place(place), self, box=False
        )
        dialog.accepted.connect(lambda: self._move(place, dialog.place()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _move(self, box: BoxRow, place: Place) -> None:
        self._follows = f"{place.text()}{box.number}盒"
        self._jobs.write(
            lambda store, actor, now: archive.move_box(store, actor, now, box.key, place),
            lambda _changes: self.notice.say(f"{box.number}盒的位置已登记，盒里的纸件随盒。", "good"),
            owner=self,
            failed=self._refused,
        )

    def _ask_list(self) -> None:
        place = self._at_hand()
        if place is None:
            return
        name = f"归档文件目录 {place.words}.pdf"
        choose_where(self, "目录存到哪里", name, "PDF (*.pdf)", partial(self.write_to, where=place.key))

    def write_to(self, path: Path, where: str) -> None:
        """Write the list of what lies in a place."""
        self._jobs.write(
            lambda store, actor, now: archive.write_list(store, actor, now, where, path),
            partial(self._written, path),
            owner=self,
            failed=self._refused,
        )

    def _written(self, path: Path, written: WrittenList) -> None:
        self.notice.say(
            f"{written.lines} 件的目录存在“{path.name}”。上面有儿童的姓名，印完请删掉这个文件。",
            "good",
            action="打开",
            act=opens(path),
        )

    def _refused(self, refused: str) -> None:
        self.notice.say(refused, "alarm")


def _place(row: BoxRow) -> Place:
    return Place(*row.parts, row.number)


def _counted(rows: Sequence[PaperRow]) -> str:
    return f"{len(rows)} 件" if len(rows) > 1 else f"{rows[0].archive_number} "

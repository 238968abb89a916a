"""重复登记: pairs who may be one child, the likeliest first; what was merged, to be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.duplicates.compare import ComparePanel
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.asking import Ask, AskDialog
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, tab_bar, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day
from records.views import Actor
from records.views_duplicates import MergeView, PairView
from workflow import duplicates
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right

TABS = ("可能重复", "合并过的")
REFRESH_MS = 400
SHEET = (
    ("上、下方向键", "换一对，或换一栏"),
    ("Enter", "从左边的列表到右边的栏目"),
    ("左、右方向键", "合并后以左边的、右边的为准"),
    ("F2", "写依据"),
    ("Ctrl+Enter", "合并"),
    ("F4", "不是同一个"),
    ("F3", "以后再看，到下一对"),
    ("Esc", "返回"),
)


def _grade(row: PairView) -> Mark:
    words = "很可能" if (row.other.grade or row.one.grade) == "likely" else "可能"
    return Mark(f"{words} {row.other.score}", "doubt" if words == "很可能" else "secondary")


def _other(row: PairView) -> str:
    return row.other.name if row.other.inside else row.other.township.removeprefix("吉林省")


PAIRS: tuple[Column[PairView], ...] = (
    Column("一名", lambda row: row.one.name, 88),
    Column("另一名", _other),
    Column("相似", _grade, 96),
)


def _merge_state(row: MergeView) -> Mark:
    if row.undone_at is None:
        return Mark("已合并", "confirmed", "tick")
    return Mark(f"{day(civil_day(row.undone_at))}撤销：{row.undone_reason}", "secondary", "undo")


MERGES: tuple[Column[MergeView], ...] = (
    Column("留下的", lambda row: row.kept_name, 104),
    Column("并入的", lambda row: row.gone_name, 104),
    Column("依据", lambda row: row.why),
    Column("经办", lambda row: row.by, 96),
    Column("日期", lambda row: day(civil_day(row.at)), 136),
    Column("现在", _merge_state, 240),
)


class DuplicatesScreen(QWidget):
    """Emits ``counted`` with how many pairs are open."""

    left = Signal()
    counted = Signal(int)
    open_child = Signal(str)

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._may_merge = actor.role in RIGHTS[Right.MERGE]
        self._wanted: frozenset[str] = frozenset()
        self.pairs: RowsModel[PairView] = RowsModel(PAIRS, parent=self)
        self.merged: RowsModel[MergeView] = RowsModel(MERGES, parent=self)
        self.table = make_table(self.pairs, "pairs", "可能重复的儿童")
        self.merges_table = make_table(self.merged, "merges", "合并过的儿童")
        self.panel = ComparePanel(jobs, may_merge=self._may_merge)
        self.notice = Notice()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(lambda _row: self.panel.table.setFocus())
        self.merges_table.at_hand.connect(self._merge_at_hand)
        self.panel.decided.connect(self._decided)
        self.panel.later.connect(self._later)
        self.panel.open_child.connect(self.open_child)
        jobs.changed.connect(self._changed)
        for keys, does in (
            ("F2", self.panel.to_reason),
            ("F3", self._later),
            ("F4", self.panel.keep_apart),
            ("Ctrl+Return", self.panel.merge),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, does)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        offer_keys(self, "重复登记的按键", SHEET)

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE)
        box.setContentsMargins(AROUND, 12, AROUND, BETWEEN)
        top = line()
        top.addWidget(button("返回", self.left.emit, role="quiet", icon="back", name="back"))
        self.tabs = tab_bar("duplicate_tabs", "可能重复的，或合并过的")
        top.addWidget(self.tabs, 1)
        self.undoes = button("撤销这次合并", self._ask_undo, icon="undo", name="undo_merge")
        top.addWidget(self.undoes)
        box.addLayout(top)
        box.addWidget(self.notice)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._pairs_part())
        self._stack.addWidget(self._merges_part())
        for word in TABS:
            self.tabs.addTab(word)
        self.tabs.currentChanged.connect(self._to_tab)
        box.addWidget(self._stack, 1)
        self._to_tab(0)

    def _pairs_part(self) -> QWidget:
        holder = QWidget()
        self._either = Either(holder)
        looking = text("正在比对台账里的儿童", "secondary")
        waits = QWidget()
        waiting = column(waits, around=AROUND)
        waiting.addWidget(looking)
        waiting.addStretch()
        self._either.addWidget(waits)
        self._either.addWidget(
            EmptyState(
                "children", "没有可能重复的儿童", "登记表核对完，程序就和台账里的比一遍；像是同一个孩子的会列在这里。"
            )
        )
        self._either.addWidget(halves(self.table, self.panel, (320, 848)))
        return holder

    def _merges_part(self) -> QWidget:
        holder = QWidget()
        self._merged_either = Either(holder)
        self._merged_either.addWidget(EmptyState("children", "还没有合并过", "合并了的都留在这里，合错了可以撤销。"))
        self._merged_either.addWidget(self.merges_table)
        return holder

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    # -- reading ------------------------------------------------------------------------------------------------------

    def show_children(self, child_ids: Sequence[str]) -> None:
        """The pair in which this child stands, once the list is read."""
        self._wanted = frozenset(child_ids)
        self.tabs.setCurrentIndex(0)

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.table.setFocus()

    def read(self) -> None:
        """Compare everybody again, beside other work: a large list takes seconds."""
        self._refresh.stop()
        self._jobs.beside(
            lambda store, actor, _now: (duplicates.all_duplicates(store, actor), duplicates.merges(store, actor)),
            self._show,
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _changed(self, changes: Changes) -> None:
        if (changes.children or changes.registrations) and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, found: tuple[tuple[PairView, ...], tuple[MergeView, ...]]) -> None:
        pairs, merged = found
        shown = self._at()
        before = _identity(shown) if shown is not None else ""
        show_rows(self.table, self.pairs, pairs, _identity)
        show_rows(self.merges_table, self.merged, merged, lambda row: row.merge_id)
        self._either.setCurrentIndex(2 if pairs else 1)
        self._merged_either.setCurrentIndex(1 if merged else 0)
        self.tabs.setTabText(0, f"{TABS[0]} {len(pairs)}" if pairs else TABS[0])
        self.counted.emit(len(pairs))
        if not pairs and self.isVisible():
            self.tabs.setFocus()  # the list that had the keyboard is gone
        wanted = [n for n, row in enumerate(pairs) if self._wanted & {row.one.child_id, row.other.child_id}]
        if self._wanted and wanted:
            self.table.selectRow(wanted[0])
        self._wanted = frozenset()
        now = self._at()
        if now is None or _identity(now) != before or self.panel.detail is None:
            self.panel.show_pair(now)

    def _at(self) -> PairView | None:
        row = self.table.currentIndex().row()
        return self.pairs.rows[row] if 0 <= row < len(self.pairs.rows) else None

    def _at_hand(self, position: int) -> None:
        if 0 <= position < len(self.pairs.rows):
            self.panel.show_pair(self.pairs.rows[position])
        elif not self.pairs.rows:
            self.panel.show_pair(None)

    def _to_tab(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        self.undoes.setVisible(at == 1 and self._may_merge)
        self._merge_at_hand(self.merges_table.currentIndex().row())

    # -- what was decided ---------------------------------------------------------------------------------------------

    def _decided(self, words: str, merge_id: str) -> None:
        if merge_id:
            self.notice.say(
                words, "good", action="合错了，撤销", act=partial(self._undo, merge_id, "刚合并就发现合错了")
            )
        else:
            self.notice.say(words, "good")
        self.read()
        self.table.setFocus()

    def _later(self) -> None:
        row = self.table.currentIndex().row()
        self.table.selectRow((row + 1) % max(len(self.pairs.rows), 1))
        self.table.setFocus()

    def _merge_at_hand(self, position: int) -> None:
        rows = self.merged.rows
        self.undoes.setEnabled(0 <= position < len(rows) and rows[position].undone_at is None)

    def _ask_undo(self) -> None:
        row = self.merged.rows[self.merges_table.currentIndex().row()]
        AskDialog(
            self._jobs,
            "撤销合并",
            f"{row.kept_name}和{row.gone_name}又各归各：登记表、走访、档案都回到原来的名下，合并以后新来的留在原处。",
            [Ask("why", "原因", needed=True)],
            "撤销合并",
            lambda said: lambda s, a, now: duplicates.undo_merge(s, a, now, row.merge_id, said.text("why")),
            self,
        ).open()

    def _undo(self, merge_id: str, why: str) -> None:
        self._jobs.write(
            lambda store, actor, now: duplicates.undo_merge(store, actor, now, merge_id, why),
            lambda _changes: self._undone(),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _undone(self) -> None:
        self.notice.say("合并已撤销，两名儿童各归各。", "good")
        self.read()


def _identity(row: PairView) -> str:
    return f"{row.one.child_id}/{row.other.child_id or row.other.township}"

"""基础名单: the lists of other departments, and who on the one at hand is not registered, or otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.rosters.taking_in import TakeInDialog
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.asking import AskDialog
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import FileDrop, choose_file, choose_where
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, day
from records.views import Actor
from records.views_roster import RosterComparison, RosterFinding, RosterOutcome, RosterRow
from workflow import rosters
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right
from workflow.rosters import KIND_NAMES, OUTCOMES

REFRESH_MS = 300
FILES = "名单 (*.xlsx *.csv *.txt);;所有文件 (*)"
NONE, COMPARING, CLOSED, ALL_FOUND, LOOK = range(5)
KEYS = (
    ("上、下方向键", "换一份名单，或换一名儿童"),
    ("Enter", "在名单上：到比对结果；在儿童上：打开他的档案页"),
    ("Ctrl+O", "带入一份名单"),
    ("Ctrl+S", "把要看的写成走访表"),
    ("Delete", "删除这份名单"),
    ("Esc", "返回"),
)
MARKS = {
    RosterOutcome.MISSING: ("error", "doubt"),
    RosterOutcome.DIFFERS: ("doubt", "doubt"),
    RosterOutcome.IN_DRAFT: ("secondary", "clock"),
    RosterOutcome.EXITED: ("secondary", "back"),
}


def _name(row: RosterRow) -> str | Mark:
    return Mark(row.name, "ink", "lock") if row.sensitive else row.name


def _outcome(row: RosterFinding) -> Mark:
    words = "、".join(row.differing)
    said = f"{OUTCOMES[row.outcome]}：{words}" if words else OUTCOMES[row.outcome]
    return Mark(said, *MARKS[row.outcome])


LISTS: tuple[Column[RosterRow], ...] = (
    Column("名单", _name),
    Column("截止", lambda row: day(row.as_of), 144),
    Column("人数", lambda row: f"{row.rows:,}", 72, right=True),
)
FINDINGS: tuple[Column[RosterFinding], ...] = (
    Column("姓名", lambda row: row.name, 104),
    Column("情况", _outcome, 216),
    Column("出生日期", lambda row: "" if row.birth_date is None else day(row.birth_date), 136),
    Column("身份证号", lambda row: row.id_number_masked or "没有", 168),
    Column("在哪里找", lambda row: row.place),
    Column("名单行", lambda row: str(row.line), 72, right=True),
)


class RostersScreen(QWidget):
    """Emits ``open_child`` for a child that is registered."""

    open_child = Signal(str)
    left = Signal()

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._may_change = actor.role in RIGHTS[Right.ROSTERS]
        if self._may_change:
            FileDrop(self, self.look)
        self._asked = ""
        self._wanted = ""
        self._only: RosterOutcome | None = None
        self.seen: RosterComparison | None = None
        self.lists: RowsModel[RosterRow] = RowsModel(LISTS, parent=self)
        self.found: RowsModel[RosterFinding] = RowsModel(FINDINGS, parent=self)
        self.table = make_table(self.lists, "rosters", "名单")
        self.found_table = make_table(self.found, "roster_findings", "比对下来要看的")
        self.notice = Notice()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(lambda _row: self.found_table.setFocus())
        self.found_table.opened.connect(self._open)
        jobs.changed.connect(self._changed)
        for keys, does in (("Ctrl+O", self._ask_file), ("Ctrl+S", self._ask_out)):
            shortcut = QShortcut(QKeySequence(keys), self, does)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        offer_keys(self, "基础名单的按键", KEYS)

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE)
        box.setContentsMargins(AROUND, 12, AROUND, BETWEEN)
        box.addLayout(self._top())
        box.addWidget(self.notice)
        holder = QWidget()
        self._either = Either(holder)
        first = button("带入名单", self._ask_file, role="primary", icon="folder", name="first_roster")
        words = (
            "公安、教育、卫健、疾控等部门给的名单带进来，就看得到谁还没有登记、谁登记得不一样。"
            "名单只用来提醒，从不改动登记表。"
        )
        self._either.addWidget(
            EmptyState(
                "children", "还没有名单", words if self._may_change else f"{words}由复核员或管理员带入。",
                first if self._may_change else None,
            )
        )  # fmt: skip
        self._either.addWidget(halves(self.table, self._right(), (352, 816)))
        box.addWidget(holder, 1)

    def _top(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        row.addWidget(button("返回", self.left.emit, role="quiet", icon="back", name="back"))
        row.addStretch()
        self.removes = button("删除名单", self._ask_remove, name="remove_roster")
        self.writes = button("写成走访表", self._ask_out, icon="print", name="write_findings")
        self.brings = button("带入名单", self._ask_file, role="primary", icon="folder", name="bring_roster")
        for deed in (self.removes, self.writes, self.brings):
            row.addWidget(deed)
        return row

    def _right(self) -> QWidget:
        right = QWidget()
        box = column(right, space=INSIDE)
        self.about = text("", "secondary", wrap=True)
        box.addWidget(self.about)
        chips = QWidget()
        flow = FlowLayout(chips, INSIDE)
        self.chips = QButtonGroup(self)
        for outcome in (None, *MARKS):
            chip = button("", partial(self.show_only, outcome), role="chip", name=f"only_{outcome or 'all'}")
            chip.setCheckable(True)
            chip.setProperty("outcome", outcome)
            self.chips.addButton(chip)
            flow.addWidget(chip)
        box.addWidget(chips)
        holder = QWidget()
        self._state = Either(holder)
        self._state.addWidget(QWidget())
        waits = QWidget()
        waiting = column(waits)
        waiting.addWidget(text("正在和登记的儿童比对", "secondary"))
        waiting.addStretch()
        self._state.addWidget(waits)
        self._state.addWidget(EmptyState("lock", "这份名单已经加封", "它特别敏感，只有指定的人能比对。"))
        self._state.addWidget(EmptyState("tick", "都对得上", "名单上的儿童都登记了，也都一样。比对完的名单可以删除。"))
        self._state.addWidget(self.found_table)
        box.addWidget(holder, 1)
        return right

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self._ask_remove()
        else:
            super().keyPressEvent(event)

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self._asked = ""
        self.read()
        self.table.setFocus()

    def read(self) -> None:
        """Read the lists again."""
        self._refresh.stop()
        self._jobs.read(rosters.rosters, self._show, owner=self)

    def _changed(self, changes: Changes) -> None:
        wanted = changes.office or changes.children or changes.registrations
        if wanted and self.isVisible() and not self._refresh.isActive():
            self._asked = ""  # compared again, too
            self._refresh.start()

    def _show(self, rows: Sequence[RosterRow]) -> None:
        show_rows(self.table, self.lists, rows, lambda row: row.roster_id)
        fresh = [at for at, row in enumerate(rows) if row.roster_id == self._wanted]
        if fresh:
            self.table.selectRow(fresh[0])
        self._wanted = ""
        self._either.setCurrentIndex(1 if rows else 0)
        self.brings.setVisible(self._may_change and bool(rows))
        self.removes.setVisible(self._may_change and bool(rows))
        self.writes.setVisible(bool(rows))
        self._at_hand(self.table.currentIndex().row())

    @property
    def row(self) -> RosterRow | None:
        """The list at hand."""
        at = self.table.currentIndex().row()
        return self.lists.rows[at] if 0 <= at < len(self.lists.rows) else None

    def _at_hand(self, _position: int) -> None:
        row = self.row
        if row is None or row.roster_id == self._asked:
            return
        self._asked = roster_id = row.roster_id
        self.seen = None
        self.found.set_rows(())
        self.about.setText(_about(row))
        self._say_chips()
        self._state.setCurrentIndex(CLOSED if row.closed else COMPARING)
        if not row.closed:
            self._jobs.beside(
                lambda store, actor, _now: rosters.compare(store, actor, roster_id),
                self._compared,
                owner=self,
                failed=partial(self._not_compared, roster_id),
            )

    def _not_compared(self, roster_id: str, told: str) -> None:
        if roster_id == self._asked:
            self._state.setCurrentIndex(NONE)
            self.notice.say(told, "alarm")

    def _compared(self, seen: RosterComparison) -> None:
        if seen.roster.roster_id != self._asked:
            return
        self.seen = seen
        if self._only is not None and not seen.of(self._only):
            self._only = None
        self.about.setText(f"{_about(seen.roster)}\n{seen.found} 名对得上，{len(seen.findings)} 名要看。")
        self._say_chips()
        self._list()

    def _say_chips(self) -> None:
        """Only kinds that there are; one kind alone needs no choosing."""
        many = {o: len(self.seen.of(o)) if self.seen is not None else 0 for o in MARKS}
        several = sum(bool(n) for n in many.values()) > 1
        for chip in self.chips.buttons():
            outcome = chip.property("outcome")
            count = sum(many.values()) if outcome is None else many[outcome]
            chip.setText(f"要看的 {count}" if outcome is None else f"{OUTCOMES[outcome]} {count}")
            chip.setVisible(several and bool(count))
            chip.setChecked(outcome == self._only)
        self.writes.setEnabled(any(many.values()))

    def show_only(self, outcome: RosterOutcome | None) -> None:
        """List only what came out so; all that is to be looked into for None."""
        self._only = outcome
        self._list()
        self.found_table.setFocus()

    def _list(self) -> None:
        if self.seen is None:
            return
        rows = self.seen.findings if self._only is None else self.seen.of(self._only)
        show_rows(self.found_table, self.found, rows, lambda row: str(row.line))
        self._state.setCurrentIndex(LOOK if rows else ALL_FOUND)

    def _open(self, position: int) -> None:
        row = self.found.rows[position]
        if row.child_id:
            self.open_child.emit(row.child_id)
        else:
            where = f"名单上说在{row.place}。" if row.place else ""
            self.notice.say(
                f"{row.name}{'的登记表还没核对完' if row.outcome is RosterOutcome.IN_DRAFT else '还没有登记'}。{where}"
            )

    # -- taking in ----------------------------------------------------------------------------------------------------

    def _ask_file(self) -> None:
        if not self._may_change:
            return
        choose_file(self, "选名单", FILES, self.look)

    def look(self, path: Path) -> TakeInDialog:
        """Look at a file before it is taken in."""
        dialog = TakeInDialog(self._jobs, path, self)
        dialog.accepted.connect(lambda: self._taken(dialog))
        dialog.open()
        return dialog

    def _taken(self, dialog: TakeInDialog) -> None:
        brought = dialog.brought
        if brought is None:
            return
        self._wanted = brought.roster_id
        left_out = f"，{len(brought.refused)} 行用不了、没有带入" if brought.refused else ""
        self.notice.say(
            f"带入了 {brought.rows} 名{left_out}。原来的文件“{dialog.path.name}”没有加密，用完请按单位的规定清理。",
            "good",
        )
        self.read()
        self.table.setFocus()

    # -- going round, and done with -----------------------------------------------------------------------------------

    def _ask_out(self) -> None:
        row = self.row
        if row is None or not self.writes.isEnabled():
            return
        choose_where(self, "走访表存到哪里", f"{row.name}走访表.xlsx", "表格 (*.xlsx)", self.write_to)

    def write_to(self, path: Path) -> None:
        """Write what is listed, to go round with."""
        row, only = self.row, () if self._only is None else (self._only,)
        if row is None:
            return
        self._jobs.write(
            lambda store, actor, now: rosters.write_findings(store, actor, now, row.roster_id, path, only),
            lambda many: self.notice.say(
                f"走访表已写好：“{path.name}”，{many} 名。上面有儿童的信息，用完请删掉这个文件。", "good"
            ),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _ask_remove(self) -> None:
        row = self.row
        if row is None or not self._may_change:
            return
        words = f"“{row.name}”删除了。以前的备份里还有，按保留规则到期删去。"
        dialog = AskDialog(
            self._jobs,
            f"删除“{row.name}”",
            f"名单上的 {row.rows:,} 行都从资料库里删掉，不能撤销；登记的儿童不受影响。",
            (),
            "删除",
            lambda _said: lambda store, actor, now: rosters.remove(store, actor, now, row.roster_id),
            self,
        )
        dialog.accepted.connect(lambda: self.notice.say(words, "good"))
        dialog.open()


def _about(row: RosterRow) -> str:
    left_out = f"，带入时有 {row.refused} 行用不了" if row.refused else ""
    return f"{KIND_NAMES[row.kind]}　截止 {day(row.as_of)}　{row.rows:,} 名{left_out}　{row.by}带入"

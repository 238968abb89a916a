"""收进: a package is looked at before it is taken; new, changed and conflicting, field by field."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import Jobs
from desktop.ui.handover.outgoing import PACKAGES, counts_words
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import FileDrop, choose_file
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, panel, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import Mark, moment
from records.views_handover import FieldChange, IncomingPackage, IncomingRegistration
from workflow import handover_in, sentences
from workflow.changes import Changes

NOTHING, BUSY, PACKAGE, REFUSED = range(4)
NEW = Mark("新的", "confirmed", "plus")
CHANGED = Mark("有变化", "acts", "again")
CONFLICT = Mark("和建议不一致", "doubt", "doubt")


def _kind(row: IncomingRegistration) -> Mark:
    return CONFLICT if row.conflict else NEW if row.new else CHANGED


REGISTRATIONS: tuple[Column[IncomingRegistration], ...] = (
    Column("姓名", lambda row: row.title, 96),
    Column("档号", lambda row: row.archive_number),
    Column("", _kind, 136),
)
FIELDS: tuple[Column[FieldChange], ...] = (
    Column("栏目", lambda row: Mark(row.label, "doubt", "doubt") if row.conflict else row.label, 168),
    Column("本单位现在", lambda row: row.before or "（空）", 200, tail=True),
    Column("收进以后", lambda row: row.after or "（空）"),
)


class IncomingPart(QWidget):
    """Emits ``taken`` with the number of proposals that came along."""

    taken = Signal(int)

    def __init__(self, jobs: Jobs, notice: Notice) -> None:
        super().__init__()
        FileDrop(self, self.look)
        self._jobs, self._notice = jobs, notice
        self._asked = 0
        self.path: Path | None = None
        self.seen: IncomingPackage | None = None
        self.rows: RowsModel[IncomingRegistration] = RowsModel(REGISTRATIONS, parent=self)
        self.fields: RowsModel[FieldChange] = RowsModel(FIELDS, parent=self)
        self.table = make_table(self.rows, "incoming", "包里的登记表，要看的在前", empty="这一包里没有登记表。")
        self.fields_table = make_table(self.fields, "incoming_fields", "这一份有哪些变化")
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(lambda _row: self.fields_table.setFocus())
        box = column(self)
        holder = QWidget()
        self._state = Either(holder)
        self._state.addWidget(
            EmptyState(
                "inbox",
                "选一个交接包",
                "把 U 盘里的交接包拖到这里，或点下面选。先看里面有什么，看完再收；收下以前什么也不改。",
                button("选交接包", self._ask_file, role="primary", icon="folder", name="choose_package"),
            )
        )
        waits = QWidget()
        waiting = column(waits)
        waiting.addWidget(text("正在打开交接包，核对签名", "secondary"))
        waiting.addStretch()
        self._state.addWidget(waits)
        self._state.addWidget(self._package())
        self._state.addWidget(self._refusal())
        box.addWidget(holder)

    def _package(self) -> QWidget:
        whole = QWidget()
        box = column(whole, space=BETWEEN)
        box.addLayout(self._head())
        right = QWidget()
        side = column(right, space=INSIDE)
        self.about = text("", "secondary", wrap=True)
        side.addWidget(self.about)
        side.addWidget(self.fields_table, 1)
        box.addWidget(halves(self.table, right, (520, 648), (1, 1)), 1)
        return whole

    def _head(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        words = column(space=4)
        self.title = text("", "heading")
        self.told = text("", "secondary", wrap=True)
        words.addWidget(self.title)
        words.addWidget(self.told)
        row.addLayout(words, 1)
        row.addWidget(button("换一个", self._ask_file, name="other_package"))
        self.takes = button("收进来", self.take, role="primary", icon="tick", name="take_package")
        row.addWidget(self.takes)
        return row

    def _refusal(self) -> QWidget:
        whole = QWidget()
        box = column(whole, space=BETWEEN)
        alarm = panel("alarm")
        inner = column(alarm, space=INSIDE, around=BETWEEN)
        inner.addWidget(text("这个交接包没有收", "heading"))
        self.why = text("", "", wrap=True, selectable=True)
        inner.addWidget(self.why)
        box.addWidget(alarm)
        row = line()
        row.addWidget(button("换一个交接包", self._ask_file, role="primary", icon="folder", name="another_package"))
        row.addStretch()
        box.addLayout(row)
        box.addStretch()
        return whole

    # -- a file -------------------------------------------------------------------------------------------------------

    def _ask_file(self) -> None:
        choose_file(self, "选交接包", f"{PACKAGES};;所有文件 (*)", self.look)

    def look(self, path: Path) -> None:
        """See what the package would change; nothing is changed by looking."""
        self._asked += 1
        asked = self._asked
        self.path = path
        self.seen = None
        self._notice.drop()
        self._state.setCurrentIndex(BUSY)
        self._jobs.beside(
            lambda store, actor, _now: handover_in.preview(store, actor, path),
            lambda seen: self._show(asked, seen),
            owner=self,
            failed=lambda told: self._refused(asked, told),
        )

    def _refused(self, asked: int, told: str) -> None:
        if asked == self._asked:
            self.why.setText(told)
            self._state.setCurrentIndex(REFUSED)

    def _show(self, asked: int, seen: IncomingPackage) -> None:
        if asked != self._asked:
            return
        self.seen = seen
        which = "全部内容" if seen.everything else "上次以后的"
        self.title.setText(f"{seen.office}　第 {seen.number} 包　{which}　{moment(seen.made_at)}")
        self.told.setText(_account(seen))
        self.rows.set_rows((*seen.conflicting, *seen.changed, *seen.new))
        self.takes.setEnabled(not seen.already)
        self._state.setCurrentIndex(PACKAGE)
        if self.rows.rows:
            self.table.selectRow(0)
            self.table.setFocus()
        else:
            self.takes.setFocus()

    def _at_hand(self, position: int) -> None:
        row = self.rows.rows[position] if 0 <= position < len(self.rows.rows) else None
        self.fields.set_rows(() if row is None else row.fields)
        self.fields_table.setVisible(row is not None and bool(row.fields))
        if row is None:
            self.about.setText("")
        elif row.new:
            along = sentences.comes_along(row).strip("　")
            self.about.setText("本单位还没有这一份，收进来就是新的一份。" + (f"（{along}）" if along else ""))
        elif row.conflict:
            self.about.setText(
                "标黄的栏目，本单位提过另外的内容，对方还没有答复。收进来以对方的为准，建议仍然留着等答复。"
            )
        else:
            self.about.setText("对方改过的栏目：")

    # -- taking -------------------------------------------------------------------------------------------------------

    def take(self) -> None:
        """All of it, or nothing."""
        path = self.path
        if path is None or not self.takes.isEnabled():
            return
        self.takes.setEnabled(False)
        self._notice.say("正在收进来：要么整包收下，要么一点不动。")
        self._jobs.write(
            lambda store, actor, now: handover_in.take_in(store, actor, now, path),
            self._taken,
            owner=self,
            failed=self._not_taken,
        )

    def _taken(self, changes: Changes) -> None:
        seen = self.seen
        proposals = seen.proposals if seen is not None else 0
        asks = f"带来 {proposals} 条建议，请到“建议”里处理。" if proposals else ""
        self._notice.say(
            f"收进来了：登记表 {len(changes.registrations)} 份，儿童 {len(changes.children)} 名。{asks}", "good"
        )
        self._state.setCurrentIndex(NOTHING)
        self.taken.emit(proposals)

    def _not_taken(self, told: str) -> None:
        self._notice.drop()
        self._refused(self._asked, told)


def _account(seen: IncomingPackage) -> str:
    if seen.already:
        return "这一包已经收过，再收不会有变化。"
    groups = (("新的", seen.new), ("有变化", seen.changed), ("和本单位的建议不一致", seen.conflicting))
    what = "，".join(f"{words} {len(rows)} 份" for words, rows in groups if rows) or "没有新的登记表"
    more = counts_words({kind: count for kind, count in seen.counts.items() if kind in {"child", "source", "gone"}})
    asked = f"要处理的建议 {seen.proposals} 条" if seen.proposals else ""
    answered = f"对本单位建议的答复 {seen.decisions} 条" if seen.decisions else ""
    reported = f"报送情况 {len(seen.reports)} 条" if seen.reports else ""
    twice = [report.title for report in seen.reports if report.twice]
    both = f"{'、'.join(twice)} 本单位的批次里也有，请两边商定由谁报送" if twice else ""
    parts = [part for part in (what, more, reported, both, asked, answered) if part]
    return f"{'；'.join(parts)}。对方操作记录末码 {seen.audit_seq}:{seen.audit_head[:8]}。"

"""重点关爱: cases to report at once, criteria that wait for a decision, key-concern children and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.care.cases import CasesBanner
from desktop.ui.care.questions import Questions
from desktop.ui.theme import AROUND, BETWEEN, INSIDE, ROW
from desktop.ui.widgets.columns import ColumnChoice
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day
from records.views import Actor
from records.views_care import CaseView, ConcernView, KeyConcernRow, ProposedRow
from workflow import concerns, dossiers, mandatory
from workflow.changes import Changes

REFRESH_MS = 150
ROOM_AROUND = 92  # of a list: its heading with the buttons, the head of its columns
KEYS = (
    ("Enter", "在待确认的情形上：确认；在名单上：打开这个孩子的页面"),
    ("上、下方向键", "在表里走"),
    ("Tab", "到下一个按钮或表"),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One criterion of one child that waits for a person."""

    child: ProposedRow
    concern: ConcernView


@dataclass(frozen=True, slots=True)
class CareView:
    """What the screen shows, read in one go."""

    cases: tuple[CaseView, ...]
    proposals: tuple[Proposal, ...]
    children: tuple[KeyConcernRow, ...]

    @property
    def waiting(self) -> int:
        """What a person has to do something about: the count in the navigation."""
        return len(self.cases) + len(self.proposals) + sum(bool(row.fault) for row in self.children)


PROPOSED: tuple[Column[Proposal], ...] = (
    Column("姓名", lambda row: row.child.name, 96),
    Column("情形", lambda row: Mark(row.concern.label, "doubt", "doubt"), 144),
    Column("提出的理由", lambda row: row.concern.why),
    Column("现居住地", lambda row: row.child.residence.removeprefix("吉林省"), 240, tail=True),
)


def _due(row: KeyConcernRow) -> str | Mark:
    if row.overdue_days:
        return Mark(f"逾期 {row.overdue_days} 天", "error", "clock")
    return f"{day(row.due_on)}前" if row.due_on is not None else ""


LISTED: tuple[Column[KeyConcernRow], ...] = (
    Column("姓名", lambda row: row.name, 96),
    Column("性别", lambda row: row.sex, 56),
    Column("年龄", lambda row: f"{row.age}岁" if row.age is not None else "", 64, right=True),
    Column("情形", lambda row: "、".join(row.criteria), 136),
    Column("现居住地", lambda row: row.residence.removeprefix("吉林省"), tail=True),
    Column("下次走访", _due, 144),
    Column("纸质档案", lambda row: Mark(row.fault, "error", "cross") if row.fault else row.dossier, tail=True),
)


class CareScreen(QWidget):
    """Emits ``open_child(child_id, papers)`` and how much waits."""

    open_child = Signal(str, bool)  # True: at the child's papers
    counted = Signal(int)
    go_children = Signal()

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self.ask = Questions(jobs, self, actor.full_name)
        self.banner = CasesBanner(self.ask, lambda child_id: self.open_child.emit(child_id, False))
        self.notice = Notice()
        self.proposals: RowsModel[Proposal] = RowsModel(PROPOSED, parent=self)
        self.listed: RowsModel[KeyConcernRow] = RowsModel(LISTED, parent=self)
        self.proposed_table = make_table(self.proposals, "proposals", "待确认的情形")
        none = "上面的情形确认纳入以后，孩子列在这里。"
        self.table = make_table(self.listed, "key_concern", "重点关爱服务对象", empty=none)
        self.columns = ColumnChoice(jobs, self.table, self.listed, "key_concern", LISTED, len(LISTED))
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.follow)
        self._arriving = False  # she has just come here: the keyboard goes where something waits
        self._lay_out()
        offer_keys(self, "重点关爱的按键", KEYS)
        self.proposed_table.opened.connect(lambda _row: self._confirm())
        self.table.opened.connect(lambda _row: self._open())
        self.table.at_hand.connect(lambda _row: self._deeds())
        jobs.changed.connect(self._changed)
        self.follow()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self.banner)
        box.addWidget(self.notice)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "care",
                "没有重点关爱服务对象",
                "登记表核对完，符合重点关爱情形的孩子会连同理由列在这里，由人确认；也可以在儿童的页面上直接列入。",
                button("看儿童台账", self.go_children.emit, icon="children"),
            )
        )
        self._halves, self._by_hand = halves(self._proposals_half(), self._list_half(), (200, 400), down=True), False
        self._halves.splitterMoved.connect(self._moved_by_hand)
        self._either.addWidget(self._halves)
        box.addWidget(holder, 1)

    def _proposals_half(self) -> QWidget:
        self.upper = QWidget()
        box = column(self.upper, space=INSIDE)
        row = line(space=INSIDE)
        self._proposed = text("", "heading")
        row.addWidget(self._proposed, 1)
        row.addWidget(button("打开档案页", self._open_proposed, icon="person", name="proposed_child"))
        row.addWidget(button("不纳入", self._dismiss, name="dismiss"))
        row.addWidget(button("确认纳入", self._confirm, role="primary", icon="tick", name="confirm"))
        box.addLayout(row)
        box.addWidget(self.proposed_table, 1)
        return self.upper

    def _list_half(self) -> QWidget:
        lower = QWidget()
        box = column(lower, space=INSIDE)
        row = line(space=INSIDE)
        self.told = text("", "heading")
        row.addWidget(self.told, 1)
        self.dossier = button("建立案卷", self._open_dossier, name="open_dossier")
        self.visit = button("记走访", self._visit, name="record_visit")
        self.opens = button("打开档案页", self._open, icon="person", name="open_child")
        for deed in (self.columns.button, self.dossier, self.visit, self.opens):
            row.addWidget(deed)
        box.addLayout(row)
        box.addWidget(self.table, 1)
        return lower

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self._arriving = True
        self.read()
        (self.proposed_table if self.proposals.rows else self.table).setFocus()

    def follow(self) -> None:
        """Something has changed. Nobody sees the lists of a hidden screen: the count is all that is wanted of it."""
        if self.isVisible():
            self.read()
        else:
            self._refresh.stop()
            self._jobs.read(concerns.count_waiting, self.counted.emit, owner=self)

    def read(self) -> None:
        """Read everything again."""
        self._refresh.stop()
        today = civil_day(self._jobs.now())
        self._jobs.read(
            lambda store, actor: CareView(
                mandatory.open_cases(store, actor),
                tuple(Proposal(row, each) for row in concerns.proposed(store, actor) for each in row.concerns),
                concerns.key_concern(store, actor, today),
            ),
            self._show,
            owner=self,
        )

    def _changed(self, changes: Changes) -> None:
        if changes.children and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, view: CareView) -> None:
        self.counted.emit(view.waiting)
        self.banner.show_cases(view.cases)
        show_rows(self.proposed_table, self.proposals, view.proposals, lambda row: row.concern.concern_id)
        show_rows(self.table, self.listed, view.children, lambda row: row.child_id)
        self.upper.setVisible(bool(view.proposals))
        self._proposed.setText(f"待确认 {len(view.proposals)} 条")
        without = sum(bool(row.fault) for row in view.children)
        missing = f"，{without} 名没有纸质档案" if without else ""
        self.told.setText(f"重点关爱服务对象 {len(view.children)} 名{missing}")
        self._either.setCurrentIndex(1 if view.proposals or view.children else 0)
        self._share()
        self._deeds()
        if self._arriving and view.proposals:
            self.proposed_table.setFocus()
        self._arriving = False

    def _share(self) -> None:
        """The upper list gets what its lines need, the lower one at least what its own need up to half of the whole."""
        room = self._halves.height() - self._halves.handleWidth()
        if self._by_hand or room <= 0:
            return
        upper, lower = (ROOM_AROUND + ROW * len(model.rows) for model in (self.proposals, self.listed))
        kept = max(ROOM_AROUND + 2 * ROW, min(lower, room // 2))
        upper = min(upper, room - kept)
        self._halves.setSizes([upper, room - upper])

    def _moved_by_hand(self) -> None:
        self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _deeds(self) -> None:
        row = self._row()
        for deed in (self.visit, self.opens):
            deed.setEnabled(row is not None)
        self.dossier.setVisible(row is not None and bool(row.fault))

    def _row(self) -> KeyConcernRow | None:
        index = self.table.currentIndex()
        return self.listed.rows[index.row()] if index.isValid() else None

    def _proposal(self) -> Proposal | None:
        index = self.proposed_table.currentIndex()
        return self.proposals.rows[index.row()] if index.isValid() else None

    # -- doing --------------------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        chosen = self._proposal()
        if chosen is not None:
            self.ask.confirm(chosen.child.name, chosen.concern)

    def _dismiss(self) -> None:
        chosen = self._proposal()
        if chosen is not None:
            self.ask.dismiss(chosen.child.name, chosen.concern)

    def _open_proposed(self) -> None:
        chosen = self._proposal()
        if chosen is not None:
            self.open_child.emit(chosen.child.child_id, False)

    def _open(self) -> None:
        row = self._row()
        if row is not None:
            self.open_child.emit(row.child_id, False)

    def _visit(self) -> None:
        row = self._row()
        if row is not None:
            self.ask.record_visit(row.name, row.child_id)

    def _open_dossier(self) -> None:
        row = self._row()
        if row is None:
            return
        self._jobs.write(
            lambda store, actor, now: dossiers.open_dossier(store, actor, now, row.child_id),
            lambda _result: self.notice.say(
                f"{row.name}的案卷已建立。请把登记表归入案卷。",
                "good",
                action="去归入",
                act=lambda: self.open_child.emit(row.child_id, True),
            ),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

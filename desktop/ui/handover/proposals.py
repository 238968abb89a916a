"""建议: what the county proposes about our registrations, and what became of what we proposed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.asking import Ask, AskDialog
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, panel, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day, moment
from records.views_handover import ProposalKind, ProposalRow, ProposalState
from workflow import proposals

STATES = {
    ProposalState.OPEN: Mark("等答复", "doubt", "clock"),
    ProposalState.ACCEPTED: Mark("已采纳", "confirmed", "tick"),
    ProposalState.DECLINED: Mark("没有采纳", "secondary", "cross"),
}


def what(row: ProposalRow) -> str:
    """What is proposed, in a line."""
    if row.kind is ProposalKind.REVIEWED:
        return "复核通过"
    if row.kind is ProposalKind.SENT_BACK:
        return "复核退回"
    return f"{row.label}：{row.before or '（空）'} → {row.after or '（空）'}"


def whole(row: ProposalRow) -> str:
    """Both values one below the other, to be held against each other; "" where no value is proposed."""
    if row.kind in (ProposalKind.REVIEWED, ProposalKind.SENT_BACK):
        return ""
    return f"现在是：{row.before or '（空）'}\n应该是：{row.after or '（空）'}"


COLUMNS: tuple[Column[ProposalRow], ...] = (
    Column("姓名", lambda row: row.title, 96),
    Column("建议", what),
    Column("谁提的", lambda row: "本单位" if row.own else row.made_by, 120),
    Column("日期", lambda row: day(civil_day(row.made_at)), 136),
    Column("答复", lambda row: STATES[row.state], 112),
)


class ProposalsPart(QWidget):
    """Enter accepts, Delete declines with a reason. Emits ``counted`` with how many wait for this office's answer."""

    counted = Signal(int)
    open_registration = Signal(str)

    def __init__(self, jobs: Jobs, notice: Notice) -> None:
        super().__init__()
        self._jobs, self._notice = jobs, notice
        self.model: RowsModel[ProposalRow] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "proposals", "建议")
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(lambda _row: self.accept())
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            QShortcut(QKeySequence(key), self.table, self.decline).setContext(Qt.ShortcutContext.WidgetShortcut)
        box = column(self, space=BETWEEN)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "edit",
                "没有要处理的建议",
                "县里看出问题，不直接改乡镇的登记表，而是随交接包带来建议；采不采纳由本单位定，答复随下一包回去。",
            )
        )
        self._either.addWidget(self.table)
        box.addWidget(holder, 1)
        foot = panel()
        inner = column(foot, space=INSIDE, around=BETWEEN)
        self.whole = text("", "", wrap=True, selectable=True)
        self.why = text("", "", wrap=True, selectable=True)
        self.note = text("", "secondary", wrap=True)
        inner.addWidget(self.whole)
        inner.addWidget(self.why)
        inner.addWidget(self.note)
        row = line(space=INSIDE)
        self.all = QCheckBox("也看处理过的")
        self.all.setObjectName("decided_too")
        self.all.clicked.connect(self.read)
        row.addWidget(self.all)
        row.addStretch()
        self.opens = button("看登记表", self._open, icon="verify", name="open_proposal")
        self.declines = button("不采纳", self.decline, name="decline")
        self.accepts = button("采纳", self.accept, role="primary", name="accept")
        for deed in (self.opens, self.declines, self.accepts):
            row.addWidget(deed)
        inner.addLayout(row)
        box.addWidget(foot)
        self._at_hand(-1)

    def read(self) -> None:
        """Read the proposals again."""
        decided = self.all.isChecked()
        self._jobs.read(
            lambda store, actor: proposals.proposals(store, actor, decided=decided),
            self._show,
            owner=self,
            failed=lambda told: self._notice.say(told, "alarm"),
        )

    def _show(self, rows: Sequence[ProposalRow]) -> None:
        show_rows(self.table, self.model, rows, lambda row: row.proposal_id)
        self._either.setCurrentIndex(1 if rows else 0)
        self.counted.emit(sum(not row.own and row.state is ProposalState.OPEN for row in rows))
        self._at_hand(self.table.currentIndex().row())

    def _row(self) -> ProposalRow | None:
        at = self.table.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _at_hand(self, _position: int) -> None:
        row = self._row()
        ours = row is not None and not row.own and row.state is ProposalState.OPEN
        for deed in (self.accepts, self.declines):
            deed.setEnabled(ours)
        self.opens.setEnabled(row is not None)
        # a line of the list ends before two long addresses do, and what differs stands at their end
        self.whole.setText(whole(row) if row is not None else "")
        self.whole.setVisible(bool(self.whole.text()))
        self.why.setText("" if row is None else f"理由：{row.why or '没有写'}")
        self.why.setVisible(row is not None)
        self.note.setText("Enter 采纳，Delete 不采纳。" if ours else "")
        if row is not None and row.moved:
            self.note.setText("提出以后，本单位又改过这一栏。采纳就以建议的为准。")
        elif row is not None and row.state is not ProposalState.OPEN:
            self.note.setText(f"{row.decided_by}：{row.decision_note}" if row.decision_note else row.decided_by)
        elif row is not None and row.own:
            self.note.setText(f"{moment(row.made_at)}提出，随下一个交接包送去，等对方答复。")
        self.note.setVisible(bool(self.note.text()))

    def _open(self) -> None:
        row = self._row()
        if row is not None:
            self.open_registration.emit(row.registration_id)

    def accept(self) -> None:
        """Do what is proposed."""
        row = self._row()
        if row is None or not self.accepts.isEnabled():
            return
        self.accepts.setEnabled(False)
        self._jobs.write(
            lambda store, actor, now: proposals.accept(store, actor, now, row.proposal_id),
            lambda _changes: self._decided(f"已采纳：{row.title}，{what(row)}。答复随下一个交接包送去。"),
            owner=self,
            failed=self._refused,
        )

    def decline(self) -> None:
        """Leave it; the other office is told why."""
        row = self._row()
        if row is None or not self.declines.isEnabled():
            return
        dialog = AskDialog(
            self._jobs,
            "不采纳这条建议",
            f"{row.title}：{what(row)}",
            [Ask("why", "理由", needed=True)],
            "不采纳",
            lambda said: lambda s, a, now: proposals.decline(s, a, now, row.proposal_id, said.text("why")),
            self,
        )
        dialog.accepted.connect(lambda: self._decided(f"没有采纳，{row.title}的登记表没有改动。理由随下一包送去。"))
        dialog.open()

    def _decided(self, told: str) -> None:
        self._notice.say(told, "good")
        self.read()
        self.table.setFocus()

    def _refused(self, told: str) -> None:
        self._notice.say(told, "alarm")
        self._at_hand(self.table.currentIndex().row())

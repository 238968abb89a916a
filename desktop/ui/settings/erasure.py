"""更正与删除: papers of a stranger, scanned by mistake, leave for good. One asks, another decides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.settings.asking import FieldsDialog
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.parts import Choice, Notice, button, column, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import Mark, moment, page_mark
from forms.values import FieldError
from records.views import Actor, ErasurePlan, ErasureRow, ErasureState, InboxView, PageState, SourceRow
from workflow import erasing, intake, sentences
from workflow.permissions import RIGHTS, Right

STATES = {
    ErasureState.REQUESTED: Mark("等另一位管理员决定", "doubt", "clock"),
    ErasureState.DONE: Mark("已删除", "secondary", "tick"),
    ErasureState.REFUSED: Mark("不同意", "secondary", "cross"),
}
COLUMNS: tuple[Column[ErasureRow], ...] = (
    Column("申请于", lambda row: moment(row.requested_at), 184),
    Column("页数", lambda row: str(len(row.page_ids)), 64, right=True),
    Column("原因", lambda row: row.reason),
    Column("结果", lambda row: STATES[row.state], 184),
)
WORDS = (
    "登记的内容有错：在“儿童台账”打开那份登记表，退回核对后改正，改前改后都留着记录。\n"
    "误扫了和登记无关的人的纸：在这里申请依法删除。图像、识别结果和登记都不再存在，只留下“删除过”的记录；"
    "旧备份按保留规则到期消失。申请和决定要由两个人来做。"
)


class ErasureSection(QWidget):
    """What was asked for, asking, and deciding."""

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self._jobs, self._actor = jobs, actor
        box = column(self, space=BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        box.addWidget(text(WORDS, wrap=True))
        holder = QWidget()
        flow = FlowLayout(holder, INSIDE)
        self.ask = button("申请依法删除", self._ask, name="ask_erasure")
        self.carry_out = button("同意，删除", self._carry_out, name="carry_out_erasure")
        self.refuse = button("不同意", self._refuse, name="refuse_erasure")
        if actor.role not in RIGHTS[Right.SEE_INBOX]:  # (to show it here would open a window: it has no parent yet)
            self.ask.hide()
        for each in (self.ask, self.carry_out, self.refuse):
            flow.addWidget(each)
        box.addWidget(holder)
        self.model: RowsModel[ErasureRow] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "erasures", "删除申请", empty="没有申请过删除。")
        self.table.setMinimumHeight(180)
        self.table.at_hand.connect(self._at_hand)
        box.addWidget(self.table, 1)
        self._at_hand(-1)

    def enter(self) -> None:
        """Read the requests."""
        self._jobs.read(erasing.erasures, self._show, owner=self)

    def _show(self, rows: Sequence[ErasureRow]) -> None:
        self.model.set_rows(rows)
        if rows:
            self.table.selectRow(0)

    def _row(self) -> ErasureRow | None:
        at = self.table.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _at_hand(self, position: int) -> None:
        row = self.model.rows[position] if 0 <= position < len(self.model.rows) else None
        may = self._actor.role in RIGHTS[Right.ADMINISTER] and row is not None
        for each in (self.carry_out, self.refuse):
            each.setVisible(self._actor.role in RIGHTS[Right.ADMINISTER])
            each.setEnabled(may and row is not None and row.state is ErasureState.REQUESTED)

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._jobs.read(intake.inbox, self._ask_about, owner=self)

    def _ask_about(self, view: InboxView) -> None:
        sources = [source for source in view.sources if any(_readable(page.state) for page in source.pages)]
        if not sources:
            self.notice.say("收件箱里没有识别过的文件，没有可以申请删除的。", "note")
            return
        dialog = ErasureDialog(self._jobs, sources, self)
        dialog.accepted.connect(lambda: self._told("已申请。请另一位管理员来决定，在此之前什么也没有删。"))
        dialog.open()

    def _told(self, words: str) -> None:
        self.notice.say(words, "good")
        self.enter()

    # -- deciding -----------------------------------------------------------------------------------------------------

    def _carry_out(self) -> None:
        row = self._row()
        if row is None:
            return
        self._jobs.write(
            lambda store, actor, now: erasing.plan_erasure(store, actor, now, row.erasure_id),
            lambda plan: self._confirm(row, plan),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _confirm(self, row: ErasureRow, plan: ErasurePlan) -> None:
        """What goes with it is said first; whoever goes on has read it."""
        said = "\n".join(sentences.erasure_plan(plan))
        words = f"{said}\n永远删除，找不回来。原因：{row.reason}"
        dialog = FieldsDialog(self._jobs, "删除这些页", words, "连同这些一起删除" if plan.more else "永远删除", self)
        dialog.act(
            lambda: (
                lambda store, actor, now: erasing.carry_out_erasure(
                    store, actor, now, row.erasure_id, everything=plan.more
                )
            )
        )
        dialog.accepted.connect(lambda: self._told("已删除。" + "".join(sentences.erasure_held(plan))))
        dialog.open()

    def _refuse(self) -> None:
        row = self._row()
        if row is None:
            return
        erasure_id = row.erasure_id
        self._jobs.write(
            lambda store, actor, now: erasing.refuse_erasure(store, actor, now, erasure_id),
            lambda _changes: self._told("没有同意，什么也没有删。"),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )


def _readable(state: PageState) -> bool:
    return state is not PageState.RECEIVED


class ErasureDialog(FieldsDialog):
    """Which file, which of its pages, why."""

    def __init__(self, jobs: Jobs, sources: Sequence[SourceRow], parent: QWidget) -> None:
        words = "一次申请同一个文件里的页。原因里不要写孩子的姓名和号码。"
        super().__init__(jobs, "申请依法删除", words, "申请", parent)
        self._sources = tuple(sources)
        self.source, self.reason, self.pages = Choice(), QLineEdit(), QListWidget()
        self.source.setObjectName("erasure_source")
        self.reason.setObjectName("erasure_reason")
        self.reason.setPlaceholderText("例如：误扫了别人的户口本")
        self.pages.setMinimumHeight(132)
        for source in self._sources:
            self.source.addItem(f"{source.name}（{moment(source.received_at)}）")
        self.add("文件", self.source)
        self.add("页", self.pages)
        self.add("原因", self.reason)
        self.source.currentIndexChanged.connect(self._fill)
        self._fill(0)
        self.act(self._verb_for)

    def _fill(self, at: int) -> None:
        self.pages.clear()
        for page in self._sources[at].pages:
            item = QListWidgetItem(f"第 {page.number} 页　{page_mark(page).word}", self.pages)
            item.setData(Qt.ItemDataRole.UserRole, page.page_id)
            item.setCheckState(Qt.CheckState.Unchecked)

    def _verb_for(self) -> Change[object]:
        items = [self.pages.item(at) for at in range(self.pages.count())]
        chosen = [str(i.data(Qt.ItemDataRole.UserRole)) for i in items if i.checkState() is Qt.CheckState.Checked]
        reason = self.reason.text().strip()
        if not chosen or not reason:
            raise FieldError("请勾选要删除的页，写明原因。")
        return lambda store, actor, now: erasing.request_erasure(store, actor, now, chosen, reason)

"""表样: which forms are read with, their versions and how often; learning, printing, retiring, carrying to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.jobs import Jobs
from desktop.ui.forms.keys import LIST
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.files import choose_file, choose_where, opens
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import Notice, button, column, line, text
from desktop.ui.widgets.sure import CountDialog
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day
from forms.form_file import Form
from records.views import Actor
from records.views_forms import FormRow
from workflow import office_forms
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right

REFRESH_MS = 150
FILES = "表格文件 (*.json)"
PURPOSES = {"registration": "登记表", "card": "信息卡", "visit": "走访记录", "work_log": "工作日志"}


def _from(row: FormRow) -> str:
    if row.shipped or row.added_at is None:
        return "随程序"
    return f"{row.added_by}　{day(civil_day(row.added_at))}"


def _state(row: FormRow) -> Mark:
    return Mark("已停用", "secondary", "stop") if row.retired else Mark("在用", "confirmed", "tick")


COLUMNS: tuple[Column[FormRow], ...] = (
    Column("表名", lambda row: row.title),
    Column("用途", lambda row: PURPOSES[row.purpose], 96),
    Column("版本", lambda row: f"第 {row.version} 版", 88),
    Column("面", lambda row: str(row.pages), 48, right=True),
    Column("栏目", lambda row: str(row.fields), 64, right=True),
    Column("读过", lambda row: f"{row.used} 页" if row.used else "", 88, right=True),
    Column("来源", _from, 184),
    Column("状态", _state, 96),
)


class FormsScreen(QWidget):
    """Emits ``learn`` with what is known (and a form to correct), to be shown by the learning screen."""

    learn = Signal(object)  # the known rows
    correct = Signal(object, object)  # a form, the known rows

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._may_learn = actor.role in RIGHTS[Right.LEARN_FORMS]
        self.model: RowsModel[FormRow] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "forms", "表样")
        self.table.at_hand.connect(self._at_hand)
        self.table.opened.connect(lambda _row: self._correct())
        self._fresh = ("", "")
        self.notice = Notice()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addLayout(self._top())
        box.addWidget(self.notice)
        box.addWidget(self.table, 1)
        box.addLayout(self._deeds())
        jobs.changed.connect(self._changed)
        self._at_hand(-1)
        offer_keys(self, "表样的按键", LIST)

    def _top(self) -> QHBoxLayout:
        row = line()
        row.addWidget(
            text("收来的纸照这里的表样识别。没有的表，用一份空白表教会它。停用的不再用来识别。", "secondary"),
            1,
        )
        self.takes = button("带入表格文件", self._ask_take_over, name="take_over")
        self.learns = button("学一种新表", self._learn, role="primary", icon="plus", name="learn_form")
        for deed in (self.takes, self.learns):
            row.addWidget(deed)
        self._keep_from_others(self.takes, self.learns)
        return row

    def _deeds(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        self.prints = button("打印空白表", self._ask_print, icon="print", name="print_form")
        self.corrects = button("改栏目", self._correct, icon="edit", name="correct_form")
        self.exports = button("带出表格文件", self._ask_export, name="export_form")
        self.retires = button("停用", self._retire, name="retire_form")
        self.why = text("", "secondary")
        for deed in (self.prints, self.corrects, self.exports, self.retires):
            row.addWidget(deed)
        row.addWidget(self.why, 1)
        self._keep_from_others(self.corrects, self.exports, self.retires)
        return row

    def _keep_from_others(self, *deeds: QPushButton) -> None:
        """Hides what may not be done; showing the rest here would open windows: nothing has a parent yet."""
        if not self._may_learn:
            for deed in deeds:
                deed.hide()

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.table.setFocus()

    def read(self) -> None:
        """Read the list again."""
        self._refresh.stop()
        self._jobs.read(office_forms.forms, self._show, owner=self)

    def _changed(self, changes: Changes) -> None:
        if (changes.office or changes.pages) and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, rows: Sequence[FormRow]) -> None:
        show_rows(self.table, self.model, rows, lambda row: f"{row.form_id}:{row.version}")
        fresh = [at for at, row in enumerate(rows) if (row.form_id, row.version) == self._fresh]
        if fresh:
            self._fresh = ("", "")
            self.table.selectRow(fresh[0])
        self._at_hand(self.table.currentIndex().row())

    def _row(self) -> FormRow | None:
        at = self.table.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _at_hand(self, _position: int) -> None:
        row = self._row()
        for deed in (self.prints, self.exports, self.retires):
            deed.setEnabled(row is not None)
        self.corrects.setEnabled(row is not None and not row.shipped and row.newest)
        self.retires.setText("恢复" if row is not None and row.retired else "停用")
        self.why.setText(
            "随程序的表样不能改栏目；改过版面的，当作新表来学。" if row is not None and row.shipped else ""
        )

    # -- doing --------------------------------------------------------------------------------------------------------

    def _say_failed(self, told: str) -> None:
        self.notice.say(told, "alarm")

    def say_learned(self, form: Form, again: int) -> None:
        """A form was kept just now, and so many pages of unknown form are read again."""
        self._fresh = (form.id, form.version)  # it is at hand once the list has it
        reads = f"收件箱里认不出的 {again} 页正在重读。" if again else "收到这种表就会识别。"
        self.notice.say(f"“{form.title}”第 {form.version} 版已保存，{len(form.fields)} 栏。{reads}", "good")
        if again:
            self._jobs.recognise()

    def _learn(self) -> None:
        self.notice.drop()
        self.learn.emit(self.model.rows)

    def _correct(self) -> None:
        row = self._row()
        if row is None or not self.corrects.isEnabled() or not self._may_learn:
            return
        self.notice.drop()
        self._jobs.read(
            lambda store, actor: office_forms.form(store, actor, row.form_id, row.version),
            lambda form: self.correct.emit(form, self.model.rows),
            owner=self,
            failed=self._say_failed,
        )

    def _retire(self) -> None:
        row = self._row()
        if row is None:
            return
        verb = office_forms.reinstate if row.retired else office_forms.retire
        told = "又用来识别了。" if row.retired else "已停用。读过的不变，随时可以恢复。"
        self._jobs.write(
            lambda store, actor, now: verb(store, actor, now, row.form_id, row.version),
            lambda changes: self._retired(f"“{row.title}”第 {row.version} 版{told}", again=bool(changes.pages)),
            owner=self,
            failed=self._say_failed,
        )

    def _retired(self, told: str, *, again: bool) -> None:
        self.notice.say(told, "good")
        self.read()
        if again:
            self._jobs.recognise()

    def _ask_print(self) -> None:
        row = self._row()
        if row is None:
            return
        most = office_forms.MOST_COPIES
        title, words = row.title, f"“{row.title}”要几份，1 到 {most}。"

        def where(copies: int) -> None:
            write = partial(self.print_to, copies=copies)
            choose_where(self, "空白表写到哪里", f"{title}.pdf", "PDF (*.pdf)", write)

        CountDialog("打印空白表", words, usual=20, most=most, act=where, parent=self).open()

    def print_to(self, path: Path, copies: int) -> None:
        """Write blank copies of the form at hand."""
        row = self._row()
        if row is not None:
            self._jobs.read(
                lambda s, a: office_forms.print_blank(s, a, row.form_id, row.version, path, copies),
                lambda _path: self.notice.say(
                    f"空白表已写好：{path}，{copies} 份。打印时选实际大小，不要缩放。",
                    "good",
                    action="打开",
                    act=opens(path),
                ),
                owner=self,
                failed=self._say_failed,
            )

    def _ask_export(self) -> None:
        row = self._row()
        if row is None:
            return
        choose_where(self, "表格文件写到哪里", f"{row.title}-第{row.version}版.json", FILES, self.export_to)

    def export_to(self, path: Path) -> None:
        """Write the form at hand as a file."""
        row = self._row()
        if row is not None:
            self._jobs.write(
                lambda s, a, now: office_forms.export_form(s, a, now, row.form_id, row.version, path),
                lambda _path: self.notice.say(
                    f"“{row.title}”已带出：{path}。里面只有空白表和栏目，没有儿童的信息。", "good"
                ),
                owner=self,
                failed=self._say_failed,
            )

    def _ask_take_over(self) -> None:
        choose_file(self, "选别的单位带来的表格文件", FILES, self.take_over)

    def take_over(self, path: Path) -> None:
        """Take over a form that another office learned."""
        self.notice.say("正在检查这个表格文件。")
        self._jobs.write(
            lambda s, a, now: office_forms.take_over(s, a, now, path),
            lambda result: self.say_learned(result[1], len(result[0].pages)),
            owner=self,
            failed=self._say_failed,
        )

"""备份: where and how many, those that are there, making and checking one, how it is brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QPushButton, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.settings.asking import FieldsDialog, secret
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.files import choose_where
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.parts import Notice, button, column, rule, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import moment
from forms.values import FieldError
from records.backup import Found, Summary
from records.views import Actor
from workflow import backups
from workflow.backups import Made
from workflow.settings import Section

RESTORED = (
    "要恢复到另一台电脑：装好程序，第一次打开时点“从备份恢复”，选 U 盘上的备份。"
    "恢复码，或做备份那天任何一个人的密码，都打得开；恢复不会改动现在的资料库。"
)


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"


COLUMNS: tuple[Column[Found], ...] = (
    Column("做于", lambda row: moment(row.made_at), 184),
    Column("文件", lambda row: row.path.name),
    Column("大小", lambda row: _size(row.size), 104, right=True),
)


class BackupSection(QWidget):
    """Making one goes on beside all other work."""

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self._jobs, self._actor = jobs, actor
        box = column(self, space=BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        self.rows = SettingRows(jobs, Section.BACKUP)
        for row in self.rows.rows.values():
            row.changed.connect(self.read)
        box.addWidget(self.rows)
        box.addWidget(rule())
        holder = QWidget()
        flow = FlowLayout(holder, INSIDE)
        self.make: QPushButton = button("现在备份", self.make_now, role="primary", name="make_backup")
        self.check = button("核对选中的一份", self.verify, name="verify_backup")
        for each in (self.make, button("另外备份到 U 盘", self.make_elsewhere, name="backup_to"), self.check):
            flow.addWidget(each)
        box.addWidget(holder)
        self.model: RowsModel[Found] = RowsModel(COLUMNS, parent=self)
        none = "这个文件夹里还没有备份。每天第一次打开时自动备份，也可以现在备份。"
        self.table = make_table(self.model, "backups", "备份文件夹里的备份", empty=none)
        self.table.setMinimumHeight(144)
        self.table.at_hand.connect(lambda at: self.check.setEnabled(at >= 0))
        self.check.setEnabled(False)
        box.addWidget(self.table, 1)
        box.addWidget(text(RESTORED, "secondary", wrap=True))

    def enter(self) -> None:
        """Read settings and backups."""
        self.rows.enter()
        self.read()

    def read(self) -> None:
        """Read what lies in the folder."""
        self._jobs.read(backups.backups, self._show, owner=self, failed=self._failed)

    def _show(self, found: Sequence[Found]) -> None:
        self.model.set_rows(found)
        if found:
            self.table.selectRow(0)

    def make_now(self) -> None:
        """Into the backups' folder."""
        self._make(None)

    def make_elsewhere(self) -> None:
        """To a file of one's choice."""
        choose_where(self, "备份写到哪里", "童档.tdbackup", "童档备份 (*.tdbackup)", self._make)

    def _make(self, path: Path | None) -> None:
        if not self.make.isEnabled():
            return
        self.make.setEnabled(False)
        self.make.setText("正在备份")
        self._jobs.beside(
            lambda store, actor, now: backups.make_backup(store, actor, now, path),
            self._made,
            owner=self,
            failed=self._failed,
        )

    def _made(self, made: Made) -> None:
        self._ready()
        summary = made.summary
        words = f"已备份到 {made.path}，{summary.files} 份图像，{_size(summary.size)}，读过一遍，完好。"
        if summary.missing:
            words = f"已备份到 {made.path}；资料库里缺 {len(summary.missing)} 份图像，其余都在。请做一次检查。"
        self.notice.say(words, "note" if summary.missing else "good")
        self.read()

    def _failed(self, told: str) -> None:
        self._ready()
        self.notice.say(told, "alarm")

    def _ready(self) -> None:
        self.make.setEnabled(True)
        self.make.setText("现在备份")

    def verify(self) -> None:
        """Read the one at hand to its last byte; the password shows that it can be opened with it."""
        at = self.table.currentIndex().row()
        if not 0 <= at < len(self.model.rows):
            return
        path, username = self.model.rows[at].path, self._actor.username
        words = "从头到尾读一遍，看每一个字节对不对、这个密码打不打得开。资料库和备份都不改动。"
        dialog = FieldsDialog(self._jobs, "核对备份", words, "核对", self)
        password = secret("backup_password", "做备份那天的密码")
        dialog.add("自己的密码", password)

        def verb() -> Change[object]:
            told = password.text()
            if not told:
                raise FieldError("请输入密码。")

            def check(_store: object, _actor: object, _now: datetime) -> Summary:
                return backups.verify_backup(path, username=username, secret=told)

            return check

        dialog.act(verb)
        dialog.accepted.connect(lambda: self._verified(dialog.result_of))
        dialog.open()

    def _verified(self, summary: object) -> None:
        assert isinstance(summary, Summary)
        words = f"备份完好：{summary.office}，{moment(summary.made_at)}，{summary.files} 份图像，打得开。"
        if summary.missing:
            words = f"备份读得通，但做它的时候资料库里已缺 {len(summary.missing)} 份图像。"
        self.notice.say(words, "note" if summary.missing else "good")

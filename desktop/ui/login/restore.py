"""A backup becomes the store: on a machine without one, or in the place of one that doesn't open any more, which is set
aside, whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit

from desktop.jobs import Jobs
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.files import choose_file
from desktop.ui.widgets.gate import Gate, add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import button, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import moment
from records.backup import Found, Summary
from workflow import backups

INSTEAD = (
    "选一份备份。程序先把它从头到尾核对一遍，完好才换上；打不开的资料库整个搁置在同一个文件夹里，一个文件也不删。"
    "备份以后做的事，要照纸面重做。"
)
NEW = (
    "换了电脑，或者重装了系统：选 U 盘或移动硬盘上的备份，资料库就恢复到这台电脑上。"
    "程序先把备份从头到尾核对一遍，完好才写。备份以后做的事，要照纸面重做。"
)
FILES = "备份 (*.tdbackup);;所有文件 (*)"
TABLE_HEIGHT = 148

COLUMNS: tuple[Column[Found], ...] = (
    Column("做于", lambda row: moment(row.made_at), 168),
    Column("文件", lambda row: row.path.name),
    Column("大小", lambda row: f"{row.size / (1 << 20):.1f} MB", 96, right=True),
)


class RestoreScreen(Gate):
    """Emits ``restored`` with a sentence for the login, or ``back``. ``instead``: of a store that doesn't open."""

    restored = Signal(str)
    back = Signal()

    def __init__(self, jobs: Jobs, data_dir: Path, *, instead: bool = True) -> None:
        super().__init__("从备份恢复", INSTEAD if instead else NEW, 640)
        self._jobs, self._data_dir, self._instead = jobs, data_dir, instead
        self.model: RowsModel[Found] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "backups", "备份文件夹里的备份，新的在前")
        self.table.setFixedHeight(TABLE_HEIGHT)
        self.body.addWidget(self.table)
        row = line(space=INSIDE)
        self.none = text("", "secondary", wrap=True)
        row.addWidget(self.none, 1)
        row.addWidget(button("选别处的备份", self._ask_file, icon="folder", name="other_backup"))
        self.body.addLayout(row)
        self._add_secret()
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        foot = line()
        self.away = button("返回登录" if instead else "返回", self.back.emit, role="quiet", name="back_to_login")
        foot.addWidget(self.away)
        foot.addStretch()
        self.does = button("核对并恢复", self._restore, role="primary", name="restore_backup")
        foot.addWidget(self.does)
        self.body.addLayout(foot)
        self.begin_at(self.code)
        jobs.task(lambda: backups.at_hand(data_dir), self._show, owner=self, failed=self._failed)

    def _add_secret(self) -> None:
        self.code, self.username, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("六组，横线可以不打")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.by_password = QCheckBox("没有恢复码，用做备份那天的用户名和密码")
        self.by_password.setObjectName("by_password")
        grid = fields_grid()
        add_field(grid, "恢复码", self.code)
        add_field(grid, "", self.by_password)
        add_field(grid, "用户名", self.username)
        add_field(grid, "密码", self.password)
        for field in (self.code, self.password):
            field.returnPressed.connect(self._restore)
        self.username.returnPressed.connect(self.password.setFocus)
        labels = {
            label.buddy(): label
            for at in range(grid.count())
            if isinstance(label := grid.itemAt(at).widget(), QLabel)  # type: ignore[union-attr]  # every place is taken
        }
        self._by_name = [self.username, self.password, labels[self.username], labels[self.password]]
        self._by_code = [self.code, labels[self.code]]
        self.by_password.toggled.connect(self._choose)
        self._choose(False)
        self.body.addLayout(grid)

    def _choose(self, by_password: bool) -> None:
        for widget in self._by_name:
            widget.setVisible(by_password)
        for widget in self._by_code:
            widget.setVisible(not by_password)
        (self.username if by_password else self.code).setFocus()

    # -- which one ----------------------------------------------------------------------------------------------------

    def _show(self, found: Sequence[Found]) -> None:
        self.model.set_rows(found)
        self.table.setVisible(bool(found))
        nowhere = "资料库的备份文件夹里没有备份。" if self._instead else ""
        self.none.setText("" if found else f"{nowhere}请插好放备份的 U 盘或移动硬盘，点“选别处的备份”。")
        if found:
            self.table.selectRow(0)

    def _ask_file(self) -> None:
        choose_file(self, "选备份", FILES, self.choose)

    def choose(self, path: Path) -> None:
        """A backup that lies elsewhere."""
        self._jobs.task(lambda: backups.look_at(path), self._add, owner=self, failed=self._failed)

    def _add(self, found: Found) -> None:
        self._show((found, *(row for row in self.model.rows if row.path != found.path)))
        self.told.hide()
        (self.username if self.by_password.isChecked() else self.code).setFocus()  # what opens it comes next

    @property
    def chosen(self) -> Path | None:
        """The backup at hand."""
        at = self.table.currentIndex().row()
        return self.model.rows[at].path if 0 <= at < len(self.model.rows) else None

    # -- restoring ----------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        path, now = self.chosen, self._jobs.now()
        if not self.does.isEnabled():
            return
        by_password = self.by_password.isChecked()
        username = self.username.text().strip() if by_password else None
        secret = self.password.text() if by_password else self.code.text()
        if path is None:
            self._failed("请先选一份备份。")
            return
        if not secret.strip() or username == "":
            self._failed("请填用户名和密码。" if by_password else "请填恢复码。")
            return
        self._busy(True)
        become = self._replace if self._instead else self._bring
        self._jobs.task(lambda: become(path, username, secret, now), self._done, owner=self, failed=self._failed)

    def _replace(self, path: Path, username: str | None, secret: str, now: datetime) -> tuple[Summary, Path | None]:
        done = backups.replace_by_backup(path, self._data_dir, username=username, secret=secret, now=now)
        return done.summary, done.aside

    def _bring(self, path: Path, username: str | None, secret: str, now: datetime) -> tuple[Summary, Path | None]:
        return backups.restore_backup(path, self._data_dir, username=username, secret=secret, now=now), None

    def _busy(self, on: bool) -> None:
        self.does.setEnabled(not on)
        self.away.setEnabled(not on)
        self.does.setText("正在核对和恢复，请不要关机" if on else "核对并恢复")
        if on:
            self.told.hide()

    def _done(self, done: tuple[Summary, Path | None]) -> None:
        summary, aside = done
        missing = len(summary.missing)
        lost = f"做备份时已缺 {missing} 份图像，其余都在。" if missing else ""
        kept = f"打不开的那一份没有删，搁置在“{aside.name}”里。" if aside is not None else ""
        self.restored.emit(
            f"{summary.office}的资料库恢复到了 {moment(summary.made_at)} 的样子。{lost}{kept}"
            "请登录；不记得密码的，点“忘了密码”用恢复码设新密码。"
        )

    def _failed(self, told: str) -> None:
        self._busy(False)
        self.told.setText(told)
        self.told.show()

"""Log in: user name and password; a wrong one is said where it was typed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit

from desktop.jobs import Jobs
from desktop.ui.widgets.gate import Gate, add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import button, line, text
from workflow import access
from workflow.access import Damaged, Opened


class LoginScreen(Gate):
    """Emits ``opened(Opened)``."""

    opened = Signal(object)
    restore = Signal()  # of a store that doesn't open
    forgotten = Signal(str)  # the user name as typed so far

    def __init__(self, jobs: Jobs, data_dir: Path) -> None:
        super().__init__("登录", "", 416)
        self._jobs = jobs
        self._data_dir = data_dir
        self.username = QLineEdit()
        self.username.setObjectName("username")
        self.username.setText(access.only_user(data_dir))
        self.username.selectAll()
        self.password = QLineEdit()
        self.password.setObjectName("password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        grid = fields_grid()
        add_field(grid, "用户名", self.username)
        add_field(grid, "密码", self.password)
        self.body.addLayout(grid)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        self.good = text("", "confirmed", wrap=True)
        self.good.hide()
        self.body.addWidget(self.good)
        self.restores = button("从备份恢复", self.restore.emit, icon="again", name="restore")
        self.restores.hide()
        self.log_in = button("登录", self._log_in, role="primary", name="log_in")
        row = line()
        self.forgot = button("忘了密码", self._forgot, role="quiet", name="forgot_password")
        row.addWidget(self.forgot)
        row.addWidget(self.restores)
        row.addStretch()
        row.addWidget(self.log_in)
        self.body.addLayout(row)
        self.username.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._log_in)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        first = self.password if self.username.text() else self.username
        self.setFocusProxy(first)  # the shell gives the keyboard to the whole screen once it is shown
        first.setFocus()

    def _forgot(self) -> None:
        self.forgotten.emit(self.username.text().strip())

    def _log_in(self) -> None:
        if not self.log_in.isEnabled():
            return
        username, password = self.username.text().strip(), self.password.text()
        if not username or not password:
            self._failed("请输入用户名和密码。")
            return
        self.log_in.setEnabled(False)
        self.log_in.setText("正在打开")
        self.told.hide()
        self.good.hide()
        self.restores.hide()
        now = self._jobs.now()
        self._jobs.task(
            lambda: access.come_in(self._data_dir, username=username, password=password, now=now),
            self._came_in,
            owner=self,
            failed=self._failed,
        )

    def say_good(self, told: str) -> None:
        """What was done before this was shown."""
        self.good.setText(told)
        self.good.show()

    def _came_in(self, opened: Opened | Damaged) -> None:
        if isinstance(opened, Damaged):
            self._failed(opened.sentence)
            self.restores.show()
            return
        self.password.clear()
        self.opened.emit(opened)

    def _failed(self, told: str) -> None:
        self.log_in.setEnabled(True)
        self.log_in.setText("登录")
        self.told.setText(told)
        self.told.show()
        self.password.setFocus()
        self.password.selectAll()

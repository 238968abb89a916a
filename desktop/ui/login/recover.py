"""The password is forgotten: the recovery code from the envelope sets a new one for an administrator."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from desktop.jobs import Jobs
from desktop.ui.widgets.gate import Gate, add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import button, keep_from_input_methods, line, text
from workflow import access
from workflow.people import PasswordCost


class RecoverScreen(Gate):
    """Emits ``opened(Opened)`` with a new recovery code in it, or ``back``."""

    opened = Signal(object)
    back = Signal()

    def __init__(self, jobs: Jobs, data_dir: Path, username: str, kdf: PasswordCost) -> None:
        super().__init__(
            "用恢复码设新密码",
            "只有管理员能用。请拿出锁存的恢复码；用过以后旧码作废，会给出新的一串，要重新抄写锁好。"
            "不是管理员的，请管理员在设置里重设密码。",
            560,
        )
        self._jobs, self._data_dir, self._kdf = jobs, data_dir, kdf
        self.username, self.code = QLineEdit(username), QLineEdit()
        self.new, self.again = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("六组，横线可以不打")
        keep_from_input_methods(self.code)
        grid = fields_grid()
        for word, field in (
            ("管理员用户名", self.username),
            ("恢复码", self.code),
            ("新密码", self.new),
            ("确认密码", self.again),
        ):
            add_field(grid, word, field)
        for secret in (self.new, self.again):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.body.addLayout(grid)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        row = line()
        row.addWidget(button("返回登录", self.back.emit, role="quiet", name="back_to_login"))
        row.addStretch()
        self.recover = button("设新密码", self._recover, role="primary", name="recover")
        self.again.returnPressed.connect(self._recover)
        row.addWidget(self.recover)
        self.body.addLayout(row)
        self.begin_at(self.code if username else self.username)

    def _recover(self) -> None:
        if not self.recover.isEnabled():
            return
        username, code, password = self.username.text().strip(), self.code.text(), self.new.text()
        if not username or not code.strip():
            self._failed("请填用户名和恢复码。")
            return
        if password != self.again.text():
            self._failed("两次输入的密码不一样，没有改动。请重新输入。")
            return
        self.recover.setEnabled(False)
        self.told.hide()
        now, data_dir, kdf = self._jobs.now(), self._data_dir, self._kdf
        self._jobs.task(
            lambda: access.recover_office(
                data_dir, code=code, username=username, new_password=password, now=now, kdf=kdf
            ),
            self.opened.emit,
            owner=self,
            failed=self._failed,
        )

    def _failed(self, told: str) -> None:
        self.recover.setEnabled(True)
        self.told.setText(told)
        self.told.show()

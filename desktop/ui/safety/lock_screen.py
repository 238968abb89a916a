"""The locked window: nothing of the records is to be seen; the password opens it where it was left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit

from desktop.jobs import Jobs
from desktop.ui.widgets.gate import Gate, add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import button, line, text
from workflow import people


class LockScreen(Gate):
    """Emits ``unlocked``."""

    unlocked = Signal()

    def __init__(self, jobs: Jobs, full_name: str) -> None:
        super().__init__(
            "窗口已锁上",
            "做过的都已保存，正在识别的会接着识别。输入密码，回到刚才的地方；别人要用，请关掉程序再登录。",
            416,
        )
        self._jobs = jobs
        self.password = QLineEdit()
        self.password.setObjectName("unlock_password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        grid = fields_grid()
        who = text(full_name)
        add_field(grid, "用户", who)
        add_field(grid, "密码", self.password)
        self.body.addLayout(grid)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        self.open_again = button("解锁", self._unlock, role="primary", name="unlock")
        row = line()
        row.addStretch()
        row.addWidget(self.open_again)
        self.body.addLayout(row)
        self.password.returnPressed.connect(self._unlock)
        self.setFocusProxy(self.password)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.password.setFocus()

    def _unlock(self) -> None:
        password = self.password.text()
        if not password:
            self._failed("请输入密码。")
            return
        if not self.open_again.isEnabled():
            return
        self.open_again.setEnabled(False)
        self.told.hide()
        self._jobs.write(
            lambda store, actor, now: people.unlock(store, actor, now, password),
            self._came_back,
            owner=self,
            failed=self._failed,
        )

    def _came_back(self, _nothing: None) -> None:
        self.password.clear()
        self.unlocked.emit()

    def _failed(self, told: str) -> None:
        self.open_again.setEnabled(True)
        self.told.setText(told)
        self.told.show()
        self.password.setFocus()
        self.password.selectAll()

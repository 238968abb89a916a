"""The program closes: the day's backup first, shown plainly, and never a reason to be kept from leaving."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.jobs import Jobs
from desktop.ui.widgets.gate import Gate, keep_room
from desktop.ui.widgets.parts import button, line, text
from workflow import backups
from workflow.backups import Made


class LeavingScreen(Gate):
    """Emits ``done`` when the program may close."""

    done = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__("正在备份，好了自动关上", "资料库今天的改动写进备份，写完再读一遍核对。做过的都已保存。", 480)
        self._jobs = jobs
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        row = line()
        row.addStretch()
        self.again = button("再试一次", self.begin, name="backup_again")
        self.again.hide()
        self.close_anyway = button("不等备份，关上", self.done.emit, name="close_anyway")
        row.addWidget(self.again)
        row.addWidget(self.close_anyway)
        self.body.addLayout(row)

    def begin(self) -> None:
        """After all writes that were handed over, and after a backup that is still being made."""
        self.told.hide()
        self.again.hide()
        self._jobs.write(lambda _store, _actor, _now: None, self._written, owner=self, failed=self._failed)

    def _written(self, _nothing: None) -> None:
        self._jobs.beside(
            lambda store, actor, now: backups.back_up_if_due(store, actor, now, leaving=True),
            self._made,
            owner=self,
            failed=self._failed,
        )

    def _made(self, _made: Made | None) -> None:
        self.done.emit()

    def _failed(self, told: str) -> None:
        self.told.setText(told)
        self.told.show()
        self.again.show()

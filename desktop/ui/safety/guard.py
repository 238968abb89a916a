"""Locks the window when nobody is at it, and makes the backups that are due, both without holding anybody up."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from desktop.jobs import Jobs
from desktop.ui.main_window import MainWindow
from desktop.ui.safety.idle import IdleWatch
from desktop.ui.safety.lock_screen import LockScreen
from workflow import backups, settings
from workflow.backups import Made
from workflow.changes import Changes
from workflow.settings import LOCK_MINUTES, Value


class Cover(Protocol):
    """What the guard asks of the program's window."""

    def cover(self, widget: QWidget) -> None:
        """Show this in front of the frame, without the frame's title."""

    def uncover(self) -> None:
        """Show the frame again as it was."""


class Guard(QObject):
    """From the moment a store is open."""

    def __init__(self, jobs: Jobs, cover: Cover, window: MainWindow, full_name: str) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._cover = cover
        self._window = window
        self._full_name = full_name
        self._hidden: list[QDialog] = []
        self.lock_screen: LockScreen | None = None
        self.watch = IdleWatch(jobs.now, self)
        self.watch.idle.connect(self.lock)
        self.watch.asked.connect(self.lock)
        window.navigation.lock.connect(self.lock)
        jobs.changed.connect(self._changed)
        self._read()
        self.back_up()

    # -- the lock -----------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Cover everything: the frame, its title, dialogs and lists that stand open."""
        if self.lock_screen is not None:
            return
        popup = QApplication.activePopupWidget()
        while popup is not None and popup.close():
            popup = QApplication.activePopupWidget()
        for other in QApplication.topLevelWidgets():
            if isinstance(other, QDialog) and other.isVisible():
                # one that was run in a loop of its own ends by this; the others come back as they were left
                if other.windowModality() is not Qt.WindowModality.ApplicationModal:
                    self._hidden.append(other)
                other.hide()
        self.lock_screen = LockScreen(self._jobs, self._full_name)
        self.lock_screen.unlocked.connect(self._unlocked)
        self._cover.cover(self.lock_screen)

    def rest(self) -> None:
        """Lock no more: the program is leaving."""
        self.watch.asked.disconnect(self.lock)
        self._window.navigation.lock.disconnect(self.lock)
        self.watch.idle.disconnect(self.lock)

    def _unlocked(self) -> None:
        self.lock_screen = None
        self._cover.uncover()
        for dialog in self._hidden:
            if isValid(dialog):
                dialog.show()
        self._hidden.clear()
        self._read()
        self.back_up()  # another day may have begun

    def _read(self) -> None:
        self._jobs.read(settings.settings, self._set, owner=self)

    def _set(self, values: dict[str, Value]) -> None:
        if self.lock_screen is None:
            self.watch.begin(int(values[LOCK_MINUTES.key]))

    def _changed(self, changes: Changes) -> None:
        if changes.office:
            self._read()

    # -- the backups --------------------------------------------------------------------------------------------------

    def back_up(self) -> None:
        """The day's backup if it is due, beside all other work."""
        self._jobs.beside(backups.back_up_if_due, self._made, owner=self, failed=self._failed)

    def _made(self, made: Made | None) -> None:
        if made is None:
            return
        if made.summary.missing:
            self._failed(
                f"备份已做好，但资料库里缺了 {len(made.summary.missing)} 份图像，其余都在备份里。"
                "请让管理员运行一次检查（tongdang check）。"
            )
            return
        self._window.status.say("今天的备份已做好")

    def _failed(self, told: str) -> None:
        self._window.notice.say(told, "alarm", action="再备份一次", act=self.back_up)

"""What review and blind entry have in common: registrations that wait for a second person, one after the other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN
from desktop.ui.verify.pages import Pages
from desktop.ui.widgets.parts import Notice, button, line, panel, text


class OneByOne(QWidget):
    """``left`` goes back to the lists with a sentence; ``title`` names what is shown.

    Who inherits says how one is read (``load``), let go of (``forget``), and what was done of all (``account``).
    """

    left = Signal(str)
    title = Signal(str)

    def __init__(self, jobs: Jobs, back_name: str) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._queue: list[str] = []
        self._total = 0
        self.pages = Pages(jobs, self)
        self.notice = Notice()
        self.which = text("", "secondary")
        self.back: QPushButton = button("返回列表", lambda: self.leave(""), role="quiet", icon="back", name=back_name)

    def head(self) -> QFrame:
        """The way back, and which of how many is shown."""
        top = panel("head")
        top.setFixedHeight(44)
        row = line(top, space=BETWEEN)
        row.setContentsMargins(BETWEEN, 0, BETWEEN, 0)
        row.addWidget(self.back)
        row.addWidget(self.which, 1)
        return top

    # -- registrations ------------------------------------------------------------------------------------------------

    def begin(self, registrations: tuple[str, ...]) -> None:
        """These, one after the other."""
        self._queue, self._total = list(registrations), len(registrations)
        self.notice.drop()
        self.open_next()

    def open_next(self) -> None:
        """The next one, or back to the lists with what was done."""
        self.forget()
        if self._queue:
            self.load(self._queue.pop(0))
        else:
            self.leave(self.account())

    def not_loaded(self, told: str) -> None:
        """One that can't be shown holds up none of the others."""
        self.notice.say(told, "alarm")
        self.open_next()

    def say_which(self, words: str) -> None:
        """Which of how many, and a word about it."""
        self.which.setText(f"第 {self._total - len(self._queue)} / {self._total} 份　{words}")

    def leave(self, told: str) -> None:
        """Back to the lists."""
        self.forget()
        self._queue.clear()
        self.pages.forget()
        self.left.emit(told)

    # a screen's own to say; ``abc`` would want a metaclass besides Qt's

    def load(self, registration_id: str) -> None:
        """Read this one and show it."""
        raise NotImplementedError

    def forget(self) -> None:
        """Nothing is shown any more."""
        raise NotImplementedError

    def account(self) -> str:
        """What was done, in a sentence for the lists."""
        raise NotImplementedError

"""The foot of the frame: the work that runs, a way to stop it, and where one is."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QProgressBar

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.parts import Elided, button, line, text


class StatusBar(QFrame):
    """Follows the recognition; everything else it shows is told to it."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(40)
        row = line(self, space=BETWEEN)
        row.setContentsMargins(16, 0, 16, 0)
        self.work = Elided("", "secondary")
        self.progress = QProgressBar()
        self.progress.setFixedWidth(160)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("识别进度")
        self.stop = button("停止", self._stop_work, role="quiet", icon="stop", name="stop_recognising")
        self.where = text("", "secondary")
        row.addWidget(self.work, 1)
        row.addWidget(self.progress)
        row.addWidget(self.stop)
        row.addSpacing(BETWEEN)
        row.addWidget(self.where)
        self._jobs = jobs
        jobs.recognising.connect(self._recognising)
        jobs.progressed.connect(self._progressed)
        self._recognising(jobs.is_recognising)

    def say(self, words: str) -> None:
        """A finished piece of work in one sentence."""
        if not self._jobs.is_recognising:
            self.work.setText(words)

    def _recognising(self, on: bool) -> None:
        self.progress.setVisible(on)
        self.stop.setVisible(on)
        self.stop.setEnabled(True)
        if on:
            self.progress.setRange(0, 0)
            self.work.setText("正在准备识别")

    def _progressed(self, done: int, total: int, told: str) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        # after a deed was taken back the queue is looked at, and mostly nothing waits in it: no 0 / 0 then
        self.work.setText(f"{told}　{done} / {total} 页" if total else told)

    def _stop_work(self) -> None:
        self._jobs.stop_recognising()
        self.stop.setEnabled(False)
        self.work.setText("正在停止：手上这一页读完就停，读好的都已保存")

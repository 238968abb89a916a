"""The strip at the head of the inbox: files are chosen or dropped there, and it tells how far taking in has come."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame

from desktop.ui.inbox.intake_queue import IntakeQueue
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.parts import Elided, button, line, text
from workflow import intake

SCANS = "扫描件和照片 (" + " ".join(f"*{suffix}" for suffix in sorted(intake.SUFFIXES)) + ")"
INVITES = "把扫描件、照片或文件夹拖到这里"


class WayIn(QFrame):
    """``given`` tells which files and folders were chosen, ``blanks_wanted`` that blank forms are to be printed."""

    given = Signal(object)  # list[Path]
    blanks_wanted = Signal()

    def __init__(self, queue: IntakeQueue) -> None:
        super().__init__()
        self.setProperty("role", "drop")
        self.setFixedHeight(64)
        row = line(self, space=INSIDE)
        row.setContentsMargins(BETWEEN, 0, BETWEEN, 0)
        self._words = text(INVITES)
        row.addWidget(self._words)
        row.addWidget(Elided("JPG、PNG、TIFF、PDF，可以一次放几百份", "secondary"), 1)
        self._halt = button("停止收件", queue.stop, role="quiet", icon="stop")
        self._halt.hide()
        row.addWidget(self._halt)
        row.addWidget(button("打印空白表", self.blanks_wanted.emit, icon="print", name="print_blank"))
        row.addWidget(button("选文件夹", self._choose_folder, icon="folder", name="choose_folder"))
        self.choose_files = button("选文件", self._choose_files, role="primary", icon="plus", name="choose_files")
        row.addWidget(self.choose_files)
        queue.progressed.connect(self._under_way)
        queue.finished.connect(lambda _results: self._at_rest())

    def _choose_files(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, "选要识别的文件", "", f"{SCANS};;所有文件 (*)")
        self.given.emit([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "选装有扫描件的文件夹")
        self.given.emit([Path(name)] if name else [])

    def _under_way(self, done: int, total: int) -> None:
        self._words.setText(f"正在收件 {done} / {total}")
        self._halt.show()

    def _at_rest(self) -> None:
        self._words.setText(INVITES)
        self._halt.hide()

    def show_over(self, on: bool) -> None:
        """Files are held over the screen, and would be taken in here."""
        self.setProperty("over", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)

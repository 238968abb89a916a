"""The program in a window, driven from outside: what pictures, measurements and the robot clerk stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.robot_hands import until
from desktop import ahead
from desktop.app import Program
from desktop.garbage import Collector
from desktop.jobs import Jobs, ReaderPool
from desktop.ui.main_window import MainWindow
from records.keys import Kdf
from workflow import intake, verify
from workflow.access import Opened, create_office
from workflow.settings import LOCK_MINUTES, change_setting

QUICK = Kdf(memory_kib=1024, iterations=1, lanes=1)
PASSWORD = "tongdang-2026"
HOME = "220281104"
READING = 240.0
"""Seconds that a form's two sides may take on a busy machine."""
W = TypeVar("W", bound=QWidget)


class Clock:
    """A working morning; every look is a moment later, so that pictures differ only where the program does."""

    def __init__(self, step: timedelta = timedelta(milliseconds=20)) -> None:
        self.now = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
        self.step = step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


class Taker(Protocol):
    """Who takes pictures of the running program: what the modules that arrange them need of it."""

    jobs: Jobs
    data_dir: Path

    @property
    def clock(self) -> Callable[[], datetime]: ...

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Let the program run until something is so. Raises TimeoutError."""

    def shoot(self, name: str, widget: QWidget | None = None, *, manual: bool = True, busy: bool = False) -> None:
        """Take a picture of the window, or of a dialog, and look for faults.

        ``manual``: the manual shows it, else it is only looked through; ``busy``: of work going on, at once.
        """


def draft_of(studio: Taker, opened: Opened, paths: Sequence[Path]) -> str:
    """Take the sides of one form in, through the reader; the id of the draft that they become."""
    store, actor = opened.store, opened.actor
    known = {row.registration_id for row in verify.drafts(store, actor)}
    for path in paths:
        intake.take_in(store, actor, studio.clock(), path)
    studio.jobs.recognise()
    studio.until(lambda: not studio.jobs.is_recognising, READING)
    (draft,) = (row for row in verify.drafts(store, actor) if row.registration_id not in known)
    return draft.registration_id


class Running:
    """The program with its jobs; a defect in one of them ends the run."""

    def __init__(self, data_dir: Path, clock: Callable[[], datetime], open_pool: Callable[[], ReaderPool]) -> None:
        self.data_dir = data_dir
        self.clock = clock
        self.jobs = Jobs(clock, open_pool)
        self.jobs.defect.connect(self._defect)
        self.program = Program(self.jobs, data_dir, kdf=QUICK)
        ahead.load()  # as the program has by the time that somebody has typed her password
        self.collector = Collector(self.jobs)
        self.collector.begin()

    def _defect(self, error: BaseException) -> None:
        raise error

    def until(self, condition: Callable[[], object], seconds: float = 120.0) -> None:
        """Let the program run until something is so. Raises TimeoutError."""
        if not until(condition, seconds):
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()

    def screen(self, kind: type[W]) -> W:
        """The screen of this kind."""
        found = self.program.shell.findChild(kind)
        assert found is not None, kind
        return found

    def settled(self) -> None:
        """Everything that was handed over is answered and painted."""
        self.until(lambda: self.jobs.idle and not self.jobs.is_recognising, 600)

    def close(self) -> None:
        """The window is gone, its threads ended."""
        self.collector.end()
        self.program.end()
        self.jobs.close()
        self.program.shell.deleteLater()
        QApplication.processEvents()


def make_office(data_dir: Path, clock: Callable[[], datetime]) -> Opened:
    """An office in 黄松甸镇, without a lock that would come between."""
    opened = create_office(
        data_dir,
        office_name="蛟河市黄松甸镇人民政府",
        division=HOME,
        username="wang",
        full_name="王某",
        password=PASSWORD,
        now=clock(),
        kdf=QUICK,
    )
    change_setting(opened.store, opened.actor, clock(), LOCK_MINUTES.key, 0)
    return opened


def enter(running: Running, opened: Opened, size: tuple[int, int]) -> MainWindow:
    """The frame with its screens in a window of this size."""
    shell = running.program.shell
    shell.resize(*size)
    shell.show()
    running.program.enter(opened)
    shell.activateWindow()
    running.settled()
    return running.screen(MainWindow)

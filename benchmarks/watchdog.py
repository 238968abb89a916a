"""Is the window's thread ever held up? A heartbeat on it, and a thread that looks where it is when that stays out."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 5
LONG_MS = 100
BESIDE = ("write", "read", "recognise", "keep")  # desktop.jobs


@dataclass(frozen=True, slots=True)
class Block:
    """A pause between two beats: how long, how much of it this thread itself worked, and where it was."""

    wall_ms: float
    cpu_ms: float
    where: str


class Watchdog(QObject):
    """Counts from ``begin`` to ``end``."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.worst_ms = 0.0
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._main = threading.get_ident()
        self._last, self._worked = 0.0, 0.0
        self._where = ""
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()
        self._ended.clear()
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
        self._thread.start()

    def end(self) -> list[Block]:
        """The pauses longer than 100 ms."""
        self._beat()
        self._timer.stop()
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        return self.blocks

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        pause = (now - self._last) * 1000 - BEAT_MS
        self.worst_ms = max(self.worst_ms, pause)
        if pause > LONG_MS:
            self.blocks.append(Block(pause, (worked - self._worked) * 1000, self._where))
        self._last, self._worked, self._where = now, worked, ""

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            if not self._where and (time.perf_counter() - self._last) * 1000 > LONG_MS * 0.7:
                self._where = self._trails()

    def _trails(self) -> str:
        """Where the window's thread is, and the threads that work beside it: one of them may hold the interpreter."""
        said = [" < ".join(_trail(self._main))]
        for thread in threading.enumerate():
            if thread.name.startswith(BESIDE):
                trail = _trail(thread.ident or 0)
                said += [f"{thread.name}: {' < '.join(trail)}"] if "_worker" not in trail[0] else []
        return "; ".join(said)


Dogs = dict[str, Watchdog]


@contextmanager
def watching(dogs: Dogs, word: str) -> Iterator[None]:
    """The watchdog of this name looks on."""
    dog = dogs.setdefault(word, Watchdog())
    dog.begin()
    try:
        yield
    finally:
        dog.end()


def _trail(thread: int) -> list[str]:
    """The last four calls. No frame is held on to: its locals would live on, a painter among them."""
    frame = sys._current_frames().get(thread)
    trail: list[str] = []
    while frame is not None and len(trail) < 4:
        trail.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return trail or [""]

"""When Python looks for garbage: between two pieces of work, never in the midst of one.

A full collection goes through everything that lives and holds the interpreter meanwhile, whichever thread it begins on:
150 to 430 ms with 5,000 children listed, and the window stands still. So what was loaded for good is left out of it
(``gc.freeze``), and full collections are made from here, when nothing has been read or written for longer than
``SOON_MS``: a list of drafts in the making is half a million objects, none of them garbage, and going through them took
640 ms. Pages may be recognised meanwhile; that goes on for hours. What stays after a long collection is left out of the
next ones: rows of screens, which go when nobody refers to them, as ever. The small collections, a millisecond each,
come by themselves.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

from desktop.jobs import Jobs

LOOK_MS = 1_000
WORTH = 3  # middle collections since the last full one; below that hardly anything was made
SOON_MS = 100  # it is worth it, and something is at work: is that still the same after so long?
LONGEST = 3_000  # such looks: after five minutes of one call it is made all the same
LONG_SECONDS = 0.03  # of the processor
NEVER = 1 << 30


class Collector(QObject):
    """From ``begin`` to ``end``; both belong to the window's thread."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._before = gc.get_threshold()
        self._left_out = 0  # the session whose frame is
        self._put_off = 0
        self._at_work: frozenset[int] | None = None  # at the look before, if it was worth it then
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """No full collection comes by itself any more."""
        young, middle, _full = self._before
        gc.set_threshold(young, middle, NEVER)
        gc.freeze()
        self._timer.start()

    def look(self) -> None:
        """Collect if it is worth it and holds nobody up."""
        if self._left_out != self._jobs.sessions and self._jobs.attended:  # idle or not: reading may go on for hours
            if self._left_out:  # what the one before left behind goes, once, right after somebody came in
                gc.unfreeze()
                gc.collect()
            self._left_out = self._jobs.sessions
            gc.freeze()  # the frame with its screens stays as long as the session
        if gc.get_count()[2] < WORTH or not self._may():
            return
        began = time.thread_time()
        gc.collect()
        if time.thread_time() - began > LONG_SECONDS and self._jobs.idle:
            gc.freeze()  # in the midst of a call what it has made would never be found again

    def _may(self) -> bool:
        """Nothing is at work, or nothing that was at the look before: no call in the making has grown large."""
        now, before = self._jobs.at_work, self._at_work
        if now and (before is None or now & before) and self._put_off < LONGEST:
            self._at_work = now
            self._put_off += 1
            self._timer.setInterval(SOON_MS)
            return False
        self._at_work, self._put_off = None, 0
        self._timer.setInterval(LOOK_MS)
        return True

    def end(self) -> None:
        """As it was before."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()

"""Has anybody been at the window? Keys, mouse and wheel count, in whichever window of the program they arrive.

The filter sits on windows, not on the application: an application's filter would run for every paint and timer.
What an input method types reaches no window as keys, so the text cursor's moving counts, too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

LOOK_MS = 5_000
HANDS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleWatch(QObject):
    """Emits ``idle`` when nobody did anything for so many minutes, ``asked`` at Ctrl+L."""

    idle = Signal()
    asked = Signal()

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._minutes = 0
        self._last = clock()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self.watch)
        application.inputMethod().cursorRectangleChanged.connect(self.seen)

    def begin(self, minutes: int) -> None:
        """Count from now on; 0 minutes: never idle."""
        self._minutes = minutes
        self._last = self._clock()
        if minutes:
            self._timer.start()
        else:
            self._timer.stop()

    def watch(self, window: QWindow | None) -> None:
        """What arrives at this window counts."""
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def seen(self) -> None:
        """Somebody did something; after too long a pause (a computer that slept) that comes too late."""
        if not self.look():
            self._last = self._clock()

    def look(self) -> bool:
        """Is the time up? Then nothing is counted until ``begin``."""
        if not self._timer.isActive():
            return False
        now = self._clock()
        self._last = min(self._last, now)  # the clock was put back
        if now - self._last < timedelta(minutes=self._minutes):
            return False
        self._timer.stop()
        self.idle.emit()
        return True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() not in HANDS:
            return False
        if isinstance(event, QKeyEvent) and _asks(event):
            self.asked.emit()
            return True
        if self.look():
            return True  # the hand that comes too late must not act on what is covered now
        self._last = self._clock() if self._timer.isActive() else self._last
        return False


def _asks(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier

"""The robot clerk's hands: keys as a window system delivers them, and what an input method commits. Every one counts.

A chord counts as one key, and so does a Chinese character, whatever an input method needs for it: for the robot and
for typing everything alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

Key, Modifier = Qt.Key, Qt.KeyboardModifier
PATIENCE = 20.0  # seconds
LOOK_MS = 4
WAITING = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


class Stuck(Exception):
    """The window did not get where it should."""


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Let the program run until something is so; whether it came to that.

    Between two looks this thread sleeps until something happens, as it does when a person waits: a thread that only
    asks again and again takes the interpreter from those it waits for.
    """
    end = time.monotonic() + seconds
    alarm = QTimer(interval=LOOK_MS)
    alarm.start()
    while not condition():
        if time.monotonic() > end:
            return False
        QApplication.processEvents(WAITING)
    return True


def breathe() -> None:
    """What the last key set off is laid out and painted."""
    for _pass in range(2):
        QApplication.processEvents()


class Hands:
    """Strikes keys on a window and counts them."""

    def __init__(self, window: QWindow) -> None:
        self._window = window
        self.keys = 0
        self.struck: Callable[[], None] = lambda: None  # told right before each key

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        """One key, or a chord."""
        self.keys += 1
        # what has the focus now: a dialog has a window of its own
        self.struck()
        focused: QWindow | None = QGuiApplication.focusWindow()  # the stubs leave out that there may be none
        QTest.keyClick(self._window if focused is None else focused, key, modifiers)

    def type(self, text: str) -> None:
        """Latin letters, digits and signs by keys, everything else by what an input method commits."""
        for latin, other in re.findall(r"([ -~]+)|([^ -~]+)", text):
            for character in latin:
                shift = Modifier.ShiftModifier if character.isupper() else Modifier.NoModifier
                self.press(Key(ord(character.upper())), shift)
            if other:
                self.keys += len(other)
                done = QInputMethodEvent()
                done.setCommitString(other)
                focus = QGuiApplication.focusObject()
                assert focus is not None, "nothing has the keyboard"
                QApplication.sendEvent(focus, done)

"""What the store says of the form at hand may be older than what was answered while it was being read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.screen import VerifyScreen
from records.views import RegistrationState
from tests.desktop.conftest import Desk
from tests.desktop.hands import enter, ready, settled
from workflow import verify

Show = Callable[[QWidget], None]
PATIENCE = 20  # seconds


class SlowReading:
    """The store's answer is there, and the reader's thread gets no further until it is let go: an old computer."""

    def __init__(self) -> None:
        self._sheet = verify.sheet
        self.began = [threading.Event() for _ in range(4)]
        self.go_on = [threading.Event() for _ in range(4)]
        self._calls = 0

    def __call__(self, *about: object) -> object:
        call, self._calls = self._calls, self._calls + 1
        read = self._sheet(*about)  # type: ignore[arg-type]  # passed on as they came
        if call < len(self.began):
            self.began[call].set()
            assert self.go_on[call].wait(PATIENCE)
        return read

    def let_all_go(self) -> None:
        for event in self.go_on:
            event.set()


@pytest.fixture
def slow() -> Iterator[SlowReading]:
    made = SlowReading()
    yield made
    made.let_all_go()


def test_what_was_answered_while_it_was_read_is_not_asked_again(
    desk: Desk, show: Show, slow: SlowReading, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Taken for news, it would ask for the second field once more, and the form would never be saved."""
    registration = desk.registration(0, front=["child_name", "child_birth_date", "child_arrival"])
    screen = VerifyScreen(desk.jobs)
    show(screen)
    left: list[str] = []
    screen.left.connect(left.append)
    screen.open_all((registration,))
    ready(screen, qtbot)
    walk = screen.walk
    assert walk is not None
    assert walk.left == 3
    settled(desk, qtbot)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    monkeypatch.setattr(verify, "sheet", slow)

    enter(screen)
    qtbot.waitUntil(slow.began[0].is_set)  # the form is read anew after the first answer
    ready(screen, qtbot)
    enter(screen)
    settled(desk, qtbot)  # the second answer is in the store, and not in what was read
    ready(screen, qtbot)
    slow.go_on[0].set()
    qtbot.waitUntil(slow.began[1].is_set)
    QApplication.processEvents()
    assert walk.left == 1

    enter(screen)
    slow.let_all_go()
    qtbot.waitUntil(lambda: bool(left))
    assert verify_state(desk, registration) is RegistrationState.VERIFIED


def verify_state(desk: Desk, registration: str) -> RegistrationState:
    return desk.sheet(registration).state

"""Full collections wait for a pause, and come after a while without one."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.garbage import WORTH, Collector
from desktop.jobs import Jobs
from tests.desktop.conftest import Desk
from tests.workflow.scripted import front


class Ring:
    """Refers to itself: only a collection finds it."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def collector(desk: Desk, qtbot: QtBot) -> Iterator[Collector]:
    made = Collector(desk.jobs)
    made.begin()
    yield made
    made.end()


def old_ring() -> weakref.ref[Ring]:
    """A ring that only a full collection reaches, after so much work that one is worth it."""
    ring = Ring()
    for _time in range(WORTH + 1):
        gc.collect(1)
    return weakref.ref(ring)


def test_what_was_there_is_left_out_and_comes_back(jobs: Jobs) -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    collector = Collector(jobs)
    collector.begin()
    assert gc.get_freeze_count() > frozen
    assert gc.get_threshold()[:2] == before[:2]
    assert gc.get_threshold()[2] > 1_000_000
    collector.end()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_pause_is_used(desk: Desk, collector: Collector, qtbot: QtBot) -> None:
    collector.look()  # the store is open: what belongs to the frame is left out, too
    ring = old_ring()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    collector.look()
    assert ring() is None


def test_the_frame_is_left_out_while_pages_are_being_read(desk: Desk, collector: Collector, qtbot: QtBot) -> None:
    before = gc.get_freeze_count()
    frame = [Ring() for _number in range(10_000)]
    owner = QObject()
    desk.jobs.read(lambda _store, _actor: None, lambda _none: None, owner=owner)
    assert not desk.jobs.idle
    collector.look()
    assert gc.get_freeze_count() >= before + len(frame)
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_who_comes_after_finds_nothing_of_the_frame_before(desk: Desk, collector: Collector, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: desk.jobs.idle)
    frame = Ring()
    gone = weakref.ref(frame)
    collector.look()
    left_out = gc.get_freeze_count()
    assert left_out
    del frame
    gc.collect()
    assert gone() is not None, "it was left out"
    desk.jobs.attend(desk.opened)
    collector.look()
    assert gone() is None
    assert gc.get_freeze_count() > 0, "the new frame is left out"
    following = gc.get_freeze_count()
    rings = [Ring() for _number in range(100)]
    collector.look()
    assert gc.get_freeze_count() <= following, "once a session"
    del rings


def test_recognising_is_no_reason_to_wait(desk: Desk, collector: Collector, qtbot: QtBot) -> None:
    desk.take_in(desk.file("0.jpg", front("SHEET00001", ())))
    collector.look()
    ring = old_ring()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    desk.jobs.recognise()
    assert not desk.jobs.idle
    collector.look()
    assert ring() is None
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_what_stays_after_a_long_collection_is_left_out(
    desk: Desk, collector: Collector, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector.look()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    before = gc.get_freeze_count()
    rows = [[number] for number in range(10_000)]
    old_ring()
    collector.look()
    monkeypatch.setattr("desktop.garbage.LONG_SECONDS", -1.0)
    old_ring()
    collector.look()
    assert gc.get_freeze_count() >= before + len(rows)


class Reading:
    """Calls that run on the reading thread until they may end."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self._jobs, self._qtbot, self._owner = desk.jobs, qtbot, QObject()
        self._may_end = threading.Event()

    def begin(self) -> None:
        """One is at work."""
        may_end = self._may_end = threading.Event()
        self._jobs.read(lambda _store, _actor: may_end.wait(60), lambda _none: None, owner=self._owner)
        self._qtbot.waitUntil(lambda: bool(self._jobs.at_work))

    def end(self) -> None:
        self._may_end.set()
        self._qtbot.waitUntil(lambda: self._jobs.idle)


def test_what_is_being_read_is_not_gone_through(desk: Desk, collector: Collector, qtbot: QtBot) -> None:
    collector.look()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    reading = Reading(desk, qtbot)
    reading.begin()
    ring = old_ring()
    for _look in range(3):
        collector.look()
        assert ring() is not None, "it may be large by now"
    reading.end()
    reading.begin()
    collector.look()
    reading.end()
    assert ring() is None, "another call, which has just begun"


def test_work_is_not_held_up_for_ever(
    desk: Desk, collector: Collector, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.garbage.LONGEST", 5)
    collector.look()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    reading = Reading(desk, qtbot)
    reading.begin()
    ring = old_ring()
    for _look in range(5):
        collector.look()
        assert ring() is not None
    collector.look()
    assert ring() is None
    reading.end()

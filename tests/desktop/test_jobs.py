"""Threads: order, errors, progress, cancelling, and widgets that are gone when the answer comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.jobs import Change, Jobs, changes_of, followed_by, sentence
from forms.values import FieldError
from tests.desktop.conftest import Desk
from tests.workflow.scripted import front
from workflow import intake
from workflow.changes import Changes, changed
from workflow.errors import NotFound

T = TypeVar("T")


def numbered(act: Callable[[int], T], number: int) -> Change[T]:
    """A write that only does this."""
    return lambda _store, _actor, _now: act(number)


def test_results_come_back_on_the_main_thread(desk: Desk, qtbot: QtBot) -> None:
    seen: list[tuple[str, bool]] = []
    owner = QObject()
    desk.jobs.read(
        lambda _store, actor: (actor.username, threading.current_thread() is threading.main_thread()),
        lambda result: seen.append((result[0], result[1] or threading.current_thread() is not threading.main_thread())),
        owner=owner,
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("admin", False)]


def test_writes_run_one_after_the_other_in_order(desk: Desk, qtbot: QtBot) -> None:
    order: list[int] = []
    at_once = threading.Semaphore(1)
    owner = QObject()

    def write(number: int) -> Changes:
        assert at_once.acquire(blocking=False), "two writes at the same time"
        order.append(number)
        at_once.release()
        return Changes()

    for number in range(200):
        desk.jobs.write(numbered(write, number), owner=owner)
        desk.jobs.read(lambda _store, _actor: None, lambda _none: None, owner=owner)
    qtbot.waitUntil(lambda: desk.jobs.waiting_writes == 0)
    assert order == list(range(200))


def test_changes_are_announced_once_per_write(desk: Desk, qtbot: QtBot) -> None:
    announced: list[Changes] = []
    desk.jobs.changed.connect(announced.append)
    owner = QObject()
    one = changed(pages=["p"])
    desk.jobs.write(lambda _store, _actor, _now: one, owner=owner)
    desk.jobs.write(lambda _store, _actor, _now: Changes(), owner=owner)
    qtbot.waitUntil(lambda: desk.jobs.waiting_writes == 0)
    assert announced == [one]


def test_a_known_error_is_a_sentence_where_it_happened(desk: Desk, qtbot: QtBot) -> None:
    told: list[str] = []
    owner = QObject()

    def missing(*_arguments: object) -> Changes:
        raise NotFound("这一页不在了。")

    desk.jobs.write(missing, owner=owner, failed=told.append)
    desk.jobs.read(missing, lambda _result: None, owner=owner, failed=told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["这一页不在了。"] * 2


def test_a_known_error_nobody_waits_for_goes_to_the_frame(desk: Desk, qtbot: QtBot) -> None:
    def missing(*_arguments: object) -> Changes:
        raise NotFound("这一页不在了。")

    with qtbot.waitSignal(desk.jobs.known_error) as told:
        desk.jobs.write(missing, owner=QObject())
    assert told.args == ["这一页不在了。"]


def test_a_defect_is_told_apart(clock: object, pool: object, qtbot: QtBot) -> None:
    jobs = Jobs(lambda: pytest.fail("no clock"), lambda: pytest.fail("no pool"))
    owner = QObject()
    failed: list[str] = []
    nothing: dict[str, str] = {}
    with qtbot.waitSignal(jobs.defect) as caught:
        jobs.task(lambda: nothing["x"], lambda _result: None, owner=owner, failed=failed.append)
    assert caught.args is not None
    assert isinstance(caught.args[0], KeyError)
    assert failed == ["程序出了错，这一步没有完成；以前保存的都在。"]
    jobs.close()


def test_an_answer_to_a_widget_that_is_gone_is_dropped(desk: Desk, qtbot: QtBot) -> None:
    gone, stays = QObject(), QObject()
    seen: list[str] = []
    desk.jobs.read(lambda _store, _actor: "gone", seen.append, owner=gone)
    desk.jobs.read(lambda _store, _actor: "stays", seen.append, owner=stays)
    import shiboken6

    shiboken6.delete(gone)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["stays"]


def test_stopping_keeps_finished_pages(desk: Desk, qtbot: QtBot) -> None:
    """Five pages; stopped while the third is read: three are read, two wait, none is half stored."""
    for number in range(5):
        desk.take_in(desk.file(f"{number}.jpg", front(f"S{number:09d}", child_name=f"第{number}")))
    desk.pool.before_read = lambda count: desk.jobs.stop_recognising() if count == 2 else None
    with qtbot.waitSignal(desk.jobs.recognising, check_params_cb=lambda on: not on, timeout=20000):
        desk.jobs.recognise()
    view = intake.inbox(desk.store, desk.actor)
    assert desk.pool.read == 3
    assert view.waiting == 2
    desk.pool.before_read = lambda _count: None
    with qtbot.waitSignal(desk.jobs.recognising, check_params_cb=lambda on: not on, timeout=20000):
        desk.jobs.recognise()
    assert intake.inbox(desk.store, desk.actor).waiting == 0


def test_progress_counts_pages(desk: Desk, qtbot: QtBot) -> None:
    desk.take_in(desk.file("a.jpg", front("A000000001"), front("A000000002")))
    seen: list[tuple[int, int]] = []
    desk.jobs.progressed.connect(lambda done, total, _told: seen.append((done, total)))
    with qtbot.waitSignal(desk.jobs.recognising, check_params_cb=lambda on: not on, timeout=20000):
        desk.jobs.recognise()
    QApplication.processEvents()
    assert seen[-1] == (2, 2)
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)


def test_closing_ends_the_workers_after_handed_over_writes(desk: Desk) -> None:
    written: list[int] = []
    for number in range(20):
        desk.jobs.write(numbered(written.append, number), owner=desk.jobs)
    desk.jobs.close()
    assert written == list(range(20))


def test_what_a_write_changed_is_found_in_its_result() -> None:
    one, two = changed(pages=["a"]), changed(children=["b"])
    assert changes_of((one, "id")) == one
    assert changes_of([one, two]) == one | two
    assert changes_of(None) == Changes()


def test_what_errors_say() -> None:
    assert sentence(FieldError("日期不对。")) == "日期不对。"
    assert "磁盘满了" in (sentence(OSError(28, "No space left on device", "/x/欧阳雪.pdf")) or "")
    assert "欧阳雪" not in (sentence(OSError(13, "Permission denied", "/x/欧阳雪.pdf")) or "")
    assert sentence(KeyError("欧阳雪")) is None


def test_what_follows_a_write_may_fail_and_the_write_stays(desk: Desk, qtbot: QtBot) -> None:
    """Known failures of the second call give None; a defect in it stays a defect; a failed first call ends it."""
    told: list[object] = []
    owner = QObject()

    def fail(_store: object, _actor: object) -> int:
        raise NotFound("没有这份。")

    def refuse(_store: object, _actor: object, _now: object) -> int:
        raise NotFound("这一步没有做。")

    desk.jobs.write(followed_by(numbered(lambda n: n, 1), lambda _store, _actor: 2), told.append, owner=owner)
    desk.jobs.write(followed_by(numbered(lambda n: n, 3), fail), told.append, owner=owner)
    desk.jobs.write(followed_by(refuse, fail), told.append, owner=owner, failed=told.append)
    qtbot.waitUntil(lambda: desk.jobs.waiting_writes == 0)
    assert told == [(1, 2), (3, None), "这一步没有做。"]

"""收件箱 by drop and click: what comes in, what goes wrong, what one does about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.status_bar import StatusBar
from records.views import PageState, SourceState
from tests.desktop.conftest import Desk, click, type_keys
from tests.workflow.scripted import back, blank, failing, front, unknown
from workflow import intake

Show = Callable[[QWidget], None]


@pytest.fixture
def screen(desk: Desk, show: Show) -> InboxScreen:
    made = InboxScreen(desk.jobs)
    show(made)
    return made


def drop(screen: InboxScreen, paths: Sequence[Path]) -> None:
    """What the window system sends when files are dropped."""
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(screen, QDragEnterEvent(QPointF(50, 50).toPoint(), action, carried, button, no))
    assert screen.drop.property("over") == "true"
    QApplication.sendEvent(screen, QDropEvent(QPointF(50, 50), action, carried, button, no))
    assert screen.drop.property("over") == "false"


def quiet(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    """Everything that came is taken in, read and shown."""
    qtbot.waitUntil(lambda: not screen.queue.busy and not desk.jobs.is_recognising, timeout=20000)
    shown = intake.inbox(desk.store, desk.actor).sources
    qtbot.waitUntil(lambda: screen.model.sources == shown, timeout=20000)


def select(screen: InboxScreen, name: str) -> None:
    row = [source.name for source in screen.model.sources].index(name)
    screen.tree.setCurrentIndex(screen.model.index(row, 0))


def test_a_dropped_folder_is_taken_in_and_read(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    counts: list[int] = []
    screen.drafts_counted.connect(counts.append)
    desk.file("甲 一.jpg", front("S1"))
    desk.file("甲 二.jpg", back("S1"))
    drop(screen, [desk.folder])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words == "收下 2 份文件。"
    quiet(desk, screen, qtbot)
    assert [source.pages[0].state for source in screen.model.sources] == [PageState.PLACED] * 2
    qtbot.waitUntil(lambda: bool(counts) and counts[-1] == 1)
    assert (desk.folder / "甲 一.jpg").exists(), "what lies outside is left as it is"


def test_an_empty_inbox_says_what_it_is_for(screen: InboxScreen, qtbot: QtBot) -> None:
    words = [label.text() for label in screen.findChildren(QWidget) if hasattr(label, "text") and label.isVisible()]
    assert any("收件箱是空的" in word for word in words)
    assert screen.findChild(QWidget, "choose_files") is not None


def test_one_bad_file_does_not_stop_the_rest(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    good, other = desk.file("a.jpg", front("S1")), desk.file("c.jpg", back("S1"))
    empty = desk.folder / "b.jpg"
    empty.write_bytes(b"")
    drop(screen, [good, empty, other])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words.startswith("收下 2 份文件。1 份没有收下，原文件没有动：\nb.jpg：")
    quiet(desk, screen, qtbot)
    assert len(screen.model.sources) == 2


def test_the_same_file_again_is_said_and_not_taken_twice(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    path = desk.file("a.jpg", front("S1"))
    desk.take_in(path)
    drop(screen, [path])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words == "没有收下新文件。1 份以前收过，没有重复收（a.jpg）。"
    quiet(desk, screen, qtbot)
    assert len(screen.model.sources) == 1


def test_blank_foreign_and_failed_pages_are_flagged(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("stack.pdf", front("S1"), blank(), unknown(), failing("truncated", 99))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    parent = screen.model.index(0, 0)
    words = [str(screen.model.index(row, 1, parent).data()) for row in range(screen.model.rowCount(parent))]
    assert words[1:] == ["空白页", "认不出的表", "没有读成"]
    screen.tree.expand(parent)
    screen.tree.setCurrentIndex(screen.model.index(3, 0, parent))
    assert screen.detail.retry.isVisible()
    assert screen.detail.told.text()
    assert screen.detail.told.property("role") == "error"


def test_a_failed_page_is_read_again_on_demand(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("a.jpg", failing("timed_out", 1))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    page = screen.model.sources[0].pages[0]
    if page.state is PageState.FAILED:  # else the queue's own second attempt has read it
        select(screen, "a.jpg")
        click(screen.detail.retry)
        qtbot.waitUntil(lambda: screen.model.sources[0].pages[0].state is not PageState.FAILED, timeout=20000)
        quiet(desk, screen, qtbot)
    assert screen.model.sources[0].pages[0].status == "read"


def test_a_password_opens_an_encrypted_file(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("锁着.pdf", front("S1"), password="1234")])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    assert screen.model.sources[0].state is SourceState.REFUSED
    select(screen, "锁着.pdf")
    assert screen.detail.password.isVisible()
    assert not screen.detail.retry.isVisible()
    type_keys(screen.detail.password, "1234")
    click(screen.detail.supply)
    qtbot.waitUntil(lambda: screen.model.sources[0].state is SourceState.SPLIT, timeout=20000)
    quiet(desk, screen, qtbot)
    assert screen.detail.password.text() == ""
    assert not screen.detail.password.isVisible()


def test_a_page_is_seen_set_aside_and_brought_back(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("a.jpg", front("S1"))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    select(screen, "a.jpg")
    qtbot.waitUntil(lambda: screen.detail.view.has_page)
    opened: list[str] = []
    screen.open_registration.connect(opened.append)
    click(screen.detail.open)
    assert opened == [desk.drafts()[0].registration_id]
    page = screen.model.sources[0].pages[0]
    intake.set_aside(desk.store, desk.actor, desk.clock(), page.page_id)
    screen.read()
    qtbot.waitUntil(screen.detail.back.isVisible)
    click(screen.detail.back)
    qtbot.waitUntil(lambda: screen.model.sources[0].pages[0].state is PageState.PLACED, timeout=20000)
    quiet(desk, screen, qtbot)


def test_what_an_earlier_run_left_is_gone_on_with(desk: Desk, show: Show, qtbot: QtBot) -> None:
    desk.take_in(desk.file("a.jpg", front("S1"), back("S1")))
    screen = InboxScreen(desk.jobs)
    show(screen)
    qtbot.waitUntil(lambda: desk.pool.read == 2, timeout=20000)
    quiet(desk, screen, qtbot)


def test_the_foot_shows_the_work_and_stops_it(desk: Desk, screen: InboxScreen, show: Show, qtbot: QtBot) -> None:
    bar = StatusBar(desk.jobs)
    show(bar)
    assert not bar.stop.isVisible()
    for number in range(3):
        desk.take_in(desk.file(f"{number}.jpg", front(f"S{number}", child_name=f"第{number}")))
    # the click comes while the second page is being read
    desk.pool.before_read = lambda count: desk.jobs.progressed.emit(9, 9, "") if count == 1 else None
    seen: list[bool] = []

    def stop(done: int, _total: int, _told: str) -> None:
        if done == 9:
            seen.append(bar.stop.isVisible())
            click(bar.stop)

    desk.jobs.progressed.connect(stop)
    desk.jobs.recognise()
    qtbot.waitUntil(lambda: not desk.jobs.is_recognising, timeout=20000)
    assert seen == [True]
    assert desk.pool.read <= 3
    assert not bar.stop.isVisible()

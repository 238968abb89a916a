"""The next day begins where the last one ended: screen, form, gaps, widths of columns, place of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter, QWidget
from pytestqt.qtbot import QtBot

from desktop import window_place
from desktop.app import Program
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.screen import VerifyScreen
from records.views_kept import WindowLeft
from tests.desktop.conftest import Desk, press, settled
from workflow import half_typed, kept_views

Show = Callable[[QWidget], None]
Key = Qt.Key


def came_in(desk: Desk, qtbot: QtBot) -> Program:
    """Somebody has logged in; the frame stands as it was left."""
    made = Program(desk.jobs, desk.data_dir)
    qtbot.addWidget(made.shell)
    made.shell.resize(1366, 768)
    with qtbot.waitExposed(made.shell):
        made.shell.show()
    made.enter(desk.opened)
    settled(desk, qtbot)
    return made


def went_home(program: Program, desk: Desk, qtbot: QtBot) -> None:
    program._left = True  # without the backup, which has tests of its own
    program.shell.close()
    settled(desk, qtbot)


def test_the_screen_the_gaps_and_the_columns(desk: Desk, qtbot: QtBot) -> None:
    desk.verified(desk.registration(0, front=["child_name"]))
    one = came_in(desk, qtbot)
    assert one.window.shown == "inbox", "nobody was there before"
    one.window.go("children")
    settled(desk, qtbot)
    children = one.window.findChild(ChildrenScreen)
    assert children is not None
    gap = children.findChild(QSplitter)
    assert gap is not None
    drag(gap, -120)
    sizes = gap.sizes()
    header = children.table.horizontalHeader()
    header.resizeSection(0, 140)
    went_home(one, desk, qtbot)

    other = came_in(desk, qtbot)
    assert other.window.shown == "children"
    children = other.window.findChild(ChildrenScreen)
    assert children is not None
    gap = children.findChild(QSplitter)
    assert gap is not None
    assert gap.sizes() == sizes
    assert children.table.columnWidth(0) == 140
    untouched = other.window.findChild(InboxScreen)
    assert untouched is not None
    went_home(other, desk, qtbot)
    kept = kept_views.window(desk.store, desk.actor)
    assert set(kept.gaps) == {"children/0"}, "gaps that nobody dragged go on fitting themselves"
    assert kept.widths == {"children": {"姓名": 140}}


def drag(gap: QSplitter, by: int) -> None:
    handle = gap.handle(1)
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle + QPoint(by, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)


def test_in_the_middle_of_a_form(desk: Desk, qtbot: QtBot) -> None:
    """Left at the second field of the second form: there it goes on, after a power cut too."""
    desk.registration(0, front=["child_name"])
    second = desk.registration(1, front=["child_name", "school_name"])
    one = came_in(desk, qtbot)
    one.window.go("drafts")
    settled(desk, qtbot)
    table = one.window.findChild(QWidget, "drafts")
    assert table is not None
    press(table, Key.Key_Down)
    press(table, Key.Key_Return, "\r")
    verify = one.window.findChild(VerifyScreen)
    assert verify is not None
    qtbot.waitUntil(lambda: verify.walk is not None and verify.parts.field.crop.painted)
    first_field = verify.walk.current if verify.walk is not None else ""
    press(verify.parts.field.value, Key.Key_Tab, "\t")
    qtbot.waitUntil(lambda: half_typed.latest(desk.store, desk.actor) == second)
    qtbot.waitUntil(lambda: kept_views.window(desk.store, desk.actor).screen == "verify", timeout=10000)
    at = verify.walk.current if verify.walk is not None else ""
    assert at != first_field

    other = came_in(desk, qtbot)  # nothing was closed before
    again = other.window.findChild(VerifyScreen)
    assert again is not None
    qtbot.waitUntil(lambda: other.window.shown == "verify" and again.walk is not None)
    assert again.walk is not None
    assert (again.walk.sheet.registration_id, again.walk.current) == (second, at)
    desk.verified(desk.registration(2, front=["child_name"]))
    for each in (one, other):
        went_home(each, desk, qtbot)


def test_a_form_that_was_finished_meanwhile_leaves_the_list(desk: Desk, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    half_typed.keep(desk.store, desk.actor, desk.clock(), registration, "child_name", "")
    kept_views.keep_window(desk.store, desk.actor, desk.clock(), WindowLeft("verify"))
    desk.verified(registration)
    assert half_typed.latest(desk.store, desk.actor) == ""
    program = came_in(desk, qtbot)
    assert program.window.shown == "drafts"
    went_home(program, desk, qtbot)


@pytest.mark.parametrize("screen", ["", "nowhere", "second"])
def test_a_screen_that_is_not_there_any_more(desk: Desk, qtbot: QtBot, screen: str) -> None:
    kept_views.keep_window(desk.store, desk.actor, desk.clock(), WindowLeft(screen))
    program = came_in(desk, qtbot)
    assert program.window.shown == "inbox"
    assert isinstance(program.window, MainWindow)
    went_home(program, desk, qtbot)


def test_the_place_of_the_window(tmp_path: Path, show: Show, qtbot: QtBot) -> None:
    window = QWidget()
    show(window)
    assert not window_place.put_back(window, tmp_path)
    window.resize(700, 500)
    window_place.keep(window, tmp_path)
    other = QWidget()
    qtbot.addWidget(other)
    assert window_place.put_back(other, tmp_path)
    assert other.size() == QSize(700, 500)
    (tmp_path / window_place.FILE).write_bytes(b"no place at all")
    assert not window_place.put_back(other, tmp_path)
    window_place.keep(window, tmp_path / "not there")  # says nothing, breaks nothing

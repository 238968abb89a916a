"""Lock, unlock, backups on their own: nothing is seen, nothing is lost, nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import Program
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.safety.idle import IdleWatch
from desktop.ui.safety.leaving_screen import LeavingScreen
from desktop.ui.safety.lock_screen import LockScreen
from tests.desktop.conftest import Desk, press, type_chinese, type_keys
from tests.workflow.conftest import PASSWORD, Clock
from workflow import backups
from workflow.settings import BACKUP_FOLDER, LOCK_MINUTES, change_setting


@pytest.fixture
def program(desk: Desk, qtbot: QtBot) -> Iterator[Program]:
    """The frame on an open store, with its first backup made."""
    made = Program(desk.jobs, desk.data_dir)
    qtbot.addWidget(made.shell)
    made.shell.resize(1214, 672)
    with qtbot.waitExposed(made.shell):
        made.shell.show()
    made.enter(desk.opened)
    qtbot.waitUntil(lambda: desk.jobs.idle and made.guard.watch._timer.isActive())
    yield made
    made._left = True
    made.end()


def locked(program: Program) -> LockScreen:
    screen = program.shell.currentWidget()
    assert isinstance(screen, LockScreen)
    return screen


def test_the_day_s_backup_is_made_at_login_once(desk: Desk, program: Program, qtbot: QtBot) -> None:
    assert len(backups.backups(desk.store, desk.actor)) == 1
    assert program.window.status.work.text() == "今天的备份已做好"
    program.guard.back_up()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert len(backups.backups(desk.store, desk.actor)) == 1


def test_a_backup_that_fails_is_said_in_the_frame(desk: Desk, program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    gone = tmp_path / "没插的移动硬盘"
    change_setting(desk.store, desk.actor, desk.clock(), BACKUP_FOLDER.key, str(gone))
    program.guard.back_up()
    qtbot.waitUntil(lambda: "现在找不到" in program.window.notice.words)
    assert "资料库没有变化" in program.window.notice.words
    gone.mkdir()
    press(program.window.notice.action, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: len(list(gone.glob("*.tdbackup"))) == 1)
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_ctrl_l_covers_all_and_the_password_brings_it_back(desk: Desk, program: Program, qtbot: QtBot) -> None:
    window = program.window
    window.go("children")
    search = window.search
    search.setFocus()
    qtbot.waitUntil(lambda: "黄松甸" in program.shell.windowTitle())
    dialog = QDialog(window)
    dialog.setWindowTitle("欧阳雪甲")
    typed = QLineEdit(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
        dialog.activateWindow()
    type_keys(typed, "half typed")
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    screen = locked(program)
    assert not window.isVisible()
    assert not dialog.isVisible()
    window.setWindowTitle("欧阳雪甲")
    assert program.shell.windowTitle() == "童档", "a title that comes while it is locked waits"
    type_keys(screen.password, "not-this-one")
    press(screen.password, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "密码" in screen.told.text() and screen.open_again.isEnabled())
    assert program.shell.currentWidget() is screen
    screen.password.clear()
    type_chinese(screen.password, PASSWORD)
    press(screen.password, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: program.shell.currentWidget() is window)
    assert window.shown == "children"
    assert dialog.isVisible()
    assert typed.text() == "half typed"
    assert window.findChild(ChildrenScreen) is not None
    dialog.reject()
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_wrong_passwords_make_it_pause(desk: Desk, program: Program, qtbot: QtBot) -> None:
    program.guard.lock()
    screen = locked(program)
    for _attempt in range(12):
        screen.password.clear()
        type_keys(screen.password, "not-this-one")
        press(screen.password, Qt.Key.Key_Return, "\r")
        qtbot.waitUntil(lambda: desk.jobs.idle and screen.open_again.isEnabled())
        if "再" in screen.told.text() and "分" in screen.told.text():
            break
    else:
        pytest.fail(screen.told.text())
    screen.password.clear()
    type_chinese(screen.password, PASSWORD)
    press(screen.password, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: desk.jobs.idle and screen.open_again.isEnabled())
    assert program.shell.currentWidget() is screen, "the right password has to wait, too"


def test_an_idle_window_locks_and_keys_put_it_off(qtbot: QtBot, clock: Clock, program: Program) -> None:
    handle = program.shell.windowHandle()
    clock.now += timedelta(minutes=LOCK_MINUTES.default - 1)
    QTest.keyClick(handle, Qt.Key.Key_F24)
    clock.now += timedelta(minutes=LOCK_MINUTES.default - 1)
    assert not program.guard.watch.look()
    assert program.guard.lock_screen is None
    clock.now += timedelta(minutes=2)
    program.guard.watch.look()
    assert program.guard.lock_screen is locked(program)


def test_hands_of_every_kind_put_it_off_and_painting_does_not(
    clock: Clock, program: Program, qapp: QApplication
) -> None:
    handle, watch, at = program.shell.windowHandle(), program.guard.watch, QPointF(5, 5)
    no = Qt.KeyboardModifier.NoModifier
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

    def mouse(kind: QEvent.Type, button: Qt.MouseButton) -> QMouseEvent:
        return QMouseEvent(kind, at, at, button, button, no)

    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 120), none, no, Qt.ScrollPhase.NoScrollPhase, False)
    hands: tuple[Callable[[], object], ...] = (
        lambda: watch.eventFilter(handle, mouse(QEvent.Type.MouseButtonPress, left)),
        lambda: watch.eventFilter(handle, mouse(QEvent.Type.MouseMove, none)),
        lambda: watch.eventFilter(handle, wheel),
        lambda: watch.eventFilter(handle, QEvent(QEvent.Type.TouchBegin)),
        qapp.inputMethod().cursorRectangleChanged.emit,
    )
    for hand in hands:
        clock.now += timedelta(minutes=LOCK_MINUTES.default - 1)
        hand()
        assert not watch.look(), hand
    clock.now += timedelta(minutes=LOCK_MINUTES.default - 1)
    watch.eventFilter(handle, QEvent(QEvent.Type.Paint))
    clock.now += timedelta(minutes=2)
    assert watch.look()
    assert program.guard.lock_screen is locked(program)


def test_a_key_after_a_long_sleep_locks_and_does_nothing(clock: Clock, program: Program) -> None:
    program.window.go("children")
    program.window.search.setFocus()
    clock.now += timedelta(hours=3)
    QTest.keyClick(program.shell.windowHandle(), Qt.Key.Key_A)
    assert program.window.search.text() == ""
    assert locked(program).password.text() == ""


def test_minutes_of_none_never_lock(desk: Desk, program: Program, qtbot: QtBot, clock: Clock) -> None:
    desk.jobs.write(
        lambda store, actor, now: change_setting(store, actor, now, LOCK_MINUTES.key, 0), owner=program.window
    )
    qtbot.waitUntil(lambda: desk.jobs.idle and not program.guard.watch._timer.isActive())
    clock.now += timedelta(days=1)
    assert not program.guard.watch.look()


def test_a_clock_put_back_doesn_t_keep_it_open(clock: Clock, qapp: QApplication) -> None:
    watch = IdleWatch(clock)
    watch.begin(10)
    clock.now -= timedelta(days=1)
    assert not watch.look()
    clock.now += timedelta(minutes=11)
    assert watch.look()


def test_leaving_backs_up_what_was_changed(desk: Desk, program: Program, qtbot: QtBot) -> None:
    at_login = backups.backups(desk.store, desk.actor)[0]
    change_setting(desk.store, desk.actor, desk.clock(), LOCK_MINUTES.key, 5)
    program.shell.close()
    assert isinstance(program.shell.currentWidget(), LeavingScreen)
    qtbot.waitUntil(lambda: not program.shell.isVisible())
    assert backups.backups(desk.store, desk.actor)[0].audit_seq > at_login.audit_seq


def test_leaving_is_possible_where_the_backup_is_not(
    desk: Desk, program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    change_setting(desk.store, desk.actor, desk.clock(), BACKUP_FOLDER.key, str(tmp_path / "没插的移动硬盘"))
    program.shell.close()
    leaving = program.shell.currentWidget()
    assert isinstance(leaving, LeavingScreen)
    qtbot.waitUntil(lambda: "现在找不到" in leaving.told.text())
    assert program.shell.isVisible()
    press(leaving.close_anyway, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: not program.shell.isVisible())

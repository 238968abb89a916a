"""A page that could not be read is typed in from its whole picture: from the inbox to the saved form, by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.inbox.choosing import SideDialog
from desktop.ui.inbox.keys import Act
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.field_panel import WHOLE
from desktop.ui.verify.screen import VerifyScreen
from records.views import AnswerState, PageState
from tests.desktop.conftest import Desk, press, type_chinese
from tests.desktop.hands import enter, here, quiet, ready, select, settled, stored, value_box
from tests.workflow.scripted import front, unknown
from workflow import intake, keying

Show = Callable[[QWidget], None]
Key = Qt.Key


@pytest.fixture
def window(desk: Desk, show: Show, qtbot: QtBot) -> MainWindow:
    """A front that was read, and behind it a page that nobody could read."""
    desk.take_in(desk.file("一.pdf", front("S1"), unknown("糊了")))
    desk.read()
    made = make_window(desk.jobs, desk.opened)
    show(made)
    made.go("inbox")
    quiet(desk, inbox_of(made), qtbot)
    return made


def inbox_of(window: MainWindow) -> InboxScreen:
    found = window.findChild(InboxScreen)
    assert found is not None
    return found


def asked_side(inbox: InboxScreen, qtbot: QtBot) -> SideDialog:
    select(inbox, 1)
    assert inbox.detail.buttons[Act.KEY_IN].isVisible()
    press(inbox.grid, Key.Key_K, "k")
    dialog = inbox.findChild(SideDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() > 0)
    return dialog


def test_it_is_typed_in_beside_its_picture(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    inbox = inbox_of(window)
    dialog = asked_side(inbox, qtbot)
    words = [dialog.list.item(at).text() for at in range(dialog.list.count())]
    assert words[:2] == ["吉林省流动儿童基本情况登记表　正面", "吉林省流动儿童基本情况登记表　反面"]
    assert not any("走访" in word for word in words), "only what registers a child"
    press(dialog.list, Key.Key_Down)
    press(dialog.list, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "verify")
    screen = window.findChild(VerifyScreen)
    assert screen is not None
    ready(screen, qtbot)
    field, page = screen.parts.field, screen.parts.page
    assert field.crop.accessibleDescription() == WHOLE
    assert page.has_page
    assert page.place is None, "nothing glows where nobody knows the place"
    walk = screen.walk
    assert walk is not None
    registration = walk.sheet.registration_id
    while here(screen) != "father_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    before = page.on_screen(page.rect()).top()
    press(field.value, Key.Key_PageDown)
    assert page.on_screen(page.rect()).top() < before
    near = page.on_screen(page.rect()).width()
    press(field.value, Key.Key_Plus, "+", Qt.KeyboardModifier.ControlModifier)
    assert page.on_screen(page.rect()).width() > near
    enter(screen)
    assert here(screen) == "father_name", "Enter alone says nothing about what nobody read"
    type_chinese(field.value, "张江")
    enter(screen)
    qtbot.waitUntil(lambda: here(screen) != "father_name")
    settled(desk, qtbot)
    item = stored(desk, registration, "father_name")
    assert (item.value, item.state, item.note) == ("张江", AnswerState.CONFIRMED, keying.KEYED)
    assert stored(desk, registration, "child_name").accepted, "the other side is read as ever"


def test_it_is_taken_back(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    inbox = inbox_of(window)
    dialog = asked_side(inbox, qtbot)
    press(dialog.list, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "verify")
    window.go("inbox")
    quiet(desk, inbox, qtbot)
    press(inbox.grid, Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "撤销了" in inbox.notice.words)
    quiet(desk, inbox, qtbot)
    (source,) = intake.inbox(desk.store, desk.actor).sources
    assert [(page.state, page.status) for page in source.pages] == [
        (PageState.PLACED, "read"),
        (PageState.READ, "unknown_form"),
    ]

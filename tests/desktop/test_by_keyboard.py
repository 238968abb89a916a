"""The mouse is unplugged: every screen is reached and left by keys, F1 tells them, and what has the keyboard says what
it is."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.batches.screen import NEW, BatchesScreen
from desktop.ui.children.page import ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.widgets.key_sheet import EVERYWHERE, KeySheet
from desktop.ui.widgets.parts import button
from tests.desktop.conftest import Desk, click, press, settled
from tests.desktop.test_focus_order import stops
from workflow.settings import REVIEW_BY, change_setting

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
INNER = ("verify", "group", "child", "duplicates", "rounds", "rosters", "review", "blind", "learn")


def at() -> QWidget:
    """What has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None, "the keyboard is lost"
    return found


def go_into(key: str, window: MainWindow, desk: Desk, qtbot: QtBot) -> QWidget:
    """A screen as it is when there is something in it."""
    window.go(key)
    settled(desk, qtbot)
    screen = window.screens()[key]
    if key == "verify":
        assert isinstance(screen, VerifyScreen)
        screen.open_all((desk.drafts()[0].registration_id,))
        qtbot.waitUntil(lambda: screen.walk is not None and screen.parts.field.crop.painted)
    if key == "child":
        children = window.findChild(ChildrenScreen)
        assert children is not None
        assert isinstance(screen, ChildPageScreen)
        screen.wanted.emit(children.model.rows[0].child_id, 0)
        settled(desk, qtbot)
    return screen


def test_f1_tells_the_keys_of_every_screen(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    window.go("children")
    settled(desk, qtbot)
    headings: Counter[str] = Counter()
    for key in window.screens():
        go_into(key, window, desk, qtbot)
        press_shortcut(Key.Key_F1)
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, KeySheet), f"{key}: no sheet"
        said = "\n".join(label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text"))
        assert all(words in said for words, _does in EVERYWHERE)
        headings[said.split("\n")[0]] += 1
        press(sheet, Key.Key_F1)
        assert not sheet.isVisible(), "F1 takes it away again"
        with qtbot.waitActive(window):
            window.activateWindow()
    assert [heading for heading, times in headings.items() if times > 1] == []


def test_the_mouse_finds_keys_and_lock(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """Nobody guesses F1 and Ctrl+L: both stand under one's name."""
    go_into("verify", window, desk, qtbot)
    click(window.navigation.keys)
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, KeySheet)
    press(sheet, Key.Key_Escape)
    with qtbot.waitSignal(window.navigation.lock, timeout=5000):
        click(window.navigation.locks)


def press_shortcut(key: Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the window system gives it, with the shortcuts asked first."""
    QTest.keyClick(at(), key, modifiers)


def test_keys_go_through_the_screens_and_round(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """In the screen that came the next key does something: the keyboard is in it, also where its list is empty."""
    entries = [key for key in window.screens() if key == window.entry_of(key)]
    shown = [key for key in entries if not window.navigation.entry(key).isHidden()]
    seen = []
    for _each in shown:
        press_shortcut(Key.Key_PageDown, CONTROL)
        settled(desk, qtbot)
        seen.append(window.shown)
        assert window.screens()[window.shown].isAncestorOf(at()), f"{window.shown}: the keyboard is elsewhere"
    assert sorted(seen) == sorted(shown)
    assert seen[-1] == "inbox", "round at the end"
    press_shortcut(Key.Key_PageUp, CONTROL)
    assert window.shown == seen[-2]


def test_a_list_that_comes_later_gets_the_keyboard(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """The ledger is read when it is entered for the first time: an arrow must not turn the filter above it."""
    window.go("children")
    settled(desk, qtbot)
    children = window.findChild(ChildrenScreen)
    assert children is not None
    assert at() is children.table
    window.go("drafts")
    window.search.setFocus()
    window.go("children")  # as the first letter of a name does
    settled(desk, qtbot)
    assert at() is window.search, "who types a name goes on typing"


@pytest.mark.parametrize("key", INNER)
def test_esc_leads_back(desk: Desk, window: MainWindow, qtbot: QtBot, key: str) -> None:
    """From the first thing in the screen, and from any other that can have the keyboard."""
    window.go("children")
    settled(desk, qtbot)
    screen = go_into(key, window, desk, qtbot)
    for number in range(len(places(screen))):
        where = places(screen)[number : number + 1]
        if not where:
            break
        where[0].setFocus(Qt.FocusReason.TabFocusReason)
        for _each in range(2):  # out of a line to the list, from there back
            if window.shown == key:
                press_shortcut(Key.Key_Escape)
        settled(desk, qtbot)
        assert window.shown != key, f"Esc does nothing at {said(where[0])}"
        screen = go_into(key, window, desk, qtbot)


def places(screen: QWidget) -> list[QWidget]:
    """Everything in a screen that can have the keyboard, in a fixed order."""
    return [each for each in screen.findChildren(QWidget) if each in stops(screen)]


def test_choosing_for_a_batch_is_left_by_esc(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    window.go("batches")
    settled(desk, qtbot)
    batches = window.findChild(BatchesScreen)
    assert batches is not None
    batches.choose()
    settled(desk, qtbot)
    assert batches._either.currentIndex() == NEW
    assert batches.new.isAncestorOf(at())
    press_shortcut(Key.Key_Escape)
    settled(desk, qtbot)
    assert batches._either.currentIndex() != NEW
    assert batches.isAncestorOf(at()), "the keyboard comes along"


def test_a_button_that_works_keeps_the_keyboard_from_others(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """It is switched off meanwhile, and the next Enter must not press what comes after it in the window."""
    window.go("batches")
    settled(desk, qtbot)
    batches = window.findChild(BatchesScreen)
    assert batches is not None
    batches.choose()
    settled(desk, qtbot)
    batches.new.make.setFocus()
    press(batches.new.make, Key.Key_Return, "\r")
    assert QApplication.focusWidget() is None
    settled(desk, qtbot)
    assert batches.table.hasFocus(), "in the list where the new batch stands"


def test_a_button_that_was_refused_can_be_pressed_again(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    settled(desk, qtbot)
    made = button("存", name="made")
    made.setParent(window)
    made.show()
    made.setFocus()
    made.setEnabled(False)
    assert QApplication.focusWidget() is None
    made.setEnabled(True)
    assert made.hasFocus()


# -- what is told of it -----------------------------------------------------------------------------------------------


def said(widget: QWidget) -> str:
    """Its name in the accessibility tree."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def untold(screen: QWidget) -> list[str]:
    """Controls without a name, or with one that another control of the kind has beside it."""
    found = [widget for widget in stops(screen) if widget.window() is screen.window()]
    names = Counter((QAccessible.queryAccessibleInterface(each).role(), said(each)) for each in found)
    faults = []
    for each in found:
        name = said(each)
        kind = f"{type(each).__name__} {each.objectName()}"
        if not any("\u4e00" <= c <= "\u9fff" for c in name):
            faults.append(f"{kind}: {name!r} says nothing")
        elif names[(QAccessible.queryAccessibleInterface(each).role(), name)] > 1:
            faults.append(f"{kind}: {name!r} is said of two")
    return sorted(faults)


def test_everything_that_takes_keys_says_what_it_is(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    change_setting(desk.store, desk.actor, desk.clock(), REVIEW_BY.key, "person")
    window.go("children")
    settled(desk, qtbot)
    found: dict[str, list[str]] = {}
    for key in window.screens():
        if key in {"review", "blind"}:
            continue  # shown with a form only, which another person has to have verified: see test_second
        screen = go_into(key, window, desk, qtbot)
        found[key] = untold(screen)
        if isinstance(screen, ChildPageScreen):
            for tab in range(screen.tabs.count()):
                screen.tabs.setCurrentIndex(tab)
                settled(desk, qtbot)
                found[f"{key}, part {tab}"] = untold(screen)
        if isinstance(screen, SettingsScreen):
            for row in range(screen.list.count()):
                screen.list.setCurrentRow(row)
                settled(desk, qtbot)
                found[f"{key}, {screen.list.item(row).text()}"] = untold(screen)
    found["frame"] = [
        f"{each.objectName()}" for each in window.navigation.findChildren(QAbstractButton) if not said(each)
    ]
    assert {screen: faults for screen, faults in found.items() if faults} == {}

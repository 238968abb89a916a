"""Tab through every screen: each control once, in reading order, nothing trapped, and Shift+Tab the same way back.

Verify, group and blind entry are left out: there Tab goes to the next field, and they have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QButtonGroup, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import Jobs
from desktop.ui.children.page import ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.first_run.screen import FirstRunScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.recover import RecoverScreen
from desktop.ui.login.restore import RestoreScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.screen import SettingsScreen
from records.keys import Kdf
from tests.desktop.conftest import Desk, settled

Show = Callable[[QWidget], None]
LONGEST = 200  # stops: more than any screen has
SLACK = 4  # pixels by which the middles of one line may differ


def group_of(widget: QWidget) -> QButtonGroup | None:
    """Of buttons of which one is chosen Tab reaches one, and arrows the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group if group is not None and group.exclusive() else None


def stops(top: QWidget) -> set[QWidget]:
    """Everything that the keyboard has to reach."""
    return {
        widget
        for widget in top.findChildren(QWidget)
        if widget.isVisibleTo(top)
        and widget.isEnabled()
        and (widget.focusPolicy() & Qt.FocusPolicy.TabFocus or group_of(widget) is not None)
        and widget.focusProxy() is None
        and not widget.visibleRegion().isEmpty()
    }


def walked(top: QWidget, key: Qt.Key, first: QWidget) -> list[QWidget]:
    """Where one key leads, from one control until it comes round."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    while len(found) < LONGEST:
        at: QWidget | None = QApplication.focusWidget()
        assert at is not None, f"the keyboard is lost behind {_told(found[-1])}"
        if found and at is found[0]:
            return found
        assert at not in found, f"trapped between {_told(at)} and {_told(found[-1])}"
        found.append(at)
        QTest.keyClick(at, key)
    raise AssertionError("no end")


def _told(widget: QWidget) -> str:
    text = widget.text() if hasattr(widget, "text") else ""
    return f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()} {text}".strip()


def misplaced(order: list[QWidget], top: QWidget) -> Iterator[str]:
    """Neighbours in the order that share a place, of which the second stands before the first."""
    for one, other in pairwise(order):
        if one.parentWidget() is not other.parentWidget():
            continue
        first, second = (each.mapTo(top, QPoint(0, 0)) for each in (one, other))
        same_line = abs((first.y() + one.height() / 2) - (second.y() + other.height() / 2)) <= SLACK + one.height() / 2
        if (same_line and second.x() < first.x()) or (not same_line and second.y() < first.y()):
            yield f"{_told(other)} comes after {_told(one)}"


def faults(top: QWidget) -> list[str]:
    """What is wrong with the way through this screen."""
    for _pass in range(3):
        QApplication.processEvents()
    wanted = stops(top)
    start = QApplication.focusWidget()
    first: QWidget = start if start in wanted else next(iter(wanted))
    forward = walked(top, Qt.Key.Key_Tab, first)
    groups = {id(group_of(widget)) for widget in forward if group_of(widget) is not None}
    missed = [widget for widget in wanted - set(forward) if id(group_of(widget)) not in groups]
    told = [f"{_told(widget)} is never reached" for widget in missed]
    back = walked(top, Qt.Key.Key_Backtab, first)
    if set(back) != set(forward) or back[1:] != forward[:0:-1]:
        told.append(f"not the same way back: {[_told(w) for w in back]}")
    at = min(range(len(forward)), key=lambda n: (forward[n].mapTo(top, QPoint(0, 0)).y(), n))
    return told + list(misplaced([*forward[at:], *forward[:at]], top))


def test_every_screen_of_the_frame(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    found: dict[str, list[str]] = {}
    for key in ("inbox", "drafts", "children", "care", "visits", "batches", "forms", "handover", "duplicates",
                "rounds", "rosters"):  # fmt: skip
        window.go(key)
        settled(desk, qtbot)
        found[key] = faults(window)
    inbox, children = window.findChild(InboxScreen), window.findChild(ChildrenScreen)
    child = window.findChild(ChildPageScreen)
    assert inbox is not None
    assert children is not None
    assert child is not None
    window.go("inbox")
    for at in range(len(inbox.model.cards)):
        inbox.grid.go_to(inbox.model.cards[at].key)
        settled(desk, qtbot)
        found[f"inbox, card {at}"] = faults(window)
    child.wanted.emit(children.model.rows[0].child_id, 0)
    for tab in range(4):
        child.tabs.setCurrentIndex(tab)
        settled(desk, qtbot)
        found[f"child, part {tab}"] = faults(window)
    assert {screen: told for screen, told in found.items() if told} == {}


def test_every_section_of_the_settings(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    window.go("settings")
    settings = window.findChild(SettingsScreen)
    assert settings is not None
    found: dict[str, list[str]] = {}
    for at in range(settings.list.count()):
        settings.list.setCurrentRow(at)
        settled(desk, qtbot)
        found[settings.list.item(at).text()] = faults(window)
    assert {screen: told for screen, told in found.items() if told} == {}


def test_what_stands_before_the_frame(jobs: Jobs, tmp_path: Path, low_kdf: Kdf, show: Show, qtbot: QtBot) -> None:
    found: dict[str, list[str]] = {}
    for made in (
        FirstRunScreen(jobs, lambda _wanted: pytest.fail("nothing is made")),
        LoginScreen(jobs, tmp_path),
        RecoverScreen(jobs, tmp_path, "", low_kdf),
        RecoverScreen(jobs, tmp_path, "wang", low_kdf),
        RestoreScreen(jobs, tmp_path),
        RestoreScreen(jobs, tmp_path, instead=False),
    ):
        show(made)
        qtbot.waitUntil(lambda: jobs.idle)
        found[type(made).__name__] = faults(made)
        made.hide()
    assert {screen: told for screen, told in found.items() if told} == {}


def test_a_trap_is_found(show: Show) -> None:
    """The test itself: a widget that keeps Tab for itself, and one that stands out of order."""
    from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout

    holder = QWidget()
    box = QVBoxLayout(holder)
    upper, lower = QLineEdit(), QLineEdit()
    for each in (upper, lower):
        box.addWidget(each)
    third = QLineEdit()
    box.addWidget(third)
    QWidget.setTabOrder(upper, third)
    QWidget.setTabOrder(third, lower)
    show(holder)
    upper.setFocus()
    assert faults(holder)
    box.addWidget(keeps := QPlainTextEdit())
    keeps.setTabChangesFocus(False)
    with pytest.raises(AssertionError, match="trapped"):
        faults(holder)

"""What ``bench_window`` measures of every screen: how long the window's thread is held up while it opens and is used.

The long list's store has verified children; another has an inbox of thousands of pages that were really read, and the
drafts that came of them (``benchmarks.window_stores``).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QWidget

from benchmarks.kept_pages import KeptPool
from benchmarks.robot_hands import breathe, until
from benchmarks.robot_run import SIZE
from benchmarks.running import Running, enter
from benchmarks.watchdog import Dogs, watching
from benchmarks.window_painting import Figure, PaintWatch, figure
from benchmarks.window_second import second_pair
from benchmarks.window_stores import INBOX, now, open_filled
from desktop.ui.children.page import ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.list_screen import DraftsScreen
from workflow import verify
from workflow.access import Opened
from workflow.children import children as listed

Key = Qt.Key
PAGES = 60  # page by page through the inbox
VERIFIED = 12
ROWS = 12  # of a list, gone through by key
SCREENS = {
    "drafts": "drafts",
    "care": "key concern",
    "visits": "visits",
    "batches": "batches",
    "second": "second pair of eyes",
    "forms": "forms",
    "handover": "handover",
    "children": "children",
}


def full_inbox(folder: Path, pages: int, figures: dict[str, Figure]) -> Dogs:
    """The inbox of so many pages: opened, paged through to its end and back; what is made of its drafts, the children
    behind them, and what a second person does with them.
    """
    running = Running(folder / INBOX, now, KeptPool)
    opened = open_filled(folder, INBOX)
    window = enter(running, opened, SIZE)
    dogs: Dogs = {}
    inbox, drafts, group = running.screen(InboxScreen), running.screen(DraftsScreen), running.screen(GroupScreen)
    with watching(dogs, f"inbox of {pages:,} pages"):
        window.go("inbox")
        running.settled()
        inbox.grid.setFocus()
        watch = PaintWatch([inbox.grid.viewport()])
        bar = inbox.grid.verticalScrollBar()
        for _page in range(PAGES):
            if bar.value() < bar.maximum():
                _strike(running, Key.Key_PageDown, watch)
        for key in (Key.Key_Home, Key.Key_End):
            _strike(running, key, watch)
            running.settled()
    figures[f"inbox of {pages:,} pages: a page further"] = figure(watch.took)
    with watching(dogs, "drafts"):
        window.go("drafts")
        running.settled()
        _down(running, drafts.table)
    with watching(dogs, "many crops at once"):
        window.go("group")
        running.settled()
        _down(running, group.list)
        _down(running, group.grid)
    children_behind(running, opened, dogs)
    second_pair(running, opened, dogs)
    running.close()
    return dogs


def children_behind(running: Running, opened: Opened, dogs: Dogs) -> None:
    """A child's page with all its parts, and two that may be one."""
    store, actor = opened.store, opened.actor
    for draft in verify.drafts(store, actor)[:VERIFIED] if not listed(store, actor) else ():
        for item in verify.sheet(store, actor, draft.registration_id).items:
            if item.shown:
                verify.confirm(store, actor, running.clock(), draft.registration_id, item.key, item.value)
        verify.finish(store, actor, running.clock(), draft.registration_id, same_child=verify.NEW_CHILD)
    child, children = running.screen(ChildPageScreen), running.screen(ChildrenScreen)
    for row in listed(store, actor)[:3]:
        for tab in range(child.tabs.count()):
            with watching(dogs, "a child's page"):
                child.wanted.emit(row.child_id, tab)
                running.settled()
    with watching(dogs, "may be the same"):
        children.go_duplicates.emit()
        running.settled()


def every_screen(running: Running, window: MainWindow) -> Dogs:
    """Every other screen that the navigation leads to, the rounds, and each part of the settings."""
    dogs: Dogs = {}
    for key, word in SCREENS.items():
        with watching(dogs, word):
            window.go(key)
            running.settled()
            for table in running.program.shell.currentWidget().findChildren(QAbstractItemView):
                if table.isVisible():
                    _down(running, table)
    children = running.screen(ChildrenScreen)
    with watching(dogs, "rounds"):
        children.go_rounds.emit()
        running.settled()
    settings = running.screen(SettingsScreen)
    window.go("settings")
    for row in range(settings.list.count()):
        with watching(dogs, "settings"):
            settings.list.setCurrentRow(row)
            running.settled()
    return dogs


def _strike(running: Running, key: Qt.Key, watch: PaintWatch) -> None:
    watch.stroke()
    QTest.keyClick(running.program.shell.windowHandle(), key)
    until(lambda: not watch.waits, 1.0)
    breathe()


def _down(running: Running, table: QWidget) -> None:
    table.setFocus()
    for _row in range(ROWS):
        QTest.keyClick(running.program.shell.windowHandle(), Key.Key_Down)
        breathe()
    running.settled()

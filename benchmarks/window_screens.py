"""What ``bench_window`` measures of every screen: how long the window's thread is held up while it opens and is used.

The long list's store has verified children; another has an inbox of thousands of pages with the pictures of real ones,
and the drafts that came of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QWidget

from benchmarks import scripted
from benchmarks.kept_pages import KeptPool
from benchmarks.page_sets import FORM, SheetFiles
from benchmarks.robot_hands import breathe, until
from benchmarks.robot_run import SIZE
from benchmarks.running import Running, enter, make_office
from benchmarks.store_acts import BACK, FRONT
from benchmarks.synth.folder import shipped_form
from benchmarks.watchdog import Watchdog
from benchmarks.window_painting import Figure, PaintWatch, figure
from desktop.ui.children.page import ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.list_screen import DraftsScreen
from forms.form_file import Form
from ocr.reading import PageOutcome, ReadingContext
from workflow import intake, recognise, verify
from workflow.access import Opened
from workflow.children import children as listed
from workflow.recognise import OpenedSource

Key = Qt.Key
PER_FILE = 20  # pages: 10 sheets a delivered file
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
Dogs = dict[str, Watchdog]


class Pictured:
    """A scripted source, with the viewing copies of pages that were really read."""

    def __init__(self, source: OpenedSource, copies: Sequence[bytes]) -> None:
        self._source = source
        self._copies = copies
        self.pages = source.pages

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        return PageOutcome(self._source.read(index, context).reading, self._copies[index % len(self._copies)])

    def close(self) -> None:
        self._source.close()


class PicturedPool(scripted.ScriptedPool):
    """The scripted reader over ``Pictured`` sources."""

    def __init__(self, form: Form, copies: Sequence[bytes]) -> None:
        super().__init__(form)
        self._copies = copies

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource:
        return Pictured(super().open(data, name, password), self._copies)


def copies_of(files: Sequence[SheetFiles]) -> list[bytes]:
    """The viewing copies of these sheets, read by the real reader."""
    pool = KeptPool()
    copies = []
    try:
        for path in (side for sheet in files for side in sheet.sides):
            source = pool.open(path.read_bytes(), path.name)
            copies += [source.read(page.index).viewing_copy for page in source.pages]
            source.close()
    finally:
        pool.close()
    return copies


def full_inbox(folder: Path, files: Sequence[SheetFiles], pages: int, figures: dict[str, Figure]) -> Dogs:
    """An inbox of so many pages: opened, paged through to its end and back; then what is made of its drafts."""
    form = shipped_form(FORM)
    running = Running(folder / "inbox", lambda: datetime.now(UTC), KeptPool)
    opened = make_office(running.data_dir, running.clock)
    pool = PicturedPool(form, copies_of(files))
    for number in range(0, pages // 2, PER_FILE // 2):
        scans = [side for sheet in range(number, number + PER_FILE // 2) for side in _sheet(sheet)]
        path = folder / f"{number:05}.jpg"
        path.write_bytes(scripted.scan(*scans))
        intake.take_in(opened.store, opened.actor, running.clock(), path)
        path.unlink()
    recognise.run_queue(opened.store, opened.actor, pool, clock=running.clock)
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
    with watching(dogs, f"{pages // 2:,} drafts"):
        window.go("drafts")
        running.settled()
        _down(running, drafts.table)
    with watching(dogs, "many crops at once"):
        window.go("group")
        running.settled()
        _down(running, group.list)
        _down(running, group.grid)
    children_behind(running, opened, dogs)
    running.close()
    return dogs


def children_behind(running: Running, opened: Opened, dogs: Dogs) -> None:
    """Some of the drafts are verified: a child's page with all its parts, and two that may be one."""
    store, actor = opened.store, opened.actor
    for draft in verify.drafts(store, actor)[:VERIFIED]:
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


@contextmanager
def watching(dogs: Dogs, word: str) -> Iterator[None]:
    """The watchdog of this name looks on."""
    dog = dogs.setdefault(word, Watchdog())
    dog.begin()
    try:
        yield
    finally:
        dog.end()


def _sheet(number: int) -> tuple[dict[str, object], dict[str, object]]:
    serial = f"W{number:07}"
    name = f"欧阳{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'春夏秋冬'[number // 10 % 4]}"
    front = {**FRONT, "child_name": name, "child_id_number": None}
    return {"form_page": 1, "serial": serial, "values": front}, {"form_page": 2, "serial": serial, "values": BACK}


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

"""The window as it was left: the screen, the gaps that were dragged, the widths of columns, per person."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSplitter

from desktop.jobs import Jobs
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.widgets.table import Table
from records.views_kept import WindowLeft
from workflow import half_typed, kept_views

KEEP_MS = 2000  # who goes through the screens is not written down at every step; a power cut loses no more than that
VERIFY = "verify"


class Remembering(QTimer):
    """Made before the frame, so that what is kept is there when the frame is; ``attend`` gives it the frame."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(singleShot=True, interval=KEEP_MS)
        self._jobs = jobs
        self._window: MainWindow | None = None
        self._left: WindowLeft | None = None
        self._first = ""
        self._dragged: set[str] = set()
        self.timeout.connect(self.keep)
        jobs.read(kept_views.window, self._came, owner=self, failed=lambda _told: self._came(WindowLeft()))

    def attend(self, window: MainWindow) -> None:
        """This is the frame; it shows its first screen."""
        self._window, self._first = window, window.shown
        for name, gap in self._gaps().items():
            gap.splitterMoved.connect(partial(self._moved, name))
        self._put_back()

    def _came(self, left: WindowLeft) -> None:
        self._left = left
        self._put_back()

    def _put_back(self) -> None:
        window, left = self._window, self._left
        if window is None or left is None:
            return
        for name, gap in self._gaps().items():
            sizes = left.gaps.get(name, ())
            if len(sizes) == gap.count() and all(size > 0 for size in sizes):
                gap.setSizes(sizes)
                gap.splitterMoved.emit(sizes[0], 1)  # as when it was dragged
        for name, table in self._tables().items():
            if name in left.widths:
                table.use_widths(left.widths[name])
        if window.shown == self._first:  # nobody has gone anywhere meanwhile
            self._go(window, left.screen)
        window.went.connect(lambda _key: self.start())
        window.closing.connect(self.keep)

    def _go(self, window: MainWindow, screen: str) -> None:
        entry = window.entry_of(screen)
        if not entry or window.navigation.entry(entry).isHidden():
            return
        window.go(entry)
        drafts = window.findChild(DraftsScreen)
        if screen == VERIFY and drafts is not None:
            self._jobs.read(half_typed.latest, drafts.resume, owner=drafts, failed=lambda _told: None)

    def _moved(self, name: str, *_where: int) -> None:
        self._dragged.add(name)

    def _gaps(self) -> dict[str, QSplitter]:
        screens = self._window.screens() if self._window is not None else {}
        return {
            f"{key}/{number}": gap
            for key, screen in screens.items()
            for number, gap in enumerate(screen.findChildren(QSplitter))
        }

    def _tables(self) -> dict[str, Table]:
        found = self._window.findChildren(Table) if self._window is not None else []
        return {table.objectName(): table for table in found if table.objectName()}

    def keep(self) -> None:
        """Write down how it is now, where that is not what is written."""
        self.stop()
        window = self._window
        if window is None or self._jobs.closed:
            return
        widths = {name: table.own_widths() for name, table in self._tables().items()}
        now = WindowLeft(
            window.shown,
            {name: tuple(gap.sizes()) for name, gap in self._gaps().items() if name in self._dragged},
            {name: wide for name, wide in widths.items() if wide},
        )
        if now == self._left:
            return
        self._left = now
        self._jobs.write(lambda store, actor, at: kept_views.keep_window(store, actor, at, now), owner=self)

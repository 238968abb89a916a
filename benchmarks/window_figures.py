"""What ``bench_window`` measures inside the window: keys to paint, the next form, paging, panning."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.kept_pages import KeptPool
from benchmarks.robot_hands import Hands, breathe, until
from benchmarks.robot_run import SIZE
from benchmarks.running import Running, enter
from benchmarks.watchdog import Dogs, watching
from benchmarks.window_painting import Figure, PaintWatch, figure
from benchmarks.window_screens import every_screen
from benchmarks.window_stores import LIST, listed, now, open_list
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.widgets.page_view import PageView

Key, Modifier = Qt.Key, Qt.KeyboardModifier
LONGEST = 120.0  # seconds: a busy machine is no reason to measure nothing


class FormWatch(QObject):
    """The strokes of the verify screen: each to its paint, and the last of a form to the first crop of the next.

    ``opened``: the same of a form that is opened from the list.
    """

    def __init__(self, running: Running, hands: Hands) -> None:
        super().__init__()
        screen = running.screen(VerifyScreen)
        field = screen.parts.field
        self.paints = PaintWatch([field.crop, field.value.viewport(), field.choice])
        self.forms: list[float] = []
        self.opened: list[float] = []
        self._verify = screen
        self._struck = time.perf_counter()
        self._new = False
        hands.struck = self._stroke
        screen.title.connect(self._next)
        field.crop.first_painted.connect(self._shown)

    def _stroke(self) -> None:
        self._struck = time.perf_counter()
        self.paints.stroke()

    def _next(self, _title: str) -> None:
        self._new = True

    def _shown(self) -> None:
        if self._new:
            self._new = False
            first = self._verify.forms.stack.number == 1
            (self.opened if first else self.forms).append((time.perf_counter() - self._struck) * 1000)


# -- one page ---------------------------------------------------------------------------------------------------------


def pan_and_zoom(frames: int) -> Figure:
    """An A4 page at 300 dpi in a view of 700 × 900: drags, wheel and zoom, each to the end of its painting."""
    page = QPixmap(2480, 3508)
    page.fill(QColor("#F4F1EA"))
    painter = QPainter(page)
    for row in range(0, 3508, 40):
        painter.drawLine(0, row, 2480, row)
        painter.drawText(row % 1800, row, "吉林省流动儿童基本情况登记表 220281201801010023")
    painter.end()
    view = PageView()
    view.resize(700, 900)
    view.show_page(page)
    view.show()
    until(lambda: view.windowHandle() is not None and view.windowHandle().isExposed())
    watch = PaintWatch([view])
    for frame in range(frames):
        watch.stroke()
        zooms = frame % 3 == 2
        delta = QPoint(0, (-120 if frame % 24 < 12 else 120) if zooms else -40 if frame % 48 < 24 else 40)
        middle = QPointF(350, 450)
        QApplication.sendEvent(
            view,
            QWheelEvent(
                middle,
                middle,
                QPoint(),
                delta,
                Qt.MouseButton.NoButton,
                Modifier.ControlModifier if zooms else Modifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
        until(lambda: not watch.waits, 1.0)
        breathe()
    view.close()
    return figure(watch.took)


# -- a long list ------------------------------------------------------------------------------------------------------


def long_list(folder: Path, children: int, dogs: Dogs) -> dict[str, Figure]:
    """The ledger of so many children: opened, paged through, its end, and words typed into the search; then the
    other screens of that store.
    """
    all_of_them = listed(children)
    names = [each.name for each in all_of_them[:: max(1, children // 12)]][:12]
    del all_of_them
    running = Running(folder / LIST / "store", now, KeptPool)
    window = enter(running, open_list(folder), SIZE)
    screen = running.screen(ChildrenScreen)
    table = screen.table
    with watching(dogs, "long list"):
        opened = _timed(lambda: window.go("children"), lambda: screen.model.rowCount() == children)
        running.settled()
        table.setFocus()
        watch = PaintWatch([table.viewport()])
        bar = table.verticalScrollBar()
        for _page in range(120):
            if bar.value() == bar.maximum():
                break  # a short list has fewer pages: nothing more is painted at its end
            watch.stroke()
            QTest.keyClick(running.program.shell.windowHandle(), Key.Key_PageDown)
            until(lambda: not watch.waits, 1.0)
            breathe()
        last = _timed(
            lambda: QTest.keyClick(running.program.shell.windowHandle(), Key.Key_End, Modifier.ControlModifier),
            lambda: screen.model.row_at(children - 1) is not None,
        )
        found = []
        for name in names:
            found.append(
                _timed(partial(window.searched.emit, name, False), lambda: 0 < screen.model.rowCount() < children)
            )
            window.searched.emit("", False)
            until(lambda: screen.model.rowCount() == children)
    running.settled()
    dogs |= every_screen(running, window)
    running.close()
    return {
        "list opened": figure([opened]),
        "list: a page further": figure(watch.took),
        "list: its end": figure([last]),
        "list: found by name": figure(found),
    }


def _timed(act: Callable[[], object], done: Callable[[], bool]) -> float:
    start = time.perf_counter()
    act()
    if not until(done, LONGEST):
        raise TimeoutError("the list does not get there")
    return (time.perf_counter() - start) * 1000

"""How long after a stroke what it changed is painted, and what many such times amount to."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

Figure = dict[str, float]


def figure(took: Sequence[float]) -> Figure:
    """Median and 95 % of milliseconds."""
    ordered = sorted(took)
    return {
        "median_ms": statistics.median(ordered),
        "p95_ms": ordered[math.ceil(len(ordered) * 0.95) - 1],
        "times": len(ordered),
    }


class PaintWatch(QObject):
    """Milliseconds from a stroke to the end of the first painting after it of any of these widgets."""

    def __init__(self, widgets: Sequence[QWidget]) -> None:
        super().__init__()
        self.took: list[float] = []
        self._since: float | None = None
        for widget in widgets:
            widget.installEventFilter(self)

    def stroke(self) -> None:
        """A key is struck now."""
        self._since = time.perf_counter()

    @property
    def waits(self) -> bool:
        return self._since is not None

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._since is not None:
            since, self._since = self._since, None
            # the picture is on the screen when the painting that begins here has ended
            QTimer.singleShot(0, lambda: self.took.append((time.perf_counter() - since) * 1000))
        return False

"""What must not be in a picture of the window: cut-off text, a button without a Chinese word, a missing glyph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from desktop.ui.widgets.parts import Elided

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def complaints(window: QWidget) -> Iterator[str]:
    """Every fault of what is visible now, with the words concerned."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        words = _words(widget)
        if not words:
            continue
        missing = _without_glyph(widget, words)
        if missing:
            yield f"no glyph for {missing!r} in {words!r}"
        if isinstance(widget, QAbstractButton) and not CHINESE.search(words) and not words.startswith("Alt+"):
            yield f"a button without a Chinese word: {words!r}"
        if _cut_off(widget, words):
            yield f"cut off: {words!r}"


def _words(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""


def _without_glyph(widget: QWidget, words: str) -> str:
    face = QRawFont.fromFont(widget.font())
    return "".join(c for c in words if not c.isspace() and not face.supportsCharacter(ord(c)))


def _cut_off(widget: QWidget, words: str) -> bool:
    """A label or button that is smaller than its words. An elided label says so itself."""
    if isinstance(widget, Elided):
        return False
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 2
    lines = words.split("\n")
    metrics = widget.fontMetrics()
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    return wide > widget.width() + 1 or metrics.height() * len(lines) > widget.height() + 2

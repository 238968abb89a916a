"""What must not be in a picture of the window: cut-off text, a button without a Chinese word, a missing glyph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)

from desktop.ui.widgets.parts import Elided

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# what stands on a button besides words: other readings of a field are the paper's own, whatever they hold
READING = re.compile(r"^Alt\+\d")
WITH_FRAME = (QPushButton, QCheckBox, QRadioButton)  # their size hint tells what room text, icon and padding want


def complaints(window: QWidget) -> Iterator[str]:
    """Every fault of what is visible now, with the words concerned."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QTableView):
            yield from _cut_titles(widget)
        words = _words(widget)
        if not words:
            continue
        missing = _without_glyph(widget, words)
        if missing:
            yield f"no glyph for {missing!r} in {words!r}"
        if isinstance(widget, QAbstractButton) and not CHINESE.search(words) and not READING.match(words):
            yield f"a button without a Chinese word: {words!r}"
        if _cut_off(widget, words):
            yield f"cut off: {words!r}"
        elif _covered(widget):
            yield f"covered in part: {words!r}"


def _words(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QLineEdit) and not isinstance(widget.parent(), QComboBox):
        return widget.placeholderText() if not widget.text() else ""
    return ""


def _without_glyph(widget: QWidget, words: str) -> str:
    face = QRawFont.fromFont(widget.font())
    return "".join(c for c in words if not c.isspace() and not face.supportsCharacter(ord(c)))


def _cut_off(widget: QWidget, words: str) -> bool:
    """A label or button that is smaller than its words. An elided label says so itself."""
    if isinstance(widget, Elided):
        return False
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 2
    if isinstance(widget, WITH_FRAME):
        return widget.width() < widget.sizeHint().width() - 1
    if isinstance(widget, QComboBox | QLineEdit):
        return widget.fontMetrics().horizontalAdvance(words) > _room(widget)
    lines = words.split("\n")
    metrics = widget.fontMetrics()
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    return wide > widget.width() + 1 or metrics.height() * len(lines) > widget.height() + 2


def _room(field: QComboBox | QLineEdit) -> int:
    """How wide the words in a field may be: frame, padding and the arrow of a list take their part."""
    if isinstance(field, QLineEdit):
        return field.width() - 20
    option = QStyleOptionComboBox()
    field.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    return field.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, field).width()


def _covered(widget: QWidget) -> bool:
    """Something lies over it, or its parent is too small; what can be scrolled to is not lost."""
    above: QWidget | None = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return False
        above = above.parentWidget()
    seen = widget.visibleRegion().boundingRect()
    return seen.width() < widget.width() or seen.height() < widget.height()


def _cut_titles(table: QTableView) -> Iterator[str]:
    header, model = table.horizontalHeader(), table.model()
    if not header.isVisible():
        return
    for column in range(model.columnCount()):
        title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        room = header.sectionSize(column)
        if room and header.fontMetrics().horizontalAdvance(title) + 8 > room:
            yield f"cut off: {title!r} over a column"

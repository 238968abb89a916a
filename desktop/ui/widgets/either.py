"""Of several parts of a screen one is shown, and the keyboard is never left behind in one that isn't."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStackedLayout, QWidget

LENT = "keyboardLent"


class Either(QStackedLayout):
    """One part at a time. A keyboard that was in the part that goes, or nowhere, or that was only lent to something
    because the list wasn't there yet, goes on in the one that comes."""

    def setCurrentIndex(self, index: int) -> None:
        gone = self.currentWidget()
        if index == self.currentIndex() or gone is None:
            super().setCurrentIndex(index)
            return
        at = QApplication.focusWidget()
        had = gone.isVisible() and (at is None or gone.isAncestorOf(at) or bool(at.property(LENT)))
        super().setCurrentIndex(index)
        if had:
            keyboard_into(self.currentWidget())


def keyboard_into(part: QWidget) -> None:
    """The keyboard goes to the first list that a part of a screen shows, else to the first thing that takes it."""
    places = [each for each in (part, *part.findChildren(QWidget)) if _takes_keys(each)]  # a list may be all of it
    lists = [each for each in places if isinstance(each, QAbstractItemView)]
    at = QApplication.focusWidget()
    if at is not None:
        at.setProperty(LENT, None)
    for first in (lists or places)[:1]:
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        first.setProperty(LENT, not lists)


def _takes_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()

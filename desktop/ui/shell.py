"""The one window of the program, whatever is in it: what is shown, and what covers that while nobody is to see it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

SMALLEST = QSize(1024, 640)


class Shell(QStackedWidget):
    """The one window of the program: first run, login or the frame."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("童档")
        self._title = "童档"
        self._covered: QWidget | None = None
        self.may_close: Callable[[], bool] = lambda: True
        self.setMinimumSize(SMALLEST)

    def show_only(self, widget: QWidget) -> None:
        """Show this and let go of what was shown before."""
        before = self.currentWidget()
        self.addWidget(widget)
        self.setCurrentWidget(widget)
        if before is not None:
            self.removeWidget(before)
            before.deleteLater()
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def say_title(self, title: str) -> None:
        """The title of what is shown; it waits while something covers that."""
        self._title = title
        if self._covered is None:
            self.setWindowTitle(title)

    def cover(self, widget: QWidget) -> None:
        """Show this in front of what is shown, without its title."""
        self.uncover()
        self._covered = self.currentWidget()
        self.addWidget(widget)
        self.setCurrentWidget(widget)
        self.setWindowTitle("童档")
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def uncover(self) -> None:
        """Show again what was covered, with the keyboard where it was."""
        covered, self._covered = self._covered, None
        if covered is None:
            return
        cover = self.currentWidget()
        self.setCurrentWidget(covered)
        self.removeWidget(cover)
        cover.deleteLater()
        self.setWindowTitle(self._title)
        had: QWidget | None = covered.focusWidget()  # the stubs leave out that there may be none
        (covered if had is None else had).setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

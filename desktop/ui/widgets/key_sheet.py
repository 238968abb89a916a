"""The sheet of keys that F1 shows: the same on every screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, scrolled, text

Keys = Sequence[tuple[str, str]]

EVERYWHERE: Keys = (
    ("Ctrl+F", "查找儿童"),
    ("Ctrl+PageDown、Ctrl+PageUp", "到左边的下一项、上一项"),
    ("Ctrl+L", "锁上窗口"),
)
SHEET = "sheet_of_keys"
WITHOUT_TITLE_BAR = 80  # px of the screen that the sheet leaves to others
STEP = 48  # px that an arrow moves it, where it is longer than the screen


class KeySheet(QDialog):
    """Every key of a screen with what it does, and below them those that do the same on every screen."""

    def __init__(self, heading: str, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("按键")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = column(self, space=BETWEEN, around=AROUND)
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, INSIDE, 0)
        grid.setHorizontalSpacing(AROUND)
        grid.setVerticalSpacing(INSIDE)
        for title, part in ((heading, keys), ("在哪里都能用的", EVERYWHERE)):
            grid.addWidget(text(title, "heading"), grid.rowCount(), 0, 1, 2)
            for key, words in part:
                row = grid.rowCount()
                grid.addWidget(text(key), row, 0)
                grid.addWidget(text(words, "secondary"), row, 1)
        self.list = scrolled(inner)
        box.addWidget(self.list, 1)
        foot = line()
        foot.addStretch()
        foot.addWidget(button("知道了", self.accept, role="primary", name="close_keys"))
        box.addLayout(foot)
        wanted = inner.sizeHint()
        self.list.setMinimumWidth(wanted.width() + self.list.verticalScrollBar().sizeHint().width())
        frame = box.sizeHint().height() - self.list.sizeHint().height()
        most = self.screen().availableGeometry().height() - WITHOUT_TITLE_BAR
        self.resize(self.sizeHint().width(), min(wanted.height() + frame, most))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages move it where it is longer than the screen; F1 takes it away again."""
        bar = self.list.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: STEP,
            Qt.Key.Key_Up: -STEP,
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
        }
        if event.key() == Qt.Key.Key_F1:
            self.accept()
        elif event.key() in steps:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


def offer_keys(screen: QWidget, heading: str, keys: Keys) -> None:
    """F1 shows the sheet while this screen is the one that is shown, wherever in the window the keyboard is."""
    tell_keys(screen, heading, keys).setKey(QKeySequence(Qt.Key.Key_F1))  # of a screen that is hidden it does nothing


def tell_keys(screen: QWidget, heading: str, keys: Keys) -> QShortcut:
    """The same for a screen that knows itself when F1 is pressed: ``show_keys`` finds the sheet."""
    shortcut = QShortcut(screen)
    shortcut.setObjectName(SHEET)
    shortcut.activated.connect(lambda: KeySheet(heading, keys, screen).open())
    return shortcut


def show_keys(screen: QWidget) -> None:
    """What F1 does there, for who has the mouse in her hand."""
    shortcut = screen.findChild(QShortcut, SHEET, Qt.FindChildOption.FindDirectChildrenOnly)
    if shortcut is not None:
        shortcut.activated.emit()

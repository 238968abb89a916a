"""The sheet of keys that F1 shows: the same on every screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, text

Keys = Sequence[tuple[str, str]]


class KeySheet(QDialog):
    """Every key of a screen with what it does."""

    def __init__(self, heading: str, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("按键")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(heading, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(AROUND)
        grid.setVerticalSpacing(INSIDE)
        for row, (key, words) in enumerate(keys):
            grid.addWidget(text(key), row, 0)
            grid.addWidget(text(words, "secondary"), row, 1)
        box.addLayout(grid)
        foot = line()
        foot.addStretch()
        foot.addWidget(button("知道了", self.accept, role="primary", name="close_keys"))
        box.addLayout(foot)


def offer_keys(screen: QWidget, heading: str, keys: Keys) -> None:
    """F1 shows the sheet while this screen is the one that is shown, wherever in the window the keyboard is."""
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_F1), screen)  # of a screen that is hidden it does nothing
    shortcut.activated.connect(lambda: KeySheet(heading, keys, screen).open())

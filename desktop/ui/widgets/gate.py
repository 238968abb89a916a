"""The card in the middle of the window before anything is open: first run and login stand on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import icons
from desktop.ui.theme import AROUND, BETWEEN, CONTROL, INSIDE
from desktop.ui.widgets.parts import column, line, panel, text


class Gate(QWidget):
    """A quiet window with one card; ``body`` is the card's layout."""

    def __init__(self, title: str, words: str, width: int) -> None:
        super().__init__()
        self.setObjectName("gate")
        self._first: QWidget | None = None
        outer = column(self)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab must not land where nothing shows it
        outer.addWidget(scroll)
        inner = QWidget()
        inner.setObjectName("gate")
        scroll.setWidget(inner)
        middle = column(inner, around=AROUND)
        middle.addStretch(2)
        row = line()
        row.addStretch()
        card = panel()
        card.setFixedWidth(width)
        row.addWidget(card)
        row.addStretch()
        middle.addLayout(row)
        middle.addStretch(3)
        self.body: QVBoxLayout = column(card, space=BETWEEN, around=32)
        self.body.addLayout(_name(title))
        if words:
            self.body.addWidget(text(words, "secondary", wrap=True))

    def begin_at(self, first: QWidget) -> None:
        """Where the keyboard begins. No focus proxy: Tab would come round to it and never reach what stands above."""
        self._first = first

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._first is not None:
            self._first.setFocus(event.reason())


def _name(title: str) -> QVBoxLayout:
    head = column(space=INSIDE)
    row = line(space=INSIDE)
    row.addWidget(icons.Drawing("app", "acts", 24))
    row.addWidget(text("童档", "secondary"))
    row.addStretch()
    head.addLayout(row)
    head.addWidget(text(title, "title"))
    return head


def fields_grid() -> QGridLayout:
    """Labels left, fields right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(BETWEEN)
    grid.setVerticalSpacing(12)
    grid.setColumnMinimumWidth(0, 80)
    grid.setColumnStretch(1, 1)
    return grid


def add_field(grid: QGridLayout, word: str, field: QWidget, hint: str = "") -> None:
    """One labelled field, with a hint below it where one helps."""
    row = grid.rowCount()
    name = text(word)
    name.setBuddy(field)
    if isinstance(field, QPlainTextEdit):  # its name stands beside the first line
        name.setFixedHeight(CONTROL)
        grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
    else:
        grid.addWidget(name, row, 0)
    grid.addWidget(field, row, 1)
    if not field.accessibleName():
        field.setAccessibleName(word)
    if hint:
        grid.addWidget(text(hint, "secondary", wrap=True), row + 1, 1)


def keep_room(told: QLabel) -> None:
    """Hide a sentence that may come, and keep its room: the card must not jump when it does."""
    policy = told.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    told.setSizePolicy(policy)
    told.hide()

"""A button that pages can be dragged onto; pressed, it does the same with the page at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

from desktop.ui.inbox.grid import pages_in
from desktop.ui.widgets.parts import Button, set_role


class DropButton(Button):
    """``does`` gets the ids of the pages; ``pressed_alone`` asks for those at hand."""

    pressed_alone = Signal()

    def __init__(self, words: str, icon: str, does: Callable[[Sequence[str]], None], name: str) -> None:
        super().__init__(words)
        self._does = does
        self.setObjectName(name)
        self.setProperty("role", "")
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.draw(icon)
        self.clicked.connect(lambda _checked=False: self.pressed_alone.emit())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if pages_in(event.mimeData()):
            event.acceptProposedAction()
            set_role(self, "primary")

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        set_role(self, "")

    def dropEvent(self, event: QDropEvent) -> None:
        set_role(self, "")
        pages = pages_in(event.mimeData())
        if pages:
            event.acceptProposedAction()
            self._does(pages)

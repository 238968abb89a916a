"""The program's own line icons: 20 px, 1.5 stroke, drawn in ``currentColor`` and tinted here."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel

from desktop.ui.theme import roles
from forms.catalog import RESOURCES

FOLDER = RESOURCES / "icons"
SIZE = 20


def pixmap(name: str, colour: str, size: int = SIZE, ratio: float = 1.0) -> QPixmap:
    """One icon in one colour; ``size`` in logical pixels."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode())).render(
        painter, QRectF(0, 0, size * ratio, size * ratio)
    )
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str, size: int = SIZE) -> QIcon:
    """An icon for buttons, sharp on every scale; on one that is switched off as grey as its words."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        made.addPixmap(pixmap(name, colour, size, ratio))
        made.addPixmap(pixmap(name, roles().edge, size, ratio), QIcon.Mode.Disabled)
    return made


class Drawing(QLabel):
    """An icon by itself, in the colour of a role; it changes with the theme."""

    _colour = ""

    def __init__(self, name: str, role: str, size: int) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self._colour and event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        colour = str(getattr(roles(), self._role))
        if colour != self._colour:
            self._colour = colour
            self.setPixmap(pixmap(self._name, colour, self._size, 2.0))


@cache
def _drawing(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")

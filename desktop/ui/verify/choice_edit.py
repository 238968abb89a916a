"""The options of a choice as printed; digits 1–9 or a click tick them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import icons
from desktop.ui.theme import roles, sized
from desktop.ui.verify.keys import meaning
from records.views import OptionView

HEIGHT = 36
BOX = 18
NUMBERED = 9


class ChoiceEdit(QWidget):
    """Emits ``pressed`` for keys that act and ``edited`` when a tick changed."""

    pressed = Signal(object)  # Press
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(sized(16))
        self._options: tuple[OptionView, ...] = ()
        self._multiple = False
        self._ticked: set[str] = set()
        self._places: list[QRect] = []
        self.touched = False

    def show_options(self, options: Sequence[OptionView], ticked: Sequence[str], *, multiple: bool) -> None:
        """Another field's options with the codes that count as ticked."""
        self._options = tuple(options)
        self._ticked = set(ticked)
        self._multiple = multiple
        self.touched = False
        self._settle()
        self._say()

    def codes(self) -> list[str]:
        """Ticked codes in the order of printing."""
        return [option.code for option in self._options if option.code in self._ticked]

    def toggle(self, position: int) -> None:
        """Tick or untick an option, counted from 0; a single choice lets go of the one before."""
        if not 0 <= position < len(self._options):
            return
        code = self._options[position].code
        if code in self._ticked:
            self._ticked.discard(code)
        else:
            if not self._multiple:
                self._ticked.clear()
            self._ticked.add(code)
        self.touched = True
        self._say()
        self.update()
        self.edited.emit()

    def _say(self) -> None:
        chosen = "、".join(option.label for option in self._options if option.code in self._ticked)
        self.setAccessibleName(f"选项，已选：{chosen}" if chosen else "选项，没有选")

    # -- keys and hand ------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            press = meaning(event.key(), event.modifiers(), held=event.isAutoRepeat(), composing=False)
            if press is not None:
                event.accept()
                self.pressed.emit(press)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9 and not event.isAutoRepeat():
            self.toggle(event.key() - Qt.Key.Key_1)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        for position, place in enumerate(self._places):
            if place.contains(event.position().toPoint()):
                self.toggle(position)
                return

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    # -- painting -----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Place the options in as many rows as they need."""
        metrics = self.fontMetrics()
        at = QPoint(8, 4)
        self._places = []
        for option in self._options:
            wide = 8 + 20 + BOX + 8 + metrics.horizontalAdvance(option.label) + 16
            if at.x() > 8 and at.x() + wide > self.width() - 8:
                at = QPoint(8, at.y() + HEIGHT)
            self._places.append(QRect(at, QSize(wide, HEIGHT)))
            at = at + QPoint(wide, 0)
        wanted = at.y() + HEIGHT + 4
        if self.height() != wanted:
            self.setFixedHeight(wanted)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def paintEvent(self, _event: QPaintEvent) -> None:
        of = roles()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(QColor(of.acts if focus else of.edge), 2 if focus else 1))
        painter.setBrush(QColor(of.panel))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        for position, (option, place) in enumerate(zip(self._options, self._places, strict=True)):
            self._paint_option(painter, place, position, option)

    def _paint_option(self, painter: QPainter, place: QRect, position: int, option: OptionView) -> None:
        of = roles()
        on = option.code in self._ticked
        painter.setFont(sized(13))
        painter.setPen(QColor(of.secondary))
        number = str(position + 1) if position < NUMBERED else ""
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(place.left() + 8, place.top(), 16, place.height()), middle, number)
        box = QRect(place.left() + 28, place.center().y() - BOX // 2, BOX, BOX)
        painter.setPen(QPen(QColor(of.acts if on else of.edge), 1.5))
        painter.setBrush(QColor(of.acts if on else of.panel))
        painter.drawRoundedRect(box, 3, 3)
        if on:
            painter.drawPixmap(box.topLeft() + QPoint(1, 1), icons.pixmap("tick", of.on_acts, 16, 2.0))
        painter.setFont(self.font())
        painter.setPen(QColor(of.ink))
        words = QRect(box.right() + 8, place.top(), place.right() - box.right() - 8, place.height())
        painter.drawText(words, middle, option.label)

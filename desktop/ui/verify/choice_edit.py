"""The options of a choice as printed: their digits tick them, or arrows and the space bar, or a click."""

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
SIGNS = "1234567890ABCDEFGH"  # what is struck for each, in the order of printing
DIGITS = {getattr(Qt.Key, f"Key_{sign}"): at for at, sign in enumerate(SIGNS)}
MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class ChoiceEdit(QWidget):
    """Emits ``pressed`` for keys that act and ``edited`` when a tick changed."""

    pressed = Signal(object)  # Press
    edited = Signal()
    moved = Signal()  # the arrows are at another option

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
        self._at = -1  # where the arrows are, before the first for none
        self.touched = False

    def show_options(self, options: Sequence[OptionView], ticked: Sequence[str], *, multiple: bool) -> None:
        """Another field's options with the codes that count as ticked."""
        self._options = tuple(options)
        self._ticked = set(ticked)
        self._multiple = multiple
        self.touched = False
        self._at = -1
        self._settle()

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
        self._at = position
        self.update()
        self.edited.emit()

    def spoken(self) -> str:
        """The options with what is struck for each, and what is ticked."""
        # labels have commas of their own
        offered = "　".join(f"{SIGNS[i : i + 1]} {option.label}".strip() for i, option in enumerate(self._options))
        chosen = "　".join(option.label for option in self._options if option.code in self._ticked)
        here = f"，停在：{self._options[self._at].label}" if self._at >= 0 else ""
        return f"选项：{offered}，已选：{chosen or '没有'}{here}"

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
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if plain and event.key() in DIGITS:
            if not event.isAutoRepeat():
                self.toggle(DIGITS[Qt.Key(event.key())])
        elif plain and event.key() in MOVES and self._options:
            self._move(MOVES[Qt.Key(event.key())])
        elif plain and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.toggle(self._at)
        else:
            super().keyPressEvent(event)

    def _move(self, by: int) -> None:
        last = len(self._options) - 1
        self._at = (self._at + by) % (last + 1) if self._at >= 0 else 0 if by > 0 else last
        self.update()
        self.moved.emit()

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
        number = SIGNS[position : position + 1]
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(place.left() + 8, place.top(), 16, place.height()), middle, number)
        box = QRect(place.left() + 28, place.center().y() - BOX // 2, BOX, BOX)
        painter.setPen(QPen(QColor(of.acts if on else of.edge), 1.5))
        painter.setBrush(QColor(of.acts if on else of.panel))
        painter.drawRoundedRect(box, 3, 3)
        if position == self._at and self.hasFocus():
            painter.setPen(QPen(QColor(of.acts), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 5, 5)
        if on:
            painter.drawPixmap(box.topLeft() + QPoint(1, 1), icons.pixmap("tick", of.on_acts, 16, 2.0))
        painter.setFont(self.font())
        painter.setPen(QColor(of.ink))
        words = QRect(box.right() + 8, place.top(), place.right() - box.right() - 8, place.height())
        painter.drawText(words, middle, option.label)

"""The left side of the frame: one entry per screen that exists, with its word and count, and who is working."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QWidget

from desktop.ui import icons
from desktop.ui.theme import BODY, INSIDE, roles, sized
from desktop.ui.widgets.parts import Elided, button, column, line, text

WIDTH = 152


class Entry(QAbstractButton):
    """Icon, word and, on the right, how much waits there."""

    def __init__(self, word: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(word)
        self.setAccessibleName(word)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(40)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._icon = icon
        self._count = 0

    def set_count(self, count: int) -> None:
        """How much waits; 0 shows nothing."""
        self._count = count
        self.setAccessibleName(f"{self.text()}，{count}" if count else self.text())
        self.update()

    @property
    def count(self) -> int:
        return self._count

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 16, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        of = roles()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self.isChecked()
        if here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(of.acts_soft if here else of.hover))
            painter.drawRoundedRect(self.rect(), 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(QColor(of.acts), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        colour = of.acts if here else of.ink
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(12, (self.height() - 20) // 2, icons.pixmap(self._icon, colour, 20, ratio))
        painter.setPen(QColor(colour))
        painter.setFont(sized(BODY))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(40, 0, self.width() - 40, self.height()), int(middle), self.text())
        if self._count:
            painter.setPen(QColor(of.acts if here else of.secondary))
            room = QRect(0, 0, self.width() - 12, self.height())
            painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignRight), str(self._count))

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)


class Navigation(QFrame):
    """Emits ``chosen(key)``; the frame shows the screen."""

    chosen = Signal(str)
    lock = Signal()
    keys_wanted = Signal()

    def __init__(self, person: str, role: str) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(WIDTH)
        self._entries: dict[str, Entry] = {}
        self._group = QButtonGroup(self)
        box = column(self, space=4)
        box.setContentsMargins(8, 16, 8, 12)
        name = text("童档", "title")
        name.setContentsMargins(12, 0, 0, 0)
        box.addWidget(name)
        box.addSpacing(16)
        self._list = column(space=4)
        box.addLayout(self._list)
        box.addStretch()
        for words, kind in ((person, ""), (role, "secondary")):
            who = Elided(words, kind)
            who.setContentsMargins(0, 0, 0, 0)
            holder = column(space=0)
            holder.setContentsMargins(12, 0, INSIDE, 0)
            holder.addWidget(who)
            box.addLayout(holder)
        deeds = line(space=0)
        self.locks = button("锁上", self.lock.emit, role="quiet", name="lock_window")
        self.locks.setToolTip("离开座位时锁上窗口，输密码回到原处（Ctrl+L）")
        self.keys = button("按键", self.keys_wanted.emit, role="quiet", name="show_keys")
        self.keys.setToolTip("这里有哪些按键（F1）")
        deeds.addWidget(self.locks)
        deeds.addWidget(self.keys)
        deeds.addStretch()
        box.addSpacing(4)
        box.addLayout(deeds)

    def add(self, key: str, word: str, icon: str) -> None:
        """One more entry."""
        entry = Entry(word, icon)
        entry.setObjectName(f"go_{key}")
        entry.clicked.connect(lambda _checked=False: self.chosen.emit(key))
        self._group.addButton(entry)
        self._entries[key] = entry
        self._list.addWidget(entry)

    def show_chosen(self, key: str) -> None:
        """Mark the entry of the screen that is shown; Tab reaches that one, and arrows the others."""
        for name, entry in self._entries.items():
            entry.setChecked(name == key)
            entry.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == key else Qt.FocusPolicy.ClickFocus)

    def neighbour(self, steps: int) -> str:
        """The key of the entry so many further down, of those that are shown; round at the end."""
        keys = [key for key, entry in self._entries.items() if not entry.isHidden()]
        here = next((at for at, key in enumerate(keys) if self._entries[key].isChecked()), 0)
        return keys[(here + steps) % len(keys)]

    def set_count(self, key: str, count: int) -> None:
        self._entries[key].set_count(count)

    def set_used(self, key: str, used: bool) -> None:
        """An entry that an office has no use for is not shown."""
        self._entries[key].setVisible(used)

    def entry(self, key: str) -> Entry:
        return self._entries[key]

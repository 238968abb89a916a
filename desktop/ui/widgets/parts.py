"""Labels, buttons, panels and rules with the roles of the style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStyledItemDelegate,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import icons
from desktop.ui.theme import BETWEEN, CONTROL, INSIDE, roles

L = TypeVar("L", bound=QBoxLayout)

# what an input method leaves alone: it is told that the text is not to be seen, as of passwords
CODES = (
    Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
)


def text(words: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label in a role of the style sheet: title, heading, secondary, error, doubt, confirmed."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's role and let the style sheet see it."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def set_wrong(field: QWidget, *, wrong: bool) -> None:
    """Mark a field whose entry won't do, or take the mark away."""
    field.setProperty("wrong", wrong)
    field.style().unpolish(field)
    field.style().polish(field)


def keep_from_input_methods(field: QLineEdit) -> None:
    """What is typed here are letters of a code: no words to compose, and none for an input method to remember.

    (Without the attribute WA_InputMethodEnabled a QLineEdit goes on composing: Qt 6.9 with fcitx5, tried.)
    """
    field.setInputMethodHints(CODES)


class Button(QPushButton):
    """Enter presses it when it has the keyboard. (Qt's autoDefault would do that too, and in a dialog would also press
    it when Enter is struck in a field.)"""

    _icon = _tinted = ""  # Qt tells of changes before __init__ is through

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setAutoDefault(False)
        self._gave = False

    def setEnabled(self, on: bool) -> None:
        """Switched off while it does its work, it gives the keyboard back and takes it again. Qt would hand it to
        whatever comes next, at the far end of the window: the next Enter would lock it, or throw something away."""
        if not on and self.hasFocus():
            self.clearFocus()
            self._gave = True
        super().setEnabled(on)
        if on and self._gave:
            self._gave = False
            if QApplication.focusWidget() is None and self.isVisible():
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, icon: str) -> None:
        """One of our drawings beside the words, in the colour of the button's role."""
        self._icon, self._tinted = icon, ""
        self.setIconSize(QSize(icons.SIZE, icons.SIZE))
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # the theme, or the role
            self._tint()

    def _tint(self) -> None:
        of = roles()
        colour = {"primary": of.on_acts, "quiet": of.acts}.get(str(self.property("role") or ""), of.ink)
        if self._icon and colour != self._tinted:
            self._tinted = colour
            self.setIcon(icons.icon(self._icon, colour))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self.click()
            return
        if event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return  # switches input methods; where nothing is composed it comes through, and Qt would press the button
        super().keyPressEvent(event)


class Choice(QComboBox):
    """A list to choose from. The mouse wheel over it scrolls the screen: it must not choose in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(QStyledItemDelegate(self))  # Qt's own for combo boxes paints past the style sheet

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def button(
    words: str, pressed: Callable[[], object] | None = None, *, role: str = "", icon: str = "", name: str = ""
) -> QPushButton:
    """A button; ``role`` is primary, quiet or nothing, ``icon`` a drawing of ours, ``name`` its object name."""
    made = Button(words)
    made.setProperty("role", role)
    made.setObjectName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon:
        made.draw(icon)
    if pressed is not None:
        made.clicked.connect(lambda _checked=False: pressed())
    return made


def panel(role: str = "panel") -> QFrame:
    """A framed area: panel, bar, head, side, note, alarm, good, drop."""
    frame = QFrame()
    frame.setProperty("role", role)
    return frame


def halves(
    one: QWidget, other: QWidget, sizes: tuple[int, int], stretch: tuple[int, int] = (0, 1), *, down: bool = False
) -> QSplitter:
    """Two parts of a screen side by side (``down``: one above the other), the gap between them to be dragged."""
    made = QSplitter(Qt.Orientation.Vertical if down else Qt.Orientation.Horizontal)
    made.setProperty("role", "gap")
    made.setChildrenCollapsible(False)
    made.setHandleWidth(BETWEEN)
    for at, part in enumerate((one, other)):
        made.addWidget(part)
        made.setStretchFactor(at, stretch[at])
    made.setSizes(sizes)
    return made


def tab_bar(name: str, words: str, tabs: Sequence[str] = ()) -> QTabBar:
    """Tabs over the parts of a screen, with their object name and accessible name."""
    bar = QTabBar()
    bar.setObjectName(name)
    bar.setAccessibleName(words)
    bar.setDrawBase(False)
    bar.setExpanding(False)
    for tab in tabs:
        bar.addTab(tab)
    return bar


def rule() -> QFrame:
    """A one-pixel line between groups."""
    return panel("rule")


def column(parent: QWidget | None = None, *, space: int = INSIDE, around: int = 0) -> QVBoxLayout:
    """A vertical layout on the grid."""
    return _spaced(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), space, around)


def line(parent: QWidget | None = None, *, space: int = INSIDE, around: int = 0) -> QHBoxLayout:
    """A horizontal layout on the grid."""
    return _spaced(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), space, around)


def scrolled(content: QWidget, words: str = "") -> QScrollArea:
    """``content``, moving up and down where it is higher than its room; ``words`` name it for a screen reader."""
    area = QScrollArea()
    area.setAccessibleName(words)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    content.setObjectName(content.objectName() or "scrolled")  # the style sheet lets what lies below shine through
    area.setWidget(content)
    for ground in (area.viewport(), content):
        ground.setAutoFillBackground(False)
    return area


def _spaced(layout: L, space: int, around: int) -> L:
    layout.setSpacing(space)
    layout.setContentsMargins(around, around, around, around)
    return layout


def keys_foot(pairs: Sequence[tuple[str, str]], first: QWidget | None = None, last: QWidget | None = None) -> QFrame:
    """The bar at the foot of a screen that says what its keys do."""
    foot = panel("bar")
    foot.setFixedHeight(40)
    row = line(foot, space=BETWEEN)
    row.setContentsMargins(BETWEEN, 0, BETWEEN, 0)
    if first is not None:
        row.addWidget(first)
    for key, words in pairs:
        pair = line(space=4)
        pair.addWidget(text(key))
        pair.addWidget(text(words, "secondary"))
        row.addLayout(pair)
    row.addStretch()
    if last is not None:
        row.addWidget(last)
    return foot


class Elided(QLabel):
    """A label of one line that ends in an ellipsis where it doesn't fit; the whole is its tool tip."""

    def __init__(self, words: str = "", role: str = "") -> None:
        super().__init__(words)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(CONTROL)

    def minimumSizeHint(self) -> QSize:
        return QSize(CONTROL, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


class Notice(QFrame):
    """A sentence where it happened, with one thing to do about it; hidden until there is something to say."""

    shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "note")
        row = line(self, space=BETWEEN)
        row.setContentsMargins(12, 8, 8, 8)
        self._words = text(wrap=True, selectable=True)
        self.action = button("", role="quiet")
        self._away = button("知道了", self.drop, role="quiet")
        self._act: Callable[[], object] | None = None
        self.action.clicked.connect(self._acted)
        row.addWidget(self._words, 1)
        row.addWidget(self.action)
        row.addWidget(self._away)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    def say(self, words: str, role: str = "note", *, action: str = "", act: Callable[[], object] | None = None) -> None:
        """Show a sentence as note (doubt), alarm (error) or good (done)."""
        set_role(self, role)
        # children take their colour from this frame's role
        for child in (self._words, self.action):
            child.style().unpolish(child)
            child.style().polish(child)
        self._words.setText(words)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self._act = act
        self.show()
        self.shown.emit(True)

    def amend(self, before: str, after: str) -> None:
        """Where these words stand, others do now; the rest of what is said stays."""
        if before and not self.isHidden():
            self._words.setText(self._words.text().replace(before, after))

    def drop(self) -> None:
        """Nothing to say any more."""
        self.hide()
        self.shown.emit(False)

    def _acted(self) -> None:
        self.drop()
        if self._act is not None:
            self._act()


class EmptyState(QWidget):
    """What an empty list would hold and how to fill it, with the one button that does."""

    def __init__(self, icon: str, heading: str, words: str, action: QPushButton | None = None) -> None:
        super().__init__()
        box = column(self, space=INSIDE, around=24)
        box.addStretch(2)
        picture = icons.Drawing(icon, "edge", 48)
        for part in (picture, text(heading, "heading"), text(words, "secondary", wrap=True)):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(part)
        if action is not None:
            box.addSpacing(INSIDE)
            box.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)

"""The value box: what was read, with doubtful characters underlined; typing replaces it; Chinese input works."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.ui.theme import VALUE, roles, sized
from desktop.ui.verify.keys import meaning
from desktop.ui.widgets.parts import CODES

LINES = 3
EDGE = 7
ID_GROUPS = (5, 13)  # after these positions an ID number of 18 gets a gap on the screen


class _Marks(QSyntaxHighlighter):
    """Underlines doubtful stretches and spaces ID numbers; the text itself stays as it is, also when copied."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.doubts: tuple[tuple[int, int], ...] = ()
        self.grouped = False

    def highlightBlock(self, text: str) -> None:
        if self.grouped and len(text) == 18:
            gap = QTextCharFormat()
            gap.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            gap.setFontLetterSpacing(10)
            for position in ID_GROUPS:
                self.setFormat(position, 1, gap)
        units = _units(text)
        for start, end in self.doubts:
            for position in range(start, min(end, units)):
                doubtful = QTextCharFormat(self.format(position))
                doubtful.setForeground(QColor(roles().doubt))
                doubtful.setBackground(QColor(roles().doubt_ground))
                doubtful.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
                doubtful.setUnderlineColor(QColor(roles().doubt))
                self.setFormat(position, 1, doubtful)


class ValueEdit(QPlainTextEdit):
    """``pressed`` carries the keys that act; ``edited`` every change by hand."""

    pressed = Signal(object)  # Press
    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("value")
        self.setFont(sized(VALUE))
        self.setStyleSheet(f"QPlainTextEdit {{ font-size: {VALUE}px; }}")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(False)
        self.document().setDocumentMargin(4)
        self._marks = _Marks(self.document())
        self._read = ""
        self._given: tuple[tuple[tuple[int, int], ...], bool] = ((), False)
        self._fresh = True  # what stands here was read, not typed: the first character replaces it
        self._composing = False
        self._before_composing: str | None = None
        self._quiet = False
        self.textChanged.connect(self._changed)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_value(
        self, text: str, doubts: Sequence[tuple[int, int]], *, grouped: bool = False, digits: bool = False
    ) -> None:
        """A value as read. ``doubts`` are stretches of code points; of ``digits`` an input method composes nothing."""
        self.setInputMethodHints(CODES if digits else Qt.InputMethodHint.ImhMultiLine)
        self._quiet = True
        self._read = text
        self._given = (tuple(doubts), grouped)
        self._fresh = True
        self._composing = False
        self._before_composing = None
        self._marks.doubts = tuple(_utf16(text, start, end) for start, end in doubts)
        self._marks.grouped = grouped
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._quiet = False
        self._fit()

    def resume(self, typed: str) -> None:
        """What was typed here before the program ended, as if it had been typed now."""
        self._fresh = False
        self.setPlainText(typed)
        self.document().setModified(True)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def fill(self, text: str) -> None:
        """This instead of what stands here, as if it had been typed: it can be gone on with, and taken back."""
        whole = QTextCursor(self.document())
        whole.select(QTextCursor.SelectionType.Document)
        self._fresh = False
        whole.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def value_text(self) -> str:
        """The text without the line breaks that a paste may bring."""
        return " ".join(self.toPlainText().split("\n")).strip()

    @property
    def touched(self) -> bool:
        """The clerk changed it, or put it back by hand."""
        return not self._fresh and self.document().isModified()

    @property
    def composing(self) -> bool:
        return self._composing

    def _changed(self) -> None:
        self._fit()
        if self._quiet:
            return
        self._fresh = False
        self.document().setModified(True)
        if self._marks.doubts and self.value_text() != self._read:
            self._marks.doubts = ()
            self._quiet = True
            self._marks.rehighlight()
            self._quiet = False
        self.edited.emit(self.value_text())

    def _fit(self) -> None:
        """As high as its lines, up to three."""
        lines = max(1, min(LINES, round(self.document().size().height())))
        wanted = QFontMetrics(self.font()).lineSpacing() * lines + 2 * EDGE + 4
        if self.height() != wanted:
            self.setFixedHeight(wanted)

    def sizeHint(self) -> QSize:
        return QSize(480, QFontMetrics(self.font()).lineSpacing() + 2 * EDGE + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # -- keys ---------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            # before Qt turns Tab into a change of focus
            press = meaning(event.key(), event.modifiers(), held=event.isAutoRepeat(), composing=self._composing)
            if press is not None and not self._undoes_typing(event):
                event.accept()
                self.pressed.emit(press)
                return True
        return super().event(event)

    def _undoes_typing(self, event: QKeyEvent) -> bool:
        """Ctrl+Z first takes back what was typed into this box."""
        return event.key() == Qt.Key.Key_Z and self.touched and self.document().isUndoAvailable()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return  # with any modifier: a value has no line breaks
        types = bool(event.text()) and event.text().isprintable()
        if types and not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            self._replace_fresh()
        elif event.key() not in {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta}:
            self._fresh = False  # moving the cursor means changing a part of it
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._fresh = False
        super().mousePressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self._replace_fresh()
        self.insertPlainText(" ".join(source.text().split()))

    def _replace_fresh(self) -> None:
        if self._fresh:
            self.selectAll()
            self._fresh = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.preeditString() and self._before_composing is None:
            self._before_composing = self.toPlainText()
        self._composing = bool(event.preeditString())
        if event.preeditString() or event.commitString():
            self._replace_fresh()
        super().inputMethodEvent(event)
        if not self._composing:
            given_up = not event.commitString() and self._before_composing is not None
            if given_up and self._before_composing == self._read:
                # composing was cancelled: what was read stands again, with its doubts
                doubts, grouped = self._given
                self.show_value(self._read, doubts, grouped=grouped)
            self._before_composing = None


def _utf16(text: str, start: int, end: int) -> tuple[int, int]:
    """Positions as Qt counts them: a rare character outside the basic plane takes two."""
    return _units(text[:start]), _units(text[:end])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

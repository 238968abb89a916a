"""Headed groups of lines under each other that scroll: what a page says when a table would be too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, panel, rule, text

AT_ONCE = 12
"""Frames and lines that are built in one go, some 2 ms each."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: its word, what it does, its object name."""

    word: str
    does: Callable[[], object]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One line: what stands first, what is said of it more quietly, and what can be done about it."""

    words: str
    more: str = ""
    role: str = ""
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines; ``empty`` is said where there are none."""

    title: str
    lines: tuple[Said, ...]
    empty: str = ""
    deeds: tuple[Deed, ...] = ()


class Sections(QScrollArea):
    """Shows sections; shown again, the keyboard stays on the button of the same name.

    They are built when they are first looked at: a page of several parts would build all of them at once. Long ones
    are built ``AT_ONCE`` lines at a time, with room for keys and painting in between, and seen when they are whole.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(_holder())
        self._unseen: tuple[Section, ...] | None = None
        self._inner: QWidget | None = None  # what is being built
        self._lines: Iterator[QWidget] = iter(())
        self._going_on = QTimer(self, singleShot=True, interval=0)
        self._going_on.timeout.connect(self._go_on)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Other sections; those with neither lines nor words are left out."""
        self._unseen = tuple(sections)
        self._let_go()
        if self.isVisible():
            self._build(self._unseen)

    def showEvent(self, event: QShowEvent) -> None:
        if self._unseen is not None:
            self._build(self._unseen)
        super().showEvent(event)

    def _build(self, sections: Sequence[Section]) -> None:
        self._unseen = None
        self._inner = inner = _holder()
        inner.setParent(self.viewport())  # dressed by the style as it will be seen
        box = column(inner, space=BETWEEN)
        self._lines = _lines(box, [each for each in sections if each.lines or each.empty])
        self._go_on()

    def _go_on(self) -> None:
        """Some more lines; what comes with them is dressed here, not all of it when it is shown."""
        for built in islice(self._lines, AT_ONCE):
            for widget in (built, *built.findChildren(QWidget)):
                widget.ensurePolished()
        following = next(self._lines, None)
        if following is None:
            self._show_whole()
        else:
            self._lines = chain((following,), self._lines)
            self._going_on.start()

    def _show_whole(self) -> None:
        inner, self._inner = self._inner, None
        assert inner is not None  # only what is being built comes to its end
        focus = QApplication.focusWidget()
        held = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        at = self.verticalScrollBar().value()
        self.setWidget(inner)
        self.verticalScrollBar().setValue(at)
        again = inner.findChild(QPushButton, held) if held else None
        if again is not None:
            again.setFocus()

    def _let_go(self) -> None:
        """What was being built is not wanted any more."""
        self._going_on.stop()
        if self._inner is not None:
            self._inner.deleteLater()
            self._inner = None


def _holder() -> QWidget:
    inner = QWidget()
    inner.setObjectName("scrolled")
    return inner


def _lines(box: QVBoxLayout, sections: Sequence[Section]) -> Iterator[QWidget]:
    """Builds the sections into ``box``, and gives what it has just built: a frame with its heading, a line."""
    for section in sections:
        frame, inside = _frame(section)
        box.addWidget(frame)
        yield frame
        for number, said in enumerate(section.lines):
            if number:
                inside.addWidget(rule())
            built = _line(said)
            inside.addWidget(built)
            yield built
    box.addStretch()


def _frame(section: Section) -> tuple[QWidget, QVBoxLayout]:
    frame = panel()
    box = column(frame, space=INSIDE, around=BETWEEN)
    head = line(space=INSIDE)
    head.addWidget(text(section.title, "heading"), 1)
    for deed in section.deeds:
        head.addWidget(button(deed.word, deed.does, name=deed.name))
    box.addLayout(head)
    if not section.lines:
        box.addWidget(text(section.empty, "secondary", wrap=True))
    return frame, box


def _line(said: Said) -> QWidget:
    holder = QWidget()
    row = line(holder, space=BETWEEN)
    words = column(space=4)
    words.addWidget(text(said.words, said.role, wrap=True, selectable=True))
    if said.more:
        words.addWidget(text(said.more, "secondary", wrap=True, selectable=True))
    row.addLayout(words, 1)
    for deed in said.deeds:
        row.addWidget(button(deed.word, deed.does, role="quiet", name=deed.name))
    return holder

"""Headed groups of lines under each other that scroll: what a page says when a table would be too much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QScrollArea, QWidget

from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, panel, rule, text


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

    They are built when they are first looked at: a page of several parts would build all of them at once.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(_holder())
        self._unseen: tuple[Section, ...] | None = None

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Other sections; those with neither lines nor words are left out."""
        self._unseen = tuple(sections)
        if self.isVisible():
            self._build(self._unseen)

    def showEvent(self, event: QShowEvent) -> None:
        if self._unseen is not None:
            self._build(self._unseen)
        super().showEvent(event)

    def _build(self, sections: Sequence[Section]) -> None:
        self._unseen = None
        focus = QApplication.focusWidget()
        held = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        at = self.verticalScrollBar().value()
        inner = _holder()
        box = column(inner, space=BETWEEN)
        for section in sections:
            if section.lines or section.empty:
                box.addWidget(_section(section))
        box.addStretch()
        self.setWidget(inner)
        self.verticalScrollBar().setValue(at)
        again = inner.findChild(QPushButton, held) if held else None
        if again is not None:
            again.setFocus()


def _holder() -> QWidget:
    inner = QWidget()
    inner.setObjectName("scrolled")
    return inner


def _section(section: Section) -> QWidget:
    frame = panel()
    box = column(frame, space=INSIDE, around=BETWEEN)
    head = line(space=INSIDE)
    head.addWidget(text(section.title, "heading"), 1)
    for deed in section.deeds:
        head.addWidget(button(deed.word, deed.does, name=deed.name))
    box.addLayout(head)
    if not section.lines:
        box.addWidget(text(section.empty, "secondary", wrap=True))
    for number, said in enumerate(section.lines):
        if number:
            box.addWidget(rule())
        box.addWidget(_line(said))
    return frame


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

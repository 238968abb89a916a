"""Other readings of a field, picked with Alt+1–9 or a click; what differs from the value is marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from desktop.ui.theme import INSIDE, roles
from desktop.ui.verify.group_view import marked
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.parts import Button
from desktop.ui.words import grouped
from records.views import CandidateView

MOST = 9
ENDLESS = 100_000.0  # pixels: no reading is as long
ALIKE = 0.5  # less in common than this: another value altogether, of which every character would be marked


def differing(value: str, reading: str) -> list[tuple[int, int]]:
    """Stretches of ``reading`` that ``value`` has otherwise; where something is left out, the signs beside the gap.

    What is only put or left out in front (the province) is no difference.
    """
    if len(value) == len(reading):
        stretches = [(at, at + 1) for at in range(len(value)) if value[at] != reading[at]]
        return stretches if len(stretches) <= len(value) * (1 - ALIKE) else []
    matcher = SequenceMatcher(None, value, reading, autojunk=False)
    if matcher.ratio() < ALIKE:
        return []
    found: list[tuple[int, int]] = []
    for what, old, _to, start, end in matcher.get_opcodes():
        if what == "equal" or (what != "replace" and old == start == 0):
            continue
        if what == "delete":
            start, end = max(start - 1, 0), min(end + 1, len(reading))
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _as_read(text: str) -> str:
    """An ID number in its groups, as in the value box."""
    return grouped(text) if text[:-1].isdecimal() else text


class Reading(Button):
    """A button whose words are marked in places; they go on in the next line where the column ends."""

    def __init__(self, words: str, marks: Sequence[tuple[int, int]]) -> None:
        super().__init__(words)
        self._marks = tuple(marks)
        self._room = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the value keeps the keyboard

    def fit(self, room: int) -> None:
        """At most so many pixels wide."""
        self._room = room
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        plain, edges = super().sizeHint(), self._edges()
        laid = self._laid(ENDLESS)  # held by its name: a line doesn't keep its layout alive
        wide = math.ceil(laid.lineAt(0).naturalTextWidth()) + edges  # what is marked is bold, and wider
        if not self._room or wide <= self._room:
            return QSize(max(wide, plain.width()), plain.height())
        laid = self._laid(self._room - edges)
        return QSize(self._room, plain.height() + round(laid.boundingRect().height() - laid.lineAt(0).height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def lines(self) -> int:
        """How many it takes as wide as it is."""
        return self._laid(self.width() - self._edges()).lineCount()

    def _edges(self) -> int:
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())

    def _laid(self, room: float) -> QTextLayout:
        """The words in as many lines as ``room`` pixels ask for."""
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAnywhere)
        layout.setTextOption(option)
        layout.setFormats([marked(self.text(), start, end, roles().acts, strong=True) for start, end in self._marks])
        layout.beginLayout()
        down = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room)
            line.setPosition(QPointF(0, down))
            down += line.height()
        layout.endLayout()
        return layout

    def paintEvent(self, _event: QPaintEvent) -> None:
        option: Any = QStyleOptionButton()  # the stubs know none of its members
        self.initStyleOption(option)
        painter = QStylePainter(self)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        layout = self._laid(self.width() - self._edges())
        painter.setPen(QColor(roles().ink))
        wide = max(layout.lineAt(at).naturalTextWidth() for at in range(layout.lineCount()))
        left, top = (self.width() - wide) / 2, (self.height() - layout.boundingRect().height()) / 2
        layout.draw(painter, QPointF(max(left, INSIDE), top))


class Candidates(QWidget):
    """Emits ``picked`` with the position from 0."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, INSIDE)
        self._shown: tuple[CandidateView, ...] = ()
        self._beside = ""

    @property
    def shown(self) -> tuple[CandidateView, ...]:
        return self._shown

    def spoken(self) -> list[str]:
        """Each as it stands on its button."""
        return [made.text() for made in self.findChildren(QPushButton) if not made.isHidden()]

    def show_candidates(self, candidates: Sequence[CandidateView], beside: str = "") -> None:
        """At most nine, held against the value ``beside`` them; nothing is shown when there are none."""
        if (tuple(candidates[:MOST]), beside) == (self._shown, self._beside):
            return
        self._shown, self._beside = tuple(candidates[:MOST]), beside
        self._flow.clear()
        for position, candidate in enumerate(self._shown):
            words = _as_read(candidate.text) or "（空）"
            key = f"Alt+{position + 1}  "
            marks = differing(_as_read(beside), words) if beside and candidate.text else []
            made = Reading(
                f"{key}{words}{_note(candidate)}", [(len(key) + start, len(key) + end) for start, end in marks]
            )
            made.setObjectName(f"candidate_{position + 1}")
            made.clicked.connect(lambda _checked=False, at=position: self.picked.emit(at))
            self._flow.addWidget(made)
            made.fit(self.width())
        self.setVisible(bool(self._shown))

    def minimumSizeHint(self) -> QSize:
        """A long address goes on in a second line; it doesn't push value and crop out of the window."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for made in self.findChildren(Reading):
            made.fit(event.size().width())


def _note(candidate: CandidateView) -> str:
    """Where it is from, else how it was written, which adds nothing where the reading only completes it."""
    if candidate.origin:
        return f"　{candidate.origin}"
    rest = iter(candidate.text)
    completes = all(character in rest for character in candidate.note)
    return "" if completes else f"　{candidate.note}"

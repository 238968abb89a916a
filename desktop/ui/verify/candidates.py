"""Other readings of a field, picked with Alt+1–9 or a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.ui.theme import INSIDE
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.parts import button
from records.views import CandidateView

MOST = 9


class Candidates(QWidget):
    """Emits ``picked`` with the position from 0."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, INSIDE)
        self._shown: tuple[CandidateView, ...] = ()

    @property
    def shown(self) -> tuple[CandidateView, ...]:
        return self._shown

    def spoken(self) -> list[str]:
        """Each as it stands on its button."""
        return [made.text() for made in self.findChildren(QPushButton) if not made.isHidden()]

    def show_candidates(self, candidates: Sequence[CandidateView]) -> None:
        """At most nine; nothing is shown when there are none."""
        if tuple(candidates[:MOST]) == self._shown:
            return
        self._shown = tuple(candidates[:MOST])
        self._flow.clear()
        for position, candidate in enumerate(self._shown):
            words = candidate.text or "（空）"
            # the note says how it was written; it adds nothing where the reading only completes it
            note = f"　{candidate.note}" if candidate.note and candidate.note not in candidate.text else ""
            if candidate.origin:
                note = f"　{candidate.origin}"
            made = button(f"Alt+{position + 1}  {words}{note}", name=f"candidate_{position + 1}")
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the value keeps the keyboard
            made.clicked.connect(lambda _checked=False, at=position: self.picked.emit(at))
            self._flow.addWidget(made)
        self.setVisible(bool(self._shown))

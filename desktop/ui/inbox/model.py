"""The cards of the inbox as a list, updated in place so that scrolling and selection stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from desktop.ui.inbox.cards import Card, spoken
from desktop.ui.widgets.table import TOP, Index

CARD = Qt.ItemDataRole.UserRole + 1


class CardModel(QAbstractListModel):
    """One row per card."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []
        self._rows: dict[str, int] | None = None

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Other cards. Those that stay keep their rows as far as possible: only the stretch between the first and the
        last difference of the order is exchanged."""
        old, new = [card.key for card in self._cards], [card.key for card in cards]
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        gone, come = len(old) - head - tail, len(new) - head - tail
        if gone:
            self.beginRemoveRows(TOP, head, head + gone - 1)
            del self._cards[head : head + gone]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(TOP, head, head + come - 1)
            self._cards[head:head] = cards[head : head + come]
            self.endInsertRows()
        self._rows = None
        first, last = len(cards), -1
        for row, card in enumerate(cards):
            if self._cards[row] is not card and self._cards[row] != card:
                self._cards[row] = card
                first, last = min(first, row), row
        if last >= 0:
            self.dataChanged.emit(self.index(first), self.index(last))

    @property
    def cards(self) -> Sequence[Card]:
        return self._cards

    def card(self, row: int) -> Card | None:
        """None beyond the list."""
        return self._cards[row] if 0 <= row < len(self._cards) else None

    def row_of(self, key: str) -> int:
        """The row of a card, -1 for one that isn't here."""
        if self._rows is None:
            self._rows = {card.key: row for row, card in enumerate(self._cards)}
        return self._rows.get(key, -1)

    # -- what Qt asks -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CARD:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return spoken(card)
        return None


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many keys are alike from the start."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))

"""The crops of a group as a list: what stands in each, which are odd, which have been on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from records.views_group import GroupCrop

Index = QModelIndex | QPersistentModelIndex
CROP = Qt.ItemDataRole.UserRole + 1
TOP = QModelIndex()
Place = tuple[str, str]  # registration and field


def place_of(crop: GroupCrop) -> Place:
    """What names a crop."""
    return crop.registration_id, crop.key


class GroupModel(QAbstractListModel):
    """Crops in the order of looking; pictures come one by one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crops: tuple[GroupCrop, ...] = ()
        self._pictures: dict[Place, QPixmap] = {}
        self.odd: set[Place] = set()
        self.seen: set[Place] = set()

    def set_crops(self, crops: Sequence[GroupCrop]) -> None:
        """Another group, or the same after some were accepted: marks and pictures of those that stay are kept."""
        self.beginResetModel()
        self._crops = tuple(crops)
        stay = {place_of(crop) for crop in crops}
        self._pictures = {place: picture for place, picture in self._pictures.items() if place in stay}
        self.odd &= stay
        self.seen &= stay
        self.endResetModel()

    @property
    def crops(self) -> tuple[GroupCrop, ...]:
        return self._crops

    def crop(self, row: int) -> GroupCrop:
        return self._crops[row]

    def picture(self, crop: GroupCrop) -> QPixmap | None:
        """None while it is on its way."""
        return self._pictures.get(place_of(crop))

    def add_pictures(self, pictures: Mapping[Place, QPixmap]) -> None:
        """Pictures of crops have come."""
        self._pictures.update(pictures)
        for row, crop in enumerate(self._crops):
            if place_of(crop) in pictures:
                self.dataChanged.emit(self.index(row), self.index(row))

    def saw(self, crop: GroupCrop) -> None:
        """It was drawn, whole and with its picture."""
        self.seen.add(place_of(crop))

    def toggle(self, row: int) -> None:
        """Mark the odd one, or take the mark away."""
        self.odd ^= {place_of(self._crops[row])}
        self.dataChanged.emit(self.index(row), self.index(row))

    def ready(self) -> tuple[GroupCrop, ...]:
        """Those that may be accepted: seen and not odd."""
        return tuple(c for c in self._crops if place_of(c) in self.seen and place_of(c) not in self.odd)

    # -- what Qt asks -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._crops)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        crop = self._crops[index.row()]
        if role == CROP:
            return crop
        if role == Qt.ItemDataRole.DisplayRole:
            return crop.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            odd = "，已挑出" if place_of(crop) in self.odd else ""
            return f"{crop.label}，{crop.text}{odd}"
        return None

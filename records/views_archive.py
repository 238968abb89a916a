"""Read models of the paper archive: where items and dossiers lie. Frozen, detached from any session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A place in which paper of this office lies: a box, or a shelf without boxes. ``key`` names it to the verbs."""

    key: str
    number: str  # of the box, "" for a shelf
    location: str  # without the box; "" while nobody has said
    parts: tuple[str, str, str, str, str]  # of the location: 库房, 区, 列, 架, 层

    @property
    def text(self) -> str:
        """``1库房2架3盒``, as places are told of single papers."""
        return f"{self.location}{self.number}盒" if self.number else self.location

    @property
    def words(self) -> str:
        """``3盒（1库房2架）``."""
        box = f"{self.number}盒" if self.number else ""
        return f"{box}（{self.location}）" if box and self.location else box or self.location


@dataclass(frozen=True, slots=True)
class PaperRow:
    """What lies in one place as a unit: an item (件), or a whole dossier (案卷), whose items go where it goes.

    ``row_id`` is the item's, or the dossier's where ``dossier``. ``name``: the child's, "" where nobody has said or
    the reader isn't told. ``on``: of the form, else when it was numbered. ``pages``: sides that were scanned.
    """

    row_id: str
    dossier: bool
    archive_number: str
    title: str
    name: str
    on: date
    pages: int
    location: str
    verified: bool
    child_id: str
    registration_id: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What lies in one place, by 档号. ``more``: only the first ones are here."""

    rows: tuple[PaperRow, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Shelves:
    """Every place, and how much has none yet (counted up to ``records.archive_rows.MOST``; ``more``: and then some)."""

    boxes: tuple[BoxRow, ...]
    without: int
    more: bool

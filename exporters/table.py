"""Rows for people and machines outside: neutral columns and cells, and text that no spreadsheet will execute.

A ``Table`` knows nothing of registrations or of file formats. Its ``content_sha256`` identifies what was
reported, whatever the file around it looks like, and stands on the receipt.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

CellValue: TypeAlias = str | int | float | date | None


class ColumnKind(StrEnum):
    """``TEXT`` is for everything that only looks like a number too: ID numbers, phones, codes, months."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Mark(StrEnum):
    """How far a value can be trusted; decides its look in a draft, and is ignored in a batch."""

    NONE = "none"
    MACHINE = "machine"  # 机读: read and vouched for, seen by nobody
    TO_CHECK = "to_check"  # 待核对: a person must look
    CONFIRMED = "confirmed"  # 已核对: a person has looked


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is the neutral name, ``title`` what the header shows."""

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is, before any format's escaping. None and "" are both an empty cell."""

    value: CellValue = None
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Table:
    """Raises ValueError where rows don't fit the columns or a value doesn't fit its column's kind."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("a table needs columns with distinct keys")
        for number, row in enumerate(self.rows):
            if len(row) != len(keys):
                raise ValueError(f"row {number} has {len(row)} cells for {len(keys)} columns")
            for column, cell in zip(self.columns, row, strict=True):
                if not _fits(cell.value, column.kind):
                    raise ValueError(f"row {number}, column {column.key}: not a {column.kind} value")

    def content_sha256(self) -> str:
        """SHA-256 (hex) over keys, titles, kinds and values in order; marks and looks don't count."""
        digest = hashlib.sha256()
        header = [[column.key, column.title, column.kind.value] for column in self.columns]
        for line in (header, *([_plain(cell.value) for cell in row] for row in self.rows)):
            digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
            digest.update(b"\n")
        return digest.hexdigest()


def _fits(value: CellValue, kind: ColumnKind) -> bool:
    if value is None:
        return True
    if kind is ColumnKind.TEXT:
        return isinstance(value, str)
    if kind is ColumnKind.DATE:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _plain(value: CellValue) -> str | int | float | None:
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value


# -- text that stays text ---------------------------------------------------------------------------------------------

# OWASP, "CSV Injection": = + - @, tab and carriage return start a formula; | and % reach DDE in older
# programs; East Asian versions of Excel take the full-width signs for the same.
_STARTERS = frozenset("=+-@|%\t\r\n＝＋－＠｜％")
_GUARD = "'"


def safe_text(text: str) -> str:
    """Put a visible ``'`` before text that a spreadsheet could take for a formula, and before a leading ``'``.

    What is only skipped over (byte order mark, spaces, invisible signs) is skipped here too. Undone by
    ``original_text``, for every text.
    """
    return _GUARD + text if text.startswith(_GUARD) or _formula_like(text) else text


def original_text(safe: str) -> str:
    """The inverse of ``safe_text``."""
    return safe.removeprefix(_GUARD)


def _formula_like(text: str) -> bool:
    for sign in text:
        if sign in _STARTERS:
            return True
        # Zs spaces, Cf byte order mark and zero-width signs, Cc control characters
        if unicodedata.category(sign) not in {"Zs", "Zl", "Zp", "Cf", "Cc"}:
            return False
    return False


def display_width(text: str) -> int:
    """Width of the longest line in columns of a fixed-width face: Chinese signs take two."""
    return max(
        (sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line) for line in text.split("\n")),
        default=0,
    )

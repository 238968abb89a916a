"""What a blank page asks, as plain data: made in a reading process; the parent imports no OpenCV for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forms.form_file import Box

BLANK_DPI = 200
"""Resolution of a learned blank's picture, as of the shipped forms."""


class SignKind(StrEnum):
    """What is printed to be marked: a box, a circle, or a pair of brackets."""

    SQUARE = "square"
    CIRCLE = "circle"
    BRACKETS = "brackets"


@dataclass(frozen=True, slots=True)
class AskedOption:
    """``box``: the tick box itself, or the room between the brackets."""

    label: str
    box: Box
    kind: SignKind


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to fill in. ``label`` "" where it stands elsewhere; ``hint``: what is printed in the place itself.

    ``own``: needs a key of its own whatever its label says (the line behind 其他).
    """

    box: Box
    label: str = ""
    options: tuple[AskedOption, ...] = ()
    cells: tuple[Box, ...] = ()
    hint: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked, with its label and the headings of the blocks it stands in, nearest first."""

    asked: Asked
    label: str
    contexts: tuple[str, ...]
    cell: Box
    row: tuple[str, ...] = ()
    """Other labels further left in the same row, nearest first: of 父亲姓名 ... 电话 both speak of the father."""


@dataclass(frozen=True, slots=True)
class LearnedPage:
    """What one side asks, with its size in millimetres, its cells and its picture (PNG, grey, ``BLANK_DPI``)."""

    width_mm: float
    height_mm: float
    blank: bytes
    cells: tuple[Box, ...]
    questions: tuple[Question, ...]
    title: str
    qr: Box | None = None

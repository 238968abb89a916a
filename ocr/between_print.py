"""What is written between printed words: figures before 年 月 日, names before 县（市、区） and 乡镇（街道）.

Such figures are small beside the print and squeezed into its gaps; read as one line with it, 11 becomes 1. So every gap
is read by itself, and the printed word that follows it, which is known from the blank form, takes its place between. An
ending that is printed as one of several (乡镇) may be taken or left by the decoder: people write it again, or don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from forms.form_file import FormField
from forms.kinds import Kind
from ocr.cells import Cell, Mask
from ocr.lines import Struck
from ocr.page_ink import Darkness, PageInk, Picture, box_px
from ocr.recogniser import Matrix, Recogniser, greedy
from ocr.registration import PX_PER_MM
from ocr.written import Written, joined, running

DATED = frozenset({Kind.DATE, Kind.MONTH})
"""Kinds for which a form may print 年 月 日 with room for figures between."""
BETWEEN = DATED | {Kind.DIVISION}
UNITS = "年月日"
ENDINGS = ("省", "州", "市", "县", "区", "旗", "乡", "镇", "街道", "村", "社区", "屯")
"""What a printed word may end the name of a division with."""
BRIDGE, BRACKET = round(2.2 * PX_PER_MM), round(3.3 * PX_PER_MM)
"""Gaps of print up to so many pixels are within a word, BRACKET where a full-width one leaves half a character free."""
THICK = 3
"""Pixels: what is no higher is a piece of a line to write on."""
LEVEL = round(2.0 * PX_PER_MM)
"""A level stroke of this length is a line to write on, or a character's own, which has others."""
LEAST = round(1.5 * PX_PER_MM)
"""A word is as high as this at least."""
ACROSS = 0.12
"""Share of the ink that lies where words are printed from which it was written over them."""
EDGE = 4
"""Pixels: a word's blur, and how far the paper may lie off."""


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word: left and right, top and bottom in pixels of the rectified page."""

    left: int
    right: int
    top: int
    bottom: int


def between_print(cell: Cell, field: FormField, ink: PageInk, recogniser: Recogniser) -> Written | None:
    """The field's matrix with its printed words in their places; None where nothing is printed in it that would tell
    the parts, or where it was written over the print."""
    words = printed_words(ink, field)
    if not words or _written_over(cell, words):
        return None
    told = [(word, _told(ink, word, field, recogniser)) for word in words]
    told = [(word, matrix) for word, matrix in told if len(matrix)]
    if not told:
        return None
    parts: list[Written] = []
    profiles: list[tuple[int, float, np.ndarray[tuple[int], np.dtype[np.int64]]]] = []
    struck = Struck.NO
    edges = [0, *((word.left + word.right) // 2 - cell.x for word, _ in told), cell.ink.shape[1]]
    for number, (left, right) in enumerate(pairwise(edges)):
        here = np.zeros(cell.ink.shape, np.bool_)
        here[:, max(0, left) : max(0, right)] = True
        part = replace(cell, ink=cell.ink & here)
        if part.blank:
            continue  # a unit without a figure says nothing
        read = running(part, recogniser, apart=field.kind in DATED)
        parts.append(read)
        profiles += read.ink
        struck = max(struck, read.struck)
        if number < len(told):
            word, matrix = told[number]
            place = (float(word.left), float(word.top), float(word.right - word.left), float(word.bottom - word.top))
            parts.append(Written(matrix, (place,) * len(matrix)))
    return joined(parts, struck, tuple(profiles)) if parts else None


def printed_words(ink: PageInk, field: FormField) -> tuple[Word, ...]:
    """The words that the blank form prints within the field's box, from left to right, in one line."""
    x, y, w, h = box_px(field.box)
    x, y = max(0, x), max(0, y)
    w, h = min(w, ink.width - x), min(h, ink.height - y)
    if w < LEAST or h < LEAST:
        return ()
    found = words_in(ink.printed(x, y, w, h), BRACKET if field.kind is Kind.DIVISION else BRIDGE)
    return tuple(Word(a + x, b + x, c + y, d + y) for a, b, c, d in found)


def words_in(printed: Darkness, bridge: int) -> list[tuple[int, int, int, int]]:
    """Left, right, top, bottom of words in a patch, without rules at its edges and lines to write on. ``bridge``: gap
    in pixels, beyond which print is another word."""
    core = (printed > 0.25).astype(np.uint8)
    level = cv2.morphologyEx(core, cv2.MORPH_OPEN, np.ones((1, LEVEL), np.uint8))
    letters = _pieces(np.where(level > 0, 0, core).astype(np.uint8), least=THICK + 1)
    columns = np.flatnonzero(letters.any(axis=0))
    if not columns.size:
        return []
    strokes = cv2.connectedComponentsWithStats(level, connectivity=8)[2][1:].tolist()
    found = []
    for part in np.split(columns, np.flatnonzero(np.diff(columns) > bridge) + 1):
        left, right = int(part[0]), int(part[-1]) + 1
        rows = np.flatnonzero(letters[:, left:right].any(axis=1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        if bottom - top < LEAST:
            continue
        # a character's own level stroke, which runs out beyond its others
        own = [(x, x + w) for x, y, w, h, _ in strokes if y > top and y + h < bottom - THICK and w < 2 * LEVEL]
        for start, end in own:
            if start <= right and end >= left:
                left, right = min(left, start), max(right, end)
        found.append((left, right, top, bottom))
    return found


def _pieces(core: Picture, *, least: int) -> Mask:
    """Pieces that are as high as that at least and don't reach the patch's edge."""
    height, width = core.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    inside = [
        number
        for number, (x, y, w, h, _) in enumerate(stats.tolist())
        if number and x > 1 and y > 1 and x + w < width - 1 and y + h < height - 1 and h >= least
    ]
    return np.asarray(np.isin(labels, inside), dtype=np.bool_)


def _written_over(cell: Cell, words: Sequence[Word]) -> bool:
    """Whether the writing runs on over the words instead of stopping before them."""
    columns = cell.ink.sum(axis=0).astype(np.int64)
    over = sum(
        int(columns[max(0, word.left + EDGE - cell.x) : max(0, word.right - EDGE - cell.x)].sum()) for word in words
    )
    return over > ACROSS * max(1, int(columns.sum()))


def _told(ink: PageInk, word: Word, field: FormField, recogniser: Recogniser) -> Matrix:
    """Steps that stand for a printed word; none where it says nothing about the parts."""
    pad = 2 * EDGE
    x, y = max(0, word.left - pad), max(0, word.top - pad)
    w, h = min(ink.width, word.right + pad) - x, min(ink.height, word.bottom + pad) - y
    text = greedy(recogniser.probabilities(ink.page.blank[y : y + h, x : x + w]), recogniser.characters).text
    if field.kind in DATED:
        return _steps([(c,) for c in text if c in UNITS], recogniser, certain=True)
    endings = [e for e in ENDINGS if e in text]
    firsts, seconds = [e[0] for e in endings], [e[1] for e in endings if len(e) > 1]
    return _steps([tuple(dict.fromkeys(part)) for part in (firsts, seconds) if part], recogniser, certain=False)


def _steps(choices: Sequence[tuple[str, ...]], recogniser: Recogniser, *, certain: bool) -> Matrix:
    """A step for each choice of characters, all alike; with none of them as likely unless ``certain``."""
    steps = np.zeros((len(choices), len(recogniser.characters)), np.float32)
    for step, characters in zip(steps, choices, strict=True):
        share = 1 / (len(characters) + (not certain))
        step[0] = 0.0 if certain else share
        for character in characters:
            step[recogniser.index[character]] = share
    return steps

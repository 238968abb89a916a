"""Whether a reading is whole: what the ink's places tell about characters that were passed over or don't belong.

The network is sure of what is left when it passes over one of two strokes (11月 read as 1月, 1104室 as 104室), and of a
character that was crossed out and stands apart before the rest. Its probabilities show neither; where the ink stands
does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ocr.decoding.decoder import Spelled

Profile: TypeAlias = tuple[int, float, npt.NDArray[np.int64]]
"""One line of writing: x of its first column, height of the writing, pixels of ink per column."""
Place: TypeAlias = tuple[float, float, float, float]
"""x, y, w, h of one step of the network's matrix."""

AROUND = 0.75
"""How far from where the network saw it a figure's ink reaches, in heights of the line."""
WIDE, NARROW = 0.45, 0.22
"""The same for the neighbours of a number: a Chinese character, and anything else."""
STROKE = 0.02
"""Ink of the least stroke of a figure, in squares of the line's height."""
REACH = 0.55
"""How far, in heights of the line, a character's ink reaches from where the network saw it."""
APART = 1.4
"""A blank between two characters, in heights of the line, that running text doesn't have."""
BROAD = 1.3
"""Width of one piece of ink, in heights of the line, from which it is no single character: struck through, mostly."""
ENOUGH = 4
"""Characters from which a line's height tells how large its characters are."""


def ink_left(spelled: Sequence[Spelled], places: Sequence[Place], ink: Sequence[Profile]) -> float:
    """Ink that no character of the reading stands on, in characters' worth of ink (at most 1).

    The network passes over what it can't make out, and is sure of the rest.
    """
    left = whole = 0
    for x, tall, profile in ink:
        columns = x + np.arange(len(profile)) + 0.5
        nearest = np.full(len(profile), np.inf)
        for symbol in spelled:
            # a step's place spans the line's height; blank steps between two lines belong to the next line
            seen = [p for p in places[symbol.start : symbol.end] if x <= p[0] + p[2] <= x + len(profile) + p[2]]
            if seen and abs(seen[0][3] - tall) < tall:
                start, end = seen[0][0], seen[-1][0] + seen[-1][2]
                nearest = np.minimum(nearest, np.maximum(np.maximum(start - columns, columns - end), 0))
        left += int(profile[nearest > REACH * tall].sum())
        whole += int(profile.sum())
    return float(min(1.0, left / max(1.0, whole / len(spelled))))


def figures_lost(text: str, spelled: Sequence[Spelled], places: Sequence[Place], ink: Sequence[Profile]) -> int:
    """How many more separate strokes stand where a number was read than it has figures, at most over all numbers.

    Figures that touch are fewer strokes and tell nothing.
    """
    worst = 0
    for (x, tall, columns), row in _rows(text, spelled, places, ink):
        strokes = [(a + b) / 2 for a, b, amount in _pieces(x, columns) if amount >= STROKE * tall * tall]
        for count, low, high in _numbers(row, tall):
            worst = max(worst, sum(low <= middle <= high for middle in strokes) - count)
    return worst


def struck_piece(text: str, spelled: Sequence[Spelled], places: Sequence[Place], ink: Sequence[Profile]) -> bool:
    """Whether some piece of ink is too broad for the one character that was read there."""
    for (x, tall, columns), row in _rows(text, spelled, places, ink):
        if len(row) < ENOUGH:
            continue
        for left, right, _ in _pieces(x, columns):
            read = sum(left - 0.1 * tall <= middle <= right + 0.1 * tall for _, middle in row)
            if right - left > BROAD * tall and read <= 1:
                return True
    return False


def widest_gap(ink: Sequence[Profile]) -> float:
    """The widest blank within a line, in heights of the line; 0 without ink."""
    widest = 0.0
    for _, tall, columns in ink:
        inked = np.flatnonzero(columns)
        if len(inked) > 1:
            widest = max(widest, float(np.diff(inked).max() - 1) / max(1.0, tall))
    return widest


def _pieces(x: int, columns: npt.NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Left, right and amount of ink of every run of columns that hold any."""
    edges = np.flatnonzero(np.diff((columns > 0).astype(np.int8), prepend=0, append=0))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield x + start, x + end, int(columns[start:end].sum())


def _rows(
    text: str, spelled: Sequence[Spelled], places: Sequence[Place], ink: Sequence[Profile]
) -> Iterator[tuple[Profile, list[tuple[str, float]]]]:
    """Each line of ink with its characters and the middle of where the network saw them."""
    if len(text) == len(spelled):
        for profile, steps in _by_line(places, ink):
            read = [(c, s) for c, s in zip(text, spelled, strict=True) if s.start in steps]
            yield profile, [(c, _middle(places[s.start : s.end])) for c, s in read if s.end > s.start]


def _by_line(places: Sequence[Place], ink: Sequence[Profile]) -> Iterator[tuple[Profile, range]]:
    """Each line of ink with the steps of the matrix that look at it; both stand in reading order."""
    runs: list[range] = []
    for _, run in groupby(range(len(places)), key=lambda t: places[t][1::2]):
        steps = list(run)
        runs.append(range(steps[0], steps[-1] + 1))
    for profile in ink:
        x, tall, _ = profile
        # printed words between have steps and no ink of their own
        while runs and abs(places[runs[0].start][0] - x) > tall:
            del runs[0]
        if runs:
            yield profile, runs.pop(0)


def _numbers(row: Sequence[tuple[str, float]], tall: float) -> Iterator[tuple[int, float, float]]:
    """Every number of a line: how many figures it has, and from where to where they reach."""
    at = 0
    for figures, run in groupby(row, key=lambda seen: seen[0].isascii() and seen[0].isdigit()):
        own = list(run)
        before, after = row[at - 1 : at] if at else [], row[at + len(own) : at + len(own) + 1]
        at += len(own)
        if not figures:
            continue
        low, high = own[0][1] - AROUND * tall, own[-1][1] + AROUND * tall
        for character, middle in before:
            low = max(low, middle + _half(character) * tall)
        for character, middle in after:
            high = min(high, middle - _half(character) * tall)
        yield len(own), low, high


def _half(character: str) -> float:
    return WIDE if "\u3007" <= character <= "\u9fff" else NARROW


def _middle(steps: Sequence[Place]) -> float:
    return (steps[0][0] + steps[-1][0] + steps[-1][2]) / 2

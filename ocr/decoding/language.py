"""A small model of which character follows which, for text that no list holds.

Counts of one to three characters inside words (``benchmarks/make_language.py`` says from where), interpolated; where a
word may end, any word may begin. All digits are one character. Enough to prefer 幼儿园 to 幼几园 when the ink allows
both, and no more: its weight is small, and what the network is sure of it never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import log

import numpy as np
import numpy.typing as npt

from forms.catalog import RESOURCES
from ocr.decoding.beam import Floats, Ints

LAMBDA_3, LAMBDA_2, LAMBDA_1 = 0.55, 0.4, 0.05
UNKNOWN = 1.2e-4
"""Probability of a character the counts don't know or don't expect: nothing is so strange that ink can't say it."""
PUNCTUATION = "，。、；：？！（）《》“”·—-. "
"""Between words: as likely as this share of all word beginnings, together."""
PUNCTUATION_SHARE = 0.12


class Counts:
    """The table in arrays, characters as numbers; 0 is the end of a word."""

    def __init__(self) -> None:
        with np.load(RESOURCES / "reading" / "language.npz") as table:
            self.alphabet = "".join(map(chr, table["alphabet"].tolist()))
            self.single = table["single"].astype(np.float64)
            start = table["start"].astype(np.float64)
            pair, triple = table["pair"].astype(np.int64), table["triple"].astype(np.int64)
            self.pair_count = np.exp(table["pair_count"] / 12.0)
            self.triple_count = np.exp(table["triple_count"] / 12.0)
        self.size = len(self.alphabet)
        self.start = (1 - PUNCTUATION_SHARE) * start / start.sum()
        self.pair_keys = pair[:, 0] * self.size + pair[:, 1]
        self.triple_keys = (triple[:, 0] * self.size + triple[:, 1]) * self.size + triple[:, 2]

    def pairs(self, a: Ints, b: Ints) -> Floats:
        return _lookup(self.pair_keys, self.pair_count, a * self.size + b)

    def triples(self, a: Ints, b: Ints, c: Ints) -> Floats:
        return _lookup(self.triple_keys, self.triple_count, (a * self.size + b) * self.size + c)


def _lookup(keys: Ints, counts: Floats, wanted: Ints) -> Floats:
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.asarray(np.where(keys[at] == wanted, counts[at], 0.0), dtype=np.float64)


@cache
def counts() -> Counts:
    """The shipped table, read once."""
    return Counts()


class CharacterLanguage:
    """``ocr.decoding.beam.Language`` over the symbols of an alphabet (symbol 0 is the line's start)."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self._counts = counts()
        number = {c: i for i, c in enumerate(self._counts.alphabet) if i}
        digits = number.get("#", 0)
        self._numbers = np.array(
            [digits if c.isdigit() and c.isascii() else number.get(c, 0) for c in symbols], np.int64
        )
        self._digit = np.array([log(0.1) if c.isascii() and c.isdigit() else 0.0 for c in symbols])
        mark = PUNCTUATION_SHARE / len(PUNCTUATION)
        self._start = np.where(
            [c in PUNCTUATION and bool(c) for c in symbols],
            mark,
            np.maximum(self._counts.start[self._numbers], UNKNOWN),
        )
        self._known = self._numbers > 0

    def step(self, before: Ints, last: Ints, symbol: Ints) -> Floats:
        """Log probability of ``symbol`` after ``before, last``."""
        c = self._counts
        a, b, s = self._numbers[before], self._numbers[last], self._numbers[symbol]
        nothing = np.zeros_like(b)
        fresh = self._start[symbol]
        known = b > 0
        inside = np.where(self._known[symbol], 1.0, 0.0)
        single = np.maximum(c.single[b], 1.0)
        two = (c.pairs(b, s) * inside + c.pairs(b, nothing) * fresh) / single
        context = c.pairs(a, b)
        three = (c.triples(a, b, s) * inside + c.triples(a, b, nothing) * fresh) / np.maximum(context, 1.0)
        trusted = (a > 0) & (context >= 20)
        mixed = np.where(
            trusted,
            LAMBDA_3 * three + LAMBDA_2 * two + LAMBDA_1 * fresh,
            (LAMBDA_3 + LAMBDA_2) * two + LAMBDA_1 * fresh,
        )
        probability = np.where(known, mixed, fresh)
        return np.asarray(np.log(np.maximum(probability, UNKNOWN)) + self._digit[symbol], dtype=np.float64)


def log_probability(language: CharacterLanguage, symbols: Sequence[int]) -> float:
    """Log probability of a whole text."""
    row: npt.NDArray[np.int64] = np.array([0, 0, *symbols], np.int64)
    return float(language.step(row[:-2], row[1:-1], row[2:]).sum()) if symbols else 0.0

"""Characters that mean the same, merged in the sum of their probabilities before anything is decoded.

A network that wavers between ``１``, ``1`` and ``|`` has seen a one for sure; decoding each class by itself would lose
that. Which classes are one depends on what may stand in the field: ``丨`` is a 1 in a phone number, ``O`` is a zero
only where there are no letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from forms.characters import variants
from forms.gazetteer import gazetteer
from ocr.decoding.beam import Matrix

NEGLIGIBLE = 1e-7
"""Classes that nowhere in a line are likelier than this are left out of the sums."""

DIGIT_SHAPES: Mapping[str, str] = {
    "0": "０OoＯｏ〇○◯QDＤ",
    "1": "１lｌIＩ|｜丨Ⅰi!！ﾉ丿亅",
    "2": "２ZzＺｚ乙",
    "3": "３Зз",
    "5": "５SsＳｓ",
    "6": "６b",
    "7": "７",
    "4": "４",
    "8": "８B",
    "9": "９gqｑｇ",
    "X": "xＸｘ×✕✗χΧХх乂メ",
}
"""Where only digits (and X) can stand: what else the network calls these shapes."""

SHARED_DIGITS: Mapping[str, Mapping[str, float]] = {
    ")": {"7": 0.6, "1": 0.4},
    "）": {"7": 0.6, "1": 0.4},
    "(": {"1": 0.6, "6": 0.2},
    "/": {"1": 0.8},
    "／": {"1": 0.8},
    "人": {"1": 0.4},
    "之": {"2": 0.7},
    "了": {"3": 0.4, "7": 0.4},
    "ㄱ": {"7": 0.9},
    "ﾌ": {"7": 0.9},
    "フ": {"7": 0.9},
    "→": {"7": 0.3},
    "Y": {"4": 0.6},
    "y": {"4": 0.6},
    "千": {"4": 0.4},
    "G": {"6": 0.7},
    "a": {"9": 0.3, "0": 0.3},
    "C": {"0": 0.4, "6": 0.3},
    "c": {"0": 0.4, "6": 0.3},
    "U": {"0": 0.6},
    "u": {"0": 0.6},
}
"""Shapes that may be one digit or another: their probability is parted, so the doubt stays."""

DATE_SHAPES: Mapping[str, str] = {
    "0": "０OoＯｏ〇○◯零",
    "1": "１lｌIＩ|｜丨Ⅰi!",
    "2": "２ZzＺ",
    "3": "３",
    "4": "４",
    "5": "５SsＳ",
    "6": "６b",
    "7": "７",
    "8": "８B",
    "9": "９gqｑｇ",
    ".": "．。·•・",
    "-": "－—–―─ー",
    "/": "／",
    ",": "，、",
    "日": "曰",
    "月": "⺼",
    "号": "號",
    "正": "",
    "元": "",
    "初": "",
    "廿": "",
    "至": "",
    "今": "",
    "年": "",
    " ": "　",
    "一": "",
    "二": "",
    "三": "",
    "四": "",
    "五": "",
    "六": "",
    "七": "",
    "八": "",
    "九": "",
    "十": "",
}

_TEXT_SHAPES: Mapping[str, str] = {
    "1": "lｌ|｜丨",
    "—": "–―─_＿",
    "·": "•・･‧∙",
    "〇": "○◯",
    "“": "„‟",
    "户": "戸",
    "吉": "𠮷",
}
_SHARED_TEXT: Mapping[str, Mapping[str, float]] = {"/": {"1": 0.4}}
RESTORED = frozenset("喆堃昇甦犇龢仝甯邨氾皙勠菉")
"""Written in names again since 通用规范汉字表 (2013) took them out of the variants."""
_WIDE = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}


class Alphabet:
    """Symbols that a decoder works with, and which classes of the network each of them sums up.

    ``symbols[0]`` is the CTC blank. ``shapes`` maps a symbol to its look-alikes, ``shared`` a class to
    the symbols it may be, with weights; classes that aren't named are dropped.
    """

    def __init__(
        self,
        characters: Sequence[str],
        shapes: Mapping[str, str],
        shared: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self.symbols: tuple[str, ...] = ("", *shapes)
        self.index: dict[str, int] = {s: i for i, s in enumerate(self.symbols) if i}
        targets = np.full(len(characters), -1, np.int64)
        targets[0] = 0
        known = {c: i for i, c in enumerate(characters) if i}
        for symbol, others in shapes.items():
            for c in (symbol, *others):
                if c in known:
                    targets[known[c]] = self.index[symbol]
        self._targets = targets
        self._shared = [
            (known[c], self.index[symbol], weight)
            for c, parts in (shared or {}).items()
            if c in known
            for symbol, weight in parts.items()
            if symbol in self.index
        ]
        self._fold: dict[str, str] = {c: s for s, others in shapes.items() for c in others}

    def __len__(self) -> int:
        return len(self.symbols)

    def merge(self, probabilities: Matrix) -> Matrix:
        """T x C of the network to T x len(self): look-alikes summed, classes that can't stand here dropped."""
        live = np.flatnonzero((probabilities.max(axis=0) > NEGLIGIBLE) & (self._targets >= 0))
        target = self._targets[live]
        order = np.argsort(target, kind="stable")
        live, target = live[order], target[order]
        merged = np.zeros((len(probabilities), len(self.symbols)), np.float32)
        if live.size:
            starts = np.flatnonzero(np.concatenate(([True], target[1:] != target[:-1])))
            merged[:, target[starts]] = np.add.reduceat(probabilities[:, live], starts, axis=1)
        for source, symbol, weight in self._shared:
            merged[:, symbol] += weight * probabilities[:, source]
        return merged

    def fold(self, text: str) -> str:
        """The text in this alphabet's symbols; characters outside it stay as they are."""
        return "".join(self._fold.get(c, c) for c in text)

    def spell(self, symbols: Sequence[int]) -> str:
        return "".join(self.symbols[s] for s in symbols)

    def encode(self, text: str) -> tuple[int, ...] | None:
        """Symbols of a text, None when a character isn't in the alphabet."""
        found = [self.index.get(c) for c in text]
        return tuple(s for s in found if s is not None) if None not in found else None


class TextAlphabet(Alphabet):
    """All characters of the network, with full-width forms, traditional forms and look-alike strokes merged."""

    def __init__(self, characters: Sequence[str]) -> None:
        known = set(characters)
        folded = {c: _canonical(c, known) for c in characters if c}
        shapes: dict[str, str] = {}
        for c, canonical in folded.items():
            shapes[canonical] = shapes.get(canonical, "") + (c if c != canonical else "")
        super().__init__(characters, shapes, _SHARED_TEXT)


def _canonical(character: str, known: set[str]) -> str:
    """The form in which a character of running Chinese text is written down."""
    for symbol, others in _TEXT_SHAPES.items():
        if character in others and symbol in known:
            return symbol
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) != 1 or plain not in known:
        plain = character
    if plain in _WIDE and _WIDE[plain] in known:
        return _WIDE[plain]
    simple = plain if plain in standing() else variants().get(plain, plain)
    return simple if simple in known else plain


@cache
def standing() -> frozenset[str]:
    """Characters that stand as they are in names of places and people, though a table of variants folds them: 濛江乡
    is not 蒙江乡."""
    return gazetteer().characters | RESTORED

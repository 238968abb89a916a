"""From the network's probabilities to what a field of a kind says, with its rivals.

One ``Decoder`` per recogniser: alphabets and automata are built on first use and kept. Nothing here changes a string
once it is decoded; every constraint acts on probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forms.code_tables import code_table
from forms.kinds import Kind
from ocr.decoding import dates, numbers
from ocr.decoding.alphabet import DATE_SHAPES, DIGIT_SHAPES, SHARED_DIGITS, Alphabet, TextAlphabet
from ocr.decoding.beam import Automaton, Matrix, likelihoods, search, spans
from ocr.decoding.places import place_automaton
from ocr.recogniser import greedy

FLOOR = 1e-4
"""Mass that a symbol of a small alphabet keeps where the network is sure of a class that can't stand here."""
SMALL = 100
"""Alphabets of fewer symbols keep a floor under each."""
LIST_FLOOR = 1e-3
"""The same for entries of a closed list, where a whole character may have been misread with certainty."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """One symbol of the decoded text: steps of the matrix and the best probability there."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """``rivals``: (text, share) best first, shares sum to 1, the text itself included. ``forced``: how much likelier
    the ink is under the unconstrained text, 0 (equal) to 1. ``agreement``: 1 when both are the same text."""

    text: str
    rivals: tuple[tuple[str, float], ...]
    forced: float
    agreement: float
    spelled: tuple[Spelled, ...]
    listed: bool = True

    @property
    def share(self) -> float:
        return self.rivals[0][1] if self.rivals else 0.0

    @property
    def margin(self) -> float:
        """Share of the best minus share of the second."""
        second = self.rivals[1][1] if len(self.rivals) > 1 else 0.0
        return max(0.0, self.share - second)

    @property
    def min_probability(self) -> float:
        return min((s.probability for s in self.spelled), default=0.0)

    @property
    def mean_probability(self) -> float:
        return float(np.mean([s.probability for s in self.spelled])) if self.spelled else 0.0


class Decoder:
    """Decodes matrices over ``characters`` (index 0 the blank, as in ``Recogniser.characters``)."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)

    # -- alphabets ----------------------------------------------------------------------------------------------------

    @cached_property
    def digits(self) -> Alphabet:
        return Alphabet(self.characters, DIGIT_SHAPES, SHARED_DIGITS)

    @cached_property
    def phone_signs(self) -> Alphabet:
        shapes = {k: v for k, v in DIGIT_SHAPES.items() if k != "X"}
        return Alphabet(self.characters, {**shapes, "-": "－—–―─一"}, SHARED_DIGITS)

    @cached_property
    def date_signs(self) -> Alphabet:
        return Alphabet(self.characters, DATE_SHAPES)

    @cached_property
    def text(self) -> TextAlphabet:
        return TextAlphabet(self.characters)

    # -- automata -----------------------------------------------------------------------------------------------------

    @cached_property
    def _id(self) -> Automaton:
        return numbers.id_automaton(self.digits)

    @cached_property
    def _certificate(self) -> Automaton:
        return numbers.id_automaton(self.digits, certificate=True)

    @cached_property
    def _phone(self) -> Automaton:
        return numbers.phone_automaton(self.phone_signs)

    @cached_property
    def _number(self) -> Automaton:
        return numbers.digits_automaton(self.digits, numbers.NUMBER)

    @cached_property
    def _date(self) -> Automaton:
        return dates.date_automaton(self.date_signs)

    @cached_property
    def _month(self) -> Automaton:
        return dates.month_automaton(self.date_signs)

    @cached_property
    def _writable(self) -> list[int]:
        """Symbols of the text alphabet that a person writes on a form."""
        return [i for i, c in enumerate(self.text.symbols) if i and is_writable(c)]

    @cached_property
    def _division(self) -> Automaton:
        return place_automaton(self.text.index, len(self.text), self._writable, address=False)

    @cached_property
    def _address(self) -> Automaton:
        return place_automaton(self.text.index, len(self.text), self._writable, address=True)

    # -- kinds --------------------------------------------------------------------------------------------------------

    def decode(
        self,
        kind: Kind,
        probabilities: Matrix,
        *,
        table: str | None = None,
        certificate: bool = False,
    ) -> Decoded:
        """What the matrix says in a field of ``kind``. ``table``: code table of kind code; ``certificate``: a
        disability certificate's number. Never raises; text "" when nothing is there."""
        if certificate:
            return self._by_automaton(probabilities, self.digits, self._certificate)
        simple: dict[Kind, Callable[[], tuple[Alphabet, Automaton]]] = {
            Kind.ID_NUMBER: lambda: (self.digits, self._id),
            Kind.PHONE: lambda: (self.phone_signs, self._phone),
            Kind.NUMBER: lambda: (self.digits, self._number),
            Kind.DATE: lambda: (self.date_signs, self._date),
            Kind.MONTH: lambda: (self.date_signs, self._month),
            Kind.DIVISION: lambda: (self.text, self._division),
            Kind.ADDRESS: lambda: (self.text, self._address),
        }
        if kind in simple:
            return self._by_automaton(probabilities, *simple[kind]())
        if kind is Kind.CODE and table:
            return self._from_list(probabilities, _names(table))
        return self._free(probabilities)

    def _by_automaton(self, probabilities: Matrix, alphabet: Alphabet, automaton: Automaton) -> Decoded:
        merged = alphabet.merge(probabilities)
        if len(alphabet) < SMALL:
            merged = _with_floor(merged, FLOOR)
        found = search(merged, automaton, best=8)
        plain = _squeeze(greedy(merged, alphabet.symbols).text)
        raw = _squeeze(alphabet.fold(greedy(probabilities, self.characters).text))
        if not found:
            return self._unconstrained(merged, alphabet, plain)
        scores = np.array([h.score for h in found])
        texts = [alphabet.spell(h.symbols) for h in found]
        best = found[0]
        unforced = self._forced(merged, alphabet, best.symbols, plain)
        return Decoded(
            texts[0],
            _rivals(texts, scores),
            unforced,
            float(raw == _squeeze(texts[0])),
            _spelled(merged, best.symbols),
        )

    def _from_list(self, probabilities: Matrix, names: Sequence[str]) -> Decoded:
        alphabet = self.text
        merged = alphabet.merge(probabilities)
        entries = [(n, s) for n in names if (s := alphabet.encode(alphabet.fold(n)))]
        plain = _squeeze(greedy(merged, alphabet.symbols).text)
        if not entries:
            return self._unconstrained(merged, alphabet, plain)
        raw = _squeeze(alphabet.fold(greedy(probabilities, self.characters).text))
        scores = likelihoods(merged, [s for _, s in entries], LIST_FLOOR)
        order = np.argsort(-scores, kind="stable")[:6]
        text, symbols = entries[int(order[0])]
        forced = self._forced(merged, alphabet, symbols, plain, LIST_FLOOR)
        gap = float(scores[order[0]]) - self._likelihood(merged, alphabet, plain, LIST_FLOOR)
        if gap < -9 - 2 * len(text):
            return self._unconstrained(merged, alphabet, plain)
        return Decoded(
            text,
            _rivals([entries[i][0] for i in order.tolist()], scores[order]),
            forced,
            float(raw == text),
            _spelled(merged, symbols),
        )

    def _free(self, probabilities: Matrix) -> Decoded:
        merged = self.text.merge(probabilities)
        return self._unconstrained(merged, self.text, greedy(merged, self.text.symbols).text.strip(), listed=True)

    def _unconstrained(self, merged: Matrix, alphabet: Alphabet, plain: str, *, listed: bool = False) -> Decoded:
        symbols = alphabet.encode(plain) or ()
        return Decoded(plain, ((plain, 1.0),) if plain else (), 0.0, 1.0, _spelled(merged, symbols), listed)

    def _likelihood(self, merged: Matrix, alphabet: Alphabet, text: str, floor: float = 0.0) -> float:
        symbols = alphabet.encode(text)
        return float(likelihoods(merged, [symbols], floor)[0]) if symbols else -60.0

    def _forced(
        self, merged: Matrix, alphabet: Alphabet, symbols: Sequence[int], plain: str, floor: float = 0.0
    ) -> float:
        rival = alphabet.encode(plain)
        if rival is None or not rival or tuple(symbols) == rival:
            return 0.0
        constrained, free = likelihoods(merged, [symbols, rival], floor)
        return float(1 - np.exp(min(0.0, constrained - free)))


def is_writable(character: str) -> bool:
    """Simplified Chinese characters in use, letters, digits and the punctuation of addresses and notes."""
    if "\u4e00" <= character <= "\u9fff":
        # the national character set of 1980 is what people write in; the rest stand in names only
        return bool(character.encode("gb2312", "ignore"))
    return (character.isascii() and character.isalnum()) or character in "，。、；：？！（）《》“”·—-#/.%〇 "


def _with_floor(merged: Matrix, floor: float) -> Matrix:
    """Every symbol keeps a little of what the network gave to anything but the blank."""
    lifted = merged.copy()
    lifted[:, 1:] += floor * (1 - merged[:, :1])
    return lifted


def _squeeze(text: str) -> str:
    return text.replace(" ", "")


def _spelled(merged: Matrix, symbols: Sequence[int]) -> tuple[Spelled, ...]:
    return tuple(Spelled(a, b, min(1.0, p)) for a, b, p in spans(merged, symbols)) if symbols else ()


def _rivals(
    texts: Sequence[str], scores: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[tuple[str, float], ...]:
    """Shares of the best strings: their scores as a softmax, equal texts added up."""
    values = np.asarray(scores, np.float64)
    weights = np.exp(values - values.max())
    shares: dict[str, float] = {}
    for text, weight in zip(texts, (weights / weights.sum()).tolist(), strict=True):
        shares[text] = shares.get(text, 0.0) + weight
    return tuple(shares.items())


def _names(table: str) -> list[str]:
    """Everything an entry of a code table is called."""
    found: dict[str, None] = {}
    for entry in code_table(table).entries:
        for name in (entry.label, *entry.aliases):
            found.setdefault(name)
    return list(found)

"""From the network's probabilities to what a field of a kind says, with its rivals.

One ``Decoder`` per recogniser: alphabets and automata are built on first use and kept. Nothing here changes a string
once it is decoded; every constraint acts on probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forms.code_tables import code_table
from forms.kinds import Kind
from ocr.decoding import dates, numbers
from ocr.decoding.alphabet import DATE_SHAPES, DIGIT_SHAPES, SHARED_DIGITS, Alphabet, TextAlphabet
from ocr.decoding.beam import Automaton, Builder, Matrix, likelihoods, search, spans
from ocr.decoding.language import CharacterLanguage
from ocr.decoding.places import place_automaton
from ocr.recogniser import greedy

FLOOR = 1e-4
"""Mass that a symbol of a small alphabet keeps where the network is sure of a class that can't stand here."""
SMALL = 100
"""Alphabets of fewer symbols keep a floor under each."""
LANGUAGE = 0.35
"""Weight of the character language model against the network."""
FREE_GAIN = 1.3
"""Added per character of free text, so that the language model doesn't favour short texts."""
IMPLAUSIBLE = 12.0
"""Free text that the language can't spell stays as read where the ink is this much (log) for it."""
LEARNED = frozenset({Kind.NAME, Kind.TEXT, Kind.DIVISION, Kind.ADDRESS})
"""Kinds in which the same text comes again: villages, schools, collectors."""
SEEN = 2.0
"""Log prior of a text that stood in the field once before, against one that never did."""
MOST_SEEN = 400
"""So many known texts are tried, the most frequent ones."""
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

    @cached_property
    def _language(self) -> CharacterLanguage:
        return CharacterLanguage(self.text.symbols)

    @cached_property
    def _anything(self) -> Automaton:
        builder = Builder(self.text.index, len(self.text))
        return builder.build([builder.state(0.0, -2)], self._writable, FREE_GAIN)

    # -- kinds --------------------------------------------------------------------------------------------------------

    def decode(
        self,
        kind: Kind,
        probabilities: Matrix,
        *,
        table: str | None = None,
        certificate: bool = False,
        seen: Mapping[str, int] | None = None,
    ) -> Decoded:
        """What the matrix says in a field of ``kind``. ``table``: code table of kind code; ``certificate``: a
        disability certificate's number; ``seen``: texts that stood in this field before, and how often.
        Never raises; text "" when nothing is there."""
        decoded = self._decode(kind, probabilities, table=table, certificate=certificate)
        return self._among_seen(probabilities, decoded, seen) if seen and kind in LEARNED else decoded

    def _decode(self, kind: Kind, probabilities: Matrix, *, table: str | None, certificate: bool) -> Decoded:
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
        if kind is Kind.TEXT:
            return self._by_automaton(probabilities, self.text, self._anything)
        if kind is Kind.CODE and table:
            return self._from_list(probabilities, _names(table))
        return self._free(probabilities)

    def _by_automaton(self, probabilities: Matrix, alphabet: Alphabet, automaton: Automaton) -> Decoded:
        merged = alphabet.merge(probabilities)
        if len(alphabet) < SMALL:
            merged = _with_floor(merged, FLOOR)
        language = self._language if alphabet is self.text else None
        found = search(merged, automaton, best=8, language=language, language_weight=LANGUAGE)
        plain = _squeeze(greedy(merged, alphabet.symbols).text)
        raw = _squeeze(alphabet.fold(greedy(probabilities, self.characters).text))
        if not found:
            return self._unconstrained(merged, alphabet, plain)
        scores = np.array([h.score for h in found])
        texts = [alphabet.spell(h.symbols) for h in found]
        best = found[0]
        if not best.symbols:
            return self._unconstrained(merged, alphabet, "", listed=True)
        forced = self._forced(merged, alphabet, best.symbols, plain)
        if automaton is self.__dict__.get("_anything") and forced > 1 - np.exp(-IMPLAUSIBLE):
            return self._unconstrained(merged, alphabet, plain.strip(), listed=True)
        return Decoded(
            texts[0],
            _rivals(texts, scores),
            forced,
            float(raw == _squeeze(texts[0])),
            _spelled(merged, best.symbols),
        )

    def _among_seen(self, probabilities: Matrix, decoded: Decoded, seen: Mapping[str, int]) -> Decoded:
        """The same with known texts as rivals: they win where the ink doesn't speak against them."""
        merged = self.text.merge(probabilities)
        known = sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:MOST_SEEN]
        entries = [(t, s, n) for t, n in known if (s := self.text.encode(self.text.fold(t)))]
        own = self.text.encode(decoded.text)
        if not entries or not own:
            return decoded
        scores = likelihoods(merged, [own, *(s for _, s, _ in entries)], LIST_FLOOR)
        priors = np.array([0.0, *(SEEN + 0.5 * np.log(n) for _, _, n in entries)])
        texts = [decoded.text, *(t for t, _, _ in entries)]
        order = np.argsort(-(scores + priors), kind="stable")[:6]
        text = texts[int(order[0])]
        rivals = _rivals([texts[i] for i in order.tolist()], (scores + priors)[order])
        if text == decoded.text:
            return replace(decoded, rivals=rivals)
        symbols = entries[int(order[0]) - 1][1]
        forced = float(1 - np.exp(min(0.0, scores[order[0]] - scores[0])))
        return Decoded(text, rivals, forced, 0.0, _spelled(merged, symbols))

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

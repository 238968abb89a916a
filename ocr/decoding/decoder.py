"""From the network's probabilities to what a field of a kind says, with its rivals.

One ``Decoder`` per recogniser. What can stand in a field is said by ``ocr.decoding.routes``; nothing here changes a
string once it is decoded, every constraint acts on probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forms.code_tables import code_table
from forms.kinds import Kind
from ocr.decoding.alphabet import Alphabet, TextAlphabet
from ocr.decoding.beam import Leaning, Matrix, likelihoods, search, spans
from ocr.decoding.language import CharacterLanguage, log_probability
from ocr.decoding.routes import Route, Routes
from ocr.recogniser import greedy

FLOOR = 1e-4
"""Mass that a symbol of a small alphabet keeps where the network is sure of a class that can't stand here."""
SMALL = 100
"""Alphabets of fewer symbols keep a floor under each."""
OUTRIGHT = 3e-4
"""Characters so much less likely than the best one of their step are nothing the language may choose."""
PRESENT, PASSED_OVER = 0.9, 0.02
"""From this probability of any character on it is there; so much of the blank's is left to the language, and the
less the surer the network is."""
LEAD = 4.0
BETTER = 8.0
OUTLANDISH = 12.0
"""Mean log probability per character (negative) at which a text is no language at all."""
LEARNED = frozenset({Kind.NAME, Kind.TEXT, Kind.DIVISION, Kind.ADDRESS})
"""Kinds in which the same text comes again: villages, schools, collectors."""
SEEN = 2.0
"""Log prior of a text that stood in the field once before, against one that never did."""
MOST_SEEN = 400
"""So many known texts are tried, the most frequent ones."""
LIST_FLOOR = 1e-3
"""The floor under the entries of a closed list, where a whole character may have been misread with certainty."""


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
    near: float = 0.0
    """1 where the page's other places decided against the ink alone."""
    lead: float = 1.0
    """How far the best stands before the second by log score: 0 a tie, 0.63 at ``LEAD`` nats."""
    language: float = 1.0
    """How well the text goes with the language, per character."""
    opening: float = 0.0
    """How much better it would go without its first character, which was crossed out then. 1 at ``BETTER`` nats."""

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


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A decoded string with the route it came by."""

    text: str
    symbols: tuple[int, ...]
    score: float
    route: Route
    merged: Matrix


class Decoder:
    """Decodes matrices over ``characters`` (index 0 the blank, as in ``Recogniser.characters``)."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._routes = Routes(self.characters)

    @property
    def _text(self) -> TextAlphabet:
        return self._routes.text

    @cached_property
    def _language(self) -> CharacterLanguage:
        return CharacterLanguage(self._text.symbols)

    # -- kinds --------------------------------------------------------------------------------------------------------

    def decode(
        self,
        kind: Kind,
        probabilities: Matrix,
        *,
        table: str | None = None,
        certificate: bool = False,
        seen: Mapping[str, int] | None = None,
        key: str = "",
        near: frozenset[str] = frozenset(),
    ) -> Decoded:
        """What the matrix says in a field of ``kind``. ``table``: code table of kind code; ``certificate``: a
        disability certificate's number; ``seen``: texts that stood in this field before, and how often; ``key``: the
        field's key, for what it mostly holds; ``near``: counties that other ink of the page names.
        Never raises; text "" when nothing is there."""
        decoded = self._decode(kind, probabilities, table=table, certificate=certificate, key=key, near=near)
        return self._among_seen(probabilities, decoded, seen) if seen and kind in LEARNED else decoded

    def _decode(
        self, kind: Kind, probabilities: Matrix, *, table: str | None, certificate: bool, key: str, near: frozenset[str]
    ) -> Decoded:
        if kind is Kind.CODE and table:
            return self._from_list(probabilities, _names(table))
        if certificate:
            return self._by_routes(probabilities, [self._routes.certificate()])
        return self._by_routes(probabilities, self._routes.of_kind(kind, key, near))

    def _by_routes(self, probabilities: Matrix, routes: Sequence[Route]) -> Decoded:
        """The likeliest string by any route; rivals of all of them."""
        ways: list[_Way] = []
        merged: dict[int, Matrix] = {}
        for route in routes:
            alphabet = route.alphabet
            if id(alphabet) not in merged:
                summed = alphabet.merge(probabilities)
                merged[id(alphabet)] = _with_floor(summed, FLOOR) if len(alphabet) < SMALL else summed
            ways += self._ways(merged[id(alphabet)], route)
        first = routes[0].alphabet
        plain = _squeeze(greedy(merged[id(first)], first.symbols).text)
        if not ways:
            return self._unconstrained(merged[id(first)], first, plain)
        ways.sort(key=lambda w: -w.score)
        best = ways[0]
        if not best.symbols:
            return self._unconstrained(best.merged, best.route.alphabet, "", listed=True)
        return self._decided(probabilities, ways, plain, len(routes))

    def _ways(self, merged: Matrix, route: Route) -> list[_Way]:
        alphabet = route.alphabet
        language = self._language if alphabet is self._text and route.automaton.free_symbols.any() else None
        leaning = Leaning(language, route.language, OUTRIGHT if alphabet is self._text else 0.0, route.favoured)
        found = search(_present(merged) if alphabet is self._text else merged, route.automaton, best=8, leaning=leaning)
        ways = []
        for h in found:
            text = alphabet.spell(h.symbols)
            score = h.score + route.bonus + route.per_symbol * len(h.symbols)
            ways.append(_Way(text, h.symbols, score + (route.price(text) if route.price else 0.0), route, merged))
        return ways

    def _decided(self, probabilities: Matrix, ways: Sequence[_Way], plain: str, routes: int) -> Decoded:
        best = ways[0]
        alphabet = best.route.alphabet
        raw = _squeeze(alphabet.fold(greedy(probabilities, self.characters).text))
        if routes > 1:
            plain = _squeeze(greedy(best.merged, alphabet.symbols).text)
        forced = self._forced(best.merged, alphabet, best.symbols, plain)
        kept: dict[str, float] = {}
        for way in ways:
            kept.setdefault(way.text, way.score)
        scores = np.array(list(kept.values())[:10])
        lead = float(scores[0] - scores[1]) if len(scores) > 1 else np.inf
        return Decoded(
            best.text,
            _rivals(list(kept)[:10], scores),
            forced,
            float(raw == _squeeze(best.text)),
            _spelled(best.merged, best.symbols),
            near=float(best.route.near and forced > 0),
            lead=float(1 - np.exp(-lead / LEAD)),
            language=self._plausible(best),
            opening=self._opening(best),
        )

    def _plausible(self, way: _Way) -> float:
        """How well the text goes with the language, 0..1; 1 for alphabets of figures."""
        if way.route.alphabet is not self._text:
            return 1.0
        return float(np.clip(1 + log_probability(self._language, way.symbols) / len(way.symbols) / OUTLANDISH, 0, 1))

    def _opening(self, way: _Way) -> float:
        if way.route.alphabet is not self._text or len(way.symbols) < 3:
            return 0.0
        without = log_probability(self._language, way.symbols[1:])
        return float(np.clip((without - log_probability(self._language, way.symbols)) / BETTER, 0, 1))

    def _among_seen(self, probabilities: Matrix, decoded: Decoded, seen: Mapping[str, int]) -> Decoded:
        """The same with known texts as rivals: they win where the ink doesn't speak against them."""
        merged = self._text.merge(probabilities)
        known = sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:MOST_SEEN]
        entries = [(t, s, n) for t, n in known if (s := self._text.encode(self._text.fold(t)))]
        own = self._text.encode(decoded.text)
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
        alphabet = self._text
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


def _with_floor(merged: Matrix, floor: float) -> Matrix:
    """Every symbol keeps a little of what the network gave to anything but the blank."""
    lifted = merged.copy()
    lifted[:, 1:] += floor * (1 - merged[:, :1])
    return lifted


def _present(merged: Matrix) -> Matrix:
    """Where the network is sure that something stands, the language may say what, but not that nothing does."""
    sure = 1 - merged[:, 0] > PRESENT
    held = merged.copy()
    held[sure, 0] *= PASSED_OVER * held[sure, 0] / (1 - PRESENT)
    return held


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

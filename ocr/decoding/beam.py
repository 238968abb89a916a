"""Constrained decoding of CTC probabilities: an automaton says what may be written, a prefix beam finds the best.

A hypothesis is a pair (prefix, state of the automaton); its probability is the sum over all alignments that spell the
prefix (CTC prefix beam search, Graves 2006, Hannun et al. 2014, https://arxiv.org/abs/1408.2873), weighed by the
prior that the automaton's edges carry. Steps where the blank is nearly certain are passed over at once; all
hypotheses are extended by all likely symbols in one numpy expression.

``likelihoods`` scores whole strings exactly, for lists short enough to score every entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Matrix: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

NEVER = -1e30
"""Log weight of what the automaton doesn't allow."""
QUIET = 0.9995
"""Steps whose blank is likelier than this only end a character."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(0xBF58476D1CE4E5B9)


class Language(Protocol):
    """A model of which symbol follows which: natural log, symbols are alphabet indices, 0 is the line's start."""

    def step(self, before: Ints, last: Ints, symbol: Ints) -> Floats:
        """Log probability of ``symbol`` after ``before, last`` (arrays of equal length)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """What counts besides the ink. ``weight`` scales the language's log probabilities, which count on free edges only.

    ``outright``: symbols this much less likely than the best one of their step aren't tried, what the network is sure
    of stays. ``favoured`` symbols are tried however many others are likelier.
    """

    language: Language | None = None
    weight: float = 0.0
    outright: float = 0.0
    favoured: Ints | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A decoded string: symbols, the state it ended in, log P(ink | string) as the beam sums it, log prior."""

    symbols: tuple[int, ...]
    state: int
    ink: float
    prior: float

    @property
    def score(self) -> float:
        return self.ink + self.prior


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """States and edges over an alphabet of ``size`` symbols; symbol 0 is the CTC blank and on no edge.

    ``keys``: sorted ``state * size + symbol``; several equal keys are several edges. ``final``: log prior of ending
    per state (NEVER where it may not). ``free``: per state the state that any symbol of ``free_symbols`` leads to,
    -1 for none, at ``free_cost``.
    """

    size: int
    keys: Ints
    targets: Ints
    weights: Floats
    final: Floats
    start: tuple[int, ...]
    free: Ints
    free_symbols: npt.NDArray[np.bool_]
    free_cost: float = 0.0

    def expand(self, states: Ints, symbols: Ints) -> tuple[Ints, Ints, Floats, npt.NDArray[np.bool_]]:
        """All edges of (state, symbol) pairs: index of the pair, target, log weight, whether the edge is a free one."""
        wanted = states * self.size + symbols
        low = np.searchsorted(self.keys, wanted, "left")
        counts = np.searchsorted(self.keys, wanted, "right") - low
        rows = np.repeat(np.arange(len(wanted)), counts)
        offsets = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        edges = low[rows] + offsets
        targets, weights = self.targets[edges], self.weights[edges]
        foreseen = len(rows)
        open_ended = np.flatnonzero((self.free[states] >= 0) & self.free_symbols[symbols])
        if open_ended.size:
            rows = np.concatenate((rows, open_ended))
            targets = np.concatenate((targets, self.free[states[open_ended]]))
            weights = np.concatenate((weights, np.full(open_ended.size, self.free_cost)))
        return rows, targets, weights, np.arange(len(rows)) >= foreseen


@dataclass(slots=True)
class Builder:
    """Collects states and edges of an automaton over ``index`` (character to symbol)."""

    index: Mapping[str, int]
    size: int
    _keys: list[int] = field(default_factory=list)
    _targets: list[int] = field(default_factory=list)
    _weights: list[float] = field(default_factory=list)
    _final: list[float] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)

    def state(self, final: float = NEVER, free: int = -1) -> int:
        """A new state; ``free`` -2 means itself."""
        number = len(self._final)
        self._final.append(final)
        self._free.append(number if free == -2 else free)
        return number

    def edge(self, source: int, symbol: int, target: int, weight: float = 0.0) -> None:
        self._keys.append(source * self.size + symbol)
        self._targets.append(target)
        self._weights.append(weight)

    def word(self, source: int, text: str, target: int, weight: float = 0.0) -> bool:
        """A path spelling ``text``; False (and nothing added) when the network doesn't know a character."""
        symbols = [self.index.get(c) for c in text]
        known = [s for s in symbols if s is not None]
        if len(known) != len(symbols) or not known:
            return False
        for position, symbol in enumerate(known):
            last = position == len(known) - 1
            following = target if last else self.state()
            self.edge(source, symbol, following, weight if position == 0 else 0.0)
            source = following
        return True

    def set_free(self, state: int, target: int) -> None:
        self._free[state] = target

    def build(self, start: Sequence[int], free_symbols: Iterable[int] = (), free_cost: float = 0.0) -> Automaton:
        keys = np.array(self._keys, np.int64)
        order = np.argsort(keys, kind="stable")
        allowed = np.zeros(self.size, bool)
        allowed[list(free_symbols)] = True
        return Automaton(
            self.size,
            keys[order],
            np.array(self._targets, np.int64)[order],
            np.array(self._weights, np.float64)[order],
            np.array(self._final, np.float64),
            tuple(start),
            np.array(self._free, np.int64),
            allowed,
            free_cost,
        )


@dataclass(slots=True, eq=False)
class _Beam:
    """Hypotheses as columns. ``node`` points into the tree of prefixes; probabilities are linear, rescaled per step."""

    prefix: npt.NDArray[np.uint64]
    state: Ints
    before: Ints
    last: Ints
    node: Ints
    blank: Floats
    nonblank: Floats
    prior: Floats

    def take(self, rows: Ints) -> _Beam:
        return _Beam(
            self.prefix[rows],
            self.state[rows],
            self.before[rows],
            self.last[rows],
            self.node[rows],
            self.blank[rows],
            self.nonblank[rows],
            self.prior[rows],
        )


def search(
    probabilities: Matrix,
    automaton: Automaton,
    *,
    width: int = 48,
    choices: int = 20,
    least: float = 1e-5,
    leaning: Leaning | None = None,
    best: int = 8,
) -> list[Hypothesis]:
    """The likeliest strings the automaton accepts, best first; [] when the ink allows none within the beam.

    ``probabilities``: T x size, column 0 the blank, rows sum to at most 1. ``choices`` symbols per step, none below
    ``least``.
    """
    lean = leaning or Leaning()
    tree: list[tuple[int, int]] = [(-1, 0)]
    count = len(automaton.start)
    beam = _Beam(
        np.full(count, np.uint64(1)),
        np.array(automaton.start, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.ones(count),
        np.zeros(count),
        np.zeros(count),
    )
    scale = 0.0
    for narrow in probabilities:
        if narrow[0] >= QUIET:
            beam.blank, beam.nonblank = (beam.blank + beam.nonblank) * float(narrow[0]), np.zeros(len(beam.blank))
        else:
            row = narrow.astype(np.float64)
            symbols = _likely(row, choices, least, lean)
            beam = _advance(beam, row, symbols, automaton, tree, width, lean)
        top = float((beam.blank + beam.nonblank).max(initial=0.0))
        if top <= 0:
            return []
        beam.blank /= top
        beam.nonblank /= top
        scale += np.log(top)
    return _finish(beam, scale, automaton, tree, best)


def _likely(row: Floats, choices: int, least: float, lean: Leaning) -> Ints:
    symbols = 1 + np.flatnonzero(row[1:] >= max(least, lean.outright * float(row[1:].max())))
    if len(symbols) > choices:
        symbols = symbols[np.argsort(-row[symbols], kind="stable")[:choices]]
    if lean.favoured is not None:
        symbols = np.union1d(symbols, lean.favoured[row[lean.favoured] >= least])
    return np.asarray(symbols, dtype=np.int64)


def _advance(
    beam: _Beam,
    row: Floats,
    symbols: Ints,
    automaton: Automaton,
    tree: list[tuple[int, int]],
    width: int,
    lean: Leaning,
) -> _Beam:
    """One step: every hypothesis stays, and is extended by every likely symbol its state allows."""
    stay_blank = (beam.blank + beam.nonblank) * row[0]
    stay_nonblank = np.where(beam.last > 0, beam.nonblank * row[beam.last], 0.0)
    count, k = len(beam.state), len(symbols)
    source = np.repeat(np.arange(count), k)
    symbol = np.tile(symbols, count)
    pair, target, weight, free = automaton.expand(beam.state[source], symbol)
    source, symbol = source[pair], symbol[pair]
    repeated = symbol == beam.last[source]
    grown = np.where(repeated, beam.blank[source], beam.blank[source] + beam.nonblank[source]) * row[symbol]
    alive = grown > 0
    source, symbol, target, weight, grown = source[alive], symbol[alive], target[alive], weight[alive], grown[alive]
    free = free[alive]
    prior = beam.prior[source] + weight
    if lean.language is not None and free.any():
        step = lean.language.step(beam.before[source], beam.last[source], symbol)
        prior = prior + np.where(free, lean.weight * step, 0.0)
    prefix = beam.prefix[source] * _MIX + symbol.astype(np.uint64) + np.uint64(7)
    identity = np.concatenate((_identity(beam.prefix, beam.state), _identity(prefix, target)))
    _, first, inverse = np.unique(identity, return_index=True, return_inverse=True)
    blank = np.bincount(inverse, np.concatenate((stay_blank, np.zeros(len(grown))))).astype(np.float64)
    nonblank = np.bincount(inverse, np.concatenate((stay_nonblank, grown))).astype(np.float64)
    prior = np.concatenate((beam.prior, prior))[first]
    total = blank + nonblank
    with np.errstate(divide="ignore"):
        score = np.log(total) + prior
    order = np.argsort(-score, kind="stable")[:width]
    order = order[total[order] > 0]
    chosen = first[order]
    old = chosen < count
    fresh = chosen[~old] - count
    nodes = np.empty(len(chosen), np.int64)
    nodes[old] = beam.node[chosen[old]]
    nodes[~old] = np.arange(len(tree), len(tree) + len(fresh))
    tree.extend(zip(beam.node[source[fresh]].tolist(), symbol[fresh].tolist(), strict=True))
    return _Beam(
        np.concatenate((beam.prefix, prefix))[chosen],
        np.concatenate((beam.state, target))[chosen],
        np.concatenate((beam.before, beam.last[source]))[chosen],
        np.concatenate((beam.last, symbol))[chosen],
        nodes,
        blank[order],
        nonblank[order],
        prior[order],
    )


def _identity(prefix: npt.NDArray[np.uint64], state: Ints) -> npt.NDArray[np.uint64]:
    mixed = prefix ^ (state.astype(np.uint64) * _TURN)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def _finish(
    beam: _Beam,
    scale: float,
    automaton: Automaton,
    tree: list[tuple[int, int]],
    best: int,
) -> list[Hypothesis]:
    prior = beam.prior + automaton.final[beam.state]
    total = beam.blank + beam.nonblank
    usable = np.flatnonzero((automaton.final[beam.state] > NEVER / 2) & (total > 0))
    ranked = usable[np.argsort(-(np.log(total[usable]) + prior[usable]), kind="stable")]
    found: list[Hypothesis] = []
    seen: set[tuple[int, ...]] = set()
    for i in ranked.tolist():
        spelled: list[int] = []
        node = int(beam.node[i])
        while node > 0:
            node, symbol = tree[node]
            spelled.append(symbol)
        text = tuple(reversed(spelled))
        if text not in seen:
            seen.add(text)
            found.append(Hypothesis(text, int(beam.state[i]), float(np.log(total[i])) + scale, float(prior[i])))
        if len(found) == best:
            break
    return found


def likelihoods(probabilities: Matrix, strings: Sequence[Sequence[int]], floor: float = 0.0) -> Floats:
    """Exact log P(ink | string) of every string (CTC forward), N strings at once.

    ``floor`` is mixed into every symbol's probability, so that one character the network gave no mass to doesn't
    rule a string out.
    """
    if not strings:
        return np.zeros(0)
    longest = max(len(s) for s in strings)
    count, states = len(strings), 2 * longest + 1
    labels = np.zeros((count, states), np.int64)
    lengths = np.array([len(s) for s in strings])
    for i, s in enumerate(strings):
        labels[i, 1 : 2 * len(s) : 2] = s
    used, columns = np.unique(labels, return_inverse=True)
    columns = columns.reshape(labels.shape)
    p = probabilities[:, used].astype(np.float64)
    if floor:
        p = p * (1 - floor) + floor / 50
    skip = np.zeros((count, states), bool)
    skip[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    alpha = np.zeros((count, states))
    alpha[:, 0] = p[0, columns[:, 0]]
    if states > 1:
        alpha[:, 1] = np.where(lengths > 0, p[0][columns[:, 1]], 0)
    total = np.zeros(count)
    for row in p[1:]:
        moved = alpha.copy()
        moved[:, 1:] += alpha[:, :-1]
        moved[:, 2:] += np.where(skip[:, 2:], alpha[:, :-2], 0)
        alpha = moved * row[columns]
        top = alpha.max(axis=1, keepdims=True)
        top[top <= 0] = 1e-300
        alpha /= top
        total += np.log(top[:, 0])
    rows = np.arange(count)
    end = alpha[rows, 2 * lengths] + np.where(lengths > 0, alpha[rows, np.maximum(2 * lengths - 1, 0)], 0)
    return np.asarray(total + np.log(np.maximum(end, 1e-300)), dtype=np.float64)


def spans(probabilities: Matrix, symbols: Sequence[int], floor: float = 1e-6) -> list[tuple[int, int, float]]:
    """Where each symbol stands: best alignment (Viterbi); per symbol first step, end step, best probability there."""
    steps, count = len(probabilities), len(symbols)
    if not count or steps < count:
        return [(0, steps, 0.0)] * count
    labels = np.zeros(2 * count + 1, np.int64)
    labels[1::2] = symbols
    logs = np.log(np.maximum(probabilities[:, labels].astype(np.float64), floor))
    skip = np.zeros(len(labels), bool)
    skip[3::2] = labels[3::2] != labels[1:-2:2]
    score = np.full(len(labels), NEVER)
    score[0], score[1] = logs[0, 0], logs[0, 1]
    back = np.zeros((steps, len(labels)), np.int64)
    for t in range(1, steps):
        options = np.full((3, len(labels)), NEVER)
        options[0] = score
        options[1, 1:] = score[:-1]
        options[2, 2:] = np.where(skip[2:], score[:-2], NEVER)
        back[t] = options.argmax(axis=0)
        score = options.max(axis=0) + logs[t]
    place = len(labels) - 1 if score[-1] >= score[-2] else len(labels) - 2
    path = [place]
    for t in range(steps - 1, 0, -1):
        place -= int(back[t, place])
        path.append(place)
    path.reverse()
    found: list[tuple[int, int, float]] = []
    for i, symbol in enumerate(symbols):
        held = [t for t, at in enumerate(path) if at == 2 * i + 1]
        if not held:
            found.append((0, steps, 0.0))
            continue
        found.append((held[0], held[-1] + 1, float(max(probabilities[t, symbol] for t in held))))
    return found

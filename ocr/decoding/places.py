"""The gazetteer as an automaton: province, prefecture, county, town, in Jilin village; parts left out as people do.
Old names of counties (九台市) lead to what they are called today; the text stays as written.

Every division is a path of characters that starts wherever something above it ends: after its parent, after its
grandparent (one level left out), or at the very beginning. After a county, town or village anything may follow (group,
street, house number); and a text that isn't in the gazetteer at all can still be spelled, at a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import log

import numpy as np

from forms.gazetteer import HOME, Division, gazetteer
from ocr.decoding.beam import NEVER, Automaton, Builder, Floats, Ints

FREE_COST = 1.2
"""Added to the language model's share for each character that the gazetteer doesn't foresee (-1.4 together)."""
STRANGER = -7.0
"""Log prior of a text with no division in it."""
UNLISTED = -4.0
"""Log prior of a division that goes on with something the gazetteer doesn't list."""
PLACE_GAIN = 2.5
"""Added per character of a place in a text, as free characters get theirs."""
SHARPNESS = 0.5
"""How much a choice among many names costs: this times the log of their number."""
LEFT_OUT = -1.2
"""Log prior of leaving out one level."""
AT_START = {"province": 0.0, "prefecture": -1.0, "county": -1.5, "town": -3.0, "village": -5.0}
"""Log prior of beginning with a division of that level."""
ABROAD = -0.7
"""Log prior of a place outside the home province, on top."""
_AUTONOMOUS = re.compile(r"^(.{2,}?)(?:[^自]{1,6}族)*自治([区州县旗])$")
_ENDINGS = {"province": "省市", "prefecture": "市盟", "county": "市县区旗"}
_SPOKEN = {
    "220721": ("前郭县", "前郭"),
    "220323": ("伊通县", "伊通"),
    "220623": ("长白县",),
    "222400": ("延边州", "延边"),
}
_TITLES = {"town": ("办事处",), "village": ()}


@dataclass(slots=True)
class _Map:
    """The automaton while it grows. ``done``: states in which a division's name has just ended."""

    builder: Builder
    detail: int
    ending: Mapping[str, float]
    only: frozenset[str]
    """Provinces, prefectures and counties that are on the map; empty: all."""
    free_after: frozenset[str] = frozenset({"county", "town", "village"})

    def add(self, division: Division, sources: Iterable[tuple[int, float]]) -> int | None:
        """One division reachable from ``sources`` (state, log weight); the state after its name, None if unknown."""
        index = self.builder.index
        names = [n for n in _spellings(division) if all(c in index for c in n)]
        if not names:
            return None
        done = self.builder.state(self.ending[division.level], self.detail if division.level in self.free_after else -1)
        reached: dict[str, int] = {}
        for name in names:
            self._spell(name, done, reached, sources)
        for title in _TITLES.get(division.level, ()):
            self.builder.word(done, title, done, -1.0)
        return done

    def _spell(self, name: str, done: int, reached: dict[str, int], sources: Iterable[tuple[int, float]]) -> None:
        """A path for one spelling, shared with spellings that begin alike."""
        builder, index = self.builder, self.builder.index
        for position in range(len(name)):
            begun, last = name[: position + 1], position == len(name) - 1
            symbol = index[name[position]]
            before = [(reached[name[:position]], 0.0)] if position else list(sources)
            if begun not in reached and not last:
                reached[begun] = builder.state()
                for state, weight in before:
                    builder.edge(state, symbol, reached[begun], weight)
            if last:
                for state, weight in before:
                    builder.edge(state, symbol, done, weight)


@dataclass(frozen=True, slots=True)
class PlaceAutomata:
    """One map asked for three things: a division alone, an address (a free tail is expected), and any text, which
    often begins with a place (a school, an office, an employer). ``named``: symbols of the map's names."""

    division: Automaton
    address: Automaton
    text: Automaton
    named: Ints


def place_automata(
    index: Mapping[str, int],
    size: int,
    free_symbols: Iterable[int],
    text_gain: float,
    near: frozenset[str] = frozenset(),
) -> PlaceAutomata:
    """The three automata share states and edges, they differ in what ends well and what a free character costs.

    ``text_gain``: log weight of each free character in a text, where the language model carries the rest.
    ``near``: only these counties (codes), which the page itself or the office names; the whole country otherwise.
    """
    builder = Builder(index, size)
    detail = builder.state(0.0, -2)
    root = builder.state()
    wild = builder.state(NEVER, -2)
    stranger = builder.state(STRANGER, -2)
    builder.set_free(wild, stranger)
    ending = {"province": -4.0, "prefecture": -3.0, "county": -1.0, "town": -0.3, "village": 0.0}
    grown = _Map(builder, detail, ending, _with_parents(near))
    _add_below(grown, "", [(root, 0.0)], root)
    address = builder.build([root] if near else [root, wild], free_symbols, FREE_COST)
    division = replace(address, final=_ending(address, {detail: UNLISTED}))
    text = replace(
        address,
        weights=address.weights + PLACE_GAIN,
        final=_ending(address, {stranger: 0.0}),
        free_cost=text_gain,
    )
    return PlaceAutomata(division, address, text, np.unique(address.keys % size))


def _with_parents(counties: frozenset[str]) -> frozenset[str]:
    """The counties, their prefectures and provinces."""
    found = set(counties)
    for code in counties:
        division = gazetteer().division(code)
        while division is not None and division.parent:
            found.add(division.parent)
            division = gazetteer().division(division.parent)
    return frozenset(found)


def _ending(automaton: Automaton, changed: Mapping[int, float]) -> Floats:
    final = automaton.final.copy()
    for state, weight in changed.items():
        final[state] = weight
    return final


def _add_below(grown: _Map, code: str, above: list[tuple[int, float]], root: int) -> None:
    """All divisions under ``code``. ``above``: states of its parents, nearest first, with the cost of leaving out."""
    children = [c for c in gazetteer().children(code) if not grown.only or len(c.code) > 6 or c.code in grown.only]
    crowd = -SHARPNESS * log(max(1, len(children)))
    for child in children:
        at_home = child.code.startswith(HOME) or bool(grown.only)
        sources = [(state, crowd + cost) for state, cost in above if state != root]
        if at_home or child.level in ("province", "prefecture", "county"):
            sources.append((root, crowd + AT_START[child.level] + (0.0 if at_home else ABROAD)))
        done = grown.add(child, sources)
        if done is not None and child.level != "village":
            upper = [(state, cost + LEFT_OUT) for state, cost in above[:1] if state != root]
            _add_below(grown, child.code, [(done, 0.0), *upper], root)


def _spellings(division: Division) -> list[str]:
    """The full name and the short ones people write: 蛟河市 and 蛟河, 延边朝鲜族自治州 and 延边州."""
    name = division.name
    found = [name, *_SPOKEN.get(division.code, ()), *gazetteer().old_names(division.code)]
    if autonomous := _AUTONOMOUS.match(name):
        found += [autonomous.group(1), autonomous.group(1) + autonomous.group(2)]
    elif name[-1] in _ENDINGS.get(division.level, "") and len(name) > 2:
        found.append(name[:-1])
    return list(dict.fromkeys(n for n in found if len(n) >= 2))

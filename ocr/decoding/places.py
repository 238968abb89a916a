"""The gazetteer as an automaton: province, prefecture, county, town, in Jilin village; parts left out as people do.

Every division is a path of characters that starts wherever something above it ends: after its parent, after its
grandparent (one level left out), or at the very beginning. After a county, town or village anything may follow (group,
street, house number); and a text that isn't in the gazetteer at all can still be spelled, at a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log

from forms.gazetteer import HOME, Division, gazetteer
from ocr.decoding.beam import NEVER, Automaton, Builder

FREE_COST = 0.3
"""Added to the language model's share for each character that the gazetteer doesn't foresee (-1.3 together)."""
STRANGER = -7.0
"""Log prior of a text with no division in it."""
UNLISTED = -4.0
"""Log prior of a division that goes on with something the gazetteer doesn't list."""
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
    counts: dict[str, int] = field(default_factory=dict)
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


def place_automaton(index: Mapping[str, int], size: int, free_symbols: Iterable[int], *, address: bool) -> Automaton:
    """Divisions with a free tail. ``address``: the tail is expected (house numbers); else the division alone is."""
    builder = Builder(index, size)
    detail = builder.state(0.0 if address else UNLISTED, -2)
    root = builder.state()
    wild = builder.state(NEVER, -2)
    stranger = builder.state(STRANGER, -2)
    builder.set_free(wild, stranger)
    ending = {"province": -4.0, "prefecture": -3.0, "county": -1.0, "town": -0.3, "village": 0.0}
    grown = _Map(builder, detail, ending)
    _add_below(grown, "", [(root, 0.0)], root)
    return builder.build([root, wild], free_symbols, FREE_COST)


def _add_below(grown: _Map, code: str, above: list[tuple[int, float]], root: int) -> None:
    """All divisions under ``code``. ``above``: states of its parents, nearest first, with the cost of leaving out."""
    children = gazetteer().children(code)
    crowd = -SHARPNESS * log(max(1, len(children)))
    for child in children:
        at_home = child.code.startswith(HOME)
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
    found = [name, *_SPOKEN.get(division.code, ())]
    if autonomous := _AUTONOMOUS.match(name):
        found += [autonomous.group(1), autonomous.group(1) + autonomous.group(2)]
    elif name[-1] in _ENDINGS.get(division.level, "") and len(name) > 2:
        found.append(name[:-1])
    return list(dict.fromkeys(n for n in found if len(n) >= 2))

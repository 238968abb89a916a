"""Names of people as an automaton: a surname and one or two characters of given name; names with · and without surname.

How likely a character is in which place says ``resources/reading/names.tsv`` (``benchmarks/make_names.py`` names the
sources). It is a leaning, never a list: any character of the network can stand anywhere at the price of a rare one,
and what the network is sure of stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log

from forms.catalog import RESOURCES
from ocr.decoding.beam import Automaton, Builder

WEIGHT = 0.8
"""How much the shares count against the network. Fitted on one half of the calibration names, checked on the other."""
GAIN = 5.0
"""Added per character, so that short names aren't favoured."""
RARE = -10.5
"""Log share of a character that stands in no list; half of all names of children hold one that is seldom seen."""
UNHEARD = -0.7
"""On top, for characters outside the national set of 1980."""
UNKNOWN_SURNAME = -9.5
ONE, TWO, MORE = log(0.13), log(0.84), log(0.01)
"""Given names of one, two and more characters after a surname."""
FOREIGN = log(0.02)
"""Names put into Chinese by their sound: 艾尼瓦尔·买买提, 萨仁, 巴图."""
GIVEN = ("first", "second", "single")
BORROWED = 0.3
"""Share of a place's characters that may as well come from the other places of a given name."""
DOT = log(0.12)
LETTER = -9.0
DOTS = "·"


@cache
def shares() -> Mapping[str, Mapping[str, float]]:
    """Place in the name (surname, first, second, single, foreign) to text to natural log of its share there."""
    found: dict[str, dict[str, float]] = {}
    for line in (RESOURCES / "reading" / "names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            place, text, share = line.split("\t")
            found.setdefault(place, {})[text] = float(share)
    return found


@cache
def borrowed(place: str) -> Mapping[str, float]:
    """Natural log of the share of every known character at ``place`` of a given name, those of the other places
    (涛 is often a second character and may as well be the first) and the floor added in."""
    own = {c: exp(share) for c, share in shares().get(place, {}).items()}
    if place not in GIVEN:
        return {c: log(share) for c, share in own.items()}
    pooled: dict[str, float] = {}
    for other in GIVEN:
        for c, share in shares()[other].items():
            pooled[c] = pooled.get(c, 0.0) + exp(share) / len(GIVEN)
    return {c: log((1 - BORROWED) * own.get(c, 0.0) + BORROWED * share + exp(RARE)) for c, share in pooled.items()}


def known_surname(name: str) -> bool:
    """Whether a name begins with a surname of the list."""
    surnames = shares()["surname"]
    return any(name[:n] in surnames for n in (1, 2, 3, 4) if len(name) > n)


@dataclass(slots=True)
class _Writer:
    """The automaton while it grows; every weight is scaled here."""

    builder: Builder
    symbols: tuple[str, ...]

    def price(self, share: float) -> float:
        return WEIGHT * share + GAIN

    def floor(self, character: str) -> float:
        if not "\u4e00" <= character <= "\u9fff":
            return LETTER
        return RARE if character.encode("gb2312", "ignore") else RARE + UNHEARD

    def any_of(self, source: int, target: int, place: str, extra: float) -> None:
        """Every character from ``source`` to ``target``, the known ones of ``place`` at their share."""
        known = borrowed(place)
        for c in self.symbols:
            share = known.get(c, self.floor(c))
            self.builder.edge(source, self.builder.index[c], target, self.price(share + extra))

    def surnames(self, source: int, target: int) -> None:
        for text, share in shares()["surname"].items():
            price = WEIGHT * share + GAIN * len(text)
            self.builder.word(source, text, target, price)


def name_automaton(index: Mapping[str, int], size: int) -> Automaton:
    """Accepts every string of Chinese characters, letters and ·, common names at a better price."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    symbols = tuple(c for c in index if "\u4e00" <= c <= "\u9fff" or c in letters)
    builder = Builder(index, size)
    writer = _Writer(builder, symbols)
    start, foreign, stranger = builder.state(), builder.state(0.0), builder.state(0.0)
    surname, half, done = builder.state(), builder.state(), builder.state(0.0)
    opened = builder.state()
    writer.surnames(start, surname)
    writer.any_of(start, stranger, "", UNKNOWN_SURNAME - RARE)
    writer.any_of(stranger, stranger, "", 0.0)
    writer.any_of(surname, half, "first", TWO)
    writer.any_of(half, done, "second", 0.0)
    writer.any_of(surname, done, "single", ONE)
    writer.any_of(done, stranger, "", MORE)
    writer.any_of(opened, foreign, "foreign", FOREIGN)
    writer.any_of(foreign, foreign, "foreign", 0.0)
    for dot in DOTS:
        if dot in index:
            for state in (foreign, stranger):
                builder.edge(state, index[dot], state, writer.price(DOT))
    if " " in index:
        builder.edge(stranger, index[" "], stranger, writer.price(LETTER))
    return builder.build([start, opened])

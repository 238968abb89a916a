"""``./dev bench typing``: keys for an address, with what is offered and without, and how long a key takes.

Forty made-up addresses: where children of one township live, and where they come from. A typist that makes no mistake
and always takes the cheaper way: typing on (a word of Chinese is its pinyin and one key to choose it; a figure one key;
switching the input method one key) or first letters and Alt with a digit. Every address is checked to be understood as
what it is. Exit code 1 when one isn't, or a key takes longer than ``AIM`` at the 95th percentile.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.synth.dice import Dice
from benchmarks.synth.places import Place, another_county, counties, place_in
from forms.completion import unit_ends
from forms.gazetteer import gazetteer
from forms.kinds import Kind
from forms.values import parse
from records.views import OfficeWords
from workflow.names import initials, pinyin
from workflow.typing_offers import HERE, ORIGIN, Offer, Typing

OFFICE = "220281104"
COUNT, TAUGHT = 20, 300
AIM = 10.0
"""Milliseconds for what is offered after a key, 95 %."""
LETTERS = 5
"""So many first letters are tried before the typist gives up on them."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an address was typed."""

    keys: int
    picks: int
    understood: bool


@dataclass(slots=True)
class Hand:
    """A typist at one field. ``chinese``: the input method is on."""

    typing: Typing
    key: str
    spent: list[float]

    def offers(self, text: str) -> tuple[Offer, ...]:
        started = time.thread_time()
        found = self.typing.offers(Kind.ADDRESS, self.key, text, {})
        self.typing.whole(Kind.ADDRESS, self.key, text, {})
        self.spent.append((time.thread_time() - started) * 1000)
        return found

    def understood(self, text: str, place: Place) -> bool:
        whole = self.typing.whole(Kind.ADDRESS, self.key, text, {})
        return parse(Kind.ADDRESS, whole) == {"division": place.code, "detail": place.detail}

    def write(self, place: Place) -> Way:
        """The whole of an address; Enter is not counted, it is the same every way."""
        text, keys, picks, chinese = "", 0, 0, True
        while not self.understood(text, place):
            picked = self._cheapest_pick(text, place, chinese)
            unit = _rest(text, place)
            if picked is not None and (unit is None or picked[1] < _keys(unit, chinese)):
                text, cost = picked
                keys, picks, chinese = keys + cost, picks + 1, False
            elif unit is not None:
                keys += _keys(unit, chinese)
                chinese = chinese if unit.isascii() else True
                text += unit
            else:
                return Way(keys, picks, understood=False)
        return Way(keys, picks, understood=True)

    def _cheapest_pick(self, text: str, place: Place, chinese: bool) -> tuple[str, int] | None:
        """The offer that leads farthest for its keys, and what it costs."""
        found: list[tuple[float, str, int]] = []
        typed = place.full if place.full.startswith(text) else ""
        for unit in _units(place):
            if text and not typed:
                break
            letters = initials(unit)
            for count in range(1, min(len(letters), LETTERS) + 1):
                offered = [o.text for o in self.offers(text + letters[:count])]
                hit = next((t for t in offered if place.full.startswith(t) and len(t) > len(text)), None)
                if hit is not None:
                    cost = count + 1 + int(chinese)
                    saved = sum(_keys(u, True) for u in _between(text, hit, place))
                    found.append((saved / cost, hit, cost))
                    break
        if not found:
            return None
        _, hit, cost = max(found)
        return hit, cost


def _units(place: Place) -> list[str]:
    """Names from the province down, then what follows the village."""
    names: list[str] = []
    at = place.code
    while True:
        division = gazetteer().division(at)
        if division is None:
            break
        names.insert(0, division.name)
        if division.parent is None:
            break
        at = division.parent
    ends = (0, *unit_ends(place.detail)) if place.detail else (0,)
    return names + [place.detail[a:b] for a, b in itertools.pairwise(ends)]


def _rest(text: str, place: Place) -> str | None:
    """The next word to type; from nothing the town is begun with, where that is enough, else the province."""
    if not text:
        units = _units(place)
        town = gazetteer().division(place.code[:9])
        return units[units.index(town.name)] if place.code.startswith("22") and town is not None else units[0]
    units = _units(place)
    done = "".join(units).find(text)
    at = max(done, 0) + len(text)
    reached = 0
    for unit in units:
        reached += len(unit)
        if reached > at:
            return unit[len(unit) - (reached - at) :]
    return None


def _between(text: str, longer: str, place: Place) -> Iterator[str]:
    reached = 0
    for unit in _units(place):
        reached += len(unit)
        if len(text) < reached <= len(longer):
            yield unit


def _keys(unit: str, chinese: bool) -> int:
    """Pinyin and one key to choose for each run of Chinese, one key for each figure."""
    hanzi = "".join(sign for sign in unit if not sign.isascii())
    switch = int(bool(hanzi) and not chinese)
    return len(unit) - len(hanzi) + (len(pinyin(hanzi).replace(" ", "")) + 1 if hanzi else 0) + switch


def typed_out(place: Place, *, whole: bool) -> int:
    """Without anything offered: from the province, or from the town where that was understood before."""
    if whole:
        return sum(_keys(unit, True) for unit in _units(place))
    text, keys = "", 0
    while (unit := _rest(text, place)) is not None:
        keys, text = keys + _keys(unit, True), text + unit
        if parse(Kind.ADDRESS, text) == {"division": place.code, "detail": place.detail}:
            break
    return keys


def _places(kind: str, count: int, seed: str) -> list[Place]:
    dice = Dice("typing", seed, kind)
    if kind == HERE:
        return [place_in(dice, OFFICE) for _ in range(count)]
    home = dice.one([c for c in counties("220000") if c == OFFICE[:6]])
    return [place_in(dice, another_county(dice, home)) for _ in range(count)]


def office(taught: int) -> Typing:
    """What an office that has verified so many forms is offered."""
    places = {}
    for kind in (HERE, ORIGIN):
        counted = Counter((p.code, p.detail) for p in _places(kind, taught, "taught"))
        places[kind] = tuple((code, detail, times) for (code, detail), times in counted.items())
    return Typing(OfficeWords(OFFICE, places, {}))


def measure() -> dict[str, object]:
    """Everything, as it goes into the report."""
    spent: list[float] = []
    found: dict[str, object] = {}
    for kind, key in ((HERE, "child_residence"), (ORIGIN, "child_household_address")):
        asked = _places(kind, COUNT, "asked")
        row: dict[str, object] = {
            "whole": statistics.mean(typed_out(place, whole=True) for place in asked),
            "before": statistics.mean(typed_out(place, whole=False) for place in asked),
        }
        for name, taught in (("new", 0), ("taught", TAUGHT)):
            typing = office(taught)
            ways = [Hand(typing, key, spent).write(place) for place in asked]
            row[name] = statistics.mean(way.keys for way in ways)
            row[f"{name}_picks"] = statistics.mean(way.picks for way in ways)
            row[f"{name}_wrong"] = [asdict(p) for p, way in zip(asked, ways, strict=True) if not way.understood]
        found[kind] = row
    spent.sort()
    found["ms"] = {"median": statistics.median(spent), "p95": spent[int(len(spent) * 0.95)], "asked": len(spent)}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when every address was understood and offering is quick enough."""
    parser = argparse.ArgumentParser(prog="./dev bench typing", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    found = measure()
    for kind in (HERE, ORIGIN):
        row = found[kind]
        assert isinstance(row, dict)
        told = "  ".join(f"{name} {row[name]:.1f}" for name in ("whole", "before", "new", "taught"))
        print(f"{kind}: keys an address: {told}; picks {row['new_picks']:.1f} / {row['taught_picks']:.1f}")
        for wrong in (*row["new_wrong"], *row["taught_wrong"]):
            print(f"  not understood: {wrong}")
    times = found["ms"]
    assert isinstance(times, dict)
    print(f"a key: {times['median']:.2f} ms, 95 % {times['p95']:.2f} ms ({times['asked']} keys)")
    if options.json is not None:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=2), encoding="utf-8")
    wrong_ones = any(found[k][f"{n}_wrong"] for k in (HERE, ORIGIN) for n in ("new", "taught"))  # type: ignore[index]  # rows, as made above
    return int(bool(wrong_ones) or times["p95"] > AIM)


if __name__ == "__main__":
    raise SystemExit(main())

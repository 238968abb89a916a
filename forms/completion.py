"""What a place that is being typed may go on with, and the names above it that nobody needs to type.

Typed is Chinese, or the first letters of pinyin (``hsd`` for 黄松甸镇), also mixed (``蛟河市hsd``). Offered is the next
unit: a division of the gazetteer, or of what the office has verified before an estate, a street, a group of a village.
Only what is read back as exactly the place it shows is offered. Pure; pinyin comes as data, this package knows none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from forms.gazetteer import HOME, Division, Gazetteer, lies_within, scope_of
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, named_outright, parse

Readings: TypeAlias = Mapping[str, Sequence[str]]
"""The ways a character is read, without tones: 长 as chang and zhang."""
MOST = 6
TWICE = 2
"""So often something below the village must stand in the office's records to be offered: one house is no unit."""
LONGEST = 60
"""Characters: whoever has typed more than that is not looking for a place."""
COUNTY, TOWN = 6, 9  # figures of their codes
SAME_COUNTY = 1
_UNIT = re.compile(
    r".+?(?:小区|花园|家园|佳园|新村|新城|大街|胡同|号楼|单元|[村屯组社队委街路巷里栋幢楼室号沟堡](?![小大])|$)"
)
_LETTERS = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class PlaceOffer:
    """``name`` is what it goes on with, ``above`` where that lies, ``text`` the whole place as it is written.

    ``times``: how many of the office's records name it or something in it.
    """

    name: str
    above: str
    text: str
    code: str
    detail: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place of the office's records: what follows the division, and how many records name it."""

    code: str
    detail: str
    times: int


def fits(name: str, typed: str, readings: Readings) -> int | None:
    """How many characters of ``name`` stand for what was typed, None where it begins otherwise.

    A typed letter stands for the beginning of a syllable: ``hsd``, ``huangsd`` and ``黄sd`` are all 黄松甸.
    """
    return _fits(name, typed, 0, 0, readings)


def _fits(name: str, typed: str, at: int, done: int, readings: Readings) -> int | None:
    if done == len(typed):
        return at
    if at == len(name):
        return None
    if name[at] == typed[done]:
        found = _fits(name, typed, at + 1, done + 1, readings)
        if found is not None:
            return found
    for reading in readings.get(name[at], ()) if typed[done].isascii() else ():
        length = 0
        while length < len(reading) and typed[done + length : done + length + 1] == reading[length]:
            length += 1
        for taken in range(length, 0, -1):
            found = _fits(name, typed, at + 1, done + taken, readings)
            if found is not None:
                return found
    return None


class PlaceIndex:
    """Provinces, prefectures and counties everywhere, towns and villages of Jilin, by how their names begin."""

    def __init__(self, places: Gazetteer, readings: Readings) -> None:
        self.places = places
        self.readings = readings
        self._by_sign: dict[str, list[tuple[str, str]]] = {}
        for division in _searched(places):
            name = division.name
            for sign in {name[0], *(reading[0] for reading in readings.get(name[0], ()))}:
                self._by_sign.setdefault(sign, []).append((division.code, name))

    def beginning(self, typed: str) -> Iterator[tuple[str, str]]:
        """Code and name of the divisions whose names begin with what was typed."""
        for code, name in self._by_sign.get(typed[0], ()):
            if len(typed) == 1 or fits(name, typed, self.readings) is not None:
                yield code, name


def _searched(places: Gazetteer) -> Iterator[Division]:
    for province in places.children(""):
        yield province
        for city in places.children(province.code):
            yield city
            yield from (county for county in places.children(city.code) if len(county.code) == COUNTY)
    yield from (division for division in places.below(f"{HOME}0000") if len(division.code) > COUNTY)


@dataclass(frozen=True, slots=True)
class _Found:
    """What may be offered, before anything is made of it. ``head``: the division that was typed above it, if any."""

    code: str
    name: str
    head: str = ""
    detail: str = ""
    times: int = 0


class Places:
    """What one office is offered: ``known`` are the places of its records."""

    def __init__(self, index: PlaceIndex, known: Iterable[KnownPlace] = ()) -> None:
        self._index = index
        self._gazetteer = index.places
        self._times: dict[str, int] = {}
        self._details: dict[str, list[tuple[str, tuple[int, ...], int]]] = {}
        units: dict[tuple[str, str], int] = {}
        for place in known:
            if self._gazetteer.division(place.code) is None:
                continue
            for code in self._up(place.code):
                self._times[code] = self._times.get(code, 0) + place.times
            if place.detail:
                ends = unit_ends(place.detail)
                self._details.setdefault(place.code, []).append((place.detail, ends, place.times))
                first = place.code, place.detail[: ends[0]]
                units[first] = units.get(first, 0) + place.times
        self._units = tuple((code, unit, times) for (code, unit), times in units.items() if times >= TWICE)

    def _up(self, code: str) -> Iterator[str]:
        at: str | None = code
        while at is not None:
            yield at
            division = self._gazetteer.division(at)
            at = None if division is None else division.parent

    # -- what it may go on with ---------------------------------------------------------------------------------------

    def offers(
        self, kind: Kind, typed: str, near: str = "", stands: str = "", most: int = MOST
    ) -> tuple[PlaceOffer, ...]:
        """What a DIVISION or ADDRESS may go on with, the likeliest first; nothing before the first character.

        ``near``: the division around which a place without its county is looked for. ``stands``: what the typed text
        is kept as already.
        """
        text = _plain(typed)
        if not text or len(text) > LONGEST:
            return ()
        found: dict[tuple[str, str], _Found] = {}
        for each in (*self._below_heads(text, near), *self._anywhere(text, near)):
            found.setdefault((each.code, each.detail), each)
        chosen: list[PlaceOffer] = []
        for each in sorted(found.values(), key=lambda f: _rank(f, near)):
            if len(chosen) == most:
                break
            offer = self._offer(each)
            if offer.text not in (text, stands) and reads_back(kind, offer):
                chosen.append(offer)
        return tuple(chosen)

    def _offer(self, found: _Found) -> PlaceOffer:
        division = self._gazetteer.full_name(found.code)
        text = division + found.detail
        head = self._gazetteer.full_name(found.head) if found.head else ""
        above = text.removesuffix(found.name).removeprefix(head)
        above = "" if found.code == found.head else above
        return PlaceOffer(found.name, above, text, found.code, found.detail, found.times)

    def _below_heads(self, text: str, near: str) -> Iterator[_Found]:
        """What was typed names a division already, maybe by its short name, and what follows begins the next unit."""
        for code, rest in self._heads(text, near):
            division = self._gazetteer.division(code)
            if division is not None and not rest and not text.endswith(division.name):
                yield _Found(code, division.name, times=self._times.get(code, 0))
            yield from self._divisions_below(code, rest, near)
            yield from self._details_below(code, rest)

    def _heads(self, text: str, near: str) -> list[tuple[str, str]]:
        found = dict.fromkeys(self._gazetteer.resolve(text))
        for above in _around(near):
            found |= dict.fromkeys(self._gazetteer.resolve(text, above))
        return list(found)

    def _divisions_below(self, code: str, rest: str, near: str) -> Iterator[_Found]:
        for child in self._gazetteer.children(code):
            known = self._times.get(child.code, 0)
            wanted = fits(child.name, rest, self._index.readings) is not None
            if wanted and (rest or known or lies_within(near, child.code)):
                yield _Found(child.code, child.name, code, times=known)
            if rest and len(child.code) == TOWN:
                for village in self._gazetteer.children(child.code):
                    if fits(village.name, rest, self._index.readings) is not None:
                        yield _Found(village.code, village.name, code, times=self._times.get(village.code, 0))

    def _details_below(self, code: str, rest: str) -> Iterator[_Found]:
        counted: dict[tuple[int, str], int] = {}
        for detail, ends, times in self._details.get(code, ()):
            at = fits(detail, rest, self._index.readings)
            end = next((end for end in ends if at is not None and end > at), None)
            if end is not None:
                start = max((e for e in ends if e < end), default=0)
                counted[start, detail[:end]] = counted.get((start, detail[:end]), 0) + times
        for (start, detail), times in counted.items():
            if times >= TWICE:
                yield _Found(code, detail[start:], code, detail, times)
        if rest and len(code) <= TOWN:
            for inner, unit, times in self._units:
                if inner != code and lies_within(inner, code) and fits(unit, rest, self._index.readings) is not None:
                    yield _Found(inner, unit, code, unit, times)

    def _anywhere(self, text: str, near: str) -> Iterator[_Found]:
        """Without anything above it. By one character only what is known, near, or no village."""
        for code, name in self._index.beginning(text):
            known = self._times.get(code, 0)
            if len(text) > 1 or known or len(code) == COUNTY or _distance(code, near) <= SAME_COUNTY:
                yield _Found(code, name, times=known)
        for code, unit, times in self._units:
            if fits(unit, text, self._index.readings) is not None:
                yield _Found(code, unit, detail=unit, times=times)

    # -- the names above it -------------------------------------------------------------------------------------------

    def whole(self, kind: Kind, typed: str, near: str) -> str:
        """What was typed, with the names above it in front where around ``near`` only one place can be meant.

        ``团山村3组`` in an office of 蛟河市: 吉林省吉林市蛟河市 and the town in front of it. As typed where nothing or
        more than one place is meant, and where no division is named at all.
        """
        text = " ".join(typed.split())
        if not text or not near or len(text) > LONGEST:
            return typed
        named = [(code, rest) for code, rest in self._heads(text, near) if named_outright(code, text, rest)]
        if not named:
            return typed
        shortest = min(len(rest) for _, rest in named)
        meant = [(code, rest) for code, rest in named if len(rest) == shortest]
        nearest = min(_distance(code, near) for code, _ in meant)
        closest = [(code, rest) for code, rest in meant if _distance(code, near) == nearest]
        if len(closest) != 1:
            return typed
        ((code, rest),) = closest
        whole = self._gazetteer.full_name(code) + rest
        return whole if _read(kind, whole) == _value(kind, code, rest) else typed


def unit_ends(detail: str) -> tuple[int, ...]:
    """Where the units of what follows a division end: 阳光小区3号楼2单元 after 4, 7 and 10 characters."""
    ends = [found.end() for found in _UNIT.finditer(detail)]
    return tuple(ends) if ends else (len(detail),)


def reads_back(kind: Kind, offer: PlaceOffer) -> bool:
    """Does the text stand for exactly the place that is shown?"""
    if kind is Kind.DIVISION and offer.detail:
        return False
    return _read(kind, offer.text) == _value(kind, offer.code, offer.detail)


def _value(kind: Kind, code: str, detail: str) -> JsonValue:
    return {"division": code, "detail": detail} if kind is Kind.ADDRESS else code


def _read(kind: Kind, text: str) -> JsonValue:
    try:
        return parse(kind, text)
    except FieldError:
        return None


def _plain(typed: str) -> str:
    """Without blanks and the signs between syllables (``xi'an``), letters small."""
    return "".join(typed.split()).replace("'", "").lower()


def _around(near: str) -> tuple[str, ...]:
    """Divisions in which a town or a village may be named without what lies above it: the township, the county."""
    return tuple(dict.fromkeys(near[:size] for size in (9, 6) if len(near) >= size and not near[:6].endswith("00")))


def _rank(found: _Found, near: str) -> tuple[int, int, int, str, str]:
    """What the office has most often comes first, the nearer and the deeper; of what it never had the higher."""
    deep = len(found.code) if not found.times else -len(found.code)
    return -found.times, _distance(found.code, near), deep, found.code, found.detail


def _distance(code: str, near: str) -> int:
    """0: in the same township, or above it; 1 the county, 2 the prefecture, 3 the province, 4 elsewhere."""
    if not near:
        return 4
    if lies_within(near, code):
        return 0
    around = scope_of(near)
    for far, size in enumerate((TOWN, COUNTY, 4, 2)):
        if len(around) >= size and code[:size] == around[:size]:
            return far
    return 4


def word_offers(
    words: Collection[tuple[str, int]], typed: str, readings: Readings, most: int = MOST
) -> tuple[str, ...]:
    """Of texts and how often each was verified, those that begin with what was typed, or hold two characters of it."""
    text = _plain(typed)
    if not text:
        return ()
    found = []
    for word, times in words:
        begins = fits(_plain(word), text, readings) is not None
        if word != typed and (begins or (len(text) >= TWICE and not _LETTERS.search(text) and text in word)):
            found.append((not begins, -times, word))
    return tuple(word for _, _, word in sorted(found)[:most])

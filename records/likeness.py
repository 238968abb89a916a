"""Are two children on the list one and the same? Pure: what is known of both in, a score with its reasons out.

Every field of the two is compared into one of a few levels; each level has a weight, fitted by logistic regression on
planted duplicates (``benchmarks/bench_duplicates.py --fit``) and kept with its Chinese reason in
``resources/likeness.toml``. That is record linkage after Fellegi and Sunter (1969), with the weights fitted jointly,
because siblings share parents, phone and address and would else be taken for one child.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType

from forms import id_number
from forms.catalog import RESOURCES
from forms.characters import in_use, look_alike
from forms.id_number import check_digit

Levels = Mapping[str, str]
"""Field to level, e.g. ``{"name": "look_alike", "birth": "same"}``; fields unknown on one side are left out."""

ROLES = ("father", "mother", "caregiver")
OTHER_DIGITS = "0123456789"
TAIL = 4  # characters of an ID number after the birth date


@dataclass(frozen=True, slots=True)
class Around:
    """A parent or caregiver as the child's current registration names them."""

    name: str = ""
    id_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a child. ``pinyin``: syllables parted by spaces. Empty means unknown."""

    child_id: str
    name: str
    pinyin: str
    birth_date: date | None = None
    sex: str = ""
    id_number: str = ""
    phone: str = ""
    household: str = ""
    residence: str = ""
    detail: str = ""
    around: Mapping[str, Around] = field(default_factory=dict)

    def phones(self) -> frozenset[str]:
        """Every phone number that leads to the child."""
        return frozenset(p for p in (self.phone, *(a.phone for a in self.around.values())) if p)


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` 0 to 100: how likely it is that both are one child. ``reasons``: for it first, then against it."""

    score: int
    grade: str  # likely | possible | ""
    reasons: tuple[str, ...]
    levels: Levels


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted file: weight and reason of every ``field.level``, and from which score on a pair is told of."""

    base: float
    weights: Mapping[str, float]
    reasons: Mapping[str, str]
    likely: int
    possible: int


@cache
def weights() -> Weights:
    """The weights in use."""
    with (RESOURCES / "likeness.toml").open("rb") as file:
        raw = tomllib.load(file)
    levels = {f"{name}.{level}": row for name, rows in raw["levels"].items() for level, row in rows.items()}
    return Weights(
        base=raw["base"],
        weights=MappingProxyType({name: row["weight"] for name, row in levels.items()}),
        reasons=MappingProxyType({name: row["reason"] for name, row in levels.items()}),
        likely=raw["likely"],
        possible=raw["possible"],
    )


def likeness(one: Traits, other: Traits) -> Likeness:
    """How alike two children are."""
    known, found = weights(), levels(one, other)
    names = [f"{name}.{level}" for name, level in found.items()]
    sum_ = known.base + sum(known.weights.get(name, 0.0) for name in names)
    score = round(100 / (1 + math.exp(-max(-30.0, min(30.0, sum_)))))
    told = sorted((n for n in names if known.reasons.get(n)), key=lambda n: -known.weights.get(n, 0.0))
    grade = "likely" if score >= known.likely else "possible" if score >= known.possible else ""
    return Likeness(score, grade, tuple(known.reasons[n] for n in told), found)


# -- levels -----------------------------------------------------------------------------------------------------------


def levels(one: Traits, other: Traits) -> Levels:
    """Every field that is known on both sides, with how it agrees."""
    found = {
        "name": _names(one.name, one.pinyin, other.name, other.pinyin),
        "birth": _births(one.birth_date, other.birth_date),
        "number": _numbers(one.id_number, other.id_number),
        "sex": _equal(one.sex, other.sex),
        "around": _around(one.around, other.around),
        "phone": _phones(one.phones(), other.phones()),
        "household": _equal(one.household[:6], other.household[:6]),
        "residence": _places(one, other),
    }
    return {name: level for name, level in found.items() if level}


def _equal(one: str, other: str) -> str:
    if not (one and other):
        return ""
    return "same" if one == other else "different"


def _names(one: str, one_sounds: str, other: str, other_sounds: str) -> str:
    """``one_character`` also where a character is missing; siblings often differ in no more than that."""
    one, other = in_use(one), in_use(other)
    if not (one and other):
        return ""
    if one == other:
        return "same"
    if one_sounds and one_sounds == other_sounds:
        return "same_sound"
    if len(one) == len(other):
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        if all(look_alike(a, b) for a, b in pairs):
            return "look_alike"
        if len(pairs) == 1 and len(one) > 1:
            return "surname_differs" if one[0] != other[0] else "one_character"
    elif abs(len(one) - len(other)) == 1 and min(len(one), len(other)) > 1 and _without_one(one, other):
        return "character_missing"
    return "surname" if one[0] == other[0] else "different"


def _without_one(one: str, other: str) -> bool:
    long, short = sorted((one, other), key=len, reverse=True)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _births(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return ""
    if one == other:
        return "same"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "swapped"
    return _digits_differ(f"{one:%Y%m%d}", f"{other:%Y%m%d}")


def _digits_differ(one: str, other: str) -> str:
    wrong = sum(a != b for a, b in zip(one, other, strict=True))
    return {1: "one_digit", 2: "two_digits"}.get(wrong, "different")


def _numbers(one: str, other: str) -> str:
    if not (one and other):
        return ""
    if one == other:
        return "same"
    if len(one) != len(other):
        return "one_digit" if _without_one(one, other) and abs(len(one) - len(other)) == 1 else "different"
    # the last character follows from the others: one digit misread and made valid again differs in two
    wrong = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    inner = [at for at in wrong if at < 17]
    if len(inner) <= 1 or (len(inner) == 2 and inner[1] == inner[0] + 1 and one[inner[0]] == other[inner[1]]):
        return "one_digit"
    return "different"


def _around(one: Mapping[str, Around], other: Mapping[str, Around]) -> str:
    """The adults around both children: ``both`` when two of them agree, ``one``, or ``none``."""
    agreeing, compared = 0, 0
    for role in ROLES:
        a, b = one.get(role, Around()), other.get(role, Around())
        if (a.id_number and b.id_number) or (a.name and b.name):
            compared += 1
            agreeing += _same_adult(a, b)
    if not compared:
        return ""
    return ("none", "one")[agreeing] if agreeing < 2 else "both"


def _same_adult(one: Around, other: Around) -> bool:
    if one.id_number and one.id_number == other.id_number:
        return True
    return bool(one.name and other.name) and _alike(in_use(one.name), in_use(other.name))


def _alike(one: str, other: str) -> bool:
    return len(one) == len(other) and all(look_alike(a, b) for a, b in zip(one, other, strict=True))


def _phones(one: frozenset[str], other: frozenset[str]) -> str:
    if not (one and other):
        return ""
    if one & other:
        return "same"
    near = any(len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1 for a in one for b in other)
    return "one_digit" if near else "different"


def _places(one: Traits, other: Traits) -> str:
    """By division, then by what follows it: the digits of house, unit and room decide."""
    if not (one.residence and other.residence):
        return ""
    if one.residence[:6] != other.residence[:6]:
        return "different"
    if one.detail and other.detail and _detail(one.detail) == _detail(other.detail):
        return "same_house"
    return "same_town" if one.residence[:9] == other.residence[:9] else "same_county"


def _detail(text: str) -> str:
    return "".join(c for c in in_use(text) if c.isalnum())


# -- keys to find candidates by ---------------------------------------------------------------------------------------


def keys_of(traits: Traits) -> frozenset[str]:
    """What the child is filed under. Every way in which a paper can be misread leaves some of them untouched."""
    return frozenset(_keys(traits))


def _keys(traits: Traits) -> Iterator[str]:
    name, sounds, born = in_use(traits.name), traits.pinyin.split(), traits.birth_date
    yield f"n/{name}"
    if born is not None:
        yield f"y/{traits.pinyin}/{born.year}"
        yield from _dated(sounds, f"{born:%Y%m%d}")
    for adult in traits.around.values():
        if adult.id_number:
            yield f"a/{adult.id_number}"
    for phone in traits.phones():
        yield f"t/{phone}"
    father, mother = (in_use(traits.around.get(role, Around()).name) for role in ("father", "mother"))
    if father and mother:
        yield f"p/{father}/{mother}"
    number = traits.id_number
    if number:
        yield f"i/{number}"
        yield f"j/{number[-TAIL - 4 :]}/{sounds[0] if sounds else ''}"
        yield f"k/{number[:6]}/{number[-TAIL:]}"


def _dated(sounds: list[str], day: str) -> Iterator[str]:
    """By birth date with the first and with the last syllable: seldom are both characters misread."""
    if sounds:
        yield f"b/{day}/{sounds[0]}"
        yield f"c/{day}/{sounds[-1]}"


def probes_of(traits: Traits) -> frozenset[str]:
    """What to look under for a child's twins on the list: its own keys, and those with the birth date misread."""
    found = set(_keys(traits))
    if traits.birth_date is not None:
        for day in misread_days(traits.birth_date):
            found.update(_dated(traits.pinyin.split(), f"{day:%Y%m%d}"))
    found.update(f"i/{number}" for number in _misread_numbers(traits.id_number))
    return frozenset(found)


def misread_days(day: date) -> frozenset[date]:
    """Dates that differ from this one by a digit, and the one with day and month exchanged."""
    text = f"{day:%Y%m%d}"
    texts = {text[:at] + digit + text[at + 1 :] for at in range(2, 8) for digit in OTHER_DIGITS}
    texts.add(text[:4] + text[6:] + text[4:6])
    return frozenset(d for t in texts if (d := _day(t)) is not None and d != day)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _misread_numbers(number: str) -> frozenset[str]:
    """Sound numbers of one digit less agreement: what a forced check digit makes of a misread one."""
    if not number or id_number.problem(number) is not None:
        return frozenset()
    firsts = {number[:at] + digit + number[at + 1 : 17] for at in range(17) for digit in OTHER_DIGITS}
    return frozenset(first + check_digit(first) for first in firsts) - {number}


MOST_UNDER_A_KEY = 100
"""Beyond so many children a key says nothing: a name like 王浩 in a county, a phone of the village committee."""


def pairs_sharing_keys(children: Mapping[str, Traits]) -> frozenset[tuple[str, str]]:
    """Pairs of ids (the smaller first) in which one child stands under a key that the other is looked for under."""
    under: dict[str, list[str]] = {}
    for child_id, traits in children.items():
        for key in keys_of(traits):
            under.setdefault(key, []).append(child_id)
    found: set[tuple[str, str]] = set()
    for child_id, traits in children.items():
        for key in probes_of(traits):
            others = under.get(key, ())
            if len(others) <= MOST_UNDER_A_KEY:
                found.update((min(child_id, o), max(child_id, o)) for o in others if o != child_id)
    return frozenset(found)

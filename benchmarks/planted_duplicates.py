"""Children, their brothers and sisters, and the same children again as a reader and a hurried clerk damage them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from benchmarks.synth.dice import Dice
from benchmarks.synth.names import person_name
from benchmarks.synth.people import Household, Person, household, identity, mobile
from benchmarks.synth.places import place_in
from forms.characters import variants
from forms.id_number import check_digit
from records.likeness import Around, Traits, misread_days
from workflow.names import pinyin

AS_OF = date(2026, 6, 30)
DIGITS = {"1": "7", "7": "1", "0": "6", "6": "0", "3": "8", "8": "3", "4": "9", "9": "4", "5": "6", "2": "7"}
"""What a hurried digit is taken for."""
CONFUSIONS = Path(__file__).with_name("reader_confusions.tsv")


@dataclass(frozen=True)
class Planted:
    """``children`` and which of them are one: pairs of ids, the damaged one second."""

    children: dict[str, Traits]
    pairs: frozenset[tuple[str, str]]


def planted(seed: object, families: int, share: float = 0.15) -> Planted:
    """Families with a child or two; ``share`` of the children stand on the list twice."""
    children: dict[str, Traits] = {}
    pairs = set()
    for number in range(families):
        dice = Dice("duplicates", seed, number)
        for at, traits in enumerate(_children(dice, f"{number:06d}")):
            children[traits.child_id] = traits
            throw = dice.sub("again", at)
            if throw.chance(share):
                again = damaged(traits, throw)
                children[again.child_id] = again
                pairs.add((traits.child_id, again.child_id))
    return Planted(children, frozenset(pairs))


def crowd(base: Sequence[Traits], count: int, seed: object) -> Iterator[Traits]:
    """Any number of further children, put together from parts of other families: for speed, not for accuracy."""
    dice = Dice("crowd", seed)
    for number in range(count):
        name, born, adults, place = (dice.one(base) for _ in range(4))
        day = born.birth_date or AS_OF
        yield replace(
            place,
            child_id=f"crowd-{number:07d}",
            name=name.name,
            pinyin=name.pinyin,
            birth_date=day,
            sex=name.sex,
            id_number=identity(dice, place.household[:6] or "220281", day, name.sex or "1"),
            phone=mobile(dice),
            around={role: replace(adult, phone=mobile(dice), id_number="") for role, adult in adults.around.items()},
        )


# -- families ---------------------------------------------------------------------------------------------------------


def _children(dice: Dice, name: str) -> Iterator[Traits]:
    home = household(dice, as_of=AS_OF)
    yield _traits(home, dice.sub("one"), f"{name}-a")
    second = dice.sub("second").pick({"none": 70, "sibling": 27, "twin": 3})
    if second != "none":
        other = replace(home, child=_second(home, dice.sub("second"), twin=second == "twin"))
        yield _traits(other, dice.sub("one"), f"{name}-b")  # the same dice: parents are written the same way


def _second(home: Household, dice: Dice, *, twin: bool) -> Person:
    """A brother or sister; half of them share a character of the given name."""
    first = home.child
    sex = first.sex if twin and dice.chance(0.6) else dice.one("12")
    gap = timedelta(days=0 if twin else dice.randint(320, 2600))
    born = first.born - gap if first.born - gap > date(AS_OF.year - 15, 7, 1) else first.born + gap
    born = min(born, AS_OF - timedelta(days=30))
    while True:
        name = person_name(dice, ethnic=first.ethnic, sex=sex, born=born.year, family=first.name.family or None)
        if dice.chance(0.5) and len(first.name.given) == 2 == len(name.given):
            name = replace(name, given=first.name.given[0] + name.given[1])
        if name.full != first.name.full:
            break
    number = None if first.number is None else identity(dice, first.number[:6], born, sex)
    return replace(first, name=name, sex=sex, born=born, number=number)


def _traits(home: Household, dice: Dice, child_id: str) -> Traits:
    child = home.child
    around = {
        role: Around(
            person.name.full,
            (person.number or "") if dice.sub(role, "number").chance(0.93) else "",
            (person.phone or "") if dice.sub(role, "phone").chance(0.95) else "",
        )
        for role, person in (("father", home.father), ("mother", home.mother), ("caregiver", home.caregiver))
        if person is not None
    }
    return Traits(
        child_id=child_id,
        name=child.name.full,
        pinyin=pinyin(child.name.full),
        birth_date=child.born,
        sex=child.sex,
        id_number=child.number or "",
        phone=home.caregiver.phone or "",
        household="" if home.no_registration else home.registered.town or home.registered.county,
        residence=home.residence.code,
        detail=home.residence.detail,
        around=around,
    )


# -- the same child again ---------------------------------------------------------------------------------------------


def damaged(traits: Traits, dice: Dice) -> Traits:
    """The child a second time, from another form: misread here, moved there, with less said."""
    name = _name(traits.name, dice.sub("name"), 0.14)
    born = traits.birth_date
    if born is not None and dice.sub("born").chance(0.12):
        born = _day(born, dice.sub("born", "how"))
    around = {
        role: _adult(adult, dice.sub(role))
        for role, adult in traits.around.items()
        if not dice.sub(role, "blank").chance(0.12)
    }
    changed = dice.sub("caregiver").chance(0.15) and "caregiver" in around
    if changed:
        adult = household(dice.sub("caregiver", "who"), as_of=AS_OF).caregiver
        around["caregiver"] = Around(adult.name.full, adult.number or "", adult.phone or "")
    return replace(
        traits,
        child_id=f"{traits.child_id}2",
        name=name,
        pinyin=pinyin(name),
        birth_date=born,
        sex=traits.sex if not dice.sub("sex").chance(0.015) else ("2" if traits.sex == "1" else "1"),
        id_number=_id_number(traits.id_number, dice.sub("number")),
        phone=around["caregiver"].phone if "caregiver" in around else "",
        around=around,
        **_place(traits, dice.sub("place")),
    )


@cache
def _confusions() -> dict[str, dict[str, int]]:
    """What the network was seen to take a character for, and how often."""
    found: dict[str, dict[str, int]] = {}
    for line in CONFUSIONS.read_text(encoding="utf-8").splitlines()[1:]:
        written, read, count = line.split("\t")
        found.setdefault(written, {})[read] = int(count)
    return found


@cache
def _written_otherwise() -> dict[str, str]:
    return {used: written for written, used in variants().items()}


def _name(name: str, dice: Dice, share: float) -> str:
    """Each character misread with this chance; now and then one is left out, or written in its old form."""
    read = []
    for at, character in enumerate(name):
        throw = dice.sub(at)
        taken_for = _confusions().get(character)
        if taken_for and throw.chance(share):
            read.append(throw.pick(taken_for))
        elif throw.chance(0.01):
            read.append(_written_otherwise().get(character, character))
        else:
            read.append(character)
    if len(read) > 2 and dice.chance(0.02):
        del read[dice.randrange(1, len(read))]
    return "".join(read)


def _day(day: date, dice: Dice) -> date:
    if dice.chance(0.25) and day.day <= 12 != day.month:
        return day.replace(month=day.day, day=day.month)
    near = sorted(misread_days(day))
    hurried = [d for d in near if any(DIGITS.get(a) == b for a, b in zip(f"{day:%Y%m%d}", f"{d:%Y%m%d}", strict=True))]
    return dice.one([d for d in hurried or near if d <= AS_OF] or [day])


def _id_number(number: str, dice: Dice) -> str:
    """Missing, or a digit misread and made valid by the last one; else as it is."""
    if not number or dice.chance(0.45):
        return ""
    return _misread_id(number, dice) if dice.chance(0.12) else number


def _misread_id(number: str, dice: Dice) -> str:
    at = dice.choice([0, 1, 2, 3, 4, 5, 14, 15, 16])
    first = number[:at] + DIGITS[number[at]] + number[at + 1 : 17]
    return first + check_digit(first)


def _adult(adult: Around, dice: Dice) -> Around:
    number, phone = adult.id_number, adult.phone
    if dice.sub("number").chance(0.3):
        number = ""
    elif number and dice.sub("number", "read").chance(0.05):
        number = _misread_id(number, dice.sub("id"))
    which = dice.sub("phone").pick({"same": 52, "new": 22, "missing": 20, "misread": 6})
    if which == "new":
        phone = mobile(dice.sub("new"))
    elif which == "missing":
        phone = ""
    elif which == "misread" and phone:
        at = dice.sub("at").randrange(3, len(phone))
        phone = phone[:at] + DIGITS[phone[at]] + phone[at + 1 :]
    return Around(_name(adult.name, dice.sub("name"), 0.1), number, phone)


def _place(traits: Traits, dice: Dice) -> dict[str, str]:
    """Moved away, or the same home with less of its address."""
    if dice.chance(0.3):
        area = traits.residence[:6] if dice.chance(0.6) else "220281" if traits.residence[:6] != "220281" else "220102"
        place = place_in(dice.sub("new"), area)
        return {"residence": place.code, "detail": place.detail}
    detail = traits.detail
    if dice.chance(0.35):
        detail = detail[: dice.randrange(0, len(detail) + 1)]
    elif dice.chance(0.1):
        detail = "".join(DIGITS.get(c, c) if dice.sub(n).chance(0.3) else c for n, c in enumerate(detail))
    residence = traits.residence[:9] if dice.chance(0.2) else traits.residence
    return {"residence": residence, "detail": detail}

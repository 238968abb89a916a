"""A household: who lives with the child, born when, with which numbers. All invented, all consistent."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.synth import names
from benchmarks.synth.dice import Dice
from benchmarks.synth.names import PersonName, person_name
from benchmarks.synth.places import Place, another_county, counties, place_in
from forms import id_number

_MOBILE = (
    130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 147, 150, 151, 152, 153, 155, 156, 157, 158, 159, 166, 170, 173,
    175, 176, 177, 178, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 191, 193, 195, 198, 199,
)  # fmt: skip
"""First three digits that are given out."""


@dataclass(frozen=True, slots=True)
class Person:
    """``number`` is None for somebody without household registration or whose card nobody has seen."""

    name: PersonName
    sex: str
    ethnic: str
    born: date
    number: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Household:
    """``caregiver`` in fact looks after the child, as ``relation`` (GB/T 4761) says.

    ``shape``: who came along: "both", "father only", "mother only", "grandparent".
    """

    child: Person
    father: Person | None
    mother: Person | None
    caregiver: Person
    relation: str
    residence: Place
    registered: Place
    moved: date
    statement: date
    no_registration: bool
    shape: str


def age_at(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def random_date(dice: Dice, first: date, last: date) -> date:
    """Any day of the two and between."""
    return first + timedelta(days=dice.randint(0, (last - first).days))


def identity(dice: Dice, county: str, born: date, sex: str) -> str:
    """An ID number of GB 11643-1999 with a true check digit; the 17th digit is odd for men."""
    order = dice.randrange(0, 499) * 2 + (1 if sex == "1" else 0)
    first17 = f"{county}{born:%Y%m%d}{order:03d}"
    return first17 + id_number.check_digit(first17)


def mobile(dice: Dice) -> str:
    """Eleven digits."""
    return f"{dice.one(_MOBILE)}{dice.randrange(10**8):08d}"


def _person(
    dice: Dice, *, sex: str, ethnic: str, born: date, county: str, family: str | None = None, father: str = ""
) -> Person:
    name = person_name(dice, ethnic=ethnic, sex=sex, born=born.year, family=family, father=father)
    return Person(name, sex, ethnic, born, identity(dice, county, born, sex), mobile(dice))


def household(dice: Dice, *, as_of: date, home: str | None = None) -> Household:
    """A family; its statement is dated up to sixty days before ``as_of``, ``home``: county or town of residence."""
    statement = random_date(dice.sub("statement"), as_of - timedelta(days=60), as_of)
    county = home[:6] if home else dice.sub("county").one(counties("220000"))
    registered_county = another_county(dice.sub("origin"), county)
    child_born = random_date(dice.sub("born"), date(statement.year - 15, 1, 15), statement - timedelta(days=200))
    ethnic = dice.sub("ethnic").pick(names.ETHNIC_SHARES)
    father = _parent(dice.sub("father"), "1", ethnic, child_born, registered_county)
    mixed = dice.sub("mixed").chance(0.15) and ethnic not in (names.UYGHUR, names.KAZAKH)
    mother = _parent(dice.sub("mother"), "2", names.HAN if mixed else ethnic, child_born, registered_county)
    child = _child(dice.sub("child"), ethnic, child_born, registered_county, father)
    no_registration = dice.sub("unregistered").chance(0.03)
    if no_registration:
        child = replace(child, number=None)
    shape = dice.sub("shape").pick({"both": 78, "father only": 6, "mother only": 11, "grandparent": 5})
    caregiver, relation = _caregiver(dice.sub("caregiver"), shape, father, mother, registered_county)
    earliest = max(child_born + timedelta(days=20), statement - timedelta(days=6 * 365))
    return Household(
        child=child,
        father=None if shape == "mother only" and dice.sub("gone").chance(0.5) else father,
        mother=None if shape == "father only" and dice.sub("gone").chance(0.5) else mother,
        caregiver=caregiver,
        relation=relation,
        residence=place_in(dice.sub("residence"), home or county),
        registered=place_in(dice.sub("registered"), registered_county),
        moved=random_date(
            dice.sub("moved"), min(earliest, statement - timedelta(days=190)), statement - timedelta(days=186)
        ),
        statement=statement,
        no_registration=no_registration,
        shape=shape,
    )


def _parent(dice: Dice, sex: str, ethnic: str, child_born: date, county: str) -> Person:
    years = dice.randint(21, 38)
    born = _day_in(dice, child_born.year - years)
    # one parent in five comes from somewhere else than where the household is registered
    own = county if dice.chance(0.8) else dice.one(counties(county[:2] + "0000"))
    return _person(dice, sex=sex, ethnic=ethnic, born=born, county=own)


def _day_in(dice: Dice, year: int) -> date:
    month = dice.randint(1, 12)
    return date(year, month, dice.randint(1, calendar.monthrange(year, month)[1]))


def _child(dice: Dice, ethnic: str, born: date, county: str, father: Person) -> Person:
    sex = dice.pick({"1": 52, "2": 48})
    family = father.name.family
    # a father with one name of the steppe passes no surname on
    child = _person(
        dice, sex=sex, ethnic=ethnic, born=born, county=county, family=family or None, father=father.name.given
    )
    return replace(child, phone=None)


def _caregiver(dice: Dice, shape: str, father: Person, mother: Person, county: str) -> tuple[Person, str]:
    """Who looks after the child, and as what (GB/T 4761-2008)."""
    if shape == "grandparent":
        relation = dice.pick({"61": 25, "62": 35, "63": 15, "64": 25})
        parent = father if relation in ("61", "62") else mother
        sex = "1" if relation in ("61", "63") else "2"
        born = _day_in(dice, parent.born.year - dice.randint(21, 28))
        inherits = relation in ("61", "63")
        family = parent.name.family if inherits and parent.name.family else None
        return _person(dice, sex=sex, ethnic=parent.ethnic, born=born, county=county, family=family), relation
    mothers = shape == "mother only" or (shape == "both" and dice.chance(0.65))
    return (mother, "52") if mothers else (father, "51")

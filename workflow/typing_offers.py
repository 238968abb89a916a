"""What is offered to somebody who types: the next unit of a place, and what the office has verified often before.

Read from the verified registrations of her scope each time, never kept apart (as ``workflow.learned``), and never of
one person: names, numbers and what is sealed are not among it, and a house that stands in one record only isn't either.
A field that is entered twice is offered nothing of the office's: a second person types what the paper says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from forms.completion import TWICE, KnownPlace, PlaceIndex, PlaceOffer, Places, word_offers
from forms.gazetteer import gazetteer, lies_within
from forms.kinds import JsonValue, Kind
from records import office_rows, trust_rows
from records.session import Session
from records.store import Store
from records.views import Actor, OfficeWords, Role
from workflow import blind
from workflow.names import readings_of
from workflow.permissions import Right, verb

NEWEST = 3000
"""So many of the newest registrations are looked through: villages and schools of a year or two."""
HERE, ORIGIN = "here", "origin"
GROUPS: Mapping[str, tuple[str, ...]] = {
    HERE: ("form_division", "child_residence", "insurance_place"),
    ORIGIN: ("child_household", "child_household_address"),
}
"""Fields that name places of the same sort: where people live now, and where they come from."""
WORDS = ("form_unit", "school_name", "school_grade", "father_workplace", "mother_workplace", "permit_reason")
"""Texts that several families share."""
PLACES = (Kind.DIVISION, Kind.ADDRESS)


@verb(Right.VERIFY)
def office_words(store: Store, actor: Actor) -> OfficeWords:
    """What may be offered to this person; nobody from outside the office is told what stands in its records."""
    with store.session() as session:
        home = actor.division or office_rows.office(session).division
        if actor.role is Role.HELPER:
            return OfficeWords(home, dict.fromkeys(GROUPS, ()), {})
        return _words(session, actor, home)


def _words(session: Session, actor: Actor, home: str) -> OfficeWords:
    twice = frozenset(blind.chosen_keys(session))
    keys = [key for key in (*GROUPS[HERE], *GROUPS[ORIGIN], *WORDS) if key not in twice]
    places: dict[str, dict[tuple[str, str], int]] = {group: {} for group in GROUPS}
    words: dict[str, list[tuple[str, int]]] = {}
    for key, value, times in trust_rows.newest_values(session, keys, actor.division, NEWEST):
        group = next((group for group, its in GROUPS.items() if key in its), "")
        place = _place(value)
        if group and place is not None:
            places[group][place] = places[group].get(place, 0) + times
        elif not group and isinstance(value, str) and value and times >= TWICE:
            words.setdefault(key, []).append((value, times))
    return OfficeWords(
        home,
        {
            group: tuple((code, detail, times) for (code, detail), times in known.items())
            for group, known in places.items()
        },
        {key: tuple(said) for key, said in words.items()},
    )


def _place(value: JsonValue) -> tuple[str, str] | None:
    if isinstance(value, dict):
        code, detail = value.get("division"), value.get("detail")
        return (code, detail if isinstance(detail, str) else "") if isinstance(code, str) and code else None
    return (value, "") if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class Offer:
    """``text`` is what the box holds when it is picked; ``above`` and ``times`` tell what it is.

    ``goes_on``: more may follow, a person still confirms it; else it is the whole answer.
    """

    name: str
    above: str
    text: str
    times: int
    goes_on: bool


class Typing:
    """What ``words`` offer, put in order once. Belongs off the window's thread; asking it takes milliseconds."""

    def __init__(self, words: OfficeWords) -> None:
        index = place_index()
        self._home = words.home
        self._words = words.words
        unread = {sign for said in words.words.values() for text, _ in said for sign in text} - index.readings.keys()
        self._readings = {**index.readings, **readings_of(unread)}
        self._places = {
            group: Places(index, (KnownPlace(*place) for place in words.places.get(group, ()))) for group in GROUPS
        }

    def offers(self, kind: Kind, key: str, typed: str, values: Mapping[str, JsonValue]) -> tuple[Offer, ...]:
        """For a field in which so much is typed; ``values``: the form's other answers."""
        if kind in PLACES:
            stands = self.whole(kind, key, typed, values)
            found = self._of(key).offers(kind, typed, self._home, stands)
            if key not in GROUPS[ORIGIN]:  # children live here: another province is only noise, unless it alone fits
                found = tuple(place for place in found if place.code[:2] == self._home[:2]) or found
            return tuple(_as_offer(place) for place in found)
        said = self._words.get(key, ())
        times = dict(said)
        return tuple(Offer(w, "", w, times[w], goes_on=False) for w in word_offers(said, typed, self._readings))

    def whole(self, kind: Kind, key: str, typed: str, values: Mapping[str, JsonValue]) -> str:
        """The text with the names above it that need not be typed, as typed where nothing can be told."""
        return self._of(key).whole(kind, typed, self._near(key, values)) if kind in PLACES else typed

    def _of(self, key: str) -> Places:
        return self._places[ORIGIN if key in GROUPS[ORIGIN] else HERE]

    def _near(self, key: str, values: Mapping[str, JsonValue]) -> str:
        """Around where a place without its county lies: of where somebody comes from only the form can tell."""
        if key in GROUPS[ORIGIN]:
            household = values.get("child_household")
            return household if key != "child_household" and isinstance(household, str) else ""
        division = values.get("form_division")
        return division if isinstance(division, str) and lies_within(division, self._home) else self._home


def _as_offer(place: PlaceOffer) -> Offer:
    return Offer(place.name, place.above, place.text, place.times, goes_on=True)


@lru_cache(maxsize=1)
def place_index() -> PlaceIndex:
    """The index of all places with their pinyin; a fifth of a second when first asked."""
    places = gazetteer()
    return PlaceIndex(places, readings_of(places.characters))

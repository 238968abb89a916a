"""The ways in which a field's ink may be read: for each an alphabet, an automaton of what can stand there, a prior.

Alphabets and automata are costly (all places of the gazetteer are in one): built on first use, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from forms.kinds import Kind
from ocr.decoding import dates, numbers, shapes
from ocr.decoding.addresses import address_price
from ocr.decoding.alphabet import DATE_SHAPES, DIGIT_SHAPES, SHARED_DIGITS, Alphabet, TextAlphabet
from ocr.decoding.beam import Automaton, Ints
from ocr.decoding.grammar import compile_pattern
from ocr.decoding.names import name_automaton
from ocr.decoding.places import PlaceAutomata, place_automata

LANGUAGE, PLACE_LANGUAGE = 0.8, 0.6
"""Weight of the character language model against the network: in texts, and where a place's free tail goes on."""
FREE_GAIN = 3.5
"""Added per character of free text, so that the language model doesn't favour short texts."""
PLACED = frozenset({Kind.TEXT, Kind.DIVISION, Kind.ADDRESS})
"""Kinds that name places."""
NEAR = 0.0
"""Log prior of a place of the counties that the page names elsewhere, against anything else."""
MAPS = 24
"""So many small maps are kept; a township's forms name few counties."""
HABIT = 1.5
"""Log prior of what a field mostly holds, against any other text."""
FIGURE = 0.2
"""Per character of a number: what free text has in gain left over after the language's share."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One way to read the ink. ``bonus``: log prior of the way; ``near``: it knows the places of this page only;
    ``price``: log prior of a whole text by its build."""

    alphabet: Alphabet
    automaton: Automaton
    bonus: float = 0.0
    language: float = LANGUAGE
    per_symbol: float = 0.0
    favoured: Ints | None = None
    near: bool = False
    price: Callable[[str], float] | None = None


class Routes:
    """The ways over the network's ``characters`` (index 0 the blank)."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._patterns: dict[str, Automaton] = {}
        self._near: dict[frozenset[str], PlaceAutomata] = {}

    # -- alphabets ----------------------------------------------------------------------------------------------------

    @cached_property
    def digits(self) -> Alphabet:
        return Alphabet(self.characters, DIGIT_SHAPES, SHARED_DIGITS)

    @cached_property
    def phone_signs(self) -> Alphabet:
        shapes = {k: v for k, v in DIGIT_SHAPES.items() if k != "X"}
        return Alphabet(self.characters, {**shapes, "-": "－—–―─一"}, SHARED_DIGITS)

    @cached_property
    def date_signs(self) -> Alphabet:
        return Alphabet(self.characters, DATE_SHAPES)

    @cached_property
    def dossier_signs(self) -> Alphabet:
        return shapes.dossier_alphabet(self.characters)

    @cached_property
    def text(self) -> TextAlphabet:
        return TextAlphabet(self.characters)

    # -- automata -----------------------------------------------------------------------------------------------------

    @cached_property
    def _id(self) -> Automaton:
        return numbers.id_automaton(self.digits)

    @cached_property
    def _certificate(self) -> Automaton:
        return numbers.id_automaton(self.digits, certificate=True)

    @cached_property
    def _phone(self) -> Automaton:
        return numbers.phone_automaton(self.phone_signs)

    @cached_property
    def _number(self) -> Automaton:
        return numbers.digits_automaton(self.digits, numbers.NUMBER)

    @cached_property
    def _date(self) -> Automaton:
        return dates.date_automaton(self.date_signs)

    @cached_property
    def _month(self) -> Automaton:
        return dates.month_automaton(self.date_signs)

    @cached_property
    def _unfinished(self) -> Mapping[Kind, Automaton]:
        return {
            Kind.DATE: dates.unfinished_date_automaton(self.date_signs),
            Kind.MONTH: dates.unfinished_month_automaton(self.date_signs),
        }

    @cached_property
    def _writable(self) -> list[int]:
        """Symbols of the text alphabet that a person writes on a form."""
        return [i for i, c in enumerate(self.text.symbols) if i and is_writable(c)]

    @cached_property
    def _places(self) -> PlaceAutomata:
        return place_automata(self.text.index, len(self.text), self._writable, FREE_GAIN)

    @cached_property
    def _name(self) -> Automaton:
        return name_automaton(self.text.index, len(self.text))

    # -- what may be read as what -------------------------------------------------------------------------------------

    def certificate(self) -> Route:
        """A disability certificate's number."""
        return Route(self.digits, self._certificate)

    def of_kind(self, kind: Kind, key: str, near: frozenset[str]) -> list[Route]:
        """The likeliest way first. ``key``: the field's, for what it mostly holds; ``near``: counties that other ink of
        the page names."""
        simple: dict[Kind, Callable[[], Route]] = {
            Kind.ID_NUMBER: lambda: Route(self.digits, self._id),
            Kind.PHONE: lambda: Route(self.phone_signs, self._phone),
            Kind.NUMBER: lambda: Route(self.digits, self._number),
            Kind.DATE: lambda: Route(self.date_signs, self._date, price=dates.date_price),
            Kind.MONTH: lambda: Route(self.date_signs, self._month, price=dates.date_price),
            Kind.DIVISION: lambda: Route(self.text, self._places.division, language=PLACE_LANGUAGE),
            Kind.ADDRESS: lambda: Route(self.text, self._places.address, language=PLACE_LANGUAGE, price=address_price),
            Kind.NAME: lambda: Route(self.text, self._name),
        }
        found = [simple[kind]() if kind in simple else Route(self.text, self._places.text)]
        if kind not in simple:
            found += self._habits(key)
        if kind in self._unfinished:
            found.append(Route(self.date_signs, self._unfinished[kind], dates.UNFINISHED))
        if near and kind in PLACED:
            around = self._around(near)
            automata = {Kind.TEXT: around.text, Kind.DIVISION: around.division, Kind.ADDRESS: around.address}
            found.append(replace(found[0], automaton=automata[kind], bonus=NEAR, favoured=around.named, near=True))
        return found

    def _habits(self, key: str) -> list[Route]:
        """What a text of this key mostly looks like."""
        if key in shapes.DOSSIER_KEYS:
            return [
                Route(self.dossier_signs, self._pattern(shapes.DOSSIER, self.dossier_signs), HABIT, per_symbol=FIGURE)
            ]
        if key in shapes.PERMIT_KEYS:
            return [Route(self.digits, self._id, HABIT, per_symbol=FIGURE)]
        found = [Route(self.text, self._pattern(shapes.NOTHING, self.text))]
        if key in shapes.PATTERNS:
            found.append(Route(self.text, self._pattern(shapes.PATTERNS[key], self.text), HABIT))
        return found

    def _pattern(self, pattern: str, alphabet: Alphabet) -> Automaton:
        automaton = self._patterns.get(pattern)
        if automaton is None:
            automaton = self._patterns[pattern] = compile_pattern(pattern, alphabet.index, len(alphabet))
        return automaton

    def _around(self, near: frozenset[str]) -> PlaceAutomata:
        """The map of a few counties; the last ones asked for are kept."""
        found = self._near.pop(near, None)
        if found is None:
            found = place_automata(self.text.index, len(self.text), self._writable, FREE_GAIN, near)
        self._near[near] = found
        while len(self._near) > MAPS:
            del self._near[next(iter(self._near))]
        return found


def is_writable(character: str) -> bool:
    """Simplified Chinese characters in use, letters, digits and the punctuation of addresses and notes."""
    if "\u4e00" <= character <= "\u9fff":
        # the national character set of 1980 is what people write in; the rest stand in names only
        return bool(character.encode("gb2312", "ignore"))
    return (character.isascii() and character.isalnum()) or character in "，。、；：？！（）《》“”·—-#/.%〇 "

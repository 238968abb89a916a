"""What ID numbers, certificates, phones and plain numbers look like, as automata over digits.

An ID number (GB 11643-1999): province, four digits of division, a date that exists, three digits, check digit; the
automaton carries the sum modulo 11 along, so that every string it accepts is valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms.id_number import CHECK_DIGITS, PROVINCES, WEIGHTS
from ocr.decoding.alphabet import Alphabet
from ocr.decoding.beam import NEVER, Automaton, Builder
from ocr.decoding.grammar import compile_pattern

OLDEST, YOUNGEST = 1910, 2039
"""Years of birth that a registration form can hold."""

MOBILE = "1[3-9]-?[0-9]-?[0-9]{4}-?[0-9]{4}"
LANDLINE = "(0[1-9][0-9]{1,2}-?)?[2-8][0-9]{6,7}"
PHONE = f"({MOBILE}|{LANDLINE})"
NUMBER = "[0-9]{1,6}"
LONGEST = 24


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one stands within an ID number: digits read, sum so far, and what the date still has to know."""

    length: int
    total: int
    seen: str


def id_automaton(alphabet: Alphabet, *, certificate: bool = False) -> Automaton:
    """Accepts exactly the valid ID numbers; with ``certificate`` those followed by disability category and level.

    A reissued certificate's ``B`` and number (domain: 补办次数) may follow.
    """
    builder = Builder(alphabet.index, len(alphabet))
    start = _Place(0, 0, "")
    numbers = {start: builder.state()}
    end = builder.state(NEVER if certificate else 0.0)
    todo = [start]
    while todo:
        place = todo.pop()
        source = numbers[place]
        if place.length == 17:
            builder.edge(source, alphabet.index[CHECK_DIGITS[place.total]], end)
            continue
        for digit, following in _following(place):
            if following not in numbers:
                numbers[following] = builder.state()
                todo.append(following)
            builder.edge(source, alphabet.index[digit], numbers[following])
    if certificate:
        _certificate_tail(builder, alphabet, end)
    return builder.build([numbers[start]])


def _following(place: _Place) -> Iterator[tuple[str, _Place]]:
    for number in range(10):
        digit = str(number)
        seen = _date_so_far(place.length, place.seen, digit)
        if seen is not None:
            total = (place.total + number * WEIGHTS[place.length]) % 11
            yield digit, _Place(place.length + 1, total, seen)


def _date_so_far(position: int, seen: str, digit: str) -> str | None:
    """What must be remembered after one more digit, None when no valid number goes on like this."""
    if position < 2:
        grown = seen + digit
        if not any(p.startswith(grown) for p in PROVINCES):
            return None
        return "" if position == 1 else grown
    if position < 6 or position > 13:
        return ""
    if position < 10:
        return _year(position, seen + digit)
    if position == 10:
        return seen + digit if digit in "01" else None
    if position == 11:
        month = int(seen[1:] + digit)
        return str(_days(month, seen[0] == "L")) if 1 <= month <= 12 else None
    if position == 12:
        return seen + digit if int(digit) * 10 <= int(seen) else None
    return "" if 1 <= int(seen[2:] + digit) <= int(seen[:2]) else None


def _year(position: int, grown: str) -> str | None:
    missing = 9 - position
    if int(grown + "9" * missing) < OLDEST or int(grown + "0" * missing) > YOUNGEST:
        return None
    if position < 9:
        return grown
    year = int(grown)
    return "L" if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else "N"


def _days(month: int, leap: bool) -> int:
    if month == 2:
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _certificate_tail(builder: Builder, alphabet: Alphabet, end: int) -> None:
    category, level = builder.state(), builder.state(0.0)
    for digit in "1234567":
        builder.edge(end, alphabet.index[digit], category)
    for digit in "1234":
        builder.edge(category, alphabet.index[digit], level)


def phone_automaton(alphabet: Alphabet) -> Automaton:
    return compile_pattern(PHONE, alphabet.index, len(alphabet))


def digits_automaton(alphabet: Alphabet, pattern: str) -> Automaton:
    return compile_pattern(pattern, alphabet.index, len(alphabet))

"""What the office's own verified registrations have taught: read from them each time, never kept apart.

Nothing has to be brought up to date when an answer is undone, a registration opened again or erased: what is no
longer verified is no longer known. It is personal data and stays in the store; the reader gets it as plain data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from forms.dictionary import load_dictionary
from forms.gazetteer import gazetteer
from forms.kinds import JsonValue, Kind
from forms.values import empty, format_value
from ocr.reading import ReadingContext
from records import office_rows, trust_rows
from records.session import Session
from workflow.judge_model import shipped_judge
from workflow.judgement import SEEN_BEFORE, OfficeTrust, spelled

RECURRING = frozenset({Kind.NAME, Kind.TEXT, Kind.DIVISION, Kind.ADDRESS})
"""Kinds in which the same value comes again: villages, schools, hospitals, workplaces, parents of siblings."""
TWICE = 2
_OFFICE, _VALUES = "office_trust", "verified_values"


@lru_cache(maxsize=1)
def recurring_keys() -> tuple[str, ...]:
    """The dictionary's keys of those kinds."""
    return tuple(sorted(key for key, field in load_dictionary().fields.items() if field.kind in RECURRING))


def office_trust(session: Session) -> OfficeTrust:
    """What the judge may know of this office; worked out once per session."""
    if _OFFICE not in session.info:
        seen: dict[str, set[str]] = {}
        for key, value, times in _values(session):
            if times >= SEEN_BEFORE and not empty(value):
                seen.setdefault(key, set()).add(spelled(value))
        known_values = {key: frozenset(values) for key, values in seen.items()}
        session.info[_OFFICE] = replace(office_fit(session), seen=known_values)
    known: OfficeTrust = session.info[_OFFICE]
    return known


def office_fit(session: Session) -> OfficeTrust:
    """The same without the values seen before: those are counted through everything that was ever verified."""
    fit = trust_rows.newest_fit(session)
    holds = fit is not None and fit.numbers == shipped_judge().version
    return OfficeTrust(
        shifts=dict(fit.shifts) if fit is not None and holds else {},
        models=frozenset(fit.models) if fit is not None else frozenset(),
        version=fit.number if fit is not None else 0,
    )


def forget(session: Session) -> None:
    """Something was learned in this session: work it out again."""
    session.info.pop(_OFFICE, None)
    session.info.pop(_VALUES, None)


def reading_context(session: Session) -> ReadingContext:
    """What the reader may know: the office's own division, and how often which text stood in which field."""
    lexicon: dict[str, dict[str, int]] = {}
    for key, value, times in _values(session):
        if empty(value):
            continue
        texts = lexicon.setdefault(key, {})
        for text in ways_to_write(load_dictionary().fields[key].kind, value):
            texts[text] = texts.get(text, 0) + times
    return ReadingContext(home_division=office_rows.office(session).division or None, lexicon=lexicon)


def _values(session: Session) -> list[tuple[str, JsonValue, int]]:
    if _VALUES not in session.info:
        session.info[_VALUES] = trust_rows.verified_values(session, recurring_keys(), TWICE)
    found: list[tuple[str, JsonValue, int]] = session.info[_VALUES]
    return found


def ways_to_write(kind: Kind, value: JsonValue) -> Iterator[str]:
    """The value as it may stand in the field: a place also without the province, the prefecture, the county."""
    whole = format_value(kind, value)
    if not whole:
        return
    yield whole
    code = value if isinstance(value, str) else value.get("division") if isinstance(value, dict) else None
    if kind not in (Kind.DIVISION, Kind.ADDRESS) or not isinstance(code, str):
        return
    rest = whole
    for name in _names_above(code):
        if not rest.startswith(name):
            return
        rest = rest[len(name) :]
        if rest:
            yield rest


def _names_above(code: str) -> list[str]:
    """Names of province, prefecture and county of a division, as far as it lies below them."""
    places = gazetteer()
    found = []
    for digits in (2, 4, 6):
        above = places.division(code[:digits] + "0" * (6 - digits))
        if above is None or len(code.rstrip("0")) <= digits:
            break
        found.append(above.name)
    return found

"""Which counties a page speaks of: read where they are easy to read, they help where they are not.

A form names one county again and again: the office's, the home's, the school's. What other ink of the page names (and
the office's own division) is offered to a field that is hard to read, never what the field itself was read as.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from forms import id_number
from forms.gazetteer import gazetteer
from forms.kinds import JsonValue
from ocr.reading import FieldReading

LEAST = 0.25
"""Counties named with less certainty than this, all in all, are left out."""
MOST = 3
OFFICE = 0.5
PREFIX = 0.4
"""Weight of the county of an ID number: where somebody was registered first, often long ago."""
OPENING = ("form_unit", "school_name")
"""Texts that begin with a place."""


def counties_named(readings: Iterable[FieldReading], home: str | None = None) -> Mapping[str, Mapping[str, float]]:
    """County code to the keys of the fields that name it and how surely, 0..1. ``home``: the office's division."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for reading in readings:
        for code, weight in _named(reading):
            if len(code) >= 6 and not code[:6].endswith("00"):
                found[code[:6]][reading.key] = found[code[:6]].get(reading.key, 0.0) + weight
    if home and len(home) >= 6 and not home[:6].endswith("00"):
        found[home[:6]][""] = OFFICE
    return found


def near(key: str, named: Mapping[str, Mapping[str, float]]) -> frozenset[str]:
    """The counties that fields other than ``key`` name, the surest few."""
    weights = {code: sum(w for k, w in by.items() if k != key) for code, by in named.items()}
    known = sorted((-w, code) for code, w in weights.items() if w >= LEAST and gazetteer().division(code))
    return frozenset(code for _, code in known[:MOST])


def _named(reading: FieldReading) -> Sequence[tuple[str, float]]:
    if reading.key.endswith("_id_number"):
        sound = isinstance(reading.value, str) and not id_number.problem(reading.value)
        return [(id_number.prefix(str(reading.value)), PREFIX)] if sound and _unforced(reading) else []
    if reading.key in OPENING and isinstance(reading.value, str):
        places = gazetteer().resolve(reading.value)
        return [(places[0][0], reading.evidence.get("min_char", 0.0))] if places else []
    sure = max(0.2, reading.evidence.get("min_char", 0.0))
    return [(code, sure * c.score) for c in reading.candidates if (code := _division(c.value))]


def _unforced(reading: FieldReading) -> bool:
    return reading.evidence.get("forced", 0.0) < 0.5


def _division(value: JsonValue) -> str:
    code = value.get("division") if isinstance(value, dict) else value
    return code if isinstance(code, str) and code.isdigit() and len(code) in (6, 9, 12) else ""

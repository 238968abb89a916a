"""A child of the roster that fits the ink of several fields at once is offered, with its evidence; never put in.

An entry fits by name, ID number, birth date and division. The ink of at least two of the first three must speak for it;
what the entry says is added to the candidates of the fields it differs from, at score 0, and every field that is read
as the entry has it carries ``roster_fit``. No text, value or ``raw`` changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from forms.kinds import JsonValue
from ocr.joint import division_of
from ocr.reading import Candidate, FieldReading, PageReading, RosterFit
from ocr.roster import Roster, RosterEntry

IDENTITY = ("child_name", "child_id_number", "child_birth_date")
PLACES = ("child_residence", "child_household")
FIRST, LOWER, NEARLY = 1.0, 0.8, 0.5
"""How well a field fits: it is read so; a lower candidate says so; one character (two figures) of it is different."""
LEAST = 0.5
"""Mean fit over the identity fields written on the page from which an entry is offered."""
APART = 0.15
"""By so much the next best entry must fit worse: twins share a birth date and a surname."""


def offer(reading: PageReading, roster: Roster) -> PageReading:
    """The page's reading with the entry of the roster that fits it, if exactly one does. Pure."""
    by_key = {f.key: f for f in reading.fields}
    written = [by_key[k] for k in IDENTITY if k in by_key and by_key[k].text]
    if len(written) < 2:
        return reading
    ranked = sorted(
        ((_fit(entry, written, by_key), entry) for entry in roster.sharing(_clues(written))),
        key=lambda f: (-f[0][0], f[1].id),
    )
    if not ranked:
        return reading
    (fit, keys), entry = ranked[0]
    next_best = ranked[1][0][0] if len(ranked) > 1 else 0.0
    if fit < LEAST or len(set(keys) & set(IDENTITY)) < 2 or fit - next_best < APART:
        return reading
    fields = tuple(_with(f, entry, fit) for f in reading.fields)
    return replace(reading, fields=fields, roster=RosterFit(entry.id, round(fit, 4), keys))


def _clues(written: Iterable[FieldReading]) -> set[str]:
    return {v for f in written for v in (f.value, *(c.value for c in f.candidates)) if isinstance(v, str)}


def _fit(
    entry: RosterEntry, written: Sequence[FieldReading], by_key: Mapping[str, FieldReading]
) -> tuple[float, tuple[str, ...]]:
    """Mean fit over the written fields of which the entry knows something, and the keys that speak for it."""
    found = {f.key: _match(f, said) for f in written if (said := _says(entry, f.key))}
    keys = [key for key, match in found.items() if match > 0]
    keys += [k for k in PLACES if k in by_key and _in_county(by_key[k], entry.division)]
    return (sum(found.values()) / len(found) if len(found) > 1 else 0.0), tuple(keys)


def _says(entry: RosterEntry, key: str) -> str:
    return {"child_name": entry.name, "child_id_number": entry.id_number, "child_birth_date": entry.born}.get(key, "")


def _match(field: FieldReading, said: str) -> float:
    if field.value == said:
        return FIRST
    if any(c.value == said for c in field.candidates):
        return LOWER
    text = str(field.value or field.text)
    differing = sum(a != b for a, b in zip(text, said, strict=False)) + abs(len(text) - len(said))
    return NEARLY if differing <= (2 if len(said) == 18 else 1) and len(said) > 2 else 0.0


def _in_county(field: FieldReading, division: str) -> bool:
    return len(division) >= 6 and division_of(field.value)[:6] == division[:6]


def _with(field: FieldReading, entry: RosterEntry, fit: float) -> FieldReading:
    said: JsonValue = _says(entry, field.key)
    if not said or field.value in (None, ""):
        return field
    agrees = field.value == said
    evidence = {**field.evidence, "roster_fit": round(fit, 4) if agrees else 0.0}
    known = any(c.value == said for c in field.candidates)
    candidates = field.candidates if agrees or known else (*field.candidates, Candidate(str(said), said, 0.0))
    return replace(field, evidence=evidence, candidates=candidates)

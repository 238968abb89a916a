"""Fields that speak of the same fact, set against each other.

An ID number holds birth date, sex and county; a disability certificate holds the ID number, category and level; two
places on a form often name the same division. Where two readings of different ink agree, that is evidence neither
could give itself; where they contradict each other, a person looks at both. A value that was forced to pass its
checksum says nothing about other fields, nor does one that was chosen because of them (``ocr.joint``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import TypeAlias

from forms import id_number
from ocr import joint
from ocr.reading import FieldReading

FORCED = 0.5
"""From this much force on a reading is no witness."""

EVENEST = 4.0
"""``ocr.cells.evenness`` of the straightest type, by which it is scaled to 0..1."""
TYPE = 1.15
"""Evenness that lies between type and handwriting."""

_Found: TypeAlias = dict[str, dict[str, float]]


def combine(fields: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """The same readings with evidence ``typeset``, ``agrees_*`` (1 or 0) and reasons ``conflict_*`` added.

    Give it the fields of one page, or of all pages of one registration. Pure, keeps the order, and giving it its own
    result changes nothing.
    """
    fields = joint.decide(typeset(fields))
    by_key = {f.key: f for f in fields}
    found: _Found = {}
    for rule in (_birth_dates, _sexes, _certificates, _permits, _places, _same_numbers):
        rule(by_key, found)
    return tuple(_with(f, found.get(f.key, {})) for f in fields)


def typeset(fields: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """Evidence ``typeset``: 1 for fields filled in by a printer, 0 by hand.

    One field says little by itself, all of a page say much; a note by hand on a printed page still stands out.
    """
    running = sorted(f.evidence["evenness"] for f in fields if "evenness" in f.evidence and not f.evidence["comb"])
    if not running:
        return tuple(fields)
    whole = running[len(running) // 2]
    found = []
    for reading in fields:
        if "evenness" in reading.evidence:
            mixed = EVENEST * (0.6 * whole + 0.4 * reading.evidence["evenness"])
            share = round(1 / (1 + exp(-6 * (mixed - TYPE))), 4)
            reading = replace(reading, evidence={**reading.evidence, "typeset": share})
        found.append(reading)
    return tuple(found)


def _with(reading: FieldReading, facts: Mapping[str, float]) -> FieldReading:
    if not facts:
        return reading
    conflicts = tuple(
        name.replace("agrees_", "conflict_", 1)
        for name, agrees in facts.items()
        if agrees == 0 and name in _CONTRADICTIONS
    )
    reasons = tuple(dict.fromkeys((*reading.reasons, *conflicts)))
    return replace(reading, evidence={**reading.evidence, **facts}, reasons=reasons)


_CONTRADICTIONS = frozenset({"agrees_id_birth", "agrees_id_sex", "agrees_id_certificate", "agrees_certificate_level"})
"""Facts that can't both be right. Others (a county may differ from an ID's prefix) may well differ in life."""


def _witness(reading: FieldReading | None) -> bool:
    """Whether a reading may speak for or against another."""
    return (
        reading is not None
        and reading.value not in (None, "", [])
        and reading.evidence.get("forced", 0.0) < FORCED
        and reading.evidence.get("blank", 0.0) < FORCED
    )


def _pair(
    by_key: Mapping[str, FieldReading],
    found: _Found,
    keys: tuple[str, str],
    name: str,
    agree: Callable[[FieldReading, FieldReading], bool | None],
) -> None:
    """Two readings about one fact. Each is a witness for the other unless it was forced itself."""
    one, two = by_key.get(keys[0]), by_key.get(keys[1])
    if (
        one is None
        or two is None
        or joint.moved(one)
        or joint.moved(two)
        or one.value in (None, [], "")
        or two.value in (None, [], "")
    ):
        return
    same = agree(one, two)
    if same is None:
        return
    for reading, other in ((one, two), (two, one)):
        if _witness(other):
            found.setdefault(reading.key, {})[name] = float(same)


def _number(reading: FieldReading) -> str | None:
    value = reading.value
    return value if isinstance(value, str) and id_number.problem(value) is None else None


def _subjects(by_key: Mapping[str, FieldReading]) -> list[str]:
    return [key.removesuffix("_id_number") for key in by_key if key.endswith("_id_number")]


def _birth_dates(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    def agree(number: FieldReading, birth: FieldReading) -> bool | None:
        valid = _number(number)
        return None if valid is None else id_number.birth_date(valid).isoformat() == birth.value

    for subject in _subjects(by_key):
        _pair(by_key, found, (f"{subject}_id_number", f"{subject}_birth_date"), "agrees_id_birth", agree)


def _sexes(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    def agree(number: FieldReading, sex: FieldReading) -> bool | None:
        valid = _number(number)
        if valid is None or not isinstance(sex.value, list) or len(sex.value) != 1:
            return None
        return id_number.sex(valid) == sex.value[0]

    for subject in _subjects(by_key):
        _pair(by_key, found, (f"{subject}_id_number", f"{subject}_sex"), "agrees_id_sex", agree)
    for subject, sex in (("father", "1"), ("mother", "2")):
        reading = by_key.get(f"{subject}_id_number")
        valid = _number(reading) if reading else None
        if reading is not None and valid is not None and not joint.moved(reading):
            found.setdefault(f"{subject}_id_number", {})["agrees_id_sex"] = float(id_number.sex(valid) == sex)


def _certificates(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    def same_person(number: FieldReading, certificate: FieldReading) -> bool | None:
        return None if _number(number) is None else str(certificate.value)[:18] == number.value

    def level(place: int) -> Callable[[FieldReading, FieldReading], bool | None]:
        def agree(certificate: FieldReading, choice: FieldReading) -> bool | None:
            written = str(certificate.value)
            if len(written) < 20 or not isinstance(choice.value, list) or len(choice.value) != 1:
                return None
            return written[place] == choice.value[0]

        return agree

    _pair(by_key, found, ("child_id_number", "disability_number"), "agrees_id_certificate", same_person)
    _pair(by_key, found, ("disability_number", "disability_category"), "agrees_certificate_level", level(18))
    _pair(by_key, found, ("disability_number", "disability_level"), "agrees_certificate_level", level(19))


def _permits(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    """A residence permit mostly carries its holder's ID number; where it doesn't, nothing follows."""

    def agree(number: FieldReading, permit: FieldReading) -> bool | None:
        return True if number.value == permit.value and _number(number) else None

    _pair(by_key, found, ("child_id_number", "permit_number"), "agrees_id_permit", agree)


def _places(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    def prefix(number: FieldReading, place: FieldReading) -> bool | None:
        valid, code = _number(number), _division(place)
        return None if _by_neighbours(place) or valid is None or len(code) < 6 else id_number.prefix(valid) == code[:6]

    def same(one: FieldReading, two: FieldReading) -> bool | None:
        """True where one place lies in the other; different places are no contradiction."""
        if _by_neighbours(one) or _by_neighbours(two):
            return None
        a, b = _division(one), _division(two)
        shorter = min(len(a), len(b))
        return True if shorter >= 6 and a[:shorter] == b[:shorter] else None

    _pair(by_key, found, ("child_id_number", "child_household"), "agrees_id_prefix", prefix)
    keys = [k for k in ("form_division", "child_household", "child_residence", "insurance_place") if k in by_key]
    for i, one in enumerate(keys):
        for two in keys[i + 1 :]:
            _pair(by_key, found, (one, two), "agrees_place", same)


def _by_neighbours(place: FieldReading) -> bool:
    """Whether the page's other places decided this one: then agreeing with them proves nothing."""
    return place.evidence.get("near", 0.0) >= 1


def _division(reading: FieldReading) -> str:
    value = reading.value
    code = value.get("division") if isinstance(value, dict) else value
    return code if isinstance(code, str) else ""


def _same_numbers(by_key: Mapping[str, FieldReading], found: _Found) -> None:
    """A number that stands on the form twice (the caregiver is the father; one phone for the family)."""
    for ending, name in (("_phone", "agrees_phone"), ("_id_number", "agrees_id_twice"), ("_name", "agrees_name")):
        keys = [k for k in by_key if k.endswith(ending) and k != "school_name"]
        for i, one in enumerate(keys):
            for two in keys[i + 1 :]:
                _pair(by_key, found, (one, two), name, lambda a, b: True if a.value == b.value else None)

"""Fields that speak of the same fact, decided together over their candidates.

Each reading brings its candidates with their shares; pairs of candidates that agree as facts of life do (the birth date
in an ID number, the father who is the caregiver, a child's surname) are likelier together. The likeliest assignment of
every group is found exactly, by looking at all combinations. So a lower candidate of one field wins where other ink
demands it, and nothing changes where nothing agrees.

A reading that was moved says so (``joint_moved``, reason ``joint``) and is no witness for anything afterwards: what
decided it can't also confirm it. ``raw`` and the candidates' own scores never change, so deciding again, or with the
pages of the other side, starts from the same ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from forms import id_number
from forms.kinds import JsonValue
from ocr.reading import Candidate, Doubt, FieldReading

if TYPE_CHECKING:  # the window judges too, but starts without numpy
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]

_Agree: TypeAlias = Callable[[JsonValue, JsonValue], float]
"""What two values are worth together, in log odds; 0 where nothing follows."""

TRUST = 0.7
"""Power to which a candidate's share is taken: decoders are surer of themselves than they are right."""
LEAST = 1e-4
"""Share below which a candidate counts no less."""
MOST = 5
"""So many candidates of a field are tried."""
COMBINATIONS, FEW = 200_000, 2
"""Groups with more combinations try only so many candidates of each field."""
REASON = "joint"
BIRTH, SEX, CERTIFICATE, LEVEL, PERMIT = 5.0, 2.0, 5.0, 1.5, 4.0
SAME_NUMBER, SAME_NAME, SURNAME, SURNAME_OF_MOTHER = 4.0, 3.0, 1.5, 0.5
COUNTY, TOWN, PREFIX = 0.7, 0.7, 0.5
"""Log odds: how much likelier two readings are together when they agree than when they don't, in life and on paper."""


@dataclass(frozen=True, slots=True)
class _Bond:
    """Two fields and what their agreeing is worth; ``agree`` takes the two values."""

    one: str
    two: str
    agree: _Agree


def decide(readings: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """The same readings, in the same order, each with the candidate that goes best with all others.

    Evidence ``joint``: the chosen value's share when all is weighed together, ``joint_moved``: how much likelier the
    ink alone found another one. Pure, independent of the order, and deciding twice changes nothing.
    """
    by_key = {r.key: r for r in readings}
    decided: dict[str, FieldReading] = {}
    for keys, bonds in _groups(by_key):
        decided.update(_assign([by_key[k] for k in keys], bonds))
    return tuple(decided.get(r.key, r) for r in readings)


def moved(reading: FieldReading) -> bool:
    """Whether other ink decided this reading: then it is nobody's witness."""
    return reading.evidence.get("joint_moved", 0.0) > 0


# -- who is bound to whom ---------------------------------------------------------------------------------------------


def _groups(by_key: Mapping[str, FieldReading]) -> list[tuple[tuple[str, ...], list[_Bond]]]:
    """Groups of fields that are decided together, with their bonds; fields that are alone aren't named."""
    found = []
    for bonds in (_identity_bonds(by_key), _family(by_key), _name_bonds(by_key), _place_bonds(by_key)):
        there = [b for b in bonds if b.one in by_key and b.two in by_key]
        keys = tuple(sorted({k for b in there for k in (b.one, b.two)}))
        if keys:
            found.append((keys, there))
    return found


def _identity_bonds(by_key: Mapping[str, FieldReading]) -> list[_Bond]:
    bonds = [
        _Bond("child_id_number", "disability_number", lambda n, c: CERTIFICATE * (str(c)[:18] == n)),
        _Bond("disability_number", "disability_category", lambda c, o: LEVEL * (str(c)[18:19] == _only(o))),
        _Bond("disability_number", "disability_level", lambda c, o: LEVEL * (str(c)[19:20] == _only(o))),
        _Bond("child_id_number", "permit_number", lambda n, p: PERMIT * (n == p)),
    ]
    for key in by_key:
        if key.endswith("_id_number"):
            subject = key.removesuffix("_id_number")
            bonds.append(_Bond(key, f"{subject}_birth_date", _born))
            bonds.append(_Bond(key, f"{subject}_sex", _sex))
    return bonds + _caregiver(by_key, "_id_number", _same_number)


def _family(by_key: Mapping[str, FieldReading]) -> list[_Bond]:
    """One phone often serves a whole family."""
    keys = sorted(k for k in by_key if k.endswith("_phone"))
    return [_Bond(a, b, _same_number) for a, b in combinations(keys, 2)]


def _caregiver(by_key: Mapping[str, FieldReading], ending: str, agree: _Agree) -> list[_Bond]:
    """The caregiver is often one of the others; two of the others are never the same person."""
    others = sorted(k for k in by_key if k.endswith(ending) and not k.startswith(("child_", "caregiver_", "school_")))
    return [_Bond(f"caregiver{ending}", k, agree) for k in others]


def _name_bonds(by_key: Mapping[str, FieldReading]) -> list[_Bond]:
    return [
        *_caregiver(by_key, "_name", lambda a, b: SAME_NAME * (a == b and len(str(a)) > 1)),
        _Bond("child_name", "father_name", lambda a, b: SURNAME * _one_family(a, b)),
        _Bond("child_name", "mother_name", lambda a, b: SURNAME_OF_MOTHER * _one_family(a, b)),
    ]


def _one_family(a: JsonValue, b: JsonValue) -> bool:
    return str(a)[:1] == str(b)[:1]


def _place_bonds(by_key: Mapping[str, FieldReading]) -> list[_Bond]:
    keys = [k for k in ("child_household", "child_residence", "form_division", "insurance_place") if k in by_key]
    return [_Bond(a, b, _near) for a, b in combinations(keys, 2)]


def _born(number: JsonValue, birth: JsonValue) -> float:
    return BIRTH * (_valid(number) and id_number.birth_date(str(number)).isoformat() == birth)


def _sex(number: JsonValue, sex: JsonValue) -> float:
    return SEX * (_valid(number) and id_number.sex(str(number)) == _only(sex))


def _same_number(a: JsonValue, b: JsonValue) -> float:
    return SAME_NUMBER * (a == b)


def _near(a: JsonValue, b: JsonValue) -> float:
    one, two = division_of(a), division_of(b)
    return COUNTY * (one[:6] == two[:6] and len(one) >= 6) + TOWN * (one[:9] == two[:9] and len(one) >= 9)


def _valid(number: JsonValue) -> bool:
    return isinstance(number, str) and not id_number.problem(number)


def _only(options: JsonValue) -> str:
    """The one option of a choice, "" for none or several."""
    return str(options[0]) if isinstance(options, list) and len(options) == 1 else ""


def division_of(value: JsonValue) -> str:
    """The division code in a value of kind division or address, "" for none."""
    code = value.get("division") if isinstance(value, dict) else value
    return code if isinstance(code, str) and code.isdigit() and len(code) in (6, 9, 12) else ""


# -- the best assignment ----------------------------------------------------------------------------------------------


def _assign(readings: Sequence[FieldReading], bonds: Sequence[_Bond]) -> dict[str, FieldReading]:
    import numpy as np

    options = {r.key: _options(r) for r in readings}
    joined = _joined(options, bonds)
    found: dict[str, FieldReading] = {}
    by_key = {r.key: r for r in readings}
    for keys, inside in joined:
        if np.prod([float(len(options[k])) for k in keys]) > COMBINATIONS:
            options.update({k: options[k][:FEW] for k in keys})
        axis = {k: i for i, k in enumerate(keys)}
        total: Floats = np.zeros([len(options[k]) for k in keys])
        for k in keys:
            total = total + _along(np.log([max(LEAST, c.score) for c in options[k]]) * TRUST, axis[k], len(keys))
        for bond in inside:
            worth = [[_worth(bond, a, b) for b in options[bond.two]] for a in options[bond.one]]
            total = total + _across(np.array(worth), axis[bond.one], axis[bond.two], len(keys))
        best = np.unravel_index(int(total.argmax()), total.shape)
        weights = np.exp(total - total.max())
        for k in keys:
            share = weights.sum(axis=tuple(i for i in range(len(keys)) if i != axis[k])) / weights.sum()
            at = int(best[axis[k]])
            found[k] = _chosen(by_key[k], options[k], at, float(share[at]))
    return found


def _options(reading: FieldReading) -> list[Candidate]:
    """What the field may say, the likeliest by its own ink first; what isn't free to move is one option."""
    if reading.value in (None, "", []) or reading.option_view_boxes or len(reading.candidates) < 2:
        return [Candidate(reading.text, reading.value, 1.0)]
    # what a roster offers has no ink of its own (score 0) and is never put in
    known = [c for c in reading.candidates if c.value is not None and c.score > 0]
    order = sorted(known, key=lambda c: (-c.score, c.text))
    return order[:MOST] or [Candidate(reading.text, reading.value, 1.0)]


def _joined(options: Mapping[str, Sequence[Candidate]], bonds: Sequence[_Bond]) -> list[tuple[list[str], list[_Bond]]]:
    """Fields that some pair of candidates binds: only where anything could agree there is anything to decide."""
    live = [b for b in bonds if any(_worth(b, x, y) for x in options[b.one] for y in options[b.two])]
    group = {k: k for b in live for k in (b.one, b.two)}

    def head(key: str) -> str:
        while group[key] != key:
            key = group[key]
        return key

    for bond in live:
        a, b = sorted((head(bond.one), head(bond.two)))
        group[b] = a
    found: dict[str, tuple[list[str], list[_Bond]]] = {}
    for key in sorted(group):
        found.setdefault(head(key), ([], []))[0].append(key)
    for bond in live:
        found[head(bond.one)][1].append(bond)
    return list(found.values())


def _worth(bond: _Bond, one: Candidate, two: Candidate) -> float:
    return float(bond.agree(one.value, two.value)) if one.value and two.value else 0.0


def _along(values: Floats, axis: int, axes: int) -> Floats:
    shape = [1] * axes
    shape[axis] = len(values)
    return values.reshape(shape)


def _across(values: Floats, one: int, two: int, axes: int) -> Floats:
    shape = [1] * axes
    shape[one], shape[two] = values.shape
    return (values if one < two else values.T).reshape(shape)


def _chosen(reading: FieldReading, options: Sequence[Candidate], at: int, share: float) -> FieldReading:
    """The reading with option ``at`` (of its options, best ink first) and the evidence of it."""
    if len(options) < 2:
        return reading
    choice = options[at]
    gap = options[0].score - choice.score if at else 0.0
    evidence = {**reading.evidence, "joint": round(share, 4), "joint_moved": round(max(gap, 1e-4 if at else 0.0), 4)}
    reasons = tuple(r for r in reading.reasons if r != REASON) + ((REASON,) if at else ())
    if at:
        # what decided a reading can't confirm it as well
        evidence = {name: n for name, n in evidence.items() if not name.startswith("agrees_")}
        reasons = tuple(r for r in reasons if not r.startswith("conflict_"))
    if choice.text == reading.text:
        return replace(reading, evidence=evidence, reasons=reasons)
    rest = [c for c in reading.candidates if c.text != choice.text]
    return replace(
        reading,
        text=choice.text,
        value=choice.value,
        confidence=min(reading.confidence, round(share, 4)),
        candidates=(choice, *sorted(rest, key=lambda c: (-c.score, c.text))),
        doubts=_doubts(reading, choice.text),
        evidence=evidence,
        reasons=reasons,
    )


def _doubts(reading: FieldReading, text: str) -> tuple[Doubt, ...]:
    """Where the chosen text differs from the one the places were found for; the whole of it when lengths differ."""
    if len(text) != len(reading.text):
        return (Doubt(0, len(text), None),)
    boxes = {d.start: d.view_box_px for d in reading.doubts}
    differing = {i for i, (a, b) in enumerate(zip(text, reading.text, strict=True)) if a != b}
    return tuple(Doubt(i, i + 1, boxes.get(i)) for i in sorted(differing | set(boxes)))

"""Does the machine vouch for a reading, or does a person look? Pure thresholds over a reading's evidence.

Conservative by design (docs: reading, honestly): the network is sure of wrong characters too, so its own probability
never accepts handwriting; agreement with something else must come on top: a closed list, a checksum that the
unconstrained reading already passed, another field that says the same. A value that was forced to pass its checksum
is not verified by that checksum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from forms.checks import is_required
from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.values import empty
from ocr.evidence import combine
from ocr.reading import FieldReading

VERSION = "rules-3"
"""Stored with every verdict."""

DISQUALIFYING = frozenset(
    {
        "stamp",
        "strikeout",
        "ink_outside",
        "faint",
        "specks",
        "illegible",
        "unread_ink",
        "forced",
        "forced_checksum",
        "ambiguous",
        "not_in_list",
        "two_marks",
        "cancelled_mark",
        "filled_box",
        "unclear_mark",
    }
)
"""Reasons with which nothing is accepted, whatever else speaks for it."""

WELL_PLACED = 0.5
TYPESET = 0.5
MARK = 0.8
SIGNATURE = 0.5


@dataclass(frozen=True, slots=True)
class Threshold:
    """Least probability of the worst character: by hand, by hand with a witness, typeset. 1.01 is never."""

    hand: float
    witnessed: float
    typeset: float


NEVER = 1.01
THRESHOLDS: Mapping[Kind, Threshold] = MappingProxyType(
    {
        # the unconstrained reading passes the checksum: a wrong digit would have to be wrong twice
        Kind.ID_NUMBER: Threshold(0.9, 0.6, 0.6),
        Kind.DATE: Threshold(0.98, 0.6, 0.8),
        Kind.MONTH: Threshold(0.98, 0.8, 0.8),
        Kind.PHONE: Threshold(0.985, 0.95, 0.8),
        Kind.CODE: Threshold(0.9, 0.8, 0.7),
        Kind.DIVISION: Threshold(0.9, 0.7, 0.7),
        # the gazetteer knows the village, nobody knows the house: a lost 1 in "1单元" leaves every character sure
        Kind.ADDRESS: Threshold(NEVER, NEVER, 0.85),
        Kind.NUMBER: Threshold(0.99, 0.9, 0.9),
        # the same name elsewhere on the sheet is the same hand's, misread in the same way: no witness
        Kind.NAME: Threshold(NEVER, NEVER, 0.85),
        Kind.TEXT: Threshold(NEVER, 0.9, 0.85),
    }
)
WITNESSES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.ID_NUMBER: ("agrees_id_birth", "agrees_id_certificate", "agrees_id_permit", "agrees_id_twice"),
        Kind.DATE: ("agrees_id_birth",),
        Kind.PHONE: ("agrees_phone",),
        Kind.DIVISION: ("agrees_id_prefix", "agrees_place"),
        Kind.TEXT: ("agrees_id_certificate", "agrees_id_permit"),
    }
)
"""Evidence from other ink that speaks for the whole value. A shared county doesn't vouch for a house number."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted``: the machine vouches for the value. ``reasons``: English codes why not (and what was noticed)."""

    accepted: bool
    reasons: tuple[str, ...]


def judge(
    readings: Sequence[FieldReading], context: object = None, *, form: Form | None = None
) -> Mapping[str, Verdict]:
    """A verdict for every reading of a page or a registration. Pure.

    ``form`` names the kinds of keys the dictionary lacks; ``context`` is for what an office has learned and is not
    used by these rules.
    """
    readings = combine(readings)
    answers = {r.key: r.value for r in readings}
    return {r.key: _verdict(r, _kind(r.key, form), answers) for r in readings}


def _kind(key: str, form: Form | None) -> Kind:
    if form is not None and key in form.by_key:
        return form.by_key[key].kind
    definition = load_dictionary().fields.get(key)
    return definition.kind if definition else Kind.TEXT


def _verdict(reading: FieldReading, kind: Kind, answers: Mapping[str, JsonValue]) -> Verdict:
    against = [*reading.reasons]
    blocking = [r for r in reading.reasons if r in DISQUALIFYING or r.startswith(("invalid_", "conflict_"))]
    if reading.evidence.get("registration", 1.0) < WELL_PLACED:
        against.append("registration")
        blocking.append("registration")
    if empty(reading.value) and (not reading.text or reading.evidence.get("dash", 0.0) >= 1):
        missing = _missing(reading, answers)
        accepted = not blocking and not missing
        return Verdict(accepted, tuple(dict.fromkeys((*against, *(["required"] if missing else ())))))
    if blocking:
        return Verdict(False, tuple(dict.fromkeys(against)))
    if reading.source == "text_layer":
        # exact characters from the file itself; only the value's own shape could be wrong
        return Verdict(not empty(reading.value), tuple(against))
    weak = _weakness(reading, kind)
    return Verdict(not weak, tuple(dict.fromkeys((*against, *weak))))


def _missing(reading: FieldReading, answers: Mapping[str, JsonValue]) -> bool:
    """Blank where the form wants an answer, as far as this page tells."""
    definition = load_dictionary().fields.get(reading.key)
    return definition is not None and is_required(definition, answers)


def _weakness(reading: FieldReading, kind: Kind) -> list[str]:
    """Why what was written is not accepted; [] when it is."""
    evidence = reading.evidence
    if kind is Kind.CHOICE:
        return [] if evidence.get("mark_quality", 0.0) >= MARK else ["unclear_mark"]
    if kind is Kind.SIGNATURE:
        return [] if evidence.get("mark_quality", 0.0) >= SIGNATURE else ["faint"]
    if evidence.get("agreement", 0.0) < 1 or not evidence.get("listed", 1.0):
        return ["unusual"]
    worst = evidence.get("min_char", 0.0)
    threshold = THRESHOLDS[kind]
    typeset = evidence.get("typeset", 0.0) >= TYPESET
    witnessed = any(evidence.get(name, 0.0) >= 1 for name in WITNESSES.get(kind, ()))
    enough = min(
        threshold.hand,
        threshold.witnessed if witnessed else NEVER,
        threshold.typeset if typeset else NEVER,
    )
    if worst >= enough:
        return []
    never_by_hand = threshold.hand > 1 and not typeset and not witnessed
    return ["handwritten" if never_by_hand else "low_confidence"]

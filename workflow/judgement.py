"""Does the machine vouch for a reading, or does a person look? Vetoes first, then a calibrated probability.

The network is sure of wrong characters too, so its own probability is one piece of evidence among others
(``workflow.judge_model``): agreement with the unconstrained reading, a second look at the same ink, other ink that
says the same. A value that was forced to pass its checksum is not verified by that checksum: force is a veto. What an
office's own verified forms have taught (``OfficeTrust``) moves the probability, never the vetoes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from forms.checks import is_required
from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.values import empty
from ocr.evidence import combine
from ocr.reading import FieldReading
from workflow.judge_model import BLANK, EARLIER, JudgeModel, group_of, shifted, shipped_judge, speaking, turned

DISQUALIFYING = frozenset(
    {
        "stamp",
        "strikeout",
        "corrected",
        "red_ink",
        "ink_outside",
        "faint",
        "specks",
        "illegible",
        "unread_ink",
        "wide_gap",
        "ditto",
        "forced",
        "forced_checksum",
        "ambiguous",
        "joint",
        "not_in_list",
        "day_missing",
        "month_missing",
        "two_marks",
        "cancelled_mark",
        "filled_box",
        "unclear_mark",
        "circled",
        "mark_beside",
        # rather a misreading than news
        "near_earlier",
        # prefilled sheets: what was changed by hand is for a person; so is print that nobody vouches for
        "changed",
        "print_missing",
        "prefilled_unknown",
        # a person chose the form: the page may lie badly on it
        "form_by_hand",
        # nobody has read the page: a person types it in
        "keyed_by_hand",
    }
)
"""Reasons with which nothing is accepted, whatever else speaks for it."""

EXACT = frozenset({"text_layer", "prefilled"})
"""Sources that no network read: a PDF's own text, a value the office printed and nobody wrote over."""

WELL_PLACED = 0.5
MARK = 0.8
SIGNATURE = 0.5

WITNESSES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.ID_NUMBER: ("agrees_id_birth", "agrees_id_certificate", "agrees_id_permit", "agrees_id_twice"),
        Kind.DATE: ("agrees_id_birth",),
        Kind.TEXT: ("agrees_id_certificate", "agrees_id_permit"),
    }
)
"""Evidence from other ink that speaks for the whole value: with it, a constraint may have helped the reading."""


SEEN_BEFORE = 3
"""A value is known in an office from so many verified registrations on."""


@dataclass(frozen=True, slots=True)
class OfficeTrust:
    """What this office's own verified forms have taught. ``shifts``: log odds by group; ``models``: recognition
    networks whose readings have been checked here often enough to be trusted with handwriting; ``seen``: by key, the
    values (``spelled``) that stand in ``SEEN_BEFORE`` verified registrations or more."""

    shifts: Mapping[str, float] = field(default_factory=dict)
    models: frozenset[str] = frozenset()
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    version: int = 0


NOTHING_LEARNED = OfficeTrust()


@dataclass(frozen=True, slots=True)
class Assessed:
    """``probability``: as the shipped numbers give it, with no regard to ``vetoes``."""

    group: str
    vetoes: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted``: the machine vouches for the value. ``reasons``: English codes why not (and what was noticed).

    ``probability``: how likely the value is right, with no regard to what else speaks against accepting it.
    """

    accepted: bool
    reasons: tuple[str, ...]
    probability: float = 0.0


def version(office: OfficeTrust = NOTHING_LEARNED) -> str:
    """Stored with every verdict: the shipped numbers, and the office's own."""
    own = f"+{office.version}" if office.version else ""
    return shipped_judge().version + own


def judge(
    readings: Sequence[FieldReading],
    office: OfficeTrust = NOTHING_LEARNED,
    *,
    form: Form | None = None,
    models: Collection[str] = (),
    numbers: JudgeModel | None = None,
) -> Mapping[str, Verdict]:
    """A verdict for every reading of a page or a registration. Pure.

    ``form`` names the kinds of keys the dictionary lacks. ``models``: the recognition networks that read them; one
    that the numbers were not fitted for is not believed about handwriting until this office has checked enough of its
    readings. ``numbers`` default to the shipped ones.
    """
    numbers = numbers or shipped_judge()
    readings = prepare(readings, form)
    answers = {r.key: r.value for r in readings}
    known = all(m == numbers.model or m in office.models for m in models)
    return {r.key: _verdict(r, kind_of(r.key, form), answers, numbers, office, known) for r in readings}


def prepare(readings: Sequence[FieldReading], form: Form | None = None) -> tuple[FieldReading, ...]:
    """The readings of a page or registration with the evidence they give each other: witnesses, and ``hand``: how
    surely this hand was read in the sheet's other fields (0..1), for the network is sure of single characters of a
    hand that it can't read."""
    readings = combine(readings)
    sure = {r.key: _sureness(r) for r in readings if _by_hand(r, form)}
    if len(sure) < 2:
        return readings
    told = sum(sure.values())
    return tuple(
        replace(r, evidence={**r.evidence, "hand": round((told - sure[r.key]) / (len(sure) - 1), 4)})
        if r.key in sure
        else r
        for r in readings
    )


def _by_hand(reading: FieldReading, form: Form | None) -> bool:
    kind = kind_of(reading.key, form)
    return bool(
        reading.source == "ocr"
        and not nothing_written(reading)
        and "min_char" in reading.evidence
        and group_of(kind, reading.evidence).endswith(".hand")
    )


def _sureness(reading: FieldReading) -> float:
    """Nothing where the kind's rules had to help."""
    evidence = reading.evidence
    return turned("min_char", evidence["min_char"]) if evidence.get("agreement", 0.0) >= 1 else 0.0


def kind_of(key: str, form: Form | None) -> Kind:
    """The kind of a field: the form's, else the dictionary's."""
    if form is not None and key in form.by_key:
        return form.by_key[key].kind
    definition = load_dictionary().fields.get(key)
    return definition.kind if definition else Kind.TEXT


def assess(
    reading: FieldReading, kind: Kind, numbers: JudgeModel, seen: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> Assessed:
    """Group, vetoes and probability of one reading (``prepare`` has given it its witnesses)."""
    group = BLANK if nothing_written(reading) else group_of(kind, reading.evidence)
    if reading.source in EXACT:
        # exact characters from the file itself; only the value's own shape could be wrong
        empty_layer = ("illegible",) if group != BLANK and empty(reading.value) else ()
        return Assessed(group, (*vetoes(reading, kind), *empty_layer), 1.0)
    known = is_seen(reading, seen)
    told = speaking(kind, {**reading.evidence, "seen": float(known)}, len(reading.text))
    own = numbers.groups.get(group)
    return Assessed(group, vetoes(reading, kind), 0.0 if own is None else own.probability(told))


def is_seen(reading: FieldReading, seen: Mapping[str, frozenset[str]]) -> bool:
    """Did this very value stand in the field before? Only where the ink alone was read that way: a value that a list
    of known ones pulled over is no evidence for itself."""
    return reading.evidence.get("agreement", 0.0) >= 1 and spelled(reading.value) in seen.get(reading.key, frozenset())


def spelled(value: JsonValue) -> str:
    """One spelling per value, to compare by."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _verdict(
    reading: FieldReading,
    kind: Kind,
    answers: Mapping[str, JsonValue],
    numbers: JudgeModel,
    office: OfficeTrust,
    known: bool,
) -> Verdict:
    found = assess(reading, kind, numbers, office.seen)
    blocking = list(found.vetoes)
    if found.group == BLANK and _missing(reading, answers):
        blocking.append("required")
    by_hand = found.group.endswith(".hand") and reading.source not in EXACT
    if by_hand and not known:
        blocking.append("new_model")
    chance = shifted(found.probability, office.shifts.get(found.group, 0.0))
    own = numbers.groups.get(found.group)
    if not blocking and reading.source not in EXACT and (own is None or chance < own.least):
        blocking.append("low_confidence")
    return Verdict(not blocking, tuple(dict.fromkeys((*reading.reasons, *blocking))), chance)


def nothing_written(reading: FieldReading) -> bool:
    """Blank, or a dash through the field, which says the same."""
    return empty(reading.value) and (not reading.text or reading.evidence.get("dash", 0.0) >= 1)


def vetoes(reading: FieldReading, kind: Kind) -> tuple[str, ...]:
    """Reasons with which a person looks, however likely the value is; () without any. A blank field needs no more."""
    evidence = reading.evidence
    against = [r for r in reading.reasons if r in DISQUALIFYING or r.startswith(("invalid_", "conflict_"))]
    if evidence.get("registration", 1.0) < WELL_PLACED:
        against.append("registration")
    if nothing_written(reading) or reading.source in EXACT:
        return tuple(against)
    if kind is Kind.CHOICE:
        return (*against, *(["unclear_mark"] if evidence.get("mark_quality", 0.0) < MARK else ()))
    if kind is Kind.SIGNATURE:
        return (*against, *(["faint"] if evidence.get("mark_quality", 0.0) < SIGNATURE else ()))
    witnessed = _witnessed(evidence, kind)
    built = evidence.get("listed", 1.0) and evidence.get("whole", 1.0)
    if not built or (evidence.get("agreement", 0.0) < 1 and not witnessed):
        against.append("unusual")
    if "low_confidence" in reading.reasons and not witnessed:
        # a character that the screen points out as doubtful: only other ink can vouch for it
        against.append("low_confidence")
    return tuple(against)


def _witnessed(evidence: Mapping[str, float], kind: Kind) -> bool:
    return any(evidence.get(name, 0.0) >= 1 for name in (EARLIER, *WITNESSES.get(kind, ())))


def _missing(reading: FieldReading, answers: Mapping[str, JsonValue]) -> bool:
    """Blank where the form wants an answer, as far as this page tells."""
    definition = load_dictionary().fields.get(reading.key)
    return definition is not None and is_required(definition, answers)

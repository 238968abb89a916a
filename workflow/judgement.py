"""Does the machine vouch for a reading, or does a person look? Vetoes first, then a calibrated probability.

The network is sure of wrong characters too, so its own probability is one piece of evidence among others
(``workflow.judge_model``): agreement with the unconstrained reading, a second look at the same ink, other ink that
says the same. A value that was forced to pass its checksum is not verified by that checksum: force is a veto. What an
office's own verified forms have taught (``OfficeTrust``) moves the probability, never the vetoes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from forms.checks import is_required
from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.values import empty
from ocr.evidence import combine
from ocr.reading import FieldReading
from workflow.judge_model import BLANK, TYPESET, JudgeModel, group_of, shipped_judge, speaking

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
        "joint",
        "not_in_list",
        "two_marks",
        "cancelled_mark",
        "filled_box",
        "unclear_mark",
        "circled",
        "mark_beside",
        # prefilled sheets: what was changed by hand is for a person; so is print that nobody vouches for
        "changed",
        "print_missing",
        "prefilled_unknown",
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
        Kind.PHONE: ("agrees_phone",),
        Kind.TEXT: ("agrees_id_certificate", "agrees_id_permit"),
    }
)
"""Evidence from other ink that speaks for the whole value: with it, a constraint may have helped the reading."""


@dataclass(frozen=True, slots=True)
class OfficeTrust:
    """What this office's own verified forms have taught. ``shifts``: log odds by group; ``models``: recognition
    networks whose readings have been checked here often enough to be trusted with handwriting."""

    shifts: Mapping[str, float] = field(default_factory=dict)
    models: frozenset[str] = frozenset()
    version: int = 0


NOTHING_LEARNED = OfficeTrust()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted``: the machine vouches for the value. ``reasons``: English codes why not (and what was noticed).

    ``probability``: how likely the value is right, 0 where a veto kept the question from being asked.
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
    readings = combine(readings)
    answers = {r.key: r.value for r in readings}
    known = all(m == numbers.model or m in office.models for m in models)
    return {r.key: _verdict(r, kind_of(r.key, form), answers, numbers, office, known) for r in readings}


def kind_of(key: str, form: Form | None) -> Kind:
    """The kind of a field: the form's, else the dictionary's."""
    if form is not None and key in form.by_key:
        return form.by_key[key].kind
    definition = load_dictionary().fields.get(key)
    return definition.kind if definition else Kind.TEXT


def _verdict(
    reading: FieldReading,
    kind: Kind,
    answers: Mapping[str, JsonValue],
    numbers: JudgeModel,
    office: OfficeTrust,
    known: bool,
) -> Verdict:
    noticed = tuple(reading.reasons)
    if nothing_written(reading):
        blocking = (*vetoes(reading, kind), *(["required"] if _missing(reading, answers) else ()))
        probability = probability_of(reading, BLANK, kind, numbers, office)
        return _told(noticed, blocking, probability, least=numbers.groups[BLANK].least)
    blocking = vetoes(reading, kind)
    if reading.source in EXACT:
        # exact characters from the file or the office itself; only the value's own shape could be wrong
        return _told(noticed, blocking if blocking or not empty(reading.value) else ("illegible",), 1.0, least=1.0)
    group = group_of(kind, reading.evidence)
    if group not in numbers.groups:
        return _told(noticed, (*blocking, "handwritten"), 0.0, least=1.0)
    if not known and reading.evidence.get("typeset", 0.0) < TYPESET and kind not in (Kind.CHOICE, Kind.SIGNATURE):
        blocking = (*blocking, "new_model")
    return _told(
        noticed, blocking, probability_of(reading, group, kind, numbers, office), least=numbers.groups[group].least
    )


def _told(noticed: Sequence[str], blocking: Sequence[str], probability: float, *, least: float) -> Verdict:
    if blocking:
        return Verdict(False, tuple(dict.fromkeys((*noticed, *blocking))))
    if probability >= least:
        return Verdict(True, tuple(noticed), probability)
    # what no reading of this group has earned by itself is the hand's fault, not this reading's
    return Verdict(False, tuple(dict.fromkeys((*noticed, "low_confidence"))), probability)


def probability_of(
    reading: FieldReading, group: str, kind: Kind, numbers: JudgeModel, office: OfficeTrust = NOTHING_LEARNED
) -> float:
    """That the value is right, before any veto."""
    told = speaking(kind, reading.evidence, len(reading.text))
    return numbers.groups[group].probability(told, office.shifts.get(group, 0.0))


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
    if not evidence.get("listed", 1.0) or (evidence.get("agreement", 0.0) < 1 and not _witnessed(evidence, kind)):
        against.append("unusual")
    return tuple(against)


def _witnessed(evidence: Mapping[str, float], kind: Kind) -> bool:
    return any(evidence.get(name, 0.0) >= 1 for name in WITNESSES.get(kind, ()))


def _missing(reading: FieldReading, answers: Mapping[str, JsonValue]) -> bool:
    """Blank where the form wants an answer, as far as this page tells."""
    definition = load_dictionary().fields.get(reading.key)
    return definition is not None and is_required(definition, answers)

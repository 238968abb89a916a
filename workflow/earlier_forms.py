"""What this office already holds on a form's family: a witness for what was read, and an offer where it differs.

A child comes back every half year, brothers and sisters come with the same parents. The child's newest other verified
form (else a sibling's, found by a parent's ID number) is laid beside the reading: the same value read from other ink
on another day is evidence that the sheet can't give itself. Only what a person has looked at counts as a witness, so a
machine's error can't vouch for itself half a year later; only ink that was read so unaided is vouched for. Where the
paper says something else, the earlier value is offered (``workflow.family``) and never put in. Nothing outside the
division that took the paper in is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms import id_number
from forms.dictionary import extra_sensitive, load_dictionary
from forms.gazetteer import lies_within
from forms.kinds import JsonValue, Kind
from forms.values import empty, format_value
from ocr import joint
from ocr.reading import FieldReading, PageReading
from ocr.roster import RosterEntry
from records import care_rows, child_rows, registration_rows
from records.likeness_rows import stands_for
from records.session import Session
from records.tables import Child, Page, Registration
from records.views import AnswerState
from records.views_care import PersonRole
from workflow.carrying import OWN
from workflow.judge_model import EARLIER

NEARLY = "near_earlier"
"""Reason of a value that differs from the earlier one by a few characters."""
LEFT_OUT = frozenset({Kind.CHOICE, Kind.SIGNATURE})
"""Marks are read as they stand; that they stood so before says little."""
PARENTS = (PersonRole.FATHER, PersonRole.MOTHER)
OF_FAMILY = ("father_", "mother_", "caregiver_", "child_residence", "child_household")
"""What brothers and sisters share, by the beginning of the key."""
LOOKED = frozenset({AnswerState.CONFIRMED, AnswerState.CORRECTED})
UNKNOWN = frozenset({AnswerState.ILLEGIBLE, AnswerState.ASK})
FORCED = 0.5
SLIGHT = {Kind.ID_NUMBER: 2, Kind.PHONE: 2, Kind.DATE: 1, Kind.NAME: 1, Kind.TEXT: 1, Kind.ADDRESS: 1}
"""So few characters of difference are rather a misreading than news."""
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Earlier:
    """Values of earlier forms by key. ``looked``: keys whose value a person has confirmed or typed."""

    values: Mapping[str, JsonValue] = field(default_factory=dict)
    looked: frozenset[str] = frozenset()


NOTHING_EARLIER = Earlier()


def known_children(session: Session, division: str) -> list[RosterEntry]:
    """The children whose current form lies in this division, for the reader to recognise (``ocr.known_children``)."""
    return [
        RosterEntry(child_id, name, number or "", "" if born is None else born.isoformat(), residence)
        for child_id, name, number, born, residence in child_rows.identities(session, division)
    ]


def earlier_of(
    session: Session, registration: Registration, pages: Sequence[Page], readings: Sequence[PageReading]
) -> Earlier:
    """The earlier form of the child that a registration's pages speak of, else what its siblings' forms share."""
    if not pages:
        return NOTHING_EARLIER
    home = pages[0].source.division
    fields = {f.key: f for reading in readings for f in reading.fields}
    child_id = registration.child_id or _child_on(session, readings, fields)
    found: list[Earlier] = []
    if child_id is not None:
        rows = child_rows.registrations_of(session, child_id)
        found = [_said(session, row) for row in rows if _open_to(row, registration, home)][:1]
    for row in _siblings(session, fields, child_id):
        if _open_to(row, registration, home):
            found.append(_said(session, row, OF_FAMILY))
    values: dict[str, JsonValue] = {}
    looked: set[str] = set()
    for earlier in found:
        looked |= earlier.looked - values.keys()
        values = {**earlier.values, **values}
    return Earlier(values, frozenset(looked))


def witnessed(readings: Sequence[FieldReading], earlier: Earlier) -> tuple[FieldReading, ...]:
    """The same readings with what the earlier form says of them: evidence ``agrees_earlier``, reason ``near_earlier``.

    Pure, keeps the order. What other ink or the page's places decided is not vouched for.
    """
    return tuple(_witnessed(r, earlier) if r.key in earlier.values else r for r in readings)


def _witnessed(reading: FieldReading, earlier: Earlier) -> FieldReading:
    said = earlier.values[reading.key]
    kind = kind_of(reading.key)
    if kind in LEFT_OUT or empty(reading.value) or reading.source != "ocr":
        return reading
    if reading.value == said:
        unaided = reading.evidence.get("agreement", 0.0) >= 1 and not reading.evidence.get("near", 0.0)
        if reading.key not in earlier.looked or not unaided or joint.moved(reading):
            return reading
        return replace(reading, evidence={**reading.evidence, EARLIER: 1.0})
    if _slightly(kind, reading.value, said):
        return replace(reading, reasons=tuple(dict.fromkeys((*reading.reasons, NEARLY))))
    return reading


def kind_of(key: str) -> Kind:
    """The dictionary's kind; text where it has none."""
    definition = load_dictionary().fields.get(key)
    return definition.kind if definition else Kind.TEXT


def _slightly(kind: Kind, one: JsonValue, other: JsonValue) -> bool:
    """Whether two values differ by a few characters only."""
    a, b = format_value(kind, one), format_value(kind, other)
    most = SLIGHT.get(kind, 0)
    if min(len(a), len(b)) < SHORTEST or most == 0:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) <= most
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


# -- whose form it is -------------------------------------------------------------------------------------------------


def _child_on(session: Session, readings: Sequence[PageReading], fields: Mapping[str, FieldReading]) -> str | None:
    """The one child that the roster's fit and the ID number name; None for nobody, or where they name two."""
    named = {stands_for(session, r.roster.entry) for r in readings if r.roster is not None}
    named = {child_id for child_id in named if session.get(Child, child_id) is not None}
    number = _own_number(fields.get("child_id_number"))
    known = None if number is None else child_rows.by_id_number(session, number)
    if known is not None:
        named.add(known.id)
    return named.pop() if len(named) == 1 else None


def _own_number(reading: FieldReading | None) -> str | None:
    """An ID number that this ink alone says."""
    if reading is None or not isinstance(reading.value, str) or id_number.problem(reading.value) is not None:
        return None
    forced = reading.evidence.get("forced", 0.0) >= FORCED or joint.moved(reading)
    return None if forced else reading.value


def _siblings(session: Session, fields: Mapping[str, FieldReading], child_id: str | None) -> Sequence[Registration]:
    """The current forms of children with the same father or mother, by ID number."""
    found: dict[str, Registration] = {}
    for role in PARENTS:
        number = _own_number(fields.get(f"{role.value}_id_number"))
        for other in () if number is None else care_rows.children_with_person(session, role, number):
            row = child_rows.current_registration(session, other)
            if row is not None and other != child_id:
                found.setdefault(row.id, row)
    return list(found.values())


def _open_to(row: Registration, registration: Registration, home: str) -> bool:
    return row.id != registration.id and lies_within(row.division, home)


def _said(session: Session, row: Registration, only: tuple[str, ...] = ("",)) -> Earlier:
    """What a verified form says, without what is sealed and what every form says anew."""
    answers = {
        key: answer
        for key, answer in registration_rows.answers_of(session, row.id).items()
        if key.startswith(only)
        and key not in OWN
        and key not in extra_sensitive()
        and answer.sealed is None
        and answer.state not in UNKNOWN
        and not empty(answer.value)
    }
    looked = frozenset(key for key, answer in answers.items() if answer.state in LOOKED)
    return Earlier({key: answer.value for key, answer in answers.items()}, looked)

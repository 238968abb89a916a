"""The same family's earlier form: what it says of guardians and home, offered where this form is blank or doubtful.

A family is recognised by an adult's ID number or phone, or by an adult's name at the same address; the child itself by
its number, or its name and birth date. (``workflow.earlier_forms`` is the witness for what was read; this is for the
person who looks, with what she may see.) Only registrations that the actor may see are looked at, and nothing of
theirs that is kept from her.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.dictionary import load_dictionary
from forms.kinds import JsonValue, Kind
from forms.values import empty
from forms.written_dates import office_date
from records import registration_rows, sealing, stack_rows
from records.session import Session
from records.tables import Child, ChildPerson, Registration
from records.views import Actor
from records.views_care import PersonRole
from workflow import blind, scope
from workflow.answering import same
from workflow.carrying import OWN
from workflow.matching import iso_date, phone_digits
from workflow.names import normal_name
from workflow.sheets import said

ADULTS = (PersonRole.FATHER, PersonRole.MOTHER, PersonRole.CAREGIVER)
PARENTS = frozenset({PersonRole.FATHER, PersonRole.MOTHER})
OF_A_PERSON = ("name", "id_number", "phone", "birth_date", "workplace", "away")
HOME = ("child_household", "child_household_address", "child_household_kind", "child_residence")
OF_THE_HOUSE = ("support_income", "support_relief")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier form says, by this form's keys. ``said``: 同一监护人 2025年下半年登记过."""

    registration_id: str
    said: str
    values: Mapping[str, JsonValue]


@dataclass(slots=True)
class _Family:
    """An earlier registration, and which adult of this form is which of that one."""

    own: bool = False  # it is the child's own: all of it is told
    roles: dict[PersonRole, PersonRole] = field(default_factory=dict)


def earlier(
    session: Session, actor: Actor, registration: Registration, values: Mapping[str, JsonValue]
) -> tuple[Earlier, ...]:
    """Earlier forms of the family of a registration with these values, the newest first."""
    found = _families(session, values)
    if not found:
        return ()
    current = stack_rows.current_of(session, found, actor.division)
    told: list[tuple[Registration, Earlier]] = []
    for child_id, row in current.items():
        if row.id == registration.id or not scope.sees_registration(actor, row):
            continue
        family = found[child_id]
        answers = registration_rows.answers_of(session, row.id)
        known = said({key: a for key, a in answers.items() if not sealing.hidden(a)})
        if not family.own and not _confirmed(family, values, known):
            continue
        hidden = blind.hidden_from(session, actor, row)
        seen = {key: value for key, value in known.items() if key not in hidden}
        offered = {key: value for key, value in _told(family, seen) if _may_offer(key)}
        who = "本人" if family.own else "同一监护人"
        told.append((row, Earlier(row.id, f"{who} {_when(row)}登记过", offered)))
    told.sort(key=lambda pair: (pair[0].form_date is not None, pair[0].form_date, pair[0].id), reverse=True)
    return tuple(each for _row, each in told)


def _families(session: Session, values: Mapping[str, JsonValue]) -> dict[str, _Family]:
    """Children on record whose adults, or who themselves, share a number, phone or name with this form."""
    numbers = {role: _text(values, role, "id_number") for role in PersonRole}
    phones = {role: phone_digits(_text(values, role, "phone")) or "" for role in ADULTS}
    names = {role: normal_name(_text(values, role, "name")) for role in PersonRole}
    sought = ({*numbers.values()} - {""}, {*phones.values()} - {""}, {*names.values()} - {""})
    found: dict[str, _Family] = {}
    for person in stack_rows.persons_like(session, *sought):
        if person.role is PersonRole.CHILD:
            if _same_child(session, person, values):
                found.setdefault(person.child_id, _Family()).own = True
            continue
        for role in ADULTS:
            if _same_adult(person, numbers[role], phones[role], names[role]):
                found.setdefault(person.child_id, _Family()).roles.setdefault(role, person.role)
    return found


def _same_child(session: Session, person: ChildPerson, values: Mapping[str, JsonValue]) -> bool:
    number, born = _text(values, PersonRole.CHILD, "id_number"), iso_date(values.get("child_birth_date"))
    if number and person.id_number:
        return number == person.id_number
    child = session.get(Child, person.child_id)
    same_name = normal_name(_text(values, PersonRole.CHILD, "name")) == person.name_norm
    return same_name and born is not None and child is not None and child.birth_date == born


def _same_adult(person: ChildPerson, number: str, phone: str, name: str) -> bool:
    if number and person.id_number:
        return number == person.id_number
    return bool((phone and phone == person.phone) or (name and name == person.name_norm))


def _confirmed(family: _Family, values: Mapping[str, JsonValue], known: Mapping[str, JsonValue]) -> bool:
    """A name alone is no family: it has to live at the same address."""
    for mine, theirs in family.roles.items():
        for what in ("id_number", "phone"):
            one, other = values.get(f"{mine.value}_{what}"), known.get(f"{theirs.value}_{what}")
            if not empty(one) and same(one, other):
                return True
    home, other_home = values.get("child_residence"), known.get("child_residence")
    return not empty(home) and same(home, other_home)


def _told(family: _Family, known: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """What the earlier form says, by the keys of this one."""
    if family.own:
        yield from ((key, value) for key, value in known.items() if not empty(value) and _of_the_child(key))
        return
    roles = dict(family.roles)
    parents = any(mine is theirs and mine in PARENTS for mine, theirs in roles.items())
    if parents:  # brothers and sisters: the other parent, and whoever looks after them
        roles = {role: role for role in ADULTS} | roles
    pairs = [(f"{m.value}_{what}", f"{t.value}_{what}") for m, t in roles.items() for what in OF_A_PERSON]
    if roles.get(PersonRole.CAREGIVER) is PersonRole.CAREGIVER:
        pairs.append(("caregiver_address", "caregiver_address"))
    pairs += [(key, key) for key in (*HOME, *(OF_THE_HOUSE if parents else ()))]
    for key, other in pairs:
        if not empty(known.get(other)):
            yield key, known[other]


def _of_the_child(key: str) -> bool:
    """Not what is ticked, signed or said anew each time: that it stood so before says little about this form."""
    definition = load_dictionary().fields.get(key)
    return definition is not None and definition.kind not in (Kind.CHOICE, Kind.SIGNATURE) and key not in OWN


def _may_offer(key: str) -> bool:
    definition = load_dictionary().fields.get(key)
    return definition is not None and definition.sensitivity != "extra"


def _text(values: Mapping[str, JsonValue], role: PersonRole, what: str) -> str:
    value = values.get(f"{role.value}_{what}")
    return value if isinstance(value, str) else ""


def _when(row: Registration) -> str:
    if row.round is not None:
        return row.round.name
    return "" if row.form_date is None else office_date(row.form_date)


def first_of(forms: Sequence[Earlier], key: str) -> Iterator[tuple[str, JsonValue]]:
    """What the earlier forms say of a field, each value once, the newest first: (whence, value)."""
    seen: list[JsonValue] = []
    for form in forms:
        value = form.values.get(key)
        if not empty(value) and not any(same(value, other) for other in seen):
            seen.append(value)
            yield form.said, value

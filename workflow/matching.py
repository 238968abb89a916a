"""Whose registration is it? Children are created or matched when a registration is verified, never before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from forms.code_tables import code_table
from forms.findings import years_between
from forms.gazetteer import gazetteer
from forms.kinds import JsonValue
from records import child_rows, likeness_rows, registration_rows, round_rows, search_rows
from records.likeness import keys_of
from records.session import Session
from records.store import Store
from records.tables import Child, ChildPerson, Registration
from records.views import AnswerState
from records.views_care import PersonRole
from workflow import divisions
from workflow.errors import NotFound
from workflow.names import initials, normal_name, pinyin


@dataclass(frozen=True, slots=True)
class Match:
    """``child``: the one that it certainly is; else ``candidates`` to ask about."""

    child: str | None
    candidates: tuple[str, ...]


def find(session: Session, registration: Registration, values: Mapping[str, JsonValue]) -> Match:
    """An equal ID number attaches; equal name and birth date ask (domain: a child without an ID number is normal)."""
    number = values.get("child_id_number")
    if isinstance(number, str):
        known = child_rows.by_id_number(session, number)
        if known is not None:
            return Match(known.id, ())
    before = registration.child_id
    if before is not None and not _parts(session, registration, before, values):
        return Match(before, ())  # verified before, now again
    printed = round_rows.printed_of_registration(session, registration.id)
    if before is None and printed is not None and _same_person(session.get(Child, printed.child_id), values):
        return Match(printed.child_id, ())
    name, born = values.get("child_name"), iso_date(values.get("child_birth_date"))
    asked = [] if before is None else [before]
    if isinstance(name, str) and born is not None:
        asked += [c.id for c in child_rows.by_name_and_birth(session, normal_name(name), born)]
    return Match(None, tuple(dict.fromkeys(asked)))


def _parts(session: Session, registration: Registration, child_id: str, values: Mapping[str, JsonValue]) -> bool:
    """Does a form that was opened again now tell of somebody else than the child's other forms do?"""
    others = any(row.id != registration.id for row in child_rows.registrations_of(session, child_id))
    return others and not _same_person(session.get(Child, child_id), values)


def _same_person(child: Child | None, values: Mapping[str, JsonValue]) -> bool:
    """Does the form say nothing against the child it was printed for?"""
    name, born = values.get("child_name"), iso_date(values.get("child_birth_date"))
    if child is None or not isinstance(name, str) or normal_name(name) != child.name_norm:
        return False
    number = values.get("child_id_number")
    other_number = isinstance(number, str) and child.id_number is not None and number != child.id_number
    return not other_number and (born is None or child.birth_date is None or born == child.birth_date)


def attach(
    store: Store,
    session: Session,
    now: datetime,
    registration: Registration,
    values: Mapping[str, JsonValue],
    child_id: str | None,
) -> tuple[Child, bool]:
    """The registration's child: the one named, or a new one. Second result: is it new?"""
    if child_id is not None:
        found = child(session, child_id)
        registration.child_id = found.id
        return found, False
    name = str(values["child_name"])
    new = Child(id=store.new_id(), name=name, name_norm=normal_name(name), created_at=now)
    session.add(new)
    session.flush()
    registration.child_id = new.id
    return new, True


def child(session: Session, child_id: str) -> Child:
    """Raises NotFound."""
    found = session.get(Child, child_id)
    if found is None:
        raise NotFound("这名儿童已经不在资料库里了，没有保存。请刷新后再选。")
    return found


def refresh(session: Session, row: Child) -> None:
    """The columns a child is searched by follow its current registration; with none left they stay as they were."""
    current = child_rows.current_registration(session, row.id)
    row.current_registration_id = None if current is None else current.id
    row.scope = "" if current is None else current.division
    session.flush()
    if current is None:
        search_rows.follow(session, row)
        return
    values = {
        key: a.value
        for key, a in registration_rows.answers_of(session, current.id).items()
        if a.state not in (AnswerState.ILLEGIBLE, AnswerState.ASK)
    }
    name = values.get("child_name")
    if isinstance(name, str) and name:
        row.name, row.name_norm = name, normal_name(name)
        row.pinyin, row.initials = pinyin(name), initials(name)
        row.pinyin_plain = row.pinyin.replace(" ", "")
    number = values.get("child_id_number")
    row.id_number = number if isinstance(number, str) and number else row.id_number
    row.id_reversed = row.id_number[::-1] if row.id_number else None
    row.birth_date = iso_date(values.get("child_birth_date")) or row.birth_date
    sex = codes(values.get("child_sex"))
    row.sex = sex[0] if sex else row.sex
    row.household_division = str(values.get("child_household") or "")
    residence = values.get("child_residence")
    stated = str((residence.get("division") if isinstance(residence, dict) else "") or "")
    row.residence_division = divisions.today(divisions.moved_divisions(session), stated)
    child_rows.set_persons(session, row.id, [p for role in PersonRole if (p := _person(role, values)) is not None])
    session.flush()
    search_rows.follow(session, row)
    likeness_rows.set_keys(session, row.id, keys_of(likeness_rows.traits_of(session, [row.id])[row.id]))


def _person(role: PersonRole, values: Mapping[str, JsonValue]) -> ChildPerson | None:
    """Whoever stands in this role on the form; None where nothing was written."""
    name, number, phone = (
        value if isinstance(value := values.get(f"{role.value}_{what}"), str) and value else None
        for what in ("name", "id_number", "phone")
    )
    if not (name or number or phone):
        return None
    return ChildPerson(
        role=role, name=name or "", name_norm=normal_name(name or ""), id_number=number, phone=phone_digits(phone)
    )


def phone_digits(text: str | None) -> str | None:
    """A phone number to search by: its digits alone."""
    return "".join(c for c in text or "" if c.isdigit()) or None


# -- values as columns ------------------------------------------------------------------------------------------------


def iso_date(value: JsonValue) -> date | None:
    """The date of a date field's value."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def codes(value: JsonValue) -> tuple[str, ...]:
    """The option codes of a choice's value."""
    return tuple(value) if isinstance(value, list) else ()


def age_on(born: date | None, day: date) -> int | None:
    """Whole years on that day; None for nobody knows, or not born yet."""
    return None if born is None or born > day else years_between(born, day)


def sex_label(code: str) -> str:
    """男, 女; "" for none."""
    try:
        return code_table("sex").label(code) if code else ""
    except KeyError:
        return code


def place_name(code: str) -> str:
    """A division's full name, "" for none; of one that the list has no more, what it was called."""
    return gazetteer().told(code)

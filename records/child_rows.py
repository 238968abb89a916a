"""Children with their current registrations, places and reporting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from records.likeness_rows import stands_for
from records.registration_rows import DONE
from records.scope import within
from records.tables import ArchiveItem, Child, ChildPerson, Registration, Sheet

CHUNK = 500
REGISTRATION = "registration"  # Registration.purpose: a statement about a child, not a visit form or a work log


def by_id_number(session: Session, id_number: str) -> Child | None:
    """The child with this ID number (or the one it went into); the first one entered if two share it."""
    statement = select(Child).where(Child.id_number == id_number).order_by(Child.created_at, Child.id)
    found = session.scalar(statement.limit(1))
    return None if found is None else session.get(Child, stands_for(session, found.id))


def others_with_number(session: Session, id_number: str, child_id: str) -> bool:
    """Whether another child has this ID number, too."""
    statement = select(Child.id).where(Child.id_number == id_number, Child.id != child_id)
    return any(stands_for(session, other) != child_id for other in session.scalars(statement))


def by_name_and_birth(session: Session, name_norm: str, birth_date: date) -> Sequence[Child]:
    """Children of the same name and birth date (or those they went into), oldest entry first."""
    statement = select(Child).where(Child.name_norm == name_norm, Child.birth_date == birth_date)
    found = session.scalars(statement.order_by(Child.created_at, Child.id)).all()
    ids = dict.fromkeys(stands_for(session, child.id) for child in found)
    return [session.get_one(Child, child_id) for child_id in ids]


def current_registration(session: Session, child_id: str) -> Registration | None:
    """By 填报日期, then verification time, then id; never by the order of scanning."""
    return session.scalar(_newest_first().where(Registration.child_id == child_id).limit(1))


def registrations_of(session: Session, child_id: str) -> Sequence[Registration]:
    """A child's verified registrations, newest statement first."""
    return session.scalars(_newest_first().where(Registration.child_id == child_id)).all()


def names_of(session: Session, child_ids: Sequence[str]) -> dict[str, str]:
    """Names by id."""
    wanted = list(dict.fromkeys(child_ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Child.id, Child.name).where(Child.id.in_(wanted[start : start + CHUNK]))
        found.update((child_id, name) for child_id, name in session.execute(statement))
    return found


def set_persons(session: Session, child_id: str, persons: Sequence[ChildPerson]) -> None:
    """These stand on the child's current registration, and nobody else."""
    known = {p.role: p for p in session.scalars(select(ChildPerson).where(ChildPerson.child_id == child_id))}
    for person in persons:
        person.child_id = child_id
        session.merge(person)
        known.pop(person.role, None)
    for gone in known.values():
        session.delete(gone)


def _newest_first() -> Select[Registration]:
    return (
        select(Registration)
        .where(Registration.state.in_(DONE), Registration.purpose == REGISTRATION)
        .order_by(
            Registration.form_date.is_(None),
            Registration.form_date.desc(),
            Registration.verified_at.desc(),
            Registration.id.desc(),
        )
    )


def children_with_current(session: Session, search: str, division: str) -> list[tuple[Child, Registration]]:
    """Children by pinyin, then id, each with its current registration, which lies in the division.

    ``search`` is normalised by the caller.
    """
    statement = (
        select(Child, Registration)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(within(Registration.division, division))
        .order_by(Child.pinyin, Child.id)
    )
    if search:
        statement = statement.where(_matches(search))
    return [(child, registration) for child, registration in session.execute(statement)]


def _matches(search: str) -> ColumnElement[bool]:
    other = aliased(Registration)
    filed = (
        select(ArchiveItem.id)
        .join(Sheet, Sheet.item_id == ArchiveItem.id)
        .join(other, Sheet.registration_id == other.id)
        .where(other.child_id == Child.id, ArchiveItem.number_norm.contains(search, autoescape=True))
    )
    low = search.lower().replace(" ", "")
    return or_(
        Child.name_norm.contains(search, autoescape=True),
        func.replace(Child.pinyin, " ", "").contains(low, autoescape=True),
        Child.initials.startswith(low, autoescape=True),
        Child.id_number.contains(search.upper(), autoescape=True),
        filed.exists(),
    )


def id_numbers(session: Session, child_ids: Sequence[str], division: str) -> dict[str, str]:
    """The whole ID numbers of those children who have a verified registration in the division."""
    own = select(Registration.id).where(
        Registration.child_id == Child.id, Registration.state.in_(DONE), within(Registration.division, division)
    )
    found: dict[str, str] = {}
    for start in range(0, len(child_ids), 500):
        statement = select(Child.id, Child.id_number).where(Child.id.in_(child_ids[start : start + 500]), own.exists())
        found.update((child_id, number) for child_id, number in session.execute(statement) if number)
    return found

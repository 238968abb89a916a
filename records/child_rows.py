"""Children with their current registrations, places and reporting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from records.likeness_rows import stands_for
from records.registration_rows import DONE
from records.scope import within
from records.states import ChildState
from records.tables import ArchiveItem, Child, ChildPerson, Dossier, Registration

CHUNK = 500
LONGEST_ITEM = 7  # figures of an item number in a 档号; more figures are an ID number or a phone
LAST = "\uffff"  # sorts after every sign that names, numbers and pinyin are made of


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


def by_name(session: Session, name_norm: str) -> Sequence[Child]:
    """Children of this name, by pinyin, then id."""
    return session.scalars(select(Child).where(Child.name_norm == name_norm).order_by(Child.pinyin, Child.id)).all()


def identities(session: Session, division: str) -> list[tuple[str, str, str | None, date | None, str]]:
    """Id, name, ID number, birth date and residence of every child whose current registration lies in the division."""
    statement = select(Child.id, Child.name, Child.id_number, Child.birth_date, Child.residence_division)
    rows = session.execute(statement.where(within(Child.scope, division)).order_by(Child.id))
    return [(child_id, name, number, born, residence) for child_id, name, number, born, residence in rows]


def current_registration(session: Session, child_id: str) -> Registration | None:
    """By 填报日期, then verification time, then id; never by the order of scanning."""
    return session.scalar(_newest_first().where(Registration.child_id == child_id).limit(1))


def registrations_of(session: Session, child_id: str) -> Sequence[Registration]:
    """A child's verified registrations, newest statement first."""
    return session.scalars(_newest_first().where(Registration.child_id == child_id)).all()


def current_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, Registration]:
    """The current registration of each child that has one."""
    found: dict[str, Registration] = {}
    for start in range(0, len(child_ids), CHUNK):
        statement = (
            select(Child.id, Registration)
            .join(Registration, Registration.id == Child.current_registration_id)
            .where(Child.id.in_(child_ids[start : start + CHUNK]))
        )
        found.update((child_id, registration) for child_id, registration in session.execute(statement))
    return found


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
        .where(Registration.state.in_(DONE))
        .order_by(
            Registration.form_date.is_(None),
            Registration.form_date.desc(),
            Registration.verified_at.desc(),
            Registration.id.desc(),
        )
    )


def children_with_current(
    session: Session,
    search: str,
    division: str,
    *,
    exited: bool | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[tuple[Child, Registration]]:
    """Children by pinyin, then id, each with its current registration, which lies in the division.

    A page is found in one index before any row is read. ``search`` is normalised by the caller;
    ``exited``: only those who left the list (True) or are on it (False).
    """
    page = (
        select(Child.id)
        .where(*_wanted(search, division, exited))
        .order_by(Child.pinyin, Child.id)
        .limit(limit)
        .offset(offset or None)
    )
    statement = (
        select(Child, Registration)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(Child.id.in_(page) if limit is not None else Child.id.in_(page.order_by(None)))
        .order_by(Child.pinyin, Child.id)
    )
    return [(child, registration) for child, registration in session.execute(statement)]


def current_ids(session: Session, division: str) -> Sequence[str]:
    """The current registrations of all children of the division, by pinyin, then the child's id."""
    statement = select(Child.current_registration_id).where(*_wanted("", division, None))
    return [row_id for row_id in session.scalars(statement.order_by(Child.pinyin, Child.id)) if row_id is not None]


def count_children(session: Session, search: str, division: str, *, exited: bool | None = None) -> int:
    """How many ``children_with_current`` finds without a limit."""
    statement = select(func.count()).select_from(Child).where(*_wanted(search, division, exited))
    return session.scalar(statement) or 0


def _wanted(search: str, division: str, exited: bool | None) -> list[ColumnElement[bool]]:
    conditions = [within(Child.scope, division), Child.current_registration_id.is_not(None)]
    if exited is not None:
        conditions.append(Child.state == (ChildState.EXITED if exited else ChildState.ACTIVE))
    if search:
        found = _found_by(search)
        conditions.append(Child.id.in_(union_all(*found)) if found else false())
    return conditions


def _found_by(search: str) -> list[Select[str | None]]:
    """Ids by everything that these signs can be part of. Each query reads one narrow index, none the children's rows.

    Signs of names are looked for in names, letters in pinyin and initials, figures in ID numbers (from the front, or
    the tail), phones and 档号.
    """
    low = search.lower()
    found: list[Select[str | None]] = []
    longer_than_any_part = search.isdigit() and len(search) > LONGEST_ITEM
    if any(c.isdigit() or c in "-·" for c in search) and not longer_than_any_part:
        # the inner query reads the index of numbers alone, the outer one the few rows found
        numbers = select(ArchiveItem.number_norm).where(ArchiveItem.number_norm.contains(search, autoescape=True))
        filed = select(ArchiveItem.registration_id).where(ArchiveItem.number_norm.in_(numbers))
        found.append(select(Registration.child_id).where(Registration.id.in_(filed)))
        found.append(select(Dossier.child_id).where(Dossier.archive_number.contains(search, autoescape=True)))
    if not search.isascii():
        found.append(select(Child.id).where(Child.name_norm.contains(search, autoescape=True)))
    elif search.isalpha():
        found.append(select(Child.id).where(Child.pinyin_plain.contains(low, autoescape=True)))
        found.append(select(Child.id).where(_begins(Child.initials, low)))
    if search[:-1].isdigit() and search[-1] in "0123456789xX":
        number = search.upper()
        found.append(select(Child.id).where(_begins(Child.id_number, number)))
        found.append(select(Child.id).where(_begins(Child.id_reversed, number[::-1])))
        found.append(select(ChildPerson.child_id).where(_begins(ChildPerson.phone, number)))
    return found


def _begins(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], text: str) -> ColumnElement[bool]:
    """A prefix as a range: an index serves it."""
    return and_(column >= text, column < text + LAST)


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

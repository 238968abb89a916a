"""Children with their current registrations, places and reporting."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from records import search_rows
from records.likeness_rows import stands_for
from records.registration_rows import DONE
from records.scope import within
from records.states import ChildState
from records.tables import Child, ChildPerson, Registration, SecondEntry

CHUNK = 500


class Pending(NamedTuple):
    """Who has still to enter these fields a second time, wherever somebody else verified the form."""

    user_id: str
    keys: tuple[str, ...]


FAR = 5000  # rows of a list from its beginning


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
    return _standing(session, found)


def by_name(session: Session, name_norm: str) -> Sequence[Child]:
    """Children of this name (or those they went into), by pinyin, then id."""
    statement = select(Child).where(Child.name_norm == name_norm).order_by(Child.pinyin, Child.id)
    return _standing(session, session.scalars(statement).all())


def _standing(session: Session, found: Sequence[Child]) -> Sequence[Child]:
    ids = dict.fromkeys(stands_for(session, child.id) for child in found)
    return [session.get_one(Child, child_id) for child_id in ids]


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


def registrations_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, list[Registration]]:
    """The verified registrations of each of these children, newest statement first."""
    found: dict[str, list[Registration]] = {child_id: [] for child_id in child_ids}
    wanted = list(found)
    for start in range(0, len(wanted), CHUNK):
        # chosen and sorted here: asked to do it, SQLite would read all registrations by their state
        some = select(Registration).where(Registration.child_id.in_(wanted[start : start + CHUNK]))
        for row in session.scalars(some):
            if row.state in DONE:
                found[row.child_id or ""].append(row)
    for rows in found.values():
        rows.sort(key=_statement_order, reverse=True)
    return found


def _statement_order(row: Registration) -> tuple[bool, date, datetime, str]:
    """As ``_newest_first`` backwards: the dated before the undated, the later before the earlier."""
    assert row.verified_at is not None  # the table's own check: a verified registration has its time
    return row.form_date is not None, row.form_date or date.min, row.verified_at, row.id


def with_ids(session: Session, child_ids: Sequence[str]) -> dict[str, Child]:
    """Children by id."""
    wanted = list(dict.fromkeys(child_ids))
    found: dict[str, Child] = {}
    for start in range(0, len(wanted), CHUNK):
        found.update(
            (c.id, c) for c in session.scalars(select(Child).where(Child.id.in_(wanted[start : start + CHUNK])))
        )
    return found


def holders(session: Session, id_numbers: Collection[str]) -> dict[str, set[str]]:
    """Ids of the children with each of these ID numbers, merged ones too; numbers that nobody has are left out."""
    wanted, found = sorted(id_numbers), dict[str, set[str]]()
    for start in range(0, len(wanted), CHUNK):
        statement = select(Child.id_number, Child.id).where(Child.id_number.in_(wanted[start : start + CHUNK]))
        for number, child_id in session.execute(statement):
            found.setdefault(number or "", set()).add(child_id)
    return found


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


def of_ids(session: Session, child_ids: Sequence[str]) -> list[Child]:
    """These children, each once."""
    return list(with_ids(session, child_ids).values())


def some_at_a_time(session: Session, child_ids: Sequence[str]) -> Iterator[Child]:
    """Those of these children that are there, read in portions."""
    for start in range(0, len(child_ids), CHUNK):
        found = with_ids(session, child_ids[start : start + CHUNK])
        yield from (found[child_id] for child_id in child_ids[start : start + CHUNK] if child_id in found)


def set_persons(session: Session, child_id: str, persons: Sequence[ChildPerson]) -> None:
    """These stand on the child's current registration, and nobody else."""
    known = {p.role: p for p in session.scalars(select(ChildPerson).where(ChildPerson.child_id == child_id))}
    for person in persons:
        person.child_id = child_id
        if known.pop(person.role, None) is None:
            session.add(person)
        else:
            session.merge(person)
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
    unless: Pending | None = None,
    also: Sequence[ColumnElement[bool]] = (),
) -> list[tuple[Child, Registration]]:
    """Children by pinyin, then id, each with its current registration, which lies in the division.

    A page is found in one index before any row is read; one near the end is counted from the end. ``search`` is
    normalised by the caller; ``exited``: only those who left the list (True) or are on it (False); ``unless``: what
    is pending for somebody is not found; ``also``: further conditions (``records.filter_rows``).
    """
    page = select(Child.id).where(*_wanted(session, search, division, exited, listed=limit is not None), *also)
    page = page if unless is None else page.where(_open_to(unless))
    if limit is not None:
        far = offset >= FAR
        total = count_children(session, search, division, exited=exited, unless=unless, also=also) if far else None
        page = _page(page, total, limit, offset)
    statement = (
        select(Child, Registration)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(Child.id.in_(page))
        .order_by(Child.pinyin, Child.id)
    )
    return [(child, registration) for child, registration in session.execute(statement)]


def _page(page: Select[str], total: int | None, limit: int, offset: int) -> Select[str]:
    """The page's ids; from whichever end of the list is nearer, because what lies before them is walked over."""
    if total is not None:
        behind = total - offset - limit
        if behind < offset:
            back = page.order_by(Child.pinyin.desc(), Child.id.desc()).offset(max(0, behind))
            return back.limit(min(limit, max(0, total - offset)))
    return page.order_by(Child.pinyin, Child.id).limit(limit).offset(offset or None)


def residences(session: Session, division: str) -> Sequence[str]:
    """The divisions in which children of this division live, each once."""
    statement = select(Child.residence_division).where(within(Child.scope, division), Child.residence_division != "")
    return session.scalars(statement.distinct().order_by(Child.residence_division)).all()


def current_ids(session: Session, division: str) -> Sequence[str]:
    """The current registrations of all children of the division, by pinyin, then the child's id."""
    statement = select(Child.current_registration_id).where(*_wanted(session, "", division, None))
    return [row_id for row_id in session.scalars(statement.order_by(Child.pinyin, Child.id)) if row_id is not None]


def _open_to(pending: Pending) -> ColumnElement[bool]:
    """Children whose current form this person verified, or in which two persons agree about all of these fields."""
    user_id, keys = pending
    own = select(Registration.id).where(
        Registration.id == Child.current_registration_id, Registration.verified_by == user_id
    )
    settled = (
        select(func.count())
        .select_from(SecondEntry)
        .where(SecondEntry.registration_id == Child.current_registration_id, SecondEntry.key.in_(keys))
        .where(or_(SecondEntry.agreed, SecondEntry.resolved_at.is_not(None)))
        .correlate(Child)
        .scalar_subquery()
    )
    return or_(own.exists(), settled == len(keys))


def count_children(
    session: Session,
    search: str,
    division: str,
    *,
    exited: bool | None = None,
    unless: Pending | None = None,
    also: Sequence[ColumnElement[bool]] = (),
) -> int:
    """How many ``children_with_current`` finds without a limit."""
    wanted = [*_wanted(session, search, division, exited, walked=False, listed=False), *also]
    wanted += [] if unless is None else [_open_to(unless)]
    return session.scalar(select(func.count()).select_from(Child).where(*wanted)) or 0


def _wanted(
    session: Session, search: str, division: str, exited: bool | None, *, walked: bool = True, listed: bool = True
) -> list[ColumnElement[bool]]:
    """``walked``: children are asked one by one, in the order of the list, and not found by their scope and sorted."""
    matching = search_rows.matching(session, search, listed=listed) if search else None
    if search and matching is None:
        return [false()]
    conditions = [] if matching is None else [matching.condition]
    # a child without a current registration has no scope. Of those gathered by a search the index of ids is asked for
    # it, which SQLite takes only where the plain column stands there; walked over, no index may tempt to sort them all
    plain = not walked if matching is None else not matching.walked
    conditions.append(within(Child.scope if plain else func.coalesce(Child.scope, ""), division))
    if exited is not None:
        conditions.append(Child.state == (ChildState.EXITED if exited else ChildState.ACTIVE))
    return conditions


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

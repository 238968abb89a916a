"""Base lists and their entries, and the children they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from records.scope import within
from records.states import ChildState
from records.tables import Child, Roster, RosterEntry

CHUNK = 500
ANY = "any_rosters"  # in ``Session.info``


def rosters(session: Session, division: str) -> Sequence[Roster]:
    """Those of the division, the newest first."""
    statement = select(Roster).where(within(Roster.division, division))
    return session.scalars(statement.order_by(Roster.as_of.desc(), Roster.at.desc(), Roster.id)).all()


def by_name(session: Session, name: str) -> Roster | None:
    """The list of this name."""
    return session.scalar(select(Roster).where(Roster.name == name))


def add_entries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Enter many at once."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(RosterEntry), rows[start : start + CHUNK])


def entries(session: Session, roster_id: str) -> Sequence[RosterEntry]:
    """What stands on a list, line by line."""
    statement = select(RosterEntry).where(RosterEntry.roster_id == roster_id)
    return session.scalars(statement.order_by(RosterEntry.line)).all()


def remove(session: Session, roster: Roster) -> None:
    """The list with all its entries."""
    session.execute(delete(RosterEntry).where(RosterEntry.roster_id == roster.id))
    session.delete(roster)
    session.flush()


def alike(
    session: Session, division: str, id_number: str | None, name_norm: str, birth_date: date | None
) -> Sequence[tuple[RosterEntry, Roster]]:
    """Entries of lists that cover the division, with this ID number, or this name and birth date. None sealed."""
    clues = []
    if id_number:
        clues.append(RosterEntry.id_number == id_number)
    if name_norm and birth_date is not None:
        clues.append((RosterEntry.name_norm == name_norm) & (RosterEntry.birth_date == birth_date))
    if not clues or not _any(session):
        return []
    covering = [division[:length] for length in range(2, len(division) + 1)]
    statement = (
        select(RosterEntry, Roster)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .where(or_(*clues), or_(Roster.division == "", Roster.division.in_(covering)))
        .order_by(Roster.as_of.desc(), Roster.id, RosterEntry.line)
    )
    return [(entry, roster) for entry, roster in session.execute(statement)]


def _any(session: Session) -> bool:
    """Is there any list? Asked once a session: most offices have none, and every form is held against them."""
    if ANY not in session.info:
        session.info[ANY] = session.scalar(select(Roster.id).limit(1)) is not None
    return bool(session.info[ANY])


def open_entries(session: Session, division: str) -> Sequence[RosterEntry]:
    """Entries of every list within the division that is not sealed."""
    statement = (
        select(RosterEntry)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .where(within(Roster.division, division), RosterEntry.sealed.is_(None))
    )
    return session.scalars(statement.order_by(Roster.as_of.desc(), RosterEntry.id)).all()


def erase(session: Session, id_number: str | None, name_norm: str, birth_date: date | None) -> int:
    """Entries about a child that is erased by law leave their lists; how many."""
    same = (RosterEntry.name_norm == name_norm) & (RosterEntry.birth_date == birth_date)
    about = RosterEntry.id_number == id_number if id_number else same & RosterEntry.id_number.is_(None)
    gone = session.scalars(select(RosterEntry).where(about)).all()
    for entry in gone:
        roster = session.get_one(Roster, entry.roster_id)
        roster.rows -= 1
        session.delete(entry)
    session.flush()
    return len(gone)


@dataclass(frozen=True, slots=True)
class Known:
    """A registered child, by what a list is compared with."""

    child_id: str
    name_norm: str
    id_number: str
    birth_date: date | None
    residence: str
    scope: str
    exited: bool


def known_children(session: Session) -> list[Known]:
    """Everybody with a current registration, in the whole store."""
    identity = (Child.id, Child.name_norm, Child.id_number, Child.birth_date)
    statement = select(*identity, Child.residence_division, Child.scope, Child.state)
    rows = session.execute(statement.where(Child.current_registration_id.is_not(None)).order_by(Child.id))
    return [
        Known(child_id, name, number or "", born, home, scope, state is ChildState.EXITED)
        for child_id, name, number, born, home, scope, state in rows
    ]


# -- what can be wrong ------------------------------------------------------------------------------------------------


def counts_differing(session: Session) -> tuple[str, ...]:
    """Lists that have not as many entries as were taken in."""
    there = select(func.count()).where(RosterEntry.roster_id == Roster.id).correlate(Roster).scalar_subquery()
    return tuple(session.scalars(select(Roster.id).where(there != Roster.rows).order_by(Roster.id)))


def sensitive_in_the_open(session: Session) -> tuple[str, ...]:
    """Entries of sensitive lists that are not sealed."""
    statement = select(RosterEntry.id).join(Roster, Roster.id == RosterEntry.roster_id)
    return tuple(
        session.scalars(statement.where(Roster.sensitive, RosterEntry.sealed.is_(None)).order_by(RosterEntry.id))
    )

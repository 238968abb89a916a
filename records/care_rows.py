"""What is done for children: concerns, visits, reports, log, moves and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from records.scope import within
from records.states import ChildState
from records.tables import (
    Child,
    ChildLink,
    ChildMove,
    ChildPerson,
    Concern,
    Dossier,
    MandatoryReport,
    Unfollowed,
    User,
    Visit,
    WorkLogEntry,
)
from records.views_care import ConcernState, PersonRole, ReportState, VisitState

CHUNK = 500
Row = TypeVar("Row", Concern, Visit, MandatoryReport, Dossier)


def _by_child(
    session: Session,
    column: InstrumentedAttribute[Any],
    statement: Select[Row],
    child_ids: Sequence[str],
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for start in range(0, len(child_ids), CHUNK):
        for row in session.scalars(statement.where(column.in_(child_ids[start : start + CHUNK]))):
            found.setdefault(row.child_id or "", []).append(row)
    return found


# -- concerns ---------------------------------------------------------------------------------------------------------


def concerns_of(session: Session, child_id: str) -> Sequence[Concern]:
    """A child's concerns, oldest first."""
    return session.scalars(
        select(Concern).where(Concern.child_id == child_id).order_by(Concern.since, Concern.id)
    ).all()


def concerns_of_many(
    session: Session, child_ids: Sequence[str], states: Iterable[ConcernState]
) -> dict[str, list[Concern]]:
    """Concerns in these states by child."""
    statement = select(Concern).where(Concern.state.in_(list(states))).order_by(Concern.since, Concern.id)
    return _by_child(session, Concern.child_id, statement, child_ids)


def children_with_concerns(session: Session, state: ConcernState, scope: str, division: str = "") -> Sequence[Child]:
    """Active children with a concern in this state, by pinyin."""
    concerned = Child.id.in_(select(Concern.child_id).where(Concern.state == state))
    statement = select(Child).where(concerned, Child.state == ChildState.ACTIVE, *seen_in(scope, division))
    return session.scalars(statement.order_by(Child.pinyin, Child.id)).all()


def is_key_concern(session: Session, child_id: str) -> bool:
    """Has a person confirmed a concern that stands?"""
    statement = select(Concern.id).where(Concern.child_id == child_id, Concern.state == ConcernState.CONFIRMED)
    return session.scalar(statement.limit(1)) is not None


def seen_in(scope: str, division: str = "") -> list[ColumnElement[bool]]:
    """Children whose current registration lies in the scope; only those who live in ``division``, where given.

    While a child has none, because its form was opened again, its home counts (as in ``workflow.scope``): a case to
    be reported or a visit that is due does not wait for the form.
    """
    without_form = and_(Child.scope == "", within(Child.residence_division, scope))
    return [
        or_(within(Child.scope, scope), without_form),
        *([within(Child.residence_division, division)] if division else []),
    ]


def key_concern_among(session: Session, child_ids: Sequence[str]) -> set[str]:
    """Those of the children with a concern that a person confirmed and that stands."""
    return set(concerns_of_many(session, child_ids, [ConcernState.CONFIRMED]))


def count_concerns(session: Session, state: ConcernState, scope: str) -> int:
    """Concerns in this state of active children, without going through them."""
    statement = select(func.count()).select_from(Concern).join(Child, Concern.child_id == Child.id)
    active = (Concern.state == state, Child.state == ChildState.ACTIVE, *seen_in(scope))
    return session.scalar(statement.where(*active)) or 0


def count_without_dossier(session: Session, scope: str) -> int:
    """Key-concern children of whom there is no dossier."""
    concerned = Child.id.in_(select(Concern.child_id).where(Concern.state == ConcernState.CONFIRMED))
    without = ~select(Dossier.id).where(Dossier.child_id == Child.id).exists()
    statement = select(func.count()).select_from(Child)
    return session.scalar(statement.where(concerned, Child.state == ChildState.ACTIVE, without, *seen_in(scope))) or 0


# -- visits -----------------------------------------------------------------------------------------------------------


def planned_visit(session: Session, child_id: str) -> Visit | None:
    """The visit that is planned for a child."""
    statement = select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.PLANNED)
    return session.scalar(statement.order_by(Visit.due_on, Visit.id).limit(1))


def last_visit(session: Session, child_id: str) -> Visit | None:
    """The latest visit that took place."""
    statement = select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.DONE)
    return session.scalar(statement.order_by(Visit.done_on.desc(), Visit.id.desc()).limit(1))


def visits_of(session: Session, child_id: str) -> Sequence[Visit]:
    """All of a child's visits: planned first, then the latest done."""
    statement = select(Visit).where(Visit.child_id == child_id)
    return session.scalars(statement.order_by(Visit.done_on.is_not(None), Visit.done_on.desc(), Visit.id.desc())).all()


def planned_until(
    session: Session, until: date, scope: str, division: str = "", limit: int | None = None
) -> list[tuple[Visit, Child]]:
    """Visits due on or before a day with their children, the longest overdue first."""
    statement = (
        select(Visit, Child)
        .join(Child, Visit.child_id == Child.id)
        .where(
            Visit.state == VisitState.PLANNED,
            Visit.due_on <= until,
            Child.state == ChildState.ACTIVE,
            *seen_in(scope, division),
        )
        .order_by(Visit.due_on, Child.residence_division, Child.pinyin, Child.id)
        .limit(limit)
    )
    return [(visit, child) for visit, child in session.execute(statement)]


def count_planned_until(session: Session, until: date, scope: str) -> int:
    """How many visits ``planned_until`` lists."""
    statement = select(func.count()).select_from(Visit).join(Child, Visit.child_id == Child.id)
    due = (Visit.state == VisitState.PLANNED, Visit.due_on <= until, Child.state == ChildState.ACTIVE)
    return session.scalar(statement.where(*due, *seen_in(scope))) or 0


def planned_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, list[Visit]]:
    """Planned visits by child."""
    # sorted here: asked to sort, SQLite would read all planned visits by their days instead of a few by their child
    found = _by_child(session, Visit.child_id, select(Visit).where(Visit.state == VisitState.PLANNED), child_ids)
    return {child_id: sorted(rows, key=lambda v: (v.due_on or date.max, v.id)) for child_id, rows in found.items()}


def last_done_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, date]:
    """The day of the last visit by child."""
    found: dict[str, date] = {}
    for start in range(0, len(child_ids), CHUNK):
        statement = (
            select(Visit.child_id, func.max(Visit.done_on))
            .where(Visit.child_id.in_(child_ids[start : start + CHUNK]), Visit.state == VisitState.DONE)
            .group_by(Visit.child_id)
        )
        found.update({child_id: day for child_id, day in session.execute(statement) if day is not None})
    return found


def note_unfollowed(session: Session, child_id: str, now: datetime) -> None:
    """Not everything that follows from the child's registration could be worked out by whoever was at work."""
    if session.get(Unfollowed, child_id) is None:
        session.add(Unfollowed(child_id=child_id, at=now))
        session.flush()


def forget_unfollowed(session: Session, child_id: str) -> None:
    """It is worked out anew from here on."""
    row = session.get(Unfollowed, child_id)
    if row is not None:
        session.delete(row)
        session.flush()


def unfollowed(session: Session) -> Sequence[str]:
    """Children for whom something is left to be worked out, in the order in which it was left."""
    return session.scalars(select(Unfollowed.child_id).order_by(Unfollowed.at, Unfollowed.child_id)).all()


def unplanned_children(session: Session) -> Sequence[Child]:
    """Active children with a current registration for whom no visit is planned."""
    planned = select(Visit.id).where(Visit.child_id == Child.id, Visit.state == VisitState.PLANNED).exists()
    statement = select(Child).where(
        Child.state == ChildState.ACTIVE, Child.current_registration_id.is_not(None), ~planned
    )
    return session.scalars(statement).all()


def planned_by_rule(session: Session) -> Sequence[str]:
    """Ids of children on the list whose visit is planned by the rule and not by a person."""
    statement = (
        select(Visit.child_id)
        .join(Child, Visit.child_id == Child.id)
        .where(Visit.state == VisitState.PLANNED, Visit.planned_by.is_(None), Child.state == ChildState.ACTIVE)
    )
    return session.scalars(statement.order_by(Visit.child_id)).all()


def last_visits_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, Visit]:
    """The latest visit that took place, by child."""
    # sorted here, as in ``planned_of_many``
    found = _by_child(session, Visit.child_id, select(Visit).where(Visit.state == VisitState.DONE), child_ids)
    return {child_id: max(rows, key=lambda v: (v.done_on or date.min, v.id)) for child_id, rows in found.items()}


# -- reports, log -----------------------------------------------------------------------------------------------------


def reports_of(session: Session, child_id: str) -> Sequence[MandatoryReport]:
    """A child's cases, oldest first."""
    statement = select(MandatoryReport).where(MandatoryReport.child_id == child_id)
    return session.scalars(statement.order_by(MandatoryReport.raised_at, MandatoryReport.id)).all()


def open_reports(session: Session, scope: str, division: str = "") -> list[tuple[MandatoryReport, Child]]:
    """Cases that nobody has reported yet, oldest first, with their children."""
    statement = (
        select(MandatoryReport, Child)
        .join(Child, MandatoryReport.child_id == Child.id)
        .where(MandatoryReport.state == ReportState.RAISED, *seen_in(scope, division))
        .order_by(MandatoryReport.raised_at, MandatoryReport.id)
    )
    return [(report, child) for report, child in session.execute(statement)]


def count_open_reports(session: Session, scope: str) -> int:
    """How many ``open_reports`` lists."""
    statement = select(func.count()).select_from(MandatoryReport).join(Child, MandatoryReport.child_id == Child.id)
    return session.scalar(statement.where(MandatoryReport.state == ReportState.RAISED, *seen_in(scope))) or 0


def open_reports_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, list[MandatoryReport]]:
    """Unreported cases by child."""
    statement = select(MandatoryReport).where(MandatoryReport.state == ReportState.RAISED)
    return _by_child(session, MandatoryReport.child_id, statement.order_by(MandatoryReport.id), child_ids)


def log_of(
    session: Session, scope: str, *, child_id: str | None, since: date | None = None, until: date | None = None
) -> Sequence[WorkLogEntry]:
    """Lines of the work log by day, of a child or (None) of all in the scope.

    One that names no child in particular may tell of several: it lies where whoever wrote it is at work.
    """
    own = select(Child.id).where(Child.id == WorkLogEntry.child_id, *seen_in(scope)).exists()
    here = select(User.id).where(User.id == WorkLogEntry.by, within(User.division, scope)).exists()
    statement = (
        select(WorkLogEntry)
        .where(or_(and_(WorkLogEntry.child_id.is_(None), here), own))
        .order_by(WorkLogEntry.on, WorkLogEntry.at, WorkLogEntry.id)
    )
    if child_id is not None:
        statement = statement.where(WorkLogEntry.child_id == child_id)
    if since is not None:
        statement = statement.where(WorkLogEntry.on >= since)
    if until is not None:
        statement = statement.where(WorkLogEntry.on <= until)
    return session.scalars(statement).all()


# -- moves, persons, links --------------------------------------------------------------------------------------------


def moves_of(session: Session, child_id: str) -> Sequence[ChildMove]:
    """Exits and returns of a child, in the order in which they were entered."""
    return session.scalars(
        select(ChildMove).where(ChildMove.child_id == child_id).order_by(ChildMove.at, ChildMove.id)
    ).all()


def persons_of(session: Session, child_id: str) -> dict[PersonRole, ChildPerson]:
    """Who stands on the child's current registration."""
    found = session.scalars(select(ChildPerson).where(ChildPerson.child_id == child_id))
    return {person.role: person for person in found}


def children_with_person(session: Session, role: PersonRole, id_number: str) -> Sequence[str]:
    """Ids of the children on whose current registration this number stands in this role, in the order of their ids."""
    same = (ChildPerson.role == role, ChildPerson.id_number == id_number)
    return session.scalars(select(ChildPerson.child_id).where(*same).order_by(ChildPerson.child_id)).all()


def sharing_persons(session: Session, scope: str, child_id: str) -> list[tuple[ChildPerson, ChildPerson, Child]]:
    """Own person, the same person on another child's registration (by ID number, or by name and phone), that child.

    Only of children whose current registration lies in the scope.
    """
    found = []
    for own in persons_of(session, child_id).values():
        if own.role is PersonRole.CHILD:
            continue
        same = []
        if own.id_number:
            same.append(ChildPerson.id_number == own.id_number)
        if own.name_norm and own.phone:
            same.append((ChildPerson.name_norm == own.name_norm) & (ChildPerson.phone == own.phone))
        if not same:
            continue
        statement = (
            select(ChildPerson, Child)
            .join(Child, ChildPerson.child_id == Child.id)
            .where(ChildPerson.child_id != child_id, ChildPerson.role != PersonRole.CHILD, or_(*same), *seen_in(scope))
            .order_by(Child.birth_date, Child.id)
        )
        found += [(own, other, child) for other, child in session.execute(statement)]
    return found


def links_of(session: Session, child_id: str, *, standing: bool = True) -> Sequence[ChildLink]:
    """Links of a child, either way round; without ``standing`` also those undone."""
    statement = select(ChildLink).where(or_(ChildLink.child_id == child_id, ChildLink.other_id == child_id))
    if standing:
        statement = statement.where(ChildLink.undone_at.is_(None))
    return session.scalars(statement.order_by(ChildLink.made_at, ChildLink.id)).all()


# -- dossiers ---------------------------------------------------------------------------------------------------------


def dossier_of(session: Session, child_id: str) -> Dossier | None:
    """The child's dossier; the first one opened if there should be two."""
    statement = select(Dossier).where(Dossier.child_id == child_id).order_by(Dossier.opened_on, Dossier.id)
    return session.scalar(statement.limit(1))


def dossiers_of_many(session: Session, child_ids: Sequence[str]) -> dict[str, list[Dossier]]:
    """Dossiers by child."""
    return _by_child(session, Dossier.child_id, select(Dossier).order_by(Dossier.opened_on, Dossier.id), child_ids)

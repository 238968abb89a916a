"""Children of whom no registration is left: a form that was opened again turned out to be somebody else's.

One that nothing but its former registration speaks of is dropped; what a person said about it, or reported, keeps it.
"""

from __future__ import annotations

from sqlalchemy import and_, delete, func, not_, or_, select
from sqlalchemy.orm import Session

from records.check_rows import Ids
from records.erasing import columns_of_child
from records.handovers import note_dropped
from records.merging import drop_derived
from records.tables import (
    BatchRow,
    Child,
    ChildKey,
    ChildMerge,
    ChildPerson,
    ChildTerm,
    Concern,
    KeptApart,
    Registration,
    Unfollowed,
    Visit,
)
from records.views_care import ConcernState, VisitState

MADE_ANEW = frozenset(t.__tablename__ for t in (ChildKey, ChildPerson, ChildTerm, KeptApart, Unfollowed))
"""What follows from registrations; that two are not the same says nothing once one of them is nobody."""

BY_RULE = {
    Concern.__tablename__: and_(Concern.state == ConcernState.PROPOSED, Concern.rule != ""),
    Visit.__tablename__: and_(Visit.state == VisitState.PLANNED, Visit.planned_by.is_(None)),
}


def without_registration(session: Session) -> Ids:
    """This store's children without any registration, be it open, who are no part of a merge."""
    any_registration = select(Registration.id).where(Registration.child_id == Child.id).exists()
    either = or_(ChildMerge.gone_id == Child.id, ChildMerge.kept_id == Child.id)
    went = select(ChildMerge.id).where(either, ChildMerge.undone_at.is_(None)).exists()
    statement = select(Child.id).where(Child.store_id.is_(None), ~any_registration, ~went)
    return tuple(session.scalars(statement.order_by(Child.id)))


def drop(session: Session, child_id: str) -> bool:
    """Drop the child if nothing hangs on it but what rules made; False, and nothing is changed, if something does."""
    if _has_rows(session, child_id):
        return False
    drop_derived(session, child_id)
    for table, column in columns_of_child():
        if table.name in MADE_ANEW:
            session.execute(delete(table).where(column == child_id))
    session.execute(delete(Child).where(Child.id == child_id))
    note_dropped(session, child_id)
    session.expire_all()
    return True


def _has_rows(session: Session, child_id: str) -> bool:
    """Does anything name the child that neither follows from registrations nor was proposed or planned by a rule?"""
    session.flush()
    for named in (Registration, BatchRow):
        if session.scalar(select(func.count()).select_from(named).where(named.child_id == child_id)):
            return True
    for table, column in columns_of_child():
        if table.name in MADE_ANEW:
            continue
        said = select(func.count()).select_from(table).where(column == child_id)
        if table.name in BY_RULE:
            said = said.where(not_(BY_RULE[table.name]))
        if session.execute(said).scalar_one():
            return True
    return False

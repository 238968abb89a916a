"""Everything of one child goes to another, and back again: every table that points at children, whichever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Column, ForeignKey, delete, inspect, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from records.tables import (
    ChildKey,
    ChildLink,
    ChildMerge,
    ChildPerson,
    ChildTerm,
    Concern,
    KeptApart,
    Table,
    Unfollowed,
    Visit,
)
from records.views_care import ConcernState, VisitState

OWN_WAY = frozenset(
    t.__tablename__ for t in (ChildKey, ChildLink, ChildMerge, ChildPerson, ChildTerm, KeptApart, Unfollowed)
)
"""Made anew from the registrations, kept as they are, or moved by hand below."""

Moved = dict[str, list[list[str]]]
"""Table.column to the primary keys of the rows that were moved."""


def columns_of_children() -> Iterator[tuple[SqlTable, Column[str]]]:
    """Every column that names a child."""
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            keys: set[ForeignKey] = column.foreign_keys
            if table.name not in OWN_WAY and any(key.target_fullname == "children.id" for key in keys):
                yield table, column


def move_rows(session: Session, gone: str, kept: str) -> Moved:
    """All rows of ``gone`` become rows of ``kept``; what was moved is returned, to be put back one day."""
    session.flush()
    moved: Moved = {}
    for table, column in columns_of_children():
        keys = list(inspect(table).primary_key.columns)
        found = session.execute(select(*keys).where(column == gone)).all()
        if found:
            moved[f"{table.name}.{column.name}"] = [[str(value) for value in row] for row in found]
            session.execute(update(table).where(column == gone).values({column.name: kept}))
    session.expire_all()
    return moved


def drop_derived(session: Session, child_id: str) -> None:
    """What rules alone proposed or planned for a child is dropped: it follows anew from the registrations."""
    proposed = Concern.child_id == child_id, Concern.state == ConcernState.PROPOSED, Concern.rule != ""
    planned = Visit.child_id == child_id, Visit.state == VisitState.PLANNED, Visit.planned_by.is_(None)
    session.flush()
    session.execute(delete(Concern).where(*proposed))
    session.execute(delete(Visit).where(*planned))


def one_planned_visit(session: Session, child_id: str) -> list[list[str]]:
    """Of two days that persons planned the earlier one stands; a child has one planned visit.

    Returns the ids of those that persons planned and that were cancelled for it.
    """
    planned = select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.PLANNED)
    cancelled = []
    for later in session.scalars(planned.order_by(Visit.planned_by.is_(None), Visit.due_on, Visit.id)).all()[1:]:
        if later.planned_by is None:
            session.delete(later)  # it follows anew
        else:
            later.state = VisitState.CANCELLED
            cancelled.append([later.id])
    session.flush()
    return cancelled


def plan_again(session: Session, cancelled: Iterable[list[str]], new_id: Callable[[], str]) -> None:
    """A day that a person had chosen is planned again for the child that has its visits back, unless one is."""
    for (visit_id,) in cancelled:
        was = session.get(Visit, visit_id)
        if was is None:
            continue
        planned = select(Visit.id).where(Visit.child_id == was.child_id, Visit.state == VisitState.PLANNED)
        if session.scalar(planned.limit(1)) is None:
            again = Visit(id=new_id(), child_id=was.child_id, level=was.level, due_on=was.due_on, findings={})
            again.planned_by, again.visitor = was.planned_by, was.visitor
            session.add(again)
            session.flush()


def move_back(session: Session, moved: Moved, gone: str, kept: str) -> None:
    """The rows that went over come back; what came to ``kept`` since stays, as do rows that are there no more."""
    session.flush()
    for table, column in columns_of_children():
        keys = list(inspect(table).primary_key.columns)
        for row in moved.get(f"{table.name}.{column.name}", ()):
            same = [key == value for key, value in zip(keys, row, strict=True)]
            session.execute(update(table).where(*same, column == kept).values({column.name: gone}))
    session.expire_all()


def relink(session: Session, gone: str, kept: str) -> list[list[str]]:
    """Links of ``gone`` become links of ``kept``; one between the two stays as it is. Returns id and former ends."""
    former = []
    for link in session.scalars(select(ChildLink).where((ChildLink.child_id == gone) | (ChildLink.other_id == gone))):
        other = link.other_id if link.child_id == gone else link.child_id
        if other == kept:
            continue
        former.append([link.id, link.child_id, link.other_id])
        link.child_id, link.other_id = min(kept, other), max(kept, other)
    session.flush()
    return former


def link_back(session: Session, former: list[list[str]]) -> None:
    """Links get their former ends."""
    for link_id, one, other in former:
        link = session.get(ChildLink, link_id)
        if link is not None:
            link.child_id, link.other_id = one, other
    session.flush()

"""What helps along a stack of forms: values somebody keeps at hand, and families the office has on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from records.registration_rows import DONE
from records.scope import within
from records.tables import Child, ChildPerson, PinnedValue, Registration

MOST = 24  # persons who share a number, a phone or a name: more of them are no family


def pinned_of(session: Session, user_id: str) -> dict[str, PinnedValue]:
    """What somebody keeps at hand, by key."""
    return {row.key: row for row in session.scalars(select(PinnedValue).where(PinnedValue.user_id == user_id))}


def persons_like(
    session: Session, numbers: Collection[str], phones: Collection[str], names: Collection[str]
) -> Sequence[ChildPerson]:
    """Persons of children on record with one of these ID numbers, phones or (normal) names, the surest first: in a
    large store some hundred bear a common name."""
    if not (numbers or phones or names):
        return ()
    statement = select(ChildPerson).where(
        or_(ChildPerson.id_number.in_(numbers), ChildPerson.phone.in_(phones), ChildPerson.name_norm.in_(names))
    )
    sure = case((ChildPerson.id_number.in_(numbers), 0), (ChildPerson.phone.in_(phones), 1), else_=2)
    return session.scalars(statement.order_by(sure, ChildPerson.child_id, ChildPerson.role).limit(MOST)).all()


def current_of(session: Session, child_ids: Collection[str], division: str) -> dict[str, Registration]:
    """The current registrations of children, as far as they lie in a division, by child."""
    statement = (
        select(Child.id, Registration)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(Child.id.in_(child_ids), Registration.state.in_(DONE), within(Registration.division, division))
    )
    return {row[0]: row[1] for row in session.execute(statement)}

"""What persons keep of how lists look: their own, and what is for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from records.tables import KeptView


def named(session: Session, kind: str, user_id: str) -> Sequence[KeptView]:
    """Everything of a kind that has a name: this person's own, and everybody's; by name, one's own first."""
    mine = or_(KeptView.user_id == user_id, KeptView.user_id.is_(None))
    statement = select(KeptView).where(KeptView.kind == kind, KeptView.name != "", mine)
    return session.scalars(statement.order_by(KeptView.user_id.is_(None), KeptView.name, KeptView.id)).all()


def kept(session: Session, kind: str, user_id: str | None, name: str = "") -> KeptView | None:
    """One of them; without a name what holds without being asked for. ``user_id`` None: everybody's."""
    whose = KeptView.user_id.is_(None) if user_id is None else KeptView.user_id == user_id
    return session.scalar(select(KeptView).where(KeptView.kind == kind, KeptView.name == name, whose).limit(1))


def all_of(session: Session, kind: str) -> Sequence[KeptView]:
    """Everything of a kind, whosever it is."""
    return session.scalars(select(KeptView).where(KeptView.kind == kind).order_by(KeptView.id)).all()

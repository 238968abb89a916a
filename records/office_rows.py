"""The office's own row, its settings and rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import Office, Round, Setting, User


def office(session: Session) -> Office:
    """The one office of this store. Raises NoResultFound for a store that isn't one (a defect)."""
    return session.scalars(select(Office)).one()


def setting(session: Session, key: str) -> Any:
    """The value set for a key, None where the default holds."""
    row = session.get(Setting, key)
    return None if row is None else row.value


def set_setting(session: Session, key: str, value: Any) -> None:
    """Set a key's value; None brings the default back."""
    row = session.get(Setting, key)
    if value is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value


def rounds(session: Session) -> Sequence[Round]:
    """All rounds, newest first."""
    return session.scalars(select(Round).order_by(Round.opens.desc(), Round.id.desc())).all()


def open_round(session: Session) -> Round | None:
    """The round that is open, the newest if there should be several."""
    return session.scalar(select(Round).where(Round.closed_at.is_(None)).order_by(Round.opens.desc()).limit(1))


def users(session: Session) -> Sequence[User]:
    """All users of this office, by name of login."""
    return session.scalars(select(User).where(User.store_id.is_(None)).order_by(User.username, User.id)).all()


def user(session: Session, user_id: str) -> User | None:
    """One user."""
    return session.get(User, user_id)


def round_for_intake(session: Session) -> Round | None:
    """The only round that is open; None where there are several, so that somebody has to say which."""
    found = session.scalars(select(Round).where(Round.closed_at.is_(None)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def user_name(session: Session, user_id: str) -> str:
    """The full name of a user, "" for one who isn't there."""
    return session.scalar(select(User.full_name).where(User.id == user_id)) or ""


def round_of(session: Session, round_id: str) -> Round | None:
    """One round."""
    return session.get(Round, round_id)

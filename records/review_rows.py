"""Registrations that wait for a second pair of eyes, and what second persons entered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from records.registration_rows import DONE
from records.scope import within
from records.tables import Registration, SecondEntry
from records.views import RegistrationState

CHUNK = 500


def to_review(session: Session, division: str) -> Sequence[Registration]:
    """Verified and not reviewed yet, in the order of verifying."""
    return _registrations(session, division, (RegistrationState.VERIFIED,))


def done(session: Session, division: str) -> Sequence[Registration]:
    """Verified or reviewed, in the order of verifying."""
    return _registrations(session, division, DONE)


def _registrations(session: Session, division: str, states: Collection[RegistrationState]) -> Sequence[Registration]:
    statement = select(Registration).where(Registration.state.in_(states), within(Registration.division, division))
    statement = statement.options(selectinload(Registration.child))  # named in every list
    return session.scalars(statement.order_by(Registration.verified_at, Registration.id)).all()


def entries_of(session: Session, registration_ids: Collection[str]) -> dict[str, dict[str, SecondEntry]]:
    """What was entered a second time, by registration and key."""
    found: dict[str, dict[str, SecondEntry]] = {}
    wanted = list(registration_ids)
    for start in range(0, len(wanted), CHUNK):
        of_these = SecondEntry.registration_id.in_(wanted[start : start + CHUNK])
        for row in session.scalars(select(SecondEntry).where(of_these)):
            found.setdefault(row.registration_id, {})[row.key] = row
    return found


def all_entries(session: Session, division: str) -> Sequence[SecondEntry]:
    """Every second entry about registrations of the division."""
    statement = (
        select(SecondEntry)
        .join(Registration, Registration.id == SecondEntry.registration_id)
        .where(within(Registration.division, division))
        .order_by(SecondEntry.key, SecondEntry.id)
    )
    return session.scalars(statement).all()

"""What verifying has shown of the reader, the fits made from it, and the values the office has verified before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forms.kinds import JsonValue
from records.registration_rows import DONE, OPEN
from records.scope import within
from records.tables import Answer, JudgeFit, ReadingCheck, Registration
from records.views import AnswerState

NEWEST = 3000
"""So many forms of an office tell what is usual there: a township's of some years, a county's of a few months."""
SAID = (AnswerState.MACHINE, AnswerState.CONFIRMED, AnswerState.CORRECTED)


def checks(session: Session) -> Sequence[ReadingCheck]:
    """All checks, oldest first."""
    return session.scalars(select(ReadingCheck).order_by(ReadingCheck.at, ReadingCheck.registration_id)).all()


def count_checks(session: Session) -> int:
    """How many registrations have been checked."""
    return session.scalar(select(func.count()).select_from(ReadingCheck)) or 0


def remove_check(session: Session, registration_id: str) -> None:
    """The registration is open again: what was found then is no longer its last word."""
    session.execute(delete(ReadingCheck).where(ReadingCheck.registration_id == registration_id))


def newest_fit(session: Session) -> JudgeFit | None:
    """The fit that holds."""
    return session.scalar(select(JudgeFit).order_by(JudgeFit.number.desc()).limit(1))


def verified_values(
    session: Session, keys: Sequence[str], least: int, newest: int = NEWEST
) -> list[tuple[str, JsonValue, int]]:
    """(key, value, registrations) of values that stand in ``least`` of the ``newest`` verified registrations or more,
    by key. It is asked for whenever a form is saved."""
    times = func.count().label("times")
    verified = select(Registration.id).where(Registration.state.in_(DONE))
    last = verified.order_by(Registration.taken_in_at.desc(), Registration.id).limit(newest).subquery()
    statement = (
        select(Answer.key, Answer.value, times)
        .join(last, Answer.registration_id == last.c.id)
        .where(Answer.key.in_(keys), Answer.state.in_(SAID))
        .group_by(Answer.key, Answer.value)
        .having(times >= least)
        .order_by(Answer.key, times.desc(), Answer.value)
    )
    return [(key, value, count) for key, value, count in session.execute(statement)]


def newest_values(session: Session, keys: Sequence[str], division: str, most: int) -> list[tuple[str, JsonValue, int]]:
    """(key, value, registrations) of what stands in the ``most`` newest verified registrations of a division.

    What is sealed is not among them.
    """
    newest = (
        select(Registration.id)
        .where(Registration.state.in_(DONE), within(Registration.division, division))
        .order_by(Registration.verified_at.desc(), Registration.id.desc())
        .limit(most)
    )
    statement = (
        select(Answer.key, Answer.value, func.count())
        .where(
            Answer.registration_id.in_(newest),
            Answer.key.in_(keys),
            Answer.state.in_(SAID),
            Answer.sealed.is_(None),
        )
        .group_by(Answer.key, Answer.value)
        .order_by(Answer.key, Answer.value)
    )
    return [(key, value, count) for key, value, count in session.execute(statement)]


def drafts_judged_otherwise(session: Session, version: str, most: int) -> list[Registration]:
    """Open registrations with a machine's answer whose verdict is not by ``version``, in the order of the list."""
    # asked of each open one: looked for by itself, it would be looked for in all that was ever verified
    stale = select(Answer.key).where(
        Answer.registration_id == Registration.id,
        Answer.state == AnswerState.MACHINE,
        Answer.verdict_version != version,
    )
    statement = (
        select(Registration)
        .where(Registration.state.in_(OPEN), stale.exists())
        .order_by(Registration.state.desc(), Registration.taken_in_at, Registration.sequence)
    )
    return list(session.scalars(statement.limit(most)))

"""Answers of many registrations at once, for lists and batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

from forms.kinds import JsonValue
from forms.values import empty
from records import sealing
from records.tables import Answer
from records.views import AnswerState

CHUNK = 500


def answers_of_many(
    session: Session, registration_ids: Sequence[str], keys: Sequence[str] | None = None
) -> dict[str, dict[str, Answer]]:
    """Answers by registration and key; only ``keys`` where given. Registrations without any are in it, empty."""
    found: dict[str, dict[str, Answer]] = {registration_id: {} for registration_id in registration_ids}
    for start in range(0, len(registration_ids), CHUNK):
        statement = select(Answer).where(Answer.registration_id.in_(registration_ids[start : start + CHUNK]))
        if keys is not None:
            statement = statement.where(Answer.key.in_(keys))
        for answer in session.scalars(statement):
            found[answer.registration_id][answer.key] = answer
    return found


class Stated(NamedTuple):
    """Of an answer what rules ask. ``hidden``: something stands here that the one at work can't open."""

    value: JsonValue
    state: AnswerState
    hidden: bool


def stated_of_many(
    session: Session, registration_ids: Sequence[str], keys: Sequence[str] | None = None
) -> dict[str, dict[str, Stated]]:
    """As ``answers_of_many``, for looking through a whole store: a mapped row costs five times as much to make."""
    found: dict[str, dict[str, Stated]] = {registration_id: {} for registration_id in registration_ids}
    reasons = type_coerce(Answer.reasons, Text)
    columns = select(
        Answer.registration_id, Answer.key, Answer.value, Answer.state, Answer.text, Answer.sealed, reasons
    )
    for start in range(0, len(registration_ids), CHUNK):
        statement = columns.where(Answer.registration_id.in_(registration_ids[start : start + CHUNK]))
        if keys is not None:
            statement = statement.where(Answer.key.in_(keys))
        for registration_id, key, value, state, text, sealed, codes in session.execute(statement):
            opened = None if sealed is None else sealing.opened_answer(session, registration_id, key, sealed)
            there = sealed is not None or f'"{sealing.UNREAD}"' in codes
            hidden = there and opened is None and empty(value) and not text
            found[registration_id][key] = Stated(value if opened is None else opened["value"], state, hidden)
    return found

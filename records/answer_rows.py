"""Answers of many registrations at once, for lists and batches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import Answer

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

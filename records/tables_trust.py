"""How well this office's own forms are read: what verifying showed, and what was learned from it. Numbers only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.columns import Id, Instant, Json, Table


class ReadingCheck(Table):
    """What a person found when she looked at a registration's fields. Gone when the registration is opened again.

    ``fields``: [[group, probability, vouched for, right], ...] of the fields somebody looked at; no value, no key.
    """

    __tablename__ = "reading_checks"

    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Instant]
    model: Mapped[str] = mapped_column(String(80))  # of the recognition network
    numbers: Mapped[str] = mapped_column(String(32))  # of the shipped judge that gave the probabilities
    fields: Mapped[Json]


class JudgeFit(Table):
    """One refit of the judge on the store's own forms; the newest one holds. Added, never altered."""

    __tablename__ = "judge_fits"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    at: Mapped[Instant]
    numbers: Mapped[str] = mapped_column(String(32))  # of the shipped judge that is shifted
    shifts: Mapped[Json]  # group -> log odds
    models: Mapped[Json]  # recognition networks that have earned trust here
    before: Mapped[Json]  # checked, accepted, wrong: with the fit before, on the same fields
    after: Mapped[Json]

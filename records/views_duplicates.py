"""Frozen read models of children who may be on the list twice. Plain data, like ``records.views``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class TwinView:
    """A child who may be the same as another.

    ``inside``: within the actor's division. Of one outside only ``township`` and ``score`` are said; all else is empty.
    """

    score: int  # 0 to 100
    township: str
    inside: bool
    child_id: str = ""
    grade: str = ""  # likely | possible
    reasons: tuple[str, ...] = ()  # Chinese, what speaks for it first
    name: str = ""
    sex: str = ""
    birth_date: date | None = None
    id_number_masked: str = ""


@dataclass(frozen=True, slots=True)
class PairView:
    """Two children who may be one; ``one`` lies within the actor's division."""

    one: TwinView
    other: TwinView


@dataclass(frozen=True, slots=True)
class PairSide:
    """One of two children that are compared. ``registration_id``: the current one, whose answers are shown."""

    child_id: str
    name: str
    registration_id: str
    form_date: date | None
    form_title: str
    archive_number: str
    registrations: int
    place: str
    pages: tuple[str, ...]  # ids of the sides of the current registration, in their order


@dataclass(frozen=True, slots=True)
class PairField:
    """One field of both, as texts. ``choosable``: a person may say whose counts after a merge."""

    key: str
    label: str
    one: str
    other: str
    agrees: bool
    choosable: bool


@dataclass(frozen=True, slots=True)
class PairDetail:
    """Two children side by side. ``newer_is_one``: whose statement counts after a merge, unless a person chooses."""

    one: PairSide
    other: PairSide
    score: int
    grade: str
    reasons: tuple[str, ...]
    fields: tuple[PairField, ...]  # those that differ first
    newer_is_one: bool
    kept_id: str  # which of the two stays: the one with a dossier, else the one that came first


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge that was made; ``undone_at`` where it was taken back."""

    merge_id: str
    kept_id: str
    kept_name: str
    gone_id: str
    gone_name: str
    why: str
    at: datetime
    by: str
    undone_at: datetime | None
    undone_reason: str

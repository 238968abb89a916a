"""Frozen read models of the second pair of eyes. Plain data, like ``records.views``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forms.kinds import JsonValue, Kind
from records.views import OptionView, PixelBox, VerifyPage


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A registration that waits for its review. ``own``: the actor verified it and so can't review it."""

    registration_id: str
    name: str
    division: str  # full name
    verified_on: date
    verified_by: str
    own: bool
    entries_missing: int  # fields still to be entered a second time, or to be resolved


@dataclass(frozen=True, slots=True)
class BlindItem:
    """One field as a second person enters it: the picture, and nothing of what anybody read in it."""

    key: str
    label: str
    kind: Kind
    page_id: str | None
    box: PixelBox | None
    multiple: bool
    options: tuple[OptionView, ...]
    code_table: str | None
    down: float | None = None  # as of a ``VerifyItem``


@dataclass(frozen=True, slots=True)
class BlindSheet:
    """The fields of one registration that are still to be entered a second time."""

    registration_id: str
    form_title: str
    pages: tuple[VerifyPage, ...]
    items: tuple[BlindItem, ...]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A registration with fields to enter again, or to resolve. It has no name: that may be one of the fields."""

    registration_id: str
    verified_on: date
    fields: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two persons read a field differently. ``texts`` in an order that tells nothing of who entered which."""

    item: BlindItem
    texts: tuple[str, str]
    values: tuple[JsonValue, JsonValue]


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How often two persons agreed about a field. ``kappa`` (Cohen) where the field has codes, else None."""

    key: str
    label: str
    kind: Kind
    compared: int
    agreed: int
    kappa: float | None

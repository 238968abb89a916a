"""Frozen read models of forms: which an office reads with, and how a page looks when one is tried. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FormRow:
    """One version of a form. ``shipped``: it travels with the program; ``used``: pages read with it."""

    form_id: str
    version: str
    title: str
    pages: int
    fields: int
    purpose: str
    shipped: bool
    added_at: datetime | None
    added_by: str
    retired: bool
    used: int
    newest: bool  # of its id


@dataclass(frozen=True, slots=True)
class TriedField:
    """What one field reads on the tried page. ``box``: x, y, w, h in pixels of the viewing copy."""

    key: str
    label: str
    text: str
    box: tuple[int, int, int, int]
    sure: bool


@dataclass(frozen=True, slots=True)
class TriedPage:
    """A filled page read with a form that is being learned. ``image``: its upright viewing copy as JPEG.

    ``form_page`` counts from 1, 0 where the form was not found on it; ``told`` says then what that means.
    """

    name: str
    image: bytes
    form_page: int
    fields: tuple[TriedField, ...]
    told: str = ""

"""Does the machine vouch for a reading, or does a person look? Pure thresholds over a reading's evidence.

Conservative by design (docs: reading, honestly): the network is sure of wrong characters too, so probability alone
never accepts anything handwritten; agreement with something independent must come on top. A value forced by its
checksum is not verified by that checksum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from forms.form_file import Form
from forms.kinds import JsonValue, Kind

VERSION = "rules-1"
"""Stored with every verdict."""


class Reading(Protocol):
    """The part of ``ocr.reading.FieldReading`` that a verdict needs."""

    @property
    def key(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def value(self) -> JsonValue: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def evidence(self) -> Mapping[str, float]: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted``: the machine vouches for the value. ``reasons``: English codes why not (and what was noticed)."""

    accepted: bool
    reasons: tuple[str, ...]


def judge(readings: Sequence[Reading], *, form: Form | None = None) -> Mapping[str, Verdict]:
    """A verdict for every reading of one page. Pure."""
    return {r.key: Verdict(False, r.reasons) for r in readings}

"""What a screen may know of how far the machine's readings can be trusted in this office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GroupTrust:
    """One kind of field: fields the machine vouched for that a person has looked at, and how many were wrong.

    ``low`` and ``high``: the 95 % interval of the share that is wrong among those nobody looks at.
    """

    label: str  # Chinese
    checked: int
    wrong: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TrustView:
    """``trusted``: vouched-for fields stay folded. ``sentence``: what the clerk is told, plain Chinese."""

    trusted: bool
    registrations: int  # verified ones whose readings were checked
    until: int  # and how many it takes
    total: GroupTrust
    groups: tuple[GroupTrust, ...]
    fitted_at: datetime | None
    stricter: tuple[str, ...]  # kinds of which less is believed than as shipped
    sentence: str

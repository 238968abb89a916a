"""When a child is to be visited again (吉民发〔2024〕34号 二（二）). Pure.

The notice says every three months where guardianship is good, every month where it is fair, and more often for
key-concern children, without a number: that one is the office's setting.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

GOOD, FAIR, RISK = "good", "fair", "risk"  # code table guardianship_state
LEVELS = (GOOD, FAIR, RISK)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Months between visits where guardianship is good or fair; days where the risk is great."""

    good_months: int = 3
    fair_months: int = 1
    risk_days: int = 15


def level_of(stated: str, *, key_concern: bool) -> str:
    """The level that visits go by: a key-concern child is at risk whatever was ticked; no answer counts as fair."""
    if key_concern:
        return RISK
    return stated if stated in LEVELS else FAIR


def next_due(level: str, after: date, intervals: Intervals) -> date:
    """The day by which a child of this level is to be visited again, counted from the last visit."""
    if level == RISK:
        return after + timedelta(days=intervals.risk_days)
    return add_months(after, intervals.good_months if level == GOOD else intervals.fair_months)


def add_months(day: date, months: int) -> date:
    """The same day some months later; the month's last day where it has no such day (31 January → 28 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

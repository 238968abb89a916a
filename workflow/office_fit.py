"""What an office's own verified forms teach the judge. Pure: checked fields in, shifts and their effect out.

Per group one shift of the log odds: the errors that were seen against those that were expected, both with ``PRIOR``
errors added, so that a few fields change little. A shift that tightens holds at once; one that loosens only after
``MANY`` checked fields whose share of errors is certainly small, and never far. A fit is taken over only when it would
have let fewer errors pass, or none more, on the very fields that were checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from workflow.judge_model import JudgeModel, shifted

PRIOR = 1.0
"""Errors added to those seen and those expected."""
NEAR = 0.95
"""Fields less likely right than this teach nothing: they are looked at anyway."""
MANY = 1000
MOST_LOOSENED = 0.5
TIGHTEST = -6.0
EARNED_FIELDS, EARNED_ERRORS = 500, 0.01
"""A recognition network is trusted from so many checked fields on, if certainly fewer than this share were wrong."""
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Checked:
    """One field that a person has looked at. ``probability`` as shipped, before any shift; ``vouched``: accepted."""

    group: str
    probability: float
    vouched: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """On the checked fields: how many would be accepted, and how many of those are wrong."""

    checked: int
    accepted: int
    wrong: int

    def plain(self) -> dict[str, int]:
        return {"checked": self.checked, "accepted": self.accepted, "wrong": self.wrong}


def interval(wrong: int, checked: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) where nothing was checked."""
    if checked <= 0:
        return 0.0, 1.0
    share = wrong / checked
    middle = share + _Z * _Z / (2 * checked)
    reach = _Z * sqrt(share * (1 - share) / checked + _Z * _Z / (4 * checked * checked))
    whole = 1 + _Z * _Z / checked
    low = 0.0 if wrong == 0 else max(0.0, (middle - reach) / whole)
    return low, 1.0 if wrong == checked else min(1.0, (middle + reach) / whole)


def shifts_from(fields: Iterable[Checked], numbers: JudgeModel) -> dict[str, float]:
    """The shift of each group whose fields were checked; groups that stay as shipped are left out."""
    by_group: dict[str, list[Checked]] = {}
    for field in fields:
        if field.probability >= NEAR:
            by_group.setdefault(field.group, []).append(field)
    found = {}
    for name, own in sorted(by_group.items()):
        if name not in numbers.groups:
            continue
        shift = _shift(own, numbers.groups[name].least)
        if abs(shift) >= 0.005:
            found[name] = round(shift, 2)
    return found


def _shift(own: Sequence[Checked], least: float) -> float:
    wrong = sum(not field.right for field in own)
    expected = sum(1 - field.probability for field in own)
    shift = -log((wrong + PRIOR) / (expected + PRIOR))
    if shift <= 0:
        return max(TIGHTEST, shift)
    vouched = [field for field in own if field.vouched]
    sure = interval(sum(not field.right for field in vouched), len(vouched))[1] <= 1 - least
    return min(MOST_LOOSENED, shift) if len(vouched) >= MANY and sure else 0.0


def effect(fields: Iterable[Checked], numbers: JudgeModel, shifts: Mapping[str, float]) -> Effect:
    """What these shifts would let pass of the checked fields."""
    checked = accepted = wrong = 0
    for field in fields:
        if field.group not in numbers.groups:
            continue
        checked += 1
        chance = shifted(field.probability, shifts.get(field.group, 0.0))
        if chance >= numbers.groups[field.group].least:
            accepted += 1
            wrong += not field.right
    return Effect(checked, accepted, wrong)


def better(before: Effect, after: Effect) -> bool:
    """Is a fit worth taking over? Fewer errors pass; or none more, and no fewer fields."""
    return after.wrong < before.wrong or (after.wrong == before.wrong and after.accepted >= before.accepted)


def earned(fields: Sequence[Checked]) -> bool:
    """Have a strange recognition network's readings been checked often enough, with few enough errors?"""
    sure = [field for field in fields if field.probability >= NEAR]
    wrong = sum(not field.right for field in sure)
    return len(sure) >= EARNED_FIELDS and interval(wrong, len(sure))[1] <= EARNED_ERRORS

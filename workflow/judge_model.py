"""The judge's numbers: from a reading's evidence to the probability that its value is right. Data in, arithmetic out.

Per group of fields (a kind, by hand or typeset) one logistic score with a weight for every piece of evidence, and
steps from that score to a probability. Weights are never negative and every piece of evidence is first turned so that
more of it speaks for the value: more evidence never makes a value less likely. ``python -m benchmarks.fit_judge`` fits
them on the calibration set and writes ``resources/reading/judge.json``; nothing here knows about pictures.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log, log10
from typing import Any

from forms.catalog import RESOURCES
from forms.kinds import Kind

PATH = RESOURCES / "reading" / "judge.json"
FLOOR = 1e-3
"""A probability this close to 1 says no more than one still closer: the network's last digits mean nothing."""
SHARES = frozenset({"min_char", "mean_char", "margin", "joint"})
"""Evidence that is a probability: what counts is how far it is from 1, by orders of magnitude."""
SHARE_PREFIXES = ("second_",)
AGAINST = frozenset({"forced", "unread", "ink_outside", "seal", "specks", "length", "joint_moved", "near", "opening"})
"""Evidence of which less is better."""
NO_EVIDENCE = frozenset({"blank", "dash", "comb", "darkness", "evenness", "typeset", "mark_quality", "solid"})
"""Says what a field is and not whether it is right; type and hand are groups of their own, marks have their rules."""
OWN_HAND: Mapping[Kind, frozenset[str]] = {
    # the same name elsewhere on the sheet is the same hand's, misread in the same way
    Kind.NAME: frozenset({"agrees_name"}),
    # nor is a phone number that stands on the sheet three times
    Kind.PHONE: frozenset({"agrees_phone"}),
    # a shared county doesn't vouch for a house number
    Kind.ADDRESS: frozenset({"agrees_place", "agrees_id_prefix"}),
}
"""Evidence that looks like a witness for a kind and is none."""
LEGIBLE = 0.6
"""``hand`` from which a hand counts as one the network can read."""
TYPESET = 0.5
BLANK, TYPE, KNOWN = "blank", "type", "known.hand"
EARLIER = "agrees_earlier"
"""The family's earlier form says the same (``workflow.earlier_forms``): such fields are a group of their own."""
ALIKE: Mapping[Kind, Kind] = {
    Kind.MONTH: Kind.DATE,
    # the same ten figures: by themselves the dates of a calibration set hold no error that would tell a bad hand
    Kind.PHONE: Kind.DATE,
    Kind.DIVISION: Kind.CODE,
    Kind.NUMBER: Kind.TEXT,
    Kind.ADDRESS: Kind.TEXT,
}
"""Kinds judged together: plain figures, closed lists, free writing."""


def group_of(kind: Kind, evidence: Mapping[str, float]) -> str:
    """The group a reading is judged in; ``blank`` is the group of fields in which nothing is written."""
    if kind in (Kind.CHOICE, Kind.SIGNATURE):
        return kind.value
    if evidence.get("typeset", 0.0) >= TYPESET:
        return TYPE
    return KNOWN if evidence.get(EARLIER, 0.0) >= 1 else f"{ALIKE.get(kind, kind).value}.hand"


def speaking(kind: Kind, evidence: Mapping[str, float], length: int) -> dict[str, float]:
    """The evidence as the score takes it: by name, 0..1, more is better."""
    told = {**evidence, "length": min(1.0, length / 30)}
    if "hand" in told:
        # past some point a hand is read; how well beyond that matters little, below it everything
        told["legible"] = min(1.0, told["hand"] / LEGIBLE)
    denied = NO_EVIDENCE | OWN_HAND.get(kind, frozenset())
    return {name: turned(name, float(number)) for name, number in told.items() if name not in denied}


def turned(name: str, number: float) -> float:
    """A piece of evidence as the score takes it: more is better, shares by orders of magnitude."""
    number = min(1.0, max(0.0, number))
    if name in SHARES or name.startswith(SHARE_PREFIXES):
        return round(log10(1 - number + FLOOR) / log10(FLOOR), 6)
    return 1 - number if name in AGAINST else number


@dataclass(frozen=True, slots=True)
class Group:
    """One group's numbers. ``neutral``: what stands in for evidence a reading lacks. ``steps``: rising (score,
    probability) pairs; below the first score the probability is the first one's. ``least``: accepted from here on."""

    intercept: float
    weights: Mapping[str, float]
    neutral: Mapping[str, float]
    steps: tuple[tuple[float, float], ...]
    least: float
    fields: int = 0
    wrong: int = 0

    def score(self, told: Mapping[str, float]) -> float:
        """The logistic score of ``speaking`` evidence."""
        return self.intercept + sum(
            weight * told.get(name, self.neutral.get(name, 0.0)) for name, weight in self.weights.items()
        )

    def probability(self, told: Mapping[str, float]) -> float:
        """That the value is right: what the score says, and never more than was seen at such scores."""
        score = self.score(told)
        at = max(0, bisect_right([s for s, _ in self.steps], score) - 1)
        return min(self.steps[at][1], 1 / (1 + exp(-score)))


def shifted(probability: float, shift: float) -> float:
    """A probability with its log odds moved by ``shift`` (what the office's own forms add or take)."""
    if not shift or not 0 < probability < 1:
        return probability
    return 1 / (1 + exp(-(log(probability / (1 - probability)) + shift)))


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """All groups, and on what they were fitted. ``model``: the recognition network whose readings these were."""

    version: str
    model: str
    calibration: Mapping[str, Any]
    groups: Mapping[str, Group] = field(default_factory=dict)


def from_json(plain: Mapping[str, Any]) -> JudgeModel:
    """The model that ``to_json`` was given. Raises KeyError, TypeError or ValueError for anything else."""
    groups = {
        name: Group(
            intercept=float(g["intercept"]),
            weights={k: float(v) for k, v in g["weights"].items()},
            neutral={k: float(v) for k, v in g["neutral"].items()},
            steps=tuple((float(s), float(p)) for s, p in g["steps"]),
            least=float(g["least"]),
            fields=int(g["fields"]),
            wrong=int(g["wrong"]),
        )
        for name, g in plain["groups"].items()
    }
    return JudgeModel(str(plain["version"]), str(plain["model"]), dict(plain["calibration"]), groups)


def to_json(model: JudgeModel) -> dict[str, Any]:
    """Plain JSON: one group a line where it is written by ``fit_judge``."""
    groups = {
        name: {
            "fields": g.fields,
            "wrong": g.wrong,
            "least": g.least,
            "intercept": g.intercept,
            "weights": dict(g.weights),
            "neutral": dict(g.neutral),
            "steps": [list(step) for step in g.steps],
        }
        for name, g in model.groups.items()
    }
    return {"version": model.version, "model": model.model, "calibration": dict(model.calibration), "groups": groups}


@lru_cache(maxsize=1)
def shipped_judge() -> JudgeModel:
    """The numbers that came with the program."""
    return from_json(json.loads(PATH.read_text(encoding="utf-8")))

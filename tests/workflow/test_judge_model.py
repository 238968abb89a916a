"""The judge's arithmetic: more evidence never makes a value less likely, and its numbers survive their file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.kinds import Kind
from workflow.judge_model import (
    AGAINST,
    NO_EVIDENCE,
    Group,
    from_json,
    group_of,
    shifted,
    shipped_judge,
    speaking,
    to_json,
)

SHIPPED = shipped_judge()
EVIDENCE = sorted({name for group in SHIPPED.groups.values() for name in group.weights} - {"length"})
KINDS = [k for k in Kind if k not in (Kind.CHOICE, Kind.SIGNATURE)]
shares = st.floats(0, 1)


def probability(kind: Kind, evidence: dict[str, float], length: int = 8) -> float:
    return SHIPPED.groups[group_of(kind, evidence)].probability(speaking(kind, evidence, length))


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(EVIDENCE), shares),
    st.sampled_from(EVIDENCE),
    shares,
    shares,
)
def test_more_evidence_never_makes_a_value_less_likely(
    kind: Kind, evidence: dict[str, float], name: str, one: float, other: float
) -> None:
    low, high = sorted((one, other), reverse=name in AGAINST)
    assert probability(kind, {**evidence, name: low}) <= probability(kind, {**evidence, name: high})


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(EVIDENCE), shares), st.integers(0, 80))
def test_a_probability_is_one(kind: Kind, evidence: dict[str, float], length: int) -> None:
    assert 0 <= probability(kind, evidence, length) < 1


@given(st.floats(0.01, 0.99), st.floats(-3, 3))
def test_a_shift_moves_the_way_it_says(before: float, shift: float) -> None:
    after = shifted(before, shift)
    assert 0 < after < 1
    assert (after > before) == (shift > 1e-12) or abs(after - before) < 1e-9


def test_every_kind_has_its_group_by_hand_and_typeset() -> None:
    for kind in Kind:
        for typeset in (0.0, 1.0):
            assert group_of(kind, {"typeset": typeset}) in SHIPPED.groups, kind
    assert "blank" in SHIPPED.groups


def test_no_weight_is_negative_and_steps_rise() -> None:
    for group in SHIPPED.groups.values():
        assert all(weight > 0 for weight in group.weights.values())
        assert list(group.steps) == sorted(group.steps)
        assert [p for _, p in group.steps] == sorted(p for _, p in group.steps)
        assert not NO_EVIDENCE & set(group.weights)
        assert group.least > 0.99


def test_free_writing_by_hand_has_to_be_surer() -> None:
    assert group_of(Kind.ADDRESS, {}) == "text.hand"
    assert group_of(Kind.PHONE, {}) == group_of(Kind.MONTH, {}) == "date.hand"
    for name in ("name.hand", "text.hand", "date.hand"):
        assert SHIPPED.groups[name].least > SHIPPED.groups["code.hand"].least


def test_no_figures_are_believed_in_a_hand_that_can_hardly_be_read() -> None:
    shown = {"min_char": 0.999, "mean_char": 0.999, "margin": 0.998, "agreement": 1.0, "registration": 1.0}
    for kind in (Kind.DATE, Kind.MONTH, Kind.PHONE):
        told = {**shown, "hand": 0.25}
        group = SHIPPED.groups[group_of(kind, told)]
        assert probability(kind, told) < group.least <= probability(kind, {**shown, "hand": 0.85})


def test_evidence_that_the_fit_never_saw_does_not_disturb() -> None:
    known = {"min_char": 0.99, "mean_char": 0.99, "margin": 0.9, "agreement": 1.0}
    assert probability(Kind.NAME, {**known, "tomorrow": 0.0}) == probability(Kind.NAME, known)


def test_what_is_missing_counts_as_usual() -> None:
    group = Group(
        -2.0, {"min_char": 3.0, "agrees_phone": 1.0}, {"min_char": 0.5, "agrees_phone": 0.0}, ((-9, 0.1), (0, 1.0)), 0.9
    )
    assert group.score({}) == pytest.approx(-0.5)
    assert group.score({"agrees_phone": 1.0}) == pytest.approx(0.5)
    assert group.probability({}) == 0.1


def test_the_numbers_survive_their_file() -> None:
    assert from_json(json.loads(json.dumps(to_json(SHIPPED)))) == SHIPPED
    assert SHIPPED.calibration["set"].startswith("calibration")

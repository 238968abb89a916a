"""Deciding together: other ink may choose a lower candidate, says so, and is then no witness of it."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.kinds import JsonValue
from ocr.evidence import combine
from ocr.joint import decide, moved
from ocr.reading import Candidate, FieldReading

BOX = (0, 0, 10, 10)
NUMBER, ITS_RIVAL = "22028120150305001X", "220281201803050011"


def reading(key: str, *candidates: tuple[str, JsonValue, float], forced: float = 0.0) -> FieldReading:
    """A reading whose best candidate is the first one."""
    text, value, _ = candidates[0]
    return FieldReading(
        key=key,
        raw=text,
        text=text,
        value=value,
        confidence=0.9,
        box_px=BOX,
        view_box_px=BOX,
        candidates=tuple(Candidate(*c) for c in candidates),
        evidence={"blank": 0.0, "min_char": 0.9, "agreement": 1.0, "forced": forced},
    )


def birth(sure: float = 0.98) -> FieldReading:
    return reading("child_birth_date", ("2015.3.5", "2015-03-05", sure), ("2018.3.5", "2018-03-05", 1 - sure))


def number(first: float) -> FieldReading:
    return reading("child_id_number", (ITS_RIVAL, ITS_RIVAL, first), (NUMBER, NUMBER, 1 - first))


def by_key(readings: tuple[FieldReading, ...]) -> dict[str, FieldReading]:
    return {r.key: r for r in readings}


def test_the_birth_date_chooses_among_id_numbers_that_both_pass() -> None:
    found = by_key(combine([number(0.7), birth()]))
    chosen = found["child_id_number"]
    assert chosen.value == NUMBER
    assert chosen.raw == ITS_RIVAL
    assert chosen.candidates[0].value == NUMBER
    assert moved(chosen)
    assert "joint" in chosen.reasons
    assert not any(name.startswith("agrees_") for name in chosen.evidence)
    # and what was moved is no witness for what moved it
    assert "agrees_id_birth" not in found["child_birth_date"].evidence
    assert not moved(found["child_birth_date"])


def test_doubts_point_at_what_differs() -> None:
    chosen = by_key(decide([number(0.7), birth()]))["child_id_number"]
    assert {(d.start, d.end) for d in chosen.doubts} == {(9, 10), (17, 18)}


def test_strong_ink_stays_and_the_contradiction_is_said() -> None:
    sure = reading("child_id_number", (ITS_RIVAL, ITS_RIVAL, 1.0))
    other = reading("child_birth_date", ("2015.3.5", "2015-03-05", 1.0))
    found = by_key(combine([sure, other]))
    assert found["child_id_number"].value == ITS_RIVAL
    assert "conflict_id_birth" in found["child_birth_date"].reasons


def test_a_caregiver_who_is_the_father_is_read_from_both() -> None:
    father = reading("father_name", ("郑振源", "郑振源", 0.6), ("郑振涛", "郑振涛", 0.4))
    caregiver = reading("caregiver_name", ("印振涛", "印振涛", 0.6), ("郑振涛", "郑振涛", 0.4))
    found = by_key(decide([father, caregiver]))
    assert found["father_name"].value == found["caregiver_name"].value == "郑振涛"


def test_a_child_has_a_parents_surname() -> None:
    child = reading("child_name", ("全博", "全博", 0.55), ("金博", "金博", 0.45))
    father = reading("father_name", ("金日成", "金日成", 1.0))
    assert by_key(decide([child, father]))["child_name"].value == "金博"


def test_choices_are_not_moved() -> None:
    sex = FieldReading(
        key="child_sex",
        raw="女",
        text="女",
        value=["2"],
        confidence=0.9,
        box_px=BOX,
        view_box_px=BOX,
        candidates=(Candidate("女", ["2"], 0.9), Candidate("男", ["1"], 0.1)),
        option_view_boxes={"1": BOX, "2": BOX},
    )
    assert by_key(decide([number(0.7), sex]))["child_sex"] == sex


shares = st.floats(0.01, 1.0)
phones = st.sampled_from(["13843212345", "13843212346", "13943212345", "15043212345"])
phone_lists = st.lists(st.tuples(phones, shares), min_size=1, max_size=4, unique_by=lambda c: c[0])


def phone(key: str, drawn: list[tuple[str, float]]) -> FieldReading:
    ranked = sorted(drawn, key=lambda c: (-c[1], c[0]))
    return reading(key, *((text, text, share) for text, share in ranked))


@given(st.lists(phone_lists, min_size=4, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_and_repetition_change_nothing(drawn: list[list[tuple[str, float]]], dice: random.Random) -> None:
    keys = ("child_phone", "father_phone", "mother_phone", "caregiver_phone")
    readings = [phone(k, d) for k, d in zip(keys, drawn, strict=True)]
    once = combine(readings)
    assert combine(once) == once
    shuffled = list(readings)
    dice.shuffle(shuffled)
    assert by_key(combine(shuffled)) == by_key(once)
    for before, after in zip(readings, once, strict=True):
        assert after.raw == before.raw
        assert {(c.value, c.score) for c in after.candidates} == {(c.value, c.score) for c in before.candidates}
        assert after.text in {c.text for c in before.candidates}


@given(shares)
def test_nothing_changes_where_nothing_agrees(share: float) -> None:
    one = reading("father_phone", ("13843212345", "13843212345", share), ("13843212346", "13843212346", share / 2))
    two = reading("mother_phone", ("15043212345", "15043212345", share), ("15043212346", "15043212346", share / 2))
    assert decide([one, two]) == (one, two)


def test_more_pages_start_from_the_same_ink() -> None:
    """What one page decided is decided anew when the other side is there."""
    alone = decide([number(0.7), birth()])
    certificate = reading("disability_number", (ITS_RIVAL + "43", ITS_RIVAL + "43", 1.0))
    other_birth = reading("child_birth_date", ("2018.3.5", "2018-03-05", 1.0))
    together = by_key(decide([by_key(alone)["child_id_number"], other_birth, certificate]))
    assert together["child_id_number"].value == ITS_RIVAL
    assert not moved(together["child_id_number"])
    assert "joint" not in together["child_id_number"].reasons


def test_what_was_confirmed_before_is_forgotten_when_the_reading_moves() -> None:
    """Evidence of one page says nothing of the value that the other page chose."""
    before = number(0.7)
    told = {**before.evidence, "agrees_id_prefix": 1.0, "agrees_id_sex": 1.0}
    before = replace(before, evidence=told, reasons=("conflict_id_birth", "low_confidence"))
    chosen = by_key(decide([before, birth()]))["child_id_number"]
    assert moved(chosen)
    assert not any(name.startswith("agrees_") for name in chosen.evidence)
    assert chosen.reasons == ("low_confidence", "joint")


def test_what_a_roster_offers_is_never_put_in_whatever_speaks_for_it() -> None:
    """It has no ink of its own: a share of 0."""
    offered = reading("child_id_number", (ITS_RIVAL, ITS_RIVAL, 0.9), (NUMBER, NUMBER, 0.0))
    birth_date = reading("child_birth_date", ("2015.3.5", "2015-03-05", 1.0))
    certificate = reading("disability_number", (NUMBER + "43", NUMBER + "43", 1.0))
    permit = reading("permit_number", (NUMBER, NUMBER, 1.0))
    found = by_key(decide([offered, birth_date, certificate, permit]))["child_id_number"]
    assert (found.value, moved(found)) == (ITS_RIVAL, False)
    inked = reading("child_id_number", (ITS_RIVAL, ITS_RIVAL, 0.9), (NUMBER, NUMBER, 0.1))
    assert by_key(decide([inked, birth_date, certificate, permit]))["child_id_number"].value == NUMBER

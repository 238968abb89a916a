"""What the machine vouches for, and above all what it doesn't."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forms.kinds import JsonValue
from ocr.reading import FieldReading
from workflow.judge_model import Group, JudgeModel, shipped_judge
from workflow.judgement import OfficeTrust, judge, spelled, version

SURE = {
    "blank": 0.0,
    "min_char": 1.0,
    "mean_char": 1.0,
    "agreement": 1.0,
    "forced": 0.0,
    "margin": 1.0,
    "registration": 1.0,
}
BLANK = {"blank": 1.0, "specks": 0.0, "registration": 1.0}


def reading(key: str, value: JsonValue, *, reasons: tuple[str, ...] = (), **evidence: float) -> FieldReading:
    return FieldReading(
        key,
        str(value),
        str(value),
        value,
        1.0,
        (0, 0, 1, 1),
        (0, 0, 1, 1),
        reasons=reasons,
        evidence={**SURE, **evidence},
    )


def blank(key: str, value: JsonValue = None, *, reasons: tuple[str, ...] = ()) -> FieldReading:
    return FieldReading(key, "", "", value, 1.0, (0, 0, 1, 1), (0, 0, 1, 1), reasons=reasons, evidence=BLANK)


def accepted(*readings: FieldReading) -> dict[str, bool]:
    return {key: verdict.accepted for key, verdict in judge(readings).items()}


def test_a_doubtful_character_never_vouches_for_names_and_notes() -> None:
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0, "min_char": 0.85, "mean_char": 0.9, "margin": 0.9}
    verdicts = judge([reading("child_name", "傅桐", **by_hand), reading("support_needs", "无固定住所", **by_hand)])
    assert not any(v.accepted for v in verdicts.values())
    assert verdicts["child_name"].reasons == ("low_confidence",)


def test_a_strange_network_is_not_believed_about_handwriting() -> None:
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0}
    number, tick = (
        reading("father_id_number", "11010519491231001X", **by_hand),
        reading("child_sex", ["1"], mark_quality=1.0),
    )
    strange = judge([number, tick], models={"PP-OCRv6_medium_rec 0123456789ab"})
    assert strange["father_id_number"].reasons == ("new_model",)
    assert strange["child_sex"].accepted, "a tick is not read by the network"
    trusted = OfficeTrust(models=frozenset({"PP-OCRv6_medium_rec 0123456789ab"}))
    assert judge([number], trusted, models={"PP-OCRv6_medium_rec 0123456789ab"})["father_id_number"].accepted
    assert judge([number], models={shipped_judge().model})["father_id_number"].accepted
    assert judge([reading("child_name", "傅桐", evenness=0.6, comb=0.0)], models={"strange"})["child_name"].accepted


def test_printed_values_are_accepted() -> None:
    typed: dict[str, Any] = {"evenness": 0.6, "comb": 0.0}
    assert all(
        accepted(
            reading("child_name", "傅桐", **typed),
            reading("support_needs", "无固定住所", **typed),
            reading("child_household", "220281105", **typed),
        ).values()
    )


@pytest.mark.parametrize(
    "reason",
    [
        "forced_checksum",
        "unread_ink",
        "wide_gap",
        "ditto",
        "red_ink",
        "strikeout",
        "stamp",
        "ink_outside",
        "ambiguous",
        "invalid_id_number",
        "day_missing",
        "month_missing",
        "conflict_id_birth",
        "specks",
    ],
)
def test_some_reasons_always_go_to_the_person(reason: str) -> None:
    assert not accepted(reading("child_id_number", "11010519491231002X", reasons=(reason,)))["child_id_number"]


def test_an_id_number_needs_its_unconstrained_reading_to_agree() -> None:
    number = "11010519491231002X"
    assert accepted(reading("father_id_number", "11010519491231001X"))["father_id_number"]
    helped = reading("child_id_number", number, agreement=0.0)
    assert not accepted(helped)["child_id_number"]
    verdict = judge([helped, reading("child_birth_date", "1949-12-31")])["child_id_number"]
    assert "unusual" not in verdict.reasons, "the birth date in other ink says the same"


def test_a_forced_number_does_not_help_the_birth_date() -> None:
    forced = reading("child_id_number", "11010519491231002X", forced=0.9, reasons=("forced_checksum",))
    birth = reading("child_birth_date", "1949-12-31", agreement=0.0)
    assert "unusual" in judge([forced, birth])["child_birth_date"].reasons
    honest = replace(forced, reasons=(), evidence=SURE)
    assert "unusual" not in judge([honest, birth])["child_birth_date"].reasons


def test_blank_is_accepted_only_where_nothing_is_missing() -> None:
    verdicts = judge([blank("child_name"), blank("form_number"), blank("permit_reason", reasons=("specks",))])
    assert not verdicts["child_name"].accepted
    assert "required" in verdicts["child_name"].reasons
    assert verdicts["form_number"].accepted
    assert not verdicts["permit_reason"].accepted


def test_what_is_required_follows_the_other_answers() -> None:
    with_certificate = reading("disability_certificate", ["yes"], mark_quality=1.0)
    without = reading("disability_certificate", ["no"], mark_quality=1.0)
    assert not accepted(blank("disability_number"), with_certificate)["disability_number"]
    assert accepted(blank("disability_number"), without)["disability_number"]


def test_choices_by_the_quality_of_their_marks() -> None:
    assert accepted(reading("child_sex", ["1"], mark_quality=0.95))["child_sex"]
    assert not accepted(reading("child_sex", ["1"], mark_quality=0.6))["child_sex"]
    assert not accepted(blank("child_sex", []))["child_sex"]


def test_a_badly_laid_page_is_looked_at_whole() -> None:
    verdict = judge([reading("child_sex", ["1"], mark_quality=1.0, registration=0.3)])["child_sex"]
    assert not verdict.accepted
    assert "registration" in verdict.reasons


def test_a_text_layer_is_exact_unless_something_speaks_against_it() -> None:
    typed = replace(reading("child_name", "傅桐"), source="text_layer", evidence={"registration": 1.0})
    assert accepted(typed)["child_name"]
    assert not accepted(replace(typed, reasons=("differs_from_picture", "invalid_name")))["child_name"]


def test_the_same_hand_is_no_witness_for_a_name_or_a_phone_number() -> None:
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0, "min_char": 0.9}
    for one, other, value, different in (
        ("mother_name", "caregiver_name", "李毓桂", "李淑桂"),  # 李敏桂 in one hand is misread alike in both places
        ("mother_phone", "child_phone", "15144302523", "13844302523"),  # and so is its 9
    ):
        twice = judge([reading(one, value, **by_hand), reading(other, value, **by_hand)])[one]
        apart = judge([reading(one, value, **by_hand), reading(other, different, **by_hand)])[one]
        assert twice.probability == apart.probability


def test_a_gazetteer_does_not_vouch_for_a_house_number() -> None:
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0, "min_char": 0.9}
    place: JsonValue = {"division": "220702001001", "detail": "18号楼单元504室"}
    beside = judge([reading("child_residence", place, **by_hand), reading("child_household", "220702001001")])
    apart = judge([reading("child_residence", place, **by_hand), reading("child_household", "450123001001")])
    assert beside["child_residence"].probability == apart["child_residence"].probability


def test_a_hand_that_is_hard_to_read_elsewhere_is_not_believed_here() -> None:
    """The network is sure of single characters of a hand it can't read: a 9 taken for a 5 at 1.00."""
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0}
    phone = reading("mother_phone", "15144302523", **by_hand)
    others = ("child_name", "father_name", "form_unit", "school_name", "father_workplace")
    clear = judge([phone, *(reading(key, "王佳琳", **by_hand) for key in others)])["mother_phone"]
    poor = judge([phone, *(reading(key, "王佳琳", **{**by_hand, "min_char": 0.5}) for key in others)])["mother_phone"]
    assert clear.accepted
    assert not poor.accepted
    assert poor.probability < clear.probability


def test_a_known_value_counts_only_where_the_ink_was_read_that_way() -> None:
    by_hand: dict[str, Any] = {"evenness": 0.15, "comb": 0.0, "min_char": 0.93, "margin": 0.9}
    school = reading("school_name", "黄松甸镇中心小学", **by_hand)
    near_miss = reading("school_name", "黄松甸镇中心中学", **by_hand)
    pulled = reading("school_name", "黄松甸镇中心小学", **{**by_hand, "agreement": 0.0})
    office = OfficeTrust(seen={"school_name": frozenset({spelled("黄松甸镇中心小学")})})
    before = judge([school])["school_name"].probability
    assert judge([school], office)["school_name"].probability > before
    assert judge([near_miss], office)["school_name"].probability == judge([near_miss])["school_name"].probability
    assert judge([pulled], office)["school_name"].probability == judge([pulled])["school_name"].probability
    assert not judge([pulled], office)["school_name"].accepted


def test_what_the_office_found_out_moves_the_verdict() -> None:
    number = reading("father_id_number", "11010519491231001X", evenness=0.15, comb=0.0)
    assert judge([number])["father_id_number"].accepted
    wary = OfficeTrust(shifts={"id_number.hand": -4.0}, version=3)
    verdict = judge([number], wary)["father_id_number"]
    assert not verdict.accepted
    assert verdict.reasons == ("low_confidence",)
    assert version(wary) == f"{shipped_judge().version}+3"
    assert len(version(OfficeTrust(version=10**6))) <= 32, "the column of the store holds no more"


FIXED = JudgeModel(
    "fixed",
    "net",
    {},
    {
        "blank": Group(9.0, {}, {}, ((0.0, 0.9999),), 0.99),
        "id_number.hand": Group(-4.0, {"min_char": 12.0}, {}, ((0.0, 0.9), (6.0, 0.999)), 0.99),
    },
)


@pytest.mark.parametrize(
    ("evidence", "reasons", "accepted_", "told"),
    [
        ({"min_char": 1.0}, (), True, ()),
        ({"min_char": 0.99}, (), False, ("low_confidence",)),
        ({"min_char": 0.5}, (), False, ("low_confidence",)),
        ({"min_char": 1.0, "agreement": 0.0}, (), False, ("unusual",)),
        ({"min_char": 1.0, "agreement": 0.0, "agrees_id_twice": 1.0}, (), True, ()),
        ({"min_char": 1.0, "listed": 0.0}, (), False, ("unusual",)),
        ({"min_char": 1.0, "registration": 0.4}, (), False, ("registration",)),
        ({"min_char": 1.0}, ("stamp",), False, ("stamp",)),
        ({"min_char": 1.0}, ("place_doubtful",), True, ("place_doubtful",)),
    ],
)
def test_golden_verdicts(
    evidence: dict[str, float], reasons: tuple[str, ...], accepted_: bool, told: tuple[str, ...]
) -> None:
    number = reading("father_id_number", "11010519491231001X", reasons=reasons, **evidence)
    verdict = judge([number], numbers=FIXED)["father_id_number"]
    assert (verdict.accepted, verdict.reasons) == (accepted_, told)

"""From a drawn page to readings with evidence."""

from __future__ import annotations

from functools import cache

import pytest

from forms.form_file import Box
from ocr.evidence import combine
from ocr.fields import read_fields
from ocr.models import models_dir
from ocr.reading import FieldReading, ReadingContext
from ocr.recogniser import Recogniser
from tests.ocr.drawn import BOXES, COMB, Sheet, face
from workflow.judgement import judge


@cache
def recogniser() -> Recogniser:
    return Recogniser(models_dir(), threads=1)


def read(sheet: Sheet, context: ReadingContext | None = None) -> dict[str, FieldReading]:
    page = sheet.laid()
    return {r.key: r for r in read_fields(page, recogniser(), context or ReadingContext())}


def filled() -> Sheet:
    sheet = Sheet().write(24, 9, "王小明").write(22, 20.5, "吉林省吉林市蛟河市黄松甸镇").write(22, 27, "3组12号")
    for box, digit in zip(COMB, "11010519491231002X", strict=True):
        sheet.write(box.x + 1, 38, digit)
    sheet.stroke(BOXES[1].x + 0.6, 54, BOXES[1].x + 1.6, 55.4, BOXES[1].x + 4, 52)
    return sheet.stroke(24, 66, 30, 73, 36, 66, 42, 73, 48, 67, width=8)


def test_a_filled_page_is_read() -> None:
    found = read(filled())
    assert found["child_name"].value == "王小明"
    assert found["child_residence"].value == {"division": "220281104", "detail": "3组12号"}
    assert found["child_id_number"].value == "11010519491231002X"
    assert found["school_nature"].value == ["private"]
    assert found["sign_guardian"].value == "present"
    assert all(r.confidence > 0.8 for r in found.values()), {k: r.confidence for k, r in found.items()}
    assert not any(r.reasons for r in found.values()), {k: r.reasons for k, r in found.items()}
    assert found["child_name"].evidence["typeset"] > 0.5
    assert set(found["school_nature"].option_view_boxes) == {"public", "private", "purchased"}


def test_the_same_page_reads_the_same_twice() -> None:
    assert read(filled()) == read(filled())


def test_an_empty_page_is_blank_everywhere_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was run on a blank cell")

    monkeypatch.setattr(Recogniser, "trace", refuse)
    found = read(Sheet())
    for reading in found.values():
        assert reading.evidence["blank"] == 1
        assert (reading.raw, reading.text) == ("", "")
        assert reading.value in (None, [])
        assert reading.confidence > 0.9


def test_a_dash_through_a_field_says_nothing() -> None:
    found = read(Sheet().stroke(40, 13, 48, 12.8).stroke(30, 26, 60, 26.5))
    for key in ("child_name", "child_residence"):
        assert found[key].text == "—"
        assert found[key].value is None
        assert found[key].evidence["dash"] == 1
    assert read(Sheet().write(40, 9, "丁一"))["child_name"].value == "丁一"
    # a line of writing is wide and low too
    far = read(Sheet().write(22, 23, "辽宁省鞍山市台安县韭菜台镇", size=44))["child_residence"]
    assert far.value == {"division": "210321109", "detail": ""}


@pytest.mark.parametrize(
    ("name", "address"),
    [((40, 16.5, 44, 9.5), (30, 32, 95, 22)), ((48, 9.5, 44, 16.5), (30, 21.5, 34, 26, 38.6, 32.5))],
    ids=["slash", "backslash, bent"],
)
def test_a_slash_through_a_field_says_nothing(name: tuple[float, ...], address: tuple[float, ...]) -> None:
    found = read(Sheet().stroke(*name).stroke(*address).stroke(46, 45.5, 57, 37.5))
    for key in ("child_name", "child_residence", "child_id_number"):
        assert found[key].value is None, key
        assert found[key].evidence["dash"] == 1, key


@pytest.mark.parametrize(
    "strokes",
    [
        ((44, 9, 43, 16.5),),
        ((40, 12, 41, 14), (41.5, 12, 42.5, 14)),
        ((40, 14, 41.4, 12.6),),
        ((40, 16, 44, 9), (46, 12, 50, 12)),
    ],
    ids=["upright", "two", "short", "more beside it"],
)
def test_other_strokes_are_no_slash(strokes: tuple[tuple[float, ...], ...]) -> None:
    sheet = Sheet()
    for stroke in strokes:
        sheet.stroke(*stroke)
    assert "dash" not in read(sheet)["child_name"].evidence


@pytest.mark.parametrize("stroke", [(22, 75, 78, 65), (26, 70, 70, 70.4), (44, 74, 50, 65)])
def test_a_stroke_through_a_signatures_place_is_none(stroke: tuple[float, ...]) -> None:
    found = read(Sheet().stroke(*stroke))["sign_guardian"]
    assert (found.value, found.reasons) == (None, ("strikeout",))


RED = (225, 40, 50)


@pytest.mark.parametrize("ink", [(180, 30, 30), RED, (235, 70, 70), (200, 60, 90)])
def test_what_is_written_in_red_is_nothing_that_anybody_vouches_for(ink: tuple[int, int, int]) -> None:
    """Red is taken for a seal's and left out of the ink: a tick, a name, a thumbprint would be blank."""
    sheet = Sheet().stroke(BOXES[1].x + 0.6, 54, BOXES[1].x + 1.6, 55.4, BOXES[1].x + 4, 52, ink=ink, width=6)
    sheet.stroke(30, 10, 38, 16, ink=ink).stroke(32, 16, 37, 10, ink=ink).stroke(21, 40, 24, 44, ink=ink)
    sheet.stroke(30, 24, 44, 30, ink=ink).fill(Box(30, 66, 9, 8), ink)
    found = list(read(sheet).values())
    assert [k for k, verdict in judge(found).items() if verdict.accepted] == []
    assert all("red_ink" in reading.reasons for reading in found)


def test_a_red_correction_beside_what_was_written_is_looked_at() -> None:
    written = read(filled().stroke(50, 16, 57, 10, ink=RED))
    assert written["child_name"].value == "王小明"
    assert [k for k, verdict in judge(list(written.values())).items() if not verdict.accepted] == ["child_name"]


def test_a_seal_is_no_writing_in_red() -> None:
    sheet = filled()
    sheet.pen.ellipse([v * 300 / 25.4 for v in (66, 24, 106, 64)], outline=RED, width=14)
    sheet.pen.text((80 * 300 / 25.4, 40 * 300 / 25.4), "公章", RED, font=face(60))
    assert not any("red_ink" in reading.reasons for reading in read(sheet).values())


def test_a_stain_is_no_signature_that_anybody_vouches_for() -> None:
    pale = Sheet().stroke(24, 76, 40, 68, 60, 64, width=9, ink=(205, 190, 170))
    broad = Sheet().stroke(24, 74, 40, 68, 60, 66, width=30, ink=(150, 120, 90))
    for sheet in (pale, broad):
        assert not judge([read(sheet)["sign_guardian"]])["sign_guardian"].accepted
    assert judge([read(filled())["sign_guardian"]])["sign_guardian"].accepted


@pytest.mark.parametrize("x", [26.5, 55.0])
def test_the_shadow_of_a_fold_is_no_ink(x: float) -> None:
    found = read(Sheet().shade(x))
    assert {k: r.evidence.get("blank") for k, r in found.items()} == dict.fromkeys(found, 1.0)
    assert not any(r.reasons for r in found.values()), {k: r.reasons for k, r in found.items()}
    marked = read(filled().shade(x))
    assert [marked[k].value for k in ("child_name", "school_nature", "sign_guardian")] == [
        "王小明",
        ["private"],
        "present",
    ]
    assert not any(marked[k].reasons for k in ("child_name", "school_nature", "sign_guardian"))


@pytest.mark.parametrize("strokes", [((44, 12, 43.2, 14), (45.5, 12, 44.7, 14)), None], ids=["two strokes", "words"])
def test_the_same_as_above_is_shown(strokes: tuple[tuple[float, ...], ...] | None) -> None:
    sheet = Sheet() if strokes else Sheet().write(40, 22, "同上")
    for stroke in strokes or ():
        sheet.stroke(*(v + 10 if n % 2 else v for n, v in enumerate(stroke)))
    assert "ditto" in read(sheet)["child_residence"].reasons


@pytest.mark.parametrize("stroke", [(30, 40, 74, 70), (48, 75, 56, 35), (20, 75, 108, 38)])
def test_a_stroke_through_a_part_of_the_form_ticks_nothing(stroke: tuple[float, ...]) -> None:
    found = read(Sheet().stroke(*stroke))["school_nature"]
    assert not judge([found])["school_nature"].accepted
    tick = read(Sheet().stroke(50.5, 54, 52, 56, 57, 46.5))["school_nature"]
    assert judge([tick])["school_nature"].accepted, "a tick with a long tail"


def test_two_ticks_in_a_single_choice_are_both_told() -> None:
    sheet = Sheet()
    for box in BOXES[:2]:
        sheet.stroke(box.x + 0.6, box.y + 2, box.x + 1.6, box.y + 3.4, box.x + 4, box.y)
    found = read(sheet)["school_nature"]
    assert found.value == ["public", "private"]
    assert "two_marks" in found.reasons
    assert found.confidence < 0.5
    corrected = read(sheet.fill(BOXES[0]))["school_nature"]
    assert corrected.value == ["private"]
    assert "cancelled_mark" in corrected.reasons


def test_a_number_with_a_wrong_digit_is_not_vouched_for() -> None:
    sheet = Sheet()
    for box, digit in zip(COMB, "110105194912310021", strict=True):
        sheet.write(box.x + 1, 38, digit)
    found = read(sheet)
    reading = found["child_id_number"]
    assert reading.raw.replace(" ", "")[-3:] == "021"
    assert reading.evidence["agreement"] == 0 or reading.value is None
    assert not judge(tuple(found.values()))["child_id_number"].accepted


def test_scribble_and_solid_black_never_look_like_a_blank() -> None:
    sheet = Sheet().fill(BOXES[0])
    sheet.pen.rectangle((250, 110, 900, 200), fill=(0, 0, 0))
    reading = read(sheet)["child_name"]
    assert reading.evidence["blank"] == 0
    assert not judge((reading,))["child_name"].accepted


def test_doubtful_characters_are_shown_where_they_stand() -> None:
    sheet = Sheet().write(24, 9, "王小明")
    # 明 is smeared: one of several characters could stand there
    page = sheet.stroke(33.5, 10.5, 36, 14.5, 36, 10.5, 33.5, 14, width=9).laid()
    reading = read(sheet)["child_name"]
    assert "low_confidence" in reading.reasons
    assert reading.doubts
    left, top, width, height = page.view_box_px(page.form.by_key["child_name"].box)
    for doubt in reading.doubts:
        assert 0 <= doubt.start < doubt.end <= len(reading.text)
        assert doubt.view_box_px is not None
        x, y, w, h = doubt.view_box_px
        assert left - 30 <= x
        assert x + w <= left + width + 30
        assert top - 30 <= y
        assert y + h <= top + height + 30


def test_ink_that_the_network_passes_over_is_told() -> None:
    """A blotted character is left out of a reading whose other characters are certain."""
    sheet = Sheet().write(24, 9, "王小明").stroke(28.8, 10, 32.6, 14, 28.8, 14, 32.6, 10, 30, 10, 31, 14, width=14)
    found = read(sheet)
    assert len(found["child_name"].text) < 3
    assert found["child_name"].evidence["min_char"] > 0.9
    # a blot is either passed over by the network, or so black that it counts as blotted out
    assert {"unread_ink", "strikeout"} & set(found["child_name"].reasons)
    assert not judge(tuple(found.values()))["child_name"].accepted


def test_what_the_office_has_seen_never_overrides_clear_ink() -> None:
    context = ReadingContext(lexicon={"child_name": {"王小朋": 50}})
    assert read(Sheet().write(24, 9, "王小明"), context)["child_name"].value == "王小明"


# -- evidence between fields ------------------------------------------------------------------------------------------


def reading(key: str, value: object, **evidence: float) -> FieldReading:
    facts = {"blank": 0.0, "min_char": 0.95, "agreement": 1.0, "forced": 0.0, **evidence}
    return FieldReading(key, str(value), str(value), value, 0.9, (0, 0, 1, 1), (0, 0, 1, 1), evidence=facts)  # type: ignore[arg-type]  # any JsonValue


def combined(*fields: FieldReading) -> dict[str, FieldReading]:
    return {r.key: r for r in combine(fields)}


def test_birth_date_and_sex_agree_with_the_id_number() -> None:
    found = combined(
        reading("child_id_number", "11010519491231002X"),
        reading("child_birth_date", "1949-12-31"),
        reading("child_sex", ["2"]),
    )
    assert found["child_birth_date"].evidence["agrees_id_birth"] == 1
    assert found["child_id_number"].evidence["agrees_id_sex"] == 1
    assert not any(r.reasons for r in found.values())


def test_a_contradiction_goes_to_the_person_on_both_sides() -> None:
    found = combined(reading("child_id_number", "11010519491231002X"), reading("child_birth_date", "1949-12-30"))
    assert "conflict_id_birth" in found["child_birth_date"].reasons
    assert "conflict_id_birth" in found["child_id_number"].reasons


def test_a_forced_number_is_no_witness_but_can_be_witnessed() -> None:
    found = combined(
        reading("child_id_number", "11010519491231002X", forced=0.9), reading("child_birth_date", "1949-12-31")
    )
    assert "agrees_id_birth" not in found["child_birth_date"].evidence
    assert found["child_id_number"].evidence["agrees_id_birth"] == 1


def test_certificate_place_and_twice_written_numbers() -> None:
    found = combined(
        reading("child_id_number", "11010519491231002X"),
        reading("disability_number", "11010519491231002X63"),
        reading("disability_category", ["6"]),
        reading("child_household", "110105001"),
        reading("insurance_place", "110105"),
        reading("child_phone", "13843212345"),
        reading("mother_phone", "13843212345"),
    )
    assert found["disability_number"].evidence["agrees_id_certificate"] == 1
    assert found["disability_category"].evidence["agrees_certificate_level"] == 1
    assert found["child_household"].evidence["agrees_id_prefix"] == 1
    assert found["insurance_place"].evidence["agrees_place"] == 1
    assert found["mother_phone"].evidence["agrees_phone"] == 1


def places(*codes: str, number: str = "11010519491231002X", decided: str = "") -> dict[str, FieldReading]:
    """A child's number, its household and where it lives, as read; ``decided``: which of the two its neighbours did."""
    keys = ("child_household", "child_residence")
    read = (reading(key, code, near=float(key == decided)) for key, code in zip(keys, codes, strict=True))
    return combined(reading("child_id_number", number), *read)


def test_a_place_that_its_neighbours_decided_is_no_witness_for_them_nor_they_for_it() -> None:
    agreeing = places("110105001", "110105")
    assert {key for key, r in agreeing.items() if "agrees_place" in r.evidence} == {
        "child_household",
        "child_residence",
    }
    assert agreeing["child_id_number"].evidence["agrees_id_prefix"] == 1
    for near in ("child_household", "child_residence"):
        decided = places("110105001", "110105", decided=near)
        assert not any("agrees_place" in r.evidence for r in decided.values()), near
        assert ("agrees_id_prefix" in decided["child_id_number"].evidence) is (near == "child_residence")


def test_places_witness_each_other_from_the_county_on_and_never_contradict() -> None:
    for one, two in (("11", "110105"), ("110105", "110105001"), ("220281", "110105"), ("110105001", "110105002")):
        found = places(one, two)
        agree = {key for key, r in found.items() if "agrees_place" in r.evidence}
        assert bool(agree) is (one == "110105"), (one, two)
        assert not any("conflict_place" in r.reasons for r in found.values())


def test_a_number_given_elsewhere_speaks_against_the_household_only_if_both_are_known() -> None:
    assert places("220281104", "220281")["child_household"].evidence["agrees_id_prefix"] == 0
    assert places("220281", "220281")["child_household"].evidence["agrees_id_prefix"] == 0
    assert places("110105", "220281")["child_household"].evidence["agrees_id_prefix"] == 1
    for codes, number in ((("22", "220281"), "11010519491231002X"), (("220281104", "220281"), "11010519491231002")):
        found = places(*codes, number=number)  # no county was read, or what is no number
        assert not any("agrees_id_prefix" in r.evidence for r in found.values()), codes


def test_combining_twice_changes_nothing() -> None:
    once = combine([reading("child_id_number", "11010519491231002X"), reading("child_birth_date", "1949-12-30")])
    assert combine(once) == once

"""Pages of unknown form: labels paired to values, nothing vouched for."""

from __future__ import annotations

import pytest

from ocr.free_pairs import with_pairs
from ocr.reading import FieldReading, PageReading, PageStatus, PixelBox, TextLine

WIDTH, HEIGHT = 1000, 1400


def page(*lines: tuple[str, PixelBox], rotation: int = 0) -> PageReading:
    width, height = (WIDTH, HEIGHT) if rotation % 180 == 0 else (HEIGHT, WIDTH)
    return PageReading(
        page_index=0, status=PageStatus.UNKNOWN_FORM, reason="no_form_found", form=None, form_version=None,
        form_page=None, serial=None, rotation=rotation, width_px=width, height_px=height, dpi=120,
        view_width_px=WIDTH // 2, view_height_px=HEIGHT // 2, seconds=0.0, engine="", model="",
        lines=tuple(TextLine(text, 0.9, box) for text, box in lines),
    )  # fmt: skip


def told(*lines: tuple[str, PixelBox]) -> dict[str, FieldReading]:
    return {f.key: f for f in with_pairs(page(*lines)).fields}


def test_values_stand_right_of_their_labels_or_below() -> None:
    found = told(
        ("姓名", (100, 100, 80, 30)), ("张小雨", (220, 98, 120, 34)),
        ("性别", (400, 100, 80, 30)), ("女", (520, 100, 40, 30)),
        ("现居住地址", (100, 200, 160, 30)), ("农安县合隆镇", (110, 240, 260, 34)),
    )  # fmt: skip
    assert found["child_name"].value == "张小雨"
    assert found["child_name"].box_px == (220, 98, 120, 34)
    assert found["child_name"].view_box_px == (110, 49, 60, 17)
    assert found["child_sex"].value == ["2"]
    assert found["child_residence"].text == "农安县合隆镇"


def test_values_stand_in_the_label_s_own_line() -> None:
    found = told(
        ("姓名：张小雨　出生日期：2015年3月5日", (100, 100, 600, 30)), ("联系电话13843112233", (100, 150, 400, 30))
    )
    assert found["child_name"].value == "张小雨"
    assert found["child_birth_date"].value == "2015-03-05"
    assert found["child_phone"].value == "13843112233"


def test_nothing_is_vouched_for_and_what_can_t_be_is_said() -> None:
    found = told(("出生日期：去年", (100, 100, 300, 30)))
    field = found["child_birth_date"]
    assert (field.value, field.text) == (None, "去年")
    assert field.reasons == ("unknown_form", "invalid_date")
    assert field.confidence <= 0.5


def test_a_label_s_value_is_no_other_label() -> None:
    assert told(("姓名", (100, 100, 80, 30)), ("性别", (220, 100, 80, 30)), ("民族", (100, 150, 80, 30))) == {}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_on_its_side_pairs_the_same(rotation: int) -> None:
    def delivered(x: int, y: int, w: int, h: int) -> PixelBox:
        if rotation == 180:
            return WIDTH - x - w, HEIGHT - y - h, w, h
        return (y, WIDTH - x - w, h, w) if rotation == 90 else (HEIGHT - y - h, x, h, w)

    turned = page(("姓名", delivered(100, 100, 80, 30)), ("张小雨", delivered(220, 98, 120, 34)), rotation=rotation)
    (field,) = with_pairs(turned).fields
    assert (field.key, field.text) == ("child_name", "张小雨")
    assert field.view_box_px == (110, 49, 60, 17)


def test_the_rest_of_a_label_is_no_value() -> None:
    for text in ("学校（园）名称", "实际照护人姓"):
        assert told((text, (100, 100, 200, 30))) == {}

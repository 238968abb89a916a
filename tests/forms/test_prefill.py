"""What is printed on a prefilled form, where, and what is left for the pen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from forms.catalog import shipped_forms
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.layout import POINT, text_width
from forms.prefill import HIGH, LEAST, NEVER, is_prefilled, margins, note, printed_values
from forms.values import empty, format_value

FORMS = shipped_forms()
FORM = FORMS[0]


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_values_stand_within_their_cells_and_leave_room(seed: int) -> None:
    answers = family(Dice("prefill", seed)).answers
    printed = printed_values(FORM, answers)
    for key, value in printed.items():
        field = FORM.by_key[key]
        assert value.value == answers[key]
        for text in value.texts:
            assert text.box.x >= field.box.x - 0.01
            assert text.box.right <= field.box.right + 0.01
            assert text.box.y >= field.box.y - 0.01
            assert text.box.bottom <= field.box.bottom + 0.01
            assert text_width(text.text, text.size) <= text.box.w + 0.01 or field.options
        if field.box.h >= HIGH and not field.options and not field.cells:
            used = sum(t.size * POINT * 1.22 for t in value.texts)
            assert field.box.h - used > 3.5, "a line is left for the pen"


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_everything_that_may_be_printed_is(seed: int) -> None:
    answers = family(Dice("prefill", seed)).answers
    printed = printed_values(FORM, answers)
    wanted = {
        f.key for f in FORM.fields
        if f.key not in NEVER and f.kind is not Kind.SIGNATURE and not empty(answers.get(f.key))
    }  # fmt: skip
    assert printed.keys() == wanted
    for key, value in printed.items():
        field = FORM.by_key[key]
        together = "".join(t.text for t in value.texts)
        if field.options:
            assert [o.code for o in field.options if o.code in answers[key]] == list(value.marks)  # type: ignore[operator]  # choices are lists
            assert len(value.texts) == len(value.marks)
        else:
            assert together == format_value(field.kind, answers[key], field=field)


def test_what_is_said_anew_each_time_stays_blank() -> None:
    values: dict[str, JsonValue] = {
        "form_date": "2026-10-12",
        "form_update": ["first"],
        "informed": ["yes"],
        "sign_guardian": "present",
        "child_name": None,
        "x_1": "别的表格",
    }
    assert printed_values(FORM, values) == {}


def test_one_sign_in_each_printed_cell() -> None:
    printed = printed_values(FORM, {"child_id_number": "220284201801010023", "child_phone": "0432-62345678"})
    assert [t.text for t in printed["child_id_number"].texts] == list("220284201801010023")
    cells = FORM.by_key["child_id_number"].cells
    assert [t.box for t in printed["child_id_number"].texts] == list(cells)
    assert "child_phone" not in printed, "twelve digits don't fit eleven cells: the field stays blank"


def test_what_fits_in_no_type_stays_blank() -> None:
    assert "father_workplace" in printed_values(FORM, {"father_workplace": "辽宁省沈阳市物流园"})
    assert printed_values(FORM, {"father_workplace": "很长的单位名称" * 30}) == {}


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_the_line_that_says_what_to_do_has_a_place_of_its_own(form: Form) -> None:
    for number, page in enumerate(form.pages, start=1):
        line = note(form, number)
        assert text_width(line.text, line.size) <= line.box.w + 0.01
        assert line.size > 6
        assert page.qr
        assert line.box.right < page.qr.x
        for text in page.texts:
            apart = line.box.bottom <= text.box.y or text.box.bottom <= line.box.y + 0.01
            beside = line.box.right <= text.box.x or text.box.right <= line.box.x
            assert apart or beside or text.box.h > line.size * POINT + 4, text.text
    assert ("信息无变化" in note(form, 1).text) == ("form_update" in form.by_key)


def test_the_mark_of_a_prefilled_sheet() -> None:
    assert is_prefilled("U123456789")
    assert not any(is_prefilled(serial) for serial in ("0123456789", "", None))


WORDS = st.text(alphabet="吉林市蛟河黄松甸镇河沿街3号 照护人13904320001，。", max_size=300)


@settings(max_examples=60)
@given(st.sampled_from([f for f in FORMS if f.pages[0].qr]), WORDS, WORDS)
def test_lines_in_the_margin_touch_nothing(form: Form, above: str, below: str) -> None:
    page = form.pages[0]
    lines = margins(form, 1, above, below)
    others = [t.box for t in page.texts] + [f.box for f in form.on_page(1)] + list(page.corners)
    others += [page.qr] if page.qr else []
    for line in lines:
        assert line.size >= LEAST
        assert text_width(line.text, line.size) <= line.box.w
        assert line.text in (above, below) or line.text.endswith("…"), "cut where it is too long, and said so"
        assert line.box.x >= 7.0
        assert line.box.y >= 7.0
        assert line.box.right <= page.width_mm - 7.0
        for box in others:
            apart = line.box.right <= box.x or line.box.x >= box.right
            assert apart or line.box.bottom <= box.y + 0.01 or line.box.y >= box.bottom - 0.01


def test_a_visit_form_has_room_for_both() -> None:
    form = next(f for f in FORMS if f.id == "jl-visit-record")
    above, below = margins(form, 1, "现居住地：蛟河市", "上次走访：没有走访过")
    assert (above.text, below.text) == ("现居住地：蛟河市", "上次走访：没有走访过")
    assert above.box.bottom <= form.pages[0].texts[0].box.y + 0.01
    assert margins(form, 1, "", "") == ()

"""Geometry of the shipped form: everything on the page, nothing on top of something else, room to write by hand."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest

from forms.catalog import RESOURCES, shipped_forms
from forms.form_file import Box, Form, FormError, FormField
from forms.kinds import Kind
from forms.layout import COMBS, POINT, build, load_layout, text_width

FORMS = shipped_forms()
forms = pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)


def overlap(a: Box, b: Box) -> float:
    """Shared area in square millimetres, touching edges left out."""
    w = min(a.right, b.right) - max(a.x, b.x) - 1e-6
    h = min(a.bottom, b.bottom) - max(a.y, b.y) - 1e-6
    return w * h if w > 0 and h > 0 else 0.0


def inside(inner: Box, outer: Box) -> bool:
    return overlap(inner, outer) > inner.w * inner.h * 0.999


@forms
def test_the_form_file_is_what_the_layout_says(form: Form) -> None:
    drawn = load_layout(RESOURCES / "forms" / f"{form.id}-{form.version}.layout.toml")
    assert drawn.show() == form.show()
    assert [p.lines for p in drawn.pages] == [p.lines for p in form.pages]
    assert [p.texts for p in drawn.pages] == [p.texts for p in form.pages]


@forms
def test_fields_lie_on_the_page_and_apart(form: Form) -> None:
    for number, page in enumerate(form.pages, start=1):
        fields = form.on_page(number)
        sheet = Box(5, 5, page.width_mm - 10, page.height_mm - 10)  # what any printer prints
        assert page.qr
        fixed = (*page.corners, Box(page.qr.x - 2, page.qr.y - 2, page.qr.w + 4, page.qr.h + 4))
        for field in fields:
            assert inside(field.box, sheet), field.key
            assert not any(overlap(field.box, mark) for mark in fixed), field.key
        for one, two in combinations(fields, 2):
            assert not overlap(one.box, two.box), (one.key, two.key)


@pytest.mark.parametrize("field", [pytest.param(f, id=f"{form.id}-{f.key}") for form in FORMS for f in form.fields])
def test_cells_and_options_lie_in_their_field_and_are_big_enough(field: FormField) -> None:
    parts = [*field.cells, *(o.box for o in field.options)]
    assert all(inside(part, field.box) for part in parts)
    assert not any(overlap(a, b) for a, b in combinations(parts, 2))
    assert all(3.6 <= o.box.w <= 4.0 and o.box.w == o.box.h for o in field.options)
    assert all((c.w, c.h) == (5.5, 7.5) for c in field.cells)
    assert field.box.h >= 7.4
    if field.kind in COMBS:
        assert len(field.cells) == sum(COMBS[field.kind])
        assert all(a.x < b.x for a, b in pairwise(field.cells))
    if field.kind is Kind.ADDRESS:
        assert field.box.h >= 14


@forms
def test_printed_text_fits_its_place_and_nothing_is_printed_where_people_write(form: Form) -> None:
    for number, page in enumerate(form.pages, start=1):
        writing = [f for f in form.on_page(number) if not f.options]
        for text in page.texts:
            assert text_width(text.text, text.size) <= text.box.w + 0.01, text.text
            lines = text.text.count("\n") + 1
            assert lines * text.size * POINT * 1.22 <= text.box.h + text.size * POINT * 0.22, text.text
            assert not any(overlap(text.box, field.box) for field in writing), text.text
        ticks = [o.box for f in form.on_page(number) for o in f.options]
        assert not any(overlap(text.box, tick) for text in page.texts for tick in ticks if text.align == "left")


@forms
def test_corner_squares_stand_as_the_reader_expects(form: Form) -> None:
    for page in form.pages:
        assert [(c.x, c.y) for c in page.corners] == [(7, 7), (198, 7), (198, 285), (7, 285)]
        assert all(c.w == c.h == 5 for c in page.corners)


def small_layout(*cells: list[Any]) -> dict[str, Any]:
    page = {
        "top": 40.0,
        "title": {"y": 14.0, "h": 9.0, "size": 14},
        "footer": "第 1 页  共 1 页",
        "section": [{"title": "", "rows": [[10.0, *cells]]}],
    }
    sides = {"left": 15.0, "width": 100.0, "corner": 5.0, "corner_margin": 7.0, "qr": [177.0, 9.0, 18.0]}
    return {"id": "small", "version": "1", "title": "小表", "page": [page], **sides}


def test_a_small_layout() -> None:
    form = build(small_layout(["姓名", 20], ["@child_name", 80]))
    assert form.fields[0].box == Box(35.5, 40.5, 79.0, 9.0)
    assert len(form.pages[0].lines) == 5  # a frame of four and the rule between label and field


@pytest.mark.parametrize(
    "cells",
    [
        [["姓名", 20], ["@child_name", 70]],
        [["一个写不下的很长的栏目名称", 20], ["@child_name", 80]],
        [["号码", 20], ["@child_id_number", 80]],
        [["就学", 20], ["@school_state", 80]],
    ],
    ids=["row not filled", "label too long", "comb too long", "options too long"],
)
def test_what_does_not_fit_is_refused(cells: list[list[Any]]) -> None:
    with pytest.raises(FormError, match="版面描述"):
        build(small_layout(*cells))

"""Tick boxes: marks in every way people make them, and what is no mark."""

from __future__ import annotations

import pytest

from ocr.marks import Marks, read_marks
from ocr.page_ink import PageInk
from tests.ocr.drawn import BOXES, Sheet


def marks(sheet: Sheet, shift: tuple[float, float] = (0, 0)) -> Marks:
    page = sheet.laid(shift)
    return read_marks(PageInk(page), page.form.by_key["school_nature"])


def tick(
    sheet: Sheet, number: int, *, off: float = 0, width: int = 5, ink: tuple[int, int, int] = (20, 20, 40)
) -> Sheet:
    box = BOXES[number]
    return sheet.stroke(
        box.x + 0.6 + off,
        box.y + 2,
        box.x + 1.6 + off,
        box.y + 3.4,
        box.x + 4.2 + off,
        box.y - 0.4,
        width=width,
        ink=ink,
    )


@pytest.mark.parametrize("shift", [(0, 0), (7, -7), (-6, 6)])
def test_an_empty_choice_is_certainly_empty(shift: tuple[float, float]) -> None:
    """The labels printed beside the boxes are no marks, even where the page lies a little off."""
    found = marks(Sheet(), shift)
    assert [m.marked for m in found.marks] == [False] * 3
    assert found.quality > 0.95


@pytest.mark.parametrize("shift", [(0, 0), (7, -7), (-6, 6)])
def test_a_tick_is_found_and_the_others_stay_empty(shift: tuple[float, float]) -> None:
    found = marks(tick(Sheet(), 1), shift)
    assert [m.marked for m in found.marks] == [False, True, False]
    assert found.quality > 0.9


def test_crosses_and_filled_boxes() -> None:
    box = BOXES[0]
    cross = Sheet().stroke(box.x + 0.6, box.y + 0.6, box.x + 3.4, box.y + 3.4)
    cross.stroke(box.x + 3.4, box.y + 0.6, box.x + 0.6, box.y + 3.4)
    assert marks(cross).marks[0].marked
    filled = marks(Sheet().fill(BOXES[2])).marks[2]
    assert filled.marked
    assert filled.filled
    assert not marks(cross).marks[0].filled


def test_a_tick_partly_outside_its_box() -> None:
    found = marks(tick(Sheet(), 0, off=1.6))
    assert found.marks[0].marked
    assert found.marks[0].ring > 0.05


def test_a_faint_pencil_tick_is_a_mark_but_not_a_certain_one() -> None:
    faint = marks(tick(Sheet(), 0, ink=(190, 190, 190))).marks[0]
    strong = marks(tick(Sheet(), 0)).marks[0]
    assert faint.marked
    assert faint.quality < strong.quality


def test_a_speck_in_a_box_is_no_mark() -> None:
    box = BOXES[1]
    found = marks(Sheet().dot(box.x + 2, box.y + 2, 0.7)).marks[1]
    assert not found.marked
    assert found.quality < 1


def test_a_circle_around_a_label_is_ink_that_belongs_to_no_box() -> None:
    sheet = Sheet()
    sheet.pen.ellipse((330, 600, 470, 690), outline=(20, 20, 40), width=5)
    assert marks(sheet).stray > 1
    assert marks(Sheet()).stray < 0.2

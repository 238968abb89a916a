"""From marks to a choice: circles, corrections and marks beside the box are read and said, never passed off as sure."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from forms.form_file import Box, Form, FormField, FormOption, FormPage
from forms.kinds import Kind
from ocr.choices import read_choice, ways_of_marking
from ocr.page_ink import PageInk
from ocr.reading import FieldReading
from ocr.registration import PX_PER_MM, Match, lay
from tests.ocr.drawn import BOXES, Sheet, face, point
from workflow.judgement import vetoes

CODES = ("public", "private", "purchased")


def read(sheet: Sheet) -> FieldReading:
    page = sheet.laid()
    return read_choice(page, page.form.by_key["school_nature"], PageInk(page))


def tick(sheet: Sheet, number: int, off: tuple[float, float] = (0, 0)) -> Sheet:
    box = BOXES[number]
    x, y = box.x + off[0], box.y + off[1]
    return sheet.stroke(x + 0.6, y + 2, x + 1.6, y + 3.4, x + 4.2, y - 0.4)


def loop(sheet: Sheet, x: float, y: float, w: float, h: float) -> Sheet:
    angles = np.linspace(-1.9, 4.1, 40)  # not quite closed
    ends = np.column_stack((x + w / 2 + np.cos(angles) * w / 2, y + h / 2 + np.sin(angles) * h / 2))
    return sheet.stroke(*ends.ravel().tolist(), width=4)


def fill(sheet: Sheet, number: int) -> Sheet:
    box = BOXES[number]
    return sheet.fill(Box(box.x - 0.2, box.y - 0.2, box.w + 0.4, box.h + 0.4))


def test_one_tick_is_sure() -> None:
    reading = read(tick(Sheet(), 1))
    assert (reading.value, reading.reasons) == (["private"], ())
    assert not vetoes(reading, Kind.CHOICE)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_loop_around_a_label_chooses_it(number: int) -> None:
    box = BOXES[number]
    wide = (8.5, 8.5, 23.5)[number]
    reading = read(loop(Sheet(), box.right + 0.2, box.y - 1.0, wide, 6.0))
    assert reading.value == [CODES[number]]
    assert "circled" in reading.reasons
    assert vetoes(reading, Kind.CHOICE)


def test_a_loop_around_a_box_chooses_it_and_its_neighbours_stay_empty() -> None:
    box = BOXES[1]
    reading = read(loop(Sheet(), box.x - 1.6, box.y - 1.6, box.w + 3.2, box.h + 3.2))
    assert (reading.value, reading.reasons) == (["private"], ("circled",))


def test_a_box_filled_beside_a_tick_was_taken_back() -> None:
    for sheet in (Sheet(), Sheet(multiple=True)):
        reading = read(fill(tick(sheet, 2), 0))
        assert reading.value == ["purchased"]
        assert "cancelled_mark" in reading.reasons
        assert vetoes(reading, Kind.CHOICE)


def test_a_filled_box_alone_is_doubtful_until_the_page_shows_a_habit() -> None:
    reading = read(fill(Sheet(), 1))
    assert (reading.value, reading.reasons) == (["private"], ("filled_box",))
    ticked = read(tick(Sheet(), 0))
    assert ways_of_marking([reading, ticked, ticked, reading]) == [reading, ticked, ticked, reading]
    habit = ways_of_marking([reading] * 5)
    assert all(r.reasons == () and not vetoes(r, Kind.CHOICE) for r in habit)


def test_who_scribbles_boxes_half_full_fills_them_all() -> None:
    filled = read(fill(Sheet(), 1))
    half = replace(filled, reasons=(), evidence={**filled.evidence, "filled": 0.0, "solid": 1.0, "ticked": 0.0})
    assert not any(r.reasons for r in ways_of_marking([filled, half, filled, half, half, filled]))
    # a block of ticks taken back stays doubtful: the rest of the page is ticked
    ticked = read(tick(Sheet(), 0))
    assert ticked.evidence["ticked"] == 1
    page = [filled] * 5 + [ticked] * 9
    assert ways_of_marking(page) == page


def test_two_ticks_in_a_single_choice_are_both_said() -> None:
    reading = read(tick(tick(Sheet(), 0), 1))
    assert reading.value == ["public", "private"]
    assert "two_marks" in reading.reasons
    assert "two_marks" not in read(tick(tick(Sheet(multiple=True), 0), 1)).reasons


def test_a_tick_that_missed_its_box_is_taken_for_it_and_said() -> None:
    reading = read(tick(Sheet(), 1, off=(-4.6, 0.3)))
    assert reading.value == ["private"]
    assert vetoes(reading, Kind.CHOICE)


def test_nothing_marked_is_sure_and_empty() -> None:
    reading = read(Sheet())
    assert (reading.value, reading.text, reading.reasons) == ([], "", ())


class Bracketed:
    """``是(  )  否(  )``: labels left of the brackets, an option's box is the space between them."""

    def __init__(self) -> None:
        self.paper = Image.new("RGB", (round(90 * PX_PER_MM), round(30 * PX_PER_MM)), "white")
        pen = ImageDraw.Draw(self.paper)
        pen.rectangle([v * PX_PER_MM for v in (5, 8, 85, 20)], outline=0, width=3)
        for label, x in (("是", 10), ("否", 40)):
            pen.text(point(x, 11.5), f"{label}(", 0, font=face(46))
            pen.text(point(x + 10.6, 11.5), ")", 0, font=face(46))
        blank = cv2.imencode(".png", np.asarray(self.paper.convert("L")))[1].tobytes()
        options = (FormOption("yes", "是", Box(16, 12, 4.4, 4)), FormOption("no", "否", Box(46, 12, 4.4, 4)))
        field = FormField("child_registered", "是否登记户口", Kind.CHOICE, 1, Box(5, 8, 80, 12), options=options)
        self.form = Form("b", "1", "括号", (FormPage(90, 30, blank=blank, blank_dpi=300),), (field,))
        self.pen = ImageDraw.Draw(self.paper)

    def read(self) -> FieldReading:
        picture = np.ascontiguousarray(np.asarray(self.paper, dtype=np.uint8)[:, :, ::-1])
        page = lay(picture, Match(self.form, 1, np.diag([PX_PER_MM, PX_PER_MM, 1.0])))
        return read_choice(page, self.form.fields[0], PageInk(page))

    def line(self, *mm: float) -> Bracketed:
        self.pen.line([v * PX_PER_MM for v in mm], fill=(30, 30, 60), width=5, joint="curve")
        return self


def test_brackets_are_boxes_too() -> None:
    assert (Bracketed().read().value, Bracketed().read().reasons) == ([], ())
    reading = Bracketed().line(47, 13.5, 48, 15.6, 51.2, 11.5).read()
    assert (reading.value, reading.reasons) == (["no"], ())
    cross = Bracketed().line(17, 12.5, 19.5, 15.5).line(19.5, 12.5, 17, 15.5).read()
    assert (cross.value, cross.reasons) == (["yes"], ())


def test_the_label_left_of_its_brackets_can_be_circled() -> None:
    angles = np.linspace(0, 2 * np.pi, 40)
    ends = np.column_stack((42 + np.cos(angles) * 3.2, 13.6 + np.sin(angles) * 3.4))
    reading = Bracketed().line(*ends.ravel().tolist()).read()
    assert reading.value == ["no"]
    assert "circled" in reading.reasons


def test_marks_do_not_depend_on_the_order_of_options() -> None:
    page = tick(Sheet(), 1).laid()
    field = page.form.by_key["school_nature"]
    turned = replace(field, options=field.options[::-1])
    assert read_choice(page, turned, PageInk(page)).value == ["private"]

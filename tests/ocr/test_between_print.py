"""What is written between printed words is read gap by gap, and numbers whose figures look struck are read whole."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from forms.form_file import Box, Form, FormField, FormPage
from forms.kinds import Kind
from ocr.between_print import BRACKET, BRIDGE, words_in
from ocr.cells import OUTSIDE, cut
from ocr.fields import read_fields
from ocr.lines import Struck, lines
from ocr.models import models_dir
from ocr.page_ink import PageInk
from ocr.reading import FieldReading, ReadingContext
from ocr.recogniser import Recogniser
from ocr.registration import PX_PER_MM, Match, RegisteredPage, lay
from ocr.written import figures_apart
from tests.ocr.drawn import face, px
from workflow.judgement import judge

WIDTH, HEIGHT = 150.0, 60.0
DATE = Box(10, 4, 50, 9)
DIVISION = Box(10, 18, 130, 10)
PHONE, NEXT = Box(10, 34, 45, 9), Box(55, 34, 45, 9)
FIELDS = (
    FormField("form_date", "填表日期", Kind.DATE, 1, DATE),
    FormField("form_division", "县乡村", Kind.DIVISION, 1, DIVISION),
    FormField("father_phone", "父亲电话", Kind.PHONE, 1, PHONE),
    FormField("mother_phone", "母亲电话", Kind.PHONE, 1, NEXT),
)


@cache
def recogniser() -> Recogniser:
    return Recogniser(models_dir(), threads=1)


def text(pen: ImageDraw.ImageDraw, x: float, y: float, written: str, size: int = 44) -> None:
    pen.text((x * PX_PER_MM, y * PX_PER_MM), written, fill=(15, 15, 25), font=face(size))


def printed() -> Image.Image:
    paper = Image.new("RGB", (round(WIDTH * PX_PER_MM), round(HEIGHT * PX_PER_MM)), (255, 255, 255))
    pen = ImageDraw.Draw(paper)
    for box in (PHONE, NEXT):
        pen.rectangle(px(box.x, box.y, box.right, box.bottom), outline=0, width=3)
    for x, word in ((24.0, "年"), (36.0, "月"), (48.0, "日")):
        text(pen, x, 6, word)
    for x, word in ((28.0, "县（市、区）"), (72.0, "乡镇（街道）"), (115.0, "村（社区）")):
        text(pen, x, 20.5, word)
    for x in (11, 55, 99):
        pen.line(px(x, 25.2, x + 14, 25.2), fill=0, width=3)
    return paper


def laid(paper: Image.Image) -> RegisteredPage:
    blank = cv2.imencode(".png", np.asarray(printed().convert("L"), dtype=np.uint8))[1].tobytes()
    form = Form("between", "1", "表", (FormPage(WIDTH, HEIGHT, blank=blank, blank_dpi=300),), FIELDS)
    picture = np.ascontiguousarray(np.asarray(paper, dtype=np.uint8)[:, :, ::-1])
    return lay(picture, Match(form, 1, np.diag([PX_PER_MM, PX_PER_MM, 1.0])))


def read(*written: tuple[float, float, str], size: int = 44) -> dict[str, FieldReading]:
    paper = printed()
    pen = ImageDraw.Draw(paper)
    for x, y, what in written:
        text(pen, x, y, what, size)
    return {r.key: r for r in read_fields(laid(paper), recogniser(), ReadingContext())}


def test_words_are_found_without_the_lines_to_write_on() -> None:
    page = laid(printed())
    dark = PageInk(page).printed(*(round(v * PX_PER_MM) for v in (DIVISION.x, DIVISION.y, DIVISION.w, DIVISION.h)))
    found = [
        (left / PX_PER_MM + DIVISION.x, right / PX_PER_MM + DIVISION.x) for left, right, *_ in words_in(dark, BRACKET)
    ]
    assert [round(left) for left, _ in found] == [28, 72, 115]
    assert all(right - left > 15 for left, right in found)
    assert len(words_in(dark, BRIDGE)) >= 3
    assert words_in(np.zeros((80, 300), np.float32), BRIDGE) == []


def test_small_figures_between_year_month_and_day_are_read() -> None:
    found = read((13, 6.5, "2024"), (29.5, 7.5, "11"), (41.5, 7.5, "28"), size=34)["form_date"]
    assert found.value == "2024-11-28"
    assert found.evidence["unread"] < 0.15


def test_a_unit_without_a_figure_is_no_part_of_the_date() -> None:
    found = read((13, 6.5, "2024"), (29.5, 7.5, "11"), size=34)
    assert found["form_date"].raw == "2024年11月"
    assert not judge(tuple(found.values()))["form_date"].accepted


@pytest.mark.parametrize(
    ("figures", "text", "reason"),
    [
        (((13, "2024"), (29.5, "11")), "2024年11月", "day_missing"),
        (((13, "2024"),), "2024年", "month_missing"),
    ],
)
def test_a_date_that_was_left_unfinished_gets_no_day(
    figures: tuple[tuple[float, str], ...], text: str, reason: str
) -> None:
    reading = read(*((x, 7.0, what) for x, what in figures), size=34)["form_date"]
    assert (reading.text, reading.value) == (text, None)
    assert reason in reading.reasons
    assert all(candidate.value is None for candidate in reading.candidates)


@pytest.mark.parametrize("again", [False, True])
def test_places_before_their_printed_endings(again: bool) -> None:
    county, town, village = ("抚松县", "东岗镇", "大碱场村") if again else ("抚松", "东岗", "大碱场")
    found = read((11.5, 20.3, county), (55.5, 20.3, town), (99.5, 20.3, village), size=40)["form_division"]
    assert found.value == "220621107205"
    assert found.raw.startswith("抚松")


def test_a_date_written_over_the_print_goes_to_a_person() -> None:
    found = read((18, 6, "2024.11.28"))
    assert not judge(tuple(found.values()))["form_date"].accepted


def test_the_field_beside_keeps_its_own_number() -> None:
    found = read((31.6, 35.5, "13944156789"), (55.6, 35.5, "13844175166"))
    assert found["mother_phone"].raw.replace(" ", "") == "13844175166"
    assert found["father_phone"].raw.replace(" ", "") == "13944156789"
    paper = printed()
    text(ImageDraw.Draw(paper), 31.6, 35.5, "13944156789")
    text(ImageDraw.Draw(paper), 55.6, 35.5, "13844175166")
    # what stands close behind the rule could be this field's end: a person looks
    assert cut(PageInk(laid(paper)), PHONE).outside > OUTSIDE


def test_a_number_that_is_complete_with_its_level_strokes_was_not_crossed_out() -> None:
    paper = printed()
    pen = ImageDraw.Draw(paper)
    text(pen, 12, 35.5, "1763")
    text(pen, 26.4, 35.5, "75101")
    # the two fours' level strokes run into each other, as people write them
    for x in (20.9, 23.3):
        pen.line(px(x + 0.9, 36.5, x, 38.7), fill=(15, 15, 25), width=4)
        pen.line(px(x + 1.3, 36.9, x + 1.2, 39.9), fill=(15, 15, 25), width=4)
    pen.line(px(20.7, 38.75, 25.6, 38.7), fill=(15, 15, 25), width=4)
    assert max(line.struck for line in lines(cut(PageInk(laid(paper)), PHONE))) is Struck.YES
    found = {r.key: r for r in read_fields(laid(paper), recogniser(), ReadingContext())}["father_phone"]
    assert found.value == "17634475101"
    assert "strikeout" in found.reasons


def test_figures_are_parted_with_all_their_strokes() -> None:
    ink = np.zeros((40, 120), np.bool_)
    ink[5:35, 10:14] = True
    ink[5:9, 30:50] = ink[15:35, 32:48] = True
    ink[5:35, 60:64] = True
    parts = figures_apart(ink)
    assert [int(np.flatnonzero(p.any(axis=0))[0]) for p in parts] == [10, 30, 60]
    assert sum(int(p.sum()) for p in parts) == int(ink.sum())

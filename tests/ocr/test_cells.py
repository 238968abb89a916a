"""Ink against print: what was written is found, what is printed is not."""

from __future__ import annotations

import numpy as np
import pytest

from forms.form_file import Box
from ocr.cells import cut, settled
from ocr.comb import comb_cells, comb_strip
from ocr.lines import Struck, evenness, lines, without_struck
from ocr.page_ink import PageInk
from ocr.registration import PX_PER_MM
from tests.ocr.drawn import ADDRESS, COMB, NAME, Sheet, point

COMB_BOX = Box(19, 37, 85, 9)


@pytest.mark.parametrize("shift", [(0, 0), (5, -4), (-5, 5)])
def test_an_empty_cell_is_blank_even_where_it_lies_a_little_off(shift: tuple[float, float]) -> None:
    ink = PageInk(Sheet().laid(shift))
    for box in (NAME, ADDRESS, COMB_BOX):
        assert cut(ink, box).blank


@pytest.mark.parametrize("shift", [(0, 0), (4, 4)])
def test_writing_is_found_where_it_stands(shift: tuple[float, float]) -> None:
    cell = cut(PageInk(Sheet().write(24, 9, "王小明").laid(shift)), NAME)
    assert not cell.blank
    found = cell.bounds
    assert found is not None
    left, top, right, bottom = found
    assert (cell.x + left) / PX_PER_MM == pytest.approx(24 - shift[0] / PX_PER_MM, abs=1)
    assert (right - left) / PX_PER_MM == pytest.approx(12.5, abs=1.5)
    assert 3 < (bottom - top) / PX_PER_MM < 5
    assert cell.outside < 0.02


def test_dust_is_not_writing_but_is_told() -> None:
    cell = settled(cut(PageInk(Sheet().dot(30, 12).dot(55, 14, 0.6).laid()), NAME), dots=True)
    assert cell.blank
    beside = settled(cut(PageInk(Sheet().write(30, 9, "王小明").dot(24, 14).dot(70, 11).laid()), NAME), dots=True)
    clean = settled(cut(PageInk(Sheet().write(30, 9, "王小明").laid()), NAME), dots=True)
    assert beside.bounds == clean.bounds


def test_punctuation_between_characters_stays() -> None:
    cell = cut(PageInk(Sheet().write(24, 9, "困难，希望").laid()), NAME)
    assert settled(cell, dots=True).amount == cell.amount


def test_a_stroke_over_the_rule_stays_whole_and_counts_as_outside() -> None:
    sheet = Sheet().stroke(30, 4.5, 30, 16, width=7)
    cell = cut(PageInk(sheet.laid()), NAME)
    found = cell.bounds
    assert found is not None
    assert (found[3] - found[1]) / PX_PER_MM > 8
    assert cell.outside > 0.1


def test_a_red_seal_is_paper_and_is_told() -> None:
    sheet = Sheet()
    sheet.pen.ellipse((300, 60, 620, 260), outline=(235, 60, 60), width=14)
    sheet.write(24, 9, "王小明")
    plain = cut(PageInk(Sheet().write(24, 9, "王小明").laid()), NAME)
    sealed = cut(PageInk(sheet.laid()), NAME)
    assert sealed.red > 0.01
    assert abs(sealed.amount - plain.amount) < 0.1 * plain.amount


def test_two_lines_are_cut_apart_in_order() -> None:
    sheet = Sheet().write(22, 20.5, "吉林省吉林市蛟河市黄松甸镇").write(22, 27, "三组十二号")
    upper, lower = lines(cut(PageInk(sheet.laid()), ADDRESS))
    assert upper.y < lower.y
    assert upper.picture.shape[1] > lower.picture.shape[1]
    one = lines(cut(PageInk(Sheet().write(22, 23, "吉林省吉林市蛟河市").laid()), ADDRESS))
    assert len(one) == 1
    long = Sheet().write(22, 20.5, "吉林省吉林市蛟河市黄松甸镇双层底子村三组一百二十八").write(22, 27, "号")
    assert len(lines(cut(PageInk(long.laid()), ADDRESS))) == 2, "one character is a line of its own"


def test_comb_characters_come_together_and_remember_their_boxes() -> None:
    sheet = Sheet()
    for i, digit in enumerate("1101"):
        sheet.write(COMB[i + 2].x + 1, 38, digit)
    cells = comb_cells(cut(PageInk(sheet.laid()), COMB_BOX), COMB)
    assert [i for i, c in enumerate(cells) if c.bounds] == [2, 3, 4, 5]
    strip = comb_strip(cells)
    assert strip is not None
    assert strip.owners == (2, 3, 4, 5)
    assert strip.cell_at(0) == 2
    assert strip.cell_at(strip.picture.shape[1]) == 5
    assert comb_strip(comb_cells(cut(PageInk(Sheet().laid()), COMB_BOX), COMB)) is None


def test_a_rules_own_blur_is_no_ink_and_a_thin_stroke_beside_it_is() -> None:
    """A picture out of focus shows a printed rule wider than the blank has it."""
    sheet = Sheet()
    left, low = NAME.x, NAME.bottom - 0.4
    sheet.pen.line((*point(left + 4, low), *point(left + 30, low)), fill=(90, 90, 90), width=3)
    assert cut(PageInk(sheet.laid()), NAME).blank
    sheet.stroke(left + 10, low - 4, left + 10, low)
    assert not cut(PageInk(sheet.laid()), NAME).blank


def test_a_stroke_that_may_be_a_characters_own_is_told_apart_from_a_deletion() -> None:
    short = Sheet().write(24, 9, "涵").stroke(24.2, 12, 28.4, 11.9)
    long = Sheet().write(24, 9, "涵").stroke(23, 12, 30.5, 11.8)
    assert without_struck(cut(PageInk(long.laid()), NAME).ink)[1] is Struck.YES
    assert without_struck(cut(PageInk(short.laid()), NAME).ink)[1] is not Struck.YES


def test_what_is_crossed_out_is_left_away() -> None:
    crossed = Sheet().write(24, 9, "涵").stroke(23, 12, 30.5, 11.8).write(33, 9, "唐诺涵")
    (found,) = lines(cut(PageInk(crossed.laid()), NAME))
    assert found.struck
    assert found.x / PX_PER_MM > 31
    (clean,) = lines(cut(PageInk(Sheet().write(24, 9, "母女平安一二三").laid()), NAME))
    assert not clean.struck


def box_of_ink(ink: np.ndarray, x: int, y: int, w: int, h: int) -> None:
    """The outline of a character: four strokes of a pen."""
    ink[y : y + 5, x : x + w] = ink[y + h - 5 : y + h, x : x + w] = True
    ink[y : y + h, x : x + 5] = ink[y : y + h, x + w - 5 : x + w] = True


def test_the_long_stroke_of_mother_takes_nothing_away() -> None:
    """母 sticks out by a third of its height; the character stays, only the doubt is told."""
    ink = np.zeros((50, 160), bool)
    box_of_ink(ink, 14, 2, 32, 46)
    ink[22:26, 2:60] = True  # 1.26 heights long
    box_of_ink(ink, 100, 2, 40, 46)
    kept, struck = without_struck(ink)
    assert struck is Struck.MAYBE
    assert (kept == ink).all()


@pytest.mark.parametrize("touched", [22, 6])
def test_a_deletion_that_touches_little_of_its_character_is_one(touched: int) -> None:
    ink = np.zeros((60, 220), bool)
    box_of_ink(ink, 120, 0, 40, 60)
    box_of_ink(ink, 170, 0, 40, 60)
    ink[30:35, 4:100] = True
    ink[35:53, 30 : 30 + touched] = True  # what the stroke meets of the character
    ink[12:24, 24:56] = True  # the rest of it stands apart, above
    kept, struck = without_struck(ink)
    assert struck is Struck.YES
    assert not kept[:, :110].any()
    assert (kept[:, 110:] == ink[:, 110:]).all()


def test_a_line_without_ink_has_nothing_crossed_out() -> None:
    empty = np.zeros((20, 50), bool)
    kept, struck = without_struck(empty)
    assert not struck
    assert not kept.any()


def test_type_is_more_even_than_slanted_strokes() -> None:
    typed = evenness(cut(PageInk(Sheet().write(24, 9, "王小明").laid()), NAME))
    sheet = Sheet()
    for i in range(6):
        sheet.stroke(24 + 5 * i, 10, 28 + 5 * i, 12, 25 + 5 * i, 16)
    scrawled = evenness(cut(PageInk(sheet.laid()), NAME))
    assert typed is not None
    assert scrawled is not None
    assert typed > 1.2 > scrawled
    assert evenness(cut(PageInk(Sheet().laid()), NAME)) is None

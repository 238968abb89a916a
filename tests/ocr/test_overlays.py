"""Writing that went wrong in its cell: out of the box, scribbled out, painted over, under a seal without colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.kinds import Kind
from ocr.cells import OUTSIDE, PAINTED, Cell, cut, ink_reasons
from ocr.fields import needs_network
from ocr.lines import lines, without_struck
from ocr.overlays import STEP, colourless, round_seals, whiter
from ocr.page_ink import PageInk
from ocr.reading import FieldReading
from ocr.registration import PX_PER_MM, RegisteredPage
from tests.ocr.drawn import ADDRESS, HEIGHT_MM, NAME, WIDTH_MM, Sheet, px
from workflow.judgement import vetoes
from workflow.sentences import field_reason

RED = (222, 60, 70)


def seal(sheet: Sheet, x: float, y: float, ink: tuple[int, int, int], radius: float = 19) -> Sheet:
    sheet.pen.ellipse(px(x - radius, y - radius, x + radius, y + radius), outline=ink, width=12)
    return sheet


def painted(sheet: Sheet, x: float, y: float, w: float, h: float, paper: int) -> RegisteredPage:
    """The sheet on ``paper`` grey with correction fluid on a rectangle, before anything is written there."""
    page = sheet.laid()
    grey = (page.rectified.astype(np.float32) * (paper / 255)).astype(np.uint8)
    left, top, right, bottom = (round(v) for v in px(x, y, x + w, y + h))
    over = page.rectified[top:bottom, left:right]
    grey[top:bottom, left:right] = over
    page.rectified[:] = grey
    return page


# -- out of the box ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [68.5, 70.0])
def test_writing_that_runs_out_of_the_box_is_followed_and_told(start: float) -> None:
    cell = cut(PageInk(Sheet().write(start, 9, "王小明").laid()), NAME)
    whole = cut(PageInk(Sheet().write(start - 30, 9, "王小明").laid()), NAME)
    assert cell.outside > OUTSIDE
    assert cell.bounds is not None
    assert whole.bounds is not None
    assert abs((cell.bounds[2] - cell.bounds[0]) - (whole.bounds[2] - whole.bounds[0])) < 5
    assert "ink_outside" in _reasons(cell)


def test_a_neighbours_writing_is_not_followed() -> None:
    apart = cut(PageInk(Sheet().write(24, 9, "王小明").write(82, 9, "男").laid()), NAME)
    alone = cut(PageInk(Sheet().write(24, 9, "王小明").laid()), NAME)
    assert apart.bounds == alone.bounds
    assert apart.outside < OUTSIDE


def test_a_stroke_that_hangs_in_from_above_is_not_read() -> None:
    hanging = cut(PageInk(Sheet().write(24, 9, "王小明").stroke(60, 4, 59.6, 7, 59, 9.3).laid()), NAME)
    alone = cut(PageInk(Sheet().write(24, 9, "王小明").laid()), NAME)
    assert hanging.bounds == alone.bounds


# -- crossed out ------------------------------------------------------------------------------------------------------


def scribbled() -> Sheet:
    points = [v for i in range(22) for v in (23 + 0.55 * i, 9.6 if i % 2 else 14.6)]
    return Sheet().write(24, 9, "王明").stroke(*points).write(40, 9, "王小朋")


def test_what_was_scribbled_out_is_left_away() -> None:
    (line,) = lines(cut(PageInk(scribbled().laid()), NAME))
    assert line.struck
    assert line.x / PX_PER_MM > 38


def test_two_lines_through_it_cross_it_out() -> None:
    sheet = Sheet().write(24, 9, "王明").stroke(23, 11.6, 34, 11.4).stroke(23, 13.2, 34, 13.3).write(40, 9, "王小朋")
    (line,) = lines(cut(PageInk(sheet.laid()), NAME))
    assert line.struck
    assert line.x / PX_PER_MM > 38


def test_a_line_that_was_crossed_out_whole_leaves_its_doubt() -> None:
    """The new value above it is read, and told to stand beside something crossed out."""
    sheet = Sheet().write(22, 20.5, "吉林省吉林市蛟河市").write(22, 27, "三组十二号").stroke(21, 29.6, 46, 29.4)
    (line,) = lines(cut(PageInk(sheet.laid()), ADDRESS))
    assert line.struck
    assert line.y / PX_PER_MM < 24


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1), st.floats(min_value=0.05, max_value=0.3))
def test_what_remains_is_always_part_of_the_ink(seed: int, share: float) -> None:
    ink = np.random.default_rng(seed).random((40, 160)) < share
    kept, _ = without_struck(ink)
    assert not (kept & ~ink).any()


# -- painted over -----------------------------------------------------------------------------------------------------


def test_correction_fluid_is_noticed_and_nothing_under_it_is_vouched_for() -> None:
    page = painted(Sheet().write(24, 9, "王小明"), 22, 9, 18, 8, paper=240)
    found = cut(PageInk(page), NAME)
    assert found.painted > PAINTED
    assert "corrected" in _reasons(found)
    assert cut(PageInk(painted(Sheet().write(24, 9, "王小明"), 0, 0, 0, 0, paper=240)), NAME).painted == 0
    reading = FieldReading("child_name", "王", "王", "王", 0.9, (0, 0, 1, 1), (0, 0, 1, 1), reasons=("corrected",))
    assert "corrected" in vetoes(reading, Kind.NAME)
    assert field_reason("corrected") != field_reason("no such code")


def test_a_gradient_of_light_is_not_fluid() -> None:
    across = np.linspace(200, 250, round(210 * PX_PER_MM / STEP)).astype(np.uint8)
    small = np.repeat(np.tile(across, (300, 1))[..., None], 3, axis=2)
    assert not whiter(small).any()


# -- seals ------------------------------------------------------------------------------------------------------------


def test_a_round_seal_without_colour_is_found_where_it_lies() -> None:
    sheet = seal(Sheet().write(24, 9, "王小明").write(22, 23, "吉林省吉林市蛟河市"), 60, 45, (120, 120, 120))
    page = sheet.laid()
    ink = PageInk(page)
    assert colourless(np.asarray(cv2.resize(page.rectified, None, fx=1 / STEP, fy=1 / STEP), np.uint8))
    assert ink.sealed(ADDRESS)
    assert not ink.sealed(NAME)
    assert "stamp" in _reasons(cut(ink, ADDRESS))


def test_a_page_with_colours_or_without_a_seal_has_none() -> None:
    assert not PageInk(Sheet().write(24, 9, "王小明").laid()).sealed(NAME)
    coloured = PageInk(seal(Sheet(), 60, 45, RED).laid())
    assert not coloured.sealed(ADDRESS)
    assert cut(coloured, ADDRESS).red > 0.005


def test_no_seal_on_white_or_noise() -> None:
    size = round(HEIGHT_MM * PX_PER_MM), round(WIDTH_MM * PX_PER_MM)
    white = np.full(size, 255, np.uint8)
    assert round_seals(white, white, PX_PER_MM) == []
    noise = np.random.default_rng(1).integers(190, 256, size).astype(np.uint8)
    assert round_seals(noise, white, PX_PER_MM) == []


# -- nothing written --------------------------------------------------------------------------------------------------


def test_the_network_is_asked_where_something_was_written_and_nowhere_else() -> None:
    form = Sheet().form
    written = PageInk(Sheet().write(24, 9, "一").write(22, 23, "吉林").laid())
    assert needs_network(form.by_key["child_residence"], written)
    assert not needs_network(form.by_key["child_id_number"], written)
    assert not needs_network(form.by_key["child_residence"], PageInk(Sheet().stroke(30, 26, 60, 26.5).laid()))


def _reasons(cell: Cell) -> list[str]:
    return ink_reasons(cell, struck=False)

"""The crop: large enough, complete, and wrapped rather than shrunk."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from desktop.ui.verify.crop_layout import LEAST_PX, LINE_PX, STRIPS, beside, height, strips

PAGE = QRect(0, 0, 2480, 3508)
PER_MM = 2480 / 210


def mm(x: float, y: float, w: float, h: float) -> QRect:
    return QRect(round(x * PER_MM), round(y * PER_MM), round(w * PER_MM), round(h * PER_MM))


@pytest.mark.parametrize("width", [480, 700, 1100])
@pytest.mark.parametrize("box", [mm(30, 40, 25, 8), mm(30, 40, 110, 8), mm(30, 40, 160, 10)])
def test_a_written_line_is_large_enough_or_wrapped(box: QRect, width: int) -> None:
    laid = strips(box, PAGE, PER_MM, width)
    scale = laid[0].target.width() / laid[0].source.width()
    least = LEAST_PX if len(laid) == 1 else LINE_PX
    assert box.height() * scale >= least * 0.99 or len(laid) == STRIPS
    assert all(strip.target.right() <= width + 1 for strip in laid)


def test_what_just_does_not_fit_is_one_strip() -> None:
    """The places of work on the registration form: their second strip had nothing in it but white paper."""
    box = mm(30, 40, 80, 8)
    room = (box.width() + 4 * PER_MM) * LEAST_PX / box.height()
    laid = strips(box, PAGE, PER_MM, room + 2)
    assert len(laid) == 1
    assert laid[0].target.width() <= room + 3
    wrapped = strips(box, PAGE, PER_MM, room - 8)
    assert len(wrapped) == 2
    assert box.height() * wrapped[0].target.width() / wrapped[0].source.width() >= LINE_PX * 0.99


def test_a_tall_box_is_not_wrapped() -> None:
    laid = strips(mm(30, 40, 150, 30), PAGE, PER_MM, 600)
    assert len(laid) == 1
    assert height(laid) <= 225


def test_printed_options_may_be_smaller_before_they_wrap() -> None:
    box = mm(30, 40, 150, 9)
    assert len(strips(box, PAGE, PER_MM, 690)) == 2
    assert len(strips(box, PAGE, PER_MM, 690, printed=True)) == 1


def test_a_box_beside_the_page_has_no_strip() -> None:
    assert strips(QRect(5000, 5000, 10, 10), PAGE, PER_MM, 600) == ()


def test_doubts_are_found_in_their_strip() -> None:
    box = mm(20, 40, 160, 8)
    laid = strips(box, PAGE, PER_MM, 600)
    assert len(laid) > 1
    last = QRect(box.right() - 60, box.top() + 10, 50, 60)
    assert laid[0].place(last) is None
    place = laid[-1].place(last)
    assert place is not None
    assert laid[-1].target.contains(place)


def test_surroundings_reach_the_full_width() -> None:
    strip = strips(mm(30, 40, 25, 8), PAGE, PER_MM, 700)[0]
    around = beside(strip, PAGE, 700)
    assert around.target.topLeft() == strip.target.topLeft()
    assert 690 <= around.target.width() <= 701


@given(x=st.floats(0, 200), y=st.floats(0, 280), w=st.floats(1, 200), h=st.floats(2, 60), width=st.integers(240, 1600))
def test_everything_of_the_box_is_shown(x: float, y: float, w: float, h: float, width: int) -> None:
    box = mm(x, y, w, h).intersected(PAGE)
    laid = strips(box, PAGE, PER_MM, width)
    assert laid, "a box on the page has a crop"
    covered = sorted((s.source.left(), s.source.right()) for s in laid)
    assert covered[0][0] <= box.left()
    assert covered[-1][1] >= box.right()
    assert all(a[1] >= b[0] - 1 for a, b in pairwise(covered)), "no gap between strips"
    assert all(s.source.top() <= box.top() and s.source.bottom() >= box.bottom() for s in laid)

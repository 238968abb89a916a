"""A page decoded at all its sizes; what can't be decoded is null and nothing else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.ui.verify.stack import Stack
from desktop.ui.verify.walk import Done
from desktop.ui.widgets.page_picture import decoded, page_picture
from desktop.ui.widgets.page_view import PageView
from tests.desktop.conftest import HEIGHT, WIDTH, picture


def test_whole_half_and_quarter_show_the_same() -> None:
    page = page_picture(picture())
    assert [image.size() for image in page.images] == [QSize(WIDTH, HEIGHT), QSize(620, 877), QSize(310, 439)]
    assert page.images[0] == QImage.fromData(picture()), "decoded as ever"
    for image in page.images:
        assert image.pixelColor(image.width() - 5, 5).lightness() > 220
    assert page.whole.size() == page.images[0].size()
    assert page.pixmaps is page.pixmaps, "made once"


def test_it_fits_into_the_room() -> None:
    assert decoded(picture(), QSize(200, 200)).size() == QSize(141, 200)


@pytest.mark.qt_log_ignore("JPEG")  # what the decoder says of it
def test_a_damaged_page_is_null() -> None:
    assert decoded(b"").isNull()
    page = page_picture(b"\xff\xd8\xff\xe0 no picture")
    assert all(image.isNull() for image in page.images)
    assert page.whole.isNull()


def test_a_small_view_paints_the_small_page(qtbot: QtBot) -> None:
    """The sizes that came with the page are used, and a turned page makes its own."""
    page = page_picture(picture())
    page.images[2].fill(QColor("red"))
    view = PageView(follows=False)
    qtbot.addWidget(view)
    view.resize(240, 340)
    view.show_picture(page)
    grabbed = view.grab(QRect(100, 160, 4, 4)).toImage()
    assert grabbed.pixelColor(1, 1) == QColor("red")
    view.turn()
    assert view.grab(QRect(100, 160, 4, 4)).toImage().pixelColor(1, 1) != QColor("red")


def test_going_back_to_the_form_at_hand_changes_nothing() -> None:
    """Saving and undoing may both bring the same form back."""
    stack = Stack()
    stack.begin(("one", "two"))
    assert stack.following == "one"
    stack.take()
    stack.saved()
    assert stack.take() == "two"
    stack.go_back("one")
    stack.go_back("one")
    assert (stack.here, stack.ahead, stack.behind) == ("one", ["two"], [])
    stack.gave(Done("one", "child_name"))
    assert stack.last() == Done("one", "child_name")

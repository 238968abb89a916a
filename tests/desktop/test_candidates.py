"""Other readings on their buttons: all of each is seen, however long it is and however narrow the column."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.candidates import Candidates, Reading
from desktop.ui.widgets.parts import column
from records.views import CandidateView

Show = Callable[[QWidget], None]
LONG = "吉林省吉林市蛟河市黄松甸镇黄松甸社区松花江畔25号楼1单元402室"
WRITTEN = "吉林蛟河市黄松甸镇黄松甸社区松花江畔25号楼1单元402室"


@pytest.mark.parametrize("room", [260, 420, 900])
def test_a_long_reading_goes_on_in_the_next_line(room: int, show: Show, qtbot: QtBot) -> None:
    """It stood in one line and pushed value and crop out of the window."""
    scrolled, content, candidates = QScrollArea(), QWidget(), Candidates()
    column(content).addWidget(candidates)
    scrolled.setWidget(content)
    scrolled.setWidgetResizable(True)
    candidates.show_candidates([CandidateView(LONG, LONG, ""), CandidateView("无", None, "", origin="上一张表")])
    show(scrolled)
    scrolled.resize(room, 400)
    qtbot.waitUntil(lambda: content.width() <= room)
    assert candidates.spoken() == [f"Alt+1  {LONG}", "Alt+2  无　上一张表"]
    long, short = candidates.findChildren(Reading)
    qtbot.waitUntil(lambda: candidates.rect().contains(long.geometry() | short.geometry()))
    lines = math.ceil(long.fontMetrics().horizontalAdvance(long.text()) / long.width())
    assert long.height() >= lines * long.fontMetrics().height()
    assert (lines > 1) is (room < 900)
    assert short.height() < 2 * short.fontMetrics().height() + 8


def test_how_it_was_written_is_said_only_where_it_says_more(qtbot: QtBot) -> None:
    candidates = Candidates()
    qtbot.addWidget(candidates)
    candidates.resize(900, 200)
    candidates.show_candidates(
        [CandidateView(LONG, LONG, WRITTEN), CandidateView("2018年1月2日", "2018-01-02", "2018.1.2")]
    )
    assert candidates.spoken() == [f"Alt+1  {LONG}", "Alt+2  2018年1月2日　2018.1.2"]


def test_what_is_marked_takes_its_room(show: Show) -> None:
    """Bold is wider: the last character went into a line below the button."""
    holder = QWidget()
    candidates = Candidates()
    candidates.setParent(holder)
    candidates.show_candidates(
        [CandidateView("吉林省吉林市蛟河市黄松甸乡前河村", None), CandidateView("欧阳霏", None)],
        "吉林省吉林市蛟河市黄松甸镇前河村",
    )
    show(holder)
    candidates.resize(900, 200)
    QApplication.processEvents()
    for button in candidates.findChildren(Reading):
        assert button.lines == 1
    candidates.resize(200, 400)
    QApplication.processEvents()
    long, short = candidates.findChildren(Reading)
    assert long.lines > 1
    assert long.height() >= long.lines * long.fontMetrics().height()
    assert short.lines == 1

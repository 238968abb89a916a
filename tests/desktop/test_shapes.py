"""What the lists and grids look like: what stands in an empty one, what is cut off where, what fills the width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.settings.setting_row import SettingRow
from desktop.ui.verify.candidates import Candidates, differing
from desktop.ui.widgets.flow import filling
from desktop.ui.widgets.table import Column, RowsModel, Table, make_table
from records.views import CandidateView
from tests.desktop.conftest import Desk
from workflow import archive_number
from workflow.settings import NUMBER_TEMPLATE

Show = Callable[[QWidget], None]
NOBODY = "没有这样的儿童。"


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def empty_table(words: str) -> tuple[Table, RowsModel[str]]:
    model: RowsModel[str] = RowsModel((Column("姓名", str),))
    return make_table(model, "children", "儿童", empty=words), model


def test_an_empty_table_says_so_once_it_has_been_read(show: Show) -> None:
    (table, model), (plain, _rows) = empty_table(NOBODY), empty_table("")
    for each in (table, plain):
        show(each)
        each.resize(400, 200)
    assert picture(table) == picture(plain), "nothing is said before anything was read"
    model.set_rows(())
    assert picture(table) != picture(plain)
    assert table.accessibleDescription() == NOBODY
    model.set_rows(("王某",))
    assert table.accessibleDescription() == ""


def test_the_row_at_hand_stays_in_sight_when_there_is_less_room(show: Show) -> None:
    model: RowsModel[str] = RowsModel((Column("姓名", str),))
    table = make_table(model, "children", "儿童")
    show(table)
    table.resize(400, 600)
    model.set_rows([str(number) for number in range(30)])
    table.selectRow(13)
    table.resize(400, 300)
    row = table.visualRect(table.currentIndex())
    assert table.viewport().rect().contains(row)
    table.verticalScrollBar().setValue(0)  # she looks elsewhere: that is not taken from her
    table.resize(400, 280)
    assert table.verticalScrollBar().value() == 0


@pytest.mark.parametrize("tail", [True, False])
def test_of_a_place_the_end_is_what_is_seen(show: Show, tail: bool) -> None:
    def cell(place: str) -> QImage:
        model: RowsModel[str] = RowsModel((Column("现居住地", str, 120, tail=tail), Column("", lambda _row: "")))
        table = Table(model)
        show(table)
        table.resize(400, 200)
        model.set_rows((place,))
        return picture(table)

    same = "吉林市蛟河市黄松甸镇"
    assert (cell(same + "三合村") != cell(same + "双山村")) is tail


@pytest.mark.usefixtures("qapp")
@given(st.integers(60, 4000))
def test_cells_fill_the_width(width: int) -> None:
    view = QListView()
    view.resize(width, 300)
    cell = filling(view, QSize(236, 116))
    room = width - 2 * view.frameWidth() - view.verticalScrollBar().sizeHint().width() - 1
    assert cell.height() == 116
    assert cell.width() >= 236
    if room >= 236:
        across = room // cell.width()
        assert across == room // 236, "as many to a line as before"
        assert room - across * cell.width() < across


@pytest.mark.parametrize(
    ("value", "reading", "marks"),
    [
        ("黄松甸镇李家屯村", "黄松匋镇李家屯村", [(2, 3)]),
        ("黄松甸镇李家屯村8社", "吉林省黄松匋镇李家屯村8社", [(5, 6)]),  # what is only put in front is no difference
        ("吉林省黄松甸镇李家屯村8社", "黄松甸镇李家屯村8社", []),
        ("黄松甸镇", "黄松甸镇三合村", [(4, 7)]),
        ("黄松甸镇李家屯村8社", "黄松甸镇李屯村8社", [(4, 6)]),  # left out: what stands on both sides of the gap
        ("黄松甸镇李家屯村8社", "黄松甸镇李家屯村8", [(8, 9)]),
        ("黄松甸镇李家屯村8社", "黄松句镇李屯村8社", [(2, 3), (4, 6)]),
        ("220722 20181227 0849", "220722 20180227 0845", [(11, 12), (19, 20)]),
        ("李明", "朴静颖", []),  # another name altogether
    ],
)
def test_what_another_reading_has_otherwise(value: str, reading: str, marks: list[tuple[int, int]]) -> None:
    assert differing(value, reading) == marks


@given(st.text("甲乙丙", max_size=8), st.text("甲乙丙", max_size=8))
def test_what_is_marked_is_in_the_reading(value: str, reading: str) -> None:
    marks = differing(value, reading)
    assert all(0 <= start < end <= len(reading) for start, end in marks)
    assert not marks or value != reading


def test_an_id_number_is_offered_in_groups_with_its_difference_marked(show: Show) -> None:
    offered = CandidateView("220722201802270845", "220722201802270845")
    made, plain = Candidates(), Candidates()
    for each, beside in ((made, "220722201812270849"), (plain, "")):
        show(each)
        each.show_candidates([offered], beside)
    chip, other = made.findChild(QPushButton, "candidate_1"), plain.findChild(QPushButton, "candidate_1")
    assert chip is not None
    assert other is not None
    assert chip.text() == "Alt+1  220722 20180227 0845" == other.text()
    assert chip.sizeHint() == other.sizeHint()
    assert picture(chip) != picture(other)


def test_the_pattern_of_numbers_is_chosen_by_what_it_makes(desk: Desk, show: Show, qtbot: QtBot) -> None:
    row = SettingRow(desk.jobs, NUMBER_TEMPLATE)
    show(row)
    row.show_value(archive_number.DAT22)
    choice = row.findChild(QComboBox)
    assert choice is not None
    assert choice.currentText() == "X001-ZY·2026-D30-某某镇-0001"
    own = "{fonds}·{year}-{item}"
    row.show_value(own)  # from the command line: it stays, and is shown
    assert choice.currentData() == own

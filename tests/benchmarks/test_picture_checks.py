"""The checks on the manual's pictures find every fault they are there for, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchmarks.picture_checks import complaints
from desktop import start
from desktop.ui.widgets.parts import Elided, button, text
from desktop.ui.widgets.table import Column, RowsModel

Made = Callable[[QVBoxLayout], None]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Face and style as the program gives them; once is enough."""
    if not qapp.property("dressed"):
        start.settle(qapp, dark=False)
        qapp.setProperty("dressed", True)


def faults(qtbot: QtBot, plant: Made) -> list[str]:
    """What is said about a window with sound controls and one more."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(480, 320)
    box = QVBoxLayout(window)
    for sound in (text("姓名"), button("认可"), QCheckBox("连机器有把握的一起看"), Elided("很长的一句话" * 20)):
        box.addWidget(sound)
    plant(box)
    with qtbot.waitExposed(window):
        window.show()
    return list(complaints(window))


def narrow(widget: QWidget, width: int) -> Made:
    """The widget, too narrow for its words."""

    def plant(box: QVBoxLayout) -> None:
        widget.setFixedWidth(width)
        box.addWidget(widget)

    return plant


def test_a_sound_window_is_not_complained_about(qtbot: QtBot) -> None:
    assert faults(qtbot, lambda _box: None) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda: narrow(QLabel("这一句话放不下"), 40),
        lambda: narrow(QPushButton("开始核对这一批"), 48),
        lambda: narrow(QCheckBox("连机器有把握的一起看"), 60),
        lambda: narrow(_hint("姓名或身份证号"), 60),
    ],
    ids=["label", "button", "check box", "hint"],
)
def test_cut_off_text_is_found(qtbot: QtBot, plant: Callable[[], Made]) -> None:
    found = faults(qtbot, plant())
    assert len(found) == 1
    assert found[0].startswith("cut off")


def _hint(words: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(words)
    return field


def test_wrapped_text_that_is_too_high_is_found(qtbot: QtBot) -> None:
    def plant(box: QVBoxLayout) -> None:
        label = text("这是一句很长的话，分成几行才放得下。" * 4, wrap=True)
        label.setFixedSize(160, 24)
        box.addWidget(label)

    assert [found.split(":")[0] for found in faults(qtbot, plant)] == ["cut off"]


def test_a_button_in_another_language_is_found(qtbot: QtBot) -> None:
    assert faults(qtbot, lambda box: box.addWidget(QPushButton("Cancel"))) == [
        "a button without a Chinese word: 'Cancel'"
    ]
    assert faults(qtbot, lambda box: box.addWidget(QPushButton("Alt+1  2024"))) == []


def test_a_character_that_no_font_has_is_found(qtbot: QtBot) -> None:
    found = faults(qtbot, lambda box: box.addWidget(QLabel("王\U000e0041")))
    assert found == ["no glyph for '\\U000e0041' in '王\\U000e0041'"]


def test_what_lies_under_something_else_is_found(qtbot: QtBot) -> None:
    def plant(box: QVBoxLayout) -> None:
        under, over = QLabel("看不全的字", box.parentWidget()), QWidget(box.parentWidget())
        under.setGeometry(20, 290, 120, 24)
        over.setAutoFillBackground(True)
        over.setGeometry(90, 280, 200, 60)

    assert [found for found in faults(qtbot, plant) if "看不全" in found] == ["covered in part: '看不全的字'"]


def test_what_can_be_scrolled_to_is_not_lost(qtbot: QtBot) -> None:
    def plant(box: QVBoxLayout) -> None:
        area, inner = QScrollArea(), QWidget()
        area.setFixedHeight(40)
        lines = QVBoxLayout(inner)
        for number in range(9):
            lines.addWidget(QLabel(f"第 {number} 行"))
        area.setWidget(inner)
        box.addWidget(area)

    assert faults(qtbot, plant) == []


def test_a_title_over_too_narrow_a_column_is_found(qtbot: QtBot) -> None:
    def plant(box: QVBoxLayout) -> None:
        model: RowsModel[str] = RowsModel(
            (Column("现居住地和电话", lambda row: row, 40), Column("名", str)), parent=box.parentWidget()
        )
        table = QTableView()
        table.setModel(model)
        table.setColumnWidth(0, 40)
        box.addWidget(table)

    assert faults(qtbot, plant) == ["cut off: '现居住地和电话' over a column"]

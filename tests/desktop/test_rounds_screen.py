"""更新轮次: opened, followed village by village, forms printed for those who are missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.main_window import MainWindow
from desktop.ui.rounds.screen import RoundsScreen
from desktop.ui.widgets.key_sheet import KeySheet
from forms.kinds import JsonValue
from tests.desktop.conftest import Desk, click, press, type_keys
from tests.desktop.hands import asked, gone, named, words
from tests.workflow.scripted import back, front
from workflow import rounds
from workflow.moves import exit_child

Show = Callable[[QWidget], None]


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def opened(window: MainWindow, qtbot: QtBot) -> RoundsScreen:
    """From the list of children to the rounds."""
    window.go("children")
    click(named(window, "go_rounds"))
    assert window.shown == "rounds"
    screen = window.findChild(RoundsScreen)
    assert screen is not None
    qtbot.waitUntil(lambda: screen.view is not None)
    for model in (screen.villages, screen.missing, screen.moves):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return screen


def open_next(screen: RoundsScreen, qtbot: QtBot) -> None:
    """The round that the dialog proposes, after a slip."""
    click(screen.opens)
    dialog = asked(screen, qtbot)
    opens = dialog.entries["opens"]
    assert isinstance(opens, QLineEdit)
    assert opens.text() == "2027年1月1日"
    opens.selectAll()
    type_keys(opens, "2027-8-1")
    click(dialog.does)
    qtbot.waitUntil(lambda: "开始日期不能晚于" in dialog.told.text())
    opens.selectAll()
    type_keys(opens, "2027-1-1")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: screen.choice.count() == 2)
    assert screen.choice.currentText() == "2027年上半年", "the new round is shown without being looked for"


def test_a_round_is_opened_and_followed(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    ids = [desk.verified(desk.registration(number, front=["child_name"])).child_id for number in range(3)]
    screen = opened(window, qtbot)
    assert "新增 3 名" in screen.told.text()
    assert not screen.prints.isVisible(), "nobody is missing from the first round"
    exit_child(desk.store, desk.actor, desk.clock(), ids[2], "home", date(2026, 10, 12))
    open_next(screen, qtbot)
    qtbot.waitUntil(lambda: len(screen.missing.rows) == 2)
    (village,) = screen.villages.rows
    assert (village.expected, village.collected, village.outstanding) == (2, 0, 2)
    assert "应更新 2 名" in screen.told.text()
    assert [row.what for row in screen.moves.rows].count("missing") == 2
    press(screen.village_table, Qt.Key.Key_Return, "\r")
    assert screen.tabs.currentIndex() == 1
    press(screen.missing_table, Qt.Key.Key_Return, "\r")
    assert window.shown == "child"


def test_forms_are_printed_for_those_who_are_missing(
    desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(2):
        desk.verified(desk.registration(number, front=["child_name"]))
    screen = opened(window, qtbot)
    open_next(screen, qtbot)
    qtbot.waitUntil(screen.prints.isVisible)
    screen.print_to(tmp_path / "没有这个文件夹" / "表.pdf")
    qtbot.waitUntil(lambda: screen.notice.property("role") == "alarm", timeout=30000)
    assert not any(row.printed for row in rounds.outstanding(desk.store, desk.actor, screen.choice.currentData()))
    out = tmp_path / "预填表.pdf"
    screen.print_to(out)
    qtbot.waitUntil(lambda: "2 份预填表" in screen.notice.words, timeout=30000)
    assert out.read_bytes().startswith(b"%PDF")
    qtbot.waitUntil(lambda: all(row.printed for row in screen.missing.rows))


def test_forms_are_printed_for_one_village(desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for number, place in enumerate(("220281104200", "220281104201")):
        home: JsonValue = {"division": place, "detail": "1号"}
        name, sides = f"林{'晓雪'[number]}", f"R{number}"
        one = front(sides, child_name=name, child_id_number=None, child_residence=home)
        desk.take_in(desk.file(f"{number}.jpg", one, back(sides)))
        desk.read()
        desk.verified(desk.drafts()[0].registration_id)
    screen = opened(window, qtbot)
    open_next(screen, qtbot)
    qtbot.waitUntil(screen.place.isVisible)
    assert screen.place.itemText(0) == "所有的村"
    assert screen.place.count() == 4, "everything, the township, its two villages"
    press(screen.place, Qt.Key.Key_End)
    out = tmp_path / "预填表.pdf"
    screen.print_to(out, screen.place.currentData())
    qtbot.waitUntil(lambda: "1 份预填表" in screen.notice.words, timeout=30000)
    qtbot.waitUntil(lambda: [row.printed for row in screen.missing.rows].count(True) == 1)


def test_f1_lists_the_keys_of_the_rounds(window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    QTest.keyClick(screen.tabs, Qt.Key.Key_F1)
    sheet = screen.findChild(KeySheet)
    assert sheet is not None
    assert "更新轮次的按键" in words(sheet)
    sheet.accept()


def test_a_round_is_ended_and_opened_again(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    qtbot.waitUntil(screen.ends.isVisible)
    click(screen.ends)
    qtbot.waitUntil(lambda: screen.ends.text() == "重新打开")
    assert "已结束" in screen.choice.currentText()
    assert "可以重新打开" in words(screen.notice)
    click(screen.ends)
    qtbot.waitUntil(lambda: screen.ends.text() == "结束轮次")

"""The two short questions: nothing happens by a stray key, and a number out of range is told where it was typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.widgets.sure import CountDialog, SureDialog
from tests.desktop.conftest import click, press, type_keys

Show = Callable[[QWidget], None]


def test_enter_and_escape_change_nothing(show: Show, qtbot: QtBot) -> None:
    done: list[str] = []
    window = QWidget()
    show(window)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        asked = SureDialog("冻结批次", "冻结不能撤销。", "冻结", lambda: done.append("frozen"), window, stays="再看看")
        asked.open()
        assert asked.focusWidget() is asked.stays
        press(asked.stays, key, "\r")
        qtbot.waitUntil(lambda: window.findChild(SureDialog) is None)
    assert done == []
    asked = SureDialog("冻结批次", "冻结不能撤销。", "冻结", lambda: done.append("frozen"), window)
    asked.open()
    assert asked.stays.text() == "取消"
    click(asked.does)
    assert done == ["frozen"]


def test_a_number_out_of_range_is_told_and_stays_to_be_put_right(show: Show, qtbot: QtBot) -> None:
    counted: list[int] = []
    window = QWidget()
    show(window)
    asked = CountDialog("打印空白表", "要几份", usual=20, most=200, act=counted.append, parent=window)
    asked.open()
    for typed in ("0", "201", "many", ""):
        asked.count.selectAll()
        press(asked.count, Qt.Key.Key_Delete)
        type_keys(asked.count, typed)
        press(asked.count, Qt.Key.Key_Return, "\r")
        assert asked.told.isVisible()
        assert asked.told.text() == "请填 1 到 200 的整数。"
    type_keys(asked.count, "35")
    press(asked.count, Qt.Key.Key_Return, "\r")
    assert counted == [35]
    QApplication.processEvents()

"""儿童台账: filters by name, columns chosen and ordered, by keys; they are there again the next time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.filtering import FilterDialog
from desktop.ui.children.screen import COLUMNS, USUAL, ChildrenScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.columns import ColumnsDialog
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import named
from workflow import kept_views

Show = Callable[[QWidget], None]
Key = Qt.Key


@pytest.fixture
def window(desk: Desk, show: Show, qtbot: QtBot) -> MainWindow:
    for at in range(2):
        desk.verified(desk.registration(at))
    return opened(desk, show, qtbot)


def opened(desk: Desk, show: Show, qtbot: QtBot) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    made.go("children")
    screen = children_of(made)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 2 and screen.filters.choice.count() > 0)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    return made


def children_of(window: MainWindow) -> ChildrenScreen:
    found = window.findChild(ChildrenScreen)
    assert found is not None
    return found


def questions(screen: ChildrenScreen, qtbot: QtBot) -> FilterDialog:
    QTest.keyClick(screen.table, Key.Key_F3)
    qtbot.waitUntil(lambda: any(d.isVisible() for d in screen.findChildren(FilterDialog)))
    return next(d for d in screen.findChildren(FilterDialog) if d.isVisible())


def test_a_given_filter_is_chosen_by_keys(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    screen = children_of(window)
    QTest.keyClick(screen.table, Key.Key_F2)
    assert QApplication.focusWidget() is screen.filters.choice
    choice = screen.filters.choice
    while choice.currentText() != "已退出":
        press(choice, Key.Key_Down)
    qtbot.waitUntil(lambda: "已退出：0 名儿童" in screen._told.text())
    drop = named(screen, "drop_filter")
    click(drop)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 2)
    assert choice.currentText() == "全部"


def test_a_filter_is_made_kept_and_there_again(window: MainWindow, desk: Desk, show: Show, qtbot: QtBot) -> None:
    screen = children_of(window)
    dialog = questions(screen, qtbot)
    low, high = dialog.age_from, dialog.age_to
    type_keys(low, "9")
    type_keys(high, "5")
    click(dialog.findChild(QWidget, "take_filter") or dialog)
    assert "不能比后一个大" in dialog.told.text()
    low.clear()
    high.clear()
    type_keys(high, "18")
    type_chinese(dialog.name, "重点关爱")
    press(dialog.name, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "程序自带" in dialog.told.text())
    dialog.name.clear()
    type_chinese(dialog.name, "十八岁以下")
    press(dialog.name, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: screen.filters.choice.currentText() == "十八岁以下")
    qtbot.waitUntil(lambda: "18岁以下：2 名儿童" in screen._told.text())
    again = children_of(opened(desk, show, qtbot))
    names = [again.filters.choice.itemText(at) for at in range(again.filters.choice.count())]
    assert "十八岁以下" in names
    again.filters.take(again.filters.kept[-1].filter)
    dialog = questions(again, qtbot)
    assert (dialog.name.text(), dialog.age_to.text()) == ("十八岁以下", "18")
    click(dialog.removes)
    qtbot.waitUntil(lambda: again.filters.choice.currentText() == "没有存下的筛选")
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_a_search_looks_behind_the_filter(window: MainWindow, qtbot: QtBot) -> None:
    screen = children_of(window)
    screen.filters.take(next(f.filter for f in screen.filters.kept if f.name == "已退出"))
    qtbot.waitUntil(lambda: screen.model.rowCount() == 0)
    search = window.findChild(QLineEdit, "search")
    assert search is not None
    type_keys(search, "oy")
    qtbot.waitUntil(lambda: "找到 2 名儿童（不按筛选）" in screen._told.text())


def test_columns_are_chosen_ordered_and_kept(window: MainWindow, desk: Desk, show: Show, qtbot: QtBot) -> None:
    screen = children_of(window)
    QAbstractItemModelTester(screen.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QTest.keyClick(screen.table, Key.Key_F4)
    dialog = window.findChild(ColumnsDialog)
    assert dialog is not None
    assert dialog.list.item(0).text() == "姓名（总在最前）"
    press(dialog.list, Key.Key_Space, " ")  # 性别 goes
    press(dialog.list, Key.Key_End)
    press(dialog.list, Key.Key_Space, " ")  # 退出 comes
    for _ in range(dialog.list.count()):
        QTest.keyClick(dialog.list, Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert dialog.list.currentRow() == 1, "nothing goes before the name"
    with qtbot.waitSignal(dialog.accepted):
        dialog.take()
    assert screen.columns.shown == ("姓名", "退出", "年龄", "身份证号", "现居住地", "关爱", "报送")
    assert screen.model.index(0, 0).data().startswith("欧阳雪")
    qtbot.waitUntil(lambda: kept_views.columns(desk.store, desk.actor, "children") == screen.columns.shown)
    again = children_of(opened(desk, show, qtbot))
    assert again.columns.shown == screen.columns.shown
    again.columns.choose()
    other = next(d for d in again.window().findChildren(ColumnsDialog) if d.isVisible())
    click(named(other, "usual_columns"))
    with qtbot.waitSignal(other.accepted):
        other.take()
    assert again.columns.shown == tuple(each.title for each in COLUMNS[:USUAL])
    qtbot.waitUntil(lambda: kept_views.columns(desk.store, desk.actor, "children") == ())

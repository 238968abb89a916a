"""纸质档案: papers put into a box many at once, taken out, boxes moved, the list written; by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.screens import make_window
from desktop.ui.archive.screen import ArchiveScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.key_sheet import KeySheet
from desktop.ui.widgets.placing import PlaceDialog
from records.tables import AuditEntry
from tests.desktop.conftest import Desk, click, press, type_keys
from tests.desktop.hands import named, words
from workflow import archive
from workflow.cross_reference import Place

Show = Callable[[QWidget], None]


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def opened(window: MainWindow, qtbot: QtBot, *, papers: int) -> ArchiveScreen:
    """By the navigation, with so many papers in the place at hand."""
    click(window.navigation.entry("archive"))
    assert window.shown == "archive"
    screen = window.findChild(ArchiveScreen)
    assert screen is not None
    QAbstractItemModelTester(screen.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: len(screen.model.rows) == papers)
    return screen


def three(desk: Desk) -> None:
    """Two verified forms and a draft."""
    for number in range(3):
        registration = desk.registration(number, front=["child_name"])
        if number < 2:
            desk.verified(registration)


def placed(screen: ArchiveScreen, qtbot: QtBot) -> PlaceDialog:
    """The question that is open."""
    qtbot.waitUntil(lambda: any(d.isVisible() for d in screen.findChildren(PlaceDialog)))
    return next(d for d in screen.findChildren(PlaceDialog) if d.isVisible())


def test_a_stack_goes_into_a_box_by_the_keyboard(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    assert "还没有装盒" in screen.told.text()
    assert window.navigation.entry("archive").count == 0, "an office that uses no boxes isn't nagged"
    press(screen.list, Qt.Key.Key_Return, "\r")
    assert screen.table.hasFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(screen.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [row.verified for row in screen.chosen()] == [True, True]
    click(screen.puts)
    dialog = placed(screen, qtbot)
    assert "2 件" in words(dialog)
    type_keys(dialog.parts["box"], "3")
    press(dialog.parts["box"], Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "2 件放到了3盒" in screen.notice.words)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)
    assert [screen.list.item(i).text() for i in range(2)] == ["还没有装盒　1 件", "3盒"]
    assert window.navigation.entry("archive").count == 1
    QTest.keyClick(screen.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: screen.told.text() == "3盒　2 件")
    assert screen.puts.text() == "换盒"


def test_the_last_deed_is_taken_back(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    ids = [row.row_id for row in screen.model.rows]
    archive.put_away(desk.store, desk.actor, desk.clock(), ids[:2], Place(rack="2", box="3"))
    screen.read()
    qtbot.waitUntil(lambda: screen.list.count() == 2)
    screen.list.setFocus()
    QTest.keyClick(screen.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 2)
    assert screen.told.text() == "3盒（2架）　2 件"
    QTest.keyClick(screen.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    click(screen.takes_out)
    qtbot.waitUntil(lambda: "取出" in screen.notice.words)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 3)
    assert screen.list.count() == 1
    click(screen.notice.action)
    qtbot.waitUntil(lambda: "已撤销" in screen.notice.words)
    qtbot.waitUntil(lambda: screen.list.count() == 2)
    assert screen.list.item(1).text() == "3盒（2架）"
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)


def test_a_place_whose_parts_hold_units_is_given_back_as_it_was(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    strange = Place(storeroom="主楼层", area="东区", box="盒1")
    archive.put_away(desk.store, desk.actor, desk.clock(), [screen.model.rows[0].row_id], strange)
    screen.read()
    qtbot.waitUntil(lambda: screen.list.count() == 2)
    (before,) = screen.places
    QTest.keyClick(screen.list, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)
    click(screen.takes_out)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 3)
    click(screen.notice.action)
    qtbot.waitUntil(lambda: screen.places == (before,))


def test_who_works_elsewhere_has_seen_no_papers(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    window.go("drafts")
    three(desk)
    qtbot.waitUntil(lambda: desk.jobs.idle)

    def looks() -> int:
        with desk.store.session() as session:
            return len(session.scalars(select(AuditEntry).where(AuditEntry.verb == "archive.see")).all())

    assert looks() == 0
    opened(window, qtbot, papers=3)
    assert looks() == 1


def test_a_refusal_is_told_where_it_happened(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    click(screen.puts)
    dialog = placed(screen, qtbot)
    click(named(dialog, "save_place"))
    qtbot.waitUntil(lambda: "没有填地方" in screen.notice.words)
    assert screen.notice.property("role") == "alarm"
    click(screen.puts)
    dialog = placed(screen, qtbot)
    type_keys(dialog.parts["rack"], "9" * 21)
    click(named(dialog, "save_place"))
    qtbot.waitUntil(lambda: "不能超过 20 个字" in screen.notice.words)
    assert len(screen.model.rows) == 3


def test_a_box_is_moved_and_its_list_written(desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    archive.put_away(desk.store, desk.actor, desk.clock(), [row.row_id for row in screen.model.rows], Place(box="3"))
    screen.read()
    qtbot.waitUntil(lambda: screen.list.count() == 2)
    assert screen.list.item(0).text() == "都有地方了"
    screen.list.setFocus()
    QTest.keyClick(screen.list, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 3)
    click(screen.moves)
    dialog = placed(screen, qtbot)
    assert "box" not in dialog.parts
    type_keys(dialog.parts["rack"], "5")
    click(named(dialog, "save_place"))
    qtbot.waitUntil(lambda: screen.list.item(1).text() == "3盒（5架）")
    qtbot.waitUntil(lambda: screen.told.text() == "3盒（5架）　3 件")
    screen.write_to(tmp_path / "没有" / "目录.pdf", screen.where)
    qtbot.waitUntil(lambda: screen.notice.property("role") == "alarm")
    out = tmp_path / "目录.pdf"
    screen.write_to(out, screen.where)
    qtbot.waitUntil(lambda: "3 件的目录" in screen.notice.words)
    assert out.read_bytes().startswith(b"%PDF")


def test_from_the_paper_to_the_child_and_to_the_draft(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    three(desk)
    screen = opened(window, qtbot, papers=3)
    screen.table.setFocus()
    for _ in range(2):
        QTest.keyClick(screen.table, Qt.Key.Key_Down)
    assert screen.opens.text() == "去核对"
    click(screen.opens)
    assert window.shown == "verify"
    click(window.navigation.entry("archive"))
    screen.table.setFocus()
    for _ in range(2):
        QTest.keyClick(screen.table, Qt.Key.Key_Up)
    press(screen.table, Qt.Key.Key_Return, "\r")
    assert window.shown == "child"


def test_an_empty_archive_says_how_it_fills(window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot, papers=0)
    assert "还没有纸件" in words(screen)
    QTest.keyClick(screen, Qt.Key.Key_F1)
    sheet = screen.findChild(KeySheet)
    assert sheet is not None
    assert "纸质档案的按键" in words(sheet)
    sheet.accept()
    click(next(b for b in screen.findChildren(QPushButton) if b.text() == "去收件箱"))
    assert window.shown == "inbox"

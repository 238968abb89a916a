"""基础名单: a file is looked at, mapped and taken in; compared; written to go round with; removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.rosters.screen import RostersScreen
from desktop.ui.rosters.taking_in import TakeInDialog
from forms.id_number import check_digit
from records.views import Role
from records.views_roster import RosterOutcome
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import asked, gone, named, words
from tests.workflow.scripted import CHILD, back, front
from workflow import rosters

Show = Callable[[QWidget], None]
SNOW = str(CHILD["child_id_number"])
OTHER = "22028420180101004" + check_digit("22028420180101004")


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def list_file(desk: Desk, *rows: tuple[object, ...], titles: tuple[str, ...], name: str = "随迁子女.xlsx") -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (("蛟河市名单",), titles, *rows):
        sheet.append(row)
    made.save(desk.folder / name)
    return desk.folder / name


def usual(desk: Desk) -> Path:
    """One registered otherwise, one nobody registered, one line that can't be used."""
    rows = (("欧阳霜", SNOW, "黄松甸镇中心校"), ("王一", OTHER, "第二小学"), ("李四", "", "第二小学"))
    return list_file(desk, *rows, titles=("学生姓名", "身份证件号", "就读学校"))


def snow(desk: Desk) -> str:
    """欧阳雪 is registered; her child's id."""
    desk.take_in(desk.file("雪.jpg", front("R1", ()), back("R1", ())))
    desk.read()
    return desk.verified(desk.drafts()[0].registration_id).child_id


def opened(window: MainWindow, qtbot: QtBot) -> RostersScreen:
    window.go("children")
    click(named(window, "go_rosters"))
    assert window.shown == "rosters"
    screen = window.findChild(RostersScreen)
    assert screen is not None
    for model in (screen.lists, screen.found):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: screen._jobs.idle)
    return screen


def dropped(screen: RostersScreen, path: Path, qtbot: QtBot) -> TakeInDialog:
    """A file is let fall on the screen; what comes up has looked it through."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    hand = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enters, falls = QDragEnterEvent(QPoint(9, 9), *hand), QDropEvent(QPointF(9, 9), *hand)
    QApplication.sendEvent(screen, enters)
    assert enters.isAccepted()
    QApplication.sendEvent(screen, falls)
    (dialog,) = (each for each in screen.findChildren(TakeInDialog) if each.isVisible())
    qtbot.waitUntil(lambda: dialog.seen is not None or dialog.error.isVisible())
    return dialog


def take_in(dialog: TakeInDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.accepted):
        click(dialog.does)
    QApplication.processEvents()


def test_a_list_is_looked_at_taken_in_and_compared(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = snow(desk)
    screen = opened(window, qtbot)
    assert "还没有名单" in words(screen)
    dialog = dropped(screen, usual(desk), qtbot)
    assert dialog.told.text() == "能带入 2 行，1 行用不了（列在下面，不带入）。"
    assert [(row.line, "出生日期都没有" in row.sentence) for row in dialog.refused.rows] == [(5, True)]
    assert dialog.columns["name"].currentText() == "学生姓名"
    assert "例如：欧阳霜" in words(dialog)
    assert SNOW not in words(dialog), "lists mask the tail of ID numbers"
    assert dialog.kind.currentText() == "教育随迁子女", "the file's name says so"
    dialog.name.clear()
    type_chinese(dialog.name, "秋季随迁")
    take_in(dialog, qtbot)
    qtbot.waitUntil(lambda: len(screen.found.rows) == 2)
    assert "带入了 2 名，1 行用不了" in screen.notice.words
    assert {row.name: (row.outcome, row.differing) for row in screen.found.rows} == {
        "王一": (RosterOutcome.MISSING, ()),
        "欧阳霜": (RosterOutcome.DIFFERS, ("姓名",)),
    }
    assert "0 名对得上，2 名要看" in screen.about.text()
    only = named(screen, "only_differs")
    assert only.text() == "登记的不一样 1"
    click(only)
    assert [row.name for row in screen.found.rows] == ["欧阳霜"]
    press(screen.found_table, Qt.Key.Key_Return, "\r")
    assert window.shown == "child"
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert child_id == screen.found.rows[0].child_id


def test_one_who_is_not_registered_opens_nothing(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    take_in(dropped(screen, usual(desk), qtbot), qtbot)
    qtbot.waitUntil(lambda: len(screen.found.rows) == 2)
    screen.table.setFocus()
    press(screen.table, Qt.Key.Key_Return, "\r")
    press(screen.found_table, Qt.Key.Key_Return, "\r")
    assert "还没有登记。名单上说在黄松甸镇中心校" in screen.notice.words
    assert window.shown == "rosters"


def test_columns_that_are_not_recognised_are_named_by_hand(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    path = list_file(desk, ("欧阳雪", SNOW, "第二小学"), titles=("孩子", "号码", "住哪儿"), name="名单.xlsx")
    dialog = dropped(opened(window, qtbot), path, qtbot)
    assert "没有找到写着姓名的标题行" in dialog.error.text()
    assert not dialog.does.isEnabled()
    for means, title in (("name", "孩子"), ("id_number", "号码"), ("place", "住哪儿")):
        choice = dialog.columns[means]
        choice.setFocus()
        press(choice, Qt.Key.Key_Down)
        while choice.currentText() != title:
            press(choice, Qt.Key.Key_Down)
        choice.activated.emit(choice.currentIndex())
        qtbot.waitUntil(lambda: desk.jobs.idle)
    assert dialog.told.text() == "能带入 1 行。"
    assert not dialog.error.isVisible()
    column = dialog.columns["place"]
    press(column, Qt.Key.Key_Home)
    column.activated.emit(0)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert column.currentText() == "（没有这一列）", "a column can be left out"
    take_in(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(rosters.rosters(desk.store, desk.actor)))
    (row,) = rosters.rosters(desk.store, desk.actor)
    (found,) = rosters.compare(desk.store, desk.actor, row.roster_id).findings
    assert (found.name, found.place) == ("欧阳雪", "")


def test_a_refusal_is_said_in_the_dialog_and_nothing_typed_is_lost(
    desk: Desk, window: MainWindow, qtbot: QtBot
) -> None:
    screen = opened(window, qtbot)
    dialog = dropped(screen, usual(desk), qtbot)
    as_of = dialog.findChild(QLineEdit, "roster_as_of")
    assert as_of is not None
    for typed, told in (("", "请填“截止日期”"), ("2099-1-1", "截止日期不能晚于今天"), ("2026-13-1", "截止日期：")):
        as_of.selectAll()
        press(as_of, Qt.Key.Key_Delete)
        type_keys(as_of, typed)
        click(dialog.does)
        qtbot.waitUntil(partial(lambda words: words in dialog.error.text(), told))
    assert rosters.rosters(desk.store, desk.actor) == ()
    dialog.reject()
    dialog = dropped(screen, desk.file("不是名单.xlsx", front("X", ())), qtbot)
    qtbot.waitUntil(dialog.error.isVisible)
    assert not dialog.does.isEnabled()
    dialog.reject()


def test_a_sensitive_list_is_sealed(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    dialog = dropped(screen, usual(desk), qtbot)
    kind = dialog.findChild(QComboBox, "roster_kind")
    assert kind is not None
    kind.setCurrentIndex(kind.findText("残联持证残疾儿童"))
    assert dialog.sensitive.isChecked()
    assert not dialog.sensitive.isEnabled()
    take_in(dialog, qtbot)
    qtbot.waitUntil(lambda: len(screen.found.rows) == 2)
    assert rosters.rosters(desk.store, desk.actor)[0].sensitive


def test_what_is_to_be_looked_into_is_written_whole(
    desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    snow(desk)
    screen = opened(window, qtbot)
    take_in(dropped(screen, usual(desk), qtbot), qtbot)
    qtbot.waitUntil(lambda: len(screen.found.rows) == 2)
    screen.write_to(tmp_path / "没有这个文件夹" / "走访.xlsx")
    qtbot.waitUntil(lambda: screen.notice.property("role") == "alarm")
    out = tmp_path / "走访.xlsx"
    screen.write_to(out)
    qtbot.waitUntil(lambda: "走访表已写好" in screen.notice.words)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert lines[0][:4] == ["名单行号", "情况", "姓名", "身份证号"]
    assert [(line[1], line[2], line[5]) for line in lines[1:]] == [
        ("没有登记", "王一", "第二小学"),
        ("登记的不一样", "欧阳霜", "黄松甸镇中心校"),
    ]
    assert OTHER not in str(lines), "masked, as lists are"
    click(named(screen, "only_missing"))
    screen.write_to(out)
    qtbot.waitUntil(lambda: "1 名" in screen.notice.words)


def test_a_list_is_removed_when_it_is_done_with(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    take_in(dropped(screen, usual(desk), qtbot), qtbot)
    qtbot.waitUntil(lambda: len(screen.found.rows) == 2)
    press(screen.table, Qt.Key.Key_Delete)
    dialog = asked(screen, qtbot)
    assert "不能撤销" in words(dialog)
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "还没有名单" in words(screen))
    assert rosters.rosters(desk.store, desk.actor) == ()
    press(screen, Qt.Key.Key_Escape)
    assert window.shown == "children"


@pytest.mark.parametrize(("role", "sees", "changes"), [(Role.COLLECTOR, True, False), (Role.ARCHIVIST, False, False)])
def test_only_who_may(desk: Desk, show: Show, qtbot: QtBot, role: Role, *, sees: bool, changes: bool) -> None:
    opened_as = replace(desk.opened, actor=replace(desk.actor, role=role))
    desk.jobs.attend(opened_as)
    window = make_window(desk.jobs, opened_as)
    show(window)
    window.go("children")
    screen = window.findChild(ChildrenScreen)
    assert screen is not None
    assert screen.rosters.isVisible() == sees
    if sees:
        there = opened(window, qtbot)
        assert there.acceptDrops() == changes
        assert "由复核员或管理员带入" in words(there)
    qtbot.waitUntil(lambda: desk.jobs.idle)

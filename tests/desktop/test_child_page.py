"""The child's page: rounds side by side, histories with crops, care, family, paper, leaving and coming back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.fields import FieldsTab
from desktop.ui.children.page import CARE, PAPERS, ChildPageScreen, PaperDialog
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.widgets.placing import PlaceDialog
from records.store import Store
from records.views import Actor, Role
from records.views_care import ChildPage, ReportState
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import asked, gone, named, words
from workflow import child_page, concerns, mandatory, verify

Show = Callable[[QWidget], None]


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def child(desk: Desk) -> str:
    """A child in the ledger."""
    return desk.verified(desk.registration(0, front=["child_name"])).child_id


def opened(window: MainWindow, child_id: str, qtbot: QtBot, tab: int = 0) -> ChildPageScreen:
    """The child's page is shown and read."""
    screen = window.findChild(ChildPageScreen)
    assert screen is not None
    screen.open_child(child_id, tab)
    window.go("child")
    qtbot.waitUntil(lambda: screen.page is not None and screen.page.child_id == child_id)
    return screen


def test_enter_in_the_list_opens_the_page_and_escape_goes_back(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child(desk)
    window.go("children")
    children = window.findChild(ChildrenScreen)
    assert children is not None
    qtbot.waitUntil(lambda: bool(children.model.rows))
    press(children.table, Qt.Key.Key_Return, "\r")
    screen = window.findChild(ChildPageScreen)
    assert screen is not None
    qtbot.waitUntil(lambda: window.shown == "child" and screen.page is not None)
    assert screen.name.text().startswith("欧阳雪甲　女")
    press(screen, Qt.Key.Key_Escape)
    assert window.shown == "children"


def test_a_part_is_built_when_it_is_looked_at(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.verified(desk.registration(0, front=["child_name"])).child_id
    second = desk.verified(desk.registration(1, front=["child_name"])).child_id
    reads: list[str] = []
    whole = child_page.child_page

    def counted(store: Store, actor: Actor, child_id: str, today: date) -> ChildPage:
        reads.append(child_id)
        return whole(store, actor, child_id, today)

    monkeypatch.setattr(child_page, "child_page", counted)
    screen = opened(window, first, qtbot)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert reads == [first], "opened and shown, it is read once"
    assert not screen.papers.findChildren(QLabel)
    screen.tabs.setCurrentIndex(PAPERS)
    assert "还没有报送过" in words(screen.papers)
    screen.open_child(second, PAPERS)
    assert "还没有报送过" not in words(screen.papers), "nothing of the child before while the page is read"
    qtbot.waitUntil(lambda: "还没有报送过" in words(screen.papers))
    window.go("children")
    window.go("child")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert reads == [first, second, second], "shown again, it is read again"


def test_a_field_tells_its_history_with_the_crop(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    (registration_id,) = {
        r.registration_id
        for r in child_page.child_page(desk.store, desk.actor, child_id, date(2026, 10, 12)).registrations
    }
    verify.reopen(desk.store, desk.actor, desk.clock(), registration_id, "电话核实")
    verify.confirm(desk.store, desk.actor, desk.clock(), registration_id, "school_name", "实验小学")
    desk.verified(registration_id)
    screen = opened(window, child_id, qtbot)
    fields = screen.findChild(FieldsTab)
    assert fields is not None
    QAbstractItemModelTester(fields.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert fields.table is not None
    keys = [row.key for row in fields.model.rows]
    fields.table.selectRow(keys.index("school_name"))
    qtbot.waitUntil(lambda: "就读学校" in fields.past.title.text() or "学校" in fields.past.title.text())
    told = words(fields.past)
    assert "机器读到：黄松甸镇中心小学" in told
    assert "黄松甸镇中心小学 → 实验小学" in told
    first = fields.past.steps[0].crop
    assert not first.isNull()
    assert first.width() > first.height(), "the crop is the field's place on the page"
    assert fields.key_at_hand() == "school_name"
    row = keys.index("school_name")
    assert fields.model.index(row, 1).data() == "实验小学"


def test_the_whole_number_is_shown_only_on_demand(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, child(desk), qtbot)
    assert "****" in screen.facts.text()
    fields = screen.fields
    at = [row.key for row in fields.model.rows].index("child_id_number")
    assert fields.table is not None
    fields.table.selectRow(at)
    assert "****" in str(fields.model.index(at, 1).data())
    assert "显示全号" in words(fields.past)
    qtbot.waitUntil(screen.whole.isVisible)
    click(screen.whole)
    qtbot.waitUntil(lambda: "220284 20180101 " in screen.facts.text())
    assert not screen.whole.isVisible()
    assert "****" not in str(fields.model.index(at, 1).data())
    qtbot.waitUntil(lambda: "机器读到：220284" in words(fields.past))
    screen.read()
    qtbot.waitUntil(lambda: "****" in screen.facts.text())


def test_leaving_with_reason_and_coming_back(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = opened(window, child(desk), qtbot)
    click(screen.exits)
    dialog = asked(screen, qtbot)
    click(dialog.does)
    assert dialog.told.text() == "请填“原因”。"
    reason = dialog.entries["reason"]
    assert isinstance(reason, QComboBox)
    reason.setFocus()
    press(reason, Qt.Key.Key_Down)
    assert reason.currentText() == "返乡"
    on = dialog.entries["on"]
    on.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(on, "2027-1-1")
    click(dialog.does)
    qtbot.waitUntil(lambda: "不能晚于今天" in dialog.told.text())
    on.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(on, "2026-10-11")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: screen.exits.text() == "恢复到台账")
    assert "2026年10月11日退出：返乡" in screen.facts.text()
    click(screen.exits)
    dialog = asked(screen, qtbot)
    type_chinese(dialog.entries["note"], "又来投亲")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: screen.exits.text() == "退出台账")
    screen.tabs.setCurrentIndex(PAPERS)
    assert "又来投亲" in words(screen.papers)


def test_an_unreported_case_stands_in_red_until_it_is_reported(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    screen = opened(window, child_id, qtbot, CARE)
    assert not screen.alarm.isVisible()
    click(named(screen, "raise_case"))
    dialog = asked(screen, qtbot)
    situation = dialog.entries["situation"]
    press(situation, Qt.Key.Key_Down)
    what = dialog.entries["what"]
    assert isinstance(what, QPlainTextEdit)
    type_chinese(what, "脸上有伤")
    gone(dialog, qtbot)
    qtbot.waitUntil(screen.alarm.isVisible)
    assert "第一时间向公安机关报告" in words(screen.alarm)
    click(named(screen, "report_"))
    dialog = asked(screen, qtbot)
    type_chinese(dialog.entries["to"], "黄松甸派出所")
    at = dialog.entries["time"]
    at.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(at, "soon")
    click(dialog.does)
    assert "14:30" in dialog.told.text()
    at.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(at, "8:15")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: not screen.alarm.isVisible())
    assert "由王某向黄松甸派出所报告" in words(screen.care)
    assert mandatory.open_cases(desk.store, desk.actor) == ()
    assert screen.page is not None
    assert screen.page.cases[0].state is ReportState.REPORTED


def test_a_key_concern_child_gets_its_dossier_filled(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    concerns.add(desk.store, desk.actor, desk.clock(), child_id, "ill", why="确诊", since=date(2026, 10, 12))
    screen = opened(window, child_id, qtbot, PAPERS)
    assert "没有纸质档案" in words(screen.papers)
    click(named(screen, "open_dossier"))
    qtbot.waitUntil(lambda: screen.page is not None and screen.page.dossier is not None)
    click(named(screen, "put_"))
    qtbot.waitUntil(lambda: "卷内 1 件" in words(screen.papers))
    assert "参见" in words(screen.papers)
    click(named(screen, "place_dossier"))
    place = screen.findChild(PlaceDialog)
    assert place is not None
    type_keys(place.parts["box"], "7")
    press(place.parts["box"], Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "7盒" in words(screen.papers))
    sides = [b for b in screen.papers.findChildren(QPushButton) if b.text() == "看第 1 面"]
    click(sides[0])
    paper = screen.findChild(PaperDialog)
    assert paper is not None
    assert paper.windowTitle() == "纸面"
    qtbot.waitUntil(lambda: paper.view.has_page)
    press(paper, Qt.Key.Key_Escape)
    click(named(screen, "out_"))
    qtbot.waitUntil(lambda: "卷内 0 件" in words(screen.papers))


def test_an_archivist_sees_paper_and_no_care(desk: Desk, show: Show, qtbot: QtBot) -> None:
    child_id = child(desk)
    archivist = replace(desk.opened, actor=replace(desk.actor, role=Role.ARCHIVIST))
    desk.jobs.attend(archivist)
    made = make_window(desk.jobs, archivist)
    show(made)
    screen = opened(made, child_id, qtbot, CARE)
    assert "只有采集员、复核员和管理员能看" in words(screen.care)
    shown = {b.text() for b in screen.findChildren(QPushButton) if b.isVisible()}
    assert shown.isdisjoint({"显示全号", "退出台账", "记走访", "写日志"})
    bar = screen.findChild(QTabBar, "child_tabs")
    assert bar is not None
    assert bar.count() == 4


def test_what_is_wrong_in_a_field_is_a_step_from_its_form(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, child(desk), qtbot)
    opens = page.fields.past.opens
    qtbot.waitUntil(opens.isVisible)
    press(opens, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "verify")
    verifying = window.findChild(VerifyScreen)
    assert verifying is not None
    qtbot.waitUntil(lambda: verifying.walk is not None)
    assert page.page is not None
    assert verifying.walk is not None
    assert verifying.walk.sheet.registration_id == page.page.registrations[0].registration_id
    qtbot.waitUntil(lambda: "只能看" in verifying.parts.notice.words)

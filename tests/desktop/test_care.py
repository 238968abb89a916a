"""重点关爱 and 走访: deciding, reporting, visiting and logging with the hands of a clerk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.screens import make_window
from desktop.ui.care.paper import ReadPaperDialog
from desktop.ui.care.screen import CareScreen
from desktop.ui.care.visits import VisitsScreen
from desktop.ui.children.page import PAPERS, ChildPageScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.asking import AskDialog
from desktop.ui.widgets.key_sheet import KeySheet
from records.tables import PrintedForm
from records.views import Role
from records.views_care import VisitState
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import asked, gone, named, words
from tests.workflow.scripted import back, front, visit_record
from workflow import child_page, concerns, dossiers, mandatory, visits

Show = Callable[[QWidget], None]
TODAY = date(2026, 10, 12)


@pytest.fixture
def window(desk: Desk, show: Show, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    from tests.workflow.scripted import believing

    monkeypatch.setattr("workflow.papers.judge", believing)
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def child(desk: Desk, number: int = 0, on_back: dict[str, object] | None = None, **values: object) -> str:
    """A verified child whose form says these things."""
    serial = f"SHEET{number:05d}"
    name = {"child_name": f"欧阳雪{'甲乙丙'[number]}", "child_id_number": None}
    sides = (front(serial, (), **{**name, **values}), back(serial, (), **(on_back or {})))  # type: ignore[arg-type]  # JSON
    desk.take_in(desk.file(f"{number}.jpg", *sides))
    desk.read()
    return desk.verified(desk.drafts()[0].registration_id).child_id


def care(window: MainWindow) -> CareScreen:
    window.go("care")
    found = window.findChild(CareScreen)
    assert found is not None
    return found


def visiting(window: MainWindow) -> VisitsScreen:
    window.go("visits")
    found = window.findChild(VisitsScreen)
    assert found is not None
    return found


def test_a_proposal_is_confirmed_and_gets_its_dossier(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child(desk, health_body=["disabled"])
    child(desk, 1, health_body=["ill"])
    screen = care(window)
    QAbstractItemModelTester(screen.proposals, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(screen.listed, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: len(screen.proposals.rows) == 2)
    assert window.navigation.entry("care").count == 2
    assert "身体情况" in str(screen.proposals.index(0, 2).data()), "the reason stands in the list"
    first = screen.proposals.rows[0].child.name
    press(screen.proposed_table, Qt.Key.Key_Return, "\r")
    gone(asked(screen, qtbot), qtbot)
    qtbot.waitUntil(lambda: [row.name for row in screen.listed.rows] == [first])
    assert "1 名没有纸质档案" in screen.told.text()
    click(named(screen, "dismiss"))
    dialog = asked(screen, qtbot)
    click(dialog.does)
    assert dialog.told.text() == "请填“不纳入的理由”。"
    type_chinese(dialog.entries["reason"], "普通感冒")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: not screen.proposals.rows)
    assert window.navigation.entry("care").count == 1, "the missing dossier"
    click(screen.dossier)
    qtbot.waitUntil(lambda: window.navigation.entry("care").count == 0)
    click(screen.notice.action)
    page = window.findChild(ChildPageScreen)
    assert page is not None
    assert window.shown == "child"
    assert page.tabs.currentIndex() == PAPERS
    press(page, Qt.Key.Key_Escape)
    assert window.shown == "care"


def test_what_must_be_reported_stands_in_red(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    screen = care(window)
    for number in range(5):
        mandatory.raise_case(desk.store, desk.actor, desk.clock(), child_id, "harm", f"第{number}件")
    screen.read()
    qtbot.waitUntil(lambda: screen.banner.isVisible() and "还有 2 件" in words(screen.banner))
    click(named(screen.banner, "withdraw_"))
    dialog = asked(screen, qtbot)
    what = dialog.entries["reason"]
    assert isinstance(what, QPlainTextEdit)
    type_chinese(what, "在学校摔的，老师在场")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "还有 1 件" in words(screen.banner))
    assert window.navigation.entry("care").count == 4


def test_a_due_visit_is_recorded_and_the_next_one_planned(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk, form_date="2026-07-01")
    screen = visiting(window)
    QAbstractItemModelTester(screen.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: [row.overdue_days for row in screen.model.rows] == [11])
    assert window.navigation.entry("visits").count == 1
    assert screen.model.index(0, 1).data() == "逾期 11 天"
    press(screen.table, Qt.Key.Key_Return, "\r")
    dialog = asked(screen, qtbot)
    click(dialog.does)
    assert dialog.told.text() == "请填“监护状况”。"
    level = dialog.entries["level"]
    assert dialog.focusWidget() is level, "what is missing has the keyboard"
    for _step in range(2):
        press(level, Qt.Key.Key_Down)
    type_chinese(dialog.entries["needs"], "缺校服")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: not screen.model.rows)
    assert "已记下" in screen.notice.words, "the child goes from the list, and that is not all that is said"
    assert window.navigation.entry("visits").count == 0
    planned, done = visits.visits(desk.store, desk.actor, child_id)
    assert (done.level_label, done.visitor, done.findings[0].text) == ("一般", "王某", "缺校服")
    click(named(screen, "ahead_366"))
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)
    assert screen.model.rows[0].due_on == planned.due_on == date(2026, 11, 12)
    click(named(screen, "plan_visit"))
    dialog = asked(screen, qtbot)
    on = dialog.entries["on"]
    on.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(on, "2027.1.1")
    click(dialog.does)
    qtbot.waitUntil(lambda: "最迟" in dialog.told.text())
    on.selectAll()  # type: ignore[attr-defined]  # a line edit
    type_keys(on, "2026.10.20")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: screen.model.rows[0].due_on == date(2026, 10, 20))


def test_hidden_lists_are_counted_and_not_gone_through(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("children")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    gone_through: list[str] = []
    for module, verb in ((concerns, "proposed"), (concerns, "key_concern"), (visits, "due"), (visits, "work_log")):
        whole = getattr(module, verb)

        def watched(*asked: object, _verb: str = verb, _whole: Callable[..., object] = whole, **more: object) -> object:
            gone_through.append(_verb)
            return _whole(*asked, **more)

        monkeypatch.setattr(module, verb, watched)
    child(desk, health_body=["disabled"], form_date="2026-07-01")
    second = child(desk, 1, health_body=["ill"], form_date="2026-07-01")
    mandatory.raise_case(desk.store, desk.actor, desk.clock(), second, "harm", "身上有伤")
    care_screen, visits_screen = window.findChild(CareScreen), window.findChild(VisitsScreen)
    assert care_screen is not None
    assert visits_screen is not None
    care_screen.follow()
    visits_screen.follow()
    qtbot.waitUntil(lambda: window.navigation.entry("care").count == 3)
    qtbot.waitUntil(lambda: window.navigation.entry("visits").count == 2)
    assert gone_through == []
    (first,) = concerns.proposed(desk.store, desk.actor)[0].concerns
    concerns.confirm(desk.store, desk.actor, desk.clock(), first.concern_id)
    gone_through.clear()
    care_screen.follow()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert window.navigation.entry("care").count == 3, "confirmed, it lacks a dossier"
    assert gone_through == []
    window.go("care")
    qtbot.waitUntil(lambda: bool(care_screen.proposals.rows) and bool(care_screen.listed.rows))
    assert care_screen.proposed_table.hasFocus(), "where something waits"
    assert window.navigation.entry("care").count == 3, "counted and listed alike"
    window.go("visits")
    qtbot.waitUntil(lambda: bool(visits_screen.model.rows))
    qtbot.waitUntil(lambda: window.navigation.entry("visits").count == len(visits_screen.model.rows))
    assert visits.count_due(desk.store, desk.actor, TODAY) == len(visits_screen.model.rows)


def test_the_work_log_is_only_added_to(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    screen = visiting(window)
    screen.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "还没有记过" in words(screen.log))
    click(named(screen.log, "write_log_free"))
    dialog = asked(screen, qtbot)
    type_chinese(dialog.entries["text"], "到河沿村排查")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "到河沿村排查" in words(screen.log))
    click(named(screen.log, "correct_"))
    dialog = asked(screen, qtbot)
    entry = dialog.entries["text"]
    assert isinstance(entry, QPlainTextEdit)
    entry.selectAll()
    type_chinese(entry, "到河东村排查")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "到河东村排查" in words(screen.log))
    assert "到河沿村排查" in words(screen.log)
    assert "已更正" in words(screen.log)


def test_a_read_visit_record_is_looked_at_and_entered(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    page = {
        "form": "jl-visit-record",
        "form_page": 1,
        "serial": "VISIT0001",
        "values": {
            "child_name": "欧阳雪甲",
            "visit_date": "2026-10-11",
            "guardianship_state": ["fair"],
            "visitor_name_1": "李四",
            "support_needs": "缺校服",
        },
        "doubtful": ["support_needs"],
    }
    desk.take_in(desk.file("visit.jpg", page))
    desk.read()
    screen = visiting(window)
    qtbot.waitUntil(lambda: len(screen.waiting) == 1)
    assert window.navigation.entry("visits").count == 1
    click(screen.papers.action)
    dialog = screen.findChild(ReadPaperDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.view.has_page)
    assert dialog.entries[0].field.key == "support_needs", "doubtful fields first"
    entry = dialog.entries[0].entry
    entry.setFocus()
    qtbot.waitUntil(lambda: dialog.view.place is not None)
    entry.selectAll()  # type: ignore[union-attr]  # a line edit
    type_chinese(entry, "缺课本")
    assert dialog.child.currentData() == child_id
    with qtbot.waitSignal(dialog.accepted):
        click(dialog.does)
    qtbot.waitUntil(lambda: not screen.waiting)
    assert screen.notice.words == "欧阳雪甲的走访已记入，这张纸归好了。"
    (_planned, done) = visits.visits(desk.store, desk.actor, child_id)
    assert (done.state, done.done_on, done.visitor) == (VisitState.DONE, date(2026, 10, 11), "李四")
    assert "缺课本" in [finding.text for finding in done.findings]
    assert done.page_id


def test_an_archivist_has_no_care_screens(desk: Desk, show: Show) -> None:
    archivist = replace(desk.opened, actor=replace(desk.actor, role=Role.ARCHIVIST))
    desk.jobs.attend(archivist)
    made = make_window(desk.jobs, archivist)
    show(made)
    shown = {b.objectName() for b in made.navigation.findChildren(QPushButton)}
    assert made.findChild(CareScreen) is None
    assert "go_care" not in shown
    assert concerns.proposed(desk.store, desk.actor) == ()


def waiting(desk: Desk, window: MainWindow, qtbot: QtBot, **page: object) -> ReadPaperDialog:
    """A read paper of a key-concern child is opened from the notice."""
    desk.take_in(desk.file(f"{page['serial']}.jpg", {"form_page": 1, "doubtful": [], **page}))
    desk.read()
    screen = visiting(window)
    qtbot.waitUntil(lambda: len(screen.waiting) == 1)
    click(screen.papers.action)
    dialog = screen.findChild(ReadPaperDialog)
    assert dialog is not None
    return dialog


def test_lines_of_a_read_work_log_name_their_children(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    said = {
        "log_date_1": "2026-10-10",
        "log_child_name_1": "欧阳雪甲",
        "log_content_1": "送去冬衣",
        "log_date_2": "2026-10-11",
        "log_child_name_2": "查无此人",
        "log_content_2": "电话没有接通",
    }
    dialog = waiting(desk, window, qtbot, form="jl-work-log", serial="LOG0001", values=said)
    assert not dialog.search.isVisible()
    click(dialog.does)
    qtbot.waitUntil(lambda: "第 2 行的儿童台账里没有" in dialog.told.text())
    assert visits.work_log(desk.store, desk.actor) == ()
    (wrong,) = (e.entry for e in dialog.entries if e.field.key == "log_child_name_2")
    wrong.selectAll()  # type: ignore[union-attr]  # a line edit
    press(wrong, Qt.Key.Key_Delete)
    with qtbot.waitSignal(dialog.accepted):
        click(dialog.does)
    lines = {entry.text: entry.child_id for entry in visits.work_log(desk.store, desk.actor)}
    assert lines == {"送去冬衣": child_id, "电话没有接通": None}


def test_a_card_needs_its_child_and_dossier(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    child_id = child(desk)
    dialog = waiting(
        desk, window, qtbot, form="jl-special-care-card", serial="CARD0001", values={"child_name": "欧阳写错"}
    )
    click(dialog.does)
    assert dialog.told.text() == "请先选是哪名儿童的。"
    type_keys(dialog.search, "oyxj")
    qtbot.waitUntil(lambda: dialog.child.currentData() == child_id)
    click(dialog.does)
    qtbot.waitUntil(lambda: "还没有案卷" in dialog.told.text())
    dossiers.open_dossier(desk.store, desk.actor, desk.clock(), child_id)
    with qtbot.waitSignal(dialog.accepted):
        click(dialog.does)
    found = child_page.child_page(desk.store, desk.actor, child_id, TODAY).dossier
    assert found is not None
    assert len(found.items) == 1


def test_the_list_of_visits_is_printed(
    desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("visits")
    screen = window.findChild(VisitsScreen)
    assert screen is not None
    screen.print_to(tmp_path / "名单.pdf")
    qtbot.waitUntil(lambda: screen.notice.words == "这个范围里没有要走访的儿童，没有写出名单。")
    desk.verified(desk.registration(0, front=["child_name"]))
    click(next(chip for chip in screen.findChildren(QPushButton) if chip.objectName() == "ahead_366"))
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)
    screen.print_to(tmp_path / "名单.pdf")
    qtbot.waitUntil(lambda: screen.notice.words.startswith("1 名儿童的走访名单"), timeout=20000)
    assert (tmp_path / "名单.pdf").read_bytes().startswith(b"%PDF")
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    press(screen.notice.action, Qt.Key.Key_Return, "\r")
    assert [url.toLocalFile() for url in opened] == [str(tmp_path / "名单.pdf")]


@pytest.mark.parametrize(("key", "kind"), [("care", CareScreen), ("visits", VisitsScreen)])
def test_f1_lists_the_keys(window: MainWindow, key: str, kind: type[QWidget]) -> None:
    window.go(key)
    screen = window.findChild(kind)
    assert screen is not None
    QTest.keyClick(screen, Qt.Key.Key_F1)
    sheet = screen.findChild(KeySheet)
    assert sheet is not None
    assert "Enter" in words(sheet)
    sheet.accept()


def test_what_is_to_be_decided_has_room(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """Many wait and nobody is in care yet: three of them were seen above an empty list."""
    for number in range(3):
        child(desk, number, health_body=["ill", "disabled"])
    screen = care(window)
    qtbot.waitUntil(lambda: len(screen.proposals.rows) >= 6)
    table = screen.proposed_table
    qtbot.waitUntil(lambda: table.viewport().height() >= 6 * table.rowHeight(0))
    below = screen.table.viewport()
    assert below.height() >= table.rowHeight(0), "the list below keeps its place"


VILLAGES = ("220281104200", "220281104200", "220281104201")  # 黄松甸村 twice, 伟光村


def three_due(desk: Desk, window: MainWindow, qtbot: QtBot) -> tuple[VisitsScreen, list[str]]:
    """Three children of two villages are to be visited this year."""
    ids = [child(desk, n, child_residence={"division": v, "detail": "1组"}) for n, v in enumerate(VILLAGES)]
    screen = visiting(window)
    screen.show_ahead(366)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 3)
    return screen, ids


def mark_all(screen: VisitsScreen) -> None:
    screen.table.setFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)


def test_one_village_or_several_children_are_chosen(
    desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    screen, _ids = three_due(desk, window, qtbot)
    assert screen.told.text() == "3 名"
    mark_all(screen)
    assert screen.told.text() == "3 名，选中 3 名"
    assert [b.objectName() for b in screen.deeds if b.isEnabled()] == ["print_due", "print_visit_forms"]
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert screen.findChild(AskDialog) is None, "a visit is one child's"
    assert [screen.place.itemText(at) for at in range(3)] == ["所有地方", "伟光村", "黄松甸村"]
    screen.place.setCurrentIndex(2)
    assert len(screen.model.rows) == 2
    assert all(b.isEnabled() for b in screen.deeds)
    screen.print_to(tmp_path / "名单.pdf")
    qtbot.waitUntil(lambda: screen.notice.words.startswith("2 名儿童的走访名单"), timeout=20000)


def test_visit_forms_are_printed_for_those_chosen(
    desk: Desk, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was printed comes back to its child by itself."""
    screen, ids = three_due(desk, window, qtbot)
    screen.place.setCurrentIndex(2)
    mark_all(screen)
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: asked.append(dialog.windowTitle()))
    click(next(b for b in screen.deeds if b.objectName() == "print_visit_forms"))
    assert asked == ["2 名儿童的走访表存到哪里"]
    out = tmp_path / "走访表.pdf"
    for chooser in screen.findChildren(QFileDialog):
        chooser.fileSelected.emit(str(out))
    qtbot.waitUntil(lambda: screen.notice.words.startswith("2 张走访表"), timeout=20000)
    assert out.read_bytes().startswith(b"%PDF")
    with desk.store.session() as session:
        serials = {row.child_id: row.serial for row in session.scalars(select(PrintedForm))}
    assert set(serials) == set(ids[:2])

    desk.take_in(desk.file("回.jpg", visit_record(serials[ids[1]], child_name="欧阳雪丁", child_id_number=None)))
    desk.read()
    screen.read()
    qtbot.waitUntil(lambda: len(screen.waiting) == 1)
    press(screen.papers.action, Qt.Key.Key_Return, "\r")
    dialog = screen.findChild(ReadPaperDialog)
    assert dialog is not None
    assert dialog.child.currentData() == ids[1]
    assert "是哪名儿童的（这张表是给他印的）" in words(dialog)
    click(dialog.does)
    qtbot.waitUntil(lambda: not screen.waiting, timeout=20000)
    assert any(v.done_on is not None for v in visits.visits(desk.store, desk.actor, ids[1]))

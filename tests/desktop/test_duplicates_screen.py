"""重复登记: two children side by side, merged value by value, kept apart, and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.page import PaperDialog
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.duplicates.screen import DuplicatesScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.key_sheet import KeySheet
from desktop.ui.widgets.table import MARK
from forms.id_number import check_digit
from records.tables import Child, Registration
from records.views import Role
from records.views_duplicates import PairView, TwinView
from tests.desktop.conftest import Desk, click, press, type_chinese
from tests.desktop.hands import asked, gone, named
from tests.workflow.scripted import back, front
from workflow import children, duplicates

Show = Callable[[QWidget], None]
MOTHER = "22028419900101002" + check_digit("22028419900101002")


def child(desk: Desk, name: str, **values: object) -> str:
    """A verified registration of a child of its own."""
    serial = f"SHEET{name}"
    known = {row.registration_id for row in desk.drafts()}
    about = {"mother_id_number": MOTHER, "caregiver_id_number": MOTHER}
    if values.get("child_registered") == ["no"]:
        about |= {"concern_criteria": ["unregistered"], "concern_listed": ["yes"]}  # type: ignore[dict-item]  # answers of choices are lists
    desk.take_in(desk.file(f"{name}.jpg", front(serial, (), **values), back(serial, (), **about)))  # type: ignore[arg-type]  # any JSON
    desk.read()
    (draft,) = (row for row in desk.drafts() if row.registration_id not in known)
    return desk.verified(draft.registration_id).child_id


def twins(desk: Desk) -> tuple[str, str]:
    """欧阳雪, and once more with a look-alike for the last character, no ID number, a day later."""
    again = {
        "child_name": "欧阳霄", "child_id_number": None, "child_registered": ["no"], "child_household": None,
        "form_date": "2026-10-13",
    }  # fmt: skip
    return child(desk, "A"), child(desk, "B", **again)


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def opened(window: MainWindow, qtbot: QtBot) -> DuplicatesScreen:
    window.go("children")
    click(named(window, "go_duplicates"))
    assert window.shown == "duplicates"
    screen = window.findChild(DuplicatesScreen)
    assert screen is not None
    return screen


def compared(window: MainWindow, qtbot: QtBot) -> DuplicatesScreen:
    screen = opened(window, qtbot)
    qtbot.waitUntil(lambda: screen.panel.detail is not None)
    return screen


def row_of(screen: DuplicatesScreen, key: str) -> int:
    return next(n for n, row in enumerate(screen.panel.model.rows) if row.field.key == key)


def test_nothing_to_compare_says_so(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    screen = opened(window, qtbot)
    qtbot.waitUntil(lambda: screen._either.currentIndex() == 1)
    assert not screen.panel.isVisible()


def test_what_differs_is_marked_and_comes_first_with_both_papers(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    twins(desk)
    window.go("children")
    listed = window.findChild(ChildrenScreen)
    assert listed is not None
    qtbot.waitUntil(lambda: listed.duplicates.text() == "重复登记 1")
    screen = compared(window, qtbot)
    for model in (screen.pairs, screen.merged, screen.panel.model):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    panel = screen.panel
    assert "姓名字形相近" in panel.why.text()
    name = row_of(screen, "child_name")
    assert panel.model.index(name, 0).data(MARK).role == "doubt"
    assert panel.model.index(name, 2).data(MARK).icon == "tick", "the newer statement counts"
    birth = row_of(screen, "child_birth_date")
    assert birth > name
    assert panel.model.index(birth, 1).data(MARK) is None, "what agrees is plain"
    panel.table.selectRow(name)
    qtbot.waitUntil(lambda: all(box.count() for box in panel._crop_boxes))
    click(named(panel, "paper_one"))
    paper = panel.findChild(PaperDialog)
    assert paper is not None
    qtbot.waitUntil(lambda: paper.view.has_page)
    paper.reject()
    click(named(panel, "child_other"))
    assert window.shown == "child"


def test_merged_by_keys_with_a_value_of_the_older_form_and_undone(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, other = twins(desk)
    screen = compared(window, qtbot)
    panel = screen.panel
    panel.table.setFocus()
    panel.table.selectRow(row_of(screen, "child_name"))
    older = Qt.Key.Key_Right if panel.detail is not None and panel.detail.newer_is_one else Qt.Key.Key_Left
    press(panel.table, older)
    assert list(panel.values()) == ["child_name"]
    click(panel.merges)
    assert "依据" in panel.refusal.text()
    edit = panel.reason.lineEdit()
    assert isinstance(edit, QLineEdit)
    type_chinese(edit, "看了户口簿")
    press(edit, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "已合并为一名" in screen.notice.words)
    (row,) = children.children(desk.store, desk.actor)
    assert (row.child_id, row.name) == (one, "欧阳雪")
    qtbot.waitUntil(lambda: not screen.pairs.rows)
    click(screen.notice.action)
    qtbot.waitUntil(lambda: "各归各" in screen.notice.words)
    assert {r.child_id: r.name for r in children.children(desk.store, desk.actor)} == {one: "欧阳雪", other: "欧阳霄"}
    qtbot.waitUntil(lambda: len(screen.pairs.rows) == 1)


def test_a_click_on_a_side_chooses_it(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    twins(desk)
    screen = compared(window, qtbot)
    table = screen.panel.table
    row = row_of(screen, "child_name")
    counts = screen.panel.model.rows[row].one_counts
    where = table.visualRect(screen.panel.model.index(row, 2 if counts else 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert screen.panel.model.rows[row].one_counts is not counts


def test_merged_ones_are_listed_and_taken_back(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, other = twins(desk)
    duplicates.merge(desk.store, desk.actor, desk.clock(), one, other, "核对了户口簿")
    screen = opened(window, qtbot)
    qtbot.waitUntil(lambda: bool(screen.merged.rows))
    screen.tabs.setCurrentIndex(1)
    screen.merges_table.selectRow(0)
    click(screen.undoes)
    dialog = asked(screen, qtbot)
    click(dialog.does)
    assert "原因" in dialog.told.text()
    entry = dialog.entries["why"]
    assert isinstance(entry, QLineEdit)
    type_chinese(entry, "是堂妹")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: screen.merged.rows[0].undone_reason == "是堂妹")
    screen.merges_table.selectRow(0)
    assert not screen.undoes.isEnabled()


def test_not_the_same_and_later(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    twins(desk)
    screen = compared(window, qtbot)
    click(screen.panel.laters)
    assert len(screen.pairs.rows) == 1, "nothing was decided"
    qtbot.waitUntil(lambda: screen.panel.detail is not None)
    click(screen.panel.aparts)
    qtbot.waitUntil(lambda: "两个孩子" in screen.notice.words)
    qtbot.waitUntil(lambda: not screen.pairs.rows)
    assert duplicates.all_duplicates(desk.store, desk.actor) == ()


def test_everything_by_keys(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, _other = twins(desk)
    screen = compared(window, qtbot)
    screen.table.setFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_F1)
    sheet = screen.findChild(KeySheet)
    assert sheet is not None
    sheet.accept()
    screen.table.setFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert screen.panel.table.hasFocus()
    QTest.keyClick(screen.panel.table, Qt.Key.Key_F2)
    edit = screen.panel.reason.lineEdit()
    assert isinstance(edit, QLineEdit)
    assert edit.hasFocus() or screen.panel.reason.hasFocus()
    type_chinese(edit, "看了两份纸质件")
    QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "已合并为一名" in screen.notice.words)
    assert [row.child_id for row in children.children(desk.store, desk.actor)] == [one]
    qtbot.waitUntil(lambda: not screen.pairs.rows, timeout=20000)
    screen.tabs.setFocus()
    QTest.keyClick(screen.tabs, Qt.Key.Key_Escape)
    assert window.shown == "children"


def test_a_refusal_stands_where_it_happened(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, other = twins(desk)
    screen = compared(window, qtbot)
    duplicates.keep_apart(desk.store, desk.actor, desk.clock(), one, other)
    screen.panel.reason.setCurrentIndex(0)
    click(screen.panel.merges)
    qtbot.waitUntil(lambda: "不是同一个孩子" in screen.panel.refusal.text())
    assert screen.panel.merges.isEnabled()


def test_of_a_child_elsewhere_only_township_and_score_stand_there(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, other = twins(desk)
    with desk.store.transaction() as session:
        row = session.get_one(Child, other)
        session.get_one(Registration, row.current_registration_id).division = "220281001"
        row.residence_division = row.scope = "220281001"
    village = replace(desk.opened, actor=replace(desk.actor, role=Role.REVIEWER))
    assert [p.other.inside for p in duplicates.all_duplicates(desk.store, village.actor)] == [False]
    screen = opened(window, qtbot)
    qtbot.waitUntil(lambda: bool(screen.pairs.rows))
    panel = screen.panel
    assert panel.told.text().startswith("另一名不归您管")
    assert not panel.merges.isVisible()
    assert "欧阳霄" not in "".join(b.text() for b in panel.findChildren(QPushButton)) + panel.why.text()
    assert panel._names[1].text() == "不归您管的一名儿童"
    assert one


def test_the_childs_page_leads_there(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    one, other = twins(desk)
    window.go("children")
    listed = window.findChild(ChildrenScreen)
    assert listed is not None
    qtbot.waitUntil(lambda: len(listed.model.rows) == 2)
    listed.open_child.emit(other)
    qtbot.waitUntil(lambda: named(window, "compare").isVisible())
    click(named(window, "compare"))
    screen = window.findChild(DuplicatesScreen)
    assert screen is not None
    qtbot.waitUntil(lambda: screen.panel.detail is not None)
    assert screen.panel.detail is not None
    assert one in {screen.panel.detail.one.child_id, screen.panel.detail.other.child_id}


def test_a_collector_looks_and_does_not_decide(desk: Desk, show: Show, qtbot: QtBot) -> None:
    twins(desk)
    collector = replace(desk.opened, actor=replace(desk.actor, role=Role.COLLECTOR))
    desk.jobs.attend(collector)
    window = make_window(desk.jobs, collector)
    show(window)
    screen = compared(window, qtbot)
    assert not screen.panel.merges.isVisible()
    assert not any(row.field.choosable for row in screen.panel.model.rows)


def test_a_pair_is_named_by_both(desk: Desk) -> None:
    from desktop.ui.duplicates.screen import PAIRS

    one = TwinView(93, "黄松甸镇", True, "a", "likely", (), "欧阳雪")
    pair = PairView(one, TwinView(93, "吉林省吉林市船营区", False))
    assert [column.show(pair) if n < 2 else "" for n, column in enumerate(PAIRS)] == ["欧阳雪", "吉林市船营区", ""]

"""报送批次 from choosing to the answer for each child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.batches.screen import BatchesScreen
from desktop.ui.widgets.sure import SureDialog
from records.views import BatchRowState, BatchState
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from workflow import report

Show = Callable[[QWidget], None]


@pytest.fixture
def screen(desk: Desk, show: Show, qtbot: QtBot) -> BatchesScreen:
    for number in range(3):
        desk.verified(desk.registration(number, front=["child_name"]))
    made = BatchesScreen(desk.jobs)
    show(made)
    made.enter()
    return made


def shows(screen: QWidget, name: str) -> bool:
    found = screen.findChild(QPushButton, name)
    return found is not None and found.isVisible()


def click_named(screen: QWidget, name: str, qtbot: QtBot) -> None:
    found = screen.findChild(QPushButton, name)
    assert found is not None, name
    assert found.isVisible(), name
    click(found)


def choose_and_make(screen: BatchesScreen, qtbot: QtBot) -> None:
    click_named(screen, "first_batch", qtbot)
    qtbot.waitUntil(lambda: len(screen.new.model.rows) == 3)
    assert len(screen.new.model.ticked()) == 3
    press(screen.new.table, Qt.Key.Key_Return, "\r")  # unticks the first
    assert len(screen.new.model.ticked()) == 2
    screen.new.name.clear()
    type_chinese(screen.new.name, "十月第一批")
    click_named(screen, "make_batch", qtbot)
    qtbot.waitUntil(lambda: len(screen.panel.model.rows) == 2)


def freeze(screen: BatchesScreen, qtbot: QtBot) -> None:
    click_named(screen, "freeze", qtbot)
    question = screen.findChild(SureDialog)
    assert question is not None
    assert any("不能撤销" in label.text() for label in question.findChildren(QLabel))
    assert question.focusWidget() is question.stays  # a stray Enter freezes nothing
    click(question.does)
    qtbot.waitUntil(lambda: screen.model.rows[0].state is BatchState.FROZEN)


def test_choose_freeze_write_and_answer(desk: Desk, screen: BatchesScreen, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    choose_and_make(screen, qtbot)
    assert screen.model.rows[0].name == "十月第一批"
    assert not screen.panel.outcome.isVisible()
    freeze(screen, qtbot)
    qtbot.waitUntil(lambda: shows(screen, "write_batch"))
    assert screen.window().focusWidget() is screen.panel.write, "the next step has the keyboard"
    out = tmp_path / "输出 文件" / "批次.xlsx"
    out.parent.mkdir()
    screen.panel.write_to(out)
    qtbot.waitUntil(lambda: screen.model.rows[0].state is BatchState.WRITTEN, timeout=20000)
    assert "已写出 批次.xlsx" in screen.notice.words
    book = load_workbook(out)
    text = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {row.name for row in screen.panel.model.rows} == {"欧阳雪甲", "欧阳雪乙"} <= text  # 丙 was unticked
    book.close()

    qtbot.waitUntil(screen.panel.outcome.isVisible)
    names = [row.name for row in screen.panel.model.rows]
    assert screen.window().focusWidget() is screen.panel.table
    press(screen.panel.table, Qt.Key.Key_Return, "\r")
    type_keys(screen.panel.outcome.number, "JL20260001")
    press(screen.panel.outcome.number, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: screen.panel.model.rows[0].state is BatchRowState.ACCEPTED)
    qtbot.waitUntil(lambda: screen.panel.table.currentIndex().row() == 1)
    assert screen.panel.outcome.who.text().startswith(names[1])
    assert screen.panel.outcome.number.text() == ""
    assert screen.window().focusWidget() is screen.panel.outcome.number, "a stack of answers is typed without the mouse"
    type_chinese(screen.panel.outcome.reason, "身份证号重复")
    click_named(screen, "returned", qtbot)
    qtbot.waitUntil(lambda: screen.panel.model.rows[1].state is BatchRowState.RETURNED)
    assert "已接收 1，被退回 1，等结果 0" in screen.panel.told.text()


def test_nothing_is_offered_of_a_batch_before_it_is_read(desk: Desk, screen: BatchesScreen, qtbot: QtBot) -> None:
    """On a slow machine freezing stood there for seconds, of a batch that nobody saw yet."""
    chosen = [row.registration_id for row in report.candidates(desk.store, desk.actor)]
    _changes, batch_id = report.new_batch(desk.store, desk.actor, desk.clock(), "一", chosen)
    screen.panel.show_batch(batch_id)
    assert not any(shows(screen.panel, name) for name in ("freeze", "write_batch", "write_sheets"))
    screen.enter()
    qtbot.waitUntil(lambda: shows(screen, "freeze"))
    assert not shows(screen, "write_batch")


def test_an_answer_half_typed_stays_when_the_batch_is_read_again(
    desk: Desk, screen: BatchesScreen, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    choose_and_make(screen, qtbot)
    freeze(screen, qtbot)
    screen.panel.write_to(tmp_path / "批次.xlsx")
    qtbot.waitUntil(screen.panel.outcome.isVisible, timeout=20000)
    screen.panel.outcome.reason.setFocus()
    type_chinese(screen.panel.outcome.reason, "身份证号")
    with qtbot.waitSignal(screen.panel.model.modelReset):
        screen.panel.show_batch(screen.model.rows[0].batch_id)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert screen.panel.outcome.reason.text() == "身份证号"
    assert screen.window().focusWidget() is screen.panel.outcome.reason


def test_an_answer_wants_its_number_or_reason(desk: Desk, screen: BatchesScreen, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    choose_and_make(screen, qtbot)
    freeze(screen, qtbot)
    screen.panel.write_to(tmp_path / "批次.xlsx")
    qtbot.waitUntil(screen.panel.outcome.isVisible, timeout=20000)
    click_named(screen, "accepted", qtbot)
    assert screen.panel.outcome.told.text() == "请填系统给出的儿童编号。"
    click_named(screen, "returned", qtbot)
    assert screen.panel.outcome.told.text() == "请填退回的原因，改好以后可以再报。"
    assert all(row.state is BatchRowState.SENT for row in screen.panel.model.rows)


def test_a_batch_needs_a_name_and_a_child(screen: BatchesScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    click_named(screen, "first_batch", qtbot)
    qtbot.waitUntil(lambda: len(screen.new.model.rows) == 3)
    screen.new.name.clear()
    click_named(screen, "make_batch", qtbot)
    assert screen.new.told.text() == "请给批次起个名称。"
    screen.new.model.tick([])
    assert not screen.new.make.isEnabled()


def test_an_unwritable_place_is_said_and_nothing_is_lost(
    desk: Desk, screen: BatchesScreen, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    choose_and_make(screen, qtbot)
    freeze(screen, qtbot)
    screen.panel.write_to(tmp_path / "没有这个文件夹" / "批次.xlsx")
    qtbot.waitUntil(lambda: screen.notice.property("role") == "alarm", timeout=20000)
    assert screen.notice.words
    assert screen.panel.write.isEnabled()
    assert screen.model.rows[0].state is BatchState.FROZEN


def test_sheets_for_keying_by_hand_are_written_from_a_frozen_batch(
    desk: Desk, screen: BatchesScreen, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: shows(screen, "first_batch"))
    choose_and_make(screen, qtbot)
    assert not shows(screen, "write_sheets")  # what is not frozen may still change
    freeze(screen, qtbot)
    qtbot.waitUntil(lambda: shows(screen, "write_sheets"))
    out = tmp_path / "对照单.docx"
    click_named(screen, "write_sheets", qtbot)
    dialog = screen.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.selectedFiles()[0].endswith("录入对照单 2026-001.docx")
    dialog.fileSelected.emit(str(out))
    dialog.reject()
    qtbot.waitUntil(lambda: "已写出 对照单.docx，2 名儿童" in screen.notice.words, timeout=20000)
    written = "".join(p.text for p in Document(str(out)).paragraphs)
    assert "欧阳雪甲" in written
    assert "欧阳雪丙" not in written  # unticked
    screen.panel.write_sheets_to(tmp_path / "没有这个文件夹" / "对照单.docx")
    qtbot.waitUntil(lambda: screen.notice.property("role") == "alarm", timeout=20000)
    assert screen.panel.sheets.isEnabled()

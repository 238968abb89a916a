"""问村里 in the window: with what is asked, the slip, and the answer that closes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.dialogs import QuestionDialog
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from records.views import AnswerState, RegistrationState, ValueSource
from tests.desktop.conftest import Desk, click, press, type_chinese
from tests.desktop.hands import enter, left_behind, ready, settled, stored, value_box

Show = Callable[[QWidget], None]
Key = Qt.Key


def test_what_is_asked_is_written_and_the_answer_closes_it(
    desk: Desk, screen: VerifyScreen, show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = desk.registration(0, front=["school_name"])
    left: list[str] = []
    screen.left.connect(left.append)
    screen.open_all((registration,))
    ready(screen, qtbot, "school_name")
    press(value_box(screen), Key.Key_F3, "", Qt.KeyboardModifier.ShiftModifier)
    dialog = screen.findChild(QuestionDialog)
    assert dialog is not None
    type_chinese(dialog.note, "是不是中心小学")
    press(dialog.note, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "还有 1 栏没有核对" in screen.parts.notice.words)
    settled(desk, qtbot)
    item = stored(desk, registration, "school_name")
    assert (item.state, item.note) == (AnswerState.ASK, "是不是中心小学")
    assert item.reasons[0] == "是不是中心小学"

    path = desk.folder / "核实单.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    press(value_box(screen), Key.Key_F11)
    qtbot.waitUntil(lambda: "写好了 1 个村（社区）的核实单，共 1 处" in screen.parts.notice.words)
    assert path.read_bytes().startswith(b"%PDF")
    press(value_box(screen), Key.Key_Escape)
    assert left == [""]

    drafts = DraftsScreen(desk.jobs)
    show(drafts)
    drafts.enter()
    qtbot.waitUntil(lambda: bool(drafts.model.rows))
    assert drafts.model.index(0, 1).data() == "1 处等村里答复"
    other = Path(desk.folder / "全部.pdf")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(other), ""))
    click(drafts.slips)
    qtbot.waitUntil(other.exists)

    screen.open_all((registration,))
    ready(screen, qtbot, "school_name")
    assert "要问村里" in screen.parts.field.count.text(), "the form opens at what was asked"
    type_chinese(screen.parts.field.value, "蛟河市第一小学")
    enter(screen)
    qtbot.waitUntil(lambda: len(left) == 2)
    assert desk.sheet(registration).state is RegistrationState.VERIFIED
    assert stored(desk, registration, "school_name").value == "蛟河市第一小学"


def test_asked_again_it_waits_on(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    first = desk.registration(0, front=["school_name"])
    second = desk.registration(1, front=["child_name"])
    screen.open_all((first, second))
    for _time in range(2):
        ready(screen, qtbot, "school_name")
        press(value_box(screen), Key.Key_F3)
        qtbot.waitUntil(lambda: screen.parts.notice.action.text() == "先放着，看下一份")
        settled(desk, qtbot)
        screen.open_all((first, second))
        qtbot.waitUntil(lambda: screen.walk is None)
    ready(screen, qtbot, "school_name")
    press(value_box(screen), Key.Key_F3)
    qtbot.waitUntil(lambda: screen.parts.notice.action.text() == "先放着，看下一份")
    click(screen.parts.notice.action)
    left_behind(screen, "school_name", qtbot)
    ready(screen, qtbot, "child_name")
    assert stored(desk, first, "school_name").source is ValueSource.PAPER

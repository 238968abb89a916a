"""Typing an address: a few letters or characters, Alt and a digit; by real keys, with an input method."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.field_panel import TAIL_TOLD
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.verify.value_edit import ValueEdit
from records.views import AnswerState, FindingView, ValueSource
from tests.desktop.conftest import Desk, press, type_chinese, type_keys
from tests.desktop.hands import enter, here, left_behind, ready, settled, stored
from tests.workflow.scripted import back, front

Show = Callable[[QWidget], None]
Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
HOME = "吉林省吉林市蛟河市黄松甸镇"


@pytest.fixture
def screen(desk: Desk, show: Show, qtbot: QtBot) -> VerifyScreen:
    made = VerifyScreen(desk.jobs)
    show(made)
    return made


def at(screen: VerifyScreen, desk: Desk, qtbot: QtBot, key: str, *others: str) -> str:
    """A form with this doubtful field at hand; the id of its draft."""
    registration = desk.registration(0, front=[key, *others])
    screen.open_all((registration,))
    ready(screen, qtbot)
    field = screen.parts.field
    completing = field.completing
    assert completing is not None
    while here(screen) != key:
        press(box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    assert field.item is not None
    item = field.item
    qtbot.waitUntil(lambda: completing.offers(item, "x") is not None)
    return registration


def box(screen: VerifyScreen) -> ValueEdit:
    return screen.parts.field.value


def listed(screen: VerifyScreen) -> list[str]:
    return [candidate.text for candidate in screen.parts.field.candidates.shown]


def pick(screen: VerifyScreen, number: int) -> None:
    press(box(screen), Qt.Key(Key.Key_0 + number), str(number), ALT)


def test_letters_and_two_picks_make_an_address(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = at(screen, desk, qtbot, "child_residence", "school_name")
    read = box(screen).value_text()
    type_keys(box(screen), "hsdz")
    assert listed(screen)[0] == "黄松甸镇…"
    assert read in listed(screen), "what was read stays in sight"
    pick(screen, 1)
    assert box(screen).value_text() == HOME
    assert here(screen) == "child_residence", "a part is no answer"
    type_keys(box(screen), "ndz")
    assert listed(screen)[0] == "南顶子村…"
    pick(screen, 1)
    type_keys(box(screen), "3")
    type_chinese(box(screen), "组", composing="zu")
    assert box(screen).value_text() == f"{HOME}南顶子村3组"
    enter(screen)
    left_behind(screen, "child_residence", qtbot)
    settled(desk, qtbot)
    item = stored(desk, registration, "child_residence")
    assert item.value == {"division": "220281104208", "detail": "3组"}
    assert (item.state, item.source) == (AnswerState.CORRECTED, ValueSource.PAPER)


def test_the_tail_keeps_the_head_and_says_what_was_added(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = at(screen, desk, qtbot, "child_residence", "school_name")
    type_chinese(box(screen), "南顶子村", composing="nandingzicun")
    type_keys(box(screen), "5")
    reads = screen.parts.field.reads
    assert reads.text() == f"将存为：〔{HOME}〕南顶子村5　〔〕里是补上的"
    assert reads.isVisible()
    assert box(screen).value_text() == "南顶子村5", "the box holds what was typed"
    enter(screen)
    left_behind(screen, "child_residence", qtbot)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_residence").value == {"division": "220281104208", "detail": "5"}


def test_enter_takes_what_was_typed_and_digits_type(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Never a pick that nobody made."""
    registration = at(screen, desk, qtbot, "child_residence", "school_name")
    type_chinese(box(screen), "黄")
    assert listed(screen)[0] == "黄松甸镇…"
    type_keys(box(screen), "1")
    assert box(screen).value_text() == "黄1"
    enter(screen)
    left_behind(screen, "child_residence", qtbot)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_residence").value == {"division": None, "detail": "黄1"}


def test_nothing_is_picked_while_composing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    at(screen, desk, qtbot, "child_residence")
    type_chinese(box(screen), "黄")
    shown = listed(screen)
    QApplication.sendEvent(box(screen), QInputMethodEvent("song", []))
    pick(screen, 1)
    assert box(screen).value_text() == "黄"
    assert listed(screen) == shown, "nothing moves under the eye"
    type_chinese(box(screen), "松")
    assert listed(screen)[0] == "黄松甸镇…"


def test_the_rules_say_nothing_of_a_box_that_is_empty_for_composing(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot
) -> None:
    """The first letter takes away what was read; nothing has been said with that."""
    at(screen, desk, qtbot, "form_division")
    before, field = listed(screen), screen.parts.field
    said: list[object] = []
    field.typed.connect(said.append)
    QApplication.sendEvent(box(screen), QInputMethodEvent("huang", []))
    assert box(screen).value_text() == ""
    assert (said, listed(screen)) == ([], before)
    field.show_findings((FindingView("warning", "required", ("form_division",), "“填报地区”没有填。", ""),))
    type_chinese(box(screen), "黄")
    assert said == []
    assert not field.warnings.isVisible(), "that was said of an empty box"
    assert listed(screen)[0] == "黄松甸镇…"


def test_a_pick_is_taken_back_like_typing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    at(screen, desk, qtbot, "child_residence")
    type_keys(box(screen), "hsdz")
    pick(screen, 1)
    press(box(screen), Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier)
    assert box(screen).value_text() == "hsdz"
    assert listed(screen)[0] == "黄松甸镇…"


def test_what_was_read_is_picked_again_as_an_answer(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = at(screen, desk, qtbot, "child_residence", "school_name")
    read = box(screen).value_text()
    type_chinese(box(screen), "黄松甸镇")
    pick(screen, listed(screen).index(read) + 1)
    left_behind(screen, "child_residence", qtbot)
    settled(desk, qtbot)
    item = stored(desk, registration, "child_residence")
    assert (item.value, item.state) == ({"division": "220281104", "detail": "河沿街3号"}, AnswerState.CONFIRMED)


def test_letters_left_at_the_end_are_asked_about_once(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    at(screen, desk, qtbot, "child_residence", "school_name")
    type_chinese(box(screen), "黄松甸镇")
    type_keys(box(screen), "ndz")
    enter(screen)
    assert here(screen) == "child_residence"
    assert screen.parts.field.told.text() == TAIL_TOLD
    pick(screen, 1)
    assert not screen.parts.field.told.isVisible()
    enter(screen)
    left_behind(screen, "child_residence", qtbot)


def test_a_school_of_the_office_is_an_answer_at_one_pick(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    for number in (1, 2):
        desk.verified(desk.registration(number))
    registration = at(screen, desk, qtbot, "school_name", "child_residence")
    type_keys(box(screen), "hsd")
    assert listed(screen)[0] == "黄松甸镇中心小学"
    assert screen.parts.field.candidates.shown[0].origin == "登记过 2 次"
    pick(screen, 1)
    left_behind(screen, "school_name", qtbot)
    settled(desk, qtbot)
    assert stored(desk, registration, "school_name").value == "黄松甸镇中心小学"


def test_what_a_stack_teaches_is_offered_further_down_the_stack(
    desk: Desk, screen: VerifyScreen, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("desktop.ui.verify.completing.AGAIN_AFTER", 2)
    drafts = []
    for number in (1, 2, 3):
        child = {"child_name": f"欧阳{'甲乙丙'[number - 1]}", "child_id_number": None, "child_registered": ["no"]}
        known = {row.registration_id for row in desk.drafts()}
        page = front(f"T{number}", ["school_name"], school_name="松江小学", **child)
        desk.take_in(desk.file(f"{number}.jpg", page, back(f"T{number}")))
        desk.read()
        drafts.append(next(row.registration_id for row in desk.drafts() if row.registration_id not in known))
    screen.open_all(tuple(drafts))
    for draft in drafts[:2]:
        qtbot.waitUntil(lambda draft=draft: screen.walk is not None and screen.walk.sheet.registration_id == draft)  # type: ignore[misc]  # a lambda of a loop
        ready(screen, qtbot)
        enter(screen)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == drafts[2], timeout=20000)
    ready(screen, qtbot)
    field = screen.parts.field
    completing, item = field.completing, field.item
    assert completing is not None
    assert item is not None
    qtbot.waitUntil(lambda: bool(completing.offers(item, "sj")))
    type_keys(box(screen), "sj")
    assert listed(screen)[0] == "松江小学"

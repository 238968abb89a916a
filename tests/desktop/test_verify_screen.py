"""The heart: one registration after the other with the keyboard, on a real store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.dialogs import SameChildDialog
from desktop.ui.verify.field_panel import LETTERS_TOLD
from desktop.ui.verify.screen import CONTRADICTION_TOLD, EMPTY_TOLD, NOT_TICKED_TOLD, VerifyScreen
from desktop.ui.widgets.key_sheet import KeySheet
from desktop.ui.widgets.placing import PlaceDialog
from records.views import AnswerState, RegistrationState
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import enter, here, left_behind, ready, settled, stored, value_box
from tests.workflow.scripted import back, front
from workflow import verify
from workflow.children import children

Show = Callable[[QWidget], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def left(screen: VerifyScreen) -> list[str]:
    seen: list[str] = []
    screen.left.connect(seen.append)
    return seen


def test_enter_twice_at_the_last_field_answers_once(
    desk: Desk, screen: VerifyScreen, left: list[str], qtbot: QtBot
) -> None:
    """The hand is quicker than the store: what is being saved takes no more answers, and refuses nothing aloud."""
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot, "child_name")
    enter(screen)
    enter(screen)
    enter(screen)
    qtbot.waitUntil(lambda: bool(left), timeout=20000)
    settled(desk, qtbot)
    assert "都核对完了" in left[0]
    assert "没有改动" not in screen.parts.notice.words


def test_letters_where_chinese_is_written_are_asked_about_once(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """The input method was off, and Enter came out of habit."""
    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    key = here(screen)
    type_keys(value_box(screen), "ouyangxue")
    enter(screen)
    assert here(screen) == key
    assert screen.parts.field.told.text() == LETTERS_TOLD
    value_box(screen).selectAll()  # type: ignore[attr-defined]  # the box of a text
    type_chinese(value_box(screen), "欧阳雪甲")
    assert not screen.parts.field.told.isVisible()
    enter(screen)
    left_behind(screen, key, qtbot)
    ready(screen, qtbot)
    key = here(screen)
    type_keys(value_box(screen), "abc")
    enter(screen)
    assert here(screen) == key
    enter(screen)
    left_behind(screen, key, qtbot)
    settled(desk, qtbot)
    assert stored(desk, registration, key).value == "abc"


def test_enter_confirms_goes_on_and_saves(desk: Desk, screen: VerifyScreen, left: list[str], qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name", "school_name"], back=["father_name"])
    screen.open_all((registration,))
    for _field in range(3):
        ready(screen, qtbot)
        before = here(screen)
        enter(screen)
        left_behind(screen, before, qtbot)
    qtbot.waitUntil(lambda: bool(left))
    assert "已存为已核对" in left[0]
    assert desk.sheet(registration).state is RegistrationState.VERIFIED
    assert stored(desk, registration, "child_name").state is AnswerState.CONFIRMED
    assert [row.name for row in children(desk.store, desk.actor)] == ["欧阳雪甲"]


def test_a_held_enter_answers_one_field_only(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    screen.open_all((desk.registration(0, front=["child_name", "school_name"]),))
    ready(screen, qtbot)
    first = here(screen)
    enter(screen)
    ready(screen, qtbot)
    second = here(screen)
    assert second != first
    for _repeat in range(5):
        enter(screen, held=True)
    settled(desk, qtbot)
    assert here(screen) == second


def test_enter_before_the_crop_is_painted_answers_nothing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    qtbot.waitUntil(lambda: bool(here(screen)))
    screen.parts.field.crop.wait("正在打开纸面")
    for key in (Key.Key_Return, Key.Key_F2, Key.Key_F3, Key.Key_F4):
        press(value_box(screen), key)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_name").state is AnswerState.MACHINE
    screen.parts.field.show_crop(QPixmap(1240, 1754))
    ready(screen, qtbot)


def test_two_enters_without_a_paint_between_answer_one_field(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Both events lie in the queue before the next crop can be drawn."""
    registration = desk.registration(0, front=["child_name", "school_name", "child_phone"], back=["father_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    enter(screen)
    second = here(screen)
    enter(screen)
    assert here(screen) == second


def test_typing_replaces_and_is_stored_as_corrected(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "child_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    type_chinese(screen.parts.field.value, "欧阳雪晴", composing="xueqing")
    enter(screen)
    settled(desk, qtbot)
    item = stored(desk, registration, "child_name")
    assert (item.value, item.state) == ("欧阳雪晴", AnswerState.CORRECTED)


def test_nothing_acts_while_composing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    from PySide6.QtGui import QInputMethodEvent

    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot, "child_name")
    QApplication.sendEvent(screen.parts.field.value, QInputMethodEvent("xue", []))
    enter(screen)
    press(value_box(screen), Key.Key_Escape)
    settled(desk, qtbot)
    assert here(screen) == "child_name"
    assert stored(desk, registration, "child_name").state is AnswerState.MACHINE


def test_a_value_that_does_not_fit_is_refused_where_it_was_typed(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot
) -> None:
    registration = desk.registration(0, front=["child_birth_date"])
    screen.open_all((registration,))
    ready(screen, qtbot, "child_birth_date")
    type_keys(screen.parts.field.value, "2018-13-45")
    enter(screen)
    assert here(screen) == "child_birth_date"
    assert screen.parts.field.told.isVisible()
    assert screen.parts.field.told.text()
    assert stored(desk, registration, "child_birth_date").state is AnswerState.MACHINE


def test_marks_and_blank(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name", "school_name", "child_arrival"], back=["father_name"])
    screen.open_all((registration,))
    answers = {}
    for key in (Key.Key_F2, Key.Key_F3, Key.Key_F4):
        ready(screen, qtbot)
        at = here(screen)
        answers[at] = key
        press(value_box(screen), key)
        left_behind(screen, at, qtbot)
    settled(desk, qtbot)
    wanted = {
        Key.Key_F2: AnswerState.ILLEGIBLE,
        Key.Key_F3: AnswerState.ASK,
        Key.Key_F4: AnswerState.CORRECTED,
    }
    for field, key in answers.items():
        item = stored(desk, registration, field)
        assert item.state is wanted[key], field
        if key is Key.Key_F4:
            assert item.value in (None, [])


def test_a_candidate_is_picked_with_alt(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["school_name", "child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    at = here(screen)
    shown = screen.parts.field.candidates.shown
    assert shown
    press(value_box(screen), Key.Key_2, "2", Modifier.AltModifier)  # there is no second one
    assert here(screen) == at
    press(value_box(screen), Key.Key_1, "1", Modifier.AltModifier)
    qtbot.waitUntil(lambda: here(screen) != at)
    settled(desk, qtbot)
    assert stored(desk, registration, at).value == shown[0].value


def test_an_empty_doubt_to_tick_asks_for_a_tick(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    desk.take_in(desk.file("a.jpg", front("S1", ["child_sex"], child_sex=[]), back("S1")))
    desk.read()
    registration = desk.drafts()[0].registration_id
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "child_sex":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    enter(screen)
    assert here(screen) == "child_sex"
    assert screen.parts.field.told.text() == NOT_TICKED_TOLD


def test_an_empty_doubt_wants_typing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    desk.take_in(desk.file("a.jpg", front("S1", ["school_name"], school_name=None), back("S1")))
    desk.read()
    registration = desk.drafts()[0].registration_id
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "school_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    enter(screen)
    assert here(screen) == "school_name"
    assert screen.parts.field.told.text() == EMPTY_TOLD
    press(value_box(screen), Key.Key_F4)
    settled(desk, qtbot)
    assert stored(desk, registration, "school_name").state is AnswerState.CONFIRMED


def test_a_contradiction_wants_a_pick_or_typing(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Birth date and ID number say different days."""
    page = front("S1", ["child_birth_date"], child_birth_date="2018-01-02")
    desk.take_in(desk.file("a.jpg", page, back("S1")))
    desk.read()
    screen.open_all((desk.drafts()[0].registration_id,))
    ready(screen, qtbot)
    while here(screen) != "child_birth_date":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    assert screen.parts.field.errors.isVisible()
    enter(screen)
    assert here(screen) == "child_birth_date"
    assert screen.parts.field.told.text() == CONTRADICTION_TOLD
    type_keys(screen.parts.field.value, "2018-01-01")
    enter(screen)
    qtbot.waitUntil(lambda: here(screen) != "child_birth_date")


def test_a_date_without_its_day_waits_to_be_completed(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    page = {**front("S1"), "unfinished": {"child_birth_date": ("2018年1月", "day_missing")}}
    desk.take_in(desk.file("a.jpg", page, back("S1")))
    desk.read()
    registration = desk.drafts()[0].registration_id
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "child_birth_date":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    assert screen.parts.field.value.value_text() == "2018年1月"
    item = stored(desk, registration, "child_birth_date")
    assert item.candidates == ()
    assert "只写到月，请补日" in item.reasons
    enter(screen)
    assert here(screen) == "child_birth_date"
    assert screen.parts.field.told.text() == "日期缺少日。请写年、月、日，例如 2015年3月5日。"
    type_keys(screen.parts.field.value, "2018.1.1")
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_birth_date").value == "2018-01-01"


def test_digits_tick_options(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_movement", "child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "child_movement":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    choice = screen.parts.field.choice
    assert choice.codes() == []
    press(choice, Key.Key_1, "1")
    press(choice, Key.Key_2, "2")
    options = [option.code for option in stored(desk, registration, "child_movement").options]
    assert choice.codes() == [options[1]], "a single choice keeps the last"
    press(choice, Key.Key_2, "2", held=True)
    assert choice.codes() == [options[1]]
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_movement").value == [options[1]]


def test_undo_goes_back_to_the_field_and_across_registrations(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    one, two = desk.registration(0, front=["child_name"]), desk.registration(1, front=["child_name"])
    screen.open_all((one, two))
    ready(screen, qtbot, "child_name")
    enter(screen)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == two)
    qtbot.waitUntil(lambda: "欧阳雪甲 已存为已核对" in screen.parts.notice.words)
    assert "下一份：欧阳雪乙" in screen.parts.notice.words
    ready(screen, qtbot, "child_name")
    press(value_box(screen), Key.Key_Z, "", Modifier.ControlModifier)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == one)
    ready(screen, qtbot, "child_name")
    assert desk.sheet(one).state is RegistrationState.DRAFT
    assert stored(desk, one, "child_name").state is AnswerState.MACHINE
    enter(screen)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == two)
    qtbot.waitUntil(lambda: desk.sheet(one).state is RegistrationState.VERIFIED)


def test_undo_within_a_registration(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    first = here(screen)
    enter(screen)
    ready(screen, qtbot)
    press(value_box(screen), Key.Key_Z, "", Modifier.ControlModifier)
    assert here(screen) == first
    settled(desk, qtbot)
    assert stored(desk, registration, first).state is AnswerState.MACHINE


def test_what_is_answered_stays_when_one_leaves(
    desk: Desk, screen: VerifyScreen, left: list[str], qtbot: QtBot
) -> None:
    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    first = here(screen)
    enter(screen)
    press(value_box(screen), Key.Key_Escape)
    assert left == [""]
    settled(desk, qtbot)
    screen.open_all((registration,))
    ready(screen, qtbot)
    assert here(screen) != first
    assert stored(desk, registration, first).state is AnswerState.CONFIRMED


def test_the_page_glows_where_the_field_is(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"], back=["father_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    item = stored(desk, registration, here(screen))
    place = screen.parts.page.place
    assert place is not None
    assert item.box is not None
    assert (place.x(), place.y(), place.width(), place.height()) == item.box
    assert screen.parts.page.rect().contains(screen.parts.page.on_screen(place).toRect())
    press(value_box(screen), Key.Key_F9)
    assert screen.parts.page.whole
    press(value_box(screen), Key.Key_F10)
    assert not screen.parts.page.isVisible()


def test_accepted_fields_unfold_and_can_be_changed(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    press(value_box(screen), Key.Key_F8)
    rest = screen.parts.rest
    assert rest.table.isVisible()
    rows = [item.key for item in rest.model.rows]
    assert "child_phone" in rows
    assert "child_name" not in rows
    rest.table.selectRow(rows.index("school_name"))
    press(rest.table, Key.Key_Return, "\r")
    ready(screen, qtbot, "school_name")
    assert not rest.unfolded
    type_chinese(screen.parts.field.value, "黄松甸镇第二小学")
    enter(screen)
    settled(desk, qtbot)
    assert here(screen) == "child_name"
    assert stored(desk, registration, "school_name").value == "黄松甸镇第二小学"


def test_the_place_of_the_paper_is_seen_and_set(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    number = desk.sheet(registration).place.archive_number
    assert number
    assert number in screen.parts.place.text()
    assert "未装盒" in screen.parts.place.text()
    press(value_box(screen), Key.Key_F7)
    dialog = screen.findChild(PlaceDialog)
    assert dialog is not None
    type_keys(dialog.parts["box"], "12")
    dialog.accept()
    qtbot.waitUntil(lambda: "12盒" in screen.parts.place.text())
    assert desk.sheet(registration).place.location == "12盒"
    assert here(screen) == "child_name"


def test_the_same_child_is_asked_for(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Same name and birth date, no ID number: a person decides, and nothing is saved before."""
    for serial in ("S1", "S2"):
        page = front(serial, ["school_name"], child_id_number=None)
        desk.take_in(desk.file(f"{serial}.jpg", page, back(serial)))
        desk.read()
    one, two = (row.registration_id for row in desk.drafts())
    desk.verified(one)
    screen.open_all((two,))
    for _most in range(12):
        ready(screen, qtbot)
        if screen.walk is not None and screen.walk.left == 0:
            break
        press(value_box(screen), Key.Key_F4 if "id_number" in here(screen) else Key.Key_Return)
        if screen.findChild(SameChildDialog) is not None:
            break
        settled(desk, qtbot)
    qtbot.waitUntil(lambda: screen.findChild(SameChildDialog) is not None)
    dialog = screen.findChild(SameChildDialog)
    assert dialog is not None
    assert desk.sheet(two).state is RegistrationState.DRAFT
    same = dialog.findChild(QWidget, "same_child_0")
    assert same is not None
    click(same)
    qtbot.waitUntil(lambda: desk.sheet(two).state is RegistrationState.VERIFIED)
    assert len(children(desk.store, desk.actor)) == 1


def test_an_answer_the_store_refuses_comes_back(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.errors import BadValue

    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    first = here(screen)

    def refuse(*_arguments: object, **_named: object) -> None:
        raise BadValue("这个值存不进去。")

    monkeypatch.setattr(verify, "confirm", refuse)
    enter(screen)
    qtbot.waitUntil(lambda: here(screen) == first and screen.parts.field.told.text() == "这个值存不进去。")
    assert screen.walk is not None
    assert screen.walk.open(first)


def test_the_keys_are_shown(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    screen.open_all((desk.registration(0, front=["child_name"]),))
    ready(screen, qtbot)
    press(value_box(screen), Key.Key_F1)
    dialog = screen.findChild(KeySheet)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()


def test_pictures_of_other_registrations_are_let_go(
    desk: Desk, screen: VerifyScreen, left: list[str], qtbot: QtBot
) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    pages = [page.page_id for page in desk.sheet(registration).pages]
    qtbot.waitUntil(lambda: all(screen.pages.picture(page) is not None for page in pages))
    press(value_box(screen), Key.Key_Escape)
    assert [screen.pages.picture(page) for page in pages] == [None, None]

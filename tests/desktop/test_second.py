"""A second pair of eyes: review with reasons that come back, blind entry and its resolution, by keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.second.blind_screen import CHOOSE, TYPE_IT, BlindScreen
from desktop.ui.second.lists import ENTER, RESOLVE, REVIEW, SecondScreen
from desktop.ui.second.review_screen import ReviewScreen
from desktop.ui.verify.screen import VerifyScreen
from records.tables import User
from records.views import Actor, RegistrationState, Role
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import enter, left_behind, ready, settled, stored
from tests.workflow.scripted import CHILD
from workflow import half_typed, second_entry, settings
from workflow.access import Opened
from workflow.settings import REVIEW_BY, SECOND_ENTRY

Show = Callable[[QWidget], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def people(desk: Desk) -> tuple[Actor, Actor]:
    """Two colleagues of whoever verifies."""
    found = []
    with desk.store.transaction() as session:
        for name, role in (("second", Role.REVIEWER), ("third", Role.COLLECTOR)):
            row = User(
                id=desk.store.new_id(), username=name, full_name=f"{name}人", role=role,
                division=desk.actor.division, created_at=desk.clock(),
            )  # fmt: skip
            session.add(row)
            found.append(replace(desk.actor, user_id=row.id, username=name, full_name=row.full_name, role=role))
    return found[0], found[1]


def sits_down(desk: Desk, actor: Actor) -> None:
    """Another person has the window."""
    desk.jobs.attend(Opened(desk.store, actor, None))


def decide(desk: Desk, key: str, value: str) -> None:
    settings.change_setting(desk.store, desk.actor, desk.clock(), key, value)


def verified(desk: Desk, number: int = 0) -> str:
    registration = desk.registration(number)
    desk.verified(registration)
    return registration


# -- review -----------------------------------------------------------------------------------------------------------


def reviewed(desk: Desk, registration: str) -> bool:
    return desk.sheet(registration).state is RegistrationState.REVIEWED


@pytest.fixture
def reviewing(desk: Desk, show: Show) -> ReviewScreen:
    decide(desk, REVIEW_BY.key, "person")
    made = ReviewScreen(desk.jobs)
    show(made)
    return made


def at_field(screen: ReviewScreen, key: str) -> None:
    screen.table.selectRow([item.key for item in screen.model.rows].index(key))


def test_another_person_passes_with_ctrl_enter(
    desk: Desk, people: tuple[Actor, Actor], reviewing: ReviewScreen, qtbot: QtBot
) -> None:
    first, second = verified(desk), verified(desk, 1)
    sits_down(desk, people[0])
    left: list[str] = []
    reviewing.left.connect(left.append)
    reviewing.open_all((first, second))
    for registration in (first, second):
        qtbot.waitUntil(lambda: reviewing.item is not None and reviewing.crop.painted)
        press(reviewing.table, Key.Key_Down)
        assert reviewing.label.text().startswith(reviewing.model.rows[1].label)
        assert reviewing.does.text() == "通过复核（Ctrl+Enter）"
        press(reviewing.table, Key.Key_Return, "\r", Modifier.ControlModifier)
        qtbot.waitUntil(partial(reviewed, desk, registration))
    qtbot.waitUntil(lambda: left == ["通过 2 份。"])


def test_sent_back_with_a_reason_that_stands_beside_the_field(
    desk: Desk, people: tuple[Actor, Actor], reviewing: ReviewScreen, show: Show, qtbot: QtBot
) -> None:
    registration = verified(desk)
    sits_down(desk, people[0])
    reviewing.open_all((registration,))
    qtbot.waitUntil(lambda: reviewing.item is not None)
    for key, why in (("child_name", "看着像云"), ("school_name", "少一个字")):
        at_field(reviewing, key)
        press(reviewing.table, Key.Key_Return, "\r")
        assert QApplication.focusWidget() is reviewing.reason
        type_chinese(reviewing.reason, why)
        press(reviewing.reason, Key.Key_Return, "\r")
    assert QApplication.focusWidget() is reviewing.table
    assert reviewing.does.text() == "退回，2 栏要改（Ctrl+Enter）"
    names = [item.key for item in reviewing.model.rows]
    assert reviewing.model.index(names.index("child_name"), 3).data() == "看着像云"
    click(reviewing.does)
    qtbot.waitUntil(lambda: desk.sheet(registration).state is RegistrationState.SENT_BACK)
    sits_down(desk, desk.actor)
    screen = VerifyScreen(desk.jobs)
    show(screen)
    left: list[str] = []
    screen.left.connect(left.append)
    screen.open_all((registration,))
    ready(screen, qtbot, "child_name")
    assert screen.parts.field.reasons.text() == "复核：看着像云"
    enter(screen)
    left_behind(screen, "child_name", qtbot)
    ready(screen, qtbot, "school_name")
    settled(desk, qtbot)
    assert screen.parts.field.reasons.text() == "复核：少一个字"
    assert desk.sheet(registration).state is RegistrationState.DRAFT
    type_chinese(screen.parts.field.value, "黄松甸镇中心小学校")
    enter(screen)
    qtbot.waitUntil(lambda: bool(left))
    assert desk.sheet(registration).state is RegistrationState.VERIFIED
    assert stored(desk, registration, "school_name").value == "黄松甸镇中心小学校"


def test_esc_leaves_the_line_first(
    desk: Desk, people: tuple[Actor, Actor], reviewing: ReviewScreen, qtbot: QtBot
) -> None:
    registration = verified(desk)
    sits_down(desk, people[0])
    left: list[str] = []
    reviewing.left.connect(left.append)
    reviewing.open_all((registration,))
    qtbot.waitUntil(lambda: reviewing.item is not None)
    press(reviewing.table, Key.Key_Return, "\r")
    press(reviewing.reason, Key.Key_Escape)
    assert QApplication.focusWidget() is reviewing.table
    assert left == []
    press(reviewing.table, Key.Key_Escape)
    assert left == [""]


# -- blind entry ------------------------------------------------------------------------------------------------------


@pytest.fixture
def blind(desk: Desk, show: Show) -> BlindScreen:
    decide(desk, SECOND_ENTRY.key, "child_name,school_name,child_accompanied")
    made = BlindScreen(desk.jobs)
    show(made)
    return made


def words_on(screen: QWidget) -> str:
    """Everything that can be read on the screen, and what a screen reader is told."""
    found = [screen.accessibleName()]
    for widget in screen.findChildren(QWidget):
        told = [getattr(widget, name)() for name in ("text", "toPlainText") if hasattr(widget, name)]
        found += [str(part) for part in told] + [widget.accessibleName(), widget.accessibleDescription()]
    return "\n".join(found)


def painted(screen: BlindScreen, qtbot: QtBot, key: str) -> None:
    qtbot.waitUntil(lambda: screen.item is not None and screen.item.key == key and screen.field.crop.painted)


def test_a_second_person_types_from_the_picture_alone_and_a_third_resolves(
    desk: Desk, people: tuple[Actor, Actor], blind: BlindScreen, qtbot: QtBot
) -> None:
    registration = verified(desk)
    sits_down(desk, people[0])
    left: list[str] = []
    blind.left.connect(left.append)
    blind.open_all((registration,), resolves=False)
    painted(blind, qtbot, "child_name")
    on_paper = words_on(blind)
    assert "欧阳" not in on_paper
    assert str(CHILD["school_name"]) not in on_paper
    press(blind.field.value, Key.Key_Return, "\r")
    assert blind.field.told.text() == TYPE_IT
    type_chinese(blind.field.value, "欧阳雪甲")
    press(blind.field.value, Key.Key_Return, "\r")
    painted(blind, qtbot, "school_name")
    type_chinese(blind.field.value, "黄松甸镇小学")
    press(blind.field.value, Key.Key_Return, "\r")
    painted(blind, qtbot, "child_accompanied")
    assert blind.field.choice.codes() == []
    type_keys(blind.field.choice, "1")
    press(blind.field.choice, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: left == ["录完了 1 份。"])
    sits_down(desk, people[1])
    blind.open_all((registration,), resolves=True)
    painted(blind, qtbot, "school_name")
    assert {c.text for c in blind.field.candidates.shown} == {"黄松甸镇小学", str(CHILD["school_name"])}
    press(blind.field.value, Key.Key_Return, "\r")
    assert blind.field.told.text() == CHOOSE
    picked = blind.field.candidates.shown[0].value
    press(blind.field.value, Key.Key_1, "1", Modifier.AltModifier)
    qtbot.waitUntil(lambda: left[1:] == ["裁定完了 1 份。"])
    assert stored(desk, registration, "school_name").value == picked
    sits_down(desk, desk.actor)
    assert second_entry.disagreements(desk.store, people[1]) == ()


def test_an_address_is_gone_on_with_but_never_by_what_the_first_person_typed(
    desk: Desk, people: tuple[Actor, Actor], blind: BlindScreen, qtbot: QtBot
) -> None:
    decide(desk, SECOND_ENTRY.key, "child_residence")
    registrations = [verified(desk, number) for number in range(3)]  # all of them in 河沿街3号
    sits_down(desk, people[0])
    left: list[str] = []
    blind.left.connect(left.append)
    blind.open_all((registrations[0],), resolves=False)
    painted(blind, qtbot, "child_residence")
    field, item = blind.field, blind.item
    completing = field.completing
    assert item is not None
    assert completing is not None
    qtbot.waitUntil(lambda: bool(completing.offers(item, "hsdz")))
    type_keys(field.value, "hsdz")
    press(field.value, Key.Key_1, "1", Modifier.AltModifier)
    assert field.value.value_text() == "吉林省吉林市蛟河市黄松甸镇"
    assert blind.item is item, "a part is no answer"
    type_chinese(field.value, "河")
    assert "河沿街" not in words_on(blind)
    type_chinese(field.value, "沿街3号")
    press(field.value, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: left == ["录完了 1 份。"])
    assert registrations[0] not in {row.registration_id for row in second_entry.waiting(desk.store, people[0])}
    assert second_entry.disagreements(desk.store, people[1]) == ()


def test_blank_on_paper_and_a_value_that_does_not_fit(
    desk: Desk, people: tuple[Actor, Actor], blind: BlindScreen, qtbot: QtBot
) -> None:
    decide(desk, SECOND_ENTRY.key, "child_birth_date,child_phone")
    registration = verified(desk)
    sits_down(desk, people[0])
    left: list[str] = []
    blind.left.connect(left.append)
    blind.open_all((registration,), resolves=False)
    painted(blind, qtbot, "child_birth_date")
    type_keys(blind.field.value, "2018-13-45")
    press(blind.field.value, Key.Key_Return, "\r")
    assert blind.item is not None
    assert blind.item.key == "child_birth_date"
    assert blind.field.told.isVisible()
    press(blind.field.value, Key.Key_Tab, "\t")
    painted(blind, qtbot, "child_phone")
    press(blind.field.value, Key.Key_F4)
    painted(blind, qtbot, "child_birth_date")
    type_keys(blind.field.value, "20180101")
    press(blind.field.value, Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: left == ["录完了 1 份。"])
    assert second_entry.waiting(desk.store, people[0]) == ()


def test_what_is_half_typed_blind_is_there_again(
    desk: Desk, people: tuple[Actor, Actor], blind: BlindScreen, show: Show, qtbot: QtBot
) -> None:
    registration = verified(desk)
    sits_down(desk, people[0])
    blind.open_all((registration,), resolves=False)
    painted(blind, qtbot, "child_name")
    press(blind.field.value, Key.Key_Tab, "\t")
    painted(blind, qtbot, "school_name")
    type_chinese(blind.field.value, "黄松甸镇中")
    wanted = half_typed.Standing("school_name", "黄松甸镇中")
    qtbot.waitUntil(lambda: half_typed.kept(desk.store, people[0], registration) == wanted)
    again = BlindScreen(desk.jobs)  # as after a crash: nothing was closed
    show(again)
    again.open_all((registration,), resolves=False)
    painted(again, qtbot, "school_name")
    assert again.field.value.value_text() == "黄松甸镇中"
    type_chinese(again.field.value, "心小学")
    press(again.field.value, Key.Key_Return, "\r")
    painted(again, qtbot, "child_accompanied")
    settled(desk, qtbot)
    assert [item.key for item in second_entry.sheet(desk.store, people[0], registration).items] == [
        "child_name",
        "child_accompanied",
    ]
    assert half_typed.kept(desk.store, people[0], registration) is None, "it went with the entry"
    press(again.field.choice, Key.Key_Backtab, "")
    painted(again, qtbot, "child_name")
    type_chinese(again.field.value, "欧")
    press(again.field.value, Key.Key_Escape)
    settled(desk, qtbot)
    assert half_typed.kept(desk.store, people[0], registration) == half_typed.Standing("child_name", "欧")


def test_what_was_typed_before_it_was_verified_is_not_entered_blind(
    desk: Desk, people: tuple[Actor, Actor], blind: BlindScreen, qtbot: QtBot
) -> None:
    registration = desk.registration(0)
    half_typed.keep(desk.store, people[0], desk.clock(), registration, "child_name", "看着读数打的")
    desk.verified(registration)
    sits_down(desk, people[0])
    blind.open_all((registration,), resolves=False)
    painted(blind, qtbot, "child_name")
    assert blind.field.value.value_text() == ""
    assert "看着读数打的" not in words_on(blind)


# -- the lists --------------------------------------------------------------------------------------------------------


def test_lists_say_what_waits_and_open_it(desk: Desk, people: tuple[Actor, Actor], show: Show, qtbot: QtBot) -> None:
    first = verified(desk)
    sits_down(desk, people[0])
    screen = SecondScreen(desk.jobs, people[0])
    show(screen)
    used: list[bool] = []
    opened: list[tuple[str, ...]] = []
    screen.used.connect(used.append)
    screen.review.connect(opened.append)
    screen.enter_again.connect(opened.append)
    screen.read()
    qtbot.waitUntil(lambda: bool(used) and not any(used))
    decide(desk, REVIEW_BY.key, "person")
    screen.read()
    qtbot.waitUntil(lambda: used[-1] is True)
    assert screen.tabs.tabText(REVIEW) == "待复核 1"
    press(screen.tables[REVIEW], Key.Key_Return, "\r")
    assert opened == [(first,)]
    decide(desk, SECOND_ENTRY.key, "child_name")
    screen.read()
    qtbot.waitUntil(lambda: screen.tabs.tabText(ENTER) == "第二遍录入 1")
    assert screen.reviews.index(0, 0).data() == "双录未完成"
    press(screen.tables[REVIEW], Key.Key_Return, "\r")
    assert "双录还没有完成" in screen.notice.words
    screen.tabs.setCurrentIndex(ENTER)
    begin = screen.findChild(QPushButton, "begin_entries")
    assert begin is not None
    click(begin)
    assert opened == [(first,), (first,)]
    assert screen.tabs.tabText(RESOLVE) == "裁定"


def test_ones_own_is_for_another(desk: Desk, show: Show, qtbot: QtBot) -> None:
    decide(desk, REVIEW_BY.key, "person")
    verified(desk)
    screen = SecondScreen(desk.jobs, desk.actor)
    show(screen)
    qtbot.waitUntil(lambda: bool(screen.reviews.rows))
    opened: list[object] = []
    screen.review.connect(opened.append)
    press(screen.tables[REVIEW], Key.Key_Return, "\r")
    assert opened == []
    assert "由另一个人复核" in screen.notice.words


def test_the_entry_is_there_only_where_the_office_wants_it(desk: Desk, show: Show, qtbot: QtBot) -> None:
    window = make_window(desk.jobs, desk.opened)
    show(window)
    entry = window.navigation.entry("second")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert entry.isHidden()
    desk.jobs.write(
        lambda store, actor, now: settings.change_setting(store, actor, now, REVIEW_BY.key, "person"), owner=window
    )
    qtbot.waitUntil(lambda: not entry.isHidden())
    click(entry)
    assert window.shown == "second"
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_where_nobody_wants_it_nothing_is_listed_after_every_answer(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen is there, but not seen: the verified registrations of the whole store are left alone."""
    asked: list[object] = []

    def to_review(*_about: object) -> tuple[object, ...]:
        asked.append(1)
        return ()

    monkeypatch.setattr("workflow.review.to_review", to_review)
    lists = SecondScreen(desk.jobs, desk.actor)
    qtbot.addWidget(lists)
    used: list[bool] = []
    lists.used.connect(used.append)
    lists.read()
    qtbot.waitUntil(lambda: used[-1:] == [False] and desk.jobs.idle)
    assert asked == []
    decide(desk, REVIEW_BY.key, "person")
    lists.read()
    qtbot.waitUntil(lambda: used[-1:] == [True])
    assert asked == [1]

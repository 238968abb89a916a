"""No keystroke is lost: what is half typed is in the store, and the form opens again at the same field."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.screen import VerifyScreen
from records.opening import open_store
from records.views import AnswerState
from tests.desktop.conftest import Desk, press, type_chinese
from tests.desktop.hands import enter, here, left_behind, ready, settled, stored, value_box
from tests.workflow.conftest import PASSWORD
from workflow import half_typed
from workflow.half_typed import Standing

Show = Callable[[QWidget], None]
Key = Qt.Key


def half_way(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> str:
    """The second field is at hand with something typed in it, and the throttle has run out."""
    registration = desk.registration(0, front=["child_name", "school_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "school_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    type_chinese(screen.parts.field.value, "黄松甸镇中")
    wanted = Standing("school_name", "黄松甸镇中")
    qtbot.waitUntil(lambda: half_typed.kept(desk.store, desk.actor, registration) == wanted)
    return registration


def test_what_is_half_typed_survives_the_program(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """The files as they lie at this moment, as after a power cut: nothing was closed before."""
    registration = half_way(desk, screen, qtbot)
    settled(desk, qtbot)
    assert stored(desk, registration, "school_name").state is AnswerState.MACHINE, "it is no answer"
    left = desk.data_dir.with_name("断电以后")
    shutil.copytree(desk.data_dir, left)
    store, actor = open_store(left, username="admin", password=PASSWORD, now=desk.clock())
    try:
        assert half_typed.kept(store, actor, registration) == Standing("school_name", "黄松甸镇中")
    finally:
        store.close()


def test_the_form_opens_at_the_same_field_with_the_same_text(
    desk: Desk, screen: VerifyScreen, show: Show, qtbot: QtBot
) -> None:
    registration = half_way(desk, screen, qtbot)
    again = VerifyScreen(desk.jobs)  # as after a crash: nothing was closed
    show(again)
    again.open_all((registration,))
    qtbot.waitUntil(lambda: here(again) == "school_name" and again.parts.field.value.value_text() == "黄松甸镇中")
    ready(again, qtbot, "school_name")
    assert again.parts.field.touched
    type_chinese(again.parts.field.value, "心小学")
    enter(again)
    left_behind(again, "school_name", qtbot)
    settled(desk, qtbot)
    item = stored(desk, registration, "school_name")
    assert (item.value, item.state) == ("黄松甸镇中心小学", AnswerState.CONFIRMED)
    kept = half_typed.kept(desk.store, desk.actor, registration)
    assert kept is None or kept.text == "", "it went with the answer"


def test_leaving_keeps_at_once(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot, "child_name")
    type_chinese(screen.parts.field.value, "欧")
    press(value_box(screen), Key.Key_Escape)
    settled(desk, qtbot)
    assert half_typed.kept(desk.store, desk.actor, registration) == Standing("child_name", "欧")


def test_nothing_kept_about_a_sensitive_field_stands_open(desk: Desk) -> None:
    from forms.dictionary import extra_sensitive
    from records.tables import HalfTyped

    registration = desk.registration(0, front=["child_name"])
    key = sorted(extra_sensitive())[0]
    half_typed.keep(desk.store, desk.actor, desk.clock(), registration, key, "不能露出来的话")
    with desk.store.session() as session:
        row = session.get_one(HalfTyped, (registration, desk.actor.user_id))
        assert row.text == ""
        assert row.sealed is not None
        assert "不能露出来的话".encode() not in row.sealed
    assert half_typed.kept(desk.store, desk.actor, registration) == Standing(key, "不能露出来的话")

"""成组核对 by real keys on a real store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.verify.group_model import GroupModel, place_of
from desktop.ui.verify.group_pictures import cut
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from forms.kinds import Kind
from records.views import AnswerState, DoubtView
from records.views_group import GroupCrop
from tests.desktop.conftest import Desk, click, picture, press

Show = Callable[[QWidget], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def stack(desk: Desk) -> list[str]:
    """Three forms whose arrival months are doubtful."""
    return [desk.registration(number, front=["child_arrival"]) for number in range(3)]


@pytest.fixture
def screen(desk: Desk, stack: list[str], show: Show, qtbot: QtBot) -> GroupScreen:
    made = GroupScreen(desk.jobs)
    show(made)
    made.enter()
    all_seen(made, qtbot, 3)
    return made


def all_seen(screen: GroupScreen, qtbot: QtBot, count: int) -> None:
    qtbot.waitUntil(lambda: len(screen.model.crops) == count and len(screen.model.seen) == count)


def states(desk: Desk, stack: list[str]) -> list[AnswerState]:
    items = [next(i for i in desk.sheet(each).items if i.key == "child_arrival") for each in stack]
    return [item.state for item in items]


def quiet(desk: Desk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_enter_accepts_all_but_the_odd_one(desk: Desk, stack: list[str], screen: GroupScreen, qtbot: QtBot) -> None:
    assert screen.title.text() == "年月"
    press(screen.grid, Key.Key_Right)
    odd = screen.model.crop(screen.grid.currentIndex().row())
    press(screen.grid, Key.Key_Space, " ")
    assert screen.singly.text() == "核对挑出的 1 份"
    press(screen.grid, Key.Key_Return, "\r")
    press(screen.grid, Key.Key_Return, "\r")  # the odd one is never accepted by a second Enter
    quiet(desk, qtbot)
    answered = dict(zip(stack, states(desk, stack), strict=True))
    assert answered.pop(odd.registration_id) is AnswerState.MACHINE
    assert set(answered.values()) == {AnswerState.CONFIRMED}
    wanted: list[tuple[str, ...]] = []
    screen.wanted.connect(wanted.append)
    click(screen.singly)
    assert wanted == [(odd.registration_id,)]


def test_undo_brings_them_back(desk: Desk, stack: list[str], screen: GroupScreen, qtbot: QtBot) -> None:
    press(screen.grid, Key.Key_Return, "\r")
    quiet(desk, qtbot)
    assert set(states(desk, stack)) == {AnswerState.CONFIRMED}
    press(screen.grid, Key.Key_Z, "", Modifier.ControlModifier)
    quiet(desk, qtbot)
    assert set(states(desk, stack)) == {AnswerState.MACHINE}


def test_what_was_not_on_the_screen_is_not_accepted(
    desk: Desk, stack: list[str], screen: GroupScreen, qtbot: QtBot
) -> None:
    screen.model.seen.clear()
    press(screen.grid, Key.Key_Return, "\r", held=True)
    press(screen.grid, Key.Key_Return, "\r")
    quiet(desk, qtbot)
    assert set(states(desk, stack)) == {AnswerState.MACHINE}
    assert "还没有可以认可的" in screen.notice.words


def test_a_cell_below_the_edge_is_not_seen_before_one_scrolls(desk: Desk, show: Show, qtbot: QtBot) -> None:
    for number in range(6):
        desk.registration(number, front=["child_arrival", "form_date", "child_birth_date"])
    made = GroupScreen(desk.jobs)
    show(made)
    made.resize(600, 300)
    made.enter()
    qtbot.waitUntil(lambda: bool(made.model.seen))
    quiet(desk, qtbot)
    assert len(made.model.seen) < len(made.model.crops)
    hidden = place_of(made.model.crops[-1])
    assert hidden not in made.model.seen
    press(made.grid, Key.Key_End)
    qtbot.waitUntil(lambda: hidden in made.model.seen)


def test_reached_from_the_list_and_back_to_single_fields(desk: Desk, show: Show, qtbot: QtBot) -> None:
    for number in range(2):
        desk.registration(number, front=["child_arrival"])
    window = make_window(desk.jobs, desk.opened)
    show(window)
    window.go("drafts")
    drafts = window.findChild(DraftsScreen)
    screen = window.findChild(GroupScreen)
    assert drafts is not None
    assert screen is not None
    qtbot.waitUntil(lambda: bool(drafts.model.rows))
    click(drafts.together)
    assert window.shown == "group"
    all_seen(screen, qtbot, 2)
    press(screen.grid, Key.Key_Space, " ")
    click(screen.singly)
    assert window.shown == "verify"
    single = window.findChild(VerifyScreen)
    assert single is not None
    qtbot.waitUntil(lambda: single.walk is not None and single.parts.field.crop.painted)
    single.parts.back.click()
    assert window.shown == "group", "one comes back to where one was"
    quiet(desk, qtbot)
    press(screen.grid, Key.Key_Escape)
    assert window.shown == "drafts"
    quiet(desk, qtbot)


def test_an_empty_stack_says_what_it_would_hold(desk: Desk, show: Show, qtbot: QtBot) -> None:
    made = GroupScreen(desk.jobs)
    show(made)
    made.enter()
    quiet(desk, qtbot)
    assert made.back.hasFocus()
    assert not made.model.crops


def crop(number: int) -> GroupCrop:
    return GroupCrop(
        f"r{number}", "child_arrival", "来此居住时间", Kind.MONTH, "p1", (200, 280, 300, 40), "2024-03", "2024-03",
        (DoubtView(0, 1, (200, 285, 20, 30)),), (), (), False, True,
    )  # fmt: skip


def test_the_model_holds_to_the_rules() -> None:
    model = GroupModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_crops([crop(1), crop(2)])
    model.toggle(1)
    model.saw(crop(1))
    model.saw(crop(2))
    assert model.ready() == (crop(1),)
    spoken = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "来此居住时间，2024-03，已挑出"
    model.set_crops([crop(2)])
    assert model.odd == {("r2", "child_arrival")}
    del tester


def test_a_crop_outlines_what_is_doubtful() -> None:
    (image,) = cut(picture(), [crop(1)]).values()
    assert isinstance(image, QImage)
    assert image.height() < 80
    around = {image.pixelColor(x, 12).name() for x in range(image.width())} | {
        image.pixelColor(x, 9).name() for x in range(image.width())
    }
    amber = [QColor(name) for name in around if QColor(name).hsvSaturation() > 150]
    assert amber, "the doubtful character has its outline"

"""待核对, 儿童台账 and the frame around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from records.store import Store
from records.views import Actor, DraftRow, RegistrationState, Role
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from workflow import duplicates, report, verify
from workflow.cross_reference import Place, set_location

Show = Callable[[QWidget], None]


def says(window: MainWindow, words: str, qtbot: QtBot) -> None:
    """These words stand on the screen."""
    qtbot.waitUntil(lambda: any(words in label.text() for label in window.findChildren(QLabel) if label.isVisible()))


def gone_on(window: MainWindow, verify: VerifyScreen, registration: str, qtbot: QtBot) -> None:
    """Another registration is at hand, or the list."""
    qtbot.waitUntil(
        lambda: (
            window.shown == "drafts" or (verify.walk is not None and verify.walk.sheet.registration_id != registration)
        )
    )


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    made.go("inbox")
    return made


W = TypeVar("W", bound=QWidget)


def part(window: MainWindow, kind: type[W]) -> W:
    found = window.findChild(kind)
    assert found is not None
    return found


def test_the_list_that_comes_has_the_keyboard(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """The first forms are read while 待核对 is looked at: Enter opens one, not whatever button is next."""
    window.go("drafts")
    drafts = part(window, DraftsScreen)
    says(window, "没有要核对的登记表", qtbot)
    assert not drafts.table.isVisible()
    desk.registration(1)
    drafts.read()
    qtbot.waitUntil(drafts.table.isVisible)
    assert QApplication.focusWidget() is drafts.table


def test_the_navigation_has_the_screens_that_exist(window: MainWindow, qtbot: QtBot) -> None:
    words = [window.navigation.entry(key).text() for key in ("inbox", "drafts", "children", "batches")]
    assert words == ["收件箱", "待核对", "儿童台账", "报送批次"]
    for key in ("drafts", "children", "batches", "inbox"):
        click(window.navigation.entry(key))
        assert window.shown == key


def test_empty_lists_say_what_they_would_hold(window: MainWindow, qtbot: QtBot) -> None:
    for key, words in (
        ("drafts", "没有要核对的登记表"),
        ("children", "台账里还没有儿童"),
        ("batches", "还没有报送批次"),
    ):
        window.go(key)
        says(window, words, qtbot)


def test_from_the_list_to_verified_and_into_the_ledger(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    desk.registration(0, front=["child_name"])
    desk.registration(1, front=["child_name"])
    window.go("drafts")
    drafts, verify = part(window, DraftsScreen), part(window, VerifyScreen)
    qtbot.waitUntil(lambda: len(drafts.model.rows) == 2)
    qtbot.waitUntil(lambda: window.navigation.entry("drafts").count == 2)
    assert [drafts.model.index(0, column).data() for column in (0, 1)] == ["欧阳雪甲", "1 处要看"]
    press(drafts.table, Qt.Key.Key_Return, "\r")
    assert window.shown == "verify"
    for _registration in range(2):
        qtbot.waitUntil(lambda: verify.walk is not None and verify.parts.field.crop.painted)
        registration = verify.walk.sheet.registration_id if verify.walk is not None else ""
        press(verify.parts.field.value, Qt.Key.Key_Return, "\r")
        gone_on(window, verify, registration, qtbot)
    qtbot.waitUntil(lambda: window.shown == "drafts" and not drafts.model.rows)
    assert "都核对完了" in drafts.notice.words
    window.go("children")
    children = part(window, ChildrenScreen)
    qtbot.waitUntil(lambda: [row.name for row in children.model.rows] == ["欧阳雪甲", "欧阳雪乙"])


def test_search_from_anywhere_finds_children(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    for number in (0, 1):
        desk.verified(desk.registration(number, front=["child_name"]))
    children = part(window, ChildrenScreen)
    search = window.search
    press(window, Qt.Key.Key_F, "", Qt.KeyboardModifier.ControlModifier)
    type_chinese(search, "雪乙")
    qtbot.waitUntil(lambda: window.shown == "children")
    qtbot.waitUntil(lambda: [row.name for row in children.model.rows] == ["欧阳雪乙"])
    search.clear()
    type_keys(search, "oyx")
    qtbot.waitUntil(lambda: len(children.model.rows) == 2)
    search.clear()
    type_keys(search, "zzz")
    qtbot.waitUntil(lambda: not children.model.rows)
    search.clear()
    type_keys(search, " ")
    qtbot.waitUntil(lambda: len(children.model.rows) == 2)


def test_a_long_list_comes_page_by_page(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of two children instead of two hundred."""
    for module in ("desktop.ui.widgets.paged", "desktop.ui.children.screen"):
        monkeypatch.setattr(f"{module}.PAGE", 2)
    for number in range(5):
        desk.verified(desk.registration(number))
    children = part(window, ChildrenScreen)
    window.go("children")
    qtbot.waitUntil(lambda: children.model.rowCount() == 5 and desk.jobs.idle)
    says(window, "共 5 名儿童", qtbot)
    press(children.table, Qt.Key.Key_End, "", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: children.table.currentIndex().row() == 4 and children.model.row_at(4) is not None)
    last = children.model.row_at(4)
    assert last is not None
    qtbot.waitUntil(lambda: children.detail.name.text().startswith(last.name))
    children.read()
    qtbot.waitUntil(lambda: desk.jobs.idle and children.model.row_at(4) is not None)
    assert children.table.currentIndex().row() == 4, "reading again doesn't throw the clerk back to the top"
    type_chinese(window.search, "雪乙")
    qtbot.waitUntil(lambda: children.model.rowCount() == 1)
    assert [row.name for row in children.model.rows] == ["欧阳雪乙"]
    press(children.table, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "child")
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_only_a_short_list_is_compared_by_the_way(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few of it stand on the page at hand."""
    for module in ("desktop.ui.widgets.paged", "desktop.ui.children.screen"):
        monkeypatch.setattr(f"{module}.PAGE", 2)
    monkeypatch.setattr("desktop.ui.children.screen.MOST_COMPARED", 2)
    for number in range(3):
        desk.verified(desk.registration(number))
    compared: list[bool] = []
    whole = duplicates.all_duplicates

    def watched(store: Store, actor: Actor) -> object:
        compared.append(True)
        return whole(store, actor)

    monkeypatch.setattr(duplicates, "all_duplicates", watched)
    children = part(window, ChildrenScreen)
    window.go("children")
    qtbot.waitUntil(lambda: children.model.rowCount() == 3 and desk.jobs.idle)
    assert compared == []
    monkeypatch.setattr("desktop.ui.children.screen.MOST_COMPARED", 3)
    children.read()
    qtbot.waitUntil(lambda: compared == [True] and desk.jobs.idle)


def test_search_finds_drafts_and_batches_by_kind(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    done = desk.registration(0, front=["child_name"])
    desk.verified(done)
    report.new_batch(desk.store, desk.actor, desk.clock(), "欧阳一批", [done])
    waits = desk.registration(1, front=["child_name"])
    type_chinese(window.search, "欧阳")
    qtbot.waitUntil(window.found.isVisible)
    rows = [window.found.item(at).text() for at in range(window.found.count())]
    assert (rows[0], rows[2]) == ("待核对的登记表", "报送批次")
    assert rows[1].startswith("欧阳雪乙")
    assert rows[3].startswith("欧阳一批")
    press(window.search, Qt.Key.Key_Down)
    press(window.found, Qt.Key.Key_Return, "\r")
    verify = part(window, VerifyScreen)
    assert window.shown == "verify"
    qtbot.waitUntil(lambda: verify.walk is not None and verify.walk.sheet.registration_id == waits)
    assert not window.found.isVisible()
    window.search.clear()
    type_chinese(window.search, "欧阳一")
    qtbot.waitUntil(lambda: window.found.isVisible() and window.found.count() == 2)
    press(window.search, Qt.Key.Key_Down)
    press(window.found, Qt.Key.Key_Return, "\r")
    assert window.shown == "batches"
    window.search.clear()
    type_keys(window.search, "13904320001")
    qtbot.waitUntil(window.found.isVisible)
    assert window.found.item(1).text().startswith("欧阳雪乙"), "a caregiver's phone finds the draft it stands on"
    press(window.search, Qt.Key.Key_Escape)
    assert not window.found.isVisible()
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_a_helper_sees_only_what_is_to_be_verified(desk: Desk, show: Show, qtbot: QtBot) -> None:
    helper = replace(desk.actor, role=Role.HELPER)
    desk.jobs.attend(replace(desk.opened, actor=helper))
    window = make_window(desk.jobs, replace(desk.opened, actor=helper))
    show(window)
    window.go("drafts")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert window.navigation.entry("drafts").isVisible()
    assert not any(window.navigation.entry(key).isVisible() for key in ("inbox", "children", "batches"))
    assert not window.notice.isVisible(), "nothing was asked that a helper may not know"


def test_enter_opens_the_one_that_is_found(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    for number in (0, 1):
        desk.verified(desk.registration(number, front=["child_name"]))
    children = part(window, ChildrenScreen)
    type_keys(window.search, "oyx")
    press(window.search, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: len(children.model.rows) == 2 and desk.jobs.idle)
    assert window.shown == "children", "two are found: a person chooses"
    window.search.clear()
    type_chinese(window.search, "雪乙")
    press(window.search, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "child")
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_a_child_shows_where_its_paper_lies(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    desk.verified(registration)
    set_location(desk.store, desk.actor, desk.clock(), [registration], Place(storeroom="1", box="12"))
    window.go("children")
    children = part(window, ChildrenScreen)
    qtbot.waitUntil(lambda: bool(children.model.rows))
    qtbot.waitUntil(lambda: children.detail.view.has_page)
    words = [label.text() for label in children.detail.findChildren(QWidget) if hasattr(label, "text")]
    assert "1库房12盒" in words
    assert desk.sheet(registration).place.archive_number in words
    shown = " ".join(str(children.model.index(0, column).data()) for column in range(children.model.columnCount()))
    assert "220284" in shown
    assert children.model.rows[0].id_number_masked in shown
    assert "*" in children.model.rows[0].id_number_masked, "lists mask the tail of ID numbers"


def test_a_verified_registration_can_be_looked_at(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    desk.verified(registration)
    window.go("children")
    children, verify = part(window, ChildrenScreen), part(window, VerifyScreen)
    qtbot.waitUntil(lambda: bool(children.model.rows))
    opens = children.detail.findChild(QWidget, "open_record")
    assert opens is not None
    click(opens)
    qtbot.waitUntil(lambda: verify.walk is not None and verify.walk.sheet.registration_id == registration)
    assert window.shown == "verify"
    qtbot.waitUntil(lambda: verify.parts.field.crop.painted)
    assert "只能看" in verify.parts.notice.words
    at = verify.walk.current if verify.walk is not None else ""
    press(verify, Qt.Key.Key_F2)
    assert verify.walk is not None
    assert verify.walk.current == at, "a saved registration is not answered by accident"
    click(verify.parts.notice.action)
    qtbot.waitUntil(lambda: verify.walk is not None and verify.walk.sheet.state is RegistrationState.DRAFT)
    press(verify, Qt.Key.Key_Escape)
    assert window.shown == "children"


def test_the_foot_names_office_and_round(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.status.where.text().startswith("黄松甸镇人民政府 · "))


def test_a_known_error_without_a_place_stands_in_the_frame(window: MainWindow) -> None:
    window.say_error("资料库正在被另一个程序使用。")
    assert window.notice.isVisible()
    assert window.notice.words == "资料库正在被另一个程序使用。"


def test_on_a_low_screen_the_childs_buttons_cover_nothing(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    """1920×1080 at 200 % is 960×540, less the bars of window and desktop."""
    desk.verified(desk.registration(0, front=["child_name"]))
    window.go("children")
    detail = part(window, ChildrenScreen).detail
    scrolled = detail.findChild(QScrollArea)
    assert scrolled is not None
    qtbot.waitUntil(lambda: detail.view.has_page)
    assert scrolled.verticalScrollBar().maximum() == 0, "there is room for all of it"
    window.setMinimumSize(1, 1)
    window.resize(960, 500)
    opens = detail.findChild(QWidget, "open_child")
    assert opens is not None
    qtbot.waitUntil(lambda: window.height() == 500)

    def on(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(detail, QPoint()), widget.size())

    assert on(scrolled).bottom() < on(opens).top()
    assert detail.rect().contains(on(opens))
    assert detail.view.height() >= detail.view.minimumHeight()
    assert scrolled.verticalScrollBar().maximum() > 0, "the picture is reached by scrolling"


def test_a_hidden_list_of_drafts_is_counted_and_not_gone_through(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("children")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    desk.registration(0, front=["child_name"])
    gone_through: list[bool] = []
    whole = verify.drafts

    def watched(store: Store, actor: Actor, *, limit: int | None = None, offset: int = 0) -> tuple[DraftRow, ...]:
        gone_through.append(True)
        return whole(store, actor, limit=limit, offset=offset)

    monkeypatch.setattr(verify, "drafts", watched)
    screen = window.findChild(DraftsScreen)
    assert screen is not None
    screen.follow()
    qtbot.waitUntil(lambda: window.navigation.entry("drafts").count == 1)
    assert gone_through == []
    window.go("drafts")
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1)
    assert gone_through


def test_a_long_list_of_drafts_is_gone_through_page_by_page(
    desk: Desk, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("desktop.ui.verify.list_screen", "desktop.ui.widgets.paged"):
        monkeypatch.setattr(f"{module}.PAGE", 2)
    ids = [desk.registration(number, front=["child_name"]) for number in range(5)]
    read: list[tuple[int | None, int]] = []
    whole = verify.drafts

    def watched(store: Store, actor: Actor, *, limit: int | None = None, offset: int = 0) -> tuple[DraftRow, ...]:
        read.append((limit, offset))
        return whole(store, actor, limit=limit, offset=offset)

    monkeypatch.setattr(verify, "drafts", watched)
    window.go("drafts")
    screen = part(window, DraftsScreen)
    said = screen.findChildren(QLabel)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 5)
    assert any("5 份登记表，有几处要看还在数" in label.text() for label in said)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 5)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert set(read) == {(2, 0), (2, 2), (2, 4)}, "never all of it at once"
    looks = sum(row.to_look_at for row in whole(desk.store, desk.actor))
    assert any(f"5 份登记表，共 {looks} 处要看" in label.text() for label in said)
    opened: list[tuple[str, ...]] = []
    screen.wanted.disconnect()
    screen.wanted.connect(opened.append)
    screen.table.selectRow(3)
    press(screen.table, Qt.Key.Key_Return, "\r")
    assert opened == [(*ids[3:], *ids[:3])]

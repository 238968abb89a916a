"""收件箱 by drop and click: what comes in, what goes wrong, what one does about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.inbox.cards import Show as Shows
from desktop.ui.inbox.cards import shown
from desktop.ui.inbox.choosing import FormDialog
from desktop.ui.inbox.grid import carried
from desktop.ui.inbox.keys import Act
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.status_bar import StatusBar
from desktop.ui.widgets.key_sheet import KeySheet
from records.views import InboxView, PageRow, PageState, SourceState
from tests.desktop.conftest import Desk, click, press, type_keys
from tests.desktop.hands import quiet, select
from tests.workflow.scripted import back, blank, failing, front, unknown
from workflow import arranging, intake, settling
from workflow.changes import Changes

Show = Callable[[QWidget], None]


@pytest.fixture
def screen(desk: Desk, show: Show) -> InboxScreen:
    made = InboxScreen(desk.jobs)
    show(made)
    return made


def drop(screen: InboxScreen, paths: Sequence[Path]) -> None:
    """What the window system sends when files are dropped."""
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(screen, QDragEnterEvent(QPointF(50, 50).toPoint(), action, carried, button, no))
    assert screen.drop.property("over") == "true"
    QApplication.sendEvent(screen, QDropEvent(QPointF(50, 50), action, carried, button, no))
    assert screen.drop.property("over") == "false"


def pages(screen: InboxScreen) -> list[PageRow]:
    """Every page, as delivered."""
    return [page for source in screen.view.sources for page in source.pages]


def test_a_dropped_folder_is_taken_in_and_read(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    counts: list[int] = []
    said: list[str] = []
    screen.drafts_counted.connect(counts.append)
    screen.notice.shown.connect(lambda _on: said.append(screen.notice.words))
    desk.file("甲 一.jpg", front("S1"))
    desk.file("甲 二.jpg", back("S1"))
    drop(screen, [desk.folder])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert "收下 2 份文件。" in said
    quiet(desk, screen, qtbot)
    assert [page.state for page in pages(screen)] == [PageState.PLACED] * 2
    qtbot.waitUntil(lambda: bool(counts) and counts[-1] == 1)
    assert (desk.folder / "甲 一.jpg").exists(), "what lies outside is left as it is"


def test_when_all_is_read_the_way_on_is_offered(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    went: list[bool] = []
    screen.go_drafts.connect(lambda: went.append(True))
    desk.file("甲 一.jpg", front("S1"))
    desk.file("甲 二.jpg", back("S1"))
    drop(screen, [desk.folder])
    qtbot.waitUntil(lambda: "1 份登记表可以核对" in screen.notice.words, timeout=20000)
    press(screen.notice.action, Qt.Key.Key_Return, "\r")
    assert went == [True]
    # said of what was read then: who comes back later is not told it again
    drop(screen, [desk.file("乙.jpg", front("S2"))])
    qtbot.waitUntil(lambda: "2 份登记表可以核对" in screen.notice.words, timeout=20000)
    screen.enter()
    assert screen.notice.isHidden()


def test_a_look_from_before_the_last_draft_does_not_keep_the_way_on_to_itself(
    desk: Desk, screen: InboxScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is read, its draft isn't made yet: what was seen then is not what there is in the end."""
    seen, ended, inbox, settle = threading.Event(), threading.Event(), intake.inbox, settling.settle
    rounds: list[object] = []

    def look(*about: Any, **more: Any) -> InboxView:
        view = inbox(*about, **more)
        if view.sources and not view.waiting and not view.drafts:
            seen.set()
            assert ended.wait(20)
        return view

    def pair(*about: Any) -> Changes:
        rounds.append(about)
        assert len(rounds) == 1 or seen.wait(20)  # the first is for what an earlier run has left
        return settle(*about)

    monkeypatch.setattr(intake, "inbox", look)
    monkeypatch.setattr(settling, "settle", pair)
    desk.jobs.recognising.connect(lambda on: None if on else ended.set())
    drop(screen, [desk.file("甲.jpg", front("S1"))])
    qtbot.waitUntil(lambda: "1 份登记表可以核对" in screen.notice.words, timeout=20000)
    assert len(rounds) == 2


def test_what_was_refused_is_not_talked_over(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    desk.file("甲 一.jpg", front("S1"))
    empty = desk.folder / "空的.jpg"
    empty.write_bytes(b"")
    drop(screen, [desk.folder / "甲 一.jpg", empty])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert "没有收下" in screen.notice.words


def test_a_file_that_waits_shows_no_empty_boxes(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    desk.take_in(desk.file("甲 一.jpg", front("S1")))
    screen._resumed = True  # the readers are at something else
    screen.enter()
    qtbot.waitUntil(lambda: bool(screen.cards))
    select(screen, 0)
    detail = screen.detail
    qtbot.waitUntil(detail.isVisible)
    assert (detail.view.isVisible(), detail.words.isVisible(), detail.words_told.isVisible()) == (False, False, False)


def test_an_empty_inbox_says_what_it_is_for(screen: InboxScreen, qtbot: QtBot) -> None:
    words = [label.text() for label in screen.findChildren(QWidget) if hasattr(label, "text") and label.isVisible()]
    assert any("收件箱是空的" in word for word in words)
    assert screen.findChild(QWidget, "choose_files") is not None


def test_one_bad_file_does_not_stop_the_rest(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    good, other = desk.file("a.jpg", front("S1")), desk.file("c.jpg", back("S1"))
    empty = desk.folder / "b.jpg"
    empty.write_bytes(b"")
    drop(screen, [good, empty, other])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words.startswith("收下 2 份文件。1 份没有收下，原文件没有动：\nb.jpg：")
    quiet(desk, screen, qtbot)
    assert len(screen.view.sources) == 2


def test_what_is_no_scan_in_a_folder_is_said(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    """A letter and an archive lay among the scans: she would wait for them."""
    desk.file("a.jpg", front("S1"))
    for name in ("说明.docx", "打包.zip"):
        (desk.folder / name).write_bytes(b"PK")
    drop(screen, [desk.folder])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words == "收下 1 份文件。2 份不是图片也不是 PDF，没有收（打包.zip、说明.docx）。"
    quiet(desk, screen, qtbot)


def test_the_cards_have_the_keyboard_when_they_are_there(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    """Enter goes on with the first of them: also where the screen was entered before it was known what is there."""
    desk.take_in(desk.file("a.jpg", front("S1"), back("S1")))
    desk.read()
    screen.enter()
    assert screen.drop.choose_files.hasFocus()
    qtbot.waitUntil(lambda: bool(screen.cards))
    assert screen.grid.hasFocus()
    opened: list[str] = []
    screen.open_registration.connect(opened.append)
    press(screen.grid, Qt.Key.Key_Return, "\r")
    assert len(opened) == 1


def test_the_same_file_again_is_said_and_not_taken_twice(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    path = desk.file("a.jpg", front("S1"))
    desk.take_in(path)
    drop(screen, [path])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    assert screen.notice.words == "没有收下新文件。1 份以前收过，没有重复收（a.jpg）。"
    quiet(desk, screen, qtbot)
    assert len(screen.view.sources) == 1


def test_blank_foreign_and_failed_pages_are_flagged(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("stack.pdf", front("S1"), blank(), unknown(), failing("truncated", 99))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    assert [card.mark.word for card in screen.model.cards] == ["缺反面", "空白页", "认不出的表", "没有读成"]
    select(screen, 3)
    assert screen.detail.retry.isVisible()
    assert screen.detail.told.text()
    assert screen.detail.told.property("role") == "error"
    looks = [card.mark.word for card in screen.model.cards if shown(card, Shows.LOOK)]
    assert looks == ["缺反面", "认不出的表", "没有读成"], "an empty sheet lies aside, and asks for nothing"


def test_a_failed_page_is_read_again_on_demand(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("a.jpg", failing("timed_out", 1))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    page = pages(screen)[0]
    if page.state is PageState.FAILED:  # else the queue's own second attempt has read it
        select(screen, 0)
        click(screen.detail.retry)
        qtbot.waitUntil(lambda: pages(screen)[0].state is not PageState.FAILED, timeout=20000)
        quiet(desk, screen, qtbot)
    assert pages(screen)[0].status == "read"


def test_a_failed_page_is_read_again_as_soon_as_the_program_has_begun(
    desk: Desk, screen: InboxScreen, qtbot: QtBot
) -> None:
    """The keyboard comes to the list: its first card is at hand, and none is selected yet."""
    drop(screen, [desk.file("a.jpg", failing("truncated", 1))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    assert pages(screen)[0].state is PageState.FAILED
    screen.grid.clearSelection()
    click(screen.detail.retry)
    qtbot.waitUntil(lambda: pages(screen)[0].status == "read", timeout=20000)
    quiet(desk, screen, qtbot)


def test_a_password_opens_an_encrypted_file(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("锁着.pdf", front("S1"), password="1234")])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    assert screen.view.sources[0].state is SourceState.REFUSED
    select(screen, 0)
    assert screen.detail.password.isVisible()
    assert not screen.detail.retry.isVisible()
    type_keys(screen.detail.password, "1234")
    click(screen.detail.supply)
    qtbot.waitUntil(lambda: screen.view.sources[0].state is SourceState.SPLIT, timeout=20000)
    quiet(desk, screen, qtbot)
    assert screen.detail.password.text() == ""
    assert not screen.detail.password.isVisible()


def test_a_page_is_seen_set_aside_and_brought_back(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    drop(screen, [desk.file("a.jpg", front("S1"))])
    qtbot.waitUntil(screen.notice.isVisible, timeout=20000)
    quiet(desk, screen, qtbot)
    select(screen, 0)
    qtbot.waitUntil(lambda: screen.detail.view.has_page)
    assert screen.detail.view.visibleRegion().boundingRect() == screen.detail.view.rect()  # whole, nothing to scroll
    opened: list[str] = []
    screen.open_registration.connect(opened.append)
    click(screen.detail.open)
    assert opened == [desk.drafts()[0].registration_id]
    page = pages(screen)[0]
    arranging.aside(desk.store, desk.actor, desk.clock(), [page.page_id])
    screen.read()
    qtbot.waitUntil(screen.detail.back.isVisible)
    click(screen.detail.back)
    qtbot.waitUntil(lambda: pages(screen)[0].state is PageState.PLACED, timeout=20000)
    quiet(desk, screen, qtbot)


def test_what_an_earlier_run_left_is_gone_on_with(desk: Desk, show: Show, qtbot: QtBot) -> None:
    desk.take_in(desk.file("a.jpg", front("S1"), back("S1")))
    screen = InboxScreen(desk.jobs)
    show(screen)
    screen.enter()
    qtbot.waitUntil(lambda: desk.pool.read == 2, timeout=20000)
    quiet(desk, screen, qtbot)


def test_the_foot_shows_the_work_and_stops_it(desk: Desk, screen: InboxScreen, show: Show, qtbot: QtBot) -> None:
    bar = StatusBar(desk.jobs)
    show(bar)
    assert not bar.stop.isVisible()
    for number in range(3):
        desk.take_in(desk.file(f"{number}.jpg", front(f"S{number}", child_name=f"第{number}")))
    # the click comes while the second page is being read
    desk.pool.before_read = lambda count: desk.jobs.progressed.emit(9, 9, "") if count == 1 else None
    seen: list[bool] = []

    def stop(done: int, _total: int, _told: str) -> None:
        if done == 9:
            seen.append(bar.stop.isVisible())
            click(bar.stop)

    desk.jobs.progressed.connect(stop)
    desk.jobs.recognise()
    qtbot.waitUntil(lambda: not desk.jobs.is_recognising, timeout=20000)
    assert seen == [True]
    assert desk.pool.read <= 3
    assert not bar.stop.isVisible()


def test_the_foot_counts_no_pages_where_none_waited(desk: Desk, screen: InboxScreen, show: Show, qtbot: QtBot) -> None:
    bar = StatusBar(desk.jobs)
    show(bar)
    desk.jobs.recognise()
    qtbot.waitUntil(lambda: bar.work.text() == "识别完毕")
    desk.take_in(desk.file("一.jpg", front("A", child_name="甲")))
    desk.jobs.recognise()
    qtbot.waitUntil(lambda: bar.work.text() == "识别完毕　1 / 1 页", timeout=20000)
    quiet(desk, screen, qtbot)


# -- pages are put in order -------------------------------------------------------------------------------------------


@pytest.fixture
def stack(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> InboxScreen:
    """Two sheets, of which the second lost its back, and a foreign paper."""
    desk.take_in(desk.file("一.pdf", front("A", child_name="甲"), back("A"), front("B", child_name="乙")))
    desk.take_in(desk.file("二.pdf", back("C"), unknown("社区证明", child_name="赵小雨")))
    desk.read()
    screen.read()
    quiet(desk, screen, qtbot)
    assert groups(screen) == [[0, 1], [2], [3], [4]]
    screen.grid.setFocus()
    return screen


def groups(screen: InboxScreen) -> list[list[int]]:
    """The cards as they are listed, by the numbers of their pages."""
    order = [page.page_id for page in pages(screen)]
    return [[order.index(page.page_id) for page in card.pages] for card in screen.model.cards]


def becomes(screen: InboxScreen, wanted: list[list[int]], qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: groups(screen) == wanted, timeout=20000)


def drag(screen: InboxScreen, target: QWidget, where: QPoint, numbers: Sequence[int]) -> None:
    """What the window system sends when pages are dragged within the window."""
    data = carried([pages(screen)[number].page_id for number in numbers])
    move, button, no = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(where, move, data, button, no),
        QDragMoveEvent(where, move, data, button, no),
        QDropEvent(QPointF(where), move, data, button, no),
    ):
        QApplication.sendEvent(target, event)


def test_a_page_is_dragged_to_the_sheet_it_belongs_to(stack: InboxScreen, qtbot: QtBot) -> None:
    drag(stack, stack.grid.viewport(), stack.grid.card_rect(1).center(), [3])
    becomes(stack, [[0, 1], [2, 3], [4]], qtbot)
    qtbot.waitUntil(lambda: stack.grid.card is not None and stack.grid.card.title == "乙")
    assert "归到“乙”" in stack.notice.words
    assert [card.mark.word for card in stack.model.cards] == ["待核对", "待核对", "认不出的表"]
    drag(stack, stack.grid.viewport(), stack.grid.card_rect(0).center(), [4])
    becomes(stack, [[0, 1, 4], [2, 3]], qtbot)
    click(stack.notice.action)
    becomes(stack, [[0, 1], [2, 3], [4]], qtbot)
    press(stack.grid, Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    becomes(stack, [[0, 1], [2], [3], [4]], qtbot)
    press(stack.grid, Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: stack.notice.words == "没有可以撤销的。")


def test_a_side_that_makes_room_is_told_of(stack: InboxScreen, qtbot: QtBot) -> None:
    drag(stack, stack.grid.viewport(), stack.grid.card_rect(0).center(), [3])
    becomes(stack, [[0, 3], [1], [2], [4]], qtbot)
    qtbot.waitUntil(lambda: "换了出来" in stack.notice.words)
    drag(stack, stack.grid.viewport(), stack.grid.card_rect(2).center(), [1])
    becomes(stack, [[0, 3], [2, 1], [4]], qtbot)
    qtbot.waitUntil(lambda: "归到“乙”。" in stack.notice.words)


def test_each_side_says_which_file_and_page_it_is(stack: InboxScreen, qtbot: QtBot) -> None:
    drag(stack, stack.grid.viewport(), stack.grid.card_rect(1).center(), [3])
    becomes(stack, [[0, 1], [2, 3], [4]], qtbot)
    seen = []
    for card, slot in ((0, 0), (0, 1), (1, 0), (1, 1)):
        stack.grid.go_to(stack.model.cards[card].key, slot)
        seen.append(stack.detail.told.text().rpartition("　")[2])
    assert seen == ["一.pdf 第 1 页", "一.pdf 第 2 页", "一.pdf 第 3 页", "二.pdf 第 1 页"]


def test_files_dropped_on_the_cards_come_in(desk: Desk, stack: InboxScreen, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(desk.file("三.pdf", front("D"))))])
    copy, button, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, button, no)
    QApplication.sendEvent(stack.grid.viewport(), enter)
    assert stack.drop.property("over") == "true", "they go to the whole screen"


def test_a_page_is_taken_up_and_put_down_by_keys(stack: InboxScreen, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    select(stack, 2)
    press(stack.grid, Qt.Key.Key_X, "", control)
    assert "拿起了 1 页" in stack.notice.words
    press(stack.grid, Qt.Key.Key_Left)
    press(stack.grid, Qt.Key.Key_Left)
    press(stack.grid, Qt.Key.Key_V, "", control)
    becomes(stack, [[0, 1], [2, 3], [4]], qtbot)
    select(stack, 2)
    press(stack.grid, Qt.Key.Key_X, "", control)
    press(stack.grid, Qt.Key.Key_Escape)
    press(stack.grid, Qt.Key.Key_Left)
    press(stack.grid, Qt.Key.Key_Left)
    press(stack.grid, Qt.Key.Key_V, "", control)
    assert groups(stack) == [[0, 1], [2, 3], [4]], "nothing was in hand"


def test_arrows_walk_through_pages_and_n_parts_them(stack: InboxScreen, qtbot: QtBot) -> None:
    select(stack, 0)
    assert stack.grid.page == pages(stack)[0]
    press(stack.grid, Qt.Key.Key_Right)
    assert stack.grid.page == pages(stack)[1]
    press(stack.grid, Qt.Key.Key_Right)
    assert stack.grid.page == pages(stack)[2]
    press(stack.grid, Qt.Key.Key_Right)
    assert stack.grid.slot == 1, "the side that is missing"
    assert "没有扫到" in stack.detail.told.text()
    press(stack.grid, Qt.Key.Key_Left)
    press(stack.grid, Qt.Key.Key_Left)
    assert stack.grid.page == pages(stack)[1]
    press(stack.grid, Qt.Key.Key_N, "n")
    becomes(stack, [[0], [1], [2], [3], [4]], qtbot)
    qtbot.waitUntil(lambda: stack.grid.page == pages(stack)[1])
    click(stack.undo)
    becomes(stack, [[0, 1], [2], [3], [4]], qtbot)


def test_chosen_cards_become_one(stack: InboxScreen, qtbot: QtBot) -> None:
    select(stack, 1)
    assert not stack.join.isEnabled()
    press(stack.grid, Qt.Key.Key_Down, "", Qt.KeyboardModifier.ShiftModifier)
    for row in (1, 2):
        stack.grid.selectionModel().select(stack.model.index(row), stack.grid.selectionModel().SelectionFlag.Select)
    stack.grid.selectionModel().select(stack.model.index(3), stack.grid.selectionModel().SelectionFlag.Deselect)
    assert stack.join.isEnabled()
    press(stack.grid, Qt.Key.Key_M, "m")
    becomes(stack, [[0, 1], [2, 3], [4]], qtbot)


def test_put_aside_by_the_button_one_drags_onto(stack: InboxScreen, qtbot: QtBot) -> None:
    drag(stack, stack.to_aside, stack.to_aside.rect().center(), [4, 2])
    qtbot.waitUntil(lambda: [pages(stack)[n].state for n in (2, 4)] == [PageState.SET_ASIDE] * 2, timeout=20000)
    chip = next(chip for chip in stack.chips.buttons() if chip.objectName() == "show_aside")
    qtbot.waitUntil(lambda: chip.text() == "已搁置 2")
    click(chip)
    assert groups(stack) == [[2], [4]]
    select(stack, 0)
    press(stack.grid, Qt.Key.Key_Insert)
    becomes(stack, [[4]], qtbot)
    assert pages(stack)[2].state is PageState.PLACED


def test_a_foreign_paper_shows_its_words_and_goes_behind(stack: InboxScreen, qtbot: QtBot) -> None:
    select(stack, 3)
    qtbot.waitUntil(stack.detail.words.isVisible)
    assert stack.detail.words.toPlainText() == "儿童姓名：赵小雨\n\n社区证明"
    assert stack.detail.view.has_page
    click(stack.detail.buttons[Act.BEHIND])
    becomes(stack, [[0, 1], [2], [3, 4]], qtbot)
    qtbot.waitUntil(lambda: stack.grid.card is not None and len(stack.grid.card.slots) == 3)
    select(stack, 2, 2)
    assert stack.detail.name.text().endswith("附页 1")
    click(stack.detail.buttons[Act.ASIDE])
    qtbot.waitUntil(lambda: pages(stack)[4].state is PageState.SET_ASIDE, timeout=20000)


def test_a_foreign_paper_is_turned_and_read_as_a_chosen_form(desk: Desk, stack: InboxScreen, qtbot: QtBot) -> None:
    select(stack, 3)
    press(stack.grid, Qt.Key.Key_R, "R", Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: desk.pool.told[-1].turn == 270 and not desk.jobs.is_recognising, timeout=20000)
    quiet(desk, stack, qtbot)
    press(stack.grid, Qt.Key.Key_F, "f")
    dialog = stack.findChild(FormDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() > 1)
    wanted = dialog.forms[1]
    press(dialog.list, Qt.Key.Key_Down)
    press(dialog.list, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: desk.pool.told[-1].form == (wanted.form_id, wanted.version), timeout=20000)
    quiet(desk, stack, qtbot)
    press(stack.grid, Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.pool.told[-1].turn == 0 and not desk.jobs.is_recognising, timeout=20000)
    quiet(desk, stack, qtbot)


def test_learning_its_form_is_offered_to_those_who_may(stack: InboxScreen, qtbot: QtBot) -> None:
    asked: list[str] = []
    stack.learn_form.connect(asked.append)
    select(stack, 3)
    assert not stack.detail.teach.isVisible()
    stack.detail.may_learn = True
    select(stack, 0)
    select(stack, 3)
    click(stack.detail.teach)
    assert asked == [pages(stack)[4].page_id]


def test_thumbnails_come_for_what_is_on_the_screen(stack: InboxScreen, qtbot: QtBot) -> None:
    wanted = [page.page_id for page in pages(stack)]
    qtbot.waitUntil(lambda: all(stack.thumbnails.get(page) is not None for page in wanted))
    picture = stack.thumbnails.get(wanted[0])
    assert picture is not None
    assert (picture.width(), picture.height()) == (103, 147), "drawn as large as it was read"
    assert stack.thumbnails.bytes == 5 * 103 * 147 * 4
    stack.thumbnails.forget()
    assert stack.thumbnails.bytes == 0


def test_f1_lists_the_keys(stack: InboxScreen, qtbot: QtBot) -> None:
    QTest.keyClick(stack.grid, Qt.Key.Key_F1)
    sheet = stack.findChild(KeySheet)
    assert sheet is not None
    assert any("拿起这一页" in label.text() for label in sheet.findChildren(QLabel))
    sheet.accept()


def test_what_is_done_with_can_be_listed_too(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    desk.verified(desk.registration(0))
    screen.read()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert screen.model.rowCount() == 0
    assert any("收件箱是空的" in label.text() for label in screen.findChildren(QLabel) if label.isVisible())

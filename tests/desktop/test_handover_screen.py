"""交接: cards compared aloud, a package seen before it is made and before it is taken, proposals decided by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.children.page import FIELDS, ChildPageScreen
from desktop.ui.handover.cards import CompareDialog
from desktop.ui.handover.screen import CARDS, IN, PROPOSALS, HandoverScreen
from desktop.ui.main_window import MainWindow
from records.keys import Kdf
from records.views import Role
from records.views_handover import ProposalState
from tests.desktop.conftest import Desk, click, type_chinese, type_keys
from tests.desktop.hands import asked, gone
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.two_offices import introduce
from workflow import children, handover, handover_in, partners, proposals, verify
from workflow.access import Opened, create_office

Show = Callable[[QWidget], None]


@pytest.fixture
def county(tmp_path: Path, low_kdf: Kdf) -> Iterator[OfficeAtWork]:
    """The office above, with a store of its own."""
    opened = create_office(
        tmp_path / "县",
        office_name="蛟河市民政局",
        division="220281",
        username="admin",
        full_name="县管理员",
        password=PASSWORD,
        now=datetime(2026, 10, 12, 1, 0, tzinfo=UTC),
        kdf=low_kdf,
    )
    with opened.store:
        yield OfficeAtWork(opened.store, opened.actor, tmp_path)


@pytest.fixture
def here(desk: Desk) -> OfficeAtWork:
    """The window's office, for what is done without the window."""
    return OfficeAtWork(desk.store, desk.actor, desk.folder, desk.clock)


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def opened(window: MainWindow) -> HandoverScreen:
    window.go("handover")
    screen = window.findChild(HandoverScreen)
    assert screen is not None
    return screen


def met(county: OfficeAtWork, here: OfficeAtWork, place: Path) -> None:
    introduce(here, county, place)
    introduce(county, here, place)


def verified(desk: Desk) -> str:
    registration = desk.registration(0, front=["child_name"])
    desk.verified(registration)
    return registration


# -- cards ------------------------------------------------------------------------------------------------------------


def test_the_first_time_leads_to_the_cards_and_figures_are_compared_as_typed(
    window: MainWindow, county: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = opened(window)
    assert not screen.outgoing.makes.isVisible()
    screen.outgoing.wants_card.emit()
    assert screen.tabs.tabText(screen.tabs.currentIndex()) == CARDS
    assert screen.focusWidget() is screen.cards.takes
    qtbot.waitUntil(lambda: screen.cards.own is not None)
    assert screen.cards.own is not None
    assert screen.cards.figures.text().replace("\n", " ").split() == screen.cards.own.fingerprint.split()
    path = tmp_path / "县.tdcard"
    told = partners.write_card(county.store, county.actor, county.clock(), path)
    screen.cards.look(path)
    qtbot.waitUntil(lambda: screen.cards.findChild(CompareDialog) is not None)
    dialog = screen.cards.findChild(CompareDialog)
    assert dialog is not None
    assert not dialog.accepts.isEnabled()
    groups = told.fingerprint.split(" ")
    type_keys(dialog.typed, groups[0] + " " + groups[1])
    assert dialog.told.text() == "对了 2 组，共 8 组。"
    wrong = str((int(groups[2][0]) + 1) % 10)
    type_keys(dialog.typed, wrong)
    assert "第 3 组的第 1 个数字不一样" in dialog.told.text()
    assert not dialog.accepts.isEnabled()
    QTest.keyClick(dialog.typed, Qt.Key.Key_Backspace)
    type_keys(dialog.typed, "".join(groups[2:]))
    assert "都一样" in dialog.told.text()
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "已接受蛟河市民政局的名片" in screen.notice.words)
    qtbot.waitUntil(lambda: len(screen.cards.model.rows) == 1)
    QAbstractItemModelTester(screen.cards.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: screen.outgoing.to.count() == 1)
    screen.cards.look(path)
    qtbot.waitUntil(lambda: screen.cards.findChild(CompareDialog) not in {None, dialog})


def test_the_offices_card_is_written_once_and_nonsense_is_refused(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = opened(window)
    screen.go(CARDS)
    path = tmp_path / "镇.tdcard"
    screen.cards.write(path)
    qtbot.waitUntil(lambda: "名片已写好" in screen.notice.words)
    assert path.stat().st_size > 0
    screen.cards.write(path)
    qtbot.waitUntil(lambda: "已经存在" in screen.notice.words)
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8")
    screen.cards.look(photo)
    qtbot.waitUntil(lambda: "不是" in screen.notice.words)
    assert screen.notice.property("role") == "alarm"


# -- making -----------------------------------------------------------------------------------------------------------


def test_what_goes_is_seen_then_made(
    window: MainWindow, desk: Desk, county: OfficeAtWork, here: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    met(county, here, tmp_path)
    verified(desk)
    screen = opened(window)
    out = screen.outgoing
    qtbot.waitUntil(lambda: out.seen is not None)
    QAbstractItemModelTester(out.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [row.title for row in out.model.rows] == ["欧阳雪甲"]
    assert "第 1 包，全部内容：登记表 1 份" in out.told.text()
    assert not out.sensitive.isVisible(), "the county's card takes nothing of the kind"
    path = tmp_path / "一.tdhandover"
    out.make(path)
    qtbot.waitUntil(lambda: "已写好并核对过" in screen.notice.words, timeout=10000)
    qtbot.waitUntil(lambda: "没有新的内容" in out.told.text())
    assert not out.makes.isEnabled()
    click(out.everything)
    qtbot.waitUntil(lambda: "全部内容：登记表 1 份" in out.told.text())
    assert out.makes.isEnabled()
    out.make(path)
    qtbot.waitUntil(lambda: "已经存在" in screen.notice.words, timeout=10000)
    handover_in.take_in(county.store, county.actor, county.clock(), path)


# -- taking -----------------------------------------------------------------------------------------------------------


def from_county(county: OfficeAtWork, here: OfficeAtWork, place: Path, registration: str) -> Path:
    """The county has had the township's package and proposes another school."""
    there = place / "去.tdhandover"
    handover.make(here.store, here.actor, here.clock(), "蛟河市民政局", there)
    handover_in.take_in(county.store, county.actor, county.clock(), there)
    proposals.propose(
        county.store, county.actor, county.clock(), registration, "school_name", "第二小学", "学籍系统里是二小"
    )
    back = place / "回.tdhandover"
    handover.make(county.store, county.actor, county.clock(), "黄松甸镇人民政府", back)
    return back


def drop(widget: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(9, 9), copy, data, left, none))
    QApplication.sendEvent(widget, QDropEvent(QPointF(9, 9), copy, data, left, none))


def test_a_package_is_seen_taken_and_its_proposals_are_decided_by_keys(
    window: MainWindow, desk: Desk, county: OfficeAtWork, here: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    met(county, here, tmp_path)
    registration = verified(desk)
    back = from_county(county, here, tmp_path, registration)
    screen = opened(window)
    screen.go(IN)
    drop(screen.incoming, back)
    qtbot.waitUntil(lambda: screen.incoming.seen is not None)
    assert "蛟河市民政局　第 1 包" in screen.incoming.title.text()
    assert "要处理的建议 1 条" in screen.incoming.told.text()
    assert not proposals.proposals(desk.store, desk.actor), "looking takes nothing"
    QTest.keyClick(screen.incoming.takes, Qt.Key.Key_Return)
    part = screen.proposals
    qtbot.waitUntil(lambda: len(part.model.rows) == 1)
    assert screen.tabs.tabText(screen.tabs.currentIndex()) == f"{PROPOSALS} 1"
    assert "收进来了" in screen.notice.words
    assert window.navigation.entry("handover").count == 1
    QAbstractItemModelTester(part.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    part.table.selectRow(0)
    assert "学籍系统里是二小" in part.why.text()
    QTest.keyClick(part.table, Qt.Key.Key_Delete)
    dialog = asked(part, qtbot)
    click(dialog.does)
    assert "理由" in dialog.told.text()
    dialog.reject()
    QTest.keyClick(part.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "已采纳" in screen.notice.words)
    answers = {item.key: item.text for item in desk.sheet(registration).items}
    assert answers["school_name"] == "第二小学"
    qtbot.waitUntil(lambda: not part.model.rows)
    assert window.navigation.entry("handover").count == 0
    click(part.all)
    qtbot.waitUntil(lambda: len(part.model.rows) == 1)
    assert part.model.rows[0].state is ProposalState.ACCEPTED
    assert not part.accepts.isEnabled()
    screen.go(IN)
    screen.incoming.look(back)
    qtbot.waitUntil(lambda: "已经收过" in screen.incoming.told.text())
    assert not screen.incoming.takes.isEnabled()


def test_a_proposal_is_declined_with_its_reason(
    window: MainWindow, desk: Desk, county: OfficeAtWork, here: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    met(county, here, tmp_path)
    back = from_county(county, here, tmp_path, verified(desk))
    handover_in.take_in(desk.store, desk.actor, desk.clock(), back)
    screen = opened(window)
    QTest.keyClick(screen.tabs, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert screen.tabs.tabText(screen.tabs.currentIndex()).startswith(PROPOSALS)
    part = screen.proposals
    qtbot.waitUntil(lambda: bool(part.model.rows))
    part.table.selectRow(0)
    assert part.whole.isVisible()
    assert part.whole.text() == "现在是：黄松甸镇中心小学\n应该是：第二小学", "both whole, one below the other"
    click(part.declines)
    dialog = asked(part, qtbot)
    entry = dialog.entries["why"]
    assert isinstance(entry, QLineEdit)
    type_chinese(entry, "问过学校，没有转学")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "没有采纳" in screen.notice.words)
    (row,) = proposals.proposals(desk.store, desk.actor, decided=True)
    assert (row.state, row.decision_note) == (ProposalState.DECLINED, "问过学校，没有转学")


def test_new_changed_and_conflicting_stand_field_by_field(
    desk: Desk, show: Show, county: OfficeAtWork, here: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    """The window is the county's here: it has had one form, proposed about it, and the township changes that field."""
    met(county, here, tmp_path)
    registration = verified(desk)
    from_county(county, here, tmp_path, registration)
    verify.reopen(here.store, here.actor, here.clock(), registration, "学校写错了")
    verify.confirm(here.store, here.actor, here.clock(), registration, "school_name", "第三小学")
    verify.finish(here.store, here.actor, here.clock(), registration)
    desk.verified(desk.registration(1, front=["child_name"]))
    package = tmp_path / "二.tdhandover"
    handover.make(here.store, here.actor, here.clock(), "蛟河市民政局", package)
    desk.jobs.attend(replace(desk.opened, store=county.store, actor=county.actor))
    window = make_window(desk.jobs, replace(desk.opened, store=county.store, actor=county.actor))
    show(window)
    screen = opened(window)
    screen.go(IN)
    part = screen.incoming
    part.look(package)
    qtbot.waitUntil(lambda: len(part.rows.rows) == 2)
    for model in (part.rows, part.fields):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [row.conflict for row in part.rows.rows] == [True, False], "what needs a look comes first"
    (field,) = [row for row in part.fields.rows if row.conflict]
    assert (field.before, field.after) == ("黄松甸镇中心小学", "第三小学")
    assert "标黄的栏目" in part.about.text()
    part.table.selectRow(1)
    assert "新的一份" in part.about.text()
    assert not part.fields_table.isVisible()
    click(part.takes)
    qtbot.waitUntil(lambda: "收进来了：登记表 2 份" in screen.notice.words, timeout=10000)
    desk.jobs.attend(desk.opened)


def at_school(desk: Desk, office: Opened, show: Show, qtbot: QtBot) -> ChildPageScreen:
    """The only child's page in an office's window, at the name of the school."""
    desk.jobs.attend(office)
    window = make_window(desk.jobs, office)
    show(window)
    (child,) = children.children(office.store, office.actor)
    page = window.findChild(ChildPageScreen)
    assert page is not None
    page.wanted.emit(child.child_id, FIELDS)
    qtbot.waitUntil(lambda: page.page is not None and page.fields.table is not None)
    table, rows = page.fields.table, page.fields.model.rows
    assert table is not None
    table.selectRow(next(n for n, row in enumerate(rows) if row.key == "school_name"))
    qtbot.waitUntil(lambda: bool(page.fields.past.steps))
    return page


def test_the_county_proposes_from_the_childs_page(
    desk: Desk, show: Show, county: OfficeAtWork, here: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    met(county, here, tmp_path)
    verified(desk)
    package = tmp_path / "一.tdhandover"
    handover.make(here.store, here.actor, here.clock(), "蛟河市民政局", package)
    handover_in.take_in(county.store, county.actor, county.clock(), package)
    above = replace(desk.opened, store=county.store, actor=county.actor)
    assert not at_school(desk, desk.opened, show, qtbot).fields.past.proposes.isVisible(), "its own it changes itself"
    page = at_school(desk, above, show, qtbot)
    assert page.fields.past.proposes.isVisible()
    assert "归黄松甸镇人民政府" in page.fields.past.owner.text()
    click(page.fields.past.proposes)
    dialog = asked(page, qtbot)
    value, why = dialog.entries["value"], dialog.entries["why"]
    assert isinstance(value, QLineEdit)
    assert isinstance(why, QLineEdit)
    assert value.text() == "黄松甸镇中心小学"
    type_chinese(why, "学籍系统里是二小")
    click(dialog.does)
    qtbot.waitUntil(lambda: "一样" in dialog.told.text())
    value.selectAll()
    type_chinese(value, "第二小学")
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "已记下" in page.notice.words)
    (row,) = proposals.proposals(county.store, county.actor)
    assert (row.own, row.after, row.why) == (True, "第二小学", "学籍系统里是二小")
    desk.jobs.attend(desk.opened)


def test_a_refused_package_says_why_and_what_to_do(
    window: MainWindow, county: OfficeAtWork, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = opened(window)
    screen.go(IN)
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    screen.incoming.look(photo)
    qtbot.waitUntil(lambda: "不是童档的交接包" in screen.incoming.why.text())
    assert screen.incoming.why.isVisible()
    assert "资料库没有变化" in screen.incoming.why.text()
    screen.incoming.look(tmp_path / "没有.tdhandover")
    qtbot.waitUntil(lambda: "U 盘是否还插着" in screen.incoming.why.text())


def test_a_collector_decides_and_makes_no_packages(desk: Desk, show: Show, qtbot: QtBot) -> None:
    collector = replace(desk.opened, actor=replace(desk.actor, role=Role.COLLECTOR))
    desk.jobs.attend(collector)
    window = make_window(desk.jobs, collector)
    show(window)
    screen = opened(window)
    assert [screen.tabs.tabText(n) for n in range(screen.tabs.count())] == [PROPOSALS]
    archivist = replace(desk.opened, actor=replace(desk.actor, role=Role.ARCHIVIST))
    other = make_window(desk.jobs, archivist)
    qtbot.addWidget(other)
    assert other.findChild(HandoverScreen) is None

"""The models under Qt's own model tester, through everything that changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.inbox.model import InboxModel
from desktop.ui.widgets.paged import KEPT, PAGE, PagedRows
from desktop.ui.widgets.table import MARK, Column, RowsModel
from desktop.ui.words import Mark
from records.views import InboxView, PageRow, PageState, SourceRow, SourceState

FAIL = QAbstractItemModelTester.FailureReportingMode.Fatal
WHEN = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)


def page(source: str, number: int, state: PageState = PageState.RECEIVED, **more: object) -> PageRow:
    plain = PageRow(f"{source}p{number}", source, number, state, "", "", "", None, None, None)
    return replace(plain, **more)  # type: ignore[arg-type]  # each test names the fields it changes


def source(name: str, pages: int, state: SourceState = SourceState.SPLIT, reason: str = "") -> SourceRow:
    return SourceRow(name, f"{name}.pdf", WHEN, state, reason, tuple(page(name, n + 1) for n in range(pages)))


def view(*sources: SourceRow) -> InboxView:
    return InboxView(sources, 0, 0, 0)


@pytest.fixture
def inbox(qapp: QApplication) -> Iterator[InboxModel]:
    model = InboxModel()
    tester = QAbstractItemModelTester(model, FAIL)
    yield model
    del tester


def test_sources_come_and_their_pages_appear(inbox: InboxModel) -> None:
    inbox.set_view(view(source("a", 0, SourceState.RECEIVED)))
    inbox.set_view(view(source("a", 4), source("b", 1)))
    first = inbox.index(0, 0)
    assert (inbox.rowCount(), inbox.rowCount(first), inbox.rowCount(inbox.index(1, 0))) == (2, 4, 0)
    assert inbox.parent(inbox.index(3, 0, first)) == first
    shown = inbox.page_at(inbox.index(3, 0, first))
    assert shown is not None
    assert shown.number == 4
    alone = inbox.page_at(inbox.index(1, 0))
    assert alone is not None
    assert alone.source_id == "b"


def test_what_is_selected_stays_when_more_comes(inbox: InboxModel) -> None:
    inbox.set_view(view(source("a", 2)))
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(inbox.index(1, 0, inbox.index(0, 0)))
    inbox.set_view(view(source("a", 5), source("b", 3)))
    assert kept.isValid()
    found = inbox.page_at(kept)
    assert found is not None
    assert found.page_id == "ap2"


@pytest.mark.parametrize(
    ("row", "word", "role"),
    [
        (page("a", 1), "等待识别", "secondary"),
        (page("a", 1, PageState.PLACED), "已识别", "confirmed"),
        (page("a", 1, PageState.FAILED, status="failed"), "没有读成", "error"),
        (page("a", 1, PageState.SET_ASIDE, status="blank"), "空白页", "doubt"),
        (page("a", 1, PageState.SET_ASIDE, status="unknown_form"), "认不出的表", "doubt"),
        (page("a", 1, PageState.SET_ASIDE, duplicate_of="x"), "重复的页", "doubt"),
        (page("a", 1, PageState.READ, status="read"), "已识别，等另一面", "doubt"),
    ],
)
def test_every_page_says_how_it_stands(inbox: InboxModel, row: PageRow, word: str, role: str) -> None:
    inbox.set_view(view(SourceRow("a", "甲.jpg", WHEN, SourceState.SPLIT, "", (row,))))
    mark = inbox.index(0, 1).data(MARK)
    assert isinstance(mark, Mark)
    assert (mark.word, mark.role) == (word, role)


def test_a_refused_file_says_why(inbox: InboxModel) -> None:
    inbox.set_view(view(source("a", 0, SourceState.REFUSED, "这个 PDF 有打开密码。")))
    assert inbox.index(0, 2).data() == "这个 PDF 有打开密码。"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(st.integers(0, 4), max_size=5), max_size=6))
def test_any_sequence_of_views_keeps_the_model_sound(inbox: InboxModel, steps: list[list[int]]) -> None:
    for step in steps:
        inbox.set_view(view(*(source(f"s{n}", pages) for n, pages in enumerate(step))))
        assert inbox.rowCount() >= len(step) or not step


def test_rows_and_ticks(qapp: QApplication) -> None:
    columns: tuple[Column[str], ...] = (
        Column("名", lambda row: row, 80),
        Column("长", lambda row: Mark(str(len(row)), "doubt", "doubt"), right=True),
    )
    model: RowsModel[str] = RowsModel(columns, ticks=True)
    tester = QAbstractItemModelTester(model, FAIL)
    model.set_rows(["甲", "乙乙", "丙丙丙"])
    assert model.index(1, 0).data() == "乙乙"
    assert model.index(1, 1).data() == "2"
    assert model.index(1, 1).data(MARK) == Mark("2", "doubt", "doubt")
    assert model.headerData(1, Qt.Orientation.Horizontal) == "长"
    model.tick([0, 2, 7])
    assert model.ticked() == ("甲", "丙丙丙")
    assert model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert not model.setData(model.index(0, 1), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert model.ticked() == ("丙丙丙",)
    model.set_rows([])
    assert model.ticked() == ()
    assert model.rowCount(QModelIndex()) == 0
    del tester


@pytest.fixture
def paged(qapp: QApplication) -> Iterator[PagedRows[str]]:
    model: PagedRows[str] = PagedRows((Column("名", lambda row: row),))
    tester = QAbstractItemModelTester(model, FAIL)
    yield model
    del tester


def rows_of(page: int, of: int) -> list[str]:
    return [f"第{n}" for n in range(page * PAGE, min((page + 1) * PAGE, of))]


def test_a_row_that_is_looked_at_is_brought(paged: PagedRows[str], qtbot: QtBot) -> None:
    of = 100_000
    paged.wanted.connect(lambda page: paged.put(page, rows_of(page, of)))
    paged.begin(of, 0, rows_of(0, of))
    assert (paged.rowCount(), paged.index(5, 0).data(), len(paged.rows)) == (of, "第5", PAGE)
    with qtbot.waitSignal(paged.came) as came:
        assert paged.index(of - 1, 0).data() is None
    assert came.args == [of - PAGE, of - 1]
    assert paged.index(of - 1, 0).data() == f"第{of - 1}"
    assert len(paged.rows) == PAGE, "a gap ends what is known from the top"


def test_pages_that_were_only_passed_are_not_read(paged: PagedRows[str], qtbot: QtBot) -> None:
    asked: list[int] = []
    paged.wanted.connect(asked.append)
    paged.begin(100_000, 0, rows_of(0, 100_000))
    for page in (3, 9, 27, 81, 80):
        paged.row_at(page * PAGE)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [81, 80]


def test_memory_holds_a_few_pages_only(qapp: QApplication) -> None:
    paged: PagedRows[str] = PagedRows((Column("名", lambda row: row),))  # the tester would look at the first rows
    of = (KEPT + 2) * PAGE
    paged.begin(of, 0, rows_of(0, of))
    for page in range(1, KEPT + 1):
        paged.put(page, rows_of(page, of))
    assert paged.row_at(0) is None, "the page that was not looked at for longest was let go"
    assert paged.row_at(KEPT * PAGE) == f"第{KEPT * PAGE}"


def test_a_list_that_became_shorter_is_survived(paged: PagedRows[str]) -> None:
    paged.begin(PAGE + 10, 0, rows_of(0, PAGE + 10))
    paged.put(1, rows_of(1, PAGE + 4))
    assert paged.index(PAGE + 3, 0).data() == f"第{PAGE + 3}"
    assert paged.index(PAGE + 9, 0).data() is None
    paged.put(1, [])
    assert paged.index(PAGE, 0).data() is None

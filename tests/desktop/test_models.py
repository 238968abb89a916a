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

from desktop.ui.inbox.cards import Kind, Show, cards_of, counts, shown, slot_word, spoken
from desktop.ui.inbox.model import CardModel
from desktop.ui.widgets.paged import KEPT, PAGE, PagedRows
from desktop.ui.widgets.table import MARK, Column, RowsModel
from desktop.ui.words import Mark
from records.views import InboxView, PageRow, PageState, RegistrationState, SourceRow, SourceState

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
def inbox(qapp: QApplication) -> Iterator[CardModel]:
    model = CardModel()
    tester = QAbstractItemModelTester(model, FAIL)
    yield model
    del tester


def on(row: PageRow, registration: str, side: int, **more: object) -> PageRow:
    """A page on a form of two sides."""
    placed = {
        "state": PageState.PLACED,
        "status": "read",
        "registration_id": registration,
        "form_page": side,
        "sides": 2,
    }
    return replace(row, **{**placed, "registration_state": RegistrationState.DRAFT, **more})  # type: ignore[arg-type]  # as above


def test_pages_of_a_registration_are_one_card_where_its_first_page_came() -> None:
    one = replace(
        source("a", 4),
        pages=(
            on(page("a", 1), "r1", 2, child_name="甲"),
            page("a", 2),
            on(page("a", 3), "r2", 1, registration_state=RegistrationState.VERIFIED),
            on(page("a", 4), "r1", 0, behind=2, form_page=None, sides=0),
        ),
    )
    other = replace(source("b", 1), pages=(on(page("b", 1), "r1", 1, child_name="甲"),))
    cards = cards_of(view(one, other, source("c", 0, SourceState.RECEIVED)))
    assert [(card.kind, card.key) for card in cards] == [
        (Kind.REGISTRATION, "r1"),
        (Kind.PAGE, "ap2"),
        (Kind.REGISTRATION, "r2"),
        (Kind.FILE, "c"),
    ]
    assert [page and page.page_id for page in cards[0].slots] == ["bp1", "ap1", "ap4"]
    assert [slot_word(cards[0], at) for at in range(3)] == ["正面", "反面", "附页 1"]
    assert (cards[0].title, cards[0].mark.word, cards[0].open) == ("甲", "待核对", True)
    assert (cards[2].mark.word, cards[2].slots[1], cards[2].open) == ("已核对", None, False)
    assert "甲，待核对，正面、反面、附页 1" in spoken(cards[0])
    assert [show for show in Show if shown(cards[1], show)] == [Show.ALL]
    assert counts(cards)[Show.MISSING] == 0, "what is verified lacks nothing any more"


def test_what_is_selected_stays_when_more_comes(inbox: CardModel) -> None:
    from PySide6.QtCore import QPersistentModelIndex

    inbox.set_cards(cards_of(view(source("a", 2))))
    kept = QPersistentModelIndex(inbox.index(1))
    inbox.set_cards(cards_of(view(source("z", 0), source("a", 5), source("b", 3))))
    assert inbox.row_of("ap2") == 2
    assert not kept.isValid() or kept.row() == 2
    inbox.set_cards(cards_of(view(source("z", 0), source("a", 5), source("b", 3), source("c", 0))))
    assert inbox.rowCount() == 10


@pytest.mark.parametrize(
    ("row", "word", "role"),
    [
        (page("a", 1), "等待识别", "secondary"),
        (page("a", 1, PageState.FAILED, status="failed"), "没有读成", "error"),
        (page("a", 1, PageState.SET_ASIDE, status="blank"), "空白页", "doubt"),
        (page("a", 1, PageState.SET_ASIDE, status="unknown_form"), "认不出的表", "doubt"),
        (page("a", 1, PageState.SET_ASIDE, duplicate_of="x"), "重复的页", "doubt"),
        (page("a", 1, PageState.READ, status="read"), "已识别", "secondary"),
        (on(page("a", 1), "r", 1), "缺反面", "doubt"),
        (on(page("a", 1), "r", 1, sides=1), "待核对", "secondary"),
        (on(page("a", 1), "r", 1, registration_state=RegistrationState.SENT_BACK, sides=1), "已退回", "error"),
    ],
)
def test_every_page_says_how_it_stands(inbox: CardModel, row: PageRow, word: str, role: str) -> None:
    inbox.set_cards(cards_of(view(SourceRow("a", "甲.jpg", WHEN, SourceState.SPLIT, "", (row,)))))
    (card,) = inbox.cards
    assert (card.mark.word, card.mark.role) == (word, role)


def test_a_refused_file_says_why(inbox: CardModel) -> None:
    cards = cards_of(view(source("a", 0, SourceState.REFUSED, "这个 PDF 有打开密码。")))
    inbox.set_cards(cards)
    assert "这个 PDF 有打开密码。" in str(inbox.index(0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert [show for show in Show if shown(cards[0], show)] == [Show.ALL, Show.LOOK, Show.FAILED]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(st.integers(0, 4), max_size=5), max_size=6))
def test_any_sequence_of_views_keeps_the_model_sound(inbox: CardModel, steps: list[list[int]]) -> None:
    for step in steps:
        cards = cards_of(view(*(source(f"s{n}", pages) for n, pages in enumerate(step))))
        inbox.set_cards(cards)
        assert list(inbox.cards) == list(cards)


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

"""复核: what waits for a second pair of eyes, in three lists, and how often two persons agreed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table, make_table, show_rows
from desktop.ui.words import Mark, day
from records.views import Actor
from records.views_review import AgreementRow, ReviewRow, WaitingRow
from workflow import review, second_entry, settings
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right
from workflow.settings import REVIEW_BY, SECOND_ENTRY

Row = TypeVar("Row")
REFRESH_MS = 150
REVIEW, ENTER, RESOLVE, FIGURES = range(4)
KEYS = (
    ("Ctrl+Tab", "换一部分"),
    ("上、下方向键", "换一份"),
    ("Enter", "打开这一份，做完接着是下一份"),
    ("Tab", "到下一处"),
)


def _ready(row: ReviewRow) -> Mark:
    if row.own:
        return Mark("本人核对的，等别人复核", "secondary", "person")
    if row.entries_missing:
        return Mark(f"双录还差 {row.entries_missing} 栏", "doubt", "clock")
    return Mark("待复核", "acts", "verify")


class Words(NamedTuple):
    """What is said of a list: its accessible name, what is done there, and what an empty one says."""

    title: str
    about: str
    empty: str
    fill: str


REVIEW_WORDS = Words(
    "待复核的登记表",
    "别人核对过的登记表，由您对着纸面再看一遍，通过或退回。",
    "没有待复核的登记表",
    "本单位选了由另一人复核，核对过的登记表就排在这里。",
)
ENTER_WORDS = Words(
    "要录第二遍的登记表",
    "只看纸面图像录入选定的栏目，不显示别人录的内容，录完也不说一样不一样。",
    "没有要录第二遍的",
    "管理员在设置里选了双录的栏目，别人核对过的登记表就排在这里。",
)
RESOLVE_WORDS = Words(
    "要裁定的登记表",
    "两个人录的不一样，由您这第三个人对着图像裁定。",
    "没有要裁定的",
    "两个人录得不一样的栏目，由没有录过的第三个人在这里裁定。",
)
FIGURES_WORDS = Words(
    "双录一致率",
    "kappa 是扣除碰巧相同以后的一致程度：1 是完全一致，0 和乱填差不多。",
    "还没有双录过",
    "两个人录过同一栏以后，这里按栏目列出一致的比例。",
)

REVIEWS: tuple[Column[ReviewRow], ...] = (
    Column("姓名", lambda row: row.name or "双录未完成", 128),
    Column("现居住地", lambda row: row.division.removeprefix("吉林省")),
    Column("核对人", lambda row: row.verified_by, 128),
    Column("核对日期", lambda row: day(row.verified_on), 144),
    Column("状态", _ready, 232),
)
WAITING: tuple[Column[WaitingRow], ...] = (
    Column("核对日期", lambda row: day(row.verified_on), 168),
    Column("栏目", lambda row: f"{row.fields} 栏"),
)
AGREED: tuple[Column[AgreementRow], ...] = (
    Column("栏目", lambda row: row.label),
    Column("比过", lambda row: f"{row.compared} 次", 112, right=True),
    Column("相同", lambda row: f"{row.agreed} 次", 112, right=True),
    Column("一致率", lambda row: f"{row.agreed / row.compared:.1%}", 112, right=True),
    Column("kappa", lambda row: "" if row.kappa is None else f"{row.kappa:.2f}", 96, right=True),
)


@dataclass(frozen=True, slots=True)
class Waits:
    """What the screen shows, read in one go. ``wanted``: the office has settings that want a second person."""

    wanted: bool
    reviews: tuple[ReviewRow, ...]
    entries: tuple[WaitingRow, ...]
    disputes: tuple[WaitingRow, ...]
    figures: tuple[AgreementRow, ...]

    @property
    def count(self) -> int:
        """How much the actor can do something about."""
        return sum(not row.own and not row.entries_missing for row in self.reviews) + len(self.entries + self.disputes)


class SecondScreen(QWidget):
    """``review``, ``enter_again`` and ``resolve`` carry ids; ``used`` tells whether the screen is of use here."""

    review = Signal(object)  # tuple[str, ...]
    enter_again = Signal(object)
    resolve = Signal(object)
    counted = Signal(int)
    used = Signal(bool)

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._reviews = actor.role in RIGHTS[Right.REVIEW]
        self.notice = Notice()
        self.reviews: RowsModel[ReviewRow] = RowsModel(REVIEWS, parent=self)
        self.entries: RowsModel[WaitingRow] = RowsModel(WAITING, parent=self)
        self.disputes: RowsModel[WaitingRow] = RowsModel(WAITING, parent=self)
        self.figures: RowsModel[AgreementRow] = RowsModel(AGREED, parent=self)
        self.tables: list[Table] = []
        self._either: list[Either] = []
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "复核的按键", KEYS)
        jobs.changed.connect(self._changed)
        self.read()

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self.notice)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("复核与双录")
        box.addWidget(self.tabs, 1)
        self._tab(self.reviews, "reviews", REVIEW_WORDS, ("开始复核", self._open_reviews))
        self._tab(self.entries, "entries", ENTER_WORDS, ("开始录入", self._open_entries))
        self._tab(self.disputes, "disputes", RESOLVE_WORDS, ("开始裁定", self._open_disputes))
        self._tab(self.figures, "figures", FIGURES_WORDS, None)
        self._say_tabs(Waits(False, (), (), (), ()))

    def _tab(
        self, model: RowsModel[Row], name: str, words: Words, deed: tuple[str, Callable[[int], None]] | None
    ) -> None:
        page = QWidget()
        page.setObjectName("screen")
        box = column(page, space=INSIDE)
        box.setContentsMargins(0, BETWEEN, 0, 0)
        row = line()
        row.addWidget(text(words.about, "secondary", wrap=True), 1)
        table = make_table(model, name, words.title)
        if deed is not None:
            word, does = deed
            row.addWidget(button(word, lambda: does(0), role="primary", icon="verify", name=f"begin_{name}"))
            table.opened.connect(does)
        head = QWidget()
        head.setLayout(row)
        box.addWidget(head)
        holder = QWidget()
        either = Either(holder)
        either.addWidget(EmptyState("verify", words.empty, words.fill))
        either.addWidget(table)
        box.addWidget(holder, 1)
        model.modelReset.connect(lambda: head.setVisible(bool(model.rows)))
        head.hide()
        self.tables.append(table)
        self._either.append(either)
        self.tabs.addTab(page, "")

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.tables[self.tabs.currentIndex()].setFocus()

    def read(self) -> None:
        """Read the lists again. Nobody sees them where the office wants no second pair of eyes: most of a store would
        be listed, after every answer.
        """
        reviews, seen = self._reviews, self.isVisible()
        nothing = Waits(wanted=False, reviews=(), entries=(), disputes=(), figures=())
        self._jobs.read(
            lambda store, actor: (
                Waits(
                    wanted=wanted,
                    reviews=review.to_review(store, actor) if reviews else (),
                    entries=second_entry.waiting(store, actor),
                    disputes=second_entry.disagreements(store, actor),
                    figures=second_entry.agreement_figures(store, actor) if reviews else (),
                )
                if (wanted := _wanted(settings.settings(store, actor))) or seen
                else nothing
            ),
            self._show,
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _changed(self, changes: Changes) -> None:
        if (changes.registrations or changes.office) and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, waits: Waits) -> None:
        show_rows(self.tables[REVIEW], self.reviews, waits.reviews, lambda row: row.registration_id)
        show_rows(self.tables[ENTER], self.entries, waits.entries, lambda row: row.registration_id)
        show_rows(self.tables[RESOLVE], self.disputes, waits.disputes, lambda row: row.registration_id)
        show_rows(self.tables[FIGURES], self.figures, waits.figures, lambda row: row.key)
        for either, table in zip(self._either, self.tables, strict=True):
            either.setCurrentIndex(1 if table.model().rowCount() else 0)
        self._say_tabs(waits)
        self.used.emit(waits.wanted)
        self.counted.emit(waits.count if waits.wanted else 0)

    def _say_tabs(self, waits: Waits) -> None:
        counts = (len(waits.reviews), len(waits.entries), len(waits.disputes), 0)
        for at, (word, count) in enumerate(zip(("待复核", "第二遍录入", "裁定", "一致率"), counts, strict=True)):
            self.tabs.setTabText(at, f"{word} {count}" if count else word)
        for at in (REVIEW, FIGURES):
            self.tabs.setTabVisible(at, self._reviews)

    # -- opening ------------------------------------------------------------------------------------------------------

    def _open_reviews(self, position: int) -> None:
        rows = _from(self.reviews.rows, position)
        ids = tuple(row.registration_id for row in rows if not row.own and not row.entries_missing)
        first = self.reviews.rows[position] if self.reviews.rows else None
        if first is not None and (first.own or first.entries_missing) and (position or not ids):
            told = "这一份是您核对的，要由另一个人复核。" if first.own else "这一份的双录还没有完成，录完才能复核。"
            self.notice.say(told)
            return
        self.notice.drop()
        self.review.emit(ids)

    def _open_entries(self, position: int) -> None:
        self.notice.drop()
        self.enter_again.emit(tuple(row.registration_id for row in _from(self.entries.rows, position)))

    def _open_disputes(self, position: int) -> None:
        self.notice.drop()
        self.resolve.emit(tuple(row.registration_id for row in _from(self.disputes.rows, position)))


def _from(rows: Sequence[Row], position: int) -> list[Row]:
    """All rows, beginning with the one at hand."""
    return [*rows[position:], *rows[:position]]


def _wanted(values: dict[str, settings.Value]) -> bool:
    return values[REVIEW_BY.key] == "person" or bool(values[SECOND_ENTRY.key])

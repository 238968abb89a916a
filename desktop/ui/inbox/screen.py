"""收件箱: drop or choose files, watch them being read, put their pages in order, see to those that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QPushButton,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.inbox.acting import Acting
from desktop.ui.inbox.card_picture import THUMB
from desktop.ui.inbox.cards import SHOWS, Card, Show, cards_of, counts, shown
from desktop.ui.inbox.detail import Detail
from desktop.ui.inbox.drop_button import DropButton
from desktop.ui.inbox.grid import CardGrid
from desktop.ui.inbox.hands import Hands
from desktop.ui.inbox.intake_queue import IntakeQueue, told
from desktop.ui.inbox.keys import SHEET, Act
from desktop.ui.inbox.model import CardModel
from desktop.ui.inbox.thumbnails import Thumbnails
from desktop.ui.inbox.way_in import WayIn
from desktop.ui.theme import AROUND, BETWEEN, CONTROL, INSIDE
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import choose_where, dropped, opens
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, halves, line, text
from desktop.ui.widgets.sure import CountDialog
from records.views import InboxView, PageRow, PageState
from workflow import intake, office_forms
from workflow.changes import Changes
from workflow.intake import TakeIn, Taken

REFRESH_MS = 150  # changes that come in a burst are read once
REST = 3  # what took a second to read is read again after three at the soonest


@dataclass(frozen=True, slots=True)
class Looked:
    """The inbox as cards, made behind."""

    view: InboxView
    cards: tuple[Card, ...]


class InboxScreen(QWidget):
    """Everything that was delivered. ``counted`` tells the frame how much waits, ``learn_form`` which page's form is to
    be learned."""

    counted = Signal(int)
    drafts_counted = Signal(int)
    open_registration = Signal(str)
    learn_form = Signal(str)
    go_drafts = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAcceptDrops(True)
        self._jobs = jobs
        self._resumed = False
        self._reading = QElapsedTimer()
        self._again = False
        self._first_new = ""
        self._ended = False  # the readers have come to an end, and nobody was told what is next
        self._passing = ""  # what is said only until there is something newer to say
        self._go_to = ""
        self._show_now = Show.ALL
        self.cards: tuple[Card, ...] = ()
        self.view = InboxView((), 0, 0, 0)
        self.model = CardModel(self)
        self.thumbnails = Thumbnails(jobs, THUMB, self)
        self.grid = CardGrid(self.model, self.thumbnails)
        self.queue = IntakeQueue(jobs, self)
        self.queue.finished.connect(self._taken_in)
        self.drop = WayIn(self.queue)
        self.drop.given.connect(self.take_in)
        self.drop.blanks_wanted.connect(self._ask_blank)
        self.notice = Notice()
        self.hands = Hands(jobs, self)
        self.acting = Acting(jobs, self.grid, self.hands, self.notice, lambda: self.cards, self)
        self.detail = Detail(jobs)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        self._jobs.changed.connect(self._changed)
        self._jobs.recognising.connect(self._recognising)
        self.detail.queued.connect(self._jobs.recognise)
        self.detail.acted.connect(self.acting.act)
        self.detail.open_registration.connect(self.open_registration)
        self.detail.learn.connect(self.learn_form)
        self.hands.queued.connect(self._jobs.recognise)
        self.hands.told.connect(self._told)
        self.hands.went.connect(self._went)
        self.hands.keyed.connect(self.open_registration)
        self.grid.at_hand.connect(self._at_hand)
        self.grid.acted.connect(self.acting.act)
        self.grid.dropped.connect(self.acting.dropped)
        self.acting.open_registration.connect(self.open_registration)
        offer_keys(self, "收件箱的按键", SHEET)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.hands.undo)

    # -- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self.drop)
        box.addWidget(self.notice)
        self._parts = halves(self._make_list(), self.detail, (776, 384), (3, 2))
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "inbox",
                "收件箱是空的",
                "扫描或拍照得到的登记表放进来以后，会自动识别，再到“待核对”里看一遍没有把握的地方。\n"
                "收下的文件加密保存，原来的文件不会改动。还没有填好的表，可以先打印空白表发下去。",
            )
        )
        self._either.addWidget(self._parts)
        box.addWidget(holder, 1)

    def _make_list(self) -> QWidget:
        part = QWidget()
        box = column(part, space=INSIDE)
        top = line(space=4)
        self.chips = QButtonGroup(self)
        shows = QWidget()
        flow = FlowLayout(shows, 4)
        for show, word in SHOWS.items():
            flow.addWidget(self._chip(show, word))
        top.addWidget(shows, 1)
        self.done_too = button("连同核对完的", self.read, role="chip", name="done_too")
        self.done_too.setCheckable(True)
        top.addWidget(self.done_too, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(top)
        middle = QWidget()
        self._some = Either(middle)
        self._some.addWidget(self.grid)
        self._some.addWidget(EmptyState("tick", "这里没有", "这一类里没有登记表或页。"))
        box.addWidget(middle, 1)
        box.addWidget(self._make_foot())
        return part

    def _chip(self, show: Show, word: str) -> QPushButton:
        chip = button(word, partial(self.show_only, show), role="chip", name=f"show_{show.name.lower()}")
        chip.setCheckable(True)
        chip.setChecked(show is Show.ALL)
        self.chips.addButton(chip)
        return chip

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        flow = FlowLayout(foot, INSIDE)
        self.join = button("合成一份", partial(self.acting.act, Act.JOIN), icon="copy", name="join")
        self.to_apart = DropButton("拖到这里：单独成一份", "page", self.hands.apart, "drop_apart")
        self.to_aside = DropButton("拖到这里：搁置", "aside", self.hands.aside, "drop_aside")
        self.undo = button("撤销", partial(self.acting.act, Act.UNDO), role="quiet", icon="undo", name="undo")
        self.to_apart.pressed_alone.connect(partial(self.acting.act, Act.APART))
        self.to_aside.pressed_alone.connect(partial(self.acting.act, Act.ASIDE))
        self.outside = text("", "secondary")
        self.outside.setMinimumHeight(CONTROL)
        for each in (self.join, self.to_apart, self.to_aside, self.undo, self.outside):
            flow.addWidget(each)
        return foot

    # -- files come in ------------------------------------------------------------------------------------------------

    def take_in(self, paths: Sequence[Path]) -> None:
        """Take in these files and folders."""
        if paths:
            self.notice.drop()
            self.queue.add(paths)

    def _taken_in(self, results: tuple[TakeIn, ...], others: tuple[Path, ...]) -> None:
        self._first_new = next((result.source_id for result in results if isinstance(result, Taken)), "")
        words, role = told(results, others)
        self.notice.say(words, role)
        self._passing = words if role == "good" else ""
        self._jobs.recognise()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event):
            event.acceptProposedAction()
            self.drop.show_over(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.drop.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop.show_over(False)
        event.acceptProposedAction()
        self.take_in(dropped(event))

    # -- forms to send out --------------------------------------------------------------------------------------------

    def _ask_blank(self) -> None:
        def where(copies: int) -> None:
            write = partial(self.write_blank, copies=copies)
            choose_where(self, "空白表写到哪里", "空白登记表.pdf", "PDF (*.pdf)", write)

        words = f"要几份，1 到 {office_forms.MOST_COPIES}。每份编号不同，正反两面。"
        CountDialog("打印空白表", words, usual=20, most=office_forms.MOST_COPIES, act=where, parent=self).open()

    def write_blank(self, path: Path, copies: int) -> None:
        """Write blank forms and say where they are."""
        self._jobs.task(
            lambda: office_forms.print_registration(path, copies),
            lambda _path: self.notice.say(
                f"空白表已写好：{path}，{copies} 份。打印时选双面、实际大小（不要缩放）。",
                "good",
                action="打开",
                act=opens(path),
            ),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    # -- what is here -------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        (self.grid if self.cards else self.drop.choose_files).setFocus()
        if self._passing and self.notice.words == self._passing:
            self.notice.drop()
        self.read()

    def read(self) -> None:
        """Read the inbox again; while it is being read, once more after that."""
        self._refresh.stop()
        if self._reading.isValid():
            self._again = True
            return
        self._reading.start()
        open_only, busy = not self.done_too.isChecked(), self._jobs.is_recognising or self.queue.busy
        self._jobs.read(
            lambda store, actor: _look(intake.inbox(store, actor, open_only=open_only, count_outside=not busy)),
            partial(self._show, not busy, self._ended),
            owner=self,
            failed=self._not_read,
        )

    def _changed(self, changes: Changes) -> None:
        # an answer in the verify screen changes a registration; the inbox reads that when it is entered
        mine = changes.sources or changes.pages or (changes.registrations and self.isVisible())
        if mine and not self._refresh.isActive():
            self._refresh.start()

    def _recognising(self, on: bool) -> None:
        self._ended = not on
        if not on:
            self.read()

    def _not_read(self, refused: str) -> None:
        self._reading.invalidate()
        self.notice.say(refused, "alarm")

    def _show(self, counted_outside: bool, ended: bool, looked: Looked) -> None:
        if not self._jobs.attended:
            return  # the office was left while the store was being asked
        # a long list rests longer between two looks, so that reading it never fills the day
        self._refresh.setInterval(max(REFRESH_MS, REST * int(self._reading.elapsed())))
        self._reading.invalidate()
        view = looked.view
        self._drop_pictures(looked.cards)
        self.view, self.cards = view, looked.cards
        self._list()
        if counted_outside:
            many = view.clear_scans
            self.outside.setText(f"外面还有 {many} 份没有加密的原件" if many else "")
        failed = sum(page.state is PageState.FAILED for source in view.sources for page in source.pages)
        self.counted.emit(view.waiting + failed)
        self.drafts_counted.emit(view.drafts)
        # the state in the store is the queue: what an earlier run left is simply gone on with
        if view.waiting and not self._resumed and not self._jobs.is_recognising and not self.queue.busy:
            self._jobs.recognise()
        self._resumed = True
        if ended:  # what was read before the readers came to their end may not have the last drafts yet
            self._say_what_is_next(view)
        if self._again:
            self._again = False
            self._refresh.start()

    def _say_what_is_next(self, view: InboxView) -> None:
        """Everything is read: who sees this for the first time learns where it goes on."""
        if view.waiting or self._jobs.is_recognising:
            return
        self._ended = False
        if view.drafts and (self.notice.isHidden() or self.notice.words == self._passing):
            self._passing = f"识别完了，有 {view.drafts} 份登记表可以核对。"
            self.notice.say(self._passing, "good", action="去核对", act=self.go_drafts.emit)

    def _drop_pictures(self, cards: Sequence[Card]) -> None:
        """Pages that wait to be read again will look otherwise."""
        self.thumbnails.drop([p.page_id for card in cards for p in card.pages if p.state is PageState.RECEIVED])

    def show_only(self, show: Show) -> None:
        """List these cards only."""
        self._show_now = show
        self._list()
        self.grid.setFocus()

    def _list(self) -> None:
        many = counts(self.cards)
        for show, chip in zip(SHOWS, self.chips.buttons(), strict=True):
            number = many[show]
            chip.setText(f"{SHOWS[show]} {number}" if number else SHOWS[show])
            chip.setChecked(show is self._show_now)
        before, page, slot = self.grid.card, self.grid.page, self.grid.slot
        self.model.set_cards([card for card in self.cards if shown(card, self._show_now)])
        listed = bool(self.model.cards)
        self._either.setCurrentIndex(1 if self.cards or self.done_too.isChecked() else 0)
        self._some.setCurrentIndex(0 if listed else 1)
        self._find_place(before, page, slot)
        self.grid.want_pictures()
        self._at_hand()

    def _find_place(self, before: Card | None, page: PageRow | None, slot: int) -> None:
        """What a deed has moved, or what just came in; else what was at hand stays at hand, wherever it is now."""
        if self._go_to and self.grid.go_to_page(self._go_to):
            self._go_to = ""
            return
        if self._first_new and self._go_to_source(self._first_new):
            self._first_new = ""
            self.grid.scrollTo(self.grid.currentIndex(), CardGrid.ScrollHint.PositionAtTop)
            if self.drop.isAncestorOf(QApplication.focusWidget() or self):
                self.grid.setFocus()  # Enter goes on with what came, and doesn't ask for files again
            return
        now = self.grid.card
        if before is None and now is None and self.model.cards and self.drop.choose_files.hasFocus():
            self.grid.go_to(self.model.cards[0].key)  # the screen was entered before it was known what is there
            self.grid.setFocus()
        elif before is None or (now is not None and now.key == before.key):
            self.grid.set_slot(slot)
        elif self.grid.go_to(before.key, slot) or (page is not None and self.grid.go_to_page(page.page_id)):
            return
        else:
            self._go_to_source(before.key)  # a file that was opened meanwhile: its pages stand there now

    def _go_to_source(self, source_id: str) -> bool:
        """The first card of a file is at hand. False where none is listed."""
        key = next((card.key for card in self.model.cards if _of(card, source_id)), "")
        return bool(key) and self.grid.go_to(key)

    def _at_hand(self) -> None:
        card, page = self.grid.card, self.grid.page
        self.detail.show_page(card, page, self.grid.slot)
        chosen = self.grid.chosen
        self.join.setEnabled(len(chosen) > 1)
        movable = bool(self.grid.chosen_pages())
        self.to_apart.setEnabled(movable)
        self.to_aside.setEnabled(movable)
        self.undo.setEnabled(bool(self.hands.deeds))

    # -- pages are put in order ---------------------------------------------------------------------------------------

    def _told(self, words: str, role: str, undoable: bool) -> None:
        self.notice.say(words, role, action="撤销" if undoable else "", act=self.hands.undo if undoable else None)
        self.undo.setEnabled(bool(self.hands.deeds))

    def _went(self, page_id: str) -> None:
        self._go_to = page_id
        self.grid.setFocus()


def _look(view: InboxView) -> Looked:
    return Looked(view, cards_of(view))


def _of(card: Card, source_id: str) -> bool:
    return card.key == source_id or any(page.source_id == source_id for page in card.pages)

"""Beside the cards: the page at hand, what was read on one of unknown form, what is wrong, and what one can do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.inbox.cards import Card, Kind, slot_word
from desktop.ui.inbox.keys import Act
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.page_picture import PagePicture, page_picture
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import Elided, button, column, line, scrolled, set_role, text
from desktop.ui.words import page_mark
from records.views import PageRow, PageState, PageWords
from workflow import intake, verify
from workflow.changes import Changes

WORDS_HEIGHT = 148


@dataclass(frozen=True, slots=True)
class Offer:
    """A button of the detail: its word, icon and name, and the deed it asks for."""

    act: Act
    word: str
    icon: str
    name: str


OFFERS = (
    Offer(Act.AGAIN, "再读一次", "again", "retry"),
    Offer(Act.TURN, "转一下", "again", "turn_page"),
    Offer(Act.READ_AS, "选定表格", "form", "read_as"),
    Offer(Act.KEY_IN, "照图录入", "edit", "key_in"),
    Offer(Act.BEHIND, "附到前一份", "file", "put_behind"),
    Offer(Act.APART, "单独成一份", "page", "put_apart"),
    Offer(Act.ASIDE, "搁置", "aside", "set_aside"),
    Offer(Act.BACK, "放回来", "undo", "bring_back"),
)


def offered(card: Card, page: PageRow | None) -> frozenset[Act]:
    """What makes sense for the page at hand."""
    if card.kind is Kind.FILE or page is None or page.state is PageState.RECEIVED:
        return frozenset()
    if page.state is PageState.SET_ASIDE:
        return frozenset({Act.BACK} if page.duplicate_of is None else {Act.BACK, Act.BEHIND})
    acts = {Act.ASIDE} if card.open or page.behind else set()
    if page.state is PageState.FAILED:
        acts.add(Act.AGAIN)
    if page.status != "read":
        acts |= {Act.BEHIND} if not page.behind else set()
        acts |= {Act.TURN, Act.READ_AS, Act.KEY_IN} if page.viewable else set()
    if card.open and len(card.pages) > 1:
        acts.add(Act.APART)
    return frozenset(acts)


class Detail(QFrame):
    """``acted`` asks for a deed with the page at hand; ``queued`` says that a file waits to be read again;
    ``open_registration`` asks for the verify screen, ``learn`` to learn the form of this page."""

    acted = Signal(object)  # Act
    queued = Signal()
    open_registration = Signal(str)
    learn = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(320)
        self._jobs = jobs
        self._card: Card | None = None
        self._page: PageRow | None = None
        self._shown: tuple[str, bool] = ("", False)
        self.may_learn = False
        self.name = Elided("", "heading")
        self.told = text("", "secondary", wrap=True)
        self.view = PageView(follows=False)
        self.view.setMinimumHeight(96)
        self.view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # as high as there is room
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setObjectName("page_words")
        self.words.setAccessibleName("这一页上读到的字")
        self.words.setTabChangesFocus(True)
        self.words.setMinimumHeight(WORDS_HEIGHT // 2)
        self.words.setMaximumHeight(WORDS_HEIGHT)
        self.buttons: dict[Act, QPushButton] = {}
        self._lay_out()
        for each in (self.view, self.words_told, self.words):
            each.hide()  # nothing is shown yet: a file that waits has no page
        self.show_page(None, None)

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE, around=BETWEEN)
        box.addWidget(self.name)
        content = QWidget()
        shown = column(content, space=INSIDE)
        shown.addWidget(self.told)
        shown.addLayout(self._password_row())
        shown.addWidget(self.view, 1)
        self.words_told = text("", "secondary", wrap=True)
        shown.addWidget(self.words_told)
        shown.addWidget(self.words)
        shown.addStretch(0)
        box.addWidget(scrolled(content, "这一页"), 1)  # on a low screen the buttons below stay in sight
        holder = QWidget()
        flow = FlowLayout(holder, INSIDE)
        for offer in OFFERS:
            made = button(offer.word, partial(self.acted.emit, offer.act), icon=offer.icon, name=offer.name)
            self.buttons[offer.act] = made
            flow.addWidget(made)
        self.teach = button("学这种表", self._learn, icon="form", name="learn_form")
        self.retry_file = button("再打开一次", self._retry_file, icon="again", name="retry_file")
        self.open = button("去核对", self._open, role="primary", name="open_registration")
        for each in (self.teach, self.retry_file, self.open):
            flow.addWidget(each)
        box.addWidget(holder)
        # names that tests and the screen use
        self.retry, self.aside, self.back = (self.buttons[act] for act in (Act.AGAIN, Act.ASIDE, Act.BACK))

    def _password_row(self) -> QHBoxLayout:
        self.password = QLineEdit()
        self.password.setObjectName("source_password")
        self.password.setPlaceholderText("文件的打开密码")
        self.password.setAccessibleName("文件的打开密码")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self._supply)
        self.supply = button("打开", self._supply, role="primary", name="supply_password")
        row = line()
        row.addWidget(self.password, 1)
        row.addWidget(self.supply)
        return row

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_page(self, card: Card | None, page: PageRow | None, slot: int = 0) -> None:
        """Show the page at hand of a card."""
        self._card, self._page = card, page
        self.setVisible(card is not None)
        if card is None:
            return
        part = slot_word(card, slot) if card.kind is Kind.REGISTRATION else ""
        self.name.setText("　".join(words for words in (card.title, part) if words))
        self._say(card, page)
        refused = card.kind is Kind.FILE and bool(card.reason)
        locked = "密码" in (card.reason if refused else page.reason if _failed(page) and page is not None else "")
        self.password.setVisible(locked)
        self.supply.setVisible(locked)
        self.retry_file.setVisible(refused and not locked)
        acts = offered(card, page)
        for act, made in self.buttons.items():
            made.setVisible(act in acts and not (locked and act is Act.AGAIN))
        unknown = page is not None and page.status == "unknown_form" and page.state is PageState.READ
        self.teach.setVisible(self.may_learn and unknown)
        self.open.setVisible(card.kind is Kind.REGISTRATION and bool(card.pages))
        self._show_picture(page)

    def _say(self, card: Card, page: PageRow | None) -> None:
        role, words = "secondary", card.told
        if card.kind is Kind.FILE:
            role, words = ("error", card.reason) if card.reason else ("secondary", "等待识别。")
        elif page is None:
            role, words = "doubt", "这一面没有扫到，或没有配上。扫进来会自动补上；也可以把那一页拖到这里。"
        else:
            mark = page_mark(page)
            role = mark.role if mark.role in {"error", "doubt"} and page.reason else "secondary"
            where = card.where(page)
            known = f"{page.form_title}　{where}" if page.form_title else where
            words = page.reason or known
        set_role(self.told, role)
        self.told.setText(words)

    def _show_picture(self, page: PageRow | None) -> None:
        there = page is not None and page.viewable and page.state is not PageState.RECEIVED
        wanted = page.page_id if there and page is not None else ""
        wordy = there and page is not None and page.status == "unknown_form"
        if (wanted, wordy) == self._shown:
            return
        self._shown = (wanted, wordy)
        self.view.setVisible(bool(wanted))
        self.view.show_page(QPixmap(), "正在打开")
        self._show_words(None)
        if wanted:
            self._jobs.read(
                lambda store, actor: page_picture(verify.page_image(store, actor, wanted)),
                partial(self._picture, wanted),
                owner=self,
                failed=lambda told: self.view.show_page(QPixmap(), told),
            )
        if wordy:
            self._jobs.read(
                lambda store, actor: intake.page_words(store, actor, wanted),
                self._show_words,
                owner=self,
                failed=lambda _told: None,  # the picture says it
            )

    def _picture(self, page_id: str, picture: PagePicture) -> None:
        if page_id == self._shown[0]:
            self.view.show_picture(picture, "这一页没有图像")

    def _show_words(self, words: PageWords | None) -> None:
        if words is not None and words.page_id != self._shown[0]:
            return
        some = words is not None and bool(words.pairs or words.lines)
        self.words.setVisible(some)
        self.words_told.setVisible(words is not None)
        if words is None:
            return
        told = "读到这些字，只供参考，没有记到任何地方：" if some else "这一页上没有读到字。"
        self.words_told.setText(told)
        pairs = [f"{label}：{value}" for label, value in words.pairs]
        self.words.setPlainText("\n".join([*pairs, *([""] if pairs and words.lines else []), *words.lines]))

    # -- what one can do ----------------------------------------------------------------------------------------------

    def _change(self, call: Change[Changes]) -> None:
        self._jobs.write(call, lambda _changes: self.queued.emit(), owner=self, failed=self._failed)

    def _supply(self) -> None:
        card, page, given = self._card, self._page, self.password.text()
        if card is None or not given:
            self.password.setFocus()
            return
        source = card.key if card.kind is Kind.FILE else "" if page is None else page.source_id
        self.password.clear()
        self._change(lambda store, actor, now: intake.supply_password(store, actor, now, source, given))

    def _retry_file(self) -> None:
        if self._card is not None:
            key = self._card.key
            self._change(lambda store, actor, now: intake.retry_source(store, actor, now, key))

    def _open(self) -> None:
        if self._card is not None and self._card.registration_id is not None:
            self.open_registration.emit(self._card.registration_id)

    def _learn(self) -> None:
        if self._page is not None:
            self.learn.emit(self._page.page_id)

    def _failed(self, told: str) -> None:
        set_role(self.told, "error")
        self.told.setText(told)


def _failed(page: PageRow | None) -> bool:
    return page is not None and page.state is PageState.FAILED

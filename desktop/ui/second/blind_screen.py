"""第二遍录入: the chosen fields from the picture alone; and 裁定, where two persons entered something different.

Nothing of what anybody read or entered is on the screen, nor the rest of the page; in 裁定 both texts are, in an order
that tells nothing of who entered which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.second.one_by_one import OneByOne
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.verify.as_typed import Keeping
from desktop.ui.verify.completing import Completing
from desktop.ui.verify.field_panel import FieldPanel
from desktop.ui.verify.keys import Action, Press, meaning
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.page_picture import PagePicture
from desktop.ui.widgets.page_view import SCROLL, STEP, PageView
from desktop.ui.widgets.parts import column, keys_foot, line, scrolled
from forms.kinds import JsonValue, Kind
from forms.values import FieldError
from records.views import AnswerState, CandidateView, ValueSource, VerifyItem, VerifyPage
from records.views_review import BlindItem, BlindSheet, Dispute
from workflow import half_typed, second_entry

WIDEST = 880
PAGE_HEIGHT = 320
LOOKS: Mapping[Action, Callable[[PageView], None]] = {
    Action.PAGE_UP: lambda page: page.go_down(-SCROLL),
    Action.PAGE_DOWN: lambda page: page.go_down(SCROLL),
    Action.CLOSER: lambda page: page.zoom(STEP),
    Action.FARTHER: lambda page: page.zoom(1 / STEP),
}
TYPE_IT = "请照图打字，再按 Enter；纸上这一栏没填，按 F4。"
CHOOSE = "请对着图像选一个（Alt+1、Alt+2）；都不对就照图打字，再按 Enter。"
FOOT = (
    ("Enter", "录下"),
    ("Alt+1、Alt+2", "裁定时选一个写法"),
    ("F4", "纸上没填"),
    ("F6", "把纸面看得更清楚"),
    ("Tab", "下一栏"),
    ("Esc", "回到列表"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One registration with the fields that are asked of the person at hand."""

    registration_id: str
    pages: tuple[VerifyPage, ...]
    items: tuple[VerifyItem, ...]


def asked_of(sheet: BlindSheet) -> Asked:
    """The fields to enter, with nothing in them."""
    return Asked(sheet.registration_id, sheet.pages, tuple(_bare(item) for item in sheet.items))


def disputed_of(registration_id: str, disputes: tuple[Dispute, ...]) -> Asked:
    """The fields to resolve, with what the two persons entered."""
    items = []
    for dispute in disputes:
        pairs = zip(dispute.texts, dispute.values, strict=True)
        both = tuple(CandidateView(words or "（没填）", value, origin="一人录的") for words, value in pairs)
        items.append(_bare(dispute.item, both))
    pages = {item.page_id: VerifyPage(item.page_id, 1, 0, 0) for item in items if item.page_id is not None}
    return Asked(registration_id, tuple(pages.values()), tuple(items))


def _bare(item: BlindItem, candidates: tuple[CandidateView, ...] = ()) -> VerifyItem:
    nothing: JsonValue = [] if item.kind is Kind.CHOICE else None
    return VerifyItem(
        key=item.key, label=item.label, block="", kind=item.kind, page_id=item.page_id, box=item.box, text="", raw="",
        value=nothing, state=AnswerState.MACHINE, source=ValueSource.PAPER, accepted=not candidates, shown=True,
        reasons=("两个人录的不一样，请对着图像裁定",) if candidates else (), candidates=candidates, doubts=(),
        multiple=item.multiple, options=item.options, code_table=item.code_table, down=item.down,
    )  # fmt: skip


class BlindScreen(OneByOne):
    """What is half typed is kept, as in verifying: closing, a lock or a power cut comes back to the same field."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs, "blind_back")
        self._resolves = False
        self._done = 0
        self._asked: Asked | None = None
        self._at = 0
        self.pages.came.connect(lambda _page: self._show_crop())
        self.field = FieldPanel()
        self.page = PageView()  # of a page that was typed in whole: no crop shows where a field stands
        self.page.setMinimumHeight(PAGE_HEIGHT)
        self.page.hide()
        self._shown_page = ""
        self.field.pressed.connect(self.act)
        self.field.picked.connect(lambda at: self.act(Press(Action.PICK, at + 1)))
        self._completing = Completing(jobs, self.field, dict, parent=self)
        self._keeping = Keeping(jobs, self.field, self._place, self.notice.say, lambda: None, self)
        self._lay_out()

    def _lay_out(self) -> None:
        whole = column(self, space=0)
        whole.addWidget(self.head())
        holder = QWidget()
        holder.setObjectName("screen")
        middle = line(holder)
        middle.setContentsMargins(AROUND, AROUND, AROUND, AROUND)
        inner = QWidget()
        inner.setMaximumWidth(WIDEST)
        box = column(inner, space=BETWEEN)
        box.addWidget(self.notice)
        box.addWidget(self.field)
        box.addWidget(self.page, 1)
        box.addStretch()
        middle.addWidget(inner, 1)
        whole.addWidget(scrolled(holder), 1)
        whole.addWidget(keys_foot(FOOT))
        offer_keys(self, "第二遍录入的按键", FOOT)
        self.back.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab is for the next field; Esc goes back

    # -- registrations ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.field.take_keyboard()

    def open_all(self, registrations: tuple[str, ...], *, resolves: bool) -> None:
        """Enter (or resolve) the fields of these, one registration after the other."""
        self._resolves = resolves
        self._done = 0
        self._completing.renew()
        self.title.emit("裁定两次录入" if resolves else "第二遍录入")
        self.begin(registrations)

    def forget(self) -> None:
        self._asked = None

    def account(self) -> str:
        return f"{'裁定' if self._resolves else '录'}完了 {self._done} 份。" if self._done else ""

    def load(self, registration_id: str) -> None:
        """The fields, and together with them where this person was in them."""
        resolves = self._resolves
        self._jobs.read(
            lambda store, actor: (
                disputed_of(registration_id, second_entry.disputed(store, actor, registration_id))
                if resolves
                else asked_of(second_entry.sheet(store, actor, registration_id)),
                half_typed.kept(store, actor, registration_id),
            ),
            self._loaded,
            owner=self,
            failed=self.not_loaded,
        )

    def _loaded(self, read: tuple[Asked, half_typed.Standing | None]) -> None:
        asked, standing = read
        if not asked.items:
            self.open_next()
            return
        keys = [item.key for item in asked.items]
        at = keys.index(standing.key) if standing is not None and standing.key in keys else None
        self._asked, self._at = asked, at or 0
        self.pages.show(asked.pages)
        self._shown_page = ""
        self._show_item()
        if standing is not None and at is not None:
            self._keeping.resume(standing.text)

    # -- no keystroke is lost -----------------------------------------------------------------------------------------

    def _place(self) -> tuple[str, str] | None:
        item = self.item
        return None if self._asked is None or item is None else (self._asked.registration_id, item.key)

    def keep_typing(self) -> None:
        """The window closes, or the form is left: what is being typed goes to the store."""
        self._keeping.keep()

    # -- the field at hand --------------------------------------------------------------------------------------------

    @property
    def item(self) -> VerifyItem | None:
        """The field at hand."""
        return self._asked.items[self._at] if self._asked is not None else None

    def _show_item(self) -> None:
        item = self.item
        if item is None or self._asked is None:
            return
        self.say_which("对着图像裁定，不显示谁录了哪一个" if self._resolves else "只看图像录入，不显示别人录的内容")
        self.field.show_item(item, f"第 {self._at + 1} / {len(self._asked.items)} 栏")
        self._show_crop()

    def _show_crop(self) -> None:
        item = self.item
        if item is None:
            return
        page = None if item.page_id is None else self.pages.picture(item.page_id)
        self.page.setVisible(item.down is not None and page is not None)
        if item.page_id is None:
            self.field.show_crop(QPixmap())
        elif page is None:
            self.field.crop.wait(self.pages.told(item.page_id))
        else:
            self._show_whole(item, page)
            self.field.show_crop(page.whole)

    def _show_whole(self, item: VerifyItem, page: PagePicture) -> None:
        shown = f"{item.page_id}/{self.pages.tone.value}"
        if item.down is None:
            return
        if shown != self._shown_page:
            self._shown_page = shown
            self.page.show_picture(page)
        self.page.show_height(item.down)

    # -- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys work also when a button has the keyboard."""
        press = meaning(event.key(), event.modifiers(), held=event.isAutoRepeat(), composing=False)
        if press is not None:
            self.act(press)
        else:
            super().keyPressEvent(event)

    def act(self, press: Press) -> None:
        """Do what a key means; nothing is answered before its crop was on the screen."""
        if press.action is Action.LEAVE:
            self.leave("")
        elif press.action in (Action.NEXT, Action.PREVIOUS) and self._asked is not None:
            self._at = (self._at + (1 if press.action is Action.NEXT else -1)) % len(self._asked.items)
            self._show_item()
            self._keeping.soon()
        elif press.action is Action.TONE:
            self.pages.next_tone()
            self._show_crop()
        elif press.action in LOOKS:
            LOOKS[press.action](self.page)
        elif self.item is not None and self.field.crop.painted:
            self._answers(press)

    def _answers(self, press: Press) -> None:
        item, shown = self.item, self.field.candidates.shown
        assert item is not None  # act() has looked
        if press.action is Action.PICK and self.field.fill(press.number - 1):
            return
        if press.action is Action.PICK and press.number <= len(shown):
            self._give(item, shown[press.number - 1].value)
        elif press.action is Action.BLANK:
            self._give(item, [] if item.kind is Kind.CHOICE else None)
        elif press.action is Action.CONFIRM and not self.field.touched:
            self.field.complain(CHOOSE if self._resolves else TYPE_IT)
        elif press.action is Action.CONFIRM:
            try:
                self._give(item, self.field.answer())
            except FieldError as problem:
                self.field.complain(str(problem))

    def _give(self, item: VerifyItem, value: JsonValue) -> None:
        asked = self._asked
        if asked is None:
            return
        verb = second_entry.resolve if self._resolves else second_entry.enter
        rest = tuple(other for other in asked.items if other.key != item.key)

        def refused(told: str) -> None:
            self.notice.say(f"{item.label}：{told}", "alarm")
            if not rest:
                self.open_next()

        self.notice.drop()
        self._keeping.answered()
        self._jobs.write(
            lambda store, actor, now: verb(store, actor, now, asked.registration_id, item.key, value),
            None if rest else lambda _changes: self._one_done(),
            owner=self,
            failed=refused,
        )
        self._asked = Asked(asked.registration_id, asked.pages, rest) if rest else None
        if rest:
            self._at %= len(rest)
            self._show_item()

    def _one_done(self) -> None:
        self._done += 1
        self.open_next()

    def leave(self, told: str) -> None:
        self.keep_typing()
        super().leave(told)

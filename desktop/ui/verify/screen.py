"""The verify screen: one registration after the other, doubtful fields first, hands on the keyboard.

An answer counts here at once and goes to the store behind; if the store refuses it, the field comes back with the
sentence that says why. Which form is at hand is ``at_hand``'s matter. Undo goes back across registrations.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.verify.as_typed import Keeping, Place, RulesAsTyped
from desktop.ui.verify.at_hand import Arrived, FormAtHand
from desktop.ui.verify.completing import Completing
from desktop.ui.verify.field_questions import FieldQuestions
from desktop.ui.verify.keys import ANSWERS, SHEET, Action, Press, meaning
from desktop.ui.verify.last_words import counted_words, last_words, stands_for_all
from desktop.ui.verify.layout import VerifyLayout
from desktop.ui.verify.pages import Pages
from desktop.ui.verify.pinning import Pinning, whence
from desktop.ui.verify.walk import Done, Walk
from desktop.ui.widgets.key_sheet import show_keys, tell_keys
from desktop.ui.widgets.page_view import SCROLL, STEP
from desktop.ui.words import REGISTRATION
from forms.kinds import JsonValue
from forms.values import FieldError
from records.views import AnswerState, ValueSource, VerifyItem, VerifySheet
from workflow import verify
from workflow.changes import Changes
from workflow.half_typed import Standing

EMPTY_TOLD = "这一栏没有读出内容。请打字填上；纸上确实没填，按 F4。"
NOT_TICKED_TOLD = "这一栏没有看出勾了哪一项。请按前面的数字勾上；纸上确实没勾，按 F4。"
NO_PAPER = "收到的页里没有这一栏"
NO_PAPER_TOLD = "这一面没有扫描，看不到纸上怎么填。把它扫进收件箱，会自动配上；纸在手边的，照纸填上，没填的按 F4。"
CONTRADICTION_TOLD = "这一栏和别处对不上。请重新打一遍，或用 Alt+1–9 选一个读法。"


class VerifyScreen(QWidget):
    """``left`` goes back to the list, ``title`` names what is shown."""

    left = Signal(str)  # a sentence for the list, "" when the clerk simply left
    title = Signal(str)
    saved = Signal()  # or opened again: how many wait has changed

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        parts = self.parts = VerifyLayout(self)
        self.forms = FormAtHand(jobs, parts.notice, self.keep_typing, self)
        self._stack = self.forms.stack
        self.pages = Pages(jobs, self)
        self.pages.came.connect(self._page_came)
        self._stale = False  # the store has news that could not be read while something was on its way to it
        self._renewal = QTimer(self, singleShot=True, interval=0)
        self._renewal.timeout.connect(self._renew)
        self._keeping = Keeping(jobs, parts.field, self._place, parts.notice.say, self._catch_up, self)
        self._rules = RulesAsTyped(jobs, parts.field, lambda: self.walk, self)
        self._pinning = Pinning(jobs, parts.field, parts.notice.say, self._renewal.start, parent=self)
        self._completing = Completing(jobs, parts.field, self._values, parent=self)
        self._questions = FieldQuestions(jobs, parts, lambda: self.walk, self._answer, self._mark, parent=self)
        self._deeds = self._deeds_by_key()
        self._connect(parts)
        tell_keys(self, "核对时的按键", SHEET)
        jobs.changed.connect(self._changed)

    def _connect(self, parts: VerifyLayout) -> None:
        forms = self.forms
        forms.shown.connect(self._show_form)
        forms.refused.connect(self._refused)
        forms.renewed.connect(self._renewal.start)
        forms.saved.connect(self.saved)
        forms.saved.connect(self._completing.one_more)
        forms.left.connect(self._left)
        parts.field.crop.first_painted.connect(forms.look)
        parts.field.pressed.connect(self.act)
        parts.field.picked.connect(lambda at: self.act(Press(Action.PICK, at + 1)))
        parts.rest.jump.connect(self._go)
        parts.rest.folded.connect(parts.field.take_keyboard)
        for tool, action in (
            (parts.back, Action.LEAVE),
            (parts.place, Action.PLACE),
            (parts.keys, Action.KEYS),
            (parts.whole, Action.WHOLE_PAGE),
            (parts.tone, Action.TONE),
            (parts.turn, Action.TURN),
        ):
            tool.clicked.connect(lambda _checked=False, action=action: self.act(Press(action)))

    def enter(self) -> None:
        """The screen is shown."""
        self.parts.field.take_keyboard()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.forms.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forms.look_away()

    # -- registrations ------------------------------------------------------------------------------------------------

    def open_all(self, registrations: tuple[str, ...]) -> None:
        """Verify these, one after the other."""
        self._completing.renew()
        self.forms.open_all(registrations)

    @property
    def walk(self) -> Walk | None:
        return self.forms.walk

    def _show_form(self, form: Arrived) -> None:
        walk = form.walk
        sheet = walk.sheet
        self.pages.show(sheet.pages, form.pictures)
        self.parts.show_sheet(sheet, self._stack.number, self._stack.total)
        self.title.emit(f"核对　{sheet.title}")
        self._announce(walk, form.announced)
        self._show_item()
        if not walk.editable:
            self._offer_again(sheet)
        elif walk.here is None or (not walk.left and not form.at):
            self.forms.save(walk)
        elif form.standing is not None and not form.at:
            self._resume(walk, form.standing)

    def _offer_again(self, sheet: VerifySheet) -> None:
        """A saved registration is for looking; changing it begins with opening it again."""
        self.parts.notice.say(
            f"{sheet.title} 的这一份是“{REGISTRATION[sheet.state].word}”，只能看。要改内容，先退回待核对。",
            action="退回待核对",
            act=lambda: self._again(sheet.registration_id),
        )

    def _again(self, registration: str) -> None:
        def opened(_changes: Changes) -> None:
            self.saved.emit()  # one more waits: the navigation counts it
            self.forms.load(registration, self.walk.current if self.walk is not None else "")

        self._jobs.write(
            lambda store, actor, now: verify.reopen(store, actor, now, registration, "更正"),
            opened,
            owner=self,
            failed=lambda told: self.parts.notice.say(told, "alarm"),
        )

    def _announce(self, walk: Walk, before: str) -> None:
        """The next registration says its name, so that nobody goes on answering for the one before."""
        words = f"下一份：{walk.sheet.title}，{walk.left} 处要看" if before else ""
        notes = "　".join(walk.sheet.notes)
        if words or notes:
            said = "　".join(part for part in (before, words, notes) if part)
            self.parts.notice.say(said, "note" if notes else "good")
        else:
            self.parts.notice.drop()

    # -- the field at hand --------------------------------------------------------------------------------------------

    def _show_item(self) -> None:
        walk = self.walk
        item = walk.here if walk is not None else None
        if walk is None or item is None:
            return
        self.parts.field.show_item(item, counted_words(walk, item))
        self.parts.field.show_remarks(item, walk.findings(item.key))
        self.parts.field.show_last(last_words(walk, item))
        self.parts.rest.show_walk(walk)
        self._show_picture(item)

    def _show_picture(self, item: VerifyItem) -> None:
        field, page_view = self.parts.field, self.parts.page
        if item.page_id is None:
            field.show_crop(QPixmap())
            self.parts.show_no_page(NO_PAPER)
            return
        page = self.pages.picture(item.page_id)
        if page is None:
            field.crop.wait(self.pages.told(item.page_id))
            self.parts.show_no_page(self.pages.told(item.page_id))
            return
        self.parts.show_page(item.page_id, page, self.pages.tone)
        page_view.show_place(None if item.box is None else QRect(*item.box))
        if item.down is not None:
            page_view.show_height(item.down)
        self.parts.glance(self.walk is not None and stands_for_all(self.walk, item))
        field.show_crop(page.whole)

    def _page_came(self, page_id: str) -> None:
        item = self.walk.here if self.walk is not None else None
        if item is not None and item.page_id == page_id:
            self._show_picture(item)

    def _place(self) -> Place | None:
        """Where something can be typed now."""
        walk = self.walk
        return (
            None
            if walk is None or not walk.current or not walk.editable
            else (walk.sheet.registration_id, walk.current)
        )

    def _go(self, key: str) -> None:
        if self.walk is not None and key:
            self.walk.current = key
            self._show_item()
            self._keeping.soon()

    # -- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys work also when a button has the keyboard."""
        press = meaning(event.key(), event.modifiers(), held=event.isAutoRepeat(), composing=False)
        if press is not None:
            self.act(press)
        else:
            super().keyPressEvent(event)

    def act(self, press: Press) -> None:
        """Do what a key means."""
        action = press.action
        if action in ANSWERS and action is not Action.UNDO and not self._may_answer():
            return
        if action is Action.PICK:
            self._pick(press.number - 1)
        elif action in self._deeds:
            self._deeds[action]()

    def _deeds_by_key(self) -> dict[Action, Callable[[], object]]:
        """What is done for each action that needs no number: answers first, then what changes only what is seen."""
        parts = self.parts
        return {
            Action.CONFIRM: self._confirm,
            Action.PIN: self._pinning.turn,
            Action.ILLEGIBLE: lambda: self._mark(AnswerState.ILLEGIBLE),
            Action.ASK: lambda: self._mark(AnswerState.ASK),
            Action.ASK_WHAT: self._questions.what_to_ask,
            Action.SLIP: self._questions.slip,
            Action.BLANK: lambda: self._answer(self._blank(), AnswerState.CONFIRMED),
            Action.SOURCE: self._questions.source,
            Action.UNDO: self._undo,
            Action.NEXT: lambda: self._step(1),
            Action.PREVIOUS: lambda: self._step(-1),
            Action.UNFOLD: parts.rest.unfold,
            Action.WHOLE_PAGE: lambda: parts.page.show_whole(not parts.page.whole),
            Action.FOLD_PAGE: parts.fold_page,
            Action.TONE: self._tone,
            Action.TURN: parts.page.turn,
            Action.PAGE_UP: partial(parts.page.go_down, -SCROLL),
            Action.PAGE_DOWN: partial(parts.page.go_down, SCROLL),
            Action.CLOSER: partial(parts.page.zoom, STEP),
            Action.FARTHER: partial(parts.page.zoom, 1 / STEP),
            Action.PLACE: self._questions.place,
            Action.KEYS: partial(show_keys, self),
            Action.LEAVE: self._leave,
        }

    def _tone(self) -> None:
        self.pages.next_tone()
        if self.walk is not None and self.walk.here is not None:
            self._show_picture(self.walk.here)

    def _may_answer(self) -> bool:
        """Only a field whose crop has been on the screen is answered, and none while the whole is being saved."""
        walk = self.walk
        if walk is None or walk.here is None or self.forms.held:
            return False
        return walk.editable and self.parts.field.crop.painted

    def _step(self, by: int) -> None:
        if self.walk is not None:
            self._go(self.walk.neighbour(by))

    # -- answers ------------------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        walk, field = self.walk, self.parts.field
        item = walk.here if walk is not None else None
        if walk is None or item is None:
            return
        if not field.touched and walk.needs_more_than_enter(item):
            field.complain(_not_by_enter(item, chooses=field.chooses))
            return
        try:
            value = field.answer()
        except FieldError as problem:
            field.complain(str(problem))
            return
        if field.forgot_input_method(value):
            return
        same = value == item.value
        if same and item.proposed:
            self._answer(value, AnswerState.CONFIRMED, *whence(item, item.proposed))
            return
        kept = same and item.source is not ValueSource.PAPER  # looked at again, its source is what it was
        state = AnswerState.CONFIRMED if same else AnswerState.CORRECTED
        self._answer(value, state, item.source if kept else ValueSource.PAPER, item.note if kept else "")

    def _values(self) -> dict[str, JsonValue]:
        """What the form at hand says elsewhere."""
        return {} if self.walk is None else {item.key: item.value for item in self.walk.sheet.items}

    def _pick(self, at: int) -> None:
        if self.parts.field.fill(at):
            return
        shown = self.parts.field.candidates.shown
        item = self.parts.field.item
        if item is not None and 0 <= at < len(shown):
            same = shown[at].value == item.value
            source, note = whence(item, shown[at].origin)
            self._answer(shown[at].value, AnswerState.CONFIRMED if same else AnswerState.CORRECTED, source, note)

    def _blank(self) -> JsonValue:
        item = self.parts.field.item
        return [] if item is not None and item.options else None

    def _answer(
        self, value: JsonValue, state: AnswerState, source: ValueSource = ValueSource.PAPER, note: str = ""
    ) -> None:
        walk = self.walk
        if walk is None:
            return
        registration, key = walk.sheet.registration_id, walk.current
        self._record(
            lambda store, actor, now: verify.confirm(
                store, actor, now, registration, key, value, source=source, note=note
            ),
            walk,
            key,
            state,
        )

    # -- no keystroke is lost -----------------------------------------------------------------------------------------

    def keep_typing(self) -> None:
        """The window closes, or the form is left: what is being typed goes to the store."""
        self._keeping.keep()

    def _catch_up(self) -> None:
        if self._stale and not self._jobs.waiting_writes:
            self._renewal.start()

    def _resume(self, walk: Walk, standing: Standing) -> None:
        """Come back to the field that was at hand, with what was typed there."""
        item = walk.item(standing.key)
        if item is None or not walk.open(standing.key):
            return
        if walk.current != standing.key:
            self._go(standing.key)
        self._keeping.resume(standing.text)

    def _mark(self, state: AnswerState, note: str = "") -> None:
        walk = self.walk
        if walk is None:
            return
        registration, key = walk.sheet.registration_id, walk.current
        self._record(
            lambda store, actor, now: verify.mark(store, actor, now, registration, key, state, note), walk, key, state
        )

    def _record(self, call: Change[Changes], walk: Walk, key: str, state: AnswerState) -> None:
        walk.answer(key, state)
        self._keeping.answered()
        done = Done(walk.sheet.registration_id, key)
        self._stack.gave(done)
        self.parts.notice.drop()
        following = walk.next_open(key)
        if following:
            self._jobs.write(call, owner=self, failed=partial(self._refused, done))
            self._go(following)
        else:
            self.parts.rest.show_walk(walk)
            self.parts.field.crop.show_taken()
            self.forms.finish(call, done)

    def _refused(self, done: Done, told: str) -> None:
        """The store did not take the answer: the field comes back and says why."""
        self._stack.refused(done)
        walk = self.walk
        if walk is None or walk.sheet.registration_id != done.registration_id:
            self.parts.notice.say(told, "alarm")
            return
        walk.take_back(done.key)
        self._go(done.key)
        self.parts.field.complain(told)

    def _undo(self) -> None:
        done = None if self.forms.held else self._stack.last()
        if done is None:
            return
        walk = self.walk
        if walk is None or walk.sheet.registration_id != done.registration_id:
            self.forms.undo_behind(done)
            return
        walk.take_back(done.key)
        self._jobs.write(
            lambda store, actor, now: verify.undo(store, actor, now, done.registration_id),
            owner=self,
            failed=lambda told: self.parts.notice.say(told, "alarm"),
        )
        self._go(done.key)

    # -- what the store says now --------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        walk = self.walk
        if walk is not None and walk.sheet.registration_id in changes.registrations:
            self._renewal.start()

    def _renew(self) -> None:
        walk = self.walk
        self._stale = bool(self._jobs.waiting_writes)
        if walk is None or self.forms.held or self._stale:
            return
        registration = walk.sheet.registration_id
        self._jobs.read(
            lambda store, actor: verify.sheet(store, actor, registration),
            partial(self._renewed, self._jobs.given_writes),
            owner=self,
            failed=lambda told: self.parts.notice.say(told, "alarm"),
        )

    def _renewed(self, given: int, sheet: VerifySheet) -> None:
        """Reasons and contradictions may have changed; what is being typed stays."""
        walk, field = self.walk, self.parts.field
        waits = bool(self._jobs.waiting_writes)
        # answered while it was being read: taken for news, it would ask once more for what was answered
        self._stale = waits or given != self._jobs.given_writes
        if walk is None or sheet.registration_id != walk.sheet.registration_id:
            return
        if self._stale:
            if not waits:
                self._renewal.start()
            return
        before = walk.here
        walk.renew(sheet)
        self.forms.answered()
        self.parts.show_form(sheet)
        self.parts.show_place(sheet.place)
        item = walk.here
        if item is None:
            return
        if field.touched or before == item:
            field.show_remarks(item, walk.findings(item.key))
            field.show_last(last_words(walk, item))
            self.parts.rest.show_walk(walk)
        else:
            self._show_item()

    # -- leaving ------------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        self.keep_typing()
        self.forms.leave()
        self._left("")

    def _left(self, told: str) -> None:
        self.pages.forget()
        self.parts.page.show_page(QPixmap())
        self.left.emit(told)


def _not_by_enter(item: VerifyItem, *, chooses: bool) -> str:
    """Why Enter alone doesn't confirm what stands there, and what to do."""
    if not item.text and item.page_id is None:
        return NO_PAPER_TOLD
    if not item.text:
        return NOT_TICKED_TOLD if chooses else EMPTY_TOLD
    try:
        verify.parse_typed(item, item.text)
    except FieldError as problem:  # read as it stands, but no value yet: a date that lacks its day
        return str(problem)
    return CONTRADICTION_TOLD

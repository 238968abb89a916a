"""The verify screen: one registration after the other, doubtful fields first, hands on the keyboard.

An answer counts here at once and goes to the store behind; if the store refuses it, the field comes back with the
sentence that says why. Undo goes back across registrations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QDialog, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.verify.as_typed import AsTyped
from desktop.ui.verify.dialogs import KeysDialog, QuestionDialog, SameChildDialog, SourceDialog, ask_place
from desktop.ui.verify.field_panel import reading_words
from desktop.ui.verify.keys import ANSWERS, Action, Press, meaning
from desktop.ui.verify.last_words import last_words, stands_for_all
from desktop.ui.verify.layout import VerifyLayout
from desktop.ui.verify.pages import Pages
from desktop.ui.verify.pinning import Pinning, whence
from desktop.ui.verify.rest_list import shown_text
from desktop.ui.verify.slip import write_slip
from desktop.ui.verify.stack import Stack
from desktop.ui.verify.walk import Done, Walk
from desktop.ui.words import REGISTRATION, SOURCE_WORDS
from forms.kinds import JsonValue
from forms.values import FieldError
from records.views import AnswerState, ValueSource, VerifyItem, VerifySheet
from workflow import half_typed, verify
from workflow.answering import BY_REVIEW
from workflow.changes import Changes
from workflow.cross_reference import Place
from workflow.verify import AskSameChild, Finished

EMPTY_TOLD = "这一栏没有读出内容。请打字填上；纸上确实没填，按 F4。"
NOT_TICKED_TOLD = "这一栏没有看出勾了哪一项。请按前面的数字勾上；纸上确实没勾，按 F4。"
CONTRADICTION_TOLD = "这一栏和别处对不上。请重新打一遍，或用 Alt+1–9 选一个读法。"


class VerifyScreen(QWidget):
    """``left`` goes back to the list, ``title`` names what is shown."""

    left = Signal(str)  # a sentence for the list, "" when the clerk simply left
    title = Signal(str)
    saved = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._walk: Walk | None = None
        self._stack = Stack()
        self._finishing = False
        self._announcement = ""
        self._last_place = Place()
        self.parts = VerifyLayout(self)
        self.pages = Pages(jobs, self)
        self.pages.came.connect(self._page_came)
        self._stale = False  # the store has news that could not be read while something was on its way to it
        self._renewal = QTimer(self, singleShot=True, interval=0)
        self._renewal.timeout.connect(self._renew)
        parts = self.parts
        self._as_typed = AsTyped(jobs, parts.field, lambda: self._walk, parts.notice.say, self._catch_up, parent=self)
        self._pinning = Pinning(jobs, parts.field, parts.notice.say, self._renewal.start, parent=self)
        self._deeds = self._deeds_by_key()
        parts.field.pressed.connect(self.act)
        parts.field.picked.connect(lambda at: self.act(Press(Action.PICK, at + 1)))
        parts.rest.jump.connect(self._go)
        parts.rest.folded.connect(parts.field.take_keyboard)
        parts.back.clicked.connect(lambda: self.act(Press(Action.LEAVE)))
        parts.place.clicked.connect(lambda: self.act(Press(Action.PLACE)))
        parts.keys.clicked.connect(lambda: self.act(Press(Action.KEYS)))
        for tool, action in ((parts.whole, Action.WHOLE_PAGE), (parts.tone, Action.TONE), (parts.turn, Action.TURN)):
            tool.clicked.connect(lambda _checked=False, action=action: self.act(Press(action)))
        jobs.changed.connect(self._changed)

    def enter(self) -> None:
        """The screen is shown."""
        self.parts.field.take_keyboard()

    # -- registrations ------------------------------------------------------------------------------------------------

    def open_all(self, registrations: tuple[str, ...]) -> None:
        """Verify these, one after the other."""
        self._stack.begin(registrations)
        self._announcement = ""
        self._open_next()

    @property
    def walk(self) -> Walk | None:
        return self._walk

    def _open_next(self) -> None:
        following = self._stack.take()
        if following:
            self._load(following)
        else:
            self._leave(f"{self._announcement}这一批都核对完了。" if self._announcement else "")

    def _load(self, registration_id: str, key: str = "") -> None:
        self._stack.here = registration_id
        self._finishing = False
        self._walk = None
        self._jobs.read(
            # together: where she stood must be known before she can move on
            lambda store, actor: (
                verify.sheet(store, actor, registration_id),
                half_typed.kept(store, actor, registration_id),
            ),
            partial(self._loaded, key),
            owner=self,
            failed=self._not_loaded,
        )

    def _not_loaded(self, told: str) -> None:
        self.parts.notice.say(told, "alarm")
        if self._stack.ahead:
            self._open_next()
        else:
            self._leave(told)

    def _loaded(self, key: str, read: tuple[VerifySheet, half_typed.Standing | None]) -> None:
        sheet, standing = read
        if sheet.registration_id != self._stack.here:
            return
        walk = self._walk = Walk(sheet)
        if key:
            walk.current = key
        self.pages.show(sheet.pages)
        self.parts.show_sheet(sheet, self._stack.number, self._stack.total)
        self.title.emit(f"核对　{sheet.title}")
        self._announce(walk)
        if not walk.editable:
            self._show_item()
            self._offer_again(sheet)
            return
        if walk.here is None or (not walk.left and not key):
            self._show_item()
            self._finish()
            return
        self._show_item()
        if standing is not None and not key:
            self._resume(walk, standing)

    def _offer_again(self, sheet: VerifySheet) -> None:
        """A saved registration is for looking; changing it begins with opening it again."""
        self.parts.notice.say(
            f"{sheet.title} 的这一份是“{REGISTRATION[sheet.state].word}”，只能看。要改内容，先退回待核对。",
            action="退回待核对",
            act=lambda: self._again(sheet.registration_id),
        )

    def _again(self, registration: str) -> None:
        self._jobs.write(
            lambda store, actor, now: verify.reopen(store, actor, now, registration, "更正"),
            lambda _changes: self._load(registration, self._walk.current if self._walk is not None else ""),
            owner=self,
            failed=lambda told: self.parts.notice.say(told, "alarm"),
        )

    def _announce(self, walk: Walk) -> None:
        """The next registration says its name, so that nobody goes on answering for the one before."""
        words = f"下一份：{walk.sheet.title}，{walk.left} 处要看" if self._announcement else ""
        notes = "　".join(walk.sheet.notes)
        if words or notes:
            said = "　".join(part for part in (self._announcement, words, notes) if part)
            self.parts.notice.say(said, "note" if notes else "good")
        else:
            self.parts.notice.drop()
        self._announcement = ""

    # -- the field at hand --------------------------------------------------------------------------------------------

    def _show_item(self) -> None:
        walk = self._walk
        item = walk.here if walk is not None else None
        if walk is None or item is None:
            return
        of = len(walk.sheet.order)
        state = walk.state(item.key)
        counted = f"第 {walk.position} / {of} 处" if walk.position else "已认可的栏目"
        if walk.only_asked and item.key in walk.waiting:
            counted = f"还有 {walk.left} 处"  # the other fields had their look long ago
        if state in {AnswerState.ILLEGIBLE, AnswerState.ASK}:
            by_review = "　复核退回" if item.note.startswith(BY_REVIEW) else "　要问村里"
            counted += "　看不清" if state is AnswerState.ILLEGIBLE else by_review
        if item.pinned:
            counted += "　已钉住（Alt+0 取下）"
        if item.source is not ValueSource.PAPER:
            counted += f"　{SOURCE_WORDS[item.source]}"
        self.parts.field.show_item(item, counted)
        self.parts.field.show_remarks(item, walk.findings(item.key))
        self.parts.field.show_last(last_words(walk, item))
        self.parts.rest.show_walk(walk)
        self._show_picture(item)

    def _show_picture(self, item: VerifyItem) -> None:
        field, page_view = self.parts.field, self.parts.page
        if item.page_id is None or item.box is None:
            field.show_crop(QPixmap())
            page_view.show_place(None)
            return
        page = self.pages.picture(item.page_id)
        if page is None:
            field.crop.wait("正在打开纸面")
            return
        self.parts.show_page(item.page_id, page, self.pages.tone)
        page_view.show_place(QRect(*item.box))
        self.parts.glance(self._walk is not None and stands_for_all(self._walk, item))
        field.show_crop(page)

    def _page_came(self, page_id: str) -> None:
        item = self._walk.here if self._walk is not None else None
        if item is not None and item.page_id == page_id:
            self._show_picture(item)

    def _go(self, key: str) -> None:
        if self._walk is not None and key:
            self._walk.current = key
            self._show_item()
            self._as_typed.keeping.soon()

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
            Action.ASK_WHAT: self._ask_what,
            Action.SLIP: self._slip,
            Action.BLANK: lambda: self._answer(self._blank(), AnswerState.CONFIRMED),
            Action.SOURCE: self._ask_source,
            Action.UNDO: self._undo,
            Action.NEXT: lambda: self._step(1),
            Action.PREVIOUS: lambda: self._step(-1),
            Action.UNFOLD: parts.rest.unfold,
            Action.WHOLE_PAGE: lambda: parts.page.show_whole(not parts.page.whole),
            Action.FOLD_PAGE: parts.fold_page,
            Action.TONE: self._tone,
            Action.TURN: parts.page.turn,
            Action.PLACE: self._ask_place,
            Action.KEYS: lambda: KeysDialog(self).open(),
            Action.LEAVE: lambda: self._leave(""),
        }

    def _tone(self) -> None:
        self.pages.next_tone()
        if self._walk is not None and self._walk.here is not None:
            self._show_picture(self._walk.here)

    def _may_answer(self) -> bool:
        """Only a field whose crop has been on the screen is answered, and none while the whole is being saved."""
        walk = self._walk
        if walk is None or walk.here is None or self._finishing:
            return False
        return walk.editable and self.parts.field.crop.painted

    def _step(self, by: int) -> None:
        if self._walk is not None:
            self._go(self._walk.neighbour(by))

    # -- answers ------------------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        walk, field = self._walk, self.parts.field
        item = walk.here if walk is not None else None
        if walk is None or item is None:
            return
        if not field.touched and walk.needs_more_than_enter(item):
            empty = NOT_TICKED_TOLD if field.chooses else EMPTY_TOLD
            field.complain(CONTRADICTION_TOLD if item.text else empty)
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

    def _pick(self, at: int) -> None:
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
        walk = self._walk
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

    def _ask_source(self) -> None:
        """The value doesn't come from the paper: how it is known is kept with it."""
        item, field = self.parts.field.item, self.parts.field
        try:
            value = field.answer()
        except FieldError as problem:
            field.complain(str(problem))
            return
        if item is None or self._walk is None:
            return
        at = self._walk.current, self._walk.sheet.registration_id
        shown = shown_text(replace(item, value=value, text=reading_words(item, value)))
        dialog = SourceDialog(item.label, shown, item.source, item.note, self)

        def chosen() -> None:
            walk = self._walk
            if walk is not None and (walk.current, walk.sheet.registration_id) == at:
                state = AnswerState.CONFIRMED if value == item.value else AnswerState.CORRECTED
                self._answer(value, state, dialog.source, dialog.note.text().strip())

        dialog.accepted.connect(chosen)
        dialog.finished.connect(lambda _code: field.take_keyboard())
        dialog.open()

    # -- no keystroke is lost -----------------------------------------------------------------------------------------

    def keep_typing(self) -> None:
        """The window closes, or the form is left: what is being typed goes to the store."""
        self._as_typed.keeping.keep()

    def _catch_up(self) -> None:
        if self._stale and not self._jobs.waiting_writes:
            self._renewal.start()

    def _resume(self, walk: Walk, standing: half_typed.Standing) -> None:
        """Come back to the field that was at hand, with what was typed there."""
        item = walk.item(standing.key)
        if item is None or not walk.open(standing.key):
            return
        if walk.current != standing.key:
            self._go(standing.key)
        self._as_typed.keeping.resume(standing.text)

    def _ask_what(self) -> None:
        """What the village is asked stands on its slip."""
        item, walk = self.parts.field.item, self._walk
        if item is None or walk is None:
            return
        at = walk.current, walk.sheet.registration_id
        note = "" if item.source is not ValueSource.PAPER else item.note
        dialog = QuestionDialog(item.label, shown_text(item), note.removeprefix(BY_REVIEW), self)

        def said() -> None:
            here = self._walk
            if here is not None and (here.current, here.sheet.registration_id) == at:
                self._mark(AnswerState.ASK, dialog.note.text().strip())

        dialog.accepted.connect(said)
        dialog.finished.connect(lambda _code: self.parts.field.take_keyboard())
        dialog.open()

    def _slip(self) -> None:
        if self._walk is not None:
            write_slip(self._jobs, (self._walk.sheet.registration_id,), self, self.parts.notice.say)
            self.parts.field.take_keyboard()

    def _mark(self, state: AnswerState, note: str = "") -> None:
        walk = self._walk
        if walk is None:
            return
        registration, key = walk.sheet.registration_id, walk.current
        self._record(
            lambda store, actor, now: verify.mark(store, actor, now, registration, key, state, note), walk, key, state
        )

    def _record(self, call: Change[Changes], walk: Walk, key: str, state: AnswerState) -> None:
        walk.answer(key, state)
        self._as_typed.keeping.answered()
        done = Done(walk.sheet.registration_id, key)
        self._stack.gave(done)
        self._jobs.write(call, owner=self, failed=partial(self._refused, done))
        self.parts.notice.drop()
        following = walk.next_open(key)
        if following:
            self._go(following)
        else:
            self.parts.rest.show_walk(walk)
            self._finish()

    def _refused(self, done: Done, told: str) -> None:
        """The store did not take the answer: the field comes back and says why."""
        self._stack.refused(done)
        walk = self._walk
        if walk is None or walk.sheet.registration_id != done.registration_id:
            self.parts.notice.say(told, "alarm")
            return
        walk.take_back(done.key)
        self._go(done.key)
        self.parts.field.complain(told)

    # -- undo ---------------------------------------------------------------------------------------------------------

    def _undo(self) -> None:
        done = None if self._finishing else self._stack.last()
        if done is None:
            return
        walk = self._walk
        if walk is not None and walk.sheet.registration_id == done.registration_id:
            walk.take_back(done.key)
            self._jobs.write(
                lambda store, actor, now: verify.undo(store, actor, now, done.registration_id),
                owner=self,
                failed=lambda told: self.parts.notice.say(told, "alarm"),
            )
            self._go(done.key)
            return
        self._undo_behind(done)

    def _undo_behind(self, done: Done) -> None:
        """The answer belongs to the registration before: it is opened again at that field."""
        registration = done.registration_id
        self._finishing = True  # nothing is answered, saved or taken back meanwhile

        def opened(_changes: Changes) -> None:
            self._stack.go_back(registration)
            self._load(registration, done.key)

        def refused(told: str) -> None:
            self._finishing = False
            self._stack.gave(done)
            self.parts.notice.say(told, "alarm")

        self._jobs.write(
            lambda store, actor, now: (
                verify.reopen(store, actor, now, registration, "撤销") | verify.undo(store, actor, now, registration)
            ),
            opened,
            owner=self,
            failed=refused,
        )

    # -- saving -------------------------------------------------------------------------------------------------------

    def _finish(self, same_child: str | None = None) -> None:
        walk = self._walk
        if walk is None or self._finishing:
            return
        self._finishing = True
        registration = walk.sheet.registration_id
        self._jobs.write(
            lambda store, actor, now: verify.finish(store, actor, now, registration, same_child=same_child),
            self._finished,
            owner=self,
            failed=self._not_finished,
        )

    def _finished(self, result: Finished | AskSameChild) -> None:
        self._finishing = False
        walk = self._walk
        if walk is None:
            return
        if isinstance(result, AskSameChild):
            dialog = SameChildDialog(result.candidates, self)
            dialog.finished.connect(lambda code: self._child_chosen(dialog, code))
            dialog.open()
            return
        self.saved.emit()
        self._stack.saved()
        self._announcement = f"{walk.sheet.title} 已存为已核对。"
        self._walk = None
        self._open_next()

    def _child_chosen(self, dialog: SameChildDialog, code: int) -> None:
        if code == QDialog.DialogCode.Accepted:
            self._finish(dialog.chosen)
        else:
            self.parts.notice.say("这一份还没有存为已核对，答过的都已保存。按 Esc 回到列表，以后再存。", "note")

    def _not_finished(self, told: str) -> None:
        """Something is still open or contradicts itself; the store says which, and the way goes on there."""
        self._finishing = False
        # what waits for the village's answer must not hold up the stack
        self.parts.notice.say(
            told, "alarm", action="先放着，看下一份" if self._stack.ahead else "", act=self._open_next
        )
        self._renewal.start()

    # -- what the store says now --------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        walk = self._walk
        if walk is not None and walk.sheet.registration_id in changes.registrations:
            self._renewal.start()

    def _renew(self) -> None:
        walk = self._walk
        self._stale = bool(self._jobs.waiting_writes)
        if walk is None or self._finishing or self._stale:
            return
        registration = walk.sheet.registration_id
        self._jobs.read(
            lambda store, actor: verify.sheet(store, actor, registration),
            self._renewed,
            owner=self,
            failed=lambda told: self.parts.notice.say(told, "alarm"),
        )

    def _renewed(self, sheet: VerifySheet) -> None:
        """Reasons and contradictions may have changed; what is being typed stays."""
        walk, field = self._walk, self.parts.field
        self._stale = bool(self._jobs.waiting_writes)
        if walk is None or sheet.registration_id != walk.sheet.registration_id or self._stale:
            return
        before = walk.here
        walk.renew(sheet)
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

    # -- place, leaving -----------------------------------------------------------------------------------------------

    def _ask_place(self) -> None:
        if self._walk is not None:
            told = partial(self.parts.notice.say, role="alarm")
            ask_place(self._jobs, self._walk.sheet, self._last_place, self, placed=self._placed, failed=told)

    def _placed(self, place: Place) -> None:
        self._last_place = place

    def _leave(self, told: str) -> None:
        self.keep_typing()
        self._walk = None
        self._stack.here = ""
        self.pages.forget()
        self.parts.page.show_page(QPixmap())
        self.left.emit(told)

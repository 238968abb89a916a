"""Which form is at hand: the stack it comes from, the next one, read ahead, and those on their way to being saved.

With the last answer the next form is shown, if it is there and nothing is known for which the one at hand would not be
saved; that is saved behind. If it can't be after all, it comes back with the sentence that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog, QWidget

from desktop.jobs import Change, Jobs, followed_by
from desktop.ui.verify.ahead import NextForm, ReadAhead
from desktop.ui.verify.dialogs import SameChildDialog
from desktop.ui.verify.saving import Saving
from desktop.ui.verify.stack import Stack
from desktop.ui.verify.walk import Done, Walk
from desktop.ui.widgets.page_picture import PagePicture
from desktop.ui.widgets.parts import Notice
from records.views import VerifySheet
from workflow import half_typed, verify
from workflow.changes import Changes
from workflow.half_typed import Standing
from workflow.read_ahead import Looked
from workflow.verify import AskSameChild

AHEAD_MS = 150  # a field is looked at so long before anything is read ahead: nothing comes between it and the clerk
NOT_YET = "这一份还没有存为已核对，答过的都已保存。按 Esc 回到列表，以后再存。"
SAME_CHILD = "台账里有同名、同一天出生的孩子，还没有存为已核对。请打开它，选一下是不是同一个孩子。"


@dataclass(frozen=True, slots=True)
class Arrived:
    """Another form is at hand. ``at``: it was opened at a field of its own, not where one left off (``standing``)."""

    walk: Walk
    standing: Standing | None = None
    at: bool = False
    pictures: Mapping[str, PagePicture] | None = None  # those that are there already
    announced: str = ""  # what became of the form before


class FormAtHand(QObject):
    """``walk`` is the form, None between two; ``held``: the store decides what is at hand, nothing may be answered."""

    shown = Signal(object)  # Arrived
    refused = Signal(object, str)  # Done, and why the store did not take the answer
    renewed = Signal()  # what other forms offer the one at hand has changed
    saved = Signal()
    left = Signal(str)  # the stack is done or can't go on; the sentence for the list

    def __init__(self, jobs: Jobs, notice: Notice, keep_typing: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._notice = notice
        self._keep_typing = keep_typing
        self._window = parent
        self.walk: Walk | None = None
        self.held = False
        self.stack = Stack()
        self._announced = ""
        self._saving = Saving(jobs, self)
        self._saving.saved.connect(self._saved)
        self._saving.asks.connect(self._asked)
        self._saving.refused.connect(self._not_saved)
        self.ahead = ReadAhead(jobs, self)
        self._looking = QTimer(self, singleShot=True, interval=AHEAD_MS)
        self._looking.timeout.connect(lambda: self.ahead.want(self.stack.following))

    # -- registrations ------------------------------------------------------------------------------------------------

    def open_all(self, registrations: tuple[str, ...]) -> None:
        """These, one after the other."""
        self.stack.begin(registrations)
        self._announced = ""
        self.open_next()

    def open_next(self) -> None:
        """The next of the stack, or the end of it."""
        ahead = self.ahead.ready(self.stack.following)
        following = self.stack.take()
        if ahead is not None:
            self._show_ahead(ahead)
        elif following:
            self.load(following)
        else:
            self.leave()
            self.left.emit(f"{self._announced}这一批都核对完了。" if self._announced else "")

    def load(self, registration_id: str, key: str = "", then: Callable[[], None] | None = None) -> None:
        """Read a registration and show it at the field ``key`` (else where one left off); ``then`` is called."""
        self.stack.here = registration_id
        self.held = False
        self.walk = None
        self.look_away()
        self._jobs.read(
            # together: where she stood must be known before she can move on
            lambda store, actor: (
                verify.sheet(store, actor, registration_id),
                half_typed.kept(store, actor, registration_id),
            ),
            partial(self._loaded, key, then),
            owner=self,
            failed=self._not_loaded,
        )

    def _show_ahead(self, ahead: NextForm) -> None:
        registration_id = ahead.sheet.registration_id
        self.walk = None
        self._jobs.write(
            lambda store, actor, _now: ahead.look(store, actor),
            partial(self._looked, ahead),
            owner=self,
            failed=lambda _told: self.load(registration_id),  # which says what is wrong
        )

    def _looked(self, ahead: NextForm, looked: Looked | None) -> None:
        """What was read ahead is shown; what is no more like that is read anew."""
        if ahead.sheet.registration_id != self.stack.here:
            return
        if looked is None:
            self.load(self.stack.here)
        else:
            self.held = False
            self._show(ahead.sheet, looked.standing, ahead.pictures)

    def leave(self) -> None:
        """No form is at hand; what is on its way to being saved will be."""
        self.walk = None
        self.held = False
        self.stack.here = ""
        self.look_away()

    def _not_loaded(self, told: str) -> None:
        self._notice.say(told, "alarm")
        if self.stack.ahead:
            self.open_next()
        else:
            self.leave()
            self.left.emit(told)

    def _loaded(self, key: str, then: Callable[[], None] | None, read: tuple[VerifySheet, Standing | None]) -> None:
        sheet, standing = read
        if sheet.registration_id != self.stack.here:
            return
        self._show(sheet, standing, key=key)
        if then is not None:
            then()

    def _show(
        self,
        sheet: VerifySheet,
        standing: Standing | None,
        pictures: Mapping[str, PagePicture] | None = None,
        key: str = "",
    ) -> None:
        walk = self.walk = Walk(sheet)
        if key:
            walk.current = key
        announced, self._announced = self._announced, ""
        self.shown.emit(Arrived(walk, standing, bool(key), pictures, announced))

    # -- the next one -------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Somebody is looking at a field: there is time to read ahead."""
        if not self._looking.isActive():
            self._looking.start()

    def look_away(self) -> None:
        """Another screen or the lock is in front: nothing lies about that nobody has looked at."""
        self._looking.stop()
        self.ahead.forget()

    def answered(self) -> None:
        """The store has the answers given so far: what the next form is offered from this one is known now."""
        if self.walk is not None and self.walk.left <= 1:
            self.ahead.again()

    # -- the last answer, saving --------------------------------------------------------------------------------------

    def finish(self, call: Change[Changes], done: Done) -> None:
        """Give the last answer of the form at hand, and save it."""
        walk = self.walk
        if walk is None:
            return
        ahead = self.ahead.ready(self.stack.following) if walk.clear else None
        if ahead is not None:
            self._move_on(call, done, walk, ahead)
            return
        self._jobs.write(call, owner=self, failed=partial(self._not_taken, done))
        self.save(walk)

    def save(self, walk: Walk, same_child: str | None = None) -> None:
        """Save the form at hand, and stay until the store has answered."""
        self.held = True
        self._saving.save(walk, same_child)

    def _not_taken(self, done: Done, told: str) -> None:
        self.held = False
        self.refused.emit(done, told)

    def _move_on(self, call: Change[Changes], done: Done, walk: Walk, ahead: NextForm) -> None:
        """Show the next form as soon as the last answer of this one is in the store; this one is saved behind."""
        self.held = True
        self._jobs.write(
            followed_by(call, ahead.look),
            lambda result: self._moved_on(walk, ahead, result[1]),
            owner=self,
            failed=partial(self._not_taken, done),
        )

    def _moved_on(self, walk: Walk, ahead: NextForm, looked: Looked | None) -> None:
        if self.walk is walk:  # and she has not left meanwhile
            self.stack.saved()
            self._announced = _on_its_way(walk)
            self.walk = None
            self.stack.take()
            self._looked(ahead, looked)
        self._saving.save(walk)

    def _saved(self, walk: Walk) -> None:
        self.saved.emit()
        told = f"{walk.sheet.title} 已存为已核对。"
        if self.walk is walk:
            self.held = False
            self.stack.saved()
            self._announced = told
            self.walk = None
            self.open_next()
            return
        self._announced = self._announced.replace(_on_its_way(walk), told)
        self._notice.amend(_on_its_way(walk), told)
        self.renewed.emit()  # the next one may be a brother's: more is offered there now

    # -- what could not be saved --------------------------------------------------------------------------------------

    def _asked(self, walk: Walk, asked: AskSameChild) -> None:
        """A person decides whether it is a child that is known already."""
        if self.walk is not walk:
            self._come_back(walk, SAME_CHILD, partial(self._ask_again, asked))
            return
        self.held = False
        dialog = SameChildDialog(asked.candidates, self._window)
        dialog.finished.connect(lambda code: self._child_chosen(walk, dialog, code))
        dialog.open()

    def _ask_again(self, asked: AskSameChild) -> None:
        if self.walk is not None:
            self._asked(self.walk, asked)

    def _child_chosen(self, walk: Walk, dialog: SameChildDialog, code: int) -> None:
        if code == QDialog.DialogCode.Accepted:
            self.save(walk, dialog.chosen)
        else:
            self._notice.say(NOT_YET, "note")

    def _not_saved(self, walk: Walk, told: str) -> None:
        """Something is still open or contradicts itself; the store says which, and the way goes on there."""
        if self.walk is not walk:
            self._come_back(walk, told, partial(self._stay, told))
            return
        self.held = False
        self._stay(told)

    def _stay(self, told: str) -> None:
        # what waits for the village's answer must not hold up the stack
        action = "先放着，看下一份" if self.stack.ahead else ""
        self._notice.say(told, "alarm", action=action, act=self.open_next)
        self.renewed.emit()

    def _come_back(self, walk: Walk, told: str, then: Callable[[], None]) -> None:
        """The next form is on the screen, and this one can't be saved: it comes first again."""
        registration = walk.sheet.registration_id
        if not self.stack.here or registration not in self.stack.behind:
            self._jobs.known_error.emit(f"{walk.sheet.title}：{told}")  # she has left the stack
            return
        self._keep_typing()
        self.stack.go_back(registration)
        self.load(registration, walk.current, then)

    # -- undo ---------------------------------------------------------------------------------------------------------

    def undo_behind(self, done: Done) -> None:
        """The answer belongs to a registration before: it is opened again at that field."""
        registration = done.registration_id
        self._keep_typing()
        self.held = True

        def opened(_changes: Changes) -> None:
            self.stack.go_back(registration)
            self.load(registration, done.key)

        def refused(told: str) -> None:
            self.held = False
            self.stack.gave(done)
            self._notice.say(told, "alarm")

        self._jobs.write(
            lambda store, actor, now: verify.take_back(store, actor, now, registration),
            opened,
            owner=self,
            failed=refused,
        )


def _on_its_way(walk: Walk) -> str:
    return f"{walk.sheet.title} 正在存为已核对。"

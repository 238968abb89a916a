"""What is done with pages in the inbox, one deed after the other, and taken back in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Change, Jobs
from records.views import PageRow
from workflow import arranging, intake, page_deeds
from workflow.arranging import Arranged, PutBack
from workflow.changes import Changes
from workflow.page_deeds import Stood

MOST = 100  # deeds that can be taken back


@dataclass(frozen=True, slots=True)
class Deed:
    """``before``: where the pages stood; or the quarter turn, in degrees, that is turned back."""

    words: str
    pages: tuple[str, ...]
    before: tuple[Stood, ...] = ()
    turned: int = 0


class Hands(QObject):
    """``told``: what happened, its role, and whether it can be taken back; ``queued``: something is to be read;
    ``went``: a page that was moved; ``keyed``: a registration that is to be typed in."""

    told = Signal(str, str, bool)
    queued = Signal()
    went = Signal(str)
    keyed = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.deeds: list[Deed] = []

    # -- deeds --------------------------------------------------------------------------------------------------------

    def put(self, pages: Sequence[str], registration_id: str, title: str) -> None:
        """Into a registration."""
        wanted = tuple(pages)
        self._arrange(
            wanted,
            f"{_count(wanted)}归到“{title}”",
            lambda store, actor, now: arranging.put(store, actor, now, wanted, registration_id),
        )

    def apart(self, pages: Sequence[str]) -> None:
        """A registration of its own."""
        wanted = tuple(pages)
        self._arrange(
            wanted, f"{_count(wanted)}单独成一份", lambda store, actor, now: arranging.apart(store, actor, now, wanted)
        )

    def aside(self, pages: Sequence[str]) -> None:
        """Put aside."""
        wanted = tuple(pages)
        self._arrange(
            wanted, f"搁置了{_count(wanted)}", lambda store, actor, now: arranging.aside(store, actor, now, wanted)
        )

    def back(self, pages: Sequence[PageRow]) -> None:
        """What was put aside comes back."""
        wanted = tuple(page.page_id for page in pages)
        self._change(
            lambda store, actor, now: [intake.bring_back(store, actor, now, page) for page in wanted],
            lambda _done: self._say(f"{_count(wanted)}放回来了", wanted),
        )

    def again(self, pages: Sequence[PageRow]) -> None:
        """Failed pages are read again."""
        wanted = tuple(page.page_id for page in pages)
        self._change(
            lambda store, actor, now: [intake.retry(store, actor, now, page) for page in wanted],
            lambda _done: self._say(f"{_count(wanted)}再读一次", wanted),
        )

    def turn(self, pages: Sequence[str], degrees: int) -> None:
        """Turned and read again."""
        wanted = tuple(pages)
        self._change(
            lambda store, actor, now: arranging.turn(store, actor, now, wanted, degrees),
            lambda _done: self._say(f"{_count(wanted)}转过来，再读一次", wanted, turned=360 - degrees),
        )

    def read_as(self, pages: Sequence[str], form: tuple[str, str] | None, title: str) -> None:
        """Read again as this form."""
        wanted = tuple(pages)
        self._change(
            lambda store, actor, now: arranging.read_as(store, actor, now, wanted, form),
            lambda _done: self._say(f"{_count(wanted)}按“{title}”再读一次", wanted),
        )

    def key_in(self, page: str, form: tuple[str, str], side: int, words: str) -> None:
        """A page that nobody could read is this side of this form; ``keyed`` tells which registration it is on."""
        self._arrange(
            (page,),
            f"这一页当作“{words}”，照图录入",
            lambda store, actor, now: arranging.key_in(store, actor, now, page, form, side),
            then=self.keyed.emit,
        )

    def move(self, page: str, steps: int) -> None:
        """A paper behind a form, forward or backward."""
        self._change(
            lambda store, actor, now: arranging.move_behind(store, actor, now, page, steps), lambda _done: None
        )

    def undo(self) -> None:
        """Take the last deed back."""
        if not self.deeds:
            self.told.emit("没有可以撤销的。", "note", False)
            return
        deed = self.deeds.pop()
        if deed.turned:
            self._change(
                lambda store, actor, now: arranging.turn(store, actor, now, deed.pages, deed.turned),
                lambda _done: self._undone(deed, None),
            )
            return
        self._change(
            lambda store, actor, now: arranging.put_back(store, actor, now, deed.before), partial(self._undone, deed)
        )

    def _undone(self, deed: Deed, done: PutBack | None) -> None:
        if done is not None:
            self.deeds = [
                Deed(each.words, each.pages, page_deeds.following(each.before, done.made), each.turned)
                for each in self.deeds
            ]
        self.told.emit(f"撤销了：{deed.words}。", "good", bool(self.deeds))
        self.went.emit(deed.pages[0])
        self.queued.emit()

    # -- doing --------------------------------------------------------------------------------------------------------

    def _arrange(
        self,
        pages: tuple[str, ...],
        words: str,
        call: Change[Arranged],
        then: Callable[[str], object] = lambda _registration: None,
    ) -> None:
        if not pages:
            self.told.emit("先选一页。", "note", False)
            return

        def done(arranged: Arranged) -> None:
            if arranged.before:
                others = len(arranged.before) > len(pages)  # a side that was there has made room
                said = f"{words}，原来在那里的一面换了出来" if others else words
                self._keep(Deed(said, pages, arranged.before))
                self.told.emit(f"{said}。", "good", True)
            self.went.emit(pages[0])
            then(arranged.registration_id or "")

        self._change(call, done)

    def _change(
        self,
        call: Change[Arranged] | Change[PutBack] | Change[Changes] | Change[list[Changes]],
        done: Callable[..., None],
    ) -> None:
        self._jobs.write(call, done, owner=self, failed=lambda told: self.told.emit(told, "alarm", False))

    def _say(self, words: str, pages: tuple[str, ...], *, turned: int = 0) -> None:
        if turned:
            self._keep(Deed(words, pages, turned=turned))
        self.told.emit(f"{words}。", "good", bool(turned))
        self.queued.emit()

    def _keep(self, deed: Deed) -> None:
        self.deeds = [*self.deeds, deed][-MOST:]


def _count(pages: Sequence[str]) -> str:
    return f" {len(pages)} 页" if len(pages) > 1 else "这一页"

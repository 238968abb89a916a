"""All threads of the window: one that writes, one that reads, one that recognises, one that backs up.

A screen hands over a call and what to do with its result; the call runs on a thread of its own with its own
session, the result comes back on the main thread through one long-lived QObject (a worker never creates,
owns or destroys a QObject). The idea of one serialised executor beside free readers is Anki's ``taskman``.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import count
from typing import Protocol, TypeAlias, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from forms.form_file import Form, FormError
from forms.values import FieldError
from ocr.models import ModelsMissing
from ocr.reading import OcrFailed
from records.errors import StoreError
from records.store import Store
from records.views import Actor
from workflow.access import Opened
from workflow.changes import Changes
from workflow.errors import WorkflowError
from workflow.office_forms import reading_forms
from workflow.recognise import Readers, run_queue

T = TypeVar("T")
U = TypeVar("U")
log = logging.getLogger(__name__)

# what a screen hands over; screens name these and never the store's own module
Reading: TypeAlias = Callable[[Store, Actor], T]
Change: TypeAlias = Callable[[Store, Actor, datetime], T]

KNOWN = (WorkflowError, StoreError, FieldError, FormError, OcrFailed, ModelsMissing)


class ReaderPool(Readers, Protocol):
    """The readers with their worker processes, which end with ``close``. ``base``: the forms they were opened with."""

    @property
    def base(self) -> tuple[Form, ...]: ...

    def use_forms(self, forms: Sequence[Form]) -> None: ...

    def close(self) -> None: ...


def sentence(error: BaseException) -> str | None:
    """What a known error says to the user; None for a defect of the program."""
    if isinstance(error, KNOWN):
        return str(error)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return "磁盘满了，这一步没有保存；以前保存的都在。请腾出空间后再做一次。"
        return "读写磁盘时出错，这一步没有完成；以前保存的都在。请检查磁盘后再做一次。"
    return None


def followed_by(first: Change[T], then: Reading[U]) -> Change[tuple[T, U | None]]:
    """``first`` and, when it is done, ``then``. Where that fails in a known way there is None: what was done first
    stays done, and whoever needs the rest asks for it again and is told.
    """

    def call(store: Store, actor: Actor, now: datetime) -> tuple[T, U | None]:
        done = first(store, actor, now)
        try:
            return done, then(store, actor)
        # whatever a screen would be told in a sentence; a defect goes on as one
        except Exception as error:
            if sentence(error) is None:
                raise
            return done, None

    return call


def changes_of(result: object) -> Changes:
    """The Changes that a verb's result is, holds, or lists."""
    if isinstance(result, Changes):
        return result
    held = getattr(result, "changes", None)
    if isinstance(held, Changes):
        return held
    total = Changes()
    if isinstance(result, list | tuple):
        for part in result:
            total = total | changes_of(part)
    return total


class Jobs(QObject):
    """Runs calls off the main thread and brings their results back to it."""

    changed = Signal(object)  # Changes, after every write that changed something
    progressed = Signal(int, int, str)  # of the recognition: pages done, pages in all, sentence
    recognising = Signal(bool)  # the recognition began or ended
    known_error = Signal(str)  # a sentence that no screen took
    defect = Signal(object)  # an exception that is the program's fault

    _arrived = Signal(object)

    def __init__(
        self,
        clock: Callable[[], datetime],
        open_pool: Callable[[], ReaderPool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._open_pool = open_pool
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="write")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read")
        self._recogniser = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recognise")
        self._keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keep")
        self._opened: Opened | None = None
        self.sessions = 0  # how often somebody has sat down
        self._pool: ReaderPool | None = None
        self._stop = threading.Event()
        self._running = False
        self._more = False
        self._closed = False
        self._waiting_writes = 0
        self._given_writes = 0
        self._pending = 0
        self._numbers = count()
        self._at_work: set[int] = set()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # -- the session --------------------------------------------------------------------------------------------------

    def attend(self, opened: Opened) -> None:
        """From now on calls get this store and actor."""
        self._opened = opened
        self.sessions += 1

    def _session(self) -> tuple[Store, Actor]:
        assert self._opened is not None, "no store is open"
        return self._opened.store, self._opened.actor

    def now(self) -> datetime:
        """The window's clock."""
        return self._clock()

    @property
    def waiting_writes(self) -> int:
        """Writes handed over and not yet answered."""
        return self._waiting_writes

    @property
    def given_writes(self) -> int:
        """Writes handed over so far: what was read while this rose is older than what was written meanwhile."""
        return self._given_writes

    @property
    def attended(self) -> bool:
        """A store is open."""
        return self._opened is not None

    @property
    def closed(self) -> bool:
        """The window is going: nothing more is taken."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Everything that was handed over has been answered."""
        return self._pending == 0

    @property
    def at_work(self) -> frozenset[int]:
        """The numbers of the calls that run at this moment, each given once. Recognising pages is not among them."""
        return frozenset(self._at_work)

    # -- the three verbs ----------------------------------------------------------------------------------------------

    def read(
        self,
        call: Reading[T],
        done: Callable[[T], None],
        *,
        owner: QObject,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run ``call(store, actor)``; ``done(result)`` or ``failed(sentence)`` follow unless ``owner`` is gone."""
        if self._closed:
            return  # a timer of a window that is going
        store, actor = self._session()
        self._submit(self._reader, partial(call, store, actor), done, owner, failed)

    def write(
        self,
        call: Change[T],
        done: Callable[[T], None] | None = None,
        *,
        owner: QObject,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run ``call(store, actor, now)`` after all writes before it; what it changed is announced by ``changed``."""
        store, actor = self._session()
        self._waiting_writes += 1
        self._given_writes += 1

        def finished(result: T) -> None:
            self._waiting_writes -= 1
            if isValid(owner) and done is not None:
                done(result)
            changes = changes_of(result)
            if changes:
                self.changed.emit(changes)

        def refused(told: str) -> None:
            self._waiting_writes -= 1
            self._tell(owner, failed, told)

        # the bridge itself is the owner: a change is announced even when its screen is gone
        self._submit(self._writer, partial(call, store, actor, self._clock()), finished, self, refused)

    def beside(
        self,
        call: Change[T],
        done: Callable[[T], None],
        *,
        owner: QObject,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run ``call(store, actor, now)`` beside reads and writes, which don't wait for it: a backup takes its time.

        One after the other: two backups would stand in each other's way.
        """
        if self._closed:
            return  # an answer that came while the window was going
        store, actor = self._session()
        self._submit(self._keeper, partial(call, store, actor, self._clock()), done, owner, failed)

    def task(
        self,
        call: Callable[[], T],
        done: Callable[[T], None],
        *,
        owner: QObject,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run something that needs no open store: coming in, loading a list."""
        self._submit(self._reader, call, done, owner, failed)

    def recognise(self) -> None:
        """Work off the queue of delivered files; a second call while it works adds another round."""
        if self._running:
            self._more = True
            return
        store, actor = self._session()
        self._running, self._more = True, False
        self._stop.clear()
        self.recognising.emit(True)
        work = partial(self._work_off, store, actor)
        self._submit(self._recogniser, work, self._worked_off, self, self._not_worked_off)

    def stop_recognising(self) -> None:
        """Stop after the page at hand; every finished page is saved."""
        self._more = False
        self._stop.set()

    @property
    def is_recognising(self) -> bool:
        return self._running

    def close(self) -> None:
        """End the threads. Writes that were handed over are done first; later ones are a defect."""
        self._closed = True
        self.stop_recognising()
        for executor in (self._writer, self._reader, self._recogniser, self._keeper):
            executor.shutdown(wait=True)
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        if self._opened is not None:
            self._opened.store.close()
            self._opened = None

    # -- on the threads -----------------------------------------------------------------------------------------------

    def _work_off(self, store: Store, actor: Actor) -> Changes:
        if self._pool is None:
            self._pool = self._open_pool()
        forms = reading_forms(store, self._pool.base)
        self._pool.use_forms(forms)  # one may have been learned or retired since
        return run_queue(
            store,
            actor,
            self._pool,
            clock=self._clock,
            progress=lambda done, total, told: self._arrived.emit(partial(self.progressed.emit, done, total, told)),
            cancelled=self._stop.is_set,
            notify=lambda changes: self._arrived.emit(partial(self.changed.emit, changes)),
            forms=forms,
        )

    # -- on the main thread -------------------------------------------------------------------------------------------

    def _submit(
        self,
        executor: ThreadPoolExecutor,
        call: Callable[[], T],
        done: Callable[[T], None],
        owner: QObject,
        failed: Callable[[str], None] | None,
    ) -> None:
        self._pending += 1
        number = next(self._numbers)

        def run() -> T:
            if executor is not self._recogniser:
                self._at_work.add(number)
            try:
                return call()
            finally:
                self._at_work.discard(number)

        def returned(future: Future[T]) -> None:
            self._arrived.emit(partial(self._answer, future, done, owner, failed))

        executor.submit(run).add_done_callback(returned)

    def _answer(
        self,
        future: Future[T],
        done: Callable[[T], None],
        owner: QObject,
        failed: Callable[[str], None] | None,
    ) -> None:
        self._pending -= 1
        error = future.exception()
        if error is None:
            if isValid(owner):
                done(future.result())
            return
        told = sentence(error)
        if told is not None:
            self._tell(owner, failed, told)
            return
        self.defect.emit(error)
        if failed is not None and isValid(owner):
            failed("程序出了错，这一步没有完成；以前保存的都在。")

    def _tell(self, owner: QObject, failed: Callable[[str], None] | None, told: str) -> None:
        if failed is not None and isValid(owner):
            failed(told)
        else:
            self.known_error.emit(told)

    def _deliver(self, call: Callable[[], None]) -> None:
        call()

    def _worked_off(self, _changes: Changes) -> None:
        self._running = False
        if self._more:
            self.recognise()
        else:
            self.recognising.emit(False)

    def _not_worked_off(self, told: str) -> None:
        self._running = False
        self.recognising.emit(False)
        self.known_error.emit(told)

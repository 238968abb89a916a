"""The queue: split delivered files, read pages one by one, pair sides, place sheets.

The state of sources and pages in the database is the queue; after a crash ``run_queue`` simply goes on. The count
of attempts is committed before anything is sent to a worker, so that what kills workers, or the program itself,
is tried twice and then named.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from forms.catalog import shipped_forms
from forms.form_file import Form
from ocr.reading import OcrFailed, PageOutcome, PageReading, PageStatus, Part, ReadingContext, SourcePage
from ocr.roster import Roster
from records import intake_rows, sealing
from records.columns import canonical_json
from records.errors import FileDamaged
from records.forms_used import keep_form
from records.pairing_rows import BLANK
from records.session import Session
from records.store import Store
from records.tables import Page, Source
from records.vault import VaultRef
from records.views import Actor, PageState, SourceState
from workflow import drafting, earlier_forms, learned, rosters, settling, trust
from workflow.changes import NOTHING, Changes, changed
from workflow.permissions import Right, verb
from workflow.prefilled import printed_by_serial

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
# another try may help: the worker died or was stopped, the bytes were never said to be bad
WORTH_ANOTHER_TRY = frozenset({"worker_died", "timed_out"})
# two sheets with two fields in common are nothing; the same words in this many fields are the same page again
SAME_CONTENT_FIELDS = 4


Row = TypeVar("Row", Source, Page)


class OpenedSource(Protocol):
    """A delivered file opened by a worker (``ocr.worker.OpenSource``)."""

    @property
    def pages(self) -> Sequence[SourcePage]: ...

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome: ...

    def close(self) -> None: ...


class Readers(Protocol):
    """What ``ocr.worker.ReaderPool`` offers. ``open`` and ``OpenedSource.read`` raise ``ocr.reading.OcrFailed``."""

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource: ...


@verb(Right.TAKE_IN)
def run_queue(
    store: Store,
    actor: Actor,
    pool: Readers,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    notify: Callable[[Changes], None] | None = None,
    forms: Sequence[Form] | None = None,
) -> Changes:
    """Work until nothing waits or ``cancelled()``; every finished page is saved.

    ``progress(done, total, sentence)`` counts pages; sentences hold no names. ``notify`` gets the changes of each
    step as they are committed, the result is all of them. ``forms`` are those the pool reads with (default: the
    shipped ones). A page that fails costs that page only.
    """
    queue = _Queue(
        store,
        actor,
        pool,
        clock,
        progress or (lambda _done, _total, _sentence: None),
        cancelled or (lambda: False),
        notify or (lambda _changes: None),
        {(form.id, form.version): form for form in (shipped_forms() if forms is None else forms)},
    )
    queue.run()
    return queue.changes


@dataclass
class _Queue:
    """One run over what waits. Each method commits what it did before it returns."""

    store: Store
    actor: Actor
    pool: Readers
    clock: Callable[[], datetime]
    progress: Callable[[int, int, str], None]
    cancelled: Callable[[], bool]
    notify: Callable[[Changes], None]
    forms: dict[tuple[str, str], Form]
    changes: Changes = NOTHING
    done: int = 0
    worked: set[str] = field(default_factory=set)
    rosters: dict[str, Roster] = field(default_factory=dict)  # by division

    def run(self) -> None:
        self.settle()  # what a killed run had read to the end
        with self.store.session() as session:
            left = intake_rows.left_open(session)  # and had not closed yet
        for left_open in left:
            self.close_original(left_open)
        self.judge_again()
        while not self.cancelled():
            with self.store.session() as session:
                source_id = intake_rows.next_to_work(session, frozenset(self.worked))
            if source_id is None:
                break
            # a source is worked on once per run: whatever it leaves waiting must not turn into an endless loop
            self.worked.add(source_id)
            self.work(source_id)
        self.say("识别完毕" if not self.cancelled() else "已停止")

    def work(self, source_id: str) -> None:
        """Split a source if it isn't, read its waiting pages, pair what is read to the end."""
        opened = self.open(source_id)
        if opened is None:
            return
        try:
            if self.split(source_id, opened.pages):
                with self.store.session() as session:
                    waiting = intake_rows.pages_to_read(session, source_id)
                    printed = printed_by_serial(self.store, session)
                    known = self.roster_of(session, source_id)
                    context = replace(learned.reading_context(session), prefilled=printed, roster=known)
                for page_id in waiting:
                    if self.cancelled():
                        return
                    self.read(page_id, opened, context)
                self.close_original(source_id)
        finally:
            opened.close()
        self.settle()

    # -- sources ------------------------------------------------------------------------------------------------------

    def roster_of(self, session: Session, source_id: str) -> Roster:
        """The children known where a source was taken in, and those on base lists there; gathered once a run.

        Who comes in meanwhile is found by number (``earlier_forms``).
        """
        division = _row(session, Source, source_id).division
        if division not in self.rosters:
            known = earlier_forms.known_children(session, division)
            self.rosters[division] = Roster([*known, *rosters.for_reader(session, division, known)])
        return self.rosters[division]

    def open(self, source_id: str) -> OpenedSource | None:
        """The source opened by a worker, or None when it was refused (or, split before, its pages failed)."""
        tries = 0
        while True:
            tries += 1
            with self.store.transaction() as session:
                source = _row(session, Source, source_id)
                if source.attempts >= MOST_ATTEMPTS and source.state is SourceState.RECEIVED:
                    self.refuse(session, source, "worker_died")
                    break
                source.attempts += source.state is SourceState.RECEIVED
                name, password = source.name, source.password
                key = source.vault_key
                if source.vault_key_sealed:
                    opened = self.store.open_sealed(key, f"vault/{source.vault_id}")
                    if opened is None:
                        return None  # it waits for somebody who may open it
                    key = opened
                ref = VaultRef(source.vault_id, key)
            self.say("打开文件")
            try:
                return self.pool.open(self.store.vault.get(ref), name, password)
            except OcrFailed as failure:
                reason = failure.reason
            except FileDamaged:
                reason = "vault_damaged"
            with self.store.transaction() as session:
                source = _row(session, Source, source_id)
                attempts = source.attempts if source.state is SourceState.RECEIVED else tries
                if reason in WORTH_ANOTHER_TRY and attempts < MOST_ATTEMPTS:
                    continue
                self.refuse(session, source, reason)
            break
        self.tell(changed(sources=[source_id]))
        return None

    def refuse(self, session: Session, source: Source, reason: str) -> None:
        """RECEIVED -> REFUSED; a source that was split before keeps its state and its waiting pages fail."""
        log.info("source %s refused: %s", source.id, reason)
        if source.state is SourceState.RECEIVED:
            source.state = SourceState.REFUSED
            source.reason = reason
            source.password_needed = reason == "encrypted"
            source.password = None  # it was wrong, or is of no use
            self.store.audit(session, self.actor.user_id, self.clock(), "source.refuse", source.id)
            return
        for page in source.pages:
            if page.state is PageState.RECEIVED:
                self.fail(session, page, reason)

    def split(self, source_id: str, found: Sequence[SourcePage]) -> bool:
        """RECEIVED -> SPLIT with a row per page; nothing to do for a source that was split before."""
        with self.store.transaction() as session:
            source = _row(session, Source, source_id)
            if source.state is SourceState.SPLIT:
                return True
            if not found:
                self.refuse(session, source, "empty")
                self.tell(changed(sources=[source_id]))
                return False
            sides = [(page, part) for page in found for part in page.sheets or (None,)]
            for position, (page, part) in enumerate(sides):
                session.add(
                    Page(
                        id=self.store.new_id(),
                        source_id=source_id,
                        position=position,
                        picture=page.index,
                        part=None if part is None else json.dumps(asdict(part)),
                        width=page.width_px,
                        height=page.height_px,
                        dpi=page.dpi,
                    )
                )
            source.state = SourceState.SPLIT
            source.reason = ""
            source.page_count = len(sides)
            self.store.audit(
                session, self.actor.user_id, self.clock(), "source.split", source_id, {"pages": len(sides)}
            )
        self.tell(changed(sources=[source_id]))
        return True

    def close_original(self, source_id: str) -> None:
        """Once every page was sent the password isn't needed any more, and an original that shows something
        extra-sensitive opens for named persons only.
        """
        with self.store.session() as session:
            source = _row(session, Source, source_id)
            secret = any(page.view_key_sealed for page in source.pages) and not source.vault_key_sealed
            kept = source.password is not None
        if kept or secret:
            with self.store.transaction() as session:
                source = _row(session, Source, source_id)
                source.password = None
                if secret:
                    source.vault_key = self.store.seal(source.vault_key, f"vault/{source.vault_id}")
                    source.vault_key_sealed = True

    # -- pages --------------------------------------------------------------------------------------------------------

    def read(self, page_id: str, opened: OpenedSource, context: ReadingContext) -> None:
        """Read one page: READ with its reading, SET_ASIDE when blank, FAILED with its reason."""
        while True:
            with self.store.transaction() as session:
                page = _row(session, Page, page_id)
                source_id = page.source_id
                if page.state is not PageState.RECEIVED:
                    return  # another run over the same store was quicker
                if page.attempts >= MOST_ATTEMPTS:
                    self.fail(session, page, "worker_died")
                    break
                page.attempts += 1
                picture, part = place_in_file(page)
                asked = replace(context, turn=page.asked_turn, form=_asked_form(page), part=part)
            self.say("识别")
            try:
                outcome = opened.read(picture, asked)
            except OcrFailed as failure:
                with self.store.transaction() as session:
                    page = _row(session, Page, page_id)
                    if page.state is not PageState.RECEIVED:
                        return
                    if failure.reason in WORTH_ANOTHER_TRY and page.attempts < MOST_ATTEMPTS:
                        continue
                    self.fail(session, page, failure.reason)
                break
            self.keep(page_id, outcome)
            break
        self.done += 1
        self.tell(changed(pages=[page_id], sources=[source_id]))

    def fail(self, session: Session, page: Page, reason: str) -> None:
        log.info("page %s failed: %s", page.id, reason)
        page.state = PageState.FAILED
        page.reason = reason
        self.store.audit(session, self.actor.user_id, self.clock(), "page.fail", page.id)

    def keep(self, page_id: str, outcome: PageOutcome) -> None:
        """The viewing copy into the vault, then the reading and the page's new state in one transaction."""
        now = self.clock()
        read = outcome.reading
        secret = sealing.shows_secret(read.form, [f.key for f in read.fields], [line.text for line in read.lines])
        view = self.store.vault.put(outcome.viewing_copy)
        # only a form says where to cover: a page of unknown form is for named persons as a whole
        covered = outcome.masked_copy if secret and read.form is not None else None
        masked = None if covered is None else self.store.vault.put(covered)
        needless = [ref.id for ref in (view, masked) if ref is not None]
        try:
            with self.store.transaction() as session:
                page = _row(session, Page, page_id)
                if page.state is not PageState.RECEIVED:
                    return  # another run over the same store was quicker
                old = [vault_id for vault_id in (page.view_id, page.masked_id) if vault_id is not None]
                page.view_id, page.view_key_sealed = view.id, secret
                page.view_key = self.store.seal(view.key, f"vault/{view.id}") if secret else view.key
                page.masked_id, page.masked_key = (None, None) if masked is None else (masked.id, masked.key)
                self.enter(session, page, outcome.reading, now)
                self.store.audit(session, self.actor.user_id, now, "page.read", page.id)
            needless = old
        finally:
            for vault_id in needless:
                self.store.vault.delete(vault_id)

    def enter(self, session: Session, page: Page, reading: PageReading, now: datetime) -> None:
        drafting.keep_reading(self.store, session, page, reading, now)
        form = self.forms.get((reading.form or "", reading.form_version or ""))
        if form is not None:
            keep_form(session, form, now)
            page.form_id, page.form_version, page.form_page = form.id, form.version, reading.form_page
        page.view_width, page.view_height = reading.view_width_px, reading.view_height_px
        # a form that this run wasn't given can't be kept, so nobody could show the page's fields
        known = form is not None or reading.status is not PageStatus.READ
        page.status = reading.status.value if known else PageStatus.UNKNOWN_FORM.value
        page.serial, page.rotation = reading.serial or None, reading.rotation
        page.reason = ""
        if reading.status is PageStatus.FAILED:
            page.state, page.reason = PageState.FAILED, reading.reason or "defect"
            return
        page.state = PageState.READ
        if reading.status is PageStatus.UNKNOWN_FORM:
            page.reason = reading.reason
        if reading.status is PageStatus.BLANK:
            page.state, page.reason = PageState.SET_ASIDE, BLANK
        # what was only found by labels doesn't say that two pages are one
        content = drafting.content_of(reading) if reading.form is not None else {}
        if len(content) >= SAME_CONTENT_FIELDS:
            told = canonical_json([reading.form, reading.form_version, reading.form_page, content])
            page.content_hash = self.store.keyed_hash(told.encode(), "page content")
            page.duplicate_of_id = intake_rows.first_with_content(session, page.content_hash, page.id)

    # -- registrations ------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Pair what was read to the end, in a transaction of its own."""
        with self.store.transaction() as session:
            found = settling.settle(self.store, session, self.clock())
        if found:
            self.tell(found)

    def judge_again(self) -> None:
        """Drafts whose verdicts are by older numbers than today's, a few per transaction."""
        done: frozenset[str] = frozenset()
        while not self.cancelled():
            with self.store.transaction() as session:
                found = trust.judge_again(self.store, session, self.clock())
            if found.registrations <= done:
                return
            done |= found.registrations
            self.tell(found)

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, changes: Changes) -> None:
        self.changes |= changes
        self.notify(changes)

    def say(self, sentence: str) -> None:
        with self.store.session() as session:
            waiting = intake_rows.count_waiting(session, self.actor.division)
        self.progress(self.done, self.done + waiting, sentence)


def place_in_file(page: Page) -> tuple[int, Part | None]:
    """Which picture of its file a page is on, from 0, and which part of that it is where several sheets lie on it."""
    part = None if page.part is None else Part(**json.loads(page.part))
    return (page.position if page.picture is None else page.picture), part


def _asked_form(page: Page) -> tuple[str, str] | None:
    if page.asked_form_id is None or page.asked_form_version is None:
        return None
    return page.asked_form_id, page.asked_form_version


def _row(session: Session, kind: type[Row], row_id: str) -> Row:
    row = session.get(kind, row_id)
    if row is None:
        raise LookupError(f"{kind.__name__} {row_id} is not there")
    return row

"""Files come in. Known bytes are a Duplicate; new ones are vaulted, entered and committed before anything else.

The order is the whole point (a scanner's original is never the only copy of anything that is not committed):
keyed hash; encrypted copy + fsync; row and event; commit. Originals outside are left as they are and counted.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from forms.dictionary import load_dictionary
from forms.form_file import Form
from records import inbox_rows, intake_rows, office_rows, registration_rows
from records.errors import CannotWrite
from records.session import Session
from records.store import Store
from records.tables import Page, Source
from records.views import Actor, InboxView, PageRow, PageState, PageWords, SourceRow, SourceState
from workflow import blind, drafting, scope, sentences
from workflow.changes import NOTHING, Changes, changed
from workflow.errors import WrongState
from workflow.forms_in_use import is_registration, stored_form
from workflow.permissions import Right, verb

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".jp2", ".pdf")
)
# what systems and office programs leave in a folder, and nobody put there
LEFT_BEHIND = re.compile(r"\.|~|thumbs\.db$|desktop\.ini$|.*\.(lnk|tmp|db|ini)$", re.IGNORECASE)
# a scan whose name lost its suffix is still a scan: the first bytes of the formats above
MAGICS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\x00", b"MM\x00*", b"BM", b"GIF8", b"%PDF-", b"\x00\x00\x00\x0cjP")
# a page at 600 dpi in colour, uncompressed, is 100 MB; a file beyond this is no scan and would fill the memory
LARGEST_FILE = 1 << 30


@dataclass(frozen=True, slots=True)
class Taken:
    """A new source was taken in."""

    path: Path
    source_id: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same bytes are already here as ``source_id``; nothing was added."""

    path: Path
    source_id: str
    changes: Changes = NOTHING


@dataclass(frozen=True, slots=True)
class Refused:
    """The file was not taken in; ``sentence`` says why and what to do. It is untouched.

    ``reason``: missing, not_a_file, unreadable, empty, too_large, still_changing, not_saved.
    """

    path: Path
    sentence: str
    reason: str
    changes: Changes = NOTHING


TakeIn: TypeAlias = Taken | Duplicate | Refused


# -- which files ------------------------------------------------------------------------------------------------------


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Files to take in: every named file as it is, and from folders those that look like scans, in natural order.

    Within folders a file counts by its suffix or, with a wrong suffix, by its first bytes; hidden files don't.
    A path that doesn't exist is passed on, so that ``take_in`` names it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for each in _inside(path) if path.is_dir() else (path,):
            found.setdefault(each)
    return list(found)


def find_others(paths: Iterable[Path]) -> list[Path]:
    """Files in these folders that ``find_files`` leaves out and somebody may miss: documents, archives, and what else
    is no picture and no PDF. Hidden files and those that a system or an office program leaves behind are nobody's."""
    found: dict[Path, None] = {}
    for folder in paths:
        for parent, _folders, names in os.walk(folder):
            at = Path(parent)
            if not any(part.startswith(".") for part in at.relative_to(folder).parts):
                others = (at / name for name in sorted(names, key=_natural) if not LEFT_BEHIND.match(name))
                found.update((each, None) for each in others if not _looks_like_a_scan(each))
    return list(found)


def _inside(folder: Path) -> Iterator[Path]:
    def passed_on(error: OSError) -> None:
        unreadable.append(Path(error.filename or folder))

    unreadable: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=passed_on):
        folders[:] = sorted((n for n in folders if not n.startswith(".")), key=_natural)
        for name in sorted(names, key=_natural):
            path = Path(parent) / name
            if not name.startswith(".") and _looks_like_a_scan(path):
                yield path
    yield from unreadable


def _looks_like_a_scan(path: Path) -> bool:
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False  # opening a pipe would wait for ever
        with path.open("rb") as file:
            return file.read(12).startswith(MAGICS)
    except OSError:
        return False


def _natural(name: str) -> list[tuple[int, str]]:
    """``扫描2`` before ``扫描10``: a scanner's numbering is the order of the stack."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.casefold())]


# -- taking in --------------------------------------------------------------------------------------------------------


@verb(Right.TAKE_IN)
def take_in(store: Store, actor: Actor, now: datetime, path: Path, *, round_id: str | None = None) -> TakeIn:
    """Take in one file. Never raises for a bad file: it is Refused with a sentence.

    ``round_id``: the round it is for; by default the only open one, else it is found out when a sheet is verified.
    """
    read = _read(path)
    if isinstance(read, Refused):
        return read
    content_hash = store.keyed_hash(read, "source")
    with store.session() as session:
        known = intake_rows.source_by_hash(session, content_hash)
        if known is not None:
            return Duplicate(path, known.id)
    try:
        return _enter(store, actor, now, path, read, content_hash, round_id)
    except CannotWrite as problem:
        return Refused(path, problem.sentence, "not_saved")


@verb(Right.TAKE_IN)
def take_in_folder(
    store: Store,
    actor: Actor,
    now: datetime,
    paths: Sequence[Path],
    *,
    round_id: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[TakeIn]:
    """Take in everything ``find_files(paths)`` finds, one result per file; one bad file never stops the rest."""
    files = find_files(paths)
    results: list[TakeIn] = []
    for number, path in enumerate(files):
        if cancelled is not None and cancelled():
            break
        if progress is not None:
            progress(number, len(files), "收入文件")
        results.append(take_in(store, actor, now, path, round_id=round_id))
    if progress is not None:
        progress(len(results), len(files), "收入文件")
    return results


def _read(path: Path) -> bytes | Refused:
    """The file's bytes, if it is a finished regular file of a sensible size."""
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            return Refused(path, "这不是一个文件，没有收入。请选择扫描件本身，或它所在的文件夹。", "not_a_file")
        if before.st_size == 0:
            return Refused(path, "文件是空的，没有收入。请重新扫描或重新复制一份。", "empty")
        if before.st_size > LARGEST_FILE:
            return Refused(path, "文件超过 1 GB，没有收入。请用 300 dpi 分几个文件重新扫描。", "too_large")
        data = path.read_bytes()
        after = path.stat()
    except FileNotFoundError:
        return Refused(path, "找不到这个文件，没有收入。请检查路径，或看 U 盘、移动硬盘是否还插着。", "missing")
    except OSError as error:
        return _unreadable(path, error)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return Refused(path, "文件还在写入，这一次没有收入。等扫描或复制完了再收一次。", "still_changing")
    return data


def _unreadable(path: Path, error: OSError) -> Refused:
    if error.errno in (errno.EACCES, errno.EPERM):
        return Refused(path, "没有权限读这个文件，没有收入。请让有权限的人打开权限，或复制一份出来。", "unreadable")
    if error.errno == errno.ENAMETOOLONG:
        return Refused(path, "文件名太长，打不开，没有收入。请改短文件名再收一次。", "unreadable")
    return Refused(path, "文件读不出来（磁盘或 U 盘可能有问题），没有收入。请换一份或重新扫描。", "unreadable")


def _enter(
    store: Store, actor: Actor, now: datetime, path: Path, data: bytes, content_hash: str, round_id: str | None
) -> TakeIn:
    ref = store.vault.put(data)
    entered = False
    try:
        with store.transaction() as session:
            # another thread may have been quicker with the same bytes
            known = intake_rows.source_by_hash(session, content_hash)
            if known is not None:
                return Duplicate(path, known.id)
            round_ = office_rows.round_for_intake(session)
            if round_id is not None:
                round_ = office_rows.round_of(session, round_id)
            source = Source(
                id=store.new_id(),
                content_hash=content_hash,
                vault_id=ref.id,
                vault_key=ref.key,
                name=path.name,
                size=len(data),
                received_at=now,
                received_by=actor.user_id,
                division=actor.division,
                round_id=None if round_ is None else round_.id,
                delivered_path=str(path.absolute()),
            )
            session.add(source)
            store.audit(session, actor.user_id, now, "source.take_in", source.id)
        entered = True
        return Taken(path, source.id, changed(sources=[source.id]))
    finally:
        if not entered:
            store.vault.delete(ref.id)


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_INBOX)
def inbox(store: Store, actor: Actor, *, open_only: bool = False, count_outside: bool = True) -> InboxView:
    """The sources as taken in, with their pages; counts of what waits and of clear scans lying outside.

    ``open_only``: only files with something that isn't verified yet; originals outside are counted all the same.
    ``count_outside`` False: they are not looked for (a folder on another computer takes its time), and counted as none.
    """
    with store.session() as session:
        files = inbox_rows.sources(session, actor.division, open_only=open_only)
        pages = list(inbox_rows.pages(session, actor.division, open_only=open_only))
        on = [page.registration_id for page in pages if page.registration_id is not None]
        rows = _Rows(
            {name: stored_form(store, session, *name) for name in {p.form for p in pages if p.form is not None}},
            {**inbox_rows.names(session, list(dict.fromkeys(on))), **_unnamed(session, actor, pages)},
        )
        waiting = intake_rows.count_waiting(session, actor.division)
        drafts = intake_rows.count_drafts(session, actor.division)
        outside = inbox_rows.outside(session, actor.division) if count_outside else []
    of_source: dict[str, list[PageRow]] = {}
    for page in pages:
        of_source.setdefault(page.source_id, []).append(rows.page(page))
    return InboxView(
        sources=tuple(_source_row(file, tuple(of_source.get(file.id, ()))) for file in files),
        waiting=waiting,
        drafts=drafts,
        clear_scans=sum(Path(path).exists() for path in outside),
    )


def _unnamed(session: Session, actor: Actor, pages: Sequence[inbox_rows.PageFacts]) -> dict[str, str]:
    """What stands in the place of names that the reader has still to enter blind, by registration."""
    if "child_name" not in blind.chosen_keys(session):
        return {}
    done = dict.fromkeys(p.registration_id for p in pages if p.registration_state in blind.SECOND)
    rows = [row for row_id in done if (row := registration_rows.registration(session, row_id or "")) is not None]
    hidden = blind.hidden_of_many(session, actor, rows)
    return {row_id: blind.PENDING for row_id, keys in hidden.items() if "child_name" in keys}


def _source_row(file: inbox_rows.SourceFacts, pages: tuple[PageRow, ...]) -> SourceRow:
    return SourceRow(
        source_id=file.id,
        name=file.name or "（原件已依法删除）",
        received_at=file.received_at,
        state=file.state,
        reason=sentences.source_reason(file.reason),
        pages=pages,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of pages with the words that belong to them."""

    forms: Mapping[tuple[str, str], Form]
    names: Mapping[str, str]

    def page(self, page: inbox_rows.PageFacts) -> PageRow:
        form = None if page.form is None else self.forms[page.form]
        return PageRow(
            page_id=page.id,
            source_id=page.source_id,
            number=page.position + 1,
            state=page.state,
            status=page.status,
            reason=sentences.page_reason(page.reason or ("unknown_form" if page.status == "unknown_form" else "")),
            form_title="" if form is None else form.title,
            form_page=page.form_page,
            registration_id=page.registration_id,
            duplicate_of=page.duplicate_of,
            sides=0 if form is None else len(form.pages),
            behind=page.behind,
            viewable=page.viewable,
            child_name=self.names.get(page.registration_id or "", ""),
            registration_state=page.registration_state,
        )


@verb(Right.SEE_INBOX)
def page_words(store: Store, actor: Actor, page_id: str) -> PageWords:
    """The lines of a page of unknown form and what was paired on it. Empty for a page that was read by its form."""
    with store.session() as session:
        page = scope.page(session, actor, page_id)
        stored = drafting.readings_of(session, [page]).get(page.id)
        reason = sentences.page_reason(page.reason or page.status)
    store.saw(actor.user_id, "page.see", [page_id])
    if stored is None or page.status == "read":
        return PageWords(page_id, reason, (), ())
    reading = stored.reading
    labels = load_dictionary().fields
    pairs = tuple((labels[f.key].export_name if f.key in labels else f.key, f.text) for f in reading.fields if f.text)
    return PageWords(page_id, reason, pairs, tuple(line.text for line in reading.lines))


# -- what a person does about single pages ----------------------------------------------------------------------------


@verb(Right.TAKE_IN)
def bring_back(store: Store, actor: Actor, now: datetime, page_id: str) -> Changes:
    """A page that was put aside becomes a draft of its own (a person's decision: it is not put aside again)."""
    with store.transaction() as session:
        page = scope.page(session, actor, page_id)
        if page.state is not PageState.SET_ASIDE:
            raise WrongState("这一页没有放在一边，不用取回。")
        if page.erased_at is not None:
            raise WrongState("这一页已经依法删除，取不回来。")
        page.state = PageState.READ
        page.reason = ""
        if page.status in {"", "failed"}:
            page.state, page.attempts = PageState.RECEIVED, 0  # it had not been read, and is tried again
        store.audit(session, actor.user_id, now, "page.bring_back", page.id)
        changes = changed(pages=[page.id], sources=[page.source_id])
        form = (page.form_id or "", page.form_version or "")
        if page.status == "read" and is_registration(stored_form(store, session, *form)):
            changes |= drafting.draft_by_hand(store, session, now, [page], "brought_back")
        return changes


@verb(Right.TAKE_IN)
def retry(store: Store, actor: Actor, now: datetime, page_id: str) -> Changes:
    """A failed page goes back into the queue (FAILED -> RECEIVED, attempts start again)."""
    with store.transaction() as session:
        page = scope.page(session, actor, page_id)
        if page.state is not PageState.FAILED:
            raise WrongState("这一页不在“没有读成”里，不用再读。")
        _again(page)
        store.audit(session, actor.user_id, now, "page.retry", page.id)
        return changed(pages=[page.id], sources=[page.source_id])


def _again(page: Page) -> None:
    page.state = PageState.RECEIVED
    page.attempts = 0
    page.reason = ""


@verb(Right.TAKE_IN)
def retry_source(store: Store, actor: Actor, now: datetime, source_id: str) -> Changes:
    """A refused source goes back into the queue; in a split one all failed pages do."""
    with store.transaction() as session:
        source = scope.source(session, actor, source_id)
        pages = [page for page in source.pages if page.state is PageState.FAILED]
        if source.state is not SourceState.REFUSED and not pages:
            raise WrongState("这个文件没有失败，不用再读。")
        _requeue(source, pages)
        store.audit(session, actor.user_id, now, "source.retry", source.id)
        return changed(sources=[source.id], pages=[page.id for page in pages])


def _requeue(source: Source, pages: Sequence[Page]) -> None:
    if source.state is SourceState.REFUSED:
        source.state = SourceState.RECEIVED
        source.attempts = 0
        source.reason = ""
    for page in pages:
        _again(page)


@verb(Right.TAKE_IN)
def supply_password(store: Store, actor: Actor, now: datetime, source_id: str, password: str) -> Changes:
    """A refused encrypted source goes back into the queue with a password (kept in the store until it is read)."""
    with store.transaction() as session:
        source = scope.source(session, actor, source_id)
        pages = [p for p in source.pages if p.state is PageState.FAILED and p.reason == "encrypted"]
        if not (source.state is SourceState.REFUSED and source.password_needed) and not pages:
            raise WrongState("这个文件现在不需要密码。")
        source.password = password
        _requeue(source, pages)
        store.audit(session, actor.user_id, now, "source.password", source.id)
        return changed(sources=[source.id], pages=[page.id for page in pages])

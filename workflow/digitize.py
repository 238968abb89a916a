"""Take files in, read them, write the draft: the whole of ``tongdang digitize`` without its printing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import writable
from forms.form_file import Form
from records.store import Store
from records.views import Actor, PageState, SourceRow, SourceState, VerifySheet
from workflow import draft_workbook, intake, recognise, verify

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Digitized:
    """What became of the given paths. ``sources`` are theirs only, in the order of the inbox."""

    results: tuple[intake.TakeIn, ...]
    sources: tuple[SourceRow, ...]
    sheets: tuple[VerifySheet, ...]
    draft: draft_workbook.DraftWritten

    @property
    def everything_read(self) -> bool:
        """False as soon as one file or page was refused, failed, or could not be given a form."""
        refused = any(isinstance(r, intake.Refused) for r in self.results)
        return not refused and not any(_lacking(s) for s in self.sources)


def _lacking(source: SourceRow) -> bool:
    unread = any(p.state in (PageState.FAILED, PageState.RECEIVED) or p.status == "unknown_form" for p in source.pages)
    return source.state is not SourceState.SPLIT or unread


def digitize(  # noqa: PLR0913 who, with what, from where to where; the rest has defaults
    store: Store,
    actor: Actor,
    pool: recognise.Readers,
    paths: Sequence[Path],
    out: Path,
    *,
    clock: Callable[[], datetime],
    forms: Sequence[Form] | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Digitized:
    """Intake, reading and the 核对草稿 of ``paths``; pages already known are not read again but stand in the draft.

    ``forms`` are those the pool reads with (default: the shipped ones). Raises FileProblem at once when
    ``out`` can't be written, NotWritten when that shows only at the end (everything read is saved all the same).
    """
    writable(out)  # said now, not after an hour of reading
    results = intake.take_in_folder(store, actor, clock(), paths, cancelled=cancelled)
    recognise.run_queue(store, actor, pool, clock=clock, progress=progress, cancelled=cancelled, forms=forms)
    return account_for(store, actor, results, out, clock=clock)


def account_for(
    store: Store, actor: Actor, results: Sequence[intake.TakeIn], out: Path, *, clock: Callable[[], datetime]
) -> Digitized:
    """What has become of files taken in so far, and their draft. Raises NotWritten."""
    known = {r.source_id for r in results if not isinstance(r, intake.Refused)}
    sources = tuple(s for s in intake.inbox(store, actor).sources if s.source_id in known)
    registrations = dict.fromkeys(p.registration_id for s in sources for p in s.pages if p.registration_id)
    sheets = tuple(verify.sheet(store, actor, registration_id) for registration_id in registrations)
    draft = draft_workbook.write_draft(store, actor, clock(), [s.source_id for s in sources], out)
    return Digitized(tuple(results), sources, sheets, draft)

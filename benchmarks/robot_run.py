"""A stack of forms, read by the real reader, verified by the robot clerk in the real window; what it took, what is left
wrong in the records, and what typing everything would have taken.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import truth
from benchmarks.kept_pages import KeptPool
from benchmarks.page_sets import FORM, TOWNSHIP, SheetFiles, cache_folder, provide
from benchmarks.robot import Robot, Work, keys_of_typing
from benchmarks.robot_eyes import Eyes
from benchmarks.robot_hands import Hands
from benchmarks.running import PASSWORD, Running, enter
from benchmarks.synth.folder import shipped_form
from benchmarks.truth import TrueSheet, same
from forms.form_file import Form
from records.store import Store
from records.views import Actor, RegistrationState
from workflow import intake, recognise, verify
from workflow.access import log_in
from workflow.settings import SHOW_ALL_UNTIL, change_setting

SIZE = (1366, 768)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field of a record that says something else than the paper."""

    place: str  # 档号 and label: all data are synthetic
    looked: bool  # it was shown to the robot


@dataclass(frozen=True, slots=True)
class Stacked:
    """One stack, done. ``typing``: the keys of typing all of it."""

    name: str
    work: Work
    fields: int
    typing: int
    saved: int  # registrations that are verified now
    wrong: tuple[Wrong, ...]

    @property
    def unseen(self) -> int:
        return sum(not each.looked for each in self.wrong)


def sheets(count: int) -> list[SheetFiles]:
    """The first of a township's forms, written by two hands. Raises NoHandwriting where they can't be had."""
    return provide(TOWNSHIP, count, cache_folder())


def stack(
    name: str,
    files: Sequence[SheetFiles],
    filled: Path,
    *,
    trusted: bool,
    slips: float = 0.0,
    look_seconds: float = 0.0,
    watch: Callable[[Running, Hands], None] | None = None,
    done: Callable[[], object] = lambda: None,
) -> Stacked:
    """Let the robot verify these forms in a copy of the store ``filled``, in which they have been read.

    ``watch`` is told before it begins, ``done`` when it has ended.
    """
    with tempfile.TemporaryDirectory(prefix="tongdang-robot-") as folder:
        running = Running(Path(folder) / "store", lambda: datetime.now(UTC), KeptPool)
        shutil.copytree(filled, running.data_dir)
        opened = log_in(running.data_dir, username="wang", password=PASSWORD, now=running.clock())
        store, actor = opened.store, opened.actor
        if trusted:
            change_setting(store, actor, running.clock(), SHOW_ALL_UNTIL.key, 0)
        papers = papers_of(store, actor, files)
        form = shipped_form(FORM)
        try:
            window = enter(running, opened, SIZE)
            hands = Hands(running.program.shell.windowHandle())
            robot = Robot(Eyes(running.program.shell), hands, form, papers, slips=slips, look_seconds=look_seconds)
            if watch is not None:
                watch(running, hands)
            window.go("drafts")
            work = robot.verify_all()
            running.settled()
            done()
            saved, wrong = compare(store, actor, papers, form, work)
        finally:
            running.close()
    typing = sum(keys_of_typing(form, paper) for paper in papers.values())
    work.forms = len(papers)
    return Stacked(name, work, len(papers) * len(form.fields), typing, saved, wrong)


def take_in_all(store: Store, actor: Actor, files: Sequence[SheetFiles], pool: KeptPool) -> None:
    """Every sheet taken in and read; the pool is closed then."""
    for sheet in files:
        for side in sheet.sides:
            intake.take_in(store, actor, datetime.now(UTC), side)
    try:
        recognise.run_queue(store, actor, pool, clock=lambda: datetime.now(UTC))
    finally:
        pool.close()


def papers_of(store: Store, actor: Actor, files: Sequence[SheetFiles]) -> dict[str, TrueSheet]:
    """The papers of the drafts by their 档号."""
    pages = {}
    for sheet in files:
        for told in sheet.truths():
            pages[told["file"], told["page_in_file"]] = truth.TruePage(
                told["file"],
                told["page_in_file"],
                told["status"],
                told["style"],
                {each["key"]: each["value"] for each in told["fields"]},
                {each["key"]: each["text"] for each in told["fields"]},
            )
    sources = intake.inbox(store, actor).sources
    papers = {}
    for draft in verify.drafts(store, actor):
        sheet_ = verify.sheet(store, actor, draft.registration_id)
        paper = truth.of_sheet(sheet_, sources, pages)
        assert paper is not None, draft.registration_id
        papers[sheet_.place.archive_number] = paper
    return papers


def compare(
    store: Store, actor: Actor, papers: Mapping[str, TrueSheet], form: Form, work: Work
) -> tuple[int, tuple[Wrong, ...]]:
    """Verified registrations, and every field of a record that is not what stands on its paper."""
    saved = 0
    wrong: list[Wrong] = []
    for registration in intake_registrations(store, actor):
        sheet = verify.sheet(store, actor, registration)
        number = sheet.place.archive_number
        saved += sheet.state is not RegistrationState.DRAFT
        paper = papers[number].values
        differ = [i for i in sheet.items if i.key in form.by_key and not same(i.value, paper.get(i.key))]
        wrong += [Wrong(f"{number} {item.label}", (number, item.key) in work.looked) for item in differ]
    return saved, tuple(wrong)


def intake_registrations(store: Store, actor: Actor) -> list[str]:
    """Every registration that the pages were put to."""
    found = {
        page.registration_id
        for source in intake.inbox(store, actor).sources
        for page in source.pages
        if page.registration_id is not None
    }
    return sorted(found)

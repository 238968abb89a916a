"""Kill a run at its durable steps, start it again, and compare everything that is kept with an unkilled run."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from benchmarks.kill_run import enter
from benchmarks.scripted import scan
from workflow import intake, verify
from workflow.check import check
from workflow.sentences import PAGE_REASONS

TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
GIVEN_UP = {PAGE_REASONS[code]: "given up after two tries" for code in ("worker_died", "timed_out")}
SECONDS = 600  # a run with the real reader on a whole stack
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a run leaves behind, in terms that don't depend on random ids."""

    sources: tuple[object, ...]
    pages: tuple[object, ...]
    registrations: tuple[object, ...]
    vault_sizes: tuple[int, ...]
    stray_files: tuple[str, ...]
    faults: tuple[str, ...]
    workbook: tuple[object, ...]


def scripted_stack(folder: Path) -> Path:
    """A small stack with every kind of event: two sides in one file, in two files, a twin, a failure, a stranger."""
    folder.mkdir(parents=True)
    child = {"child_name": "朴永石", "child_id_number": "211204202209075890", "child_birth_date": "2022-09-07"}
    front = {"form_page": 1, "serial": "AAAAAAAAA1", "values": child}
    back = {"form_page": 2, "serial": "AAAAAAAAA1", "values": {"father_name": "朴大山"}}
    (folder / "扫描0001.jpg").write_bytes(scan(front, back))
    (folder / "扫描0002.jpg").write_bytes(scan({**front, "serial": "AAAAAAAAA2", "values": {"child_name": "王小明"}}))
    (folder / "扫描0003.jpg").write_bytes(scan({**back, "serial": "AAAAAAAAA2"}, {"fail": "timed_out"}))
    (folder / "扫描0004.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    return folder


def run(data_dir: Path, stack: Path, out: Path, *, kill_at: int | None = None, real: bool = False) -> list[str]:
    """One child process; returns the durable steps it took. Raises when it ended in any other way than asked."""
    command = [sys.executable, "-m", "benchmarks.kill_run", "--data-dir", data_dir, "--stack", stack, "--out", out]
    if kill_at is not None:
        command += ["--kill-at", str(kill_at)]
    if real:
        command.append("--real")
    done = subprocess.run(
        [str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    lines = done.stdout.splitlines()
    steps = [line for line in lines if line != "done"]
    # a run may take a step less than the one that was counted, and end before the last of them
    expected = -signal.SIGKILL if kill_at is not None and len(steps) >= kill_at else 0
    if done.returncode != expected:
        raise AssertionError(f"ended with {done.returncode}, not {expected}: {done.stderr[-2000:]}")
    return steps


def kept(data_dir: Path, out: Path) -> Kept:
    """Read back everything through the verbs, and the folder as it lies on the disk."""
    opened = enter(data_dir)
    try:
        rows = intake.inbox(opened.store, opened.actor).sources
        ids = sorted({p.registration_id for s in rows for p in s.pages if p.registration_id})
        sheets = [verify.sheet(opened.store, opened.actor, i) for i in ids]
        faults = tuple(f.sentence for f in check(opened.store, opened.actor))
    finally:
        opened.store.close()
    number = {s.registration_id: s.place.archive_number for s in sheets}
    files = [p for p in data_dir.rglob("*") if p.is_file()]
    vault = [p for p in files if p.relative_to(data_dir).parts[0] == "vault"]
    return Kept(
        sources=tuple(sorted((s.name, s.state, s.reason) for s in rows)),
        pages=tuple(
            sorted(
                (s.name, p.number, p.state, p.status, p.form_page or 0, number.get(p.registration_id or "", ""))
                for s in rows
                for p in s.pages
            )
        ),
        registrations=tuple(
            sorted(
                (s.place.archive_number, s.state, str([(i.key, i.text, i.accepted) for i in s.items])) for s in sheets
            )
        ),
        vault_sizes=tuple(sorted(p.stat().st_size for p in vault)),
        stray_files=tuple(p.name for p in [*files, *out.parent.iterdir()] if p.name.endswith((".part", ".tmp"))),
        faults=faults,
        workbook=tuple(_cells(out)),
    )


def _cells(out: Path) -> Iterator[object]:
    """Every cell, but for the time of writing: the run that was started again ends later.

    A page that is given up after two tries is told the second one's end: cut off by the kill it is an interruption
    where the unkilled run ran out of time.
    """
    for sheet in openpyxl.load_workbook(out).worksheets:
        yield (
            sheet.title,
            [[GIVEN_UP.get(str(v), TIME.sub("", str(v))) for v in row] for row in sheet.iter_rows(values_only=True)],
        )


def sweep(
    folder: Path, stack: Path, points: Iterable[int] | None = None, *, real: bool = False
) -> Iterator[tuple[int, str, Kept, Kept]]:
    """For every point (default: all): kill there, run again to the end, yield (point, step, kept, kept unkilled)."""
    whole_dir, whole_out = folder / "whole" / "store", folder / "whole" / "draft.xlsx"
    whole_dir.parent.mkdir(parents=True)
    steps = run(whole_dir, stack, whole_out, real=real)
    whole = kept(whole_dir, whole_out)
    for point in points if points is not None else range(1, len(steps) + 1):
        place = folder / f"killed-{point}"
        place.mkdir()
        taken = run(place / "store", stack, place / "draft.xlsx", kill_at=point, real=real)
        assert len(taken) in {point, point - 1}
        run(place / "store", stack, place / "draft.xlsx", real=real)
        yield point, taken[-1], kept(place / "store", place / "draft.xlsx"), whole
        shutil.rmtree(place)

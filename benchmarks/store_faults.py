"""What disks, clocks and people do to a store: each ends in a sentence with a way out, never in a traceback, and
never in something else than what was kept.

A fault returns what was wrong; nothing for one that was borne as it should be.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks.kill_run import NOW, PASSWORD
from benchmarks.killing import killed_at, steps_of
from benchmarks.store_acts import ACTS, Place, copy_of, opened
from benchmarks.store_kept import Kept, differences, kept
from exporters.files import FileProblem
from forms.form_file import FormError
from records import folder, keys
from records.errors import StoreError
from workflow import backups, cli, handover_in
from workflow.access import log_in
from workflow.check import check
from workflow.errors import WorkflowError

KNOWN = (StoreError, WorkflowError, FileProblem, FormError)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ON_DISK = ("take in", "save", "rotate keys", "back up", "restore", "take a package in", "change the password")
MS_RDONLY, MS_REMOUNT = 1, 32  # mount(2)
Fault = Callable[[Place, Path, random.Random], Iterator[str]]


def told(what: str, act: Callable[[], object], *, borne: bool = True) -> Iterator[str]:
    """``act`` ends well (where that is ``borne``) or with a sentence in Chinese that says what to do."""
    try:
        act()
    except KNOWN as problem:
        sentence = str(problem)
        if not CHINESE.search(sentence) or not sentence.endswith("。") or "Error" in sentence:
            yield f"{what}: no sentence but {sentence[:80]!r}"
    except Exception as defect:  # noqa: BLE001  # told as what it is: a fault that was found
        yield f"{what}: {type(defect).__name__}: {str(defect)[:200]}"
    else:
        if not borne:
            yield f"{what}: nobody noticed"


# -- disks ------------------------------------------------------------------------------------------------------------


def full_disk(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """A small disk of its own that fills up anywhere within an act. Needs the right to mount; else yields nothing."""
    with small_disk(where / "disk", 48 << 20) as disk:
        if disk is None:
            return
        for name in ON_DISK:
            for _ in range(4):
                yield from _on_full_disk(place, disk, name, dice)


def _on_full_disk(place: Place, disk: Path, name: str, dice: random.Random) -> Iterator[str]:
    copy = copy_of(place, disk / "ort")
    act = ACTS[name]
    free = dice.choice((0, 4, 16, 64, 256, 1024)) << 10
    filler = disk / "fill"
    with filler.open("wb") as file:
        left = shutil.disk_usage(disk).free - free
        with contextlib.suppress(OSError):
            for _ in range(max(0, left) >> 12):
                file.write(bytes(4096))
    yield from told(f"{name} with {free >> 10} KB left", lambda: act.do(copy))
    filler.unlink()
    yield from told(f"{name} once there is room again", lambda: act.do(copy))
    yield from whole(copy, f"{name} after the disk was full")
    shutil.rmtree(copy.folder)


def read_only_disk(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """Everything on a disk that can't be written to."""
    with small_disk(where / "disk", 48 << 20) as disk:
        if disk is None:
            return
        copy = copy_of(place, disk / "ort")
        if not _mount(disk, MS_REMOUNT | MS_RDONLY):
            return
        for name in ON_DISK:
            yield from told(f"{name} on a read-only disk", lambda name=name: ACTS[name].do(copy), borne=False)  # type: ignore[misc]  # bound at once
        _mount(disk, MS_REMOUNT)
        yield from whole(copy, "after the disk was read-only")


@contextlib.contextmanager
def small_disk(at: Path, size: int) -> Iterator[Path | None]:
    """A file system in the memory, mounted here; None where that isn't allowed."""
    at.mkdir(parents=True)
    if not sys.platform.startswith("linux") or not _mount(at, 0, f"size={size},mode=700"):
        yield None
        return
    try:
        yield at
    finally:
        ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(at), 2)


def _mount(at: Path, flags: int, data: str = "") -> bool:
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    return int(library.mount(b"tmpfs", os.fsencode(at), b"tmpfs", ctypes.c_ulong(flags), data.encode())) == 0


# -- clocks, programs, places -----------------------------------------------------------------------------------------


def clock_set_back(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """A year back, with failed logins from what is the future now: work goes on, nobody is locked out."""
    copy = copy_of(place, where / "uhr")
    back = NOW - timedelta(days=365)
    for _ in range(3):
        with contextlib.suppress(StoreError):
            log_in(copy.town, username="admin", password="falsch", now=NOW + timedelta(days=2))
    try:
        with log_in(copy.town, username="admin", password=PASSWORD, now=back).store:
            pass
    except StoreError as problem:
        yield f"locked out by a clock that was wrong: {problem}"
    for name in ("take in", "read", "save", "merge", "back up"):
        yield from told(f"{name} with the clock set back", lambda name=name: ACTS[name].do(copy))  # type: ignore[misc]  # bound at once
    yield from whole(copy, "after the clock was set back")


def two_programs(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """A second program, of another process, is refused with a sentence, and the first one goes on."""
    copy = copy_of(place, where / "zwei")
    with opened(copy.town) as (store, actor):
        command = [sys.executable, "-m", "desktop", "check", "--data-dir", str(copy.town)]
        environment = {**os.environ, "TONGDANG_PASSWORD": PASSWORD}
        root = Path(__file__).resolve().parent.parent
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode != cli.STORE or "另一个程序" not in done.stderr or "Traceback" in done.stderr:
            yield f"the second program ended with {done.returncode}: {done.stderr[-200:]}"
        if check(store, actor):
            yield "the first program's store is not whole any more"


def network_drive(_place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """Told by the system's list of mounts: every kind of share is known, under whatever strange name it is mounted."""
    line = "36 35 98:0 / {point} rw,noatime master:1 - {kind} server:/share rw"
    share = where / "共享 盘"
    point = str(share).replace(" ", "\\040")
    for kind in (*sorted(folder.NETWORK_FILE_SYSTEMS), *(f"fuse.{name}" for name in folder.NETWORK_FUSE)):
        found = folder.file_system_of(share / "资料库", line.format(point=point, kind=kind))
        if not folder.is_network_file_system(found):
            yield f"a share of kind {kind} is taken for a disk"
    if folder.is_network_file_system(folder.file_system_of(where, line.format(point=where, kind="ext4"))):
        yield "a disk is taken for a share"


# -- power cuts and flipped bytes -------------------------------------------------------------------------------------


def power_cut_in_the_log(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """The write-ahead log ends anywhere, or a byte in it is wrong: what was committed before that stands, whole."""
    copy = copy_of(place, where / "wal")
    steps = steps_of(partial(ACTS["save"].do, copy_of(place, where / "gezählt")))
    killed_at(len(steps) - 2, partial(ACTS["save"].do, copy))
    log = (copy.town / f"{folder.DATABASE}-wal").read_bytes()
    if not log:
        yield "the log is empty: nothing was tried"
    for number in range(12):
        again = copy_of(copy, where / f"wal {number}")
        cut = bytearray(log[: dice.randrange(len(log))]) if number % 2 else bytearray(log)
        if not number % 2:
            cut[dice.randrange(len(cut))] ^= 1 << dice.randrange(8)
        (again.town / f"{folder.DATABASE}-wal").write_bytes(bytes(cut))
        yield from whole(again, f"after a power cut in the log ({number})")
        yield from told("saving again", lambda again=again: ACTS["save"].do(again))  # type: ignore[misc]  # bound at once
        yield from whole(again, f"after saving again ({number})")
        shutil.rmtree(again.folder)


def flipped_bytes(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """One byte of one file of a closed store: a sentence, a fault that ``check`` names, or the very same content."""
    with opened(place.town) as (store, actor):
        before = kept(store, actor)
    files = sorted(p for p in place.town.rglob("*") if p.is_file() and p.stat().st_size)
    database = place.town / folder.DATABASE
    for number in range(40):
        path = database if number % 2 else dice.choice(files)
        copy = copy_of(place, where / f"byte {number}")
        name = flip(copy.folder / path.relative_to(place.folder), dice)
        yield from _read_after(copy, before, f"{name} of {path.name if path in _named(place) else 'a vault file'}")
        shutil.rmtree(copy.folder)


def _named(place: Place) -> tuple[Path, ...]:
    ring = place.town / folder.KEYS
    return (place.town / folder.DATABASE, ring, keys.copy_of(ring), place.town / folder.FAILED_LOGINS)


def _read_after(copy: Place, before: Kept, what: str) -> Iterator[str]:
    try:
        with opened(copy.town) as (store, actor):
            faults = check(store, actor)
            if faults and not all(fault.sentence.endswith("。") for fault in faults):
                yield f"{what}: a fault without a sentence"
            if not faults and differences(kept(store, actor), before):
                yield f"{what}: something else is shown, and nobody noticed"
    except KNOWN as problem:
        yield from told(what, lambda problem=problem: _again(problem))  # type: ignore[misc]  # bound at once
    except Exception as defect:  # noqa: BLE001  # told as what it is
        yield f"{what}: {type(defect).__name__}: {str(defect)[:200]}"


def _again(problem: Exception) -> None:
    raise problem


def flip(path: Path, dice: random.Random) -> str:
    """One bit of a file; returns where."""
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    content[at] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(content))
    return f"byte {at}"


def damaged_carriers(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """Backups and packages, cut off or with a bit changed anywhere: refused whole, and nothing is changed."""
    copy = copy_of(place, where / "träger")
    for number in range(16):
        for path in (copy.backup, copy.package(2)):
            good = path.read_bytes()
            if number % 4:
                what = f"{path.suffix}, {flip(path, dice)}"
            else:
                what = f"{path.suffix}, cut off"
                path.write_bytes(good[: dice.randrange(len(good))])
            if path == copy.backup:
                yield from told(what, lambda: _restore(copy), borne=False)
                if copy.restored.exists() and (copy.restored / folder.DATABASE).exists():
                    yield f"{what}: a store was made of it"
            else:
                yield from told(what, lambda: _take(copy), borne=False)
            path.write_bytes(good)
    with opened(copy.county) as (store, actor), opened(place.county) as (other, clerk):
        if differences(kept(store, actor), kept(other, clerk)):
            yield "refused packages left something behind"


def _restore(copy: Place) -> None:
    backups.restore_backup(copy.backup, copy.restored, username="admin", secret=PASSWORD, now=NOW)


def _take(copy: Place) -> None:
    with opened(copy.county) as (store, actor):
        handover_in.take_in(store, actor, NOW, copy.package(2))


def damaged_on_the_command_line(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """What a person sees who starts the program on a damaged store: an exit code, a sentence, no traceback."""
    ring = Path(folder.KEYS)
    for name, spoilt in (
        ("keys gone", {ring: None, keys.copy_of(ring): None}),
        ("keys damaged", {ring: b"{", keys.copy_of(ring): b"{"}),
        ("one key file damaged", {ring: b"{"}),
        ("database damaged", {Path(folder.DATABASE): dice.randbytes(8192)}),
        ("database empty", {Path(folder.DATABASE): b""}),
        ("database gone", {Path(folder.DATABASE): None}),
    ):
        copy = copy_of(place, where / name)
        for at, content in spoilt.items():
            (copy.town / at).unlink()
            if content is not None:
                (copy.town / at).write_bytes(content)
        code, said = run_cli("check", "--data-dir", str(copy.town))
        wanted = cli.ALL_READ if name == "one key file damaged" else cli.STORE
        if code != wanted or not CHINESE.search(said) or "Traceback" in said:
            yield f"{name}: the command ended with {code}: {said[-200:]}"
        shutil.rmtree(copy.folder)


def run_cli(*arguments: str) -> tuple[int, str]:
    """The command line in this process; the exit code and everything that was printed."""
    said = io.StringIO()
    os.environ["TONGDANG_PASSWORD"] = PASSWORD
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = cli.main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        except Exception as defect:  # noqa: BLE001  # told as what it is
            return -1, f"Traceback: {type(defect).__name__}: {defect}"
    return code, said.getvalue()


def whole(copy: Place, what: str, *, but: str = "") -> Iterator[str]:
    """``check`` finds nothing in the township's store, ``but`` what the office itself has still to do."""
    try:
        with opened(copy.town) as (store, actor):
            found = check(store, actor)
            yield from (f"{what}: check {fault.code}" for fault in found if fault.code != but)
    except Exception as defect:  # noqa: BLE001  # told as what it is
        yield f"{what}: {type(defect).__name__}: {str(defect)[:200]}"


FAULTS: dict[str, Fault] = {
    "full disk": full_disk,
    "read-only disk": read_only_disk,
    "clock set back": clock_set_back,
    "two programs": two_programs,
    "network drive": network_drive,
    "power cut in the log": power_cut_in_the_log,
    "flipped bytes": flipped_bytes,
    "damaged backups and packages": damaged_carriers,
    "damaged stores on the command line": damaged_on_the_command_line,
}

"""``./dev soak store``: an office's store killed, starved, damaged and attacked in every way, and looked at afterwards.

Kills: a real SIGKILL at every fsync, rename, remove and commit of taking in, reading, saving, merging, reporting,
migrating, changing keys, passwords and users, backing up, restoring, handing over, taking over and erasing by law; then
the same is done again. What is kept must be what an unkilled office keeps, ``tongdang check`` must find nothing, and
what happens in one step is never seen half-done. A long life: an office and its county at work for rounds on end,
killed somewhere in everything they do; at the end ``tongdang check`` finds nothing in either store. Strange orders:
walks through everything people do in any order, looked through after each step. Faults: full and
read-only disks, a clock set back, a second program, network shares, power cuts in the log, flipped bytes everywhere.
Attacks: through texts, names and files.

    ./dev soak store [--minutes N] [--remember FILE] [--rounds N] [--walks N] [--only NAME]
                                                                    (NAME: kills, faults, attacks, walks, save …)

With ``--remember`` a nightly run of so many minutes goes on where the last one ended, until every step of every act has
been tried; then it begins anew. An act whose steps are others than they were is tried anew at once.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.store_acts import ACTS, Place, make_place
from benchmarks.store_attacks import ATTACKS
from benchmarks.store_faults import FAULTS
from benchmarks.store_kills import kill, live
from benchmarks.store_life import LIFE, long_life
from benchmarks.strange_looks import walked
from benchmarks.strange_orders import make_start
from benchmarks.tried_steps import Memory

KILLS, WALKS = "kills", "walks"
STEPS = 60  # of a walk


@dataclass(slots=True)
class Watch:
    """How much time is left, and what was found."""

    ends: float
    wrong: int = 0

    def over(self) -> bool:
        return time.monotonic() > self.ends

    def tell(self, sentence: str) -> None:
        self.wrong += 1
        print(f"FOUND: {sentence}", flush=True)


def main() -> int:
    """Exit code 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="./dev soak store")
    parser.add_argument("--minutes", type=float, help="stop after so long; points in random order (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one act, fault or attack by its name; or all kills, faults, attacks")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="steps that are done, for the next run")
    parser.add_argument("--rounds", type=int, default=10, help="of the long life")
    parser.add_argument("--walks", type=int, default=5, help="through everything that people do, in any order")
    options = parser.parse_args()
    memory = Memory.of(options.remember)
    watch = Watch(time.monotonic() + (options.minutes * 60 if options.minutes else float("inf")))
    dice = random.Random(options.seed + memory.runs)
    with tempfile.TemporaryDirectory(prefix="tongdang-soak-") as name:
        folder = Path(name)
        place = make_place(folder / "place")
        for kind, jobs in (("faults", FAULTS), ("attacks", ATTACKS)):
            _bear(place, folder, kind, jobs, watch, dice, options.only)
        if options.only in {None, LIFE} and not watch.over():
            _live(place, folder, options.rounds, watch, dice)
        if options.only in {None, WALKS}:
            _walk(folder, options.walks, watch, dice)
        _kill(place, folder, watch, dice, options.only, memory)
    print(f"{watch.wrong} findings" if watch.wrong else "nothing found")
    return 1 if watch.wrong else 0


def _bear(
    place: Place,
    folder: Path,
    kind: str,
    jobs: dict[str, Callable[[Place, Path, random.Random], Iterator[str]]],
    watch: Watch,
    dice: random.Random,
    only: str | None,
) -> None:
    for name, job in jobs.items():
        if watch.over() or only not in {None, kind, name}:
            continue
        where, start = folder / name, time.monotonic()
        where.mkdir()
        for sentence in job(place, where, dice):
            watch.tell(f"{kind}: {name}: {sentence}")
        print(f"{kind}: {name}, {time.monotonic() - start:.0f} s", flush=True)


def _live(place: Place, folder: Path, rounds: int, watch: Watch, dice: random.Random) -> None:
    start = time.monotonic()
    for sentence in long_life(place, folder / LIFE, dice, rounds, watch.over):
        watch.tell(f"{LIFE}: {sentence}")
    print(f"{LIFE}: {time.monotonic() - start:.0f} s", flush=True)


def _walk(folder: Path, walks: int, watch: Watch, dice: random.Random) -> None:
    """Each from the same beginning; a walk ends where something is wrong, and is told by its seed."""
    start = folder / "walks"
    make_start(start)
    for _ in range(walks):
        if watch.over():
            return
        seed = dice.randrange(10**6)
        for sentence in walked(start, folder / f"walk {seed}", seed, STEPS):
            watch.tell(f"walk {seed}: {sentence}")
        print(f"walk {seed}: {STEPS} steps", flush=True)


def _kill(place: Place, folder: Path, watch: Watch, dice: random.Random, only: str | None, memory: Memory) -> None:
    """Act by act; with a limit of time a point of each in turn. What an earlier run tried isn't tried again."""
    lives = {name: live(place, folder, name) for name in ACTS if only in {None, KILLS, name} and not watch.over()}
    if not lives:
        return
    for name, found in lives.items():
        memory.know(name, found.steps)
    points = [(name, point) for name, found in lives.items() for point in memory.left(name)]
    if watch.ends != float("inf"):
        dice.shuffle(points)
    for name, point in points:
        if watch.over():
            break
        for tried in kill(place, folder, lives[name], [point]):
            for wrong in tried.wrong:
                watch.tell(f"{name} killed at {tried.point} ({tried.step}): {wrong}")
            if not tried.wrong:
                memory.done(name, point)
                print(f"{name}: {point} of {len(lives[name].steps)}", flush=True)
    for name, found in lives.items():
        steps = len(found.steps)
        print(f"killed: {name}, {steps - len(memory.left(name))} of {steps} steps", flush=True)
    memory.end_of_run()


if __name__ == "__main__":
    raise SystemExit(main())

"""``./dev soak store``: an office's store killed, starved, damaged and attacked in every way, and looked at afterwards.

Kills: a real SIGKILL at every fsync, rename, remove and commit of taking in, reading, saving, merging, reporting,
migrating, changing keys, passwords and users, backing up, restoring, handing over, taking over and erasing by law; then
the same is done again. What is kept must be what an unkilled office keeps, ``tongdang check`` must find nothing, and
what happens in one step is never seen half-done. Faults: full and read-only disks, a clock set back, a second program,
network shares, power cuts in the log, flipped bytes everywhere. Attacks: through texts, names and files.
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
    parser.add_argument("--only", help="one act, fault or attack by its name")
    options = parser.parse_args()
    watch = Watch(time.monotonic() + (options.minutes * 60 if options.minutes else float("inf")))
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="tongdang-soak-") as name:
        folder = Path(name)
        place = make_place(folder / "place")
        for kind, jobs in (("fault", FAULTS), ("attack", ATTACKS)):
            _bear(place, folder, kind, jobs, watch, dice, options.only)
        _kill(place, folder, watch, dice, options.only)
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
        if watch.over() or only not in {None, name}:
            continue
        where, start = folder / name, time.monotonic()
        where.mkdir()
        for sentence in job(place, where, dice):
            watch.tell(f"{kind}, {name}: {sentence}")
        print(f"{kind}: {name}, {time.monotonic() - start:.0f} s", flush=True)


def _kill(place: Place, folder: Path, watch: Watch, dice: random.Random, only: str | None) -> None:
    """Act by act; with a limit of time a point of each in turn."""
    lives = {name: live(place, folder, name) for name in ACTS if only in {None, name} and not watch.over()}
    points = [(name, point) for name, found in lives.items() for point in range(1, len(found.steps) + 1)]
    if watch.ends != float("inf"):
        dice.shuffle(points)
    done = dict.fromkeys(lives, 0)
    for name, point in points:
        if watch.over():
            break
        for found in kill(place, folder, lives[name], [point]):
            done[name] += 1
            for wrong in found.wrong:
                watch.tell(f"{name} killed at {found.point} ({found.step}): {wrong}")
    for name, number in done.items():
        print(f"killed: {name}, {number} of {len(lives[name].steps)} steps", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

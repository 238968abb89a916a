"""``./dev soak kill``: a real SIGKILL at every durable step of the main job, then the same run again to its end.

Every fsync, rename, remove and commit of an unkilled run is listed, before and after it happens, from making the
store to the written draft. At each the run is killed and started again; sources, pages, answers, places, the files
on disk and the workbook must then equal the unkilled run's, and ``tongdang check`` must find nothing.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

from benchmarks.kill_points import Kept, run, scripted_stack, sweep


def main() -> int:
    """Exit code 0 when every killed run ended like the unkilled one."""
    parser = argparse.ArgumentParser(prog="./dev soak kill")
    parser.add_argument("--minutes", type=float, help="stop after so long, points in random order (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stack", type=Path, help="real pictures and the real reader instead of a scripted stack")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tongdang-soak-") as place:
        return _soak(Path(place), options)


def _soak(place: Path, options: argparse.Namespace) -> int:
    real = options.stack is not None
    stack = options.stack if real else scripted_stack(place / "stack")
    (place / "count").mkdir()
    steps = run(place / "count" / "store", stack, place / "count" / "draft.xlsx", real=real)
    print(f"{len(steps)} durable steps: {dict(Counter(steps))}", flush=True)
    points = list(range(1, len(steps) + 1))
    if options.minutes:
        random.Random(options.seed).shuffle(points)
    started, done, bad = time.monotonic(), 0, 0
    for point, step, after, whole in sweep(place, stack, points, real=real):
        done += 1
        for name in differences(after, whole):
            bad += 1
            print(f"killed at {point} ({step}): {name} differs", flush=True)
        if options.minutes and time.monotonic() - started > options.minutes * 60:
            break
    print(f"{done} of {len(points)} points killed and started again, {bad} differences")
    return 1 if bad else 0


def differences(after: Kept, whole: Kept) -> list[str]:
    """Names of what is not as in the unkilled run."""
    return [f.name for f in fields(Kept) if getattr(after, f.name) != getattr(whole, f.name)]


if __name__ == "__main__":
    raise SystemExit(main())

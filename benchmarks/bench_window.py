"""The window, measured: how soon it is there, how fast it answers, and what it saves the clerk.

    ./dev bench window [--quick] [--only PART …] [--forms N] [--children N] [--json FILE]

Runs under Xvfb with the software renderer (Debian: ``apt-get install xvfb``), else on Qt's offscreen platform. A robot
clerk verifies a stack of forms that the real reader has read: it strikes real keys, knows the paper, and learns what is
asked from the accessibility tree alone (``benchmarks.robot``). Pages that were read before by this very code are not
read again (``benchmarks.kept_pages``). The stores are filled first; then every part runs in a process of its own, those
that are timed with nothing beside them, and tells its figures when it is done (``benchmarks.window_parts``). Exit code
1 where a figure misses its aim, 2 where something could not be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.window_parts import FILLING, FULL, PARTS, QUICK, TIMED, UNTIMED, Size, merged
from benchmarks.window_table import missed, table

START, WORKED = "start", "worked_seconds"
PATIENCE = 1800  # seconds a part may take before it counts as stuck
NEEDS = dict.fromkeys(("verify", "inbox", *UNTIMED), "fill forms") | {"list": "fill list"}
LANES = (("memory",), ("new store", "slips"))  # what isn't timed, and takes longest
ROBOTS = LANES[1]  # left out of a short run


@contextmanager
def display() -> Iterator[dict[str, str]]:
    """The environment of a display nobody looks at, and what it is called."""
    plain = {**os.environ, "QT_QUICK_BACKEND": "software", "PYTHONUTF8": "1"}
    if not sys.platform.startswith("linux") or shutil.which("Xvfb") is None:
        print("Xvfb is not here (Debian: apt-get install xvfb): Qt's offscreen platform instead", file=sys.stderr)
        yield {**plain, "QT_QPA_PLATFORM": "offscreen"}
        return
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writes], stderr=subprocess.DEVNULL)
    os.close(writes)
    with os.fdopen(reads) as told:
        number = told.readline().strip()
    try:
        yield {**plain, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


def starts(environment: dict[str, str], times: int) -> dict[str, float]:
    """From process start to the first screen that takes a key; one start before warms the file cache."""
    from benchmarks.running import make_office

    with tempfile.TemporaryDirectory(prefix="tongdang-start-") as folder:
        data_dir = Path(folder) / "store"
        make_office(data_dir, lambda: datetime.now(UTC)).store.close()
        took = []
        for _start in range(times + 1):
            command = [sys.executable, "-m", "benchmarks.window_start", str(data_dir), str(time.monotonic())]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
            took.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "median_ms": statistics.median(each["ms"] for each in took[1:]),
        "p95_ms": max(each["ms"] for each in took[1:]),
        "cpu_ms": statistics.median(each["cpu_ms"] for each in took[1:]),
        "times": times,
    }


class Run:
    """One run: its parts, what they measured so far, and those that could not be measured."""

    def __init__(self, folder: Path, environment: dict[str, str], given: Sequence[str], kept: Path | None) -> None:
        self._folder, self._environment, self._given, self._kept = folder, environment, given, kept
        self._began = time.monotonic()
        self._done: list[dict[str, Any]] = []
        self._turn = threading.Lock()  # two lanes don't speak at once
        self.failed: list[str] = []

    @property
    def measured(self) -> dict[str, Any]:
        return merged(self._done)

    def part(self, name: str) -> None:
        """One part in a process of its own; what it measured is told at once."""
        began, into = time.monotonic(), self._folder / f"{name}.json"
        command = [sys.executable, "-m", "benchmarks.bench_window", *self._given, "--inside", name]
        command += ["--folder", str(self._folder), "--into", str(into)]
        try:
            subprocess.run(command, env=self._environment, check=True, timeout=PATIENCE)
            told = json.loads(into.read_text(encoding="utf-8"))
        except (subprocess.SubprocessError, OSError) as problem:
            self._could_not(name, problem)
        else:
            self.tell(name, told, time.monotonic() - began, told.pop(WORKED, 0.0))

    def beside(self, *lanes: Sequence[str]) -> None:
        """Parts that aren't timed: a lane on every core, one part after the other in each."""

        def follow(lane: Sequence[str]) -> None:
            for name in lane:
                self.part(name)

        with ThreadPoolExecutor(len(lanes) + 1) as pool:
            list(pool.map(follow, lanes))

    def start(self, times: int) -> None:
        """How soon the window is there."""
        began = time.monotonic()
        try:
            told = {"figures": {"start to usable": starts(self._environment, times)}}
        except (subprocess.SubprocessError, OSError) as problem:
            self._could_not(START, problem)
        else:
            self.tell(START, told, time.monotonic() - began)

    def tell(self, name: str, told: dict[str, Any], seconds: float, worked: float = 0.0) -> None:
        """What a part measured goes to the others, on the screen, and into the file. ``worked``: the processor's."""
        with self._turn:
            self._done.append(told)
            since = time.monotonic() - self._began
            own = f" ({worked:.0f} s the processor's)" if worked else ""
            print(f"\n-- {name}: {seconds:.0f} s{own}, {since:.0f} s since the beginning", flush=True)
            said = table(merged([told]))
            print(said, end="\n" if said else "", flush=True)
            if self._kept is not None:
                self._kept.write_text(json.dumps(self.measured, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _could_not(self, name: str, problem: Exception) -> None:
        self.failed.append(name)
        print(f"\n-- {name} could not be measured: {problem}", file=sys.stderr, flush=True)


def wanted(only: Iterable[str] | None) -> list[str]:
    """The parts to run with what they need, in their order."""
    every = [*FILLING, *UNTIMED, START, *TIMED]
    if not only:
        return every
    needed = set(only) | {NEEDS[name] for name in only if name in NEEDS}
    return [name for name in every if name in needed]


def run_all(run: Run, names: Sequence[str], size: Size) -> None:
    """Stores, then what is not timed, two lanes beside each other, then what is, one after the other."""
    run.beside(*([name] for name in FILLING if name in names))
    ready = [name for name in names if NEEDS.get(name) not in run.failed]
    run.beside(*([name for name in lane if name in ready] for lane in LANES))
    if START in ready:
        run.start(size.starts)
    for name in TIMED:
        if name in ready:
            run.part(name)


def inside(options: argparse.Namespace, size: Size) -> NoReturn:
    """One part, in a process of its own, which ends with it: what still works in its threads is of no more use."""
    code = 1
    try:
        told = PARTS[options.inside](options.folder, size)
        told[WORKED] = sum(os.times()[:4])  # its own, and that of the processes it started
        options.into.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        code = 0
    except Exception:  # noqa: BLE001  # told whole, and the other parts are measured
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def size_of(options: argparse.Namespace) -> Size:
    """How much is asked for."""
    size = QUICK if options.quick else FULL
    return replace(size, forms=options.forms or size.forms, children=options.children or size.children)


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few forms, children and starts: three minutes at most")
    parser.add_argument("--only", nargs="+", choices=[*UNTIMED, START, *TIMED], help="these parts and what they need")
    parser.add_argument("--forms", type=int, default=0)
    parser.add_argument("--children", type=int, default=0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    size = size_of(options)
    if options.inside is not None:
        inside(options, size)
    names = wanted(options.only)
    if options.quick and not options.only:
        names = [name for name in names if name not in ROBOTS]
    given = [*(["--quick"] if options.quick else []), "--forms", str(size.forms), "--children", str(size.children)]
    with display() as environment, tempfile.TemporaryDirectory(prefix="tongdang-window-") as folder:
        run = Run(Path(folder), environment, given, options.json)
        run_all(run, names, size)
    measured = run.measured
    print(f"\n-- all of it\n{table(measured)}")
    late = missed(measured)
    print(f"\nAIMS MISSED: {', '.join(late)}" if late else "\nall aims met" if not run.failed else "")
    if run.failed:
        print(f"COULD NOT BE MEASURED: {', '.join(run.failed)}", file=sys.stderr)
        return 2
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())

"""The window, measured: how soon it is there, how fast it answers, and what it saves the clerk.

    ./dev bench window [--quick] [--forms N] [--children N] [--json FILE]

Runs under Xvfb with the software renderer (Debian: ``apt-get install xvfb``), else on Qt's offscreen platform. A robot
clerk verifies a stack of forms that the real reader has read: it strikes real keys, knows the paper, and learns what is
asked from the accessibility tree alone (``benchmarks.robot``). Pages that were read before by this very code are not
read again (``benchmarks.kept_pages``). Exit code 1 where a figure misses its aim, 2 where something could not be
measured.
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
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

STARTS, QUICK_STARTS = 7, 3
FORMS, QUICK_FORMS = 40, 6
CHILDREN, QUICK_CHILDREN = 100_000, 5_000
OPENED, QUICK_OPENED = 500, 100
PAGES, QUICK_PAGES = 2_000, 200
LOOK_SECONDS = 0.6  # at every field: quicker than anybody reads
FRAMES = 240
SLIPS = 0.1
AIMS = {  # ms: name -> (which figure, at most)
    "start to usable": ("median_ms", 1500.0),
    "next form": ("median_ms", 100.0),
    "key to paint": ("p95_ms", 50.0),
    "pan and zoom, a frame": ("median_ms", 16.0),
    "list: a page further": ("p95_ms", 50.0),
    "list: found by name": ("median_ms", 500.0),
}
GROWTH_MB = 4.0


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


def inside(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured in the window itself; runs in a process that has the display."""
    from benchmarks.robot_run import Stacked, sheets, stack
    from benchmarks.watchdog import Watchdog
    from benchmarks.window_figures import FormWatch, long_list, memory, pan_and_zoom
    from benchmarks.window_painting import figure
    from benchmarks.window_screens import Dogs, full_inbox
    from desktop.start import make_application

    application = make_application(dark=False)
    files = sheets(options.forms)
    with tempfile.TemporaryDirectory(prefix="tongdang-memory-") as folder:
        # first: a process that has done other things holds memory that it doesn't need
        grown = memory(Path(folder), files[:6], QUICK_OPENED if options.quick else OPENED)
    figures: dict[str, Any] = {"pan and zoom, a frame": pan_and_zoom(FRAMES)}
    watches: list[FormWatch] = []
    dogs: Dogs = {"verify": Watchdog(), "long list": Watchdog()}

    def watched(running: Any, hands: Any) -> None:
        watches.append(FormWatch(running, hands))
        dogs["verify"].begin()

    rows: list[Stacked] = [
        stack(
            "trusted store, careful",
            files,
            trusted=True,
            look_seconds=LOOK_SECONDS,
            watch=watched,
            done=dogs["verify"].end,
        )
    ]
    figures["form opened from the list"] = figure(watches[0].opened)
    figures["next form"] = figure(watches[0].forms)
    figures["key to paint"] = figure(watches[0].paints.took)
    if not options.quick:
        rows.append(stack("new store, careful", files, trusted=False))
        rows.append(stack(f"trusted store, {SLIPS:.0%} unlooked", files, trusted=True, slips=SLIPS))
    with tempfile.TemporaryDirectory(prefix="tongdang-list-") as folder:
        figures |= long_list(Path(folder), options.children, dogs)
        dogs |= full_inbox(Path(folder), files[:6], QUICK_PAGES if options.quick else PAGES, figures)
    application.processEvents()
    return {
        "figures": figures,
        "memory": grown,
        "blocks": {name: [asdict(block) for block in dog.blocks] for name, dog in dogs.items()},
        "worst_ms": {name: dog.worst_ms for name, dog in dogs.items()},
        "robot": [told(row) for row in rows],
        "platform": application.platformName(),
    }


def told(row: Any) -> dict[str, Any]:
    """A stack as plain data."""
    return {
        "name": row.name,
        "forms": row.work.forms,
        "saved": row.saved,
        "fields": row.fields,
        "looks": row.work.looks,
        "keys": row.work.keys,
        "typing": row.typing,
        "wrong": len(row.wrong),
        "unseen_wrong": row.unseen,
        "refused": row.work.refused,
        "acts": dict(row.work.acts),
        "wrong_fields": [each.place for each in row.wrong],
    }


# -- the table --------------------------------------------------------------------------------------------------------


def table(measured: dict[str, Any]) -> str:
    """All figures in Markdown."""
    head = (
        "robot clerk",
        "forms",
        "looks a form",
        "keys a form",
        "typing all, keys",
        "wrong in records",
        "never shown",
    )
    lines = [f"| {' | '.join(head)} |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for row in measured["robot"]:
        forms = max(1, row["forms"])
        lines.append(
            f"| {row['name']} | {row['saved']} of {row['forms']} "
            f"| {row['looks'] / forms:.1f} of {row['fields'] / forms:.0f} "
            f"| {row['keys'] / forms:.1f} | {row['typing'] / forms:.0f} "
            f"| {row['wrong']} of {row['fields']:,} | {row['unseen_wrong']} |"
        )
    lines += ["", "| | median, ms | 95 %, ms | times | aim |", "|---|---:|---:|---:|---|"]
    for name, each in measured["figures"].items():
        which, most = AIMS.get(name, ("", 0.0))
        aim = f"{'median' if which == 'median_ms' else '95 %'} ≤ {most:.0f}" if which else ""
        lines.append(f"| {name} | {each['median_ms']:.1f} | {each['p95_ms']:.1f} | {each['times']:.0f} | {aim} |")
    start, grown = measured["figures"].get("start to usable"), measured["memory"]
    if start is not None:
        lines.append(f"\nStart: {start['cpu_ms']:.0f} ms of that is the processor's time.")
    lines.append(
        f"\nMemory: {grown['first_mb']:.0f} MB after {grown['warm']:.0f} forms, {grown['last_mb']:.0f} MB after "
        f"{grown['forms']:.0f} (aim: at most {GROWTH_MB:.0f} MB more)."
    )
    lines += ["", "| window's thread | longest pause, ms | over 100 ms | by its own work |", "|---|---:|---:|---:|"]
    for name, blocks in measured["blocks"].items():
        own = sum(block["cpu_ms"] > 100 for block in blocks)
        lines.append(f"| {name} | {measured['worst_ms'][name]:.0f} | {len(blocks)} | {own} |")
    lines.append("")
    lines += [
        f"- {name}, {block['wall_ms']:.0f} ms ({block['cpu_ms']:.0f} its own): {block['where']}"
        for name, blocks in measured["blocks"].items()
        for block in blocks
    ]
    lines.append(
        f"\nDisplay: {measured['platform']}; load of the machine at the end: {measured['load']:.1f} "
        f"on {os.cpu_count()} cores."
    )
    return "\n".join(lines)


def missed(measured: dict[str, Any]) -> list[str]:
    """What misses its aim. A pause counts where the thread itself worked, not where the machine had other work."""
    late = [
        f"{name} {measured['figures'][name][which]:.0f} ms"
        for name, (which, most) in AIMS.items()
        if name in measured["figures"] and measured["figures"][name][which] > most
    ]
    grown = measured["memory"]["last_mb"] - measured["memory"]["first_mb"]
    late += [f"memory + {grown:.0f} MB"] if grown > GROWTH_MB else []
    late += [
        f"{name} held up {block['cpu_ms']:.0f} ms"
        for name, blocks in measured["blocks"].items()
        for block in blocks
        if block["cpu_ms"] > 100
    ]
    late += [
        f"{row['name']}: {row['forms'] - row['saved']} not saved"
        for row in measured["robot"]
        if row["saved"] < row["forms"]
    ]
    return late


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few forms, children and starts: three minutes at most")
    parser.add_argument("--forms", type=int, default=0)
    parser.add_argument("--children", type=int, default=0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    options.forms = options.forms or (QUICK_FORMS if options.quick else FORMS)
    options.children = options.children or (QUICK_CHILDREN if options.quick else CHILDREN)
    if options.inside is not None:
        options.inside.write_text(json.dumps(inside(options), ensure_ascii=False), encoding="utf-8")
        return 0
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        with display() as environment, tempfile.TemporaryDirectory() as folder:
            start = starts(environment, QUICK_STARTS if options.quick else STARTS)
            kept = Path(folder) / "inside.json"
            command = [sys.executable, "-m", "benchmarks.bench_window", *given, "--inside", str(kept)]
            subprocess.run(command, env=environment, check=True)
            measured = json.loads(kept.read_text(encoding="utf-8"))
    except (subprocess.SubprocessError, OSError) as problem:
        print(f"could not be measured: {problem}", file=sys.stderr)
        return 2
    measured["figures"] = {"start to usable": start, **measured["figures"]}
    measured["load"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if options.json:
        options.json.write_text(json.dumps(measured, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(measured))
    late = missed(measured)
    print(f"\nAIMS MISSED: {', '.join(late)}" if late else "\nall aims met")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())

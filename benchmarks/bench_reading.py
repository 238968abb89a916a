"""``./dev bench reading [--quick] [--json FILE]``: how well form pages are read, and how honestly, beside the peers.

The reporting set (``benchmarks.page_sets``) is read by ``ocr.worker.ReaderPool`` and judged by the shipped judge,
which was fitted on another set. ``--quick`` takes the set's first sheets and two pages for the peers; a full run has
more than 10,000 accepted fields. What was read and timed is kept by a digest of the code, so that a run cut short goes
on where it stood. ``--learning`` adds one township's hundred forms. Exit code 1 when nothing could be measured.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import peers, reading_figures
from benchmarks.last_round import last_round
from benchmarks.page_sets import FORM, REPORTING, TOWNSHIP, SheetFiles, cache_folder, of_styles, provide
from benchmarks.reading import Result, SheetRead, compare, keep, kept_folder, kept_readings, read_sheets, score, show
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.styles import HELD_OUT
from benchmarks.synth.writing.packages import NoHandwriting
from benchmarks.township import learning
from forms.catalog import shipped_forms
from forms.form_file import Form
from forms.kinds import Kind
from ocr.models import ModelsMissing, models_dir
from ocr.reading import FieldReading
from ocr.worker import ReaderPool
from workflow.earlier_forms import NOTHING_EARLIER, Earlier, witnessed
from workflow.judge_model import shipped_judge
from workflow.judgement import Verdict, judge

QUICK_SHEETS, QUICK_PEERS = 10, 1
PEER_SHEETS = 5
NEAT = ("printed", "strokes")


def main() -> int:
    """0 when everything asked for was measured."""
    options = _options()
    sheets = options.sheets or (QUICK_SHEETS if options.quick else REPORTING.sheets)
    try:
        made = provide(REPORTING, sheets, options.cache)
        report = measure(made, options)
    except (NoHandwriting, ModelsMissing) as missing:
        print(f"not measured: {missing}", file=sys.stderr)
        return 1
    if options.json is not None:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if report["fields"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench reading")
    parser.add_argument("--quick", action="store_true", help="three minutes or less")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where sets and environments are kept")
    parser.add_argument("--sheets", type=int, help=f"how many sheets of the set (a full run: {REPORTING.sheets})")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave the peers out")
    parser.add_argument("--learning", action="store_true", help="also what a township's verified forms save")
    return parser.parse_args()


def measure(sheets: Sequence[SheetFiles], options: argparse.Namespace) -> dict[str, Any]:
    """Read, print and return everything as plain JSON."""
    form = shipped_form(FORM)
    started = time.perf_counter()
    reads = list(kept_readings(sheets, options.cache))
    peak = max(read.peak_mb for read in reads)
    results = [result for read in reads for result in compare(read, form)]
    judged = shipped_judge()
    print(
        f"{len(sheets)} sheets of {REPORTING.name} in {time.perf_counter() - started:.0f} s; judge {judged.version} "
        f"fitted on {judged.calibration.get('set')} ({judged.calibration.get('sheets')} sheets)\n"
    )
    show(score(results))
    report: dict[str, Any] = {"sheets": len(sheets), "fields": len(results), "peak_mb": peak, "judge": judged.version}
    report["styles"] = {f"{s}/{k}": vars(c) for (s, k), c in score(results).items()}
    report["honesty"] = _honesty(results)
    report["reliability"] = _reliability(results)
    report["keys"] = _keys(results)
    report["second_round"] = _second_round(reads, results)
    print(f"\npeak memory of a worker: {peak:.0f} MB" if peak else "\npeak memory: this system doesn't tell")
    report["marks"] = _marks(results)
    # the held-out hand has no place among the peers either: nobody tunes on what is printed there
    some = of_styles(sheets, "printed", "strokes", "long-cang", "cursive")[
        : QUICK_PEERS if options.quick else PEER_SHEETS
    ]
    report["speed"] = _beside_peers(some, options, results)
    if options.learning:
        report["learning"] = _learning(options)
    return report


def _honesty(results: Sequence[Result]) -> dict[str, Any]:
    head = f"\n{'accepted though wrong':34}{'fields':>8}{'accepted':>10}"
    print(head + f"{'share %':>9}{'wrong':>7}{'per 1000':>10}{'95 % <':>9}")
    rows: dict[str, Any] = {}
    for name, own in (
        ("all styles", list(results)),
        ("printed and neat", reading_figures.of(results, lambda r: r.style in NEAT)),
        ("all but very cursive", reading_figures.of(results, lambda r: r.style != "cursive")),
        ("very cursive", reading_figures.of(results, lambda r: r.style == "cursive")),
        ("held-out hand", reading_figures.of(results, lambda r: r.style in HELD_OUT)),
        ("written by hand, text only", reading_figures.of(results, _handwritten)),
    ):
        if not own:
            continue
        accepted, wrong, upper = reading_figures.accepted_wrong(own)
        rows[name] = {"fields": len(own), "accepted": accepted, "wrong": wrong, "upper": upper}
        print(
            f"{name:34}{len(own):8}{accepted:10}{100 * accepted / len(own):9.1f}{wrong:7}"
            f"{1000 * wrong / max(1, accepted):10.2f}{1000 * upper:9.2f}"
        )
    return rows


def _handwritten(result: Result) -> bool:
    return result.style != "printed" and not result.blank and result.field.kind not in (Kind.CHOICE, Kind.SIGNATURE)


def _reliability(results: Sequence[Result]) -> list[Any]:
    rows = reading_figures.reliability(results)
    print(f"\n{'probability told':20}{'fields':>8}{'mean':>9}{'right':>9}")
    for span, count, mean, right in rows:
        print(f"{span:20}{count:8}{mean:9.4f}{right:9.4f}")
    return [list(row) for row in rows]


def _keys(results: Sequence[Result]) -> dict[str, Any]:
    print(f"\n{'keys per form':20}{'helped':>8}{'typing all':>12}{'ratio':>8}{'looks':>8}")
    rows = {}
    for style in (*dict.fromkeys(r.style for r in results), "all"):
        helped, typed, looks = reading_figures.keystrokes([r for r in results if style in (r.style, "all")])
        rows[style] = {"helped": helped, "typed": typed, "looks": looks}
        print(f"{style:20}{helped:8.1f}{typed:12.1f}{helped / max(1e-9, typed):8.3f}{looks:8.1f}")
    return rows


def _second_round(reads: Sequence[SheetRead], results: Sequence[Result]) -> dict[str, Any]:
    """The same readings in an office that has the families' forms of the round before (made up: one value in ten has
    changed since)."""
    earlier, form = last_round(results), shipped_form(FORM)
    print("\nwith the forms of the round before:")
    again: list[Result] = []
    for read in reads:
        known = earlier.get(read.files.name, NOTHING_EARLIER)

        def how(readings: Sequence[FieldReading], form: Form, model: str, known: Earlier = known) -> dict[str, Verdict]:
            return dict(judge(witnessed(readings, known), form=form, models={model}))

        again += compare(read, form, how)
    return {"honesty": _honesty(again), "keys": _keys(again)}


def _marks(results: Sequence[Result]) -> dict[str, Any]:
    boxes = right = 0
    for result in results:
        if result.field.kind is Kind.CHOICE:
            read = set(result.reading.value) if result.reading and isinstance(result.reading.value, list) else set()
            true = set(result.truth["value"]) if isinstance(result.truth["value"], list) else set()
            boxes += len(result.field.options)
            right += len(result.field.options) - len(read ^ true)
    print(f"marks: {right} of {boxes} boxes right ({100 * right / max(1, boxes):.3f} %)")
    return {"boxes": boxes, "right": right}


# -- beside the peers -------------------------------------------------------------------------------------------------


def _beside_peers(
    sheets: Sequence[SheetFiles], options: argparse.Namespace, results: Sequence[Result]
) -> dict[str, Any]:
    """Speed of this program, and speed, memory and exact share of the peers, on the same pages one after another."""
    pictures = [side for sheet in sheets for side in sheet.sides]
    report: dict[str, Any] = {"pages": len(pictures), "left_out": {}}
    own = {threads: own_seconds(sheets, threads, options.cache) for threads in (1, 2)}
    written = {
        (r.sheet, r.field.key): (r.exact, r.raw_exact)
        for r in results
        if not r.blank and r.field.kind not in (Kind.CHOICE, Kind.SIGNATURE)
    }
    names = {sheet.name for sheet in sheets}
    mine = [exact for (sheet, _), exact in written.items() if sheet in names]
    share = sum(exact for exact, _ in mine) / max(1, len(mine))
    print(f"\n{len(pictures)} pages, {len(mine)} written text fields")
    print(f"{'':24}{'exact %':>9}{'s, 1 thr':>10}{'s, 2 thr':>10}{'x slower':>14}{'peak MB':>9}")
    print(f"{'tongdang':24}{100 * share:9.1f}{own[1]:10.2f}{own[2]:10.2f}")
    report["tongdang"] = {"exact": share, "seconds": own}
    if not options.peers:
        return report
    form = shipped_form(FORM)
    for name in peers.PEERS:
        try:
            runs = [kept_run(name, pictures, threads, options.cache) for threads in ((2,) if options.quick else (1, 2))]
        except peers.NoPeer as reason:
            report["left_out"][name] = str(reason)
            print(f"{peers.TITLES[name]:24} left out: {reason}")
            continue
        right = list(peers.exact_fields(runs[-1], sheets, form).values())
        seconds = {run.threads: statistics.median(run.seconds) for run in runs}
        ratios = {threads: spent / own[threads] for threads, spent in seconds.items()}
        report[name] = {
            "exact": sum(right) / max(1, len(right)),
            "seconds": seconds,
            "ratio": ratios,
            "peak_mb": max(run.peak_mb for run in runs),
        }
        told = [f"{seconds[t]:10.2f}" if t in seconds else f"{'-':>10}" for t in (1, 2)]
        slower = " / ".join(f"{ratio:.1f}" for ratio in ratios.values())
        peak = report[name]["peak_mb"]
        print(f"{peers.TITLES[name]:24}{100 * report[name]['exact']:9.1f}{told[0]}{told[1]}{slower:>14}{peak:9.0f}")
    return report


def own_seconds(sheets: Sequence[SheetFiles], threads: int, cache: Path) -> float:
    """Median seconds of a page in one worker, from the delivered bytes to the reading; warmed up by the first."""
    path = _timed(cache, "tongdang", [side for sheet in sheets for side in sheet.sides], threads)
    if not path.is_file():
        with ReaderPool(models_dir(), shipped_forms(), workers=1, threads=threads) as pool:
            list(read_sheets(sheets[:1], pool, at_once=1))
            reads = list(read_sheets(sheets, pool, at_once=1))
        keep(path, [side.seconds for read in reads for side in read.sides if side is not None])
    spent: list[float] = json.loads(path.read_text(encoding="utf-8"))
    return statistics.median(spent)


def kept_run(name: str, pictures: Sequence[Path], threads: int, cache: Path) -> peers.PeerRun:
    """What a peer made of the pictures, run when nobody did before. Raises ``peers.NoPeer``."""
    path = _timed(cache, name, pictures, threads)
    if not path.is_file():
        keep(path, asdict(peers.run_peer(name, pictures, threads, cache)))
    return peers.PeerRun(**json.loads(path.read_text(encoding="utf-8")))


def _timed(cache: Path, name: str, pictures: Sequence[Path], threads: int) -> Path:
    which = hashlib.sha256("\n".join(p.name for p in pictures).encode()).hexdigest()[:8]
    return kept_folder(cache) / f"timed-{name}-{threads}-{which}.json"


def _learning(options: argparse.Namespace) -> dict[str, Any]:
    found = learning(TOWNSHIP, 20 if options.quick else TOWNSHIP.sheets, options.cache)
    print("\nfields to look at per form, ten forms at a time (a trusted store):")
    print("  learning     " + " ".join(f"{looks:5.1f}" for looks in found.looks))
    print("  not learning " + " ".join(f"{looks:5.1f}" for looks in found.looks_unlearned))
    print(
        f"  accepted {found.accepted}, wrong {found.wrong}; exact {100 * found.exact:.2f} % against "
        f"{100 * found.exact_unlearned:.2f} %"
    )
    return {
        "looks": found.looks,
        "looks_unlearned": found.looks_unlearned,
        "accepted": found.accepted,
        "wrong": found.wrong,
    }


if __name__ == "__main__":
    raise SystemExit(main())

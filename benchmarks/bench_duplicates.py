"""The same child twice: how many planted duplicates are found, how many told of are none, and how fast.

    ./dev bench duplicates [--quick] [--json FILE] [--fit]

Duplicates are damaged as the reader damages them (``benchmarks.planted_duplicates``). ``--fit`` fits the weights of
``resources/likeness.toml`` on calibration seeds; what is reported comes from other seeds. Speed is measured in a real,
encrypted store: one child against everybody. Exit code 1 where a figure misses its aim.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.likeness_fit import fit, labelled
from benchmarks.likeness_store import filled_store
from benchmarks.planted_duplicates import Planted, crowd, planted
from records.likeness import likeness, pairs_sharing_keys, weights
from workflow import duplicates

CALIBRATION, REPORTING = "calibration", "reporting"
AIM_MS, AIM_RECALL, AIM_PRECISION = 50.0, 0.95, 0.95


def found(which: Planted) -> dict[str, dict[str, float]]:
    """Precision and recall by grade: of all pairs, and of those that no equal ID number gives away."""
    results: dict[str, dict[str, float]] = {}
    children = which.children
    scored = [(pair, likeness(children[pair[0]], children[pair[1]])) for pair in pairs_sharing_keys(children)]
    plain = {pair for pair in which.pairs if not same_number(which, pair)}
    for grade, accepted in (("likely", ("likely",)), ("possible", ("likely", "possible"))):
        told = {pair for pair, alike in scored if alike.grade in accepted}
        results[grade] = {
            "told": len(told),
            "precision": len(told & which.pairs) / max(1, len(told)),
            "recall": len(told & which.pairs) / max(1, len(which.pairs)),
            "recall_without_number": len(told & plain) / max(1, len(plain)),
        }
    return results


def same_number(which: Planted, pair: tuple[str, str]) -> bool:
    """Whether the pair's ID numbers are equal: those are attached when the form is verified."""
    one, other = (which.children[child_id].id_number for child_id in pair)
    return bool(one) and one == other


def speed(which: Planted, size: int, asked: int) -> dict[str, float]:
    """Milliseconds for one child's candidates in a store of so many children."""
    children = list(which.children.values())[:size]
    children += crowd(children, size - len(children), "speed")
    with tempfile.TemporaryDirectory() as folder, filled_store(Path(folder), children) as (store, actor, ids):
        step = max(1, len(ids) // asked)
        times = []
        for child_id in ids[::step][:asked]:
            start = time.perf_counter()
            duplicates.duplicate_candidates(store, actor, child_id)
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return {"children": size, "median_ms": statistics.median(times), "p95_ms": times[int(len(times) * 0.95)]}


def main(argv: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer families, a smaller store")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--fit", action="store_true", help="fit the weights anew first")
    options = parser.parse_args(list(argv) if argv is not None else None)
    families = 2500 if options.quick else 8000
    if options.fit:
        fit(*labelled(planted(CALIBRATION, families)))
        weights.cache_clear()
    which = planted(REPORTING, families)
    quality = found(which)
    print(f"{len(which.children)} children, {len(which.pairs)} of them twice")
    print("grade      told  precision  recall  recall without an equal ID number")
    for grade, row in quality.items():
        shares = (row[name] for name in ("precision", "recall", "recall_without_number"))
        print(f"{grade:9s} {row['told']:5.0f}", *(f"{share:8.4f}" for share in shares))
    sizes = (1000, 10_000) if options.quick else (1000, 10_000, 100_000)
    rows = [speed(which, size, 60) for size in sizes]
    for row in rows:
        print(f"{row['children']:7.0f} children: median {row['median_ms']:.1f} ms, 95 % within {row['p95_ms']:.1f} ms")
    if options.json:
        options.json.write_text(json.dumps({"quality": quality, "speed": rows}, indent=1) + "\n", encoding="utf-8")
    met = (
        quality["possible"]["recall"] >= AIM_RECALL
        and quality["likely"]["precision"] >= AIM_PRECISION
        and rows[-1]["median_ms"] < AIM_MS
    )
    print("aims met" if met else f"AIMS MISSED: recall {AIM_RECALL}, precision {AIM_PRECISION}, {AIM_MS} ms")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

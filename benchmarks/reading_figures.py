"""Figures about compared readings: intervals, reliability, keystrokes. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.reading import Result
from forms.kinds import Kind
from workflow.judgement import vetoes

ROUNDS = 2000
BINS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.998, 0.999, 1.0001)


def accepted_wrong(results: Sequence[Result]) -> tuple[int, int, float]:
    """Accepted fields, wrong ones among them, and the upper 95 % bound of their share.

    Bootstrap over sheets (a sheet's errors come together); where no error was seen it has nothing to draw from, and
    three in all (the rule of three, Hanley 1983) is taken instead.
    """
    by_sheet: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for result in results:
        if result.accepted:
            by_sheet[result.sheet][0] += 1
            by_sheet[result.sheet][1] += not result.exact
    if not by_sheet:
        return 0, 0, 1.0
    counts = np.array([by_sheet[name] for name in sorted(by_sheet)])
    accepted, wrong = (int(n) for n in counts.sum(axis=0))
    chosen = np.random.default_rng(1).integers(0, len(counts), (ROUNDS, len(counts)))
    sums = counts[chosen].sum(axis=1)
    drawn = float(np.percentile(sums[:, 1] / np.maximum(sums[:, 0], 1), 97.5))
    return accepted, wrong, max(drawn, 3 / accepted)


def reliability(results: Sequence[Result]) -> list[tuple[str, int, float, float]]:
    """(range, fields, mean probability, share right) of fields that no veto stopped."""
    told = [
        (r.verdict.probability, r.exact)
        for r in results
        if r.reading is not None and not vetoes(r.reading, r.field.kind)
    ]
    rows = []
    for low, high in pairwise(BINS):
        own = [(p, right) for p, right in told if low <= p < high]
        if own:
            mean = sum(p for p, _ in own) / len(own)
            rows.append((f"{low:g}–{min(high, 1):g}", len(own), mean, sum(right for _, right in own) / len(own)))
    return rows


def keystrokes(results: Sequence[Result]) -> tuple[float, float, float]:
    """Per form: keys with the machine's help once it is trusted, keys of typing everything, fields looked at.

    What isn't accepted is looked at: Enter confirms, one key picks a candidate, else the value's length and Enter; of
    a choice one key per box that differs. A Chinese character counts as one key, for both alike.
    """
    helped = typed = looks = 0
    for result in results:
        true = result.truth["value"]
        if result.field.kind is not Kind.SIGNATURE and not result.blank:
            typed += (len(true) if isinstance(true, list) else len(result.truth["text"])) + 1
        if not result.accepted:
            looks += 1
            helped += _keys(result)
    forms = max(1, len({r.sheet for r in results}))
    return helped / forms, typed / forms, looks / forms


def _keys(result: Result) -> int:
    if result.exact:
        return 1
    true = result.truth["value"]
    if result.reading is not None and any(c.value == true for c in result.reading.candidates):
        return 1
    if isinstance(true, list):
        read = result.reading.value if result.reading is not None else []
        return len(set(true) ^ set(read if isinstance(read, list) else [])) + 1
    return len(result.truth["text"]) + 1


def of(results: Sequence[Result], keep: Callable[[Result], bool]) -> list[Result]:
    """Those that ``keep`` says."""
    return [result for result in results if keep(result)]

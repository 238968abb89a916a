"""Fit the weights of ``resources/likeness.toml``: logistic regression over the levels of planted pairs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.planted_duplicates import Planted
from forms.catalog import RESOURCES
from records.likeness import Levels, levels, pairs_sharing_keys

FILE = RESOURCES / "likeness.toml"
RIDGE = 0.3
STEPS = 60
HEAD = """\
# What the agreement of two children's fields is worth; made by ./dev bench duplicates --fit (calibration seeds only).
#
# base and weight   logits: their sum is the score, on a scale from 0 to 100
# likely, possible  from which score on a pair is told of as 很可能, as 可能
# reason            what the clerk reads; levels without one say nothing
"""


def labelled(which: Planted) -> tuple[list[Levels], list[bool]]:
    """Levels of every pair that shares a key, and whether it is a planted one."""
    pairs = sorted(pairs_sharing_keys(which.children))
    found = [levels(which.children[one], which.children[other]) for one, other in pairs]
    return found, [pair in which.pairs for pair in pairs]


def fit(found: Sequence[Levels], same: Sequence[bool]) -> None:
    """Write the file anew; reasons and thresholds stay as they are. Newton's method with a ridge."""
    with FILE.open("rb") as file:
        kept = tomllib.load(file)
    names = [(name, level) for name, rows in kept["levels"].items() for level in rows]
    matrix = np.zeros((len(found), len(names) + 1))
    matrix[:, -1] = 1
    for row, given in enumerate(found):
        for at, (name, level) in enumerate(names):
            matrix[row, at] = given.get(name) == level
    solved = _newton(matrix, np.asarray(same, float))
    _write(kept, dict(zip(names, solved[:-1], strict=True)), float(solved[-1]))
    print(f"fitted on {len(found)} pairs, {sum(same)} of them planted")


def _newton(matrix: NDArray[np.float64], same: NDArray[np.float64]) -> NDArray[np.float64]:
    solved = np.zeros(matrix.shape[1])
    ridge = np.full(matrix.shape[1], RIDGE)
    ridge[-1] = 1e-3
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-np.clip(matrix @ solved, -30, 30)))
        slope = matrix.T @ (same - expected) - ridge * solved
        curve = (matrix.T * (expected * (1 - expected))) @ matrix + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        solved += step
        if np.abs(step).max() < 1e-6:
            break
    return solved


def _write(kept: Mapping[str, object], solved: Mapping[tuple[str, str], float], base: float) -> None:
    lines = [HEAD, f"base = {base:.2f}", f"likely = {kept['likely']}", f"possible = {kept['possible']}"]
    levels_kept = kept["levels"]
    assert isinstance(levels_kept, dict)
    for name, rows in levels_kept.items():
        lines += ["", f"[levels.{name}]"]
        for level, row in rows.items():
            lines.append(f'{level} = {{ weight = {solved[name, level]:.2f}, reason = "{row["reason"]}" }}')
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")

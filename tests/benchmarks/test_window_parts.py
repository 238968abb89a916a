"""What the window's benchmark makes of its parts: which run, what is told, what misses its aim."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.bench_window import LANES, START, wanted
from benchmarks.window_parts import FILLING, PARTS, TIMED, UNTIMED, merged
from benchmarks.window_table import minutes, missed, table


def test_a_part_comes_with_what_it_needs_and_in_order() -> None:
    assert wanted(["memory"]) == ["fill forms", "memory"]
    assert wanted(["list", START]) == ["fill list", START, "list"]
    assert wanted(["learning"]) == ["learning"]
    assert wanted(None) == [*FILLING, *UNTIMED, START, *TIMED]
    assert sorted(wanted(None)) == sorted([*PARTS, START])
    assert sorted(name for lane in LANES for name in lane) == sorted(UNTIMED)


def block(cpu_ms: float) -> dict[str, Any]:
    return {"wall_ms": 150.0, "cpu_ms": cpu_ms, "where": "paint:1"}


def part(median: float, last_mb: float, cpu_ms: float, saved: int) -> list[dict[str, Any]]:
    row = {
        "name": "robot", "forms": 6, "saved": saved, "fields": 408, "looks": 40, "keys": 41, "typing": 2000,
        "wrong": 0, "unseen_wrong": 0,
    }  # fmt: skip
    return [
        {"figures": {"next form": {"median_ms": median, "p95_ms": 150.0, "times": 5}}, "robot": [row]},
        {"memory": {"first_mb": 430.0, "last_mb": last_mb, "most_mb": 440.0, "forms": 40, "warm": 20}},
        {"blocks": {"verify": [block(cpu_ms)]}, "worst_ms": {"verify": 150.0}},
        {},
    ]


def test_nothing_is_missed_where_only_the_machine_was_busy() -> None:
    measured = merged(part(99.0, 434.0, 100.0, 6))
    assert missed(measured) == []
    told = table(measured)
    for words in ("| next form | 99.0 | 150.0 | 5 | median ≤ 100 |", "| verify | 150 | 1 | 0 |", "434.0 MB after 40"):
        assert words in told


@pytest.mark.parametrize(
    ("median", "last_mb", "cpu_ms", "saved", "said"),
    [
        (101.0, 430.0, 0.0, 6, "next form 101 ms"),
        (99.0, 434.5, 0.0, 6, "memory + 4 MB"),
        (99.0, 430.0, 101.0, 6, "verify held up 101 ms"),
        (99.0, 430.0, 0.0, 5, "robot: 1 not saved"),
    ],
)
def test_each_aim_is_missed_by_itself(median: float, last_mb: float, cpu_ms: float, saved: int, said: str) -> None:
    assert missed(merged(part(median, last_mb, cpu_ms, saved))) == [said]


def test_keys_and_looks_are_told_in_minutes_of_a_clerk() -> None:
    # one key and one look a form: 400 × (0.28 s + 1.35 s)
    assert minutes(40, 40, 40) == pytest.approx(400 * 1.63 / 60)
    told = table(merged(part(99.0, 430.0, 0.0, 6)))
    # 6 forms: 41 keys and 40 looks; typing everything 2,000 keys, each of 408 fields looked at
    assert "in minutes: robot 73; typing everything 1234." in told

"""A real SIGKILL at durable steps of the main job, then the same run again; all of them: ``./dev soak kill``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.kill_points import run, scripted_stack, sweep
from benchmarks.soak_kill import differences

EVERY = 15  # durable steps between two that are tried here


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_run_ends_like_one_that_was_not(tmp_path: Path) -> None:
    stack = scripted_stack(tmp_path / "stack")
    (tmp_path / "count").mkdir()
    steps = run(tmp_path / "count" / "store", stack, tmp_path / "count" / "draft.xlsx")
    assert {"before commit", "after rename", "before fsync_file", "file replaced"} <= set(steps)
    points = range(1, len(steps) + 1, EVERY)
    for point, step, after, whole in sweep(tmp_path, stack, points):
        assert whole.pages
        assert not whole.faults
        assert not whole.stray_files
        assert differences(after, whole) == [], f"killed at {point} ({step})"

"""A soak that is too long for one night goes on in the next, and begins anew when all is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.tried_steps import Memory

STEPS = {"save": ["before commit", "after commit"], "back up": ["before rename"]}


def run(path: Path | None, tried: int) -> Memory:
    """A night in which so many steps are tried."""
    memory = Memory.of(path)
    for name, steps in STEPS.items():
        memory.know(name, steps)
    points = [(name, number) for name in STEPS for number in memory.left(name)]
    for name, number in points[:tried]:
        memory.done(name, number)
    memory.end_of_run()
    return memory


def test_it_goes_on_where_it_ended_and_then_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    run(path, 1)
    memory = Memory.of(path)
    assert memory.runs == 1
    memory.know("save", STEPS["save"])
    assert memory.left("save") == [2]
    run(path, 5)
    memory = Memory.of(path)
    memory.know("save", STEPS["save"])
    assert (memory.runs, memory.left("save")) == (2, [1, 2])


def test_an_act_of_other_steps_is_tried_anew(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    run(path, 2)
    memory = Memory.of(path)
    memory.know("save", ["before fsync_file", *STEPS["save"]])
    assert memory.left("save") == [1, 2, 3]


def test_a_run_that_was_cut_off_has_kept_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    memory = Memory.of(path)
    memory.know("save", STEPS["save"])
    memory.done("save", 2)
    again = Memory.of(path)
    again.know("save", STEPS["save"])
    assert again.left("save") == [1]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"runs": 1}', '{"runs": 1, "acts": {"save": 3}}'])
def test_a_file_that_says_nothing_is_a_first_night(tmp_path: Path, content: str) -> None:
    path = tmp_path / "soak.json"
    path.write_text(content, encoding="utf-8")
    assert Memory.of(path).runs == 0
    assert run(path, 1).runs == 1


def test_nothing_is_kept_without_a_file() -> None:
    memory = run(None, 1)
    memory.know("save", STEPS["save"])
    assert memory.left("save") == [2]

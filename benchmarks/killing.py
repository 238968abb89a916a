"""A real SIGKILL at a chosen durable step of something that a process of its own does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import exporters.files
from benchmarks.own_process import Died, apart
from records import durable


def steps_of(act: Callable[[], object]) -> list[str]:
    """Every fsync, rename, remove and commit, before and after it happens, of ``act`` done to its end.

    ``act`` is a function of a module, or ``functools.partial`` of one. Raises Died.
    """
    end = apart(partial(_counted, act))
    if not isinstance(end.told, list):
        raise Died(f"ended with {end.code}")
    return end.told


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """``act`` in a process that is gone at its ``number``-th step (from 1), as after a power cut. False: it ended."""
    code = apart(partial(_killed, number, act)).code
    if code not in {0, -signal.SIGKILL}:
        raise Died(f"ended with {code}")
    return code != 0


def _counted(act: Callable[[], object]) -> list[str]:
    steps: list[str] = []
    with watched(steps.append):
        act()
    return steps


def _killed(number: int, act: Callable[[], object]) -> None:
    passed = 0

    def step(_name: str) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(step):
        act()


@contextmanager
def watched(step: Callable[[str], object]) -> Iterator[None]:
    """``step`` is called with every durable step's name, those of the records and those of written files."""

    def of_file(point: str) -> None:
        step(f"file {point}")

    def of_records(what: durable.Step, moment: durable.Moment) -> None:
        step(f"{moment.value} {what.value}")

    before, exporters.files.observer = exporters.files.observer, of_file
    try:
        with durable.observed(of_records):
            yield
    finally:
        exporters.files.observer = before

"""A real SIGKILL at a chosen durable step of something that a process of its own does.

The process is forked, not spawned: starting the interpreter at every one of hundreds of steps would cost an hour.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import exporters.files
from records import durable

FAILED = 70


class Died(Exception):
    """The process ended in a way that nobody asked for."""


def steps_of(act: Callable[[], object]) -> list[str]:
    """Every fsync, rename, remove and commit, before and after it happens, of ``act`` done to its end."""
    reading, writing = os.pipe()
    child = _forked(act, lambda name: os.write(writing, f"{name}\n".encode()))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        steps = told.read().splitlines()
    _expect(child, 0)
    return steps


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """``act`` in a process that is gone at its ``number``-th step (from 1), as after a power cut. False: it ended."""
    passed = 0

    def step(_name: str) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return _expect(_forked(act, step), -signal.SIGKILL, 0) != 0


def _forked(act: Callable[[], object], step: Callable[[str], object]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = FAILED  # pragma: no cover (the child never returns into its parent)
    try:  # pragma: no cover
        with watched(step):
            act()
        code = 0
    except BaseException:  # noqa: BLE001  # told, and seen by the parent in the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


def _expect(child: int, *codes: int) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in codes:
        raise Died(f"ended with {code}, not {' or '.join(map(str, codes))}")
    return code


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

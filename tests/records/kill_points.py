"""Counts the durable steps of a run, and kills the run at one of them: a power cut that can be aimed.

Only the tests arm it; the program itself knows nothing of it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from benchmarks.own_process import apart
from records.durable import Moment, Step, observed


@dataclass
class Steps:
    """The moments passed so far: ``before fsync_file``, ``after fsync_file``, ..."""

    passed: list[str] = field(default_factory=list)


@contextmanager
def armed(number: int = 0) -> Iterator[Steps]:
    """Count inside; at the moment of this number (from 1; 0: never) SIGKILL this process: nothing is tidied up."""
    steps = Steps()

    def observer(step: Step, moment: Moment) -> None:
        steps.passed.append(f"{moment} {step}")
        if len(steps.passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    with observed(observer):
        yield steps


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """Run ``act`` in a process of its own that is killed at this moment; False if it ended before.

    ``act`` is a function of a module, or ``functools.partial`` of one.
    """
    code = apart(partial(_killed, number, act)).code
    assert code in {0, -signal.SIGKILL}
    return code != 0


def _killed(number: int, act: Callable[[], object]) -> None:
    with armed(number):
        act()

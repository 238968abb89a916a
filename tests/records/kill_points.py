"""Counts the durable steps of a run, and kills the run at one of them: a power cut that can be aimed.

Only an entry point of the tests arms it, by calling ``armed``; the program itself never reads the variable.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from records.durable import Moment, Step, observed

VARIABLE = "TONGDANG_KILL_AT"  # number of the moment, from 1


@dataclass
class Steps:
    """The moments passed so far: ``before fsync_file``, ``after fsync_file``, ..."""

    passed: list[str] = field(default_factory=list)


@contextmanager
def armed(environment: Mapping[str, str] = os.environ) -> Iterator[Steps]:
    """Count inside; at the moment that the variable names, SIGKILL this process (nothing is tidied up)."""
    target = int(environment.get(VARIABLE, "0"))
    steps = Steps()

    def observer(step: Step, moment: Moment) -> None:
        steps.passed.append(f"{moment} {step}")
        if len(steps.passed) == target:
            os.kill(os.getpid(), signal.SIGKILL)

    with observed(observer):
        yield steps

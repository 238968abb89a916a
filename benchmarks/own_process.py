"""Something done in a process of its own, which may be killed there or never end, without harm to this one.

The process comes from a fork server and not from ``os.fork`` here: a process in which networks, a window or a test
runner have lived leaves locks and threads behind of which a forked one has the memory and not the life. Collecting a
forgotten network in such a child waits for its threads for ever (measured with ONNX Runtime), and an exception that
leaves ``act`` would go on as a second test runner. Starting the interpreter for each of hundreds of steps would cost
an hour; the server starts it once.
"""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

SECONDS = 120.0
"""Longer than any act takes on a busy machine."""
END_SECONDS = 10.0
BEFOREHAND = ("pytest", "benchmarks.store_attacks", "benchmarks.store_life", "benchmarks.tried_steps")
"""What the server brings along, so that no process of its own has to."""


class Died(Exception):
    """The process ended in a way that nobody asked for, or did not end."""


@dataclass(frozen=True, slots=True)
class End:
    """How the process ended. ``told``: what ``act`` returned; None where it was killed before."""

    code: int
    told: object = None


def apart(act: Callable[[], object], seconds: float = SECONDS) -> End:
    """``act`` (a function of a module, or ``functools.partial`` of one) in a process of its own.

    Raises Died when ``act`` raised, with its trail, and when it takes longer than ``seconds``: then it is gone.
    """
    if sys.platform == "win32":
        raise Died("there is no fork server here")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(BEFOREHAND))
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_live, args=(theirs, act), daemon=True)
    process.start()
    theirs.close()  # theirs is the only other end now: when the process is gone, ours says so
    try:
        if not ours.poll(seconds):
            raise Died(f"did not end within {seconds:.0f} s")
        try:
            told, trail = ours.recv()
        except EOFError:
            told, trail = None, ""
        process.join(END_SECONDS)
        if trail or process.exitcode is None:
            raise Died(trail or "said what it did, and did not end")
        return End(process.exitcode, told)
    finally:
        ours.close()
        process.kill()
        process.join(END_SECONDS)


def _live(pipe: Connection, act: Callable[[], object]) -> None:
    try:
        told, trail = act(), ""
    except Exception:  # noqa: BLE001  # whatever it was, the other process is told
        told, trail = None, traceback.format_exc()
    pipe.send((told, trail))

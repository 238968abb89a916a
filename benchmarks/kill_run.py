"""One run of the main job that lists its durable steps, or is killed by a real SIGKILL at the n-th of them.

``python -m benchmarks.kill_run --data-dir D --stack FOLDER --out F.xlsx [--kill-at N] [--real]``
Prints one line per durable step (``before rename`` …) and ``done``. Only this entry point knows how to kill.
"""

from __future__ import annotations

import argparse
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import exporters.files
from benchmarks.scripted import ScriptedPool
from forms.catalog import shipped_forms
from ocr.models import models_dir
from ocr.worker import ReaderPool
from records import durable
from records.keys import Kdf
from workflow.access import Opened, create_office, log_in, store_exists
from workflow.digitize import digitize

CHEAP_KDF = Kdf(memory_kib=64, iterations=1, lanes=1)
USER, PASSWORD = "admin", "松花江水-12345"
NOW = datetime(2024, 11, 5, 1, 0, tzinfo=UTC)


class Clock:
    """A second later at every look; a run that goes on after a killed one starts an hour later."""

    def __init__(self, *, again: bool) -> None:
        self._now = NOW + timedelta(hours=1) if again else NOW

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class Counter:
    """Counts durable steps; at the n-th this process is gone, as after a power cut."""

    def __init__(self, kill_at: int | None) -> None:
        self.steps = 0
        self._kill_at = kill_at

    def step(self, name: str) -> None:
        self.steps += 1
        print(name, flush=True)
        if self.steps == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Exit code 0 when the run came to its end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--stack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kill-at", type=int)
    parser.add_argument("--real", action="store_true", help="the real reader on real pictures")
    options = parser.parse_args()
    counter = Counter(options.kill_at)
    clock = Clock(again=options.data_dir.exists())
    exporters.files.observer = lambda point: counter.step(f"file {point}")
    with durable.observed(lambda step, moment: counter.step(f"{moment.value} {step.value}")):
        opened = enter(options.data_dir)
        try:
            if options.real:
                with ReaderPool(models_dir(), shipped_forms()) as pool:
                    digitize(opened.store, opened.actor, pool, [options.stack], options.out, clock=clock)
            else:
                scripted = ScriptedPool(shipped_forms()[0])
                digitize(opened.store, opened.actor, scripted, [options.stack], options.out, clock=clock)
        finally:
            opened.store.close()
    print("done", flush=True)
    return 0


def enter(data_dir: Path) -> Opened:
    """Log in, or make the store where none is complete."""
    if store_exists(data_dir):
        return log_in(data_dir, username=USER, password=PASSWORD, now=NOW)
    return create_office(
        data_dir,
        office_name="黄松甸镇人民政府",
        division="220281104",
        username=USER,
        full_name="演练",
        password=PASSWORD,
        now=NOW,
        kdf=CHEAP_KDF,
    )


if __name__ == "__main__":
    raise SystemExit(main())

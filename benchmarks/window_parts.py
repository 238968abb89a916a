"""The parts of ``bench_window``, each run in a process of its own: what it takes, and what it gives as plain data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Measured = dict[str, Any]
LOOK_SECONDS = 0.6  # at every field: quicker than anybody reads
FRAMES = 240
SLIPS = 0.1


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    starts: int
    forms: int
    children: int
    opened: int  # forms saved while memory is looked at
    pages: int  # in the inbox


FULL = Size(starts=7, forms=40, children=100_000, opened=500, pages=2_000)
QUICK = Size(starts=3, forms=6, children=5_000, opened=40, pages=200)


def merged(parts: list[Measured]) -> Measured:
    """One measured thing of several parts; every kind of figure is there."""
    whole: Measured = {"figures": {}, "memory": {}, "blocks": {}, "worst_ms": {}, "robot": [], "platform": ""}
    for part in parts:
        for kind, each in part.items():
            if isinstance(each, dict):
                whole[kind] |= each
            elif isinstance(each, list):
                whole[kind] += each
            else:
                whole[kind] = each
    return whole


# -- filling ----------------------------------------------------------------------------------------------------------


def fill_forms(folder: Path, size: Size) -> Measured:
    """The township's forms, read, and the inbox made of them."""
    from benchmarks import window_stores
    from benchmarks.robot_run import sheets

    window_stores.fill_forms(folder, sheets(size.forms), size.pages)
    return {}


def fill_list(folder: Path, size: Size) -> Measured:
    """The long list's children."""
    from benchmarks import window_stores

    window_stores.fill_list(folder, size.children)
    return {}


# -- measuring --------------------------------------------------------------------------------------------------------


def page(_folder: Path, _size: Size) -> Measured:
    """One page, panned and zoomed."""
    from benchmarks.window_figures import pan_and_zoom

    platform = _application()
    return {"figures": {"pan and zoom, a frame": pan_and_zoom(FRAMES)}, "platform": platform}


def verifying(folder: Path, size: Size) -> Measured:
    """The robot verifies the stack in a store that has earned trust, looking at each field; keys are timed."""
    from benchmarks.robot_run import sheets, stack
    from benchmarks.watchdog import Watchdog
    from benchmarks.window_figures import FormWatch
    from benchmarks.window_painting import figure
    from benchmarks.window_stores import STACK

    _application()
    watches: list[FormWatch] = []
    dog = Watchdog()

    def watched(running: Any, hands: Any) -> None:
        watches.append(FormWatch(running, hands))
        dog.begin()

    row = stack(
        "trusted store, careful",
        sheets(size.forms),
        folder / STACK,
        trusted=True,
        look_seconds=LOOK_SECONDS,
        watch=watched,
        done=dog.end,
    )
    figures = {
        "form opened from the list": figure(watches[0].opened),
        "next form": figure(watches[0].forms),
        "key to paint": figure(watches[0].paints.took),
    }
    return {"figures": figures, "robot": [_told(row)], **_pauses({"verify": dog})}


def new_store(folder: Path, size: Size) -> Measured:
    """The robot in a store that still shows every field. Not timed."""
    return _robot(folder, size, "new store, careful", trusted=False)


def slips(folder: Path, size: Size) -> Measured:
    """A robot that confirms one in ten fields without looking. Not timed."""
    return _robot(folder, size, f"trusted store, {SLIPS:.0%} unlooked", trusted=True, slips=SLIPS)


def memory(folder: Path, size: Size) -> Measured:
    """Forms saved one after the other, and what the process holds."""
    from benchmarks.window_memory import memory as saved

    _application()
    return {"memory": saved(folder, size.opened)}


def inbox(folder: Path, size: Size) -> Measured:
    """The inbox, drafts, crops, children, a second person."""
    from benchmarks.window_screens import full_inbox

    _application()
    figures: dict[str, Any] = {}
    return {"figures": figures, **_pauses(full_inbox(folder, size.pages, figures))}


def ledger(folder: Path, size: Size) -> Measured:
    """The long list, and every other screen of its store."""
    from benchmarks.window_figures import long_list

    _application()
    dogs: dict[str, Any] = {}
    return {"figures": long_list(folder, size.children, dogs), **_pauses(dogs)}


def learning(_folder: Path, _size: Size) -> Measured:
    """A form is learned."""
    from benchmarks.window_second import learning as learned

    _application()
    dogs: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tongdang-learning-") as own:
        learned(Path(own), dogs)
    return _pauses(dogs)


Part = Callable[[Path, Size], Measured]
FILLING: dict[str, Part] = {"fill forms": fill_forms, "fill list": fill_list}
TIMED: dict[str, Part] = {
    "page": page,
    "verify": verifying,
    "inbox": inbox,
    "list": ledger,
    "learning": learning,
}
UNTIMED: dict[str, Part] = {"memory": memory, "new store": new_store, "slips": slips}
PARTS = FILLING | UNTIMED | TIMED


def _application() -> str:
    """The application, whose platform's name is given; kept by Qt as long as the process lives."""
    from desktop.start import make_application

    _KEPT.append(make_application(dark=False))
    return str(_KEPT[0].platformName())


_KEPT: list[Any] = []  # an application that nobody refers to is taken away


def _robot(folder: Path, size: Size, name: str, *, trusted: bool, slips: float = 0.0) -> Measured:
    from benchmarks.robot_run import sheets, stack
    from benchmarks.window_stores import STACK

    _application()
    return {"robot": [_told(stack(name, sheets(size.forms), folder / STACK, trusted=trusted, slips=slips))]}


def _pauses(dogs: dict[str, Any]) -> Measured:
    """What the watchdogs saw."""
    return {
        "blocks": {name: [asdict(block) for block in dog.blocks] for name, dog in dogs.items()},
        "worst_ms": {name: dog.worst_ms for name, dog in dogs.items()},
    }


def _told(row: Any) -> dict[str, Any]:
    """A stack as plain data."""
    return {
        "name": row.name,
        "forms": row.work.forms,
        "saved": row.saved,
        "fields": row.fields,
        "looks": row.work.looks,
        "keys": row.work.keys,
        "typing": row.typing,
        "wrong": len(row.wrong),
        "unseen_wrong": row.unseen,
        "refused": row.work.refused,
        "acts": dict(row.work.acts),
        "wrong_fields": [each.place for each in row.wrong],
    }

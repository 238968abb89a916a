"""Every act on a store, killed at its durable steps and done again: what is kept is what an unkilled life keeps."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.killing import killed_at, steps_of
from benchmarks.store_acts import ACTS, Act, Place, copy_of, opened
from benchmarks.store_kept import Kept, differences, kept, lying
from workflow.access import store_exists

TRIES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """One kill: of which act, where, and everything in which this life differs from one without it."""

    act: str
    point: int
    step: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lives:
    """One act without a kill: its steps, and what its store holds before it and after it; None: no store yet."""

    name: str
    act: Act
    steps: list[str]
    before: Kept | None
    after: Kept | None


def live(place: Place, folder: Path, name: str) -> Lives:
    """Do an act on copies of ``place``, without a kill."""
    act = ACTS[name]
    untouched, copy = copy_of(place, folder / f"{name} before"), copy_of(place, folder / f"{name} after")
    steps = steps_of(partial(act.do, copy))
    found = Lives(name, act, steps, life(untouched, act), life(copy, act))
    for used in (untouched, copy):
        shutil.rmtree(used.folder)
    return found


def kill(place: Place, folder: Path, lives: Lives, points: Iterable[int]) -> Iterator[Found]:
    """Kill the act at each of the points (from 1), look, do it again, compare."""
    act = lives.act
    for point in points:
        copy = _killed(place, folder / f"{lives.name} {point}", act, point)
        if copy is None:
            yield Found(lives.name, point, lives.steps[point - 1], ("it takes fewer steps than before",))
            continue
        wrong = []
        at_once = life(copy, act)
        if at_once is not None:
            wrong += [f"at once: check {code}" for code in at_once.faults]
        if act.whole and compared(at_once, lives.before) and compared(at_once, lives.after):
            wrong.append("something half-done is to be seen")
        act.do(copy)
        wrong += compared(life(copy, act), lives.after)
        wrong += [f"left lying: {name}" for name in lying(copy.folder)]
        shutil.rmtree(copy.folder)
        yield Found(lives.name, point, lives.steps[point - 1], tuple(dict.fromkeys(wrong)))


def _killed(place: Place, folder: Path, act: Act, point: int) -> Place | None:
    """A copy in which the act was killed at this step; None where it always ends before it.

    A run may come to its end a step or two earlier than the one that was counted: ids are random, and a folder of the
    vault that two of them share is made once. Such a run is no kill; others are tried.
    """
    for _ in range(TRIES):
        copy = copy_of(place, folder)
        if killed_at(point, partial(act.do, copy)):
            return copy
        shutil.rmtree(copy.folder)
    return None


def life(place: Place, act: Act) -> Kept | None:
    """What the act's store holds; None where there is none."""
    path = place.folder / act.store
    if not store_exists(path):
        return None
    with opened(path) as (store, actor):
        return kept(store, actor)


def compared(one: Kept | None, other: Kept | None) -> list[str]:
    """In what two lives differ."""
    if one is None or other is None:
        return [] if one is other else ["a store that should not be, or one that is missing"]
    return differences(one, other)

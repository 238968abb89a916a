"""A short part of ``./dev soak store``: a few kills of each kind, and every fault and attack that costs little."""

from __future__ import annotations

import random
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks import store_faults, store_life
from benchmarks.killing import killed_at, steps_of
from benchmarks.own_process import Died, apart
from benchmarks.store_acts import ACTS, Place, copy_of, make_place, opened
from benchmarks.store_attacks import ATTACKS
from benchmarks.store_faults import FAULTS, told
from benchmarks.store_kept import differences, kept
from benchmarks.store_kills import kill, live
from benchmarks.store_life import long_life
from records import durable
from records.errors import StoreError
from records.folder import VAULT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX")

# one step of each act, in the middle of what it does; the slow and the rest: ./dev soak store
KILLED = (
    "take in",
    "merge",
    "report",
    "migrate",
    "change the password",
    "back up",
    "take a package in",
    "erase by law",
)
LONG = {"full disk", "read-only disk", "two programs", "flipped bytes", "power cut in the log"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return make_place(tmp_path_factory.mktemp("soak") / "place")


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.parametrize("name", KILLED)
def test_killed_and_done_again_it_is_as_if_nothing_had_been(place: Place, where: Path, name: str) -> None:
    lives = live(place, where, name)
    assert len(lives.steps) >= 4
    (found,) = kill(place, where, lives, [max(1, len(lives.steps) * 2 // 3)])
    assert found.wrong == (), found


@pytest.mark.parametrize("name", ["put pages in order", "take a deed back"])
def test_a_deed_and_its_being_remembered_are_one(place: Place, where: Path, name: str) -> None:
    """Killed around its last commits: done and remembered, or neither; taken back and forgotten, or neither."""
    lives = live(place, where, name)
    points = [number for number, step in enumerate(lives.steps, 1) if step.endswith(durable.Step.COMMIT)]
    assert len(points) >= 4
    assert [found for found in kill(place, where, lives, points[-4:]) if found.wrong] == []


def test_every_act_is_one_that_can_be_killed(place: Place, where: Path) -> None:
    """Steps are told from within the process that is killed, and a process that dies by itself is told apart."""
    steps = steps_of(partial(ACTS["new recovery code"].do, copy_of(place, where / "a")))
    assert {"before commit", "after commit", "before rename", "after fsync_file"} <= set(steps)
    assert killed_at(1, partial(ACTS["new recovery code"].do, copy_of(place, where / "b")))
    assert not killed_at(10_000, partial(ACTS["new recovery code"].do, copy_of(place, where / "c")))


def test_a_round_of_a_long_life(place: Place, where: Path) -> None:
    assert list(long_life(place, where / "life", random.Random(3), 1)) == []


def test_a_life_with_a_wound_is_not_taken_for_a_whole_one(place: Place, where: Path) -> None:
    copy = copy_of(place, where / "a")
    next(p for p in sorted((copy.town / VAULT).rglob("*")) if p.is_file()).unlink()
    (told,) = store_life.checked(copy)
    assert "check of 镇 ended with" in told
    assert list(store_life.all_there(copy, ["无此人"])) == [
        "a child stands 0 times in the store of 镇",
        "a child stands 0 times in the store of 县",
    ]


def test_two_lives_that_differ_are_told_apart(place: Place, where: Path) -> None:
    copy = copy_of(place, where / "a")
    with opened(place.town) as (store, actor):
        before = kept(store, actor)
    ACTS["merge"].do(copy)
    with opened(copy.town) as (store, actor):
        after = kept(store, actor)
        store.vault.delete(next(iter(store.vault.ids())))
        less = kept(store, actor)
    assert "child_merges" in differences(after, before)
    assert {"check: file_missing", "vault"} <= set(differences(less, after))


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - LONG))
def test_what_disks_clocks_and_people_do(place: Place, where: Path, name: str) -> None:
    assert list(FAULTS[name](place, where, random.Random(3))) == []


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_hostile_texts_names_and_files(place: Place, where: Path, name: str) -> None:
    assert list(ATTACKS[name](place, where, random.Random(3))) == []


@pytest.mark.parametrize("act", ["take in", "change the password"])
def test_a_disk_that_refuses_in_the_middle(place: Place, where: Path, act: str) -> None:
    """Without the right to mount a small disk: the system refuses the writing at one step after the other."""
    steps = steps_of(partial(ACTS[act].do, copy_of(place, where / "count")))
    refusing = [n for n, step in enumerate(steps) if step in {"before fsync_file", "before rename"}]
    assert refusing
    for number in refusing[:: max(1, len(refusing) // 3)]:
        copy = copy_of(place, where / f"{number}")
        with durable.observed(_Refusing(number)):
            assert list(told(act, lambda copy=copy: ACTS[act].do(copy))) == []  # type: ignore[misc]  # bound at once
        ACTS[act].do(copy)
        assert list(store_faults.whole(copy, act)) == []


class _Refusing:
    """Says that the disk is full at the step of this number (from 0), as counted of records and files."""

    def __init__(self, number: int) -> None:
        self._left = number

    def __call__(self, step: durable.Step, moment: durable.Moment) -> None:
        self._left -= 1
        refused = step in {durable.Step.FSYNC_FILE, durable.Step.RENAME} and moment is durable.Moment.BEFORE
        if self._left < 0 and refused:
            self._left = 1 << 30
            raise OSError(28, "No space left on device")


def test_what_is_no_sentence_is_found() -> None:
    def english() -> None:
        raise StoreError("disk full")

    def defect() -> None:
        raise KeyError("x")

    assert list(told("a", english)) == ["a: no sentence but 'disk full'"]
    assert list(told("a", defect)) == ["a: KeyError: 'x'"]
    assert list(told("a", lambda: None, borne=False)) == ["a: nobody noticed"]


def fails() -> None:
    raise ValueError("of its own")


def never_ends() -> None:
    threading.Event().wait()


def test_a_process_that_fails_by_itself_is_no_kill() -> None:
    with pytest.raises(Died, match="of its own"):
        killed_at(1, fails)


def test_a_process_that_never_ends_is_ended() -> None:
    with pytest.raises(Died, match="did not end"):
        apart(never_ends, seconds=0.5)

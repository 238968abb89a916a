"""A long life: a township and its county at work for rounds on end, killed somewhere in everything they do.

Unlike the acts that are killed on a copy each (``store_kills``), everything here happens to one and the same pair of
stores: what one kill left behind is what the next one meets.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.kill_run import NOW, PASSWORD, Clock
from benchmarks.killing import killed_at
from benchmarks.scripted import scan
from benchmarks.store_acts import ACTS, BACK, COUNTY, FRONT, Place, copy_of, opened, save
from benchmarks.store_kept import differences, kept, lying
from records import handovers
from records.views import BatchState
from workflow import backups, children, handover, handover_in, partners, people, report, verify

LIFE = "long life"
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "春夏秋冬松柏梅兰竹菊"
SECONDS = 300  # of a command
Work = Callable[[Place, int], None]


def long_life(
    place: Place, folder: Path, dice: random.Random, rounds: int, over: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """So many rounds of everything, each act killed at a step by chance and done again; yields what is wrong then."""
    life, killed, lived = copy_of(place, folder), 0, []
    for number in range(1, rounds + 1):
        if over():
            break
        lived.append(number)
        _deliver(life, number)
        for act, most in _acts(number):
            killed += killed_at(dice.randint(1, most), partial(act, life, number))
            act(life, number)
    print(f"{LIFE}: {len(lived)} rounds, {killed} kills", flush=True)
    yield from checked(life)
    yield from all_there(life, [_name(number) for number in lived])
    yield from _restored(life)
    yield from (f"left lying: {name}" for name in lying(life.folder))


# -- a round ----------------------------------------------------------------------------------------------------------


def _acts(number: int) -> Iterator[tuple[Work, int]]:
    """What is done in a round, and about how many durable steps that takes."""
    yield partial(_once, "take in"), 25
    yield partial(_once, "read"), 45
    yield save_all, 80
    if number % 3 == 1:
        yield rotate, 45
    if number == 1:
        yield from ((partial(_once, name), 16) for name in ("merge", "erase by law", "new recovery code"))
    yield report_all, 15
    yield hand_over, 12
    yield take_over, 40
    yield back_up, 25


def _once(name: str, place: Place, _number: int) -> None:
    ACTS[name].do(place)


def _name(number: int) -> str:
    """Children of names that nobody shares, for a hundred rounds."""
    return SURNAMES[number % 10] + GIVEN[number // 10 % 10] + GIVEN[number % 10]


def _deliver(place: Place, number: int) -> None:
    child = {"child_name": _name(number), "child_id_number": None, "child_registered": ["no"]}
    front = {"form_page": 1, "serial": f"L{number}", "values": {**FRONT, **child}}
    back = {"form_page": 2, "serial": f"L{number}", "values": BACK}
    (place.folder / "扫描" / f"轮{number}.jpg").write_bytes(scan(front, back))


def save_all(place: Place, _number: int) -> None:
    """Every whole form is verified."""
    clock = Clock(again=True)
    with opened(place.town) as (store, actor):
        for row in verify.drafts(store, actor):
            sheet = verify.sheet(store, actor, row.registration_id)
            if len(sheet.pages) < 2:
                continue
            save(store, actor, clock, sheet)


def rotate(place: Place, _number: int) -> None:
    with opened(place.town) as (store, actor):
        people.rotate_keys(store, actor, NOW)


def report_all(place: Place, number: int) -> None:
    """A batch of whoever is not in one yet."""
    clock, title = Clock(again=True), f"第{number}批"
    with opened(place.town) as (store, actor):
        if title not in {batch.name for batch in report.batches(store, actor)}:
            ids = [row.registration_id for row in report.candidates(store, actor)]
            if not ids:
                return
            report.new_batch(store, actor, clock(), title, ids)
        (batch,) = (batch for batch in report.batches(store, actor) if batch.name == title)
        if batch.state is BatchState.OPEN:
            report.freeze(store, actor, clock(), batch.batch_id)
        if not report.batch(store, actor, batch.batch_id).receipts:
            out = place.folder / f"批次{number}.xlsx"
            out.unlink(missing_ok=True)
            report.write(store, actor, clock(), batch.batch_id, out)


def _packages(place: Place, number: int) -> list[Path]:
    return sorted(place.folder.glob(f"轮{number}-*.tdhandover"))


def hand_over(place: Place, number: int) -> None:
    """Everything in one package. One that was written and not noted is a good one; another is made then."""
    with opened(place.town) as (store, actor):
        (county,) = partners.partners(store, actor)
        with store.session() as session:
            noted = handovers.last(session, county.store_id, "out")
        made = _packages(place, number)
        wanted = place.folder / f"轮{number}-{noted}.tdhandover"
        if not made or wanted in made:
            path = wanted if not made else wanted.with_stem(f"{wanted.stem}再")
            handover.make(store, actor, Clock(again=True)(), COUNTY, path, everything=True, sensitive=True)


def take_over(place: Place, number: int) -> None:
    """The last package that was made."""
    with opened(place.county) as (store, actor):
        handover_in.take_in(store, actor, Clock(again=True)(), _packages(place, number)[-1])


def back_up(place: Place, number: int) -> None:
    path = place.folder / f"轮{number}.tdbackup"
    with opened(place.town) as (store, actor):
        if not path.exists():
            backups.make_backup(store, actor, Clock(again=True)(), path)


# -- afterwards -------------------------------------------------------------------------------------------------------


def checked(place: Place) -> Iterator[str]:
    """``tongdang check``, as a person calls it."""
    root = Path(__file__).resolve().parent.parent
    for data_dir in (place.town, place.county):
        done = subprocess.run(
            [sys.executable, "-m", "desktop", "check", "--data-dir", str(data_dir)],
            cwd=root, env={**os.environ, "TONGDANG_PASSWORD": PASSWORD}, capture_output=True, text=True, check=False,
            timeout=SECONDS,
        )  # fmt: skip
        if done.returncode:
            yield f"check of {data_dir.name} ended with {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}"


def all_there(place: Place, names: list[str]) -> Iterator[str]:
    for data_dir in (place.town, place.county):
        with opened(data_dir) as (store, actor):
            for name in names:
                found = children.children(store, actor, search=name)
                if len(found) != 1:
                    yield f"a child stands {len(found)} times in the store of {data_dir.name}"


def _restored(place: Place) -> Iterator[str]:
    """A backup of it all holds it all."""
    path = place.folder / "zuletzt.tdbackup"
    with opened(place.town) as (store, actor):
        backups.make_backup(store, actor, Clock(again=True)(), path)
        before = kept(store, actor)
    backups.restore_backup(path, place.restored, username="admin", secret=PASSWORD, now=NOW)
    with opened(place.restored) as (store, actor):
        yield from (f"restored, {what} differs" for what in differences(kept(store, actor), before))

"""A run killed at each of its durable steps, and simply started again, ends where an unkilled run ends.

The killed run is a real process of its own and the kill a real SIGKILL.
"""

from __future__ import annotations

import random
import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from records import folder, people
from records.errors import WrongPassword
from records.opening import create_store, open_store, store_exists
from records.store import Store, Surroundings
from records.tables import Page, Setting, Source
from records.vault import VaultRef
from records.views import Actor, SourceState
from tests.records.kill_points import armed, killed_at
from tests.records.offices import PASSWORD, QUICK

FILES = {f"扫描{n}.jpg": f"第{n}份".encode() * 50 for n in range(2)}
NEW_PASSWORD = "换过的密码"


def come_in(data_dir: Path, now: datetime, surroundings: Surroundings) -> tuple[Store, Actor]:
    if not store_exists(data_dir):
        return create_store(
            data_dir,
            office_name="黄松甸镇人民政府",
            division="220281105",
            username="admin",
            full_name="管理员",
            password=PASSWORD,
            now=now,
            kdf=QUICK,
            surroundings=surroundings,
        )[:2]
    try:
        return open_store(data_dir, username="admin", password=NEW_PASSWORD, now=now, surroundings=surroundings)
    except WrongPassword:
        return open_store(data_dir, username="admin", password=PASSWORD, now=now, surroundings=surroundings)


def work(data_dir: Path, now: datetime, seed: int) -> None:
    """Everything durable that a store does, each step as far as it isn't done yet."""
    surroundings = Surroundings(clock=lambda: now, randomness=random.Random(seed).randbytes)
    store, actor = come_in(data_dir, now, surroundings)
    with store:
        for name, content in FILES.items():
            take_in(store, actor, now, name, content)
        with store.session() as session:
            unsplit = session.scalars(select(Source.id).where(Source.state == SourceState.RECEIVED)).all()
        for source_id in unsplit:
            split(store, actor, now, source_id)
        with store.transaction() as session:
            session.merge(Setting(key="unit", value="黄松甸"))
        if people.password_right(store, actor.user_id, PASSWORD):
            people.set_password(store, actor.user_id, "admin", NEW_PASSWORD, sensitive=True, kdf=QUICK)


def take_in(store: Store, actor: Actor, now: datetime, name: str, content: bytes) -> None:
    known = store.keyed_hash(content)
    with store.session() as session:
        if session.scalar(select(Source.id).where(Source.content_hash == known)):
            return
    ref = store.vault.put(content)
    source = Source(
        id=store.new_id(),
        content_hash=known,
        vault_id=ref.id,
        vault_key=ref.key,
        name=name,
        size=len(content),
        received_at=now,
        received_by=actor.user_id,
        delivered_path=f"/扫描/{name}",
    )
    with store.transaction() as session:
        session.add(source)
        store.audit(session, actor.user_id, now, "take_in", source.id)


def split(store: Store, actor: Actor, now: datetime, source_id: str) -> None:
    ref = store.vault.put(b"viewing copy")
    with store.transaction() as session:
        source = session.get_one(Source, source_id)
        source.state = SourceState.SPLIT
        session.add(Page(id=store.new_id(), source=source, position=0, view_id=ref.id, view_key=ref.key))
        store.audit(session, actor.user_id, now, "split", source_id)


def state(data_dir: Path, now: datetime) -> dict[str, object]:
    """What the store holds, without ids and instants, every vault file opened."""
    store, _actor = open_store(data_dir, username="admin", password=NEW_PASSWORD, now=now)
    with store, store.session() as session:
        assert store.broken_audit(session) == ()
        sources = session.scalars(select(Source).order_by(Source.name)).all()
        named = {s.vault_id for s in sources} | {p.view_id or "" for s in sources for p in s.pages}
        assert set(store.vault.ids()) == named
        assert store.vault.strays(named) == ()
        return {
            "sources": [
                (s.name, s.state, store.vault.get(VaultRef(s.vault_id, s.vault_key)) == FILES[s.name]) for s in sources
            ],
            "pages": [
                (p.position, store.vault.get(VaultRef(p.view_id or "", p.view_key or b"")))
                for s in sources
                for p in s.pages
            ],
            "settings": [(s.key, s.value) for s in session.scalars(select(Setting))],
            "files": sorted(p.name for p in data_dir.iterdir() if p.name != folder.FAILED_LOGINS),
        }


def moments(data_dir: Path, now: datetime) -> list[str]:
    with armed() as steps:
        work(data_dir, now, seed=1)
    return steps.passed


@pytest.fixture
def empty(tmp_path: Path, now: datetime) -> Path:
    """A store in which nothing was done yet, to be copied: most moments lie behind its making."""
    data_dir = tmp_path / "empty"
    surroundings = Surroundings(clock=lambda: now, randomness=random.Random(0).randbytes)
    come_in(data_dir, now, surroundings)[0].close()
    return data_dir


def test_the_steps_of_an_unkilled_run(data_dir: Path, now: datetime) -> None:
    passed = moments(data_dir, now)
    commits = 2 + 2 + 2 + 1  # migration and office; sources; pages; setting
    files = 2 + 2 + 2 + 2  # key file and its copy, vault files, key file again
    assert passed.count("before commit") == passed.count("after commit") == commits
    assert passed.count("before fsync_file") == files
    assert passed.count("before rename") == files + 1  # and the database gets its name


def test_killed_at_each_step_of_making_and_started_again(tmp_path: Path, now: datetime) -> None:
    unkilled = tmp_path / "unkilled"
    with armed() as steps:
        come_in(unkilled, now, Surroundings())[0].close()
    work(unkilled, now, seed=1)
    wanted = state(unkilled, now)
    assert len(steps.passed) > 20
    for number in range(1, len(steps.passed) + 1):
        data_dir = tmp_path / f"killed {number}"
        assert killed_at(number, partial(work, data_dir, now, seed=1)), number
        work(data_dir, now, seed=1000 + number)
        assert state(data_dir, now) == wanted, number


def test_killed_at_each_step_of_working_and_started_again(tmp_path: Path, empty: Path, now: datetime) -> None:
    unkilled = tmp_path / "unkilled"
    shutil.copytree(empty, unkilled)
    count = len(moments(unkilled, now))
    wanted = state(unkilled, now)
    assert count > 40
    for number in range(1, count + 1):
        data_dir = tmp_path / f"killed {number}"
        shutil.copytree(empty, data_dir)
        assert killed_at(number, partial(work, data_dir, now, seed=1)), number
        work(data_dir, now, seed=1000 + number)
        assert state(data_dir, now) == wanted, number


@pytest.mark.parametrize("second", [1, 7])
def test_killed_while_starting_again(tmp_path: Path, empty: Path, now: datetime, second: int) -> None:
    unkilled = tmp_path / "unkilled"
    shutil.copytree(empty, unkilled)
    count = len(moments(unkilled, now))
    wanted = state(unkilled, now)
    for number in range(second, count + 1, 13):
        data_dir = tmp_path / f"killed {number}"
        shutil.copytree(empty, data_dir)
        assert killed_at(number, partial(work, data_dir, now, seed=1))
        killed_at(second, partial(work, data_dir, now, seed=1))
        work(data_dir, now, seed=1000 + number)
        assert state(data_dir, now) == wanted, number

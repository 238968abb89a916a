"""Keys are changed without anybody's password; killed anywhere, everybody still comes in and nothing is lost."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import text

from records import database, folder, keys, people, rotation
from records.errors import StoreBusy, StoreError
from records.opening import open_store
from records.recovery_code import read_recovery_code
from records.store import Store
from records.tables import Setting
from records.vault import VaultRef
from records.views import Actor
from tests.records.kill_points import armed, killed_at
from tests.records.offices import PASSWORD, QUICK, MakeStore
from tests.records.test_backup import fill
from tests.records.test_people import add_user


def sealed_page(store: Store) -> None:
    """A source whose key is sealed to named persons."""
    with store.transaction() as session:
        row = session.execute(text("SELECT id, vault_id, vault_key FROM sources ORDER BY name LIMIT 1")).one()
        session.execute(
            text("UPDATE sources SET vault_key = :key, vault_key_sealed = 1 WHERE id = :id"),
            {"key": store.seal(row.vault_key, f"vault/{row.vault_id}"), "id": row.id},
        )


def opened_page(store: Store) -> bytes | None:
    with store.session() as session:
        row = session.execute(text("SELECT vault_id, vault_key FROM sources WHERE vault_key_sealed")).one()
    key = store.open_sealed(row.vault_key, f"vault/{row.vault_id}")
    return None if key is None else store.vault.get(VaultRef(row.vault_id, key))


def key_opens(path: Path, key: bytes) -> bool:
    try:
        connection = database.connect(path, key, read_only=True)
    except sqlcipher.DatabaseError:
        return False
    connection.close()
    return True


def test_everybody_comes_in_and_the_old_keys_open_nothing(
    made: tuple[Store, Actor, str], data_dir: Path, now: datetime
) -> None:
    store, actor, code = made
    fill(store, actor, now, (b"first", b"second"))
    sealed_page(store)
    named, plain = add_user(store, now, "wang"), add_user(store, now, "li")
    people.name_for_sensitive(store, named)
    (data_dir / "store.db.before-0002").write_bytes(b"an old copy")
    before, old_pair = store.opened_keys.database, store.opened_keys.sensitive
    assert old_pair is not None
    rotation.rotate(store, actor.user_id, now)
    assert not (data_dir / "store.db.before-0002").exists()
    assert not list(data_dir.glob("*rekeyed*"))
    for username, password, opens in (("admin", PASSWORD, True), ("wang", "李的密码", True), ("li", "李的密码", False)):
        again, _actor = open_store(data_dir, username=username, password=password, now=now)
        with again:
            assert again.opened_keys.database != before
            assert opened_page(again) == (b"first" if opens else None)
            with again.session() as session:
                assert again.broken_audit(session) == ()
                assert session.scalar(text("SELECT count(*) FROM audit WHERE verb = 'keys.rotate'")) == 1
                triggers = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
                assert triggers == {
                    "audit_no_update",
                    "audit_no_delete",
                    "readings_no_update",
                    "answer_events_no_update",
                }
    assert not key_opens(data_dir / folder.DATABASE, before)
    ring = keys.read_ring(data_dir / folder.KEYS)
    assert ring.next_public is None
    assert plain in {owner.id for owner in ring.owners}
    again, _actor, _code = people.recover(
        data_dir, code=read_recovery_code(code), username="admin", new_password="另", now=now, kdf=QUICK
    )
    with again, again.session() as session:  # the old pair opens nothing either
        sealed, place = session.execute(text("SELECT vault_key, vault_id FROM sources WHERE vault_key_sealed")).one()
        with pytest.raises(StoreError):
            keys.Envelopes(b"", old_pair).open(sealed, f"vault/{place}".encode())


def test_only_who_can_open_everything_changes_the_keys(store: Store, data_dir: Path, now: datetime) -> None:
    user_id = add_user(store, now)
    store.close()
    again, _actor = open_store(data_dir, username="li", password="李的密码", now=now)
    with again:
        with pytest.raises(StoreError, match="特别敏感"):
            rotation.rotate(again, user_id, now)
        with again.session() as session:
            assert session.get(Setting, "none") is None  # it is still open


def test_not_while_somebody_reads(store: Store, actor: Actor, data_dir: Path, now: datetime) -> None:
    with store.session() as session:
        session.get(Setting, "unit")
        with pytest.raises(StoreBusy):
            rotation.rotate(store, actor.user_id, now)
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()


def rotate_in(where: Path, now: datetime) -> None:
    store, actor = open_store(where, username="admin", password=PASSWORD, now=now)
    rotation.rotate(store, actor.user_id, now)


def test_killed_at_each_step(make_store: MakeStore, data_dir: Path, tmp_path: Path, now: datetime) -> None:
    store, actor, _code = make_store(data_dir)
    fill(store, actor, now, (b"first", b"second"))
    sealed_page(store)
    add_user(store, now)
    store.close()

    shutil.copytree(data_dir, tmp_path / "整")
    with armed() as steps:
        rotate_in(tmp_path / "整", now)
    assert len(steps.passed) > 20
    ends = set()
    count = len(steps.passed)
    # after each step (before it is after the last one); what comes first is only the login
    for number in (*range(2, count - 26, 8), *range(count - 26, count + 1, 2)):
        where = tmp_path / f"断 {number}"
        shutil.copytree(data_dir, where)
        assert killed_at(number, partial(rotate_in, where, now)), number
        username, password = ("li", "李的密码") if number % 6 == 0 else ("admin", PASSWORD)
        again, _actor = open_store(where, username=username, password=password, now=now)
        with again:
            assert opened_page(again) == (b"first" if username == "admin" else None), number
            assert contents_of_the_open(again) == [b"second"]
            ends.add(again.opened_keys.database == store.opened_keys.database)
            with again.session() as session:
                assert again.broken_audit(session) == ()
        assert keys.read_ring(where / folder.KEYS).next_public is None
        assert not list(where.glob("*rekeyed*"))
    assert ends == {True, False}  # some kills left the old keys, some the new ones


def contents_of_the_open(store: Store) -> list[bytes]:
    with store.session() as session:
        rows = session.execute(text("SELECT vault_id, vault_key FROM sources WHERE NOT vault_key_sealed")).all()
    return [store.vault.get(VaultRef(row.vault_id, row.vault_key)) for row in rows]

"""A backup holds everything, opens with the recovery code alone, and is refused whole when one bit is wrong."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from records import backup, backup_file, folder, people
from records.errors import (
    BackupDamaged,
    CannotWrite,
    NotABackup,
    StoreBusy,
    StoreError,
    StoreExists,
    WrongPassword,
)
from records.ids import CHINA
from records.opening import open_store
from records.recovery_code import read_recovery_code
from records.sealed_stream import PIECE, TAG
from records.store import Store
from records.tables import AuditEntry, Setting, Source
from records.vault import VaultRef
from records.views import Actor
from tests.records.kill_points import armed, killed_at
from tests.records.offices import PASSWORD, QUICK, MakeStore

PIECES = (b"a scan", random.Random(3).randbytes(3 * PIECE), b"")


def fill(store: Store, actor: Actor, now: datetime, contents: tuple[bytes, ...] = PIECES) -> list[str]:
    ids = []
    with store.transaction() as session:
        session.add(Setting(key="unit", value="黄松甸"))
        for number, content in enumerate(contents):
            ref = store.vault.put(content)
            source = Source(
                id=store.new_id(),
                content_hash=f"{number}",
                vault_id=ref.id,
                vault_key=ref.key,
                name=f"欧阳雪{number}.jpg",
                size=len(content),
                received_at=now,
                received_by=actor.user_id,
                delivered_path="",
            )
            session.add(source)
            store.audit(session, actor.user_id, now, "take_in", source.id)
            ids.append(ref.id)
    return ids


def contents(store: Store) -> list[bytes]:
    with store.session() as session:
        sources = session.scalars(select(Source).order_by(Source.name)).all()
        return [store.vault.get(VaultRef(s.vault_id, s.vault_key)) for s in sources]


@pytest.fixture
def code(made: tuple[Store, Actor, str]) -> str:
    return read_recovery_code(made[2])


@pytest.fixture
def made_backup(store: Store, actor: Actor, code: str, tmp_path: Path, now: datetime) -> Path:
    fill(store, actor, now, (b"a scan", b"b"))
    path = tmp_path / "一.tdbackup"
    backup.make(store, path, now)
    return path


def test_made_in_use_and_restored_on_an_empty_machine(
    store: Store, actor: Actor, code: str, tmp_path: Path, now: datetime
) -> None:
    ids = fill(store, actor, now)
    path = tmp_path / "备份.tdbackup"
    told: list[tuple[int, int]] = []

    def meanwhile(done: int, total: int) -> None:
        """Others go on: one file goes away, another comes."""
        told.append((done, total))
        if done == 0:
            store.vault.delete(ids[0])
            with store.transaction() as session:
                session.merge(Setting(key="unit", value="后来改的"))

    summary = backup.make(store, path, now, meanwhile)
    assert (summary.files, summary.missing, summary.office) == (3, (), "黄松甸镇人民政府")
    assert told == [(0, 3), (1, 3), (2, 3)]
    assert not store.vault.exists(ids[0])  # gone once the backup had it
    assert sorted(p.name for p in store.data_dir.iterdir() if "snapshot" in p.name) == []
    whole = path.read_bytes()
    for clear in ("欧阳雪".encode(), b"a scan", b"SQLite format", "黄松甸".encode()):
        assert clear not in whole
    store.close()

    other = tmp_path / "另一台电脑" / "资料库"
    other.parent.mkdir()
    assert backup.restore(path, other, None, code, now + timedelta(days=1)) == summary
    assert {p.name for p in other.iterdir()} == {
        "store.db",
        "keys.json",
        "vault",
        "logins.log",
        "lock",
    }
    restored, _actor = open_store(other, username="admin", password=PASSWORD, now=now)
    with restored:
        assert sorted(contents(restored)) == sorted(PIECES)
        assert restored.vault.strays(set(ids)) == ()
        with restored.session() as session:
            assert restored.broken_audit(session) == ()
            assert session.get_one(Setting, "unit").value == "黄松甸"
            noted = session.scalars(select(AuditEntry).where(AuditEntry.verb == "backup.restore")).one()
            assert noted.detail["seq"] == summary.audit_seq
            entry = session.get_one(AuditEntry, summary.audit_seq)
            assert entry.hash == summary.audit_head


def test_opened_by_a_password_of_that_day(store: Store, actor: Actor, made_backup: Path, now: datetime) -> None:
    people.set_password(store, actor.user_id, "admin", "后来的密码", sensitive=True, kdf=QUICK)
    assert backup.verify(made_backup, "ADMIN", PASSWORD).files == 2
    for login, secret in (("admin", "后来的密码"), ("nobody", PASSWORD), (None, PASSWORD)):
        with pytest.raises(WrongPassword, match="备份没有打开"):
            backup.verify(made_backup, login, secret)


def test_every_flipped_and_every_cut_byte_is_seen(made_backup: Path, code: str, tmp_path: Path, now: datetime) -> None:
    whole = made_backup.read_bytes()
    chance = random.Random(7)
    target = tmp_path / "恢复到这里"
    places = [*range(20), *(chance.randrange(len(whole)) for _ in range(60)), len(whole) - 1]
    spoilt = [whole[:n] + bytes([whole[n] ^ 1 << chance.randrange(8)]) + whole[n + 1 :] for n in places]
    spoilt += [whole[:n] for n in (0, 5, 12, 100, len(whole) // 2, len(whole) - 1)] + [whole + b"x"]
    for content in spoilt:
        made_backup.write_bytes(content)
        with pytest.raises((BackupDamaged, NotABackup, WrongPassword)):
            backup.restore(made_backup, target, None, code, now)
        assert not target.exists()
    made_backup.write_bytes(whole)
    backup.restore(made_backup, target, None, code, now)


def test_pieces_can_not_be_swapped_or_left_out(
    store: Store, actor: Actor, code: str, tmp_path: Path, now: datetime
) -> None:
    fill(store, actor, now)
    path = tmp_path / "一.tdbackup"
    backup.make(store, path, now)
    whole = path.read_bytes()
    with path.open("rb") as file:
        backup_file.read_header(file)
        start = file.tell()
    size = PIECE + TAG
    one, two = whole[start : start + size], whole[start + size : start + 2 * size]
    rest = whole[start + 2 * size :]
    for stream in (two + one + rest, one + rest, one + one + rest, one + two):
        path.write_bytes(whole[:start] + stream)
        with pytest.raises(BackupDamaged):
            backup.verify(path, None, code)


def test_a_store_that_is_there_is_not_overwritten(
    store: Store, made_backup: Path, code: str, data_dir: Path, now: datetime
) -> None:
    with pytest.raises(StoreBusy):
        backup.restore(made_backup, data_dir, None, code, now)
    store.close()
    with pytest.raises(StoreExists):
        backup.restore(made_backup, data_dir, None, code, now)
    (data_dir / folder.DATABASE).unlink()  # a store that lost its database still has its pictures
    with pytest.raises(StoreExists):
        backup.restore(made_backup, data_dir, None, code, now)
    assert any((data_dir / folder.VAULT).iterdir())


def test_a_picture_that_is_missing_costs_only_itself(
    store: Store, actor: Actor, code: str, tmp_path: Path, now: datetime
) -> None:
    ids = fill(store, actor, now)
    store.vault.delete(ids[1])
    summary = backup.make(store, tmp_path / "一.tdbackup", now)
    assert (summary.files, summary.missing) == (2, (ids[1],))
    assert backup.verify(tmp_path / "一.tdbackup", None, code) == summary


def test_a_full_disk_leaves_nothing(
    store: Store, actor: Actor, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, actor, now)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 1 << 20))
    with pytest.raises(CannotWrite, match="只剩 1 MB"):
        backup.make(store, tmp_path / "一.tdbackup", now)
    assert list(tmp_path.glob("*.tdbackup*")) == []


def test_what_is_no_backup(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "照片.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(NotABackup):
        backup.verify(path, "admin", PASSWORD)
    with pytest.raises(StoreError, match="读不出来"):
        backup.verify(tmp_path, "admin", PASSWORD)
    assert backup.found_in(tmp_path) == ()
    assert backup.found_in(tmp_path / "没有") == ()


# -- what is kept -----------------------------------------------------------------------------------------------------

MOMENTS = st.lists(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(CHINA)))  # noqa: DTZ001  # hypothesis wants naive bounds


@given(MOMENTS, st.integers(1, 10), st.integers(1, 6), st.integers(1, 8))
def test_the_rule_of_keeping(moments: list[datetime], daily: int, weekly: int, monthly: int) -> None:
    kept = backup.to_keep(moments, daily, weekly, monthly)
    assert kept <= set(moments)
    assert len(kept) <= daily + weekly + monthly
    if moments:
        assert max(moments) in kept
        # running it again lets nothing more go
        assert backup.to_keep(kept, daily, weekly, monthly) == kept
    days = sorted({m.date() for m in moments}, reverse=True)[:daily]
    assert {max(m for m in moments if m.date() == day) for day in days} <= kept


def test_a_year_of_daily_backups(now: datetime) -> None:
    moments = [now - timedelta(days=n) for n in range(365)]
    kept = sorted(backup.to_keep(moments, 7, 4, 6), reverse=True)
    assert kept[:7] == moments[:7]
    assert 12 <= len(kept) <= 17
    assert (now - kept[-1]).days in range(120, 190)


# -- killed -----------------------------------------------------------------------------------------------------------


def make_one(data_dir: Path, now: datetime, path: Path) -> None:
    store, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with store:
        backup.make(store, path, now)


def test_making_killed_at_each_step(make_store: MakeStore, data_dir: Path, tmp_path: Path, now: datetime) -> None:
    store, actor, _code = make_store(data_dir)
    ids = fill(store, actor, now, (b"one",))
    store.close()

    with armed() as steps:
        make_one(data_dir, now, tmp_path / "整.tdbackup")
    assert len(steps.passed) > 8
    for number in range(1, len(steps.passed) + 1):
        path = tmp_path / f"{number}.tdbackup"
        assert killed_at(number, partial(make_one, data_dir, now, path)), number
        if path.exists():  # whole or not there at all
            assert backup.verify(path, "admin", PASSWORD).files == 1
        again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
        with again:
            assert contents(again) == [b"one"]
            assert again.vault.strays(set(ids)) == ()
            backup.make(again, path.with_stem(f"{number} 再来"), now)
        assert not list(data_dir.glob("*snapshot*"))


def test_restoring_killed_at_each_step(
    store: Store, made_backup: Path, code: str, tmp_path: Path, now: datetime
) -> None:
    store.close()

    def act(target: Path) -> partial[backup.Summary]:
        return partial(backup.restore, made_backup, target, None, code, now)

    with armed() as steps:
        act(tmp_path / "整")()
    count = len(steps.passed)
    assert count > 20
    done = 0
    # the last steps bring the parts in; those before, all alike, fill a folder that nobody opens
    for number in (*range(1, count - 14, 4), *range(count - 14, count + 1)):
        target = tmp_path / f"恢复 {number}"
        assert killed_at(number, act(target)), number
        if (target / folder.DATABASE).exists():
            done += 1
        else:
            act(target)()
        again, _actor = open_store(target, username="admin", password=PASSWORD, now=now)
        with again:
            assert contents(again) == [b"a scan", b"b"]
        assert {p.name for p in target.iterdir()} == {
            "store.db",
            "keys.json",
            "keys.json.copy",
            "vault",
            "logins.log",
            "lock",
        }
    assert 0 < done < count / 2


def test_the_header_says_nothing_of_the_office(made_backup: Path) -> None:
    with made_backup.open("rb") as file:
        header, _ = backup_file.read_header(file)
    assert replace(header, owners=()).made_at.year == 2026
    assert "黄松甸" not in repr(header)

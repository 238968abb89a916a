"""A damaged store is replaced by its backup: the old files stay, and a kill at any moment loses neither."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from records import backup, folder, replacing
from records.errors import BackupDamaged, StoreDamaged, WrongPassword
from records.opening import open_store, store_exists
from tests.records.kill_points import armed, killed_at
from tests.records.offices import PASSWORD, MakeStore
from tests.records.test_backup import contents, fill


@pytest.fixture
def damaged(make_store: MakeStore, data_dir: Path, now: datetime) -> tuple[Path, str]:
    """A store with a backup in its folder and a database of which the middle was overwritten; the recovery code."""
    store, actor, code = make_store(data_dir)
    with store:
        fill(store, actor, now, (b"one", b"two"))
        (data_dir / "backups").mkdir()
        backup.make(store, data_dir / "backups" / "一.tdbackup", now)
    with (data_dir / folder.DATABASE).open("r+b") as file:
        file.seek(0)
        file.write(b"\0" * 8192)
    with pytest.raises(StoreDamaged):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)
    return data_dir, code


def test_the_old_store_is_set_aside_whole(damaged: tuple[Path, str], now: datetime) -> None:
    data_dir, code = damaged
    before = {path.name: path.read_bytes() for path in data_dir.iterdir() if path.is_file() and path.name != "lock"}
    vault = {path.relative_to(data_dir / folder.VAULT) for path in (data_dir / folder.VAULT).rglob("*")}
    summary, aside = replacing.replace(data_dir / "backups" / "一.tdbackup", data_dir, None, code, now)
    assert summary.files == 2
    assert {path.name: path.read_bytes() for path in aside.iterdir() if path.is_file()} == before
    assert {path.relative_to(aside / folder.VAULT) for path in (aside / folder.VAULT).rglob("*")} == vault
    assert not (data_dir / folder.INSTEAD).exists()
    again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with again:
        assert sorted(contents(again)) == [b"one", b"two"]
        with again.session() as session:
            assert again.broken_audit(session) == ()
    other = replacing.replace(data_dir / "backups" / "一.tdbackup", data_dir, "admin", PASSWORD, now)[1]
    assert other != aside, "what was set aside before stays, too"
    assert aside.is_dir()


def test_a_bad_backup_or_code_leaves_everything_as_it_was(damaged: tuple[Path, str], now: datetime) -> None:
    data_dir, code = damaged
    good = data_dir / "backups" / "一.tdbackup"
    bad = good.with_stem("坏的")
    bad.write_bytes(good.read_bytes()[:-40])
    before = sorted((path, path.stat().st_size) for path in data_dir.rglob("*"))
    other = code[:-1] + ("A" if code[-1] != "A" else "B")
    for path, secret, refused in ((bad, code, BackupDamaged), (good, other, WrongPassword)):
        with pytest.raises(refused):
            replacing.replace(path, data_dir, None, secret, now)
    assert sorted((path, path.stat().st_size) for path in data_dir.rglob("*")) == before


def test_killed_at_each_step(damaged: tuple[Path, str], tmp_path: Path, now: datetime) -> None:
    data_dir, code = damaged

    def act(where: Path) -> partial[tuple[backup.Summary, Path]]:
        return partial(replacing.replace, where / "backups" / "一.tdbackup", where, None, code, now)

    whole = tmp_path / "整"
    shutil.copytree(data_dir, whole)
    with armed() as steps:
        act(whole)()
    count = len(steps.passed)
    ends = set()
    # the unpacking is a restore, tried by itself elsewhere: here some of it, and every step of the exchange
    for number in (1, count // 3, count // 2, *range(count - 24, count + 1, 2)):
        where = tmp_path / f"断 {number}"
        shutil.copytree(data_dir, where)
        assert killed_at(number, act(where)), number
        assert store_exists(where), "nobody may think that there is no store"
        try:
            again, _actor = open_store(where, username="admin", password=PASSWORD, now=now)
        except StoreDamaged:
            ends.add("as it was")
            act(where)()
            again, _actor = open_store(where, username="admin", password=PASSWORD, now=now)
        else:
            ends.add("replaced")
        with again:
            assert sorted(contents(again)) == [b"one", b"two"], number
        (aside,) = where.glob(f"{folder.ASIDE}*")
        assert (aside / folder.DATABASE).read_bytes() == (data_dir / folder.DATABASE).read_bytes(), number
    assert ends == {"as it was", "replaced"}

"""Backups by rule: one a day, one on leaving after changes, kept for days, weeks, months."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from records.errors import BackupDamaged, CannotWrite, NotABackup, WrongRecoveryCode
from tests.workflow.conftest import PASSWORD, QUICK, MakeOffice, OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import access, backups, check, people, settings, verify
from workflow.errors import BadValue, NotAllowed, NotWritten


def test_once_a_day_and_on_leaving_after_changes(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    first = backups.back_up_if_due(*where, office.clock())
    assert first is not None
    assert re.fullmatch(r"tongdang-20261012-\d{6}\.tdbackup", first.path.name)
    assert first.path.parent == office.store.data_dir / "backups"
    assert backups.back_up_if_due(*where, office.clock()) is None
    assert backups.back_up_if_due(*where, office.clock(), leaving=True) is None  # nothing was done since
    office.deliver("一.tif", front("S"), back("S"))
    assert backups.back_up_if_due(*where, office.clock()) is None
    second = backups.back_up_if_due(*where, office.clock(), leaving=True)
    assert second is not None
    assert [found.path for found in backups.backups(*where)] == [second.path]  # of a day the newest stays
    assert second.removed == (first.path,)
    settings.change_setting(*where, office.clock(), "backup_on_leaving", 0)
    assert backups.back_up_if_due(*where, office.clock(), leaving=True) is None
    office.clock.now += timedelta(days=1)
    assert backups.back_up_if_due(*where, office.clock(), leaving=True) is not None
    assert check.check(*where) == ()


def test_old_ones_go_by_the_rule_and_foreign_files_stay(office: OfficeAtWork, make_office: MakeOffice) -> None:
    where = (office.store, office.actor)
    folder = office.store.data_dir / "backups"
    folder.mkdir()
    for name, value in (("backup_daily", 2), ("backup_weekly", 1), ("backup_monthly", 1)):
        settings.change_setting(*where, office.clock(), name, value)
    other = make_office("别镇")
    backups.make_backup(other.store, other.actor, other.clock(), folder / "tongdang-别镇.tdbackup")
    backups.make_backup(*where, office.clock(), folder / "留着.tdbackup")
    (folder / "tongdang-坏的.tdbackup").write_bytes(b"TDBACKUP1\n")
    (folder / "说明.txt").write_text("不要删", encoding="utf-8")
    for _ in range(4):
        office.clock.now += timedelta(days=1)
        made = backups.back_up_if_due(*where, office.clock())
    assert made is not None
    assert len(made.removed) == 1
    names = {path.name for path in folder.iterdir()}
    assert {"tongdang-别镇.tdbackup", "留着.tdbackup", "tongdang-坏的.tdbackup", "说明.txt"} <= names
    assert sum(name.startswith("tongdang-2026") for name in names) == 2


def test_a_clock_that_was_a_year_ahead_costs_no_backup(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    for name, value in (("backup_daily", 2), ("backup_weekly", 1), ("backup_monthly", 1)):
        settings.change_setting(*where, office.clock(), name, value)
    right = office.clock.now
    office.clock.now = right + timedelta(days=365)
    for _ in range(3):
        office.clock.now += timedelta(days=1)
        assert backups.back_up_if_due(*where, office.clock()) is not None
    ahead = {found.path for found in backups.backups(*where)}
    office.clock.now = right
    for _ in range(3):  # somebody has put it right
        office.clock.now += timedelta(days=1)
        made = backups.back_up_if_due(*where, office.clock())
        assert made is not None
        assert made.path.exists()
        assert backups.back_up_if_due(*where, office.clock()) is None
    left = {found.path for found in backups.backups(*where)}
    assert len(left - ahead) == 2
    assert ahead <= left
    office.deliver("一.tif", front("S"), back("S"))
    office.clock.now -= timedelta(minutes=5)  # and a little more
    again = backups.back_up_if_due(*where, office.clock(), leaving=True)
    assert again is not None
    assert again.path.exists()


def test_restored_by_the_code_alone_and_a_new_password(office: OfficeAtWork, tmp_path: Path) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.read()
    before = office.sheets()
    path = tmp_path / "U盘.tdbackup"
    backups.make_backup(office.store, office.actor, office.clock(), path)
    code = people.new_recovery_code(office.store, office.actor, office.clock(), kdf=QUICK)
    target = tmp_path / "新电脑" / "资料库"
    target.parent.mkdir()
    with pytest.raises(WrongRecoveryCode):
        backups.verify_backup(path, username=None, secret="不是恢复码")
    later = tmp_path / "U盘二.tdbackup"
    backups.make_backup(office.store, office.actor, office.clock(), later)
    summary = backups.restore_backup(later, target, username=None, secret=code.lower(), now=office.clock())
    assert summary.office == "黄松甸镇人民政府"
    recovered = access.recover_office(
        target, code=code, username="admin", new_password="恢复以后的新密码", now=office.clock(), kdf=QUICK
    )
    try:
        restored = (recovered.store, recovered.actor)
        assert verify.sheet(*restored, before[0].registration_id) == before[0]
        assert check.check(*restored) == ()
    finally:
        recovered.store.close()


def test_where_it_can_not_be(office: OfficeAtWork, tmp_path: Path) -> None:
    where = (office.store, office.actor)
    taken = tmp_path / "有了.tdbackup"
    taken.write_bytes(b"x")
    with pytest.raises(NotWritten, match="已经存在"):
        backups.make_backup(*where, office.clock(), taken)
    assert taken.read_bytes() == b"x"
    with pytest.raises(NotWritten, match="不存在"):
        backups.make_backup(*where, office.clock(), tmp_path / "没有" / "一.tdbackup")
    with pytest.raises(BadValue):
        settings.change_setting(*where, office.clock(), "backup_folder", "相对/路径")
    settings.change_setting(*where, office.clock(), "backup_folder", str(tmp_path / "移动硬盘"))
    with pytest.raises(CannotWrite, match="移动硬盘"):
        backups.back_up_if_due(*where, office.clock())
    taken.write_bytes(b"TDBACKUP1\n1234")
    with pytest.raises(BackupDamaged):
        backups.verify_backup(taken, username="admin", secret=PASSWORD)
    with pytest.raises(NotABackup, match="找不到"):
        backups.verify_backup(tmp_path / "没有.tdbackup", username="admin", secret=PASSWORD)


def test_an_administrator_of_a_part_takes_no_whole_store_away(office: OfficeAtWork, tmp_path: Path) -> None:
    part = replace(office.actor, division="220281104200")
    with pytest.raises(NotAllowed):
        backups.make_backup(office.store, part, office.clock(), tmp_path / "一.tdbackup")
    with pytest.raises(NotAllowed):
        backups.backups(office.store, part)

"""Failed logins are noted without a key and taken into the audit once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from records.errors import WrongPassword
from records.folder import FAILED_LOGINS
from records.logins import MOST_FAILURES, PAUSE, FailedLogin, new_failures, note_failure, pause_ends
from records.opening import open_store
from records.store import Store
from records.tables import AuditEntry
from records.views import Actor
from tests.records.offices import PASSWORD

USER = "0198c000-0000-7000-8000-000000000002"


def entries(store: Store) -> list[tuple[str, str]]:
    with store.session() as session:
        return [(e.verb, e.object_id) for e in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_lines_are_read_once(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / FAILED_LOGINS
    assert new_failures(path, 0).failures == ()
    note_failure(path, USER, now)
    first = new_failures(path, 0)
    assert first.failures == (FailedLogin(now, USER),)
    note_failure(path, "-", now + timedelta(minutes=1))
    second = new_failures(path, first.taken)
    assert second.failures == (FailedLogin(now + timedelta(minutes=1), "-"),)
    assert not second.shortened
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_pause_begins_with_the_last_failure_and_ends_to_the_second(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / FAILED_LOGINS
    for number in range(MOST_FAILURES):
        assert pause_ends(path, USER, now) is None
        note_failure(path, USER, now + timedelta(minutes=number))
    end = now + timedelta(minutes=MOST_FAILURES - 1) + PAUSE
    assert pause_ends(path, USER, end - timedelta(seconds=1)) == end
    assert pause_ends(path, USER, end) is None
    assert pause_ends(path, "another", end - timedelta(seconds=1)) is None


def test_failures_spread_over_more_than_the_pause_lock_nobody_out(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / FAILED_LOGINS
    for number in range(MOST_FAILURES):
        note_failure(path, USER, now + number * PAUSE / (MOST_FAILURES - 1) + number * timedelta(seconds=1))
    assert pause_ends(path, USER, now + PAUSE + timedelta(seconds=10)) is None


def test_a_line_cut_off_by_a_crash_is_not_a_line(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / FAILED_LOGINS
    note_failure(path, USER, now)
    path.write_bytes(path.read_bytes() + b"2026-10-12T01:3")
    assert new_failures(path, 0).failures == (FailedLogin(now, USER),)


@pytest.mark.parametrize("content", [b"", "不是时间 x\n".encode(), b"\xff\xfe\n"])
def test_a_file_that_was_tampered_with_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FAILED_LOGINS
    path.write_bytes(content)
    assert new_failures(path, 10_000).shortened


def test_the_next_login_enters_them_without_what_was_typed(
    made: tuple[Store, Actor, str], data_dir: Path, now: datetime
) -> None:
    store, actor, _code = made
    store.close()
    for username, password in (("admin", "猜的密码"), ("把密码打进了用户名", "x")):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username=username, password=password, now=now)
    side_file = (data_dir / FAILED_LOGINS).read_text(encoding="utf-8")
    assert "猜的密码" not in side_file
    assert "把密码打进了用户名" not in side_file
    for expected in (
        [("log_in_failed", actor.user_id), ("log_in_failed", "-"), ("log_in", actor.user_id)],
        [("log_in", actor.user_id)],
    ):
        before = 1 if len(expected) == 3 else 4
        again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
        with again:
            assert entries(again)[before:] == expected


def test_a_side_file_made_shorter_is_entered(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    made[0].close()
    for _ in range(2):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username="admin", password="x", now=now)
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()
    (data_dir / FAILED_LOGINS).write_bytes(b"")
    again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with again:
        assert ("failed_logins_tampered", FAILED_LOGINS) in entries(again)

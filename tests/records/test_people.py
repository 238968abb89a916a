"""Passwords given, changed and withdrawn; the recovery code on a bad day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from records import people
from records.errors import StoreError, TooManyAttempts, UserDisabled, WrongPassword, WrongRecoveryCode
from records.opening import open_store
from records.store import Store
from records.tables import AuditEntry, User
from records.views import Actor, Role
from tests.records.offices import PASSWORD, QUICK, MakeStore


def add_user(store: Store, now: datetime, username: str = "li", valid_until: date | None = None) -> str:
    user_id = store.new_id()
    with store.transaction() as session:
        session.add(
            User(
                id=user_id,
                username=username,
                full_name="李某",
                role=Role.COLLECTOR,
                division="220281105",
                created_at=now,
                valid_until=valid_until,
            )
        )
    people.set_password(store, user_id, username, "李的密码", sensitive=False, kdf=QUICK)
    return user_id


def test_a_second_user_opens_the_same_store(store: Store, data_dir: Path, now: datetime) -> None:
    user_id = add_user(store, now)
    sealed = store.seal("疑似".encode(), "answers/1/suspicion")
    store.close()
    again, actor = open_store(data_dir, username="li", password="李的密码", now=now)
    with again:
        assert actor == Actor(user_id, "li", "李某", Role.COLLECTOR, "220281105")
        assert user_id not in people.sensitive_ids(again)
        assert again.open_sealed(sealed, "answers/1/suspicion") is None
        with pytest.raises(StoreError, match="特别敏感"):
            people.set_password(again, user_id, "li", "x", sensitive=True, kdf=QUICK)
        with pytest.raises(StoreError, match="恢复码"):
            people.replace_recovery_code(again, kdf=QUICK)


def test_the_administrator_opens_what_is_sealed(store: Store, actor: Actor) -> None:
    sealed = store.seal("疑似".encode(), "answers/1/suspicion")
    assert actor.user_id in people.sensitive_ids(store)
    assert store.open_sealed(sealed, "answers/1/suspicion") == "疑似".encode()


def test_a_changed_password(store: Store, actor: Actor, data_dir: Path, now: datetime) -> None:
    people.set_password(store, actor.user_id, "admin", "新的密码", sensitive=True, kdf=QUICK)
    assert people.password_right(store, actor.user_id, "新的密码")
    assert not people.password_right(store, actor.user_id, PASSWORD)
    assert not people.password_right(store, "nobody", PASSWORD)
    store.close()
    with pytest.raises(WrongPassword):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)
    open_store(data_dir, username="admin", password="新的密码", now=now)[0].close()


def test_a_name_belongs_to_one_user(store: Store, now: datetime) -> None:
    add_user(store, now)
    with pytest.raises(StoreError, match="已有人使用"):
        people.set_password(store, store.new_id(), " LI ", "x", sensitive=False, kdf=QUICK)


def test_a_withdrawn_user(store: Store, data_dir: Path, now: datetime) -> None:
    people.withdraw(store, add_user(store, now))
    store.close()
    with pytest.raises(WrongPassword):
        open_store(data_dir, username="li", password="李的密码", now=now)


def test_an_outside_helper_until_the_last_day(store: Store, data_dir: Path, now: datetime) -> None:
    today = (now + timedelta(hours=8)).date()
    add_user(store, now, valid_until=today)
    store.close()
    open_store(data_dir, username="li", password="李的密码", now=now)[0].close()
    with pytest.raises(UserDisabled, match="已停用或已过期"):
        open_store(data_dir, username="li", password="李的密码", now=now + timedelta(days=1))
    again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with again, again.session() as session:
        assert "log_in_refused" in session.scalars(select(AuditEntry.verb)).all()


def test_the_recovery_code_gives_a_new_password(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    store, actor, code = made
    with store.transaction() as session:
        session.add(User(id="x", username="y", full_name="", role=Role.REVIEWER, division="22", created_at=now))
    store.close()
    typed = code.lower().replace("-", " ")
    again, back, fresh = people.recover(data_dir, code=typed, username="admin", new_password="新的", now=now, kdf=QUICK)
    assert fresh != code
    with again, again.session() as session:
        assert back == actor
        assert session.get(User, "x") is not None
        verbs = session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq)).all()
        assert verbs[-1] == "log_in_by_recovery_code"
    with pytest.raises(WrongPassword):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)
    again, _actor = open_store(data_dir, username="admin", password="新的", now=now)
    with again:
        assert actor.user_id in people.sensitive_ids(again)
    with pytest.raises(WrongRecoveryCode):  # it was used
        people.recover(data_dir, code=typed, username="admin", new_password="再新", now=now, kdf=QUICK)
    people.recover(data_dir, code=fresh, username="admin", new_password="再新", now=now, kdf=QUICK)[0].close()


def test_the_code_lets_in_administrators_only(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    store, _actor, code = made
    add_user(store, now)
    store.close()
    with pytest.raises(StoreError, match="管理员"):
        people.recover(data_dir, code=code, username="li", new_password="新的", now=now, kdf=QUICK)
    open_store(data_dir, username="li", password="李的密码", now=now)[0].close()  # nothing was changed
    people.recover(data_dir, code=code, username="admin", new_password="新的", now=now, kdf=QUICK)[0].close()


def test_recovery_gives_a_user_no_more_than_before(
    made: tuple[Store, Actor, str], data_dir: Path, now: datetime
) -> None:
    store, _actor, code = made
    user_id = add_user(store, now)
    with store.transaction() as session:
        session.get_one(User, user_id).role = Role.ADMINISTRATOR
    sealed = store.seal(b"x", "y")
    store.close()
    again, _back, _fresh = people.recover(data_dir, code=code, username="li", new_password="新的", now=now, kdf=QUICK)
    with again:
        assert again.open_sealed(sealed, "y") is None
        assert user_id not in people.sensitive_ids(again)


def test_the_code_of_another_store(
    made: tuple[Store, Actor, str], make_store: MakeStore, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    other, _actor, code = make_store(tmp_path / "other")
    other.close()
    made[0].close()
    with pytest.raises(WrongRecoveryCode, match="不是本资料库的恢复码"):
        people.recover(data_dir, code=code, username="admin", new_password="x", now=now, kdf=QUICK)
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()


def test_a_replaced_code_opens_nothing(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    store, _actor, code = made
    new = people.replace_recovery_code(store, kdf=QUICK)
    store.close()
    with pytest.raises(WrongRecoveryCode):
        people.recover(data_dir, code=code, username="admin", new_password="x", now=now, kdf=QUICK)
    people.recover(data_dir, code=new, username="admin", new_password="x", now=now, kdf=QUICK)[0].close()


def test_naming_for_what_is_sensitive_asks_for_nobodys_password(store: Store, data_dir: Path, now: datetime) -> None:
    user_id = add_user(store, now)
    sealed = store.seal(b"x", "y")
    people.name_for_sensitive(store, user_id)
    assert user_id in people.sensitive_ids(store)
    store.close()
    again, _actor = open_store(data_dir, username="li", password="李的密码", now=now)
    with again:
        assert again.open_sealed(sealed, "y") == b"x"
        people.close_sensitive(again, user_id)
    again, _actor = open_store(data_dir, username="li", password="李的密码", now=now)
    with again:
        assert again.open_sealed(sealed, "y") is None
        with pytest.raises(StoreError, match="特别敏感"):
            people.name_for_sensitive(again, user_id)


def test_five_wrong_passwords_and_a_pause(store: Store, data_dir: Path, now: datetime) -> None:
    store.close()
    for second in range(5):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username="admin", password="x", now=now + timedelta(seconds=second))
    for minute in (1, 14):
        with pytest.raises(TooManyAttempts, match="分钟"):
            open_store(data_dir, username="admin", password=PASSWORD, now=now + timedelta(minutes=minute))
    # a name that isn't there is answered alike, and has a pause of its own
    for _ in range(5):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username="nobody", password="x", now=now)
    with pytest.raises(TooManyAttempts):
        open_store(data_dir, username="somebody", password="x", now=now)
    again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now + timedelta(minutes=16))
    again.close()


def test_a_clock_that_was_wrong_locks_nobody_out(store: Store, data_dir: Path, now: datetime) -> None:
    store.close()
    for _ in range(5):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username="admin", password="x", now=now + timedelta(days=400))
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()

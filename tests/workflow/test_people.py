"""Users are added, changed, disabled; passwords changed, reset, refused; the last administrator stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from records.audit import NOBODY
from records.errors import StoreError, TooManyAttempts, UserDisabled, WrongPassword
from records.opening import open_store
from records.tables import AuditEntry
from records.views import Actor, Role
from tests.workflow.conftest import PASSWORD, QUICK, Clock, OfficeAtWork
from workflow import access, people
from workflow.changes import Changes
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.passwords import refuse_weak

LI = "雾凇与松花江的水"
VILLAGE = "220281104200"
DAY = date(2026, 10, 12)  # the clock's


def add(office: OfficeAtWork, **changes: Any) -> str:
    wanted: dict[str, Any] = {
        "username": "li",
        "full_name": "李某",
        "role": Role.COLLECTOR,
        "division": "220281104",
        "password": LI,
        "kdf": QUICK,
    }
    return people.add_user(office.store, office.actor, office.clock(), **{**wanted, **changes})[1]


def come_in(office: OfficeAtWork, username: str = "li", password: str = LI) -> OfficeAtWork:
    """The office closes and somebody opens it."""
    office.store.close()
    opened = open_store(office.store.data_dir, username=username, password=password, now=office.clock())
    office.store, office.actor = opened
    return office


def verbs(office: OfficeAtWork) -> list[tuple[str, str]]:
    with office.store.session() as session:
        return [(e.verb, e.actor_id) for e in session.query(AuditEntry).order_by(AuditEntry.seq)]


def test_added_seen_and_let_in(office: OfficeAtWork) -> None:
    user_id = add(office)
    rows = {row.username: row for row in people.users(office.store, office.actor)}
    assert (rows["li"].role, rows["li"].has_password, rows["li"].sensitive) == (Role.COLLECTOR, True, False)
    assert rows["li"].division_name == "吉林省吉林市蛟河市黄松甸镇"
    assert rows["admin"].sensitive
    come_in(office)
    try:
        assert office.actor == Actor(user_id, "li", "李某", Role.COLLECTOR, "220281104")
        with pytest.raises(NotAllowed):
            people.users(office.store, office.actor)
    finally:
        office.store.close()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"username": " "}, "不能空着"),
        ({"username": "ＡＤＭＩＮ"}, "已有人使用"),
        ({"division": "999999"}, "区划表"),
        ({"division": "220281"}, "更大的范围"),
        ({"division": "220281105"}, "更大的范围"),
        ({"role": Role.HELPER}, "用到哪一天"),
        ({"valid_until": DAY - timedelta(days=1)}, "已经过了"),
        ({"password": "短"}, "至少要 8 位"),
        ({"password": "li与松花江的雾凇"}, "用户名或姓名"),
        ({"password": "我是李某我是采集员"}, "用户名或姓名"),
    ],
)
def test_what_will_not_do_adds_nobody(office: OfficeAtWork, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadValue, match=told):
        add(office, **changes)
    assert len(people.users(office.store, office.actor)) == 1


def test_a_helper_until_the_last_day(office: OfficeAtWork) -> None:
    helper = add(office, role=Role.HELPER, valid_until=DAY)
    with pytest.raises(WrongState, match="外部协助人员"):
        people.name_for_sensitive(office.store, office.actor, office.clock(), helper, True)
    come_in(office)
    office.clock.now += timedelta(days=1)
    with pytest.raises(UserDisabled):  # in the middle of a session that went over midnight
        people.unlock(office.store, office.actor, office.clock(), LI)
    with pytest.raises(UserDisabled):
        come_in(office)


def test_what_is_changed_of_a_user_and_what_stays(office: OfficeAtWork) -> None:
    """Another role leaves what is open to the user as it is; a helper from outside loses it."""
    user_id, where = add(office), (office.store, office.actor)
    people.name_for_sensitive(*where, office.clock(), user_id, True)

    def changed(**how: Any) -> tuple[object, ...]:
        same: dict[str, Any] = {"role": Role.REVIEWER, "division": "220281104"}
        people.change_user(*where, office.clock(), user_id, **{**same, **how})
        row = next(row for row in people.users(*where) if row.user_id == user_id)
        return row.role, row.division, row.full_name, row.valid_until, row.sensitive

    assert changed() == (Role.REVIEWER, "220281104", "李某", None, True)
    assert changed(full_name=" 李某某 ", division=VILLAGE) == (Role.REVIEWER, VILLAGE, "李某某", None, True)
    assert changed(full_name=" ", valid_until=DAY) == (Role.REVIEWER, "220281104", "李某某", DAY, True)
    assert changed(role=Role.HELPER, valid_until=DAY) == (Role.HELPER, "220281104", "李某某", DAY, False)
    come_in(office)
    assert office.store.open_sealed(office.store.seal(b"x", "y"), "y") is None
    office.store.close()


def test_disabled_and_let_in_again(office: OfficeAtWork) -> None:
    user_id = add(office)
    people.disable_user(office.store, office.actor, office.clock(), user_id)
    row = people.users(office.store, office.actor)[1]
    assert (row.disabled, row.has_password) == (True, False)
    with pytest.raises(WrongPassword):
        come_in(office)
    come_in(office, "admin", PASSWORD)
    for weak in ("12345678", "我是李某我是采集员", "li与松花江的雾凇"):
        with pytest.raises(BadValue):
            people.reset_password(office.store, office.actor, office.clock(), user_id, weak, kdf=QUICK)
    assert people.users(office.store, office.actor)[1].disabled
    people.reset_password(office.store, office.actor, office.clock(), user_id, "另一个很长的密码", kdf=QUICK)
    come_in(office, "li", "另一个很长的密码")
    office.store.close()


def test_the_last_administrator_stays(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    own = office.actor.user_id
    with pytest.raises(WrongState, match="自己"):
        people.disable_user(*where, office.clock(), own)
    with pytest.raises(WrongState, match="最后一位"):
        people.change_user(*where, office.clock(), own, role=Role.REVIEWER, division="220281104")
    with pytest.raises(WrongState, match="最后一位"):  # one who will be gone some day administers nothing for good
        people.change_user(
            *where, office.clock(), own, role=Role.ADMINISTRATOR, division="220281104", valid_until=date(2027, 1, 1)
        )
    # an administrator of a village only is none for the office
    add(office, username="cun", role=Role.ADMINISTRATOR, division=VILLAGE)
    with pytest.raises(WrongState, match="最后一位"):
        people.change_user(*where, office.clock(), own, role=Role.REVIEWER, division="220281104")
    other = add(office, role=Role.ADMINISTRATOR)
    people.change_user(*where, office.clock(), own, role=Role.REVIEWER, division="220281104")
    rows = {row.user_id: row.role for row in people.users(*where)}
    assert (rows[own], rows[other]) == (Role.REVIEWER, Role.ADMINISTRATOR)


def test_the_last_who_opens_what_is_sealed_stays(office: OfficeAtWork) -> None:
    own = office.actor.user_id
    other = add(office, role=Role.ADMINISTRATOR)
    where = (office.store, office.actor)
    same: dict[str, Any] = {"role": Role.ADMINISTRATOR, "division": "220281104"}
    acts: tuple[Callable[[], object], ...] = (
        lambda: people.name_for_sensitive(*where, office.clock(), own, False),
        lambda: people.change_user(*where, office.clock(), own, role=Role.HELPER, division="220281104",
                                   valid_until=date(2027, 1, 1)),
        lambda: people.change_user(*where, office.clock(), own, valid_until=date(2027, 1, 1), **same),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(WrongState, match="最后一位能打开"):
            act()
    come_in(office)  # the other administrator can't take it from her either: it would be lost for good
    with pytest.raises(WrongState, match="最后一位能打开"):
        people.disable_user(office.store, office.actor, office.clock(), own)
    come_in(office, "admin", PASSWORD)
    told = people.name_for_sensitive(office.store, office.actor, office.clock(), other, True)
    assert told == Changes(office=True), "who looks at the list of people looks again"
    people.name_for_sensitive(office.store, office.actor, office.clock(), own, False)
    assert [row.user_id for row in people.users(office.store, office.actor) if row.sensitive] == [other]
    office.store.close()


def test_an_administrator_of_a_part_reaches_no_further(office: OfficeAtWork) -> None:
    add(office, username="cun", role=Role.ADMINISTRATOR, division=VILLAGE)
    above = office.actor.user_id
    come_in(office, "cun")
    where = (office.store, office.actor)
    assert [row.username for row in people.users(*where)] == ["cun"]
    acts: tuple[Callable[[], object], ...] = (
        lambda: people.reset_password(*where, office.clock(), above, "我来改一个新密码", kdf=QUICK),
        lambda: people.disable_user(*where, office.clock(), above),
        lambda: people.change_user(*where, office.clock(), above, role=Role.COLLECTOR, division=VILLAGE),
        lambda: people.name_for_sensitive(*where, office.clock(), above, False),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()
    with pytest.raises(BadValue, match="更大的范围"):
        add(office, username="wang")
    with pytest.raises(NotAllowed, match="整个单位"):
        people.new_recovery_code(*where, office.clock(), kdf=QUICK)
    office.store.close()


def test_changing_ones_own_password(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    with pytest.raises(WrongPassword):
        people.change_password(*where, office.clock(), "不是这个密码", "新的松花江的江水", kdf=QUICK)
    assert ("log_in_failed", NOBODY) in verbs(office)
    with pytest.raises(BadValue):
        people.change_password(*where, office.clock(), PASSWORD, "12345678", kdf=QUICK)
    people.change_password(*where, office.clock(), PASSWORD, "新的松花江的江水", kdf=QUICK)
    people.unlock(*where, office.clock(), "新的松花江的江水")
    sealed = office.store.seal(b"x", "y")
    come_in(office, "admin", "新的松花江的江水")
    assert office.store.open_sealed(sealed, "y") == b"x"
    office.store.close()


def test_guessing_at_the_lock_screen_is_paused(office: OfficeAtWork) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            people.unlock(office.store, office.actor, office.clock(), "猜一猜")
    with pytest.raises(TooManyAttempts):
        people.unlock(office.store, office.actor, office.clock(), PASSWORD)
    office.clock.now += timedelta(minutes=16)
    people.unlock(office.store, office.actor, office.clock(), PASSWORD)
    assert [verb for verb, _ in verbs(office)].count("log_in_failed") == 5


def test_who_can_not_open_the_sensitive_resets_no_password_of_one_who_can(office: OfficeAtWork) -> None:
    named = office.actor.user_id
    add(office, role=Role.ADMINISTRATOR)
    come_in(office)
    with pytest.raises(WrongState, match="特别敏感"):
        people.reset_password(office.store, office.actor, office.clock(), named, "我来改一个新密码", kdf=QUICK)
    with pytest.raises(StoreError, match="特别敏感"):
        people.new_recovery_code(office.store, office.actor, office.clock(), kdf=QUICK)
    office.store.close()
    access.log_in(office.store.data_dir, username="admin", password=PASSWORD, now=Clock().now).store.close()


@pytest.mark.parametrize(
    "password",
    [
        "1234567",
        "12345678",
        "87654321",
        "78901234",
        "abcdefgh",
        "aaaaaaaa",
        "1212121212",
        "Password1",
        "x张三丰x张三丰",
        "ZHANGSAN99",
    ],
)
def test_weak_passwords(password: str) -> None:
    with pytest.raises(BadValue):
        refuse_weak(password, ("zhangsan", "张三丰"), "没有改。")


@pytest.mark.parametrize("password", ["松花江-雾凇-2026", "correct horse", "tongdang-demo", "九月八日下大雪了"])
def test_passwords_that_will_do(password: str) -> None:
    refuse_weak(password, ("zhangsan", "张三丰"), "没有改。")

"""``tongdang user``, ``recover`` and ``key`` as typed: what is said, and what it does to who comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from records.errors import UserDisabled, WrongPassword
from records.opening import open_store
from records.views import Role
from tests.workflow.conftest import LATER, OfficeAtWork, Typed

LI, WANG = "雾凇与松花江的水", "长白山的一场大雪"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(office: OfficeAtWork, typed: Typed) -> Run:
    """Runs a command on the closed store, as ``user``; exit code and what was said."""
    office.store.close()

    def command(*words: str, user: str = "admin", **secrets: str) -> tuple[int, str]:
        return typed(*words, "--data-dir", str(office.store.data_dir), "--user", user, **secrets)

    return command


def comes_in(office: OfficeAtWork, username: str, password: str, now: datetime = LATER) -> Role:
    store, actor = open_store(office.store.data_dir, username=username, password=password, now=now)
    store.close()
    return actor.role


def test_added_changed_reset_and_disabled(office: OfficeAtWork, run: Run) -> None:
    code, said = run("user", "add", "li", "--name", "李某", "--role", "采集员", new=LI)
    assert (code, "已添加 li" in said) == (0, True)
    assert comes_in(office, "li", LI) is Role.COLLECTOR
    assert run("user", "role", "li", "--role", "复核员") == (0, "已改为复核员，从他下次登录起生效。\n")
    assert comes_in(office, "li", LI) is Role.REVIEWER
    assert run("user", "sensitive", "li", "on")[0] == 0
    assert "li　李某　复核员　吉林省吉林市蛟河市黄松甸镇　能打开特别敏感内容" in run("user", "list")[1]
    assert run("user", "sensitive", "li", "off")[0] == 0
    assert run("user", "reset", "li", new=WANG)[0] == 0
    with pytest.raises(WrongPassword):
        comes_in(office, "li", LI)
    assert run("user", "password", user="li", password=WANG, new=LI) == (0, "密码已改。\n")
    assert comes_in(office, "li", LI) is Role.REVIEWER
    assert run("user", "disable", "li")[0] == 0
    with pytest.raises(WrongPassword):
        comes_in(office, "li", LI)
    assert "已停用" in run("user", "list")[1]
    code, said = run("user", "disable", "wang")
    assert (code, "没有用户 wang" in said) == (1, True)


def test_what_is_not_named_stays_as_it_was(office: OfficeAtWork, run: Run) -> None:
    """Another role takes nobody's last day away: a helper who becomes a collector still goes in June."""
    helper = ("user", "add", "zhao", "--name", "赵某", "--role", "外部协助人员")
    code, said = run(*helper, new=LI)
    assert (code, "用到哪一天" in said) == (1, True)
    village = ("--division", "220281104200")
    assert run(*helper, "--until", "2027-06-30", *village, new=LI)[0] == 0
    assert run("user", "role", "zhao", "--role", "采集员")[0] == 0
    (listed,) = (line for line in run("user", "list")[1].splitlines() if line.startswith("zhao"))
    assert "采集员　吉林省吉林市蛟河市黄松甸镇" in listed
    assert not listed.startswith("zhao　赵某　采集员　吉林省吉林市蛟河市黄松甸镇　"), "the village stays, too"
    assert listed.endswith("到 2027-06-30")
    assert comes_in(office, "zhao", LI, datetime(2027, 6, 30, 15, 59, tzinfo=UTC)) is Role.COLLECTOR
    with pytest.raises(UserDisabled):  # midnight in Jilin
        comes_in(office, "zhao", LI, datetime(2027, 6, 30, 16, 0, tzinfo=UTC))
    assert run("user", "role", "zhao", "--role", "采集员", "--no-end")[0] == 0
    assert comes_in(office, "zhao", LI, datetime(2028, 1, 1, tzinfo=UTC)) is Role.COLLECTOR
    code, said = run("user", "role", "zhao", "--role", "外部协助人员")
    assert (code, "用到哪一天" in said) == (1, True)


def test_the_recovery_code_and_the_keys_are_changed(office: OfficeAtWork, run: Run) -> None:
    code, said = run("key", "recovery-code")
    assert code == 0
    printed = said.strip().splitlines()[-1]
    code, said = run("recover", password="0000-0000", new=LI)
    assert code == 3
    assert "恢复码" in said
    code, said = run("recover", password=printed, new="12345678")
    assert (code, "没有改动任何内容" in said) == (1, True)
    code, said = run("recover", password=printed, new=LI)
    assert code == 0
    fresh = said.strip().splitlines()[-1]
    assert fresh != printed
    assert run("recover", password=printed, new=WANG)[0] == 3, "it was used"
    before = office.store.opened_keys.database
    code, said = run("key", "rotate", password=LI)
    assert (code, "密钥已更换" in said) == (0, True)
    store, _actor = open_store(office.store.data_dir, username="admin", password=LI, now=LATER)
    store.close()
    assert store.opened_keys.database != before
    assert comes_in(office, "admin", LI) is Role.ADMINISTRATOR
    assert run("recover", password=fresh, new=WANG)[0] == 0, "a change of keys leaves the code as it is"
    code, said = run("user", "list", password=LI)
    assert (code, "密码不对" in said) == (3, True)

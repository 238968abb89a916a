"""``tongdang backup`` as typed: from a printed code alone to an office at work again on an empty machine."""

from __future__ import annotations

from pathlib import Path

from tests.workflow.conftest import PASSWORD, OfficeAtWork, Typed

NEW = "恢复以后的新密码"


def printed(said: str, before: str) -> str:
    """What stands behind these words."""
    return next(line.partition(before)[2] for line in said.splitlines() if before in line)


def test_an_empty_machine_and_the_printed_code(office: OfficeAtWork, typed: Typed, tmp_path: Path) -> None:
    office.child("一")
    where = ("--data-dir", str(office.store.data_dir))
    office.store.close()
    recovery = typed("key", "recovery-code", *where)[1].splitlines()[-1]
    stick = tmp_path / "U盘.tdbackup"
    code, said = typed("backup", "make", "--out", str(stick), *where)
    assert (code, "备份已写好并核对过" in said) == (0, True)
    head = printed(said, "核对）：")
    code, said = typed("backup", "verify", str(stick), password=recovery)
    assert (code, printed(said, "核对）：")) == (0, head)

    empty = tmp_path / "新电脑" / "资料库"
    empty.parent.mkdir()
    restore = ("backup", "restore", str(stick), "--data-dir", str(empty))
    code, said = typed(*restore, password=recovery[:-1] + ("0" if recovery[-1] != "0" else "1"))
    assert code == 3
    assert "恢复码" in said
    assert not empty.exists()
    code, said = typed(*restore, password=recovery)
    assert (code, "请接着运行 tongdang recover" in said) == (0, True)
    code, said = typed(*restore, password=recovery)
    assert code == 3, "what is there isn't written over"
    there = ("--data-dir", str(empty))
    assert typed("recover", *there, password=recovery, new=NEW)[0] == 0
    assert "欧阳雪" in typed("child", "find", "欧阳", *there, password=NEW)[1]
    code, said = typed("check", "--head", head, *there, password=NEW)
    assert (code, "没有发现问题" in said) == (0, True)
    assert typed("check", *where, password=PASSWORD)[0] == 0, "the old store is as it was"


def test_a_store_put_back_unasked_is_seen_by_a_printed_code(office: OfficeAtWork, typed: Typed, tmp_path: Path) -> None:
    """Somebody restores last week's backup over today's work: the chain is whole, the printed end isn't in it."""
    where = ("--data-dir", str(office.store.data_dir))
    old, later = tmp_path / "旧.tdbackup", tmp_path / "新.tdbackup"
    assert typed("backup", "make", "--out", str(old), *where)[0] == 3, "a second program is refused"
    office.store.close()
    assert typed("backup", "make", "--out", str(old), *where)[0] == 0
    assert typed("user", "add", "li", "--name", "李某", "--role", "采集员", *where, new=NEW)[0] == 0
    head = printed(typed("backup", "make", "--out", str(later), *where)[1], "核对）：")
    assert typed("check", "--head", head, *where)[0] == 0
    put_back = tmp_path / "换回旧的"
    assert typed("backup", "restore", str(old), "--user", "admin", "--data-dir", str(put_back))[0] == 0
    for given in (head, head[: head.index(":") + 9]):
        code, said = typed("check", "--head", given, "--data-dir", str(put_back))
        assert (code, "换成了旧的" in said) == (1, True)
    assert typed("check", "--data-dir", str(put_back))[0] == 0
    code, said = typed("check", "--head", head[:-60], "--data-dir", str(put_back))
    assert (code, "至少写前 8 位" in said) == (1, True)

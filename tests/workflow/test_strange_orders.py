"""Things done in an order that nobody thought of: two offices, merges, restored backups."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forms.kinds import JsonValue
from records.errors import PackageRefused
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.two_offices import Two, rows, two
from workflow import access, backups, check, duplicates, handover_in

__all__ = ["two"]
WHO = "SELECT r.id, r.child_id, c.name FROM registrations r JOIN children c ON c.id = r.child_id ORDER BY r.id"
NUMBERS = "SELECT registration_id, archive_number FROM archive_items ORDER BY registration_id"
FIRST: dict[str, JsonValue] = {"child_name": "王一", "child_id_number": None, "child_birth_date": "2017-03-04"}
SECOND: dict[str, JsonValue] = {"child_name": "何乙", "child_id_number": None, "child_birth_date": "2018-05-06"}
THIRD: dict[str, JsonValue] = {"child_name": "赵丙", "child_id_number": None, "child_birth_date": "2016-05-06"}


def at(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def enter(two: Two, mark: str, said: dict[str, JsonValue], same_child: str | None = None, **more: JsonValue) -> str:
    return two.town.child(mark, same_child, **{**said, **more})


def numbers(office: OfficeAtWork) -> dict[str, str]:
    return {str(registration): str(number) for registration, number in rows(office, NUMBERS)}


def sound(two: Two) -> bool:
    return all(check.check(office.store, office.actor) == () for office in (two.town, two.county))


def test_what_came_for_a_merged_child_since_goes_back_with_it(two: Two) -> None:
    """The county takes two children for one; their township sends another form of the second; the county was wrong."""
    one, other = enter(two, "甲", FIRST), enter(two, "乙", SECOND)
    two.take(two.make("一.tdhandover"))
    _, merge = duplicates.merge(*at(two.county), one, other, "以为是同一个孩子")
    enter(two, "丙", SECOND, other, form_date="2026-10-11")
    two.take(two.make("二.tdhandover"))
    assert {child for _, child, _ in rows(two.county, WHO)} == {one}
    duplicates.undo_merge(*at(two.county), merge, "不是")
    assert len(rows(two.county, WHO)) == 3
    assert rows(two.county, WHO) == rows(two.town, WHO)
    assert sound(two)


def test_over_two_merges_it_goes_back_step_by_step(two: Two) -> None:
    one, other, third = enter(two, "甲", FIRST), enter(two, "乙", SECOND), enter(two, "丙", THIRD)
    two.take(two.make("一.tdhandover"))
    _, first = duplicates.merge(*at(two.county), one, other, "以为是同一个孩子")
    _, second = duplicates.merge(*at(two.county), third, one, "以为三个是一个")
    enter(two, "丁", SECOND, other, form_date="2026-10-11")
    two.take(two.make("二.tdhandover"))
    assert {child for _, child, _ in rows(two.county, WHO)} == {third}
    duplicates.undo_merge(*at(two.county), second, "不是")
    assert {child for _, child, _ in rows(two.county, WHO)} == {third, one}
    duplicates.undo_merge(*at(two.county), first, "也不是")
    assert len(rows(two.county, WHO)) == 4
    assert rows(two.county, WHO) == rows(two.town, WHO)
    assert sound(two)


def test_a_restored_township_sends_on(two: Two, tmp_path: Path) -> None:
    """Its disk died. What the county got since the backup the township has no more, and gives its numbers again."""
    enter(two, "甲", FIRST)
    two.take(two.make("一.tdhandover"))
    backup = tmp_path / "U盘.tdbackup"
    backups.make_backup(*at(two.town), backup)
    enter(two, "乙", SECOND)
    two.take(two.make("二.tdhandover"))
    target = tmp_path / "新电脑" / "资料库"
    target.parent.mkdir()
    backups.restore_backup(backup, target, username="admin", secret=PASSWORD, now=two.town.clock())
    two.town.store.close()
    opened = access.log_in(target, username="admin", password=PASSWORD, now=two.town.clock())
    with opened.store:
        two.town = replace(two.town, store=opened.store, actor=opened.actor)
        enter(two, "丙", THIRD)
        with pytest.raises(PackageRefused, match="从备份恢复过"):
            two.take(two.make("三.tdhandover"))
        handover_in.take_in(*at(two.town), two.back("回.tdhandover"))
        gap = two.make("四.tdhandover")  # what was in the third isn't in it again
        with pytest.raises(PackageRefused, match="不是本单位收到的那一包"):
            handover_in.preview(two.county.store, two.county.actor, gap)
        with pytest.raises(PackageRefused, match="不是本单位收到的那一包"):
            two.take(gap)
        two.take(two.make("五.tdhandover", everything=True))
        there, here = numbers(two.town), numbers(two.county)
        assert there.items() <= here.items()
        (lost,) = here.keys() - there.keys()  # the county still has it, under a number that nobody else has
        assert "（旧" in here[lost]
        two.take(two.make("六.tdhandover"))
        assert sound(two)

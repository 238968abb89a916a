"""Things done in an order that nobody thought of: two offices, merges, restored backups, tombstones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.kinds import JsonValue
from records.errors import PackageRefused
from records.tables import User
from records.views import Role
from records.views_care import LinkKind
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.scripted import back, front, visit_record
from tests.workflow.two_offices import Two, rows, two
from workflow import (
    access,
    backups,
    check,
    child_page,
    concerns,
    dossiers,
    duplicates,
    erasing,
    handover_in,
    intake,
    mandatory,
    moves,
    placing,
    verify,
    visits,
)
from workflow.errors import NotFound, WrongState

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


# -- a child that went into another -----------------------------------------------------------------------------------

DAY = date(2026, 10, 12)
DONE_TO_A_CHILD: dict[str, Callable[[OfficeAtWork, str, str], object]] = {
    "its page": lambda office, gone, _kept: child_page.child_page(office.store, office.actor, gone, DAY),
    "key concern": lambda office, gone, _kept: concerns.add(*at(office), gone, "ill", why="重病", since=DAY),
    "a visit": lambda office, gone, _kept: visits.record(*at(office), gone, visits.Visited(DAY, "林晓", "good")),
    "a planned visit": lambda office, gone, _kept: visits.plan(*at(office), gone, DAY),
    "a line of the log": lambda office, gone, _kept: visits.write_log(*at(office), DAY, "送学习用品", child_id=gone),
    "a case": lambda office, gone, _kept: mandatory.raise_case(*at(office), gone, "harm", "邻居反映"),
    "leaving": lambda office, gone, _kept: moves.exit_child(*at(office), gone, "home", DAY),
    "a link": lambda office, gone, kept: moves.link(*at(office), gone, kept, LinkKind.SIBLINGS, "户口簿"),
    "a dossier": lambda office, gone, _kept: dossiers.open_dossier(*at(office), gone),
    "going into a third": lambda office, gone, kept: duplicates.merge(*at(office), kept, gone, "同一个孩子"),
    "its likes": lambda office, gone, _kept: duplicates.duplicate_candidates(office.store, office.actor, gone),
}
"""What a page that was opened before the merge still offers."""


@pytest.mark.parametrize("deed", DONE_TO_A_CHILD)
def test_nothing_is_entered_for_a_child_that_went_into_another(office: OfficeAtWork, deed: str) -> None:
    kept, gone = office.child("甲", None, **FIRST), office.child("乙", None, **SECOND)
    duplicates.merge(*at(office), kept, gone, "核对了户口簿")
    with pytest.raises(NotFound, match="已并入另一名儿童"):
        DONE_TO_A_CHILD[deed](office, gone, kept)
    assert check.check(office.store, office.actor) == ()


def test_a_visit_record_by_the_old_name_goes_to_whom_the_child_went_into(office: OfficeAtWork) -> None:
    kept, gone = office.child("甲", None, **FIRST), office.child("乙", None, **SECOND)
    duplicates.merge(*at(office), kept, gone, "核对了户口簿")
    office.deliver("走访.tif", visit_record("V", child_name="何乙", child_id_number=None))
    office.read()
    (paper,) = placing.waiting(office.store, office.actor)
    assert [guess.child_id for guess in paper.children] == [kept]


def test_two_are_not_parted_when_one_would_be_nobody(office: OfficeAtWork) -> None:
    """They were merged, and since then all forms of one of them turned out to be somebody else's, or went by law."""
    kept, gone, third = (
        office.child(mark, None, **said) for mark, said in zip("甲乙丙", (FIRST, SECOND, THIRD), strict=True)
    )
    (registration,) = (str(form) for form, child, _ in rows(office, WHO) if child == gone)
    _, merge = duplicates.merge(*at(office), kept, gone, "核对了户口簿")
    verify.reopen(*at(office), registration, "原来是丙")
    for key, value in THIRD.items():
        verify.confirm(*at(office), registration, key, value)
    verify.finish(*at(office), registration, same_child=third)
    with pytest.raises(WrongState, match="没有可以分回去的"):
        duplicates.undo_merge(*at(office), merge, "不是")
    _, merge = duplicates.merge(*at(office), kept, third, "核对了户口簿")
    (source,) = (s for s in intake.inbox(office.store, office.actor).sources if s.name == "甲.tif")
    erase(office, [page.page_id for page in source.pages])
    with pytest.raises(WrongState, match="不用分开"):
        duplicates.undo_merge(*at(office), merge, "不是")
    assert check.check(office.store, office.actor) == ()


# -- a tombstone among living pages -----------------------------------------------------------------------------------


def colleague(office: OfficeAtWork) -> str:
    with office.store.transaction() as session:
        row = User(
            id=office.store.new_id(), username="wang", full_name="王某", role=Role.ADMINISTRATOR,
            division=office.actor.division, created_at=office.clock(),
        )  # fmt: skip
        session.add(row)
        return row.id


def erase(office: OfficeAtWork, pages: list[str]) -> None:
    """One asks for it, another carries it out."""
    asked = erasing.request_erasure(*at(office), pages, "误扫他人登记表")
    second = replace(office.actor, user_id=colleague(office))
    erasing.carry_out_erasure(office.store, second, office.clock(), asked, everything=True)


def test_of_an_erased_file_nothing_is_sealed_again(office: OfficeAtWork) -> None:
    """A page of it stands, and shows what is for named persons only: later readings leave the tombstone alone."""
    office.deliver("两份.tif", front("A"), back("A"), front("B", child_name="王一", child_id_number=None), back("B"))
    office.read()
    pages = [page.page_id for source in intake.inbox(office.store, office.actor).sources for page in source.pages]
    erase(office, pages[2:])
    office.deliver("又一份.tif", front("C", child_name="何雾", child_id_number=None), back("C"))
    office.read()
    assert check.check(office.store, office.actor) == ()

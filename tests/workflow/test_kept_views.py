"""Filters by name and columns: whose they are, whom they let pass, and that nothing of them leaves the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from forms.id_number import check_digit
from records import filter_rows
from records.filter_rows import _years_before
from records.tables import AuditEntry, KeptView, User
from records.views import Actor, Role
from records.views_kept import EVERYBODY, ChildFilter, WindowLeft
from tests.workflow.conftest import OfficeAtWork
from workflow import check, children, concerns, kept_views, moves, report, settings
from workflow.errors import BadValue, NotAllowed, NotFound
from workflow.matching import age_on

TODAY = date(2026, 10, 12)
MINE = ChildFilter(exited=False, division="220281104", age_from=3)


def number(first: str) -> str:
    return first + check_digit(first)


@pytest.fixture
def three(office: OfficeAtWork) -> dict[str, str]:
    """A girl of eight, a boy of twelve who left, and a girl of three without an ID number; by name."""
    boy = {"child_name": "张江", "child_id_number": number("22028420140305101"), "child_birth_date": "2014-03-05"}
    small = {"child_name": "何雾", "child_id_number": None, "child_birth_date": "2023-09-30"}
    found = {
        "欧阳雪": office.child("一"),
        "张江": office.child("二", child_sex=["1"], **boy),
        "何雾": office.child("三", child_residence={"division": "220281105", "detail": ""}, **small),
    }
    moves.exit_child(office.store, office.actor, office.clock(), found["张江"], "home", TODAY)
    concerns.add(office.store, office.actor, office.clock(), found["何雾"], "ill", why="确诊", since=TODAY)
    return found


def listed(office: OfficeAtWork, wanted: ChildFilter, actor: Actor | None = None) -> set[str]:
    who = (office.store, actor or office.actor)
    names = {row.name for row in children.children(*who, wanted=wanted, today=TODAY)}
    assert children.count(*who, wanted=wanted, today=TODAY) == len(names)
    return names


def test_each_question_lets_the_right_ones_pass(office: OfficeAtWork, three: dict[str, str]) -> None:
    everybody = {"欧阳雪", "张江", "何雾"}
    for wanted, names in (
        (EVERYBODY, everybody),
        (ChildFilter(exited=False), {"欧阳雪", "何雾"}),
        (ChildFilter(exited=True), {"张江"}),
        (ChildFilter(sex="1"), {"张江"}),
        (ChildFilter(age_from=4), {"欧阳雪", "张江"}),
        (ChildFilter(age_to=3), {"何雾"}),
        (ChildFilter(age_from=3, age_to=8), {"欧阳雪", "何雾"}),
        (ChildFilter(concern=True), {"何雾"}),
        (ChildFilter(concern=False), {"欧阳雪", "张江"}),
        (ChildFilter(reported=False), everybody),
        (ChildFilter(reported=True), set()),
        (ChildFilter(overdue=True), set()),
    ):
        assert listed(office, wanted) == names, wanted
    where = (office.store, office.actor)
    report.new_batch(*where, office.clock(), "十月", [row.registration_id for row in report.candidates(*where)][:1])
    assert len(listed(office, ChildFilter(reported=True))) == 1
    later = TODAY + timedelta(days=400)
    overdue = children.children(*where, wanted=ChildFilter(overdue=True), today=later)
    assert {row.name for row in overdue} == {row.name for row in overdue if row.overdue_days} != set()
    assert dict(children.places(*where))["220281104"].endswith("黄松甸镇")


def test_a_filter_tells_nothing_of_a_field_that_is_still_to_be_entered_blind(
    office: OfficeAtWork, three: dict[str, str]
) -> None:
    settings.change_setting(office.store, office.actor, office.clock(), settings.SECOND_ENTRY.key, "child_sex")
    with office.store.transaction() as session:
        other = User(
            id=office.store.new_id(), username="li", full_name="李某", role=Role.REVIEWER, division="220281104",
            created_at=office.clock(),
        )  # fmt: skip
        session.add(other)
        second = replace(office.actor, user_id=other.id, role=Role.REVIEWER)
    assert listed(office, ChildFilter(sex="1")) == {"张江"}, "who verified it knows it"
    assert listed(office, ChildFilter(sex="1"), second) == set()
    assert listed(office, ChildFilter(exited=True), second) == {"张江"}


@given(
    st.dates(date(2005, 1, 1), date(2026, 12, 31)), st.dates(date(2005, 1, 1), date(2026, 12, 31)), st.integers(0, 18)
)
def test_ages_are_those_that_the_list_shows(born: date, today: date, years: int) -> None:
    if born <= today:
        assert ((age_on(born, today) or 0) >= years) == (born <= _years_before(today, years))


def test_one_s_own_and_everybody_s(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    given_names = [name for name, _filter in kept_views.GIVEN]
    assert [f.name for f in kept_views.filters(*where)] == given_names
    kept_views.keep_filter(*where, office.clock(), "  黄松甸　三岁以上 ", MINE)
    kept_views.keep_filter(*where, office.clock(), "大家的", EVERYBODY, shared=True)
    kept_views.keep_filter(*where, office.clock(), "黄松甸 三岁以上", replace(MINE, age_to=6))
    own, shared = kept_views.filters(*where)[len(given_names) :]
    assert (own.name, own.filter, own.shared) == ("黄松甸 三岁以上", replace(MINE, age_to=6), False)
    assert (shared.name, shared.shared) == ("大家的", True)
    with office.store.transaction() as session:
        user = User(
            id=office.store.new_id(), username="li", full_name="李某", role=Role.COLLECTOR, division="220281104",
            created_at=office.clock(),
        )  # fmt: skip
        session.add(user)
        other = replace(office.actor, user_id=user.id, role=Role.COLLECTOR)
    assert [f.name for f in kept_views.filters(office.store, other)][len(given_names) :] == ["大家的"]
    with pytest.raises(NotAllowed):
        kept_views.remove_filter(office.store, other, office.clock(), shared.view_id)
    with pytest.raises(NotAllowed):
        kept_views.keep_filter(office.store, other, office.clock(), "也是大家的", MINE, shared=True)
    with pytest.raises(NotFound):
        kept_views.remove_filter(office.store, other, office.clock(), own.view_id)
    kept_views.remove_filter(*where, office.clock(), own.view_id)
    kept_views.remove_filter(*where, office.clock(), shared.view_id)
    assert [f.name for f in kept_views.filters(*where)] == given_names
    for bad in ("", "　", "长" * 25, "重点关爱"):
        with pytest.raises(BadValue, match="没有存"):
            kept_views.keep_filter(*where, office.clock(), bad, MINE)
    assert check.check(*where) == ()


def test_a_name_stays_in_its_row(office: OfficeAtWork) -> None:
    kept_views.keep_filter(office.store, office.actor, office.clock(), "找欧阳雪", MINE)
    with office.store.session() as session:
        assert session.scalars(select(KeptView.name)).one() == "找欧阳雪"
        details = session.execute(select(AuditEntry.verb, AuditEntry.object_id, AuditEntry.detail)).all()
        assert "欧阳雪" not in str(details)


def test_columns_are_one_s_own(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    assert kept_views.columns(*where, "children") == ()
    kept_views.keep_columns(*where, office.clock(), "children", ["姓名", "档号"])
    kept_views.keep_columns(*where, office.clock(), "due", ["姓名"])
    assert kept_views.columns(*where, "children") == ("姓名", "档号")
    kept_views.keep_columns(*where, office.clock(), "children", [])
    assert kept_views.columns(*where, "children") == ()
    assert kept_views.columns(*where, "due") == ("姓名",)


def test_without_a_filter_nothing_is_asked() -> None:
    assert filter_rows.conditions(EVERYBODY, None) == []


def test_the_window_is_left_by_each_in_her_own_way(office: OfficeAtWork) -> None:
    """Nothing of it is audited: looking around is no change, and the backup on leaving asks the audit for changes."""
    left = WindowLeft("drafts", {"inbox/0": (700, 460)}, {"children": {"姓名": 140}})
    assert kept_views.window(office.store, office.actor) == WindowLeft()
    before = audited(office)
    kept_views.keep_window(office.store, office.actor, office.clock(), WindowLeft("inbox"))
    kept_views.keep_window(office.store, office.actor, office.clock(), left)
    assert kept_views.window(office.store, office.actor) == left
    assert kept_views.window(office.store, replace(office.actor, user_id=office.store.new_id())) == WindowLeft()
    assert audited(office) == before
    assert check.check(office.store, office.actor) == ()


def audited(office: OfficeAtWork) -> int:
    with office.store.session() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize("content", [[], "drafts", {"gaps": [1], "widths": 3}, {"more": {}}])
def test_a_window_left_by_another_version_is_taken_for_what_it_says(office: OfficeAtWork, content: object) -> None:
    kept_views.keep_window(office.store, office.actor, office.clock(), WindowLeft("inbox"))
    with office.store.transaction() as session:
        session.scalars(select(KeptView)).one().content = content
    assert kept_views.window(office.store, office.actor) == WindowLeft()

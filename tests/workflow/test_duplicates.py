"""The same child twice: found with reasons, merged as a person says, put back whole, never asked about again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from forms.id_number import check_digit
from forms.kinds import JsonValue
from records.likeness import keys_of
from records.likeness_rows import clear_keys, set_keys, traits_of_all
from records.merging import OWN_WAY, columns_of_children
from records.tables import Child, ChildKey, ChildLink, Table, Visit
from records.views import Role
from records.views_care import LinkKind, VisitState
from records.views_duplicates import PairDetail, TwinView
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.scripted import CHILD, back, front
from workflow import child_page, children, cli, duplicates, report, verify, visits
from workflow import twins as twins_of
from workflow.errors import BadValue, NotFinished, NotFound, WrongState

OTHER = "22028420180101004" + check_digit("22028420180101004")
MOTHER = "22028419900101002" + check_digit("22028419900101002")
AGAIN: dict[str, JsonValue] = {"child_name": "欧阳霄", "child_id_number": None, "child_registered": ["no"],
                               "child_household": None, "form_date": "2026-10-13"}  # fmt: skip
"""欧阳雪 once more: a look-alike read for the last character, no ID number."""


def child(office: OfficeAtWork, name: str, **values: JsonValue) -> str:
    """A form comes in, is verified, and is of a child of its own."""
    known = {sheet.registration_id for sheet in office.sheets()}
    concern: dict[str, JsonValue] = (
        {"concern_criteria": ["unregistered"], "concern_listed": ["yes"]} if "child_household" in values else {}
    )
    office.deliver(
        f"{name}.tif",
        front(name, (), **values),
        back(name, (), mother_id_number=MOTHER, caregiver_id_number=MOTHER, **concern),
    )
    office.read()
    (sheet,) = [s for s in office.sheets() if s.registration_id not in known]
    return office.verified(sheet, same_child=verify.NEW_CHILD).child_id


def twins(office: OfficeAtWork, child_id: str) -> tuple[TwinView, ...]:
    return duplicates.duplicate_candidates(office.store, office.actor, child_id)


def state_of_everything(office: OfficeAtWork) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row of every table but the audit, the merges themselves and what is noted of the keys.

    What rules propose and plan is made anew: the same rows, under new ids.
    """
    left_out = {"audit", "child_merges", "settings"}
    made_anew = {"concerns": {"id"}, "visits": {"id"}}
    with office.store.session() as session:
        connection: Connection = session.connection()
        return {
            table.name: sorted(
                map(tuple, connection.execute(select(*(c for c in table.columns if c.name not in dropped))).all()),
                key=repr,
            )
            for table in Table.metadata.sorted_tables
            if table.name not in left_out
            for dropped in [made_anew.get(table.name, set())]
        }


def test_a_misread_child_is_found_with_its_reasons(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    (twin,) = twins(office, one)
    assert (twin.child_id, twin.inside, twin.grade) == (other, True, "likely")
    assert {"姓名字形相近", "出生日期相同", "父母或照护人相同"} <= set(twin.reasons)
    assert twins(office, other)[0].child_id == one
    (pair,) = duplicates.all_duplicates(office.store, office.actor)
    assert {pair.one.child_id, pair.other.child_id} == {one, other}


def test_a_brother_is_not(office: OfficeAtWork) -> None:
    one = child(office, "一")
    child(office, "二", child_name="欧阳岩", child_id_number="22028420210505003" + check_digit("22028420210505003"),
          child_birth_date="2021-05-05", child_sex=["1"], health_managed=["yes"], school_state=["none"],
          school_name=None)  # fmt: skip
    assert [t for t in twins(office, one) if t.grade == "likely"] == []


def test_of_a_child_elsewhere_only_township_and_score_are_said(office: OfficeAtWork) -> None:
    one = child(office, "一")
    child(office, "二", **AGAIN, child_residence={"division": "220281104", "detail": "河沿街3号"})
    elsewhere = child(office, "三", child_name="欧阳雷", child_id_number=OTHER, form_date="2026-10-14")
    with office.store.transaction() as session:
        row = session.get_one(Child, elsewhere)
        registration = row.current_registration_id
        session.execute(text("UPDATE registrations SET division = '220281001' WHERE id = :id"), {"id": registration})
        row.residence_division = "220281001"
    clerk = replace(office.actor, division="220281104")
    found = duplicates.duplicate_candidates(office.store, clerk, one)
    (outside,) = [t for t in found if not t.inside]
    assert outside == TwinView(score=outside.score, township=outside.township, inside=False)
    assert outside.township.startswith("吉林省吉林市蛟河市")
    with pytest.raises(NotFound):
        duplicates.duplicate_candidates(office.store, clerk, elsewhere)
    with pytest.raises(NotFound):
        duplicates.merge(office.store, clerk, office.clock(), one, elsewhere, "同一个孩子")
    with pytest.raises(NotFound):
        duplicates.keep_apart(office.store, clerk, office.clock(), one, elsewhere)


# -- merging ----------------------------------------------------------------------------------------------------------


def merged(office: OfficeAtWork, kept: str, gone: str) -> str:
    _, merge_id = duplicates.merge(office.store, office.actor, office.clock(), kept, gone, "核对了户口簿")
    return merge_id


def undo(office: OfficeAtWork, merge_id: str) -> None:
    duplicates.undo_merge(office.store, office.actor, office.clock(), merge_id, "是堂妹")


def test_everything_moves_and_comes_back_as_it_was(office: OfficeAtWork) -> None:
    one, other, third = child(office, "一"), child(office, "二", **AGAIN), child(office, "三", child_name="何雾",
                                                                           child_id_number=OTHER)  # fmt: skip
    with office.store.transaction() as session:
        for number, ends in enumerate(((other, third), (one, other))):
            first, second = sorted(ends)
            session.add(
                ChildLink(
                    id=office.store.new_id(), kind=LinkKind.SAME_MOTHER, child_id=first, other_id=second,
                    why=str(number), made_at=office.clock(), made_by=office.actor.user_id,
                )
            )  # fmt: skip
    before = state_of_everything(office)
    merge_id = merged(office, one, other)
    assert [row.child_id for row in children.children(office.store, office.actor)].count(other) == 0
    assert len(children.children(office.store, office.actor)) == 2
    with office.store.session() as session:
        for table, column in columns_of_children():
            assert session.execute(select(table).where(column == other)).first() is None, table.name
        linked = {(link.child_id, link.other_id) for link in session.scalars(select(ChildLink))}
    assert (min(one, third), max(one, third)) in linked
    assert other not in {t.child_id for t in twins(office, one)}
    undo(office, merge_id)
    assert state_of_everything(office) == before
    assert twins(office, one)[0].child_id == other


@pytest.mark.parametrize(("of_one", "of_other"), [(20, 26), (26, 20), (None, 26), (26, None)])
def test_days_that_persons_planned_come_back_too(
    office: OfficeAtWork, of_one: int | None, of_other: int | None
) -> None:
    """One planned visit while they are one child: the earlier of those that persons chose, and whoever goes."""
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    for child_id, day in ((one, of_one), (other, of_other)):
        if day is not None:
            where = (office.store, office.actor, office.clock(), child_id)
            visits.plan(*where, date(2026, 10, day), visitor=f"{day}日去的人")
    before = planned(office)
    merge_id = merged(office, one, other)
    days = [date(2026, 10, day) for day in (of_one, of_other) if day is not None]
    assert planned(office) == {one: (min(days), f"{min(days).day}日去的人")}
    undo(office, merge_id)
    assert planned(office) == before


def planned(office: OfficeAtWork) -> dict[str, tuple[date | None, str]]:
    """The one planned visit of each child."""
    with office.store.session() as session:
        rows = session.scalars(select(Visit).where(Visit.state == VisitState.PLANNED)).all()
    found = {row.child_id: (row.due_on, row.visitor) for row in rows}
    assert len(found) == len(rows)
    return found


def test_the_newest_statement_counts_after_a_merge(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    merged(office, one, other)
    (row,) = children.children(office.store, office.actor)
    assert (row.child_id, row.name) == (one, "欧阳霄")
    assert row.id_number_masked.startswith("2202842018"), "what only the older form says is kept"


def test_what_came_since_stays_where_it_came(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    merge_id = merged(office, one, other)
    office.deliver("三.tif", front("三", (), form_date="2026-10-20"), back("三"))
    office.read()
    (sheet,) = office.sheets()
    assert office.verified(sheet).child_id == one
    undo(office, merge_id)
    rows = {row.child_id: row for row in children.children(office.store, office.actor)}
    assert rows[one].registration_id == sheet.registration_id
    assert rows[other].name == "欧阳霄"


def test_a_number_of_the_one_that_went_leads_to_the_one_that_stayed(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    merged(office, other, one)
    office.deliver("三.tif", front("三", (), form_date="2026-10-20"), back("三"))
    office.read()
    (sheet,) = office.sheets()
    assert "number_of_two_children" not in {f.rule for f in sheet.findings}
    assert office.verified(sheet).child_id == other


def test_a_merge_is_undone_once_and_the_last_one_first(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    third = child(office, "三", child_name="欧阳雷", child_id_number=OTHER)
    first = merged(office, other, one)
    second = merged(office, third, other)
    with pytest.raises(WrongState, match="先撤销后面"):
        undo(office, first)
    undo(office, second)
    undo(office, first)
    with pytest.raises(WrongState, match="已经撤销"):
        undo(office, first)
    with pytest.raises(NotFound):
        undo(office, "nothing")
    listed = duplicates.merges(office.store, office.actor)
    assert [m.merge_id for m in listed] == [second, first]
    assert {m.undone_reason for m in listed} == {"是堂妹"}


def test_reasons_are_wanted_and_nonsense_is_refused(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    before = state_of_everything(office)
    with pytest.raises(BadValue, match="依据"):
        duplicates.merge(office.store, office.actor, office.clock(), one, other, " ")
    with pytest.raises(BadValue, match="同一条"):
        duplicates.merge(office.store, office.actor, office.clock(), one, one, "x")
    with pytest.raises(BadValue, match="同一条"):
        duplicates.keep_apart(office.store, office.actor, office.clock(), one, one)
    with pytest.raises(NotFound):
        duplicates.merge(office.store, office.actor, office.clock(), one, "nobody", "x")
    assert state_of_everything(office) == before
    merge_id = merged(office, one, other)
    with pytest.raises(BadValue, match="原因"):
        duplicates.undo_merge(office.store, office.actor, office.clock(), merge_id, "")
    with pytest.raises(NotFound):
        merged(office, other, one)


def test_two_that_are_both_being_reported_are_not_merged(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    ids = [row.registration_id for row in report.candidates(office.store, office.actor)]
    report.new_batch(office.store, office.actor, office.clock(), "第一批", ids)
    with pytest.raises(WrongState, match="等反馈"):
        merged(office, one, other)


def test_every_table_that_names_children_is_seen_to() -> None:
    """A new table with a child in it is moved by itself; only these go another way."""
    assert {
        "child_keys",
        "child_links",
        "child_merges",
        "child_persons",
        "child_terms",
        "kept_apart",
        "unfollowed",
    } == OWN_WAY
    assert {"registrations", "batch_rows", "concerns", "visits", "dossiers"} <= {
        table.name for table, _ in columns_of_children()
    }


# -- side by side, value by value -------------------------------------------------------------------------------------


def compared(office: OfficeAtWork, one: str, other: str) -> PairDetail:
    return twins_of.compare(office.store, office.actor, one, other)


def test_two_children_stand_side_by_side_with_what_differs_first(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    pair = compared(office, one, other)
    assert (pair.one.name, pair.other.name, pair.newer_is_one, pair.kept_id) == ("欧阳雪", "欧阳霄", False, one)
    assert pair.grade == "likely"
    assert len(pair.one.pages) == 2
    differing = [field for field in pair.fields if not field.agrees]
    assert list(pair.fields[: len(differing)]) == differing
    by_key = {field.key: field for field in pair.fields}
    assert (by_key["child_name"].one, by_key["child_name"].other) == ("欧阳雪", "欧阳霄")
    assert by_key["child_name"].choosable
    assert by_key["child_birth_date"].agrees
    assert not by_key["form_date"].choosable, "both sheets have theirs"
    assert by_key["child_id_number"].one == CHILD["child_id_number"]
    collector = replace(office.actor, role=Role.COLLECTOR)
    masked = twins_of.compare(office.store, collector, one, other)
    (number,) = [field for field in masked.fields if field.key == "child_id_number"]
    assert number.one.startswith("2202842018")
    assert number.one.endswith("****")
    assert not any(field.choosable for field in masked.fields)
    village = replace(office.actor, division="220281104299")
    with pytest.raises(NotFound):
        twins_of.compare(office.store, village, one, other)


def test_a_person_says_whose_value_counts_and_it_goes_back_with_the_merge(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    pair = compared(office, one, other)
    before = state_of_everything(office)
    older = {"child_name": pair.one.registration_id, "child_sex": pair.other.registration_id}
    _, merge_id = duplicates.merge(office.store, office.actor, office.clock(), one, other, "看了户口簿", older)
    (row,) = children.children(office.store, office.actor)
    assert row.name == "欧阳雪"
    history = child_page.field_history(office.store, office.actor, one, "child_name")
    assert ("更正", "合并重复登记，以另一份登记表为准：看了户口簿") in {(step.source, step.note) for step in history}
    undo(office, merge_id)
    after = state_of_everything(office)
    assert {row.child_id: row.name for row in children.children(office.store, office.actor)} == {
        one: "欧阳雪", other: "欧阳霄",
    }  # fmt: skip
    assert len(after["answer_events"]) == len(before["answer_events"]) + 2, "the history keeps both steps"
    assert {table for table in before if before[table] != after[table]} <= {"answer_events", "answers"}


def test_values_that_contradict_or_are_being_reported_are_refused_whole(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    pair = compared(office, one, other)
    before = state_of_everything(office)
    number_alone = {"child_id_number": pair.one.registration_id}
    number_and_register = {**number_alone, "child_registered": "nothing of these"}
    with pytest.raises(NotFound, match="没有合并"):
        duplicates.merge(office.store, office.actor, office.clock(), one, other, "x", number_and_register)
    with pytest.raises(NotFinished, match="互相矛盾"):
        duplicates.merge(office.store, office.actor, office.clock(), one, other, "x", number_alone)
    assert state_of_everything(office) == before
    ids = [pair.other.registration_id]
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "第一批", ids)
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    held = state_of_everything(office)
    name = {"child_name": pair.one.registration_id}
    with pytest.raises(WrongState, match="报送批次"):
        duplicates.merge(office.store, office.actor, office.clock(), one, other, "x", name)
    assert state_of_everything(office) == held


# -- kept apart -------------------------------------------------------------------------------------------------------


def test_not_the_same_is_remembered_and_can_be_taken_back(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    duplicates.keep_apart(office.store, office.actor, office.clock(), other, one, "堂姐妹")
    assert twins(office, one) == twins(office, other) == ()
    assert duplicates.all_duplicates(office.store, office.actor) == ()
    with pytest.raises(WrongState, match="不是同一个"):
        merged(office, one, other)
    duplicates.keep_apart(office.store, office.actor, office.clock(), one, other, apart=False)
    assert len(twins(office, one)) == 1


def test_it_is_remembered_of_a_child_that_went_into_another(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    third = child(office, "三", child_name="欧阳雷", child_id_number=None, child_registered=["no"],
                  child_household=None)  # fmt: skip
    duplicates.keep_apart(office.store, office.actor, office.clock(), other, third)
    merged(office, one, other)
    assert twins(office, one) == twins(office, third) == ()
    assert duplicates.all_duplicates(office.store, office.actor) == ()


# -- keys -------------------------------------------------------------------------------------------------------------


def test_a_store_from_before_the_keys_is_filed_at_the_first_look(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    with office.store.transaction() as session:
        clear_keys(session)
        session.execute(text("DELETE FROM settings WHERE key = 'child_keys'"))
    assert [t.child_id for t in twins(office, one)] == [other]


def test_keys_follow_the_registrations(office: OfficeAtWork) -> None:
    child(office, "一")
    child(office, "二", **AGAIN)
    with office.store.session() as session:
        stored: dict[str, set[str]] = {}
        for row in session.scalars(select(ChildKey)):
            stored.setdefault(row.child_id, set()).add(row.key)
        assert stored == {child_id: set(keys_of(t)) for child_id, t in traits_of_all(session).items()}


def test_a_child_under_no_key_is_found_no_more(office: OfficeAtWork) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    assert twins(office, one)
    with office.store.transaction() as session:
        set_keys(session, other, ())
    assert twins(office, one) == ()


# -- command line -----------------------------------------------------------------------------------------------------


def test_the_command_line(
    office: OfficeAtWork, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = child(office, "一"), child(office, "二", **AGAIN)
    data_dir = str(office.store.data_dir)
    office.store.close()

    def run(*arguments: str) -> str:
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        assert cli.main(["child", *arguments, "--data-dir", data_dir]) == 0
        return capsys.readouterr().out

    assert "没有合并过" in run("merges")
    listed = run("duplicates")
    assert "姓名字形相近" in listed
    assert "共 1 处" in listed
    assert str(CHILD["child_id_number"]) not in listed
    assert other in run("duplicates", "--child", one)
    merge_id = run("merge", one, other, "--why", "核对了户口簿").split("合并编号 ")[1].split("，")[0]
    assert "没有发现" in run("duplicates")
    assert "核对了户口簿" in run("merges")
    run("unmerge", merge_id, "--why", "弄错了")
    run("apart", one, other)
    assert "没有发现" in run("duplicates")
    run("apart", one, other, "--undo")
    assert "共 1 处" in run("duplicates")

"""Rules across registrations, rounds and children: each is broken once, and the sheet says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks import bench_store
from benchmarks.likeness_store import NOW
from forms.findings import ERROR
from forms.id_number import check_digit
from forms.kinds import JsonValue
from forms.rule_book import RECORDS, rule_book
from records import child_rows
from records.tables import Answer, Child, Registration
from records.views import RegistrationState
from records.views_roster import RosterKind
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, back, front
from workflow import children, cross_checks, moves, roster_import, rounds, rules, sheets, verify

OTHER = "22028420180101004" + check_digit("22028420180101004")
FATHER = "22028419880101001" + check_digit("22028419880101001")


def draft(office: OfficeAtWork, name: str, **values: JsonValue) -> str:
    """A form comes in and waits to be verified; its registration's id."""
    sides = {key: values.pop(key) for key in list(values) if key.startswith(("father", "mother", "caregiver"))}
    known = {sheet.registration_id for sheet in office.sheets()}
    office.deliver(f"{name}.tif", front(name, (), **values), back(name, (), **sides))
    office.read()
    (new,) = [s.registration_id for s in office.sheets() if s.registration_id not in known]
    return new


def told(office: OfficeAtWork, registration_id: str) -> set[str]:
    found = verify.sheet(office.store, office.actor, registration_id).findings
    return {f.rule for f in found if rule_book()[f.rule].scope == RECORDS}


def first_form(office: OfficeAtWork, **values: JsonValue) -> None:
    registration = draft(office, "先", **values)
    office.verified(verify.sheet(office.store, office.actor, registration))


def next_round(office: OfficeAtWork) -> None:
    rounds.open_round(
        office.store, office.actor, office.clock(),
        name="2027年上半年", as_of=date(2027, 6, 30), opens=date(2027, 1, 1), closes=date(2027, 6, 30),
    )  # fmt: skip


def child_that_is_a_guardian(office: OfficeAtWork) -> str:
    """A ten-year-old's ID number stands where the father's should."""
    first_form(office)
    return draft(office, "后", child_id_number=OTHER, child_name="何雾", father_id_number=CHILD["child_id_number"])


def shared_number(office: OfficeAtWork) -> str:
    """Two children of one number, as only a package or a correction can leave them behind."""
    first_form(office)
    second = draft(office, "后", child_id_number=OTHER, child_name="何雾")
    office.verified(verify.sheet(office.store, office.actor, second))
    with office.store.transaction() as session:
        for child in session.query(Child):
            child.id_number = OTHER
    return second


def changed(**values: JsonValue) -> Callable[[OfficeAtWork], str]:
    def later(office: OfficeAtWork) -> str:
        first_form(office)
        next_round(office)
        return draft(office, "后", form_date="2027-02-01", **values)

    return later


def again_in_the_round(office: OfficeAtWork) -> str:
    first_form(office)
    return draft(office, "后", form_date="2026-10-13")


def earlier_statement(office: OfficeAtWork) -> str:
    first_form(office)
    return draft(office, "后", form_date="2026-10-11")


def back_again(office: OfficeAtWork) -> str:
    """The family went home in January; in February there is a form."""
    first_form(office)
    next_round(office)
    with office.store.session() as session:
        (child_id,) = [child.id for child in session.query(Child)]
    office.clock.now += timedelta(days=90)
    moves.exit_child(office.store, office.actor, office.clock(), child_id, "home", date(2027, 1, 5))
    return draft(office, "后", form_date="2027-02-01")


def listed(name: str, number: str, born: str) -> Callable[[OfficeAtWork], str]:
    """A school's list has the child otherwise."""

    def against(office: OfficeAtWork) -> str:
        path = office.folder / "名单.csv"
        path.write_text(f"姓名,身份证号,出生日期\n{name},{number},{born}\n", encoding="utf-8")
        roster_import.bring_in(
            office.store, office.actor, office.clock(), path,
            name="随迁子女", kind=RosterKind.SCHOOL, as_of=date(2026, 10, 1),
        )  # fmt: skip
        return draft(office, "一")

    return against


SNOW, NUMBER = str(CHILD["child_name"]), str(CHILD["child_id_number"])

CASES: dict[str, Callable[[OfficeAtWork], str]] = {
    "outside_round": lambda office: draft(office, "一", form_date="2026-02-01"),
    "two_in_round": again_in_the_round,
    "older_than_current": earlier_statement,
    "left_before": back_again,
    "unchanged_without_last": lambda office: draft(office, "一", form_update=["unchanged"]),
    "first_but_known": changed(form_update=["first"]),
    "birth_date_changed": changed(child_birth_date="2018-01-07"),
    "sex_changed": changed(child_sex=["1"]),
    "name_changed": changed(child_name="欧阳霜"),
    "ethnic_group_changed": changed(child_ethnic_group="11"),
    "number_of_two_children": shared_number,
    "guardian_is_child": child_that_is_a_guardian,
    "roster_number_differs": listed(SNOW, OTHER, "2018-01-01"),
    "roster_name_differs": listed("欧阳霜", NUMBER, "2018-01-01"),
    "roster_birth_differs": listed(SNOW, NUMBER, "2018-01-07"),
}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_each_rule_speaks_up(office: OfficeAtWork, rule: str) -> None:
    assert rule in told(office, CASES[rule](office))


def test_every_rule_across_registrations_is_tried_here() -> None:
    assert {name for name, rule in rule_book().items() if rule.scope == RECORDS} == CASES.keys()


def test_a_first_form_and_a_later_one_that_agrees_are_left_in_peace(office: OfficeAtWork) -> None:
    assert told(office, draft(office, "零", child_id_number=OTHER, child_name="何雾", father_id_number=FATHER)) == set()
    assert told(office, changed(form_update=["changed"])(office)) == set()


def test_a_list_that_agrees_says_nothing(office: OfficeAtWork) -> None:
    assert told(office, listed(SNOW, NUMBER, "2018-01-01")(office)) == set()


def test_a_dot_of_another_kind_is_the_same_name(office: OfficeAtWork) -> None:
    first_form(office, child_name="阿依古丽·买买提")
    next_round(office)
    later = draft(office, "后", form_date="2027-02-01", child_name="阿依古丽・买买提")
    assert "name_changed" not in told(office, later)


def test_many_at_once_are_judged_as_each_alone(office: OfficeAtWork) -> None:
    """Two of one number, a guardian who is a child, another name than last time: gathered or looked up, the same."""
    registration = changed(child_name="欧阳霜", form_update=["first"])(office)
    office.verified(verify.sheet(office.store, office.actor, registration))
    for name, values in (("何雾", {"child_id_number": OTHER}), ("林松", {"child_id_number": None})):
        draft_id = draft(office, name, child_name=name, **values)
        office.verified(verify.sheet(office.store, office.actor, draft_id))
    with office.store.transaction() as session:
        for child in session.query(Child).where(Child.name == "林松"):
            child.id_number = OTHER  # as only a package or a correction can leave it behind
    with office.store.session() as session:
        current = [r for r in session.query(Registration) if r.child and r.child.current_registration_id == r.id]
        of = [(r, sheets.said({a.key: a for a in r.answers})) for r in current]
        assert len(of) == 3
        of += [(r, values | {"caregiver_id_number": NUMBER}) for r, values in of if values["child_name"] == "何雾"]
        many, alone = cross_checks.AroundMany(session, of), cross_checks.Around(session)
        told = [cross_checks.findings(alone, r, values, date(2027, 6, 30)) for r, values in of]
        assert [cross_checks.findings(many, r, values, date(2027, 6, 30)) for r, values in of] == told
    spoken = {f.rule for found in told for f in found}
    assert spoken >= {"number_of_two_children", "guardian_is_child", "name_changed", "first_but_known"}
    counted = {count.rule for count in rules.run_rules(office.store, office.actor)}
    assert spoken - {"guardian_is_child"} <= counted


def test_all_rules_over_the_whole_store(office: OfficeAtWork) -> None:
    assert rules.run_rules(office.store, office.actor) == ()
    first_form(office, child_arrival="2026-11", form_date="2026-12-01")
    counted = {count.rule: count for count in rules.run_rules(office.store, office.actor)}
    assert len(counted["under_six_months"].registration_ids) == 1
    assert "two_in_round" not in counted


def test_a_whole_store_is_told_what_each_form_is_told(tmp_path: Path) -> None:
    """Gathered in portions and read without mapped rows, sealed answers among them; in the order of the list."""
    with bench_store.full_store(tmp_path, 40) as (store, actor, _ids):
        listed = [row.registration_id for row in children.children(store, actor)]
        with store.transaction() as session:
            answer = session.get_one(Answer, (listed[7], "child_sex"))
            answer.value = ["2" if answer.value == ["1"] else "1"]
        told: dict[str, list[str]] = {}
        for registration_id in listed:
            for rule in {f.rule for f in verify.sheet(store, actor, registration_id).findings}:
                told.setdefault(rule, []).append(registration_id)
        counted = {count.rule: count.registration_ids for count in rules.run_rules(store, actor)}
        assert counted == {rule: tuple(ids) for rule, ids in told.items()}
        assert len(counted["required"]) == 40
        with store.session() as session:
            errors = {ids for rule, ids in counted.items() if rule_book()[rule].grade == ERROR}
            assert errors == {(listed[7],)}
            assert rules.contradicting(store, session) == (listed[7],)


def test_statements_of_many_are_in_the_order_of_each_childs(tmp_path: Path) -> None:
    day, other = date(2026, 6, 20), date(2026, 6, 21)
    dates = [(None, None), (None, day), (day, None), (day, other), (other, day), (day, day)]
    with bench_store.full_store(tmp_path, 24) as (store, _actor, ids):
        with store.transaction() as session:
            for number, child_id in enumerate(ids):
                rows = session.scalars(select(Registration).where(Registration.child_id == child_id)).all()
                for row, form_date in zip(rows, dates[number % len(dates)], strict=True):
                    row.form_date = form_date
                    row.verified_at = NOW + timedelta(days=number % 4 * (row is rows[0]))
            rows[0].state = RegistrationState.SENT_BACK
        with store.session() as session:
            many = child_rows.registrations_of_many(session, ids)
            for child_id in ids:
                assert many[child_id] == list(child_rows.registrations_of(session, child_id))
            assert [len(listed) for listed in many.values()] == [2] * 23 + [1]

"""Trust is earned on the office's own forms, taken back with them, and never given away lightly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import trust_rows
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import learned, settings, trust, verify
from workflow.judge_model import shipped_judge
from workflow.office_fit import (
    MANY,
    MOST_LOOSENED,
    Checked,
    Effect,
    better,
    earned,
    effect,
    interval,
    shifts_from,
)

NUMBERS = shipped_judge()
groups = st.sampled_from(sorted(NUMBERS.groups))
checked = st.builds(Checked, groups, st.floats(0.9, 0.9999), st.booleans(), st.booleans())


def family(office: OfficeAtWork, number: int, **values: Any) -> str:
    """One more sheet, read; its registration's id."""
    before = {row.registration_id for row in verify.drafts(office.store, office.actor)}
    own = {"child_name": f"林雾{number}", "child_id_number": None, "child_birth_date": f"2016-03-{number:02d}"}
    office.deliver(f"{number}.tif", front(f"S{number}", **{**own, **values}), back(f"S{number}", father_id_number=None))
    office.read()
    (new,) = {row.registration_id for row in verify.drafts(office.store, office.actor)} - before
    return new


def save(office: OfficeAtWork, registration_id: str, **corrected: Any) -> None:
    """Enter on everything shown, other values where ``corrected``, saved."""
    sheet = verify.sheet(office.store, office.actor, registration_id)
    for item in sheet.items:
        if item.shown or item.key in corrected:
            value = corrected.get(item.key, item.value)
            verify.confirm(office.store, office.actor, office.clock(), registration_id, item.key, value)
    done = verify.finish(office.store, office.actor, office.clock(), registration_id, same_child=verify.NEW_CHILD)
    assert isinstance(done, verify.Finished)


# -- counting ---------------------------------------------------------------------------------------------------------


def test_saving_counts_what_was_looked_at_and_opening_again_takes_it_back(office: OfficeAtWork) -> None:
    one = family(office, 1)
    assert trust.trust(office.store, office.actor).total.checked == 0
    save(office, one)
    view = trust.trust(office.store, office.actor)
    assert view.registrations == 1
    assert view.total.checked > 20
    assert view.total.wrong == 0
    assert {"勾选", "手写姓名", "手写日期和电话"} <= {group.label for group in view.groups}
    assert "再核对 49 份" in view.sentence
    verify.reopen(office.store, office.actor, office.clock(), one, "看错了")
    assert trust.trust(office.store, office.actor).total.checked == 0
    save(office, one)
    assert trust.trust(office.store, office.actor).total == view.total


def test_an_error_that_was_vouched_for_tightens_the_judge_at_once(office: OfficeAtWork) -> None:
    drafts = [family(office, number) for number in range(1, 4)]
    save(office, drafts[0])
    with office.store.session() as session:
        assert trust_rows.newest_fit(session) is None
    wrong = {"child_name": "杜松", "father_name": "杜柏", "mother_name": "白桦", "caregiver_name": "白桦"}
    save(office, drafts[1], **wrong)
    view = trust.trust(office.store, office.actor)
    assert view.total.wrong == 4
    assert "手写姓名" in view.stricter
    with office.store.session() as session:
        fit = trust_rows.newest_fit(session)
        assert fit is not None
        assert fit.number == 1
        assert fit.shifts["name.hand"] < -1
        assert fit.after["wrong"] < fit.before["wrong"]
        assert fit.after["accepted"] < fit.before["accepted"]
        rows = learned.office_trust(session)
        assert rows.version == 1
        # what still waits was judged by the new numbers in the same step
        assert not trust_rows.drafts_judged_otherwise(session, f"{NUMBERS.version}+1", 10)


def test_drafts_of_an_older_judge_are_judged_again_when_the_queue_runs(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = family(office, 1)
    verify.confirm(office.store, office.actor, office.clock(), draft, "school_grade", "一年级")
    monkeypatch.setattr("workflow.drafting.version", lambda office: "newer")
    monkeypatch.setattr("workflow.trust.version", lambda office: "newer")
    changes = office.read()
    assert changes.registrations == {draft}
    with office.store.session() as session:
        assert not trust_rows.drafts_judged_otherwise(session, "newer", 10)
    items = {i.key: i for i in verify.sheet(office.store, office.actor, draft).items}
    assert items["school_grade"].value == "一年级", "what a person said stays"
    assert not office.read(), "and nothing is done twice"


def test_the_clerk_is_told_what_to_expect_in_plain_words(office: OfficeAtWork) -> None:
    settings.change_setting(office.store, office.actor, office.clock(), "show_all_until", 2)
    for number in range(1, 10):
        save(office, family(office, number))
        settings.change_setting(office.store, office.actor, office.clock(), "recheck_percent", 100)
    view = trust.trust(office.store, office.actor)
    assert view.trusted
    assert view.total.wrong == 0
    low, high = round(1000 * view.total.low), -int(-1000 * view.total.high // 1)
    assert low == 0
    assert view.sentence == f"有把握的栏目预计每千项错 0–{high} 项（看过 {view.total.checked} 项，错 0 项）。"


# -- what was verified before -----------------------------------------------------------------------------------------


def test_verified_values_are_told_to_the_reader_and_forgotten_with_their_registrations(office: OfficeAtWork) -> None:
    school, village = "黄松甸镇中心小学", "220281104"
    first = [family(office, n, school_name=school, child_household=village) for n in (1, 2, 3)]
    for one in first:
        assert not office.pool.told[-1].lexicon, "nothing is verified yet"
        save(office, one)
    family(office, 4)
    context = office.pool.told[-1]
    assert context.home_division == "220281104"
    assert context.lexicon["school_name"] == {school: 3}
    assert context.lexicon["child_household"]["黄松甸镇"] == 3, "as people write it at home"
    assert context.lexicon["child_household"]["吉林省吉林市蛟河市黄松甸镇"] == 3
    with office.store.session() as session:
        assert learned.office_trust(session).seen["school_name"] == {f'"{school}"'}
        # the newest forms tell what is usual: an old store is not gone through at every form that is saved
        assert trust_rows.verified_values(session, ("school_name",), 2, newest=2) == [("school_name", school, 2)]
        assert trust_rows.verified_values(session, ("school_name",), 2, newest=1) == []
    verify.reopen(office.store, office.actor, office.clock(), first[0], "看错了")
    with office.store.session() as session:
        assert learned.reading_context(session).lexicon["school_name"] == {school: 2}
        assert "school_name" not in learned.office_trust(session).seen


# -- learning ---------------------------------------------------------------------------------------------------------


@given(st.lists(checked, max_size=60))
def test_little_evidence_never_loosens_anything(fields: list[Checked]) -> None:
    assert all(shift < 0 for shift in shifts_from(fields, NUMBERS).values())


@given(st.lists(checked, max_size=60), groups, st.integers(1, 5))
def test_more_errors_never_loosen(fields: list[Checked], group: str, more: int) -> None:
    before = shifts_from(fields, NUMBERS).get(group, 0.0)
    after = shifts_from([*fields, *[Checked(group, 0.999, True, False)] * more], NUMBERS).get(group, 0.0)
    assert after <= before


def test_a_long_clean_record_loosens_a_little_and_no_more() -> None:
    group, chance = "code.hand", 0.99
    clean = [Checked(group, chance, True, True)] * (MANY - 1)
    assert shifts_from(clean, NUMBERS) == {}
    longer = clean + [Checked(group, chance, True, True)] * 2
    assert 0 < shifts_from(longer, NUMBERS)[group] <= MOST_LOOSENED
    stained = longer + [Checked(group, chance, True, False)] * 8
    assert shifts_from(stained, NUMBERS).get(group, 0.0) <= 0, "one in a hundred is no clean record"


@given(st.lists(checked, max_size=60))
def test_a_fit_is_compared_on_the_fields_it_was_made_from(fields: list[Checked]) -> None:
    shifts = shifts_from(fields, NUMBERS)
    before, after = effect(fields, NUMBERS, {}), effect(fields, NUMBERS, shifts)
    assert after.checked == before.checked == len(fields)
    assert after.wrong <= before.wrong, "a tighter judge lets no more errors pass"
    assert better(before, after) == (after.wrong < before.wrong or after.accepted == before.accepted)


def test_what_is_better() -> None:
    assert better(Effect(10, 8, 1), Effect(10, 5, 0))
    assert better(Effect(10, 8, 0), Effect(10, 9, 0))
    assert not better(Effect(10, 8, 0), Effect(10, 7, 0))
    assert not better(Effect(10, 8, 0), Effect(10, 9, 1))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_an_interval_holds_its_share(wrong: int, right: int) -> None:
    low, high = interval(wrong, wrong + right)
    assert 0 <= low <= high <= 1
    if wrong + right:
        assert low <= wrong / (wrong + right) <= high


def test_a_strange_network_earns_trust_by_many_fields_with_few_errors() -> None:
    right, wrong = Checked("name.hand", 0.999, False, True), Checked("name.hand", 0.999, False, False)
    assert not earned([right] * 300)
    assert earned([right] * 600)
    assert not earned([right] * 600 + [wrong] * 8)

"""Group verification: what is put together, what accepting does to each field, and taking it back."""

from __future__ import annotations

import pytest

from records import registration_rows
from records.views import AnswerState, RegistrationState
from records.views_group import GroupSheet, Looked
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import group_verify, settings, verify

NAMES = ("李未雪", "李末雪", "李天雪", "李夫雪")


@pytest.fixture
def stack(office: OfficeAtWork) -> OfficeAtWork:
    """Four forms: dates all doubtful, sexes vouched for, and look-alike names, of which one is doubtful."""
    settings.change_setting(office.store, office.actor, office.clock(), "show_all_until", 0)
    settings.change_setting(office.store, office.actor, office.clock(), "recheck_percent", 0)
    for number, name in enumerate(NAMES):
        doubtful = ["child_arrival", *(["child_name"] if number < 2 else [])]
        page = front(f"S{number}", doubtful, child_name=name, child_id_number=None, child_phone="13904320001")
        office.deliver(f"{number}.jpg", page, back(f"S{number}"))
    office.read()
    return office


def shown(office: OfficeAtWork, group: str, *, folded: bool = False) -> GroupSheet:
    return group_verify.sheet(office.store, office.actor, group, folded=folded)


def looked(sheet: GroupSheet) -> list[Looked]:
    return [Looked(crop.registration_id, crop.key, crop.value) for crop in sheet.crops]


def test_groups_hold_what_waits_for_an_answer(stack: OfficeAtWork) -> None:
    found = {row.label: (row.crops, row.doubtful) for row in group_verify.groups(stack.store, stack.actor)}
    assert found == {"年月": (4, 4), "姓名": (2, 2), "形近字 末未": (2, 2)}
    everything = {row.label: row.crops for row in group_verify.groups(stack.store, stack.actor, folded=True)}
    assert everything["姓名"] > 4, "also the parents' and caregivers'"
    assert any(label.endswith("：女") and crops == 4 for label, crops in everything.items())
    assert everything["电话里的 1"] >= 4
    assert everything["形近字 天夫"] == 2


def test_the_largest_doubt_comes_first_and_marks_say_where(stack: OfficeAtWork) -> None:
    sheet = shown(stack, "like/末未", folded=True)
    assert [crop.text for crop in sheet.crops] == ["李未雪", "李末雪"]
    assert all(crop.marks == ((1, 2),) for crop in sheet.crops)
    names = shown(stack, "kind/name", folded=True)
    assert [crop.doubtful for crop in names.crops[:3]] == [True, True, False]
    phones = shown(stack, "digit/phone/1", folded=True)
    assert phones.crops[0].marks == ((0, 1), (10, 11))


def test_accepting_confirms_each_field_with_an_event_of_its_own(stack: OfficeAtWork) -> None:
    sheet = shown(stack, "kind/month")
    odd, *rest = looked(sheet)
    done = group_verify.accept(stack.store, stack.actor, stack.clock(), rest)
    assert (len(done.taken), done.left) == (3, 0)
    assert done.changes.registrations == {one.registration_id for one in rest}
    for one in rest:
        item = next(i for i in verify.sheet(stack.store, stack.actor, one.registration_id).items if i.key == one.key)
        assert item.state is AnswerState.CONFIRMED
        with stack.store.session() as session:
            (event,) = (e for e in registration_rows.events_of(session, one.registration_id) if e.key == one.key)
            assert (event.by, event.to_state) == (stack.actor.user_id, AnswerState.CONFIRMED)
    assert looked(shown(stack, "kind/month")) == [odd], "the odd one stays"


def test_what_changed_meanwhile_is_left_alone(stack: OfficeAtWork) -> None:
    waiting = looked(shown(stack, "kind/month"))
    first = waiting[0]
    verify.confirm(stack.store, stack.actor, stack.clock(), first.registration_id, first.key, "2023-09")
    done = group_verify.accept(stack.store, stack.actor, stack.clock(), waiting)
    assert (len(done.taken), done.left) == (3, 1)
    item = next(i for i in verify.sheet(stack.store, stack.actor, first.registration_id).items if i.key == first.key)
    assert (item.value, item.state) == ("2023-09", AnswerState.CORRECTED)


def test_taking_back_undoes_only_what_still_stands(stack: OfficeAtWork) -> None:
    done = group_verify.accept(stack.store, stack.actor, stack.clock(), looked(shown(stack, "kind/month")))
    again = done.taken[0]
    verify.confirm(stack.store, stack.actor, stack.clock(), again.registration_id, again.key, "2023-09")
    undone = group_verify.take_back(stack.store, stack.actor, stack.clock(), done.taken)
    assert (len(undone.taken), undone.left) == (3, 1)
    assert len(shown(stack, "kind/month").crops) == 3


def test_a_field_that_contradicts_another_is_no_matter_of_a_glance(stack: OfficeAtWork) -> None:
    page = front("S9", ["child_birth_date"], child_birth_date="2018-01-02")
    stack.deliver("9.jpg", page, back("S9"))
    stack.deliver("8.jpg", front("S8", ["child_birth_date"], child_id_number=None), back("S8"))
    stack.read()
    sheet = shown(stack, "kind/date")
    assert (len(sheet.crops), sheet.left_out) == (1, 1)


def test_a_form_sent_back_or_saved_is_not_in_a_group(stack: OfficeAtWork) -> None:
    one = next(s for s in stack.sheets() if s.title == NAMES[0])
    stack.verified(one)
    assert len(shown(stack, "kind/month").crops) == 3
    verify.reopen(stack.store, stack.actor, stack.clock(), one.registration_id, "再看")
    assert verify.sheet(stack.store, stack.actor, one.registration_id).state is RegistrationState.DRAFT
    assert len(shown(stack, "kind/month").crops) == 3, "it is answered"


def test_an_asked_field_is_shown_though_the_machine_vouches_for_it(stack: OfficeAtWork) -> None:
    one = stack.sheets()[0]
    verify.mark(stack.store, stack.actor, stack.clock(), one.registration_id, "school_name", AnswerState.ASK)
    assert "school_name" in verify.sheet(stack.store, stack.actor, one.registration_id).order

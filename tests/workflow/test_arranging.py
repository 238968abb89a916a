"""Pages put in order by hand: into a registration, behind its form, apart, aside, turned; and every deed taken back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from records.views import PageRow, PageState, RegistrationState
from tests.workflow.conftest import MakeOffice, OfficeAtWork
from tests.workflow.scripted import FORM, back, blank, failing, front, unknown
from workflow import arranging, check, intake, page_deeds, verify
from workflow.errors import BadValue, NotFound, WrongState

NUMBERS = itertools.count(1)  # every example has an office of its own


def rows(office: OfficeAtWork) -> list[PageRow]:
    """Every page, as delivered."""
    return [page for source in intake.inbox(office.store, office.actor).sources for page in source.pages]


def groups(office: OfficeAtWork) -> set[tuple[frozenset[int], tuple[int, ...]]]:
    """Which pages stand together on a form, and behind it in order, by their place in the order of delivery."""
    all_pages = rows(office)
    found = set()
    for registration in {row.registration_id for row in all_pages if row.registration_id}:
        own = [n for n, row in enumerate(all_pages) if row.registration_id == registration]
        on = frozenset(n for n in own if not all_pages[n].behind)
        behind = sorted((n for n in own if all_pages[n].behind), key=lambda n: all_pages[n].behind)
        found.add((on, tuple(behind)))
    return found


def ids(office: OfficeAtWork, *numbers: int) -> list[str]:
    return [rows(office)[n].page_id for n in numbers]


def registration_of(office: OfficeAtWork, number: int) -> str:
    found = rows(office)[number].registration_id
    assert found is not None
    return found


def put(office: OfficeAtWork, pages: Sequence[int], onto: int) -> arranging.Arranged:
    return arranging.put(office.store, office.actor, office.clock(), ids(office, *pages), registration_of(office, onto))


def undo(office: OfficeAtWork, done: arranging.Arranged) -> None:
    arranging.put_back(office.store, office.actor, office.clock(), done.before)


def sound(office: OfficeAtWork) -> None:
    assert check.check(office.store, office.actor) == ()


def on(*numbers: int, behind: tuple[int, ...] = ()) -> tuple[frozenset[int], tuple[int, ...]]:
    return frozenset(numbers), behind


@pytest.fixture
def two(office: OfficeAtWork) -> OfficeAtWork:
    """Two sheets whose sides stand together, a foreign paper and a blank page."""
    office.deliver("一.pdf", front("A", child_name="甲"), back("A"), front("B", child_name="乙"), back("B"))
    office.deliver("二.pdf", unknown("社区证明", "姓名：赵小雨", child_name="赵小雨"), unknown(), blank())
    office.read()
    assert groups(office) == {on(0, 1), on(2, 3)}
    return office


def test_sides_that_were_exchanged_are_exchanged_back(two: OfficeAtWork) -> None:
    first, second = registration_of(two, 0), registration_of(two, 2)
    done = put(two, [3], onto=0)
    assert groups(two) == {on(0, 3), on(2, 1)}
    assert (registration_of(two, 0), registration_of(two, 2)) == (first, second), "both keep their numbers"
    assert done.changes.registrations >= {first, second}
    sound(two)
    undo(two, done)
    assert groups(two) == {on(0, 1), on(2, 3)}
    assert (registration_of(two, 1), registration_of(two, 3)) == (first, second)
    sound(two)


def test_pages_are_parted_and_put_together_again(two: OfficeAtWork) -> None:
    done = arranging.apart(two.store, two.actor, two.clock(), ids(two, 1))
    assert groups(two) == {on(0), on(1), on(2, 3)}
    assert done.registration_id == registration_of(two, 1)
    sheet = verify.sheet(two.store, two.actor, registration_of(two, 0))
    assert [page.form_page for page in sheet.pages] == [1]
    two.read()  # what a person has parted stays parted, whatever else is paired
    assert groups(two) == {on(0), on(1), on(2, 3)}
    again = put(two, [1], onto=0)
    assert groups(two) == {on(0, 1), on(2, 3)}
    undo(two, again)
    assert groups(two) == {on(0), on(1), on(2, 3)}
    undo(two, done)
    assert groups(two) == {on(0, 1), on(2, 3)}
    sound(two)


def test_a_whole_sheet_apart_is_one_registration(two: OfficeAtWork) -> None:
    arranging.apart(two.store, two.actor, two.clock(), ids(two, 2, 1))
    assert groups(two) == {on(0), on(2, 1), on(3)}
    sound(two)


def test_papers_go_behind_a_form_and_say_nothing_for_it(two: OfficeAtWork) -> None:
    before = verify.sheet(two.store, two.actor, registration_of(two, 0))
    done = put(two, [4, 5], onto=0)
    assert groups(two) == {on(0, 1, behind=(4, 5)), on(2, 3)}
    sheet = verify.sheet(two.store, two.actor, registration_of(two, 0))
    assert sheet.items == before.items
    assert len(sheet.pages) == 2
    assert sheet.place.sheet_count == 3, "one of the form, two behind it"
    assert "后面附有 2 张其他材料。" in sheet.notes
    arranging.move_behind(two.store, two.actor, two.clock(), ids(two, 5)[0], -1)
    assert groups(two) == {on(0, 1, behind=(5, 4)), on(2, 3)}
    sound(two)
    arranging.apart(two.store, two.actor, two.clock(), ids(two, 5))
    assert groups(two) == {on(0, 1, behind=(4,)), on(2, 3)}
    assert rows(two)[5].state is PageState.READ
    assert rows(two)[4].behind == 2, "sheets are numbered without a gap"
    sound(two)
    undo(two, done)
    assert groups(two) == {on(0, 1), on(2, 3)}
    sound(two)


def test_a_paper_goes_behind_a_verified_form_too(two: OfficeAtWork) -> None:
    registration = registration_of(two, 0)
    two.verified(verify.sheet(two.store, two.actor, registration))
    done = put(two, [4], onto=0)
    assert rows(two)[4].registration_state is RegistrationState.VERIFIED
    sound(two)
    with pytest.raises(WrongState, match="已经核对完"):
        put(two, [3], onto=0)
    with pytest.raises(WrongState, match="已经核对完"):
        arranging.aside(two.store, two.actor, two.clock(), ids(two, 0))
    undo(two, done)
    assert rows(two)[4].registration_id is None
    sound(two)


def test_set_aside_and_back_where_it_stood(two: OfficeAtWork) -> None:
    number = verify.sheet(two.store, two.actor, registration_of(two, 0)).place.archive_number
    done = arranging.aside(two.store, two.actor, two.clock(), ids(two, 0, 1, 4), "不是我们镇的")
    assert groups(two) == {on(2, 3)}
    assert [rows(two)[n].state for n in (0, 1, 4)] == [PageState.SET_ASIDE] * 3
    assert rows(two)[0].reason == "人工放在一边：不是我们镇的"
    sound(two)
    undo(two, done)
    assert groups(two) == {on(0, 1), on(2, 3)}
    assert rows(two)[4].state is PageState.READ
    again = verify.sheet(two.store, two.actor, registration_of(two, 0)).place.archive_number
    assert again != number, "a number is given once"
    sound(two)


def test_a_twin_takes_the_place_of_the_side_that_stood(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", front("A"), back("A"))
    office.deliver("二.pdf", front("A"))
    office.read()
    assert rows(office)[2].duplicate_of == rows(office)[0].page_id
    done = put(office, [2], onto=0)
    assert groups(office) == {on(2, 1)}
    assert rows(office)[0].state is PageState.SET_ASIDE
    sound(office)
    undo(office, done)
    assert groups(office) == {on(0, 1)}
    assert rows(office)[2].duplicate_of == rows(office)[0].page_id
    sound(office)


def test_what_a_person_answered_does_not_lose_its_form(two: OfficeAtWork) -> None:
    registration = registration_of(two, 2)
    verify.confirm(two.store, two.actor, two.clock(), registration, "child_name", "乙")
    for deed in (
        lambda: put(two, [2], onto=0),
        lambda: put(two, [0], onto=2),
        lambda: arranging.apart(two.store, two.actor, two.clock(), ids(two, 2)),
        lambda: arranging.turn(two.store, two.actor, two.clock(), ids(two, 4, 2), 90),
    ):
        before = rows(two)
        with pytest.raises(WrongState):
            deed()
        assert rows(two) == before, "nothing was half done"
    put(two, [4], onto=2)
    assert groups(two) == {on(0, 1), on(2, 3, behind=(4,))}
    sound(two)


def test_what_was_answered_without_its_page_keeps_the_registration(office: OfficeAtWork) -> None:
    """The name was asked for and typed while the front was missing: no page carries the answer."""
    office.deliver("一.pdf", back("A"))
    office.read()
    verify.confirm(office.store, office.actor, office.clock(), registration_of(office, 0), "child_name", "甲")
    with pytest.raises(WrongState, match="有核对过的记录"):
        arranging.aside(office.store, office.actor, office.clock(), ids(office, 0))
    assert groups(office) == {on(0)}
    sound(office)


def test_an_undo_that_came_too_late_is_refused(two: OfficeAtWork) -> None:
    done = put(two, [3], onto=0)
    two.verified(verify.sheet(two.store, two.actor, registration_of(two, 0)))
    before = rows(two)
    with pytest.raises(WrongState):
        undo(two, done)
    assert rows(two) == before


def test_a_page_is_turned_and_read_that_way_up(two: OfficeAtWork) -> None:
    page = ids(two, 4)
    arranging.turn(two.store, two.actor, two.clock(), page, 90)
    assert rows(two)[4].state is PageState.RECEIVED
    with pytest.raises(WrongState, match="等着识别"):
        arranging.turn(two.store, two.actor, two.clock(), page, 90)
    two.read()
    assert two.pool.told[-1].turn == 90
    assert rows(two)[4].state is PageState.READ
    with pytest.raises(WrongState, match="按表格转正"):
        arranging.turn(two.store, two.actor, two.clock(), ids(two, 0), 90)
    with pytest.raises(BadValue):
        arranging.turn(two.store, two.actor, two.clock(), page, 45)
    sound(two)


def test_a_form_is_chosen_and_the_page_read_again_as_it(two: OfficeAtWork) -> None:
    arranging.read_as(two.store, two.actor, two.clock(), ids(two, 4), (FORM.id, FORM.version))
    two.read()
    assert two.pool.told[-1].form == (FORM.id, FORM.version)
    arranging.read_as(two.store, two.actor, two.clock(), ids(two, 4), None)
    two.read()
    assert [told.form for told in two.pool.told[-1:]] == [None]
    arranging.read_as(two.store, two.actor, two.clock(), ids(two, 1), (FORM.id, FORM.version))
    assert groups(two) == {on(0), on(2, 3)}, "meanwhile it stands nowhere"
    two.read()
    assert groups(two) == {on(0, 1), on(2, 3)}, "its serial brings it back"
    sound(two)


def test_a_page_that_failed_comes_back_into_the_queue(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", failing("truncated", 2), unknown())
    office.read()
    failed = ids(office, 0)
    assert rows(office)[0].state is PageState.FAILED
    done = arranging.aside(office.store, office.actor, office.clock(), failed)
    undo(office, done)
    assert rows(office)[0].state is PageState.FAILED
    assert rows(office)[0].reason.startswith("这一页不完整")
    arranging.aside(office.store, office.actor, office.clock(), failed)
    intake.bring_back(office.store, office.actor, office.clock(), failed[0])
    assert rows(office)[0].state is PageState.RECEIVED
    sound(office)


def test_pages_outside_the_scope_are_not_there(two: OfficeAtWork) -> None:
    elsewhere = replace(two.actor, division="220181")
    with pytest.raises(NotFound):
        arranging.aside(two.store, elsewhere, two.clock(), ids(two, 0))
    with pytest.raises(BadValue, match="没有选中"):
        arranging.put(two.store, two.actor, two.clock(), [], registration_of(two, 0))


def test_words_of_a_page_without_a_form(two: OfficeAtWork) -> None:
    words = intake.page_words(two.store, two.actor, ids(two, 4)[0])
    assert words.lines == ("社区证明", "姓名：赵小雨")
    assert words.pairs == (("儿童姓名", "赵小雨"),)
    assert words.reason
    assert intake.page_words(two.store, two.actor, ids(two, 0)[0]).lines == ()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=12,
    phases=[Phase.generate],
)
@given(st.lists(st.tuples(st.sampled_from("pas"), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=5))
def test_any_deeds_taken_back_in_turn_leave_everything_as_it_was(
    make_office: MakeOffice, steps: list[tuple[str, int, int]]
) -> None:
    office = make_office(f"镇{next(NUMBERS)}")
    office.deliver("一.pdf", front("A", child_name="甲"), back("A"), front("B", child_name="乙"), back("B"))
    office.deliver("二.pdf", unknown(), unknown())
    office.read()
    before = groups(office), [row.state for row in rows(office)]
    done = []
    for what, page, onto in steps:
        try:
            if what == "p":
                done.append(put(office, [page], onto=onto))
            elif what == "a":
                done.append(arranging.apart(office.store, office.actor, office.clock(), ids(office, page)))
            else:
                done.append(arranging.aside(office.store, office.actor, office.clock(), ids(office, page)))
        except (WrongState, AssertionError):
            continue  # onto a page that is aside by now
    sound(office)
    made: dict[str, str] = {}
    for deed in reversed(done):
        before_it = page_deeds.following(deed.before, made)
        back_again = arranging.put_back(office.store, office.actor, office.clock(), before_it)
        made = {**{old: back_again.made.get(new, new) for old, new in made.items()}, **back_again.made}
    assert (groups(office), [row.state for row in rows(office)]) == before
    sound(office)

"""Pairing depends on the set of pages only, and never mixes two children where the paper tells them apart."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from workflow.pairing import Group, PageFacts, Pairing, Twin, pair


def page(  # one readable line per page in the tests below
    page_id: str,
    side: int,
    number: int,
    *,
    source: str = "a",
    serial: str = "",
    content: dict[str, str] | None = None,
    sure: bool = True,
    pinned: str | None = None,
    closed: bool = False,
) -> PageFacts:
    content = content or {}
    known = frozenset(content) if sure else frozenset[str]()
    return PageFacts(page_id, source, number, "f", "1", side, 2, serial, content, known, pinned, closed)


def sides(result: Pairing) -> set[tuple[str, ...]]:
    return {group.pages for group in result.groups}


def test_a_serial_pairs_across_files() -> None:
    result = pair([page("f", 1, 1, source="x", serial="S"), page("b", 2, 1, source="y", serial="S")])
    assert result.groups == (Group(("f", "b"), (), "serial"),)


def test_neighbours_pair_without_a_serial() -> None:
    result = pair([page("f1", 1, 1), page("b1", 2, 2), page("f2", 1, 3), page("b2", 2, 4)])
    assert sides(result) == {("f1", "b1"), ("f2", "b2")}
    assert all(group.how == "neighbours" for group in result.groups)


def test_a_stack_scanned_back_first() -> None:
    result = pair([page("b1", 2, 1), page("f1", 1, 2), page("b2", 2, 3), page("f2", 1, 4)])
    assert sides(result) == {("f1", "b1"), ("f2", "b2")}
    assert all("wrong_order" in group.notes for group in result.groups)


def test_a_missing_side_shifts_nothing() -> None:
    result = pair([page("f1", 1, 1), page("f2", 1, 2), page("b2", 2, 3), page("f3", 1, 4), page("b3", 2, 5)])
    assert sides(result) == {("f1",), ("f2", "b2"), ("f3", "b3")}
    result = pair([page("b1", 2, 1), page("f2", 1, 2), page("b2", 2, 3)])
    assert sides(result) == {("b1",), ("f2", "b2")}


def test_neighbours_of_different_files_wait_for_a_person() -> None:
    result = pair([page("f", 1, 1, source="x"), page("b", 2, 2, source="y")])
    assert sides(result) == {("f",), ("b",)}
    assert {group.missing for group in result.groups} == {(1,), (2,)}


def test_a_page_between_separates() -> None:
    assert sides(pair([page("f", 1, 1), page("b", 2, 3)])) == {("f",), ("b",)}


def test_different_serials_never_pair() -> None:
    assert sides(pair([page("f", 1, 1, serial="S"), page("b", 2, 2, serial="T")])) == {("f",), ("b",)}


def test_content_speaks_against_neighbours() -> None:
    front = page("f", 1, 1, content={"child_id_number": "220281201801012345"})
    back = page("b", 2, 2, content={"disability_number": "22028120180101999971"})
    assert sides(pair([front, back])) == {("f",), ("b",)}
    unsure = replace(back, sure=frozenset())
    assert sides(pair([front, unsure])) == {("f", "b")}


def test_a_page_scanned_twice_is_put_aside() -> None:
    content = {"child_name": "甲", "child_id_number": "1", "phone": "2"}
    again = {"child_name": "甲", "child_id_number": "1", "phone": "3"}
    result = pair(
        [
            page("f", 1, 1, serial="S", content=content),
            page("b", 2, 2, serial="S"),
            page("f2", 1, 3, serial="S", content=again, sure=False),
        ]
    )
    assert result.twins == (Twin("f2", "f"),)
    assert result.groups == (Group(("f", "b"), (), "serial", ("scanned_twice",)),)


def test_photocopied_blanks_share_a_serial_and_stay_apart() -> None:
    pages = [
        page("f1", 1, 1, serial="S", content={"child_name": "甲"}),
        page("b1", 2, 2, serial="S"),
        page("f2", 1, 3, serial="S", content={"child_name": "乙"}),
        page("b2", 2, 4, serial="S"),
    ]
    result = pair(pages)
    assert result.twins == ()
    assert sides(result) == {("f1", "b1"), ("f2", "b2")}
    assert all({"shared_serial", "by_neighbours"} <= set(group.notes) for group in result.groups)


def test_a_doubtful_name_is_enough_to_keep_both() -> None:
    one = page("f1", 1, 1, serial="S", content={"child_name": "甲", "a": "1", "b": "2"}, sure=False)
    two = page("f2", 1, 2, serial="S", content={"child_name": "乙", "a": "1", "b": "2"}, sure=False)
    assert pair([one, two]).twins == ()


def test_a_persons_work_is_not_taken_apart() -> None:
    front = page("f", 1, 1, serial="S", pinned="r1")
    back = page("b", 2, 2, serial="S", pinned="r2")
    assert sides(pair([front, back])) == {("f",), ("b",)}
    assert {group.pinned for group in pair([front, back]).groups} == {"r1", "r2"}


def test_a_late_side_joins_what_a_person_works_on_but_not_what_is_verified() -> None:
    front = page("f", 1, 1, serial="S", pinned="r1")
    back = page("b", 2, 1, source="later", serial="S")
    assert pair([front, back]).groups == (Group(("f", "b"), (), "person", (), "r1"),)
    assert sides(pair([replace(front, closed=True), back])) == {("f",), ("b",)}


@st.composite
def stacks(draw: st.DrawFn) -> list[PageFacts]:
    """Up to twelve pages in up to three files, with repeated serials, contents and some pinned pages."""
    count = draw(st.integers(1, 12))
    used: set[tuple[str, int]] = set()
    found = []
    for index in range(count):
        source = draw(st.sampled_from("abc"))
        number = draw(st.sampled_from([n for n in range(1, 13) if (source, n) not in used]))
        used.add((source, number))
        content = draw(st.dictionaries(st.sampled_from(["child_name", "x", "y"]), st.sampled_from("甲乙"), max_size=3))
        found.append(
            page(
                f"p{index}",
                draw(st.sampled_from([1, 2])),
                number,
                source=source,
                serial=draw(st.sampled_from(["", "", "S", "T"])),
                content=content,
                sure=draw(st.booleans()),
                pinned=draw(st.sampled_from([None, None, None, "r1", "r2"])),
                closed=draw(st.booleans()),
            )
        )
    return found


@given(stacks(), st.randoms())
def test_the_order_of_arrival_changes_nothing(pages: list[PageFacts], random: Random) -> None:
    shuffled = list(pages)
    random.shuffle(shuffled)
    assert pair(shuffled) == pair(pages)


@given(stacks())
def test_every_page_is_in_exactly_one_group_or_a_twin(pages: list[PageFacts]) -> None:
    result = pair(pages)
    named = [page_id for group in result.groups for page_id in group.pages] + [t.page_id for t in result.twins]
    assert sorted(named) == sorted(p.page_id for p in pages)


@given(stacks())
def test_nobodys_work_is_moved(pages: list[PageFacts]) -> None:
    result = pair(pages)
    facts = {p.page_id: p for p in pages}
    aside = {t.page_id for t in result.twins}
    for group in result.groups:
        assert {facts[p].pinned for p in group.pages} <= {None, group.pinned}
    assert not any(facts[page_id].pinned for page_id in aside)


@given(stacks())
def test_groups_made_by_the_program_have_each_side_once_and_one_serial(pages: list[PageFacts]) -> None:
    facts = {p.page_id: p for p in pages}
    for group in pair(pages).groups:
        if group.how == "person":
            continue
        members = [facts[p] for p in group.pages]
        assert len({m.side for m in members}) == len(members)
        assert len({m.serial for m in members if m.serial}) <= 1

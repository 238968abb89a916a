"""Searching finds the same, and pages are the same, however many children are found and from whichever end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from benchmarks import bench_store, store_price
from forms.gazetteer import scope_of
from records import child_rows, search_rows
from records.store import Store
from records.tables import ArchiveItem, Child, ChildPerson, Registration
from records.views import Actor
from workflow import children
from workflow.archive_number import searched
from workflow.names import normal_name

Many = tuple[Store, Actor]
LISTED = "ix_children_id_scope_state_pinyin"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    with bench_store.full_store(tmp_path_factory.mktemp("many"), 120) as (store, actor, _ids):
        yield store, actor


def found(many: Many, search: str) -> list[str]:
    rows = [row.child_id for row in children.children(*many, search=search)]
    paged = [row.child_id for row in children.children(*many, search=search, limit=7)]
    assert paged == rows[:7], search
    assert children.count(*many, search=search) == len(rows), search
    return rows


@dataclass(frozen=True)
class Kept:
    """What is known of a child, to say without any index whether it fits."""

    child_id: str
    name: str
    syllables: tuple[str, ...]
    initials: str
    id_number: str
    phones: tuple[str, ...]
    numbers: tuple[str, ...]  # 档号
    scope: str

    def fits(self, sought: str, *, in_the_middle: bool) -> bool:
        """``in_the_middle``: no 档号 of the store begins with these signs."""
        low, end = sought.lower(), sought.lstrip("0")
        letters, figures = low.isascii() and low.isalpha(), low[:-1].isdigit() and low[-1] in "0123456789x"
        if letters and len(low) == 1:
            return self.syllables[0].startswith(low)
        if letters and self.initials.startswith(low):
            return True
        if letters and any("".join(self.syllables[at:]).startswith(low) for at in range(len(self.syllables))):
            return True
        if figures and any(x and x.startswith(sought.upper()) for x in (self.id_number, *self.phones)):
            return True
        if figures and any(x and x.endswith(sought.upper()) for x in (self.id_number, *self.phones)):
            return True
        if sought.isdigit() and len(sought) <= 7:
            tails = (sought.zfill(4)[-4:], f"-{end.zfill(3)}")
            return any(number[-4:] in tails and number.endswith(end) for number in self.numbers)
        if any(c in "-·" for c in sought) and any(
            sought in number if in_the_middle else number.startswith(sought) for number in self.numbers
        ):
            return True
        return not sought.isascii() and sought in self.name


@pytest.fixture(scope="module")
def kept(many: Many) -> list[Kept]:
    """In the order of the list."""
    with many[0].session() as session:
        phones, numbers = dict[str, list[str]](), dict[str, list[str]]()
        for child_id, phone in session.execute(select(ChildPerson.child_id, ChildPerson.phone)):
            phones.setdefault(child_id, []).append(phone or "")
        filed = select(Registration.child_id, ArchiveItem.number_norm)
        for filed_for, number in session.execute(
            filed.join(Registration, ArchiveItem.registration_id == Registration.id)
        ):
            numbers.setdefault(filed_for or "", []).append(number)
        return [
            Kept(
                c.id,
                c.name_norm,
                tuple(c.pinyin.split()),
                c.initials,
                c.id_number or "",
                tuple(phones.get(c.id, ())),
                tuple(numbers[c.id]),
                c.scope,
            )
            for c in session.scalars(select(Child).order_by(Child.pinyin, Child.id))
        ]


@given(data=st.data())
@settings(max_examples=60)
def test_found_is_who_fits(many: Many, kept: list[Kept], data: st.DataObject) -> None:
    store, actor = many
    of = data.draw(st.sampled_from(kept))
    whole = data.draw(
        st.sampled_from(
            [of.name, "".join(of.syllables), of.initials, of.id_number, *of.phones, *of.numbers, "zz", "没", "%_#'"]
        )
    )
    start = data.draw(st.integers(0, max(0, len(whole) - 1)))
    text = whole[start : start + data.draw(st.integers(1, 20))] or "1"
    division = data.draw(st.sampled_from([actor.division, of.scope, of.scope[:6] + "000000"]))
    sought = normal_name(searched(text))
    middle = not any(number.startswith(sought) for child in kept for number in child.numbers)
    within = scope_of(division)
    wanted = [c.child_id for c in kept if c.scope.startswith(within) and c.fits(sought, in_the_middle=middle)]
    looking = replace(actor, division=division)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_rows, "MANY", data.draw(st.sampled_from([0, 3, search_rows.MANY])))
        assert found((store, looking), text) == wanted


def test_what_is_found_is_counted_and_sorted_without_reading_rows(many: Many) -> None:
    """A row lies apart from the next one's: reading it for each of ten thousand would take longer than all else."""
    store, actor = many
    for search in ("王", "wang", "zh", "12", "138", "0012"):

        def count(_n: int, sought: str = search) -> object:
            return children.count(store, actor, search=sought)

        def page(_n: int, sought: str = search) -> object:
            return children.children(store, actor, search=sought, limit=5)

        counted, listed = store_price.said_to(count), store_price.said_to(page)
        for said, walk in ((counted, "FROM children"), (listed, "ORDER BY children.pinyin")):
            statement, parameters = next(one for one in said[0] if walk in one[0] and "WHERE coalesce" not in one[0])
            with store.session() as session:
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [row[3] for row in plan if re.match("(SEARCH|SCAN) (children|child_persons) ", row[3])]
            gathered = [step for step in steps if "(id=?)" not in step]
            assert f"USING COVERING INDEX {LISTED} (id=? AND scope>? AND scope<?)" in "".join(gathered), (search, steps)
            assert all("USING COVERING INDEX" in step for step in gathered), (search, steps)


def test_pages_are_the_same_from_either_end(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = [row.child_id for row in children.children(*many)]
    monkeypatch.setattr(child_rows, "FAR", 1)
    for size in (7, 40, 200):
        pages = [
            [row.child_id for row in children.children(*many, limit=size, offset=start)]
            for start in range(0, len(everybody) + size, size)
        ]
        assert [child for page in pages for child in page] == everybody, size
        assert pages[-1] == []

"""Searching finds the same, and pages are the same, however many children are found and from whichever end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from benchmarks import bench_store
from records import child_rows, search_rows
from records.store import Store
from records.tables import ArchiveItem, ChildPerson
from records.views import Actor
from workflow import children

Many = tuple[Store, Actor]


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


def searches(many: Many) -> list[str]:
    store, _ = many
    with store.session() as session:
        phones = [p for p in session.scalars(select(ChildPerson.phone).order_by(ChildPerson.phone)) if p][:3]
        numbers = list(session.scalars(select(ArchiveItem.number_norm).order_by(ArchiveItem.number_norm)))[:2]
    some = children.children(*many)[::17]
    names = [part for row in some for part in (row.name, row.name[0], row.name[1:])]
    letters = ["w", "wang", "li", "zh", "z", "x"]
    figures = ["2", "22", "1", "12", "0012", *(p[:4] for p in phones), *(p[-4:] for p in phones)]
    parts = [part for number in numbers for part in (number, number[-9:], "-2026-")]
    return [*names, *letters, *figures, *parts, "没有", "zzz", "%", "_", "#", "'"]


@pytest.mark.parametrize(("few", "many_"), [(0, 0), (0, 10_000), (2, 5)])
def test_however_many_are_found(many: Many, monkeypatch: pytest.MonkeyPatch, few: int, many_: int) -> None:
    asked = searches(many)
    before = {search: found(many, search) for search in asked}
    assert sum(bool(rows) for rows in before.values()) > len(asked) / 2
    monkeypatch.setattr(search_rows, "FEW", few)
    monkeypatch.setattr(search_rows, "MANY", many_)
    assert {search: found(many, search) for search in asked} == before


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

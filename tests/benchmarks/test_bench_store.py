"""The store's benchmark measures everything it promises, and says so when it can't."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path

import pytest

from benchmarks import bench_store, store_price
from workflow import child_page
from workflow.check import check

ASKED_FOR = {
    "search: two characters", "search: initials", "search: ID number", "search: ID tail", "search: pinyin",
    "search: phone tail", "search: 档号 tail", "overdue visits",
    "duplicate candidates", "registration opened", "child's page opened", "one field confirmed", "list: first page",
    "list: last page", "rules across registrations", *bench_store.BULK,
}  # fmt: skip


def test_every_figure_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(bench_store, "PACKAGE", 20)
    row = bench_store.measure(50, times=4)
    assert {name.replace("20", "1,000") for name in row["figures"]} == ASKED_FOR
    for figure in row["figures"].values():
        assert 0 < figure["median_ms"] <= figure["p95_ms"] < math.inf
        assert 0 < figure["cpu_ms"] <= figure["cpu95_ms"] < math.inf
    assert set(row["price"]) == ASKED_FOR - {"one field confirmed", *bench_store.BULK} | {"an answer written"}
    assert all(f["ratio"] == f["encrypted_ms"] / f["plain_ms"] > 0 for f in row["price"].values())
    assert row["database_mb"] > 0
    shown = bench_store.table([row, row])
    assert all(f"| {name} |" in shown for name in row["figures"])
    assert "peak memory" in shown
    assert not list(tmp_path.iterdir()), "a clear copy of the store was left behind"


def test_what_is_asked_finds_something(tmp_path: Path) -> None:
    with bench_store.full_store(tmp_path, 50) as (store, actor, ids):
        of = bench_store.known(store, ids)
        asked = bench_store.questions(store, actor, of)
        for name in (
            "search: two characters",
            "search: initials",
            "search: ID number",
            "search: ID tail",
            "search: pinyin",
        ):
            answer = asked[name](0)
            assert isinstance(answer, tuple)
            assert of.found[0][0] in {row.child_id for row in answer}, name
        for name in ("list: first page", "list: last page"):
            answer = asked[name](0)
            assert isinstance(answer, tuple)
            assert len(answer) == len(ids), name
        assert asked["overdue visits"](0)
        answers = store_price.said_to(asked["search: initials"])
        assert len(answers) == store_price.REPLAYED
        assert all(any("FROM children" in statement for statement, _ in said) for said in answers)
        page = child_page.child_page(store, actor, ids[0], bench_store.TODAY)
        assert len(page.registrations) == 2
        assert page.visits


def test_the_store_is_one_in_which_nothing_is_wrong(tmp_path: Path) -> None:
    """But for the pages: a check that finds something in every row would be measured otherwise than it works."""
    with bench_store.full_store(tmp_path, 30) as (store, actor, _ids):
        faults = {fault.code: len(fault.ids) for fault in check(store, actor)}
    assert faults == {"sheet_empty": 60, "registration_without_sheet": bench_store.ASKED}


def test_says_when_it_cannot_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    assert bench_store.main(["--children", "50", "--json", str(tmp_path / "out.json")]) == 2
    assert "could not be measured" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_a_missed_aim_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = dict.fromkeys(("median_ms", "p95_ms", "cpu_ms", "cpu95_ms"), bench_store.AIM_MS)
    quick = {"median_ms": 1.0, "p95_ms": 2.0, "cpu_ms": 1.0, "cpu95_ms": 2.0}
    first = {"first_encrypted_ms": 9.0, "first_plain_ms": 1.0}  # is told, and no aim
    row = {
        "children": 1, "built_s": 1.0, "peaks_mb": {"interactive answers": 1.0}, "database_mb": 1.0,
        "figures": {"list: last page": quick, "backup made": slow},
        "price": {"list: last page": {**first, "encrypted_ms": 1.3, "plain_ms": 1.0, "ratio": 1.3}},
    }  # fmt: skip
    monkeypatch.setattr(bench_store, "measure", lambda _size, tell: tell("measured") or row)
    out = tmp_path / "out.json"
    assert bench_store.main(["--quick", "--json", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8")) == [row, row]
    row["figures"] = {"list: last page": slow}
    assert bench_store.main(["--quick"]) == 1
    row["figures"] = {"list: last page": quick}
    row["price"] = {"list: last page": {**first, "encrypted_ms": 1.4, "plain_ms": 1.0, "ratio": 1.4}}
    assert bench_store.main(["--quick"]) == 1


@pytest.mark.parametrize(("large", "told"), [(2300.0, []), (2500.0, ["check grew × 2500"])])
def test_what_grows_faster_than_it_may_is_told(large: float, told: list[str]) -> None:
    """From 1,000 to 1,000,000 twice as many times as there are children more, and a little for one run's luck."""
    rows = [{"children": n, "figures": {"check": {"cpu_ms": ms}}} for n, ms in ((1_000, 1.0), (1_000_000, large))]
    assert bench_store.outgrown(rows) == told
    assert bench_store.outgrown(rows[:1]) == []

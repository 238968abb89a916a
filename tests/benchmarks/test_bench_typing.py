"""The typist who counts keys for an address: every address is understood, and what is offered saves keys."""

from __future__ import annotations

import pytest

from benchmarks import bench_typing
from workflow.typing_offers import HERE, ORIGIN


def test_few_addresses_are_understood_and_cost_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_typing, "COUNT", 4)
    monkeypatch.setattr(bench_typing, "TAUGHT", 30)
    found = bench_typing.measure()
    for kind in (HERE, ORIGIN):
        row = found[kind]
        assert isinstance(row, dict)
        assert row["new_wrong"] == row["taught_wrong"] == []
        assert row["new_picks"] >= 1
        assert row["taught"] <= row["new"] < row["before"] < row["whole"]

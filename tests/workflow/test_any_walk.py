"""Two offices at work in whatever order: after each step everything that must hold does, and nothing said is lost."""

from __future__ import annotations

import random
import shutil
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import delete

from benchmarks.strange_looks import walked, wrong
from benchmarks.strange_orders import DEEDS, do, make_start
from benchmarks.walk import begin
from records.tables import WorkLogEntry


@cache
def start() -> Path:
    """Both offices as walks find them, made once."""
    place = Path(tempfile.mkdtemp(prefix="tongdang-test-")) / "两个单位"
    make_start(place)
    return place


class Walking(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="tongdang-test-"))
        self.walk = begin(shutil.copytree(start(), self.place / "两个单位"))

    @rule(deed=st.sampled_from(sorted(DEEDS)), chance=st.integers(0, 10**6))
    def step(self, deed: str, chance: int) -> None:
        refused = do(self.walk, deed, random.Random(chance))
        assert refused == "" or refused.endswith("。"), refused
        assert list(wrong(self.walk, deed)) == [], f"after {deed}"

    def teardown(self) -> None:
        self.walk.close()
        shutil.rmtree(self.place)


# two stores per example are dear: failing walks are told as found, not made shorter; long ones: ./dev soak store
Walking.TestCase.settings = settings(
    max_examples=4,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
test_any_walk = Walking.TestCase


def test_a_walk_by_dice_is_the_same_walk_again(tmp_path: Path) -> None:
    assert list(walked(start(), tmp_path / "a", 7, 3)) == []
    assert not (tmp_path / "a").exists()


def test_what_is_lost_or_broken_on_the_way_is_told(tmp_path: Path) -> None:
    walk = begin(Path(shutil.copytree(start(), tmp_path / "a")))
    try:
        assert do(walk, "write_log", random.Random(1)) == ""
        assert list(wrong(walk, "write_log")) == []
        with walk.town.store.transaction() as session:
            session.execute(delete(WorkLogEntry))
        walk.county.store.vault.put(b"left over")
        assert list(wrong(walk, "wait")) == ["work_log: 1 gone"]
        (stray,) = wrong(walk, "hand_over")
        assert stray.startswith("county: check: file_stray")
    finally:
        walk.close()

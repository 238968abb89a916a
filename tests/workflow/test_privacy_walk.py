"""The walk of ``./dev soak privacy`` over scripted papers: it goes all the way, and leaves nothing in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import privacy, privacy_offices, privacy_walk
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.scripted import CHILD, FAMILY, back, front
from workflow import children

SECRETS = {str(CHILD["child_name"]), str(CHILD["child_id_number"]), str(FAMILY["caregiver_phone"]), "欧阳雨", "欧阳松"}


def test_two_persons_two_offices_and_erasure_leave_nothing_in_the_clear(
    office: OfficeAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
    store, actor = office.store, office.actor
    out, other = tmp_path / "out", tmp_path / "县"
    out.mkdir()
    office.child("一")
    office.child("二", child_name="欧阳雨", child_id_number="22028420200101002X", child_birth_date="2020-01-01")
    office.deliver("三.tif", front("三", (), child_name="欧阳霁", child_id_number=None), back("三"))
    office.read()
    first = children.children(store, actor)[0].child_id
    privacy_walk._care(store, actor, first)
    second = privacy_offices.colleague(store, actor)
    assert privacy_offices.looked_at_twice(store, actor, second) == 2 * len(privacy_offices.ENTERED_TWICE)
    privacy_offices.base_lists(store, actor, out)
    privacy_offices.searched(store, actor)
    assert privacy_offices.arranged(store, actor) == 2
    assert privacy_offices.between_offices(store, actor, other, out) == 2
    assert privacy_offices.erased(store, actor, second) >= 2
    assert len(children.children(store, actor)) == 1
    wanted = privacy.needles(SECRETS, ())
    sealed = [path for path in out.iterdir() if path.suffix in {".tdhandover", ".tdcard"}]
    assert len(sealed) == 4
    assert list(privacy.search([store.data_dir, other, *sealed], wanted)) == []
    assert list(privacy.search([out / "学籍名单.csv"], wanted)), "the search finds what is there"

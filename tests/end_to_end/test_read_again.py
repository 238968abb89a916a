"""A page that a person turns, or says the form of, is read again: real pictures, the real reader, a real store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import truth
from benchmarks.running import make_office
from forms.catalog import RESOURCES, shipped_forms
from ocr.models import models_dir
from ocr.worker import ReaderPool
from records.views import PageRow, PageState
from workflow import arranging, intake, verify
from workflow.access import Opened
from workflow.recognise import run_queue

SAMPLES = RESOURCES / "samples"
SHEET, NOTE = "扫描0002.jpg", "入户走访记录.jpg"
FORM, OTHER = ("jl-migrant-child", "1"), ("jl-visit-record", "1")


def clock() -> datetime:
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(models_dir(), shipped_forms(), threads=1) as readers:
        yield readers


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    office = make_office(tmp_path / "资料库", clock)
    yield office
    office.store.close()


def read(opened: Opened, pool: ReaderPool) -> PageRow:
    """Read what waits; the one page of the store."""
    run_queue(opened.store, opened.actor, pool, clock=clock)
    (source,) = intake.inbox(opened.store, opened.actor).sources
    (page,) = source.pages
    return page


def test_a_page_read_as_the_wrong_form_is_read_again_as_the_right_one(opened: Opened, pool: ReaderPool) -> None:
    store, actor = opened.store, opened.actor
    intake.take_in(store, actor, clock(), SAMPLES / SHEET)
    found = read(opened, pool)
    assert (found.state, found.form_page) == (PageState.PLACED, 2)

    arranging.read_as(store, actor, clock(), [found.page_id], OTHER)
    wrong = read(opened, pool)
    assert (wrong.page_id, wrong.status) == (found.page_id, "unknown_form"), "it is not that form, whoever says so"
    assert wrong.registration_id is None
    assert "和选定的表格对不上" in wrong.reason
    assert verify.drafts(store, actor) == ()

    arranging.read_as(store, actor, clock(), [found.page_id], FORM)
    right = read(opened, pool)
    assert (right.state, right.form_page) == (PageState.PLACED, 2)
    (draft,) = verify.drafts(store, actor)
    sheet = verify.sheet(store, actor, draft.registration_id)
    true = truth.load(SAMPLES)[SHEET, 1].values
    on_page = [item for item in sheet.items if item.page_id == found.page_id]
    assert sum(truth.same(item.value, true.get(item.key)) for item in on_page) >= len(on_page) - 2
    assert all(item.shown for item in on_page if item.text), "what a person says of the form vouches for no field"


def test_a_page_turned_by_hand_is_read_the_right_way_up(opened: Opened, pool: ReaderPool, tmp_path: Path) -> None:
    store, actor = opened.store, opened.actor
    over = tmp_path / NOTE
    with Image.open(SAMPLES / NOTE) as picture:
        held = io.BytesIO()
        picture.rotate(180).save(held, "JPEG", quality=90)
    over.write_bytes(held.getvalue())
    intake.take_in(store, actor, clock(), over)
    page = read(opened, pool)
    assert page.status == "unknown_form"
    assert "走访日期" not in words(opened, page)

    arranging.turn(store, actor, clock(), [page.page_id], 180)
    again = read(opened, pool)
    assert (again.page_id, again.status) == (page.page_id, "unknown_form")
    assert "走访日期" in words(opened, again)


def words(opened: Opened, page: PageRow) -> str:
    """The text that was read of a page without a form."""
    return "\n".join(intake.page_words(opened.store, opened.actor, page.page_id).lines)

"""A page's whole way through a worker, and the public shape it comes out in."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from forms.catalog import RESOURCES, shipped_forms
from forms.dictionary import extra_sensitive
from forms.form_file import Form
from forms.kinds import Kind
from ocr.images import PictureFile
from ocr.models import models_dir
from ocr.page import MASK_GREY, FormPageReader, viewing_copy
from ocr.public_json import page_json
from ocr.reading import PageReading, PageStatus, ReadingContext
from ocr.registration import PX_PER_MM, Picture
from ocr.worker import ReaderPool
from tests.ocr import paper
from workflow import sentences

SAMPLES = RESOURCES / "samples"
FORM = shipped_forms()[0]


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(models_dir(), (FORM,)) as running:
        yield running


@pytest.fixture(scope="module")
def upside_down(pool: ReaderPool) -> tuple[PageReading, bytes]:
    path = SAMPLES / "扫描0005.jpg"
    with pool.open(path.read_bytes(), path.name) as source:
        outcome = source.read(0, ReadingContext(home_division="220281"))
    return outcome.reading, outcome.viewing_copy


def truth(name: str) -> dict[str, object]:
    pages = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["pages"]
    (page,) = [p for p in pages if p["file"] == name]
    return dict(page)


def test_a_page_upside_down_is_read(upside_down: tuple[PageReading, bytes]) -> None:
    reading, _ = upside_down
    wanted = truth("扫描0005.jpg")
    assert (reading.status, reading.form, reading.form_page) == (PageStatus.READ, "jl-migrant-child", 1)
    assert (reading.rotation, reading.width_px, reading.height_px) == (180, wanted["width_px"], wanted["height_px"])
    assert reading.serial
    assert reading.registration_error_px is not None
    assert reading.registration_error_px < 1
    assert reading.model.startswith("PP-OCRv6_small_rec ")
    by_key = {f.key: f for f in reading.fields}
    fields = wanted["fields"]
    assert isinstance(fields, list)
    assert [f.key for f in reading.fields] == [f.key for f in FORM.on_page(1)]
    for field in fields:
        assert np.abs(np.subtract(by_key[field["key"]].box_px, field["box_px"])).max() <= 2
        assert by_key[field["key"]].evidence["registration"] > 0.5


def test_the_masked_copy_covers_what_is_extra_sensitive_and_nothing_else(pool: ReaderPool) -> None:
    path = SAMPLES / "扫描0006.jpg"
    with pool.open(path.read_bytes(), path.name) as source:
        outcome = source.read(0, ReadingContext())
    assert outcome.masked_copy is not None
    whole, masked = (
        np.asarray(Image.open(io.BytesIO(jpeg)).convert("L")).astype(int)
        for jpeg in (outcome.viewing_copy, outcome.masked_copy)
    )
    secret = [f for f in outcome.reading.fields if f.key in extra_sensitive()]
    assert secret
    assert any(f.text or f.value for f in secret), "something is written there"
    covered = np.zeros(whole.shape, bool)
    for field in secret:
        for x, y, w, h in (field.view_box_px, *field.option_view_boxes.values()):
            assert np.abs(masked[y : y + h, x : x + w] - MASK_GREY).max() < 12, field.key
        x, y, w, h = field.view_box_px
        covered[max(0, y - 20) : y + h + 20, max(0, x - 20) : x + w + 20] = True
    assert np.abs(whole - masked)[~covered].max() < 25, "elsewhere the two are one picture"
    named = next(f for f in outcome.reading.fields if f.key not in extra_sensitive() and f.text)
    x, y, w, h = named.view_box_px
    assert masked[y : y + h, x : x + w].min() < 128, "what isn't extra-sensitive is still read"


def test_the_viewing_copy_is_upright_and_its_boxes_fit(upside_down: tuple[PageReading, bytes]) -> None:
    reading, jpeg = upside_down
    picture = Image.open(io.BytesIO(jpeg))
    assert picture.format == "JPEG"
    assert picture.size == (reading.view_width_px, reading.view_height_px)
    by_key = {f.key: f for f in reading.fields}
    first, last = by_key["form_date"].view_box_px, by_key[reading.fields[-1].key].view_box_px
    assert first[1] < picture.height / 5 < picture.height / 2 < last[1]
    x, y, w, h = by_key["child_name"].box_px
    vx, vy, vw, vh = by_key["child_name"].view_box_px
    assert (vx, vy) == pytest.approx((reading.width_px - x - w, reading.height_px - y - h), abs=2)
    assert (vw, vh) == pytest.approx((w, h), abs=2)


def test_readings_travel_and_become_public_json(upside_down: tuple[PageReading, bytes]) -> None:
    reading, _ = upside_down
    assert pickle.loads(pickle.dumps(reading)) == reading
    shown = json.loads(json.dumps(page_json("扫描0005.jpg", reading, {"child_name": True}), ensure_ascii=False))
    assert (shown["file"], shown["page_in_file"], shown["status"], shown["form_page"]) == (
        "扫描0005.jpg",
        1,
        "read",
        1,
    )
    stated = "file page_in_file status reason form form_page rotation seconds lines fields".split()  # noqa: SIM905
    assert set(stated) <= set(shown)
    by_key = {f["key"]: f for f in shown["fields"]}
    assert by_key["child_name"]["accepted"] is True
    assert by_key["child_id_number"]["accepted"] is False
    wanted = {"key", "raw", "text", "value", "candidates", "confidence", "accepted", "reasons", "box_px"}
    assert wanted <= set(by_key["child_name"])
    assert all(isinstance(v, int) for v in by_key["child_name"]["box_px"])


def test_a_page_of_no_known_form_gives_its_text(pool: ReaderPool) -> None:
    path = SAMPLES / "入户走访记录.jpg"
    with pool.open(path.read_bytes(), path.name) as source:
        reading = source.read(0).reading
    assert (reading.status, reading.reason) == (PageStatus.UNKNOWN_FORM, "no_form_found")
    # what stands beside known labels is offered, never vouched for
    assert all(field.reasons == ("unknown_form",) and field.confidence <= 0.5 for field in reading.fields)
    first = reading.lines[0]
    assert first.text == "入户走访记录"
    assert first.confidence > 0.9
    x, y, w, h = first.box_px
    assert 0 < x < x + w < reading.width_px
    assert 0 < y < y + h < reading.height_px / 5


def test_an_empty_sheet_is_blank(pool: ReaderPool) -> None:
    path = SAMPLES / "扫描0010.jpg"
    with pool.open(path.read_bytes(), path.name) as source:
        reading = source.read(0).reading
    assert (reading.status, reading.reason, reading.fields, reading.lines) == (PageStatus.BLANK, "blank", (), ())


@pytest.fixture(scope="module")
def paper_reader() -> FormPageReader:
    return FormPageReader(models_dir(), (paper.paper_form(),), 1)


def png_of(picture: Picture) -> PictureFile:
    return PictureFile(paper.png(np.ascontiguousarray(picture[:, :, ::-1]), 200))


def test_fields_beyond_the_edge_are_not_blank_ones(paper_reader: FormPageReader) -> None:
    form: Form = paper.paper_form()
    rng = np.random.default_rng(2)
    page = paper.drawn_page(page=2).picture
    shot = paper.shoot(np.repeat(page[:, :, None], 3, axis=2), rng, dpi=200, noise=2)
    kept = int(shot.picture.shape[0] * 0.86)
    reading = paper_reader.read(png_of(shot.picture[:kept]), 0, ReadingContext()).reading
    assert reading.status is PageStatus.READ
    outside = {f.key for f in reading.fields if "outside_picture" in f.reasons}
    assert outside == {f.key for f in form.on_page(2) if f.box.y + f.box.h * 0.8 > 255}
    for field in reading.fields:
        assert ("blank" in field.evidence) == (field.key not in outside)
        assert field.text == ""


def test_a_covered_place_is_doubtful(paper_reader: FormPageReader) -> None:
    rng = np.random.default_rng(3)
    page = paper.drawn_page(page=1).picture.copy()
    page[int(200 * PX_PER_MM) : int(262 * PX_PER_MM), 150:2350] = 120
    shot = paper.shoot(np.repeat(page[:, :, None], 3, axis=2), rng, dpi=200)
    reading = paper_reader.read(png_of(shot.picture), 0, ReadingContext()).reading
    places = {f.key: f.box for f in paper.paper_form().on_page(1) if f.kind is Kind.TEXT}
    for field in reading.fields:
        if field.key in places and 218 < places[field.key].y < 238:
            assert "place_doubtful" in field.reasons
        if field.key in places and places[field.key].y < 150:
            assert "place_doubtful" not in field.reasons


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (np.zeros_like, PageStatus.FAILED, "too_dark"),
        (lambda whole: np.ascontiguousarray(whole[:, ::-1]), PageStatus.FAILED, "mirrored"),
        (lambda whole: np.ascontiguousarray(whole[: len(whole) // 2]), PageStatus.FAILED, "partly_visible"),
        (lambda whole: np.full_like(whole, 248), PageStatus.BLANK, "blank"),
    ],
)
def test_what_must_be_scanned_again_has_failed_and_says_why(
    paper_reader: FormPageReader, make: Callable[[Picture], Picture], status: PageStatus, reason: str
) -> None:
    rng = np.random.default_rng(5)
    page = np.repeat(paper.drawn_page(page=1).picture[:, :, None], 3, axis=2)
    whole = paper.shoot(page, rng, dpi=150).picture
    outcome = paper_reader.read(png_of(make(whole)), 0, ReadingContext())
    assert (outcome.reading.status, outcome.reading.reason, outcome.reading.fields) == (status, reason, ())
    assert sentences.page_reason(reason) != sentences.page_reason("defect")
    assert outcome.viewing_copy  # it can still be looked at


@pytest.mark.parametrize(("size", "rotation"), [((2480, 3508), 0), ((3508, 2480), 90), ((6000, 9000), 270)])
def test_viewing_copies_are_bounded_and_turned(size: tuple[int, int], rotation: int) -> None:
    picture = np.full((size[1], size[0], 3), 250, np.uint8)
    picture[: size[1] // 10, : size[0] // 10] = 0
    view = viewing_copy(picture, rotation)
    shown = np.asarray(Image.open(io.BytesIO(view.jpeg)).convert("L"))
    assert shown.shape == (view.height, view.width)
    assert max(shown.shape) == 2480
    corners = {0: (0, 0), 90: (0, -1), 270: (-1, 0)}
    assert shown[corners[rotation]] < 50

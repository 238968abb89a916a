"""Whatever comes in as a picture, a page comes out with a reason, or none of the program's fields at all."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr.blank_page import is_blank
from ocr.find_form import Finder, Found, NotFound
from ocr.images import Delivered, PictureFile
from ocr.page import FormPageReader
from ocr.reading import OcrFailed, PageStatus, ReadingContext
from ocr.recogniser import Recogniser, Trace
from ocr.registration import Picture
from tests.ocr import paper

FORM = paper.paper_form()
REASONS = {
    "blank", "too_small", "too_dark", "noise", "no_form_found", "form_not_installed", "mirrored", "partly_visible",
    "ambiguous_form", "other_version",
}  # fmt: skip


class GuessingRecogniser(Recogniser):
    """Any probabilities for any picture: what a network makes of garbage."""

    def __init__(self) -> None:
        self.characters = ("", *"0123456789Xx年月日省市县镇村王李张", " ")

    def trace(self, crop: Picture) -> Trace:
        rng = np.random.default_rng(crop.size)
        steps = max(1, crop.shape[1] // 8)
        guessed = rng.dirichlet(np.full(len(self.characters), 0.3), steps).astype(np.float32)
        return Trace(guessed, crop.shape[1] / steps)


class StubReader(FormPageReader):
    """The page's whole way with a network that only guesses."""

    def __init__(self) -> None:
        self._models_dir = Path()
        self._threads = 1
        self._finder = Finder([FORM])
        self._recogniser = GuessingRecogniser()
        self._free = None
        self._engine = self._model = "stub"


@pytest.fixture(scope="module")
def reader() -> StubReader:
    return StubReader()


def scene(seed: int, height: int, width: int, grain: float, lines: int) -> Picture:
    """A picture of anything: clouds of colour, lines, boxes, noise."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 255, (int(rng.integers(1, 9)), int(rng.integers(1, 9)), 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    for _ in range(lines):
        ends = rng.integers(0, (width, height), (2, 2))
        shade = tuple(float(v) for v in rng.integers(0, 255, 3))
        if rng.random() < 0.3:
            cv2.rectangle(picture, ends[0].tolist(), ends[1].tolist(), shade, int(rng.choice([-1, 1, 3, 9])))
        else:
            cv2.line(picture, ends[0].tolist(), ends[1].tolist(), shade, int(rng.integers(1, 12)))
    noisy = picture.astype(np.float32) + rng.normal(0, grain, picture.shape)
    return noisy.clip(0, 255).astype(np.uint8)


def encoded(picture: Picture, form: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])).save(out, form)
    return out.getvalue()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 900),
    st.integers(1, 900),
    st.sampled_from([0.0, 3.0, 60.0]),
    st.integers(0, 40),
)
def test_pictures_of_anything_are_no_form_and_say_why(
    reader: StubReader, seed: int, height: int, width: int, grain: float, lines: int
) -> None:
    outcome = reader.read(PictureFile(encoded(scene(seed, height, width, grain, lines), "PNG")), 0, ReadingContext())
    assert outcome.reading.status in {PageStatus.BLANK, PageStatus.UNKNOWN_FORM, PageStatus.FAILED}
    assert outcome.reading.reason in REASONS
    assert outcome.reading.fields == ()
    assert Image.open(io.BytesIO(outcome.viewing_copy)).size == (
        outcome.reading.view_width_px,
        outcome.reading.view_height_px,
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_a_form_under_anything_is_read_or_refused_but_never_breaks(reader: StubReader, seed: int, lines: int) -> None:
    """Scrawls, blots, seals and fluid over a form: every field comes back with figures that make sense."""
    page = np.repeat(paper.drawn_page().picture[:, :, None], 3, axis=2)
    over = scene(seed, page.shape[0] // 2, page.shape[1] // 2, 0, lines)
    rng = np.random.default_rng(seed)
    top, left = (int(rng.integers(0, n // 2)) for n in page.shape[:2])
    height, width = (int(rng.integers(60, n // 3)) for n in page.shape[:2])
    part = np.s_[top : top + height, left : left + width]
    page[part] = over[:height, :width]
    shot = paper.shoot(page, rng, dpi=150)
    reading = reader.read(PictureFile(encoded(shot.picture, "PNG")), 0, ReadingContext()).reading
    if reading.status is not PageStatus.READ:
        assert reading.reason in REASONS
        return
    assert [f.key for f in reading.fields] == [f.key for f in FORM.on_page(1)]
    for field in reading.fields:
        assert 0 <= field.confidence <= 1
        assert all(0 <= v <= 1 for v in field.evidence.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_broken_files_are_refused_or_shown_whole(reader: StubReader, data: st.DataObject) -> None:
    """Bytes cut off or changed anywhere: refused with a reason, or decoded; nothing else."""
    form = data.draw(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF"]))
    whole = bytearray(encoded(scene(1, 420, 380, 2.0, 12), form))
    for _ in range(data.draw(st.integers(0, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(whole)))
    reason = outcome_of(reader, bytes(whole[:kept]))
    assert reason in REASONS | {"not_an_image", "truncated", "too_large", "unsupported", "empty"}


def outcome_of(reader: StubReader, data: bytes) -> str:
    """The reason for which a file gives no fields: its own, or its page's."""
    try:
        reading = reader.read(PictureFile(data), 0, ReadingContext()).reading
    except OcrFailed as failure:
        return failure.reason
    assert reading.fields == ()
    return reading.reason


def test_a_photograph_of_something_else_is_no_empty_page() -> None:
    """An empty page may be laid aside unseen; two eyes and a face may not."""
    picture = np.full((1200, 1600, 3), (90, 150, 120), np.uint8)
    cv2.ellipse(picture, (800, 700), (300, 300), 0, 0, 360, (80, 140, 190), -1)
    for x in (690, 910):
        cv2.ellipse(picture, (x, 640), (45, 60), 0, 0, 360, (60, 160, 60), -1)
        cv2.ellipse(picture, (x, 640), (10, 50), 0, 0, 360, (0, 0, 0), -1)
    blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), 3), dtype=np.uint8)
    assert Finder([FORM]).find(Delivered(blurred, 150, 150)) == NotFound("no_form_found")
    clouds = np.random.default_rng(2).integers(60, 250, (5, 4), dtype=np.uint8)
    assert not is_blank(np.asarray(cv2.resize(clouds, (1200, 1600), interpolation=cv2.INTER_CUBIC), dtype=np.uint8))


def test_an_empty_page_may_have_holes_and_specks_but_no_stroke() -> None:
    page = np.full((1754, 1240), 244, np.uint8)
    light = np.linspace(0.85, 1, 1240, dtype=np.float32)[None, :]
    page = np.asarray(page * light, dtype=np.uint8)
    for y in (640, 1110):
        cv2.circle(page, (75, y), 18, (25,), -1)
    cv2.circle(page, (700, 300), 2, (90,), -1)
    assert is_blank(page)
    signed = page.copy()
    cv2.polylines(signed, [np.array([(500, 900), (560, 860), (600, 930), (680, 880)])], False, (40,), 3)
    assert not is_blank(signed)


@pytest.mark.parametrize(("height", "width"), [(20000, 400), (400, 20000), (16000, 360), (351, 351)])
def test_very_long_and_very_small_pages(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 240, np.uint8)
    picture[:: max(1, height // 40)] = 30
    found = Finder([FORM]).find(Delivered(picture, 300, 300))
    assert isinstance(found, NotFound)


def test_a_filled_page_among_other_things_is_the_one_that_is_found() -> None:
    """The same picture with its page painted grey has no form: it was the page, nothing else, that was found."""
    rng = np.random.default_rng(1)
    page = paper.scribble(paper.drawn_page(), rng)
    shot = paper.shoot(page, rng, dpi=150, margin=30, desk=120, turn=90)
    finder = Finder([FORM])
    assert isinstance(finder.find(Delivered(shot.picture, 150, 150)), Found)
    grey = np.full_like(shot.picture, 200)
    grey[::40] = 60
    assert isinstance(finder.find(Delivered(grey, 150, 150)), NotFound)


def pages_as_files() -> list[tuple[str, bytes]]:
    """One filled page at 150 dpi in every kind of file that scanners and programs write."""
    rng = np.random.default_rng(4)
    shot = paper.shoot(paper.scribble(paper.drawn_page(), rng), rng, dpi=150)
    image = Image.fromarray(np.ascontiguousarray(shot.picture[:, :, ::-1]))
    grey, bits = image.convert("L"), image.convert("L").point(lambda v: 255 * (v > 150)).convert("1")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    clear = image.convert("RGBA")
    palette = image.convert("P")
    out: list[tuple[str, bytes]] = []

    def add(name: str, picture: Image.Image, form: str, **options: object) -> None:
        file = io.BytesIO()
        picture.save(file, form, dpi=(150, 150), **options)
        out.append((name, file.getvalue()))

    add("16 bit", deep, "PNG")
    add("CMYK", image.convert("CMYK"), "JPEG")
    add("alpha", clear, "PNG")
    add("palette", palette, "PNG")
    add("palette, transparent", palette, "PNG", transparency=3)
    add("G4", bits, "TIFF", compression="group4")
    add("LZW", grey, "TIFF", compression="tiff_lzw")
    add("1 bit", bits, "PNG")
    for orientation in (3, 6, 8):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add(f"EXIF {orientation}", image, "JPEG", exif=exif)
    return out


@pytest.mark.parametrize(("name", "data"), pages_as_files(), ids=lambda v: v if isinstance(v, str) else "")
def test_every_kind_of_file_gives_the_same_page(name: str, data: bytes) -> None:
    file = PictureFile(data)
    page = file.page(0)
    found = Finder([FORM]).find(page)
    assert isinstance(found, Found), name
    assert (found.match.page, found.match.rotation) == (1, 0)  # stored pixels: EXIF says how to show, not how it lies
    assert found.fit.agreement > 0.8

"""Several sheets in one picture: each is a page of its own, with its place; one sheet stays one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from forms.catalog import RESOURCES, shipped_forms
from ocr.delivered import open_delivered
from ocr.find_form import Finder, Found
from ocr.images import Delivered
from ocr.models import models_dir
from ocr.reading import Part
from ocr.registration import Picture
from ocr.sheets import cut_out, with_sheets
from ocr.worker import ReaderPool
from workflow.cli_read import read_file

SAMPLES = RESOURCES / "samples"
FORM = shipped_forms()[0]
DPI = 200


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder((FORM,))


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(models_dir(), (FORM,), threads=1) as running:
        yield running


def sample(name: str) -> Picture:
    with Image.open(SAMPLES / name) as image:
        return np.asarray(image.convert("RGB"))


def without_code(picture: Picture) -> Picture:
    """As a photocopy whose code and corner squares were lost."""
    bare, px = picture.copy(), DPI / 25.4
    side = FORM.pages[0]
    assert side.qr is not None
    for box in (side.qr, *side.corners):
        x, y, w, h = (round(v * px) for v in (box.x - 4, box.y - 4, box.w + 8, box.h + 8))
        bare[max(0, y) : y + h, max(0, x) : x + w] = 250
    return bare


def side_by_side(*pictures: Picture) -> Picture:
    tallest = max(p.shape[0] for p in pictures)
    return np.hstack([np.pad(p, ((0, tallest - p.shape[0]), (0, 0), (0, 0)), constant_values=250) for p in pictures])


def jpeg(picture: Picture, dpi: int = DPI) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=88, dpi=(dpi, dpi))
    return out.getvalue()


def sheets(finder: Finder, data: bytes) -> tuple[Part, ...]:
    (page,) = with_sheets(open_delivered(data), finder)
    return page.sheets


def forms_on(finder: Finder, data: bytes) -> list[tuple[int, int]]:
    """Form page and turn of every sheet."""
    file = open_delivered(data)
    found = [finder.find(cut_out(file.page(0), part)) for part in sheets(finder, data)]
    assert all(isinstance(f, Found) for f in found)
    return [(f.match.page, f.match.rotation) for f in found if isinstance(f, Found)]


def test_both_sheets_of_a_spread_are_read_where_they_lie(pool: ReaderPool, tmp_path: Path) -> None:
    """As ``tongdang read`` gives them: the same values as each sheet alone, boxes in the delivered picture."""
    names = ("扫描0004.jpg", "扫描0003.jpg")
    spread = tmp_path / "并排.jpg"
    spread.write_bytes(jpeg(side_by_side(*map(sample, names))))
    both = list(read_file(pool, spread))
    truth = {p["file"]: p for p in json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["pages"]}
    assert [(p["status"], p["page_in_file"], p["form_page"]) for p in both] == [
        ("read", 1, truth[name]["form_page"]) for name in names
    ]
    assert [(p["width_px"], p["height_px"]) for p in both] == [(3308, 2339)] * 2
    for page, name, left in zip(both, names, (0, 1654), strict=True):
        wanted: dict[str, Any] = {f["key"]: f for f in truth[name]["fields"]}
        offs = [np.subtract(f["box_px"], wanted[f["key"]]["box_px"]) - (left, 0, 0, 0) for f in page["fields"]]
        assert np.abs(offs).max() <= 2
        (alone,) = read_file(pool, SAMPLES / name)
        same = [a["value"] == b["value"] for a, b in zip(page["fields"], alone["fields"], strict=True)]
        assert np.mean(same) > 0.95, "pressed into a JPEG once more it may lose a field"


@pytest.mark.parametrize("turn", [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180])
def test_however_the_scanner_turned_them(finder: Finder, turn: int | None) -> None:
    picture = side_by_side(sample("扫描0004.jpg"), np.ascontiguousarray(sample("扫描0003.jpg")[::-1, ::-1]))
    turned = picture if turn is None else np.asarray(cv2.rotate(picture, turn), np.uint8)
    expected = {
        None: [(1, 0), (2, 180)],
        cv2.ROTATE_90_CLOCKWISE: [(1, 270), (2, 90)],
        cv2.ROTATE_180: [(2, 0), (1, 180)],
    }
    assert forms_on(finder, jpeg(turned)) == expected[turn]


def test_a_photograph_of_two_sheets_on_a_table(finder: Finder) -> None:
    table = np.full((2700, 3900, 3), (90, 80, 70), np.uint8)
    for name, x, angle in (("扫描0004.jpg", 130, 2.5), ("扫描0003.jpg", 2020, -2.0)):
        sheet = sample(name)
        lies = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), angle, 1)
        lies = np.add(lies, [[0, 0, x], [0, 0, 170]])
        size = (table.shape[1], table.shape[0])
        covers = cv2.warpAffine(np.full(sheet.shape[:2], 255, np.uint8), lies, size) > 200
        table[covers] = np.asarray(cv2.warpAffine(sheet, lies, size), np.uint8)[covers]
    assert forms_on(finder, jpeg(table, 72)) == [(1, 0), (2, 0)]


def test_copies_without_a_code_are_told_by_their_print(finder: Finder) -> None:
    one, two = sample("扫描0004.jpg"), sample("扫描0003.jpg")
    assert forms_on(finder, jpeg(side_by_side(without_code(one), without_code(two)))) == [(1, 0), (2, 0)]
    assert forms_on(finder, jpeg(side_by_side(one, without_code(two)))) == [(1, 0), (2, 0)]


@pytest.mark.parametrize("other_first", [False, True])
def test_a_paper_of_another_kind_beside_a_form_is_not_lost(finder: Finder, *, other_first: bool) -> None:
    form, other = sample("扫描0004.jpg"), sample("入户走访记录.jpg")
    data = jpeg(side_by_side(*((other, form) if other_first else (form, other))))
    parts, file = sheets(finder, data), open_delivered(data)
    found = [isinstance(finder.find(cut_out(file.page(0), part)), Found) for part in parts]
    assert found == ([False, True] if other_first else [True, False])
    seen = parts[0] if other_first else parts[1]
    left, right = (0, other.shape[1]) if other_first else (form.shape[1], form.shape[1] + other.shape[1])
    assert seen.x <= left
    assert seen.x + seen.width >= right, "nothing of it is cut off"


def test_one_sheet_stays_one(finder: Finder) -> None:
    sheet = sample("扫描0004.jpg")
    sideways = np.asarray(cv2.rotate(sheet, cv2.ROTATE_90_CLOCKWISE), np.uint8)
    bare = np.asarray(cv2.rotate(without_code(sheet), cv2.ROTATE_90_COUNTERCLOCKWISE), np.uint8)
    white, black = np.full_like(sheet, 252), np.full_like(sheet, 20)
    on_glass = side_by_side(sheet, white), side_by_side(black, without_code(sheet))
    for picture in (sheet, sideways, bare, *on_glass):
        assert sheets(finder, jpeg(picture)) == ()


def test_a_spread_in_a_pdf_keeps_its_own_text(pool: ReaderPool, tmp_path: Path) -> None:
    """Two drawn pages on one: their text layer is taken where each sheet lies."""
    pdf = pypdfium2.PdfDocument(SAMPLES / "电子登记表.pdf")
    raw = pypdfium2.raw.FPDF_ImportNPagesToOne(pdf, 1190.55, 841.89, 2, 1)
    path = tmp_path / "双面.pdf"
    pypdfium2.PdfDocument(raw).save(path)
    pages = list(read_file(pool, path))
    alone = list(read_file(pool, SAMPLES / "电子登记表.pdf"))
    assert [p["form_page"] for p in pages] == [1, 2]
    for page, single in zip(pages, alone, strict=True):
        layers = [f["key"] for f in page["fields"] if f["source"] == "text_layer"]
        assert layers == [f["key"] for f in single["fields"] if f["source"] == "text_layer"]
        assert [f["value"] for f in page["fields"]] == [f["value"] for f in single["fields"]]


def test_a_part_is_cut_out_and_nothing_else_changes() -> None:
    picture = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)
    page = Delivered(picture, 200, 100, 90)
    assert cut_out(page, None) is page
    part = cut_out(page, Part(2, 1, 5, 4))
    assert (part.dpi_x, part.dpi_y, part.turn) == (200, 100, 90)
    assert np.array_equal(part.picture, picture[1:5, 2:7])

"""The shipped samples are what their truth says, and what a clerk's folder would hold."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from benchmarks.synth.samples import PASSWORD, STYLES, TOWN
from forms.catalog import RESOURCES, shipped_forms
from forms.kinds import Kind
from forms.values import parse

SAMPLES = RESOURCES / "samples"
TRUTH: dict[str, Any] = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
FILES: dict[str, dict[str, str]] = {about["file"]: about for about in TRUTH["files"]}
FORM = {form.id: form for form in shipped_forms()}["jl-migrant-child"]


def pages_of(name: str) -> list[dict[str, Any]]:
    return [page for page in TRUTH["pages"] if page["file"] == name]


def sizes(path: Path) -> list[tuple[int, int]]:
    """Width and height of every page, PDFs at 300 dpi."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path, password=FILES[path.name].get("password")) as pdf:
            return [(round(page.get_width() * 300 / 72), round(page.get_height() * 300 / 72)) for page in pdf]
    with Image.open(path) as picture:
        found = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            found.append(picture.size)
        return found


def test_every_file_is_described_and_small_enough() -> None:
    there = {path.name for path in SAMPLES.iterdir()}
    assert there == set(FILES) | {"truth.json", "README.md"}
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 25_000_000
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in FILES)


def test_pages_have_the_size_that_the_truth_says() -> None:
    for name, about in FILES.items():
        if about["status"] in ("failed", "duplicate"):
            assert pages_of(name) == []
            continue
        pages = pages_of(name)
        assert [page["page_in_file"] for page in pages] == list(range(1, len(pages) + 1))
        for (width, height), page in zip(sizes(SAMPLES / name), pages, strict=True):
            assert abs(width - page["width_px"]) <= 1, name
            assert abs(height - page["height_px"]) <= 1, name


def test_twelve_families_with_both_sides() -> None:
    sides: dict[int, set[int]] = {}
    for page in TRUTH["pages"]:
        if page["registration"]:
            sides.setdefault(page["registration"], set()).add(page["form_page"])
    assert sides == {number: {1, 2} for number in range(1, 13)}
    styles = [page["style"] for page in TRUTH["pages"]]
    assert not any("ma-shan" in style for style in (*styles, *STYLES))
    assert sum(style in ("strokes", "long-cang") for style in STYLES) >= 4


def test_fields_are_complete_and_say_their_values() -> None:
    for page in TRUTH["pages"]:
        if page["status"] != "read":
            assert page["fields"] == []
            continue
        fields = FORM.on_page(page["form_page"])
        assert [field["key"] for field in page["fields"]] == [field.key for field in fields]
        for field, true in zip(fields, page["fields"], strict=True):
            if field.kind is Kind.SIGNATURE:
                assert true["value"] == ("present" if true["text"] else None)
            elif true["text"]:
                assert parse(field.kind, true["text"], field=field) == true["value"], (page["file"], field.key)


def test_all_live_in_one_town() -> None:
    homes = [f["value"]["division"] for p in TRUTH["pages"] for f in p["fields"] if f["key"] == "child_residence"]
    assert len(homes) == 13  # one front was scanned twice
    assert all(code.startswith(TOWN) for code in homes)


def test_the_oddities_are_there() -> None:
    by_status = {about["status"]: name for name, about in FILES.items() if about["status"] != "read"}
    assert set(by_status) == {"blank", "unknown_form", "failed", "duplicate", "encrypted"}
    copy = FILES[by_status["duplicate"]]
    assert (SAMPLES / copy["file"]).read_bytes() == (SAMPLES / copy["same_as"]).read_bytes()
    with pytest.raises(OSError, match="truncated"), Image.open(SAMPLES / by_status["failed"]) as cut:
        cut.load()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(SAMPLES / by_status["encrypted"])
    assert FILES[by_status["encrypted"]]["password"] == PASSWORD
    assert [page["rotation"] for page in TRUTH["pages"]].count(180) == 1
    order = [(page["registration"], page["form_page"]) for page in TRUTH["pages"]]
    assert order.index((2, 2)) < order.index((2, 1))
    assert order.count((11, 1)) == 2


def test_the_boxes_of_a_scan_lie_on_the_forms_lines() -> None:
    """Every comb cell of an ordinary scan is bounded by dark lines: the truth's place is the picture's place."""
    (page,) = pages_of("扫描0001.jpg")
    picture = cv2.imdecode(np.frombuffer((SAMPLES / page["file"]).read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    field = next(f for f in page["fields"] if f["key"] == "child_residence")
    x, y, w, h = field["box_px"]
    inside = picture[y + 10 : y + h - 10, x + 10 : x + w - 10]
    around = picture[y - 12 : y + h + 12, x - 12 : x + w + 12]
    across = slice(w // 3, w // 3 + 60)
    assert around[:24, across].min(axis=0).max() < 140  # the rule above the cell
    assert around[-24:, across].min(axis=0).max() < 140  # and below
    assert inside.min() < 120  # what is written


def test_the_electronic_form_can_be_read_without_ocr() -> None:
    import pdfplumber

    with pdfplumber.open(io.BytesIO((SAMPLES / "电子填报.pdf").read_bytes())) as pdf:
        values = {a["data"]["T"].decode(): a["data"]["V"] for page in pdf.pages for a in page.annots}
    true = {f["key"]: f["text"] for page in pages_of("电子填报.pdf") for f in page["fields"]}
    assert values["child_id_number"].decode() == true["child_id_number"]
    with pdfplumber.open(io.BytesIO((SAMPLES / "电子登记表.pdf").read_bytes())) as pdf:
        said = "".join("".join((page.extract_text() or "").split()) for page in pdf.pages)
    true = {f["key"]: f["text"] for page in pages_of("电子登记表.pdf") for f in page["fields"]}
    assert true["child_name"] in said
    assert true["child_id_number"] in said

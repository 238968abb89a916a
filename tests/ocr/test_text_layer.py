"""A PDF's own text is taken where it is what is seen, and only there."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from forms.catalog import RESOURCES, shipped_forms
from forms.form_file import Box
from forms.kinds import Kind
from ocr.find_form import Finder, Found
from ocr.pdf import PdfFile
from ocr.reading import FieldReading
from ocr.registration import RegisteredPage, lay
from ocr.text_layer import Piece, checked_by_picture, joined, text_layer_fields

TYPED = RESOURCES / "samples" / "电子登记表.pdf"
FILLED = RESOURCES / "samples" / "电子填报.pdf"
FORM = shipped_forms()[0]


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder([FORM])


@pytest.fixture(scope="module")
def truth() -> dict[tuple[str, int], dict[str, Any]]:
    pages = json.loads((RESOURCES / "samples" / "truth.json").read_text(encoding="utf-8"))["pages"]
    return {(p["file"], p["page_in_file"]): {f["key"]: f for f in p["fields"]} for p in pages}


def laid(finder: Finder, data: bytes) -> tuple[PdfFile, RegisteredPage]:
    pdf = PdfFile(data)
    page = pdf.page(0)
    found = finder.find(page)
    assert isinstance(found, Found)
    return pdf, lay(page.picture, found.match)


def fields(finder: Finder, data: bytes) -> dict[str, FieldReading]:
    pdf, view = laid(finder, data)
    return text_layer_fields(pdf, 0, view)


def changed(data: bytes, change: Any) -> bytes:
    """The first page of a PDF after ``change(pdf, page)``."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf, pdf.pages[0])
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("file", [TYPED, FILLED], ids=["text", "form fields"])
def test_every_typed_answer_is_taken_as_it_is(finder: Finder, truth: Any, file: Any) -> None:
    readings = fields(finder, file.read_bytes())
    wanted = truth[(file.name, 1)]
    written = {
        f.key
        for f in FORM.on_page(1)
        if wanted[f.key]["text"] and f.kind not in (Kind.CHOICE, Kind.SIGNATURE) and f.key in wanted
    }
    assert len(written) > 10
    assert written <= set(readings)
    for key, reading in readings.items():
        if reading.text:
            assert reading.value == wanted[key]["value"], key
        assert reading.source == "text_layer"
        assert reading.reasons == ()


def test_ticked_boxes_of_the_pdf_are_choices(finder: Finder, truth: Any) -> None:
    readings = fields(finder, FILLED.read_bytes())
    choices = [f for f in FORM.on_page(1) if f.kind is Kind.CHOICE]
    assert len(choices) > 10
    for field in choices:
        assert readings[field.key].value == (truth[(FILLED.name, 1)][field.key]["value"] or []), field.key
        assert set(readings[field.key].option_view_boxes) == {o.code for o in field.options}


def test_the_forms_own_print_is_not_an_answer(finder: Finder) -> None:
    def empty(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        for widget in page.Annots:
            for name in ("/V", "/AP"):
                if name in widget:
                    del widget[name]

    readings = fields(finder, changed(FILLED.read_bytes(), empty))
    assert [r.text for r in readings.values() if not isinstance(r.value, list)] == []


def test_values_that_are_not_drawn_are_not_trusted(finder: Finder) -> None:
    def undraw(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        blank = pdf.make_stream(b"")
        blank.BBox = pikepdf.Array([0, 0, 10, 10])
        blank.Subtype = pikepdf.Name.Form
        for widget in page.Annots:
            if "/V" in widget and widget.get("/FT") == "/Tx":
                widget.AP = pikepdf.Dictionary(N=blank)

    before = fields(finder, FILLED.read_bytes())
    after = fields(finder, changed(FILLED.read_bytes(), undraw))
    typed = {k for k, r in before.items() if r.text and not isinstance(r.value, list)}
    assert len(typed) > 10
    assert typed.isdisjoint(after)


def test_text_hidden_under_a_scan_is_not_trusted(finder: Finder) -> None:
    """What scanners with built-in recognition deliver: the picture of the page over the text they guessed."""
    pdf = PdfFile(TYPED.read_bytes())
    picture = Image.fromarray(pdf.page(0).picture[:, :, ::-1])
    jpeg = io.BytesIO()
    picture.resize((1240, 1754)).save(jpeg, "JPEG", quality=85)

    def cover(made: pikepdf.Pdf, page: pikepdf.Page) -> None:
        stream = made.make_stream(jpeg.getvalue())
        stream.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": 1240,
                "/Height": 1754,
                "/ColorSpace": pikepdf.Name.DeviceRGB,
                "/BitsPerComponent": 8,
                "/Filter": pikepdf.Name.DCTDecode,
            }
        )
        name = page.add_resource(stream, pikepdf.Name.XObject)
        _, _, w, h = (float(v) for v in page.mediabox)
        page.contents_add(f"q {w} 0 0 {h} 0 0 cm {name} Do Q".encode())

    assert fields(finder, changed(TYPED.read_bytes(), cover)) == {}


def test_a_layer_that_cannot_be_parsed_leaves_the_page_to_ocr(finder: Finder) -> None:
    pdf, view = laid(finder, TYPED.read_bytes())
    pdf.data = b"%PDF-1.4\n" + bytes(range(256)) * 20 + b"%%EOF"
    assert text_layer_fields(pdf, 0, view) == {}


def reading(text: str, value: Any, raw: str = "") -> FieldReading:
    return FieldReading("k", raw or text, text, value, 1.0, (0, 0, 1, 1), (0, 0, 1, 1), evidence={"registration": 0.9})


def test_a_text_that_the_picture_contradicts_is_doubted() -> None:
    told = reading("张小明", "张小明")
    same = checked_by_picture(told, reading("张小朋", "张小朋"))
    assert (same.reasons, same.value, same.evidence["registration"]) == ((), "张小明", 0.9)
    wrong = checked_by_picture(told, reading("李国强", "李国强"))
    assert (wrong.text, wrong.value, wrong.reasons) == ("李国强", "李国强", ("differs_from_picture",))
    assert [c.text for c in wrong.candidates] == ["张小明"]
    assert wrong.confidence <= 0.5
    assert checked_by_picture(reading("", ["1"]), reading("", ["2"])).value == ["2"]


def test_characters_are_joined_in_reading_order() -> None:
    rng = np.random.default_rng(0)
    lines = ["吉林省蛟河市", "3号楼 No 5", "AB CD"]
    pieces = [
        Piece(c, Box(10 + n * 4, 20 + row * 6 + float(rng.uniform(0, 0.5)), 3.9, 4))
        for row, line in enumerate(lines)
        for n, c in enumerate(line)
        if c != " "
    ]
    rng.shuffle(pieces)
    assert joined(pieces) == "吉林省蛟河市3号楼No 5AB CD"

"""The printed blank: what the form file says is what stands on the paper, to a fraction of a millimetre."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pdfplumber
import pikepdf
import pytest
import zxingcpp
from docx import Document
from PIL import Image, ImageFont

from exporters.blank_form import Copy, blank_docx, blank_pdf, prefilled_pdf, qr_payload, render_pages
from exporters.draw_forms import files_of
from exporters.typesetting import FONTS
from forms.catalog import LAYOUT_SUFFIX, RESOURCES, shipped_forms
from forms.code_tables import code_table, code_table_names
from forms.dictionary import load_dictionary
from forms.form_file import Box, Form, FormError
from forms.kinds import JsonValue
from forms.layout import load_layout

FORM = shipped_forms()[0]
SERIALS = ["0123456789", "ZYXWVTSRQP"]
DPI = 200
PX = DPI / 25.4

Grey = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return blank_pdf(FORM, SERIALS)


def cut(picture: Grey, box: Box, grow: float = 0.0) -> Grey:
    """The pixels of a box that was made larger by ``grow`` millimetres on each side."""
    x0, y0 = round((box.x - grow) * PX), round((box.y - grow) * PX)
    return picture[y0 : round((box.bottom + grow) * PX), x0 : round((box.right + grow) * PX)]


def test_one_sheet_for_every_serial_both_sides_with_the_same(pdf: bytes) -> None:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 4
        for index, page in enumerate(opened.pages):
            code = zxingcpp.read_barcode(page.to_image(resolution=200).original)
            assert code
            assert code.text == f"TD1:jl-migrant-child:1:{index % 2 + 1}:{SERIALS[index // 2]}"
            assert SERIALS[index // 2] in page.extract_text()
            assert (float(page.width), float(page.height)) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=0.1)


def test_the_same_serials_give_the_same_bytes(pdf: bytes) -> None:
    assert blank_pdf(FORM, SERIALS) == pdf


def test_the_file_is_an_archival_pdf_with_its_own_fonts(pdf: bytes) -> None:
    """PDF/A-2b: says so, every font is embedded, nothing is fetched."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        fonts = {char["fontname"].split("+")[1] for page in opened.pages for char in page.chars}
    assert {f.removesuffix("-Identity-H") for f in fonts} == {
        "NotoSerifSC-Bold",
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
    }


def test_every_text_stands_whole_inside_its_place(pdf: bytes) -> None:
    point = 25.4 / 72
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for page, side in zip(opened.pages[:2], FORM.pages, strict=True):
            for text in side.texts:
                # the outer half of full-width punctuation is white and may hang over
                slack = dict.fromkeys("（），。：“”", text.size * point / 2)
                found = {
                    c["text"]
                    for c in page.chars
                    if text.box.x - 0.1 - slack.get(c["text"], 0) <= c["x0"] * point
                    and c["x1"] * point <= text.box.right + 0.1 + slack.get(c["text"], 0)
                    and text.box.y <= (c["top"] + c["bottom"]) / 2 * point <= text.box.bottom
                }
                assert not set(text.text) - found - set("\n \u3000"), text.text


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda f: f.id)
def test_the_blank_picture_shows_what_the_file_says(form: Form) -> None:
    drawn = [np.asarray(Image.open(io.BytesIO(page.blank))) for page in form.pages]
    for number, (picture, page) in enumerate(zip(drawn, form.pages, strict=True), start=1):
        assert picture.shape == (round(297 * PX), round(210 * PX))
        assert all(cut(picture, corner, -0.2).max() < 40 for corner in page.corners)
        for field in form.on_page(number):
            for box in (*field.cells, *(o.box for o in field.options)):
                assert cut(picture, box, -0.5).min() > 200, field.key  # empty inside
                for edge in edges(box):
                    assert cut(picture, edge).min() < 128, field.key  # ruled on all sides
            if not field.cells and not field.options:
                assert cut(picture, field.box).min() > 200, field.key  # nothing printed where people write


def edges(box: Box) -> tuple[Box, ...]:
    """Narrow strips over the middle of the four sides."""
    middle_x, middle_y = box.x + box.w / 2, box.y + box.h / 2
    across = [Box(middle_x - 0.2, y - 0.2, 0.4, 0.4) for y in (box.y, box.bottom)]
    return (*across, *(Box(x - 0.2, middle_y - 0.2, 0.4, 0.4) for x in (box.x, box.right)))


def test_the_shipped_files_are_what_the_layouts_give() -> None:
    """After a change of layout: ``python -m exporters.draw_forms``."""
    folder = RESOURCES / "forms"
    layouts = sorted(folder.glob(f"*{LAYOUT_SUFFIX}"))
    assert layouts
    for layout in layouts:
        for name, drawn in files_of(load_layout(layout)).items():
            kept = (folder / name).read_bytes()
            if name.endswith(".json"):
                assert kept == drawn
            else:
                one, two = (np.asarray(Image.open(io.BytesIO(b)), dtype=np.int16) for b in (kept, drawn))
                # not byte for byte: another release of the drawing library may smooth edges differently
                assert one.shape == two.shape
                assert float(np.abs(one - two).mean()) < 0.5


def test_a_blank_without_serial_and_no_blank_at_all() -> None:
    assert qr_payload(FORM, 2, "") == "TD1:jl-migrant-child:1:2:"
    for serials in ([], ["ABC:DEF"], ["编号"]):
        with pytest.raises(FormError):
            blank_pdf(FORM, serials)


def learned(form: Form) -> Form:
    """The form as if only its picture were known."""
    pages = tuple(replace(p, lines=(), texts=(), corners=(), qr=None) for p in form.pages)
    return replace(form, pages=pages)


def test_a_form_known_by_its_picture_is_printed_as_that_picture() -> None:
    form = learned(FORM)
    drawn = np.asarray(Image.open(io.BytesIO(render_pages(form, DPI)[0])), dtype=np.int16)
    blank = np.asarray(Image.open(io.BytesIO(form.pages[0].blank)), dtype=np.int16)
    assert drawn.shape == blank.shape
    assert float(np.abs(drawn - blank).mean()) < 3
    with pytest.raises(FormError, match="DOCX"):
        blank_docx(form)


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda f: f.id)
def test_the_editable_blank_asks_for_the_same_things(form: Form) -> None:
    document = Document(io.BytesIO(blank_docx(form)))
    text = "".join(p.text for p in document.paragraphs)
    assert len(document.tables) == len(form.pages)
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    printed = "".join([text, *cells]).replace("\n", "")
    for page in form.pages:
        for item in page.texts:
            assert item.text.replace("\n", "") in printed, item.text
    for field in form.fields:
        for option in field.options:
            assert f"□{option.label}" in printed, field.key
        if field.cells:
            assert any(c.count("□") == len(field.cells) for c in cells), field.key


def test_the_editable_blank_names_the_offices_own_fonts() -> None:
    with zipfile.ZipFile(io.BytesIO(blank_docx(FORM))) as parts:
        body = parts.read("word/document.xml").decode("utf-8")
    assert 'w:eastAsia="宋体"' in body
    assert 'w:eastAsia="黑体"' in body
    assert "<w:pgSz" in body


def test_the_shipped_fonts_hold_every_character_that_is_printed() -> None:
    labels = "".join(e.label for name in code_table_names() for e in code_table(name).entries)
    printed = labels + "".join(f.label for f in load_dictionary().fields.values())
    titles = "".join(t.text for form in shipped_forms() for p in form.pages for t in p.texts if t.face == "title")
    for name, wanted in (
        ("NotoSerifSC-Regular", printed),
        ("NotoSansSC-Regular", printed),
        ("NotoSerifSC-Bold", titles),
    ):
        font = ImageFont.truetype(FONTS / f"{name}.otf", 24)
        box_for_missing = bytes(font.getmask("\U0010ffff"))
        assert not {c for c in wanted if bytes(font.getmask(c)) == box_for_missing}, name


def test_a_prefilled_copy_shows_its_values_and_says_so_in_its_code() -> None:
    values: dict[str, JsonValue] = {"child_name": "欧阳雪", "child_id_number": "220284201801010023", "child_sex": ["2"]}
    pdf = prefilled_pdf(FORM, [Copy("U123456789", values), Copy("UZYXWVTSRQ", {"child_name": "林雾凇"})])
    assert prefilled_pdf(FORM, [Copy("U123456789", values), Copy("UZYXWVTSRQ", {"child_name": "林雾凇"})]) == pdf
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        texts = [page.extract_text() for page in opened.pages]
        code = zxingcpp.read_barcode(opened.pages[0].to_image(resolution=200).original)
        ticks = [c for c in opened.pages[0].chars if c["text"] == "√" and "Sans" in c["fontname"]]
    assert code
    assert code.text == "TD1:jl-migrant-child:1:1:U123456789"
    assert "欧阳雪" in texts[0]
    assert "林雾凇" in texts[2]
    assert all("已按上次登记内容预填" in text for text in texts)
    female = next(o.box for o in FORM.by_key["child_sex"].options if o.code == "2")
    (tick,) = ticks
    assert female.x <= (tick["x0"] + tick["x1"]) / 2 * 25.4 / 72 <= female.right


@pytest.mark.parametrize(
    "copies", [[], [Copy("0123456789", {})], [Copy("", {})]], ids=["none", "plain serial", "no serial"]
)
def test_a_prefilled_copy_needs_a_serial_that_says_so(copies: list[Copy]) -> None:
    with pytest.raises(FormError):
        prefilled_pdf(FORM, copies)

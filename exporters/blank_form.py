"""Blank forms to print: an exact PDF, the same pages as pictures, and a DOCX for offices that want to edit.

The PDF is the machine original (design: an edited DOCX is a new form, learned from its PDF).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from PIL import Image

from exporters.typesetting import compiled
from forms.form_file import Box, Form, FormError, FormPage
from forms.kinds import JsonValue
from forms.prefill import PrintedValue, is_prefilled, margins, note, printed_values

QR_VERSION = "TD1"


def blank_pdf(form: Form, serials: Sequence[str]) -> bytes:
    """Blank sheets as one PDF/A-2b; every serial (or "") makes one sheet of all the form's pages.

    Raises FormError for a serial that the QR code's payload can't hold, or for no serial at all.
    """
    if not serials:
        raise FormError("打印份数要在 1 份以上。")
    pdf: bytes = _compile(form, [(serial, None) for serial in serials], format="pdf", pdf_standards="a-2b")
    return pdf


@dataclass(frozen=True, slots=True)
class Copy:
    """One sheet to print with values on it. ``serial`` begins with ``forms.prefill.MARK``; ``values`` by key.

    ``above`` and ``below``: what else whoever carries it should know, in the margins of its first page.
    """

    serial: str
    values: Mapping[str, JsonValue]
    above: str = ""
    below: str = ""


def prefilled_pdf(form: Form, copies: Sequence[Copy]) -> bytes:
    """Sheets with each copy's values printed in their cells, combs and tick boxes, as one PDF/A-2b.

    What is printed where, and what is left for the pen, says ``forms.prefill``. Raises FormError for no copy, for a
    serial that doesn't tell the reader that the sheet is prefilled, and for a form of which only a picture is known
    (nothing says how high its cells are filled).
    """
    if not copies:
        raise FormError("打印份数要在 1 份以上。")
    if not all(is_prefilled(copy.serial) for copy in copies) or not all(page.qr for page in form.pages):
        raise FormError("预填表要有二维码，编号以 U 开头，没有印出。请换一种表格，或重新生成编号。")
    sheets = [(copy.serial, _Filled(printed_values(form, copy.values), copy.above, copy.below)) for copy in copies]
    pdf: bytes = _compile(form, sheets, format="pdf", pdf_standards="a-2b")
    return pdf


def render_pages(form: Form, dpi: int) -> list[bytes]:
    """The blank pages without serial as grey PNG pictures at ``dpi`` dots per inch, one per page."""
    drawn = _compile(form, [("", None)], format="png", ppi=float(dpi))
    pictures = []
    for page in drawn if isinstance(drawn, list) else [drawn]:
        grey = Image.open(io.BytesIO(page)).convert("L")
        out = io.BytesIO()
        grey.save(out, "PNG", optimize=True, dpi=(dpi, dpi))
        pictures.append(out.getvalue())
    return pictures


def qr_payload(form: Form, page: int, serial: str) -> str:
    """What the QR code of one printed side says; ``page`` counts from 1."""
    if not (serial.isascii() and serial.isalnum()) and serial:
        raise FormError("表格编号只能由字母和数字组成。")
    return f"{QR_VERSION}:{form.id}:{form.version}:{page}:{serial}"


@dataclass(frozen=True, slots=True)
class _Filled:
    """What is printed on a sheet's blank."""

    values: Mapping[str, PrintedValue]
    above: str = ""
    below: str = ""


_Sheet = tuple[str, _Filled | None]
"""A serial and, of a prefilled sheet, what is printed on it."""


def _compile(form: Form, sheets: Sequence[_Sheet], **options: Any) -> Any:
    data = {
        "title": form.title,
        # typst takes bytes as a list of numbers; once per page, not per copy
        "pictures": {str(n): list(p.blank) for n, p in enumerate(form.pages, start=1) if _only_picture(p)},
        "pages": [
            _draw(form, page, number, sheet) for sheet in sheets for number, page in enumerate(form.pages, start=1)
        ],
    }
    return compiled("blank_form", data, **options)


def _draw(form: Form, page: FormPage, number: int, sheet: _Sheet) -> dict[str, Any]:
    fields = form.on_page(number)
    serial, filled = sheet
    printed = list(page.texts)
    if filled is not None:
        printed += [t for v in filled.values.values() if v.field.page == number for t in v.texts]
        printed.append(note(form, number))
        if number == 1:
            printed += margins(form, number, filled.above, filled.below)
    texts = [
        {"lines": t.text.split("\n"), "box": t.box.as_list(), "size": t.size, "align": t.align, "face": t.face}
        for t in printed
    ]
    if page.qr and serial:
        under = Box(page.qr.x - 4, page.qr.bottom + 0.4, page.qr.w + 8, 3.0)
        texts.append({"lines": [serial], "box": under.as_list(), "size": 6.5, "align": "center", "face": "sans"})
    return {
        "width": page.width_mm,
        "height": page.height_mm,
        "picture": str(number) if _only_picture(page) else None,
        "lines": [[li.x1, li.y1, li.x2, li.y2, li.weight] for li in page.lines],
        "texts": texts,
        "ticks": [] if _only_picture(page) else [o.box.as_list() for f in fields for o in f.options],
        "cells": [] if _only_picture(page) else [c.as_list() for f in fields for c in f.cells],
        "corners": [c.as_list() for c in page.corners],
        "qr": {"box": page.qr.as_list(), "svg": _qr(qr_payload(form, number, serial))} if page.qr else None,
    }


def _only_picture(page: FormPage) -> bool:
    """Whether the page was learned from a picture: nothing of it is known as lines and texts."""
    return bool(page.blank) and not page.lines and not page.texts


def _qr(payload: str) -> str:
    """The code as SVG without its quiet zone: the form keeps the space around it white."""
    out = io.BytesIO()
    segno.make_qr(payload, error="m").save(out, kind="svg", border=0, xmldecl=False, omitsize=True)
    return out.getvalue().decode("utf-8")


def blank_docx(form: Form) -> bytes:
    """The form as an editable Word table; see ``exporters.blank_docx``."""
    from exporters.blank_docx import blank_docx as word_table  # python-docx is slow to load and seldom asked for

    return word_table(form)

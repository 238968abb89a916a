"""PDFs as they reach an office: pictures only, typed with a text layer, filled-in form fields, with a password."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pikepdf
import typst

from benchmarks.synth.filling import Entry
from benchmarks.synth.scan import Delivered, jpeg_bytes
from exporters.blank_form import blank_pdf
from exporters.typesetting import FONTS, MADE_ON
from forms.form_file import Box, Form, PrintedText
from forms.kinds import Kind

MM = 72 / 25.4
TICK = "√"

_PIECES = """
#let data = json(bytes(sys.inputs.data))
#set text(lang: "zh", region: "cn", font: "Noto Sans SC", top-edge: 0.88em, bottom-edge: -0.12em)
#set par(leading: 0.22em, spacing: 0.22em)
#for piece in data {
  page(width: piece.width * 1mm, height: piece.height * 1mm, margin: 0mm, fill: none)[
    #for item in piece.texts {
      place(top + left, dx: item.x * 1mm, dy: item.y * 1mm, block(width: item.w * 1mm, height: item.h * 1mm,
        align((if item.align == "center" { center } else { left }) + horizon,
          text(size: item.size * 1pt, item.lines.join(linebreak())))))
    }
  ]
}
"""


def picture_pdf(pages: Sequence[Delivered], *, password: str | None = None, quality: int | None = None) -> bytes:
    """A scanner's PDF: one JPEG per page, nothing else. Without a password the bytes depend on the pages only."""
    pdf = pikepdf.new()
    for page in pages:
        height, width = page.picture.shape[:2]
        image = pikepdf.Stream(
            pdf,
            jpeg_bytes(page, quality),
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": width,
                "/Height": height,
                "/ColorSpace": pikepdf.Name.DeviceRGB,
                "/BitsPerComponent": 8,
                "/Filter": pikepdf.Name.DCTDecode,
            },
        )
        size = (width * 72 / page.dpi, height * 72 / page.dpi)
        pdf.add_blank_page(page_size=size)
        here = pdf.pages[-1]
        here.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image))
        here.Contents = pikepdf.Stream(pdf, f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Scan Do Q".encode())
    out = io.BytesIO()
    if password is None:
        pdf.save(out, deterministic_id=True)
    else:  # AES-256: salted, so these bytes differ from run to run
        pdf.save(out, encryption=pikepdf.Encryption(owner=password + "-办公室", user=password, R=6))
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Typed:
    """A PDF and what it says: signature fields of a form that nobody has signed yet are blank."""

    pdf: bytes
    entries: tuple[Entry, ...]


def typed_pdf(form: Form, entries: Sequence[Entry], serial: str) -> Typed:
    """The form filled in on a computer and saved as PDF: form and answers are one visible text layer."""
    unsigned = _unsigned(entries)
    pages = []
    for number, page in enumerate(form.pages, start=1):
        added = [text for entry in unsigned if entry.field.page == number for text in _texts(entry)]
        pages.append(replace(page, texts=(*page.texts, *added)))
    return Typed(blank_pdf(replace(form, pages=tuple(pages)), [serial]), unsigned)


def fillable_pdf(form: Form, entries: Sequence[Entry], serial: str) -> Typed:
    """The blank with form fields (AcroForm), filled in: one text field per field, one tick field per option."""
    unsigned = _unsigned(entries)
    pieces: list[tuple[Entry, str, Box, list[PrintedText]]] = []
    for entry in unsigned:
        if entry.field.kind is Kind.CHOICE:
            pieces += [(entry, option.code, option.box, [_tick(option.box)]) for option in entry.field.options]
        else:
            pieces.append((entry, "", entry.field.box, _texts(entry)))
    drawn = _draw_pieces([(box, texts) for _, _, box, texts in pieces])
    with pikepdf.open(io.BytesIO(blank_pdf(form, [serial]))) as pdf, pikepdf.open(io.BytesIO(drawn)) as looks:
        fields = pikepdf.Array()
        for (entry, code, box, _), look in zip(pieces, looks.pages, strict=True):
            page = pdf.pages[entry.field.page - 1]
            widget = _widget(entry, code, box, form.pages[entry.field.page - 1].height_mm)
            appearance = pdf.copy_foreign(look.as_form_xobject())
            if code:
                empty = pikepdf.Stream(pdf, b"", {"/Subtype": pikepdf.Name.Form, "/BBox": appearance.BBox})
                widget.AP = pikepdf.Dictionary(N=pikepdf.Dictionary(Yes=appearance, Off=empty))
            else:
                widget.AP = pikepdf.Dictionary(N=appearance)
            widget.P = page.obj
            made = pdf.make_indirect(widget)
            if "/Annots" not in page:
                page.Annots = pikepdf.Array()
            page.Annots.append(made)
            fields.append(made)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=fields, DA=pikepdf.String("/Helv 10 Tf 0 g"))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return Typed(out.getvalue(), unsigned)


def _unsigned(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(replace(e, text="", value=None) if e.field.kind is Kind.SIGNATURE else e for e in entries)


def _tick(box: Box) -> PrintedText:
    return PrintedText(TICK, box, size=10, align="center", face="sans")


def _texts(entry: Entry) -> list[PrintedText]:
    """The entry as printed texts inside its box: a tick per option, a character per cell, or one or two lines."""
    field = entry.field
    if field.kind is Kind.CHOICE:
        return [_tick(option.box) for option in field.options if option.code in entry.marks]
    if field.cells:
        return [
            PrintedText(c, cell, size=10.5, align="center", face="sans")
            for c, cell in zip(entry.text, field.cells, strict=False)
        ]
    if not entry.text:
        return []
    room = (field.box.w - 3) * MM
    # typesetting puts a quarter em between Chinese and digits
    joints = sum(one.isascii() != two.isascii() for one, two in pairwise(entry.text))
    ems = sum(0.56 if c.isascii() else 1.0 for c in entry.text) + 0.25 * joints + 0.3
    text, size = entry.text, 10.0
    if ems * size > room and field.box.h >= 9:
        half = (len(text) + 1) // 2
        text, ems = f"{text[:half]}\n{text[half:]}", ems * 0.55
    size = min(size, room / ems)
    inside = Box(field.box.x + 1.5, field.box.y, field.box.w - 3, field.box.h)
    return [PrintedText(text, inside, size=round(size, 2), align="left", face="sans")]


def _draw_pieces(pieces: Sequence[tuple[Box, Sequence[PrintedText]]]) -> bytes:
    """One small page per widget, of the widget's size, showing its texts."""
    data = [
        {
            "width": box.w,
            "height": box.h,
            "texts": [
                {"x": t.box.x - box.x, "y": t.box.y - box.y, "w": t.box.w, "h": t.box.h, "size": t.size,
                 "align": t.align, "lines": t.text.split("\n")}
                for t in texts
            ],
        }
        for box, texts in pieces
    ]  # fmt: skip
    drawn = typst.compile(
        _PIECES.encode(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]),
        timestamp=int(MADE_ON.timestamp()),
        format="pdf",
    )
    assert isinstance(drawn, bytes)  # one PDF, however many pages
    return drawn


def _widget(entry: Entry, code: str, box: Box, page_height: float) -> pikepdf.Dictionary:
    """The annotation and field in one; ISO 32000-1 §12.7.4."""
    rect = [box.x * MM, (page_height - box.bottom) * MM, box.right * MM, (page_height - box.y) * MM]
    widget = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        Rect=pikepdf.Array([round(value, 3) for value in rect]),
        F=4,  # printed with the page
        TU=pikepdf.String(entry.field.label),
        T=pikepdf.String(f"{entry.field.key}_{code}" if code else entry.field.key),
    )
    if code:
        state = pikepdf.Name.Yes if code in entry.marks else pikepdf.Name.Off
        widget.FT, widget.V, widget.AS = pikepdf.Name.Btn, state, state
        return widget
    widget.FT, widget.V = pikepdf.Name.Tx, pikepdf.String(entry.text)
    widget.DA = pikepdf.String("/Helv 10 Tf 0 g")
    if entry.field.cells:
        widget.Ff, widget.MaxLen = 1 << 24, len(entry.field.cells)
    return widget

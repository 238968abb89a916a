"""A blank form as an editable Word table, for offices that want to change the wording.

It keeps rows, columns and tick boxes, not the exact millimetres, corner squares and QR code: an edited DOCX
is a new form, learned from its PDF (design).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from forms.form_file import Box, Form, FormError, FormField, FormPage, PrintedLine, PrintedText

TWIPS_PER_MM = 1440 / 25.4
MADE_ON = datetime(2024, 10, 18, tzinfo=UTC)
FACES = {"serif": "宋体", "sans": "黑体", "title": "宋体"}
NEAR = 0.2  # millimetres: lines that are meant to meet do
TICK, COMB_SIZE = "□", 15.0
BORDER = 'w:val="single" w:space="0" w:color="000000"'


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell as the rules around it make it; ``continues`` belongs to the cell above it."""

    box: Box
    first: int  # column of the grid, from 0
    span: int
    continues: bool
    tall: bool  # the cell goes on in the next row
    whole: Box  # down to the rule that ends it


def blank_docx(form: Form) -> bytes:
    """The form as .docx, every page on a sheet side of its own.

    Raises FormError for a form of which only a picture is known.
    """
    if not all(page.lines and page.texts for page in form.pages):
        raise FormError(f"“{form.title}”是照图学来的表格，没有可改的版面，不能写成 DOCX。请写成 PDF。")
    document = Document()
    document.core_properties.title = form.title
    document.core_properties.author = "童档"
    document.core_properties.created = document.core_properties.modified = MADE_ON
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FACES["serif"])
    section = document.sections[0]
    section.page_width, section.page_height = Mm(form.pages[0].width_mm), Mm(form.pages[0].height_mm)
    left = min((li.x1 for page in form.pages for li in page.lines), default=15.0)
    section.left_margin = section.right_margin = Mm(left)
    section.top_margin, section.bottom_margin = Mm(12), Mm(10)
    section.header_distance = section.footer_distance = Mm(5)
    for number, page in enumerate(form.pages, start=1):
        _page(document, page, form.on_page(number), last=number == len(form.pages))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: DocxDocument, page: FormPage, fields: Sequence[FormField], *, last: bool) -> None:
    """One side: lines of text above the table, the table, lines below it."""
    top, bottom = _extent(page)
    for line in _by_line(t for t in page.texts if t.box.y < top):
        _line(document.add_paragraph(), line, [f for f in fields if f.box.bottom <= top + NEAR])
    document.element.body.find(qn("w:sectPr")).addprevious(_table(page, fields, top, bottom))
    paragraph = None
    for line in _by_line(t for t in page.texts if t.box.y >= bottom):
        paragraph = document.add_paragraph()
        _line(paragraph, line, ())
    if not last:
        (paragraph or document.add_paragraph()).add_run().add_break(WD_BREAK.PAGE)


def _extent(page: FormPage) -> tuple[float, float]:
    """Top and bottom of the table: where its upright rules begin and end."""
    upright = [li for li in page.lines if abs(li.x1 - li.x2) < NEAR]
    return min((li.y1 for li in upright), default=0.0), max((li.y2 for li in upright), default=0.0)


def _by_line(texts: Iterable[PrintedText]) -> list[list[PrintedText]]:
    """Texts that stand beside each other, top to bottom, left to right."""
    ordered = sorted(texts, key=lambda t: (round(t.box.y + t.box.h / 2), t.box.x))
    return [list(line) for _, line in groupby(ordered, key=lambda t: round(t.box.y + t.box.h / 2))]


def _line(paragraph: Paragraph, texts: Sequence[PrintedText], fields: Iterable[FormField]) -> None:
    """One line of text; a field to the right of a text becomes an underlined gap of its width."""
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    if texts[0].align == "center":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if texts[0].face == "title":
        paragraph.paragraph_format.space_after = Pt(6)
    open_fields = {round(f.box.x): f for f in fields if abs(f.box.y - texts[0].box.y) < f.box.h}
    for text in texts:
        _style(paragraph.add_run(text.text), text.size, text.face)
        field = next((f for x, f in open_fields.items() if abs(x - text.box.right) <= 1), None)
        if field:
            gap = paragraph.add_run("\u3000" * round(field.box.w / (text.size * 25.4 / 72)))
            gap.font.underline = True
            paragraph.add_run(" ")


def _style(run: Run, size: float, face: str) -> None:
    run.font.size, run.font.bold = Pt(size), face == "title"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FACES[face])


def _table(page: FormPage, fields: Sequence[FormField], top: float, bottom: float) -> object:
    inside = [li for li in page.lines if li.y1 >= top - NEAR and li.y2 <= bottom + NEAR]
    level = [li for li in inside if abs(li.y1 - li.y2) < NEAR]
    upright = [li for li in inside if abs(li.x1 - li.x2) < NEAR]
    xs, ys = _distinct(li.x1 for li in upright), _distinct(li.y1 for li in level)
    grid = "".join(f'<w:gridCol w:w="{_twips(b - a)}"/>' for a, b in pairwise(xs))
    rows = "".join(_row(_cells(level, upright, xs, (a, b), bottom), page, fields) for a, b in pairwise(ys))
    sides = "".join(f'<w:{side} {BORDER} w:sz="8"/>' for side in ("top", "left", "bottom", "right"))
    inner = "".join(f'<w:{side} {BORDER} w:sz="4"/>' for side in ("insideH", "insideV"))
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{_twips(xs[-1] - xs[0])}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{sides}{inner}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="28" w:type="dxa"/><w:right w:w="28" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _distinct(numbers: Iterable[float]) -> list[float]:
    found: list[float] = []
    for number in sorted(numbers):
        if not found or number - found[-1] > NEAR:
            found.append(number)
    return found


def _twips(mm: float) -> int:
    return round(mm * TWIPS_PER_MM)


def _cells(
    level: Sequence[PrintedLine],
    upright: Sequence[PrintedLine],
    xs: Sequence[float],
    band: tuple[float, float],
    bottom: float,
) -> list[Cell]:
    """The cells between two neighbouring heights."""
    y0, y1 = band
    here = [
        i for i, x in enumerate(xs) if any(_on(li, x) and li.y1 <= y0 + NEAR and li.y2 >= y1 - NEAR for li in upright)
    ]
    cells = []
    for first, end in pairwise(here):
        box = Box(xs[first], y0, xs[end] - xs[first], y1 - y0)
        continues = not _ruled(level, box, y0)
        ends = min((li.y1 for li in level if li.y1 > y0 + NEAR and _ruled([li], box, li.y1)), default=bottom)
        whole = Box(box.x, box.y, box.w, ends - box.y)
        cells.append(Cell(box, first, end - first, continues, ends > y1 + NEAR, whole))
    return cells


def _on(line: PrintedLine, x: float) -> bool:
    return abs(line.x1 - x) < NEAR


def _ruled(level: Sequence[PrintedLine], box: Box, y: float) -> bool:
    """Whether a rule runs along the whole of ``box`` at height ``y``."""
    return any(abs(li.y1 - y) < NEAR and li.x1 <= box.x + NEAR and li.x2 >= box.right - NEAR for li in level)


def _row(cells: Sequence[Cell], page: FormPage, fields: Sequence[FormField]) -> str:
    height = _twips(cells[0].box.h)
    inner = "".join(_cell(cell, page, fields) for cell in cells)
    return f'<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="exact"/></w:trPr>{inner}</w:tr>'


def _cell(cell: Cell, page: FormPage, fields: Sequence[FormField]) -> str:
    merge = (
        "" if not (cell.continues or cell.tall) else "<w:vMerge/>" if cell.continues else '<w:vMerge w:val="restart"/>'
    )
    content = "<w:p/>" if cell.continues else _content(cell, page, fields)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(cell.box.w)}" w:type="dxa"/><w:gridSpan w:val="{cell.span}"/>'
        f'{merge}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'
    )


def _content(cell: Cell, page: FormPage, fields: Sequence[FormField]) -> str:
    box = cell.whole
    field = next((f for f in fields if _inside(f.box, box)), None)
    if field and field.options:
        lines = groupby(field.options, key=lambda o: round(o.box.y))
        gap = "\u3000" if len(field.options) > 1 else ""
        return "".join(
            _paragraph(gap.join(f"{TICK}{o.label}" for o in line), 10, "serif", "left", indent=True)
            for _, line in lines
        )
    if field and field.cells:
        return _paragraph(_comb(field.cells), COMB_SIZE, "serif", "center")
    labels = [
        t for t in page.texts if _inside(t.box, box) and abs(t.box.x - box.x) < NEAR and abs(t.box.y - box.y) < NEAR
    ]
    parts = [_paragraph(part, t.size, t.face, t.align) for t in labels for part in t.text.split("\n")]
    return "".join(parts) or "<w:p/>"


def _comb(cells: Sequence[Box]) -> str:
    """One small box per character, with a blank where the printed boxes leave a gap."""
    signs = [TICK]
    for one, two in pairwise(cells):
        signs.append((" " if two.x - one.right > NEAR else "") + TICK)
    return "".join(signs)


def _inside(inner: Box, outer: Box) -> bool:
    x, y = inner.x + min(inner.w / 2, 1), inner.y + min(inner.h / 2, 1)
    return outer.x - NEAR <= x <= outer.right + NEAR and outer.y - NEAR <= y <= outer.bottom + NEAR


def _paragraph(text: str, size: float, face: str, align: str, *, indent: bool = False) -> str:
    half_points, font, line = round(size * 2), FACES[face], round(size * (29 if indent else 23))
    return (
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/>'
        f'<w:ind w:left="{60 if indent else 0}"/>'
        f'<w:jc w:val="{align}"/></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia" w:ascii="Times New Roman" '
        f'w:hAnsi="Times New Roman" w:eastAsia="{font}"/><w:sz w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )

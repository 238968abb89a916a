"""录入对照单: one page per child, in the order of entry, for keying by hand into the national system.

Nobody has published whether that system takes files, so every batch can also be keyed: each value has its
number, its box to tick off, and the page says where the paper lies and has room for the system's answer.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from exporters.files import Written, write_file
from exporters.spreadsheet import local_time
from exporters.table import display_width

SONG, HEI = "宋体", "黑体"
_WIDTHS = (610, 1950, 2429) * 2  # twips: box and number 1.1 cm, label 3.4 cm, value 4.3 cm; twice
_VALUE_SIGNS, _LABEL_SIGNS = 25, 21  # half-width signs on one line of a value or a label cell
_GRID_HEIGHT = 12472  # twips (22 cm): what title, place, answer and margins leave of the page
_TIGHTEST, _ROOMIEST, _ANSWER_HEIGHT = 244, 351, 397  # twips: 0.43, 0.62 and 0.7 cm
_BODY, _SMALL = Pt(9), Pt(8)
_BODY_HALF_POINTS = 18
_KEEP = "含儿童个人信息，用毕交回封存，不得复印、拍照、外传"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One value as it is to be keyed; ``code`` beside it where the system asks for one."""

    label: str
    value: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class EntryBlock:
    """A block of the form, in the order of entry."""

    title: str
    lines: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """One child. ``archive_number`` is the 档号, ``location`` "" while the paper lies in no box."""

    name: str
    archive_number: str
    location: str
    blocks: tuple[EntryBlock, ...]


@dataclass(frozen=True, slots=True)
class EntryDocument:
    batch_number: str
    batch_name: str
    office: str
    sheets: tuple[EntrySheet, ...]
    program_version: str
    written_by: str
    written_at: datetime


def write_entry_sheets(path: Path, document: EntryDocument) -> Written:
    """Write the sheets as .docx. Raises FileProblem; ValueError for a document without sheets."""
    return replace(write_file(path, entry_bytes(document)), rows=len(document.sheets))


def entry_bytes(document: EntryDocument) -> bytes:
    """The document's bytes: a pure function of it."""
    if not document.sheets:
        raise ValueError("a document needs at least one sheet")
    word = Document()
    _page(word, document)
    _properties(word, document)
    for number, sheet in enumerate(document.sheets, start=1):
        _child(word, document, sheet, number)
    raw = io.BytesIO()
    word.save(raw)
    return _without_clock(raw.getvalue())


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(word: DocxDocument, document: EntryDocument) -> None:
    _face(word.styles["Normal"], SONG, _BODY)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.7)
    section.top_margin, section.bottom_margin = Cm(1.4), Cm(1.3)
    section.header_distance = section.footer_distance = Cm(0.6)
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(head, f"{document.office} · 报送批次 {document.batch_number} · {_KEEP}", size=_SMALL)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.paragraph_format.space_after = head.paragraph_format.space_after = Pt(0)
    for piece in ("第 ", "PAGE", " 页 共 ", "NUMPAGES", " 页"):
        if piece.isupper():
            _field(foot, piece)
        else:
            _run(foot, piece, size=_SMALL)


def _properties(word: DocxDocument, document: EntryDocument) -> None:
    core = word.core_properties
    core.title, core.author, core.category = f"录入对照单 {document.batch_number}", document.office, "录入对照单"
    core.comments, core.last_modified_by, core.revision = "", document.office, 1
    # no zone in the format; readers take it for UTC
    core.created = core.modified = document.written_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _child(word: DocxDocument, document: EntryDocument, sheet: EntrySheet, number: int) -> None:
    title = word.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.page_break_before = number > 1
    title.paragraph_format.space_after = Pt(0)
    title.paragraph_format.line_spacing = 1.0
    _run(title, "录入对照单", face=HEI, size=Pt(16))
    about = word.add_paragraph()
    about.alignment = WD_ALIGN_PARAGRAPH.CENTER
    about.paragraph_format.space_after = Pt(4)
    place = sheet.location or "尚未装盒"
    _run(
        about,
        f"{document.batch_name}　第 {number} 份 共 {len(document.sheets)} 份　"
        f"姓名：{sheet.name}　档号：{sheet.archive_number}　存放位置：{place}",
    )
    end = word.add_paragraph()
    end._p.addprevious(parse_xml(_grid(sheet)))  # python-docx adds tables cell by cell: twenty times slower
    end.paragraph_format.space_before = Pt(2)
    end.paragraph_format.space_after = Pt(0)
    made = f"{document.written_by} {local_time(document.written_at)} 由童档 {document.program_version} 写出"
    _run(end, made, size=_SMALL)


def _side_by_side(lines: Sequence[EntryLine]) -> Iterator[tuple[EntryLine, ...]]:
    """Two short lines to a row, in reading order; a long one has a row of its own."""
    waiting: EntryLine | None = None
    for line in lines:
        if display_width(_shown(line)) > _VALUE_SIGNS or display_width(line.label) > 2 * _LABEL_SIGNS:
            if waiting is not None:
                yield (waiting,)
                waiting = None
            yield (line,)
        elif waiting is None:
            waiting = line
        else:
            yield waiting, line
            waiting = None
    if waiting is not None:
        yield (waiting,)


def _shown(line: EntryLine) -> str:
    return f"{line.value}（{line.code}）" if line.code and line.value else line.value


# -- the grid, as WordprocessingML ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    span: int = 1
    face: str = SONG
    shaded: bool = False


def _grid(sheet: EntrySheet) -> str:
    """The table of one child: blocks in order, then room for what the system answered."""
    blocks = [(block.title, list(_side_by_side(block.lines))) for block in sheet.blocks]
    height = _row_height(sum(1 + len(rows) for _title, rows in blocks))
    counter = iter(range(1, 1 + sum(len(block.lines) for block in sheet.blocks)))
    rows: list[str] = []
    for title, pairs in blocks:
        rows.append(_row([_heading(title)], height))
        rows.extend(_row(_entry(pair, counter), height) for pair in pairs)
    rows.append(_row([_heading("系统反馈（录入后填写，再记入批次）")], height))
    for label, answer, other in (
        ("系统儿童编号", "", "录入人 / 日期"),
        ("结果", "□已接收　□退回", "退回原因"),
    ):
        cells = [_Cell(label, 2, HEI), _Cell(answer), _Cell(other, 2, HEI), _Cell("")]
        rows.append(_row(cells, _ANSWER_HEIGHT))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    return f"<w:tbl {nsdecls('w')}><w:tblPr>{_FRAME}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _entry(lines: tuple[EntryLine, ...], counter: Iterator[int]) -> list[_Cell]:
    cells: list[_Cell] = []
    for line in lines:
        cells += [_Cell(f"□{next(counter)}"), _Cell(line.label, face=HEI), _Cell(_shown(line))]
    if len(lines) == 1:
        cells[-1] = replace(cells[-1], span=4)
    return cells


def _heading(title: str) -> _Cell:
    return _Cell(title, len(_WIDTHS), HEI, shaded=True)


def _row_height(rows: int) -> int:
    """As roomy as one page allows; a form that needs more than a page goes on in the tightest rows."""
    return min(max(_GRID_HEIGHT // max(1, rows), _TIGHTEST), _ROOMIEST)


def _row(cells: Sequence[_Cell], height: int) -> str:
    written, column = [], 0
    for cell in cells:
        width = sum(_WIDTHS[column : column + cell.span])
        column += cell.span
        written.append(_cell(cell, width))
    return f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}"/></w:trPr>{"".join(written)}</w:tr>'


def _cell(cell: _Cell, width: int) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    text = _printable(cell.text).replace("\n", " ")
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="E9EDF2"/>' if cell.shaded else ""
    fonts = " ".join(f'w:{kind}="{cell.face}"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shade}<w:vAlign w:val="center"/></w:tcPr>'
        # the template spaces paragraphs; in a grid this costs a third of the page
        '<w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
        f'<w:r><w:rPr><w:rFonts {fonts}/><w:sz w:val="{_BODY_HALF_POINTS}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )


def _frame() -> str:
    """Inner lines 0.5 pt, outer frame 1 pt, fixed widths, in the middle of the page."""
    lines = []
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        eighths = 4 if side.startswith("inside") else 8
        lines.append(f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>')
    inside = '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
    width = f'<w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:jc w:val="center"/>'
    return f'{width}<w:tblBorders>{"".join(lines)}</w:tblBorders><w:tblLayout w:type="fixed"/>{inside}'


_FRAME = _frame()

# -- python-docx, where its own interface ends ------------------------------------------------------------------------


def _run(paragraph: Paragraph, text: str, *, face: str = SONG, size: Any = _BODY) -> None:
    run = paragraph.add_run(_printable(text))
    _face(run, face, size)


def _face(owner: Any, face: str, size: Any) -> None:
    """Set all four fonts: Word takes Chinese signs from eastAsia, which python-docx leaves alone."""
    owner.font.name, owner.font.size = face, size
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(kind), face)


def _field(paragraph: Paragraph, code: str) -> None:
    run = paragraph.add_run()
    _face(run, SONG, _SMALL)
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        if kind in {"begin", "separate", "end"}:
            piece = OxmlElement("w:fldChar")
            piece.set(qn("w:fldCharType"), kind)
        else:
            piece = OxmlElement("w:t" if kind else "w:instrText")
            piece.text = text
        run._r.append(piece)  # no interface for fields


def _printable(text: str) -> str:
    """XML knows no control characters and no half surrogates; a mark stands where one was."""
    return "".join(
        sign if sign in "\t\n" or (ord(sign) >= 0x20 and not 0xD800 <= ord(sign) < 0xE000 and ord(sign) < 0xFFFE)
        or ord(sign) > 0xFFFF else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )  # fmt: skip


def _without_clock(data: bytes) -> bytes:
    """The same package with the entries' times fixed: python-docx stamps them with the wall clock."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return out.getvalue()

"""Blank forms of other makers' layouts, to learn from: described in a data file, laid out and saved by LibreOffice.

``python -m benchmarks.learning_forms`` makes ``benchmarks/blanks/*.docx``, has ``soffice`` save each as PDF, and writes
the truth beside it: for every cell to fill in its key, kind, options, and its box as the PDF's own lines tell it
(``pdfplumber``; nothing of ``ocr.learning`` is used). The files are committed, so a benchmark needs no LibreOffice.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pdfplumber
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BLANKS = Path(__file__).resolve().parent / "blanks"
POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class Cell:
    """``keys``: what is asked in it, each ``key`` or ``key:kind``; ``options`` of the last."""

    text: str
    keys: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    left: bool = False

    @classmethod
    def of(cls, raw: str) -> Cell:
        """``text|key:kind,key|option,option``; text that begins with ``!`` is set to the left."""
        text, keys, options = [*raw.split("|"), "", ""][:3]
        return cls(
            text.removeprefix("!"),
            tuple(k for k in keys.split(",") if k),
            tuple(o for o in options.split(",") if o),
            text.startswith("!"),
        )


@dataclass(frozen=True)
class Table:
    """``widths`` in millimetres per grid column, ``height`` per row; ``border``: style, eighths of a point, colour."""

    widths: Sequence[float]
    rows: Sequence[Sequence[str]]
    height: float = 8.5
    border: Sequence[Any] = ("single", 4, "000000")
    open_sides: bool = False


@dataclass(frozen=True)
class Blank:
    """One form. ``before``/``after``: paragraphs around the table; ``heads``: keys asked in them, in order."""

    id: str
    title: str
    tables: Sequence[Table]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    heads: Sequence[str] = ()
    face: str = "Noto Serif SC"
    size: float = 10.5
    landscape: bool = False


def described() -> list[Blank]:
    """The forms of ``blanks/forms.toml``."""
    with (BLANKS / "forms.toml").open("rb") as file:
        raw = tomllib.load(file)
    return [
        Blank(**{k: v for k, v in form.items() if k != "table"}, tables=[Table(**table) for table in form["table"]])
        for form in raw["form"]
    ]


# -- Word -------------------------------------------------------------------------------------------------------------


def document(blank: Blank) -> Any:
    """The form as a Word document."""
    doc = docx.Document()
    section = doc.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if blank.landscape else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(13)
    _paragraph(doc.add_paragraph(), blank.title, blank, 16, centred=True)
    for text in blank.before:
        _paragraph(doc.add_paragraph(), text, blank, blank.size)
    for table in blank.tables:
        _table(doc, table, blank)
    for text in blank.after:
        _paragraph(doc.add_paragraph(), text, blank, blank.size)
    return doc


def _paragraph(paragraph: Any, text: str, blank: Blank, size: float, *, centred: bool = False) -> None:
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5 if centred else 0.5)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = blank.face
    run._element.rPr.rFonts.set(qn("w:eastAsia"), blank.face)


def _table(doc: Any, spec: Table, blank: Blank) -> None:
    table = doc.add_table(len(spec.rows), len(spec.widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _borders(table, spec)
    for column, width in zip(table.columns, spec.widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row.height = Mm(spec.height)
        for cell, width in zip(row.cells, spec.widths, strict=True):
            cell.width = Mm(width)
    for (r, c), (rows, columns, raw) in _spans(spec).items():
        cell = table.cell(r, c)
        if rows > 1 or columns > 1:
            cell = cell.merge(table.cell(r + rows - 1, c + columns - 1))
        content = Cell.of(raw)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        lines = content.text.split("\n")
        for n, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
            _paragraph(paragraph, line, blank, blank.size, centred=not content.left)


def _spans(spec: Table) -> dict[tuple[int, int], tuple[int, int, str]]:
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for r, row in enumerate(spec.rows):
        for c, raw in enumerate(row):
            if raw in ("^", "<"):
                continue
            columns = 1
            while c + columns < len(row) and row[c + columns] == "<":
                columns += 1
            rows = 1
            while r + rows < len(spec.rows) and spec.rows[r + rows][c] == "^":
                rows += 1
            found[r, c] = (rows, columns, raw)
    return found


def _borders(table: Any, spec: Table) -> None:
    style, size, colour = spec.border
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        element = OxmlElement(f"w:{side}")
        hidden = spec.open_sides and side in ("left", "right")
        element.set(qn("w:val"), "nil" if hidden else style)
        element.set(qn("w:sz"), str(size))
        element.set(qn("w:color"), colour)
        borders.append(element)
    table._tbl.tblPr.append(borders)


# -- truth ------------------------------------------------------------------------------------------------------------


def truth(blank: Blank, pdf: Path) -> dict[str, Any]:
    """What is to be found on the PDF. Raises ValueError where its lines don't make the cells described."""
    with pdfplumber.open(pdf) as document_:
        if len(document_.pages) != 1:
            raise ValueError(f"{blank.id}: {len(document_.pages)} pages")
        page = document_.pages[0]
        asked = [entry for table in blank.tables for entry in _cells(blank, table, page)]
        asked += _heads(blank, page)
    return {"id": blank.id, "title": blank.title, "fields": asked}


def _cells(blank: Blank, table: Table, page: Any) -> list[dict[str, Any]]:
    spans = sorted(_spans(table).items())
    boxes = _grid(blank, table, page)
    fields = []
    for (r, c), (rows, columns, raw) in spans:
        content = Cell.of(raw)
        x0, x1 = boxes[0][c], boxes[0][c + columns]
        y0, y1 = boxes[1][r], boxes[1][r + rows]
        for key in content.keys:
            name, _, kind = key.partition(":")
            entry = {
                "key": name,
                "box_mm": [round(v, 2) for v in (x0, y0, x1 - x0, y1 - y0)],
                "whole_cell": len(content.keys) == 1 and "：" not in content.text,
            }
            if len(content.keys) > 1:
                entry["part"] = True
            if kind:
                entry["kind"] = kind
            if content.options:
                entry["options"] = list(content.options)
            fields.append(entry)
    return fields


def _grid(blank: Blank, table: Table, page: Any) -> tuple[list[float], list[float]]:
    """The table's grid lines in millimetres, from the PDF's own edges (widths are as described, rows as laid out)."""
    found = page.find_tables(
        {
            "vertical_strategy": "lines",
            "horizontal_strategy": "lines",
            "snap_tolerance": 4,
            "join_tolerance": 4,
            "edge_min_length": 4,
        }
    )
    if table.open_sides:
        levels = _levels(
            [e["top"] for e in page.edges if e["orientation"] == "h" and e["x1"] - e["x0"] > 40]
            + [line["top"] for line in page.lines if line["width"] > 40]
        )
        uprights = _levels([e["x0"] for e in page.edges if e["orientation"] == "v" and e["bottom"] - e["top"] > 8])
        left = (210 - sum(table.widths)) / 2
        columns = [left]
        for width in table.widths:
            columns.append(columns[-1] + width)
        near = [
            min((u * POINT_MM for u in uprights), key=lambda u: abs(u - column), default=column) for column in columns
        ]
        columns = [u if abs(u - column) < 2.5 else column for u, column in zip(near, columns, strict=True)]
        rows = [v * POINT_MM for v in levels]
    else:
        area = max(found, key=lambda t: (t.bbox[2] - t.bbox[0]) * (t.bbox[3] - t.bbox[1]))
        columns = [v * POINT_MM for v in _levels([v for c in area.cells for v in (c[0], c[2])])]
        rows = [v * POINT_MM for v in _levels([v for c in area.cells for v in (c[1], c[3])])]
    if len(columns) != len(table.widths) + 1 or len(rows) != len(table.rows) + 1:
        raise ValueError(
            f"{blank.id}: {len(columns) - 1} x {len(rows) - 1} cells, {len(table.widths)} x {len(table.rows)} wanted"
        )
    return columns, rows


def _levels(values: Sequence[float]) -> list[float]:
    done: list[list[float]] = []
    for value in sorted(values):
        if done and value - done[-1][-1] < 5:
            done[-1].append(value)
        else:
            done.append([value])
    return [sum(group) / len(group) for group in done]


def _heads(blank: Blank, page: Any) -> list[dict[str, Any]]:
    """Blanks outside the table: the room on the line behind each label's colon, or before a place's parts."""
    characters = sorted(page.chars, key=lambda c: (round(c["top"] / 4), c["x0"]))
    lines: dict[int, list[Any]] = {}
    for c in characters:
        lines.setdefault(round(c["top"]), []).append(c)
    spots: list[tuple[float, float, float, float]] = []
    wanted = [*blank.before, *blank.after]
    for text in wanted:
        plain = text.replace(" ", "")
        line = next(
            (
                sorted(m, key=lambda c: c["x0"])
                for m in lines.values()
                if "".join(x["text"] for x in sorted(m, key=lambda c: c["x0"])).replace(" ", "") == plain
            ),
            None,
        )
        if line is None:
            raise ValueError(f"{blank.id}: {text} not found")
        told = "".join(c["text"] for c in line)
        spots.extend(_spots(told, line))
    if len(spots) != len(blank.heads):
        raise ValueError(f"{blank.id}: {len(spots)} blanks around the table, {len(blank.heads)} wanted")
    return [
        {
            "key": key,
            "box_mm": [round(v * POINT_MM, 2) for v in (x0, top - 6, x1 - x0, bottom - top + 8)],
            "whole_cell": False,
        }
        for key, (x0, top, x1, bottom) in zip(blank.heads, spots, strict=True)
    ]


def _spots(told: str, line: Sequence[Any]) -> list[tuple[float, float, float, float]]:
    if told.startswith(("注", "填表说明")):
        return []
    found = []
    top, bottom = min(c["top"] for c in line), max(c["bottom"] for c in line)
    if told.startswith("____"):
        end = told.index("）", told.rindex("村"))
        found.append((line[0]["x0"], top, line[end]["x1"], bottom))
    starts = [n for n, c in enumerate(told) if c in ":：" and not told[n + 1 :].startswith("(")] + [
        n + 3 for n in range(len(told)) if told.startswith(":(盖章)", n)
    ]
    for n in sorted(starts):
        later = [m for m in range(n + 1, len(told)) if told[m] not in " _年月日" and told[m] != ")"]
        # the next label's first character ends the room
        lined = told.endswith("_")
        end = line[later[0]]["x0"] if later else line[-1]["x1"] if lined else max(line[-1]["x1"], line[n]["x1"] + 170)
        found.append((line[n + 1]["x0"] if n + 1 < len(line) else line[n]["x1"], top, end, bottom))
    return found


def make(folder: Path = BLANKS) -> None:
    """Write documents, PDFs and truths."""
    folder.mkdir(exist_ok=True)
    for blank in described():
        word = folder / f"{blank.id}.docx"
        document(blank).save(str(word))
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                [
                    "soffice",
                    f"-env:UserInstallation=file://{profile}",
                    "--headless",
                    "--convert-to",
                    "pdf",
                    "--outdir",
                    str(folder),
                    str(word),
                ],
                check=True,
                capture_output=True,
            )
        told = truth(blank, folder / f"{blank.id}.pdf")
        (folder / f"{blank.id}.truth.json").write_text(
            json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        print(f"{blank.id}: {len(told['fields'])} fields")


if __name__ == "__main__":
    make()

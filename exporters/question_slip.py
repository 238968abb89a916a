"""需要核实的登记内容: what a village is asked, on paper, one slip per village with room for the answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import typst

from exporters.blank_form import FONTS, MADE_ON
from forms.catalog import RESOURCES

TEMPLATE = RESOURCES / "documents" / "question_slip.typ"
BLANK = "（没有写）"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One field of one child. ``written``: what was read there, "" for nothing; ``asked``: what is to be found out."""

    name: str
    archive_number: str
    label: str
    written: str
    asked: str


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything one village is asked, by its full name."""

    place: str
    lines: tuple[AskedLine, ...]


def slips_pdf(slips: Sequence[Slip], office: str, made_on: date) -> bytes:
    """One PDF/A-2b, each slip beginning on a page of its own. Raises ValueError for no slip or one without lines."""
    if not slips or not all(slip.lines for slip in slips):
        raise ValueError("a slip needs at least one line")
    data = {
        "office": office,
        "made": f"{made_on.year}年{made_on.month}月{made_on.day}日",
        "slips": [{"place": slip.place, "rows": [_row(line) for line in slip.lines]} for slip in slips],
    }
    pdf: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=_fonts(),
        timestamp=int(MADE_ON.timestamp()),
        format="pdf",
        pdf_standards="a-2b",
    )
    return pdf


def _row(line: AskedLine) -> list[str]:
    return [line.name, line.archive_number, line.label, line.written or BLANK, line.asked, ""]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])

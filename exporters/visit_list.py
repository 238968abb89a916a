"""The list of visits that are due, on paper to go round with: whom, where, since when, and room to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exporters.typesetting import typeset
from forms.written_dates import office_date

COLUMNS: tuple[tuple[str, int], ...] = (  # title, millimetres
    ("序号", 12),
    ("姓名", 24),
    ("现居住地", 58),
    ("照护人和电话", 36),
    ("监护状况", 20),
    ("走访期限", 34),
    ("上次走访", 30),
    ("走访日期和走访人", 34),
    ("备注", 19),
)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One child to be visited; texts as they are to stand there."""

    name: str
    home: str
    caregiver: str
    level: str
    due: str
    last: str


def visit_list_pdf(office: str, made_on: date, lines: Sequence[VisitLine], note: str) -> bytes:
    """The list as PDF, A4 across, head repeated on every page."""
    title = "入户走访名单"
    data = {
        "title": title,
        "office": office,
        "made": f"{office_date(made_on)}　共 {len(lines)} 名",
        "columns": [name for name, _width in COLUMNS],
        "widths": [width for _name, width in COLUMNS],
        "rows": [
            [str(number), line.name, line.home, line.caregiver, line.level, line.due, line.last, "", ""]
            for number, line in enumerate(lines, start=1)
        ],
        "note": note,
    }
    return typeset("visit_list", data)

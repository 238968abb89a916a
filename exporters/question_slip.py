"""需要核实的登记内容: what a village is asked, on paper, one slip per village with room for the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exporters.typesetting import typeset
from forms.written_dates import office_date

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
        "made": office_date(made_on),
        "slips": [{"place": slip.place, "rows": [_row(line) for line in slip.lines]} for slip in slips],
    }
    return typeset("question_slip", data)


def _row(line: AskedLine) -> list[str]:
    return [line.name, line.archive_number, line.label, line.written or BLANK, line.asked, ""]

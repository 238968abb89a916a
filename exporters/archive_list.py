"""归档文件目录 (DA/T 22-2015, 6.5): what lies in one box, on paper to be laid into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exporters.typesetting import typeset
from forms.written_dates import office_date


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """One item or dossier. ``responsible``: 责任者; ``pages``: scanned sides, 0 where none were."""

    archive_number: str
    responsible: str
    title: str
    on: date
    pages: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveList:
    """The lines of one place, in the order in which they lie there."""

    office: str
    place: str
    made_on: date
    lines: tuple[ArchiveLine, ...]


def archive_list_pdf(document: ArchiveList) -> bytes:
    """One PDF/A-2b, A4 across, head repeated on every page. Raises ValueError for a list without lines."""
    if not document.lines:
        raise ValueError("a list needs at least one line")
    data = {
        "office": document.office,
        "place": document.place,
        "made": office_date(document.made_on),
        "rows": [_row(number, line) for number, line in enumerate(document.lines, start=1)],
    }
    return typeset("archive_list", data)


def _row(number: int, line: ArchiveLine) -> list[str]:
    pages = str(line.pages) if line.pages else ""
    # 文号 and 密级 are columns of the standard; such forms have neither
    return [
        str(number), line.archive_number, "", line.responsible, line.title, f"{line.on:%Y%m%d}", "", pages, line.note,
    ]  # fmt: skip

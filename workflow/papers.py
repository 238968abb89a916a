"""Read pages of forms that are no registration: cards, visit records and work logs of key-concern children.

Such a page is READ and stays so until whoever keeps visits and work logs places it; pairing and drafting leave it
alone (``settling.settle``). Here its reading becomes parsed values with verdicts, in the form's own order, and the
rows of a work log become entries. Everything works inside a caller's transaction; rights are the caller's to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.form_file import Form, FormField, Purpose
from forms.values import empty
from ocr.reading import FieldReading
from records import pairing_rows
from records.forms_used import forms_used
from records.session import Session
from records.store import Store
from records.tables import Page
from workflow.drafting import readings_of
from workflow.forms_in_use import stored_form
from workflow.judgement import judge

REPEATED = re.compile(r"(.+)_(\d+)")


@dataclass(frozen=True, slots=True)
class PaperField:
    """One field as read, parsed and judged. ``reading`` holds text, value, candidates, boxes and doubts."""

    field: FormField
    reading: FieldReading
    accepted: bool
    reasons: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Nothing was written (a dash says the same)."""
        return empty(self.reading.value) and (not self.reading.text or self.reading.evidence.get("dash", 0.0) >= 1)


@dataclass(frozen=True, slots=True)
class Paper:
    """One read page of a known form. ``fields`` by key, as printed; ``serial``: of the sheet, "" for none."""

    page_id: str
    reading_id: str
    form: Form
    form_page: int
    serial: str
    fields: Mapping[str, PaperField]

    @property
    def purpose(self) -> Purpose:
        return self.form.purpose


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of a list on a page: ``number`` from 1; ``fields`` by the key without its number (``log_date``)."""

    number: int
    fields: Mapping[str, PaperField]


def papers_to_place(store: Store, session: Session, purposes: Iterable[Purpose]) -> tuple[str, ...]:
    """Ids of the pages that were read with forms of these purposes and stand nowhere yet, as they were taken in."""
    wanted = frozenset(purposes)
    names = [name for name in forms_used(session) if stored_form(store, session, *name).purpose in wanted]
    return tuple(place.page.id for place in pairing_rows.unplaced(session, of_forms=names))


def paper(store: Store, session: Session, page_id: str) -> Paper:
    """The page as its newest reading has it. Raises LookupError for a page that wasn't read with a known form."""
    page = session.get(Page, page_id)
    if page is None or page.form_id is None or page.form_version is None:
        raise LookupError(page_id)
    stored = readings_of(session, [page])[page_id]
    form = stored_form(store, session, page.form_id, page.form_version)
    verdicts = judge(stored.reading.fields, form=form)
    fields = {
        reading.key: PaperField(
            form.by_key[reading.key], reading, verdicts[reading.key].accepted, verdicts[reading.key].reasons
        )
        for reading in stored.reading.fields
    }
    return Paper(page_id, stored.row_id, form, page.form_page or 1, page.serial or "", fields)


def rows_of(fields: Mapping[str, PaperField], keys: Sequence[str]) -> tuple[PaperRow, ...]:
    """The rows of a list in which something is written; ``keys`` without numbers, e.g. ``("log_date", …)``.

    A row in which only a tick or nothing but dashes stands is one too: it is a person who says that it is none.
    """
    rows: dict[int, dict[str, PaperField]] = {}
    for key, field in fields.items():
        named = REPEATED.fullmatch(key)
        if named and named[1] in keys:
            rows.setdefault(int(named[2]), {})[named[1]] = field
    written = {number: row for number, row in rows.items() if any(f.reading.text for f in row.values())}
    return tuple(PaperRow(number, row) for number, row in sorted(written.items()))

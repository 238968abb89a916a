"""录入对照单 of a batch: its frozen values in the order of entry, for keying by hand into the national system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from exporters.entry_sheet import EntryBlock, EntryDocument, EntryLine, EntrySheet, write_entry_sheets
from exporters.files import FileProblem, Written
from forms.dictionary import load_dictionary
from forms.form_file import Form
from records import office_rows, registration_rows
from records.session import Session
from records.store import Store
from records.tables import BatchRow
from records.views import Actor, BatchState
from workflow import report, scope
from workflow.cross_reference import place_view
from workflow.errors import NotWritten, WrongState
from workflow.forms_in_use import stored_form
from workflow.permissions import Right, verb
from workflow.report_table import CODED
from workflow.version import VERSION

OTHER_BLOCK = "其他栏目"


@verb(Right.REPORT)
def write(store: Store, actor: Actor, now: datetime, batch_id: str, path: Path) -> Written:
    """Write the sheets of a frozen batch as .docx. Raises WrongState, NotWritten."""
    with store.session() as session:
        batch = scope.batch(session, actor, batch_id)
        if batch.state is BatchState.OPEN:
            raise WrongState("批次还没有冻结，没有写出录入对照单。请先冻结。")
        document = EntryDocument(
            batch_number=batch.number,
            batch_name=batch.name,
            office=office_rows.office(session).name,
            sheets=tuple(_sheet(store, session, row) for row in batch.rows),
            program_version=VERSION,
            written_by=actor.full_name,
            written_at=now,
        )
    try:
        written = write_entry_sheets(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        _audit(store, session, actor, now, batch_id, written)
    return written


def _audit(store: Store, session: Session, actor: Actor, now: datetime, batch_id: str, written: Written) -> None:
    file_hash = store.keyed_hash(written.sha256.encode(), "file")
    detail: dict[str, str | int] = {"sheets": written.rows, "file": file_hash}
    store.audit(session, actor.user_id, now, "batch.entry_sheets", batch_id, detail)


def _sheet(store: Store, session: Session, row: BatchRow) -> EntrySheet:
    frozen: Mapping[str, Any] = report.opened_row(store, row)
    form = stored_form(store, session, *frozen["form"])
    registration = registration_rows.registration(session, row.registration_id)
    name = frozen["fields"].get("child_name")
    return EntrySheet(
        name="" if name is None else str(name["text"]),
        archive_number=str(frozen["archive_number"]),
        location="" if registration is None else place_view(registration).location,
        blocks=_blocks(form, frozen["fields"]),
    )


def _blocks(form: Form, values: Mapping[str, Any]) -> tuple[EntryBlock, ...]:
    """Filled fields by the dictionary's blocks; a form's own fields come last."""
    dictionary = load_dictionary()
    titles = {block.key: block.label for block in dictionary.blocks}
    lines: dict[str, list[EntryLine]] = {key: [] for key in titles}
    for field in form.fields:
        value = values.get(field.key)
        if value is None:
            continue
        definition = dictionary.fields.get(field.key)
        label = field.label if definition is None else definition.export_name
        code = str(value["code"]) if field.kind in CODED else ""
        if not code.replace(",", "").isdigit():
            code = ""  # a word of the form files: no system that is keyed into asks for it
        block = "" if definition is None else definition.block
        lines.setdefault(block, []).append(EntryLine(label, str(value["text"]), code))
    return tuple(EntryBlock(titles.get(key, OTHER_BLOCK), tuple(found)) for key, found in lines.items() if found)

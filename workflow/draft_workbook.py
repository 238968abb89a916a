"""The 核对草稿: every page of given sources as read, each cell coloured 机读/待核对; never mistaken for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import FileProblem
from exporters.table import Cell, Column, Mark, Table
from exporters.workbook import DraftDocument, FailureLine, LookLine
from exporters.workbook import write_draft as write_file
from forms.form_file import Form, FormField
from forms.kinds import Kind
from forms.values import empty
from records import intake_rows, office_rows, registration_rows, sealing
from records.session import Session
from records.store import Store
from records.tables import Answer, Page, Source
from records.views import Actor, AnswerState, PageState, SourceState
from workflow import blind, sentences, sheets
from workflow.errors import NotWritten
from workflow.permissions import Right, verb
from workflow.report_table import text_of
from workflow.version import VERSION

# whose row it is stays in sight, and stands at the left of every printed page
FIXED = (("child", "儿童"), ("file", "文件"), ("pages", "页"), ("archive_number", "档号"))


@dataclass(frozen=True, slots=True)
class DraftWritten:
    """What the draft holds: registrations (rows), pages of the sources, cells vouched for and cells to look at."""

    registrations: int
    pages: int
    accepted: int
    to_look_at: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """One registration, out of its session."""

    file: str
    pages: str
    places: Mapping[int, tuple[str, int]]  # side of the form -> file and page in it
    archive_number: str
    child: str
    form: Form
    cells: Mapping[str, Cell]
    reasons: Mapping[str, str]  # of the cells to look at


@verb(Right.TAKE_IN)
def write_draft(store: Store, actor: Actor, now: datetime, source_ids: Sequence[str], path: Path) -> DraftWritten:
    """Write the draft of these sources (known or new). Raises NotWritten; the file is complete or not there."""
    wanted = list(dict.fromkeys(source_ids))
    with store.session() as session:
        sources = {s.id: s for s in intake_rows.sources_in_order(session, actor.division) if s.id in set(wanted)}
        entries = _entries(store, session, actor, sources)
        failures = tuple(_failures(sources))
        pages = sum(len(source.pages) for source in sources.values())
        round_ = office_rows.open_round(session)
        office = office_rows.office(session).name
    marks = [cell.mark for entry in entries for cell in entry.cells.values()]
    to_look_at, accepted = marks.count(Mark.TO_CHECK), marks.count(Mark.MACHINE) + marks.count(Mark.CONFIRMED)
    document = DraftDocument(
        office=office,
        round_name="" if round_ is None else round_.name,
        table=_table(entries),
        to_look_at=tuple(_look_lines(entries)),
        failures=failures,
        summary=f"文件 {len(sources)} 个，页 {pages} 面，登记表 {len(entries)} 份，"
        f"机读 {accepted} 格，待核对 {to_look_at} 格",
        program_version=VERSION,
        written_by=actor.full_name,
        written_at=now,
        frozen_columns=len(FIXED),
    )
    try:
        written = write_file(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        file_hash = store.keyed_hash(written.sha256.encode(), "file")
        detail: dict[str, str | int] = {"registrations": len(entries), "file": file_hash}
        store.audit(session, actor.user_id, now, "draft.write", actor.user_id, detail)
    return DraftWritten(len(entries), pages, accepted, to_look_at, written.sha256)


def _entries(store: Store, session: Session, actor: Actor, sources: Mapping[str, Source]) -> list[_Entry]:
    trust = sheets.trust_of(session)
    entries = []
    for registration_id in registration_rows.registrations_of_sources(session, list(sources), actor.division):
        registration = registration_rows.registration(session, registration_id)
        assert registration is not None  # the ids come from the same reading session
        facts = sheets.gather(store, session, registration, trust)
        entries.append(_entry(facts, sources, blind.hidden_from(session, actor, registration)))
    return entries


def _entry(facts: sheets.Facts, sources: Mapping[str, Source], hidden: frozenset[str]) -> _Entry:
    pages = [page for _, page in sorted(facts.pages.items())]
    own = [page for page in pages if page.source_id in sources] or pages
    fields = [f for f in facts.form.fields if f.kind is not Kind.SIGNATURE or f.page in facts.pages]
    cells = {f.key: Cell(blind.PENDING, Mark.NONE) if f.key in hidden else _cell(facts, f) for f in fields}
    return _Entry(
        file="；".join(dict.fromkeys(page.source.name for page in own)),
        pages="、".join(str(page.position + 1) for page in own),
        places={side: (page.source.name, page.position + 1) for side, page in facts.pages.items()},
        archive_number=sheets.place_of_facts(facts).archive_number,
        child=blind.PENDING if "child_name" in hidden else sheets.title_of(facts),
        form=facts.form,
        cells=cells,
        reasons={key: _reason(facts, key) for key, cell in cells.items() if cell.mark is Mark.TO_CHECK},
    )


def _cell(facts: sheets.Facts, field: FormField) -> Cell:
    """Coloured by the judge's ``accepted``, whatever the store's trust; a person's answer counts as seen."""
    answer = facts.answers.get(field.key)
    if answer is None:
        # blank: vouched for where the side was read
        return Cell("", Mark.NONE if field.page in facts.pages else Mark.TO_CHECK)
    if facts.answered(field.key):
        illegible = answer.state is AnswerState.ILLEGIBLE
        return Cell("看不清" if illegible else _text(field, answer), Mark.CONFIRMED)
    return Cell(_text(field, answer), Mark.MACHINE if answer.accepted else Mark.TO_CHECK)


def _text(field: FormField, answer: Answer) -> str:
    if sealing.hidden(answer):
        return sheets.SEALED
    return answer.text if empty(answer.value) else text_of(field, answer.value)


def _reason(facts: sheets.Facts, key: str) -> str:
    answer = facts.answers.get(key)
    codes = ["missing_side"] if answer is None else list(answer.reasons or ())
    words = dict.fromkeys(sentences.field_reason(code) for code in codes)
    return "，".join(words) or "请看一眼"


def _table(entries: Sequence[_Entry]) -> Table:
    fields: dict[str, FormField] = {}
    for entry in entries:
        for field in entry.form.fields:
            fields.setdefault(field.key, field)
    columns = [Column(key, title) for key, title in FIXED]
    columns += [Column(key, sheets.label_of(field)) for key, field in fields.items()]
    rows = []
    for entry in entries:
        fixed = (Cell(entry.child), Cell(entry.file), Cell(entry.pages), Cell(entry.archive_number))
        rows.append(fixed + tuple(entry.cells.get(key, Cell("")) for key in fields))
    return Table(tuple(columns), tuple(rows))


def _look_lines(entries: Sequence[_Entry]) -> list[LookLine]:
    lines = []
    for entry in entries:
        for key, reason in entry.reasons.items():
            field = entry.form.by_key[key]
            # a side that is missing has no place; the line then names the one that is there
            file, page = entry.places.get(field.page) or next(iter(entry.places.values()))
            text = str(entry.cells[key].value or "")
            lines.append(LookLine(file, page, entry.child, sheets.label_of(field), text, reason))
    return lines


def _failures(sources: Mapping[str, Source]) -> list[FailureLine]:
    """Files that were refused, and every page that stands in no registration, with the sentence why."""
    lines = []
    for source in sources.values():
        if source.state is SourceState.REFUSED:
            lines.append(FailureLine(source.name, None, sentences.source_reason(source.reason)))
        elif source.state is SourceState.RECEIVED:
            lines.append(FailureLine(source.name, None, "还没有识别。再运行一次，会接着做。"))
        lines += [
            FailureLine(source.name, page.position + 1, _page_sentence(page))
            for page in source.pages
            if page.state is not PageState.PLACED
        ]
    return lines


def _page_sentence(page: Page) -> str:
    if page.state is PageState.RECEIVED:
        return "还没有识别。再运行一次，会接着做。"
    unknown = "unknown_form" if page.status == "unknown_form" else ""
    return sentences.page_reason(page.reason or unknown) or "还没有配成登记表，等人处理。"

"""Visit forms printed for the children who are to be visited: whose it is stands on it, and brings it back.

In the cells: who, the number, the dossier, the office. In the margins, for who carries it: where to go, whom to ask
for, what was found last time. What the office judges about a family and what only named persons read is on no paper
that goes into the home (as ``workflow.prefilled``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.blank_form import Copy, prefilled_pdf
from exporters.files import FileProblem, write_file
from forms.catalog import shipped_forms
from forms.dictionary import load_dictionary
from forms.form_file import Form, Purpose
from forms.kinds import JsonValue
from forms.prefill import printed_values
from forms.written_dates import office_date
from records import care_rows, office_rows
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Child, PrintedForm
from records.views import Actor
from workflow import prefilled, scope, visits
from workflow.blind import PENDING
from workflow.errors import BadValue, NotWritten
from workflow.heads import Head, Heads
from workflow.permissions import Right, verb
from workflow.printed import secret_keys, unprinted
from workflow.serials import new_serial
from workflow.visit_paper import NEVER_VISITED, caregiver_of, home_of

TELLING = (
    "support_needs", "visit_action", "visit_service", "visit_living_state", "visit_living", "visit_schooling",
    "school_state", "visit_seen",
)  # fmt: skip
"""What of the last visit is told, the most useful first: there is room for one line."""
PRINTED = ("child_name", "child_id_number")
"""Says whose it is: for a child of whom one of these isn't told yet nothing is printed."""


@dataclass(frozen=True, slots=True)
class PrintedVisitForms:
    """``copies`` sheets in the order of the villages. ``pending``: children left out, who are still entered blind."""

    copies: int
    sha256: str
    pending: int = 0


@verb(Right.CARE)
def print_visit_forms(
    store: Store, actor: Actor, now: datetime, path: Path, child_ids: Sequence[str]
) -> PrintedVisitForms:
    """A visit form for each of these children as one PDF, by village.

    Raises BadValue where nobody is left to be visited, NotFound, NotWritten; the file is whole or not there. What was
    printed is kept before it is written, so that every sheet that leaves the printer is known when it comes back.
    """
    form = visit_form()
    with store.transaction() as session:
        wanted = [scope.child(session, actor, child_id) for child_id in dict.fromkeys(child_ids)]
        wanted = [child for child in wanted if child.state is ChildState.ACTIVE and child.current_registration_id]
        if not wanted:
            raise BadValue("选中的儿童里没有要走访的，没有印走访表。")
        heads = Heads(session, actor, wanted)
        told = [child for child in wanted if not heads[child.id].hides(*PRINTED)]
        if not told:
            raise BadValue(f"选中的儿童都还{PENDING}，没有印走访表。请先录完，或请核对的人来印。")
        told.sort(key=lambda child: (child.residence_division, child.pinyin, child.id))
        made = [_printed(store, session, actor, now, child, heads[child.id], form) for child in told]
        store.audit(session, actor.user_id, now, "visits.print_forms", store.store_id, {"copies": len(made)})
    try:
        written = write_file(path, prefilled_pdf(form, [copy for _, copy in made]))
    except FileProblem as problem:
        prefilled.not_printed(store, actor.user_id, now, [row_id for row_id, _ in made])
        raise NotWritten(problem.sentence) from problem
    return PrintedVisitForms(len(made), written.sha256, len(wanted) - len(told))


def visit_form() -> Form:
    """The newest shipped visit record."""
    return max((f for f in shipped_forms() if f.purpose is Purpose.VISIT), key=lambda f: (f.id, f.version))


def _printed(
    store: Store, session: Session, actor: Actor, now: datetime, child: Child, who: Head, form: Form
) -> tuple[str, Copy]:
    assert child.current_registration_id is not None  # those without were left out
    dossier = care_rows.dossier_of(session, child.id)
    says: dict[str, JsonValue] = {
        "form_unit": office_rows.office(session).name,
        "child_name": child.name,
        "child_id_number": child.id_number,
        "concern_dossier": None if dossier is None else dossier.archive_number,
    }
    values = {key: printed.value for key, printed in printed_values(form, says).items()}
    row = PrintedForm(
        id=store.new_id(),
        serial=new_serial(prefilled=True),
        round_id=None,
        child_id=child.id,
        registration_id=child.current_registration_id,
        values=values,
        printed_at=now,
        printed_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    where, whom = home_of(session, child.id, who), caregiver_of(session, child.id, who)
    above = "　".join(f"{word}：{told}" for word, told in (("现居住地", where), ("照护人", whom)) if told)
    return row.id, Copy(row.serial, values, above, _last_visit(session, child))


def _last_visit(session: Session, child: Child) -> str:
    """上次走访：2026年8月3日，林晓。困难诉求：…"""
    last = care_rows.last_visit(session, child.id)
    if last is None or last.done_on is None:
        return f"上次走访：{NEVER_VISITED}"
    fields, findings = load_dictionary().fields, last.findings or {}
    closed = secret_keys() | unprinted()
    parts = [
        f"{fields[key].label}：{visits.finding_words(fields[key], findings[key])}"
        for key in TELLING
        if key in findings and key not in closed
    ]
    who = "，".join(part for part in (office_date(last.done_on), last.visitor) if part)
    return "　".join((f"上次走访：{who}", *parts))

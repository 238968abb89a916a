"""Forms printed with last round's values: sorted by village, read for changes only, back to their child by serial.

What the office judges about a family (重点关爱情形, 监护状况, 心理) is not printed: the form goes into the home. Coming
back with 信息无变化, it takes those answers over from the last form like the rest (``workflow.carrying``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.blank_form import Copy, prefilled_pdf
from exporters.files import FileProblem, write_file
from forms.catalog import shipped_forms
from forms.form_file import Form, Purpose
from forms.gazetteer import lies_within
from forms.kinds import JsonValue
from forms.prefill import printed_values
from records import child_rows, registration_rows, round_rows
from records.session import Session
from records.store import Store
from records.tables import Child, PrintedForm
from records.views import Actor
from workflow import rounds, sealed, sheets
from workflow.blind import PENDING
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotWritten
from workflow.heads import hidden_of
from workflow.permissions import Right, verb
from workflow.printed import TABLE, secret_keys, unprinted
from workflow.serials import new_serial


@dataclass(frozen=True, slots=True)
class PrintedBatch:
    """What was written: ``copies`` sheets in the order of the villages."""

    copies: int
    sha256: str
    changes: Changes
    pending: int = 0  # children left out: this person has still to enter blind what would be printed


@verb(Right.PRINT_FORMS)
def print_forms(
    store: Store,
    actor: Actor,
    now: datetime,
    round_id: str,
    path: Path,
    *,
    division: str = "",
    child_ids: Sequence[str] | None = None,
    form: Form | None = None,
) -> PrintedBatch:
    """Forms of all children whose form is outstanding in the round (or of ``child_ids``), as one PDF by village.

    Raises BadValue where nobody is outstanding, NotWritten; the file is whole or not there. What was printed is kept
    before it is written, so that every sheet that leaves the printer is known when it comes back.
    """
    chosen = form or reference_form()
    with store.transaction() as session:
        facts = rounds.gather(session, actor, rounds.round_row(session, round_id))
        wanted = [c for c in facts.outstanding if not division or lies_within(c.residence_division, division)]
        if child_ids is not None:
            wanted = [child for child in wanted if child.id in set(child_ids)]
        if not wanted:
            raise BadValue("这个范围里没有还要收登记表的儿童，没有印。")
        blinded = hidden_of(session, actor, [child.id for child in wanted])
        wanted = [child for child in wanted if child.id not in blinded]
        if not wanted:
            raise BadValue(f"这个范围里的儿童都还{PENDING}，没有印。请先录完，或请核对的人来印。")
        rows = [_printed(store, session, actor, now, round_id, child, chosen) for child in wanted]
        copies = [
            Copy(row.serial, {**row.values, **(sealed.opened(store, TABLE, row.id, row.sealed) or {})}) for row in rows
        ]
        store.audit(session, actor.user_id, now, "forms.print", round_id, {"copies": len(copies)})
    ids = [row.id for row in rows]
    try:
        written = write_file(path, prefilled_pdf(chosen, copies))
    except FileProblem as problem:
        not_printed(store, actor.user_id, now, ids)
        raise NotWritten(problem.sentence) from problem
    told = changed(children=[child.id for child in wanted])
    return PrintedBatch(len(copies), written.sha256, told, len(blinded))


def reference_form() -> Form:
    """The newest shipped registration form."""
    return max((f for f in shipped_forms() if f.purpose is Purpose.REGISTRATION), key=lambda f: (f.id, f.version))


def _printed(
    store: Store, session: Session, actor: Actor, now: datetime, round_id: str, child: Child, form: Form
) -> PrintedForm:
    current = child_rows.current_registration(session, child.id)
    assert current is not None  # rounds.gather lists children by their current registration
    values = sheets.said(registration_rows.answers_of(session, current.id))
    printed = {key: p.value for key, p in printed_values(form, _for_the_home(values)).items()}
    row = PrintedForm(
        id=store.new_id(),
        serial=new_serial(prefilled=True),
        round_id=round_id,
        child_id=child.id,
        registration_id=current.id,
        printed_at=now,
        printed_by=actor.user_id,
    )
    secret = {key: value for key, value in printed.items() if key in secret_keys()}
    row.values = {key: value for key, value in printed.items() if key not in secret}
    row.sealed = sealed.seal(store, TABLE, row.id, secret) if secret else None
    session.add(row)
    session.flush()
    return row


def _for_the_home(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in values.items() if key not in unprinted()}


def not_printed(store: Store, user_id: str, now: datetime, ids: Sequence[str]) -> None:
    """The file could not be written: these sheets don't exist."""
    with store.transaction() as session:
        for row_id in ids:
            session.delete(session.get_one(PrintedForm, row_id))
        store.audit(session, user_id, now, "forms.print_failed", "-", {"copies": len(ids)})


def printed_by_serial(store: Store, session: Session) -> dict[str, dict[str, JsonValue]]:
    """What stands printed on every form that may still come back, for the reader (``ReadingContext.prefilled``).

    Extra-sensitive values only for a user who may open them: others leave those fields to a person.
    """
    return {
        row.serial: {**row.values, **(sealed.opened(store, TABLE, row.id, row.sealed) or {})}
        for row in (*round_rows.printed_and_out(session), *round_rows.visit_forms_out(session))
    }

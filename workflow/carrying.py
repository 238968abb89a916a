"""信息无变化: one tick says that everything is as the last form had it. What was left blank is taken over from there.

The answers are copied, with the crop of the paper they were read from and a note that says whence, so that every
registration is whole and every list and batch reads it like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.gazetteer import lies_within
from forms.kinds import JsonValue
from forms.values import empty
from forms.written_dates import office_date
from records import child_rows, registration_rows, round_rows, sealing
from records.session import Session
from records.store import Store
from records.tables import Answer, AnswerEvent, CarriedOver, Registration
from records.views import Actor, AnswerState
from workflow.errors import NotAllowed
from workflow.forms_in_use import stored_form

UPDATE, UNCHANGED = "form_update", "unchanged"
# what is said anew each time, about this sheet and not about the child
OWN = frozenset({"form_date", "form_number", "form_update", "form_collection", "form_unit", "informed"})
SIGNATURES = "signature"  # block of the dictionary


def says_unchanged(values: Mapping[str, JsonValue]) -> bool:
    """Is 信息无变化 ticked, and nothing else beside it?"""
    return values.get(UPDATE) == [UNCHANGED]


def base_of(session: Session, registration: Registration, child_id: str) -> Registration | None:
    """The registration that is unchanged: whose values were printed on this form, else the child's newest other one."""
    printed = round_rows.printed_of_registration(session, registration.id)
    if printed is not None and printed.child_id == child_id:
        return registration_rows.registration(session, printed.registration_id)
    others = (row for row in child_rows.registrations_of(session, child_id) if row.id != registration.id)
    return next(others, None)


def round_of(session: Session, registration: Registration, division: str) -> str | None:
    """The round of a registration that was taken in while several were open.

    The one it was printed for, else the only open one for where the child lives.
    """
    printed = round_rows.printed_of_registration(session, registration.id)
    if printed is not None:
        return printed.round_id
    found = [row for row in round_rows.open_rounds(session) if row.division and lies_within(division, row.division)]
    found = found or [row for row in round_rows.open_rounds(session) if not row.division]
    return found[0].id if len(found) == 1 else None


def carry_over(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    registration: Registration,
    values: Mapping[str, JsonValue],
) -> bool:
    """Take over what a registration with 信息无变化 left blank; False where there is nothing to take it from.

    Within the caller's transaction, after the registration has got its child.
    """
    if not says_unchanged(values) or registration.child_id is None:
        return False
    base = base_of(session, registration, registration.child_id)
    if base is None:
        return False
    form = stored_form(store, session, registration.form_id, registration.form_version)
    own = registration_rows.answers_of(session, registration.id)
    said = "" if base.form_date is None else f"（填报日期 {office_date(base.form_date)}）"
    last = registration_rows.answers_of(session, base.id)
    if any(sealing.hidden(answer) for answer in last.values()):
        raise NotAllowed("上次的登记里有加封的内容，您打不开，不能沿用，没有保存。请由能打开的人存为“已核对”。")
    for key, answer in last.items():
        if _is_carried(form, key, answer) and key not in values:
            _copy(store, session, actor, now, registration, own.get(key), answer, f"沿用上次登记{said}")
    if session.get(CarriedOver, registration.id) is None:
        session.add(CarriedOver(registration_id=registration.id, base_id=base.id, at=now, by=actor.user_id))
    session.flush()
    session.expire(registration, ["answers"])
    return True


def _is_carried(form: Form, key: str, answer: Answer) -> bool:
    definition = load_dictionary().fields.get(key)
    signed = definition is not None and definition.block == SIGNATURES
    known = answer.state not in (AnswerState.ILLEGIBLE, AnswerState.ASK) and not empty(answer.value)
    return known and not signed and key in form.by_key and key not in OWN


def _copy(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    registration: Registration,
    own: Answer | None,
    base: Answer,
    note: str,
) -> None:
    event = AnswerEvent(
        id=store.new_id(),
        registration_id=registration.id,
        number=registration_rows.next_event_number(session, registration.id),
        key=base.key,
        from_value=None if own is None else own.value,
        from_state=None if own is None else own.state,
        from_source=None if own is None else own.source,
        from_note="" if own is None else own.note,
        to_value=base.value,
        to_state=AnswerState.CONFIRMED,
        source=base.source,
        note=note,
        reading_id=base.reading_id,
        at=now,
        by=actor.user_id,
    )
    if own is None:
        own = Answer(registration_id=registration.id, key=base.key, reasons=[], value=None)
        session.add(own)
    own.value, own.text, own.state, own.source = base.value, base.text, AnswerState.CONFIRMED, base.source
    own.note, own.accepted, own.verdict_version, own.reasons = note, base.accepted, base.verdict_version, []
    own.reading_id, own.page_id, own.box = base.reading_id, base.page_id, base.box
    own.changed_at, own.changed_by = now, actor.user_id
    session.add(event)
    session.flush()

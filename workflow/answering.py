"""A person's answers and their history: every step is an event with from, to, who, when, source and reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField, FormOption
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, empty, format_value, parse
from ocr.reading import FieldReading
from records import registration_rows
from records.session import Session
from records.store import Store
from records.tables import Answer, AnswerEvent, HalfTyped, Page, Registration
from records.views import Actor, AnswerState, ValueSource, VerifyItem
from workflow import drafting
from workflow.drafting import box_of
from workflow.errors import BadValue
from workflow.forms_in_use import stored_form

BY_REVIEW = "复核："
"""Begins the note of a field that a reviewer wants to be looked at again."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine read in a field; all None where the field's page was not scanned."""

    reading_id: str | None
    page: Page | None
    field: FieldReading | None

    @property
    def value(self) -> JsonValue:
        return None if self.field is None else self.field.value


def machine_reading(session: Session, registration: Registration, field: FormField) -> Machine:
    """The newest reading of the page on which the field stands."""
    for page in registration_rows.pages_of_registration(session, registration.id):
        if page.form_page == field.page:
            stored = drafting.readings_of(session, [page])[page.id]
            found = next((f for f in stored.reading.fields if f.key == field.key), None)
            return Machine(stored.row_id, page, found)
    return Machine(None, None, None)


def code_table_of(key: str) -> str | None:
    """The code table that the dictionary names for a key."""
    definition = load_dictionary().fields.get(key)
    return None if definition is None else definition.code_table


def checked(field: FormField, value: JsonValue) -> JsonValue:
    """The value in its one spelling. Raises BadValue for one that is none of the field's kind."""
    if empty(value):
        return [] if field.kind is Kind.CHOICE else None
    table = code_table_of(field.key)
    try:
        text = format_value(field.kind, value, field=field, code_table=table)
        return parse(field.kind, text, field=field, code_table=table)
    except FieldError as problem:
        raise BadValue(str(problem)) from problem
    except (TypeError, ValueError, AttributeError) as problem:
        raise BadValue("这个值不合本栏的格式，没有保存。请重新填写。") from problem


def same(one: JsonValue, other: JsonValue) -> bool:
    """Do two values say the same? All empty ones do."""
    return one == other or (empty(one) and empty(other))


@dataclass(frozen=True, slots=True)
class Step:
    """Where an answer goes."""

    value: JsonValue
    text: str
    state: AnswerState
    source: ValueSource
    note: str


def give(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    registration: Registration,
    field: FormField,
    step: Step,
) -> None:
    """Set an answer and write the event. The first answer pins the registration: a person works on it."""
    machine = machine_reading(session, registration, field)
    answer = registration_rows.answer(session, registration.id, field.key)
    event = _event(store, session, actor, now, registration, field.key)
    event.reading_id = machine.reading_id
    if answer is None:
        answer = Answer(registration_id=registration.id, key=field.key, reasons=[], value=None)
        answer.reading_id = machine.reading_id
        if machine.page is not None and machine.field is not None:
            answer.page_id = machine.page.id
            answer.box = box_of(machine.field)
            answer.accepted = True  # blank and vouched for: only such fields have no row
        session.add(answer)
    else:
        event.from_value, event.from_state = answer.value, answer.state
        event.from_source, event.from_note = answer.source, answer.note
    event.to_value, event.to_state, event.source, event.note = step.value, step.state, step.source, step.note
    _set(answer, step, actor, now)
    registration.pinned = True
    given(session, actor, registration.id, field.key)
    drafting.set_division(session, registration)
    store.audit(session, actor.user_id, now, f"answer.{step.state.value}", registration.id, {"event": event.number})


def given(session: Session, actor: Actor, registration_id: str, key: str) -> None:
    """What was half typed in a field goes: it is in the answer now."""
    typed = session.get(HalfTyped, (registration_id, actor.user_id))
    if typed is not None and typed.key == key:
        session.delete(typed)
    session.flush()


def take_back(
    store: Store, session: Session, actor: Actor, now: datetime, registration: Registration, last: AnswerEvent
) -> None:
    """Undo an event by another that leads back."""
    answer = registration_rows.answer(session, registration.id, last.key)
    event = _event(store, session, actor, now, registration, last.key)
    event.undoes = last.number
    event.from_value, event.from_state = last.to_value, last.to_state
    event.from_source, event.from_note = last.source, last.note
    event.to_value, event.to_state = last.from_value, last.from_state
    event.source, event.note = last.from_source or ValueSource.PAPER, last.from_note
    event.reading_id = last.reading_id
    if answer is not None and last.from_state is None:
        session.delete(answer)
    elif answer is not None and last.from_state is not None:
        text = _text_before(store, session, registration, last)
        _set(answer, Step(last.from_value, text, last.from_state, event.source, last.from_note), actor, now)
    session.flush()
    drafting.set_division(session, registration)
    store.audit(session, actor.user_id, now, "answer.undo", registration.id, {"event": event.number})


def _text_before(store: Store, session: Session, registration: Registration, last: AnswerEvent) -> str:
    field = stored_form(store, session, registration.form_id, registration.form_version).by_key[last.key]
    if last.from_state is AnswerState.MACHINE:
        machine = machine_reading(session, registration, field)
        return "" if machine.field is None else machine.field.text
    return format_value(field.kind, last.from_value, field=field, code_table=code_table_of(field.key))


def _event(
    store: Store, session: Session, actor: Actor, now: datetime, registration: Registration, key: str
) -> AnswerEvent:
    event = AnswerEvent(
        id=store.new_id(),
        registration_id=registration.id,
        number=registration_rows.next_event_number(session, registration.id),
        key=key,
        at=now,
        by=actor.user_id,
        source=ValueSource.PAPER,
        from_value=None,
        to_value=None,
    )
    session.add(event)
    return event


def _set(answer: Answer, step: Step, actor: Actor, now: datetime) -> None:
    answer.value, answer.text = step.value, step.text
    answer.state, answer.source, answer.note = step.state, step.source, step.note
    answer.changed_at = now
    answer.changed_by = None if step.state is AnswerState.MACHINE else actor.user_id


def typed_field(item: VerifyItem) -> FormField:
    """A choice as the parser needs it: its options and whether several may be ticked."""
    nowhere = Box(0, 0, 1, 1)
    options = tuple(FormOption(o.code, o.label, nowhere) for o in item.options)
    return FormField(item.key, item.label, item.kind, 1, nowhere, multiple=item.multiple, options=options)

"""Everything the office knows of one child on one page, and the history of every field down to the crop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.category import Category, category
from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.form_file import Form, FormField
from forms.kinds import JsonValue
from forms.values import empty, format_value
from records import (
    batch_rows,
    care_rows,
    erasing,
    handovers,
    office_rows,
    place_rows,
    registration_rows,
    round_rows,
)
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Answer, AnswerEvent, Child, Registration
from records.views import Actor, AnswerState, ValueSource
from records.views_care import (
    AnswerStep,
    BatchOfChild,
    CaseView,
    ChildPage,
    ConcernState,
    ConcernView,
    FieldRow,
    LogView,
    PersonRole,
    PersonView,
    RegistrationColumn,
    ReportState,
    SheetView,
    VisitView,
)
from workflow import blind, concerns, dossiers, drafting, mandatory, moves, ownership, scope, sheets, visits
from workflow.answering import code_table_of
from workflow.children import exit_words
from workflow.cross_reference import item_of
from workflow.forms_in_use import stored_form
from workflow.heads import PERSON_PARTS, Head, head_of
from workflow.names import mask_id_number
from workflow.permissions import RIGHTS, Right, verb
from workflow.settings import limits_of
from workflow.sheets import label_of

STATE_WORDS = {
    AnswerState.MACHINE: "机器识别",
    AnswerState.CONFIRMED: "已核对",
    AnswerState.CORRECTED: "已改正",
    AnswerState.ILLEGIBLE: "看不清",
    AnswerState.ASK: "待询问",
}
SOURCE_WORDS = {
    ValueSource.PAPER: "纸面",
    ValueSource.PHONE: "电话核实",
    ValueSource.DEPARTMENT: "部门数据",
    ValueSource.CORRECTION: "更正",
}


GROUPS = {
    Category.MIGRANT: "流动儿童",
    Category.LOCAL_HELP: "主动求助的本地户籍儿童",
    Category.OUTSIDE: "不在流动儿童范围内",
    Category.UNSURE: "",
}
ASKED_FOR_HELP = "concern_criteria"  # extra-sensitive, and decides which group it is


@verb(Right.SEE_CHILDREN)
def child_page(store: Store, actor: Actor, child_id: str, today: date) -> ChildPage:
    """The child's page; concerns, cases, visits and log only for roles that may see them. Raises NotFound."""
    store.saw(actor.user_id, "child.see", [child_id])
    with store.session() as session:
        child = scope.child(session, actor, child_id)
        registrations = scope.registrations_seen(session, actor, child_id)
        care = _care(store, session, actor, child)
        dossier = care_rows.dossier_of(session, child.id)
        concerned = care_rows.is_key_concern(session, child.id)
        blinded = blind.hidden_of_many(session, actor, registrations)
        who = head_of(session, actor, child)
        return ChildPage(
            child_id=child.id,
            name=who.name,
            sex=who.sex,
            birth_date=who.birth_date,
            age=who.age(today),
            id_number_masked=who.id_number_masked,
            household=who.household,
            residence=who.residence,
            exited=child.state is ChildState.EXITED,
            exited_on=child.exited_on,
            exit_reason=exit_words(child).partition(" ")[2],
            standing=_standing(session, child, registrations),
            group=_group(session, registrations, blinded),
            registrations=_columns(store, session, child, registrations),
            fields=_fields(store, session, registrations, blinded),
            persons=_persons(session, child.id, who),
            links=moves.link_views(session, actor, child.id),
            link_candidates=moves.link_candidates(session, actor, child.id),
            key_concern=concerned,
            fault=concerns.NO_DOSSIER if concerned and dossier is None else "",
            concerns=care.concerns,
            cases=care.cases,
            banner=tuple(mandatory.banner(c) for c in care.cases if c.state is ReportState.RAISED),
            visits=care.visits,
            log=care.log,
            dossier=None if dossier is None else dossiers.view(session, dossier, who),
            sheets=_sheets(session, child.id),
            batches=(*_batches(session, child.id), *_elsewhere(session, child.id)),
            moves=moves.move_views(session, child.id),
        )


def _standing(session: Session, child: Child, registrations: Sequence[Registration]) -> str:
    """Why no registration of the child counts at present, "" while one does."""
    if registrations:
        return ""
    if erasing.has_drafts(session, child.id):
        return "这名儿童的登记表已退回核对，还没有再存，下面是退回以前的情况。请核对完再看。"
    return "这名儿童名下已没有登记表（原来的一份核对后归了别人），下面是另外记下的内容。请查明后并到正确的那一名。"


def _group(session: Session, registrations: Sequence[Registration], blinded: Mapping[str, frozenset[str]]) -> str:
    """流动儿童, or what else by the current registration; "" where an answer that decides it is missing or covered."""
    if not registrations or registrations[0].id in blinded:
        return ""
    newest = registrations[0]
    answers = registration_rows.answers_of(session, newest.id)
    if ASKED_FOR_HELP in sheets.unseen(answers):
        return ""
    return GROUPS[category(sheets.said(answers), as_of=sheets.as_of(newest), limits=limits_of(session))]


# -- registrations side by side ---------------------------------------------------------------------------------------


def _columns(
    store: Store, session: Session, child: Child, registrations: Sequence[Registration]
) -> tuple[RegistrationColumn, ...]:
    return tuple(
        RegistrationColumn(
            registration_id=row.id,
            round_name="" if row.round is None else row.round.name,
            form_date=row.form_date,
            state=row.state.value,
            form_title=stored_form(store, session, row.form_id, row.form_version).title,
            archive_number=item_of(session, row).archive_number,
            notice_given=row.notice_given,
            collection=_label("collection", row.collection.split("、")[0]),
            update=_label("update", _first(registration_rows.answer(session, row.id, "form_update"))),
            carried_from=round_rows.base_of(session, row.id),
            current=row.id == child.current_registration_id,
            owner=ownership.owner_of(store, session, row),
        )
        for row in registrations
    )


def _first(answer: Answer | None) -> str:
    value = None if answer is None else answer.value
    return str(value[0]) if isinstance(value, list) and value else ""


def _label(table: str, code: str) -> str:
    try:
        return code_table(table).label(code) if code else ""
    except KeyError:
        return code


def _fields(
    store: Store, session: Session, registrations: Sequence[Registration], blinded: Mapping[str, frozenset[str]]
) -> tuple[FieldRow, ...]:
    """Every field that any of the registrations answers, in the order of the dictionary, then of the forms."""
    answers = [registration_rows.answers_of(session, row.id) for row in registrations]
    forms = [stored_form(store, session, row.form_id, row.form_version) for row in registrations]
    fields: dict[str, FormField] = {}
    for form in forms:
        fields.update({f.key: f for f in form.fields if f.key not in fields})
    order = {key: number for number, key in enumerate(load_dictionary().fields)}
    rows = []
    for key in sorted(fields, key=lambda k: (order.get(k, len(order)), k)):
        if not any(key in of for of in answers):
            continue
        texts = tuple(
            blind.PENDING if key in blinded.get(row.id, blind.NOTHING) else text_of(form, of.get(key))
            for row, form, of in zip(registrations, forms, answers, strict=True)
        )
        said = [text for text, of in zip(texts, answers, strict=True) if key in of]
        definition = load_dictionary().fields.get(key)
        rows.append(
            FieldRow(
                key=key,
                label=label_of(fields[key]),
                block="" if definition is None else definition.block,
                texts=texts,
                changed=len(said) > 1 and said[0] != said[1],
                hidden=any(of[key].sealed is not None and of[key].value is None for of in answers if key in of),
            )
        )
    return tuple(rows)


def text_of(form: Form, answer: Answer | None) -> str:
    """An answer in words; 看不清 and 待询问 for one that is none."""
    if answer is None:
        return ""
    if answer.state in (AnswerState.ILLEGIBLE, AnswerState.ASK):
        return STATE_WORDS[answer.state]
    field = form.by_key.get(answer.key)
    return answer.text if field is None else _words(field, answer.value, answer.text)


def _words(field: FormField, value: JsonValue, otherwise: str = "") -> str:
    if empty(value):
        return ""
    try:
        return format_value(field.kind, value, field=field, code_table=code_table_of(field.key))
    except (ValueError, TypeError, KeyError, AttributeError):
        return otherwise  # a value of an older spelling is shown as it was typed


# -- history ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CHILDREN)
def field_history(store: Store, actor: Actor, child_id: str, key: str) -> tuple[AnswerStep, ...]:
    """What was ever said about one field, newest statement first and within it oldest step first, with crops."""
    store.saw(actor.user_id, "child.see", [child_id])
    with store.session() as session:
        scope.child(session, actor, child_id)
        steps: list[AnswerStep] = []
        registrations = scope.registrations_seen(session, actor, child_id)
        blinded = blind.hidden_of_many(session, actor, registrations)
        for registration in registrations:
            if key not in blinded.get(registration.id, blind.NOTHING):
                steps += _steps(store, session, registration, key)
        return tuple(steps)


def _steps(store: Store, session: Session, registration: Registration, key: str) -> list[AnswerStep]:
    form = stored_form(store, session, registration.form_id, registration.form_version)
    field = form.by_key.get(key)
    if field is None:
        return []
    crop = _crop(session, registration, field)
    answer = registration_rows.answer(session, registration.id, key)
    events = [event for event in registration_rows.events_of(session, registration.id) if event.key == key]
    first = [] if not events and answer is None else [_as_read(registration, answer, events, field, crop)]
    return first + [
        AnswerStep(
            registration_id=registration.id,
            form_date=registration.form_date,
            at=event.at,
            by=office_rows.user_name(session, event.by or ""),
            from_text=_words(field, event.from_value),
            to_text=_words(field, event.to_value),
            state=STATE_WORDS[event.to_state] if event.to_state is not None else "",
            source=SOURCE_WORDS[event.source],
            note=event.note,
            undoes=event.undoes is not None,
            raw=crop.raw,
            page_id=crop.page_id,
            box=crop.box,
        )
        for event in events
    ]


@dataclass(frozen=True, slots=True)
class _Crop:
    """Where a field stands on the scan and what the machine saw there."""

    raw: str = ""
    text: str = ""
    page_id: str | None = None
    box: tuple[int, int, int, int] | None = None


def _crop(session: Session, registration: Registration, field: FormField) -> _Crop:
    pages = registration_rows.pages_of_registration(session, registration.id)
    page = next((p for p in pages if p.form_page == field.page), None)
    if page is None:
        return _Crop()
    stored = drafting.readings_of(session, [page])
    reading = stored[page.id].reading if page.id in stored else None
    found = None if reading is None else next((f for f in reading.fields if f.key == field.key), None)
    if found is None:
        return _Crop(page_id=page.id)
    return _Crop(found.raw, found.text, page.id, found.seen_at)


def _as_read(
    registration: Registration, answer: Answer | None, events: Sequence[AnswerEvent], field: FormField, crop: _Crop
) -> AnswerStep:
    """The first step: what the machine made of the paper."""
    value = events[0].from_value if events else (None if answer is None else answer.value)
    return AnswerStep(
        registration_id=registration.id,
        form_date=registration.form_date,
        at=registration.taken_in_at,
        by="",
        from_text="",
        to_text=_words(field, value, crop.text),
        state=STATE_WORDS[AnswerState.MACHINE],
        source=SOURCE_WORDS[ValueSource.PAPER],
        note="",
        undoes=False,
        raw=crop.raw,
        page_id=crop.page_id,
        box=crop.box,
    )


# -- care, persons, paper, batches ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Care:
    concerns: tuple[ConcernView, ...] = ()
    cases: tuple[CaseView, ...] = ()
    visits: tuple[VisitView, ...] = ()
    log: tuple[LogView, ...] = ()


def _care(store: Store, session: Session, actor: Actor, child: Child) -> _Care:
    if actor.role not in RIGHTS[Right.SEE_CARE]:
        return _Care()
    log, who = care_rows.log_of(session, actor.division, child_id=child.id), head_of(session, actor, child)
    order = list(ConcernState)
    views = [concerns.view(store, session, row) for row in care_rows.concerns_of(session, child.id)]
    return _Care(
        concerns=tuple(sorted(views, key=lambda v: order.index(v.state))),
        cases=tuple(mandatory.view(store, session, row, who) for row in care_rows.reports_of(session, child.id)),
        visits=tuple(visits.view(store, session, row) for row in care_rows.visits_of(session, child.id)),
        log=visits.log_views(store, session, actor, log),
    )


def _persons(session: Session, child_id: str, who: Head) -> tuple[PersonView, ...]:
    found = {
        role: person
        for role, person in care_rows.persons_of(session, child_id).items()
        if not who.hides(*(f"{role.value}_{part}" for part in PERSON_PARTS))
    }
    return tuple(
        PersonView(role, person.name, mask_id_number(person.id_number), person.phone or "")
        for role, person in sorted(found.items(), key=lambda pair: list(PersonRole).index(pair[0]))
    )


def _sheets(session: Session, child_id: str) -> tuple[SheetView, ...]:
    """Every item with paper of this child; an item whose sheets went into the dossier is named by its 参见 only."""
    numbers: Mapping[str, str] = {
        row.id: row.archive_number for row in care_rows.dossiers_of_many(session, [child_id]).get(child_id, [])
    }
    return tuple(
        dossiers.sheet_view(session, item, numbers.get(item.dossier_id or "", ""))
        for item in place_rows.items_of_child(session, child_id)
        if item.sheets
    )


def _batches(session: Session, child_id: str) -> tuple[BatchOfChild, ...]:
    return tuple(
        BatchOfChild(
            batch.id, batch.number, row.registration_id, row.state.value, row.system_number, row.returned_reason
        )
        for row, batch in batch_rows.rows_of_children(session, [child_id]).get(child_id, [])
    )


def _elsewhere(session: Session, child_id: str) -> Iterator[BatchOfChild]:
    """What other offices reported of the child, as their packages told."""
    offices = handovers.names(session)
    for row in batch_rows.elsewhere_of_children(session, [child_id]).get(child_id, []):
        yield BatchOfChild(
            batch_id="",
            number=row.batch_number,
            registration_id=row.registration_id,
            state=row.state.value,
            system_number=row.system_number,
            returned_reason=row.returned_reason,
            office=offices.get(row.store_id, ""),
        )

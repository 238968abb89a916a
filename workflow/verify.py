"""A person looks: confirm, correct, can't be read, ask; undo; and, when every shown field is answered, verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forms.form_file import FormField
from forms.kinds import JsonValue, Kind
from forms.limits import Limits
from forms.values import empty, format_value, parse
from records import child_rows, intake_rows, registration_rows, sealing, shells
from records.session import Session
from records.store import Store
from records.tables import Page, Registration
from records.vault import VaultRef
from records.views import (
    Actor,
    AnswerState,
    DraftRow,
    FindingView,
    RegistrationState,
    ValueSource,
    VerifyItem,
    VerifySheet,
)
from workflow import answering, blind, carrying, current, keying, matching, offers, scope, sheets, trust
from workflow.changes import NOTHING, Changes, changed
from workflow.cross_reference import place_view
from workflow.errors import BadValue, NotAllowed, NotFinished, NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.heads import head_of
from workflow.ownership import require_own
from workflow.permissions import Right, verb
from workflow.settings import limits_of

NEW_CHILD = "new"
SEE_SHEET, SEE_PAGE = "registration.see", "page.see"  # in the audit


@dataclass(frozen=True, slots=True)
class Finished:
    """The registration is VERIFIED and belongs to ``child_id``."""

    changes: Changes
    child_id: str
    new_child: bool


@dataclass(frozen=True, slots=True)
class SameChildCandidate:
    """A child of the same name and birth date."""

    child_id: str
    name: str
    sex: str
    birth_date: date | None
    id_number_masked: str
    residence: str
    archive_number: str


@dataclass(frozen=True, slots=True)
class AskSameChild:
    """Nothing was saved: call ``finish`` again with ``same_child=<child_id>`` or ``same_child=NEW_CHILD``."""

    candidates: tuple[SameChildCandidate, ...]
    changes: Changes = NOTHING


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_REGISTRATIONS)
def drafts(store: Store, actor: Actor, *, limit: int | None = None, offset: int = 0) -> tuple[DraftRow, ...]:
    """Registrations to verify: those sent back first, then as taken in. With ``limit`` so many after ``offset``."""
    with store.session() as session:
        trust = sheets.trust_of(session)
        rows = []
        for registration in registration_rows.open_registrations(session, actor.division, limit, offset):
            facts = sheets.gather(store, session, registration, trust)
            rows.append(
                DraftRow(
                    registration_id=registration.id,
                    title=sheets.title_of(facts),
                    division=sheets.division_of(facts),
                    pages=len(facts.pages),
                    to_look_at=len(facts.to_answer),
                    taken_in_at=registration.taken_in_at,
                    state=registration.state,
                    place=sheets.place_of_facts(facts).archive_number,
                    asked=sum(facts.answers[k].state is AnswerState.ASK for k in facts.to_answer if k in facts.answers),
                )
            )
        return tuple(rows)


@verb(Right.SEE_REGISTRATIONS)
def draft_ids(store: Store, actor: Actor) -> tuple[str, ...]:
    """The ids of all ``drafts`` in their order, without going through what stands on each."""
    with store.session() as session:
        return tuple(registration_rows.open_ids(session, actor.division))


@verb(Right.SEE_REGISTRATIONS)
def count_drafts(store: Store, actor: Actor) -> int:
    """How many ``drafts`` lists, without going through what stands on each."""
    with store.session() as session:
        return intake_rows.count_drafts(session, actor.division)


@verb(Right.SEE_REGISTRATIONS)
def sheet(store: Store, actor: Actor, registration_id: str) -> VerifySheet:
    """Everything the verify screen shows of one registration."""
    with store.session() as session:
        built, others = shown_sheet(store, session, actor, scope.registration(session, actor, registration_id))
    store.saw(actor.user_id, SEE_SHEET, [registration_id, *others])
    return built


def shown_sheet(
    store: Store, session: Session, actor: Actor, registration: Registration
) -> tuple[VerifySheet, tuple[str, ...]]:
    """The sheet as the actor may see it, and the other registrations that are seen in it. Who shows it notes that."""
    built = blind.covered(sheets.build(store, session, registration), blind.hidden_from(session, actor, registration))
    if registration.state not in registration_rows.OPEN:
        return built, ()
    return offers.offered(session, actor, registration, built)


@verb(Right.SEE_REGISTRATIONS)
def as_typed(store: Store, actor: Actor, registration_id: str, key: str, value: JsonValue) -> tuple[FindingView, ...]:
    """What the rules would say of a field's value that is still being typed. Nothing is saved, nothing is noted."""
    with store.session() as session:
        registration = scope.registration(session, actor, registration_id)
        hidden = blind.hidden_from(session, actor, registration)
        if hidden:
            return ()
        facts = sheets.gather(store, session, registration, sheets.trust_of(session))
        values = {other: said for other, said in facts.values.items() if other != key}
        if not empty(value):
            values[key] = value
        found = sheets.all_findings(session, registration, facts.form, values, sheets.unseen(facts.answers))
        return tuple(finding for finding in found if key in finding.keys)


@verb(Right.SEE_REGISTRATIONS)
def page_image(store: Store, actor: Actor, page_id: str) -> bytes:
    """The upright viewing copy of a page as JPEG bytes. Raises NotFound for a page that has none yet."""
    with store.session() as session:
        ref = viewing_copy(store, scope.page(session, actor, page_id))
    store.saw(actor.user_id, SEE_PAGE, [page_id])
    return store.vault.get(ref)


def viewing_copy(store: Store, page: Page) -> VaultRef:
    """The whole upright copy for those who may see all of it, the masked one for others. Raises NotFound, NotAllowed.

    Who shows it notes that.
    """
    if page.view_id is None or page.view_key is None:
        raise NotFound("这一页还没有可看的图像。请等识别完再看，或点“再读一次”。")
    if not page.view_key_sealed:
        return VaultRef(page.view_id, page.view_key)
    key = store.open_sealed(page.view_key, f"vault/{page.view_id}")
    if key is not None:
        return VaultRef(page.view_id, key)
    if page.masked_id is None or page.masked_key is None:
        raise NotAllowed("这一页上有特别敏感的内容，又没有遮盖过的副本，不能给您看。请由能打开的人来看。")
    return VaultRef(page.masked_id, page.masked_key)


def parse_typed(item: VerifyItem, text: str) -> JsonValue:
    """The value of what was typed into an item. Raises ``forms.values.FieldError`` (a Chinese sentence)."""
    if item.kind is Kind.CHOICE:
        # a stand-in for the form's field: only options and multiple matter to the parser
        field = answering.typed_field(item)
        return parse(item.kind, text, field=field, code_table=item.code_table)
    return parse(item.kind, text, code_table=item.code_table)


# -- answering --------------------------------------------------------------------------------------------------------


@verb(Right.VERIFY)
def confirm(
    store: Store,
    actor: Actor,
    now: datetime,
    registration_id: str,
    key: str,
    value: JsonValue,
    *,
    source: ValueSource = ValueSource.PAPER,
    note: str = "",
) -> Changes:
    """Answer a field: the machine's value makes it CONFIRMED, another CORRECTED; an empty one is blank on paper.

    Raises BadValue for a value that doesn't fit the field or a 更正 without its 说明.
    """
    if source is ValueSource.CORRECTION and not note.strip():
        raise BadValue("更正要写明原因，没有保存。请填上说明再保存。")
    with store.transaction() as session:
        registration, field = _draft_field(store, session, actor, registration_id, key)
        machine = answering.machine_reading(session, registration, field)
        agrees = machine.field is not None and answering.same(machine.value, value)
        keyed = machine.field is not None and machine.field.source == keying.BY_HAND
        kept = machine.value if agrees else answering.checked(field, value)
        text = format_value(field.kind, kept, field=field, code_table=answering.code_table_of(key))
        # there is no reading that would be put right
        state = AnswerState.CONFIRMED if agrees or keyed else AnswerState.CORRECTED
        from_paper = keyed and source is ValueSource.PAPER and not empty(kept)
        step = answering.Step(kept, text, state, source, note.strip() or (keying.KEYED if from_paper else ""))
        answering.give(store, session, actor, now, registration, field, step)
    return changed(registrations=[registration_id])


@verb(Right.VERIFY)
def mark(
    store: Store, actor: Actor, now: datetime, registration_id: str, key: str, state: AnswerState, note: str = ""
) -> Changes:
    """A field can't be read (ILLEGIBLE) or has to be asked (ASK); its value stays as it was."""
    if state not in (AnswerState.ILLEGIBLE, AnswerState.ASK):
        raise BadValue("只能标为“看不清”或“待询问”，没有保存。")
    with store.transaction() as session:
        registration, field = _draft_field(store, session, actor, registration_id, key)
        answer = registration_rows.answer(session, registration.id, key)
        value, text = (None, "") if answer is None else (answer.value, answer.text)
        source = ValueSource.PAPER if answer is None else answer.source
        before = "" if answer is None else answer.note.removeprefix(answering.BY_REVIEW)  # she has looked at it again
        step = answering.Step(value, text, state, source, note.strip() or before)
        answering.give(store, session, actor, now, registration, field, step)
    return changed(registrations=[registration_id])


@verb(Right.VERIFY)
def undo(store: Store, actor: Actor, now: datetime, registration_id: str) -> Changes:
    """Take back the last answer of a draft (an event of its own; nothing is erased). NOTHING when none is left."""
    with store.transaction() as session:
        registration = _draft(store, session, actor, registration_id)
        last = registration_rows.last_standing_event(session, registration.id)
        if last is None:
            return NOTHING
        if last.sealed is not None and store.opened_keys.sensitive is None:
            raise NotAllowed("最后核对的一栏特别敏感，已经加封，没有撤销。请由能打开的人来撤销。")
        answering.take_back(store, session, actor, now, registration, last)
    return changed(registrations=[registration_id])


@verb(Right.VERIFY)
def take_back(store: Store, actor: Actor, now: datetime, registration_id: str) -> Changes:
    """Undo the last answer of a registration; one that was saved with it is opened again for that."""
    with store.session() as session:
        saved = scope.registration(session, actor, registration_id).state is not RegistrationState.DRAFT
    opened = reopen(store, actor, now, registration_id, "撤销") if saved else NOTHING
    return opened | undo(store, actor, now, registration_id)


def _draft(store: Store, session: Session, actor: Actor, registration_id: str) -> Registration:
    registration = scope.registration(session, actor, registration_id)
    require_own(store, session, registration)
    if registration.state is RegistrationState.SENT_BACK:
        registration.state = RegistrationState.DRAFT  # whoever takes it up again works on a draft
    if registration.state is not RegistrationState.DRAFT:
        raise WrongState("这份登记表已经核对完，没有改动。要改请先点“退回待核对”。")
    return registration


def _draft_field(
    store: Store, session: Session, actor: Actor, registration_id: str, key: str
) -> tuple[Registration, FormField]:
    registration = _draft(store, session, actor, registration_id)
    field = stored_form(store, session, registration.form_id, registration.form_version).by_key.get(key)
    if field is None:
        raise NotFound("这种表格里没有这一栏，没有保存。")
    answer = registration_rows.answer(session, registration.id, key)
    if answer is not None and sealing.hidden(answer):
        raise NotAllowed("这一栏特别敏感，已经加封，没有保存。请由能打开的人来核对。")
    return registration, field


# -- finishing --------------------------------------------------------------------------------------------------------


@verb(Right.VERIFY)
def finish(
    store: Store, actor: Actor, now: datetime, registration_id: str, *, same_child: str | None = None
) -> Finished | AskSameChild:
    """Save as VERIFIED. Raises NotFinished with what is still to answer and the errors that contradict each other.

    An equal ID number attaches to its child; equal name and birth date ask, unless ``same_child`` says.
    """
    with store.transaction() as session:
        registration = _draft(store, session, actor, registration_id)
        facts = sheets.gather(store, session, registration, sheets.trust_of(session))
        _refuse_unfinished(facts, limits_of(session))
        found = matching.find(session, registration, facts.values)
        if same_child is None and found.child is None and found.candidates:
            return AskSameChild(tuple(_candidate(session, actor, child_id) for child_id in found.candidates))
        before = registration.child_id
        child, new = matching.attach(store, session, now, registration, facts.values, _chosen(found, same_child))
        if registration.round_id is None:
            registration.round_id = carrying.round_of(session, registration, sheets.division_of(facts))
        limits = limits_of(session)
        if carrying.carry_over(store, session, actor, now, registration, facts.values):
            _refuse_contradictions(sheets.gather(store, session, registration, sheets.trust_of(session)), limits)
        registration.form_date = matching.iso_date(facts.values.get("form_date"))
        registration.collection = "、".join(matching.codes(facts.values.get("form_collection")))
        registration.notice_given = bool(matching.codes(facts.values.get("informed")))
        registration.verified_at, registration.verified_by = now, actor.user_id
        registration.state = RegistrationState.VERIFIED
        registration.pinned = True
        session.flush()
        current.follow(store, session, actor.user_id, now, child)
        if before is not None and before != child.id and shells.drop(session, before):
            store.audit(session, actor.user_id, now, "child.drop", before, {"registration": registration.id})
        store.audit(session, actor.user_id, now, "registration.verify", registration.id, {"child": child.id})
        told = changed(registrations=[registration.id], children={child.id, before or child.id})
        return Finished(told | trust.note_check(store, session, now, registration), child.id, new)


def _refuse_unfinished(facts: sheets.Facts, limits: Limits) -> None:
    keys = tuple(k for k in facts.to_answer if k not in facts.answers or not sealing.hidden(facts.answers[k]))
    closed = tuple(sheets.unseen(facts.answers))
    found = sheets.findings_of(facts.registration, facts.form, facts.values, limits, closed)
    errors = tuple(f for f in found if f.severity == "error")
    if not keys and "child_name" not in facts.values:
        keys = ("child_name",)
    if keys:
        raise NotFinished(
            f"还有 {len(keys)} 栏没有核对，没有存为“已核对”。核对过的都保存着，请接着看完。", keys, errors
        )
    if closed:
        # rules, key concern and cases to report at once follow from all of a form, or they would be missed
        raise NotFinished(
            f"这份登记表有 {len(closed)} 栏特别敏感、已经加封，没有存为“已核对”。核对过的都保存着，"
            "请由能打开的人核对这几栏并存为“已核对”。",
            closed,
            (),
        )
    _refuse_contradictions(facts, limits)


def _refuse_contradictions(facts: sheets.Facts, limits: Limits) -> None:
    found = sheets.findings_of(facts.registration, facts.form, facts.values, limits)
    errors = tuple(f for f in found if f.severity == "error")
    if errors:
        told = "".join(f.sentence for f in errors[:3])
        raise NotFinished(f"有 {len(errors)} 处互相矛盾，没有存为“已核对”：{told}请对照原件改正。", (), errors)


def _chosen(found: matching.Match, same_child: str | None) -> str | None:
    """The id of the child to attach to, None for a new one."""
    if found.child is not None:
        return found.child
    if same_child in (None, NEW_CHILD):
        return None
    if same_child not in found.candidates:
        raise WrongState(
            "选的儿童和这份登记表对不上（可能刚改过姓名或出生日期），没有存为“已核对”。请再存一次，重新选择。"
        )
    return same_child


def _candidate(session: Session, actor: Actor, child_id: str) -> SameChildCandidate:
    """Of a child outside the scope only what was typed here too, and the place, so that one can ask there."""
    child = matching.child(session, child_id)
    newest = child_rows.current_registration(session, child_id)
    own = newest is not None and scope.sees_registration(actor, newest)
    who = head_of(session, actor, child)
    return SameChildCandidate(
        child_id=child.id,
        name=who.name,
        sex=who.sex if own else "",
        birth_date=who.birth_date,
        id_number_masked=who.id_number_masked if own else "",
        residence=who.residence if own else matching.place_name(child.residence_division[:9]),
        archive_number="" if newest is None or not own else place_view(newest).archive_number,
    )


@verb(Right.VERIFY)
def reopen(store: Store, actor: Actor, now: datetime, registration_id: str, reason: str) -> Changes:
    """VERIFIED or SENT_BACK -> DRAFT, answers kept. Refused while the registration stands in a running batch."""
    if not reason.strip():
        raise BadValue("退回核对要写明原因，没有改动。请填上原因。")
    with store.transaction() as session:
        registration = scope.registration(session, actor, registration_id)
        require_own(store, session, registration)
        if registration.state not in (RegistrationState.VERIFIED, RegistrationState.SENT_BACK):
            raise WrongState("这份登记表现在不能退回核对，没有改动。")
        if registration_rows.in_running_batch(session, registration.id):
            raise WrongState("这份登记表已在报送批次里，反馈结果还没有回来或已被接收，没有改动。有变化请用新的登记表。")
        registration.state = RegistrationState.DRAFT
        trust.forget_check(session, registration.id)
        registration.sent_back_reason = reason.strip()
        session.flush()
        child_id = registration.child_id
        if child_id is not None:
            current.follow(store, session, actor.user_id, now, matching.child(session, child_id))
        store.audit(session, actor.user_id, now, "registration.reopen", registration.id)
    return changed(registrations=[registration_id], children=[child_id] if child_id else [])

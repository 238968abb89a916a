"""What one office proposes about a registration that another one owns: made here, sent in a package, decided there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from forms.dictionary import extra_sensitive
from forms.form_file import FormField
from forms.kinds import JsonValue
from forms.values import format_value
from records import handovers, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Proposal, Registration, User
from records.views import Actor, AnswerState, RegistrationState, ValueSource
from records.views_handover import ProposalKind, ProposalRow, ProposalState
from workflow import answering, blind, current, matching, scope, sheets, verify
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFinished, NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.ownership import require_own
from workflow.permissions import Right, verb
from workflow.settings import limits_of

DONE = (RegistrationState.VERIFIED, RegistrationState.REVIEWED)


# -- proposing --------------------------------------------------------------------------------------------------------


@verb(Right.PROPOSE)
def propose(
    store: Store, actor: Actor, now: datetime, registration_id: str, key: str, value: JsonValue, why: str
) -> Changes:
    """Another value for a field of a registration that another office owns. A newer one takes an older one's place.

    Raises BadValue without a reason or for a value that doesn't fit, WrongState for this office's own registrations.
    """
    if not why.strip():
        raise BadValue("提建议要写明理由，没有保存。请填上理由。")
    if key in extra_sensitive():
        raise BadValue("这一栏只给指定的人看，不能通过交接包提建议，没有保存。请和对方的负责人联系。")
    with store.transaction() as session:
        registration = scope.registration(session, actor, registration_id)
        if registration.store_id == store.store_id:
            raise WrongState("这份登记表是本单位的，请直接退回核对再改。没有保存建议。")
        field = _field(store, session, registration, key)
        kept = answering.checked(field, value)
        here = registration_rows.answer(session, registration.id, key)
        base = None if here is None else here.value
        if answering.same(base, kept):
            raise BadValue("建议的内容和现在的一样，没有保存。")
        for old in handovers.open_proposals_about(session, registration.id, store.store_id):
            if old.kind is ProposalKind.VALUE and old.key == key:
                _decide(old, now, actor, ProposalState.DECLINED, "由新的建议代替")
        row = _new(store, actor, now, registration, ProposalKind.VALUE, why.strip())
        row.key, row.base, row.value = key, base, kept
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "proposal.make", row.id, {"registration": registration.id})
    return changed(registrations=[registration_id])


@verb(Right.PROPOSE)
def propose_typed(
    store: Store, actor: Actor, now: datetime, registration_id: str, key: str, typed: str, why: str
) -> Changes:
    """The same for a value as somebody types it. Raises FieldError too."""
    item = next((item for item in verify.sheet(store, actor, registration_id).items if item.key == key), None)
    value = typed if item is None else verify.parse_typed(item, typed)
    return propose(store, actor, now, registration_id, key, value, why)


def tell_owner(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    registration: Registration,
    kind: ProposalKind,
    why: str,
) -> None:
    """The result of a review goes to the office that owns the registration, with the next package."""
    if registration.store_id == store.store_id:
        return
    for old in handovers.open_proposals_about(session, registration.id, store.store_id):
        if old.kind is not ProposalKind.VALUE:
            _decide(old, now, actor, ProposalState.DECLINED, "由新的复核代替")
    row = _new(store, actor, now, registration, kind, why)
    assert registration.verified_at is not None  # only what is verified is reviewed
    row.value = {"by": actor.user_id, "verified_at": registration.verified_at.isoformat()}
    session.add(row)
    session.flush()


def _new(
    store: Store, actor: Actor, now: datetime, registration: Registration, kind: ProposalKind, why: str
) -> Proposal:
    return Proposal(
        id=store.new_id(),
        store_id=store.store_id,
        registration_id=registration.id,
        kind=kind,
        base=None,
        value=None,
        why=why,
        made_at=now,
        made_by=actor.full_name,
    )


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.DECIDE)
def proposals(store: Store, actor: Actor, *, decided: bool = False) -> tuple[ProposalRow, ...]:
    """Proposals about registrations of the scope, in the order they were made: the open ones, or all."""
    store.saw(actor.user_id, "proposals.see", [store.store_id])
    with store.session() as session:
        rows = handovers.proposals(session, state=None if decided else ProposalState.OPEN)
        found = []
        for row in rows:
            registration = registration_rows.registration(session, row.registration_id)
            if registration is not None and scope.sees_registration(actor, registration):
                told = _row(store, session, row, registration)
                found.append(_covered(told, blind.hidden_from(session, actor, registration)))
        return tuple(found)


def _covered(row: ProposalRow, hidden: frozenset[str]) -> ProposalRow:
    """Nothing of what the person has still to enter blind; ``moved`` would tell whether it is as it was."""
    title = blind.PENDING if "child_name" in hidden else row.title
    if row.key not in hidden:
        return replace(row, title=title)
    return replace(row, title=title, before=blind.PENDING, moved=False)


def _row(store: Store, session: Session, row: Proposal, registration: Registration) -> ProposalRow:
    label = before = after = ""
    moved = False
    if row.kind is ProposalKind.VALUE:
        field = _field(store, session, registration, row.key)
        here = registration_rows.answer(session, registration.id, row.key)
        label, before = sheets.label_of(field), "" if here is None else here.text
        after = _text(field, row.value)
        moved = not answering.same(row.base, None if here is None else here.value)
    child = None if registration.child_id is None else matching.child(session, registration.child_id)
    return ProposalRow(
        proposal_id=row.id,
        registration_id=registration.id,
        title="" if child is None else child.name,
        kind=row.kind,
        key=row.key,
        label=label,
        before=before,
        after=after,
        why=row.why,
        made_by=row.made_by,
        made_at=row.made_at,
        own=row.store_id == store.store_id,
        state=row.state,
        decided_by=row.decided_by,
        decision_note=row.decision_note,
        moved=moved,
    )


# -- deciding ---------------------------------------------------------------------------------------------------------


@verb(Right.DECIDE)
def accept(store: Store, actor: Actor, now: datetime, proposal_id: str) -> Changes:
    """Do what is proposed: the value becomes the answer (更正, with the reason), or the review counts.

    Raises NotFinished where the value would contradict others, WrongState where the registration has moved on.
    """
    with store.transaction() as session:
        row, registration = _open(store, session, actor, proposal_id)
        if row.kind is ProposalKind.VALUE:
            _take_value(store, session, actor, now, registration, row)
        else:
            _take_review(session, registration, row)
        _decide(row, now, actor, ProposalState.ACCEPTED, "")
        session.flush()
        if registration.child_id is not None:
            child = matching.child(session, registration.child_id)
            current.follow(store, session, actor.user_id, now, child)
        store.audit(session, actor.user_id, now, "proposal.accept", row.id, {"registration": registration.id})
        told = [] if registration.child_id is None else [registration.child_id]
        return changed(registrations=[registration.id], children=told)


@verb(Right.DECIDE)
def decline(store: Store, actor: Actor, now: datetime, proposal_id: str, why: str) -> Changes:
    """Leave everything as it is; the other office is told why. Raises BadValue without a reason."""
    if not why.strip():
        raise BadValue("不采纳要写明理由，没有保存。请填上理由。")
    with store.transaction() as session:
        row, registration = _open(store, session, actor, proposal_id)
        _decide(row, now, actor, ProposalState.DECLINED, why.strip())
        session.flush()
        store.audit(session, actor.user_id, now, "proposal.decline", row.id, {"registration": registration.id})
        return changed(registrations=[registration.id])


def _open(store: Store, session: Session, actor: Actor, proposal_id: str) -> tuple[Proposal, Registration]:
    row = session.get(Proposal, proposal_id)
    if row is None or row.store_id == store.store_id:
        raise NotFound("没有这一条要处理的建议，没有改动。请刷新后再看。")
    registration = scope.registration(session, actor, row.registration_id)
    require_own(store, session, registration)
    if row.state is not ProposalState.OPEN:
        raise WrongState("这一条建议已经处理过了，没有改动。请刷新后再看。")
    return row, registration


def _take_value(
    store: Store, session: Session, actor: Actor, now: datetime, registration: Registration, row: Proposal
) -> None:
    if registration_rows.in_running_batch(session, registration.id):
        raise WrongState("这份登记表已在报送批次里，反馈结果还没有回来或已被接收，没有改动。")
    field = _field(store, session, registration, row.key)
    if row.key in extra_sensitive():
        raise BadValue("这一栏只给指定的人看，不能按建议改，没有改动。")
    kept = answering.checked(field, row.value)
    note = f"{row.made_by}建议：{row.why}"
    step = answering.Step(kept, _text(field, kept), AnswerState.CORRECTED, ValueSource.CORRECTION, note)
    answering.give(store, session, actor, now, registration, field, step)
    if registration.state in DONE:
        facts = sheets.gather(store, session, registration, sheets.trust_of(session))
        found = sheets.findings_of(registration, facts.form, facts.values, limits_of(session))
        errors = tuple(f for f in found if f.severity == "error")
        if errors:
            told = "".join(f.sentence for f in errors[:3])
            raise NotFinished(f"照建议改会互相矛盾，没有改动：{told}请对照原件，再决定。", (), errors)
    if registration.state is RegistrationState.REVIEWED:  # what was reviewed was another value
        for state in (RegistrationState.SENT_BACK, RegistrationState.DRAFT, RegistrationState.VERIFIED):
            registration.state = state


def _take_review(session: Session, registration: Registration, row: Proposal) -> None:
    """The county's word about exactly what was verified then; not about what came after."""
    verified = "" if registration.verified_at is None else registration.verified_at.isoformat()
    if registration.state is not RegistrationState.VERIFIED or row.value["verified_at"] != verified:
        raise WrongState("这份登记表在复核以后又改过，这次复核不再作数，没有改动。请不采纳，等下一次复核。")
    passed = row.kind is ProposalKind.REVIEWED
    registration.state = RegistrationState.REVIEWED if passed else RegistrationState.SENT_BACK
    registration.reviewed_at = row.made_at
    registration.reviewed_by = row.value["by"] if session.get(User, row.value["by"]) is not None else None
    registration.sent_back_reason = "" if passed else row.why


def _decide(row: Proposal, now: datetime, actor: Actor, state: ProposalState, note: str) -> None:
    row.state, row.decided_at, row.decided_by, row.decision_note = state, now, actor.full_name, note


def _field(store: Store, session: Session, registration: Registration, key: str) -> FormField:
    field = stored_form(store, session, registration.form_id, registration.form_version).by_key.get(key)
    if field is None:
        raise NotFound("这种表格里没有这一栏，没有改动。")
    return field


def _text(field: FormField, value: JsonValue) -> str:
    return format_value(field.kind, value, field=field, code_table=answering.code_table_of(field.key))


def by_prefix(rows: Sequence[ProposalRow], start: str) -> ProposalRow:
    """The one whose id ends with ``start``, as the command line shows it. Raises NotFound."""
    found = [row for row in rows if row.proposal_id.endswith(start)]
    if len(found) != 1:
        raise NotFound("没有这一条建议，什么也没有改。用 tongdang handover proposals 看有哪些。")
    return found[0]

"""A second pair of eyes: somebody other than the verifier passes a registration or sends it back with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from records import office_rows, registration_rows, review_rows
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import Registration
from records.views import Actor, AnswerState, RegistrationState, ValueSource
from records.views_handover import ProposalKind
from records.views_review import ReviewRow
from workflow import answering, blind, current, matching, proposals, scope, sheets
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.permissions import Right, verb

REVIEWABLE = (RegistrationState.VERIFIED, RegistrationState.REVIEWED)


@verb(Right.REVIEW)
def to_review(store: Store, actor: Actor) -> tuple[ReviewRow, ...]:
    """Verified registrations that nobody has reviewed yet, in the order of verifying."""
    with store.session() as session:
        waiting = review_rows.to_review(session, actor.division)
        left = blind.missing_of(session, waiting)
        names = {by: office_rows.user_name(session, by) for by in {row.verified_by or "" for row in waiting}}
        return tuple(_row(session, actor, row, len(left[row.id]), names[row.verified_by or ""]) for row in waiting)


def _row(session: Session, actor: Actor, registration: Registration, entries: int, verifier: str) -> ReviewRow:
    assert registration.verified_at is not None  # the table's own check
    child = registration.child
    hidden = blind.hidden_from(session, actor, registration) if entries else frozenset()
    return ReviewRow(
        registration_id=registration.id,
        name="" if child is None or "child_name" in hidden else child.name,
        division=matching.place_name(registration.division),
        verified_on=civil_date(registration.verified_at),
        verified_by=verifier,
        own=registration.verified_by == actor.user_id,
        entries_missing=entries,
    )


@verb(Right.REVIEW)
def review(store: Store, actor: Actor, now: datetime, registration_id: str) -> Changes:
    """VERIFIED -> REVIEWED. Raises WrongState for the verifier's own, and while second entries are missing."""
    with store.transaction() as session:
        registration = scope.registration(session, actor, registration_id)
        if registration.state is not RegistrationState.VERIFIED:
            raise WrongState("这份登记表不在待复核里，没有改动。请刷新后再看。")
        if registration.verified_by == actor.user_id:
            raise WrongState("这份登记表是你核对的，要由另一个人复核，没有改动。")
        if blind.missing_of(session, [registration])[registration.id]:
            raise WrongState("这份登记表的双录还没有完成，没有通过复核。请先录完，或由第三人裁定。")
        registration.state = RegistrationState.REVIEWED
        registration.reviewed_at, registration.reviewed_by = now, actor.user_id
        registration.sent_back_reason = ""
        session.flush()
        proposals.tell_owner(store, session, actor, now, registration, ProposalKind.REVIEWED, "")
        store.audit(session, actor.user_id, now, "registration.review", registration.id)
        return changed(registrations=[registration.id], children=_children(registration))


@verb(Right.REVIEW)
def send_back(
    store: Store, actor: Actor, now: datetime, registration_id: str, reasons: Mapping[str, str], words: str = ""
) -> Changes:
    """Back to whoever verified it: ``reasons`` by field, ``words`` about the whole. The fields are to be looked at.

    Raises BadValue without any reason, WrongState for one that is being reported.
    """
    told = {key: reason.strip() for key, reason in reasons.items() if reason.strip()}
    if not told and not words.strip():
        raise BadValue("退回要写明原因：指出哪一栏不对，或写一句说明。没有退回。")
    with store.transaction() as session:
        registration = scope.registration(session, actor, registration_id)
        if registration.state not in REVIEWABLE:
            raise WrongState("这份登记表不在待复核里，没有退回。请刷新后再看。")
        if registration_rows.in_running_batch(session, registration.id):
            raise WrongState("这份登记表已在报送批次里，反馈结果还没有回来或已被接收，没有退回。")
        form = stored_form(store, session, registration.form_id, registration.form_version)
        said = []
        for key, reason in told.items():
            field = form.by_key.get(key)
            if field is None:
                raise NotFound("这种表格里没有这一栏，没有退回。")
            said.append(f"{sheets.label_of(field)}：{reason}")
            if registration.store_id != store.store_id:
                continue  # its owner marks the fields
            answer = registration_rows.answer(session, registration.id, key)
            value, text = (None, "") if answer is None else (answer.value, answer.text)
            source = ValueSource.PAPER if answer is None else answer.source
            step = answering.Step(value, text, AnswerState.ASK, source, f"{answering.BY_REVIEW}{reason}")
            answering.give(store, session, actor, now, registration, field, step)
        registration.state = RegistrationState.SENT_BACK
        registration.reviewed_at, registration.reviewed_by = now, actor.user_id
        registration.sent_back_reason = "；".join([*said, *([words.strip()] if words.strip() else [])])
        session.flush()
        why = registration.sent_back_reason
        proposals.tell_owner(store, session, actor, now, registration, ProposalKind.SENT_BACK, why)
        if registration.child_id is not None:
            current.follow(store, session, actor.user_id, now, matching.child(session, registration.child_id))
        store.audit(session, actor.user_id, now, "registration.send_back", registration.id, {"fields": len(told)})
        return changed(registrations=[registration.id], children=_children(registration))


def _children(registration: Registration) -> list[str]:
    return [] if registration.child_id is None else [registration.child_id]

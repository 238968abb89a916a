"""Cases to be reported to the police at once (强制报告), and who reported them, to whom and when.

A case raised by a rule stands as a banner until a person says that it was reported, or why it is none; a later form
that no longer says so doesn't take it away (吉民发〔2024〕34号 二（二）；未成年人保护法第十一条).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from forms.concern import CLAUSE, cases, situations
from forms.kinds import JsonValue
from records import care_rows, child_rows, office_rows, registration_rows
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import Child, MandatoryReport, Visit
from records.views import Actor
from records.views_care import CaseView, ReportState
from workflow import matching, scope, sealed
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.heads import Head, Heads
from workflow.permissions import Right, verb
from workflow.sheets import as_of, said

TABLE = "mandatory_reports"
TEXTS = ("situation", "what", "reported_to", "reported_by", "receipt", "measures", "withdrawn_reason")


@dataclass(frozen=True, slots=True)
class Reported:
    """Who told whom and when, and what was done. ``at`` is aware; ``receipt``: 接警回执 or its number."""

    to: str
    by: str
    at: datetime
    measures: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class _Origin:
    """The paper that speaks for a case, and the day on which ages are judged."""

    day: date
    registration_id: str | None
    visit_id: str | None


# -- raising ----------------------------------------------------------------------------------------------------------


def follow(store: Store, session: Session, actor_id: str, now: datetime, child: Child) -> None:
    """Raise what the child's current registration speaks for and nobody has dealt with. Never takes a case away."""
    current = child_rows.current_registration(session, child.id)
    if current is None:
        return
    values = said(registration_rows.answers_of(session, current.id))
    _raise(store, session, actor_id, now, child, values, _Origin(as_of(current), current.id, None))


def follow_visit(
    store: Store, session: Session, actor_id: str, now: datetime, visit: Visit, values: Mapping[str, JsonValue]
) -> None:
    """Raise what was found on a visit."""
    child = matching.child(session, visit.child_id)
    _raise(store, session, actor_id, now, child, values, _Origin(visit.done_on or civil_date(now), None, visit.id))


def _raise(
    store: Store,
    session: Session,
    actor_id: str,
    now: datetime,
    child: Child,
    values: Mapping[str, JsonValue],
    origin: _Origin,
) -> None:
    known = care_rows.reports_of(session, child.id)
    for case in cases(values, as_of=origin.day):
        dealt_with = any(
            r.rule == case.rule and (r.registration_id, r.visit_id) == (origin.registration_id, origin.visit_id)
            for r in known
        )
        open_already = any(r.state is ReportState.RAISED and r.situation == case.code for r in known)
        if dealt_with or open_already:
            continue
        row = MandatoryReport(
            id=store.new_id(),
            child_id=child.id,
            situation=case.code,
            what=case.why,
            rule=case.rule,
            registration_id=origin.registration_id,
            visit_id=origin.visit_id,
            raised_at=now,
            raised_by=actor_id,
            changed_at=now,
            changed_by=actor_id,
        )
        session.add(row)
        session.flush()
        store.audit(session, actor_id, now, "case.raise", row.id, {"child": child.id})


@verb(Right.CARE)
def raise_case(
    store: Store,
    actor: Actor,
    now: datetime,
    child_id: str,
    situation: str,
    what: str,
    *,
    names_suspect: bool = False,
) -> tuple[Changes, str]:
    """A person says that there is such a case; returns its id too. Where a suspect is named, it is sealed."""
    if situation not in situations() or not what.strip():
        raise BadValue("请选择情形，并写明发现的情况。没有保存。")
    with store.transaction() as session:
        child = scope.child(session, actor, child_id)
        row = MandatoryReport(
            id=store.new_id(), child_id=child.id, raised_at=now, raised_by=actor.user_id, changed_at=now,
            changed_by=actor.user_id,
        )  # fmt: skip
        _say(store, row, {"situation": situation, "what": what.strip()}, names_suspect)
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "case.raise", row.id, {"child": child.id})
        return changed(children=[child.id]), row.id


# -- reporting --------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def record_report(
    store: Store, actor: Actor, now: datetime, report_id: str, reported: Reported, *, names_suspect: bool = False
) -> Changes:
    """It was reported. Raises BadValue without whom, by whom, or for a time in the future."""
    if not reported.to.strip() or not reported.by.strip():
        raise BadValue("要写明向哪个公安机关报告、由谁报告，没有保存。请填上再存。")
    if reported.at.tzinfo is None or reported.at > now:
        raise BadValue("报告时间不能晚于现在，没有保存。请改正。")
    with store.transaction() as session:
        row = _raised(session, actor, report_id)
        enter_report(store, session, actor, now, row, reported, names_suspect=names_suspect)
        return changed(children=[row.child_id])


def enter_report(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    row: MandatoryReport,
    reported: Reported,
    *,
    names_suspect: bool,
) -> None:
    """Enter within the caller's transaction that a raised case was reported."""
    words = _words(store, row) | {
        "reported_to": reported.to.strip(),
        "reported_by": reported.by.strip(),
        "receipt": reported.receipt.strip(),
        "measures": reported.measures.strip(),
    }
    row.reported_at, row.changed_at, row.changed_by = reported.at, now, actor.user_id
    _say(store, row, words, names_suspect or row.names_suspect)
    row.state = ReportState.REPORTED
    session.flush()
    store.audit(session, actor.user_id, now, "case.report", row.id, {"child": row.child_id})


@verb(Right.CARE)
def withdraw(store: Store, actor: Actor, now: datetime, report_id: str, reason: str) -> Changes:
    """It was looked into and is no such case, for this reason."""
    if not reason.strip():
        raise BadValue("要写明核实的结果，没有改动。请填上再存。")
    with store.transaction() as session:
        row = _raised(session, actor, report_id)
        words = _words(store, row) | {"withdrawn_reason": reason.strip()}
        row.changed_at, row.changed_by = now, actor.user_id
        _say(store, row, words, row.names_suspect)
        row.state = ReportState.WITHDRAWN
        session.flush()
        store.audit(session, actor.user_id, now, "case.withdraw", row.id, {"child": row.child_id})
        return changed(children=[row.child_id])


def _raised(session: Session, actor: Actor, report_id: str) -> MandatoryReport:
    row = session.get(MandatoryReport, report_id)
    if row is None:
        raise NotFound("这一条报告已经不在资料库里了，没有改动。请刷新后再看。")
    scope.child(session, actor, row.child_id)
    if row.state is not ReportState.RAISED:
        raise WrongState("这一条已经处理过了，没有改动。后续情况请记入工作日志。")
    return row


def _words(store: Store, row: MandatoryReport) -> dict[str, JsonValue]:
    """Everything said so far. Raises NotAllowed for a user who may not read it."""
    if row.sealed is None:
        return {name: getattr(row, name) for name in TEXTS}
    words = sealed.opened(store, TABLE, row.id, row.sealed)
    if words is None:
        raise NotAllowed("这一条涉及嫌疑人，只有指定的人能看和改，没有改动。请由指定的人来做。")
    return dict(words)


def _say(store: Store, row: MandatoryReport, words: Mapping[str, JsonValue], names_suspect: bool) -> None:
    row.names_suspect = names_suspect
    row.sealed = sealed.seal(store, TABLE, row.id, words) if names_suspect else None
    for name in TEXTS:
        setattr(row, name, "" if names_suspect else str(words.get(name) or ""))


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CARE)
def open_cases(store: Store, actor: Actor, *, division: str = "") -> tuple[CaseView, ...]:
    """All cases that nobody has reported yet, the oldest first: the red banner."""
    store.saw(actor.user_id, "cases.see", [store.store_id])
    with store.session() as session:
        found = care_rows.open_reports(session, actor.division, division)
        heads = Heads(session, actor, [child for _, child in found])
        return tuple(view(store, session, row, heads[child.id]) for row, child in found)


def view(store: Store, session: Session, row: MandatoryReport, who: Head) -> CaseView:
    """One case as this user may see it."""
    words: Mapping[str, JsonValue] | None = {name: getattr(row, name) for name in TEXTS}
    if row.sealed is not None:
        words = sealed.opened(store, TABLE, row.id, row.sealed)
    texts = {name: sealed.HIDDEN if words is None else str(words.get(name) or "") for name in TEXTS}
    situation = None if words is None else situations()[texts["situation"]]
    return CaseView(
        report_id=row.id,
        child_id=row.child_id,
        child_name=who.name,
        situation="" if situation is None else situation.code,
        label=sealed.HIDDEN if situation is None else situation.label,
        clause=CLAUSE,
        state=row.state,
        what=texts["what"],
        by_rule=bool(row.rule),
        raised_at=row.raised_at,
        raised_by=office_rows.user_name(session, row.raised_by),
        reported_at=row.reported_at,
        reported_to=texts["reported_to"],
        reported_by=texts["reported_by"],
        receipt=texts["receipt"],
        measures=texts["measures"],
        withdrawn_reason=texts["withdrawn_reason"],
        names_suspect=row.names_suspect,
        hidden=words is None,
    )


def banner(case: CaseView) -> str:
    """The sentence of the banner: what is the case, and what has to be done now."""
    what = "有一件涉及嫌疑人的情况" if case.hidden else f"{case.label}"
    return f"{what}：要第一时间向公安机关报告并立即采取措施，报告后在这里记下报告时间、接报机关和报告人。"

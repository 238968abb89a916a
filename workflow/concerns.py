"""Key-concern children (重点关爱服务对象): proposed by rules from the answers with the reason, confirmed by a person.

Proposals follow the child's current registration; what a person decided stays until a person ends it.
Clauses: 吉民发〔2024〕34号 二（二）, as data in ``forms.concern``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from forms.concern import CLAUSE, LOCAL, Proposal, criteria, proposals
from forms.kinds import JsonValue
from records import care_rows, child_rows, office_rows, registration_rows
from records.ids import civil_date
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Answer, Child, Concern, Registration
from records.views import Actor
from records.views_care import ConcernState, ConcernView, KeyConcernRow, ProposedRow
from workflow import matching, sealed, visit_plan
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.heads import Heads
from workflow.ownership import own_child
from workflow.permissions import Right, verb
from workflow.settings import intervals
from workflow.sheets import as_of, said, unseen

NO_DOSSIER = "没有纸质档案"
TABLE = "concerns"
TEXTS = ("criterion", "why", "decision_note", "end_reason")


# -- proposing --------------------------------------------------------------------------------------------------------


def follow(store: Store, session: Session, now: datetime, child: Child) -> None:
    """Bring the proposals in line with the child's current registration. Within the caller's transaction."""
    current = child_rows.current_registration(session, child.id)
    rows = care_rows.concerns_of(session, child.id)
    answers = {} if current is None else registration_rows.answers_of(session, current.id)
    wanted = _wanted(child, current, answers)
    partly = bool(unseen(answers))  # what rests on a sealed answer can't be judged: it stays as it was
    open_ = [row for row in rows if row.state is ConcernState.PROPOSED and row.rule]
    decided = {_code(store, row) for row in rows if _still_decided(row, current)}
    for row in open_:
        code = _code(store, row)
        if code is None:
            continue  # sealed from this user: whoever may read it sees to it
        if partly:
            wanted.pop(code, None)
        elif code in wanted and code not in decided:
            _fill(store, row, wanted.pop(code), current)
        else:
            session.delete(row)
    unreadable = None in {_code(store, row) for row in rows}
    for code, proposal in wanted.items():
        if code in decided or (unreadable and criteria()[code].sealed):
            continue
        row = Concern(id=store.new_id(), child_id=child.id, since=_since(current, now))
        _fill(store, row, proposal, current)
        session.add(row)
    session.flush()


def _wanted(child: Child, current: Registration | None, answers: Mapping[str, Answer]) -> dict[str, Proposal]:
    if current is None or child.state is not ChildState.ACTIVE:
        return {}
    return {p.code: p for p in proposals(said(answers), as_of=as_of(current))}


def _still_decided(row: Concern, current: Registration | None) -> bool:
    """Confirmed, or dismissed for this very registration: a new one may bring the question up again."""
    if row.state is ConcernState.CONFIRMED:
        return True
    same = current is not None and row.registration_id == current.id
    return row.state in (ConcernState.DISMISSED, ConcernState.ENDED) and same


def _fill(store: Store, row: Concern, proposal: Proposal, current: Registration | None) -> None:
    row.rule = proposal.rule
    row.registration_id = None if current is None else current.id
    _say(store, row, proposal.code, proposal.why)


def _say(store: Store, row: Concern, code: str, why: str) -> None:
    """Criterion and reason, sealed where the criterion is for named persons only."""
    if criteria()[code].sealed:
        row.criterion, row.why, row.rule = "", "", "sealed" if row.rule else ""
        row.sealed = sealed.seal(store, TABLE, row.id, {"criterion": code, "why": why})
    else:
        row.criterion, row.why, row.sealed = code, why, None


def _note(store: Store, row: Concern, name: str, words: str) -> None:
    """What a person says to a decision, sealed with the rest. Raises NotAllowed for one who may not see the rest."""
    if row.sealed is None:
        setattr(row, name, words.strip())
        return
    said_so_far = sealed.opened(store, TABLE, row.id, row.sealed)
    if said_so_far is None:
        raise NotAllowed("这一条的情形只有指定的人能看，没有改动。请由指定的人来确认。")
    row.sealed = sealed.seal(store, TABLE, row.id, {**said_so_far, name: words.strip()})


def _code(store: Store, row: Concern) -> str | None:
    """The criterion; None for one that this user may not see."""
    if row.criterion:
        return row.criterion
    words = sealed.opened(store, TABLE, row.id, row.sealed)
    return None if words is None else str(words["criterion"])


def _since(current: Registration | None, now: datetime) -> date:
    stated = None if current is None else current.form_date
    return stated or civil_date(now)


# -- deciding ---------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def confirm(store: Store, actor: Actor, now: datetime, concern_id: str, *, note: str = "") -> Changes:
    """The child is a key-concern child by this criterion. It is visited more often from now on."""
    with store.transaction() as session:
        row = _row(session, actor, concern_id, ConcernState.PROPOSED)
        row.decided_at, row.decided_by = now, actor.user_id
        _note(store, row, "decision_note", note)
        row.state = ConcernState.CONFIRMED
        return _decided(store, session, actor, now, row)


@verb(Right.CARE)
def dismiss(store: Store, actor: Actor, now: datetime, concern_id: str, reason: str) -> Changes:
    """It is not so, for this reason. A later registration that says the same brings the question up again."""
    if not reason.strip():
        raise BadValue("不纳入要写明理由，没有改动。请填上理由。")
    with store.transaction() as session:
        row = _row(session, actor, concern_id, ConcernState.PROPOSED)
        row.decided_at, row.decided_by = now, actor.user_id
        _note(store, row, "decision_note", reason)
        row.state = ConcernState.DISMISSED
        return _decided(store, session, actor, now, row)


@verb(Right.CARE)
def add(store: Store, actor: Actor, now: datetime, child_id: str, criterion: str, *, why: str, since: date) -> Changes:
    """A person knows what no form says: confirmed at once. Raises BadValue for a criterion that is none or stands."""
    if criterion not in criteria() or not why.strip() or since > civil_date(now):
        raise BadValue("重点关爱要选一种情形、写明理由，日期不能晚于今天。没有保存。")
    with store.transaction() as session:
        child = _active(session, actor, child_id)
        for row in care_rows.concerns_of(session, child_id):
            standing = row.state in (ConcernState.PROPOSED, ConcernState.CONFIRMED)
            if standing and _code(store, row) == criterion:
                raise WrongState("这名儿童已经有这一种情形（已确认或待确认），没有重复添加。")
        row = Concern(id=store.new_id(), child_id=child.id, since=since)
        _say(store, row, criterion, why.strip())
        session.add(row)
        session.flush()
        row.decided_at, row.decided_by = now, actor.user_id
        row.state = ConcernState.CONFIRMED
        return _decided(store, session, actor, now, row)


@verb(Right.CARE)
def end(store: Store, actor: Actor, now: datetime, concern_id: str, *, until: date, reason: str) -> Changes:
    """The criterion no longer holds, since that day and for this reason. The dossier stays."""
    if not reason.strip():
        raise BadValue("解除要写明理由，没有改动。请填上理由。")
    with store.transaction() as session:
        row = _row(session, actor, concern_id, ConcernState.CONFIRMED)
        if not row.since <= until <= civil_date(now):
            raise BadValue("解除日期要在纳入日期之后、不晚于今天，没有改动。")
        row.until, row.ended_at, row.ended_by = until, now, actor.user_id
        _note(store, row, "end_reason", reason)
        row.state = ConcernState.ENDED
        return _decided(store, session, actor, now, row)


def _decided(store: Store, session: Session, actor: Actor, now: datetime, row: Concern) -> Changes:
    session.flush()
    visit_plan.plan_next(store, session, now, matching.child(session, row.child_id), intervals(session))
    store.audit(session, actor.user_id, now, f"concern.{row.state.value}", row.id, {"child": row.child_id})
    return changed(children=[row.child_id])


def _row(session: Session, actor: Actor, concern_id: str, state: ConcernState) -> Concern:
    row = session.get(Concern, concern_id)
    if row is None:
        raise NotFound("这一条已经不在了（登记表可能有了新的内容），没有改动。请刷新后再看。")
    own_child(session, actor, row.child_id)
    if row.state is not state:
        raise WrongState("这一条已经有人处理过了，没有改动。请刷新后再看。")
    return row


def _active(session: Session, actor: Actor, child_id: str) -> Child:
    child = own_child(session, actor, child_id)
    if child.state is not ChildState.ACTIVE:
        raise WrongState("这名儿童已经退出台账，没有改动。要改请先恢复。")
    return child


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CARE)
def proposed(store: Store, actor: Actor, *, division: str = "") -> tuple[ProposedRow, ...]:
    """Children with criteria that wait for a decision, by pinyin."""
    store.saw(actor.user_id, "concerns.see", [store.store_id])
    with store.session() as session:
        children = care_rows.children_with_concerns(session, ConcernState.PROPOSED, actor.division, division)
        found = care_rows.concerns_of_many(session, [c.id for c in children], [ConcernState.PROPOSED])
        heads = Heads(session, actor, children)
        return tuple(
            ProposedRow(
                child_id=child.id,
                name=heads[child.id].name,
                id_number_masked=heads[child.id].id_number_masked,
                residence=heads[child.id].residence,
                concerns=tuple(view(store, session, row) for row in found[child.id]),
            )
            for child in children
        )


@verb(Right.SEE_CARE)
def key_concern(store: Store, actor: Actor, today: date, *, division: str = "") -> tuple[KeyConcernRow, ...]:
    """The key-concern children with what is due and what is missing, by pinyin."""
    store.saw(actor.user_id, "concerns.see", [store.store_id])
    with store.session() as session:
        children = care_rows.children_with_concerns(session, ConcernState.CONFIRMED, actor.division, division)
        ids = [child.id for child in children]
        concerns = care_rows.concerns_of_many(session, ids, [ConcernState.CONFIRMED])
        planned = care_rows.planned_of_many(session, ids)
        last = care_rows.last_done_of_many(session, ids)
        dossiers = care_rows.dossiers_of_many(session, ids)
        cases = care_rows.open_reports_of_many(session, ids)
        heads = Heads(session, actor, children)
        rows = []
        for child in children:
            head = heads[child.id]
            views = [view(store, session, row) for row in concerns[child.id]]
            due = planned[child.id][0].due_on if child.id in planned else None
            dossier = dossiers[child.id][0].archive_number if child.id in dossiers else ""
            rows.append(
                KeyConcernRow(
                    child_id=child.id,
                    name=head.name,
                    sex=head.sex,
                    age=head.age(today),
                    id_number_masked=head.id_number_masked,
                    residence=head.residence,
                    criteria=tuple(v.label for v in views),
                    category=category_name(views),
                    since=min(v.since for v in views),
                    due_on=due,
                    overdue_days=0 if due is None else max(0, (today - due).days),
                    last_visit=last.get(child.id),
                    dossier=dossier,
                    open_cases=len(cases.get(child.id, [])),
                    fault="" if dossier else NO_DOSSIER,
                )
            )
        return tuple(rows)


@verb(Right.SEE_CARE)
def count_waiting(store: Store, actor: Actor) -> int:
    """How much waits for a person, without going through it: cases to report, criteria to decide on, key-concern
    children without a dossier."""
    with store.session() as session:
        return (
            care_rows.count_open_reports(session, actor.division)
            + care_rows.count_concerns(session, ConcernState.PROPOSED, actor.division)
            + care_rows.count_without_dossier(session, actor.division)
        )


def category_name(views: Sequence[ConcernView]) -> str:
    """Local children who asked for help are a category of their own, unless another criterion holds too."""
    return "本地户籍儿童" if views and all(v.category == LOCAL for v in views) else "流动儿童"


def view(store: Store, session: Session, row: Concern) -> ConcernView:
    """One concern as this user may see it."""
    words: Mapping[str, JsonValue] | None = {name: getattr(row, name) for name in TEXTS}
    if row.sealed is not None:
        words = sealed.opened(store, TABLE, row.id, row.sealed)
    texts = {name: sealed.HIDDEN if words is None else str(words.get(name) or "") for name in TEXTS}
    criterion = None if words is None else criteria()[texts["criterion"]]
    return ConcernView(
        concern_id=row.id,
        child_id=row.child_id,
        criterion="" if criterion is None else criterion.code,
        label=sealed.HIDDEN if criterion is None else criterion.label,
        clause=CLAUSE if criterion is None else f"{CLAUSE}：{criterion.clause}",
        category="" if criterion is None else criterion.category,
        state=row.state,
        since=row.since,
        until=row.until,
        why=texts["why"],
        by_rule=bool(row.rule),
        registration_id=row.registration_id,
        decided_on=None if row.decided_at is None else civil_date(row.decided_at),
        decided_by=office_rows.user_name(session, row.decided_by or ""),
        decision_note=texts["decision_note"] if row.decided_at is not None else "",
        end_reason=texts["end_reason"] if row.ended_at is not None else "",
        hidden=criterion is None,
    )

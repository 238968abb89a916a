"""Visits to children at home: due, planned, recorded by hand or from a read visit form; the work log (工作日志).

How often is 吉民发〔2024〕34号 二（二）: three months, a month, or more often (``forms.visiting``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from forms.code_tables import code_table
from forms.dictionary import FieldDefinition, load_dictionary
from forms.kinds import JsonValue
from forms.values import FieldError, empty, format_value, parse
from forms.visiting import LEVELS
from forms.written_dates import office_date
from records import care_rows, child_rows, office_rows
from records.ids import civil_date
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Child, User, Visit, WorkLogEntry
from records.views import Actor
from records.views_care import FindingRow, LogView, VisitDueRow, VisitState, VisitView
from workflow import mandatory, scope, sealed, visit_plan
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.heads import Heads
from workflow.ownership import own_child
from workflow.permissions import Right, verb
from workflow.settings import intervals

TABLE, LOG_TABLE = "visits", "work_log"
GRACE = timedelta(days=7)  # an overdue visit may be planned for one of the next days


@dataclass(frozen=True, slots=True)
class Visited:
    """What is recorded of a visit. ``level``: guardianship as found; ``findings``: answers by key of the dictionary."""

    on: date
    visitor: str
    level: str
    method: str = "home"  # code table visit_method
    findings: Mapping[str, JsonValue] = field(default_factory=dict)
    note: str = ""


# -- planning ---------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def plan(store: Store, actor: Actor, now: datetime, child_id: str, due_on: date, *, visitor: str = "") -> Changes:
    """A person says when a child is visited next, and who goes. Not later than the rule allows (or the coming week)."""
    with store.transaction() as session:
        child = _active(session, actor, child_id)
        current = child_rows.current_registration(session, child.id)
        planned = visit_plan.plan_next(store, session, now, child, intervals(session))
        if current is None or planned is None:
            raise WrongState("这名儿童还没有核对完的登记表，不能安排走访。请先核对。")
        today = civil_date(now)
        _level, latest = visit_plan.due_by_rule(session, now, child, current, intervals(session))
        if not today <= due_on <= max(latest, today + GRACE):
            raise BadValue(f"走访日期要在今天以后，最迟 {office_date(max(latest, today + GRACE))}，没有改。")
        planned.due_on, planned.planned_by, planned.visitor = due_on, actor.user_id, visitor.strip()
        session.flush()
        store.audit(session, actor.user_id, now, "visit.plan", planned.id, {"child": child.id})
    return changed(children=[child_id])


def _active(session: Session, actor: Actor, child_id: str) -> Child:
    child = own_child(session, actor, child_id)
    if child.state is not ChildState.ACTIVE:
        raise WrongState("这名儿童已经退出台账，没有保存。要记走访请先恢复。")
    return child


# -- recording --------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def record(store: Store, actor: Actor, now: datetime, child_id: str, visited: Visited) -> tuple[Changes, str]:
    """A visit took place; the next one is planned from it. Returns the visit's id too. Raises BadValue.

    Findings that must be reported at once raise a case (``workflow.mandatory``).
    """
    with store.transaction() as session:
        child = _active(session, actor, child_id)
        visit = enter(store, session, actor, now, child, visited)
        return changed(children=[child_id]), visit.id


def enter(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    child: Child,
    visited: Visited,
    page_id: str | None = None,
) -> Visit:
    """Enter a visit within the caller's transaction. ``page_id``: the read visit form that tells of it."""
    _check(visited, civil_date(now))
    visit, last = care_rows.planned_visit(session, child.id), care_rows.last_visit(session, child.id)
    if visit is None or (last is not None and last.done_on is not None and last.done_on > visited.on):
        # an earlier visit recorded late is not the one that was planned
        visit = Visit(id=store.new_id(), child_id=child.id, level=visited.level, due_on=None, findings={})
        visit.state = VisitState.PLANNED
    visit.level, visit.done_on, visit.visitor = visited.level, visited.on, visited.visitor.strip()
    visit.method, visit.note, visit.page_id = visited.method, visited.note.strip(), page_id
    visit.recorded_at, visit.recorded_by = now, actor.user_id
    _put_findings(store, visit, visited.findings)
    visit.state = VisitState.DONE
    session.add(visit)
    session.flush()
    mandatory.follow_visit(store, session, actor.user_id, now, visit, visited.findings)
    visit_plan.plan_next(store, session, now, child, intervals(session))
    store.audit(session, actor.user_id, now, "visit.record", visit.id, {"child": child.id})
    return visit


def _check(visited: Visited, today: date) -> None:
    if visited.on > today:
        raise BadValue("走访日期不能晚于今天，没有保存。请改正。")
    if not visited.visitor.strip():
        raise BadValue("要写明走访人，没有保存。请填上再存。")
    if visited.level not in LEVELS:
        raise BadValue("请选择走访时的监护状况（较好、一般、风险较大），没有保存。")
    if visited.method not in {entry.code for entry in code_table("visit_method").entries}:
        raise BadValue("走访方式不在代码表里，没有保存。请重新选择。")
    for key, value in visited.findings.items():
        definition = load_dictionary().fields.get(key)
        if definition is None:
            raise BadValue("走访记录里有字段表没有的栏目，没有保存。")
        try:
            finding_words(definition, value)
        except (FieldError, TypeError, ValueError, KeyError, AttributeError) as problem:
            raise BadValue(f"“{definition.label}”的内容不合格式，没有保存。请重新填写。") from problem


def finding_words(definition: FieldDefinition, value: JsonValue) -> str:
    """The value in words. Raises FieldError or what a value of another shape raises."""
    if empty(value):
        return ""
    if isinstance(value, list):
        table = code_table(definition.code_table or "")
        return "、".join(table.label(str(code)) for code in value)
    text = format_value(definition.kind, value, code_table=definition.code_table)
    parse(definition.kind, text, code_table=definition.code_table)
    return text


def _put_findings(store: Store, visit: Visit, findings: Mapping[str, JsonValue]) -> None:
    fields = load_dictionary().fields
    secret = {key: value for key, value in findings.items() if fields[key].sensitivity == "extra" and not empty(value)}
    visit.findings = {key: v for key, v in findings.items() if key not in secret and not empty(v)}
    visit.sealed = sealed.seal(store, TABLE, visit.id, secret) if secret else None


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CARE)
def due(
    store: Store, actor: Actor, today: date, *, ahead_days: int = 0, division: str = "", limit: int | None = None
) -> tuple[VisitDueRow, ...]:
    """Visits that are due by today or within the next days, the longest overdue first."""
    store.saw(actor.user_id, "visits.see", [store.store_id])
    with store.session() as session:
        found = care_rows.planned_until(session, today + timedelta(days=ahead_days), actor.division, division, limit)
        ids = [child.id for _, child in found]
        last = care_rows.last_done_of_many(session, ids)
        dossiers = care_rows.dossiers_of_many(session, ids)
        concerned = care_rows.key_concern_among(session, ids)
        labels = code_table("guardianship_state")
        heads = Heads(session, actor, [child for _, child in found])
        return tuple(
            VisitDueRow(
                visit_id=visit.id,
                child_id=child.id,
                name=heads[child.id].name,
                id_number_masked=heads[child.id].id_number_masked,
                residence=heads[child.id].residence,
                level=visit.level,
                level_label=labels.label(visit.level),
                key_concern=child.id in concerned,
                due_on=visit.due_on,
                overdue_days=max(0, (today - visit.due_on).days),
                last_visit=last.get(child.id),
                visitor=visit.visitor,
                archive_number=dossiers[child.id][0].archive_number if child.id in dossiers else "",
            )
            for visit, child in found
            if visit.due_on is not None
        )


@verb(Right.SEE_CARE)
def count_due(store: Store, actor: Actor, today: date) -> int:
    """How many visits are due by today, without going through them."""
    with store.session() as session:
        return care_rows.count_planned_until(session, today, actor.division)


@verb(Right.SEE_CARE)
def visits(store: Store, actor: Actor, child_id: str) -> tuple[VisitView, ...]:
    """A child's visits: the planned one first, then the latest done."""
    store.saw(actor.user_id, "child.see", [child_id])
    with store.session() as session:
        scope.child(session, actor, child_id)
        return tuple(view(store, session, visit) for visit in care_rows.visits_of(session, child_id))


def view(store: Store, session: Session, visit: Visit) -> VisitView:
    """One visit as this user may see it."""
    secret = sealed.opened(store, TABLE, visit.id, visit.sealed)
    said: dict[str, JsonValue] = {**(visit.findings or {}), **(secret or {})}
    fields = load_dictionary().fields
    methods = code_table("visit_method")
    return VisitView(
        visit_id=visit.id,
        child_id=visit.child_id,
        state=visit.state,
        level=visit.level,
        level_label=code_table("guardianship_state").label(visit.level),
        due_on=visit.due_on,
        planned_by_person=visit.planned_by is not None,
        visitor=visit.visitor,
        done_on=visit.done_on,
        method=methods.label(visit.method) if visit.method else "",
        findings=tuple(
            FindingRow(key, fields[key].label, finding_words(fields[key], said[key])) for key in fields if key in said
        ),
        hidden_findings=secret is None,
        note=visit.note,
        page_id=visit.page_id,
        recorded_by=office_rows.user_name(session, visit.recorded_by or ""),
    )


# -- work log ---------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def write_log(
    store: Store,
    actor: Actor,
    now: datetime,
    on: date,
    text: str,
    *,
    child_id: str | None = None,
    corrects: str | None = None,
    for_named_persons: bool = False,
) -> tuple[Changes, str]:
    """A line of the work log; returns its id too. ``corrects``: the line that this one puts right (it stays)."""
    if not text.strip() or on > civil_date(now):
        raise BadValue("工作日志要有内容，日期不能晚于今天。没有保存。")
    with store.transaction() as session:
        before = None if corrects is None else session.get(WorkLogEntry, corrects)
        if before is not None and not _sees_line(session, actor, before):
            before = None
        if corrects is not None and before is None:
            raise NotFound("要更正的那一条已经不在了，没有保存。请刷新后再看。")
        if before is not None and before.sealed is not None:
            if sealed.opened(store, LOG_TABLE, before.id, before.sealed) is None:
                raise NotAllowed("这一条只有指定的人能看和更正，没有保存。")
            for_named_persons = True
        entry = WorkLogEntry(
            id=store.new_id(),
            child_id=before.child_id if before is not None else child_id,
            on=on,
            corrects_id=corrects,
            at=now,
            by=actor.user_id,
        )
        put_log_text(store, entry, text.strip(), for_named_persons=for_named_persons)
        if entry.child_id is not None:
            scope.child(session, actor, entry.child_id)
        session.add(entry)
        session.flush()
        store.audit(session, actor.user_id, now, "log.write", entry.id)
        return changed(children=[entry.child_id] if entry.child_id else []), entry.id


def _sees_line(session: Session, actor: Actor, entry: WorkLogEntry) -> bool:
    """One about a child lies where the child does, any other where its writer is at work."""
    if entry.child_id is not None:
        return True  # the child's own scope is asked below
    writer = session.get(User, entry.by)
    return writer is not None and actor.covers(writer.division)


def put_log_text(store: Store, entry: WorkLogEntry, text: str, *, for_named_persons: bool) -> None:
    """The text, sealed where it is for named persons only."""
    entry.text = "" if for_named_persons else text
    entry.sealed = sealed.seal(store, LOG_TABLE, entry.id, {"text": text}) if for_named_persons else None


@verb(Right.SEE_CARE)
def work_log(
    store: Store, actor: Actor, *, child_id: str | None = None, since: date | None = None, until: date | None = None
) -> tuple[LogView, ...]:
    """The work log by day, of one child or of all."""
    store.saw(actor.user_id, "log.see", [child_id or store.store_id])
    with store.session() as session:
        if child_id is not None:
            scope.child(session, actor, child_id)
        entries = care_rows.log_of(session, actor.division, child_id=child_id, since=since, until=until)
        return log_views(store, session, actor, entries)


def log_views(store: Store, session: Session, actor: Actor, entries: Sequence[WorkLogEntry]) -> tuple[LogView, ...]:
    """Lines of the log as this user may see them."""
    corrected = {entry.corrects_id for entry in entries}
    named = child_rows.of_ids(session, [entry.child_id for entry in entries if entry.child_id])
    heads = Heads(session, actor, named)
    names = {child.id: heads[child.id].name for child in named}
    rows = []
    for entry in entries:
        secret = sealed.opened(store, LOG_TABLE, entry.id, entry.sealed)
        rows.append(
            LogView(
                entry_id=entry.id,
                on=entry.on,
                child_id=entry.child_id,
                child_name=names.get(entry.child_id or "", ""),
                text=sealed.HIDDEN if secret is None else str(secret.get("text") or entry.text),
                hidden=secret is None,
                corrects=entry.corrects_id,
                corrected=entry.id in corrected,
                by=office_rows.user_name(session, entry.by),
                at=entry.at,
            )
        )
    return tuple(rows)

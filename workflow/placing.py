"""Visit records, work logs and cards that were read: a person looks, they become entries, and the sheet gets its place.

What the machine vouches for need not be looked at; everything else must be in ``values``, as the person has it. Nothing
is entered while a doubtful field is missing. The page stays shown beside the entry, like a registration's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from forms.form_file import Purpose
from forms.kinds import JsonValue
from forms.values import empty
from records import care_rows, child_rows, round_rows
from records.ids import CHINA, civil_date
from records.session import Session
from records.store import Store
from records.tables import Child, MandatoryReport, Page, Visit, WorkLogEntry
from records.views import Actor, PageState
from records.views_care import ChildGuess, PaperFieldView, PaperView, ReportState
from workflow import dossiers, mandatory, papers, scope, visits
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFinished, NotFound, WrongState
from workflow.heads import Heads
from workflow.matching import iso_date
from workflow.names import normal_name
from workflow.ownership import own_child
from workflow.permissions import Right, verb
from workflow.sentences import field_reason
from workflow.sheets import label_of

PAPERS = (Purpose.VISIT, Purpose.WORK_LOG, Purpose.CARD)
# fields of a visit record that become columns of the visit; the rest are its findings
COLUMNS = frozenset(
    {"visit_date", "visitor_name_1", "visitor_name_2", "guardianship_state", "child_name", "child_id_number"}
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row of a work log as a person has it. ``child_id`` None: about no child in particular."""

    on: date
    text: str
    child_id: str | None = None


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CARE)
def waiting(store: Store, actor: Actor) -> tuple[PaperView, ...]:
    """Papers that were read and stand nowhere yet, as taken in, each with whose it may be."""
    with store.session() as session:
        mine = _to_place(store, session, actor)
        views = tuple(_view(session, actor, papers.paper(store, session, page_id)) for page_id in mine)
    store.saw(actor.user_id, "page.see", [view.page_id for view in views])
    return views


@verb(Right.SEE_CARE)
def count_waiting(store: Store, actor: Actor) -> int:
    """How many papers ``waiting`` lists, without looking at them."""
    with store.session() as session:
        return len(_to_place(store, session, actor))


def _to_place(store: Store, session: Session, actor: Actor) -> list[str]:
    pages = (session.get_one(Page, page_id) for page_id in papers.papers_to_place(store, session, PAPERS))
    return [page.id for page in pages if actor.covers(page.source.division)]


def _view(session: Session, actor: Actor, paper: papers.Paper) -> PaperView:
    return PaperView(
        page_id=paper.page_id,
        form_title=paper.form.title,
        purpose=paper.purpose.value,
        form_page=paper.form_page,
        serial=paper.serial,
        fields=tuple(
            PaperFieldView(
                key=key,
                label=label_of(field.field),
                text=field.reading.text,
                value=field.reading.value,
                accepted=field.accepted,
                reasons=tuple(dict.fromkeys(field_reason(code) for code in field.reasons)),
                box=field.reading.view_box_px,
            )
            for key, field in paper.fields.items()
        ),
        children=_guesses(session, actor, paper),
    )


def _guesses(session: Session, actor: Actor, paper: papers.Paper) -> tuple[ChildGuess, ...]:
    """Whose it may be; the child that it was printed for comes first.

    To be found by name or number tells both: not to whom has still to enter them blind.
    """
    values = {key: field.reading.value for key, field in paper.fields.items()}
    printed_for = round_rows.child_of_serial(session, paper.serial)
    found = _whose(session, actor, values, printed_for)
    heads = Heads(session, actor, found)
    open_ones = [(c.id, heads[c.id]) for c in found if not heads[c.id].hides("child_name", "child_id_number")]
    return tuple(
        ChildGuess(i, who.name, who.id_number_masked, who.residence, printed_for=i == printed_for)
        for i, who in open_ones
    )


def _whose(session: Session, actor: Actor, values: Mapping[str, JsonValue], printed_for: str | None) -> list[Child]:
    """The child it was printed for, the one of this ID number, else those of this name, as far as they lie in the
    scope."""
    number, name = values.get("child_id_number"), values.get("child_name")
    known = child_rows.by_id_number(session, number) if isinstance(number, str) and number else None
    printed = None if printed_for is None else session.get(Child, printed_for)
    found = {child.id: child for child in (printed, known) if child is not None}
    if not found and isinstance(name, str) and name:
        found = {child.id: child for child in child_rows.by_name(session, normal_name(name))}
    return [child for child in found.values() if scope.sees_child(session, actor, child)]


# -- entering ---------------------------------------------------------------------------------------------------------


@verb(Right.CARE)
def record_visit_form(
    store: Store, actor: Actor, now: datetime, page_id: str, child_id: str, values: Mapping[str, JsonValue]
) -> Changes:
    """The visit that a read visit record tells of; its sheet is filed with the child's papers.

    ``values``: what a person confirmed or typed, by key. Raises NotFinished while a doubtful field is missing,
    BadValue for what doesn't fit, WrongState for a page that is placed already.
    """
    with store.transaction() as session:
        page, paper = _paper(store, session, actor, page_id, Purpose.VISIT)
        child = own_child(session, actor, child_id)
        said = _said(paper, values)
        visit = visits.enter(store, session, actor, now, child, _visited(said), page_id=page.id)
        _reported(store, session, actor, now, visit, said)
        _plan(session, actor, now, child, iso_date(said.get("visit_next_date")))
        dossiers.file_pages(store, session, now, [page], child, paper.form.title)
        store.audit(session, actor.user_id, now, "paper.place", page.id, {"child": child.id})
        return changed(children=[child.id], pages=[page.id], sources=[page.source_id])


@verb(Right.CARE)
def record_log_form(store: Store, actor: Actor, now: datetime, page_id: str, lines: Sequence[LogLine]) -> Changes:
    """The rows of a read work log become lines of the log; the sheet is filed by itself (it is about several children).

    Raises BadValue for a line without words or in the future, WrongState for a page that is placed already.
    """
    if not lines:
        raise BadValue("这张工作日志上一行也没有选，没有保存。")
    with store.transaction() as session:
        page, paper = _paper(store, session, actor, page_id, Purpose.WORK_LOG)
        children = [own_child(session, actor, line.child_id) for line in lines if line.child_id]
        for line in lines:
            if not line.text.strip() or line.on > civil_date(now):
                raise BadValue("工作日志每一行都要有日期和内容，日期不能晚于今天。一行也没有保存。")
            session.add(
                WorkLogEntry(
                    id=store.new_id(),
                    child_id=line.child_id,
                    page_id=page.id,
                    on=line.on,
                    text=line.text.strip(),
                    at=now,
                    by=actor.user_id,
                )
            )
        dossiers.file_pages(store, session, now, [page], None, paper.form.title)
        store.audit(session, actor.user_id, now, "paper.place", page.id, {"lines": len(lines)})
        return changed(children=[c.id for c in children], pages=[page.id], sources=[page.source_id])


@verb(Right.CARE)
def file_card(store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], child_id: str) -> Changes:
    """The sides of a read 信息卡 go into the child's dossier as one sheet. Raises WrongState without a dossier."""
    with store.transaction() as session:
        child = own_child(session, actor, child_id)
        if care_rows.dossier_of(session, child.id) is None:
            raise WrongState("这名儿童还没有案卷，信息卡没有归入。请先建立案卷。")
        found = [_paper(store, session, actor, page_id, Purpose.CARD) for page_id in page_ids]
        if not found or len({page.form_page for page, _ in found}) != len(found):
            raise BadValue("请选同一张信息卡的正面和反面，没有归入。")
        pages = sorted((page for page, _ in found), key=lambda page: page.form_page or 1)
        dossiers.file_pages(store, session, now, pages, child, found[0][1].form.title)
        for page in pages:
            store.audit(session, actor.user_id, now, "paper.place", page.id, {"child": child.id})
        return changed(children=[child.id], pages=page_ids, sources=[page.source_id for page in pages])


def _paper(store: Store, session: Session, actor: Actor, page_id: str, purpose: Purpose) -> tuple[Page, papers.Paper]:
    page = scope.page(session, actor, page_id)
    if page.state is not PageState.READ:
        raise WrongState("这一页已经归档，或还没有识别好，没有改动。请刷新后再看。")
    try:
        paper = papers.paper(store, session, page_id)
    except LookupError as problem:
        raise NotFound("这一页不是认识的表格，没有改动。") from problem
    if paper.purpose is not purpose:
        raise WrongState("这一页是另一种表格，没有改动。请刷新后再看。")
    return page, paper


def _said(paper: papers.Paper, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The person's values over the machine's. Raises NotFinished for doubtful fields that nobody looked at."""
    open_ = tuple(key for key, field in paper.fields.items() if not field.accepted and key not in values)
    if open_:
        raise NotFinished(f"还有 {len(open_)} 栏机器没有把握、没有人看过，没有保存。请看过再存。", open_, ())
    unknown = [key for key in values if key not in paper.form.by_key]
    if unknown:
        raise BadValue("有的栏目不在这种表格上，没有保存。")
    read = {key: field.reading.value for key, field in paper.fields.items()}
    return {key: value for key, value in {**read, **values}.items() if not empty(value)}


def _visited(said: Mapping[str, JsonValue]) -> visits.Visited:
    on = iso_date(said.get("visit_date"))
    if on is None:
        raise BadValue("走访日期没有填，没有保存。请补上再存。")
    level = said.get("guardianship_state")
    names = [str(said[key]) for key in ("visitor_name_1", "visitor_name_2") if key in said]
    return visits.Visited(
        on=on,
        visitor="、".join(names),
        level=str(level[0]) if isinstance(level, list) and level else "",
        findings={key: value for key, value in said.items() if key not in COLUMNS and value != "present"},
    )


def _plan(session: Session, actor: Actor, now: datetime, child: Child, day: date | None) -> None:
    """The record says when the next visit is to be: that stands, unless the rule wants it sooner."""
    planned = care_rows.planned_visit(session, child.id)
    if (
        planned is not None
        and planned.due_on is not None
        and day is not None
        and civil_date(now) <= day <= planned.due_on
    ):
        planned.due_on, planned.planned_by = day, actor.user_id


def _reported(
    store: Store, session: Session, actor: Actor, now: datetime, visit: Visit, said: Mapping[str, JsonValue]
) -> None:
    """The record says who told the police and when: the cases found on this visit are reported."""
    day, police, person = iso_date(said.get("report_date")), said.get("report_police"), said.get("report_person")
    if day is None or not isinstance(police, str) or not isinstance(person, str):
        return
    at = min(datetime.combine(day, _time(said.get("report_time")), CHINA), now)
    action = said.get("visit_action")
    told = mandatory.Reported(police, person, at, action if isinstance(action, str) else "")
    for case in _raised(session, visit):
        mandatory.enter_report(store, session, actor, now, case, told, names_suspect=False)


def _raised(session: Session, visit: Visit) -> Iterable[MandatoryReport]:
    found = care_rows.reports_of(session, visit.child_id)
    return [case for case in found if case.visit_id == visit.id and case.state is ReportState.RAISED]


def _time(value: JsonValue) -> time:
    """``14:30``, ``14时30分``; midnight for what is no time."""
    digits = "".join(c if c.isdigit() else " " for c in value).split() if isinstance(value, str) else []
    try:
        return time(int(digits[0]), int(digits[1]) if len(digits) > 1 else 0) if digits else time()
    except ValueError:
        return time()

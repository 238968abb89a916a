"""The children the office knows, each with its current registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forms.code_tables import code_table
from forms.written_dates import office_date
from records import batch_rows, care_rows, child_rows, filter_rows, handovers, office_rows, place_rows
from records.ids import CHINA
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Batch, BatchRow, Child, Registration, ReportElsewhere
from records.views import Actor, BatchRowState, BatchState, ChildRow
from records.views_care import ConcernState
from records.views_kept import EVERYBODY, ChildFilter
from workflow import blind
from workflow.archive_number import searched
from workflow.concerns import NO_DOSSIER
from workflow.cross_reference import place_of
from workflow.heads import Head, Heads
from workflow.matching import place_name
from workflow.names import normal_name
from workflow.permissions import RIGHTS, Right, verb

NOT_REPORTED = "未报送"
TOWNSHIP = 9  # digits of its code


@verb(Right.SEE_CHILDREN)
def children(
    store: Store,
    actor: Actor,
    *,
    search: str = "",
    exited: bool | None = None,
    today: date | None = None,
    limit: int | None = None,
    offset: int = 0,
    wanted: ChildFilter = EVERYBODY,
) -> tuple[ChildRow, ...]:
    """Children by pinyin, then id.

    ``search`` finds in name, pinyin, initials, ID number (front or tail), phone and 档号. ``exited``: only those who
    left the list, or only those on it. ``today``: by which visits are overdue; ``limit`` and ``offset``: a page.
    ``wanted``: only those who pass this filter, too, as of ``today``.
    """
    store.saw(actor.user_id, "children.see", [store.store_id])
    with store.session() as session:
        found = child_rows.children_with_current(
            session,
            normal_name(searched(search)),
            actor.division,
            exited=exited,
            limit=limit,
            offset=offset,
            unless=_pending(session, actor, search, wanted),
            also=filter_rows.conditions(wanted, today),
        )
        ids = [registration.id for _, registration in found]
        rows = _Gathered(session, actor, [child.id for child, _ in found], ids, today)
        heads = Heads(session, actor, [child for child, _ in found])
        return tuple(_row(rows, child, heads[child.id], registration) for child, registration in found)


@verb(Right.SEE_CHILDREN)
def places(store: Store, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Townships and villages in which children of the scope live: code, and its name without the province."""
    with store.session() as session:
        lived_in = child_rows.residences(session, actor.division)
    codes = {code for village in lived_in for code in (village[:TOWNSHIP], village) if len(code) >= TOWNSHIP}
    named = sorted((code, place_name(code.ljust(TOWNSHIP, "0"))) for code in codes)
    return tuple((code, name.removeprefix("吉林省")) for code, name in named)


@verb(Right.SEE_CHILDREN)
def count(
    store: Store,
    actor: Actor,
    *,
    search: str = "",
    exited: bool | None = None,
    wanted: ChildFilter = EVERYBODY,
    today: date | None = None,
) -> int:
    """How many children ``children`` finds without a limit."""
    with store.session() as session:
        unless = _pending(session, actor, search, wanted)
        also = filter_rows.conditions(wanted, today)
        name = normal_name(searched(search))
        return child_rows.count_children(session, name, actor.division, exited=exited, unless=unless, also=also)


def _pending(session: Session, actor: Actor, search: str, wanted: ChildFilter) -> child_rows.Pending | None:
    """To find a child by its name or number tells what was entered: not to whom has still to enter it blind. To be
    let pass by a filter tells it, too.

    By 档号 (it has a dash) everybody finds the paper.
    """
    chosen = blind.chosen_keys(session)
    by_search = bool(search) and "-" not in searched(search)
    keys = tuple(
        key
        for key in chosen
        if (by_search and (key == "child_name" or key.endswith(("_id_number", "_phone")))) or _tells(wanted, key)
    )
    return child_rows.Pending(actor.user_id, keys) if keys else None


def _tells(wanted: ChildFilter, key: str) -> bool:
    """Does it say something of this field whom the filter lets pass?"""
    aged = wanted.age_from is not None or wanted.age_to is not None
    return (
        (key == "child_sex" and bool(wanted.sex))
        or (key == "child_residence" and bool(wanted.division))
        or (key in ("child_birth_date", "child_id_number") and (aged or bool(wanted.sex)))
    )


class _Gathered:
    """What stands beside the children of a list, read once for all of them."""

    def __init__(
        self, session: Session, actor: Actor, child_ids: Sequence[str], ids: Sequence[str], today: date | None
    ) -> None:
        self.batches = batch_rows.rows_of_children(session, child_ids)
        self.elsewhere = batch_rows.elsewhere_of_children(session, child_ids)
        self.offices = handovers.names(session) if self.elsewhere else {}
        self.items = place_rows.items_of_many(session, ids)
        round_ = office_rows.open_round(session)
        self.as_of = None if round_ is None else round_.as_of
        self.today = today
        cares = actor.role in RIGHTS[Right.SEE_CARE]
        states = (ConcernState.CONFIRMED, *((ConcernState.PROPOSED,) if cares else ()))
        self.concerns = care_rows.concerns_of_many(session, child_ids, states)
        self.cases = care_rows.open_reports_of_many(session, child_ids) if cares else {}
        self.planned = care_rows.planned_of_many(session, child_ids)
        self.dossiers = care_rows.dossiers_of_many(session, child_ids)

    def concerned(self, child_id: str, state: ConcernState) -> int:
        """How many criteria a person has confirmed, or still has to decide on."""
        return sum(concern.state is state for concern in self.concerns.get(child_id, []))

    def reporting(self, child_id: str, registration_id: str) -> str:
        """By this office or another one, whichever reported last."""
        own, others = self.batches.get(child_id, []), self.elsewhere.get(child_id, [])
        if others and (not own or own[-1][1].created_at < others[-1].written_at):
            return reported_elsewhere(registration_id, others[-1], self.offices.get(others[-1].store_id, "别的单位"))
        return reporting(registration_id, own)

    def overdue(self, child_id: str) -> int:
        due = self.planned[child_id][0].due_on if child_id in self.planned else None
        return 0 if due is None or self.today is None else max(0, (self.today - due).days)


def _row(rows: _Gathered, child: Child, who: Head, registration: Registration) -> ChildRow:
    assert registration.verified_at is not None  # the table's own check: a verified registration has its time
    verified_on = registration.verified_at.astimezone(CHINA).date()
    item = rows.items.get(registration.id)
    confirmed = rows.concerned(child.id, ConcernState.CONFIRMED) > 0
    return ChildRow(
        child_id=child.id,
        name=who.name,
        sex=who.sex,
        age=who.age(rows.today or rows.as_of or verified_on),  # as the filters count and the child's own page
        id_number_masked=who.id_number_masked,
        household=who.household,
        residence=who.residence,
        verified_on=verified_on,
        archive_number="" if item is None else item.archive_number,
        location="" if item is None else place_of(item).text(),
        key_concern=confirmed,
        reporting=rows.reporting(child.id, registration.id),
        registration_id=registration.id,
        exited=exit_words(child),
        to_decide=rows.concerned(child.id, ConcernState.PROPOSED),
        open_cases=len(rows.cases.get(child.id, [])),
        overdue_days=rows.overdue(child.id),
        fault=NO_DOSSIER if confirmed and child.id not in rows.dossiers else "",
    )


def exit_words(child: Child) -> str:
    """``2026年10月12日 返乡`` for a child that left the list, else ""."""
    if child.state is ChildState.ACTIVE or child.exited_on is None:
        return ""
    return f"{office_date(child.exited_on)} {code_table('exit').label(child.exit_reason)}"


def reported_elsewhere(registration_id: str, row: ReportElsewhere, office: str) -> str:
    """The same for one that another office reported."""
    if row.registration_id != registration_id and row.state is not BatchRowState.SENT:
        return "有更新未报送"
    if row.state is BatchRowState.SENT:
        return f"已报送，等结果：{office}批次 {row.batch_number}"
    if row.state is BatchRowState.ACCEPTED:
        return f"已接收 {row.system_number}（{office}报送）".replace(" （", "（")
    return f"被退回：{row.returned_reason}（{office}报送）"


def reporting(registration_id: str, batches: list[tuple[BatchRow, Batch]]) -> str:
    """The reporting status that screens show, derived from the child's last row in a batch: the state stands first,
    a narrow column shows no more."""
    if not batches:
        return NOT_REPORTED
    row, batch = batches[-1]
    if row.registration_id != registration_id and row.state in (BatchRowState.ACCEPTED, BatchRowState.RETURNED):
        return "有更新未报送"
    if row.state is BatchRowState.FROZEN:
        return f"已选入批次 {batch.number}" if batch.state is BatchState.OPEN else f"待报送：批次 {batch.number}"
    if row.state is BatchRowState.SENT:
        return f"已报送，等结果：批次 {batch.number}"
    if row.state is BatchRowState.ACCEPTED:
        return f"已接收 {row.system_number}".rstrip()
    return f"被退回：{row.returned_reason}"

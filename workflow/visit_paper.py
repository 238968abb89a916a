"""The list of visits that are due, printed to go round with (入户走访名单): of everything, a township or a village."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import FileProblem, write_file
from exporters.visit_list import VisitLine, visit_list_pdf
from forms.kinds import JsonValue
from forms.written_dates import office_date
from records import care_rows, child_rows, office_rows, registration_rows
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.views import Actor
from records.views_care import PersonRole, VisitDueRow
from workflow import visits
from workflow.errors import BadValue, NotWritten
from workflow.heads import PERSON_PARTS, Head, Heads
from workflow.permissions import Right, verb

NEVER_VISITED = "没有走访过"
NOTE = "名单上有儿童的信息：走访时随身保管，走访完收回，不要拍照外传。"


@dataclass(frozen=True, slots=True)
class PrintedList:
    """How many children stand on it, and what was written."""

    children: int
    sha256: str


@verb(Right.CARE)
def print_due(
    store: Store,
    actor: Actor,
    now: datetime,
    path: Path,
    *,
    ahead_days: int = 0,
    division: str = "",
    among: Collection[str] | None = None,
) -> PrintedList:
    """Write the visits that are due by today, or within the next days, as a PDF; the longest overdue first.

    ``among``: only those of these children (a village that the window shows).
    Raises BadValue where nobody is to be visited, NotWritten; the file is whole or not there.
    """
    rows = visits.due(store, actor, civil_date(now), ahead_days=ahead_days, division=division)
    rows = tuple(row for row in rows if among is None or row.child_id in among)
    if not rows:
        raise BadValue("这个范围里没有要走访的儿童，没有写出名单。")
    with store.session() as session:
        office = office_rows.office(session).name
        heads = Heads(session, actor, child_rows.of_ids(session, [row.child_id for row in rows]))
        lines = [_line(session, row, heads[row.child_id]) for row in rows]
    try:
        written = write_file(path, visit_list_pdf(office, civil_date(now), lines, NOTE))
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        store.audit(session, actor.user_id, now, "visits.print", store.store_id, {"children": len(rows)})
    return PrintedList(len(rows), written.sha256)


def _line(session: Session, row: VisitDueRow, who: Head) -> VisitLine:
    late = f"\n逾期 {row.overdue_days} 天" if row.overdue_days else ""
    return VisitLine(
        name=f"{row.name}（重点）" if row.key_concern else row.name,
        home=home_of(session, row.child_id, who),
        caregiver=caregiver_of(session, row.child_id, who),
        level=row.level_label,
        due=f"{office_date(row.due_on)}{late}",
        last=office_date(row.last_visit) if row.last_visit is not None else NEVER_VISITED,
    )


def caregiver_of(session: Session, child_id: str, who: Head) -> str:
    """Whom one asks for at the door, and where one calls; as far as the reader is told."""
    persons = {
        role: person
        for role, person in care_rows.persons_of(session, child_id).items()
        if not who.hides(*(f"{role.value}_{part}" for part in PERSON_PARTS))
    }
    caregiver = persons.get(PersonRole.CAREGIVER)
    phone = next((p.phone for p in ([caregiver] if caregiver else list(persons.values())) if p.phone), "")
    named = "" if caregiver is None else caregiver.name
    return " ".join(part for part in (named, phone or "") if part)


def home_of(session: Session, child_id: str, who: Head) -> str:
    """The division and what is written behind it: street and number are what one goes by."""
    if who.hides("child_residence"):
        return ""
    current = child_rows.current_registration(session, child_id)
    answer = None if current is None else registration_rows.answer(session, current.id, "child_residence")
    value: JsonValue | Mapping[str, JsonValue] = None if answer is None else answer.value
    detail = value.get("detail") if isinstance(value, dict) else ""
    return f"{who.residence.removeprefix('吉林省')}{detail or ''}"

"""Base lists (基础名单) against registrations: who stands on a list and is not registered, who is registered otherwise.

县级民政部门以居住证、随迁子女、健康管理、接种名单为基础数据比对核实 (吉民发〔2024〕34号 二（一）), 至少每半年比对一次
(二（三）). A list never changes a registration: it says where a person should look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from exporters.files import FileProblem
from exporters.roster_sheet import RosterSheet, write_roster_sheet
from forms.written_dates import office_date
from ocr import roster as reader
from records import answer_rows, office_rows, registration_rows, roster_rows
from records.roster_rows import Known
from records.session import Session
from records.store import Store
from records.tables import Roster, RosterEntry
from records.views import Actor
from records.views_roster import RosterComparison, RosterFinding, RosterKind, RosterOutcome, RosterRow
from workflow import blind, matching
from workflow.changes import Changes
from workflow.errors import BadValue, NotAllowed, NotFound, NotWritten
from workflow.heads import hidden_of
from workflow.names import mask_id_number, normal_name
from workflow.permissions import Right, verb
from workflow.roster_import import BORN, NAME, NUMBER, PLACE, Listed

KIND_NAMES: Mapping[RosterKind, str] = {
    RosterKind.RESIDENCE_PERMIT: "公安居住证登记儿童",
    RosterKind.SCHOOL: "教育随迁子女",
    RosterKind.HEALTH: "卫健0-6岁健康管理",
    RosterKind.VACCINATION: "疾控外县儿童接种",
    RosterKind.INSURANCE: "医保参保",
    RosterKind.DISABILITY: "残联持证残疾儿童",
    RosterKind.OTHER: "其他名单",
}
OUTCOMES: Mapping[RosterOutcome, str] = {
    RosterOutcome.MISSING: "没有登记",
    RosterOutcome.DIFFERS: "登记的不一样",
    RosterOutcome.IN_DRAFT: "登记表待核对",
    RosterOutcome.EXITED: "已退出台账",
    RosterOutcome.FOUND: "对得上",
}
LABELS = ("姓名", "公民身份号码", "出生日期")
ORDER = tuple(RosterOutcome)
SLIPS = 2
"""So few differing signs of two ID numbers are rather one child, mistyped, than two of the same name."""


@verb(Right.SEE_ROSTERS)
def rosters(store: Store, actor: Actor) -> tuple[RosterRow, ...]:
    """The lists of the scope, the newest first."""
    with store.session() as session:
        return tuple(_row(store, session, row) for row in roster_rows.rosters(session, actor.division))


@verb(Right.ROSTERS)
def remove(store: Store, actor: Actor, now: datetime, roster_id: str) -> Changes:
    """The list goes with all its entries: what was compared is done with. Registrations stay as they are."""
    with store.transaction() as session:
        row = _roster(session, actor, roster_id)
        rows = row.rows
        roster_rows.remove(session, row)
        store.audit(session, actor.user_id, now, "roster.remove", roster_id, {"rows": rows})
    store.forget_log()
    return Changes(office=True)


@verb(Right.SEE_ROSTERS)
def compare(store: Store, actor: Actor, roster_id: str) -> RosterComparison:
    """Every entry against the registrations. Raises NotFound, NotAllowed for a sensitive list that doesn't open."""
    store.saw(actor.user_id, "roster.see", [roster_id])
    with store.session() as session:
        row = _roster(session, actor, roster_id)
        told = _row(store, session, row)
        if told.closed:
            raise NotAllowed("这份名单特别敏感，只有指定的人能比对。请由指定的人来做。")
        listed = [_opened(store, entry) for entry in roster_rows.entries(session, row.id)]
        known = roster_rows.known_children(session)
        pending = hidden_of(session, actor, [child.child_id for child in known if actor.covers(child.scope)])
        against = _Against(known, _drafts(session, row.division), frozenset(pending))
    found = [finding for each in listed for finding in [_finding(actor, against, each)]]
    open_ones = [f for f in found if f.outcome is not RosterOutcome.FOUND]
    open_ones.sort(key=lambda f: (ORDER.index(f.outcome), f.line))
    return RosterComparison(told, tuple(open_ones), len(found) - len(open_ones))


@verb(Right.SEE_ROSTERS)
def write_findings(
    store: Store, actor: Actor, now: datetime, roster_id: str, path: Path, outcomes: Sequence[RosterOutcome] = ()
) -> int:
    """Write what is to be looked into as a workbook to go round with; how many stand on it.

    ``outcomes``: only these. Raises BadValue where nothing is left to look into, NotWritten; the file is whole or not
    there.
    """
    told = compare(store, actor, roster_id)
    wanted = [f for f in told.findings if not outcomes or f.outcome in outcomes]
    if not wanted:
        raise BadValue("这份名单里没有要去看的儿童，没有写出文件。")
    rows = tuple(
        (
            str(f.line), OUTCOMES[f.outcome], f.name, f.id_number_masked,
            "" if f.birth_date is None else office_date(f.birth_date), f.place, "、".join(f.differing),
        )
        for f in wanted
    )  # fmt: skip
    with store.session() as session:
        office = office_rows.office(session).name
    said = f"名单 {told.roster.rows} 名，{told.found} 名对得上，这里 {len(wanted)} 名要看。"
    row = told.roster
    document = RosterSheet(office, row.name, office_date(row.as_of), said, rows, actor.full_name, now)
    try:
        write_roster_sheet(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        store.audit(session, actor.user_id, now, "roster.write", roster_id, {"children": len(wanted)})
    return len(wanted)


def for_reader(session: Session, division: str, known: Iterable[reader.RosterEntry]) -> Iterator[reader.RosterEntry]:
    """Children on open lists of the division whom nobody has registered yet, as the reader takes them.

    ``known``: the registered ones, who are given to the reader anyhow; one child twice would fit a page twice, and
    then neither is offered (``ocr.known_children``).
    """
    numbers, names = set(), set()
    for child in known:
        numbers.add(child.id_number)
        names.add((normal_name(child.name), child.born))
    for entry in roster_rows.open_entries(session, division):
        born = "" if entry.birth_date is None else entry.birth_date.isoformat()
        if (entry.id_number and entry.id_number in numbers) or (entry.name_norm, born) in names:
            continue
        numbers.add(entry.id_number or "")
        names.add((entry.name_norm, born))
        yield reader.RosterEntry(entry.id, entry.name, entry.id_number or "", born)


# -- one entry --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    id_number: str
    name_norm: str
    birth_date: str


class _Against:
    """Registered children and drafts, by what an entry can be found by."""

    def __init__(
        self, children: Sequence[Known], drafts: Iterable[_Draft], pending: frozenset[str] = blind.NOTHING
    ) -> None:
        self.pending = pending  # nothing of these is told: somebody is to enter them blind
        self.by_number: dict[str, list[Known]] = {}
        self.by_name: dict[str, list[Known]] = {}
        for child in children:
            if child.id_number:
                self.by_number.setdefault(child.id_number, []).append(child)
            self.by_name.setdefault(child.name_norm, []).append(child)
        self.drafts = {clue for d in drafts for clue in (d.id_number, (d.name_norm, d.birth_date)) if clue}

    def draft(self, listed: Listed) -> bool:
        """Does a form that waits to be verified speak of this child?"""
        born = "" if listed.birth_date is None else listed.birth_date.isoformat()
        return listed.id_number in self.drafts or (normal_name(listed.name), born) in self.drafts

    def child(self, listed: Listed) -> Known | None:
        """The registered child that the entry is about: by number, else by name with the rest nearly agreeing."""
        same = self.by_number.get(listed.id_number) if listed.id_number else None
        if same:
            return same[0]
        namesakes = self.by_name.get(normal_name(listed.name), [])
        return next((c for c in namesakes if _one_child(c, listed)), None)


def _one_child(child: Known, listed: Listed) -> bool:
    if child.birth_date is not None and child.birth_date == listed.birth_date:
        return True
    if len(child.id_number) != len(listed.id_number) or not child.id_number:
        return False
    return sum(a != b for a, b in zip(child.id_number, listed.id_number, strict=True)) <= SLIPS


def _finding(actor: Actor, against: _Against, listed: Listed) -> RosterFinding:
    child = against.child(listed)
    known = child is not None and child.child_id not in against.pending
    inside = child is not None and known and actor.covers(child.scope)
    differing = () if child is None or not inside else _differing(child, listed)
    if child is None:
        outcome = RosterOutcome.IN_DRAFT if against.draft(listed) else RosterOutcome.MISSING
    elif differing:
        outcome = RosterOutcome.DIFFERS
    elif child.exited and inside:
        outcome = RosterOutcome.EXITED
    else:
        outcome = RosterOutcome.FOUND
    return RosterFinding(
        line=listed.line,
        name=listed.name,
        id_number_masked=mask_id_number(listed.id_number),
        birth_date=listed.birth_date,
        place=listed.place,
        outcome=outcome,
        differing=differing,
        child_id=child.child_id if child is not None and inside else "",
        elsewhere="" if child is None or inside or not known else matching.place_name(child.residence[:9]),
    )


def _differing(child: Known, listed: Listed) -> tuple[str, ...]:
    """Labels of what both say, and say differently."""
    pairs: tuple[tuple[object, object], ...] = (
        (child.name_norm, normal_name(listed.name)),
        (child.id_number, listed.id_number),
        (child.birth_date, listed.birth_date),
    )
    return tuple(label for label, (one, other) in zip(LABELS, pairs, strict=True) if one and other and one != other)


# -- rows -------------------------------------------------------------------------------------------------------------


def _roster(session: Session, actor: Actor, roster_id: str) -> Roster:
    row = session.get(Roster, roster_id)
    if row is None or not actor.covers(row.division):
        raise NotFound("没有这份名单，没有改动。请刷新后再看。")
    return row


def _row(store: Store, session: Session, row: Roster) -> RosterRow:
    return RosterRow(
        roster_id=row.id,
        name=row.name,
        kind=row.kind,
        as_of=row.as_of,
        sensitive=row.sensitive,
        rows=row.rows,
        refused=row.refused,
        at=row.at,
        by=office_rows.user_name(session, row.by),
        closed=row.sensitive and store.opened_keys.sensitive is None,
    )


def _opened(store: Store, entry: RosterEntry) -> Listed:
    if entry.sealed is None:
        return Listed(entry.line, entry.name, entry.id_number or "", entry.birth_date, entry.place)
    plain = store.open_sealed(entry.sealed, f"roster_entries/{entry.id}")
    assert plain is not None  # ``compare`` has looked
    said = json.loads(plain)
    born = None if said[BORN] is None else date.fromisoformat(said[BORN])
    return Listed(entry.line, said[NAME], said[NUMBER], born, said[PLACE])


def _drafts(session: Session, division: str) -> Iterator[_Draft]:
    keys = ("child_id_number", "child_name", "child_birth_date")
    waiting = registration_rows.open_registrations(session, division)
    for answers in answer_rows.answers_of_many(session, [row.id for row in waiting], keys).values():
        number, name, born = (str(answers[k].value or "") if k in answers else "" for k in keys)
        yield _Draft(number, normal_name(name), born)

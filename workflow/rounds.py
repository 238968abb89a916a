"""Half-yearly rounds (更新轮次): opened for a township, followed village by village, compared with the round before.

每半年更新一次流动儿童信息 (吉民发〔2024〕34号 二（一）). A round may be for the whole office or for one township of it;
several may be open. What is printed for it: ``workflow.prefilled``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forms.code_tables import code_table
from forms.gazetteer import gazetteer, lies_within
from forms.kinds import JsonValue
from records import care_rows, child_rows, office_rows, registration_rows, round_rows
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Child, ChildMove, Registration, Round
from records.views import Actor
from records.views_care import OutstandingRow, PersonRole, RoundMove, RoundProgress, RoundRow, VillageProgress
from workflow import matching
from workflow.changes import Changes
from workflow.errors import BadValue, NotFound, WrongState
from workflow.heads import Head, Heads
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

TOWNSHIP = 9  # digits of a township's code
EXIT_REASONS = "exit"


# -- opening and closing ----------------------------------------------------------------------------------------------


@verb(Right.ADMINISTER)
def open_round(
    store: Store,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    as_of: date,
    opens: date,
    closes: date,
    division: str = "",
) -> tuple[Changes, str]:
    """Open a round for a township (or for everything the office looks after); returns its id too.

    Others stay open. Raises BadValue for dates out of order, a name that is missing or taken, a division elsewhere.
    """
    name = name.strip()
    if not name or opens > closes or not opens <= as_of:
        raise BadValue("轮次要有名称，开始日期不能晚于结束日期和统计时点。没有新建，请改正后再存。")
    with store.transaction() as session:
        require_whole_office(session, actor)
        if any(row.name == name for row in office_rows.rounds(session)):
            raise BadValue("已经有同名的轮次，没有新建。请换一个名称。")
        if division and not lies_within(division, office_rows.office(session).division):
            raise BadValue("这个乡镇（街道）不在本单位的范围内，没有新建轮次。请重新选择。")
        row = Round(id=store.new_id(), name=name, as_of=as_of, opens=opens, closes=closes, division=division)
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "round.open", row.id)
        return Changes(office=True), row.id


@verb(Right.ADMINISTER)
def close_round(store: Store, actor: Actor, now: datetime, round_id: str) -> Changes:
    """No further files are taken in for this round. Its registrations stay as they are."""
    with store.transaction() as session:
        require_whole_office(session, actor)
        row = round_row(session, round_id)
        if row.closed_at is not None:
            raise WrongState("这个轮次已经结束，没有改动。")
        row.closed_at = now
        session.flush()
        store.audit(session, actor.user_id, now, "round.close", row.id)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def reopen_round(store: Store, actor: Actor, now: datetime, round_id: str) -> Changes:
    """Files are taken in for this round again."""
    with store.transaction() as session:
        require_whole_office(session, actor)
        row = round_row(session, round_id)
        if row.closed_at is None:
            raise WrongState("这个轮次没有结束，没有改动。")
        row.closed_at = None
        session.flush()
        store.audit(session, actor.user_id, now, "round.reopen", row.id)
    return Changes(office=True)


def round_row(session: Session, round_id: str) -> Round:
    """Raises NotFound."""
    row = office_rows.round_of(session, round_id)
    if row is None:
        raise NotFound("没有这个轮次。请刷新后再看。")
    return row


@verb(Right.SEE_ROUNDS)
def rounds(store: Store, actor: Actor) -> tuple[RoundRow, ...]:
    """All rounds, the newest first."""
    with store.session() as session:
        return tuple(_row(session, actor, row) for row in office_rows.rounds(session))


def _row(session: Session, actor: Actor, row: Round) -> RoundRow:
    return RoundRow(
        round_id=row.id,
        name=row.name,
        division=row.division,
        division_name=matching.place_name(row.division),
        as_of=row.as_of,
        opens=row.opens,
        closes=row.closes,
        open=row.closed_at is None,
        registrations=round_rows.count_in(session, row.id, actor.division),
    )


# -- how far it is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoundFacts:
    """Who is in a round. Stays within the session that made it."""

    row: Round
    last: Round | None
    children: Mapping[str, Child]  # everybody of the township in the scope, by village then pinyin
    registered: Mapping[str, str]  # child -> registration in this round
    known: frozenset[str]  # registered in an earlier round, or without one
    left: Mapping[str, ChildMove]  # since the last round

    @property
    def expected(self) -> list[Child]:
        """Those known before and not gone: their form is wanted."""
        return [c for c in self.children.values() if c.id in self.known and c.state is ChildState.ACTIVE]

    @property
    def outstanding(self) -> list[Child]:
        return [child for child in self.expected if child.id not in self.registered]

    @property
    def came(self) -> list[Child]:
        return [child for child in self.children.values() if child.id in self.registered and child.id not in self.known]

    @property
    def gone(self) -> list[Child]:
        return [child for child in self.children.values() if child.id in self.left and child.id in self.known]


def gather(session: Session, actor: Actor, row: Round) -> RoundFacts:
    """Everything counted about a round, read once."""
    last = round_rows.round_before(session, row)
    children = {child.id: child for child in round_rows.children_of(session, row, actor.division)}
    since = row.opens if last is None else min(row.opens, last.as_of)
    return RoundFacts(
        row=row,
        last=last,
        children=children,
        registered=round_rows.registered_in(session, row.id),
        known=frozenset(round_rows.known_before(session, row)),
        left=round_rows.left_since(session, since),
    )


@verb(Right.SEE_ROUNDS)
def progress(store: Store, actor: Actor, round_id: str) -> RoundProgress:
    """How far the round is, as a whole and village by village."""
    with store.session() as session:
        row = round_row(session, round_id)
        facts = gather(session, actor, row)
        mine = [r for child_id, r in facts.registered.items() if child_id in facts.children]
        return RoundProgress(
            round=_row(session, actor, row),
            last_round="" if facts.last is None else facts.last.name,
            expected=len(facts.expected),
            collected=len(facts.expected) - len(facts.outstanding),
            unchanged=round_rows.unchanged_among(session, mine),
            in_drafts=round_rows.count_drafts(session, row.id, actor.division),
            printed=sum(child_id in facts.children for child_id in round_rows.printed_in(session, row.id)),
            outstanding=len(facts.outstanding),
            came=len(facts.came),
            left=len(facts.gone),
            villages=_villages(facts),
        )


def _villages(facts: RoundFacts) -> tuple[VillageProgress, ...]:
    def counted(children: Sequence[Child]) -> Counter[str]:
        return Counter(child.residence_division for child in children)

    expected, outstanding = counted(facts.expected), counted(facts.outstanding)
    came, left = counted(facts.came), counted(facts.gone)
    rows = []
    for code in sorted(expected.keys() | came.keys() | left.keys()):
        township, village = place_parts(code)
        rows.append(
            VillageProgress(
                division=code,
                township=township,
                village=village,
                expected=expected[code],
                collected=expected[code] - outstanding[code],
                outstanding=outstanding[code],
                came=came[code],
                left=left[code],
            )
        )
    return tuple(rows)


def place_parts(code: str) -> tuple[str, str]:
    """Names of township and village of a division's code; "" for what the code doesn't say."""
    places = gazetteer()
    township = places.division(code[:TOWNSHIP]) if len(code) >= TOWNSHIP else None
    village = places.division(code) if len(code) > TOWNSHIP else None
    if township is None:
        return matching.place_name(code), ""
    return township.name, "" if village is None else village.name


@verb(Right.SEE_ROUNDS)
def outstanding(store: Store, actor: Actor, round_id: str, *, division: str = "") -> tuple[OutstandingRow, ...]:
    """Children whose form of this round hasn't come in, by village: the list to go round with."""
    store.saw(actor.user_id, "round.see", [round_id])
    with store.session() as session:
        facts = gather(session, actor, round_row(session, round_id))
        wanted = [c for c in facts.outstanding if not division or lies_within(c.residence_division, division)]
        ids = [child.id for child in wanted]
        printed = round_rows.printed_in(session, round_id)
        concerned = care_rows.key_concern_among(session, ids)
        visited = care_rows.last_done_of_many(session, ids)
        heads = Heads(session, actor, wanted)
        return tuple(
            _outstanding(
                session,
                child,
                heads[child.id],
                child.id in printed,
                child.id in concerned,
                _since(visited.get(child.id), facts.row.opens),
            )
            for child in wanted
        )


def _since(day: date | None, opens: date) -> bool:
    return day is not None and day >= opens


def _outstanding(
    session: Session, child: Child, who: Head, printed: bool, concerned: bool, visited: bool
) -> OutstandingRow:
    current = child_rows.current_registration(session, child.id)
    persons = care_rows.persons_of(session, child.id)
    home = None if current is None else registration_rows.answer(session, current.id, "child_residence")
    detail: JsonValue = home.value.get("detail") if home is not None and isinstance(home.value, dict) else ""
    township, village = place_parts(child.residence_division)
    if who.hides("child_residence"):
        detail = township = village = ""
    caregiver = persons.get(PersonRole.CAREGIVER)
    phone = next((p.phone for p in persons.values() if p.phone), "") if caregiver is None else caregiver.phone or ""
    if who.hides(*(f"{role.value}_phone" for role in PersonRole)):
        phone = ""
    return OutstandingRow(
        child_id=child.id,
        name=who.name,
        id_number_masked=who.id_number_masked,
        township=township,
        village=village,
        address=str(detail or ""),
        caregiver="" if caregiver is None or who.hides("caregiver_name") else caregiver.name,
        phone=phone,
        last_statement=None if current is None else current.form_date,
        printed=printed,
        visited=visited,
        key_concern=concerned,
    )


@verb(Right.SEE_ROUNDS)
def compared(store: Store, actor: Actor, round_id: str) -> tuple[RoundMove, ...]:
    """Who came, who left and who is still missing against the round before."""
    store.saw(actor.user_id, "round.see", [round_id])
    with store.session() as session:
        facts = gather(session, actor, round_row(session, round_id))
        reasons = code_table(EXIT_REASONS)
        heads = Heads(session, actor, [*facts.came, *facts.gone, *facts.outstanding])
        rows = [
            _moved(child, heads[child.id], "came", _form_date(session, facts.registered[child.id]))
            for child in facts.came
        ]
        for child in facts.gone:
            move = facts.left[child.id]
            rows.append(_moved(child, heads[child.id], "left", move.on, reasons.label(move.reason)))
        rows += [_moved(child, heads[child.id], "missing", None) for child in facts.outstanding]
        return tuple(rows)


def _form_date(session: Session, registration_id: str) -> date | None:
    row: Registration | None = registration_rows.registration(session, registration_id)
    return None if row is None else row.form_date


def _moved(child: Child, who: Head, what: str, on: date | None, reason: str = "") -> RoundMove:
    return RoundMove(
        child_id=child.id,
        name=who.name,
        id_number_masked=who.id_number_masked,
        residence=who.residence,
        what=what,
        on=on,
        reason=reason,
    )

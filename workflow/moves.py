"""Children leave the list and come back (退出、恢复), and belong together (同母): with reasons, never erased."""

from __future__ import annotations

from datetime import date, datetime

from forms.code_tables import code_table
from forms.written_dates import office_date
from records import batch_rows, care_rows, office_rows
from records.ids import civil_date
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Child, ChildLink, ChildMove, ChildPerson
from records.views import Actor
from records.views_care import LinkCandidate, LinkKind, LinkView, MoveKind, MoveView, PersonRole
from workflow import current, matching, scope
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFound, WrongState
from workflow.heads import PERSON_PARTS, Head, Heads, head_of
from workflow.ownership import own_child
from workflow.permissions import Right, verb

SHARED = {
    PersonRole.MOTHER: (LinkKind.SAME_MOTHER, "母亲"),
    PersonRole.FATHER: (LinkKind.SAME_FATHER, "父亲"),
    PersonRole.CAREGIVER: (LinkKind.SAME_CAREGIVER, "照护人"),
}
LINK_NAMES = {
    LinkKind.SIBLINGS: "兄弟姐妹",
    LinkKind.SAME_MOTHER: "同母",
    LinkKind.SAME_FATHER: "同父",
    LinkKind.SAME_CAREGIVER: "同一照护人",
}


# -- leaving and coming back ------------------------------------------------------------------------------------------


@verb(Right.CARE)
def exit_child(
    store: Store, actor: Actor, now: datetime, child_id: str, reason: str, on: date, *, note: str = ""
) -> Changes:
    """The child leaves the list: 返乡, 迁户, 离县, 满16周岁, 死亡 or 录入错误 (code table exit). Everything is kept.

    It leaves a batch that isn't frozen yet, too; what was frozen or sent stays as it is.
    Raises BadValue for an unknown reason, a day in the future, 满16周岁 before that birthday, 录入错误 unexplained.
    """
    if reason not in {entry.code for entry in code_table("exit").entries} or on > civil_date(now):
        raise BadValue("退出要选原因，日期不能晚于今天。没有改动。")
    if reason == "error" and not note.strip():
        raise BadValue("因录入错误退出要写明错在哪里，没有改动。请填上说明。")
    with store.transaction() as session:
        child = own_child(session, actor, child_id)
        if child.state is ChildState.EXITED:
            raise WrongState("这名儿童已经退出台账，没有改动。")
        age = matching.age_on(child.birth_date, on)
        if reason == "grown" and age is not None and age < current.GROWN_UP:
            raise BadValue(f"到 {office_date(on)}还不满十六周岁，不能按“满16周岁”退出，没有改动。请核对出生日期。")
        _move(store, session, actor, now, child, ChildMove(kind=MoveKind.EXIT, on=on, reason=reason, note=note.strip()))
        child.exited_on, child.exit_reason = on, reason
        child.state = ChildState.EXITED
        batches = batch_rows.take_out_of_open(session, child_id)
        for batch_id in batches:
            store.audit(session, actor.user_id, now, "batch.take_out", batch_id, {"child": child_id})
        current.follow(store, session, actor.user_id, now, child)
    return changed(children=[child_id], batches=batches)


@verb(Right.CARE)
def return_child(store: Store, actor: Actor, now: datetime, child_id: str, on: date, *, note: str) -> Changes:
    """The child is back on the list. Raises BadValue without a reason or for a day before the exit."""
    if not note.strip() or on > civil_date(now):
        raise BadValue("恢复要写明原因，日期不能晚于今天。没有改动。")
    with store.transaction() as session:
        child = own_child(session, actor, child_id)
        if child.state is ChildState.ACTIVE:
            raise WrongState("这名儿童就在台账里，没有改动。")
        if child.exited_on is not None and on < child.exited_on:
            raise BadValue("恢复日期不能早于退出日期，没有改动。")
        _move(store, session, actor, now, child, ChildMove(kind=MoveKind.RETURN, on=on, reason="", note=note.strip()))
        child.exited_on, child.exit_reason = None, ""
        child.state = ChildState.ACTIVE
        current.follow(store, session, actor.user_id, now, child)
    return changed(children=[child_id])


def _move(store: Store, session: Session, actor: Actor, now: datetime, child: Child, move: ChildMove) -> None:
    move.id, move.child_id, move.at, move.by = store.new_id(), child.id, now, actor.user_id
    session.add(move)
    session.flush()
    store.audit(session, actor.user_id, now, f"child.{move.kind.value}", child.id, {"move": move.id})


def move_views(session: Session, child_id: str) -> tuple[MoveView, ...]:
    """Exits and returns in the order in which they were entered."""
    reasons = code_table("exit")
    return tuple(
        MoveView(
            kind=move.kind,
            on=move.on,
            reason=reasons.label(move.reason) if move.reason else "",
            note=move.note,
            by=office_rows.user_name(session, move.by),
            at=move.at,
        )
        for move in care_rows.moves_of(session, child_id)
    )


# -- belonging together -----------------------------------------------------------------------------------------------


@verb(Right.CARE)
def link(
    store: Store, actor: Actor, now: datetime, child_id: str, other_id: str, kind: LinkKind, why: str
) -> tuple[Changes, str]:
    """A person confirms that two children belong together; returns the link's id too. ``unlink`` undoes it."""
    if child_id == other_id or not why.strip():
        raise BadValue("请选另一名儿童，并写明依据。没有保存。")
    with store.transaction() as session:
        first, second = sorted(scope.child(session, actor, each).id for each in (child_id, other_id))
        for known in care_rows.links_of(session, first):
            if known.kind is kind and {known.child_id, known.other_id} == {first, second}:
                raise WrongState("这两名儿童已经这样关联，没有重复。")
        row = ChildLink(
            id=store.new_id(), kind=kind, child_id=first, other_id=second, why=why.strip(), made_at=now,
            made_by=actor.user_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "child.link", row.id, {"child": first, "other": second})
        return changed(children=[first, second]), row.id


@verb(Right.CARE)
def unlink(store: Store, actor: Actor, now: datetime, link_id: str, reason: str) -> Changes:
    """Two children don't belong together after all. The link stays in the history."""
    if not reason.strip():
        raise BadValue("取消关联要写明理由，没有改动。")
    with store.transaction() as session:
        row = session.get(ChildLink, link_id)
        if row is None or row.undone_at is not None:
            raise NotFound("这条关联已经取消了，没有改动。请刷新后再看。")
        _one_of(session, actor, row.child_id, row.other_id)
        row.undone_at, row.undone_by, row.undone_reason = now, actor.user_id, reason.strip()
        session.flush()
        store.audit(session, actor.user_id, now, "child.unlink", row.id)
        return changed(children=[row.child_id, row.other_id])


def _one_of(session: Session, actor: Actor, child_id: str, other_id: str) -> None:
    """One end of a link in the scope is enough to take it back. Raises NotFound."""
    if not scope.sees_child(session, actor, matching.child(session, child_id)):
        scope.child(session, actor, other_id)


def link_views(session: Session, actor: Actor, child_id: str) -> tuple[LinkView, ...]:
    """Standing links of a child. Of one who lives outside the actor's division by now only the township is said."""
    rows = []
    for row in care_rows.links_of(session, child_id):
        other = matching.child(session, row.other_id if row.child_id == child_id else row.child_id)
        inside = scope.sees_child(session, actor, other)
        who = head_of(session, actor, other)
        rows.append(
            LinkView(
                link_id=row.id,
                kind=row.kind,
                other_id=other.id if inside else "",
                other_name=who.name if inside else matching.place_name(other.residence_division[:9]),
                why=row.why if inside else "",
                made_by=office_rows.user_name(session, row.made_by),
                made_on=civil_date(row.made_at),
            )
        )
    return tuple(rows)


def link_candidates(session: Session, actor: Actor, child_id: str) -> tuple[LinkCandidate, ...]:
    """Other children on whose forms the same mother, father or caregiver stands; those linked already left out."""
    linked = {
        (row.kind, row.other_id if row.child_id == child_id else row.child_id)
        for row in care_rows.links_of(session, child_id)
    }
    found: dict[tuple[LinkKind, str], LinkCandidate] = {}
    sharing = care_rows.sharing_persons(session, actor.division, child_id)
    heads = Heads(session, actor, [matching.child(session, child_id), *(child for _, _, child in sharing)])
    for own, other, child in sharing:
        if _pending(heads[child_id], own) or _pending(heads[child.id], other):
            continue  # that they are the same would tell what stands there
        kind, title = SHARED[own.role] if own.role is other.role else SHARED[PersonRole.CAREGIVER]
        if (kind, child.id) in linked:
            continue
        what = "公民身份号码" if own.id_number and own.id_number == other.id_number else "姓名和电话"
        candidate = LinkCandidate(
            other_id=child.id,
            other_name=heads[child.id].name,
            other_residence=heads[child.id].residence,
            kind=kind,
            why=f"两份登记表上{title}的{what}相同",
        )
        found.setdefault((kind, child.id), candidate)
    return tuple(found.values())


def _pending(who: Head, person: ChildPerson) -> bool:
    return who.hides(*(f"{person.role.value}_{part}" for part in PERSON_PARTS))

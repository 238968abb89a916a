"""The same child twice: candidates with their reasons, merging with a way back, and pairs that a person kept apart.

Nothing is ever merged silently. Of children outside the actor's division only the township and the score are said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from records import batch_rows, child_rows, erasing, likeness_rows, merging, office_rows, shells
from records.likeness import Likeness, Traits, keys_of, likeness, pairs_sharing_keys, probes_of
from records.session import Session
from records.store import Store
from records.tables import Child, ChildMerge, KeptApart
from records.views import Actor, BatchRowState
from records.views_duplicates import MergeView, PairView, TwinView
from workflow import blind, current, matching, scope, twins
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotFound, WrongState
from workflow.heads import BORN, Heads, hidden_of
from workflow.names import mask_id_number
from workflow.permissions import Right, verb

CANDIDATES = 80
"""Children compared with one: those that share most keys with it."""
KEYS_VERSION = 1
"""Raised when ``keys_of`` changes: all children are then filed anew at the next look."""
_FILED = "child_keys"  # in the table of settings, but none of ``workflow.settings``: nobody sets it
SEE = "duplicates.see"
LINKS = "child_links"
VALUES = "answer_events"
CANCELLED = "cancelled_visits"
"""What is noted of a merge beside the rows that went over."""
NO_VALUES: Mapping[str, str] = MappingProxyType({})


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_CHILDREN)
def duplicate_candidates(store: Store, actor: Actor, child_id: str) -> tuple[TwinView, ...]:
    """Children who may be the same as this one, the likeliest first. Raises NotFound."""
    store.saw(actor.user_id, SEE, [store.store_id])
    ensure_filed(store)
    with store.session() as session:
        _living_here(session, actor, child_id)
        traits = likeness_rows.traits_of(session, [child_id])[child_id]
        ids = set(likeness_rows.sharing(session, child_id, probes_of(traits), CANDIDATES))
        others = likeness_rows.traits_of(session, ids - likeness_rows.kept_apart(session, child_id))
        alike = {other.child_id: likeness(traits, other) for other in others.values()}
        told = {other_id: like for other_id, like in alike.items() if like.grade}
        scopes = likeness_rows.scopes_of(session, told)
        hidden = hidden_of(session, actor, [child_id, *told])
        twins = [
            _twin(actor, others[i], like, scopes.get(i, ""), _either(hidden, child_id, i)) for i, like in told.items()
        ]
        return tuple(sorted(twins, key=lambda t: (-t.score, t.township, t.child_id)))


@verb(Right.SEE_CHILDREN)
def all_duplicates(store: Store, actor: Actor) -> tuple[PairView, ...]:
    """Pairs of children who may be one, the likeliest first; at least one of each pair in the actor's division."""
    store.saw(actor.user_id, SEE, [store.store_id])
    ensure_filed(store)
    with store.session() as session:
        children = likeness_rows.traits_of_all(session)
        scopes = likeness_rows.scopes_of(session, children)
        apart = likeness_rows.pairs_kept_apart(session)
        hidden = hidden_of(session, actor, list(children))
    found = []
    for pair in sorted(pairs_sharing_keys(children) - apart):
        inside = [child_id for child_id in pair if actor.covers(scopes.get(child_id, ""))]
        if not inside:
            continue
        one = inside[0]
        other = pair[1] if pair[0] == one else pair[0]
        like = likeness(children[one], children[other])
        if like.grade:
            either = _either(hidden, one, other)
            views = (_twin(actor, children[child_id], like, scopes[child_id], either) for child_id in (one, other))
            found.append(PairView(*views))
    return tuple(sorted(found, key=lambda p: (-p.one.score, p.one.child_id, p.other.child_id)))


def _either(hidden: Mapping[str, frozenset[str]], one: str, other: str) -> frozenset[str]:
    """What isn't told of one isn't told of the other: they are alike."""
    return hidden.get(one, blind.NOTHING) | hidden.get(other, blind.NOTHING)


def _twin(actor: Actor, traits: Traits, like: Likeness, division: str, hidden: frozenset[str]) -> TwinView:
    township = matching.place_name(traits.residence[:9])
    if not actor.covers(division):
        return TwinView(like.score, township, inside=False)
    born = bool(hidden & BORN)
    return TwinView(
        score=like.score,
        township=township,
        inside=True,
        child_id=traits.child_id,
        grade=like.grade,
        reasons=(blind.PENDING,) if hidden else like.reasons,
        name=blind.PENDING if "child_name" in hidden else traits.name,
        sex="" if "child_sex" in hidden else matching.sex_label(traits.sex),
        birth_date=None if born else traits.birth_date,
        id_number_masked="" if born else mask_id_number(traits.id_number),
    )


def ensure_filed(store: Store) -> None:
    """A store from before there were keys, or from before they changed, is filed anew once."""
    with store.session() as session:
        if office_rows.setting(session, _FILED) == KEYS_VERSION:
            return
    with store.transaction() as session:
        likeness_rows.clear_keys(session)
        for child_id, traits in likeness_rows.traits_of_all(session).items():
            likeness_rows.set_keys(session, child_id, keys_of(traits))
        filed(session)


def filed(session: Session) -> None:
    """Note that every child stands under its keys."""
    office_rows.set_setting(session, _FILED, KEYS_VERSION)


# -- deciding ---------------------------------------------------------------------------------------------------------


@verb(Right.MERGE)
def merge(
    store: Store,
    actor: Actor,
    now: datetime,
    kept_id: str,
    gone_id: str,
    why: str,
    values: Mapping[str, str] = NO_VALUES,
) -> tuple[Changes, str]:
    """Two children are one: everything of ``gone_id`` goes to ``kept_id``. Returns the merge's id too.

    The newest statement counts; ``values`` names fields for which another registration is right (``workflow.twins``).
    Raises BadValue without a reason, WrongState where it can't be done, NotFound outside the actor's division.
    """
    if not why.strip():
        raise BadValue("合并要写明依据（例如核对了户口簿），没有合并。")
    if kept_id == gone_id:
        raise BadValue("这是同一条记录，不用合并。")
    with store.transaction() as session:
        _living_here(session, actor, kept_id)
        if gone_id in shells.without_registration(session):
            scope.child(session, actor, gone_id)  # of one without any form the care may go over
        else:
            _living_here(session, actor, gone_id)
        if likeness_rows.apart(session, kept_id, gone_id) is not None:
            raise WrongState("这两名儿童已标为“不是同一个孩子”，没有合并。确实要合并的，请先取消那个标记。")
        _refuse_both_running(session, kept_id, gone_id)
        merging.drop_derived(session, gone_id)
        moved: Mapping[str, list[list[str]]] = merging.move_rows(session, gone_id, kept_id)
        cancelled = merging.one_planned_visit(session, kept_id)
        links = merging.relink(session, gone_id, kept_id)
        row = ChildMerge(
            id=store.new_id(),
            kept_id=kept_id,
            gone_id=gone_id,
            why=why.strip(),
            moved={**moved, LINKS: links, CANCELLED: cancelled},
            at=now,
            by=actor.user_id,
        )
        session.add(row)
        session.flush()
        written = twins.settle(store, session, actor, now, kept_id, values, why.strip())
        if written:
            row.moved = {**row.moved, VALUES: written}
        _after(store, session, actor, now, kept_id, gone_id)
        store.audit(session, actor.user_id, now, "child.merge", kept_id, {"gone": gone_id, "merge": row.id})
        return changed(children=[kept_id, gone_id], registrations=_registrations(moved)), row.id


@verb(Right.MERGE)
def undo_merge(store: Store, actor: Actor, now: datetime, merge_id: str, reason: str) -> Changes:
    """The two are two again: what went over comes back, what came to the kept one since stays with it.

    Raises WrongState for one that is undone already, or whose kept child went into another since, and where one of
    the two would be left without any form.
    """
    if not reason.strip():
        raise BadValue("撤销合并要写明原因，没有改动。")
    with store.transaction() as session:
        row = likeness_rows.merge(session, merge_id)
        if row is None:
            raise NotFound("没有这次合并。请刷新后再看。")
        if row.undone_at is not None:
            raise WrongState("这次合并已经撤销过了，没有改动。")
        if likeness_rows.standing_merge_of(session, row.kept_id) is not None:
            raise WrongState("合并后的这名儿童后来又并入了另一名，请先撤销后面那次合并。")
        _living_here(session, actor, row.kept_id)
        moved = dict(row.moved)
        merging.link_back(session, moved.pop(LINKS, []))
        twins.unsettle(store, session, actor, now, moved.pop(VALUES, []))
        had = bool(moved.get("registrations.child_id"))
        cancelled = moved.pop(CANCELLED, [])
        merging.move_back(session, moved, row.gone_id, row.kept_id)
        merging.plan_again(session, cancelled, store.new_id)
        if had and not erasing.has_drafts(session, row.gone_id):
            raise WrongState("并过来的登记表后来都删除了或归了别人，没有可以分回去的，没有改动。")
        if not erasing.has_drafts(session, row.kept_id):
            raise WrongState("留下的这名自己的登记表后来都删除了或归了别人，现有的都是并过来的，不用分开，没有改动。")
        row = session.get_one(ChildMerge, merge_id)
        row.undone_at, row.undone_by, row.undone_reason = now, actor.user_id, reason.strip()
        _after(store, session, actor, now, row.kept_id, row.gone_id)
        store.audit(session, actor.user_id, now, "child.unmerge", row.kept_id, {"gone": row.gone_id, "merge": row.id})
        return changed(children=[row.kept_id, row.gone_id], registrations=_registrations(moved))


@verb(Right.MERGE)
def keep_apart(
    store: Store, actor: Actor, now: datetime, one_id: str, other_id: str, why: str = "", *, apart: bool = True
) -> Changes:
    """A person looked: they are two children, and nobody is asked again. ``apart=False`` takes that back."""
    if one_id == other_id:
        raise BadValue("这是同一条记录，没有改动。")
    with store.transaction() as session:
        for child_id in (one_id, other_id):
            _living_here(session, actor, child_id)
        known = likeness_rows.apart(session, one_id, other_id)
        if apart and known is None:
            first, second = sorted((one_id, other_id))
            session.add(KeptApart(one_id=first, other_id=second, why=why.strip(), at=now, by=actor.user_id))
        elif not apart and known is not None:
            session.delete(known)
        session.flush()
        said = "child.keep_apart" if apart else "child.ask_again"
        store.audit(session, actor.user_id, now, said, one_id, {"other": other_id})
        return changed(children=[one_id, other_id])


@verb(Right.SEE_CHILDREN)
def merges(store: Store, actor: Actor) -> tuple[MergeView, ...]:
    """Merges of children in the actor's division, newest first, those that were undone too."""
    store.saw(actor.user_id, SEE, [store.store_id])
    with store.session() as session:
        found = [m for m in likeness_rows.merges(session) if _sees(session, actor, m.kept_id)]
        return tuple(_merge_view(session, actor, row) for row in found)


def _sees(session: Session, actor: Actor, child_id: str) -> bool:
    stands = likeness_rows.stands_for(session, child_id)
    return scope.sees_child(session, actor, session.get_one(Child, stands))


def _living_here(session: Session, actor: Actor, child_id: str) -> None:
    """Not an earlier registration but the current one lies in the scope. Raises NotFound, for one that is none too."""
    scope.child(session, actor, child_id)
    scope.child_registrations(session, actor, child_id)


def _merge_view(session: Session, actor: Actor, row: ChildMerge) -> MergeView:
    kept, gone = session.get_one(Child, row.kept_id), session.get_one(Child, row.gone_id)
    stands = session.get_one(Child, likeness_rows.stands_for(session, kept.id))
    heads = Heads(session, actor, [kept, gone, stands])
    pending = any(heads[child.id].hides("child_name") for child in (kept, gone, stands))
    return MergeView(
        merge_id=row.id,
        kept_id=row.kept_id,
        kept_name=blind.PENDING if pending else kept.name,
        gone_id=row.gone_id,
        gone_name=blind.PENDING if pending else gone.name,
        why=row.why,
        at=row.at,
        by=office_rows.user_name(session, row.by),
        undone_at=row.undone_at,
        undone_reason=row.undone_reason,
    )


def _refuse_both_running(session: Session, kept_id: str, gone_id: str) -> None:
    """One child may not stand twice in what is being reported."""
    rows = batch_rows.rows_of_children(session, [kept_id, gone_id])
    running = (BatchRowState.FROZEN, BatchRowState.SENT)
    if all(any(row.state in running for row, _ in rows.get(child_id, ())) for child_id in (kept_id, gone_id)):
        raise WrongState("两名儿童都在等反馈的批次里，没有合并。请先把系统的反馈结果记完。")


def _after(store: Store, session: Session, actor: Actor, now: datetime, kept_id: str, gone_id: str) -> None:
    """What is derived follows: columns, keys, proposals, visits. A child without registrations is found no more."""
    session.flush()
    for child_id in (kept_id, gone_id):
        child = matching.child(session, child_id)
        if child_rows.current_registration(session, child_id) is not None:
            current.follow(store, session, actor.user_id, now, child)
        else:
            matching.refresh(session, child)
            child_rows.set_persons(session, child_id, [])
            likeness_rows.set_keys(session, child_id, ())
    session.flush()


def _registrations(moved: Mapping[str, list[list[str]]]) -> list[str]:
    return [row[0] for row in moved.get("registrations.child_id", ())]

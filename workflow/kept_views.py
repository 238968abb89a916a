"""How lists and the window look to somebody: filters by name, columns chosen and ordered, the screen that was left.
Kept in the store and nowhere else: whom an office looks for is nobody's business outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from records import kept_rows
from records.session import Session
from records.store import Store
from records.tables import KeptView
from records.views import Actor
from records.views_kept import ChildFilter, KeptFilter, WindowLeft
from workflow.changes import NOTHING, Changes
from workflow.errors import BadValue, NotAllowed, NotFound
from workflow.permissions import RIGHTS, Right, verb

CHILDREN = "children"  # filters of the list of children
COLUMNS = "columns/"  # begins the kind of a list's columns
WINDOW = "window"
LONGEST_NAME = 24
MOST = 60  # of one kind, for one person

GIVEN: tuple[tuple[str, ChildFilter], ...] = (
    ("在册的", ChildFilter(exited=False)),
    ("全部", ChildFilter()),
    ("重点关爱", ChildFilter(exited=False, concern=True)),
    ("走访逾期", ChildFilter(exited=False, overdue=True)),
    ("还没报送", ChildFilter(exited=False, reported=False)),
    ("已退出", ChildFilter(exited=True)),
)
"""What every office has from the beginning."""


@verb(Right.SEE_CHILDREN)
def filters(store: Store, actor: Actor) -> tuple[KeptFilter, ...]:
    """The given ones, then one's own, then everybody's."""
    given = tuple(KeptFilter("", name, wanted, shared=True) for name, wanted in GIVEN)
    with store.session() as session:
        rows = kept_rows.named(session, CHILDREN, actor.user_id)
        return given + tuple(KeptFilter(row.id, row.name, _filter(row.content), row.user_id is None) for row in rows)


@verb(Right.SEE_CHILDREN)
def keep_filter(
    store: Store, actor: Actor, now: datetime, name: str, wanted: ChildFilter, *, shared: bool = False
) -> Changes:
    """Keep a filter under its name, instead of one's own of that name. ``shared``: everybody gets it.

    Raises BadValue for a name that won't do, NotAllowed for what only an administrator shares.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadValue(f"名称要有 1 到 {LONGEST_NAME} 个字，没有存。")
    if name in dict(GIVEN):
        raise BadValue(f"“{name}”是程序自带的，没有存。请换一个名称。")
    if shared and actor.role not in RIGHTS[Right.ADMINISTER]:
        raise NotAllowed("只有管理员能存成大家都能用的，没有存。")
    _keep(store, actor, now, None if shared else actor.user_id, CHILDREN, name, asdict(wanted))
    return Changes(office=True)


@verb(Right.SEE_CHILDREN)
def remove_filter(store: Store, actor: Actor, now: datetime, view_id: str) -> Changes:
    """One's own goes; everybody's only by an administrator."""
    with store.transaction() as session:
        row = session.get(KeptView, view_id)
        if row is None or row.kind != CHILDREN or row.user_id not in (actor.user_id, None):
            raise NotFound("没有这个筛选，没有改动。请刷新后再看。")
        if row.user_id is None and actor.role not in RIGHTS[Right.ADMINISTER]:
            raise NotAllowed("这是大家都能用的筛选，只有管理员能删，没有改动。")
        session.delete(row)
        store.audit(session, actor.user_id, now, "view.remove", view_id)
    return Changes(office=True)


@verb(Right.SEE_OFFICE)
def columns(store: Store, actor: Actor, listed: str) -> tuple[str, ...]:
    """Titles of the columns that the actor wants of a list, in their order; () where she has chosen none."""
    with store.session() as session:
        row = kept_rows.kept(session, f"{COLUMNS}{listed}", actor.user_id)
        return () if row is None or not isinstance(row.content, list) else tuple(str(title) for title in row.content)


@verb(Right.SEE_OFFICE)
def keep_columns(store: Store, actor: Actor, now: datetime, listed: str, titles: Sequence[str]) -> Changes:
    """Keep which columns the actor wants, in this order; none: as the program has them. Nothing is announced."""
    kind = f"{COLUMNS}{listed}"
    if titles:
        _keep(store, actor, now, actor.user_id, kind, "", list(titles))
        return NOTHING
    with store.transaction() as session:
        row = kept_rows.kept(session, kind, actor.user_id)
        if row is not None:
            session.delete(row)
    return NOTHING


@verb(Right.SEE_OFFICE)
def window(store: Store, actor: Actor) -> WindowLeft:
    """How the actor left the window; as the program has it where she has not been."""
    with store.session() as session:
        row = kept_rows.kept(session, WINDOW, actor.user_id)
        return WindowLeft() if row is None else _left(row.content)


@verb(Right.SEE_OFFICE)
def keep_window(store: Store, actor: Actor, now: datetime, left: WindowLeft) -> Changes:
    """Keep how the actor leaves the window. Nothing is announced and nothing audited: it says nothing of anybody, and
    looking around is no change that a backup would miss."""
    with store.transaction() as session:
        row = kept_rows.kept(session, WINDOW, actor.user_id)
        if row is None:
            row = KeptView(id=store.new_id(), user_id=actor.user_id, kind=WINDOW, name="")
            session.add(row)
        row.content, row.at, row.by = asdict(left), now, actor.user_id
    return NOTHING


def _left(content: Any) -> WindowLeft:
    """As it was kept, by whichever version; what can't be understood is left out."""
    told: Mapping[str, Any] = content if isinstance(content, dict) else {}
    return WindowLeft(
        screen=str(told.get("screen", "")),
        gaps={name: tuple(map(int, sizes)) for name, sizes in _table(told, "gaps").items()},
        widths={name: dict(wide) for name, wide in _table(told, "widths").items()},
    )


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _keep(store: Store, actor: Actor, now: datetime, user_id: str | None, kind: str, name: str, content: Any) -> None:
    with store.transaction() as session:
        row = kept_rows.kept(session, kind, user_id, name)
        if row is None:
            _refuse_too_many(session, kind, actor)
            row = KeptView(id=store.new_id(), user_id=user_id, kind=kind, name=name)
            session.add(row)
        row.content, row.at, row.by = content, now, actor.user_id
        session.flush()
        store.audit(session, actor.user_id, now, "view.keep", row.id)  # its name is a value, and stays here


def _refuse_too_many(session: Session, kind: str, actor: Actor) -> None:
    if len(kept_rows.named(session, kind, actor.user_id)) >= MOST:
        raise BadValue(f"存下的筛选已经有 {MOST} 个，没有存。请先删去不用的。")


def _filter(content: Any) -> ChildFilter:
    """As it was kept; what a newer program has added to it is left out."""
    known = {field.name for field in fields(ChildFilter)}
    told: Mapping[str, Any] = content if isinstance(content, dict) else {}
    return ChildFilter(**{key: value for key, value in told.items() if key in known})

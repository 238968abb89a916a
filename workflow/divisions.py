"""区划调整: a township went into another, a county became a district, a code is gone. Everything goes by the new code.

Each edition of the program brings the list of divisions as it is then; what a store holds was kept by the list of its
time. Who sees what, rounds and filters go by codes, so the office says once what became of an old one. Papers, answers
and batches keep the code that was written; forms of before that come in later count as of the new division.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forms.gazetteer import gazetteer, lies_within, scope_of
from records import division_rows, office_rows
from records.session import Session
from records.store import Store
from records.views import Actor
from workflow.changes import Changes
from workflow.errors import BadValue
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

_MOVED = "divisions_moved"  # in the table of settings, but none of ``workflow.settings``: old code to new code
UNCHANGED = "没有改动。"


@dataclass(frozen=True, slots=True)
class GoneDivision:
    """A code that something in the store goes by and the list of divisions has no more. ``rows``: how many rows do."""

    code: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Divisions:
    """``gone`` in the order of codes; ``moved``: old and new code of each adjustment that was entered."""

    gone: tuple[GoneDivision, ...]
    moved: tuple[tuple[str, str], ...]


@verb(Right.ADMINISTER)
def divisions(store: Store, actor: Actor) -> Divisions:
    """What is to be seen to after the list of divisions changed, and what was."""
    with store.session() as session:
        require_whole_office(session, actor)
        places = gazetteer()
        used = division_rows.in_use(session)
        gone = sorted(code for code in used if places.division(code) is None)
        return Divisions(
            tuple(GoneDivision(code, places.told(code), used[code]) for code in gone),
            tuple(sorted(_moved(session).items())),
        )


@verb(Right.ADMINISTER)
def move(store: Store, actor: Actor, now: datetime, old: str, new: str) -> Changes:
    """What belonged to ``old``, or to a division below it, belongs to ``new``: a division of the list.

    Of a village or township below, the one of the same name below ``new`` is taken where there is one.
    Raises BadValue for codes that can't be, and for a place that the office doesn't look after.
    """
    old, new = old.strip(), new.strip()
    if not (old.isdecimal() and len(old) in (6, 9, 12)) or old == new:
        raise BadValue(f"原来的区划代码要写 6、9 或 12 位数字，并且和新的不一样，{UNCHANGED}")
    if gazetteer().division(new) is None:
        raise BadValue(f"新的区划代码 {new} 不在区划表里，{UNCHANGED}请核对代码，或先更新程序。")
    if lies_within(new, old):
        raise BadValue(f"新的区划就在原来的区划里面，不用调整，{UNCHANGED}")
    with store.transaction() as session:
        require_whole_office(session, actor)
        office = office_rows.office(session).division
        whole = lies_within(office, old)
        if not whole and not lies_within(old, office):
            raise BadValue(f"原来的区划 {gazetteer().told(old)} 不归本单位管，{UNCHANGED}")
        if not whole and not lies_within(new, office):
            raise BadValue(f"新的区划 {gazetteer().told(new)} 不归本单位管，{UNCHANGED}请由上级单位调整。")
        known = {was: _successor(became, old, new) for was, became in _moved(session).items()}
        known[old] = new
        office_rows.set_setting(session, _MOVED, known)
        session.flush()
        rows = division_rows.move(session, lambda code: today(known, code))
        store.audit(session, actor.user_id, now, "office.division_moved", old, {"to": new, "rows": rows})
    return Changes(office=True)


def follow(session: Session) -> None:
    """What came in by the codes of before (a package of an office that hasn't entered the change) goes by today's."""
    known = _moved(session)
    if known:
        division_rows.move(session, lambda code: today(known, code))


def moved_divisions(session: Session) -> Mapping[str, str]:
    """What became of which division, as the office said."""
    return _moved(session)


def today(moved: Mapping[str, str], code: str) -> str:
    """The division that stands for this one by now; itself where nothing was said about it."""
    if not moved or not code:
        return code
    within = [old for old in moved if lies_within(code, old)]
    if not within:
        return code
    old = max(within, key=lambda each: len(scope_of(each)))
    return _successor(code, old, moved[old])


def _moved(session: Session) -> dict[str, str]:
    return dict(office_rows.setting(session, _MOVED) or {})


def _successor(code: str, old: str, new: str) -> str:
    """``code``, within ``old``, as a division of ``new``: the one of the same name below it, else ``new`` itself."""
    if not lies_within(code, old):
        return code
    places = gazetteer()
    names: list[str] = []
    at = code
    while scope_of(at) != scope_of(old):
        name = places.own_name(at)
        if name is None:
            return new
        names.append(name)
        at = at[:9] if len(at) == 12 else at[:6]
    found = new
    for name in reversed(names):
        same = [child.code for child in places.children(found) if child.name == name]
        if len(same) != 1:
            break
        found = same[0]
    return found

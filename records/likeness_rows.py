"""Children as ``records.likeness`` compares them, the keys they are found by, and what persons decided about pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, true
from sqlalchemy.orm import Session

from records.likeness import Around, Traits
from records.tables import Answer, Child, ChildKey, ChildMerge, ChildPerson, KeptApart, Registration
from records.views_care import PersonRole

RESIDENCE = "child_residence"


# -- children ---------------------------------------------------------------------------------------------------------


def traits_of(session: Session, child_ids: Collection[str]) -> dict[str, Traits]:
    """These children, by id."""
    return _traits(session, Child.id.in_(child_ids), ChildPerson.child_id.in_(child_ids))


def traits_of_all(session: Session) -> dict[str, Traits]:
    """Every child with a verified registration, by id."""
    return _traits(session, Child.current_registration_id.is_not(None), true())


def _traits(session: Session, which: ColumnElement[bool], persons: ColumnElement[bool]) -> dict[str, Traits]:
    around: dict[str, dict[str, Around]] = {}
    phones: dict[str, str] = {}
    columns = (ChildPerson.child_id, ChildPerson.role, ChildPerson.name, ChildPerson.id_number, ChildPerson.phone)
    for child_id, role, name, number, phone in session.execute(select(*columns).where(persons)):
        if role is PersonRole.CHILD:
            phones[child_id] = phone or ""
        else:
            around.setdefault(child_id, {})[role.value] = Around(name, number or "", phone or "")
    at = (Answer.registration_id == Child.current_registration_id) & (Answer.key == RESIDENCE)
    rows = session.execute(
        select(
            Child.id,
            Child.name,
            Child.pinyin,
            Child.birth_date,
            Child.sex,
            Child.id_number,
            Child.household_division,
            Child.residence_division,
            Answer.value,
        )
        .outerjoin(Answer, at)
        .where(which)
    )
    return {
        row.id: Traits(
            child_id=row.id,
            name=row.name,
            pinyin=row.pinyin,
            birth_date=row.birth_date,
            sex=row.sex,
            id_number=row.id_number or "",
            phone=phones.get(row.id, ""),
            household=row.household_division,
            residence=row.residence_division,
            detail=str(row.value.get("detail") or "") if isinstance(row.value, dict) else "",
            around=around.get(row.id, {}),
        )
        for row in rows
    }


def scopes_of(session: Session, child_ids: Collection[str]) -> dict[str, str]:
    """The division of each child's current registration: who may see the child."""
    statement = (
        select(Child.id, Registration.division)
        .join(Registration, Registration.id == Child.current_registration_id)
        .where(Child.id.in_(child_ids))
    )
    return {row.id: row.division for row in session.execute(statement)}


# -- keys -------------------------------------------------------------------------------------------------------------


def set_keys(session: Session, child_id: str, keys: Iterable[str]) -> None:
    """The child stands under these keys and no others. No keys: it is found no more."""
    session.execute(delete(ChildKey).where(ChildKey.child_id == child_id))
    rows = [{"child_id": child_id, "key": key} for key in sorted(keys)]
    if rows:
        session.execute(insert(ChildKey), rows)


def clear_keys(session: Session) -> None:
    """Nobody stands under any key, before all are filed anew."""
    session.execute(delete(ChildKey))


def sharing(session: Session, child_id: str, keys: Collection[str], most: int) -> Sequence[str]:
    """Other children under any of these keys, those under most of them first."""
    statement = (
        select(ChildKey.child_id)
        .where(ChildKey.key.in_(keys), ChildKey.child_id != child_id)
        .group_by(ChildKey.child_id)
        .order_by(func.count().desc(), ChildKey.child_id)
        .limit(most)
    )
    return session.scalars(statement).all()


# -- decisions --------------------------------------------------------------------------------------------------------


def standing_merge_of(session: Session, gone_id: str) -> ChildMerge | None:
    """The merge by which this child went into another, None for one that stands by itself."""
    return session.scalar(select(ChildMerge).where(ChildMerge.gone_id == gone_id, ChildMerge.undone_at.is_(None)))


def standing_merges(session: Session) -> dict[str, str]:
    """Into which child each of those went that stand by themselves no longer."""
    statement = select(ChildMerge.gone_id, ChildMerge.kept_id).where(ChildMerge.undone_at.is_(None))
    return dict(session.execute(statement).all())


def merge(session: Session, merge_id: str) -> ChildMerge | None:
    """One merge."""
    return session.get(ChildMerge, merge_id)


def merges(session: Session) -> Sequence[ChildMerge]:
    """All, newest first."""
    return session.scalars(select(ChildMerge).order_by(ChildMerge.at.desc(), ChildMerge.id.desc())).all()


def stands_for(session: Session, child_id: str) -> str:
    """The child that this one went into, over several merges; itself where it was never merged."""
    seen = {child_id}
    while (step := standing_merge_of(session, child_id)) is not None and step.kept_id not in seen:
        child_id = step.kept_id
        seen.add(child_id)
    return child_id


def kept_apart(session: Session, child_id: str) -> set[str]:
    """Those that a person said are not this child: also where it was said of a child that went into one of them."""
    mine = {child_id}
    while True:
        gone = select(ChildMerge.gone_id).where(ChildMerge.kept_id.in_(mine), ChildMerge.undone_at.is_(None))
        more = set(session.scalars(gone)) - mine
        if not more:
            break
        mine |= more
    said = select(KeptApart.one_id, KeptApart.other_id).where(
        or_(KeptApart.one_id.in_(mine), KeptApart.other_id.in_(mine))
    )
    others = {other if one in mine else one for one, other in session.execute(said)}
    return {stands_for(session, other) for other in others}


def pairs_kept_apart(session: Session) -> set[tuple[str, str]]:
    """All such pairs, the smaller id first."""
    found = set()
    for one, other in session.execute(select(KeptApart.one_id, KeptApart.other_id)):
        pair = sorted((stands_for(session, one), stands_for(session, other)))
        found.add((pair[0], pair[1]))
    return found


def apart(session: Session, one: str, other: str) -> KeptApart | None:
    """What was said of this pair."""
    return session.get(KeptApart, (min(one, other), max(one, other)))

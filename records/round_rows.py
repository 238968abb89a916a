"""Rounds of updates: who is in them, who is still missing, what was printed for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from records.likeness_rows import stands_for
from records.registration_rows import DONE, OPEN
from records.scope import within
from records.states import ChildState
from records.tables import (
    Answer,
    CarriedOver,
    Child,
    ChildMove,
    Page,
    PrintedForm,
    Registration,
    Round,
    Sheet,
    Visit,
)
from records.views_care import MoveKind

VISIT_FORMS = 5000
"""So many that are out are known to the reader; of older ones it reads what is printed like anything else."""


def base_of(session: Session, registration_id: str) -> str | None:
    """The registration whose values stand for what this one (信息无变化) left blank."""
    row = session.get(CarriedOver, registration_id)
    return None if row is None else row.base_id


def open_rounds(session: Session) -> Sequence[Round]:
    """Rounds that are open, the newest first."""
    statement = select(Round).where(Round.closed_at.is_(None))
    return session.scalars(statement.order_by(Round.opens.desc(), Round.id.desc())).all()


def count_in(session: Session, round_id: str, scope: str) -> int:
    """Verified registrations of a round within the scope."""
    statement = (
        select(func.count())
        .select_from(Registration)
        .where(Registration.round_id == round_id, Registration.state.in_(DONE), within(Registration.division, scope))
    )
    return session.scalar(statement) or 0


def count_drafts(session: Session, round_id: str, scope: str) -> int:
    """Registrations of a round that wait to be verified."""
    statement = (
        select(func.count())
        .select_from(Registration)
        .where(Registration.round_id == round_id, Registration.state.in_(OPEN), within(Registration.division, scope))
    )
    return session.scalar(statement) or 0


def round_before(session: Session, row: Round) -> Round | None:
    """The round before this one, by 统计时点, for the same township or for the whole office."""
    same = or_(Round.division == row.division, Round.division == "")
    statement = select(Round).where(Round.as_of < row.as_of, Round.id != row.id, same)
    return session.scalar(statement.order_by(Round.as_of.desc(), Round.opens.desc(), Round.id.desc()).limit(1))


def _lives_in(row: Round, scope: str) -> list[ColumnElement[bool]]:
    return [within(Child.scope, scope), *([within(Child.residence_division, row.division)] if row.division else [])]


def children_of(session: Session, row: Round, scope: str) -> Sequence[Child]:
    """Everybody the round is about: the children of its township in the scope, by village, then pinyin."""
    statement = select(Child).where(*_lives_in(row, scope))
    return session.scalars(statement.order_by(Child.residence_division, Child.pinyin, Child.id)).all()


def registered_in(session: Session, round_id: str) -> dict[str, str]:
    """Child -> its newest verified registration in the round."""
    statement = (
        select(Registration.child_id, Registration.id)
        .where(Registration.round_id == round_id, Registration.state.in_(DONE))
        .order_by(Registration.form_date, Registration.verified_at, Registration.id)
    )
    return {child_id: registration_id for child_id, registration_id in session.execute(statement) if child_id}


def known_before(session: Session, row: Round) -> set[str]:
    """Children with a verified registration of another round with an earlier 统计时点, or without a round."""
    earlier = select(Round.id).where(Round.as_of < row.as_of)
    statement = (
        select(Registration.child_id)
        .where(Registration.state.in_(DONE), or_(Registration.round_id.in_(earlier), Registration.round_id.is_(None)))
        .distinct()
    )
    return {child_id for child_id in session.scalars(statement) if child_id}


def left_since(session: Session, day: date) -> dict[str, ChildMove]:
    """Children who left the list on or after a day and have not come back, with their last move."""
    statement = (
        select(ChildMove)
        .join(Child, ChildMove.child_id == Child.id)
        .where(ChildMove.kind == MoveKind.EXIT, ChildMove.on >= day, Child.state == ChildState.EXITED)
        .order_by(ChildMove.at, ChildMove.id)
    )
    return {move.child_id: move for move in session.scalars(statement)}


def unchanged_among(session: Session, registration_ids: Sequence[str]) -> int:
    """How many of these registrations say 信息无变化."""
    count = 0
    for start in range(0, len(registration_ids), 500):
        statement = select(Answer.value).where(
            Answer.registration_id.in_(registration_ids[start : start + 500]), Answer.key == "form_update"
        )
        count += sum(value == ["unchanged"] for value in session.scalars(statement))
    return count


# -- forms sent out ---------------------------------------------------------------------------------------------------


def printed_in(session: Session, round_id: str) -> dict[str, PrintedForm]:
    """Child -> the last form printed for it in a round."""
    statement = select(PrintedForm).where(PrintedForm.round_id == round_id).order_by(PrintedForm.printed_at)
    return {row.child_id: row for row in session.scalars(statement)}


def printed_and_out(session: Session) -> Sequence[PrintedForm]:
    """Printed forms of open rounds that no verified registration has brought back."""
    back = (
        select(Sheet.id)
        .join(Registration, Sheet.registration_id == Registration.id)
        .where(Sheet.serial == PrintedForm.serial, Registration.state.in_(DONE))
    )
    statement = (
        select(PrintedForm)
        .join(Round, PrintedForm.round_id == Round.id)
        .where(Round.closed_at.is_(None), ~back.exists())
        .order_by(PrintedForm.printed_at, PrintedForm.id)
    )
    return session.scalars(statement).all()


def visit_forms_out(session: Session) -> Sequence[PrintedForm]:
    """Visit forms that have not come back as a visit, the newest of them."""
    back = select(Page.id).join(Visit, Visit.page_id == Page.id).where(Page.serial == PrintedForm.serial)
    statement = (
        select(PrintedForm)
        .where(PrintedForm.round_id.is_(None), ~back.exists())
        .order_by(PrintedForm.printed_at.desc(), PrintedForm.id.desc())
        .limit(VISIT_FORMS)
    )
    return session.scalars(statement).all()


def child_of_serial(session: Session, serial: str) -> str | None:
    """The child a sheet was printed for, or the one it went into."""
    found = session.scalar(select(PrintedForm.child_id).where(PrintedForm.serial == serial)) if serial else None
    return None if found is None else stands_for(session, found)


def printed_of_registration(session: Session, registration_id: str) -> PrintedForm | None:
    """The prefilled form that a registration's sheets are; None where they are none or not one and the same."""
    statement = (
        select(PrintedForm)
        .join(Sheet, Sheet.serial == PrintedForm.serial)
        .where(Sheet.registration_id == registration_id)
        .distinct()
    )
    found = session.scalars(statement).all()
    return found[0] if len({row.id for row in found}) == 1 else None

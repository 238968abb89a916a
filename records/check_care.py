"""What can be wrong with what is kept beside the registrations: derived columns, plans, dossiers."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from records.check_rows import Ids
from records.registration_rows import DONE
from records.states import ChildState
from records.tables import ArchiveItem, Child, Concern, CrossReference, Dossier, Registration, Sheet, Visit
from records.views_care import ConcernState, VisitState


def current_registration_differs(session: Session) -> Ids:
    """Children whose noted current registration is not the newest statement, or whose scope is not its division."""
    place = (
        func.row_number()
        .over(
            partition_by=Registration.child_id,
            order_by=(
                Registration.form_date.is_(None),
                Registration.form_date.desc(),
                Registration.verified_at.desc(),
                Registration.id.desc(),
            ),
        )
        .label("place")
    )
    ranked = select(Registration.id, Registration.child_id, place).where(Registration.state.in_(DONE)).subquery()
    newest = select(ranked.c.id).where(ranked.c.child_id == Child.id, ranked.c.place == 1).scalar_subquery()
    division = select(Registration.division).where(Registration.id == Child.current_registration_id).scalar_subquery()
    other = func.coalesce(newest, "") != func.coalesce(Child.current_registration_id, "")
    statement = select(Child.id).where(or_(other, Child.scope != func.coalesce(division, "")))
    return tuple(session.scalars(statement.order_by(Child.id)))


def visits_not_planned(session: Session) -> Ids:
    """Children on the list without a planned visit, or with several; children off the list with one."""
    planned = (
        select(func.count())
        .where(Visit.child_id == Child.id, Visit.state == VisitState.PLANNED)
        .correlate(Child)
        .scalar_subquery()
    )
    on_the_list = (Child.state == ChildState.ACTIVE) & Child.current_registration_id.is_not(None)
    wrong = or_(planned > 1, on_the_list & (planned == 0), (Child.state == ChildState.EXITED) & (planned > 0))
    return tuple(session.scalars(select(Child.id).where(wrong).order_by(Child.id)))


def key_concern_without_dossier(session: Session) -> Ids:
    """Key-concern children without the paper dossier that the notice wants (二（二）)."""
    concerned = select(Concern.id).where(Concern.child_id == Child.id, Concern.state == ConcernState.CONFIRMED)
    kept = select(Dossier.id).where(Dossier.child_id == Child.id)
    statement = select(Child.id).where(Child.state == ChildState.ACTIVE, concerned.exists(), ~kept.exists())
    return tuple(session.scalars(statement.order_by(Child.id)))


def moved_without_reference(session: Session) -> Ids:
    """Items whose registration's sheets lie in another item, to which no 参见 leads."""
    sheets = select(Sheet.id).where(Sheet.item_id == ArchiveItem.id)
    elsewhere = select(Sheet.id).where(Sheet.registration_id == ArchiveItem.registration_id, Sheet.item_id.is_not(None))
    leads = select(CrossReference.id).where(
        CrossReference.from_item_id == ArchiveItem.id, CrossReference.to_item_id.is_not(None)
    )
    statement = select(ArchiveItem.archive_number).where(elsewhere.exists(), ~sheets.exists(), ~leads.exists())
    return tuple(session.scalars(statement.order_by(ArchiveItem.archive_number)))

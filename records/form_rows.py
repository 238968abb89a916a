"""The forms of an office: those it learned or took over, and which it reads with no more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.scope import within
from records.tables import FormUsed, OfficeForm, Page, Source
from records.views import PageState

UNKNOWN = "unknown_form"


def office_forms(session: Session) -> Sequence[OfficeForm]:
    """By id and version."""
    return session.scalars(select(OfficeForm).order_by(OfficeForm.form_id, OfficeForm.version)).all()


def office_form(session: Session, form_id: str, version: str) -> OfficeForm | None:
    """What the office keeps of this version."""
    return session.get(OfficeForm, (form_id, version))


def pages_read(session: Session) -> dict[tuple[str, str], int]:
    """How many pages were read with each form version."""
    statement = (
        select(Page.form_id, Page.form_version, func.count())
        .where(Page.form_id.is_not(None))
        .group_by(Page.form_id, Page.form_version)
    )
    return {(form_id or "", version or ""): count for form_id, version, count in session.execute(statement)}


def versions(session: Session, form_id: str) -> frozenset[str]:
    """Every version of a form that this store knows, whether its own or one that came with a package."""
    own = session.scalars(select(OfficeForm.version).where(OfficeForm.form_id == form_id))
    used = session.scalars(select(FormUsed.version).where(FormUsed.form_id == form_id))
    return frozenset(own) | frozenset(used)


def unknown_pages(session: Session, division: str) -> Sequence[Page]:
    """Pages of a division whose form nobody knew, in the order they came."""
    statement = (
        select(Page)
        .join(Source, Page.source_id == Source.id)
        .where(Page.status == UNKNOWN, Page.state == PageState.READ, within(Source.division, division))
        .where(Page.erased_at.is_(None))
        .order_by(Source.received_at, Source.id, Page.position)
    )
    return session.scalars(statement).all()

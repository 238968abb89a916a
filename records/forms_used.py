"""The forms of a store: every version that a page was read with, kept whole for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.form_file import Form
from records.packing import pack_form, unpack_form
from records.tables import FormUsed


def keep_form(session: Session, form: Form, now: datetime) -> None:
    """Keep a form version, if the store hasn't it yet."""
    if session.get(FormUsed, (form.id, form.version)) is None:
        session.add(
            FormUsed(
                form_id=form.id, version=form.version, title=form.title, definition=pack_form(form), first_used_at=now
            )
        )
        session.flush()


def form_used(session: Session, form_id: str, version: str) -> Form:
    """The form as it was when first used. Raises StoreDamaged, NoResultFound for one the store never had."""
    statement = select(FormUsed.definition).where(FormUsed.form_id == form_id, FormUsed.version == version)
    return unpack_form(session.scalars(statement).one())


def forms_used(session: Session) -> list[tuple[str, str]]:
    """Id and version of every form that a page of this store was read with."""
    statement = select(FormUsed.form_id, FormUsed.version).order_by(FormUsed.form_id, FormUsed.version)
    return [(form_id, version) for form_id, version in session.execute(statement)]

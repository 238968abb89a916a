"""The forms that a store's pages were read with, unpacked once per program."""

from __future__ import annotations

from forms.form_file import Form, Purpose
from records.forms_used import form_used
from records.session import Session
from records.store import Store

# A form version never changes once used, so what was unpacked stays right; an office uses a handful.
_unpacked: dict[tuple[str, str, str], Form] = {}


def stored_form(store: Store, session: Session, form_id: str, version: str) -> Form:
    """The form in the version given. Raises StoreDamaged where it can't be unpacked."""
    name = (store.store_id, form_id, version)
    form = _unpacked.get(name)
    if form is None:
        form = _unpacked[name] = form_used(session, form_id, version)
    return form


def is_registration(form: Form) -> bool:
    """Whether a filled sheet of this form is a statement about a child that drafts and rounds deal with."""
    return form.purpose is Purpose.REGISTRATION

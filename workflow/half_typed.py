"""Where somebody stands in a form and what she has typed there: kept in the store, so that a power cut loses nothing.

It is no answer: nothing counts it, nobody else sees it, and it goes when the field is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms.dictionary import extra_sensitive
from records import registration_rows
from records.session import Session
from records.store import Store
from records.tables import HalfTyped, Registration
from records.views import Actor
from workflow import blind, scope
from workflow.changes import NOTHING, Changes
from workflow.permissions import Right, verb

LONGEST = 2000  # characters; what is longer is no value of any field


@dataclass(frozen=True, slots=True)
class Standing:
    """The field somebody was at, and the text typed there; "" when she had only gone to it."""

    key: str
    text: str


@verb(Right.VERIFY)
def keep(store: Store, actor: Actor, now: datetime, registration_id: str, key: str, text: str) -> Changes:
    """Keep where the actor is and what is typed there, instead of what was kept before. No event, nothing announced."""
    with store.transaction() as session:
        if registration_rows.registration(session, registration_id) is None:
            return NOTHING  # dissolved meanwhile: there is nothing to come back to
        scope.registration(session, actor, registration_id)
        row = session.get(HalfTyped, (registration_id, actor.user_id))
        if row is None:
            row = HalfTyped(registration_id=registration_id, user_id=actor.user_id)
            session.add(row)
        kept = text[:LONGEST]
        row.key, row.at = key, now
        row.text, row.sealed = kept, None
        if key in extra_sensitive() and kept:
            row.text, row.sealed = "", store.seal(kept.encode(), _place(registration_id, actor))
    return NOTHING


@verb(Right.SEE_REGISTRATIONS)
def kept(store: Store, actor: Actor, registration_id: str) -> Standing | None:
    """Where the actor was in this form; None where she has not been.

    Of a form that is verified only what she has typed since: what came of looking at readings is not entered blind.
    """
    with store.session() as session:
        return standing(store, session, actor, scope.registration(session, actor, registration_id))


@verb(Right.VERIFY)
def latest(store: Store, actor: Actor) -> str:
    """The form that the actor was verifying last, if it still waits; "" for none. There the next day begins."""
    with store.session() as session:
        return registration_rows.last_stood_in(session, actor.user_id, actor.division)


def standing(store: Store, session: Session, actor: Actor, registration: Registration) -> Standing | None:
    """The same of a registration that lies in the scope."""
    row = session.get(HalfTyped, (registration.id, actor.user_id))
    verified = registration.verified_at if registration.state in blind.SECOND else None
    if row is None or (verified is not None and row.at <= verified):
        return None
    return Standing(row.key, _text(store, row, actor))


def _text(store: Store, row: HalfTyped, actor: Actor) -> str:
    if row.sealed is None:
        return row.text
    opened = store.open_sealed(row.sealed, _place(row.registration_id, actor))
    return "" if opened is None else opened.decode()


def _place(registration_id: str, actor: Actor) -> str:
    return f"half_typed/{registration_id}/{actor.user_id}"

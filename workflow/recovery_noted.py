"""Has the recovery code that was shown been written down? A window that is closed (or a power cut) while it is shown
takes it away for good, and nobody would know until the password is forgotten."""

from __future__ import annotations

from datetime import datetime

from records import kept_rows, office_rows
from records.store import Store
from records.tables import KeptView
from records.views import Actor
from workflow.changes import NOTHING, Changes
from workflow.permissions import Right, verb

KIND = "recovery_code"


@verb(Right.ADMINISTER)
def shown(store: Store, actor: Actor, now: datetime) -> Changes:
    """A code stands on the screen. The code itself is kept nowhere."""
    with store.transaction() as session:
        if kept_rows.kept(session, KIND, None) is None:
            row = KeptView(id=store.new_id(), user_id=None, kind=KIND, name="", content=True, at=now, by=actor.user_id)
            session.add(row)
    return NOTHING


@verb(Right.ADMINISTER)
def noted(store: Store, actor: Actor, now: datetime) -> Changes:
    """Two of its groups were typed back."""
    with store.transaction() as session:
        row = kept_rows.kept(session, KIND, None)
        if row is not None:
            session.delete(row)
        store.audit(session, actor.user_id, now, "key.recovery_noted", store.store_id)
    return NOTHING


@verb(Right.ADMINISTER)
def waits(store: Store, actor: Actor) -> bool:
    """A code was shown and never typed back: who looks after the whole office has to make another."""
    with store.session() as session:
        whole = actor.covers(office_rows.office(session).division)
        return whole and kept_rows.kept(session, KIND, None) is not None

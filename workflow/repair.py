"""What ``tongdang check`` found and a program may put right by itself: nothing that anybody said is touched."""

from __future__ import annotations

from datetime import datetime

from records import vault_rows
from records.store import Store
from records.tables import Child
from records.views import Actor
from workflow import matching
from workflow.check import Fault, check
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

DERIVED = "current_differs"  # columns that follow from the registrations
STRAY = "file_stray"  # vault files that no row names: their keys are nowhere


@verb(Right.ADMINISTER)
def repair(store: Store, actor: Actor, now: datetime) -> tuple[Fault, ...]:
    """Derive children's columns anew and remove vault files whose keys are nowhere. Returns what is still wrong.

    With a damaged database nothing is done: what can't be read can't be told from what isn't there.
    """
    found = {fault.code: fault for fault in check(store, actor)}
    if "database_damaged" in found:
        return tuple(found.values())
    with store.transaction() as session:
        require_whole_office(session, actor)
        derived = found[DERIVED].ids if DERIVED in found else ()
        for child_id in derived:
            matching.refresh(session, session.get_one(Child, child_id))
        strays = len(found[STRAY].ids) if STRAY in found else 0
        if derived or strays:
            store.audit(session, actor.user_id, now, "check.repair", store.store_id, {"c": len(derived), "f": strays})
        known = vault_rows.named_ids(session)
    if strays:
        store.vault.sweep(known)
    return check(store, actor)

"""What ``tongdang check`` found and a program may put right by itself: nothing that anybody said is touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from records import erasing, handovers, merging, people, sealing_late, search_rows, shells, vault_rows
from records.session import Session
from records.store import Store
from records.tables import Child, Page, Source
from records.views import Actor
from workflow import matching, visit_plan
from workflow.check import Fault, check
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office
from workflow.settings import intervals

DERIVED = ("current_differs", "search_differs")  # columns that follow from the registrations
TAILS = "number_not_found"
EMPTY = "child_without_registration"  # one of whom nobody said anything
UNPLANNED = "visit_unplanned"  # follows from registrations, concerns and visits done
SEALABLE = "sensitive_open"  # the same value, sealed
ERASED = "erasure_incomplete"  # two persons have decided it; what is left of it goes
UNSENT = "handed_over_astray"  # the next package then holds it again
STRAY = "file_stray"  # vault files that no row names: their keys are nowhere
KEYS = "keys_half"  # the other copy is whole
ROWS = (*DERIVED, TAILS, EMPTY, UNPLANNED, SEALABLE, ERASED, UNSENT)


@verb(Right.ADMINISTER)
def repair(store: Store, actor: Actor, now: datetime) -> tuple[Fault, ...]:
    """Put right what follows from the rest, finish what was decided. Returns what is still wrong.

    With a damaged database nothing is done: what can't be read can't be told from what isn't there.
    """
    found = {fault.code: fault.ids for fault in check(store, actor)}
    if "database_damaged" in found:
        return check(store, actor)
    gone: list[str] = []
    with store.transaction() as session:
        require_whole_office(session, actor)
        known = vault_rows.named_ids(session)
        if any(code in found for code in (*ROWS, STRAY, KEYS)):
            detail = {code: len(found[code]) for code in (*ROWS, STRAY, KEYS) if code in found}
            store.audit(session, actor.user_id, now, "check.repair", store.store_id, detail)
        gone = _rows(store, session, now, found)
    for vault_id in gone:
        store.vault.delete(vault_id)
    if gone:
        store.forget_log()
    if STRAY in found:
        store.vault.sweep(known)
    if KEYS in found:
        people.mend_keys(store)
    return check(store, actor)


def _rows(store: Store, session: Session, now: datetime, found: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Within the transaction. Returns vault files that no row names any more."""
    for child_id in dict.fromkeys(child for code in DERIVED for child in found.get(code, ())):
        matching.refresh(session, session.get_one(Child, child_id))
    dropped = {child_id for child_id in found.get(EMPTY, ()) if shells.drop(session, child_id)}
    for child_id in found.get(UNPLANNED, ()):
        if child_id in dropped:
            continue
        merging.one_planned_visit(session, child_id)
        visit_plan.plan_next(store, session, now, session.get_one(Child, child_id), intervals(session))
    if TAILS in found:
        search_rows.follow_tails(session)
    if SEALABLE in found:
        sealing_late.close_all(session, store)
    if UNSENT in found:
        handovers.forget_sent(session, found[UNSENT])
    return _finish_erasures(session, store, found.get(ERASED, ()))


def _finish_erasures(session: Session, store: Store, ids: tuple[str, ...]) -> list[str]:
    gone: list[str] = []
    for row_id in ids:
        page, source = session.get(Page, row_id), session.get(Source, row_id)
        if page is not None and page.erased_at is not None:  # one that is no tombstone may stand on a registration
            gone += erasing.erase_page(session, page, page.erased_at)
        if source is not None and source.erased_at is not None:
            at, source.erased_at = source.erased_at, None
            gone += erasing.erase_source(store.new_id(), source, at)
    session.flush()
    return gone

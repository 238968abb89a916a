"""Whole ID numbers, for those who need them: lists mask their tails."""

from __future__ import annotations

from collections.abc import Sequence

from records import child_rows
from records.store import Store
from records.views import Actor
from workflow.heads import BORN, hidden_of
from workflow.permissions import Right, verb


@verb(Right.UNMASK)
def id_numbers(store: Store, actor: Actor, child_ids: Sequence[str]) -> dict[str, str]:
    """The ID numbers of children of the scope, by child; audited once while the store is open.

    Those that the actor has still to enter a second time, not knowing them, are left out.
    """
    store.saw(actor.user_id, "id_numbers.unmask", [store.store_id])
    with store.session() as session:
        found = child_rows.id_numbers(session, child_ids, actor.division)
        covered = {child_id for child_id, keys in hidden_of(session, actor, list(found)).items() if keys & BORN}
        return {child_id: number for child_id, number in found.items() if child_id not in covered}

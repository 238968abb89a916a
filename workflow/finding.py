"""Search from anywhere: beside the children, registrations that are still to be verified, and batches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from records import finding_rows, inbox_rows
from records.store import Store
from records.views import Actor
from workflow.permissions import RIGHTS, Right, verb

SHORTEST = 2  # a single character stands on every other form
MOST = 6  # of each kind


class FoundKind(StrEnum):
    """Where it leads."""

    DRAFT = "draft"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found: its id, what it is called, and what is said of it."""

    kind: FoundKind
    key: str
    title: str
    more: str


@verb(Right.SEE_REGISTRATIONS)
def find(store: Store, actor: Actor, words: str) -> tuple[Found, ...]:
    """Open registrations by name, ID number, phone or 档号; batches by number or name for those who may see them."""
    wanted = "".join(words.split())
    if len(wanted) < SHORTEST:
        return ()
    found: list[Found] = []
    with store.session() as session:
        rows = finding_rows.drafts(session, wanted, actor.division, MOST)
        names = inbox_rows.names(session, [row_id for row_id, _number in rows])
        found += [Found(FoundKind.DRAFT, row_id, names.get(row_id, "姓名未读出"), number) for row_id, number in rows]
        if actor.role in RIGHTS[Right.SEE_BATCHES]:
            for batch in finding_rows.batches(session, wanted, actor.division, MOST):
                found.append(Found(FoundKind.BATCH, batch.id, batch.name, batch.number))
    store.saw(actor.user_id, "registration.found", [each.key for each in found if each.kind is FoundKind.DRAFT])
    return tuple(found)

"""Search from anywhere: beside the children, registrations that are still to be verified, and batches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from records import finding_rows, inbox_rows
from records.session import Session
from records.store import Store
from records.views import Actor
from workflow.archive_number import searched
from workflow.names import pinyin
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
    """Open registrations by name, its pinyin or initials, ID number, phone or 档号; batches by number or name for those
    who may see them."""
    wanted = searched("".join(words.split()))
    if len(wanted) < SHORTEST:
        return ()
    found: list[Found] = []
    with store.session() as session:
        rows = finding_rows.drafts(session, wanted, actor.division, MOST)
        if wanted.isascii() and wanted.isalpha():
            rows += _by_sound(session, actor, wanted.lower(), {row_id for row_id, _number in rows})
        rows = rows[:MOST]
        names = inbox_rows.names(session, [row_id for row_id, _number in rows])
        found += [Found(FoundKind.DRAFT, row_id, names.get(row_id, "姓名未读出"), number) for row_id, number in rows]
        if actor.role in RIGHTS[Right.SEE_BATCHES]:
            for batch in finding_rows.batches(session, wanted, actor.division, MOST):
                found.append(Found(FoundKind.BATCH, batch.id, batch.name, batch.number))
    store.saw(actor.user_id, "registration.found", [each.key for each in found if each.kind is FoundKind.DRAFT])
    return tuple(found)


def _by_sound(session: Session, actor: Actor, typed: str, known: Collection[str]) -> list[tuple[str, str]]:
    """As children are found: by initials from the first, by pinyin from any syllable."""
    found = []
    for row_id, number, name in finding_rows.named_drafts(session, actor.division):
        syllables = pinyin(name).split()
        sounds = ["".join(syllables[start:]) for start in range(len(syllables))]
        if row_id not in known and any(s.startswith(typed) for s in (*sounds, "".join(s[0] for s in syllables))):
            found.append((row_id, number))
            if len(found) == MOST:
                break
    return found

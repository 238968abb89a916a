"""The next form, read while somebody still verifies the one before it.

Nobody has seen it yet, and the audit doesn't say that anybody has: ``look`` notes it, right before it is shown, and
only there turns out whether it still is what was read.
"""

from __future__ import annotations

from dataclasses import dataclass

from records import registration_rows
from records.session import Session
from records.store import Store
from records.tables import Registration
from records.views import Actor, VerifySheet
from workflow import blind, half_typed, scope, verify
from workflow.half_typed import Standing
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Ahead:
    """A sheet as it was when it was read. ``others``: registrations of the family that are seen in it."""

    sheet: VerifySheet
    others: tuple[str, ...]
    stands: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read ahead is what the store holds, and is noted as seen. ``standing``: where the actor left off."""

    standing: Standing | None


@verb(Right.VERIFY)
def sheet(store: Store, actor: Actor, registration_id: str) -> Ahead:
    """What ``workflow.verify.sheet`` gives, not yet seen by anybody. Raises NotFound."""
    with store.session() as session:
        registration = scope.registration(session, actor, registration_id)
        built, others = verify.shown_sheet(store, session, actor, registration)
        return Ahead(built, others, _stands(session, actor, registration))


@verb(Right.VERIFY)
def page_image(store: Store, actor: Actor, page_id: str) -> bytes:
    """What ``workflow.verify.page_image`` gives, not yet seen by anybody. Raises NotFound, NotAllowed."""
    with store.session() as session:
        ref = verify.viewing_copy(store, scope.page(session, actor, page_id))
    return store.vault.get(ref)


@verb(Right.VERIFY)
def look(store: Store, actor: Actor, ahead: Ahead) -> Looked | None:
    """Sheet and pages are shown now: noted as seen. None: it changed since, nothing is noted, and it is read anew.

    What is offered in it from other forms may have changed all the same: the sheet is renewed behind.
    Raises NotFound where it has gone or lies outside the scope by now.
    """
    registration_id = ahead.sheet.registration_id
    with store.session() as session:
        registration = scope.registration(session, actor, registration_id)
        if _stands(session, actor, registration) != ahead.stands:
            return None
        standing = half_typed.standing(store, session, actor, registration)
    sheets = [(verify.SEE_SHEET, seen) for seen in (registration_id, *ahead.others)]
    store.saw_all(actor.user_id, sheets + [(verify.SEE_PAGE, page.page_id) for page in ahead.sheet.pages])
    return Looked(standing)


def _stands(session: Session, actor: Actor, registration: Registration) -> tuple[object, ...]:
    hidden = tuple(sorted(blind.hidden_from(session, actor, registration)))
    return (hidden, *registration_rows.as_it_stands(session, registration))

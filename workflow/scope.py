"""What lies in the actor's scope: rows by id. What lies outside is answered like what isn't there.

Every verb that is given an id gets the row from here; lists and searches carry ``records.scope.within``.
"""

from __future__ import annotations

from records import batch_rows, child_rows, likeness_rows, office_rows, registration_rows
from records.session import Session
from records.tables import Batch, BatchRow, Child, Page, Registration, Source
from records.views import Actor, RegistrationState, Role
from workflow.errors import NotAllowed, NotFound

# helpers from outside see what is still to be verified and nothing beyond it
OPEN_TO_HELPERS = (RegistrationState.DRAFT, RegistrationState.SENT_BACK)


def registration(session: Session, actor: Actor, registration_id: str) -> Registration:
    """Raises NotFound."""
    found = registration_rows.registration(session, registration_id)
    if found is None or not sees_registration(actor, found):
        raise NotFound("这份登记表已经不在待核对里了（可能重新配过正反面）。请刷新列表后再看。")
    return found


def sees_registration(actor: Actor, row: Registration) -> bool:
    """Does it lie in the scope, and in a state that the role works on?"""
    if actor.role is Role.HELPER and row.state not in OPEN_TO_HELPERS:
        return False
    return actor.covers(row.division)


def page(session: Session, actor: Actor, page_id: str) -> Page:
    """A page of a source, or on a registration, of the scope. Raises NotFound."""
    found = session.get(Page, page_id)
    if found is None or not _sees_page(actor, found):
        raise NotFound("这一页已经不在资料库里了。请刷新后再看。")
    return found


def _sees_page(actor: Actor, row: Page) -> bool:
    on = None if row.sheet is None else row.sheet.registration
    if on is not None:
        return sees_registration(actor, on)
    return actor.role is not Role.HELPER and actor.covers(row.source.division)


def source(session: Session, actor: Actor, source_id: str) -> Source:
    """Raises NotFound."""
    found = session.get(Source, source_id)
    if found is None or not actor.covers(found.division):
        raise NotFound("这个文件已经不在资料库里了。请刷新后再看。")
    return found


def child_registrations(session: Session, actor: Actor, child_id: str) -> list[Registration]:
    """Those of a child's registrations that lie in the scope, newest statement first. Raises NotFound for none."""
    found = registrations_seen(session, actor, child_id)
    if not found:
        raise NotFound("这名儿童不在台账里了。请刷新后再看。")
    return found


def registrations_seen(session: Session, actor: Actor, child_id: str) -> list[Registration]:
    """The same, none for a child whose forms are all opened again, or of whom none is left."""
    return [row for row in child_rows.registrations_of(session, child_id) if sees_registration(actor, row)]


def child(session: Session, actor: Actor, child_id: str) -> Child:
    """A child whose current registration (while it has none: whose home) lies in the scope. Raises NotFound.

    One that went into another is no child any more: what was said of it would stand where nobody finds it.
    """
    found = session.get(Child, child_id)
    if found is None or not sees_child(session, actor, found):
        raise NotFound("这名儿童不在台账里了，没有改动。请刷新后再看。")
    if likeness_rows.standing_merge_of(session, child_id) is not None:
        raise NotFound("这条记录已并入另一名儿童，不在台账里了，没有改动。请刷新后再看。")
    return found


def sees_child(session: Session, actor: Actor, row: Child) -> bool:
    """Does the child's current registration lie in the scope?"""
    if actor.role is Role.HELPER:
        return False
    current = child_rows.current_registration(session, row.id)
    return actor.covers(row.residence_division) if current is None else sees_registration(actor, current)


def batch(session: Session, actor: Actor, batch_id: str) -> Batch:
    """The batch with its rows and receipts. Raises NotFound."""
    found = batch_rows.batch(session, batch_id)
    if found is None or not actor.covers(found.division):
        raise NotFound("没有这个批次。请刷新后再看。")
    return found


def batch_row(session: Session, actor: Actor, row_id: str) -> BatchRow:
    """Raises NotFound."""
    found = batch_rows.row(session, row_id)
    if found is None or not actor.covers(found.batch.division):
        raise NotFound("批次里已经没有这一行了。请刷新后再看。")
    return found


def require_whole_office(session: Session, actor: Actor) -> None:
    """For what concerns the whole store. Raises NotAllowed for an actor with a part of it only."""
    if not actor.covers(office_rows.office(session).division):
        raise NotAllowed("这项操作涉及整个单位，只管一个下级区划的人不能做，没有改动任何内容。请由全单位的管理员来做。")

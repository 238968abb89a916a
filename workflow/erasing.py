"""依法删除: papers of a stranger, scanned by mistake, leave the store for good. One asks, another carries it out.

Pictures, readings, answers and their history go; the rows of the file and its pages stay as tombstones, and so does
the audit, which holds ids only (个人信息保护法 第四十七条). The delivered file shows all its pages, so it goes
whole; pages
that are not erased keep their viewing copies, readings and registrations. Backups let go of it by their own rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from records import batch_rows, child_rows, erasing, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Erasure, Page, Registration
from records.views import Actor, ErasureRow, ErasureState, PageState
from workflow import current, drafting, matching, scope
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.permissions import Right, verb

UNCHANGED = "没有删除任何内容。"
HANGING = f"这名儿童或这份登记表上还有重点关爱、走访、打印的表或复核记录，{UNCHANGED}请先查明是不是误扫的。"


@verb(Right.ASK_ERASURE)
def request_erasure(store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], reason: str) -> str:
    """Ask for the erasure of pages of one delivered file; returns the request's id. Raises BadValue, WrongState."""
    if not reason.strip() or not page_ids:
        raise BadValue(f"依法删除要选定页面、写明原因（不要写孩子的姓名和号码），{UNCHANGED}")
    with store.transaction() as session:
        pages = [scope.page(session, actor, page_id) for page_id in dict.fromkeys(page_ids)]
        if len({page.source_id for page in pages}) != 1:
            raise BadValue(f"一次只能申请删除同一个文件里的页，{UNCHANGED}请分开申请。")
        for page in pages:
            _erasable(session, page)
        row = Erasure(
            id=store.new_id(),
            source_id=pages[0].source_id,
            page_ids=[page.id for page in pages],
            reason=reason.strip(),
            requested_at=now,
            requested_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "erasure.request", row.id, {"pages": len(pages)})
        return row.id


@verb(Right.ASK_ERASURE)
def erasures(store: Store, actor: Actor) -> tuple[ErasureRow, ...]:
    """What was asked for in the actor's scope, newest first."""
    with store.session() as session:
        return tuple(
            ErasureRow(
                row.id, row.source_id, tuple(row.page_ids), row.reason, row.state, row.requested_by, row.requested_at
            )
            for row in erasing.erasures(session, actor.division)
        )


@verb(Right.ADMINISTER)
def refuse_erasure(store: Store, actor: Actor, now: datetime, erasure_id: str) -> Changes:
    """The request is turned down; nothing is erased."""
    with store.transaction() as session:
        row = _request(session, actor, erasure_id)
        row.state, row.decided_at, row.decided_by = ErasureState.REFUSED, now, actor.user_id
        store.audit(session, actor.user_id, now, "erasure.refuse", row.id)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def carry_out_erasure(store: Store, actor: Actor, now: datetime, erasure_id: str) -> Changes:
    """Erase for good. Raises NotAllowed for the one who asked, WrongState where something hangs on the papers."""
    with store.transaction() as session:
        row = _request(session, actor, erasure_id)
        pages = [session.get_one(Page, page_id) for page_id in row.page_ids]
        gone: list[str] = []
        changes = changed(sources=[row.source_id], pages=row.page_ids)
        for page in pages:
            _erasable(session, page)
            changes |= _erase_registration(store, session, actor, now, page)
        for page in pages:
            gone += erasing.erase_page(session, page, now)
        gone += erasing.erase_source(store.new_id(), pages[0].source, now)
        row.state, row.decided_at, row.decided_by = ErasureState.DONE, now, actor.user_id
        session.flush()
        store.audit(session, actor.user_id, now, "erasure.done", row.id, {"pages": len(pages)})
    for vault_id in gone:
        store.vault.delete(vault_id)
    store.forget_log()
    return changes


def _request(session: Session, actor: Actor, erasure_id: str) -> Erasure:
    row = session.get(Erasure, erasure_id)
    if row is None or not actor.covers(erasing.division_of(session, row)):
        raise NotFound(f"没有这份删除申请，{UNCHANGED}请刷新后再看。")
    if row.state is not ErasureState.REQUESTED:
        raise WrongState(f"这份删除申请已经处理过了，{UNCHANGED}")
    if row.requested_by == actor.user_id:
        raise NotAllowed(f"依法删除要两个人：不能由申请人自己决定，{UNCHANGED}请由另一位管理员来做。")
    return row


def _erasable(session: Session, page: Page) -> None:
    if page.erased_at is not None:
        raise WrongState(f"这一页已经删除过了，{UNCHANGED}")
    if page.state is PageState.RECEIVED:
        raise WrongState(f"这一页还在等着识别，{UNCHANGED}请等识别完再申请。")
    registration = None if page.sheet is None else page.sheet.registration
    if registration is not None and batch_rows.in_any_batch(session, registration.id):
        raise WrongState(f"这份登记表在报送批次里，{UNCHANGED}请先在国家系统里处理，再来删除。")


def _erase_registration(store: Store, session: Session, actor: Actor, now: datetime, page: Page) -> Changes:
    """A registration on which the page stands goes whole: its answers tell of the same person."""
    registration = None if page.sheet is None else page.sheet.registration
    if registration is None:
        return _take_off(session, page)
    behind = drafting.behind(session, registration)
    for paper in behind:
        drafting.lift(session, paper)  # papers that only lay behind the form stand by themselves
    others = [p for p in registration_rows.pages_of_registration(session, registration.id) if p.id != page.id]
    child_id, registration_id = registration.child_id, registration.id
    _take_apart(session, registration, [page, *others])
    if child_id is not None and not child_rows.registrations_of(session, child_id):
        if not erasing.erase_child(session, child_id):
            raise WrongState(HANGING)
    elif child_id is not None:
        current.follow(store, session, actor.user_id, now, matching.child(session, child_id))
    return changed(
        registrations=[registration_id], children=[child_id] if child_id else [], pages=[p.id for p in behind]
    )


def _take_off(session: Session, page: Page) -> Changes:
    """A page that lies behind a form, or is filed by itself, leaves its sheet."""
    sheet = page.sheet
    if sheet is None:
        return Changes()
    before = drafting.registration_before(page)
    if before is not None:
        drafting.lift(session, page)
        return changed(registrations=[before.id])
    drafting.off_the_sheet(page)
    session.flush()
    if not sheet.pages:
        session.delete(sheet)
        session.flush()
    return Changes()


def _take_apart(session: Session, registration: Registration, pages: Sequence[Page]) -> None:
    for page in pages:
        page.sheet, page.side = None, None
        if page.state is PageState.PLACED:
            page.state = PageState.READ
    session.flush()
    if not erasing.erase_registration(session, registration):
        raise WrongState(HANGING)

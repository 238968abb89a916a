"""依法删除: papers of a stranger, scanned by mistake, leave the store for good. One asks, another carries it out.

Pictures, readings, answers and their history go; the rows of the file and its pages stay as tombstones, and so does
the audit, which holds ids only (个人信息保护法 第四十七条). The delivered file shows all its pages, so it goes whole;
pages that are not erased keep their viewing copies, readings and registrations. A child of whom no registration is left
goes with everything kept about it: read visit records, papers of its dossier, its lines on base lists. In a batch that
was reported an empty row stays in its place. Backups let go of it by their own rule; the plan says when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from records import batch_rows, erasing, handovers, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Erasure, Page
from records.views import Actor, ErasurePlan, ErasureRow, ErasureState, PageState
from workflow import backups, current, matching, page_deeds, report, scope
from workflow.changes import Changes, changed
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.permissions import Right, verb

UNCHANGED = "没有删除任何内容。"
HANGING = (
    f"这名儿童或这份登记表上还有人记下的重点关爱、走访、复核等内容，{UNCHANGED}"
    "请先看清楚会连带删除什么；确实都要删的，选“连同这些一起删除”。"
)
CARE = (
    "concerns",
    "visits",
    "mandatory_reports",
    "work_log",
    "child_moves",
    "child_links",
    "dossiers",
    "second_entries",
    "printed_forms",
    "child_merges",
    "proposals",
)
"""What persons entered, or sent out, about a child."""


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
def plan_erasure(store: Store, actor: Actor, now: datetime, erasure_id: str) -> ErasurePlan:
    """What carrying it out would take with it, and where it is held besides. Nothing is changed."""
    found: list[ErasurePlan] = []
    try:
        with store.transaction() as session:
            row = _request(session, actor, erasure_id)
            pages = [session.get_one(Page, page_id) for page_id in row.page_ids]
            offices = _had_by(session, pages)
            gone = _erase(store, session, actor, now, pages)
            held, until = backups.held_until(store, session, now)
            found.append(
                ErasurePlan(
                    pages=len(pages),
                    papers=len(gone.papers),
                    unsent=tuple(dict.fromkeys(gone.batches.unsent)),
                    reported=tuple(dict.fromkeys(gone.batches.reported)),
                    registrations=gone.rows["registrations"],
                    children=gone.rows["children"],
                    care=tuple((table, gone.rows[table]) for table in CARE if gone.rows[table]),
                    roster_entries=gone.rows["roster_entries"],
                    elsewhere=gone.elsewhere,
                    offices=offices,
                    backups=held,
                    held_until=until,
                )
            )
            raise _OnlyLooked  # noqa: TRY301  (the transaction is taken back)
    except _OnlyLooked:
        return found[0]


@verb(Right.ADMINISTER)
def carry_out_erasure(
    store: Store, actor: Actor, now: datetime, erasure_id: str, *, everything: bool = False
) -> Changes:
    """Erase for good. Raises NotAllowed for the one who asked, WrongState where something can't go yet.

    ``everything``: also what goes beyond the pages that were asked for (``ErasurePlan.more``); without it that refuses.
    """
    with store.transaction() as session:
        row = _request(session, actor, erasure_id)
        pages = [session.get_one(Page, page_id) for page_id in row.page_ids]
        gone = _erase(store, session, actor, now, pages)
        if not everything and gone.more:
            raise WrongState(HANGING)
        row.page_ids = [*row.page_ids, *gone.papers]  # two persons have decided about these, too
        row.state, row.decided_at, row.decided_by = ErasureState.DONE, now, actor.user_id
        session.flush()
        if handovers.broken_references(session):
            raise WrongState(HANGING)
        detail: dict[str, str | int] = {"pages": len(pages), **{t: n for t, n in gone.rows.items() if n}}
        told = {"papers": gone.papers, "unsent": gone.batches.unsent, "reported": gone.batches.reported}
        detail |= {name: len(found) for name, found in told.items() if found}
        store.audit(session, actor.user_id, now, "erasure.done", row.id, detail)
    for vault_id in gone.files:
        store.vault.delete(vault_id)
    store.forget_log()
    store.forget_copies()
    sources = {row.source_id, *gone.sources}
    return changed(
        sources=sources, pages=row.page_ids, registrations=gone.registrations, children=gone.children,
        batches=gone.changed_batches,
    )  # fmt: skip


class _OnlyLooked(Exception):
    pass


@dataclass(slots=True)
class _Gone:
    """What went: rows by table, vault files, and whom the window has to look at again."""

    rows: Counter[str] = field(default_factory=Counter)
    files: list[str] = field(default_factory=list)
    registrations: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    elsewhere: int = 0
    papers: list[str] = field(default_factory=list)  # pages beside those asked for
    sources: list[str] = field(default_factory=list)  # their files
    batches: batch_rows.Left = field(default_factory=batch_rows.Left)
    changed_batches: list[str] = field(default_factory=list)

    @property
    def more(self) -> bool:
        """Does more go than what was asked for?"""
        batches = self.batches.unsent or self.batches.reported
        return bool(self.papers or batches or any(self.rows[table] for table in CARE))


def _erase(store: Store, session: Session, actor: Actor, now: datetime, pages: Sequence[Page]) -> _Gone:
    """Everything but the tombstones of what was asked for. Within the caller's transaction."""
    gone = _Gone()
    handovers.references_at_the_end(session)
    touched: dict[str, None] = {}
    for page in pages:
        _erasable(session, page)
    for page in pages:
        for child_id in _erase_registration(store, session, now, gone, page):
            touched.setdefault(child_id)
        of_care, rows = erasing.erase_care_of_page(session, page)
        gone.rows += rows
        touched.update(dict.fromkeys(sorted(of_care)))
    for page in pages:
        gone.files += erasing.erase_page(session, page, now)
    gone.files += erasing.erase_source(store.new_id(), pages[0].source, now)
    session.flush()
    waiting = list(touched)
    while waiting:
        child_id = waiting.pop(0)
        gone.children.append(child_id)
        others = _erase_or_follow(store, session, actor, now, gone, child_id)
        waiting += [other for other in sorted(others) if other not in touched]
        touched.update(dict.fromkeys(others))
    page_deeds.forget_pages(session, {*(page.id for page in pages), *gone.papers})
    session.flush()
    return gone


def _erase_registration(store: Store, session: Session, now: datetime, gone: _Gone, page: Page) -> list[str]:
    """A registration on which the page stands goes whole: its answers tell of the same person. Its child."""
    registration = None if page.sheet is None else page.sheet.registration
    if registration is None:
        return []
    child_id, registration_id = registration.child_id, registration.id
    gone.changed_batches += batch_rows.leave(session, registration_id, report.marks(store, now), gone.batches)
    for other in registration_rows.pages_of_registration(session, registration_id):
        other.sheet, other.side = None, None
        if other.state is PageState.PLACED:
            other.state = PageState.READ
    _erase_papers(store, session, now, gone, erasing.pages_behind(session, registration_id))
    session.flush()
    session.expunge(registration)
    gone.rows += erasing.erase_registration(session, registration_id)
    gone.registrations.append(registration_id)
    return [] if child_id is None else [child_id]


def _erase_papers(store: Store, session: Session, now: datetime, gone: _Gone, papers: Sequence[Page]) -> set[str]:
    """More pages about the same person, with the files that show them; the children they were about."""
    about: set[str] = set()
    for page in papers:
        if page.erased_at is not None:
            continue  # asked for by itself
        if page.state is PageState.RECEIVED:
            raise WrongState(f"这名儿童有一页还在等着识别，{UNCHANGED}请等识别完再来删。")
        of_care, rows = erasing.erase_care_of_page(session, page)
        gone.rows += rows
        about |= of_care
        gone.files += erasing.erase_page(session, page, now)
        gone.files += erasing.erase_source(store.new_id(), page.source, now)
        gone.papers.append(page.id)
        gone.sources.append(page.source_id)
        session.flush()
    return about


def _erase_or_follow(
    store: Store, session: Session, actor: Actor, now: datetime, gone: _Gone, child_id: str
) -> set[str]:
    """A child of whom no registration is left goes, too; for another one everything follows from what is left.

    Returns the children that its papers were about.
    """
    if erasing.has_drafts(session, child_id):
        gone.rows += erasing.forget_who_came(session, child_id)
        current.follow(store, session, actor.user_id, now, matching.child(session, child_id))
        return set()
    about = _erase_papers(store, session, now, gone, erasing.pages_about(session, child_id))
    gone.elsewhere += erasing.log_pages(session, child_id)
    gone.rows += erasing.erase_child(session, child_id)
    return about - {child_id}


def _had_by(session: Session, pages: Sequence[Page]) -> tuple[str, ...]:
    """Offices that were sent the file or one of the registrations."""
    ids = {pages[0].source_id, *(p.sheet.registration_id for p in pages if p.sheet is not None)}
    return handovers.offices_with(session, [each for each in ids if each])


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

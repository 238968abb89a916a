"""Erasure by law (依法删除): what goes from rows, and which vault files go with it.

Works within a transaction that checks references at its end (``references_at_the_end``), so that rows may go in any
order. What is about the person goes; what only pointed at it is kept without that pointer: a decision that a person
made about a child who stays, the audit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, delete, func, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from records import roster_rows
from records.merging import drop_derived
from records.scope import within
from records.sealing_late import history_open
from records.tables import (
    Answer,
    AnswerEvent,
    ArchiveItem,
    CarriedOver,
    Child,
    ChildMerge,
    ChildMove,
    Concern,
    CrossReference,
    Dossier,
    Erasure,
    HalfTyped,
    MandatoryReport,
    Page,
    PrintedForm,
    Proposal,
    Reading,
    ReadingCheck,
    Registration,
    ReportElsewhere,
    SecondEntry,
    Sheet,
    Source,
    Table,
    Visit,
    WorkLogEntry,
)
from records.views import PageState
from records.views_care import ConcernState, ReportState

OF_REGISTRATION = (
    PrintedForm, ReadingCheck, HalfTyped, SecondEntry, Proposal, ReportElsewhere, AnswerEvent, Answer, Sheet,
)  # fmt: skip
ERASED = "erased"  # reason of a page that is a tombstone


def erasures(session: Session, division: str) -> Sequence[Erasure]:
    """Requests about files of the division, newest first."""
    statement = select(Erasure).join(Source, Erasure.source_id == Source.id).where(within(Source.division, division))
    return session.scalars(statement.order_by(Erasure.requested_at.desc(), Erasure.id.desc())).all()


def division_of(session: Session, row: Erasure) -> str:
    """Whose file it is about."""
    return session.get_one(Source, row.source_id).division


def erase_page(session: Session, page: Page, now: datetime) -> list[str]:
    """The page becomes a tombstone; the ids of the vault files that belong to nobody any more."""
    gone = [vault_id for vault_id in (page.view_id, page.masked_id) if vault_id is not None]
    session.execute(update(Answer).where(Answer.page_id == page.id).values(page_id=None, reading_id=None))
    readings = select(Reading.id).where(Reading.page_id == page.id).scalar_subquery()
    session.execute(update(Answer).where(Answer.reading_id.in_(readings)).values(reading_id=None))
    forget_readings(session, page.id)
    session.execute(update(Page).where(Page.duplicate_of_id == page.id).values(duplicate_of_id=None))
    if page.state is not PageState.SET_ASIDE:
        page.state = PageState.SET_ASIDE
    page.reason, page.status, page.erased_at = ERASED, "", now
    page.view_id = page.view_key = page.masked_id = page.masked_key = None
    page.view_key_sealed = False
    page.content_hash = page.serial = page.duplicate_of_id = None
    page.form_id = page.form_version = page.form_page = None
    return gone


def erase_source(token: str, source: Source, now: datetime) -> list[str]:
    """The delivered file becomes a tombstone: a name and a path are values, and so is what the file's hash tells."""
    if source.erased_at is not None:
        return []
    gone = source.vault_id
    source.content_hash, source.vault_id = f"{ERASED} {token}", token.replace("-", "")
    source.vault_key, source.vault_key_sealed = b"", False
    source.name = source.delivered_path = ""
    source.password, source.size, source.lies_outside = None, 0, False
    source.erased_at = now
    return [gone]


def erase_registration(session: Session, registration_id: str) -> Counter[str]:
    """The registration with everything about it; how many rows went, by table. It has left its batches."""
    gone: Counter[str] = Counter()
    derived = (
        (Concern, Concern.state == ConcernState.PROPOSED, Concern.rule != ""),
        (MandatoryReport, MandatoryReport.state == ReportState.RAISED, MandatoryReport.rule != ""),
    )
    session.flush()
    for table, *alone in derived:  # what follows by rules alone doesn't count
        _delete(session, Counter(), table, table.registration_id == registration_id, *alone)
    for kept in (Concern, MandatoryReport, ChildMove):
        session.execute(update(kept).where(kept.registration_id == registration_id).values(registration_id=None))
    either = or_(CarriedOver.registration_id == registration_id, CarriedOver.base_id == registration_id)
    _delete(session, gone, CarriedOver, either)
    _erase_items(session, gone, ArchiveItem.registration_id == registration_id)
    for about in OF_REGISTRATION:
        _delete(session, gone, about, about.registration_id == registration_id)
    _delete(session, gone, Registration, Registration.id == registration_id)
    session.expire_all()
    return gone


def erase_care_of_page(session: Session, page: Page) -> tuple[set[str], Counter[str]]:
    """A visit record, work log or card: what was entered from it goes, and its sheet. The children it was about."""
    gone: Counter[str] = Counter()
    visits = select(Visit.id).where(Visit.page_id == page.id).scalar_subquery()
    children = set(session.scalars(select(Visit.child_id).where(Visit.page_id == page.id)))
    logged = select(WorkLogEntry.child_id).where(WorkLogEntry.page_id == page.id, WorkLogEntry.child_id.is_not(None))
    children |= {child_id for child_id in session.scalars(logged) if child_id}
    raised = MandatoryReport.state == ReportState.RAISED, MandatoryReport.rule != ""
    _delete(session, Counter(), MandatoryReport, MandatoryReport.visit_id.in_(visits), *raised)
    for kept in (MandatoryReport, WorkLogEntry):
        session.execute(update(kept).where(kept.visit_id.in_(visits)).values(visit_id=None))
    _erase_log(session, gone, WorkLogEntry.page_id == page.id)
    _delete(session, gone, Visit, Visit.page_id == page.id)
    sheet = page.sheet
    if sheet is not None and sheet.registration_id is None:
        item_id = sheet.item_id
        page.sheet, page.side = None, None
        if page.state is PageState.PLACED:
            page.state = PageState.READ
        session.flush()
        session.refresh(sheet)
        if not sheet.pages:
            session.delete(sheet)
            session.flush()
            left = select(Sheet.id).where(Sheet.item_id == item_id).exists()
            _erase_items(session, gone, ArchiveItem.id == item_id, ~left)
    session.expire_all()
    return children, gone


def pages_about(session: Session, child_id: str) -> list[Page]:
    """Pages of this child alone that are no registration's: visit records, and what else lies in the dossier."""
    visited = select(Visit.page_id).where(Visit.child_id == child_id, Visit.page_id.is_not(None))
    filed = (
        select(Page.id)
        .join(Sheet, Page.sheet_id == Sheet.id)
        .join(ArchiveItem, ArchiveItem.id == Sheet.item_id)
        .join(Dossier, Dossier.id == ArchiveItem.dossier_id)
        .where(Dossier.child_id == child_id)
    )
    statement = select(Page).where(or_(Page.id.in_(visited), Page.id.in_(filed)), Page.erased_at.is_(None))
    return list(session.scalars(statement.order_by(Page.id)))


def pages_behind(session: Session, registration_id: str) -> list[Page]:
    """Papers that lie behind a registration's form: copies, certificates."""
    statement = (
        select(Page)
        .join(Sheet, Page.sheet_id == Sheet.id)
        .join(ArchiveItem, ArchiveItem.id == Sheet.item_id)
        .where(ArchiveItem.registration_id == registration_id, Sheet.registration_id.is_(None))
    )
    return list(session.scalars(statement.order_by(Page.id)))


def log_pages(session: Session, child_id: str) -> int:
    """Pages of work logs with a line about this child; they are about others, too, and stay."""
    statement = select(func.count(func.distinct(WorkLogEntry.page_id))).where(WorkLogEntry.child_id == child_id)
    return session.scalar(statement) or 0


def has_drafts(session: Session, child_id: str) -> bool:
    """Is there a registration of this child that was sent back or opened again?"""
    return session.scalar(select(Registration.id).where(Registration.child_id == child_id).limit(1)) is not None


def erase_child(session: Session, child_id: str) -> Counter[str]:
    """A child of whom no registration is left, with everything kept about it, and those that went into it."""
    gone: Counter[str] = Counter()
    session.flush()
    drop_derived(session, child_id)  # likewise
    for each in (child_id, *_went_into(session, child_id)):
        child = session.get(Child, each)
        if child is None:
            continue
        gone["roster_entries"] += roster_rows.erase(session, child.id_number, child.name_norm, child.birth_date)
        dossiers = select(Dossier.id).where(Dossier.child_id == each).scalar_subquery()
        _erase_items(session, gone, ArchiveItem.dossier_id.in_(dossiers))
        visits = select(Visit.id).where(Visit.child_id == each).scalar_subquery()
        reports = select(MandatoryReport.id).where(MandatoryReport.child_id == each).scalar_subquery()
        session.execute(update(WorkLogEntry).where(WorkLogEntry.visit_id.in_(visits)).values(visit_id=None))
        session.execute(update(WorkLogEntry).where(WorkLogEntry.report_id.in_(reports)).values(report_id=None))
        _erase_log(session, gone, WorkLogEntry.child_id == each)
        for table, column in columns_of_child():
            statement = delete(table).where(column == each)
            gone[table.name] += session.connection().execute(statement).rowcount
        _delete(session, gone, Child, Child.id == each)
    session.expire_all()
    return +gone


def columns_of_child() -> Iterator[tuple[SqlTable, Column[str]]]:
    """Every column that names a child, but of registrations (they go by their own way, before) and of batches."""
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            named = any(key.target_fullname == "children.id" for key in column.foreign_keys)
            if named and table.name not in ("registrations", "batch_rows"):
                yield table, column


def forget_who_came(session: Session, child_id: str) -> Counter[str]:
    """Children that went into this one, of whose forms none is left here: they go with the merge that brought them."""
    gone: Counter[str] = Counter()
    for merge in session.scalars(select(ChildMerge).where(ChildMerge.kept_id == child_id)).all():
        came = [row[0] for row in merge.moved.get("registrations.child_id", ())]
        left = select(Registration.id).where(or_(Registration.id.in_(came), Registration.child_id == merge.gone_id))
        if not came or session.scalar(left.limit(1)) is not None:
            continue
        child = session.get_one(Child, merge.gone_id)
        roster_rows.erase(session, child.id_number, child.name_norm, child.birth_date)
        for table, column in columns_of_child():
            statement = delete(table).where(column == merge.gone_id)
            gone[table.name] += session.connection().execute(statement).rowcount
        _delete(session, gone, Child, Child.id == merge.gone_id)
    session.expire_all()
    return +gone


def _went_into(session: Session, child_id: str) -> list[str]:
    """Children that were merged into this one, over several steps."""
    found: list[str] = []
    waiting = [child_id]
    while waiting:
        into = waiting.pop()
        merged = select(ChildMerge.gone_id).where(ChildMerge.kept_id == into, ChildMerge.undone_at.is_(None))
        for gone_id in session.scalars(merged):
            if gone_id not in found:
                found.append(gone_id)
                waiting.append(gone_id)
    return found


def _erase_log(session: Session, gone: Counter[str], which: ColumnElement[bool]) -> None:
    ids = select(WorkLogEntry.id).where(which).scalar_subquery()
    session.execute(update(WorkLogEntry).where(WorkLogEntry.corrects_id.in_(ids)).values(corrects_id=None))
    _delete(session, gone, WorkLogEntry, which)


def _erase_items(session: Session, gone: Counter[str], *which: ColumnElement[bool]) -> None:
    """Items of paper with what refers to them. Their numbers are never given again: the series has counted on."""
    ids = session.scalars(select(ArchiveItem.id).where(*which)).all()
    reference = or_(CrossReference.from_item_id.in_(ids), CrossReference.to_item_id.in_(ids))
    _delete(session, gone, CrossReference, reference)
    _delete(session, gone, Sheet, Sheet.item_id.in_(ids))
    _delete(session, gone, ArchiveItem, ArchiveItem.id.in_(ids))


def _delete(session: Session, gone: Counter[str], table: type[Table], *which: ColumnElement[bool]) -> None:
    rows = session.connection().execute(delete(table).where(*which)).rowcount
    if rows:
        gone[table.__tablename__] += rows


def forget_readings(session: Session, page_id: str) -> None:
    """Readings of a page go; histories elsewhere that were read there (信息无变化 copies them) lose the pointer.

    Histories are only added to, so their trigger steps aside for this one statement.
    """
    readings = select(Reading.id).where(Reading.page_id == page_id)
    cited = select(AnswerEvent.id).where(AnswerEvent.reading_id.in_(readings))
    if session.scalar(cited.limit(1)) is not None:
        with history_open(session):
            session.execute(
                update(AnswerEvent)
                .where(AnswerEvent.reading_id.in_(readings.scalar_subquery()))
                .values(reading_id=None),
                execution_options={"synchronize_session": False},
            )
    session.execute(delete(Reading).where(Reading.page_id == page_id))

"""What can be wrong in a store, found in its rows. Each function gives the ids of what is wrong, none if all is well.

The queries trust nothing that the mapped classes promise: rows may have been changed behind the program's back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from records import audit
from records.audit import Head
from records.columns import canonical_json
from records.errors import StoreDamaged
from records.packing import unpack_form, unpack_json
from records.tables import (
    Answer,
    AnswerEvent,
    ArchiveItem,
    ArchiveSeries,
    Batch,
    BatchRow,
    FormUsed,
    Handover,
    Page,
    Reading,
    Receipt,
    Registration,
    Sheet,
    Source,
    User,
)
from records.vault import VaultRef
from records.views import AnswerState, BatchState, PageState, SourceState

Ids = tuple[str, ...]
PORTION = 500  # rows in the memory at once


@dataclass(frozen=True, slots=True)
class VaultRow:
    """A row that names a vault file. ``content_hash``: keyed hash of what was delivered, "" for viewing copies."""

    row_id: str
    ref: VaultRef = field(repr=False)
    sealed: bool
    content_hash: str


def damaged_pages(session: Session) -> Ids:
    """What the database says about its own pages: HMACs of SQLCipher, then SQLite's structure."""
    cipher = session.scalars(text("PRAGMA cipher_integrity_check")).all()
    structure = [line for line in session.scalars(text("PRAGMA integrity_check")) if line != "ok"]
    return (*map(str, cipher), *map(str, structure))


def broken_references(session: Session) -> Ids:
    """Rows that point at rows that are not there, as ``table/row``."""
    return tuple(f"{table}/{row}" for table, row, *_ in session.execute(text("PRAGMA foreign_key_check")))


def _originals(session: Session, after: str) -> list[VaultRow]:
    statement = (
        select(
            Source.id, Source.vault_id, Source.vault_key, Source.vault_key_sealed, Source.content_hash, Source.store_id
        )
        .where(Source.erased_at.is_(None), ~Source.withheld, Source.id > after)
        .order_by(Source.id)
        .limit(PORTION)
    )
    # another store's hashes are keyed with its key; the vault's own seal speaks for its files
    return [
        VaultRow(row_id, VaultRef(vault_id, key), sealed, content_hash if store_id is None else "")
        for row_id, vault_id, key, sealed, content_hash, store_id in session.execute(statement)
    ]


def _covered_copies(session: Session, after: str) -> list[VaultRow]:
    statement = select(Page.id, Page.masked_id, Page.masked_key).where(Page.masked_id.is_not(None), Page.id > after)
    rows = session.execute(statement.order_by(Page.id).limit(PORTION))
    return [
        VaultRow(row_id, VaultRef(file or "", key or b""), sealed=False, content_hash="") for row_id, file, key in rows
    ]


def _viewing_copies(session: Session, after: str) -> list[VaultRow]:
    columns = select(Page.id, Page.view_id, Page.view_key, Page.view_key_sealed)
    statement = columns.where(Page.view_id.is_not(None), Page.id > after).order_by(Page.id).limit(PORTION)
    return [
        VaultRow(row_id, VaultRef(file or "", key or b""), sealed, "")
        for row_id, file, key, sealed in session.execute(statement)
    ]


VAULT_ROWS: tuple[Callable[[Session, str], list[VaultRow]], ...] = (_originals, _covered_copies, _viewing_copies)
"""Every row that names a file in the vault: each gives the next portion of them after an id."""


def damaged_readings(session: Session) -> Ids:
    """Pages with a reading that can't be unpacked."""
    rows = session.execute(select(Reading.page_id, Reading.content).order_by(Reading.page_id, Reading.run)).yield_per(
        200
    )
    return tuple(page_id for page_id, content in rows if _damaged(content))


def damaged_forms(session: Session) -> Ids:
    """Form versions in use that can't be unpacked."""
    found = []
    for form_id, version, definition in session.execute(
        select(FormUsed.form_id, FormUsed.version, FormUsed.definition)
    ):
        try:
            unpack_form(definition)
        except StoreDamaged:
            found.append(f"{form_id}/{version}")
    return tuple(found)


def _damaged(content: bytes) -> bool:
    try:
        unpack_json(content)
    except StoreDamaged:
        return True
    return False


# -- sources, pages, sheets -------------------------------------------------------------------------------------------


def sources_with_missing_pages(session: Session) -> Ids:
    """Split sources that have not the pages that were found in them; unsplit ones that have some."""
    pages = select(func.count()).where(Page.source_id == Source.id).scalar_subquery()
    last = select(func.max(Page.position)).where(Page.source_id == Source.id).scalar_subquery()
    split = Source.state == SourceState.SPLIT
    gap = or_(pages == 0, pages != Source.page_count, last != pages - 1)
    return _ids(session, select(Source.id).where(or_(and_(split, gap), and_(~split, pages > 0))).order_by(Source.id))


def pages_without_reading(session: Session) -> Ids:
    """Pages whose row tells of a reading that isn't there, or whose viewing copy isn't named.

    (Of a file whose original stayed with the office that owns it, the viewing copy may have stayed there, too.)
    """
    read = select(Reading.id).where(Reading.page_id == Page.id).exists()
    told = Page.status != ""
    withheld = select(Source.id).where(Source.id == Page.source_id, Source.withheld).exists()
    return _pages(session, or_(and_(told, ~read), and_(told, Page.view_id.is_(None), ~withheld)))


def pages_in_the_wrong_state(session: Session) -> Ids:
    """Pages that are placed and lie on no sheet, or lie on a sheet and aren't placed."""
    return _pages(session, (Page.state == PageState.PLACED) != Page.sheet_id.is_not(None))


def empty_sheets(session: Session) -> Ids:
    """Sheets on which no page stands."""
    page = select(Page.id).where(Page.sheet_id == Sheet.id).exists()
    return _ids(session, select(Sheet.id).where(~page).order_by(Sheet.id))


def registrations_without_sheet(session: Session) -> Ids:
    """Registrations to which no paper belongs."""
    sheet = select(Sheet.id).where(Sheet.registration_id == Registration.id).exists()
    return _ids(session, select(Registration.id).where(~sheet).order_by(Registration.id))


def registrations_with_a_side_twice(session: Session) -> Ids:
    """Registrations in which two pages show the same side of the form, or a page shows another form."""
    pages = (
        select(Registration.id)
        .join(Sheet, Sheet.registration_id == Registration.id)
        .join(Page, Page.sheet_id == Sheet.id)
    )
    twice = pages.group_by(Registration.id, Page.form_page).having(func.count() > 1)
    other = pages.where(or_(Page.form_id != Registration.form_id, Page.form_version != Registration.form_version))
    return tuple(sorted({*_ids(session, twice), *_ids(session, other)}))


# -- archive numbers --------------------------------------------------------------------------------------------------


def sheets_without_number(session: Session) -> Ids:
    """Sheets with pages, but without a 档号 or a place within it."""
    page = select(Page.id).where(Page.sheet_id == Sheet.id).exists()
    number = select(ArchiveItem.id).where(ArchiveItem.id == Sheet.item_id, ArchiveItem.archive_number != "").exists()
    return _ids(session, select(Sheet.id).where(page, or_(~number, Sheet.number.is_(None))).order_by(Sheet.id))


def sheets_in_foreign_items(session: Session) -> Ids:
    """Sheets that lie in the item of another registration."""
    statement = select(Sheet.id).join(ArchiveItem, ArchiveItem.id == Sheet.item_id)
    foreign = ArchiveItem.registration_id.is_not(None) & (ArchiveItem.registration_id != Sheet.registration_id)
    return _ids(session, statement.where(foreign).order_by(Sheet.id))


def numbers_given_twice(session: Session) -> Ids:
    """档号 that stand for more than one item, however they are spelled, or lie beyond their series' end."""
    again = select(ArchiveItem.number_norm).group_by(ArchiveItem.number_norm).having(func.count() > 1)
    twice = select(ArchiveItem.archive_number).where(ArchiveItem.number_norm.in_(again))
    beyond = (
        select(ArchiveItem.archive_number)
        .join(ArchiveSeries, ArchiveSeries.id == ArchiveItem.series_id)
        .where(ArchiveItem.item_number > ArchiveSeries.last_item)
    )
    return tuple(sorted({*_ids(session, twice), *_ids(session, beyond)}))


# -- answers and audit ------------------------------------------------------------------------------------------------


def answers_against_their_history(session: Session) -> Ids:
    """Answers that a person gave, but that are not what the last event says, as ``registration/key``."""
    own = and_(AnswerEvent.registration_id == Answer.registration_id, AnswerEvent.key == Answer.key)
    # asked answer by answer: the last events of a whole store, gathered first, would all stand in the memory
    last = select(func.max(AnswerEvent.number)).where(own).correlate(Answer).scalar_subquery()
    event = aliased(AnswerEvent)
    statement = (
        select(Answer.registration_id, Answer.key)
        .outerjoin(event, and_(event.registration_id == Answer.registration_id, event.number == last))
        .where(Answer.state != AnswerState.MACHINE)
        .where(
            or_(
                event.id.is_(None),
                event.to_state != Answer.state,
                event.to_state.is_(None),
                event.to_value != Answer.value,
            )
        )
    )
    found = session.execute(statement, execution_options={"yield_per": PORTION})
    return tuple(f"{registration}/{key}" for registration, key in found)


def altered_batch_rows(session: Session) -> Ids:
    """Rows of frozen batches whose values are not those that were frozen."""
    statement = (
        select(BatchRow.id, BatchRow.frozen, BatchRow.row_hash).join(Batch).where(Batch.state != BatchState.OPEN)
    )
    return tuple(
        row_id
        for row_id, frozen, row_hash in session.execute(statement.order_by(BatchRow.id))
        if hashlib.sha256(canonical_json(frozen).encode()).hexdigest() != row_hash
    )


def receipts_beyond_the_audit(session: Session) -> Ids:
    """Receipts whose printed head of the audit is not in it any more: its end was cut off, or the store put back."""
    rows = session.execute(select(Receipt.id, Receipt.audit_seq, Receipt.audit_head).order_by(Receipt.id))
    return tuple(row_id for row_id, seq, head in rows.all() if not audit.contains(session, Head(seq, head)))


def packages_beyond_the_audit(session: Session) -> Ids:
    """Packages that were written, whose head of the audit is not in it any more."""
    statement = select(Handover.id, Handover.audit_seq, Handover.audit_head).where(Handover.direction == "out")
    rows = session.execute(statement.order_by(Handover.id)).all()
    return tuple(row_id for row_id, seq, head in rows if not audit.contains(session, Head(seq, head)))


def user_ids(session: Session) -> Ids:
    """Everybody who has a row."""
    return _ids(session, select(User.id).order_by(User.id))


def _pages(session: Session, wrong: ColumnElement[bool]) -> Ids:
    return _ids(session, select(Page.id).where(wrong).order_by(Page.id))


def _ids(session: Session, statement: Select[str]) -> Ids:
    return tuple(session.scalars(statement))

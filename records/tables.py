"""The office, the papers and what was read from them: sources, pages, sheets, readings.

What is said about children stands in ``records.tables_children``, what is done for them in ``records.tables_care``,
batches and audit in ``records.tables_office``;
``records.tables`` names all of them, so that everybody imports from here. Every assignment of a ``state`` passes
its machine in ``records.states``.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from records.columns import Id, Instant, PrimaryId, Table, enumeration
from records.states import next_page_state, next_source_state
from records.tables_care import (
    CarriedOver,
    ChildLink,
    ChildMove,
    ChildPerson,
    Concern,
    MandatoryReport,
    PrintedForm,
    Unfollowed,
    Visit,
    WorkLogEntry,
)
from records.tables_children import Answer, AnswerEvent, Child, ChildTerm, Registration, Round
from records.tables_duplicates import ChildKey, ChildMerge, KeptApart
from records.tables_handover import HandedOver, Handover, Partner, Proposal, ReportElsewhere
from records.tables_office import (
    AuditEntry,
    Batch,
    BatchRow,
    ErasedRow,
    Erasure,
    Office,
    OfficeForm,
    Receipt,
    Setting,
    User,
)
from records.tables_review import HalfTyped, KeptView, PinnedValue, SecondEntry
from records.tables_roster import Roster, RosterEntry
from records.tables_trust import JudgeFit, ReadingCheck
from records.views import PageState, SourceState

__all__ = [
    "Answer",
    "AnswerEvent",
    "ArchiveItem",
    "ArchiveSeries",
    "AuditEntry",
    "Batch",
    "BatchRow",
    "Box",
    "CarriedOver",
    "Child",
    "ChildKey",
    "ChildLink",
    "ChildMerge",
    "ChildMove",
    "ChildPerson",
    "ChildTerm",
    "Concern",
    "CrossReference",
    "Dossier",
    "ErasedRow",
    "Erasure",
    "FormUsed",
    "HalfTyped",
    "HandedOver",
    "Handover",
    "JudgeFit",
    "KeptApart",
    "KeptView",
    "Location",
    "MandatoryReport",
    "Office",
    "OfficeForm",
    "Page",
    "Partner",
    "PinnedValue",
    "PrintedForm",
    "Proposal",
    "Reading",
    "ReadingCheck",
    "Receipt",
    "Registration",
    "ReportElsewhere",
    "Roster",
    "RosterEntry",
    "Round",
    "SecondEntry",
    "Setting",
    "Sheet",
    "Source",
    "Table",
    "Unfollowed",
    "User",
    "Visit",
    "WorkLogEntry",
]


class FormUsed(Table):
    """A form version that pages or registrations of this store were made with, kept whole for ever.

    ``definition`` is the packed form file with its blank pictures (``records.forms_used``).
    """

    __tablename__ = "forms_used"

    form_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    definition: Mapped[bytes] = mapped_column(LargeBinary)
    first_used_at: Mapped[Instant]


class Source(Table):
    """One delivered file: its bytes are in the vault and are never altered."""

    __tablename__ = "sources"
    __table_args__ = (Index(None, "state", "received_at"), Index(None, "division"))

    id: Mapped[PrimaryId]
    state: Mapped[SourceState] = mapped_column(enumeration(SourceState, "source_state"), default=SourceState.RECEIVED)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)  # keyed hash of the delivered bytes
    vault_id: Mapped[str] = mapped_column(String(32), unique=True)
    vault_key: Mapped[bytes] = mapped_column(LargeBinary)
    # the key is sealed to the second store key: only named persons open the original (design.md, keys and people)
    vault_key_sealed: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    received_at: Mapped[Instant]
    received_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    division: Mapped[str] = mapped_column(String(12), default="", server_default="")  # of who took it in: its scope
    round_id: Mapped[Id | None] = mapped_column(ForeignKey("rounds.id"))
    delivered_path: Mapped[str] = mapped_column(Text)
    lies_outside: Mapped[bool] = mapped_column(default=True)  # the clear scan still lies where it was delivered
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")  # English code of a refusal
    password_needed: Mapped[bool] = mapped_column(default=False)
    password: Mapped[str | None] = mapped_column(Text)  # until the source is split
    page_count: Mapped[int | None]
    erased_at: Mapped[Instant | None]  # by law (依法删除): the row is a tombstone, nothing of the content is left
    store_id: Mapped[Id | None]  # whose it is, where it came in a handover package; None: this store's
    withheld: Mapped[bool] = mapped_column(default=False, server_default="0")  # the original stayed with its owner

    pages: Mapped[list[Page]] = relationship(back_populates="source", order_by="Page.position")

    @validates("state")
    def _step(self, _key: str, to: SourceState) -> SourceState:
        return next_source_state(self.state, to)


class Page(Table):
    """One side of paper as delivered. It stands on at most one sheet, once: that is how the table is made."""

    __tablename__ = "pages"
    __table_args__ = (
        Unique("source_id", "position"),
        Unique("sheet_id", "side"),
        CheckConstraint("(sheet_id IS NULL) = (side IS NULL)", name="side_of_sheet"),
        CheckConstraint("side IS NULL OR side IN (1, 2)", name="two_sides"),
        CheckConstraint("rotation IN (0, 90, 180, 270)", name="rotation"),
        ForeignKeyConstraint(["form_id", "form_version"], ["forms_used.form_id", "forms_used.version"]),
        Index(None, "state", "id"),
        Index(None, "serial"),
        Index(None, "content_hash"),
        Index(None, "masked_id", unique=True),
    )

    id: Mapped[PrimaryId]
    source_id: Mapped[Id] = mapped_column(ForeignKey("sources.id"))
    position: Mapped[int]  # from 0 within its source
    # which picture of the file it is on (from 0; before 0017 none, then it is the position), and where several sheets
    # lie on that, its part: x, y, width and height in pixels, as JSON
    picture: Mapped[int | None]
    part: Mapped[str | None] = mapped_column(Text)
    state: Mapped[PageState] = mapped_column(enumeration(PageState, "page_state"), default=PageState.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")  # English code of a failure or of being set aside
    # as delivered
    width: Mapped[int | None]
    height: Mapped[int | None]
    dpi: Mapped[int | None]
    # the upright viewing copy
    view_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    view_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    view_key_sealed: Mapped[bool] = mapped_column(default=False)
    # the same copy with what is extra-sensitive covered, for everybody; only where the whole one is sealed
    masked_id: Mapped[str | None] = mapped_column(String(32))
    masked_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    view_width: Mapped[int | None]
    view_height: Mapped[int | None]
    # what the last reading found
    status: Mapped[str] = mapped_column(String(24), default="")
    form_id: Mapped[str | None] = mapped_column(String(64))
    form_version: Mapped[str | None] = mapped_column(String(32))
    form_page: Mapped[int | None]
    serial: Mapped[str | None] = mapped_column(String(32))
    rotation: Mapped[int] = mapped_column(default=0)
    # what a person has said of it, for the next reading: clockwise degrees to upright, and which form it is
    asked_turn: Mapped[int | None]
    asked_form_id: Mapped[str | None] = mapped_column(String(64))
    asked_form_version: Mapped[str | None] = mapped_column(String(32))
    content_hash: Mapped[str | None] = mapped_column(String(64))  # keyed hash of what stands on the page
    duplicate_of_id: Mapped[Id | None] = mapped_column(ForeignKey("pages.id"))
    # where it belongs
    sheet_id: Mapped[Id | None] = mapped_column(ForeignKey("sheets.id"))
    side: Mapped[int | None]  # 1 front, 2 back
    erased_at: Mapped[Instant | None]  # by law: a tombstone

    source: Mapped[Source] = relationship(back_populates="pages")
    sheet: Mapped[Sheet | None] = relationship(back_populates="pages")
    readings: Mapped[list[Reading]] = relationship(back_populates="page", order_by="Reading.run")

    @validates("state")
    def _step(self, _key: str, to: PageState) -> PageState:
        return next_page_state(self.state, to)


class Reading(Table):
    """What the machine saw on a page in one run: compressed JSON of the page's reading. Added, never altered."""

    __tablename__ = "readings"
    __table_args__ = (Unique("page_id", "run"),)

    id: Mapped[PrimaryId]
    page_id: Mapped[Id] = mapped_column(ForeignKey("pages.id"))
    run: Mapped[int]  # from 1
    at: Mapped[Instant]
    engine: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # records.packing
    # what was read in extra-sensitive fields, sealed to the second store key; ``content`` only says where they stand
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    page: Mapped[Page] = relationship(back_populates="readings")


class Sheet(Table):
    """A sheet of paper: one or two pages. It lies in an item (件), numbered within it."""

    __tablename__ = "sheets"
    __table_args__ = (Unique("item_id", "number"), Index(None, "registration_id"), Index(None, "serial"))

    id: Mapped[PrimaryId]
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("registrations.id"))
    serial: Mapped[str | None] = mapped_column(String(32))
    item_id: Mapped[Id | None] = mapped_column(ForeignKey("archive_items.id"))
    number: Mapped[int | None]  # from 1 within the item

    pages: Mapped[list[Page]] = relationship(back_populates="sheet", order_by="Page.side")
    registration: Mapped[Registration | None] = relationship(back_populates="sheets")
    item: Mapped[ArchiveItem | None] = relationship(back_populates="sheets")


class Location(Table):
    """A physical place (存储位置, DA/T 18-2022). Parts an office doesn't use are empty."""

    __tablename__ = "locations"
    __table_args__ = (Unique("storeroom", "area", "row", "rack", "shelf"),)

    id: Mapped[PrimaryId]
    storeroom: Mapped[str] = mapped_column(Text, default="")  # 库房
    area: Mapped[str] = mapped_column(Text, default="")  # 区
    row: Mapped[str] = mapped_column(Text, default="")  # 列
    rack: Mapped[str] = mapped_column(Text, default="")  # 架
    shelf: Mapped[str] = mapped_column(Text, default="")  # 层


class Box(Table):
    """A box (盒) and where it stands."""

    __tablename__ = "boxes"
    __table_args__ = (Unique("location_id", "number"),)

    id: Mapped[PrimaryId]
    number: Mapped[str] = mapped_column(Text)
    location_id: Mapped[Id | None] = mapped_column(ForeignKey("locations.id"))

    location: Mapped[Location | None] = relationship()


class ArchiveSeries(Table):
    """A running series of item numbers: everything of a 档号 but the item. Numbers once given are never reused."""

    __tablename__ = "archive_series"

    id: Mapped[PrimaryId]
    prefix: Mapped[str] = mapped_column(Text, unique=True)  # the 档号 template with all but the item filled in
    year: Mapped[int]
    last_item: Mapped[int] = mapped_column(default=0)


class Dossier(Table):
    """A child's dossier (案卷): its own 档号, holding items."""

    __tablename__ = "dossiers"

    id: Mapped[PrimaryId]
    archive_number: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    child_id: Mapped[Id | None] = mapped_column(ForeignKey("children.id"))
    box_id: Mapped[Id | None] = mapped_column(ForeignKey("boxes.id"))
    opened_on: Mapped[date]


NOWHERE = "box_id IS NULL AND location_id IS NULL AND dossier_id IS NULL"


class ArchiveItem(Table):
    """An item (件), filed by township and round or as 卷内文件 of a dossier. It owns the 档号."""

    __tablename__ = "archive_items"
    __table_args__ = (
        Unique("series_id", "item_number"),
        Unique("dossier_id", "position"),
        CheckConstraint("dossier_id IS NULL OR position IS NOT NULL", name="place_in_dossier"),
        Index(None, "registration_id"),
        Index(None, "number_norm", "registration_id"),
        Index(None, "number_tail"),
        Index(None, "box_id", "number_norm"),
        Index(None, "location_id"),
        # what nobody has put anywhere yet is always asked for first
        Index("ix_archive_items_nowhere", "number_norm", sqlite_where=text(NOWHERE)),
    )

    id: Mapped[PrimaryId]
    archive_number: Mapped[str] = mapped_column(Text, unique=True)  # 档号
    number_norm: Mapped[str] = mapped_column(Text)  # one spelling of dots and dashes, to search by
    number_tail: Mapped[str] = mapped_column(String(4), default="", server_default="")  # its end, to search by
    series_id: Mapped[Id | None] = mapped_column(ForeignKey("archive_series.id"))
    item_number: Mapped[int | None]
    dossier_id: Mapped[Id | None] = mapped_column(ForeignKey("dossiers.id"))
    position: Mapped[int | None]  # from 1 within the dossier
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("registrations.id"))
    title: Mapped[str] = mapped_column(Text, default="")
    box_id: Mapped[Id | None] = mapped_column(ForeignKey("boxes.id"))
    location_id: Mapped[Id | None] = mapped_column(ForeignKey("locations.id"))  # where it lies while it has no box
    copy_location: Mapped[str] = mapped_column(Text, default="")  # 复制件存放位置
    page_range: Mapped[str] = mapped_column(Text, default="")
    numbered_at: Mapped[Instant]

    sheets: Mapped[list[Sheet]] = relationship(back_populates="item", order_by="Sheet.number")
    registration: Mapped[Registration | None] = relationship()
    box: Mapped[Box | None] = relationship()
    location: Mapped[Location | None] = relationship()

    @validates("number_norm")
    def _tail(self, _key: str, number: str) -> str:
        self.number_tail = number_tail(number)
        return number


def number_tail(number_norm: str) -> str:
    """The last four signs of a 档号: the item, or the place within a dossier."""
    return number_norm[-4:]


class CrossReference(Table):
    """互见 or 参见: what is kept here has to do with something kept elsewhere."""

    __tablename__ = "cross_references"
    __table_args__ = (
        Unique("from_item_id", "target", "kind"),
        CheckConstraint("kind IN ('mutual', 'see')", name="kind"),  # 互见, 参见
        Index(None, "to_item_id"),
    )

    id: Mapped[PrimaryId]
    from_item_id: Mapped[Id] = mapped_column(ForeignKey("archive_items.id"))
    to_item_id: Mapped[Id | None] = mapped_column(ForeignKey("archive_items.id"))
    target: Mapped[str] = mapped_column(Text)  # the 档号 referred to, also where another office keeps it
    kind: Mapped[str] = mapped_column(String(8))
    medium: Mapped[str] = mapped_column(Text, default="纸质")
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))

"""Frozen read models, one family per screen. Plain data; ids are UUIDv7 strings, instants are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forms.gazetteer import lies_within
from forms.kinds import JsonValue, Kind

PixelBox = tuple[int, int, int, int]


class SourceState(StrEnum):
    RECEIVED = "received"
    SPLIT = "split"
    REFUSED = "refused"


class PageState(StrEnum):
    RECEIVED = "received"
    READ = "read"
    FAILED = "failed"
    PLACED = "placed"
    SET_ASIDE = "set_aside"


class RegistrationState(StrEnum):
    DRAFT = "draft"
    VERIFIED = "verified"
    REVIEWED = "reviewed"
    SENT_BACK = "sent_back"


class AnswerState(StrEnum):
    """Where a value stands. Blank-on-paper is CONFIRMED with an empty value."""

    MACHINE = "machine"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    ILLEGIBLE = "illegible"
    ASK = "ask"


class ValueSource(StrEnum):
    PAPER = "paper"  # 纸面
    PHONE = "phone"  # 电话核实
    DEPARTMENT = "department"  # 部门数据
    CORRECTION = "correction"  # 更正, needs a note


class BatchState(StrEnum):
    OPEN = "open"
    FROZEN = "frozen"
    WRITTEN = "written"


class BatchRowState(StrEnum):
    FROZEN = "frozen"
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class ErasureState(StrEnum):
    """Of an erasure by law (依法删除)."""

    REQUESTED = "requested"
    DONE = "done"
    REFUSED = "refused"


class Role(StrEnum):
    COLLECTOR = "collector"  # 采集员
    REVIEWER = "reviewer"  # 复核员
    ARCHIVIST = "archivist"  # 档案员
    ADMINISTRATOR = "administrator"  # 管理员
    HELPER = "helper"  # 外部协助人员（社工机构）: always with an end date


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: checked by every verb. ``division``: the scope, it and everything below it."""

    user_id: str
    username: str
    full_name: str
    role: Role
    division: str

    def covers(self, division: str) -> bool:
        """Does this division lie in the actor's scope?"""
        return lies_within(division, self.division)


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure takes with it, counted before it is carried out.

    ``care``: rows that persons entered (concerns decided, visits, reports, log, second entries, links, dossiers) by
    table; they go only where that is said. ``elsewhere``: pages that stay and may tell of the same child (work logs).
    """

    pages: int
    papers: int  # more pages about the same person: visit records, what lies in the dossier and behind the form
    registrations: int
    children: int
    unsent: tuple[str, ...]  # numbers of batches that it leaves, which are frozen anew then
    reported: tuple[str, ...]  # numbers of batches in which an empty row stays: they were reported
    care: tuple[tuple[str, int], ...]
    roster_entries: int
    elsewhere: int
    offices: tuple[str, ...]  # that had it in a handover package: the next one tells them
    backups: int  # that still hold it
    held_until: date | None  # by the rule of keeping, if a backup is made every day; None where none holds it

    @property
    def more(self) -> bool:
        """Does more go than the pages asked for and what was read on them? It goes only where that is said."""
        return bool(self.papers or self.unsent or self.reported or self.care)


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """A request to erase pages by law (依法删除)."""

    erasure_id: str
    source_id: str
    page_ids: tuple[str, ...]
    reason: str
    state: ErasureState
    requested_by: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as the administrator sees it."""

    user_id: str
    username: str
    full_name: str
    role: Role
    division: str
    division_name: str
    valid_until: date | None
    disabled: bool
    has_password: bool  # False after disabling, and where adding was interrupted: give a new one
    sensitive: bool  # may open what is extra-sensitive


@dataclass(frozen=True, slots=True)
class OfficeView:
    name: str
    division: str  # code of the office's own division
    division_name: str
    round_name: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page in the inbox."""

    page_id: str
    source_id: str
    number: int  # from 1 within its source
    state: PageState
    status: str  # PageStatus of its reading, "" before
    reason: str  # Chinese sentence where something is wrong, else ""
    form_title: str
    form_page: int | None
    registration_id: str | None  # on whose form, or behind whose form, it lies
    duplicate_of: str | None  # page_id of a page with the same content
    sides: int = 0  # of its form; 0 for none
    behind: int = 0  # number of its sheet behind a form, 0 on a form
    viewable: bool = False  # it has a viewing copy
    child_name: str = ""  # as it stands on its registration
    registration_state: RegistrationState | None = None


@dataclass(frozen=True, slots=True)
class PageWords:
    """What was read on a page of unknown form: its lines, and labels paired to values. Nothing of it is vouched for."""

    page_id: str
    reason: str  # Chinese sentence
    pairs: tuple[tuple[str, str], ...]  # label of the dictionary, text as read
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One delivered file in the inbox."""

    source_id: str
    name: str
    received_at: datetime
    state: SourceState
    reason: str  # Chinese sentence for REFUSED
    pages: tuple[PageRow, ...]


@dataclass(frozen=True, slots=True)
class InboxView:
    sources: tuple[SourceRow, ...]
    waiting: int  # pages not read yet, including those of unsplit sources
    drafts: int  # registrations waiting to be verified
    clear_scans: int  # delivered files that still lie outside in the clear


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A registration in the list of those to verify."""

    registration_id: str
    title: str  # child's name as read, or 姓名未读出
    division: str
    pages: int
    to_look_at: int  # fields shown and not yet answered
    taken_in_at: datetime
    state: RegistrationState
    place: str
    asked: int = 0  # of those to look at: waiting for the village's answer


@dataclass(frozen=True, slots=True)
class DoubtView:
    start: int
    end: int
    box: PixelBox | None


@dataclass(frozen=True, slots=True)
class CandidateView:
    """Another value for a field. ``origin``: where it is known from, if not from this paper (上一张表)."""

    text: str
    value: JsonValue
    note: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class OptionView:
    code: str
    label: str
    box: PixelBox | None


@dataclass(frozen=True, slots=True)
class FindingView:
    severity: str  # error | warning | hint
    rule: str
    keys: tuple[str, ...]
    sentence: str
    clause: str


@dataclass(frozen=True, slots=True)
class VerifyItem:
    """One field in the verify screen. ``box`` lies in the viewing copy of ``page_id``."""

    key: str
    label: str
    block: str
    kind: Kind
    page_id: str | None
    box: PixelBox | None
    text: str  # what the value box shows
    raw: str
    value: JsonValue
    state: AnswerState
    source: ValueSource
    accepted: bool
    shown: bool  # the clerk has to look at it
    reasons: tuple[str, ...]  # Chinese, short
    candidates: tuple[CandidateView, ...]
    doubts: tuple[DoubtView, ...]
    multiple: bool
    options: tuple[OptionView, ...]
    code_table: str | None
    sealed: bool = False  # there is something here that only named persons see
    note: str = ""  # 说明 of its source
    last: str | None = None  # of a prefilled form: what stood printed here, "" for blank; None where nothing is known
    as_printed: bool = False  # nobody wrote over it
    proposed: str = ""  # where ``value`` is known from: the paper is blank, and it counts only once it is confirmed
    pinned: bool | None = None  # kept at hand for the following forms; None: not a field that can be
    down: float | None = None  # of a page that nobody read: how far down it the form has this field, 0 to 1


@dataclass(frozen=True, slots=True)
class VerifyPage:
    page_id: str
    form_page: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where the sheet of paper lies."""

    archive_number: str  # 档号
    sheet_count: int
    location: str  # "" while not boxed


@dataclass(frozen=True, slots=True)
class VerifySheet:
    """Everything the verify screen shows; ``items`` as printed, ``order`` the keys to look at, weakest first."""

    registration_id: str
    title: str
    form_title: str
    state: RegistrationState
    round_name: str
    pages: tuple[VerifyPage, ...]
    items: tuple[VerifyItem, ...]
    order: tuple[str, ...]
    findings: tuple[FindingView, ...]
    place: PlaceView
    notes: tuple[str, ...]  # e.g. a missing side
    last_time: str = ""  # of a prefilled form: whose values are printed on it (2026年下半年)
    news: tuple[str, ...] = ()  # its fields that are not as printed


@dataclass(frozen=True, slots=True)
class OfficeWords:
    """What the office has verified before, as far as one person may see it; to be offered while she types.

    ``home``: her division. ``places``: for each group of fields (``workflow.typing_offers.GROUPS``) division, what
    follows it, and in how many registrations. ``words``: by key the texts and in how many.
    """

    home: str
    places: Mapping[str, tuple[tuple[str, str, int], ...]]
    words: Mapping[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class ChildRow:
    child_id: str
    name: str
    sex: str
    age: int | None
    id_number_masked: str
    household: str  # 户籍
    residence: str  # 现居住地
    verified_on: date
    archive_number: str
    location: str
    key_concern: bool  # a person confirmed it; what a form says waits for that (``to_decide``)
    reporting: str  # derived status, Chinese
    registration_id: str
    exited: str = ""  # why and when the child left the list: 2026-10-12 返乡
    to_decide: int = 0  # proposed criteria that wait for a person
    open_cases: int = 0  # to be reported at once and not reported yet
    overdue_days: int = 0  # of the next visit
    fault: str = ""  # a key-concern child without a paper dossier


@dataclass(frozen=True, slots=True)
class SheetPlaceRow:
    """A child's sheet in the archive: where the paper is, where its pages are."""

    registration_id: str
    archive_number: str
    location: str
    page_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchSummary:
    batch_id: str
    number: str
    name: str
    state: BatchState
    rows: int
    sent: int
    accepted: int
    returned: int
    created_at: datetime
    frozen_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchRowView:
    row_id: str
    position: int
    child_id: str
    registration_id: str
    name: str
    id_number_masked: str
    archive_number: str
    state: BatchRowState
    system_number: str  # 系统儿童编号
    returned_reason: str


@dataclass(frozen=True, slots=True)
class BatchView:
    summary: BatchSummary
    rows: tuple[BatchRowView, ...]
    receipts: tuple[Mapping[str, str], ...]
    erased: tuple[int, ...] = ()  # places of rows whose child was erased by law since


@dataclass(frozen=True, slots=True)
class ReportedElsewhere:
    """A batch of another office, as far as it is about registrations that are here, too."""

    office: str
    number: str
    written_on: date
    rows: int
    accepted: int
    returned: int


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A verified registration that may go into a batch."""

    registration_id: str
    child_id: str
    name: str
    residence: str
    verified_on: date
    findings: tuple[FindingView, ...]
    last_batch: str

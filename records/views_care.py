"""Frozen read models of what the office does for children: the child's page, concerns, visits, reports, rounds.

Like ``records.views``: plain data, ids are UUIDv7 strings, instants are aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forms.kinds import JsonValue


class ConcernState(StrEnum):
    """A criterion of key concern: proposed by a rule, decided by a person, ended by one."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"  # a person looked and it is not so (for the registration it was proposed from)
    ENDED = "ended"


class VisitState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """A case that must be reported at once (吉民发〔2024〕34号 二（二）)."""

    RAISED = "raised"  # the banner stands until somebody says who reported, to whom and when
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"  # it was looked into and is none, with the reason


class MoveKind(StrEnum):
    EXIT = "exit"
    RETURN = "return"


class LinkKind(StrEnum):
    """What two children have in common; confirmed by a person."""

    SIBLINGS = "siblings"  # 兄弟姐妹
    SAME_MOTHER = "same_mother"  # 同母
    SAME_FATHER = "same_father"  # 同父
    SAME_CAREGIVER = "same_caregiver"  # 同一照护人


class PersonRole(StrEnum):
    """Whose name, number and phone stand on the child's current registration."""

    CHILD = "child"
    FATHER = "father"
    MOTHER = "mother"
    CAREGIVER = "caregiver"


# -- key concern ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConcernView:
    """One criterion of one child. ``hidden``: which it is may be seen by named persons only; label says so then."""

    concern_id: str
    child_id: str
    criterion: str  # "" when hidden
    label: str
    clause: str
    category: str  # migrant | local, "" when hidden
    state: ConcernState
    since: date
    until: date | None
    why: str
    by_rule: bool
    registration_id: str | None
    decided_on: date | None
    decided_by: str
    decision_note: str
    end_reason: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A child with criteria that wait for a person's decision."""

    child_id: str
    name: str
    id_number_masked: str
    residence: str
    concerns: tuple[ConcernView, ...]


@dataclass(frozen=True, slots=True)
class KeyConcernRow:
    """A key-concern child in the list. ``fault``: what is missing, "" if nothing is."""

    child_id: str
    name: str
    sex: str
    age: int | None
    id_number_masked: str
    residence: str
    criteria: tuple[str, ...]  # labels
    category: str  # 流动儿童, 本地户籍儿童
    since: date
    due_on: date | None
    overdue_days: int  # 0 when not overdue
    last_visit: date | None
    dossier: str  # 档号, "" for none
    open_cases: int
    fault: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case to be reported at once. ``hidden``: a suspect is named, the texts are for named persons."""

    report_id: str
    child_id: str
    child_name: str
    situation: str
    label: str
    clause: str
    state: ReportState
    what: str
    by_rule: bool
    raised_at: datetime
    raised_by: str
    reported_at: datetime | None
    reported_to: str
    reported_by: str
    receipt: str
    measures: str
    withdrawn_reason: str
    names_suspect: bool
    hidden: bool


# -- visits -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One answer of a visit, as words."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class VisitView:
    visit_id: str
    child_id: str
    state: VisitState
    level: str  # code
    level_label: str
    due_on: date | None
    planned_by_person: bool
    visitor: str
    done_on: date | None
    method: str  # label
    findings: tuple[FindingRow, ...]
    hidden_findings: bool  # there are extra-sensitive ones that the actor can't see
    note: str
    page_id: str | None  # of the read visit form
    recorded_by: str


@dataclass(frozen=True, slots=True)
class VisitDueRow:
    visit_id: str
    child_id: str
    name: str
    id_number_masked: str
    residence: str
    level: str
    level_label: str
    key_concern: bool
    due_on: date
    overdue_days: int  # 0 when not overdue
    last_visit: date | None
    visitor: str
    archive_number: str  # the dossier's, "" for none


@dataclass(frozen=True, slots=True)
class LogView:
    entry_id: str
    on: date
    child_id: str | None
    child_name: str
    text: str
    hidden: bool
    corrects: str | None
    corrected: bool  # another line corrects this one
    by: str
    at: datetime


# -- read papers of key-concern children -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperFieldView:
    """One field of a read visit record, work log or card. ``box`` in the page's viewing copy."""

    key: str
    label: str
    text: str
    value: JsonValue
    accepted: bool
    reasons: tuple[str, ...]  # Chinese, short
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ChildGuess:
    """Whose a paper may be. ``printed_for``: the sheet was printed for this child."""

    child_id: str
    name: str
    id_number_masked: str
    residence: str
    printed_for: bool = False


@dataclass(frozen=True, slots=True)
class PaperView:
    """A read paper that stands nowhere yet. ``purpose``: visit, work_log, card."""

    page_id: str
    form_title: str
    purpose: str
    form_page: int
    serial: str
    fields: tuple[PaperFieldView, ...]
    children: tuple[ChildGuess, ...]


# -- the child's page -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegistrationColumn:
    """One registration in the table that shows the rounds side by side."""

    registration_id: str
    round_name: str
    form_date: date | None
    state: str
    form_title: str
    archive_number: str
    notice_given: bool | None  # 告知
    collection: str  # label
    update: str  # label: 首次登记, 信息有变化, 信息无变化
    carried_from: str | None  # the registration whose values stand for what this one left blank
    current: bool
    owner: str = ""  # the office it belongs to, "" for this one: another's is proposed about, not changed


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field through the registrations: ``texts`` in the order of ``ChildPage.registrations``."""

    key: str
    label: str
    block: str
    texts: tuple[str, ...]
    changed: bool  # differs between the two newest registrations that answer it
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One step in the history of a field. ``page_id`` and ``box`` show the crop; ``raw`` is what the machine saw."""

    registration_id: str
    form_date: date | None
    at: datetime
    by: str  # "" for the machine
    from_text: str
    to_text: str
    state: str
    source: str
    note: str
    undoes: bool
    raw: str
    page_id: str | None
    box: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class PersonView:
    role: PersonRole
    name: str
    id_number_masked: str
    phone: str


@dataclass(frozen=True, slots=True)
class LinkView:
    link_id: str
    kind: LinkKind
    other_id: str
    other_name: str
    why: str
    made_by: str
    made_on: date


@dataclass(frozen=True, slots=True)
class LinkCandidate:
    """Another child with the same parent or caregiver on its form; a person confirms the link."""

    other_id: str
    other_name: str
    other_residence: str
    kind: LinkKind
    why: str


@dataclass(frozen=True, slots=True)
class MoveView:
    kind: MoveKind
    on: date
    reason: str  # label
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet of the child's paper and where it lies; ``dossier``: 档号 of the one it lies in."""

    registration_id: str
    title: str
    archive_number: str
    location: str
    dossier: str
    position: int | None
    page_ids: tuple[str, ...]
    see: tuple[str, ...]  # 参见, 互见: other 档号


@dataclass(frozen=True, slots=True)
class DossierView:
    dossier_id: str
    archive_number: str
    title: str
    child_id: str
    opened_on: date
    location: str
    items: tuple[SheetView, ...]


@dataclass(frozen=True, slots=True)
class BatchOfChild:
    batch_id: str
    number: str
    registration_id: str
    state: str
    system_number: str
    returned_reason: str
    office: str = ""  # that reported it in a batch of its own, "" for this one


@dataclass(frozen=True, slots=True)
class ChildPage:
    """Everything the office knows of a child. Registrations newest statement first; the first one is current."""

    child_id: str
    name: str
    sex: str
    birth_date: date | None
    age: int | None
    id_number_masked: str
    household: str
    residence: str
    exited: bool
    exited_on: date | None
    exit_reason: str
    standing: str  # why no registration counts at present, "" while one does
    group: str  # which of the notice's groups the current registration puts it into, "" where that isn't known
    registrations: tuple[RegistrationColumn, ...]
    fields: tuple[FieldRow, ...]
    persons: tuple[PersonView, ...]
    links: tuple[LinkView, ...]
    link_candidates: tuple[LinkCandidate, ...]
    key_concern: bool
    fault: str  # a key-concern child without a paper dossier
    concerns: tuple[ConcernView, ...]
    cases: tuple[CaseView, ...]
    banner: tuple[str, ...]  # sentences of unreported cases
    visits: tuple[VisitView, ...]
    log: tuple[LogView, ...]
    dossier: DossierView | None
    sheets: tuple[SheetView, ...]
    batches: tuple[BatchOfChild, ...]
    moves: tuple[MoveView, ...]


# -- rounds -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundRow:
    round_id: str
    name: str
    division: str
    division_name: str
    as_of: date
    opens: date
    closes: date
    open: bool
    registrations: int  # verified in it


@dataclass(frozen=True, slots=True)
class VillageProgress:
    """``expected``: active children known before; of them ``collected`` and ``outstanding``; ``came`` are new."""

    division: str  # code of the village, or of the township where the village isn't known
    township: str
    village: str
    expected: int
    collected: int
    outstanding: int
    came: int
    left: int


@dataclass(frozen=True, slots=True)
class RoundProgress:
    round: RoundRow
    last_round: str  # name of the round before, "" for none
    expected: int
    collected: int
    unchanged: int  # of the collected: 信息无变化
    in_drafts: int  # scanned and not verified yet
    printed: int  # prefilled forms sent out
    outstanding: int
    came: int
    left: int
    villages: tuple[VillageProgress, ...]


@dataclass(frozen=True, slots=True)
class OutstandingRow:
    """A child whose form of this round hasn't come in."""

    child_id: str
    name: str
    id_number_masked: str
    township: str
    village: str
    address: str
    caregiver: str
    phone: str
    last_statement: date | None
    printed: bool
    visited: bool  # at home since the round opened
    key_concern: bool


@dataclass(frozen=True, slots=True)
class RoundMove:
    """A child that came or left against the round before, or is still missing."""

    child_id: str
    name: str
    id_number_masked: str
    residence: str
    what: str  # came | left | missing
    on: date | None
    reason: str

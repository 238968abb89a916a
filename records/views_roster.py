"""What screens and the command line see of base lists (基础名单)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RosterKind(StrEnum):
    """Whose list it is (吉民发〔2024〕34号 二（一）: 基础数据; 二（三）: 比对)."""

    RESIDENCE_PERMIT = "residence_permit"
    SCHOOL = "school"
    HEALTH = "health"
    VACCINATION = "vaccination"
    INSURANCE = "insurance"
    DISABILITY = "disability"
    OTHER = "other"


class RosterOutcome(StrEnum):
    """How an entry stands against the registrations, the gravest first."""

    MISSING = "missing"  # nobody registered this child
    DIFFERS = "differs"  # registered, but the two contradict each other
    IN_DRAFT = "in_draft"  # a form has come in and waits to be verified
    EXITED = "exited"  # registered, and off the list by now
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not taken in, and why. No value of it."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column of the file: its title, what it is taken for ("" for nothing), and what stands first in it."""

    title: str
    means: str
    first: str


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """A file looked through before anything is taken in. ``problem``: what keeps it from being taken in, or ""."""

    header_line: int
    columns: tuple[ColumnGuess, ...]
    rows: int
    refused: tuple[RefusedLine, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One list that the office keeps."""

    roster_id: str
    name: str
    kind: RosterKind
    as_of: date
    sensitive: bool
    rows: int
    refused: int
    at: datetime
    by: str
    closed: bool  # sensitive, and whoever looks may not open it


@dataclass(frozen=True, slots=True)
class RosterFinding:
    """One entry against the registrations. Of a child outside the scope only the township is told."""

    line: int
    name: str
    id_number_masked: str
    birth_date: date | None
    place: str
    outcome: RosterOutcome
    differing: tuple[str, ...] = ()  # labels of what contradicts: 姓名, 公民身份号码, 出生日期
    child_id: str = ""
    elsewhere: str = ""  # the township that registered it, outside the scope


@dataclass(frozen=True, slots=True)
class RosterComparison:
    """A list against the registrations: whatever needs somebody to look, by outcome, then line."""

    roster: RosterRow
    findings: tuple[RosterFinding, ...]
    found: int

    def of(self, outcome: RosterOutcome) -> tuple[RosterFinding, ...]:
        """The findings of one outcome."""
        return tuple(f for f in self.findings if f.outcome is outcome)

"""A person looks: confirm, correct, can't be read, ask; undo; and, when every shown field is answered, verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forms.kinds import JsonValue
from records.store import Store
from records.views import Actor, AnswerState, DraftRow, ValueSource, VerifyItem, VerifySheet
from workflow.changes import NOTHING, Changes
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Finished:
    """The registration is VERIFIED and belongs to ``child_id``."""

    changes: Changes
    child_id: str
    new_child: bool


@dataclass(frozen=True, slots=True)
class SameChildCandidate:
    """A child of the same name and birth date."""

    child_id: str
    name: str
    sex: str
    birth_date: date | None
    id_number_masked: str
    residence: str
    archive_number: str


@dataclass(frozen=True, slots=True)
class AskSameChild:
    """Nothing was saved: call ``finish`` again with ``same_child=<child_id>`` or ``same_child=NEW_CHILD``."""

    candidates: tuple[SameChildCandidate, ...]
    changes: Changes = NOTHING


NEW_CHILD = "new"


@verb(Right.VERIFY)
def drafts(store: Store, actor: Actor) -> tuple[DraftRow, ...]:
    """Registrations to verify, as taken in; those sent back first."""
    raise NotImplementedError


@verb(Right.SEE_REGISTRATIONS)
def sheet(store: Store, actor: Actor, registration_id: str) -> VerifySheet:
    """Everything the verify screen shows of one registration."""
    raise NotImplementedError


@verb(Right.SEE_REGISTRATIONS)
def page_image(store: Store, actor: Actor, page_id: str) -> bytes:
    """The upright viewing copy of a page as JPEG bytes."""
    raise NotImplementedError


def parse_typed(item: VerifyItem, text: str) -> JsonValue:
    """The value of what was typed into an item. Raises ``forms.values.FieldError`` (a Chinese sentence)."""
    raise NotImplementedError


@verb(Right.VERIFY)
def confirm(
    store: Store,
    actor: Actor,
    now: datetime,
    registration_id: str,
    key: str,
    value: JsonValue,
    *,
    source: ValueSource = ValueSource.PAPER,
    note: str = "",
) -> Changes:
    """Answer a field: the machine's value makes it CONFIRMED, another CORRECTED; None is blank on paper.

    Raises BadValue for a value that doesn't fit the field or a 更正 without its 说明.
    """
    raise NotImplementedError


@verb(Right.VERIFY)
def mark(
    store: Store, actor: Actor, now: datetime, registration_id: str, key: str, state: AnswerState, note: str = ""
) -> Changes:
    """A field can't be read (ILLEGIBLE) or has to be asked (ASK); its value stays as it was."""
    raise NotImplementedError


@verb(Right.VERIFY)
def undo(store: Store, actor: Actor, now: datetime, registration_id: str) -> Changes:
    """Take back the last answer of a draft (an event of its own; nothing is erased). No-op result when none is left."""
    raise NotImplementedError


@verb(Right.VERIFY)
def finish(
    store: Store, actor: Actor, now: datetime, registration_id: str, *, same_child: str | None = None
) -> Finished | AskSameChild:
    """Save as VERIFIED. Raises NotFinished with what is still to answer and the errors that contradict each other."""
    raise NotImplementedError


@verb(Right.VERIFY)
def reopen(store: Store, actor: Actor, now: datetime, registration_id: str, reason: str) -> Changes:
    """VERIFIED or SENT_BACK -> DRAFT, answers kept. Refused while the registration stands in a frozen batch."""
    raise NotImplementedError


@verb(Right.VERIFY)
def join(store: Store, actor: Actor, now: datetime, registration_id: str, other_id: str) -> Changes:
    """A person says that two drafts with complementary sides are one sheet. The first keeps its number."""
    raise NotImplementedError


@verb(Right.VERIFY)
def part(store: Store, actor: Actor, now: datetime, registration_id: str) -> Changes:
    """A person says that the two sides of a draft are not one sheet: each becomes its own draft."""
    raise NotImplementedError

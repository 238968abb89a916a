"""Extra-sensitive words that stand in the open: an older program's, or put there past it. Sealed where they stand.

Whoever is at work can seal what was never sealed. Older programs sealed values and left the notes beside them open:
these can only be sealed together with what is sealed already, by somebody who may open that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session, attributes

from forms.dictionary import extra_sensitive
from forms.values import empty
from records.sealing import NOTED, Sealer
from records.tables import Answer, AnswerEvent, HalfTyped

SAID = ("", NOTED)  # what may stand in a note's column
PORTION = 500  # rows in the memory at once


def open_answers(session: Session) -> Iterator[Answer]:
    """Answers with something of an extra-sensitive field in the open; one by one, as an older store is full of them."""
    noted = Answer.note.not_in(SAID)
    rows = session.scalars(
        select(Answer)
        .where(Answer.key.in_(extra_sensitive()), or_(Answer.sealed.is_(None), noted))
        .order_by(Answer.registration_id, Answer.key)
        .execution_options(yield_per=PORTION)
    )
    for row in rows:
        if row.sealed is not None or row.text or not empty(row.value) or row.note not in SAID:
            yield row


def open_events(session: Session) -> Iterator[AnswerEvent]:
    """Steps of the history, likewise."""
    rows = session.scalars(
        select(AnswerEvent)
        .where(AnswerEvent.key.in_(extra_sensitive()), or_(AnswerEvent.sealed.is_(None), _noted()))
        .order_by(AnswerEvent.registration_id, AnswerEvent.number)
        .execution_options(yield_per=PORTION)
    )
    yield from (row for row in rows if row.sealed is not None or _says(row))


def open_typed(session: Session) -> list[HalfTyped]:
    """What was typed and not given yet, likewise."""
    standing = select(HalfTyped).where(HalfTyped.key.in_(extra_sensitive()), HalfTyped.text != "")
    return list(session.scalars(standing.order_by(HalfTyped.registration_id, HalfTyped.user_id)))


def _noted() -> ColumnElement[bool]:
    return or_(AnswerEvent.note.not_in(SAID), AnswerEvent.from_note.not_in(SAID))


def _says(row: AnswerEvent) -> bool:
    values = not empty(row.from_value) or not empty(row.to_value)
    return values or row.note not in SAID or row.from_note not in SAID


def close_all(session: Session, sealer: Sealer) -> int:
    """Seal everything that the one at work can seal; how much that was. Within the caller's transaction.

    The history says what it said: its trigger steps aside for the sealing of what was left open, and for nothing else.
    """
    answers = [row for row in open_answers(session) if _may(row)]
    for answer in answers:
        attributes.flag_modified(answer, "note")  # so that it is written, and sealed with that
    events = [row for row in open_events(session) if _may(row)]
    typed = open_typed(session)
    for row in typed:
        row.sealed = sealer.seal(row.text.encode(), f"half_typed/{row.registration_id}/{row.user_id}")
        row.text = ""
    with history_open(session, bool(events)):
        for event in events:
            attributes.flag_modified(event, "note")
        session.flush()
    return len(answers) + len(events) + len(typed)


def _may(row: Answer | AnswerEvent) -> bool:
    """Never sealed, or opened when it was loaded."""
    return row.sealed is None or bool(getattr(row, "_opened", False))


@contextmanager
def history_open(session: Session, wanted: bool = True) -> Iterator[None]:
    """Histories are only added to; for these statements the trigger that sees to it steps aside."""
    if not wanted:
        yield
        return
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'answer_events_no_update'"
    statements = list(session.scalars(text(query)))
    session.execute(text("DROP TRIGGER IF EXISTS answer_events_no_update"))
    yield
    for statement in statements:
        session.execute(text(statement))

"""What stays the same along a stack: the village, the collector, the day.

A field of the office's list (``workflow.settings.STICKY``) that is blank or doubtful is offered what the form before it
says; a value that somebody pinned is proposed on every blank one until she takes the pin out. Nothing is filled in by
itself: a proposal becomes an answer by Enter, with the note that the paper says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from forms.dictionary import load_dictionary
from forms.kinds import JsonValue
from forms.values import FieldError, empty, format_value, parse
from records import registration_rows, sealing, stack_rows
from records.session import Session
from records.store import Store
from records.tables import Answer, PinnedValue, Registration
from records.views import Actor, AnswerState
from workflow import blind, scope
from workflow.answering import code_table_of
from workflow.changes import NOTHING, Changes
from workflow.errors import BadValue
from workflow.permissions import Right, verb
from workflow.settings import STICKY, codes_in, value_of

BEFORE, PINNED = "上一张表", "钉住的"
STACK = timedelta(days=1)
"""Forms taken in so shortly after one another are one stack."""
TOWNSHIP = 9  # figures of a township's code
SETTLED = (AnswerState.CONFIRMED, AnswerState.CORRECTED)


@dataclass(frozen=True, slots=True)
class AtHand:
    """``keys`` that can be kept at hand, those that are (``pinned``), and what the form before says (``before``)."""

    keys: frozenset[str]
    pinned: Mapping[str, JsonValue]
    before: Mapping[str, JsonValue]


def at_hand(session: Session, actor: Actor, registration: Registration) -> AtHand:
    """What helps the actor with one registration."""
    keys = frozenset(codes_in(value_of(session, STICKY)))
    pinned = {key: row.value for key, row in stack_rows.pinned_of(session, actor.user_id).items() if key in keys}
    return AtHand(keys, pinned, _before(session, actor, registration, keys))


def _before(
    session: Session, actor: Actor, registration: Registration, keys: frozenset[str]
) -> Mapping[str, JsonValue]:
    place, since = registration.division[:TOWNSHIP], registration.taken_in_at - STACK
    before = registration_rows.before_in_stack(session, registration, place, since)
    if before is None or not scope.sees_registration(actor, before):
        return {}
    hidden = blind.hidden_from(session, actor, before)
    return {a.key: a.value for a in before.answers if a.key in keys - hidden and _says(a)}


def _says(answer: Answer) -> bool:
    """A person said so, or the machine vouches for it."""
    sure = answer.state in SETTLED or (answer.state is AnswerState.MACHINE and answer.accepted)
    return sure and not empty(answer.value) and not sealing.hidden(answer)


@verb(Right.VERIFY)
def pin(store: Store, actor: Actor, now: datetime, key: str, value: JsonValue) -> Changes:
    """Keep a value at hand for the following forms, instead of what was kept before. Raises BadValue."""
    with store.transaction() as session:
        if key not in codes_in(value_of(session, STICKY)):
            raise BadValue("这一栏不在能钉住的栏目里，没有钉住。哪些栏目能钉住，由管理员在设置里定。")
        kept = _checked(key, value)
        row = session.get(PinnedValue, (actor.user_id, key))
        if row is None:
            row = PinnedValue(user_id=actor.user_id, key=key)
            session.add(row)
        row.value, row.at = kept, now
    return NOTHING


@verb(Right.VERIFY)
def unpin(store: Store, actor: Actor, now: datetime, key: str) -> Changes:
    """It is not kept any more."""
    with store.transaction() as session:
        row = session.get(PinnedValue, (actor.user_id, key))
        if row is not None:
            session.delete(row)
    return NOTHING


def _checked(key: str, value: JsonValue) -> JsonValue:
    if empty(value):
        raise BadValue("这一栏还没有内容，没有钉住。先填上或选一个，再按 Alt+0。")
    if isinstance(value, list):
        return value  # the codes of a choice: each form checks them against its own options
    kind = load_dictionary().fields[key].kind
    try:
        return parse(kind, format_value(kind, value, code_table=code_table_of(key)), code_table=code_table_of(key))
    except (FieldError, TypeError, ValueError, AttributeError) as problem:
        raise BadValue("这个值不合本栏的格式，没有钉住。请改正后再按 Alt+0。") from problem

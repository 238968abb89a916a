"""Which fields a second person has still to enter, and which registrations a second pair of eyes has seen.

A batch takes only what satisfies the office's settings: reviewed by another person, every chosen field entered twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from forms.kinds import Kind
from records import answer_rows, review_rows
from records.session import Session
from records.tables import Answer, Registration, SecondEntry
from records.views import Actor, AnswerState, RegistrationState, VerifyItem, VerifySheet
from workflow.answering import same
from workflow.settings import REVIEW_BY, SECOND_ENTRY, codes_in, value_of

PERSON = "person"
SECOND = (RegistrationState.VERIFIED, RegistrationState.REVIEWED)
PENDING = "双录未完成"  # stands where something would be that two persons have not agreed upon yet
NOTHING: frozenset[str] = frozenset()


def chosen_keys(session: Session) -> tuple[str, ...]:
    """The fields that the office has entered twice."""
    return codes_in(value_of(session, SECOND_ENTRY))


def missing(keys: Sequence[str], answers: Mapping[str, Answer], entries: Mapping[str, SecondEntry]) -> tuple[str, ...]:
    """Those of the keys about which no two persons have agreed yet, in their order.

    An answer that changed after it was agreed upon is to be entered again.
    """
    return tuple(key for key in keys if not _settled(answers.get(key), entries.get(key)))


def _settled(answer: Answer | None, entry: SecondEntry | None) -> bool:
    if entry is None:
        return False
    value = None if answer is None else answer.value
    if entry.resolved_at is not None:
        return same(entry.resolved_value, value)
    return entry.agreed and same(entry.value, value)


def missing_of(session: Session, registrations: Sequence[Registration]) -> dict[str, tuple[str, ...]]:
    """For each registration the keys still to be entered a second time or resolved."""
    keys = chosen_keys(session)
    ids = [row.id for row in registrations]
    if not keys or not ids:
        return dict.fromkeys(ids, ())
    answers = answer_rows.answers_of_many(session, ids, keys)
    entries = review_rows.entries_of(session, ids)
    return {row_id: missing(keys, answers[row_id], entries.get(row_id, {})) for row_id in ids}


def seen_twice(session: Session, registrations: Sequence[Registration]) -> frozenset[str]:
    """Ids of those that satisfy what the office decided about a second pair of eyes."""
    by_person = value_of(session, REVIEW_BY) == PERSON
    left = missing_of(session, registrations)
    return frozenset(
        row.id
        for row in registrations
        if not left[row.id] and (not by_person or row.state is RegistrationState.REVIEWED)
    )


def hidden_from(session: Session, actor: Actor, registration: Registration) -> frozenset[str]:
    """What the actor may not see of a verified registration while two entries about it are not one yet."""
    return hidden_of_many(session, actor, [registration]).get(registration.id, NOTHING)


def hidden_of_many(session: Session, actor: Actor, registrations: Sequence[Registration]) -> dict[str, frozenset[str]]:
    """The same for many; those of which nothing is hidden are left out."""
    if not chosen_keys(session):
        return {}
    others = [row for row in registrations if row.state in SECOND and row.verified_by != actor.user_id]
    return {row_id: frozenset(keys) for row_id, keys in missing_of(session, others).items() if keys}


def covered(sheet: VerifySheet, keys: frozenset[str]) -> VerifySheet:
    """The sheet without what was read or entered in these fields."""
    if not keys:
        return sheet
    items = tuple(_bare(item) if item.key in keys else item for item in sheet.items)
    title = PENDING if "child_name" in keys else sheet.title
    return replace(sheet, items=items, title=title)


def _bare(item: VerifyItem) -> VerifyItem:
    return replace(
        item,
        text="",
        raw="",
        value=[] if item.kind is Kind.CHOICE else None,
        state=AnswerState.MACHINE,
        candidates=(),
        doubts=(),
        reasons=(PENDING,),
        last=None,
    )

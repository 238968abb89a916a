"""A form printed with last round's values, come back: what stood on it, and which fields are as they were.

Only what was changed by hand is news; the rest was verified last time and stays folded (``ocr.prefilled`` says which
is which, and vouches for neither where it isn't sure). That 信息无变化 is ticked, or that nothing at all was written,
is looked at once for the whole form, because it stands for every field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.prefill import NEVER, is_prefilled
from forms.values import empty
from forms.written_dates import office_date
from records import registration_rows, round_rows
from records.session import Session
from records.store import Store
from records.tables import Answer, Registration
from records.views import AnswerState
from workflow import sealed
from workflow.answering import same
from workflow.carrying import UPDATE, says_unchanged
from workflow.printed import TABLE, secret_keys, unprinted
from workflow.showing import FieldState

BY_HAND = frozenset({"changed", "struck_out", "print_missing", "not_struck"})
"""Reasons of the reader's that say a field is not as it was printed."""


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was printed, by key; ``said``: which registration it is from (2026年下半年). ``closed``: sealed keys."""

    said: str
    values: Mapping[str, JsonValue]
    closed: frozenset[str] = frozenset()

    def of(self, form: Form, key: str) -> JsonValue | None:
        """What stood printed in a field; an empty value where it was printed blank, None where nothing is known."""
        field = form.by_key[key]
        if key in NEVER or key in unprinted() or key in self.closed or field.kind is Kind.SIGNATURE:
            return None
        return self.values.get(key, [] if field.kind is Kind.CHOICE else "")


def last_time(store: Store, session: Session, registration: Registration) -> LastTime | None:
    """What stands printed on the registration's sheets; None where they are not prefilled or were printed elsewhere."""
    if not any(is_prefilled(sheet.serial) for sheet in registration.sheets):
        return None
    printed = round_rows.printed_of_registration(session, registration.id)
    if printed is None:
        return None
    opened = sealed.opened(store, TABLE, printed.id, printed.sealed)
    base = registration_rows.registration(session, printed.registration_id)
    closed = secret_keys() if opened is None else frozenset()
    return LastTime(_said(base), {**printed.values, **(opened or {})}, closed)


def _said(base: Registration | None) -> str:
    if base is not None and base.round is not None:
        return base.round.name
    when = None if base is None else base.form_date
    return "上次" if when is None else office_date(when)


def as_printed(last: LastTime, form: Form, answers: Mapping[str, Answer]) -> frozenset[str]:
    """Fields with something printed in them that nobody wrote over and the machine vouches for."""
    found = set()
    for key, answer in answers.items():
        told = last.of(form, key) if key in form.by_key else None
        untouched = answer.state is AnswerState.MACHINE and answer.accepted and not BY_HAND & set(answer.reasons or ())
        if told is not None and not empty(told) and untouched and same(answer.value, told):
            found.add(key)
    return frozenset(found)


def news(last: LastTime, form: Form, answers: Mapping[str, Answer], pages: Collection[int]) -> tuple[str, ...]:
    """Fields that are not as they were printed, in the order of the form: changed, completed, crossed out.

    ``pages``: the sides that are there; nothing is said of others.
    """
    found = []
    for field in form.fields:
        told, answer = last.of(form, field.key), answers.get(field.key)
        if told is None or field.page not in pages:
            continue
        value = None if answer is None else answer.value
        by_hand = answer is not None and answer.state is AnswerState.MACHINE and BY_HAND & set(answer.reasons or ())
        if by_hand or not same(value, told):
            found.append(field.key)
    return tuple(found)


def states(
    known: Mapping[str, FieldState],
    form: Form,
    values: Mapping[str, JsonValue],
    printed: Collection[str],
    changed: Collection[str],
) -> dict[str, FieldState]:
    """The states of a prefilled form's fields: what is as printed needs no look as such, the whole form needs one."""
    found = {key: replace(state, as_printed=key in printed) for key, state in known.items()}
    if UPDATE in form.by_key and not changed:
        why = "unchanged" if says_unchanged(values) else "nothing_changed"
        own = found.get(UPDATE) or FieldState(written=False, accepted=True)
        found[UPDATE] = replace(own, why=why)
    return found

"""What else is known of a field that is blank or doubtful: from the form before it in the stack, from the family's
earlier form. Added to the candidates of a sheet, each with where it is known from; nothing is filled in."""

from __future__ import annotations

from dataclasses import replace

from forms.kinds import JsonValue, Kind
from forms.values import empty, format_value
from records.session import Session
from records.tables import Registration
from records.views import Actor, AnswerState, CandidateView, VerifyItem, VerifySheet
from workflow import answering, family, sentences, sticky
from workflow.sticky import AtHand


def offered(
    session: Session, actor: Actor, registration: Registration, sheet: VerifySheet
) -> tuple[VerifySheet, tuple[str, ...]]:
    """The sheet of a draft with what can be offered in its fields, and the family's registrations it was taken from.

    Pinned blanks stand in the order of looking.
    """
    values = {item.key: item.value for item in sheet.items if not empty(item.value)}
    known = sticky.at_hand(session, actor, registration)
    earlier = family.earlier(session, actor, registration, values)
    items = tuple(_offered(item, known, earlier) for item in sheet.items)
    waiting = tuple(i.key for i in items if i.proposed and i.state is AnswerState.MACHINE and i.key not in sheet.order)
    shown = {candidate.origin for item in items for candidate in item.candidates}
    seen = tuple(form.registration_id for form in earlier if form.said in shown)
    return replace(sheet, items=items, order=(*sheet.order, *waiting)), seen


REQUIRED = sentences.FIELD_REASONS["required"]


def blank_on_paper(item: VerifyItem) -> bool:
    """The machine vouches that nothing stands here. That the form wants something there is no doubt about the paper."""
    return (item.accepted or item.reasons == (REQUIRED,)) and empty(item.value) and not item.text


def _offered(item: VerifyItem, known: AtHand, earlier: tuple[family.Earlier, ...]) -> VerifyItem:
    pinned = item.key in known.pinned if item.key in known.keys else None
    item = replace(item, pinned=pinned)
    if item.sealed or item.page_id is None or not _open(item):
        return item
    first = [(sticky.PINNED, known.pinned.get(item.key)), (sticky.BEFORE, known.before.get(item.key))]
    front = [made for origin, value in first if (made := _candidate(item, value, origin)) is not None]
    behind = [
        made
        for origin, value in family.first_of(earlier, item.key)
        if (made := _candidate(item, value, origin)) is not None
    ]
    candidates: list[CandidateView] = []
    for candidate in (*front, *item.candidates, *behind):
        if not any(answering.same(candidate.value, other.value) for other in candidates):
            candidates.append(candidate)
    item = replace(item, candidates=tuple(candidates))
    return _proposed(item, front[0]) if pinned and front else item


def _open(item: VerifyItem) -> bool:
    """Blank or doubtful, and not answered yet."""
    waits = item.state in (AnswerState.MACHINE, AnswerState.ASK)
    return waits and (not item.accepted or empty(item.value))


def _candidate(item: VerifyItem, value: JsonValue, origin: str) -> CandidateView | None:
    if empty(value):
        return None
    if item.kind is Kind.CHOICE:
        labels = [option.label for option in item.options if isinstance(value, list) and option.code in value]
        text = "、".join(labels) if isinstance(value, list) and len(labels) == len(value) else ""
    else:
        text = format_value(item.kind, value, code_table=item.code_table)
    return CandidateView(text, value, origin=origin) if text else None


def _proposed(item: VerifyItem, pinned: CandidateView) -> VerifyItem:
    """A pinned value stands in the box of a field that is blank on paper; over ink it is only offered."""
    if item.state is not AnswerState.MACHINE or not blank_on_paper(item):
        return item
    reasons = (*(r for r in item.reasons if r != REQUIRED), f"纸上没填，这是钉住的“{pinned.text}”")
    return replace(item, value=pinned.value, text=pinned.text, proposed=sticky.PINNED, reasons=reasons)

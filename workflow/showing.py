"""Which fields a person has to look at, and in what order. Pure: verdicts, trust and the form in, keys out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forms.checks import is_required
from forms.dictionary import FieldDefinition
from forms.form_file import Form
from forms.kinds import JsonValue

# Probabilities differ in their last digits between machines; the order in which fields are looked at must not.
CONFIDENCE_STEPS = 50
RECHECK_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class FieldState:
    """What showing knows of one field: is something written, and does the machine vouch for what it read?

    ``as_printed``: a prefilled form's value that nobody wrote over. ``why``: reason code of a look it gets anyway.
    """

    written: bool
    accepted: bool
    confidence: float = 1.0
    asked: bool = False  # a person wants to know more before it counts
    as_printed: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """``trusted``: enough registrations were verified in this store. ``recheck_percent``: of vouched-for fields.

    ``always``: fields that the office has looked at wherever something is written in them.
    """

    trusted: bool
    recheck_percent: int
    always: frozenset[str] = frozenset()


def state_of(states: Mapping[str, FieldState], key: str, page_there: bool) -> FieldState:
    """A field without a row is blank; the machine vouches for that where it has seen the page."""
    return states.get(key) or FieldState(written=False, accepted=page_there)


def rechecked(registration_id: str, key: str, percent: int) -> bool:
    """Is this vouched-for field one of the few shown all the same? The same for everybody, at every look."""
    digest = hashlib.sha256(f"{registration_id}/{key}".encode()).digest()
    return int.from_bytes(digest[:4]) % RECHECK_SCALE < percent * RECHECK_SCALE // 100


def shown_keys(
    form: Form,
    states: Mapping[str, FieldState],
    pages: Collection[int],
    values: Mapping[str, JsonValue],
    definitions: Mapping[str, FieldDefinition],
    registration_id: str,
    trust: Trust,
) -> dict[str, str]:
    """Keys to look at with the reason code why (doubt, asked, first_forms …: ``workflow.sentences``)."""
    found: dict[str, str] = {}
    for field in form.fields:
        there = field.page in pages
        state = state_of(states, field.key, there)
        definition = definitions.get(field.key)
        must = definition is not None and is_required(definition, values)
        if not there:
            reason = "missing_side" if must or state.written else ""
        else:
            reason = _against(state, must) or _all_the_same(field.key, state, registration_id, trust)
        if reason:
            found[field.key] = reason
    return found


def _against(state: FieldState, must: bool) -> str:
    """Why a person has to look, "" where nothing speaks against the field."""
    if not state.accepted:
        return "doubt"
    if state.asked:
        return "asked"
    return state.why or ("required" if must and not state.written else "")


def _all_the_same(key: str, state: FieldState, registration_id: str, trust: Trust) -> str:
    """Why something written is looked at though nothing speaks against it."""
    if not state.written:
        return ""
    if not trust.trusted and not state.as_printed:
        return "first_forms"
    if key in trust.always:
        return "always"
    return "recheck" if rechecked(registration_id, key, trust.recheck_percent) else ""


def looking_order(form: Form, states: Mapping[str, FieldState], shown: Mapping[str, str]) -> tuple[str, ...]:
    """Weakest first: what contradicts or can't be vouched for, then what is missing, then the rest as printed."""
    # a recheck stands among the doubts, so that nobody knows which is which
    ranks = {"doubt": 0, "recheck": 0, "required": 1, "missing_side": 2, "asked": 0, "always": 3, "first_forms": 3}
    # what stands for the whole form comes before all of it
    ranks |= {"unchanged": -1, "nothing_changed": -1}
    printed = {field.key: number for number, field in enumerate(form.fields)}

    def weakness(key: str) -> tuple[int, int, int]:
        state = states.get(key)
        # in whole steps, never by a raw float: ties go by the place on the form
        step = round((state.confidence if state is not None else 1.0) * CONFIDENCE_STEPS)
        return (ranks[shown[key]], step if ranks[shown[key]] == 0 else 0, printed[key])

    return tuple(sorted(shown, key=weakness))

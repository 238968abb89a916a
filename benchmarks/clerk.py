"""A clerk played through ``workflow.verify``: she confirms, picks and types, and touches only what is shown.

Keys are counted as the window asks for them: Enter to confirm one, Alt and a digit to pick one, a typed value
its length and Enter; a choice one digit per option that changes, and Enter. An input method's keys for a Chinese
character are counted as one, for her and for typing everything alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.truth import TruePage, TrueSheet, of_sheet, same
from forms.kinds import JsonValue, Kind
from forms.values import format_value
from records.store import Store
from records.views import Actor, VerifyItem, VerifySheet
from workflow import intake, verify


@dataclass
class Tally:
    """What the clerk did and what would have passed her by."""

    registrations: int = 0
    fields: int = 0
    looks: int = 0  # fields she was shown
    keys: int = 0
    looks_trusted: int = 0  # what a trusted store would have shown: only what the machine doubts
    keys_trusted: int = 0
    keys_typing: int = 0  # typing everything that stands on the paper
    acts: Counter[str] = field(default_factory=Counter)
    unseen_wrong: list[str] = field(default_factory=list)  # accepted but wrong, named (all data are synthetic)


def play(
    store: Store,
    actor: Actor,
    clock: Callable[[], datetime],
    truth: Mapping[tuple[str, int], TruePage],
) -> Tally:
    """Verify every draft that has a truth; returns the tally."""
    tally = Tally()
    sources = intake.inbox(store, actor).sources
    for draft in verify.drafts(store, actor):
        sheet = verify.sheet(store, actor, draft.registration_id)
        true = of_sheet(sheet, sources, truth)
        if true is None:
            continue
        tally.registrations += 1
        for item in sheet.items:
            _answer(store, actor, clock, sheet, item, true, tally)
        done = verify.finish(store, actor, clock(), sheet.registration_id)
        if isinstance(done, verify.AskSameChild):
            verify.finish(store, actor, clock(), sheet.registration_id, same_child=verify.NEW_CHILD)
    return tally


def _answer(
    store: Store,
    actor: Actor,
    clock: Callable[[], datetime],
    sheet: VerifySheet,
    item: VerifyItem,
    true: TrueSheet,
    tally: Tally,
) -> None:
    value = true.values.get(item.key)
    act, keys = _act(item, value)
    tally.fields += 1
    tally.keys_typing += len(true.texts.get(item.key, "")) + 1 if not same(value, None) else 0
    if not item.accepted:
        tally.looks_trusted += 1
        tally.keys_trusted += keys
    elif not same(item.value, value):
        named = f"{sheet.place.archive_number} {item.label}（{true.style}）"
        tally.unseen_wrong.append(f"{named}：应为「{true.texts.get(item.key, '')}」，读成「{item.text}」")
    if item.shown:
        tally.looks += 1
        tally.keys += keys
        tally.acts[act] += 1
        verify.confirm(store, actor, clock(), sheet.registration_id, item.key, value)


def _act(item: VerifyItem, value: JsonValue) -> tuple[str, int]:
    if same(item.value, value):
        return "confirm", 1
    if any(same(c.value, value) for c in item.candidates):
        return "pick", 1
    if item.kind is Kind.CHOICE:
        have = set(item.value) if isinstance(item.value, list) else set()
        want = set(value) if isinstance(value, list) else set()
        return "type", len(have ^ want) + 1
    return "type", len(format_value(item.kind, value, code_table=item.code_table)) + 1

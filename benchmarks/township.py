"""What an office's verified forms save: one synthetic township, form after form, with and without what was learned.

After every ten forms their true values (what a clerk would have confirmed) go into the lexicon that the reader gets
and into the values the judge knows, just as ``workflow.learned`` takes them from a store; a control reads the same
sheets with nothing learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.page_sets import FORM, PageSet, provide
from benchmarks.reading import Judge, Result, compare, read_sheets
from benchmarks.synth.folder import shipped_form
from forms.catalog import shipped_forms
from forms.form_file import Form
from ocr.models import models_dir
from ocr.reading import FieldReading, ReadingContext
from ocr.worker import ReaderPool, physical_cores
from workflow.judgement import SEEN_BEFORE, OfficeTrust, Verdict, judge, spelled
from workflow.learned import TWICE, recurring_keys, ways_to_write

BLOCK = 10


@dataclass(frozen=True, slots=True)
class Learning:
    """Fields looked at per form, block after block; ``wrong``: accepted though wrong, in all."""

    looks: tuple[float, ...]
    looks_unlearned: tuple[float, ...]
    accepted: int
    wrong: int
    exact: float
    exact_unlearned: float


def learning(which: PageSet, sheets: int, cache: Path) -> Learning:
    """Read a township's forms in order. Two readings of each sheet."""
    made = provide(which, sheets, cache)
    form = shipped_form(FORM)
    values: Counter[tuple[str, str]] = Counter()
    texts: dict[str, Counter[str]] = {}
    learned: list[list[Result]] = []
    plain: list[list[Result]] = []
    with ReaderPool(models_dir(), shipped_forms(), workers=physical_cores(), threads=1) as pool:
        for start in range(0, len(made), BLOCK):
            block = made[start : start + BLOCK]
            context = ReadingContext(
                home_division=which.home,
                lexicon={k: {t: n for t, n in own.items() if n >= TWICE} for k, own in texts.items()},
            )
            office = OfficeTrust(seen=_seen(values))
            how = judged_for(office)
            learned.append([r for read in read_sheets(block, pool, context) for r in compare(read, form, how)])
            unlearned = ReadingContext(home_division=which.home)
            plain.append([r for read in read_sheets(block, pool, unlearned) for r in compare(read, form)])
            _remember(learned[-1], values, texts)
    everything = [r for own in learned for r in own]
    before = [r for own in plain for r in own]
    return Learning(
        tuple(_looks(own) for own in learned),
        tuple(_looks(own) for own in plain),
        sum(r.accepted for r in everything),
        sum(r.accepted and not r.exact for r in everything),
        sum(r.exact for r in everything) / len(everything),
        sum(r.exact for r in before) / len(before),
    )


def judged_for(office: OfficeTrust) -> Judge:
    """The shipped judge with what the office has learned."""

    def how(readings: Sequence[FieldReading], form: Form, model: str) -> dict[str, Verdict]:
        return dict(judge(readings, office, form=form, models={model}))

    return how


def _remember(results: Sequence[Result], values: Counter[tuple[str, str]], texts: dict[str, Counter[str]]) -> None:
    keys = set(recurring_keys())
    for result in results:
        if result.field.key in keys and not result.blank:
            true = result.truth["value"]
            values[result.field.key, spelled(true)] += 1
            for text in ways_to_write(result.field.kind, true):
                texts.setdefault(result.field.key, Counter())[text] += 1


def _seen(values: Counter[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for (key, value), times in values.items():
        if times >= SEEN_BEFORE:
            found.setdefault(key, set()).add(value)
    return {key: frozenset(own) for key, own in found.items()}


def _looks(results: Sequence[Result]) -> float:
    return sum(not r.accepted for r in results) / max(1, len({r.sheet for r in results}))

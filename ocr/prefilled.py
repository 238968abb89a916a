"""Prefilled sheets: only what was written by hand is news.

The values printed for a sheet's serial are drawn onto the page's blank (``ocr.prefilled_print``), so that the print is
taken away like rules and labels. What is left over a value crosses it out, what is left beside it is the new value, a
tick more is another tick. A field over which nothing is written comes back as printed, ``source`` "prefilled".

Evidence: ``changed`` 1 where something was written, ``printed`` how much of the value's print was found on the paper.
Reasons: ``changed`` (a new value stands beside the old one), ``struck_out`` (crossed out, nothing written),
``print_missing`` (the value should stand here and doesn't: not this sheet, or covered), ``prefilled_unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import FormField
from forms.kinds import JsonValue, Kind
from forms.prefill import UNCHANGED, UPDATE, PrintedValue, is_prefilled, printed_values
from ocr.cells import Cell, Mask, cut, local_shift
from ocr.choices import read_choice
from ocr.fields import read_cell, read_field
from ocr.page_ink import PageInk, box_px
from ocr.prefilled_print import text_boxes, with_values
from ocr.reading import Candidate, FieldReading, ReadingContext
from ocr.recogniser import Recogniser
from ocr.registration import RegisteredPage, registration_evidence

STROKE = 14
"""Pixels (1.2 mm): ink no longer than this beside a printed value is what the blur of the print left."""
WRITTEN = 90
"""Pixels of ink (0.6 square mm) from which something was written."""
OVER = 0.6
"""Share of a stroke over the printed value from which it belongs to it: it crosses out."""
FOUND = 0.6
"""Share of a value's print that has to be on the paper."""
DARK = 0.28
"""Darkness of print on the paper."""
LEAST_CROSSING = 40
"""Pixels of a crossing stroke beside the glyphs of a value."""
CRUMB, CRUMB_SIDE = 10, 5
"""Smaller pieces over a value are the blur around its glyphs."""
END, END_HEIGHT = 28, 16
"""Pixels by which a crossing stroke runs out beside a value, and how high its end is at most."""
AROUND = 3
SLACK = 6


@dataclass(frozen=True, slots=True, eq=False)
class PrefilledPage:
    """A page with the values of its sheet on its blank. ``plain``: the page as if nothing had been printed."""

    plain: RegisteredPage
    view: RegisteredPage
    ink: PageInk
    values: Mapping[str, PrintedValue]
    known: bool
    """False where the values were read off the page itself, because nobody said what was printed."""


def prefilled_page(
    view: RegisteredPage, serial: str | None, recogniser: Recogniser, context: ReadingContext
) -> PrefilledPage | None:
    """The page as a prefilled one, None where its serial doesn't say that it is one.

    Without the office's knowledge of what was printed, the page is read once and what was read is laid over it: what
    fits the print exactly was printed.
    """
    if not (is_prefilled(serial) or (serial and serial in context.prefilled)):
        return None
    known = context.prefilled.get(serial or "")
    told = known if known is not None else _read_off(view, recogniser, context)
    values = {key: v for key, v in printed_values(view.form, told).items() if v.field.page == view.page}
    filled = with_values(view, values.values())
    return PrefilledPage(view, filled, PageInk(filled), values, known is not None)


def _read_off(view: RegisteredPage, recogniser: Recogniser, context: ReadingContext) -> Mapping[str, JsonValue]:
    ink = PageInk(view)
    fields = [f for f in view.form.on_page(view.page) if f.kind is not Kind.SIGNATURE]
    return {f.key: read_field(view, f, recogniser, context, ink).value for f in fields}


def read_prefilled(
    page: PrefilledPage, field: FormField, recogniser: Recogniser, context: ReadingContext
) -> FieldReading:
    """One field of a prefilled sheet. Never raises."""
    value = page.values.get(field.key)
    if value is None or ((found := _found(page, value)) < FOUND and not page.known):
        # blank when it was printed, or (nobody knows) not typeset: whatever stands here was written
        reading = read_field(
            page.plain if value else page.view, field, recogniser, context, None if value else page.ink
        )
        return _completed(reading, page.known)
    if found < FOUND:
        missing = read_field(page.plain, field, recogniser, context)
        return replace(
            missing,
            reasons=(*missing.reasons, "print_missing"),
            evidence={**missing.evidence, "changed": 1.0, "printed": round(found, 4)},
        )
    reading = _choice(page, value, found) if field.options else _text(page, value, found, recogniser, context)
    return reading if page.known else replace(reading, reasons=(*reading.reasons, "prefilled_unknown"))


def settle_unchanged(readings: list[FieldReading]) -> list[FieldReading]:
    """A ticked 无变化 and a changed field contradict each other: a person looks at the tick."""
    changed = any(r.evidence.get("changed") and r.key != UPDATE and "changed" in r.reasons for r in readings)
    if not changed:
        return readings
    return [
        replace(r, reasons=(*r.reasons, "conflict_unchanged")) if r.key == UPDATE and r.value == [UNCHANGED] else r
        for r in readings
    ]


def _completed(reading: FieldReading, known: bool) -> FieldReading:
    written = bool(reading.text) or reading.evidence.get("blank", 0.0) < 1
    reasons = reading.reasons if known or not written else (*reading.reasons, "prefilled_unknown")
    return replace(reading, reasons=reasons, evidence={**reading.evidence, "changed": float(written)})


def _as_printed(page: PrefilledPage, value: PrintedValue, found: float, doubt: float) -> FieldReading:
    """Nothing was written over it. ``doubt``: ink that could have been something, 0..1; a red pen isn't in it."""
    red = page.ink.red_pen(value.field.box) or any(page.ink.red_pen(option.box) for option in value.field.options)
    return FieldReading(
        key=value.field.key,
        raw=value.text,
        text=value.text,
        value=value.value,
        confidence=round(float(np.clip(found * (1 - doubt), 0, 1)), 4),
        box_px=page.view.box_px(value.field.box),
        view_box_px=page.view.view_box_px(value.field.box),
        candidates=(Candidate(value.text, value.value, 1.0),),
        reasons=(*(["specks"] if doubt > 0.5 else []), *(["red_ink"] if red else [])),
        evidence={
            "blank": 0.0,
            "changed": 0.0,
            "printed": round(found, 4),
            "registration": round(registration_evidence(page.view), 4),
        },
        option_view_boxes={o.code: page.view.view_box_px(o.box) for o in value.field.options},
        source="prefilled",
    )


# -- values in words --------------------------------------------------------------------------------------------------


def _text(
    page: PrefilledPage, value: PrintedValue, found: float, recogniser: Recogniser, context: ReadingContext
) -> FieldReading:
    cell = cut(page.ink, value.field.box)
    parts = _parts(page, cell, value)
    if not parts.over and parts.beside is None:
        return _as_printed(page, value, found, min(1.0, parts.rest / WRITTEN))
    if parts.beside is None:
        return _struck(page, value, found)
    written = replace(cell, ink=parts.beside, picture=_only(cell, parts.beside))
    # what is written beside a comb stands in no printed cells
    reading = read_cell(page.view, replace(value.field, cells=()), written, recogniser, context)
    reasons = (*reading.reasons, "changed", *(() if parts.over else ("not_struck",)))
    return replace(
        reading,
        reasons=tuple(dict.fromkeys(reasons)),
        candidates=(*reading.candidates[:4], Candidate(value.text, value.value, 0.0)),
        evidence={**reading.evidence, "changed": 1.0, "printed": round(found, 4)},
    )


def _struck(page: PrefilledPage, value: PrintedValue, found: float) -> FieldReading:
    """Crossed out or written over, and no new value that could be told apart from it."""
    reading = _as_printed(page, value, found, 0.0)
    return replace(
        reading,
        raw="",
        text="",
        value=[] if value.field.kind is Kind.CHOICE else None,
        confidence=0.0,
        source="ocr",
        reasons=("changed", "struck_out", "illegible"),
        evidence={**reading.evidence, "changed": 1.0},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Ink by hand in a cell: is there any over the printed value, the mask of what stands beside it, pixels of rest."""

    over: bool
    beside: Mask | None
    rest: int


def _parts(page: PrefilledPage, cell: Cell, value: PrintedValue) -> _Parts:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cell.ink.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    side = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    where = _printed_area(cell, value)
    on_print = np.bincount(labels[where], minlength=count) >= OVER * area
    on_print[0] = True
    over = _crossed(cell.ink & where & ~_printed_here(page, cell))
    if over:
        # the ends of a stroke run out of the value on both sides
        beyond = cv2.dilate(where.astype(np.uint8), np.ones((1, 2 * END + 1), np.uint8)).astype(bool)
        near = np.bincount(labels[beyond], minlength=count) >= OVER * area
        on_print |= near & (stats[:, cv2.CC_STAT_HEIGHT] <= END_HEIGHT)
    strokes = (side >= STROKE) & ~on_print
    rest = int(area[1:].sum() - area[strokes].sum())
    if int(area[strokes].sum()) < WRITTEN:
        return _Parts(over, None, rest if not over else 0)
    # dots and short strokes of what was written
    kept = strokes | (~on_print & (area >= 9))
    return _Parts(over, np.asarray(kept[labels], dtype=np.bool_), rest)


def _crossed(loose: Mask) -> bool:
    """Whether ink between and within the glyphs of a value is a pen's: what a scan's blur leaves is a pixel thin.

    ``loose``: ink over the value that isn't print.
    """
    thick = cv2.morphologyEx(loose.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    side = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    real = (stats[:, cv2.CC_STAT_AREA] >= CRUMB) & (side >= CRUMB_SIDE)
    return int(stats[1:count, cv2.CC_STAT_AREA][real[1:]].sum()) >= LEAST_CROSSING


def _printed_here(page: PrefilledPage, cell: Cell) -> Mask:
    """Print in the cell's patch where it lies on the paper, with its blur."""
    h, w = cell.ink.shape
    dark, _ = page.ink.darkness(cell.x, cell.y, w, h)
    dx, dy = local_shift(page.ink, dark, cell.x, cell.y, w, h, SLACK)
    left, top = max(0, min(cell.x - dx, page.ink.width - w)), max(0, min(cell.y - dy, page.ink.height - h))
    core = (page.view.blank[top : top + h, left : left + w] < 200).astype(np.uint8)
    return cv2.dilate(core, np.ones((5, 5), np.uint8)).astype(bool)


def _printed_area(cell: Cell, value: PrintedValue) -> Mask:
    """Where the value's print stands in the patch, a little wider than its glyphs."""
    area = np.zeros(cell.ink.shape, bool)
    for x0, y0, x1, y1 in text_boxes(value):
        top, left = max(0, y0 - cell.y - AROUND), max(0, x0 - cell.x - AROUND)
        area[top : max(0, y1 - cell.y + AROUND), left : max(0, x1 - cell.x + AROUND)] = True
    return area


def _only(cell: Cell, ink: Mask) -> npt.NDArray[np.uint8]:
    """The cell's picture with nothing but this ink and its soft edges on it."""
    near = cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return np.where(near, cell.picture, 255).astype(np.uint8)


# -- choices ----------------------------------------------------------------------------------------------------------


def _choice(page: PrefilledPage, value: PrintedValue, found: float) -> FieldReading:
    """Ticks by hand beside the printed ones. A single choice goes over to the box that was ticked."""
    reading = read_choice(page.view, value.field, page.ink)
    by_hand = reading.value if isinstance(reading.value, list) else [str(reading.value)] if reading.value else []
    old = list(value.marks)
    if not by_hand:
        if {"unclear_mark", "ink_outside", "faint"} & set(reading.reasons):
            return replace(reading, value=value.value, text=value.text, reasons=(*reading.reasons, "changed"))
        return _as_printed(page, value, found, 0.0)
    again = [code for code in by_hand if code in old]
    new = [code for code in by_hand if code not in old]
    reasons = [r for r in reading.reasons if r != "two_marks" or len(new) > 1]
    # a mark over a printed tick takes it back, as people cross out what isn't so any more
    chosen = [*(c for c in old if c not in again), *new] if value.field.multiple else new or old
    if again:
        reasons.append("cancelled_mark")
    labels = {o.code: o.label for o in value.field.options}
    codes = [code for code in labels if code in chosen]
    text = "、".join(labels[code] for code in codes)
    return replace(
        reading,
        raw=text,
        text=text,
        value=codes if value.field.kind is Kind.CHOICE else "、".join(codes) or None,
        reasons=tuple(dict.fromkeys((*reasons, "changed"))),
        candidates=(*reading.candidates, Candidate(value.text, value.value, 0.0)),
        evidence={**reading.evidence, "changed": 1.0, "printed": round(found, 4)},
    )


# -- is it there ------------------------------------------------------------------------------------------------------


def _found(page: PrefilledPage, value: PrintedValue) -> float:
    """Share of the value's print that is dark on the paper."""
    x, y, w, h = box_px(value.field.box)
    x, y = max(0, x - SLACK), max(0, y - SLACK)
    w, h = min(page.ink.width - x, w + 2 * SLACK), min(page.ink.height - y, h + 2 * SLACK)
    if w <= 4 * SLACK or h <= 4 * SLACK:
        return 0.0
    dark, _ = page.ink.darkness(x, y, w, h)
    dx, dy = local_shift(page.ink, dark, x, y, w, h, SLACK)
    left, top = max(0, min(x - dx, page.ink.width - w)), max(0, min(y - dy, page.ink.height - h))
    there = np.s_[top : top + h, left : left + w]
    core = (page.view.blank[there] < 110) & (page.plain.blank[there] > 200)
    if not core.any():
        return 0.0
    # the blur of a scan thins strokes out: a neighbour's darkness counts
    near = cv2.dilate(dark, np.ones((3, 3), np.uint8))
    return float((near[core] > DARK).mean())

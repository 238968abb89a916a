"""One choice of a form: from the marks in its boxes to a reading with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from forms.form_file import FormField
from forms.kinds import JsonValue, Kind
from ocr.cells import FAINT
from ocr.marks import Mark, Marks, read_marks
from ocr.page_ink import PageInk
from ocr.reading import Candidate, FieldReading
from ocr.registration import RegisteredPage, registration_evidence

CLEAR = 0.8
"""Quality from which a mark needs no look."""
STRAY = 1.5
"""Square millimetres of ink beside the boxes that belong to something."""
BESIDE = 0.06
"""Ink beside a box, as a share of its area, that makes a mark which missed it."""
SAME_PEN = 0.7
"""Marks of one field are about equally dark; a much paler one may be a seal's stroke on a grey scan."""
HABIT = 3
"""So many filled boxes, and hardly a tick, are a way of marking."""
SOLID = 0.45
"""Share of a box covered with ink that ticks and crosses don't reach: who fills boxes leaves gaps in half of them."""
QUALITY = {"two_marks": 0.3, "cancelled_mark": 0.3, "filled_box": 0.5, "circled": 0.5, "mark_beside": 0.4}
"""At most so sure is a choice with this reason."""


def read_choice(view: RegisteredPage, field: FormField, ink: PageInk) -> FieldReading:
    """One choice: which options are marked, why that may be wrong, and how sure each mark is. Never raises."""
    marks = read_marks(ink, field)
    chosen, reasons = _meant(field, marks)
    quality = min([marks.quality, *(QUALITY[r] for r in reasons if r in QUALITY)])
    pressed = [m.darkness for m in chosen if m.marked]
    if marks.quality < CLEAR or (pressed and min(pressed) < SAME_PEN * max(pressed)):
        reasons.append("unclear_mark")
    if any(m.darkness < FAINT for m in chosen if m.marked):
        reasons.append("faint")
    if ink.red_pen(field.box) or any(ink.red_pen(option.box) for option in field.options):
        reasons.append("red_ink")
    if ink.sealed(field.box):
        # its strokes in a box are ink like any other where the scan has no colour
        reasons.append("stamp")
    if marks.through:
        reasons.append("strikeout")
    if marks.stray > STRAY:
        reasons.append("ink_outside")
    codes = [m.code for m in chosen]
    labels = {o.code: o.label for o in field.options}
    text = "、".join(labels[c] for c in codes)
    return FieldReading(
        key=field.key,
        raw=text,
        text=text,
        value=_of_kind(field, codes),
        confidence=round(quality, 4),
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        candidates=_choice_candidates(field, marks),
        reasons=tuple(reasons),
        evidence={
            "blank": float(not codes),
            "mark_quality": round(quality, 4),
            "ink_outside": round(min(1.0, marks.stray / 10), 4),
            "filled": float(bool(chosen) and all(m.filled for m in chosen)),
            "solid": float(bool(chosen) and all(m.inside >= SOLID for m in chosen)),
            "ticked": float(any(m.marked and m.inside < SOLID for m in chosen)),
            "registration": round(registration_evidence(view), 4),
        },
        option_view_boxes={o.code: view.view_box_px(o.box) for o in field.options},
    )


def _of_kind(field: FormField, codes: list[str]) -> JsonValue:
    """Ticked codes as the field's kind has them: a code with boxes (民族) is one code, or none where two are ticked."""
    if field.kind is Kind.CHOICE:
        return codes
    return codes[0] if len(codes) == 1 else None


def _meant(field: FormField, marks: Marks) -> tuple[list[Mark], list[str]]:
    """The marks that count, in the form's order, and what makes that doubtful."""
    inked = [m for m in marks.marks if m.marked]
    standing = [m for m in inked if not m.filled]
    circled = [m for m in marks.marks if m.code in marks.circled and m not in standing]
    reasons = []
    if circled:
        reasons.append("circled")
    if standing or circled:
        # a box filled beside other marks is the usual way to take a tick back
        if any(m.filled and m not in circled for m in inked):
            reasons.append("cancelled_mark")
        chosen = [m for m in marks.marks if m in standing or m in circled]
    elif inked:
        chosen = inked
        reasons.append("filled_box")
    else:
        chosen = _beside(marks)
        reasons += ["mark_beside"] if chosen else []
    if not field.multiple and len(chosen) > 1:
        reasons.append("two_marks")
    return chosen, reasons


def _beside(marks: Marks) -> list[Mark]:
    """The one box that has a stroke's worth of ink beside it where no box is marked."""
    near = sorted(marks.marks, key=lambda m: m.ring + m.loose + m.inside)
    if not near or near[-1].ring + near[-1].loose + near[-1].inside < BESIDE:
        return []
    second = near[-2] if len(near) > 1 else None
    if second is not None and second.ring + second.loose + second.inside > BESIDE / 2:
        return []
    return [near[-1]]


def ways_of_marking(readings: Sequence[FieldReading]) -> list[FieldReading]:
    """A page's readings, filled boxes judged by the writer's way: who fills all boxes hasn't taken anything back."""
    filled, solid, ticked = (sum(r.evidence.get(name, 0.0) for r in readings) for name in ("filled", "solid", "ticked"))
    if filled < HABIT or ticked > 0.2 * solid:
        return list(readings)
    return [_filled_as_habit(r) if r.reasons == ("filled_box",) else r for r in readings]


def _filled_as_habit(reading: FieldReading) -> FieldReading:
    return replace(reading, reasons=(), confidence=CLEAR, evidence={**reading.evidence, "mark_quality": CLEAR})


def _choice_candidates(field: FormField, marks: Marks) -> tuple[Candidate, ...]:
    """Single choices: every box that could be the one, likeliest first."""
    if field.multiple:
        return ()
    labels = {o.code: o.label for o in field.options}
    likely = sorted((m for m in marks.marks if m.score > 0.05), key=lambda m: -m.score)
    return tuple(Candidate(labels[m.code], _of_kind(field, [m.code]), round(m.score, 4)) for m in likely[:5])

"""Fields in which no word stands, so that no network is needed: blank, with a dash through them, signed."""

from __future__ import annotations

import numpy as np

from forms.form_file import FormField
from forms.kinds import Kind
from ocr.cells import FAINT, Cell, ink_reasons
from ocr.lines import UPRIGHT, is_broad, is_dash, is_slash
from ocr.reading import FieldReading
from ocr.registration import PX_PER_MM, RegisteredPage, registration_evidence

SIGNED = 3.0
"""Square millimetres of ink that make a signature."""
ONE_STROKE = frozenset({Kind.NUMBER, Kind.CODE})
"""Kinds in which a single level stroke may be 一."""
SLANTED, SLANTED_TEXT = 70.0, 62.0
"""Degrees from level up to which a single stroke is a slash; a 1 that leans is a text's (a number, a class), no name's,
date's or phone's."""
DASH = "—"


def says_nothing(cell: Cell, field: FormField) -> bool:
    """A dash or a slash through the field, where that can't be the figure 1."""
    if field.kind in ONE_STROKE:
        return False
    return is_dash(cell) or is_slash(cell, SLANTED_TEXT if field.kind is Kind.TEXT else SLANTED)


def read_blank(view: RegisteredPage, field: FormField, cell: Cell) -> FieldReading:
    """Nothing written. Dust that could have been a faint stroke is said."""
    specks = float(np.clip((cell.amount + cell.dust) / 60, 0, 1))
    return FieldReading(
        key=field.key,
        raw="",
        text="",
        value=[] if field.kind is Kind.CHOICE else None,
        confidence=round(1 - 0.8 * specks, 4),
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        reasons=(*(["specks"] if specks > 0.3 else []), *(["red_ink"] if cell.red_pen else [])),
        evidence={"blank": 1.0, "specks": round(specks, 4), "registration": round(registration_evidence(view), 4)},
    )


def read_dash(view: RegisteredPage, field: FormField, cell: Cell) -> FieldReading:
    """A stroke through the field: it says that there is nothing to say. Told apart from 一 by where it may stand."""
    sure = round(float(np.clip(1 - 2 * cell.outside, 0, 1)), 4)
    return FieldReading(
        key=field.key,
        raw=DASH,
        text=DASH,
        value=[] if field.kind is Kind.CHOICE else None,
        confidence=sure,
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        reasons=tuple(ink_reasons(cell, struck=False)),
        evidence={
            "blank": 0.0,
            "dash": 1.0,
            "min_char": sure,
            "agreement": 1.0,
            "ink_outside": round(cell.outside, 4),
            "registration": round(registration_evidence(view), 4),
        },
    )


def read_signature(view: RegisteredPage, field: FormField, cell: Cell) -> FieldReading:
    """Present where there is ink enough for a name; whose it is, nobody asks."""
    amount = cell.amount / PX_PER_MM**2
    # a single straight stroke says that nobody signs here, or strikes out this part of the form
    struck = is_dash(cell) or is_slash(cell, UPRIGHT)
    signed = amount >= SIGNED and not struck
    certainty = float(np.clip(abs(np.log((amount + 0.05) / (SIGNED + 0.05))) / 2, 0, 1))
    faint = certainty <= 0.5 or (signed and (cell.darkest < FAINT or is_broad(cell)))
    return FieldReading(
        key=field.key,
        raw="",
        text="",
        value="present" if signed else None,
        confidence=round(certainty, 4),
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        reasons=(
            *(("strikeout",) if struck else ("faint",) if faint else ()),
            *(["red_ink"] if cell.red_pen else []),
        ),
        evidence={
            "blank": float(not signed),
            "mark_quality": round(certainty, 4),
            "ink_outside": round(cell.outside, 4),
            "registration": round(registration_evidence(view), 4),
        },
    )

"""Fields of a PDF page taken from its own text and form fields, without OCR.

A text layer is trusted only where it is what is seen: each character must lie on ink of the drawn page and
must not lie over a picture (a scan's invisible text does). What the blank form prints itself is left out. A
value whose drawn picture reads quite differently is not taken: fonts with wrong character maps and form fields
with stale appearances exist.
"""

from __future__ import annotations

import difflib
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pdfplumber
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text

from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, parse
from ocr.decoding.dates import lacking
from ocr.pdf import POINTS_PER_INCH, PdfFile
from ocr.reading import Candidate, FieldReading, Part
from ocr.registration import PX_PER_MM, Points, RegisteredPage, transform

PRINTED = 0.7
"""Share of a character's ink that the blank form has too, from which it is the form's own print."""
DIFFERENT = 0.5
"""Similarity of the text and what the picture reads, below which one of them is wrong."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A character, or the whole text of a form field, with its box on the form in millimetres."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Layer:
    """What a PDF page says of itself: drawn characters, texts typed into form fields, ticked boxes."""

    characters: tuple[Piece, ...] = ()
    typed: tuple[Piece, ...] = ()
    buttons: tuple[tuple[Box, bool], ...] = ()


def text_layer_fields(
    pdf: PdfFile, index: int, view: RegisteredPage, part: Part | None = None
) -> dict[str, FieldReading]:
    """Readings of the fields that the PDF's text layer fills; fields it says nothing about are left to OCR.

    ``view`` is the registered page as drawn at ``pdf.dpi(index)``, or this ``part`` of it. Never raises on a broken
    layer: it is then empty.
    """
    layer = read_layer(pdf, index, view, part)
    readings: dict[str, FieldReading] = {}
    for field in view.form.on_page(view.page):
        if field.kind is Kind.SIGNATURE:
            continue
        found = _choice(field, layer, view) if field.options else _text(field, layer, view)
        if found is not None:
            readings[field.key] = found
    return readings


def checked_by_picture(told: FieldReading, seen: FieldReading) -> FieldReading:
    """The text layer's reading, unless the drawn page reads quite differently (``seen``, by OCR).

    Then the text isn't what is visibly there: what is seen counts, with a reason, and the text is a candidate.
    """
    if isinstance(told.value, list):
        likeness = 1.0 if told.value == seen.value else 0.0
    else:
        likeness = difflib.SequenceMatcher(None, _plain(told.text), _plain(seen.raw), autojunk=False).ratio()
    if likeness < DIFFERENT:
        other = Candidate(told.text, told.value, 0.0)
        reasons = (*seen.reasons, "differs_from_picture")
        return replace(
            seen, reasons=reasons, candidates=(*seen.candidates, other), confidence=min(seen.confidence, 0.5)
        )
    evidence = {**told.evidence, "agreement": round(likeness, 4)}
    evidence["registration"] = seen.evidence.get("registration", 1.0)
    return replace(told, evidence=evidence)


def read_layer(pdf: PdfFile, index: int, view: RegisteredPage, part: Part | None = None) -> Layer:
    """The trusted part of a page's text layer, in form millimetres."""
    try:
        with pdfplumber.open(io.BytesIO(pdf.data), password=pdf.password or "") as document:
            page = document.pages[index]
            characters, pictures, annotations = page.chars, page.images, page.annots
            left, top = float(page.cropbox[0]), float(page.cropbox[1])
    # pdfminer meets broken files with whatever its parser stumbles over; the page was drawn by another library
    # and is then read from its picture
    except Exception:  # noqa: BLE001
        return Layer()
    scale = pdf.dpi(index) / POINTS_PER_INCH
    inverse = np.linalg.inv(view.homography)
    corner = (part.x, part.y) if part else (0, 0)

    def on_form(item: Mapping[str, Any]) -> Box:
        corners = [
            (item["x0"], item["top"]),
            (item["x1"], item["top"]),
            (item["x1"], item["bottom"]),
            (item["x0"], item["bottom"]),
        ]
        px: Points = (np.array(corners, dtype=np.float64) - (left, top)) * scale - corner
        mm = transform(inverse, px)
        low, high = mm.min(axis=0), mm.max(axis=0)
        return Box(float(low[0]), float(low[1]), max(0.01, float(high[0] - low[0])), max(0.01, float(high[1] - low[1])))

    covered = [on_form(picture) for picture in pictures]
    pieces = [Piece(_as_written(c["text"]), on_form(c)) for c in characters if _readable(c["text"])]
    typed, buttons = _form_fields(annotations, on_form)
    seen = [p for p in pieces if not any(_holds(picture, p.box) for picture in covered) and _is_written(view, p.box)]
    return Layer(
        tuple(seen),
        tuple(p for p in typed if _is_written(view, p.box)),
        tuple(buttons),
    )


def _readable(text: str) -> bool:
    """False for white space, for glyphs without a character, and for private characters of a font."""
    return bool(text.strip()) and "(cid:" not in text and all(unicodedata.category(c)[0] != "C" for c in text)


def _as_written(text: str) -> str:
    """Radicals and compatibility ideographs, which some fonts' maps give, as the characters they look like."""
    return "".join(
        unicodedata.normalize("NFKC", c) if "\u2e80" <= c <= "\u2fdf" or "\uf900" <= c <= "\ufaff" else c for c in text
    )


def _form_fields(annotations: Iterable[Mapping[str, Any]], on_form: Any) -> tuple[list[Piece], list[tuple[Box, bool]]]:
    typed: list[Piece] = []
    buttons: list[tuple[Box, bool]] = []
    for annotation in annotations:
        data = annotation["data"]
        kind = _name(_inherited(data, "FT"))
        if _name(data.get("Subtype")) != "Widget":
            continue
        if kind == "Tx":
            value = resolve1(_inherited(data, "V"))
            text = decode_text(value) if isinstance(value, bytes) else str(value or "")
            if text.strip():
                typed.append(Piece(_as_written(text.strip()), on_form(annotation)))
        elif kind == "Btn":
            state = _name(data.get("AS")) or _name(_inherited(data, "V")) or "Off"
            buttons.append((on_form(annotation), state != "Off"))
    return typed, buttons


def _inherited(data: Mapping[str, Any], name: str) -> Any:
    """An entry of a form field, which its parent may hold (PDF 32000-1, 12.7.3.1)."""
    level: Any = data
    for _ in range(8):
        if not isinstance(level, Mapping):
            return None
        if name in level:
            return resolve1(level[name])
        level = resolve1(level.get("Parent"))
    return None


def _name(value: Any) -> str:
    value = resolve1(value)
    if isinstance(value, PSLiteral):
        return value.name if isinstance(value.name, str) else value.name.decode("latin-1")
    return ""


def _holds(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x <= x <= outer.right and outer.y <= y <= outer.bottom


def _is_written(view: RegisteredPage, box: Box) -> bool:
    """True when there is ink in the box on the drawn page, and it isn't the form's own print."""
    left, top = int(box.x * PX_PER_MM), int(box.y * PX_PER_MM)
    right, bottom = int(box.right * PX_PER_MM) + 1, int(box.bottom * PX_PER_MM) + 1
    if left < 0 or top < 0 or right > view.rectified.shape[1] or bottom > view.rectified.shape[0]:
        return False
    patch = view.rectified[top:bottom, left:right].min(axis=2).astype(np.int16)
    dark = patch < np.percentile(patch, 98) - 60
    ink = int(dark.sum())
    if ink < 4:
        return False
    printed = view.blank[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] < 170
    around = np.zeros_like(dark)
    for dy in range(printed.shape[0] - dark.shape[0] + 1):
        for dx in range(printed.shape[1] - dark.shape[1] + 1):
            around |= printed[dy : dy + dark.shape[0], dx : dx + dark.shape[1]]
    return int((dark & around).sum()) < PRINTED * ink


def _text(field: FormField, layer: Layer, view: RegisteredPage) -> FieldReading | None:
    pieces = [p for p in layer.typed if _holds(field.box, p.box)]
    if not pieces:
        pieces = [p for p in layer.characters if _holds(field.box, p.box)]
    text = joined(pieces)
    if not text:
        return None
    definition = load_dictionary().fields.get(field.key)
    value: JsonValue
    try:
        value = parse(field.kind, text, field=field, code_table=definition.code_table if definition else None)
        reasons: tuple[str, ...] = ()
    except FieldError:
        value, reasons = None, (lacking(field.kind, text) or f"invalid_{field.kind.value}",)
    return _reading(field, view, text, value, reasons)


def _choice(field: FormField, layer: Layer, view: RegisteredPage) -> FieldReading | None:
    states: dict[str, bool] = {}
    for box, on in layer.buttons:
        x, y = box.x + box.w / 2, box.y + box.h / 2
        for option in field.options:
            if abs(x - option.box.x - option.box.w / 2) < 2 and abs(y - option.box.y - option.box.h / 2) < 2:
                states[option.code] = states.get(option.code, False) or on
    if len(states) < len(field.options):
        return None  # not every option is a box of the PDF: ticks may be drawn, and are seen in the picture
    chosen = [option for option in field.options if states[option.code]]
    reasons = ("two_marks",) if len(chosen) > 1 and not field.multiple else ()
    text = "、".join(option.label for option in chosen)
    codes = [option.code for option in chosen]
    value: JsonValue = codes if field.kind is Kind.CHOICE else codes[0] if len(codes) == 1 else None
    reading = _reading(field, view, text, value, reasons)
    return replace(reading, option_view_boxes={o.code: view.view_box_px(o.box) for o in field.options})


def _reading(
    field: FormField, view: RegisteredPage, text: str, value: JsonValue, reasons: tuple[str, ...]
) -> FieldReading:
    certain = {"blank": 0.0, "min_char": 1.0, "mean_char": 1.0, "margin": 1.0, "forced": 0.0, "mark_quality": 1.0}
    return FieldReading(
        key=field.key,
        raw=text,
        text=text,
        value=value,
        confidence=0.5 if reasons else 1.0,
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        reasons=reasons,
        evidence=certain if text else {**certain, "blank": 1.0},
        source="text_layer",
    )


def joined(pieces: Sequence[Piece]) -> str:
    """Pieces in reading order: lines from top to bottom, each from left to right, spaces only between Latin words."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.box.y + p.box.h / 2):
        middle = piece.box.y + piece.box.h / 2
        if lines and middle < lines[-1][0].box.y + lines[-1][0].box.h * 0.9:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    text = ""
    for line in lines:
        before: Piece | None = None
        for piece in sorted(line, key=lambda p: p.box.x):
            apart = before is not None and piece.box.x - before.box.right > 0.25 * piece.box.h
            if apart and text[-1:].isascii() and text[-1:].isalpha() and piece.text[:1].isascii():
                text += " "
            text += piece.text
            before = piece
    return text


def _plain(text: str) -> str:
    """For comparing: compatibility forms unified, spaces and case gone."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())

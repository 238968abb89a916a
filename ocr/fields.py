"""One field of a registered page, from pixels to a reading with its evidence.

Text fields: ink is cut out, split into lines, run through the network and decoded by the field's kind. Comb fields:
the characters are set side by side first. Choices: the tick boxes. Signatures: is there ink. The same picture always
gives the same reading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from forms import id_number
from forms.dictionary import load_dictionary
from forms.form_file import Box, FormField
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, parse
from ocr.between_print import BETWEEN, DATED, between_print
from ocr.cells import Cell, cut, has_words, ink_reasons, settled
from ocr.choices import read_choice, ways_of_marking
from ocr.decoding.addresses import numbers_missing
from ocr.decoding.dates import lacking
from ocr.decoding.decoder import Decoded, Decoder
from ocr.decoding.names import known_surname
from ocr.decoding.routes import PLACED
from ocr.evidence import EVENEST, combine
from ocr.lines import Struck, evenness, is_ditto
from ocr.nearby import counties_named, near
from ocr.page_ink import PageInk
from ocr.reading import Candidate, Doubt, FieldReading, ReadingContext
from ocr.recogniser import Recogniser, greedy
from ocr.registration import PX_PER_MM, RegisteredPage, registration_evidence
from ocr.wholeness import APART, figures_lost, ink_left, struck_piece, widest_gap
from ocr.wordless import read_blank, read_dash, read_signature, says_nothing
from ocr.written import Written, combed, running

DOUBTFUL = 0.85
"""A character read with less than this is pointed out."""
UNDISTURBED = 0.97
"""From here on for every character of a list's entry there is no stroke through any."""
UNREAD = 0.15
"""Characters' worth of ink that may stay unread: a stroke."""
RUNNING = frozenset({Kind.TEXT, Kind.ADDRESS, Kind.DIVISION})
"""Kinds that are written on in one go; names, dates and phone numbers are often spaced out."""
FIGURES = frozenset({Kind.ID_NUMBER, Kind.PHONE})
"""Kinds that are nothing but figures, and as many as are fixed."""
LISTED = frozenset({Kind.CODE, Kind.CHOICE, Kind.DIVISION})
"""Kinds whose values all stand in a list."""
LIKELY = 0.2
"""Share from which a whole date is offered beside one that seems to lack its day."""
SAME_AS_ABOVE = frozenset({"同上", "同前", "同左", "〃"})
OFFERED, MORE_NAMES, WORTH_A_LOOK = 5, 3, 0.002
"""So many readings are offered, more of a name where they aren't hopeless (one in thirty very cursive)."""
MOBILE = "1[3-9][0-9]{9}"
DOTTED = frozenset({Kind.TEXT, Kind.DATE, Kind.MONTH, Kind.NAME})
"""Kinds in which a dot may stand between two characters."""

_decoders: WeakKeyDictionary[Recogniser, Decoder] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """A field whose ink went through the network, ready to be decoded, more than once where it pays."""

    view: RegisteredPage
    field: FormField
    cell: Cell
    written: Written


def read_fields(page: RegisteredPage, recogniser: Recogniser, context: ReadingContext) -> tuple[FieldReading, ...]:
    """All fields of the page's side, in the order in which they are printed, with the evidence they give each other."""
    return combine(ways_of_marking(read_apart(page, recogniser, context, page.form.on_page(page.page))))


def read_apart(
    page: RegisteredPage, recogniser: Recogniser, context: ReadingContext, fields: Sequence[FormField]
) -> tuple[FieldReading, ...]:
    """These fields of the page's side, not yet weighed against each other (``ocr.evidence.combine``).

    A field that is hard to read is decoded again among the counties that others name.
    """
    ink = PageInk(page)
    decoder = _decoder(recogniser)
    opened = [_open(page, f, recogniser, ink) for f in fields]
    readings = [o if isinstance(o, FieldReading) else _read(o, decoder, context) for o in opened]
    named = counties_named(readings, context.home_division)
    for i, (place, reading) in enumerate(zip(opened, readings, strict=True)):
        if isinstance(place, _Open) and place.field.kind in PLACED and _hard(reading):
            around = near(reading.key, named)
            if around:
                readings[i] = _read(place, decoder, context, around)
    return tuple(readings)


def _hard(reading: FieldReading) -> bool:
    """Whether what the page's other places say could change this reading."""
    evidence = reading.evidence
    return evidence["agreement"] < 1 or evidence["min_char"] < DOUBTFUL


def read_field(
    view: RegisteredPage,
    field: FormField,
    recogniser: Recogniser,
    context: ReadingContext,
    ink: PageInk | None = None,
) -> FieldReading:
    """One field by itself. ``ink`` is the page's PageInk where many fields are read; made here otherwise. Never
    raises.

    ``context``: what the office has seen before; its values are offered where the ink allows them.
    """
    opened = _open(view, field, recogniser, ink or PageInk(view))
    return opened if isinstance(opened, FieldReading) else _read(opened, _decoder(recogniser), context)


def read_cell(
    view: RegisteredPage, field: FormField, cell: Cell, recogniser: Recogniser, context: ReadingContext
) -> FieldReading:
    """What stands in a cell that was cut out, neither choice nor signature. Never raises."""
    opened = _open_cell(view, field, cell, recogniser)
    return opened if isinstance(opened, FieldReading) else _read(opened, _decoder(recogniser), context)


def _open(view: RegisteredPage, field: FormField, recogniser: Recogniser, ink: PageInk) -> _Open | FieldReading:
    """The field's ink as the network sees it, or its reading where no network is needed."""
    if field.options:
        return read_choice(view, field, ink)
    cell = cut(ink, field.box)
    if field.kind is Kind.SIGNATURE:
        return read_signature(view, field, cell)
    if field.kind in BETWEEN:
        settled_ = settled(cell, dots=True)
        if not settled_.blank and not says_nothing(settled_, field):
            written = between_print(settled_, field, ink, recogniser)
            if written is not None:
                return _Open(view, field, settled_, written)
            if field.kind in DATED and has_words(ink, field.box):
                # figures written over a printed 年 月 日 are a date only with it
                cell = cut(ink, field.box, keep_words=True)
    return _open_cell(view, field, cell, recogniser)


def _open_cell(view: RegisteredPage, field: FormField, cell: Cell, recogniser: Recogniser) -> _Open | FieldReading:
    cell = settled(cell, dots=field.kind in DOTTED)
    if cell.blank:
        return read_blank(view, field, cell)
    if says_nothing(cell, field):
        return read_dash(view, field, cell)
    written = combed(cell, field, recogniser) if field.cells else running(cell, recogniser)
    if written.struck is Struck.YES and field.kind in FIGURES:
        # the level strokes of 44 are as long as a deletion's; a number that is complete with them wasn't crossed out
        whole = running(cell, recogniser, whole=True)
        if _is_complete(field.kind, greedy(whole.probabilities, recogniser.characters).text):
            written = whole
    return _Open(view, field, cell, written)


def _is_complete(kind: Kind, text: str) -> bool:
    """Whether this is an ID number with its check digit, or a mobile number."""
    text = text.replace(" ", "")
    if kind is Kind.PHONE:
        return re.fullmatch(MOBILE, text) is not None
    return id_number.problem(text.replace("×", "X")) is None


def needs_network(field: FormField, ink: PageInk) -> bool:
    """Whether anything was written in a cell, neither choice nor signature, that the network has to read."""
    cell = settled(cut(ink, field.box), dots=field.kind in DOTTED)
    return not cell.blank and not says_nothing(cell, field)


def _decoder(recogniser: Recogniser) -> Decoder:
    decoder = _decoders.get(recogniser)
    if decoder is None:
        decoder = _decoders[recogniser] = Decoder(recogniser.characters)
    return decoder


# -- readings ---------------------------------------------------------------------------------------------------------


def _read(
    opened: _Open, decoder: Decoder, context: ReadingContext, around: frozenset[str] = frozenset()
) -> FieldReading:
    view, field, cell, written = opened.view, opened.field, opened.cell, opened.written
    definition = load_dictionary().fields.get(field.key)
    table = definition.code_table if definition else None
    raw = greedy(written.probabilities, decoder.characters).text.strip()
    decoded = decoder.decode(
        # a choice without boxes (性别 and an empty cell) is a word of its table
        Kind.CODE if field.kind is Kind.CHOICE else field.kind,
        written.probabilities,
        table=table,
        certificate=is_certificate(field),
        seen=context.lexicon.get(field.key),
        key=field.key,
        near=around,
    )
    value, invalid = _value(field, decoded.text, table)
    candidates = _candidates(field, decoded, table)
    lacks = lacking(field.kind, decoded.text)
    if lacks:  # a day that nobody wrote is no reading to be picked
        candidates = tuple(c for c in candidates if c.value is None or c.score >= LIKELY)
    share, second = (c.score for c in (*candidates, _NOBODY, _NOBODY)[:2])
    margin = share - second
    unread = _unread(decoded, written)
    reasons = [
        *ink_reasons(cell, struck=_struck(field, written, decoded, unread)),
        *_decoding_reasons(field, decoded, margin),
    ]
    if unread > UNREAD or not _whole(field, decoded, written):
        reasons.append("unread_ink")
    if field.kind in RUNNING and widest_gap(written.ink) > APART:
        reasons.append("wide_gap")
    if decoded.text in SAME_AS_ABOVE or is_ditto(cell):
        reasons.append("ditto")
    if not decoded.text:
        reasons.append("illegible")
    elif invalid:
        reasons.append(lacks or f"invalid_{field.kind.value}")
    confidence = decoded.min_probability * share * (1 - 0.5 * decoded.forced)
    return FieldReading(
        key=field.key,
        raw=raw,
        text=decoded.text,
        value=value,
        confidence=round(float(np.clip(confidence, 0, 1)), 4),
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        candidates=candidates,
        reasons=tuple(dict.fromkeys(reasons)),
        evidence=_evidence(opened, decoded, margin, unread),
        doubts=_doubts(view, decoded, written),
    )


_NOBODY = Candidate("", None, 0.0)


def _evidence(opened: _Open, decoded: Decoded, margin: float, unread: float) -> dict[str, float]:
    """What speaks for and against the reading, each 0..1: ``workflow.judge_model`` weighs it."""
    view, field, cell = opened.view, opened.field, opened.cell
    found = {
        "blank": 0.0,
        "unread": unread,
        "min_char": decoded.min_probability,
        "mean_char": decoded.mean_probability,
        "margin": margin,
        "agreement": decoded.agreement,
        "forced": decoded.forced,
        "ink_outside": cell.outside,
        "registration": registration_evidence(view),
        "listed": float(decoded.listed),
        "second_margin": decoded.lead,
        "language": decoded.language,
        "near": decoded.near,
        **({"opening": decoded.opening} if field.kind is Kind.TEXT else {}),
        **({"whole": float(not numbers_missing(decoded.text))} if field.kind is Kind.ADDRESS else {}),
        **({"surname_known": float(known_surname(decoded.text))} if field.kind is Kind.NAME else {}),
        "seal": cell.red,
        "darkness": cell.darkest,
        "evenness": (evenness(cell) or 0.0) / EVENEST,
        "comb": float(bool(field.cells)),
    }
    return {name: round(float(np.clip(number, 0, 1)), 4) for name, number in found.items()}


def _struck(field: FormField, written: Written, decoded: Decoded, unread: float) -> bool:
    """Whether something was crossed out. Strokes that may be a character's own (the 母 of 母亲) are no deletion where a
    list vouches for the whole and every character reads surely. In names and texts they stay one: the network reads a
    character through a stroke as surely (calibration: 郭郭敏华, the first one crossed out)."""
    if written.struck is Struck.MAYBE and field.kind in LISTED:
        sure = decoded.listed and decoded.agreement >= 1 and decoded.min_probability >= UNDISTURBED
        return not sure or unread > UNREAD
    return written.struck is not Struck.NO


def _candidates(field: FormField, decoded: Decoded, table: str | None) -> tuple[Candidate, ...]:
    """The rivals by what they mean: 2015.3.5 and 2015 3.5 are one date, their shares add up."""
    merged: list[Candidate] = []
    for text, share in decoded.rivals:
        value, _ = _value(field, text, table)
        known = next((i for i, c in enumerate(merged) if value is not None and c.value == value), None)
        if known is None:
            merged.append(Candidate(text, value, share))
        else:
            merged[known] = replace(merged[known], score=merged[known].score + share)
    more = MORE_NAMES if field.kind is Kind.NAME else 0
    offered = [*merged[:OFFERED], *(c for c in merged[OFFERED : OFFERED + more] if c.score >= WORTH_A_LOOK)]
    return tuple(replace(c, score=max(1e-4, round(c.score, 4))) for c in offered)


def _value(field: FormField, text: str, table: str | None) -> tuple[JsonValue, bool]:
    """The normalised value, and whether the text has none."""
    if not text:
        return None, False
    try:
        return parse(field.kind, text, field=field, code_table=table), False
    except FieldError:
        return None, True


def _unread(decoded: Decoded, written: Written) -> float:
    """Ink that no character of the reading stands on, in characters' worth of ink (at most 1)."""
    if not decoded.spelled:
        return 1.0
    if written.filled is not None:
        return float(min(1, abs(written.filled - len(decoded.spelled))))
    return ink_left(decoded.spelled, written.places, written.ink)


def _whole(field: FormField, decoded: Decoded, written: Written) -> bool:
    """Whether every piece of ink is accounted for by what was read there."""
    seen = (decoded.text, decoded.spelled, written.places, written.ink)
    return figures_lost(*seen) == 0 and not (field.kind in RUNNING and struck_piece(*seen))


def is_certificate(field: FormField) -> bool:
    """A disability certificate's number: 20 printed cells, or the dictionary's key for it."""
    return field.key.endswith("disability_number") or (field.kind is Kind.TEXT and len(field.cells) == 20)


def _decoding_reasons(field: FormField, decoded: Decoded, margin: float) -> list[str]:
    found = []
    if decoded.min_probability < DOUBTFUL:
        found.append("low_confidence")
    if decoded.text and margin < 0.5:
        found.append("ambiguous")
    if decoded.forced > 0.5:
        checked = field.kind is Kind.ID_NUMBER or is_certificate(field)
        found.append("forced_checksum" if checked else "forced")
    if not decoded.listed:
        found.append("not_in_list" if field.kind in (Kind.CODE, Kind.DIVISION) else "unusual")
    return found


def _doubts(view: RegisteredPage, decoded: Decoded, written: Written) -> tuple[Doubt, ...]:
    found = []
    for position, symbol in enumerate(decoded.spelled):
        if symbol.probability >= DOUBTFUL:
            continue
        places = written.places[symbol.start : symbol.end]
        box = view.view_box_px(_box(places)) if places else None
        found.append(Doubt(position, position + 1, box))
    return tuple(found)


def _box(places: Sequence[tuple[float, float, float, float]]) -> Box:
    left, top = min(p[0] for p in places), min(p[1] for p in places)
    right, bottom = max(p[0] + p[2] for p in places), max(p[1] + p[3] for p in places)
    return Box(left / PX_PER_MM, top / PX_PER_MM, (right - left) / PX_PER_MM, (bottom - top) / PX_PER_MM)

"""A page's reading as plain JSON and back, for the store: same names as ``ocr.reading``, tuples as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ocr.reading import Candidate, Doubt, FieldReading, PageReading, PageStatus, Part, PixelBox, RosterFit, TextLine


def reading_to_json(reading: PageReading) -> dict[str, Any]:
    """Everything the reading says, of dicts, lists, strings, numbers and None."""
    plain = asdict(reading)
    plain["status"] = reading.status.value
    return plain


def reading_from_json(plain: Mapping[str, Any]) -> PageReading:
    """The reading that ``reading_to_json`` was given. Raises KeyError, TypeError or ValueError for anything else."""
    known = {**plain, "status": PageStatus(plain["status"])}
    known["fields"] = tuple(_field(f) for f in plain["fields"])
    known["lines"] = tuple(TextLine(li["text"], li["confidence"], _box(li["box_px"])) for li in plain["lines"])
    if known.get("roster"):
        fit = known["roster"]
        known["roster"] = RosterFit(fit["entry"], fit["fit"], tuple(fit["keys"]))
    if known.get("part"):
        known["part"] = Part(**known["part"])
    return PageReading(**known)


def _field(plain: Mapping[str, Any]) -> FieldReading:
    known = dict(plain)
    known["box_px"] = _box(plain["box_px"])
    known["view_box_px"] = _box(plain["view_box_px"])
    known["candidates"] = tuple(Candidate(**c) for c in plain["candidates"])
    known["reasons"] = tuple(plain["reasons"])
    known["doubts"] = tuple(
        Doubt(d["start"], d["end"], None if d["view_box_px"] is None else _box(d["view_box_px"]))
        for d in plain["doubts"]
    )
    known["option_view_boxes"] = {code: _box(box) for code, box in plain["option_view_boxes"].items()}
    return FieldReading(**known)


def _box(plain: Sequence[int]) -> PixelBox:
    x, y, w, h = plain
    return (int(x), int(y), int(w), int(h))

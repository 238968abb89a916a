"""The public shape of ``tongdang read --json`` (docs/design: stable and documented; truth files share it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocr.reading import FieldReading, PageReading, PixelBox, TextLine


def page_json(file: str, reading: PageReading, accepted: Mapping[str, bool]) -> dict[str, Any]:
    """One page. ``accepted``: field key to the judge's verdict; a key that isn't in it wasn't accepted.

    ``box_px`` are ``[x, y, w, h]`` in the delivered picture before EXIF rotation (``width_px`` x ``height_px``; PDF
    pages at ``dpi``). ``page_in_file`` counts from 1. ``rotation``: clockwise degrees to upright. Where several
    sheets lie in one picture each is an entry of its own with the same ``page_in_file`` and its place as ``part_px``.
    """
    part = reading.part
    at = (part.x, part.y) if part else (0, 0)
    return {
        "file": file,
        "page_in_file": reading.page_index + 1,
        **({"part_px": [part.x, part.y, part.width, part.height]} if part else {}),
        "status": reading.status.value,
        "reason": reading.reason,
        "form": reading.form,
        "form_version": reading.form_version,
        "form_page": reading.form_page,
        "serial": reading.serial,
        "rotation": reading.rotation,
        "width_px": reading.width_px,
        "height_px": reading.height_px,
        "dpi": reading.dpi,
        "seconds": round(reading.seconds, 3),
        "engine": reading.engine,
        "model": reading.model,
        "registration_error_px": _rounded(reading.registration_error_px),
        **(
            {"roster": {"entry": reading.roster.entry, "fit": reading.roster.fit, "keys": list(reading.roster.keys)}}
            if reading.roster
            else {}
        ),
        "lines": [_line(line, at) for line in reading.lines],
        "fields": [_field(field, accepted.get(field.key, False), at) for field in reading.fields],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _moved(box: PixelBox, at: tuple[int, int]) -> list[int]:
    return [box[0] + at[0], box[1] + at[1], box[2], box[3]]


def _line(line: TextLine, at: tuple[int, int]) -> dict[str, Any]:
    return {"text": line.text, "confidence": round(line.confidence, 4), "box_px": _moved(line.box_px, at)}


def _field(field: FieldReading, accepted: bool, at: tuple[int, int]) -> dict[str, Any]:
    return {
        "key": field.key,
        "raw": field.raw,
        "text": field.text,
        "value": field.value,
        "candidates": [{"text": c.text, "value": c.value, "score": round(c.score, 4)} for c in field.candidates],
        "confidence": round(field.confidence, 4),
        "accepted": accepted,
        "reasons": list(field.reasons),
        "box_px": _moved(field.box_px, at),
        "source": field.source,
    }

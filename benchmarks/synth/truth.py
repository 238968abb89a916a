"""The truth beside a picture, in the shape that ``tongdang read`` answers with."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from benchmarks.synth.filling import Entry
from benchmarks.synth.scan import Delivered
from forms.form_file import Form
from forms.kinds import JsonValue


class FieldTruth(TypedDict):
    """``box_px``: x, y, w, h in the delivered picture before rotation; ``slip``: what was crossed out before."""

    key: str
    text: str
    value: JsonValue
    box_px: list[int]
    slip: NotRequired[str]


class PageTruth(TypedDict):
    """``registration`` counts registrations within the folder from 1; 0 for pages that belong to none."""

    file: str
    page_in_file: int
    status: str
    form: str | None
    form_page: int | None
    rotation: int
    registration: int
    width_px: int
    height_px: int
    style: str
    noise: str
    fields: list[FieldTruth]


class FileTruth(TypedDict, total=False):
    """One file of a folder: what a reader should make of it. ``reason``: why it can't be read at all."""

    file: str
    status: str
    reason: str
    password: str
    same_as: str
    note: str


class Truth(TypedDict):
    """All of one picture or folder; ``style`` is "mixed" for a folder of several."""

    seed: int
    profile: str
    style: str
    pages: list[PageTruth]
    files: list[FileTruth]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page is found and how it was made; ``registration`` as in PageTruth."""

    file: str
    registration: int
    style: str
    noise: str
    page_in_file: int = 1


def page_truth(
    form: Form, entries: Sequence[Entry], delivered: Delivered, origin: Origin, *, form_page: int
) -> PageTruth:
    """The truth about one delivered side of a form."""
    height, width = delivered.picture.shape[:2]
    return PageTruth(
        file=origin.file,
        page_in_file=origin.page_in_file,
        status="read",
        form=form.id,
        form_page=form_page,
        rotation=delivered.rotation,
        registration=origin.registration,
        width_px=width,
        height_px=height,
        style=origin.style,
        noise=origin.noise,
        fields=[field_truth(e, delivered.box_px(e.field.box)) for e in entries if e.field.page == form_page],
    )


def field_truth(entry: Entry, box_px: list[int]) -> FieldTruth:
    """One field's line."""
    line = FieldTruth(key=entry.field.key, text=entry.text, value=entry.value, box_px=box_px)
    if entry.slip:
        line["slip"] = entry.slip
    return line


def other_page(origin: Origin, size: tuple[int, int], status: str) -> PageTruth:
    """The truth about a page without fields: ``blank`` or ``unknown_form``; ``size`` is width, height in px."""
    return PageTruth(
        file=origin.file,
        page_in_file=origin.page_in_file,
        status=status,
        form=None,
        form_page=None,
        rotation=0,
        registration=0,
        width_px=size[0],
        height_px=size[1],
        style=origin.style,
        noise=origin.noise,
        fields=[],
    )


def as_json(value: Any) -> str:
    """Truth as text: one line per field, so that a change can be seen in a diff."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    # what stands deeper than a field's own line belongs on it
    return re.sub(r"\n {5,}|\n {4}(?=[}\]])", " ", text) + "\n"

"""The path of one page inside a worker: decode, find the form, make the viewing copy, read every field."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from forms.dictionary import extra_sensitive
from forms.form_file import Form, FormField
from forms.kinds import Kind
from ocr.choices import ways_of_marking
from ocr.delivered import DeliveredFile
from ocr.evidence import combine
from ocr.fields import read_apart
from ocr.find_form import Finder, Found
from ocr.free_page import FreePageReader
from ocr.images import Delivered
from ocr.learning.asked import LearnedPage
from ocr.learning.learn import learn_delivered
from ocr.memory import give_back
from ocr.model_packs import load_recogniser
from ocr.pdf import PdfFile
from ocr.prefilled import prefilled_page, read_prefilled, settle_unchanged
from ocr.reading import (
    FieldReading,
    PageOutcome,
    PageReading,
    PageStatus,
    Part,
    PixelBox,
    ReadingContext,
    SourcePage,
    TextLine,
)
from ocr.recogniser import Recogniser
from ocr.registration import Picture, RegisteredPage, lay, turn_picture, turned_size
from ocr.sheets import cut_out, with_sheets
from ocr.text_layer import checked_by_picture, text_layer_fields

VIEW_SIDE = 2480
"""Longer side of the viewing copy in pixels: an A4 page at 212 dpi."""
VIEW_QUALITY = 85
MASK_MARGIN = 0.006
"""Of the copy's width: 1.3 mm of an A4 page."""
MASK_GREY = 160
STATUS_OF = {
    "blank": PageStatus.BLANK,
    # scanning again is what helps; nothing of such a page may pass for what a form says, or doesn't say
    **dict.fromkeys(("too_small", "too_dark", "noise", "mirrored", "partly_visible"), PageStatus.FAILED),
}
"""What a page without a form is, by the finder's reason; else its form is unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The upright viewing copy: a JPEG and its size in pixels."""

    jpeg: bytes
    width: int
    height: int
    picture: Picture

    def masked(self, boxes: Sequence[PixelBox]) -> bytes:
        """The JPEG with these places covered, a little beyond their edges: handwriting leaves its box."""
        covered = self.picture.copy()
        more = round(self.width * MASK_MARGIN)
        for x, y, w, h in boxes:
            covered[max(0, y - more) : y + h + more, max(0, x - more) : x + w + more] = MASK_GREY
        return _jpeg(covered)


class FormPageReader:
    """Reads pages with known forms; other pages come back as blank or of unknown form. One per process."""

    def __init__(self, models_dir: Path, forms: tuple[Form, ...], threads: int) -> None:
        onnxruntime.disable_telemetry_events()  # some builds keep a record of sessions in the user's cache folder
        self._models_dir = models_dir
        self._threads = threads
        self._finder = Finder(forms)
        self._finder.warm()
        self._recogniser = load_recogniser(models_dir, threads)
        self._free: FreePageReader | None = None
        self._engine = f"onnxruntime {onnxruntime.__version__}"
        self._model = model_version(self._recogniser)

    def pages(self, delivered: DeliveredFile) -> tuple[SourcePage, ...]:
        """The file's pages, with the sheets that lie on each where they are several."""
        return with_sheets(delivered, self._finder)

    def read(self, delivered: DeliveredFile, index: int, context: ReadingContext) -> PageOutcome:
        """Read one page. Raises OcrFailed when it can't be decoded."""
        start = time.perf_counter()
        whole = delivered.page(index)
        page = cut_out(whole, context.part)
        found = self._finder.find(page, context.form)
        turn = page.turn if context.turn is None else context.turn
        rotation = found.match.rotation if isinstance(found, Found) else turn
        view = viewing_copy(page.picture, rotation)
        reading = replace(self._described(whole, index, rotation, view), part=context.part)
        if isinstance(found, Found):
            registered = lay(
                page.picture, found.match, view_size=(view.width, view.height), blank=found.known.blank.full
            )
            give_back()  # what decoding and finding took, before the network takes its part
            texts = (
                text_layer_fields(delivered, index, registered, context.part) if isinstance(delivered, PdfFile) else {}
            )
            reading = replace(
                reading,
                status=PageStatus.READ,
                form=found.match.form.id,
                form_version=found.match.form.version,
                form_page=found.match.page,
                serial=found.match.serial,
                registration_error_px=found.match.error_px,
                fields=_by_hand(self._fields(registered, found, texts, context), context),
            )
        else:
            status = STATUS_OF.get(found.reason, PageStatus.UNKNOWN_FORM)
            reading = replace(reading, status=status, reason=found.reason, serial=found.serial)
        secret = [f.view_box_px for f in reading.fields if f.key in extra_sensitive()]
        masked = view.masked(secret) if secret else None
        give_back()
        return PageOutcome(replace(reading, seconds=time.perf_counter() - start), view.jpeg, masked)

    def lines(self, delivered: DeliveredFile, index: int, context: ReadingContext) -> tuple[TextLine, ...]:
        """All text of a page whose form is unknown. Slow and large; never run several at once."""
        if self._free is None:
            self._free = FreePageReader(self._models_dir, self._threads)
        page = cut_out(delivered.page(index), context.part)
        turn = page.turn if context.turn is None else context.turn
        return self._free.lines(turn_picture(page.picture, turn), turn)

    def learn(self, delivered: DeliveredFile, index: int, part: Part | None = None) -> LearnedPage:
        """What a page of a blank form asks."""
        return learn_delivered(delivered, index, self._recogniser, part)

    def _fields(
        self, registered: RegisteredPage, found: Found, texts: Mapping[str, FieldReading], context: ReadingContext
    ) -> tuple[FieldReading, ...]:
        fields = registered.form.on_page(registered.page)
        there = [f for f in fields if in_picture(registered, f)]
        filled = prefilled_page(registered, found.match.serial, self._recogniser, context)
        if filled is None:
            read = {r.key: r for r in read_apart(registered, self._recogniser, context, there)}
        else:
            read = {f.key: read_prefilled(filled, f, self._recogniser, context) for f in there}
        readings = []
        for field in fields:
            if field.key not in read:
                readings.append(unseen(registered, field))
                continue
            reading = read[field.key]
            if filled is None and field.key in texts:
                reading = checked_by_picture(texts[field.key], reading)
            readings.append(with_place(reading, found.quality(field.box)))
        return combine(ways_of_marking(readings) if filled is None else settle_unchanged(readings))

    def _described(self, page: Delivered, index: int, rotation: int, view: View) -> PageReading:
        height, width = page.picture.shape[:2]
        return PageReading(
            page_index=index,
            status=PageStatus.UNKNOWN_FORM,
            reason="",
            form=None,
            form_version=None,
            form_page=None,
            serial=None,
            rotation=rotation,
            width_px=width,
            height_px=height,
            dpi=page.dpi,
            view_width_px=view.width,
            view_height_px=view.height,
            seconds=0.0,
            engine=self._engine,
            model=self._model,
        )


def _by_hand(fields: tuple[FieldReading, ...], context: ReadingContext) -> tuple[FieldReading, ...]:
    """Where a person chose the form, less was asked of how the page lies on it: every field is for a person to see."""
    if context.form is None:
        return fields
    return tuple(replace(reading, reasons=(*reading.reasons, "form_by_hand")) for reading in fields)


def model_version(recogniser: Recogniser) -> str:
    """The recognition model's name and the first 12 digits of its SHA-256: which network said it."""
    digest = hashlib.sha256((recogniser.folder / "inference.onnx").read_bytes()).hexdigest()
    return f"{recogniser.model} {digest[:12]}"


def viewing_copy(picture: Picture, rotation: int) -> View:
    """The page upright as JPEG, its longer side at most ``VIEW_SIDE``; made in memory."""
    height, width = picture.shape[:2]
    upright_width, upright_height = turned_size(width, height, rotation)
    scale = min(1.0, VIEW_SIDE / max(width, height))
    view_width, view_height = max(1, round(upright_width * scale)), max(1, round(upright_height * scale))
    upright = turn_picture(picture, rotation)
    if scale < 1.0:
        small = cv2.resize(upright, (view_width, view_height), interpolation=cv2.INTER_AREA)
        upright = np.asarray(small, dtype=np.uint8)
    return View(_jpeg(upright), view_width, view_height, upright)


def _jpeg(picture: Picture) -> bytes:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, VIEW_QUALITY])
    return encoded.tobytes()


def in_picture(view: RegisteredPage, field: FormField) -> bool:
    """False when more than a tenth of the field lies beyond the picture's edge."""
    box = field.box
    spots = [(box.x + box.w * i / 9, box.y + box.h * j / 4) for i in range(10) for j in range(5)]
    height, width = view.picture.shape[:2]
    px = view.to_px(spots)
    inside = (px[:, 0] >= 0) & (px[:, 1] >= 0) & (px[:, 0] <= width) & (px[:, 1] <= height)
    return float(inside.mean()) >= 0.9


def unseen(view: RegisteredPage, field: FormField) -> FieldReading:
    """A field that isn't on the picture: no reading, and not a blank one."""
    return FieldReading(
        key=field.key,
        raw="",
        text="",
        value=[] if field.kind is Kind.CHOICE else None,
        confidence=0.0,
        box_px=view.box_px(field.box),
        view_box_px=view.view_box_px(field.box),
        reasons=("outside_picture",),
        evidence={"registration": 0.0},
    )


def with_place(reading: FieldReading, quality: float) -> FieldReading:
    """The reading with how well its surroundings lie on the form; where they don't, it is doubtful."""
    evidence: dict[str, Any] = dict(reading.evidence)
    evidence["registration"] = min(float(evidence.get("registration", 1.0)), quality)
    reasons = reading.reasons if quality >= 0.5 else (*reading.reasons, "place_doubtful")
    return replace(reading, evidence=evidence, reasons=reasons)

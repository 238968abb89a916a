"""A reader that reads what a file says about itself: for runs in which the picture doesn't matter, only what is kept.

The files look like delivered scans to everybody but this reader. Same interface as ``ocr.worker.ReaderPool``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.values import format_value
from ocr.reading import FieldReading, OcrFailed, PageOutcome, PageReading, PageStatus, ReadingContext, SourcePage
from workflow.recognise import OpenedSource

# A JPEG's first bytes, so that intake by content takes the file for the scan it stands for.
MARK = b"\xff\xd8\xff\xe0scripted"


def scan(*pages: Mapping[str, object]) -> bytes:
    """A delivered file of pages ``{"form_page", "serial", "values": {key: value}}``; ``{"fail": reason}`` fails."""
    return MARK + json.dumps(pages, ensure_ascii=True, sort_keys=True).encode()


class ScriptedPool:
    """Reads ``scan(...)`` bytes. Anything else is refused as the real reader would refuse it."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource:
        """Raises OcrFailed("not_an_image") for bytes that ``scan`` did not make."""
        if not data.startswith(MARK):
            raise OcrFailed("not_an_image", "这个文件不是图片或 PDF，没有识别。")
        return ScriptedSource(self._form, json.loads(data.removeprefix(MARK)))


@dataclass(frozen=True, slots=True)
class ScriptedSource:
    form: Form
    described: Sequence[Mapping[str, object]]

    @property
    def pages(self) -> tuple[SourcePage, ...]:
        return tuple(SourcePage(i, 2480, 3508, 300) for i in range(len(self.described)))

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        """Raises OcrFailed where the page says so."""
        page = self.described[index]
        if "fail" in page:
            raise OcrFailed(str(page["fail"]), "这一页没有读成，其余的页不受影响。请重新扫描这一页。")
        form_page = page["form_page"]
        values = page["values"]
        assert isinstance(form_page, int)
        assert isinstance(values, dict)
        reading = PageReading(
            page_index=index,
            status=PageStatus.READ,
            reason="",
            form=self.form.id,
            form_version=self.form.version,
            form_page=form_page,
            serial=str(page["serial"]) if page.get("serial") else None,
            rotation=0,
            width_px=2480,
            height_px=3508,
            dpi=300,
            view_width_px=1240,
            view_height_px=1754,
            seconds=0.0,
            engine="scripted",
            model="scripted",
            fields=tuple(_field(f.key, f.kind, values.get(f.key)) for f in self.form.on_page(form_page)),
            registration_error_px=0.1,
        )
        return PageOutcome(reading, b"\xff\xd8\xff\xe0view" + str(page).encode())

    def close(self) -> None:
        """Nothing is held."""


def _field(key: str, kind: Kind, value: JsonValue) -> FieldReading:
    blank = value in (None, "", [])
    text = "" if blank or kind in (Kind.CHOICE, Kind.SIGNATURE) else format_value(kind, value)
    return FieldReading(
        key=key,
        raw=text,
        text=text,
        value=value if not blank else ([] if kind is Kind.CHOICE else None),
        confidence=0.99,
        box_px=(100, 100, 400, 80),
        view_box_px=(50, 50, 200, 40),
        evidence={"blank": float(blank), "min_char": 0.99, "mean_char": 0.99, "margin": 0.9, "agreement": 1.0},
    )

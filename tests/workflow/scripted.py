"""A reader that reads what a file says about itself, and a judge that believes its confidence.

The files are JSON in a JPEG's first bytes; everything between taking in and the batch is the real thing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forms.catalog import shipped_forms
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind
from forms.values import empty, format_value
from ocr.reading import (
    Candidate,
    FieldReading,
    OcrFailed,
    PageOutcome,
    PageReading,
    PageStatus,
    Part,
    ReadingContext,
    SourcePage,
    TextLine,
)
from workflow.judgement import NOTHING_LEARNED, OfficeTrust, Verdict

WIDTH, HEIGHT = 2480, 3508
HEAD = b"\xff\xd8\xff\xe0"
FORMS = {form.id: form for form in shipped_forms()}
FORM: Form = FORMS["jl-migrant-child"]
Page = dict[str, Any]

CHILD: dict[str, JsonValue] = {
    "form_unit": "黄松甸镇人民政府",
    "form_date": "2026-10-12",
    "form_division": "220281104",
    "form_collection": ["visit"],
    "child_name": "欧阳雪",
    "child_sex": ["2"],
    "child_ethnic_group": "01",
    "child_birth_date": "2018-01-01",
    "child_id_number": "220284201801010023",
    "child_registered": ["yes"],
    "child_household": "220284",
    "child_residence": {"division": "220281104", "detail": "河沿街3号"},
    "child_arrival": "2024-03",
    "child_accompanied": ["both"],
    "school_state": ["primary"],
    "school_name": "黄松甸镇中心小学",
    "permit_state": ["none"],
    "health_managed": ["na"],
    "health_body": ["healthy"],
    "immunisation_state": ["complete"],
    "insurance_state": ["residence"],
}
FAMILY: dict[str, JsonValue] = {
    "father_name": "欧阳松",
    "father_state": ["normal"],
    "mother_name": "林雾凇",
    "mother_state": ["normal"],
    "caregiver_name": "林雾凇",
    "caregiver_relation": "52",
    "caregiver_phone": "13904320001",
    "guardianship_state": ["good"],
    "support_income": ["wages"],
    "concern_listed": ["no"],
    "informed": ["yes"],
    "sign_guardian": "present",
    "sign_collector": "present",
}


def front(serial: str = "", doubtful: Sequence[str] = (), **values: JsonValue) -> Page:
    """The first side, filled for one child; ``values`` replace fields."""
    return {"form_page": 1, "serial": serial, "values": {**CHILD, **values}, "doubtful": list(doubtful)}


def back(serial: str = "", doubtful: Sequence[str] = (), **values: JsonValue) -> Page:
    """The second side."""
    return {"form_page": 2, "serial": serial, "values": {**FAMILY, **values}, "doubtful": list(doubtful)}


def visit_record(serial: str = "", doubtful: Sequence[str] = (), **values: JsonValue) -> Page:
    """A visit to the child of ``front``; ``values`` replace fields."""
    written: dict[str, JsonValue] = {
        "child_name": CHILD["child_name"],
        "child_id_number": CHILD["child_id_number"],
        "visit_date": "2026-10-09",
        "visit_kind": ["regular"],
        "visit_seen": ["child", "mother"],
        "visit_living_state": ["fair"],
        "guardianship_state": ["fair"],
        "report_cases": ["none"],
        "visitor_name_1": "林晓",
        "visit_next_date": "2026-11-09",
    }
    values = {**written, **values}
    return {"form": "jl-visit-record", "form_page": 1, "serial": serial, "values": values, "doubtful": list(doubtful)}


def work_log(**values: JsonValue) -> Page:
    """A page of the work log; ``values`` are its fields."""
    return {"form": "jl-work-log", "form_page": 1, "serial": "", "values": values, "doubtful": []}


def blank() -> Page:
    return {"status": "blank"}


def unknown(*lines: str, **paired: str) -> Page:
    """A page of no known form; ``paired``: what was paired on it, by key."""
    return {"status": "unknown_form", "lines": list(lines), "paired": paired}


def failing(reason: str, times: int = 99) -> Page:
    """A page that fails ``times`` times, then reads as a front."""
    return {**front(), "fail": reason, "times": times}


def spread(*pages: Page) -> Page:
    """Several sheets side by side in one picture."""
    return {"sheets": list(pages)}


def scan(*pages: Page, **about: Any) -> bytes:
    """A delivered file. ``about``: fail (reason of not opening), password, mark (to make bytes differ)."""
    return HEAD + json.dumps({"pages": pages, **about}, ensure_ascii=True, sort_keys=True).encode()


@dataclass
class ScriptedPool:
    """Same interface as ``ocr.worker.ReaderPool``. ``before_read`` is called with how many pages were read so far."""

    before_read: Callable[[int], None] = lambda _count: None
    opened: int = 0
    read: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    known: tuple[Form, ...] = ()
    """The forms that it was told to read with."""
    told: list[ReadingContext] = field(default_factory=list)
    """What the reader was told of the office, page by page."""

    @property
    def base(self) -> tuple[Form, ...]:
        return tuple(FORMS.values())

    def use_forms(self, forms: Sequence[Form]) -> None:
        self.known = tuple(forms)

    def open(self, data: bytes, name: str, password: str | None = None) -> ScriptedSource:
        self.opened += 1
        if not data.startswith(HEAD):
            raise OcrFailed("not_an_image", "不是图片")
        about = json.loads(data.removeprefix(HEAD))
        if about.get("fail"):
            raise OcrFailed(about["fail"], "打不开")
        if about.get("password", password) != password:
            raise OcrFailed("encrypted", "有密码")
        return ScriptedSource(self, about["pages"], name)


def _source_page(index: int, sheets: Sequence[Page]) -> SourcePage:
    parts = tuple(Part(n * WIDTH, 0, WIDTH, HEIGHT) for n in range(len(sheets)))
    return SourcePage(index, WIDTH * max(1, len(parts)), HEIGHT, 300, parts)


@dataclass
class ScriptedSource:
    pool: ScriptedPool
    described: list[Page]
    name: str
    closed: bool = False

    @property
    def pages(self) -> Sequence[SourcePage]:
        return tuple(_source_page(i, page.get("sheets", ())) for i, page in enumerate(self.described))

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        self.pool.before_read(self.pool.read)
        self.pool.read += 1
        self.pool.told.append(context or ReadingContext())
        page, key = self.described[index], f"{self.name}/{index}"
        if context is not None and context.part is not None:
            page = page["sheets"][context.part.x // WIDTH]
            key += f"/{context.part.x}"
        self.pool.failures[key] = self.pool.failures.get(key, 0) + 1
        if page.get("fail") and self.pool.failures[key] <= page["times"]:
            raise OcrFailed(page["fail"], "没有读成")
        reading = _reading(page, index)
        if context is not None and context.turn is not None and reading.form is None:
            reading = replace(reading, rotation=context.turn)
        return PageOutcome(reading, HEAD + b"view of " + key.encode())

    def close(self) -> None:
        self.closed = True


def _reading(page: Page, index: int) -> PageReading:
    known = "values" in page
    form = FORMS[page.get("form", FORM.id)]
    return PageReading(
        page_index=index,
        status=PageStatus(page.get("status", "read")),
        reason="",
        form=form.id if known else None,
        form_version=form.version if known else None,
        form_page=page.get("form_page"),
        serial=page.get("serial") or None,
        rotation=0,
        width_px=2480,
        height_px=3508,
        dpi=300,
        view_width_px=1240,
        view_height_px=1754,
        seconds=0.1,
        engine="scripted",
        model="scripted",
        fields=tuple(_unfinished(_field(f, page), page) for f in form.on_page(page["form_page"]))
        if known
        else _paired(page),
        lines=tuple(TextLine(text, 0.9, (10, 20 * n, 300, 18)) for n, text in enumerate(page.get("lines", ()))),
    )


def _paired(page: Page) -> tuple[FieldReading, ...]:
    return tuple(
        FieldReading(key, text, text, None, 0.4, (10, 20, 300, 40), (5, 10, 150, 20), reasons=("unknown_form",))
        for key, text in page.get("paired", {}).items()
    )


def _unfinished(reading: FieldReading, page: Page) -> FieldReading:
    """A date of which only the beginning was written: ``page["unfinished"]`` maps a key to (text, reason)."""
    if reading.key not in page.get("unfinished", {}):
        return reading
    text, reason = page["unfinished"][reading.key]
    only = (Candidate(text, None, 0.9),)
    return replace(reading, raw=text, text=text, value=None, confidence=0.4, candidates=only, reasons=(reason,))


def _field(form_field: FormField, page: Page) -> FieldReading:
    value = page["values"].get(form_field.key)
    text = "" if empty(value) else format_value(form_field.kind, value, field=form_field)
    doubtful = form_field.key in page["doubtful"]
    return FieldReading(
        key=form_field.key,
        raw=text,
        text=text,
        value=([] if form_field.kind is Kind.CHOICE else None) if empty(value) else value,
        confidence=0.4 if doubtful else 0.99,
        box_px=(10, 20, 300, 40),
        view_box_px=(5, 10, 150, 20),
        candidates=(Candidate(text, value, 0.9),) if text else (),
        reasons=("low_confidence",) if doubtful else (),
        evidence={
            "blank": float(not text),
            "min_char": 0.4 if doubtful else 1.0,
            "mean_char": 0.9 if doubtful else 1.0,
            "margin": 1.0,
            "agreement": 1.0,
            "mark_quality": 1.0,
            "registration": 1.0,
        },
    )


def believing(
    readings: Sequence[FieldReading],
    office: OfficeTrust = NOTHING_LEARNED,
    *,
    form: Form | None = None,
    models: Collection[str] = (),
) -> Mapping[str, Verdict]:
    """Stands in for ``judge``: what was read with confidence is accepted."""
    return {r.key: Verdict(r.confidence > 0.9, r.reasons) for r in readings}

"""A visit form printed for a child, filled in by hand, scanned and read by the real reader: that child's visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from benchmarks.running import make_office
from exporters.typesetting import FONTS
from forms.kinds import JsonValue
from ocr.models import models_dir
from ocr.registration import PX_PER_MM, Picture
from ocr.worker import ReaderPool
from records.tables import PrintedForm
from records.views_care import VisitState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.test_visit_forms import SECOND
from workflow import intake, placing, recognise, visit_forms, visits

FORM = visit_forms.visit_form()
INK = (60, 30, 30)


def clock() -> datetime:
    return datetime(2026, 10, 12, 1, 30, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeAtWork]:
    """With the judge that the program has."""
    made = make_office(tmp_path / "资料库", clock)
    folder = tmp_path / "扫描件"
    folder.mkdir()
    yield OfficeAtWork(made.store, made.actor, folder)
    made.store.close()


def sheet_of(path: Path) -> Picture:
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1
        return np.asarray(document[0].render(scale=300 / 72).to_numpy()[:, :, :3]).copy()


def write(sheet: Picture, key: str, words: str) -> None:
    box = FORM.by_key[key].box
    canvas = Image.fromarray(sheet)
    font = ImageFont.truetype(FONTS / "NotoSerifSC-Regular.otf", 50)
    place = (round((box.x + 2) * PX_PER_MM), round((box.y + 2) * PX_PER_MM))
    ImageDraw.Draw(canvas).text(place, words, fill=INK, font=font)
    sheet[:] = np.asarray(canvas)


def tick(sheet: Picture, key: str, code: str) -> None:
    box = next(o.box for o in FORM.by_key[key].options if o.code == code)
    ends = np.array([(0.15, 0.5), (0.4, 0.85), (1.0, 0.1)]) * box.w + (box.x, box.y)
    cv2.polylines(sheet, [np.round(ends * PX_PER_MM).astype(np.int32)], False, INK, 5)


def filled(sheet: Picture) -> bytes:
    """As a visitor fills it in, and as a scanner delivers it: a little askew and blurred."""
    write(sheet, "visit_date", "2026年10月9日")
    write(sheet, "visitor_name_1", "林晓")
    for key, code in (
        ("visit_kind", "regular"),
        ("visit_seen", "child"),
        ("visit_living_state", "fair"),
        ("guardianship_state", "fair"),
        ("report_cases", "none"),
    ):
        tick(sheet, key, code)
    height, width = sheet.shape[:2]
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), 0.6, 1.0)
    scan = cv2.warpAffine(sheet, turned, (width, height), borderValue=(255, 255, 255))
    done, data = cv2.imencode(".png", cv2.GaussianBlur(scan, (0, 0), 0.8))
    assert done
    return data.tobytes()


def test_it_is_that_childs_visit_and_nobody_is_asked_whose(office: OfficeAtWork) -> None:
    child = office.child("一")
    office.child(
        "二", **{**SECOND, "child_name": "欧阳雪"}
    )  # another one of that name: only the sheet tells them apart
    printed = office.folder.parent / "走访表.pdf"
    visit_forms.print_visit_forms(office.store, office.actor, office.clock(), printed, [child])
    with office.store.session() as session:
        (serial,) = session.scalars(select(PrintedForm.serial))
    scan = office.folder / "走访.png"
    scan.write_bytes(filled(sheet_of(printed)))
    intake.take_in(office.store, office.actor, office.clock(), scan)
    with ReaderPool(models_dir(), (FORM,), threads=1) as readers:
        recognise.run_queue(office.store, office.actor, readers, clock=office.clock)

    (paper,) = placing.waiting(office.store, office.actor)
    assert paper.serial == serial
    assert [(g.child_id, g.printed_for) for g in paper.children] == [(child, True)]
    fields = {field.key: field for field in paper.fields}
    for key in ("child_name", "child_id_number", "form_unit"):
        assert fields[key].accepted, f"{key} is as printed"
    assert fields["visit_date"].value == "2026-10-09"
    looked_at: dict[str, JsonValue] = {key: field.value for key, field in fields.items() if not field.accepted}
    placing.record_visit_form(office.store, office.actor, office.clock(), paper.page_id, child, looked_at)
    (done,) = (v for v in visits.visits(office.store, office.actor, child) if v.state is VisitState.DONE)
    assert (done.done_on, done.level, done.visitor) == (date(2026, 10, 9), "fair", "林晓")
    assert done.page_id == paper.page_id

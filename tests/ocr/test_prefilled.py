"""A prefilled sheet that came back: the print is taken away, what was written by hand is found, nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from exporters.blank_form import Copy, prefilled_pdf
from exporters.typesetting import FONTS
from forms.catalog import shipped_forms
from forms.kinds import JsonValue
from forms.prefill import printed_values
from ocr.delivered import open_delivered
from ocr.models import models_dir
from ocr.page import FormPageReader
from ocr.prefilled_print import text_boxes
from ocr.reading import FieldReading, PageReading, ReadingContext
from ocr.registration import PX_PER_MM, Picture
from workflow.judgement import judge

FORM = shipped_forms()[0]
SERIAL = "U123456789"
VALUES: dict[str, JsonValue] = {
    "form_division": "220281104",
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
    "health_body": ["healthy"],
    "insurance_state": ["residence"],
}


@pytest.fixture(scope="module")
def reader() -> FormPageReader:
    return FormPageReader(models_dir(), (FORM,), 1)


@pytest.fixture(scope="module")
def printed() -> Picture:
    with pypdfium2.PdfDocument(prefilled_pdf(FORM, [Copy(SERIAL, VALUES)])) as document:
        return np.asarray(document[0].render(scale=300 / 72).to_numpy()[:, :, :3]).copy()


@pytest.fixture
def sheet(printed: Picture) -> Picture:
    """A fresh sheet to write on."""
    return printed.copy()


def read(reader: FormPageReader, sheet: Picture, *, known: bool = True) -> PageReading:
    blurred = cv2.GaussianBlur(sheet, (0, 0), 0.8)  # as through a scanner's lens
    _, data = cv2.imencode(".png", blurred)
    context = ReadingContext(prefilled={SERIAL: VALUES} if known else {})
    return reader.read(open_delivered(data.tobytes(), None), 0, context).reading


def by_key(reading: PageReading) -> dict[str, FieldReading]:
    return {field.key: field for field in reading.fields}


def strike(sheet: Picture, key: str) -> tuple[int, int]:
    """A pen's line through a printed value; returns where there is room beside it, px."""
    boxes = text_boxes(printed_values(FORM, VALUES)[key])
    for x0, y0, x1, y1 in boxes:
        middle = (y0 + y1) // 2
        cv2.line(sheet, (x0 - 8, middle - 3), (x1 + 10, middle + 4), (60, 30, 30), 4)
    return boxes[-1][2] + 30, boxes[-1][1]


def write(sheet: Picture, text: str, place: tuple[int, int]) -> None:
    canvas = Image.fromarray(sheet)
    font = ImageFont.truetype(FONTS / "NotoSerifSC-Regular.otf", 50)
    ImageDraw.Draw(canvas).text((place[0], place[1] - 6), text, fill=(60, 30, 30), font=font)
    sheet[:] = np.asarray(canvas)


def tick(sheet: Picture, key: str, code: str) -> None:
    box = next(o.box for o in FORM.by_key[key].options if o.code == code)
    ends = np.array([(0.15, 0.5), (0.4, 0.85), (1.0, 0.1)]) * box.w + (box.x, box.y)
    cv2.polylines(sheet, [np.round(ends * PX_PER_MM).astype(np.int32)], False, (60, 30, 30), 5)


def test_a_sheet_without_a_change_is_as_printed_and_accepted(reader: FormPageReader, sheet: Picture) -> None:
    tick(sheet, "form_update", "unchanged")
    reading = read(reader, sheet)
    assert reading.serial == SERIAL
    fields = by_key(reading)
    assert {key: fields[key].value for key in VALUES} == VALUES
    assert {fields[key].source for key in VALUES} == {"prefilled"}
    assert not any(f.evidence.get("changed") for key, f in fields.items() if key != "form_update")
    assert fields["form_update"].value == ["unchanged"]
    verdicts = judge(reading.fields, form=FORM)
    assert all(verdicts[key].accepted for key in VALUES)


def test_a_change_in_red_is_not_passed_over(reader: FormPageReader, sheet: Picture) -> None:
    x0, y0, x1, y1 = text_boxes(printed_values(FORM, VALUES)["child_name"])[0]
    cv2.line(sheet, (x0, y1), (x1, y0), (50, 40, 225), 6)
    reading = read(reader, sheet)
    verdicts = judge(reading.fields, form=FORM)
    assert [key for key in VALUES if not verdicts[key].accepted] == ["child_name"]
    assert "red_ink" in verdicts["child_name"].reasons


def test_what_was_changed_by_hand_is_found_and_shown(reader: FormPageReader, sheet: Picture) -> None:
    write(sheet, "欧阳雨", strike(sheet, "child_name"))
    strike(sheet, "child_id_number")
    write(sheet, "黄松甸镇中心小学", (620, round((FORM.by_key["school_name"].box.y + 3) * PX_PER_MM)))
    tick(sheet, "insurance_state", "household")
    tick(sheet, "health_body", "ill")
    tick(sheet, "form_update", "unchanged")
    reading = read(reader, sheet)
    fields = by_key(reading)
    verdicts = judge(reading.fields, form=FORM)

    assert (fields["child_name"].value, fields["child_name"].source) == ("欧阳雨", "ocr")
    assert fields["child_name"].candidates[-1].value == "欧阳雪"
    assert "struck_out" in fields["child_id_number"].reasons
    assert fields["child_id_number"].value is None
    assert fields["school_name"].value == "黄松甸镇中心小学"
    assert fields["insurance_state"].value == ["household"], "a single choice goes over to the new tick"
    assert fields["health_body"].value == ["healthy", "ill"], "of several, one more"
    changed = {"child_name", "child_id_number", "school_name", "insurance_state", "health_body"}
    assert {key for key, f in fields.items() if f.evidence.get("changed")} - {"form_update"} == changed
    assert not any(verdicts[key].accepted for key in changed - {"school_name"})
    assert "conflict_unchanged" in fields["form_update"].reasons


def test_a_new_value_that_strikes_nothing_out_is_said(reader: FormPageReader, sheet: Picture) -> None:
    boxes = text_boxes(printed_values(FORM, VALUES)["child_arrival"])
    write(sheet, "2025年4月", (boxes[-1][2] + 30, boxes[-1][1]))
    arrival = by_key(read(reader, sheet))["child_arrival"]
    assert arrival.value == "2025-04"
    assert {"changed", "not_struck"} <= set(arrival.reasons)


def test_without_the_offices_knowledge_it_is_said_that_nobody_vouches(reader: FormPageReader, sheet: Picture) -> None:
    write(sheet, "欧阳雨", strike(sheet, "child_name"))
    reading = read(reader, sheet, known=False)
    fields = by_key(reading)
    assert fields["child_birth_date"].source == "prefilled", "typeset exactly as it was read"
    assert fields["child_birth_date"].value == "2018-01-01"
    assert "prefilled_unknown" in fields["child_birth_date"].reasons
    assert fields["child_name"].evidence["changed"] == 1
    verdicts = judge(reading.fields, form=FORM)
    assert not any(verdicts[key].accepted for key in VALUES)


def test_print_that_is_not_there_is_missed(reader: FormPageReader, sheet: Picture) -> None:
    """Another sheet under the same serial, or a label over the value."""
    box = FORM.by_key["child_household"].box
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in (box.x + 0.5, box.y + 0.5, box.right - 0.5, box.bottom - 0.5))
    sheet[y0:y1, x0:x1] = 255
    missing = by_key(read(reader, sheet))["child_household"]
    assert "print_missing" in missing.reasons
    assert missing.value is None
    assert missing.evidence["changed"] == 1

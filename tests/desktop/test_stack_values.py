"""Along a stack: the form before, the pin and the family, in the verify screen by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.pinning import NOT_KEPT
from desktop.ui.verify.screen import VerifyScreen
from forms.kinds import JsonValue
from ocr.reading import FieldReading
from records.views import AnswerState, ValueSource
from tests.desktop.conftest import Desk, click, press, type_keys
from tests.desktop.hands import enter, here, left_behind, ready, settled, stored, value_box
from tests.workflow.scripted import back, believing, front
from workflow import sticky
from workflow.judgement import Verdict

Show = Callable[[QWidget], None]
Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def form(desk: Desk, mark: str, doubtful: tuple[str, ...] = (), **values: JsonValue) -> str:
    """One more form of the stack, of another child; the id of its draft."""
    known = {row.registration_id for row in desk.drafts()}
    child: dict[str, JsonValue] = {
        "child_name": f"欧阳{mark}",
        "child_id_number": None,
        "child_registered": ["no"],
        **values,
    }
    family = {key: value for key, value in values.items() if key.startswith(("father_", "caregiver_"))}
    desk.take_in(desk.file(f"{mark}.jpg", front(mark, doubtful, **child), back(mark, doubtful, **family)))
    desk.read()
    return next(row.registration_id for row in desk.drafts() if row.registration_id not in known)


def chips(screen: VerifyScreen) -> list[str]:
    return [f"{c.text}　{c.origin}" for c in screen.parts.field.candidates.shown]


def test_the_form_before_is_the_first_pick(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    form(desk, "甲", form_date="2026-10-11")
    second = form(desk, "乙", ("form_date", "child_name"))
    screen.open_all((second,))
    ready(screen, qtbot)
    while here(screen) != "form_date":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    assert chips(screen)[0] == "2026年10月11日　上一张表"
    press(value_box(screen), Key.Key_1, "1", ALT)
    left_behind(screen, "form_date", qtbot)
    settled(desk, qtbot)
    item = stored(desk, second, "form_date")
    assert (item.value, item.state, item.source) == ("2026-10-11", AnswerState.CORRECTED, ValueSource.PAPER)


def wanting(readings: Sequence[FieldReading], *about: Any, **more: Any) -> Mapping[str, Verdict]:
    """As the judge does: what is blank and required is not vouched for."""
    verdicts = dict(believing(readings, *about, **more))
    if any(reading.key == "form_unit" and reading.value is None for reading in readings):
        verdicts["form_unit"] = Verdict(False, ("required",))
    return verdicts


def test_what_the_form_wants_and_the_paper_has_not_is_no_paper(
    desk: Desk, screen: VerifyScreen, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Blank and required: not vouched for as a whole, and yet it is sure that the paper says nothing."""
    monkeypatch.setattr("workflow.drafting.judge", wanting)
    form(desk, "甲")
    second = form(desk, "乙", form_unit=None)
    blank = stored(desk, second, "form_unit")
    assert (blank.accepted, blank.reasons) == (False, ("必填",))
    screen.open_all((second,))
    ready(screen, qtbot, "form_unit")
    assert chips(screen) == ["黄松甸镇人民政府　上一张表"]
    press(value_box(screen), Key.Key_1, "1", ALT)
    left_behind(screen, "form_unit", qtbot)
    settled(desk, qtbot)
    item = stored(desk, second, "form_unit")
    assert (item.value, item.source, item.note) == ("黄松甸镇人民政府", ValueSource.CORRECTION, "纸上没填；上一张表")


def test_a_pinned_value_is_one_enter_on_a_blank(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    first = form(desk, "甲", ("form_date", "child_name"))
    second = form(desk, "乙", ("child_name",), form_date=None)
    screen.open_all((first, second))
    ready(screen, qtbot)
    while here(screen) != "form_date":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    type_keys(screen.parts.field.value, "20261009")
    press(value_box(screen), Key.Key_0, "0", ALT)
    qtbot.waitUntil(lambda: "钉住了“2026年10月9日”" in screen.parts.notice.words)
    assert here(screen) == "form_date", "pinning is no answer"
    assert screen.parts.field.value.value_text() == "20261009", "what is typed stays"
    for _field in range(2):
        before = here(screen)
        enter(screen)
        left_behind(screen, before, qtbot)
        ready(screen, qtbot)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == second)
    ready(screen, qtbot)
    while here(screen) != "form_date":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    assert screen.parts.field.value.value_text() == "2026年10月9日"
    assert "钉住的" in screen.parts.field.reasons.text()
    assert "已钉住" in screen.parts.field.count.text()
    assert stored(desk, second, "form_date").state is AnswerState.MACHINE, "nothing is filled in by itself"
    enter(screen)
    left_behind(screen, "form_date", qtbot)
    settled(desk, qtbot)
    item = stored(desk, second, "form_date")
    assert (item.value, item.source, item.note) == ("2026-10-09", ValueSource.CORRECTION, "纸上没填；钉住的")


def test_the_pin_comes_out_again(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    sticky.pin(desk.store, desk.actor, desk.clock(), "form_date", "2026-10-09")
    screen.open_all((form(desk, "甲", ("form_date",)),))
    ready(screen, qtbot, "form_date")
    assert chips(screen)[0] == "2026年10月9日　钉住的"
    assert screen.parts.field.value.value_text() == "2026年10月12日", "over ink it is only offered"
    press(value_box(screen), Key.Key_0, "0", ALT)
    qtbot.waitUntil(lambda: "已钉住" not in screen.parts.field.count.text() and not screen.parts.field.told.isVisible())
    qtbot.waitUntil(lambda: all("钉住" not in chip for chip in chips(screen)))


def test_other_fields_are_not_pinned(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    screen.open_all((form(desk, "甲", ("child_name",)),))
    ready(screen, qtbot, "child_name")
    press(value_box(screen), Key.Key_0, "0", ALT)
    assert screen.parts.field.told.text() == NOT_KEPT


def test_the_familys_form_is_offered(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    desk.verified(form(desk, "姐", father_phone="13904320007"))
    registration = form(desk, "弟", ("caregiver_phone",), caregiver_phone="13904320004")
    screen.open_all((registration,))
    ready(screen, qtbot, "caregiver_phone")
    assert chips(screen) == ["13904320004　", "13904320001　同一监护人 2026年下半年登记过"]
    press(value_box(screen), Key.Key_F8)
    names = [item.key for item in screen.parts.rest.model.rows]
    screen.parts.rest.table.selectRow(names.index("father_phone"))
    press(screen.parts.rest.table, Key.Key_Return, "\r")
    ready(screen, qtbot, "father_phone")
    chip = screen.parts.field.candidates.findChild(QPushButton, "candidate_1")
    assert chip is not None
    assert chip.text() == "Alt+1  13904320007　同一监护人 2026年下半年登记过"
    click(chip)
    settled(desk, qtbot)
    item = stored(desk, registration, "father_phone")
    assert (item.value, item.source) == ("13904320007", ValueSource.CORRECTION), "the paper is blank"
    assert item.note == "纸上没填；同一监护人 2026年下半年登记过"

"""What somebody who doesn't see the screen is told: everything that is asked, at the control that has the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.verify.choice_edit import ChoiceEdit
from desktop.ui.verify.field_panel import FieldPanel
from desktop.ui.verify.screen import EMPTY_TOLD
from forms.kinds import Kind
from records.views import AnswerState, CandidateView, FindingView, OptionView, ValueSource, VerifyItem
from tests.desktop.conftest import press, type_keys

Show = Callable[[QWidget], None]
Key = Qt.Key


def item(kind: Kind, text: str, **more: object) -> VerifyItem:
    plain: dict[str, object] = {
        "key": "x", "label": "现居住地", "kind": kind, "block": "", "raw": text, "state": AnswerState.MACHINE,
        "value": text, "text": text, "accepted": False, "shown": True, "reasons": (), "candidates": (), "doubts": (),
        "page_id": None,
        "box": None, "options": (), "multiple": False, "code_table": None, "source": ValueSource.PAPER, "note": "",
    }  # fmt: skip
    return VerifyItem(**{**plain, **more})  # type: ignore[arg-type]  # each test names the fields it changes


def told(widget: QWidget) -> tuple[str, str, str]:
    """Name, value and description as the tree gives them."""
    seen = QAccessible.queryAccessibleInterface(widget)
    kinds = (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description)
    name, value, description = (seen.text(kind) for kind in kinds)
    return name, value, description


@pytest.fixture
def panel(show: Show) -> FieldPanel:
    made = FieldPanel()
    show(made)
    return made


def test_a_field_tells_its_name_what_was_read_and_why_it_is_doubted(panel: FieldPanel, qtbot: QtBot) -> None:
    doubtful = item(Kind.TEXT, "南岁子", reasons=("字迹看不准",), candidates=(CandidateView("南崴子", "南崴子"),))
    panel.show_item(doubtful, "第 2 / 60 处")
    qtbot.waitUntil(lambda: "Alt+1" in told(panel.value)[2])
    name, value, description = told(panel.value)
    assert (name, value) == ("现居住地", "南岁子")
    assert description == "第 2 / 60 处；字迹看不准；Alt+1  南崴子"
    assert QAccessible.queryAccessibleInterface(panel).focusChild().object() is panel.value


def test_what_is_refused_and_what_contradicts_is_told(panel: FieldPanel, qtbot: QtBot) -> None:
    panel.show_item(item(Kind.TEXT, ""), "第 1 / 2 处")
    panel.complain(EMPTY_TOLD)
    qtbot.waitUntil(lambda: EMPTY_TOLD in told(panel.value)[2])
    panel.show_findings((FindingView("error", "x", ("x",), "出生日期和身份证号对不上", ""),))
    qtbot.waitUntil(lambda: "对不上" in told(panel.value)[2])
    type_keys(panel.value, "a")
    qtbot.waitUntil(lambda: EMPTY_TOLD not in told(panel.value)[2])


OPTIONS = tuple(OptionView(f"o{n}", f"情形{n}", None) for n in range(1, 12))


def test_options_are_told_with_their_keys_and_what_is_ticked(panel: FieldPanel, qtbot: QtBot) -> None:
    panel.show_item(item(Kind.CHOICE, "", value=["o2"], options=OPTIONS, multiple=True), "第 1 / 2 处")
    qtbot.waitUntil(lambda: "已选：情形2" in told(panel.choice)[2])
    assert told(panel.choice)[0] == "现居住地"
    assert "9 情形9　0 情形10　A 情形11" in told(panel.choice)[2]
    press(panel.choice, Key.Key_0, "0")
    press(panel.choice, Key.Key_A, "a")
    assert "已选：情形2　情形10　情形11" in told(panel.choice)[2]


def test_every_option_is_reached_by_arrows_and_space(show: Show) -> None:
    choice = ChoiceEdit()
    show(choice)
    choice.show_options(OPTIONS, ["o1"], multiple=True)
    for _each in OPTIONS:
        press(choice, Key.Key_Right)
        press(choice, Key.Key_Space, " ")
    assert choice.codes() == [option.code for option in OPTIONS[1:]]
    press(choice, Key.Key_Right)
    assert choice.spoken().endswith("停在：情形1")
    press(choice, Key.Key_Up)
    press(choice, Key.Key_Space, " ", held=True)
    assert "o11" in choice.codes(), "a held key ticks nothing"

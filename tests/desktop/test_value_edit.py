"""The value box: typing replaces, Chinese input works, doubts are shown, nothing is altered by showing it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QWidget

from desktop.ui.verify.keys import Action, Press
from desktop.ui.verify.value_edit import ValueEdit
from tests.desktop.conftest import press, type_chinese

Show = Callable[[QWidget], None]


@pytest.fixture
def edit(show: Show) -> ValueEdit:
    made = ValueEdit()
    show(made)
    made.setFocus()
    made.show_value("红石镇南岁子", [(4, 5)])
    return made


@pytest.fixture
def presses(edit: ValueEdit) -> list[Press]:
    seen: list[Press] = []
    edit.pressed.connect(seen.append)
    return seen


def underlined(edit: ValueEdit) -> str:
    """The characters that are marked as doubtful."""
    block = edit.document().firstBlock()
    marked = b""
    units = block.text().encode("utf-16-le")  # Qt counts in these
    for run in block.layout().formats():
        if run.format.underlineStyle() == QTextCharFormat.UnderlineStyle.SingleUnderline:  # type: ignore[attr-defined]  # the stubs lack FormatRange's members
            marked += units[2 * run.start : 2 * (run.start + run.length)]  # type: ignore[attr-defined]  # as above
    return marked.decode("utf-16-le")


def test_doubtful_characters_are_underlined(edit: ValueEdit) -> None:
    assert underlined(edit) == "岁"


def test_a_rare_character_before_the_doubt_moves_nothing(edit: ValueEdit) -> None:
    edit.show_value("𠮷石镇南岁子", [(4, 5)])
    assert underlined(edit) == "岁"


def test_typing_replaces_what_was_read(edit: ValueEdit) -> None:
    press(edit, Qt.Key.Key_A, "a")
    press(edit, Qt.Key.Key_1, "1")
    assert edit.value_text() == "a1"
    assert edit.touched
    assert underlined(edit) == ""


def test_arrow_keys_keep_it_to_change_a_part(edit: ValueEdit) -> None:
    press(edit, Qt.Key.Key_Left)
    press(edit, Qt.Key.Key_Backspace)
    type_chinese(edit, "崴")
    assert edit.value_text() == "红石镇南崴子"
    assert edit.touched


def test_chinese_input_replaces_and_nothing_acts_while_composing(edit: ValueEdit, presses: list[Press]) -> None:
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QApplication

    QApplication.sendEvent(edit, QInputMethodEvent("nanwai", []))
    press(edit, Qt.Key.Key_Return, "\r")
    press(edit, Qt.Key.Key_1, "1", Qt.KeyboardModifier.AltModifier)
    assert presses == [Press(Action.NOTHING)] * 2
    type_chinese(edit, "南崴子")
    assert not edit.composing
    assert edit.value_text() == "南崴子"
    press(edit, Qt.Key.Key_Return, "\r")
    assert presses[-1] == Press(Action.CONFIRM)


def test_composing_given_up_leaves_what_was_read(edit: ValueEdit) -> None:
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QApplication

    QApplication.sendEvent(edit, QInputMethodEvent("nan", []))
    QApplication.sendEvent(edit, QInputMethodEvent("", []))
    assert edit.value_text() == "红石镇南岁子"
    assert not edit.touched
    assert underlined(edit) == "岁"


def test_enter_and_tab_never_reach_the_text(edit: ValueEdit, presses: list[Press]) -> None:
    for modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        press(edit, Qt.Key.Key_Return, "\r", modifiers)
    press(edit, Qt.Key.Key_Tab, "\t")
    assert edit.toPlainText() == "红石镇南岁子"
    assert presses == [Press(Action.CONFIRM), Press(Action.NEXT)]
    assert edit.hasFocus()


def test_plain_digits_type_and_alt_digits_pick(edit: ValueEdit, presses: list[Press]) -> None:
    press(edit, Qt.Key.Key_2, "2")
    press(edit, Qt.Key.Key_2, "2", Qt.KeyboardModifier.AltModifier)
    assert edit.value_text() == "2"
    assert presses == [Press(Action.PICK, 2)]


def test_a_paste_replaces_and_becomes_one_line(edit: ValueEdit) -> None:
    pasted = QMimeData()
    pasted.setText("红石镇\n南崴子  2组")
    edit.insertFromMimeData(pasted)
    assert edit.value_text() == "红石镇 南崴子 2组"


def test_undo_takes_back_typing_first(edit: ValueEdit, presses: list[Press]) -> None:
    press(edit, Qt.Key.Key_A, "a")
    press(edit, Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    assert edit.value_text() == "红石镇南岁子"
    assert presses == []
    edit.show_value("x", [])
    press(edit, Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    assert presses == [Press(Action.UNDO)]


def test_groups_of_an_id_number_are_for_the_eye_only(edit: ValueEdit) -> None:
    edit.show_value("220284201801010023", [], grouped=True)
    edit.selectAll()
    assert edit.createMimeDataFromSelection().text() == "220284201801010023"
    assert edit.value_text() == "220284201801010023"


def test_a_long_value_grows_to_three_lines(edit: ValueEdit) -> None:
    one = edit.height()
    edit.resize(400, edit.height())
    edit.show_value("吉林省吉林市蛟河市黄松甸镇河沿街" * 3, [])
    assert one < edit.height() <= one * 3

"""The rules about keys, as a table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.ui.verify.keys import ANSWERS, Action, Press, meaning

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.mark.parametrize(
    ("key", "modifiers", "press"),
    [
        (Key.Key_Return, Modifier.NoModifier, Press(Action.CONFIRM)),
        (Key.Key_Enter, Modifier.KeypadModifier, Press(Action.CONFIRM)),
        (Key.Key_1, Modifier.AltModifier, Press(Action.PICK, 1)),
        (Key.Key_9, Modifier.AltModifier, Press(Action.PICK, 9)),
        (Key.Key_Tab, Modifier.NoModifier, Press(Action.NEXT)),
        (Key.Key_Backtab, Modifier.ShiftModifier, Press(Action.PREVIOUS)),
        (Key.Key_F2, Modifier.NoModifier, Press(Action.ILLEGIBLE)),
        (Key.Key_F3, Modifier.NoModifier, Press(Action.ASK)),
        (Key.Key_F4, Modifier.NoModifier, Press(Action.BLANK)),
        (Key.Key_Z, Modifier.ControlModifier, Press(Action.UNDO)),
        (Key.Key_Escape, Modifier.NoModifier, Press(Action.LEAVE)),
    ],
)
def test_keys_that_act(key: Qt.Key, modifiers: Qt.KeyboardModifier, press: Press) -> None:
    assert meaning(key, modifiers, held=False, composing=False) == press


@pytest.mark.parametrize(
    "key", [Key.Key_0, Key.Key_1, Key.Key_9, Key.Key_A, Key.Key_X, Key.Key_Left, Key.Key_Backspace]
)
@pytest.mark.parametrize("modifiers", [Modifier.NoModifier, Modifier.ShiftModifier, Modifier.KeypadModifier])
def test_plain_characters_always_type(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    assert meaning(key, modifiers, held=False, composing=False) is None


def test_alt_zero_pins_and_picks_nothing() -> None:
    assert meaning(Key.Key_0, Modifier.AltModifier, held=False, composing=False) == Press(Action.PIN)
    assert meaning(Key.Key_0, Modifier.AltModifier, held=True, composing=False) == Press(Action.NOTHING)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_F2, Key.Key_F3, Key.Key_F4])
def test_a_held_key_answers_nothing(key: Qt.Key) -> None:
    assert meaning(key, Modifier.NoModifier, held=True, composing=False) == Press(Action.NOTHING)


def test_a_held_key_still_moves() -> None:
    assert meaning(Key.Key_Tab, Modifier.NoModifier, held=True, composing=False) == Press(Action.NEXT)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Tab, Key.Key_Escape, Key.Key_F2])
def test_nothing_acts_while_composing(key: Qt.Key) -> None:
    assert meaning(key, Modifier.NoModifier, held=False, composing=True) == Press(Action.NOTHING)


def test_moving_and_looking_are_no_answers() -> None:
    assert not ANSWERS & {Action.NEXT, Action.PREVIOUS, Action.UNFOLD, Action.LEAVE, Action.KEYS, Action.NOTHING}

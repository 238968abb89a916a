"""The parts that screens are made of, as they answer to keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.parts import button
from tests.desktop.conftest import press

Show = Callable[[QWidget], None]


def test_switching_the_input_method_presses_no_button(show: Show) -> None:
    """Ctrl+Space comes through to a button, where nothing is composed; the file dialog opened."""
    pressed: list[str] = []
    made = button("选文件", lambda: pressed.append("选文件"))
    show(made)
    press(made, Qt.Key.Key_Space, " ", Qt.KeyboardModifier.ControlModifier)
    assert pressed == []
    press(made, Qt.Key.Key_Space, " ")
    assert pressed == ["选文件"]

"""What is sealed from the user looks covered, says who may see it, and takes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from desktop.ui.verify.field_panel import FieldPanel
from forms.kinds import Kind
from tests.desktop.conftest import Desk, type_keys


def test_a_sealed_field_is_covered(desk: Desk, show: Callable[[QWidget], None]) -> None:
    registration = desk.registration(0, front=["child_name"])
    ticked = next(item for item in desk.sheet(registration).items if item.kind is Kind.CHOICE)
    panel = FieldPanel()
    show(panel)
    panel.show_item(replace(ticked, sealed=True, text="（加封）", value=None), "")
    panel.show_crop(QPixmap(1240, 1754))
    assert not panel.choice.isVisible(), "no options to tick"
    assert panel.value.isVisible()
    type_keys(panel.value, "12")
    assert panel.value.toPlainText() == "（加封）"
    assert "指定的人" in panel.crop._words
    panel.show_item(ticked, "")
    assert panel.choice.isVisible()

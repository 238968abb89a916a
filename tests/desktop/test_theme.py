"""Every role of both themes is readable; the numbers are computed, not believed."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui import icons, theme
from desktop.ui.style_sheet import STYLE_SHEET
from desktop.ui.theme import DARK, LIGHT, Roles, style_sheet
from desktop.ui.widgets.parts import button, column

THEMES = pytest.mark.parametrize("of", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_text_has_a_contrast_of_four_and_a_half(of: Roles) -> None:
    pairs = [
        (ink, ground)
        for ink in ("ink", "secondary", "acts", "doubt", "error", "confirmed")
        for ground in ("panel", "window", "acts_soft", "hover")
    ]
    pairs += [("on_acts", "acts"), ("on_acts", "acts_strong")]
    pairs += [(state, f"{state}_ground") for state in ("doubt", "error", "confirmed")]
    poor = {
        (ink, ground): round(contrast(getattr(of, ink), getattr(of, ground)), 2)
        for ink, ground in pairs
        if contrast(getattr(of, ink), getattr(of, ground)) < 4.5
    }
    assert poor == {}


@THEMES
def test_edges_of_controls_have_a_contrast_of_three(of: Roles) -> None:
    for ground in (of.panel, of.window):
        assert contrast(of.edge, ground) >= 3
        assert contrast(of.acts, ground) >= 3


@THEMES
def test_the_style_sheet_knows_every_role_it_names(of: Roles) -> None:
    names = {each.name for each in fields(of)}
    assert set(re.findall(r"@(\w+)", STYLE_SHEET)) - {"arrow", "tick"} <= names
    assert "@" not in style_sheet(of)


@pytest.mark.parametrize("file", sorted(icons.FOLDER.glob("*.svg")), ids=lambda file: file.stem)
def test_every_icon_draws_something_in_its_colour(file: object, qapp: object) -> None:
    from pathlib import Path

    assert isinstance(file, Path)
    drawn: QImage = icons.pixmap(file.stem, "#123456", 20, 2.0).toImage()
    inked = [drawn.pixelColor(x, y) for x in range(40) for y in range(40) if drawn.pixelColor(x, y).alpha() > 200]
    assert len(inked) > 20
    if file.stem not in {"arrow", "tick-on-light", "tick-on-dark"}:  # those of the style sheet are not tinted
        assert all(abs(colour.red() - 0x12) < 12 for colour in inked)


def _inks(drawn: QImage) -> set[str]:
    inked = [drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height())]
    return {colour.name() for colour in inked if colour.alpha() == 255}


def test_what_is_open_follows_when_the_desktop_turns_dark(qapp: QApplication, dressed: None, qtbot: QtBot) -> None:
    """In the evening the desktop turns dark by itself; a window that is open must not be left with dark icons."""
    window = QWidget()
    qtbot.addWidget(window)
    box = column(window)
    plain, quiet = button("写出", icon="write"), button("返回", role="quiet", icon="back")
    picture = icons.Drawing("app", "acts", 24)
    for part in (plain, quiet, picture):
        box.addWidget(part)
    with qtbot.waitExposed(window):
        window.show()
    assert _inks(plain.icon().pixmap(20, 20).toImage()) == {LIGHT.ink.lower()}
    theme.dress(qapp, qapp.font().family())
    try:
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert theme.roles() is DARK
        assert _inks(plain.icon().pixmap(20, 20).toImage()) == {DARK.ink.lower()}
        assert _inks(quiet.icon().pixmap(20, 20).toImage()) == {DARK.acts.lower()}
        assert _inks(picture.pixmap().toImage()) >= {DARK.acts.lower()}
        assert DARK.window in qapp.styleSheet()
    finally:
        qapp.styleHints().colorSchemeChanged.disconnect()
        theme.colour(qapp, dark=False)
    assert _inks(plain.icon().pixmap(20, 20).toImage()) == {LIGHT.ink.lower()}

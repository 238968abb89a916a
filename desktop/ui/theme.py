"""Colours, type and space of the window, as roles; light, and dark when the desktop is dark.

Every role is chosen by contrast (text at least 4.5:1 on its ground, the edge of a control at least 3:1); a test
computes them. A colour means something or is not there: amber is doubt, red an error, green confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.style_sheet import STYLE_SHEET
from forms.catalog import RESOURCES

INSIDE, BETWEEN, AROUND = 8, 16, 24  # space inside a group, between groups, around a screen
CONTROL, ROW = 32, 36  # heights

BODY, SECONDARY, TITLE, VALUE = 14, 13, 20, 22  # type sizes in px


@dataclass(frozen=True, slots=True)
class Roles:
    """A colour for every role; names say what a colour is for, never what it looks like."""

    window: str
    panel: str
    line: str
    edge: str  # border of a control
    ink: str
    secondary: str
    acts: str  # the one colour that acts
    on_acts: str
    acts_soft: str  # selection, current navigation entry
    acts_strong: str  # the acting colour pressed
    doubt: str
    doubt_ground: str
    error: str
    error_ground: str
    confirmed: str
    confirmed_ground: str
    hover: str


LIGHT = Roles(
    window="#F6F7F9",
    panel="#FFFFFF",
    line="#E2E6EB",
    edge="#838E9B",
    ink="#1D2430",
    secondary="#5B6675",
    acts="#1F6391",
    on_acts="#FFFFFF",
    acts_soft="#E4EEF5",
    acts_strong="#174D72",
    doubt="#8A5C00",
    doubt_ground="#FFF6DF",
    error="#B3261E",
    error_ground="#FDECEA",
    confirmed="#2A764A",
    confirmed_ground="#E8F4EC",
    hover="#EDF0F4",
)
DARK = Roles(
    window="#15191F",
    panel="#1C222B",
    line="#2C3540",
    edge="#6F7C8C",
    ink="#E6EAF0",
    secondary="#9AA6B5",
    acts="#5AA3D6",
    on_acts="#0F1720",
    acts_soft="#1E3444",
    acts_strong="#7DB8E2",
    doubt="#E3B65C",
    doubt_ground="#362C14",
    error="#F2938B",
    error_ground="#3D201E",
    confirmed="#7FCB9C",
    confirmed_ground="#1A3326",
    hover="#242C37",
)


def roles() -> Roles:
    """The colours in force: dark when the application's palette is dark."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT


def palette(of: Roles) -> QPalette:
    """The same roles for widgets that paint by palette."""
    made = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, of.window),
        (role.WindowText, of.ink),
        (role.Base, of.panel),
        (role.AlternateBase, of.window),
        (role.Text, of.ink),
        (role.Button, of.panel),
        (role.ButtonText, of.ink),
        (role.BrightText, of.on_acts),
        (role.Highlight, of.acts_soft),
        (role.HighlightedText, of.ink),
        (role.ToolTipBase, of.panel),
        (role.ToolTipText, of.ink),
        (role.PlaceholderText, of.secondary),
        (role.Link, of.acts),
        (role.Accent, of.acts),
        (role.Mid, of.edge),
        (role.Dark, of.edge),
        (role.Light, of.panel),
        (role.Midlight, of.line),
    ):
        made.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, QColor(of.edge))
    return made


def dress(application: QApplication, family: str, *, dark: bool | None = None) -> None:
    """Give the application its style. ``dark`` None follows the desktop, also when that changes in the evening."""
    application.setStyle("Fusion")
    font = QFont(family)
    font.setPixelSize(BODY)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    application.setFont(font)
    if dark is None:
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(lambda scheme: colour(application, dark=scheme is Qt.ColorScheme.Dark))
        dark = hints.colorScheme() is Qt.ColorScheme.Dark
    colour(application, dark=dark)


def colour(application: QApplication, *, dark: bool) -> None:
    """Give the application its colours; what is drawn from then on asks ``roles``, icons tint themselves anew."""
    of = DARK if dark else LIGHT
    application.setPalette(palette(of))
    application.setStyleSheet(style_sheet(of))


def style_sheet(of: Roles) -> str:
    """The style sheet with the roles' colours put in (``@role`` in the text)."""
    icons = RESOURCES / "icons"
    tick = icons / ("tick-on-light.svg" if of is LIGHT else "tick-on-dark.svg")
    text = STYLE_SHEET.replace("@arrow", (icons / "arrow.svg").as_posix()).replace("@tick", tick.as_posix())
    for each in sorted(fields(of), key=lambda f: -len(f.name)):
        text = text.replace(f"@{each.name};", f"{getattr(of, each.name)};")
        text = text.replace(f"@{each.name} ", f"{getattr(of, each.name)} ")
    return text


def sized(px: int, *, medium: bool = False) -> QFont:
    """The application's face in another size; digits keep one width."""
    font = QFont(QApplication.font())
    font.setPixelSize(px)
    if medium:
        font.setWeight(QFont.Weight.Medium)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font

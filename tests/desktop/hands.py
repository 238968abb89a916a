"""What hands do on the screens, and wait for, in the tests of more than one of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.widgets.asking import AskDialog
from records.views import VerifyItem
from tests.desktop.conftest import Desk, click, press
from workflow import intake

# -- anywhere ----------------------------------------------------------------------------------------------------------


def words(widget: QWidget) -> str:
    """All that is visible."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def named(widget: QWidget, start: str) -> QPushButton:
    """The visible button whose object name begins so."""
    found = [b for b in widget.findChildren(QPushButton) if b.objectName().startswith(start) and b.isVisible()]
    assert found, start
    return found[0]


def asked(widget: QWidget, qtbot: QtBot) -> AskDialog:
    """The question that is open."""
    qtbot.waitUntil(lambda: any(d.isVisible() for d in widget.findChildren(AskDialog)))
    dialog = next(d for d in widget.findChildren(AskDialog) if d.isVisible())
    assert "欧阳" not in dialog.windowTitle(), "titles stand in the task bar, also while the window is locked"
    return dialog


def gone(dialog: AskDialog, qtbot: QtBot) -> None:
    """The question was taken."""
    with qtbot.waitSignal(dialog.accepted):
        click(dialog.does)
    QApplication.processEvents()


# -- verifying ---------------------------------------------------------------------------------------------------------


def here(screen: VerifyScreen) -> str:
    """The key of the field at hand, "" for none."""
    return screen.walk.current if screen.walk is not None else ""


def ready(screen: VerifyScreen, qtbot: QtBot, key: str = "") -> None:
    """A field is at hand and its crop has been on the screen."""
    qtbot.waitUntil(
        lambda: (
            screen.walk is not None
            and bool(here(screen))
            and (not key or here(screen) == key)
            and screen.parts.field.crop.painted
        )
    )


def left_behind(screen: VerifyScreen, key: str, qtbot: QtBot) -> None:
    """Another field is at hand, or none any more."""
    qtbot.waitUntil(lambda: here(screen) != key)


def value_box(screen: VerifyScreen) -> QWidget:
    """Where the field at hand is typed or ticked."""
    field = screen.parts.field
    return field.choice if field.chooses else field.value


def enter(screen: VerifyScreen, *, held: bool = False) -> None:
    """Enter in the field at hand."""
    press(value_box(screen), Qt.Key.Key_Return, "\r", held=held)


def stored(desk: Desk, registration: str, key: str) -> VerifyItem:
    """A field as the store has it."""
    return next(item for item in desk.sheet(registration).items if item.key == key)


def settled(desk: Desk, qtbot: QtBot) -> None:
    """Whatever was answered is in the store."""
    qtbot.waitUntil(lambda: desk.jobs.waiting_writes == 0)


# -- the inbox ---------------------------------------------------------------------------------------------------------


def quiet(desk: Desk, screen: InboxScreen, qtbot: QtBot) -> None:
    """Everything that came is taken in, read and shown."""
    qtbot.waitUntil(lambda: not screen.queue.busy and not desk.jobs.is_recognising, timeout=20000)
    shown = intake.inbox(desk.store, desk.actor, open_only=True).sources
    qtbot.waitUntil(lambda: screen.view.sources == shown, timeout=20000)


def select(screen: InboxScreen, number: int, slot: int | None = None) -> None:
    """The card at this place is at hand."""
    assert screen.grid.go_to(screen.model.cards[number].key, slot)

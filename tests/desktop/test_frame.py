"""The frame as a whole: what a window manager sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from records.views import Role
from tests.desktop.conftest import Desk


class Opened(QObject):
    """Every widget that became a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


@pytest.mark.parametrize("role", list(Role))
def test_no_part_of_the_frame_flashes_up_as_a_window(desk: Desk, qtbot: QtBot, qapp: QApplication, role: Role) -> None:
    """A button that is shown before it has a parent is a window of its own until it gets one."""
    seen = Opened()
    qapp.installEventFilter(seen)
    try:
        window = make_window(desk.jobs, replace(desk.opened, actor=replace(desk.actor, role=role)))
    finally:
        qapp.removeEventFilter(seen)
    qtbot.addWidget(window)
    assert seen.windows == []
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_the_frame_waits_for_no_names_to_be_sounded_out(root: Path) -> None:
    """Half a second for a completer that is used when a form is learned: it is made when somebody comes to it."""
    probe = (
        "import sys, desktop.app\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from desktop.ui.forms.names import NameEdit\n"
        "application = QApplication([])\n"
        "edit = NameEdit()\n"
        "print('pypinyin' in sys.modules, edit.completer())\n"
        "edit.setFocus()\n"
        "edit.show()\n"
        "application.processEvents()\n"
        "print('pypinyin' in sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert run.stdout.splitlines() == ["False None", "True"]

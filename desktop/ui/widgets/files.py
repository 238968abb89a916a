"""Files that the window is given by dragging, and those it wrote: opened by whatever the computer opens them with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent


def opens(path: Path) -> Callable[[], object]:
    """The deed of a notice that tells of a file."""
    return lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def dropped(event: QDropEvent) -> list[Path]:
    """The files and folders of this computer that are dragged here, or were dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]

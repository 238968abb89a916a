"""What was written is opened by whatever the computer opens such files with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def opens(path: Path) -> Callable[[], object]:
    """The deed of a notice that tells of a file."""
    return lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

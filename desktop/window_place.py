"""Where the window stood on the screen. It is wanted before anybody has logged in, so it lies beside the store, in the
clear: four numbers and whether it filled the screen, nothing of anybody.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

FILE = "window.place"


def put_back(window: QWidget, data_dir: Path) -> bool:
    """Give the window its place and size again; False where none is kept or it can't be read.

    Qt moves one that stood on a screen that is gone to one that is there.
    """
    with suppress(OSError):
        return window.restoreGeometry(QByteArray.fromBase64((data_dir / FILE).read_bytes()))
    return False


def keep(window: QWidget, data_dir: Path) -> None:
    """Keep place and size. A disk that is full or gone costs no more than that."""
    with suppress(OSError):
        (data_dir / FILE).write_bytes(window.saveGeometry().toBase64().data())

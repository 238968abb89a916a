"""A folder for a store that lasts until the window closes: practising, or ``--temp-data``.

Killed, a program leaves it behind: encrypted, and nobody has the password, but it lies there. The next start sweeps
what is marked as such a folder and whose process is gone: while that lives it holds the folder's lock, which the system
takes back when it dies.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from records.errors import StoreError
from records.folder import LOCK, Lock

PREFIX = "tongdang-"
MARK = "temporary"
MARKED = "童档：关掉窗口就清除的资料\n"


class Scratch:
    """One such folder, made and held. ``store`` is where the store goes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = Lock(self.folder)
        # marked only once it is held: what is marked and not held has lost its process
        (self.folder / MARK).write_text(MARKED, encoding="utf-8")
        self.store = self.folder / "store"

    def forget(self) -> None:
        """Nothing of it stays; the store in it has been closed."""
        self._lock.release()
        _remove(self.folder)


def sweep() -> int:
    """Remove what dead processes of this program left of its own folders; how many there were."""
    swept = 0
    with suppress(OSError):  # whoever can't list the folder has left nothing there
        for folder in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
            swept += _abandoned(folder) and _remove(folder)
    return swept


def _abandoned(folder: Path) -> bool:
    """Is it marked by this program and this user, and held by nobody?"""
    try:
        if folder.is_symlink() or (sys.platform != "win32" and folder.stat().st_uid != os.getuid()):
            return False
        if (folder / MARK).read_text(encoding="utf-8") != MARKED or not (folder / LOCK).is_file():
            return False
        Lock(folder).release()
    except (OSError, UnicodeDecodeError, StoreError):
        return False
    return True


def _remove(folder: Path) -> bool:
    """The mark goes last, so that a removal that is cut short is gone on with."""
    for path in folder.iterdir():
        if path.name in (MARK, LOCK):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()

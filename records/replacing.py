"""A store that doesn't open any more is replaced by one of its backups. Nothing of the old one is deleted.

The backup is unpacked, whole and read to its end, into a folder of its own beside the damaged files. Only then a note
is written, and file by file the old ones go aside and the new ones take their place, the database last. Killed
anywhere before the note, the damaged store is as it was; killed after it, the next opening finishes what was begun.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from records import backup, durable, folder, keys
from records.backup import Summary
from records.errors import StoreExists, cannot_write
from records.ids import CHINA

_KEYS_COPY = keys.copy_of(Path(folder.KEYS)).name
# the database comes last: while it is missing, nobody may think that there is no store
NEW = (folder.VAULT, folder.FAILED_LOGINS, folder.KEYS, folder.DATABASE)
# what belongs to the old database and has no counterpart in a store that was unpacked
OLD = (f"{folder.DATABASE}-wal", f"{folder.DATABASE}-shm", _KEYS_COPY, folder.REKEYED, folder.SNAPSHOT)


def replace(path: Path, data_dir: Path, login: str | None, secret: str, now: datetime) -> tuple[Summary, Path]:
    """Put the store of a backup in the place of the one in ``data_dir``; what was in it, and where the old one lies.

    ``login`` None: ``secret`` is the recovery code. Raises StoreBusy, BackupDamaged, WrongPassword, CannotWrite; the
    old store is as it was then.
    """
    fresh = data_dir / folder.INSTEAD
    if _noted(data_dir):
        raise StoreExists("上一次恢复还差最后一步，请直接登录，程序会把它做完。")
    try:
        if fresh.exists():
            shutil.rmtree(fresh)  # of a try that was killed
        summary = backup.restore(path, fresh, login, secret, now)
        (fresh / folder.LOCK).unlink(missing_ok=True)
        aside = _free_name(data_dir, now)
        lock = folder.Lock(data_dir)
        try:
            durable.write_file(fresh / folder.REPLACING, aside.name.encode(), part=fresh / f"{folder.REPLACING}.part")
            finish(data_dir)
        finally:
            lock.release()
    except OSError as error:
        raise cannot_write(error, data_dir) from error
    finally:
        if fresh.exists() and not _noted(data_dir):
            shutil.rmtree(fresh, ignore_errors=True)
    return summary, aside


def begun(data_dir: Path) -> bool:
    """A store is being replaced: it is there, whatever else is missing."""
    return _noted(data_dir)


def finish(data_dir: Path) -> None:
    """The old files aside, the new ones into their place; again and again, if need be. Whoever calls has the lock."""
    fresh = data_dir / folder.INSTEAD
    aside = data_dir / (fresh / folder.REPLACING).read_text(encoding="utf-8")
    durable.make_folder(aside)
    for name in OLD:
        _move(data_dir / name, aside / name)
    for name in NEW:
        if (fresh / name).exists():
            _move(data_dir / name, aside / name)
            _move(fresh / name, data_dir / name)
    durable.fsync_folder(data_dir)
    durable.fsync_folder(aside)
    shutil.rmtree(fresh)


def _noted(data_dir: Path) -> bool:
    return (data_dir / folder.INSTEAD / folder.REPLACING).exists()


def _move(source: Path, target: Path) -> None:
    if source.exists():
        durable.rename(source, target)


def _free_name(data_dir: Path, now: datetime) -> Path:
    stem = f"{folder.ASIDE}{now.astimezone(CHINA):%Y%m%d-%H%M%S}"
    path, number = data_dir / stem, 1
    while path.exists():
        number += 1
        path = data_dir / f"{stem}-{number}"
    return path

"""Every step after which something is on the disk for good: fsync, rename, remove, commit.

All durable steps of ``records`` and ``workflow`` go through this module, so that a test can list them and kill a
run at each of them. Nobody listens in production: observers exist only inside ``observed``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection
from sqlalchemy.orm import Session


class Step(StrEnum):
    """What happens."""

    FSYNC_FILE = "fsync_file"
    FSYNC_FOLDER = "fsync_folder"
    RENAME = "rename"
    REMOVE = "remove"
    COMMIT = "commit"


class Moment(StrEnum):
    """When an observer is called."""

    BEFORE = "before"
    AFTER = "after"


Observer = Callable[[Step, Moment], None]

_observers: list[Observer] = []


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Call ``observer`` right before and right after every durable step of this process, in the step's thread."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def _tell(step: Step, moment: Moment) -> None:
    for observer in tuple(_observers):
        observer(step, moment)


def fsync_file(descriptor: int) -> None:
    """The file's bytes are on the disk."""
    _tell(Step.FSYNC_FILE, Moment.BEFORE)
    os.fsync(descriptor)
    _tell(Step.FSYNC_FILE, Moment.AFTER)


def fsync_folder(folder: Path) -> None:
    """The folder's entries are on the disk. Windows can't do that for folders; NTFS journals them."""
    _tell(Step.FSYNC_FOLDER, Moment.BEFORE)
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    _tell(Step.FSYNC_FOLDER, Moment.AFTER)


def rename(source: Path, target: Path) -> None:
    """``target`` is ``source``'s file from now on; never half of it."""
    _tell(Step.RENAME, Moment.BEFORE)
    source.replace(target)
    _tell(Step.RENAME, Moment.AFTER)


def remove(path: Path) -> None:
    """The file is gone. It may have been gone already."""
    _tell(Step.REMOVE, Moment.BEFORE)
    path.unlink(missing_ok=True)
    _tell(Step.REMOVE, Moment.AFTER)


def commit(session: Session | Connection) -> None:
    """What was changed in this transaction is on the disk (the database runs with ``synchronous=FULL``)."""
    _tell(Step.COMMIT, Moment.BEFORE)
    session.commit()
    _tell(Step.COMMIT, Moment.AFTER)


def write_file(path: Path, content: bytes, *, part: Path | None = None) -> None:
    """Write ``path`` whole or not at all, readable by its owner only: part file, fsync, rename, fsync of the folder.

    ``part`` is the temporary name (default: ``path`` with ``.part`` behind it), in the same file system.
    Raises OSError; the part file is gone then and ``path`` is what it was.
    """
    part = part or path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            fsync_file(file.fileno())
        rename(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


@contextmanager
def writing(path: Path, *, part: Path) -> Iterator[BinaryIO]:
    """Like ``write_file``, for what is too large for the memory: ``path`` is whole when the block has ended.

    An exception in the block leaves ``path`` as it was and no part file.
    """
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            fsync_file(file.fileno())
        rename(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """A folder for its owner only; its entry is on the disk.

    Of one that is there nobody knows that: a run that was killed may have made it a step before.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fsync_folder(folder.parent)

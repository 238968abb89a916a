"""A file that the user named is written whole or not at all.

The bytes are complete in memory before the disk is touched; they go into a temporary file in the same
folder, are flushed to the disk, and only then take the name. A program killed on the way leaves at most
the temporary file, whose name follows from the target's, so that the next attempt removes it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Called with the name of each point just reached (opened, written, flushed, replaced, folder_flushed):
# tests count these points, and kill the program at each.
observer: Callable[[str], None] | None = None


class FileProblem(Exception):
    """The file could not be written. ``reason`` is an English code, ``str()`` a Chinese sentence with a way out.

    The sentence holds the file's name: it is for the screen, not for a log.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason, sentence)
        self.reason = reason
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on the disk now: hex SHA-256 and size in bytes; rows and their content hash for tables."""

    sha256: str
    size: int
    rows: int = 0
    content_sha256: str = ""


# what a file begins with and holds: its name ends so, or nothing on an office PC opens it by a click
NATURES: tuple[tuple[bytes, bytes, str], ...] = (
    (b"%PDF", b"", ".pdf"),
    (b"PK", b"xl/workbook.xml", ".xlsx"),
    (b"PK", b"word/document.xml", ".docx"),
)


def write_file(path: Path, data: bytes) -> Written:
    """Write ``data`` to ``path`` atomically and durably.

    Raises FileProblem, also for a name that tells of another kind of file (``wrong_name``); then whatever stood
    there still does, except for ``not_confirmed``: the new file stands, but might not outlive a power cut.
    """
    _agree(path, data)
    target = Path(os.path.realpath(path))  # a link stays a link: what it points to is replaced
    _check(target)
    temporary = _temporary(target)
    try:
        _write_flushed(temporary, data)
        temporary.replace(target)
        _reached("replaced")
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _problem(error, target) from error
    try:
        _flush_folder(target.parent)
    except OSError as error:
        raise FileProblem(
            "not_confirmed", f"“{target.name}”已经写出，但磁盘没有确认保存好。先不要拔出 U 盘或关机，请再写一次。"
        ) from error
    return Written(hashlib.sha256(data).hexdigest(), len(data))


def _agree(path: Path, data: bytes) -> None:
    for begins, holds, suffix in NATURES:
        if data.startswith(begins) and holds in data and path.suffix.lower() != suffix:
            raise FileProblem(
                "wrong_name",
                f"要写的是 {suffix} 文件，“{path.name}”的名字不是，没有写出。请把名字改成以 {suffix} 结尾。",
            )


def writable(path: Path) -> None:
    """Find out before long work whether ``path`` can be written. Raises FileProblem, leaves nothing behind."""
    target = Path(os.path.realpath(path))
    _check(target)
    temporary = _temporary(target)
    try:
        temporary.unlink(missing_ok=True)
        _create(temporary).close()
        temporary.unlink()
    except OSError as error:
        raise _problem(error, target) from error


def _temporary(target: Path) -> Path:
    token = hashlib.sha256(target.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return target.with_name(f".{token}.part")


def _check(target: Path) -> None:
    if target.is_dir():
        raise FileProblem("is_a_folder", f"“{target.name}”是一个文件夹，没有写入任何内容。请另起一个文件名。")
    if not target.parent.is_dir():
        raise FileProblem("no_folder", f"文件夹“{target.parent}”不存在，文件没有写出。请先建好文件夹，或换一个位置。")
    # LibreOffice and Excel/WPS each leave such a file beside a document that is open
    beside = (target.with_name(f".~lock.{target.name}#"), target.with_name(f"~${target.name}"))
    if target.exists() and any(lock.exists() for lock in beside):
        raise _open_elsewhere(target)


def _create(temporary: Path) -> BinaryIO:
    # 0o600: the file holds children's data in the clear; who else may read it is for its owner to say
    return os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _write_flushed(temporary: Path, data: bytes) -> None:
    temporary.unlink(missing_ok=True)  # left by a run that was killed
    with _create(temporary) as file:
        _reached("opened")
        file.write(data)
        file.flush()
        _reached("written")
        os.fsync(file.fileno())
        _reached("flushed")


def _flush_folder(folder: Path) -> None:
    """Make the new name durable. Where folders can't be flushed (Windows, some shares), the system sees to it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)
    _reached("folder_flushed")


def _reached(point: str) -> None:
    if observer is not None:
        observer(point)


def _open_elsewhere(target: Path) -> FileProblem:
    return FileProblem(
        "open_elsewhere",
        f"“{target.name}”正在别的程序里打开，没有改动它。请在表格软件里把它关掉再写一次，或换一个文件名。",
    )


_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def _problem(error: OSError, target: Path) -> FileProblem:
    name, folder = target.name, target.parent
    kept = "没有留下半个文件，库中的内容没有变化。"
    if error.errno in _SPACE:
        return FileProblem("disk_full", f"磁盘空间不够，“{name}”没有写出。{kept}请腾出空间，或换一个磁盘再写一次。")
    if getattr(error, "winerror", None) == 32 or (error.errno in _FORBIDDEN and os.name == "nt" and target.exists()):
        return _open_elsewhere(target)
    if error.errno in _FORBIDDEN:
        return FileProblem(
            "read_only", f"文件夹“{folder}”不允许写入，“{name}”没有写出。{kept}请换一个文件夹，或请管理员开通写入权限。"
        )
    if error.errno == errno.ENAMETOOLONG:
        return FileProblem("name_too_long", f"文件名太长，没有写出。{kept}请改一个短些的文件名。")
    return FileProblem(
        "write_failed", f"“{name}”写到一半出错（磁盘或网络中断），没有写成。{kept}请检查磁盘或 U 盘是否接好，再写一次。"
    )

"""The store's folder: the names in it, the lock that keeps a second program out, and where it must not lie."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from records import durable
from records.errors import NetworkDrive, StoreBusy, StoreExists, cannot_write

DATABASE = "store.db"
NEW_DATABASE = "store.db.new"  # while a store is being made
KEYS = "keys.json"
VAULT = "vault"
FAILED_LOGINS = "logins.log"
LOCK = "lock"
SNAPSHOT = "store.db.snapshot"  # while a backup is being made
REKEYED = "store.db.rekeyed"  # while keys are being changed
RESTORING = "restoring"  # the folder in which a backup is unpacked
INSTEAD = "instead"  # the folder with a whole store that is about to take the place of a damaged one
REPLACING = "aside.txt"  # in it: the name of the folder the damaged one goes to; written when all is ready
ASIDE = "搁置-"  # begins the folder into which a damaged store is put, whole

# neither locks nor SQLite's write-ahead log work across machines: https://sqlite.org/wal.html, https://sqlite.org/faq.html#q5
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "davfs", "9p", "drvfs"}
)
NETWORK_FUSE = ("sshfs", "gvfsd", "davfs", "rclone", "smbnetfs", "glusterfs", "s3fs", "curlftpfs", "ceph")
CORE_FILTER = Path("/proc/self/coredump_filter")
WINDOWS_REMOTE_DRIVE = 4  # DRIVE_REMOTE of GetDriveTypeW


class Lock:
    """The lock of one store, held while it is open. The system takes it back when the program dies."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreBusy where another program (or this one) has it, CannotWrite."""
        try:
            self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise cannot_write(error, folder) from error
        try:
            _take(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreBusy(
                "这个资料库正由另一个程序使用，现在没有打开，内容没有改动。请先关掉另一个童档窗口或命令，再打开。"
            ) from error

    def release(self) -> None:
        """Let others in. The file stays: removing it would let two programs lock two files of one name."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import ctypes
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _on_network(folder: Path) -> bool:
        full = str(folder.resolve())
        if full.startswith("\\\\") and not full.startswith("\\\\?\\"):
            return True
        kind: int = ctypes.windll.kernel32.GetDriveTypeW(folder.resolve().anchor)
        return kind == WINDOWS_REMOTE_DRIVE

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _on_network(folder: Path) -> bool:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return False  # no such list on this system (macOS): nothing is known against the folder
        return is_network_file_system(file_system_of(folder.resolve(), mounts))


def refuse_network(folder: Path) -> None:
    """Raises NetworkDrive for a folder on a share of another machine."""
    if _on_network(folder):
        raise NetworkDrive(
            f"资料库不能放在网络共享盘上（{folder}），断网时会损坏，所以没有打开。请放在本机磁盘的文件夹里。"
        )


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system on which ``folder`` (resolved) lies, by a ``/proc/self/mountinfo`` text.

    Line format: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html. "" where no line fits.
    """
    best, found = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = Path(_unescaped(fields[4]))
        # of several mounts on one point the last one is seen
        if len(point.parts) >= best and folder.is_relative_to(point):
            best, found = len(point.parts), right.split(" ")[0]
    return found


def is_network_file_system(kind: str) -> bool:
    """Does a file system of this type lie on another machine (or behind one that pretends)?"""
    if kind.startswith("fuse."):
        return kind.removeprefix("fuse.").startswith(NETWORK_FUSE)
    return kind in NETWORK_FILE_SYSTEMS


def _unescaped(field: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field


def make_private(folder: Path) -> None:
    """Make the store's folder for its owner only. Raises CannotWrite, NetworkDrive."""
    refuse_network(folder if folder.exists() else folder.parent)
    try:
        durable.make_folder(folder)
        if sys.platform != "win32":
            folder.chmod(0o700)
        durable.make_folder(folder / VAULT)
    except OSError as error:
        raise cannot_write(error, folder) from error


def refuse_existing(folder: Path) -> None:
    """Raises where making a store could cost one that is there.

    A key file alone, beside an empty vault, is what a creation that was killed leaves: it opens nothing.
    """
    vault = folder / VAULT
    used = vault.is_dir() and any(vault.iterdir())
    if (folder / DATABASE).exists() or used:
        raise StoreExists(f"文件夹 {folder} 里已经有资料库，没有新建，原来的内容没有改动。请登录，或另选一个文件夹。")


def make_backups_folder(folder: Path) -> None:
    """The folder of backups inside a store's own. Raises CannotWrite."""
    try:
        durable.make_folder(folder)
    except OSError as error:
        raise cannot_write(error, folder) from error


def create_empty(path: Path) -> None:
    """An empty file for its owner only, so that the database (and the log beside it) inherit its permissions."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))


def no_core_dumps() -> None:
    """A crash must not write the process's memory, keys and all, to the disk. Children inherit this.

    The limit stops core files; crash reporters that the kernel pipes a dump to needn't heed it, so that on Linux
    the dump is also told to hold no memory (https://man7.org/linux/man-pages/man5/core.5.html).
    """
    if sys.platform != "win32":
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        with suppress(OSError):  # not in every container; the limit stands
            CORE_FILTER.write_text("0", encoding="ascii")

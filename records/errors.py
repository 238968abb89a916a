"""Known errors of the store. Each is a Chinese sentence: what happened, what is safe, what to do next."""

from __future__ import annotations

import errno
from pathlib import Path


class StoreError(Exception):
    """A known error; ``sentence`` is for the user and holds no child's data."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class WrongPassword(StoreError):
    """No such user, or not the password. One sentence for both, so that names can't be tried."""


class WrongRecoveryCode(StoreError):
    """The recovery code is mistyped or belongs to another store."""


class TooManyAttempts(StoreError):
    """Too many wrong passwords in a short time: whoever it is has to wait."""


class UserDisabled(StoreError):
    """The password is right, but the user may not come in (any more)."""


class StoreBusy(StoreError):
    """Another program has this store open."""


class NotAStore(StoreError):
    """The folder holds no store."""


class StoreExists(StoreError):
    """A store was to be made where one is."""


class NetworkDrive(StoreError):
    """The folder lies on a network share, where neither locks nor the database's log can be trusted."""


class StoreDamaged(StoreError):
    """Database or key file are damaged, or don't belong together."""


class KeysMissing(StoreDamaged):
    """The database is there, the key file is not."""


class StoreTooNew(StoreError):
    """A newer version of the program has changed the store."""


class NotABackup(StoreError):
    """The file is no backup of this program."""


class BackupDamaged(StoreError):
    """The backup is cut off or was changed: it is refused whole."""


class PackageRefused(StoreError):
    """A handover package or office card is refused whole: damaged, changed, foreign, replayed or out of order."""


class FileDamaged(StoreError):
    """A file in the vault is missing or was changed. ``vault_id`` names it."""

    def __init__(self, sentence: str, vault_id: str) -> None:
        super().__init__(sentence)
        self.vault_id = vault_id


class CannotWrite(StoreError):
    """The disk is full, read-only or failing. What was committed before is safe."""


def cannot_write(error: OSError, folder: Path) -> CannotWrite:
    """The sentence for a write that the operating system refused."""
    safe = "此前保存的内容都在，这一步没有保存。"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotWrite(f"磁盘满了。{safe}请在 {folder} 所在的磁盘上腾出空间，再做一次。")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return CannotWrite(f"资料库文件夹 {folder} 不能写入。{safe}请检查文件夹的权限或磁盘是否只读。")
    return CannotWrite(f"写入资料库文件夹 {folder} 时磁盘出错。{safe}请尽快把资料库备份到另一块磁盘。")

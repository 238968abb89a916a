"""The file of a backup: a clear header that says who can open it, and one encrypted stream.

``TDBACKUP1\\n``, the header's length (4 bytes), the header (JSON), its SHA-256, then the stream in pieces of 1 MiB,
the header's hash bound to each (``records.sealed_stream``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from records import keys
from records.columns import canonical_json
from records.errors import BackupDamaged, NotABackup, StoreTooNew, WrongPassword
from records.keys import Owner
from records.sealed_stream import LARGEST_HEAD, LENGTH

MAGIC = b"TDBACKUP1\n"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What can be read without a key. ``audit_seq`` and ``audit_head``: the audit's end in the backup."""

    store_id: str
    made_at: datetime
    audit_seq: int
    audit_head: str
    prefix: bytes
    owners: tuple[tuple[Owner, bytes], ...] = field(repr=False)  # each with the backup's key, sealed

    def owner(self, login: str | None) -> tuple[Owner, bytes] | None:
        """Of this login name; of the recovery code for None."""
        wanted = None if login is None else keys.login_norm(login)
        for owner, sealed in self.owners:
            recovery = owner.id == keys.RECOVERY
            if recovery if wanted is None else not recovery and keys.login_norm(owner.login) == wanted:
                return owner, sealed
        return None


def damaged() -> BackupDamaged:
    """One sentence for everything that is wrong with a backup's bytes."""
    return BackupDamaged("这份备份不完整或被改动过，整份不能用，没有恢复任何内容。请换另一份备份。")


# -- header -----------------------------------------------------------------------------------------------------------


def header_bytes(header: Header) -> bytes:
    """The header as it stands in the file."""
    content = {
        "format": FORMAT,
        "store_id": header.store_id,
        "made_at": header.made_at.isoformat(),
        "audit_seq": header.audit_seq,
        "audit_head": header.audit_head,
        "prefix": header.prefix.hex(),
        "owners": [{"owner": keys.owner_json(owner), "key": sealed.hex()} for owner, sealed in header.owners],
    }
    raw = canonical_json(content).encode()
    return MAGIC + LENGTH.pack(len(raw)) + raw + hashlib.sha256(raw).digest()


def read_header(file: BinaryIO) -> tuple[Header, bytes]:
    """The header and its hash. Raises NotABackup, BackupDamaged, StoreTooNew."""
    if file.read(len(MAGIC)) != MAGIC:
        raise NotABackup("这不是童档的备份文件，没有恢复任何内容。请选择以 .tdbackup 结尾的文件。")
    length = file.read(LENGTH.size)
    size = LENGTH.unpack(length)[0] if len(length) == LENGTH.size else LARGEST_HEAD
    raw = file.read(min(size, LARGEST_HEAD))
    digest = hashlib.sha256(raw).digest()
    if file.read(len(digest)) != digest:
        raise damaged()
    try:
        content: dict[str, Any] = json.loads(raw)
        if content["format"] > FORMAT:
            raise StoreTooNew("这份备份是更新版本的程序做的，本程序没有打开它。请安装新版本。")
        owners = tuple((keys.owner_from_json(o["owner"]), bytes.fromhex(o["key"])) for o in content["owners"])
        header = Header(
            str(content["store_id"]),
            datetime.fromisoformat(content["made_at"]),
            int(content["audit_seq"]),
            str(content["audit_head"]),
            bytes.fromhex(content["prefix"]),
            owners,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged() from error
    return header, digest


def seal_for(owners: Sequence[Owner], store_id: str, key: bytes) -> tuple[tuple[Owner, bytes], ...]:
    """The backup's key sealed to every owner's public half."""
    return tuple((owner, keys.seal(owner.public, key, _context(store_id, owner))) for owner in owners)


def open_key(header: Header, login: str | None, secret: str) -> bytes:
    """The backup's key, by a user's password or, with ``login`` None, by the recovery code. Raises WrongPassword."""
    found = header.owner(login)
    if found is None:
        raise wrong_secret()
    owner, sealed = found
    try:
        private = keys.open_private(header.store_id, owner, secret)
    except WrongPassword:
        raise wrong_secret() from None
    return keys.open_sealed(private, sealed, _context(header.store_id, owner))


def wrong_secret() -> WrongPassword:
    """For unknown names, wrong passwords and wrong recovery codes."""
    return WrongPassword(
        "用户名、密码或恢复码不对，备份没有打开。要用做备份那一天的密码或恢复码；后来改过密码的，请用当时的。"
    )


def _context(store_id: str, owner: Owner) -> bytes:
    return f"backup\x00{store_id}\x00{owner.id}".encode()

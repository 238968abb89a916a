"""The vault: one encrypted file per delivered source and viewing copy, under a random id.

Each file has a random key of its own, which only its row in the database knows; the id is authenticated with the
content, so that files can't be swapped. File: ``TDV1``, a 12-byte nonce, AES-256-GCM of the content with its tag.
A put that is not followed by a commit leaves a file whose key is nowhere: noise, swept away at the next start.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records import durable
from records.errors import FileDamaged, cannot_write

MAGIC = b"TDV1"
NONCE_BYTES = 12
TAG_BYTES = 16
ID_PATTERN = re.compile(r"[0-9a-f]{32}")
PART_SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class VaultRef:
    """Where a file is and what opens it. ``key`` belongs into the row and nowhere else."""

    id: str
    key: bytes = field(repr=False)


class Vault:
    """Files under ``folder``, in sub-folders named by the first two characters of their ids."""

    def __init__(self, folder: Path, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self.folder = folder
        self._randomness = randomness
        self._held = 0  # backups that are being made
        self._waiting: set[str] = set()
        self._turn = threading.Lock()
        self._made: set[Path] = set()  # folders whose entries are on the disk, as far as this process knows

    def put(self, content: bytes) -> VaultRef:
        """Encrypt and keep. On return the file is on the disk for good. Raises CannotWrite."""
        ref = VaultRef(self._randomness(16).hex(), self._randomness(32))
        nonce = self._randomness(NONCE_BYTES)
        sealed = MAGIC + nonce + AESGCM(ref.key).encrypt(nonce, content, _context(ref.id))
        path = self.path(ref.id)
        try:
            self._make(path.parent)
            durable.write_file(path, sealed, part=path.with_suffix(PART_SUFFIX))
        except OSError as error:
            raise cannot_write(error, self.folder) from error
        return ref

    def adopt(self, vault_id: str, sealed: Iterable[bytes]) -> None:
        """Keep a file as another store's vault sealed it, under the id it has there. Raises CannotWrite."""
        path = self.path(vault_id)
        try:
            self._make(path.parent)
            with durable.writing(path, part=path.with_suffix(PART_SUFFIX)) as file:
                for piece in sealed:
                    file.write(piece)
        except OSError as error:
            raise cannot_write(error, self.folder) from error

    def _make(self, folder: Path) -> None:
        """Once for each of the 256 folders: how many steps a run takes depends on chance, by two an equal beginning."""
        if folder not in self._made:
            durable.make_folder(folder)
            self._made.add(folder)

    def get(self, ref: VaultRef) -> bytes:
        """The content as it was put. Raises FileDamaged for a file that is missing or was changed."""
        try:
            sealed = self.path(ref.id).read_bytes()
        except OSError as error:
            raise FileDamaged(
                f"资料库里的一份图像文件（{ref.id[:8]}）读不出来，登记的内容不受影响。请从备份恢复，或重新扫描这一页。",
                ref.id,
            ) from error
        body = len(MAGIC) + NONCE_BYTES
        if sealed[: len(MAGIC)] == MAGIC and len(sealed) >= body + TAG_BYTES:
            try:
                return AESGCM(ref.key).decrypt(sealed[len(MAGIC) : body], sealed[body:], _context(ref.id))
            except InvalidTag:
                pass  # the one sentence below is for every way of being damaged
        raise FileDamaged(
            f"资料库里的一份图像文件（{ref.id[:8]}）已损坏，登记的内容不受影响。请从备份恢复，或重新扫描这一页。",
            ref.id,
        )

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Meanwhile no file goes away; what is deleted waits (after a crash the sweep does it)."""
        with self._turn:
            self._held += 1
        try:
            yield
        finally:
            with self._turn:
                self._held -= 1
                waiting = set() if self._held else self._waiting
                self._waiting = self._waiting - waiting
            for vault_id in sorted(waiting):
                self.delete(vault_id)

    def delete(self, vault_id: str) -> None:
        """Remove a file that no row names any more. Raises CannotWrite."""
        with self._turn:
            if self._held:
                self._waiting.add(vault_id)
                return
        try:
            durable.remove(self.path(vault_id))
        except OSError as error:
            raise cannot_write(error, self.folder) from error

    def exists(self, vault_id: str) -> bool:
        """Is there a file of this id (whole or damaged)?"""
        return self.path(vault_id).is_file()

    def size(self, vault_id: str) -> int:
        """Bytes on the disk; 0 for a file that isn't there."""
        path = self.path(vault_id)
        return path.stat().st_size if path.is_file() else 0

    def ids(self) -> Iterator[str]:
        """The ids of all files that are there."""
        for path in self._files():
            if ID_PATTERN.fullmatch(path.name) and path.parent.name == path.name[:2]:
                yield path.name

    def strays(self, known: Collection[str]) -> tuple[Path, ...]:
        """Files that no row names: what a crash left between put and commit, part files, foreign files."""
        return tuple(path for path in self._files() if path.name not in known or path.parent.name != path.name[:2])

    def sweep(self, known: Collection[str]) -> int:
        """Remove what a crash left behind (own unnamed files and part files); foreign files stay. How many went."""
        own = [p for p in self.strays(known) if ID_PATTERN.fullmatch(p.stem) and p.suffix in ("", PART_SUFFIX)]
        try:
            for path in own:
                durable.remove(path)
        except OSError as error:
            raise cannot_write(error, self.folder) from error
        return len(own)

    def path(self, vault_id: str) -> Path:
        """Where the file of this id lies. Raises ValueError for something that is no id."""
        if not ID_PATTERN.fullmatch(vault_id):
            raise ValueError("not a vault id")
        return self.folder / vault_id[:2] / vault_id

    def _files(self) -> Iterator[Path]:
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            yield from sorted(folder.iterdir()) if folder.is_dir() else (folder,)


def _context(vault_id: str) -> bytes:
    return b"tongdang vault 1\x00" + vault_id.encode("ascii")

"""One encrypted stream in pieces, for backups and handover packages: written and read without holding it whole.

Pieces of 1 MiB, each AES-256-GCM with its place and whether it is the last one in its nonce (STREAM: Hoang,
Reyhanitabar, Rogaway, Vizár 2015, https://eprint.iacr.org/2015/189), the header's hash as associated data. So a piece
that was cut off, swapped, changed or added is seen, and neither writing nor reading holds more than a piece.

In the stream stand entries, each a length, a JSON head (name, size) and its bytes. Names are words of the format,
never paths.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.columns import canonical_json
from records.errors import StoreError

PIECE = 1 << 20
TAG = 16
PREFIX = 7
LARGEST_HEAD = 1 << 20
LENGTH = struct.Struct(">I")

Refusal = Callable[[], StoreError]


class Sink(Protocol):
    """What a stream is written to."""

    def write(self, data: bytes, /) -> object: ...


class SealedWriter:
    """Encrypts what is written, piece by piece. ``finish`` writes the last one."""

    def __init__(self, file: Sink, key: bytes, prefix: bytes, about: bytes) -> None:
        self._file, self._cipher, self._prefix, self._about = file, AESGCM(key), prefix, about
        self._buffer = bytearray()
        self._count = 0

    def entry(self, name: str, size: int) -> None:
        """Begin an entry; ``size`` bytes follow by ``write``."""
        head = canonical_json({"name": name, "size": size}).encode()
        self.write(LENGTH.pack(len(head)) + head)

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) > PIECE:  # a full last piece waits for ``finish``
            self._emit(bytes(self._buffer[:PIECE]), last=False)
            del self._buffer[:PIECE]

    def finish(self) -> None:
        self._emit(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _emit(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._count, last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._about))
        self._count += 1


class SealedReader:
    """Decrypts piece by piece. Raises what ``damaged`` gives at the first one that isn't what was written."""

    def __init__(self, file: BinaryIO, key: bytes, prefix: bytes, about: bytes, damaged: Refusal) -> None:
        self._file, self._cipher, self._prefix, self._about = file, AESGCM(key), prefix, about
        self._damaged = damaged
        self._next = file.read(PIECE + TAG)
        self._buffer = b""
        self._count = 0
        self._ended = False

    def entry(self) -> tuple[str, int]:
        """The next entry's name and size."""
        (length,) = LENGTH.unpack(self.read(LENGTH.size))
        if length > LARGEST_HEAD:
            raise self._damaged()
        try:
            head = json.loads(self.read(length))
            name, size = str(head["name"]), int(head["size"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._damaged() from error
        if size < 0:
            raise self._damaged()
        return name, size

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes in pieces."""
        while size > 0:
            if not self._buffer:
                self._fill()
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(piece)
            yield piece

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes; for what is small."""
        return b"".join(self.pieces(size))

    def end(self) -> None:
        """Nothing may follow."""
        if not self._ended:
            self._fill()
        if self._buffer or not self._ended:
            raise self._damaged()

    def _fill(self) -> None:
        if self._ended:
            raise self._damaged()
        sealed, self._next = self._next, self._file.read(PIECE + TAG)
        self._ended = not self._next
        try:
            self._buffer = self._cipher.decrypt(_nonce(self._prefix, self._count, self._ended), sealed, self._about)
        except (InvalidTag, ValueError) as error:
            raise self._damaged() from error
        self._count += 1


def _nonce(prefix: bytes, count: int, last: bool) -> bytes:
    return prefix + LENGTH.pack(count) + bytes([last])

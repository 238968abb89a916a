"""The files between offices: an office card (who we are, our public keys) and a handover package.

A card is JSON with an Ed25519 signature (RFC 8032) over its canonical spelling. Whoever gets one compares the
fingerprint by telephone; afterwards the signing key is pinned.

A package: ``TDHANDOVER1\\n``, the header's length (4 bytes), the header (JSON), its SHA-256, an Ed25519 signature (64
bytes) over that hash and the SHA-256 of everything behind it, then the stream (``records.sealed_stream``). Its key is
sealed (HPKE, RFC 9180) to the receiver's exchange key and bound to sender, receiver and number. The signature is
checked over the whole file before a byte of the stream is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from records import keys
from records.columns import canonical_json
from records.errors import PackageRefused, StoreDamaged, StoreTooNew
from records.sealed_stream import LARGEST_HEAD, LENGTH, PIECE

CARD_SUFFIX, SUFFIX = ".tdcard", ".tdhandover"
MAGIC = b"TDHANDOVER1\n"
CARD_MAGIC = "TDCARD1"
FORMAT = 1
SIGNATURE = 64
KEY = 32
LARGEST_CARD = 16 << 10
NOTHING_DONE = "资料库没有变化。"


# -- cards ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """An office's public keys. ``sensitive_public`` only where a named person lets extra-sensitive values come."""

    store_id: str
    office: str
    division: str
    signing_public: bytes
    exchange_public: bytes
    sensitive_public: bytes | None
    made_at: datetime


def new_exchange_pair(randomness: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """An X25519 pair, private half first."""
    private = X25519PrivateKey.from_private_bytes(randomness(KEY))
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def fingerprint(store_id: str, signing_public: bytes) -> str:
    """Eight groups of five figures, to be read out on the telephone (about 132 bits)."""
    digest = hashlib.sha256(b"tongdang card 1\x00" + store_id.encode() + b"\x00" + signing_public).digest()
    number = int.from_bytes(digest, "big") % 10**40
    figures = f"{number:040d}"
    return " ".join(figures[at : at + 5] for at in range(0, 40, 5))


def card_bytes(card: Card, signing_private: bytes) -> bytes:
    """The card as a file."""
    content = {
        "magic": CARD_MAGIC,
        "format": FORMAT,
        "store_id": card.store_id,
        "office": card.office,
        "division": card.division,
        "signing": card.signing_public.hex(),
        "exchange": card.exchange_public.hex(),
        "sensitive": None if card.sensitive_public is None else card.sensitive_public.hex(),
        "made_at": card.made_at.isoformat(),
    }
    signature = Ed25519PrivateKey.from_private_bytes(signing_private).sign(canonical_json(content).encode())
    return canonical_json({**content, "signature": signature.hex()}).encode()


def read_card(raw: bytes) -> Card:
    """Raises PackageRefused for what is no whole card, StoreTooNew."""
    refused = PackageRefused(f"这不是完整的单位名片（{CARD_SUFFIX}），没有接受，{NOTHING_DONE}请对方重新做一张。")
    if len(raw) > LARGEST_CARD:
        raise refused
    try:
        content: dict[str, Any] = json.loads(raw)
        signature = bytes.fromhex(content.pop("signature"))
        if content["magic"] != CARD_MAGIC:
            raise refused
        if content["format"] > FORMAT:
            raise StoreTooNew(f"这张名片是更新版本的程序做的，没有接受，{NOTHING_DONE}请安装新版本。")
        sensitive = content["sensitive"]
        card = Card(
            _short(content["store_id"], keys_length=36),
            _short(content["office"], keys_length=200),
            _short(content["division"], keys_length=12),
            _key(content["signing"]),
            _key(content["exchange"]),
            None if sensitive is None else _key(sensitive),
            _moment(content["made_at"]),
        )
        Ed25519PublicKey.from_public_bytes(card.signing_public).verify(signature, canonical_json(content).encode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidSignature) as error:
        raise refused from error
    return card


def _short(value: object, *, keys_length: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= keys_length or not value.isprintable():
        raise ValueError("not a short text")
    return value


def _key(value: str) -> bytes:
    found = bytes.fromhex(value)
    if len(found) != KEY:
        raise ValueError("not a key")
    return found


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found


# -- packages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Header:
    """What can be read without a key: nothing about children."""

    sender: str
    receiver: str
    number: int
    follows: int
    made_at: datetime
    prefix: bytes
    key: bytes = field(repr=False)  # sealed


def damaged() -> PackageRefused:
    """One sentence for everything that is wrong with a package's bytes."""
    return PackageRefused(f"这个交接包不完整或被改动过，整包没有接收，{NOTHING_DONE}请对方重新拷贝，或重新做一份。")


def seal_key(header: Header, exchange_public: bytes, key: bytes) -> Header:
    """The header with the stream's key for this receiver."""
    return replace(header, key=keys.seal(exchange_public, key, _context(header)))


def open_key(header: Header, exchange_private: bytes) -> bytes:
    """The stream's key. Raises PackageRefused for a package sealed to somebody else."""
    try:
        return keys.open_sealed(exchange_private, header.key, _context(header))
    except (StoreDamaged, ValueError) as error:
        raise PackageRefused(
            f"这个交接包不是封给本单位现在这把钥匙的，没有接收，{NOTHING_DONE}请把本单位的新名片交给对方，再做一份。"
        ) from error


def _context(header: Header) -> bytes:
    bound = [header.sender, header.receiver, header.number, header.follows]
    return b"handover\x00" + canonical_json(bound).encode()


def header_bytes(header: Header) -> bytes:
    """The header as it stands in the file, without the signature; its last 32 bytes are its hash."""
    content = {
        "format": FORMAT,
        "sender": header.sender,
        "receiver": header.receiver,
        "number": header.number,
        "follows": header.follows,
        "made_at": header.made_at.isoformat(),
        "prefix": header.prefix.hex(),
        "key": header.key.hex(),
    }
    raw = canonical_json(content).encode()
    return MAGIC + LENGTH.pack(len(raw)) + raw + hashlib.sha256(raw).digest()


def read_header(file: BinaryIO) -> tuple[Header, bytes, bytes]:
    """The header, its hash and the signature; the file stands at the stream. Raises PackageRefused, StoreTooNew."""
    if file.read(len(MAGIC)) != MAGIC:
        raise PackageRefused(f"这不是童档的交接包，没有接收，{NOTHING_DONE}请选择以 {SUFFIX} 结尾的文件。")
    length = file.read(LENGTH.size)
    size = LENGTH.unpack(length)[0] if len(length) == LENGTH.size else LARGEST_HEAD
    raw = file.read(min(size, LARGEST_HEAD))
    digest = hashlib.sha256(raw).digest()
    if file.read(len(digest)) != digest:
        raise damaged()
    signature = file.read(SIGNATURE)
    try:
        content: dict[str, Any] = json.loads(raw)
        if content["format"] > FORMAT:
            raise StoreTooNew(f"这个交接包是更新版本的程序做的，没有接收，{NOTHING_DONE}请安装新版本。")
        header = Header(
            _short(content["sender"], keys_length=36),
            _short(content["receiver"], keys_length=36),
            int(content["number"]),
            int(content["follows"]),
            _moment(content["made_at"]),
            bytes.fromhex(content["prefix"]),
            bytes.fromhex(content["key"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged() from error
    return header, digest, signature


class Signed:
    """A file that is written to, and hashed for the signature while that is done."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        raw = header_bytes(header)
        self.digest = raw[-32:]
        self._file, self._hash = file, hashlib.sha256()
        file.write(raw)
        self._at = file.tell()
        file.write(bytes(SIGNATURE))

    def write(self, data: bytes, /) -> None:
        self._hash.update(data)
        self._file.write(data)

    def sign(self, signing_private: bytes) -> str:
        """Put the signature in its place; returns the hash of what was signed."""
        told = _told(self.digest, self._hash.digest())
        self._file.seek(self._at)
        self._file.write(Ed25519PrivateKey.from_private_bytes(signing_private).sign(told))
        self._file.seek(0, os.SEEK_END)
        return hashlib.sha256(told).hexdigest()


def verify(file: BinaryIO, digest: bytes, signature: bytes, signing_public: bytes) -> str:
    """Read the stream to its end and check the signature; the file stands at the stream again.

    Returns the hash of what was signed. Raises PackageRefused.
    """
    start, behind = file.tell(), hashlib.sha256()
    while piece := file.read(PIECE):
        behind.update(piece)
    file.seek(start)
    told = _told(digest, behind.digest())
    try:
        Ed25519PublicKey.from_public_bytes(signing_public).verify(signature, told)
    except InvalidSignature as error:
        raise damaged() from error
    return hashlib.sha256(told).hexdigest()


def _told(header: bytes, stream: bytes) -> bytes:
    return b"tongdang handover 1\x00" + header + stream

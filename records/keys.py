"""Who can open the store: ``keys.json``.

One random database key and one random hash key per store, and an X25519 pair for what is extra-sensitive. Every
user, and the recovery code, owns an X25519 pair; its private half is wrapped by a key derived from the password
(Argon2id, RFC 9106; AES-256-GCM), and the store's keys are sealed to its public half (HPKE, RFC 9180). So a key can
be changed and a user removed without knowing anybody's password. Everybody can seal to the sensitive pair's public
half; only those to whom its private half was sealed can open.

The file holds no child's data: names by which staff log in, public halves, and wrapped keys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from records import durable
from records.columns import canonical_json
from records.errors import StoreDamaged, StoreTooNew, WrongPassword

FORMAT = 1
KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
RECOVERY = "recovery"

Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Kdf:
    """Argon2id's parameters. They stand with each owner and are authenticated with the wrapping."""

    memory_kib: int
    iterations: int
    lanes: int

    def derive(self, secret: str, salt: bytes) -> bytes:
        """A 32-byte key. The secret counts in Unicode's NFC, so that input methods make no difference."""
        argon = Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        )
        return argon.derive(unicodedata.normalize("NFC", secret).encode())


# RFC 9106 section 4, second recommended option: for machines that can't give 2 GiB to a login
PRODUCTION = Kdf(memory_kib=64 * 1024, iterations=3, lanes=4)


class KeyName(StrEnum):
    """A key of the store, as it is sealed to owners."""

    DATABASE = "database"
    HASHING = "hashing"
    SENSITIVE = "sensitive"
    # while keys are being changed (``records.rotation``): those that come after
    NEXT_DATABASE = "next_database"
    NEXT_SENSITIVE = "next_sensitive"


FOLLOWING = {KeyName.DATABASE: KeyName.NEXT_DATABASE, KeyName.SENSITIVE: KeyName.NEXT_SENSITIVE}


@dataclass(frozen=True, slots=True)
class StoreKeys:
    """The opened keys. ``sensitive`` is None for whoever may only seal."""

    database: bytes = field(repr=False)
    hashing: bytes = field(repr=False)
    sensitive_public: bytes = field(repr=False)
    sensitive: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who can open the store: a user (``id`` is the user's) or the recovery code (``id`` RECOVERY)."""

    id: str
    login: str
    kdf: Kdf
    salt: bytes
    public: bytes
    wrapped: bytes = field(repr=False)  # nonce and AES-256-GCM of the private half
    sealed: Mapping[KeyName, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The content of the key file."""

    store_id: str
    sensitive_public: bytes
    owners: tuple[Owner, ...]
    next_public: bytes | None = None  # of the sensitive pair that comes, while keys are being changed

    def by_login(self, login: str) -> Owner | None:
        """The user of this login name (compared in NFKC, without regard to case)."""
        wanted = login_norm(login)
        return next((o for o in self.owners if o.id != RECOVERY and login_norm(o.login) == wanted), None)

    def by_id(self, owner_id: str) -> Owner | None:
        return next((o for o in self.owners if o.id == owner_id), None)


def login_norm(login: str) -> str:
    """One spelling of a login name."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def new_keys(randomness: Randomness = os.urandom) -> StoreKeys:
    """Fresh keys of a new store."""
    private = X25519PrivateKey.from_private_bytes(randomness(KEY_BYTES))
    return StoreKeys(
        database=randomness(KEY_BYTES),
        hashing=randomness(KEY_BYTES),
        sensitive_public=private.public_key().public_bytes_raw(),
        sensitive=private.private_bytes_raw(),
    )


def new_owner(
    store_id: str,
    owner_id: str,
    login: str,
    secret: str,
    keys: StoreKeys,
    *,
    kdf: Kdf,
    sensitive: bool,
    randomness: Randomness = os.urandom,
) -> Owner:
    """An owner with a fresh pair to which the store's keys are sealed; the sensitive one only if asked for."""
    private = X25519PrivateKey.from_private_bytes(randomness(KEY_BYTES))
    public = private.public_key().public_bytes_raw()
    salt, nonce = randomness(SALT_BYTES), randomness(NONCE_BYTES)
    wrapped = nonce + AESGCM(kdf.derive(secret, salt)).encrypt(
        nonce, private.private_bytes_raw(), _wrapping_context(store_id, owner_id, public, kdf)
    )
    shared = {KeyName.DATABASE: keys.database, KeyName.HASHING: keys.hashing}
    if sensitive and keys.sensitive is not None:
        shared[KeyName.SENSITIVE] = keys.sensitive
    sealed = {name: _sealed_to(store_id, public, name, key) for name, key in shared.items()}
    return Owner(owner_id, login, kdf, salt, public, wrapped, sealed)


def with_sensitive(store_id: str, owner: Owner, sensitive: bytes | None) -> Owner:
    """The owner with the sensitive key sealed to the public half, or, with None, without it. Nobody's password counts.

    Taking it away closes what is sealed to a new pair from then on; see ``records.rotation``.
    """
    sealed: dict[KeyName, bytes] = dict(owner.sealed)
    sealed.pop(KeyName.SENSITIVE, None)
    if sensitive is not None:
        sealed[KeyName.SENSITIVE] = _sealed_to(store_id, owner.public, KeyName.SENSITIVE, sensitive)
    return replace(owner, sealed=sealed)


def with_following(store_id: str, owner: Owner, fresh: StoreKeys, *, sensitive: bool) -> Owner:
    """The owner with the keys that come sealed beside those that are."""
    sealed = dict(owner.sealed)
    sealed[KeyName.NEXT_DATABASE] = _sealed_to(store_id, owner.public, KeyName.DATABASE, fresh.database)
    if sensitive and fresh.sensitive is not None:
        sealed[KeyName.NEXT_SENSITIVE] = _sealed_to(store_id, owner.public, KeyName.SENSITIVE, fresh.sensitive)
    return replace(owner, sealed=sealed)


def _sealed_to(store_id: str, public: bytes, name: KeyName, key: bytes) -> bytes:
    return SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), info=_sealing_context(store_id, name))


def open_private(store_id: str, owner: Owner, secret: str) -> bytes:
    """The owner's private half. Raises WrongPassword."""
    context = _wrapping_context(store_id, owner.id, owner.public, owner.kdf)
    nonce, wrapped = owner.wrapped[:NONCE_BYTES], owner.wrapped[NONCE_BYTES:]
    try:
        return AESGCM(owner.kdf.derive(secret, owner.salt)).decrypt(nonce, wrapped, context)
    except InvalidTag:
        raise wrong_password() from None


def unlock(ring: KeyRing, owner: Owner, secret: str) -> StoreKeys:
    """The store's keys. Raises WrongPassword; StoreDamaged where the password is right but the rest is not."""
    private = X25519PrivateKey.from_private_bytes(open_private(ring.store_id, owner, secret))
    try:
        opened = {
            name: SUITE.decrypt(sealed, private, info=_sealing_context(ring.store_id, name))
            for name, sealed in owner.sealed.items()
            if name not in FOLLOWING.values()
        }
        return StoreKeys(
            opened[KeyName.DATABASE],
            opened[KeyName.HASHING],
            ring.sensitive_public,
            opened.get(KeyName.SENSITIVE),
        )
    except (InvalidTag, KeyError) as error:
        raise damaged_keys() from error


def wrong_password() -> WrongPassword:
    """One sentence for an unknown name and for a wrong password."""
    return WrongPassword(
        "用户名或密码不对，资料库没有打开。请再试一次；忘记密码时，请管理员重设，或用锁存的恢复码打开。"
    )


def damaged_keys() -> StoreDamaged:
    return StoreDamaged("密钥文件 keys.json 已损坏，资料库没有打开，里面的内容没有改动。请从备份恢复这个文件。")


def seal(public: bytes, content: bytes, context: bytes) -> bytes:
    """Seal to an X25519 public half (HPKE); ``context`` has to be the same when it is opened."""
    return SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), info=b"tongdang seal 1\x00" + context)


def open_sealed(private: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed. Raises StoreDamaged for something changed or sealed elsewhere."""
    try:
        return SUITE.decrypt(
            sealed, X25519PrivateKey.from_private_bytes(private), info=b"tongdang seal 1\x00" + context
        )
    except (InvalidTag, ValueError) as error:
        raise damaged_seal() from error


class Envelopes:
    """Seals many values to one public half: the costly step, HPKE, once for all that one program seals.

    A value: ``E1``, the HPKE-sealed random key (80 bytes), a nonce, AES-256-GCM with the place as associated data.
    Whoever opens keeps the keys that were opened; what is in the database is opened thousands at a time.
    """

    MARK = b"E1"
    SEALED_KEY = 80  # 32 encapsulated, 32 key, 16 tag

    def __init__(self, public: bytes, private: bytes | None, randomness: Randomness = os.urandom) -> None:
        self._public, self._private, self._randomness = public, private, randomness
        self._own: tuple[bytes, AESGCM] | None = None
        self._opened: dict[bytes, AESGCM] = {}

    def seal(self, content: bytes, place: bytes) -> bytes:
        if self._own is None:
            key = self._randomness(KEY_BYTES)
            self._own = (seal(self._public, key, b"envelope"), AESGCM(key))
        sealed_key, cipher = self._own
        nonce = self._randomness(NONCE_BYTES)
        return self.MARK + sealed_key + nonce + cipher.encrypt(nonce, content, b"tongdang envelope 1\x00" + place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Raises StoreDamaged; not for somebody without the private half."""
        assert self._private is not None  # the caller has looked
        start = len(self.MARK) + self.SEALED_KEY
        sealed_key, nonce, body = sealed[2:start], sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        if sealed[:2] != self.MARK:
            raise damaged_seal()
        cipher = self._opened.get(sealed_key)
        if cipher is None:
            cipher = self._opened[sealed_key] = AESGCM(open_sealed(self._private, sealed_key, b"envelope"))
        try:
            return cipher.decrypt(nonce, body, b"tongdang envelope 1\x00" + place)
        except (InvalidTag, ValueError) as error:
            raise damaged_seal() from error


def damaged_seal() -> StoreDamaged:
    """Something sealed was changed, or sealed for another place or store."""
    return StoreDamaged("一项加封的内容已损坏，其他内容不受影响。请从备份恢复，或重新录入这一项。")


def with_owner(ring: KeyRing, owner: Owner) -> KeyRing:
    """The ring with this owner added, or put in place of the one with the same id."""
    others = tuple(o for o in ring.owners if o.id != owner.id)
    return replace(ring, owners=(*others, owner))


def without_owner(ring: KeyRing, owner_id: str) -> KeyRing:
    """The ring without this owner."""
    return replace(ring, owners=tuple(o for o in ring.owners if o.id != owner_id))


def copy_of(path: Path) -> Path:
    """The key file's copy, which lies beside it: a single damaged sector must not lock an office out."""
    return path.with_name(f"{path.name}.copy")


def write_ring(path: Path, ring: KeyRing) -> None:
    """Write the key file, then its copy, each whole or not at all. Raises OSError."""
    raw = ring_bytes(ring)
    for each in (path, copy_of(path)):
        durable.write_file(each, raw)


def mend(path: Path, ring: KeyRing) -> None:
    """Key file and copy both hold ``ring``; the one that doesn't is written. Raises OSError."""
    raw = ring_bytes(ring)
    for each in (path, copy_of(path)):
        if not each.is_file() or each.read_bytes() != raw:
            durable.write_file(each, raw)


def ring_bytes(ring: KeyRing) -> bytes:
    """The key file's content."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "store_id": ring.store_id,
        "sensitive_public": _text(ring.sensitive_public),
        "owners": [owner_json(owner) for owner in ring.owners],
    }
    if ring.next_public is not None:
        content["next_public"] = _text(ring.next_public)
    content["checksum"] = checksum(content)
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def read_ring(path: Path) -> KeyRing:
    """Read the key file, or its copy where the file is damaged or gone.

    Raises StoreDamaged where neither is whole, StoreTooNew, OSError where neither can be read.
    """
    try:
        return parse_ring(path.read_bytes())
    except (StoreDamaged, OSError):
        copy = whole(copy_of(path))
        if copy is None:
            raise
        return copy


def whole(path: Path) -> KeyRing | None:
    """What one of the two files holds, None where that is nothing that can be used."""
    try:
        return parse_ring(path.read_bytes())
    except (StoreDamaged, OSError):
        return None


def parse_ring(raw: bytes) -> KeyRing:
    """The key file's content. Raises StoreDamaged, StoreTooNew."""
    try:
        content = json.loads(raw)
        # the checksum tells a damaged file from a wrong password; against forgery stands the authenticated wrapping
        if content.pop("checksum") != checksum(content):
            raise damaged_keys()
        if content["format"] > FORMAT:
            raise StoreTooNew("这个资料库已由更新版本的程序改动，本程序没有打开它。请安装新版本。")
        owners = tuple(owner_from_json(o) for o in content["owners"])
        if not owners:
            raise damaged_keys()
        following = content.get("next_public")
        return KeyRing(
            str(content["store_id"]),
            _bytes(content["sensitive_public"]),
            owners,
            None if following is None else _bytes(following),
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise damaged_keys() from error


def owner_json(owner: Owner) -> dict[str, Any]:
    """An owner as plain values, for the key file and for backups."""
    return {
        "id": owner.id,
        "login": owner.login,
        "kdf": {"memory_kib": owner.kdf.memory_kib, "iterations": owner.kdf.iterations, "lanes": owner.kdf.lanes},
        "salt": _text(owner.salt),
        "public": _text(owner.public),
        "wrapped": _text(owner.wrapped),
        "sealed": {name.value: _text(sealed) for name, sealed in owner.sealed.items()},
    }


def owner_from_json(raw: Mapping[str, Any]) -> Owner:
    """The inverse. Raises ValueError, KeyError or TypeError for anything else."""
    kdf = Kdf(int(raw["kdf"]["memory_kib"]), int(raw["kdf"]["iterations"]), int(raw["kdf"]["lanes"]))
    return Owner(
        id=str(raw["id"]),
        login=str(raw["login"]),
        kdf=kdf,
        salt=_bytes(raw["salt"]),
        public=_bytes(raw["public"]),
        wrapped=_bytes(raw["wrapped"]),
        sealed={KeyName(name): _bytes(sealed) for name, sealed in raw["sealed"].items()},
    )


def checksum(content: Mapping[str, Any]) -> str:
    """Of the key file without its checksum: against damage, not against forgery."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def _wrapping_context(store_id: str, owner_id: str, public: bytes, kdf: Kdf) -> bytes:
    bound = [store_id, owner_id, public.hex(), kdf.memory_kib, kdf.iterations, kdf.lanes]
    return b"tongdang wrap 1\x00" + canonical_json(bound).encode()


def _sealing_context(store_id: str, name: KeyName) -> bytes:
    return f"tongdang store key 1\x00{store_id}\x00{name.value}".encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

"""Keys: what opens, what doesn't, and what a damaged key file says."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import keys
from records.errors import StoreDamaged, StoreError, StoreTooNew, WrongPassword
from records.keys import PRODUCTION, Kdf, KeyName, KeyRing, StoreKeys
from tests.records.offices import QUICK

STORE = "0198c000-0000-7000-8000-000000000001"
USER = "0198c000-0000-7000-8000-000000000002"


def ring_of(opened: StoreKeys, secret: str, *, sensitive: bool = True, kdf: Kdf = QUICK) -> KeyRing:
    owner = keys.new_owner(STORE, USER, "admin", secret, opened, kdf=kdf, sensitive=sensitive)
    return KeyRing(STORE, opened.sensitive_public, (owner,))


def test_production_costs_what_the_design_says() -> None:
    # RFC 9106 section 4, second recommended option
    assert Kdf(memory_kib=65536, iterations=3, lanes=4) == PRODUCTION


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_a_password_opens_its_keys_and_another_does_not(secret: str, other: str) -> None:
    opened = keys.new_keys()
    ring = ring_of(opened, secret)
    assert keys.unlock(ring, ring.owners[0], secret) == opened
    if normalize("NFC", other) != normalize("NFC", secret):
        with pytest.raises(WrongPassword):
            keys.unlock(ring, ring.owners[0], other)


def test_input_methods_make_no_difference() -> None:
    opened = keys.new_keys()
    ring = ring_of(opened, "caf\u00e9")
    assert keys.unlock(ring, ring.owners[0], "cafe\u0301") == opened


def test_who_is_not_named_can_seal_but_not_open() -> None:
    opened = keys.new_keys()
    ring = ring_of(opened, "x", sensitive=False)
    unnamed = keys.unlock(ring, ring.owners[0], "x")
    assert unnamed.sensitive is None
    sealed = keys.seal(unnamed.sensitive_public, "心理状况".encode(), b"row 1")
    assert opened.sensitive is not None
    assert keys.open_sealed(opened.sensitive, sealed, b"row 1") == "心理状况".encode()
    with pytest.raises(StoreDamaged):
        keys.open_sealed(opened.sensitive, sealed, b"row 2")


def test_keys_of_another_store_or_user_do_not_fit() -> None:
    opened = keys.new_keys()
    ring = ring_of(opened, "x")
    for other in (
        replace(ring, store_id=USER),
        replace(ring, owners=(replace(ring.owners[0], id=STORE),)),
        # a weaker derivation written into the file would otherwise be used at the next change of password
        replace(ring, owners=(replace(ring.owners[0], kdf=Kdf(16, 1, 1)),)),
    ):
        with pytest.raises(WrongPassword):
            keys.unlock(other, other.owners[0], "x")


def test_a_sealed_key_exchanged_for_another_is_seen() -> None:
    opened = keys.new_keys()
    ring = ring_of(opened, "x")
    sealed = dict(ring.owners[0].sealed)
    sealed[KeyName.DATABASE], sealed[KeyName.HASHING] = sealed[KeyName.HASHING], sealed[KeyName.DATABASE]
    swapped = replace(ring.owners[0], sealed=sealed)
    with pytest.raises(StoreDamaged):
        keys.unlock(ring, swapped, "x")


def test_the_file_keeps_the_ring(tmp_path: Path) -> None:
    opened = keys.new_keys()
    ring = keys.with_owner(
        ring_of(opened, "一"), keys.new_owner(STORE, keys.RECOVERY, "", "二", opened, kdf=QUICK, sensitive=True)
    )
    keys.write_ring(tmp_path / "keys.json", ring)
    assert keys.read_ring(tmp_path / "keys.json") == ring
    assert sorted(p.name for p in tmp_path.iterdir()) == ["keys.json", "keys.json.copy"]
    assert keys.copy_of(tmp_path / "keys.json").read_bytes() == (tmp_path / "keys.json").read_bytes()


def test_the_file_holds_no_key_in_the_clear(tmp_path: Path) -> None:
    opened = keys.new_keys()
    keys.write_ring(tmp_path / "keys.json", ring_of(opened, "x"))
    written = (tmp_path / "keys.json").read_bytes()
    assert opened.sensitive is not None
    for key in (opened.database, opened.hashing, opened.sensitive):
        for form in (key, key.hex().encode(), base64.b64encode(key)):
            assert form not in written


@given(st.data())
def test_every_flipped_byte_is_seen_as_damage(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_ring(path, ring_of(keys.new_keys(), "x"))
    written = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(written) - 1))
    written[position] ^= data.draw(st.integers(1, 255))
    before = keys.read_ring(path)
    keys.copy_of(path).unlink()
    path.write_bytes(written)
    try:
        read = keys.read_ring(path)
    except StoreError as error:
        sentence = error.sentence
    else:
        # white space between tokens may change without changing anything
        assert read == before
        return
    assert "keys.json" in sentence


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"checksum": 1}'])
def test_something_else_in_its_place(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(StoreDamaged):
        keys.read_ring(tmp_path / "keys.json")


def test_a_newer_format_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys.write_ring(path, ring_of(keys.new_keys(), "x"))
    content: dict[str, Any] = json.loads(path.read_bytes())
    content["format"] = keys.FORMAT + 1
    del content["checksum"]
    content["checksum"] = keys.checksum(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreTooNew):
        keys.read_ring(path)


def test_logins_are_found_however_they_are_typed() -> None:
    ring = ring_of(keys.new_keys(), "x")
    assert ring.by_login(" ＡDMIN ") == ring.owners[0]
    assert ring.by_login("admin2") is None

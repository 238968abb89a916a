"""The vault gives back what was put, or says that it can't; it never gives back something else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import durable
from records.errors import CannotWrite, FileDamaged
from records.vault import Vault, VaultRef


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    (tmp_path / "vault").mkdir()
    return Vault(tmp_path / "vault")


@given(st.binary(max_size=5000))
@settings(max_examples=30)
def test_what_was_put_comes_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    vault = Vault(tmp_path_factory.mktemp("vault"))
    ref = vault.put(content)
    assert vault.get(ref) == content
    assert list(vault.ids()) == [ref.id]
    if len(content) >= 8:
        assert content not in vault.path(ref.id).read_bytes()


@given(st.data())
@settings(max_examples=60)
def test_any_change_of_a_file_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    vault = Vault(tmp_path_factory.mktemp("vault"))
    ref = vault.put("扫描件".encode() * 20)
    path = vault.path(ref.id)
    sealed = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        del sealed[data.draw(st.integers(0, len(sealed) - 1)) :]
    path.write_bytes(sealed)
    with pytest.raises(FileDamaged) as caught:
        vault.get(ref)
    assert caught.value.vault_id == ref.id


def test_files_cannot_be_exchanged(vault: Vault) -> None:
    one, other = vault.put(b"one"), vault.put(b"other")
    shutil.copyfile(vault.path(other.id), vault.path(one.id))
    with pytest.raises(FileDamaged):
        vault.get(one)
    with pytest.raises(FileDamaged):
        vault.get(VaultRef(one.id, other.key))  # even with the key of what lies there


def test_a_missing_file_is_named(vault: Vault) -> None:
    ref = vault.put(b"gone")
    vault.delete(ref.id)
    assert not vault.exists(ref.id)
    with pytest.raises(FileDamaged) as caught:
        vault.get(ref)
    assert ref.id[:8] in caught.value.sentence


def test_what_is_deleted_while_a_backup_is_made_goes_when_the_last_one_is_done(vault: Vault) -> None:
    """A backup copies the database first and its files after: none of them may go in between."""
    ref, at_once = vault.put(b"asked for"), vault.put(b"later")
    with vault.holding():
        with vault.holding():
            vault.delete(ref.id)
            assert vault.get(ref) == b"asked for"
        assert vault.exists(ref.id), "the other backup still reads"
    assert not vault.exists(ref.id)
    vault.delete(at_once.id)
    assert not vault.exists(at_once.id)


def test_only_the_owner_reads(vault: Vault) -> None:
    ref = vault.put(b"x")
    assert vault.path(ref.id).stat().st_mode & 0o777 == 0o600
    assert vault.path(ref.id).parent.stat().st_mode & 0o777 == 0o700


def test_strays_are_found_and_only_own_ones_swept(vault: Vault) -> None:
    kept, lost = vault.put(b"kept"), vault.put(b"lost")
    part = vault.path(kept.id).with_suffix(".part")
    part.write_bytes(b"half")
    foreign = vault.folder / "notes.txt"
    foreign.write_text("x", encoding="utf-8")
    assert set(vault.strays({kept.id})) == {vault.path(lost.id), part, foreign}
    assert vault.sweep({kept.id}) == 2
    assert vault.strays({kept.id}) == (foreign,)
    assert vault.get(kept) == b"kept"


def test_an_id_cannot_lead_elsewhere(vault: Vault) -> None:
    for wrong in ("../../etc/passwd", "", "a" * 31, "G" * 32, "a" * 32 + "\n"):
        with pytest.raises(ValueError, match="not a vault id"):
            vault.path(wrong)


def test_a_write_that_fails_leaves_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite) as caught:
        vault.put(b"x" * 100)
    assert "磁盘满了" in caught.value.sentence
    assert [p for p in vault.folder.rglob("*") if p.is_file()] == []


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(VaultRef("0" * 32, b"secret"))


def test_a_folder_that_a_killed_run_made_is_on_the_disk_before_a_file_is_in_it(tmp_path: Path) -> None:
    """And once is enough: the second file of the folder costs no step more than its own."""
    (tmp_path / "vault" / "ab").mkdir(parents=True)  # made, and the run killed before its entry was on the disk
    vault = Vault(tmp_path / "vault", lambda count: b"\xab" + os.urandom(count - 1))
    steps: list[str] = []
    with durable.observed(lambda step, moment: steps.append(f"{moment} {step}")):
        vault.put(b"one")
        first = steps.copy()
        vault.put(b"other")
    assert first[:3] == ["before fsync_folder", "after fsync_folder", "before fsync_file"]
    assert steps[len(first) :] == first[2:]

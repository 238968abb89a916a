"""Files are whole or absent, and every way of failing has a sentence."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from exporters import files
from exporters.files import FileProblem, writable, write_file


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def fail_with(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Make ``os.<call>`` (or Path.replace) raise as the operating system would."""

    def broken(*_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path if call == "replace" else os, call, broken)


def test_written_is_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "报送 批次" / "第1批.xlsx"
    path.parent.mkdir()
    written = write_file(path, b"rows")
    assert path.read_bytes() == b"rows"
    assert (written.sha256, written.size) == (hashlib.sha256(b"rows").hexdigest(), 4)
    assert names(path.parent) == ["第1批.xlsx"]


@pytest.mark.parametrize(
    ("data", "right"),
    [
        (b"%PDF-1.7 slips", "单.PDF"),
        (b"PK\x03\x04 xl/workbook.xml", "批次.xlsx"),
        (b"PK\x03\x04 word/document.xml", "对照单.docx"),
    ],
)
def test_a_name_of_another_kind_is_refused(tmp_path: Path, data: bytes, right: str) -> None:
    """Nothing on an office PC would open it by a click."""
    for wrong in ("单", "单.txt", "单.xls", "单.pdf.xlsx" if right.endswith("PDF") else "单.pdf"):
        with pytest.raises(FileProblem, match="没有写出") as refused:
            write_file(tmp_path / wrong, data)
        assert refused.value.reason == "wrong_name"
        assert f"以 {Path(right).suffix.lower()} 结尾" in refused.value.sentence
    assert names(tmp_path) == []
    write_file(tmp_path / right, data)
    assert names(tmp_path) == [right]


def test_an_older_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"older and longer")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permission bits")
def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write_file(tmp_path / "a.xlsx", b"rows")
    assert stat.S_IMODE((tmp_path / "a.xlsx").stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    link = tmp_path / "a.xlsx"
    link.symlink_to(tmp_path / "usb" / "b.xlsx")
    write_file(link, b"rows")
    assert link.is_symlink()
    assert (tmp_path / "usb" / "b.xlsx").read_bytes() == b"rows"


@pytest.mark.parametrize(
    ("call", "number", "reason", "way_out"),
    [
        ("open", errno.EACCES, "read_only", "换一个文件夹"),
        ("open", errno.EROFS, "read_only", "换一个文件夹"),
        ("open", errno.ENAMETOOLONG, "name_too_long", "短些"),
        ("open", errno.ENOSPC, "disk_full", "腾出空间"),
        ("fsync", errno.ENOSPC, "disk_full", "腾出空间"),
        ("fsync", errno.EDQUOT, "disk_full", "腾出空间"),
        ("fsync", errno.EIO, "write_failed", "U 盘"),
        ("replace", errno.EIO, "write_failed", "U 盘"),
        ("replace", errno.EACCES, "read_only", "换一个文件夹"),
    ],
)
def test_a_failure_is_named_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, reason: str, way_out: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        fail_with(patch, call, number)
        with pytest.raises(FileProblem) as caught:
            write_file(path, b"new")
    assert caught.value.reason == reason
    assert way_out in str(caught.value)
    assert "库中的内容没有变化" in str(caught.value)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.xlsx"]


def test_a_disk_that_fills_up_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, name: Path) -> None:
            self.file = name.open("wb")

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_error: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> int:
            self.file.write(data[:3])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "_create", Full)
    with pytest.raises(FileProblem) as caught:
        write_file(tmp_path / "a.xlsx", b"a long file")
    assert caught.value.reason == "disk_full"
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_a_name_that_could_not_be_made_durable_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def folder_fails(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "")
        real(handle)

    monkeypatch.setattr(os, "fsync", folder_fails)
    with pytest.raises(FileProblem, match="已经写出，但磁盘没有确认") as caught:
        write_file(tmp_path / "a.xlsx", b"rows")
    assert caught.value.reason == "not_confirmed"
    assert (tmp_path / "a.xlsx").read_bytes() == b"rows"


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_a_share_that_cannot_flush_folders_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def unsupported(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "")
        real(handle)

    monkeypatch.setattr(os, "fsync", unsupported)
    assert write_file(tmp_path / "a.xlsx", b"rows").size == 4


def test_missing_folder_and_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="不存在") as caught:
        write_file(tmp_path / "无" / "a.xlsx", b"rows")
    assert caught.value.reason == "no_folder"
    with pytest.raises(FileProblem) as caught:
        write_file(tmp_path, b"rows")
    assert caught.value.reason == "is_a_folder"


@pytest.mark.parametrize("lock", [".~lock.a.xlsx#", "~$a.xlsx"])
def test_a_file_open_in_a_spreadsheet_is_left_alone(tmp_path: Path, lock: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"old")
    (tmp_path / lock).write_bytes(b"")
    with pytest.raises(FileProblem, match="关掉") as caught:
        write_file(tmp_path / "a.xlsx", b"new")
    assert caught.value.reason == "open_elsewhere"
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"


def test_a_sharing_violation_means_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows says when another program holds the target (ERROR_SHARING_VIOLATION)."""

    class SharingViolation(PermissionError):
        winerror = 32

    def held(*_arguments: object) -> None:
        raise SharingViolation(errno.EACCES, "")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(FileProblem) as caught:
        write_file(tmp_path / "a.xlsx", b"new")
    assert caught.value.reason == "open_elsewhere"
    assert names(tmp_path) == []


def test_every_durable_step_can_be_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points: list[str] = []
    monkeypatch.setattr(files, "observer", points.append)
    write_file(tmp_path / "a.xlsx", b"rows")
    assert points == ["opened", "written", "flushed", "replaced", "folder_flushed"]


@pytest.mark.parametrize("point", ["opened", "written", "flushed", "replaced", "folder_flushed"])
def test_killed_anywhere_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    class Killed(BaseException):
        pass

    def kill(reached: str) -> None:
        if reached == point:
            raise Killed

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(files, "observer", kill)
        with pytest.raises(Killed):
            write_file(path, b"new")
    assert path.read_bytes() == (b"new" if point in {"replaced", "folder_flushed"} else b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.xlsx"]


def test_asking_beforehand_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writable(tmp_path / "a.xlsx")
    assert names(tmp_path) == []
    fail_with(monkeypatch, "open", errno.EACCES)
    with pytest.raises(FileProblem) as caught:
        writable(tmp_path / "a.xlsx")
    assert caught.value.reason == "read_only"


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_nothing_is_written_through_a_link_that_was_laid_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The temporary file's name can be guessed: one that appears between looking and writing is not opened."""
    kept, temporary = tmp_path / "别人的", files._temporary(tmp_path / "a.xlsx")
    kept.write_bytes(b"kept")
    temporary.symlink_to(kept)
    monkeypatch.setattr(Path, "unlink", lambda *_given, **_named: None)  # it was laid there just after
    with pytest.raises(FileProblem):
        write_file(tmp_path / "a.xlsx", b"a child")
    assert kept.read_bytes() == b"kept"
    assert not (tmp_path / "a.xlsx").exists()

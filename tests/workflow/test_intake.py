"""Files come in once, bad ones are named, originals stay where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from records.views import AnswerState, PageState, SourceState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, blank, front, scan, unknown
from workflow import arranging, intake, verify
from workflow.errors import WrongState


def test_the_last_side_of_what_was_asked_about_stays(office: OfficeAtWork) -> None:
    office.deliver("背面.tif", back("S"))
    office.read()
    (sheet,) = office.sheets()
    where = (office.store, office.actor)
    verify.mark(*where, office.clock(), sheet.registration_id, "child_name", AnswerState.ASK)  # on the missing side
    with pytest.raises(WrongState, match="只剩这一面"):
        arranging.aside(*where, office.clock(), [sheet.pages[0].page_id])
    assert len(office.sheets()) == 1


def test_the_same_bytes_come_in_once(office: OfficeAtWork) -> None:
    first = office.deliver("一.jpg", front())
    again = office.deliver("又一份.jpg", front())
    assert isinstance(first, intake.Taken)
    assert isinstance(again, intake.Duplicate)
    assert again.source_id == first.source_id
    view = intake.inbox(office.store, office.actor)
    assert [source.name for source in view.sources] == ["一.jpg"]


def test_the_original_stays_and_is_counted(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())
    path = office.folder / "一.jpg"
    assert path.read_bytes() == scan(front())
    assert intake.inbox(office.store, office.actor).clear_scans == 1
    path.unlink()
    assert intake.inbox(office.store, office.actor).clear_scans == 0


def test_an_original_of_a_verified_file_is_still_counted(office: OfficeAtWork) -> None:
    """The list of what is to do no longer has the file; its clear original lies outside no less."""
    office.deliver("一.jpg", front(), back())
    office.read()
    (sheet,) = office.sheets()
    office.verified(sheet)
    shown = intake.inbox(office.store, office.actor, open_only=True)
    assert (shown.sources, shown.clear_scans) == ((), 1)


def test_what_was_delivered_lies_encrypted_in_the_vault(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())
    for path in office.store.data_dir.rglob("*"):
        if path.is_file():
            assert "欧阳雪".encode() not in path.read_bytes()


def test_every_bad_file_is_named_and_the_rest_goes_on(office: OfficeAtWork) -> None:
    folder = office.folder / "中文 和 空格"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"")
    (folder / "b.jpg").write_bytes(scan(front()))
    (folder / "c.pdf").mkdir()
    (folder / "d.jpg").write_bytes(scan(back()))
    missing = office.folder / "没有.jpg"
    results = intake.take_in_folder(office.store, office.actor, office.clock(), [folder, missing])
    told = {r.path.name: r.reason for r in results if isinstance(r, intake.Refused)}
    assert told == {"a.jpg": "empty", "没有.jpg": "missing"}
    assert {r.path.name for r in results if isinstance(r, intake.Taken)} == {"b.jpg", "d.jpg"}
    assert all(r.sentence.endswith("。") for r in results if isinstance(r, intake.Refused))


def test_no_right_to_read(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.folder / "锁.jpg"
    path.write_bytes(scan(front()))

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = intake.take_in(office.store, office.actor, office.clock(), path)
    assert isinstance(result, intake.Refused)
    assert "权限" in result.sentence


def test_a_file_still_being_written_waits(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.folder / "长.jpg"
    path.write_bytes(scan(front()))
    read = Path.read_bytes

    def growing(self: Path) -> bytes:
        data = read(self)
        with self.open("ab") as file:
            file.write(b"more")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    result = intake.take_in(office.store, office.actor, office.clock(), path)
    assert isinstance(result, intake.Refused)
    assert result.reason == "still_changing"


def test_a_full_disk_leaves_nothing_behind(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    from records import durable

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "write_file", full)
        result = office.deliver("一.jpg", front())
    assert isinstance(result, intake.Refused)
    assert "磁盘满" in result.sentence
    assert intake.inbox(office.store, office.actor).sources == ()
    assert list(office.store.vault.ids()) == []
    assert isinstance(office.deliver("一.jpg", front()), intake.Taken)


def test_a_failed_commit_leaves_no_file(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(office.store, "audit", broken)
    with pytest.raises(RuntimeError):
        office.deliver("一.jpg", front())
    assert list(office.store.vault.ids()) == []


def test_folders_are_searched_by_content_in_natural_order(tmp_path: Path) -> None:
    for name in ("扫描10.jpg", "扫描2.jpg", ".hidden.jpg", "说明.txt", "truth.json"):
        (tmp_path / name).write_bytes(b"text")
    (tmp_path / "没有后缀").write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "下级").mkdir()
    (tmp_path / "下级" / "a.TIF").write_bytes(b"II*\x00")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "管道")
    named = tmp_path / "说明.txt"
    found = intake.find_files([tmp_path, named, tmp_path / "扫描2.jpg"])
    assert [p.name for p in found] == ["扫描2.jpg", "扫描10.jpg", "没有后缀", "a.TIF", "说明.txt"]


def test_what_is_left_out_of_a_folder_is_known(tmp_path: Path) -> None:
    """Somebody put the letter and the archive there, and would wait for them; nobody put the others there."""
    (tmp_path / ".缓存").mkdir()
    for name in ("打包.zip", "a.jpg", "Thumbs.db", "~$说明.docx", "说明.docx", ".DS_Store", ".缓存/里面.txt"):
        (tmp_path / name).write_bytes(b"text")
    assert [p.name for p in intake.find_others([tmp_path, tmp_path / "a.jpg"])] == ["打包.zip", "说明.docx"]


def test_a_page_put_aside_can_be_brought_back(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.read()
    (sheet,) = office.sheets()
    back_page = sheet.pages[1].page_id
    arranging.aside(office.store, office.actor, office.clock(), [back_page], "别人的")
    (alone,) = office.sheets()
    assert [p.form_page for p in alone.pages] == [1]
    assert alone.place.archive_number == sheet.place.archive_number
    (row,) = [p for s in intake.inbox(office.store, office.actor).sources for p in s.pages if p.page_id == back_page]
    assert (row.state, row.registration_id) == (PageState.SET_ASIDE, None)
    assert "别人的" in row.reason

    office.read()
    assert len(office.sheets()) == 1, "what a person put aside is not paired again"
    intake.bring_back(office.store, office.actor, office.clock(), back_page)
    assert {tuple(p.form_page for p in s.pages) for s in office.sheets()} == {(1,), (2,)}
    with pytest.raises(WrongState):
        intake.bring_back(office.store, office.actor, office.clock(), back_page)


def test_a_single_page_put_aside_dissolves_its_draft(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())
    office.read()
    (sheet,) = office.sheets()
    arranging.aside(office.store, office.actor, office.clock(), [sheet.pages[0].page_id])
    assert office.sheets() == []
    office.deliver("二.jpg", front(child_name="新人"))
    office.read()
    (new,) = office.sheets()
    assert new.place.archive_number != sheet.place.archive_number, "a number is never given twice"


def test_a_page_that_was_worked_on_stays(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())
    office.read()
    (sheet,) = office.sheets()
    office.answer_all(sheet)
    with pytest.raises(WrongState, match="撤销"):
        arranging.aside(office.store, office.actor, office.clock(), [sheet.pages[0].page_id])


def test_blank_and_unknown_pages_are_named(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), blank(), unknown(), back("S"))
    office.read()
    (source,) = intake.inbox(office.store, office.actor).sources
    assert source.state is SourceState.SPLIT
    states = [(p.state, bool(p.reason)) for p in source.pages]
    assert states == [
        (PageState.PLACED, False),
        (PageState.SET_ASIDE, True),
        (PageState.READ, True),
        (PageState.PLACED, False),
    ]

"""``tongdang archive`` as typed: paper put away, listed, moved, and the list in the box."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflow.conftest import PASSWORD, OfficeAtWork
from workflow import cli


def test_from_no_place_to_the_list_in_the_box(
    office: OfficeAtWork, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office.child("一")
    office.store.close()  # one program at a time

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        where = ["--data-dir", str(office.store.data_dir), "--user", office.actor.username]
        assert cli.main(["archive", *words, *where]) == code
        said = capsys.readouterr()
        return said.out + said.err

    assert "还没有装盒 1 件。" in run("places")
    listed = run("list")
    assert "欧阳雪" in listed
    assert "共 1 件。" in listed
    number = listed.split("　")[0]
    assert "没有档号是" in run("put", number[:-1] + "9", "--box", "3", code=1)
    assert "1 件放到了2架3盒。" in run("put", number, "--box", "3", "--rack", "2")
    assert run("places").splitlines() == ["3盒（2架）", "还没有装盒 0 件。"]
    assert number in run("list", "2架3盒")
    assert "没有“4盒”这个地方" in run("list", "4盒", code=1)
    assert "3盒的位置已登记" in run("move", "3盒（2架）", "--rack", "5")
    out = tmp_path / "目录.pdf"
    assert "1 件的目录" in run("print", "5架3盒", "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF")
    assert "已取出" in run("put", number)
    assert "还没有装盒 1 件。" in run("places")

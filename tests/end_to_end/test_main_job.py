"""The main job through the command line: real pictures, the real reader, a real encrypted store, a real workbook."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from benchmarks import clerk, privacy, truth
from desktop.__main__ import main
from forms.catalog import RESOURCES
from forms.dictionary import load_dictionary
from workflow import cli
from workflow.access import log_in

SAMPLES = RESOURCES / "samples"
PASSWORD = "端到端-12345"
STACK = ("扫描0001.jpg", "扫描0002.jpg", "扫描0010.jpg", "扫描0011.jpg", "加密 登记表.pdf")


def clock() -> datetime:
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """An ordinary sheet, a blank one, a truncated file, a locked one, a file that is no picture; Chinese and spaces."""
    folder = tmp_path / "十一月 扫描"
    folder.mkdir()
    for name in STACK:
        shutil.copy(SAMPLES / name, folder)
    (folder / "说明.jpg").write_text("这不是图片")
    (folder / "空.png").write_bytes(b"")
    return folder


def digitize(stack: Path, data_dir: Path, out: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
    return cli.main(["digitize", str(stack), "--data-dir", str(data_dir), "--out", str(out), *more])


def write_batch(
    data_dir: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """Everything verified goes into a batch by command; the store is sound afterwards."""
    batch, sheets = folder / "批次.xlsx", folder / "对照单.docx"
    monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
    assert cli.main(["batch", "new", "--data-dir", str(data_dir), "--name", "十一月"]) == cli.ALL_READ
    number = capsys.readouterr().out.split("批次 ")[1].split("：")[0]
    written = ["batch", "write", number, "--data-dir", str(data_dir), "--out", str(batch)]
    monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
    assert cli.main([*written, "--entry-sheets", str(sheets)]) == cli.ALL_READ
    assert sheets.stat().st_size > 0
    monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
    assert cli.main(["check", "--data-dir", str(data_dir)]) == cli.ALL_READ
    return batch


def test_from_a_stack_of_scans_to_a_batch(
    stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir, draft = tmp_path / "资料库", tmp_path / "草稿.xlsx"
    originals = {p.name: p.read_bytes() for p in stack.iterdir()}

    assert digitize(stack, data_dir, draft, monkeypatch) == cli.SOME_FAILED, "no store yet, and nobody asked for one"
    assert not data_dir.exists()
    assert "--create" in capsys.readouterr().err
    assert digitize(stack, data_dir, draft, monkeypatch, "--create", "--division", "220281104") == cli.SOME_FAILED
    said = capsys.readouterr().out
    for name in ("扫描0011.jpg", "加密 登记表.pdf", "说明.jpg", "空.png"):
        assert name in said, "every file that was not read is named"
    assert {p.name: p.read_bytes() for p in stack.iterdir()} == originals, "originals stay untouched"
    assert openpyxl.load_workbook(draft).worksheets[0].title.startswith("核对草稿")

    assert digitize(stack, data_dir, draft, monkeypatch) == cli.SOME_FAILED
    assert "没有重复收入" in capsys.readouterr().out, "the second time nothing is read again"

    pages = truth.load(SAMPLES)
    opened = log_in(data_dir, username="admin", password=PASSWORD, now=clock())
    try:
        tally = clerk.play(opened.store, opened.actor, clock, pages)
    finally:
        opened.store.close()
    assert tally.registrations == 1
    assert not tally.unseen_wrong

    batch = write_batch(data_dir, tmp_path, monkeypatch, capsys)
    rows = [list(row) for row in openpyxl.load_workbook(batch).worksheets[0].iter_rows(values_only=True)]
    header = next(row for row in rows if "档号" in row)
    row = dict(zip(header, rows[rows.index(header) + 1], strict=True))
    true = {k: v for (file, _), page in pages.items() if file in STACK[:2] for k, v in page.values.items()}
    for key in ("child_name", "child_id_number", "child_phone", "father_name"):
        assert row[load_dictionary().fields[key].export_name] == true[key]

    texts = privacy.secrets(page for (file, _), page in pages.items() if file in STACK[:2])
    assert len(texts) >= 6
    wanted = privacy.needles(texts, (stack / name for name in STACK[:2]))
    assert list(privacy.search([data_dir], wanted)) == []
    assert list(privacy.search([stack], wanted)), "the search finds what is there"


def test_read_needs_no_store(tmp_path: Path) -> None:
    out = tmp_path / "读数.json"
    named = [str(SAMPLES / name) for name in ("扫描0005.jpg", "扫描0010.jpg", "扫描0011.jpg")]
    assert cli.main(["read", *named, "--json", str(out)]) == cli.SOME_FAILED
    upside_down, blank, truncated = json.loads(out.read_text(encoding="utf-8"))["pages"]
    assert (upside_down["status"], upside_down["form"], upside_down["rotation"]) == ("read", "jl-migrant-child", 180)
    assert blank["status"] == "blank"
    assert (truncated["status"], truncated["reason"]) == ("failed", "truncated")
    true = truth.load(SAMPLES)["扫描0005.jpg", 1]
    right = [f for f in upside_down["fields"] if truth.same(f["value"], true.values.get(f["key"]))]
    assert len(right) >= len(true.values) - 2
    vouched = [f for f in upside_down["fields"] if f["accepted"]]
    assert [f["key"] for f in vouched if not truth.same(f["value"], true.values.get(f["key"]))] == []
    assert set(upside_down["fields"][0]) >= {
        "key", "raw", "text", "value", "candidates", "confidence", "accepted", "reasons", "box_px",
    }  # fmt: skip


def test_a_form_nobody_knows_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "读数.json"
    assert cli.main(["read", str(SAMPLES / "扫描0001.jpg"), "--form", "没有", "--json", str(out)]) == cli.USAGE
    assert "没有编号为" in capsys.readouterr().err
    assert not out.exists()


def test_an_output_that_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "扫描"
    folder.mkdir()
    shutil.copy(SAMPLES / "扫描0010.jpg", folder)
    data_dir, nowhere = tmp_path / "资料库", tmp_path / "没有的文件夹" / "草稿.xlsx"
    assert digitize(folder, data_dir, nowhere, monkeypatch, "--create") == cli.SOME_FAILED
    assert "不存在" in capsys.readouterr().err
    assert digitize(folder, data_dir, tmp_path / "草稿.xlsx", monkeypatch) == cli.ALL_READ
    assert (tmp_path / "草稿.xlsx").is_file()


def test_a_defect_says_where_and_never_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(argv: list[str]) -> int:
        raise KeyError("李桐 411203201905146003")

    monkeypatch.setattr(cli, "main", broken)
    assert main(["check", "--data-dir", "没有"]) == cli.SOME_FAILED
    said = capsys.readouterr().err
    assert "KeyError" in said
    assert "test_main_job.py" in said
    assert "李桐" not in said
    assert "411203" not in said

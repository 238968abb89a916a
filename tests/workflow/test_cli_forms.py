"""``tongdang form list|show|blank`` as typed."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
from pathlib import Path

import pdfplumber
import pytest
import zxingcpp

from forms.catalog import RESOURCES, shipped_forms
from forms.form_file import FormError
from workflow.cli_forms import add_form_commands
from workflow.errors import WorkflowError
from workflow.serials import CROCKFORD, SERIAL_LENGTH, new_serial


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_form_commands(parser.add_subparsers())
    options = parser.parse_args(["form", *arguments])
    code: int = options.run(options)
    return code


def test_list_names_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [form.id for form in shipped_forms()]
    assert "吉林省流动儿童基本情况登记表" in lines[0]


def test_show_prints_the_public_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "jl-migrant-child", "--json") == 0
    assert json.loads(capsys.readouterr().out) == shipped_forms()[0].show()


def test_show_for_people_has_a_line_for_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    run("show", "jl-migrant-child")
    out = capsys.readouterr().out
    assert all(f"\t{f.key}\t" in out for f in shipped_forms()[0].fields)


def serials(path: Path) -> list[str]:
    with pdfplumber.open(io.BytesIO(path.read_bytes())) as opened:
        codes = [zxingcpp.read_barcode(page.to_image(resolution=200).original) for page in opened.pages]
    return [code.text.rsplit(":", 1)[1] for code in codes if code]


def test_every_copy_has_a_serial_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "空白 表.PDF"
    assert run("blank", "jl-migrant-child", "--out", str(out), "--count", "2") == 0
    found = serials(out)
    assert len(found) == 4
    assert found[0] == found[1] != found[2] == found[3]
    assert all(re.fullmatch(f"[{CROCKFORD}]{{{SERIAL_LENGTH}}}", serial) for serial in found)


def test_without_a_count_there_is_no_serial_because_it_may_be_photocopied(tmp_path: Path) -> None:
    run("blank", "jl-migrant-child", "--out", str(tmp_path / "a.pdf"))
    assert serials(tmp_path / "a.pdf") == ["", ""]


def test_docx(tmp_path: Path) -> None:
    assert run("blank", "jl-migrant-child", "--out", str(tmp_path / "a.docx")) == 0
    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    "arguments",
    [
        ["blank", "nothing", "--out", "a.pdf"],
        ["blank", "jl-migrant-child", "--version", "9", "--out", "a.pdf"],
        ["blank", "jl-migrant-child", "--out", "a.txt"],
        ["blank", "jl-migrant-child", "--out", "a.docx", "--count", "2"],
        ["list", "--forms-dir", "nowhere"],
    ],
)
def test_what_cannot_be_done_gets_a_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormError):
        run(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError):
        run("blank", "jl-migrant-child", "--out", str(tmp_path / "没有" / "a.pdf"))


@pytest.mark.parametrize("count", ["0", "-1", "many", "2001"])
def test_silly_counts_are_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("blank", "jl-migrant-child", "--out", "a.pdf", "--count", count)
    assert "1 到 2000" in capsys.readouterr().err


def test_an_offices_own_forms_and_the_newest_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "forms"
    shutil.copytree(RESOURCES / "forms", folder)
    file = folder / "jl-migrant-child-1.json"
    for version in ("2", "10"):
        raw = json.loads(file.read_text(encoding="utf-8")) | {"version": version, "title": f"第{version}版"}
        (folder / f"v{version}.json").write_text(json.dumps(raw), encoding="utf-8")
    file.unlink()
    run("show", "jl-migrant-child", "--forms-dir", str(folder), "--json")
    assert json.loads(capsys.readouterr().out)["version"] == "10"
    run("show", "jl-migrant-child", "--forms-dir", str(folder), "--version", "1", "--json")
    assert json.loads(capsys.readouterr().out)["version"] == "1"


def test_serials_do_not_repeat() -> None:
    assert len({new_serial() for _ in range(2000)}) == 2000


def test_prefilled_copies_have_serials_that_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = tmp_path / "内容.json"
    values.write_text(
        json.dumps([{"child_name": "欧阳雪", "child_birth_date": "2018年1月1日", "child_sex": "女"}, {}]),
        encoding="utf-8",
    )
    out = tmp_path / "预填.pdf"
    assert run("blank", "jl-migrant-child", "--prefill", str(values), "--out", str(out)) == 0
    told = re.findall(r"编号 (\w+)", capsys.readouterr().out)
    found = serials(out)
    assert [found[0], found[2]] == told
    assert all(serial.startswith("U") for serial in found)
    with pdfplumber.open(out) as opened:
        assert "欧阳雪" in opened.pages[0].extract_text()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("{", "JSON"),
        ("[]", "一份内容也没有"),
        ("[3]", "栏目"),
        ('{"visit_date": "2026-10-09"}', "visit_date"),
        ('{"child_birth_date": "去年"}', "日期"),
        ('{"child_sex": 3}', "类型"),
        ('{"child_residence": {"division": 5}}', "child_residence"),
    ],
)
def test_values_that_cannot_be_printed_are_named(tmp_path: Path, content: str, word: str) -> None:
    values, out = tmp_path / "内容.json", tmp_path / "预填.pdf"
    values.write_text(content, encoding="utf-8")
    with pytest.raises(FormError, match=word):
        run("blank", "jl-migrant-child", "--prefill", str(values), "--out", str(out))
    assert not out.exists()

"""``tongdang form learn`` as typed: what is saved, what is refused, and that the saved form is then known."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from forms.catalog import forms_in
from forms.form_file import FormError, load_form, save_form
from ocr.learning.naming import propose
from workflow import form_learning
from workflow.cli_forms import add_form_commands

BLANKS = Path(__file__).resolve().parents[2] / "benchmarks" / "blanks"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_form_commands(parser.add_subparsers())
    options = parser.parse_args(["form", *arguments])
    code: int = options.run(options)
    return code


def test_a_learned_form_is_listed_shown_and_gets_a_new_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "表格"
    blank = str(BLANKS / "open-table.pdf")
    assert run("learn", blank, "--id", "qz-card", "--title", "关爱信息表", "--forms-dir", str(folder), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["id"] == "qz-card"
    assert {"child_name", "child_sex", "caregiver_phone", "sign_guardian"} <= {f["key"] for f in told["fields"]}
    assert all(0 <= f["key_confidence"] <= 1 for f in told["fields"])
    assert run("show", "qz-card", "--forms-dir", str(folder), "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    for field in told["fields"]:
        del field["key_confidence"], field["kind_confidence"]
    assert shown == told
    assert form_learning.next_version("qz-card", folder) == "2"
    (form,) = forms_in(folder)
    assert form.pages[0].blank.startswith(b"\x89PNG")
    with pytest.raises(FormError, match="已有"):
        save_form(form, folder)
    assert load_form(folder / "qz-card-1.json") == form


def test_ids_of_shipped_forms_and_impossible_ones_are_refused_before_the_work(tmp_path: Path) -> None:
    for name, said in (("jl-migrant-child", "另取"), ("../外面", "只能用字母")):
        with pytest.raises(FormError, match=said):
            run("learn", "没有这个文件.pdf", "--id", name, "--forms-dir", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_word_document_without_a_renderer_asks_for_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FormError, match="PDF"):
        form_learning.as_pdf(BLANKS / "brackets.docx")


def test_nothing_to_fill_in_is_said_and_not_saved() -> None:
    with pytest.raises(FormError, match="没有找到可以填写的栏目"):
        propose((), "leer").as_form("1")

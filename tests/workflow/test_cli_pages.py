"""``tongdang pages`` and ``tongdang office-forms`` as typed, run after run, each in a program of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from forms.catalog import shipped_forms
from forms.form_file import load_form
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.scripted import FORM, ScriptedPool, back, front, unknown
from workflow import cli, cli_pages

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in a store that was closed before; reading is scripted."""

    class Pool(ScriptedPool):
        def __init__(self, *_models_and_forms: object) -> None:
            super().__init__()

        def __enter__(self) -> Pool:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(cli, "clock", office.clock)
    monkeypatch.setattr(cli_pages, "ReaderPool", Pool)

    def command(*words: str) -> tuple[int, str]:
        office.store.close()
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        code = cli.main([*words, "--data-dir", str(office.store.data_dir)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def listed(run: Run) -> list[tuple[str, str]]:
    """Short id and the rest of the line, page by page."""
    return re.findall(r"^　(\w{8})　(.*)$", run("pages", "list")[1], flags=re.MULTILINE)


def registration(line: str) -> str:
    found = re.search(r"登记表 (\w{8})", line)
    assert found is not None, line
    return found[1]


def test_pages_are_put_in_order_and_every_deed_is_taken_back(office: OfficeAtWork, run: Run) -> None:
    office.deliver("一.pdf", front("A", child_name="甲"), back("A"), unknown("证明"))
    office.read()
    (one, two, paper) = listed(run)
    assert [line.split("　")[1] for _id, line in (one, two, paper)] == ["已识别", "已识别", "等人处理"]
    assert run("pages", "list")[0] == 1, "somebody has to look at the page of unknown form"
    code, said = run("pages", "put", paper[0], "--into", registration(one[1]))
    assert (code, "1 页归到了一份" in said) == (0, True)
    assert "附页" in listed(run)[2][1]
    assert run("pages", "aside", paper[0], "--reason", "不是登记表")[0] == 0
    assert "放在一边" in listed(run)[2][1]
    assert run("pages", "apart", two[0])[0] == 0
    lines = [line for _id, line in listed(run)]
    assert registration(lines[0]) != registration(lines[1])
    for words in ("1 页单独成一份", "搁置了 1 页", "1 页归到了一份"):
        code, said = run("pages", "undo")
        assert (code, f"撤销了：{words}" in said) == (0, True), said
    again = [line for _id, line in listed(run)]
    assert registration(again[0]) == registration(again[1])
    assert "等人处理" in again[2]
    code, said = run("pages", "undo")
    assert (code, "没有可以撤销的" in said) == (1, True)
    assert run("pages", "aside", paper[0])[0] == 0
    assert run("pages", "back", paper[0])[0] == 0
    assert "等人处理" in listed(run)[2][1]


def test_turned_and_read_as_a_chosen_form_at_once_or_later(office: OfficeAtWork, run: Run) -> None:
    office.deliver("一.pdf", unknown("横着的"))
    office.read()
    ((page, _line),) = listed(run)
    code, said = run("pages", "turn", page, "--degrees", "270")
    assert (code, "等人处理" in said) == (1, True)
    assert run("pages", "read-as", page, "--form", FORM.id, "--later")[0] == 0
    assert "未识别" in listed(run)[0][1]
    code, said = run("pages", "read-as", page, "--form", "没有这种")
    assert (code, "office-forms list" in said) == (1, True)


def test_typed_in_by_hand(office: OfficeAtWork, run: Run) -> None:
    office.deliver("一.pdf", front("A"), unknown())
    office.read()
    first, second = listed(run)
    code, said = run("pages", "key", second[0], "--form", FORM.id, "--side", "2")
    assert (code, registration(first[1]) in said) == (0, True)
    assert "反面" in listed(run)[1][1]
    assert run("pages", "key", second[0], "--form", f"{FORM.id}@{FORM.version}", "--side", "2")[0] == 1
    code, said = run("pages", "undo")
    assert (code, "1 页等着再读一次" in said) == (0, True)


def test_what_is_not_there_is_said(office: OfficeAtWork, run: Run) -> None:
    office.deliver("一.pdf", front("A"))
    office.read()
    ((page, line),) = listed(run)
    for words in (("aside", "12345678"), ("aside", page[-3:]), ("put", page, "--into", "87654321")):
        code, said = run("pages", *words)
        assert (code, "没有改动" in said) == (1, True)
    assert listed(run) == [(page, line)]


def test_the_store_s_forms(office: OfficeAtWork, run: Run, tmp_path: Path) -> None:
    office.deliver("一.pdf", front("A"), back("A"))
    office.read()
    code, said = run("office-forms", "list")
    assert code == 0
    assert len(said.splitlines()) == len({form.id for form in shipped_forms()})
    assert f"{FORM.id}　第 {FORM.version} 版　登记表　2 面" in said
    assert "读过 2 页　在用　随程序" in said
    assert run("office-forms", "versions", FORM.id)[1].count(FORM.id) == 1
    assert "停用了" in run("office-forms", "retire", FORM.id)[1]
    assert "已停用" in run("office-forms", "versions", FORM.id)[1]
    code, said = run("office-forms", "retire", f"{FORM.id}@999")
    assert (code, "没有改动" in said) == (1, True)
    assert "恢复使用了" in run("office-forms", "reinstate", FORM.id)[1]
    out = tmp_path / "表.json"
    assert run("office-forms", "export", FORM.id, "--out", str(out))[0] == 0
    assert load_form(out).id == FORM.id
    code, said = run("office-forms", "import", str(out))
    assert (code, "不用带入，没有改动" in said) == (2, True), said

"""Help and mistakes on the command line: Chinese, complete, and no line wider than the terminal."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import pytest

from exporters.table import display_width
from workflow import cli
from workflow.cli_parser import WIDEST, mistake

ENGLISH = re.compile(
    r"usage|argument|option|show this|invalid|expected|choose|required|error|ignored"
)  # argparse's own


def parsers() -> Iterator[argparse.ArgumentParser]:
    waiting = [cli.build_parser()]
    while waiting:
        parser = waiting.pop()
        yield parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting += action.choices.values()


@pytest.mark.parametrize("columns", [60, 100])
def test_every_help_is_chinese_and_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    told = {parser.prog: parser.format_help() for parser in parsers()}
    assert len(told) > 80
    # a name longer than the column beside it stands on a line of its own
    wide = {
        prog: [line for line in text.split("\n") if display_width(line) > columns and " " in line.strip()]
        for prog, text in told.items()
    }
    assert {prog: lines for prog, lines in wide.items() if lines} == {}
    english = {prog: ENGLISH.findall(text) for prog, text in told.items()}
    assert {prog: words for prog, words in english.items() if words} == {}


def test_every_argument_says_what_it_is() -> None:
    silent = [
        f"{parser.prog} {action.dest}"
        for parser in parsers()
        for action in parser._actions
        if not isinstance(action, argparse._SubParsersAction)
        and (not action.help or (action.nargs != 0 and action.metavar is None))
    ]
    assert silent == []


def test_a_command_begins_its_help_with_what_its_parent_says() -> None:
    told = {parser.prog: parser.format_help() for parser in parsers()}
    assert told["tongdang batch new"].split("\n\n")[1] == "把已核对的登记表组成批次并冻结"
    assert "  new    把已核对的登记表组成批次并冻结" in told["tongdang batch"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["form"], "还缺：动作"),
        (["form", "blank", "x"], "还缺：--out"),
        (["form", "list", "--wat"], "不认识：--wat"),
        (["fotm"], "命令：没有“fotm”，可以写：form、office-forms、"),
        (["form", "blank", "x", "--out"], "--out：后面要写一个值"),
        (["form", "blank", "x", "--out", "a.pdf", "--count", "0"], "--count：份数应为 1 到"),
        (["visit", "due", "--data-dir", "d", "--days", "多"], "--days：要写整数，这里是“多”"),
        (["read", "--json", "x"], "还缺：文件"),
        (["audit", "export", "--data-dir", "d", "--out", "o", "--since", "x"], "--since：日期写成 2026-10-12 的样子"),
        (["form", "list", "--json=3"], "不认识：--json=3"),
        (["form", "show", "x", "--json=3"], "--json：后面不写值，这里多了“3”"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(given)
    assert end.value.code == cli.USAGE
    lines = capsys.readouterr().err
    assert lines.startswith("用法：tongdang")
    assert max(map(display_width, lines.split("\n"))) <= WIDEST
    told = lines.replace("\n", "")  # a blank at which it broke is gone, too
    assert said in told
    assert told.replace(" ", "").endswith("什么也没有做；用--help看说明。")
    assert not ENGLISH.search(told)


def test_a_message_that_is_not_argparse_s_stays() -> None:
    assert mistake("argument --page: 页码从 1 起") == "--page：页码从 1 起"

"""The manual's table of rules is the program's, and the command line shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.rule_book import rule_book
from workflow import rules
from workflow.cli import build_parser

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "使用手册" / "规则表.md"
BEGIN = "<!-- tongdang rules list --markdown -->\n"


def test_the_manual_holds_the_table_as_it_is() -> None:
    text = CHAPTER.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2] == rules.table(), "write it anew: tongdang rules list --markdown"


def test_every_rule_stands_in_the_table() -> None:
    rows = [line for line in rules.table().splitlines() if line.startswith(("| 错误", "| 提醒", "| 提示"))]
    assert len(rows) == len(rule_book())
    assert not any("{" in row for row in rows)


@pytest.mark.parametrize(("more", "wanted"), [([], "birth_date_differs"), (["--markdown"], "| 错误 | 出生日期")])
def test_the_command_line_lists_them(capsys: pytest.CaptureFixture[str], more: list[str], wanted: str) -> None:
    options = build_parser().parse_args(["rules", "list", *more])
    assert options.run(options) == 0
    assert wanted in capsys.readouterr().out

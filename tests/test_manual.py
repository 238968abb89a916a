"""The manual is true: commands parse, keys are the window's, buttons exist, figures are the settings'."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from desktop.ui.verify.keys import SHEET
from forms.catalog import shipped_forms
from workflow import settings
from workflow.cli import build_parser

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ROOT / "docs" / "使用手册"


def chapter(start: str) -> str:
    return next(MANUAL.glob(f"{start}*.md")).read_text(encoding="utf-8")


def commands() -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", chapter("06"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("tongdang ")]


def test_the_chapter_shows_commands() -> None:
    assert len(commands()) >= 7


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_manual_parses(line: str) -> None:
    options = build_parser().parse_args(shlex.split(line)[1:])
    assert callable(options.run)


def test_the_form_in_the_examples_is_shipped() -> None:
    named = set(re.findall(r"form blank (\S+)", chapter("06")))
    assert named <= {form.id for form in shipped_forms()}
    assert named


def test_every_key_of_the_verify_screen_is_explained() -> None:
    keys = {name for row in re.findall(r"(?m)^\| ([^|]+?) \|", chapter("03")) for name in re.split(r"、|，", row)}
    plain = {re.sub(r" 到 Alt\+| 到 ", "–", key) for key in keys}
    shown = {name for row, _ in SHEET for name in row.split("、")}
    assert {key for key in shown - {"直接打字"} if key not in plain} == set()
    assert "直接打字" in chapter("03")


def test_every_button_of_the_manual_exists() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "desktop").rglob("*.py"))
    named = {
        (path.name, word)
        for path in MANUAL.glob("*.md")
        for words in re.findall(r"(?:点|打开|出现)((?:“[^”]+”)+)", path.read_text(encoding="utf-8"))
        for word in re.findall(r"“([^”]+)”", words)
    }
    assert len(named) > 10
    assert {(name, word) for name, word in named if word not in source} == set()


def test_figures_are_the_settings() -> None:
    assert f"头 {settings.SHOW_ALL_UNTIL.default} 份" in chapter("03")
    # 每一百栏里随机抽两栏
    assert settings.RECHECK_PERCENT.default == 2
    assert "每一百栏里随机抽两栏" in chapter("03")

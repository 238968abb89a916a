"""The manual is true: commands parse, keys are the window's, buttons exist, figures are the settings'."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
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
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(MANUAL.glob("*.md")))
    blocks = re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)
    found = [line for block in blocks for line in block.splitlines() if line.startswith("tongdang ")]
    return list(dict.fromkeys(found))


def leaves(parser: argparse.ArgumentParser) -> Iterator[str]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for each in action.choices.values():
            yield from leaves(each)
    if not below:
        yield parser.prog


def test_every_command_stands_in_the_manual() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in MANUAL.glob("*.md"))
    assert [
        name for name in leaves(build_parser()) if name not in text and name.removeprefix("tongdang ") not in text
    ] == []


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


def test_every_button_that_a_sentence_names_exists() -> None:
    """What the program itself tells a person to press."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "desktop").rglob("*.py"))
    named = {
        (path.name, word)
        for package in ("desktop", "exporters", "forms", "ocr", "records", "workflow")
        for path in (ROOT / package).rglob("*.py")
        for word in re.findall(r"(?:点|按一下|再点)“([^”{]+)”", path.read_text(encoding="utf-8"))
    }
    assert named
    buttons = re.sub(r"(?:点|按一下)“[^”]+”", "", source)
    assert {(name, word) for name, word in named if f'"{word}"' not in buttons} == set()


def test_figures_are_the_settings() -> None:
    assert f"头 {settings.SHOW_ALL_UNTIL.default} 份" in chapter("03")
    # 每一百栏里随机抽两栏
    assert settings.RECHECK_PERCENT.default == 2
    assert "每一百栏里随机抽两栏" in chapter("03")


def pictures_shown() -> set[str]:
    """Names of the pictures that the manual and the README show."""
    pages = [*MANUAL.glob("*.md"), ROOT / "README.md"]
    return {name for page in pages for name in re.findall(r"pictures/([^)\"]+\.png)", page.read_text(encoding="utf-8"))}


def test_every_picture_that_is_shown_is_there_and_every_one_there_is_shown() -> None:
    pictures = MANUAL / "pictures"
    there = {path.relative_to(pictures).as_posix() for path in pictures.rglob("*.*")}
    assert pictures_shown() - there == set()
    assert there - pictures_shown() == set()

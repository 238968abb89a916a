"""The manual's table of roles is what the program checks, and every right has its words."""

from __future__ import annotations

from pathlib import Path

from workflow.permission_table import RIGHT_NAMES, table
from workflow.permissions import RIGHTS, Right

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "使用手册" / "权限表.md"


def test_the_chapter_is_the_table() -> None:
    told = "run: tongdang user rights > docs/使用手册/权限表.md"
    assert CHAPTER.read_text(encoding="utf-8") == table(), told


def test_every_right_has_its_words() -> None:
    assert set(RIGHT_NAMES) == set(Right) == set(RIGHTS)

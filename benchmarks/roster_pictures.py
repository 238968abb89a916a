"""Pictures of base lists, for ``benchmarks.pictures``: a school's list with two of the samples' children on it."""

from __future__ import annotations

from pathlib import Path

from xlsxwriter import Workbook

from benchmarks.running import Taker
from desktop.ui.main_window import MainWindow
from desktop.ui.rosters.screen import RostersScreen
from forms.id_number import check_digit
from workflow import children, unmask
from workflow.access import Opened

TITLES = ("序号", "学生姓名", "身份证件号", "就读学校", "年级")
ABSENT = (("何雨桐", "220284201805062"), ("赵一诺", "220202201609113"), ("金美善", "222401201703083"))


def rosters(studio: Taker, window: MainWindow, opened: Opened, folder: Path) -> None:
    """A list before it comes in, and what came of comparing it."""
    window.go("rosters")
    screen = window.findChild(RostersScreen)
    assert screen is not None
    dialog = screen.look(_list(opened, folder))
    studio.until(lambda: dialog.seen is not None)
    studio.shoot("基础名单-带入", dialog)
    dialog.take()
    studio.until(lambda: screen.found.rows)
    studio.shoot("基础名单")


def _list(opened: Opened, folder: Path) -> Path:
    rows = children.children(opened.store, opened.actor)[:2]
    numbers = unmask.id_numbers(opened.store, opened.actor, [row.child_id for row in rows])
    known = [(row.name, numbers.get(row.child_id, "")) for row in rows]
    known[1] = (known[1][0][0] + "晓", known[1][1])  # written otherwise on the school's list
    absent = [(name, first + "01" + check_digit(first + "01")) for name, first in ABSENT]
    path = folder / "2026年秋季随迁子女.xlsx"
    with Workbook(str(path), {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["黄松甸镇中心校随迁子女花名册"])
        sheet.write_row(1, 0, TITLES)
        for at, (name, number) in enumerate([*known, *absent, ("李明", "")], start=1):
            sheet.write_row(at + 1, 0, [str(at), name, number, "黄松甸镇中心校", "三年级"])
    return path

"""Papers in the stack that are not the form: an invented visit note, and an empty sheet."""

from __future__ import annotations

import numpy as np

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import Family
from benchmarks.synth.paper import blank_sides
from benchmarks.synth.places import division_name
from benchmarks.synth.writing.glyphs import PX_PER_MM
from benchmarks.synth.writing.writer import Page, Writer, write_text
from forms.form_file import Box, Form, FormPage, PrintedLine, PrintedText

_LEFT, _RIGHT = 25.0, 185.0
_ROWS = ("走访日期", "儿童姓名", "现住址", "陪同人员", "生活情况", "学习情况", "家庭情况", "存在问题", "走访人")


def _note_form() -> Form:
    """A table of two columns that no form file describes."""
    texts = [PrintedText("入户走访记录", Box(25, 20, 160, 12), size=20, align="center", face="title")]
    lines = [PrintedLine(_LEFT, 40, _RIGHT, 40)]
    y = 40.0
    for label in _ROWS:
        height = _height(label)
        texts.append(PrintedText(label, Box(_LEFT, y, 30, height), size=12, align="center"))
        y += height
        lines.append(PrintedLine(_LEFT, y, _RIGHT, y))
    lines += [PrintedLine(x, 40, x, y) for x in (_LEFT, _LEFT + 30, _RIGHT)]
    page = FormPage(210, 297, lines=tuple(lines), texts=tuple(texts))
    return Form("x-note", "1", "入户走访记录", (page,), ())


def _height(label: str) -> float:
    return 28.0 if label.endswith(("情况", "问题")) else 14.0


def visit_note(about: Family, writer: Writer, dice: Dice) -> Page:
    """A note of a visit to this family, filled in by hand or print."""
    house = about.household
    town = division_name(house.residence.town or house.residence.county)
    said = {
        "走访日期": f"{house.statement.year}年{house.statement.month}月{house.statement.day}日",
        "儿童姓名": house.child.name.full,
        "现住址": house.residence.full,
        "陪同人员": f"{town}儿童督导员",
        "生活情况": "租住平房两间，取暖烧柴，三餐有保障，衣着整洁。",
        "学习情况": "成绩中等，按时上学，课后由家长辅导作业。",
        "家庭情况": "父母在本地打零工，收入不固定。",
        "存在问题": "暂无，已告知医保缴费时间。",
        "走访人": about.signatures["sign_collector"],
    }
    (side,) = blank_sides(_note_form(), "")
    y = 40.0
    for label in _ROWS:
        height = _height(label)
        write_text(side, writer, said[label], Box(_LEFT + 32, y + 1, _RIGHT - _LEFT - 34, height - 2), dice.sub(label))
        y += height
    return side


def empty_sheet() -> Page:
    """A sheet of A4 with nothing on it."""
    return np.full((round(297 * PX_PER_MM), round(210 * PX_PER_MM), 3), 255, np.uint8)

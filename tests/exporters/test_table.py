"""Neutral tables: what they refuse, what their hash depends on, and text that stays text."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporters.table import Cell, CellValue, Column, ColumnKind, Mark, Table, display_width, original_text, safe_text

NAME = Column("child_name", "姓名")
AGE = Column("age", "年龄", ColumnKind.NUMBER)
BORN = Column("birth_date", "出生日期", ColumnKind.DATE)
ROW = (Cell("张小禾"), Cell(9), Cell(date(2017, 3, 5)))


@pytest.mark.parametrize(
    ("dangerous", "visible"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+86 138", "'+86 138"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("%0A", "'%0A"),
        ("\t=1", "'\t=1"),
        ("\r1", "'\r1"),
        ("\ufeff=1", "'\ufeff=1"),
        (" \u3000 =1", "' \u3000 =1"),
        ("\u200b\x00＝1", "'\u200b\x00＝1"),
    ],
)
def test_formula_like_text_gets_a_visible_guard(dangerous: str, visible: str) -> None:
    assert safe_text(dangerous) == visible


@pytest.mark.parametrize("harmless", ["", "张三", "—", "1-2 班", "a=b", " 黄松甸镇", "220281201703050012", "(0432)"])
def test_ordinary_text_is_left_alone(harmless: str) -> None:
    assert safe_text(harmless) == harmless


@given(st.text())
@example("'")
@example("''=1")
@example("\ufeff'=1")
def test_guard_can_be_taken_off_again(text: str) -> None:
    assert original_text(safe_text(text)) == text


@given(st.text())
@example("\ufeff\ufeff\t")
def test_no_safe_text_begins_like_a_formula(text: str) -> None:
    skipped = ("Zs", "Zl", "Zp", "Cf")
    first = next((sign for sign in safe_text(text) if unicodedata.category(sign) not in skipped), "")
    assert first not in set("=+-@|%\t\r\n＝＋－＠｜％") or not first


def test_hash_sees_every_value_and_no_look() -> None:
    table = Table((NAME, AGE, BORN), (ROW,))
    looks = Table((NAME, AGE, BORN), (tuple(Cell(cell.value, Mark.TO_CHECK) for cell in ROW),))
    other = Table((NAME, AGE, BORN), ((Cell("张小禾"), Cell(8), Cell(date(2017, 3, 5))),))
    retitled = Table((Column("child_name", "儿童姓名"), AGE, BORN), (ROW,))
    assert table.content_sha256() == looks.content_sha256()
    assert len({table.content_sha256(), other.content_sha256(), retitled.content_sha256()}) == 3


def test_hash_is_pinned() -> None:
    """Printed on receipts: it must mean the same in every later version of the program."""
    lines = (
        '[["child_name","姓名","text"],["age","年龄","number"],["birth_date","出生日期","date"]]\n'
        '["张小禾",9,"2017-03-05"]\n'
    )
    assert Table((NAME, AGE, BORN), (ROW,)).content_sha256() == hashlib.sha256(lines.encode("utf-8")).hexdigest()


def test_hash_can_tell_a_moved_cell_border() -> None:
    columns = (Column("a", "甲"), Column("b", "乙"))
    left, right = (Cell("张"), Cell("三")), (Cell("张三"), Cell(""))
    assert Table(columns, (left,)).content_sha256() != Table(columns, (right,)).content_sha256()
    assert Table(columns, (left, right)).content_sha256() != Table(columns, (right, left)).content_sha256()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (NAME, 3),
        (NAME, date(2017, 3, 5)),
        (AGE, "9"),
        (AGE, True),
        (AGE, math.nan),
        (AGE, math.inf),
        (BORN, "2017-03-05"),
        (BORN, datetime(2017, 3, 5, tzinfo=UTC)),
    ],
)
def test_a_value_of_another_kind_is_refused(column: Column, value: CellValue) -> None:
    with pytest.raises(ValueError, match=f"column {column.key}"):
        Table((column,), ((Cell(value),),))


def test_ragged_rows_and_equal_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table((NAME, AGE), ((Cell("张"),),))
    with pytest.raises(ValueError, match="distinct"):
        Table((NAME, NAME), ())


@pytest.mark.parametrize(("text", "width"), [("", 0), ("ab", 2), ("张三", 4), ("张a\n李四五", 6), ("１", 2)])
def test_display_width(text: str, width: int) -> None:
    assert display_width(text) == width

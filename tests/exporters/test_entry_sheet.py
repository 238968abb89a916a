"""The entry list read back with python-docx: everything there, in order, in the right faces."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from docx.table import _Cell

from exporters.entry_sheet import EntryBlock, EntryLine, entry_bytes, write_entry_sheets
from tests.exporters import papers


def opened(data: bytes) -> DocxDocument:
    return Document(io.BytesIO(data))


def rows(word: DocxDocument, table: int) -> list[list[str]]:
    """Texts of a table's rows; merged cells count once."""
    found = []
    for row in word.tables[table].rows:
        cells: list[_Cell] = []
        for cell in row.cells:
            if not cells or cell._tc is not cells[-1]._tc:
                cells.append(cell)
        found.append([cell.text for cell in cells])
    return found


def test_every_value_stands_in_the_order_of_entry() -> None:
    document = papers.entry(children=1)
    flat = [text for row in rows(opened(entry_bytes(document)), 0) for text in row]
    numbers = [int(text[1:]) for text in flat if re.fullmatch(r"□\d+", text)]
    assert numbers == list(range(1, len(numbers) + 1))
    labels = [flat[index + 1] for index, text in enumerate(flat) if re.fullmatch(r"□\d+", text)]
    assert labels == [line.label for block in document.sheets[0].blocks for line in block.lines]


def test_a_code_stands_beside_its_value_and_a_long_value_alone() -> None:
    table = rows(opened(entry_bytes(papers.entry(children=1))), 0)
    assert table[0] == ["基本信息"]
    assert table[1] == ["□1", "姓名", "张小禾", "□2", "性别", "男（1）"]
    assert ["□5", "户籍所在地", "吉林省吉林市蛟河市黄松甸镇南崴子村三社（220281104）"] in table


def test_each_child_has_a_page_with_its_papers_place() -> None:
    word = opened(entry_bytes(papers.entry(children=3)))
    assert len(word.tables) == 3
    titles = [p for p in word.paragraphs if p.text == "录入对照单"]
    assert [bool(p.paragraph_format.page_break_before) for p in titles] == [False, True, True]
    places = [p.text for p in word.paragraphs if "档号：" in p.text]
    assert "第 1 份 共 3 份" in places[0]
    assert "档号：J019-ZY·2026-D30-0001" in places[0]
    assert "存放位置：2 号柜 3 盒" in places[0]
    assert "存放位置：尚未装盒" in places[1]
    assert rows(word, 2)[-2][0] == "系统儿童编号"


def test_pages_are_numbered_and_faces_are_chinese() -> None:
    word = opened(entry_bytes(papers.entry()))
    footer = word.sections[0].footer.paragraphs[0]
    codes = [piece.text for piece in footer._p.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert footer.text == "第 1 页 共 1 页"
    faces = {
        fonts.get(qn("w:eastAsia"))
        for paragraph in [
            *word.paragraphs,
            *(p for row in word.tables[0].rows for c in row.cells for p in c.paragraphs),
        ]
        for fonts in paragraph._p.iter(qn("w:rFonts"))
    }
    assert faces == {"宋体", "黑体"}


def test_same_document_same_bytes(tmp_path: Path) -> None:
    written = write_entry_sheets(tmp_path / "录入对照单.docx", papers.entry())
    assert (tmp_path / "录入对照单.docx").read_bytes() == entry_bytes(papers.entry())
    assert written.rows == 2
    with zipfile.ZipFile(tmp_path / "录入对照单.docx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = opened(entry_bytes(papers.entry())).core_properties
    assert (
        core.created == core.modified == papers.WRITTEN_AT.replace(tzinfo=core.created.tzinfo if core.created else None)
    )


def test_a_child_without_answers_and_signs_xml_cannot_hold() -> None:
    document = papers.entry(children=1)
    odd = (EntryBlock("备注", (EntryLine("备注", "甲\x00乙\ud842丙\U00020bb7"),)), EntryBlock("空", ()))
    word = opened(entry_bytes(replace(document, sheets=(replace(document.sheets[0], blocks=odd),))))
    assert rows(word, 0)[1] == ["□1", "备注", "甲\ufffd乙\ufffd丙𠮷"]
    assert rows(word, 0)[2] == ["空"]


def test_a_document_without_sheets_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        entry_bytes(replace(papers.entry(), sheets=()))

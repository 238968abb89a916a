"""The list to go round with says whom to visit, where and since when; as a PDF that is whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.workflow.conftest import OfficeAtWork
from workflow import visit_paper
from workflow.errors import BadValue, NotWritten


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        words = "".join(page.get_textpage().get_text_range() for page in document)
        return "".join(words.split())
    finally:
        document.close()


def test_the_list_names_who_is_overdue_and_where_they_live(office: OfficeAtWork) -> None:
    office.child("一", form_date="2026-07-01")
    office.child("二", child_name="林晓", child_id_number=None, form_date="2026-10-12")
    out = office.folder / "名单.pdf"
    done = visit_paper.print_due(*act(office), out)
    assert done.children == 1
    words = text_of(out)
    for part in (
        "入户走访名单",
        "欧阳雪",
        "河沿街3号",
        "林雾凇",
        "13904320001",
        "逾期11天",
        "没有走访过",
        "黄松甸镇人民政府",
    ):
        assert part in words, part
    assert "林晓" not in words
    assert visit_paper.print_due(*act(office), out, ahead_days=366).children == 2
    assert "林晓" in text_of(out)


def test_nobody_to_visit_and_no_folder(office: OfficeAtWork) -> None:
    out = office.folder / "名单.pdf"
    with pytest.raises(BadValue, match="没有要走访的儿童"):
        visit_paper.print_due(*act(office), out)
    office.child("一", form_date="2026-07-01")
    with pytest.raises(BadValue):
        visit_paper.print_due(*act(office), out, division="220281105")
    assert not out.exists()
    with pytest.raises(NotWritten):
        visit_paper.print_due(*act(office), office.folder / "没有这个文件夹" / "名单.pdf")

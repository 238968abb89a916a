"""The papers that go out to villages: every slip counted by itself, rows whole, numbers broken where they may be."""

from __future__ import annotations

import io
from datetime import date

import pdfplumber

from exporters.question_slip import AskedLine, Slip, slips_pdf
from exporters.visit_list import VisitLine, visit_list_pdf

OFFICE, DAY = "蛟河市黄松甸镇人民政府", date(2026, 11, 24)
LONG_NAME = "古丽米热·阿卜杜热合曼阿吉·依"
LONG_PLACE = (
    "内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗尼尔基镇"
    "西北部前霍日里村民委员会第三村民小组东数第二排靠河沿北侧6号院西屋"
)


def texts(pdf: bytes) -> list[list[str]]:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [page.extract_text().splitlines() for page in document.pages]


def cells(pdf: bytes) -> list[list[str]]:
    """The rows of all tables, page after page; what a row has on another page would be a row of its own."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [
            [str(cell or "").replace("\n", "") for cell in row]
            for page in document.pages
            for table in page.extract_tables()
            for row in table
        ]


def slips() -> bytes:
    asked = tuple(
        AskedLine(LONG_NAME, f"X001-ZY·2026·D30·黄松甸镇-{n:04d}", "现居住地", LONG_PLACE, "村名看不清")
        for n in range(1, 20)
    )
    return slips_pdf([Slip("黄松甸镇李家屯村", asked), Slip("黄松甸镇三合村", asked[:1])], OFFICE, DAY)


def test_each_slip_counts_its_own_pages() -> None:
    *first, last = [page[-1] for page in texts(slips())]
    assert len(first) > 1
    assert [foot.split("外传")[1].split() for foot in first] == [
        ["第", str(n), "页", "共", str(len(first)), "页"] for n in range(1, len(first) + 1)
    ]
    assert last.endswith("第 1 页 共 1 页")


def test_a_row_of_a_slip_is_never_torn() -> None:
    rows = [row for row in cells(slips()) if row[0] != "序号"]
    assert [row[0] for row in rows] == [*map(str, range(1, 20)), "1"]
    assert {row[1] for row in rows} == {LONG_NAME}
    assert {row[4] for row in rows} == {LONG_PLACE}


def test_a_number_is_broken_before_its_last_part_only() -> None:
    said = [line for page in texts(slips()) for line in page]
    assert any("黄松甸镇-0001" in line for line in said)
    assert not any(line.endswith("黄松甸") for line in said)


def test_an_endless_number_still_fits_its_column() -> None:
    number = "X001-ZY·2026-D30-查干花蒙古族乡人民政府民政办公室-0001"
    pdf = slips_pdf([Slip("三合村", (AskedLine("金红花", number, "现居住地", "", ""),))], OFFICE, DAY)
    assert cells(pdf)[1][2] == number


def test_the_list_of_visits_is_whole_on_every_page() -> None:
    line = VisitLine(LONG_NAME, LONG_PLACE, f"{LONG_NAME} 13904327788", "风险较大", "2026年12月9日前", "没有走访过")
    pdf = visit_list_pdf(OFFICE, DAY, [line] * 20, "名单里有儿童的信息。")
    assert pdf == visit_list_pdf(OFFICE, DAY, [line] * 20, "名单里有儿童的信息。")
    rows = cells(pdf)
    assert [row[0] for row in rows if row[0] != "序号"] == [str(n) for n in range(1, 21)]
    assert {row[2] for row in rows if row[0] != "序号"} == {LONG_PLACE}
    assert all("不得复印" in page[-1] and "页 共" in page[-1] for page in texts(pdf))

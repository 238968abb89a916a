"""Invented children for the exporters' tests: nobody of these lives anywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

from exporters.entry_sheet import EntryBlock, EntryDocument, EntryLine, EntrySheet
from exporters.table import Cell, Column, ColumnKind, Mark, Table
from exporters.workbook import BatchDocument, DraftDocument, FailureLine, LookLine

WRITTEN_AT = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)
HEAD = "9f2c" * 16

COLUMNS = (
    Column("position", "序号", ColumnKind.NUMBER),
    Column("child_name", "姓名"),
    Column("child_sex", "性别"),
    Column("child_id_number", "公民身份号码"),
    Column("child_birth_date", "出生日期", ColumnKind.DATE),
    Column("household_division", "户籍所在地代码"),
    Column("household_address", "户籍所在地详细地址"),
    Column("guardian_phone", "监护人联系电话"),
    Column("arrived_month", "来现居住地时间"),
    Column("note", "困难诉求"),
)

PEOPLE: tuple[tuple[str | int | date | None, ...], ...] = (
    (
        1, "张小禾", "1", "220281201703050012", date(2017, 3, 5), "220281104", "吉林省吉林市蛟河市黄松甸镇南崴子村三社",
        "13804320001", "2025-09", "",
    ),
    (
        2, "欧阳·买买提江", "2", "150502201511230023", date(2015, 11, 23), "150502", "内蒙古自治区通辽市科尔沁区红石镇",
        "043288880001", "2024-11", "=HYPERLINK(\"x\")",
    ),
    (
        3, "𠮷田禾", "2", None, date(2019, 1, 31), None, "—", "+8613804320002", "2026-01",
        "父母外出，跟随祖父母生活；冬季取暖困难，孩子近视需配镜，家中只有一人有收入。",
    ),
)  # fmt: skip


def table(marks: tuple[tuple[Mark, ...], ...] | None = None) -> Table:
    rows = []
    for number, person in enumerate(PEOPLE):
        looks = marks[number] if marks else (Mark.NONE,) * len(person)
        rows.append(tuple(Cell(value, mark) for value, mark in zip(person, looks, strict=True)))
    return Table(COLUMNS, tuple(rows))


def batch() -> BatchDocument:
    return BatchDocument(
        number="PC-2026-0003",
        name="2026年下半年第一批",
        office="蛟河市黄松甸镇人民政府",
        round_name="2026年下半年更新",
        table=table(),
        audit_head=HEAD,
        program_version="0.1.0",
        written_by="王敏",
        written_at=WRITTEN_AT,
    )


def draft() -> DraftDocument:
    seen, doubt, machine = Mark.CONFIRMED, Mark.TO_CHECK, Mark.MACHINE
    marks = (
        (Mark.NONE, *(seen,) * 9),
        (Mark.NONE, doubt, *(machine,) * 4, doubt, *(machine,) * 3),
        (Mark.NONE, machine, machine, doubt, *(machine,) * 6),
    )
    return DraftDocument(
        office="蛟河市黄松甸镇人民政府",
        round_name="2026年下半年更新",
        table=table(marks),
        to_look_at=(
            LookLine("扫描 0412.tif", 1, "欧阳·买买提江", "姓名", "欧阳·买买提江", "“买”字看不准"),
            LookLine("扫描 0412.tif", 1, "欧阳·买买提江", "户籍所在地详细地址",
                     "内蒙古自治区通辽市科尔沁区红石镇", "这个乡镇不在名录里"),
            LookLine("扫描 0413.jpg", 1, "𠮷田禾", "公民身份号码", "", "格子里有笔画，没有读出"),
        ),
        failures=(
            FailureLine("扫描 0414.pdf", None, "这个文件有密码，没有读。原件没有改动。"
                        "请在收件箱里输入密码，或请送来的人去掉密码再扫。"),
            FailureLine("扫描 0415.tif", 3, "这一页只有一半，没有读。请重新扫描这一页。"),
        ),
        summary="共 7 页，读出 5 页，待核对 3 处，未读出 2 件",
        program_version="0.1.0",
        written_by="王敏",
        written_at=WRITTEN_AT,
    )  # fmt: skip


def entry(children: int = 2) -> EntryDocument:
    """Sheets as long as the reference form: nine blocks, sixty-four values."""
    address = "吉林省吉林市蛟河市黄松甸镇南崴子村三社"
    blocks = [
        EntryBlock(
            "基本信息",
            (
                EntryLine("姓名", "张小禾"),
                EntryLine("性别", "男", "1"),
                EntryLine("民族", "汉族", "01"),
                EntryLine("公民身份号码", "220281201703050012"),
                EntryLine("户籍所在地", address, "220281104"),
                EntryLine("出生日期", "2017-03-05"),
                EntryLine("现居住地", "吉林省长春市南关区", "220102"),
                EntryLine("来现居住地时间", "2025-09"),
            ),
        ),
        *(
            EntryBlock(f"第 {n} 部分", tuple(EntryLine(f"栏目 {n}-{i}", "是" if i % 3 else "", "1") for i in range(7)))
            for n in range(2, 10)
        ),
    ]
    return EntryDocument(
        batch_number="PC-2026-0003",
        batch_name="2026年下半年第一批",
        office="蛟河市黄松甸镇人民政府",
        sheets=tuple(
            EntrySheet("张小禾", f"J019-ZY·2026-D30-{n:04}", "2 号柜 3 盒" if n % 2 else "", tuple(blocks))
            for n in range(1, children + 1)
        ),
        program_version="0.1.0",
        written_by="王敏",
        written_at=WRITTEN_AT,
    )

"""Blank forms of other makers' layouts, to learn from: described here, laid out and saved by LibreOffice Writer.

``python -m benchmarks.learning_forms`` makes ``benchmarks/blanks/*.docx``, has ``soffice`` save each as PDF, and writes the
truth beside it: for every cell to fill in its key, kind, options, and its box as the PDF's own lines tell it
(``pdfplumber``; nothing of ``ocr.learning`` is used). The files are committed, so a benchmark needs no LibreOffice.

A table is rows of cells; a cell is ``text``, ``text|key``, and so on: see ``Cell.of``. ``^`` continues the cell above,
``<`` the cell to the left.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import pdfplumber
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BLANKS = Path(__file__).resolve().parent / "blanks"
POINT_MM = 25.4 / 72
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
OWN = "x"
"""Key of a cell that the dictionary has no word for."""


@dataclass(frozen=True)
class Cell:
    """``keys``: what is asked in it, each ``key`` or ``key:kind``; ``options`` of the last."""

    text: str
    keys: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    left: bool = False

    @classmethod
    def of(cls, raw: str) -> Cell:
        """``text|key:kind,key|option,option``; text that begins with ``!`` is set to the left."""
        text, keys, options = (raw.split("|") + ["", ""])[:3]
        return cls(
            text.removeprefix("!"),
            tuple(k for k in keys.split(",") if k),
            tuple(o for o in options.split(",") if o),
            text.startswith("!"),
        )


@dataclass(frozen=True)
class Table:
    """``widths`` in millimetres per grid column, ``height`` per row; ``border``: Word's line style and eighths of a point."""

    widths: Sequence[float]
    rows: Sequence[Sequence[str]]
    height: float = 8.5
    border: tuple[str, int, str] = ("single", 4, "000000")
    open_sides: bool = False


@dataclass(frozen=True)
class Blank:
    """One form. ``before``/``after``: paragraphs around the table; ``heads``: keys asked in them, in order."""

    id: str
    title: str
    tables: Sequence[Table]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    heads: Sequence[str] = ()
    face: str = SERIF
    size: float = 10.5
    landscape: bool = False
    between: Sequence[str] = field(default_factory=tuple)


YN = "是(  )  否(  )"

NATIONAL = Blank(
    "national-2016",
    "农村留守儿童基本情况登记表",
    [
        Table(
            [14, 22, 24, 18, 24, 22, 22, 32],
            [
                ["留守儿童个人基本情况", "姓名", "|child_name", "性别", "|child_sex", "民族", "|child_ethnic_group", "<"],
                ["^", "出生日期", "|child_birth_date", "<", "公民身份证号码", "|child_id_number", "<", "<"],
                ["^", "是否登记户口", YN + "|child_registered|是,否", "<", "户籍所在地", "|child_household", "<", "<"],
                ["^", "现居住地", "|child_residence", "<", "<", "<", "<", "<"],
                ["^", "身体情况", "健康(  )  残疾(  )  患病(  )|health_body|健康,残疾,患病", "<", "<", "残疾类别及等级", "|disability_category", "<"],
                ["^", "患病类型", "|health_illness", "<", "<", "是否学校寄宿", YN + "|school_boarding|是,否", "<"],
                ["^", "就学情况", "!幼儿园(  )未入园(  ); 小学(  )初中(  )高中(  )中职(  ); 辍学(  );不在学(  )|school_state|幼儿园,未入园,小学,初中,高中,中职,辍学,不在学", "<", "<", "<", "<", "<"],
                ["家庭情况", "祖父", "姓名", "|paternal_grandfather_name", "<", "出生日期", "|paternal_grandfather_birth_date", "<"],
                ["^", "祖母", "姓名", "|paternal_grandmother_name", "<", "出生日期", "|paternal_grandmother_birth_date", "<"],
                ["^", "外祖父", "姓名", "|maternal_grandfather_name", "<", "出生日期", "|maternal_grandfather_birth_date", "<"],
                ["^", "外祖母", "姓名", "|maternal_grandmother_name", "<", "出生日期", "|maternal_grandmother_birth_date", "<"],
                ["^", "父亲", "姓名", "|father_name", "<", "出生日期", "|father_birth_date", "<"],
                ["^", "^", "当前务工地点", "|father_workplace", "<", "联系电话", "|father_phone", "<"],
                ["^", "^", "公民身份证号码", "|father_id_number", "<", "<", "<", "<"],
                ["^", "母亲", "姓名", "|mother_name", "<", "出生日期", "|mother_birth_date", "<"],
                ["^", "^", "当前务工地点", "|mother_workplace", "<", "联系电话", "|mother_phone", "<"],
                ["^", "^", "公民身份证号码", "|mother_id_number", "<", "<", "<", "<"],
                ["实际监护情况", "父母双方同时外出", "<", YN + "|parents_both_away|是,否", "<", "父母一方外出、另一方无监护能力", "<", YN + "|parent_away_other_unable|是,否"],
                ["^", "父母外出有无委托其他监护人", "<", YN + "|caregiver_entrusted|是,否", "<", "委托监护人姓名", "<", "|caregiver_name"],
                ["^", "受委托监护人电话", "<", "|caregiver_phone", "<", "与被监护人关系", "<", "|caregiver_relation"],
                ["^", "委托监护人公民身份证号码", "<", "|caregiver_id_number", "<", "<", "<", "<"],
                ["^", "居住地地址", "<", "|caregiver_address", "<", "<", "<", "<"],
                ["^", "监护类型", "!无人监护(  )  父或母无监护能力(  )  受委托监护人监护能力不足(  )  监护情况一般(  )  监护情况较好(  )|guardianship_state|无人监护,父或母无监护能力,受委托监护人监护能力不足,监护情况一般,监护情况较好", "<", "<", "<", "<", "<"],
                ["家庭经济来源（多选）", "<", "打工收入(  )  种养殖业(  )  政府救助(  )  亲朋接济(  )  其他(  )|support_income|打工收入,种养殖业,政府救助,亲朋接济,其他", "<", "<", "<", "<", "<"],
                ["救助帮扶情况（多选）", "<", "享受低保(  )  临时救助(  )  医疗救助(  )  住房救助(  )  其他救助(  )|support_relief|享受低保,临时救助,医疗救助,住房救助,其他救助", "<", "<", "<", "<", "<"],
            ],
            height=8.2,
        )
    ],
    before=["填报单位:(盖章)____________________          填报日期:____________________"],
    after=["单位负责人(签名):________________  复核人(签名):________________  填表人(签名):________________"],
    heads=["form_unit", "form_date", "sign_head", "sign_reviewer", "sign_collector"],
    size=9.5,
)

BRACKETS = Blank(
    "brackets",
    "流动儿童情况摸排登记表",
    [
        Table(
            [26, 40, 22, 30, 22, 40],
            [
                ["儿童姓名", "|child_name", "性别", "（  ）男 （  ）女|child_sex|男,女", "民族", "|child_ethnic_group"],
                ["身份证号", "|child_id_number", "<", "<", "出生年月", "    年    月|child_birth_date"],
                ["户籍地址", "|child_household", "<", "<", "户口性质", "（  ）农业 （  ）非农业|child_household_kind|农业,非农业"],
                ["现住址", "|child_residence", "<", "<", "联系方式", "|child_phone"],
                ["流入时间", "      年    月|child_arrival", "流动类型", "（  ）跨省 （  ）省内跨市 （  ）市内跨县|child_movement|跨省,省内跨市,市内跨县", "<", "<"],
                ["就读学校", "|school_name", "年级", "|school_grade", "学籍号", "|school_register_number"],
                ["学校性质", "（  ）公办 （  ）民办|school_nature|公办,民办", "是否寄宿", "（  ）是 （  ）否|school_boarding|是,否", "有无居住证", "（  ）有 （  ）无|permit_state|有,无"],
                ["健康状况", "!（  ）健康 （  ）患病 （  ）残疾|health_body|健康,患病,残疾", "<", "<", "残疾证号", "|disability_number"],
                ["参保情况", "!（  ）居住地参保 （  ）户籍地参保 （  ）未参保|insurance_state|居住地参保,户籍地参保,未参保", "<", "<", "<", "<"],
                ["疫苗接种情况", "!（  ）按程序完成 （  ）未完成 （  ）不详|immunisation_state|按程序完成,未完成,不详", "<", "<", "过敏史", "|x:text"],
                ["父亲姓名", "|father_name", "父亲电话", "|father_phone", "工作单位", "|father_workplace"],
                ["父亲身份证号", "|father_id_number", "<", "<", "文化程度", "|x:text"],
                ["母亲姓名", "|mother_name", "母亲电话", "|mother_phone", "工作单位", "|mother_workplace"],
                ["母亲身份证号", "|mother_id_number", "<", "<", "文化程度", "|x:text"],
                ["监护人姓名", "|caregiver_name", "与儿童关系", "|caregiver_relation", "监护人电话", "|caregiver_phone"],
                ["监护状况", "!（  ）较好 （  ）一般 （  ）风险较大|guardianship_state|较好,一般,风险较大", "<", "<", "家庭年收入", "        元|x:number"],
                ["存在困难及诉求", "|support_needs", "<", "<", "<", "<"],
                ["备注", "|remarks", "<", "<", "<", "<"],
            ],
            height=10.5,
        )
    ],
    before=["______县（市、区）______乡镇（街道）______村（社区）                    填表时间：      年    月    日"],
    after=["注：请在（  ）中划“√”，每项只选一个；无相应情况的栏目划“—”。", "填表人：              审核人：              单位负责人："],
    heads=["form_division", "form_date", "sign_collector", "sign_reviewer", "sign_head"],
    face=SANS,
)

ABOVE = Blank(
    "labels-above",
    "随迁子女信息采集表",
    [
        Table(
            [36, 36, 36, 36, 36],
            [
                ["一、儿童信息", "<", "<", "<", "<"],
                ["姓名", "性别", "民族", "出生日期", "联系电话"],
                ["|child_name", "|child_sex", "|child_ethnic_group", "|child_birth_date", "|child_phone"],
                ["公民身份号码", "<", "户籍所在地", "<", "<"],
                ["|child_id_number", "<", "|child_household", "<", "<"],
                ["现居住地址", "<", "<", "来现居住地时间", "随同人员"],
                ["|child_residence", "<", "<", "|child_arrival", "|child_accompanied"],
                ["就读学校", "<", "年级", "学校性质", "是否寄宿"],
                ["|school_name", "<", "|school_grade", "□公办 □民办|school_nature|公办,民办", "□是 □否|school_boarding|是,否"],
                ["二、父母及监护人信息", "<", "<", "<", "<"],
                ["称谓", "姓名", "公民身份号码", "联系电话", "工作单位"],
                ["父亲", "|father_name", "|father_id_number", "|father_phone", "|father_workplace"],
                ["母亲", "|mother_name", "|mother_id_number", "|mother_phone", "|mother_workplace"],
                ["实际照护人", "|caregiver_name", "|caregiver_id_number", "|caregiver_phone", "|x:text"],
                ["三、其他家庭成员", "<", "<", "<", "<"],
                ["姓名", "与儿童关系", "年龄", "健康状况", "联系电话"],
                ["|x:name", "|x:text", "|x:number", "|x:text", "|x:phone"],
                ["|x:name", "|x:text", "|x:number", "|x:text", "|x:phone"],
                ["困难诉求", "<", "<", "<", "<"],
                ["|support_needs", "<", "<", "<", "<"],
            ],
            height=9.5,
            border=("single", 4, "808080"),
        )
    ],
    before=["编号：______________                                        填表日期：______年____月____日"],
    after=["监护人签字：________________        采集人签字：________________"],
    heads=["form_number", "form_date", "sign_guardian", "sign_collector"],
)

VERTICAL = Blank(
    "vertical",
    "流动儿童家庭情况调查表",
    [
        Table(
            [10, 10, 26, 34, 26, 34, 40],
            [
                ["儿\n童\n情\n况", "姓    名", "<", "|child_name", "性    别", "男□  女□|child_sex|男,女", "照片"],
                ["^", "民    族", "<", "|child_ethnic_group", "出生年月日", "|child_birth_date", "^"],
                ["^", "公民身份\n号    码", "<", "|child_id_number", "<", "<", "^"],
                ["^", "户籍所在地\n（须与户口簿一致）", "<", "|child_household", "<", "<", "<"],
                ["^", "现居住地址", "<", "|child_residence", "<", "<", "<"],
                ["^", "就学情况", "<", "!未入园□  幼儿园□  小学□  初中□  高中□  中职□  失学□|school_state|未入园,幼儿园,小学,初中,高中,中职,失学", "<", "<", "<"],
                ["^", "身体状况", "<", "!健康□  患病□  残疾□|health_body|健康,患病,残疾", "<", "患病名称", "|health_illness"],
                ["家\n庭\n情\n况", "父\n亲", "姓    名", "|father_name", "联系电话", "|father_phone", "<"],
                ["^", "^", "身份证号", "|father_id_number", "务工地", "|father_workplace", "<"],
                ["^", "^", "是否外出", "是□  否□|father_away|是,否", "健康状况", "!正常□  重病□  重残□|father_state|正常,重病,重残", "<"],
                ["^", "母\n亲", "姓    名", "|mother_name", "联系电话", "|mother_phone", "<"],
                ["^", "^", "身份证号", "|mother_id_number", "务工地", "|mother_workplace", "<"],
                ["^", "^", "是否外出", "是□  否□|mother_away|是,否", "健康状况", "!正常□  重病□  重残□|mother_state|正常,重病,重残", "<"],
                ["^", "监\n护\n人", "姓    名", "|caregiver_name", "与儿童关系", "|caregiver_relation", "<"],
                ["^", "^", "身份证号", "|caregiver_id_number", "联系电话", "|caregiver_phone", "<"],
                ["保\n障\n情\n况", "医疗保险", "<", "!居住地参保□  户籍地参保□  未参保□|insurance_state|居住地参保,户籍地参保,未参保", "<", "参保地", "|insurance_place"],
                ["^", "经济来源\n（可多选）", "<", "!打工收入□  种养殖业□  政府救助□  亲朋接济□  其他□|support_income|打工收入,种养殖业,政府救助,亲朋接济,其他", "<", "<", "<"],
                ["监护人意见", "<", "<", "!\n\n签字：                      年    月    日|sign_guardian,x:date", "<", "<", "<"],
                ["备    注", "<", "<", "|remarks", "<", "<", "<"],
            ],
            height=10.0,
            border=("double", 4, "000000"),
        )
    ],
    before=["填报单位：____________________                      填报日期：    年   月   日"],
    heads=["form_unit", "form_date"],
)

ANNEX = Blank(
    "annex-1",
    "流动儿童基本情况登记表",
    [
        Table(
            [24, 32, 22, 26, 26, 50],
            [
                ["基本信息", "<", "<", "<", "<", "<"],
                ["姓名*", "|child_name", "性别*", "□男 □女|child_sex|男,女", "民族*", "|child_ethnic_group"],
                ["出生日期*", "|child_birth_date", "证件类型", "□居民身份证 □户口簿 □出生医学证明|child_id_type|居民身份证,户口簿,出生医学证明", "<", "<"],
                ["公民身份号码", "|child_id_number", "<", "<", "是否登记户口", "□是  □否|child_registered|是,否"],
                ["户籍性质", "!□农业户口 □非农业户口 □居民户口|child_household_kind|农业户口,非农业户口,居民户口", "<", "<", "联系电话", "|child_phone"],
                ["户籍所在地", "|child_household", "<", "<", "<", "<"],
                ["现居住地", "|child_residence", "<", "<", "<", "<"],
                ["来现居住地时间", "     年    月|child_arrival", "流动范围", "□跨省 □省内跨市 □市内跨县|child_movement|跨省,省内跨市,市内跨县", "<", "<"],
                ["随同流动人员", "!□父母双方 □父亲 □母亲 □其他监护人|child_accompanied|父母双方,父亲,母亲,其他监护人", "<", "<", "<", "<"],
                ["入园入学情况", "!□未入园 □幼儿园 □小学 □初中 □高中 □中职 □特殊教育 □辍学 □不在学|school_state|未入园,幼儿园,小学,初中,高中,中职,特殊教育,辍学,不在学", "<", "<", "<", "<"],
                ["学校（园）名称", "|school_name", "年级", "|school_grade", "办学性质", "!□公办 □民办 □购买学位|school_nature|公办,民办,购买学位"],
                ["是否办理居住证", "□是 □否|permit_state|是,否", "居住证号", "|permit_number", "<", "<"],
                ["签发日期", "|permit_date", "未办原因", "|permit_reason", "<", "<"],
                ["0-6岁健康管理", "!□已纳入 □未纳入 □不适用|health_managed|已纳入,未纳入,不适用", "<", "预防接种", "!□按程序完成 □未完成 □不详|immunisation_state|按程序完成,未完成,不详", "<"],
                ["身体情况", "!□健康 □患病 □残疾|health_body|健康,患病,残疾", "<", "医保参保情况", "!□居住地参保 □户籍地参保 □未参保|insurance_state|居住地参保,户籍地参保,未参保", "<"],
                ["残疾人证", "□有 □无|disability_certificate|有,无", "证号", "|disability_number", "康复救助", "!□已享受 □未享受 □不需要|rehabilitation_state|已享受,未享受,不需要"],
                ["家庭监护情况", "<", "<", "<", "<", "<"],
                ["父亲姓名", "|father_name", "身份证号", "|father_id_number", "<", "电话：|father_phone"],
                ["工作单位或务工地", "|father_workplace", "<", "父亲状况", "!□正常 □重病 □重残 □服刑 □失联|father_state|正常,重病,重残,服刑,失联", "<"],
                ["母亲姓名", "|mother_name", "身份证号", "|mother_id_number", "<", "电话：|mother_phone"],
                ["工作单位或务工地", "|mother_workplace", "<", "母亲状况", "!□正常 □重病 □重残 □服刑 □失联|mother_state|正常,重病,重残,服刑,失联", "<"],
                ["实际照护人姓名", "|caregiver_name", "与儿童关系", "|caregiver_relation", "照护人电话", "|caregiver_phone"],
                ["照护人身份证号", "|caregiver_id_number", "<", "监护状况", "!□较好 □一般 □风险较大|guardianship_state|较好,一般,风险较大", "<"],
                ["家庭经济来源（可多选）", "!□打工收入 □种养殖业 □政府救助 □亲朋接济 □其他|support_income|打工收入,种养殖业,政府救助,亲朋接济,其他", "<", "<", "<", "<"],
                ["是否重点关爱服务对象", "□是 □否|concern_listed|是,否", "纸质档案档号", "|concern_dossier", "<", "<"],
            ],
            height=8.2,
        )
    ],
    before=["填报单位（盖章）：________________      填报日期：______年____月____日      编号：__________"],
    after=["监护人（签名）：____________  填表人（签名）：____________  复核人（签名）：____________"],
    heads=["form_unit", "form_date", "form_number", "sign_guardian", "sign_collector", "sign_reviewer"],
    size=9.5,
)

OPEN = Blank(
    "open-table",
    "儿童关爱服务信息表",
    [
        Table(
            [30, 60, 30, 60],
            [
                ["姓名", "|child_name", "性别", "○男  ○女|child_sex|男,女"],
                ["身份证号码", "|child_id_number", "出生日期", "|child_birth_date"],
                ["家庭住址", "|child_residence", "联系电话", "|child_phone"],
                ["监护人姓名", "|caregiver_name", "监护人联系电话", "|caregiver_phone"],
                ["与被监护人关系", "|caregiver_relation", "监护人身份证号", "|caregiver_id_number"],
                ["就读学校", "|school_name", "班级", "|school_grade"],
                ["主要困难", "|support_needs", "<", "<"],
                ["备注", "|remarks", "<", "<"],
            ],
            height=13.0,
            border=("dotted", 6, "404040"),
            open_sides=True,
        )
    ],
    before=["填表日期：________________"],
    after=["填表说明：1．本表由村（社区）儿童主任填写。2．字迹工整，不得涂改。", "监护人签名：____________________        填表人：____________________"],
    heads=["form_date", "sign_guardian", "sign_collector"],
)

ALL = (NATIONAL, BRACKETS, ABOVE, VERTICAL, ANNEX, OPEN)


# -- Word -------------------------------------------------------------------------------------------------------------


def document(blank: Blank) -> Any:
    """The form as a Word document."""
    doc = docx.Document()
    section = doc.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if blank.landscape else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(13)
    _paragraph(doc.add_paragraph(), blank.title, blank, 16, centred=True)
    for text in blank.before:
        _paragraph(doc.add_paragraph(), text, blank, blank.size)
    for table in blank.tables:
        _table(doc, table, blank)
    for text in blank.after:
        _paragraph(doc.add_paragraph(), text, blank, blank.size)
    return doc


def _paragraph(paragraph: Any, text: str, blank: Blank, size: float, *, centred: bool = False) -> None:
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5 if centred else 0.5)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = blank.face
    run._element.rPr.rFonts.set(qn("w:eastAsia"), blank.face)


def _table(doc: Any, spec: Table, blank: Blank) -> None:
    table = doc.add_table(len(spec.rows), len(spec.widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _borders(table, spec)
    for column, width in zip(table.columns, spec.widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row.height = Mm(spec.height)
        for cell, width in zip(row.cells, spec.widths, strict=True):
            cell.width = Mm(width)
    for (r, c), (rows, columns, raw) in _spans(spec).items():
        cell = table.cell(r, c)
        if rows > 1 or columns > 1:
            cell = cell.merge(table.cell(r + rows - 1, c + columns - 1))
        content = Cell.of(raw)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        lines = content.text.split("\n")
        for n, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
            _paragraph(paragraph, line, blank, blank.size, centred=not content.left)


def _spans(spec: Table) -> dict[tuple[int, int], tuple[int, int, str]]:
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for r, row in enumerate(spec.rows):
        for c, raw in enumerate(row):
            if raw in ("^", "<"):
                continue
            columns = 1
            while c + columns < len(row) and row[c + columns] == "<":
                columns += 1
            rows = 1
            while r + rows < len(spec.rows) and spec.rows[r + rows][c] == "^":
                rows += 1
            found[r, c] = (rows, columns, raw)
    return found


def _borders(table: Any, spec: Table) -> None:
    style, size, colour = spec.border
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        element = OxmlElement(f"w:{side}")
        hidden = spec.open_sides and side in ("left", "right")
        element.set(qn("w:val"), "nil" if hidden else style)
        element.set(qn("w:sz"), str(size))
        element.set(qn("w:color"), colour)
        borders.append(element)
    table._tbl.tblPr.append(borders)


# -- truth ------------------------------------------------------------------------------------------------------------


def truth(blank: Blank, pdf: Path) -> dict[str, Any]:
    """What is to be found on the PDF. Raises ValueError where its lines don't make the cells described."""
    with pdfplumber.open(pdf) as document_:
        if len(document_.pages) != 1:
            raise ValueError(f"{blank.id}: {len(document_.pages)} pages")
        page = document_.pages[0]
        asked = [entry for n, table in enumerate(blank.tables) for entry in _cells(blank, table, page, n)]
        asked += _heads(blank, page)
    return {"id": blank.id, "title": blank.title, "fields": asked}


def _cells(blank: Blank, table: Table, page: Any, number: int) -> list[dict[str, Any]]:
    spans = sorted(_spans(table).items())
    boxes = _grid(blank, table, page, number)
    fields = []
    for (r, c), (rows, columns, raw) in spans:
        content = Cell.of(raw)
        x0, x1 = boxes[0][c], boxes[0][c + columns]
        y0, y1 = boxes[1][r], boxes[1][r + rows]
        for key in content.keys:
            name, _, kind = key.partition(":")
            entry = {"key": name, "box_mm": [round(v, 2) for v in (x0, y0, x1 - x0, y1 - y0)], "whole_cell": len(content.keys) == 1 and "：" not in content.text}
            if len(content.keys) > 1:
                entry["part"] = True
            if kind:
                entry["kind"] = kind
            if content.options:
                entry["options"] = list(content.options)
            fields.append(entry)
    return fields


def _grid(blank: Blank, table: Table, page: Any, number: int) -> tuple[list[float], list[float]]:
    """The table's grid lines in millimetres, from the PDF's own edges (widths are as described, rows as laid out)."""
    found = page.find_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines", "snap_tolerance": 4, "join_tolerance": 4, "edge_min_length": 4})
    if table.open_sides:
        levels = _levels([e["top"] for e in page.edges if e["orientation"] == "h" and e["x1"] - e["x0"] > 40] + [l["top"] for l in page.lines if l["width"] > 40])
        uprights = _levels([e["x0"] for e in page.edges if e["orientation"] == "v" and e["bottom"] - e["top"] > 8])
        left = (210 - sum(table.widths)) / 2
        columns = [left]
        for width in table.widths:
            columns.append(columns[-1] + width)
        near = [min((u * POINT_MM for u in uprights), key=lambda u: abs(u - column), default=column) for column in columns]
        columns = [u if abs(u - column) < 2.5 else column for u, column in zip(near, columns, strict=True)]
        rows = [v * POINT_MM for v in levels]
    else:
        area = max(found, key=lambda t: (t.bbox[2] - t.bbox[0]) * (t.bbox[3] - t.bbox[1]))
        columns = [v * POINT_MM for v in _levels([v for c in area.cells for v in (c[0], c[2])])]
        rows = [v * POINT_MM for v in _levels([v for c in area.cells for v in (c[1], c[3])])]
    if len(columns) != len(table.widths) + 1 or len(rows) != len(table.rows) + 1:
        raise ValueError(f"{blank.id}: {len(columns) - 1} x {len(rows) - 1} cells, {len(table.widths)} x {len(table.rows)} wanted")
    return columns, rows


def _levels(values: Sequence[float]) -> list[float]:
    done: list[list[float]] = []
    for value in sorted(values):
        if done and value - done[-1][-1] < 5:
            done[-1].append(value)
        else:
            done.append([value])
    return [sum(group) / len(group) for group in done]


def _heads(blank: Blank, page: Any) -> list[dict[str, Any]]:
    """Blanks outside the table: the room on the line behind each label's colon, or before a place's parts."""
    characters = sorted(page.chars, key=lambda c: (round(c["top"] / 4), c["x0"]))
    lines: dict[int, list[Any]] = {}
    for c in characters:
        lines.setdefault(round(c["top"]), []).append(c)
    spots: list[tuple[float, float, float, float]] = []
    wanted = [*blank.before, *blank.after]
    for text in wanted:
        plain = text.replace(" ", "")
        line = next((sorted(m, key=lambda c: c["x0"]) for m in lines.values() if "".join(x["text"] for x in sorted(m, key=lambda c: c["x0"])).replace(" ", "") == plain), None)
        if line is None:
            raise ValueError(f"{blank.id}: {text} not found")
        told = "".join(c["text"] for c in line)
        spots.extend(_spots(told, line))
    if len(spots) != len(blank.heads):
        raise ValueError(f"{blank.id}: {len(spots)} blanks around the table, {len(blank.heads)} wanted")
    return [
        {"key": key, "box_mm": [round(v * POINT_MM, 2) for v in (x0, top - 6, x1 - x0, bottom - top + 8)], "whole_cell": False}
        for key, (x0, top, x1, bottom) in zip(blank.heads, spots, strict=True)
    ]


def _spots(told: str, line: Sequence[Any]) -> list[tuple[float, float, float, float]]:
    if told.startswith(("注", "填表说明")):
        return []
    found = []
    top, bottom = min(c["top"] for c in line), max(c["bottom"] for c in line)
    if told.startswith("____"):
        end = told.index("）", told.rindex("村"))
        found.append((line[0]["x0"], top, line[end]["x1"], bottom))
    starts = [n for n, c in enumerate(told) if c in ":：" and not told[n + 1 :].startswith("(")] + [
        n + 3 for n in range(len(told)) if told.startswith(":(盖章)", n)
    ]
    for n in sorted(starts):
        later = [m for m in range(n + 1, len(told)) if told[m] not in " _年月日" and told[m] != ")"]
        # the next label's first character ends the room
        lined = told.endswith("_")
        end = line[later[0]]["x0"] if later else line[-1]["x1"] if lined else max(line[-1]["x1"], line[n]["x1"] + 170)
        found.append((line[n + 1]["x0"] if n + 1 < len(line) else line[n]["x1"], top, end, bottom))
    return found


def make(folder: Path = BLANKS) -> None:
    """Write documents, PDFs and truths."""
    folder.mkdir(exist_ok=True)
    for blank in ALL:
        word = folder / f"{blank.id}.docx"
        document(blank).save(str(word))
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(word)],
                check=True,
                capture_output=True,
            )
        described = truth(blank, folder / f"{blank.id}.pdf")
        (folder / f"{blank.id}.truth.json").write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{blank.id}: {len(described['fields'])} fields")


if __name__ == "__main__":
    make()

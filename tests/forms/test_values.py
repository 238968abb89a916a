"""What was written becomes a value and back: nothing but FieldError is raised, nothing is lost on the way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalog import shipped_forms
from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.form_file import FormField
from forms.gazetteer import gazetteer
from forms.id_number import check_digit
from forms.kinds import JsonValue, Kind
from forms.values import PRESENT, FieldError, empty, format_value, is_phone, parse

FORM = shipped_forms()[0]
TABLED = {Kind.CHOICE: "relief", Kind.CODE: "relation"}

# text as a network might say it: fragments that mean something, in any order, and plain noise
FRAGMENTS = (
    "吉林 吉林省 蛟河市 黄松甸镇 朝阳区 东莞市 长安镇 村 3组 大街 年 月 日 2015 15 三 十 廿 〇 . - / — · X x 1 139 无"
    " 低保 临时救助 爷爷 、 ， \u3000 张 公民 ( ) +86 人 一 （州） 市（州）内跨县 ① ㍿ 𠮷 é ß İ"
)
fragments = st.sampled_from(FRAGMENTS.split(" "))
texts = st.one_of(st.text(max_size=30), st.lists(fragments, max_size=8).map("".join))
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
home_codes = st.sampled_from([d.code for c in ("220281", "220281104", "220104") for d in gazetteer().children(c)])


def one_way(kind: Kind, text: str) -> JsonValue | None:
    try:
        return parse(kind, text, code_table=TABLED.get(kind))
    except FieldError as refusal:
        refused = str(refusal)
    assert refused.endswith("。")
    return None


@given(st.sampled_from(Kind), texts)
def test_any_text_gives_a_value_that_survives_being_written_out_or_a_sentence(kind: Kind, text: str) -> None:
    value = one_way(kind, text)
    if value is not None:
        written = format_value(kind, value, code_table=TABLED.get(kind))
        assert parse(kind, written, code_table=TABLED.get(kind)) == value
        assert format_value(kind, value, code_table=TABLED.get(kind), full=False) or empty(value)


@given(
    days,
    st.sampled_from(
        [
            "{0}年{1}月{2}日",
            "{0}.{1}.{2}",
            "{0}-{1:02}-{2:02}",
            "{0}/{1}/{2}",
            "{0}{1:02}{2:02}",
            "{0} {1} {2}",
            "{0}年{1:02}月{2:02}号",
        ]
    ),
)
def test_every_way_to_write_a_date_means_that_day(day: date, shape: str) -> None:
    assert parse(Kind.DATE, shape.format(day.year, day.month, day.day)) == day.isoformat()
    assert parse(Kind.MONTH, shape.format(day.year, day.month, day.day)) == day.isoformat()[:7]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("15/3/5", "2015-03"), ("一五年三月", "2015-03"), ("二〇一五年十二月三十一日", "2015-12"), ("98.7", "1998-07"),
        ("二零二三年九月", "2023-09"), ("2023年9月份", "2023-09"), ("2015一3一5", "2015-03"), ("'19.10", "2019-10"),
        ("二○一五年十月廿三日", "2015-10"), ("２０２３．９", "2023-09"),
    ],
)  # fmt: skip
def test_months_as_people_write_them(text: str, month: str) -> None:
    assert parse(Kind.MONTH, text) == month


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇一五年三月二十五日", "2015-03-25"),
        ("二〇一五年十二月三十一日", "2015-12-31"),
        ("2015年十月十日", "2015-10-10"),
        ("二零一五年一月廿三", "2015-01-23"),
        ("2015年3月卅日", "2015-03-30"),
    ],
)
def test_days_in_chinese_numerals(text: str, day: str) -> None:
    assert parse(Kind.DATE, text) == day


@pytest.mark.parametrize(
    "text", ["2015年2月30日", "2015.13.1", "2015年", "二〇一五年", "3月5日", "2015.3.0", "昨天", "2015.3", "1.2.3.4"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse(Kind.DATE, text)


@given(st.integers(0, 34), days, st.integers(0, 999))
def test_id_numbers_lose_blanks_and_small_letters_only(where: int, born: date, order: int) -> None:
    first = f"2202{where:02d}{born:%Y%m%d}{order:03d}"
    number = first + check_digit(first)
    assert parse(Kind.ID_NUMBER, f"{number[:6]} {number[6:14]}-{number[14:].lower()}") == number
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with pytest.raises(FieldError, match="校验不符"):
        parse(Kind.ID_NUMBER, wrong)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("139 4444 5555", "13944445555"), ("+8613944445555", "13944445555"), ("0432-6712 3456", "0432-67123456"),
        ("（010）65001234", "010-65001234"), ("67123456", "67123456"), ("—", None), ("无", None), ("", None),
    ],
)  # fmt: skip
def test_phones(text: str, value: str | None) -> None:
    assert parse(Kind.PHONE, text) == value


def test_a_kept_phone_has_one_dash_at_most() -> None:
    assert is_phone("0432-67123456")
    assert is_phone("67123456")
    assert not is_phone("0432-6712-3456")
    assert not is_phone("139444455556")


@pytest.mark.parametrize(
    "text", ["1394444555", "139444455556", "139444455５x", "13944445555/13944445556", "02844445555678"]
)
def test_what_is_no_single_phone_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse(Kind.PHONE, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("张 三", "张三"), ("𠮷田", "𠮷田"),
        ("买买提 • 艾力", "买买提·艾力"), ("阿依努尔．买买提", "阿依努尔·买买提"), ("John  Smith", "John Smith"),
    ],
)  # fmt: skip
def test_names(text: str, value: str) -> None:
    assert parse(Kind.NAME, text) == value


@pytest.mark.parametrize("text", ["张3", "·", "张（三）", "王" * 51])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse(Kind.NAME, text)


@given(home_codes, st.sampled_from(["", "3组15号", "前进路 8 号 2 单元 301 室"]))
def test_an_address_splits_into_division_and_the_rest(code: str, detail: str) -> None:
    name = gazetteer().full_name(code)
    assert parse(Kind.ADDRESS, name + detail) == {"division": code, "detail": detail}
    assert parse(Kind.DIVISION, name) == code


@pytest.mark.parametrize("text", ["朝阳大街12号", "蛟河前进路5号", "河南街 3 号"])
def test_streets_that_begin_like_a_place_are_not_cut(text: str) -> None:
    assert parse(Kind.ADDRESS, text) == {"division": None, "detail": text}


def test_a_division_goes_as_far_as_the_gazetteer() -> None:
    assert parse(Kind.DIVISION, "蛟河市黄松甸镇南顶子村") == "220281104208"
    # villages of other provinces have no code here
    assert parse(Kind.DIVISION, "内蒙古通辽市科尔沁区红星街道南岁子村") == "150502009"
    assert parse(Kind.DIVISION, "220281") == "220281"
    for wrong in ("蛟河市某某镇", "黄松甸镇南顶子村3组", "火星"):
        with pytest.raises(FieldError):
            parse(Kind.DIVISION, wrong)


def test_lists_show_places_without_province_and_prefecture() -> None:
    assert format_value(Kind.DIVISION, "220281104", full=False) == "蛟河市黄松甸镇"
    assert format_value(Kind.DIVISION, "220104007", full=False) == "长春市朝阳区红旗街道"
    assert format_value(Kind.DIVISION, "110105", full=False) == "北京市朝阳区", "there is one in Changchun, too"
    assert format_value(Kind.DIVISION, "999999") == "999999"


@pytest.mark.parametrize("field", [f for f in FORM.fields if f.kind in (Kind.CHOICE, Kind.CODE)], ids=lambda f: f.key)
def test_every_printed_option_and_every_code_comes_back(field: FormField) -> None:
    definition = load_dictionary().fields[field.key]
    assert definition.code_table
    for entry in code_table(definition.code_table).entries:
        for name in (entry.label, *entry.aliases):
            value = parse(field.kind, name, field=field)
            assert value == ([entry.code] if field.kind is Kind.CHOICE else entry.code), name
            assert parse(field.kind, format_value(field.kind, value, field=field), field=field) == value


def test_choices_come_in_printed_order_and_single_means_single() -> None:
    income, sex = FORM.by_key["support_income"], FORM.by_key["child_sex"]
    assert parse(Kind.CHOICE, "其他，打工收入 种养殖业", field=income) == ["wages", "farming", "other"]
    assert parse(Kind.CHOICE, "", field=income) == []
    for text in ("男、女", "男、不男"):
        with pytest.raises(FieldError):
            parse(Kind.CHOICE, text, field=sex)


def test_numbers_and_signatures() -> None:
    assert parse(Kind.NUMBER, "３人") == 3
    assert parse(Kind.SIGNATURE, "王某") == PRESENT
    assert parse(Kind.SIGNATURE, "未签名") is None
    with pytest.raises(FieldError):
        parse(Kind.NUMBER, "三四个")


@pytest.mark.parametrize("value", [None, "", [], {"division": None, "detail": ""}])
def test_blank_values_say_nothing(value: JsonValue) -> None:
    assert empty(value)
    for kind in Kind:
        assert format_value(kind, value) == ""


@pytest.mark.parametrize("said", ["同上", "不详", "未知", " 不清楚 "])
def test_what_stands_for_a_name_is_none(said: str) -> None:
    with pytest.raises(FieldError, match="不是姓名"):
        parse(Kind.NAME, said)


@pytest.mark.parametrize(
    ("kind", "value", "full", "short"),
    [
        (Kind.DATE, "2018-01-09", "2018年1月9日", "2018-01-09"),
        (Kind.MONTH, "2018-01", "2018年1月", "2018-01"),
        (Kind.DATE, "2018-01-3?", "2018-01-3?", "2018-01-3?"),
        (Kind.MONTH, "2018", "2018", "2018"),
        (Kind.ADDRESS, {"division": "220281104"}, "吉林省吉林市蛟河市黄松甸镇", "蛟河市黄松甸镇"),
        (Kind.ADDRESS, {"division": None, "detail": "3组"}, "3组", "3组"),
        (Kind.CODE, "52", "母亲", "母亲"),
        (Kind.CODE, "zz", "zz", "zz"),
        (Kind.SIGNATURE, PRESENT, "已签名", "已签名"),
        (Kind.NUMBER, 3, "3", "3"),
    ],
)
def test_values_as_an_office_writes_them(kind: Kind, value: JsonValue, full: str, short: str) -> None:
    table = TABLED.get(kind)
    assert format_value(kind, value, code_table=table) == full
    assert format_value(kind, value, code_table=table, full=False) == short


def test_a_code_without_a_table_is_refused_with_a_sentence() -> None:
    with pytest.raises(FieldError, match="没有代码表"):
        parse(Kind.CODE, "母亲")

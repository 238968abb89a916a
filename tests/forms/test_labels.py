"""Printed labels lead to keys: by their words, by the block they stand in, by what stands before them in the row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.dictionary import load_dictionary
from forms.kinds import Kind
from forms.labels import kind_of, match_label, option_codes, plain, says_several, shown, subject_of

FIELDS = load_dictionary().fields


@pytest.mark.parametrize(
    ("label", "contexts", "row", "key"),
    [
        ("姓 　名：", (), (), "child_name"),
        ("3．是否登记户口（单选）", (), (), "child_registered"),
        ("公民身份\n号　　码", (), (), "child_id_number"),
        ("姓名", ("父亲", "家庭情况"), (), "father_name"),
        ("出生日期", ("外祖母", "家庭情况"), (), "maternal_grandmother_birth_date"),
        ("身份证号码", ("监护人信息",), (), "caregiver_id_number"),
        ("电话：", ("家庭监护情况",), ("身份证号", "父亲姓名"), "father_phone"),
        ("证号", (), ("残疾人证",), "disability_number"),
        ("证号", ("居住证",), (), "permit_number"),
        ("当前务工地点", ("母亲",), (), "mother_workplace"),
        ("填表人（签字）：", (), (), "sign_collector"),
        ("签字：", ("监护人意见",), (), "sign_guardian"),
        ("填报单位:(盖章)", (), (), "form_unit"),
        ("公民身份证号玛", (), (), "child_id_number"),
        # what the dictionary has no word for, and whose it is not
        ("姓名", ("家庭主要成员",), (), None),
        ("联系电话", ("儿童督导员",), (), None),
        ("民族", ("父亲",), (), None),
        ("血型", (), (), None),
    ],
)
def test_a_label_means_what_its_place_says(
    label: str, contexts: tuple[str, ...], row: tuple[str, ...], key: str | None
) -> None:
    assert match_label(label, contexts, (), row).key == key


def test_every_label_of_the_dictionary_leads_back_to_its_field() -> None:
    for field in FIELDS.values():
        assert match_label(field.label).key == field.key, field.label


def test_options_speak_where_the_label_does_not() -> None:
    assert match_label("", (), ("男", "女")).key == "child_sex"
    assert match_label("登记", (), ("健康", "残疾", "患病")).key == "health_body"
    assert match_label("", (), ("是", "否")).key is None  # many questions are answered so


def test_a_kind_is_told_by_the_words_even_without_a_key() -> None:
    told = {"班主任联系电话": Kind.PHONE, "走访时间": Kind.DATE, "家庭年收入": Kind.NUMBER, "户主姓名": Kind.NAME,
            "村（居）委会意见（盖章）": Kind.TEXT, "审批人签字": Kind.SIGNATURE, "过敏史": Kind.TEXT,
            "法定代理人身份证号": Kind.ID_NUMBER}  # fmt: skip
    assert {label: kind_of(label)[0] for label in told} == told


def test_options_get_the_codes_of_the_table_and_ordinals_otherwise() -> None:
    assert option_codes("health_body", ["健康", "残疾", "患病"]) == (["healthy", "disabled", "ill"], 1.0)
    codes, share = option_codes("guardianship_state", ["无人监护", "监护情况一般", "监护情况较好"])
    assert codes == ["x1", "fair", "good"]
    assert share == pytest.approx(2 / 3)
    assert option_codes(None, ["甲", "乙"])[0] == ["x1", "x2"]


def test_hints_say_what_may_be_ticked_and_are_no_part_of_the_name() -> None:
    assert says_several("家庭经济来源（可多选）")
    assert plain("户籍所在地（须与户口簿一致）") == "户籍所在地"
    assert shown("2、学校（园）名称：") == "学校（园）名称"
    assert subject_of("父亲基本情况") == "father"
    assert subject_of("家庭成员") == ""
    assert subject_of("就业") is None


@given(st.text(max_size=30), st.lists(st.text(max_size=8), max_size=3), st.lists(st.text(max_size=8), max_size=4))
def test_any_words_at_all_give_an_answer(label: str, contexts: list[str], options: list[str]) -> None:
    found = match_label(label, contexts, options)
    assert 0 <= found.confidence <= 1
    assert found.key is None or found.kind is FIELDS[found.key].kind
    assert len(option_codes(found.key, options)[0]) == len(options)

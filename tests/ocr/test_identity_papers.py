"""Copies of identity cards and household registers: drawn ones, whose lines are read and parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.identity import copy_page, holders
from forms.dictionary import load_dictionary
from forms.id_number import check_digit
from ocr.free_page import FreePageReader
from ocr.identity_papers import HOUSEHOLD, ID_CARD, identity_papers, with_identities
from ocr.models import models_dir
from ocr.reading import PageReading, PageStatus, TextLine
from ocr.upright_lines import UprightLine

NUMBER = "220284201801010023"
OTHER = "22010419881106282" + check_digit("22010419881106282")
Placed = tuple[str, int, int, int]
CARD: tuple[Placed, ...] = (
    ("姓名", 100, 100, 60), ("欧阳雪", 200, 98, 120),
    ("性别 女 民族 汉", 100, 160, 300),
    ("出生 2018年1月1日", 100, 220, 300),
    ("住址", 100, 280, 60), ("吉林省磐石市烟筒山镇", 200, 278, 300), ("河沿街3号", 200, 320, 150),
    ("公民身份号码", 100, 420, 160), (NUMBER, 300, 418, 400),
)  # fmt: skip
REGISTER: tuple[Placed, ...] = (
    ("常住人口登记卡", 300, 40, 300),
    ("姓名", 100, 100, 60), ("欧阳雪", 200, 98, 120), ("户主或与户主关系", 500, 100, 200), ("女", 720, 98, 30),
    ("曾用名", 100, 160, 80), ("性别", 500, 160, 60), ("女", 720, 158, 30),
    ("出生地", 100, 220, 80), ("吉林省磐石市", 200, 218, 200), ("民族", 500, 220, 60), ("汉族", 720, 218, 60),
    ("籍贯", 100, 280, 60), ("吉林省磐石市", 200, 278, 200), ("出生日期", 500, 280, 100),
    ("2018年1月1日", 720, 278, 200),
    ("公民身份证件编号", 100, 340, 200), (NUMBER, 330, 338, 380), ("身高", 740, 340, 60),
)  # fmt: skip


def page(*lines: Placed, down: int = 0) -> list[UprightLine]:
    return [
        UprightLine(text, 0.97, (x, y + down, x + w, y + down + 34), (x, y + down, w, 34)) for text, x, y, w in lines
    ]


def told(lines: Sequence[UprightLine]) -> dict[str, object]:
    papers = identity_papers(lines)
    assert papers
    return {f.key: f.value for f in papers.found}


def test_an_identity_card() -> None:
    papers = identity_papers(page(*CARD))
    assert papers
    assert papers.kind == ID_CARD
    found = {f.key: f for f in papers.found}
    assert {key: f.value for key, f in found.items()} == {
        "holder_name_1": "欧阳雪",
        "holder_sex_1": ["2"],
        "holder_ethnic_group_1": "01",
        "holder_birth_date_1": "2018-01-01",
        "holder_address_1": {"division": "220284100", "detail": "河沿街3号"},
        "holder_id_number_1": NUMBER,
    }
    assert not any(f.reasons for f in found.values())
    assert found["holder_birth_date_1"].agrees
    assert found["holder_sex_1"].agrees
    assert set(found) <= load_dictionary().fields.keys()


def test_a_register_card_says_the_relation_and_not_the_birthplace() -> None:
    papers = identity_papers(page(*REGISTER))
    assert papers
    assert papers.kind == HOUSEHOLD
    values = {f.key: f.value for f in papers.found}
    assert values["holder_name_1"] == "欧阳雪"
    assert values["holder_birth_date_1"] == "2018-01-01"
    assert values["holder_relation_1"] == "女"
    assert values["holder_id_number_1"] == NUMBER
    assert "holder_address_1" not in values


def test_two_cards_on_a_page_are_two_people() -> None:
    other = [(text.replace("欧阳雪", "林雾凇").replace(NUMBER, OTHER), x, y, w) for text, x, y, w in CARD]
    values = told(page(*CARD) + page(*other, down=600))
    assert (values["holder_name_1"], values["holder_id_number_1"]) == ("欧阳雪", NUMBER)
    assert (values["holder_name_2"], values["holder_id_number_2"]) == ("林雾凇", OTHER)


def test_value_and_next_label_in_one_line_and_a_lost_label() -> None:
    lines = page(("姓名 欧阳雪", 100, 100, 220), ("性別", 100, 160, 60), ("女．民族 汉", 200, 158, 200),
                 ("居民身份证", 600, 160, 200), (NUMBER, 300, 418, 400))  # fmt: skip
    values = told(lines)
    assert (values["holder_sex_1"], values["holder_ethnic_group_1"]) == (["2"], "01")
    assert values["holder_id_number_1"] == NUMBER


def test_what_contradicts_the_number_is_said() -> None:
    lines = [replace(line, text=line.text.replace("女", "男").replace("1月1日", "1月7日")) for line in page(*CARD)]
    papers = identity_papers(lines)
    assert papers
    found = {f.key: f for f in papers.found}
    assert found["holder_sex_1"].reasons == ("conflict_id_sex",)
    assert found["holder_birth_date_1"].reasons == ("conflict_id_birth",)
    wrong = [replace(line, text=line.text.replace(NUMBER, NUMBER[:-1] + "4")) for line in page(*CARD)]
    number = {f.key: f for f in (identity_papers(wrong) or papers).found}["holder_id_number_1"]
    assert (number.value, number.reasons) == (None, ("invalid_id_number",))


@pytest.mark.parametrize("text", ["学生家庭情况调查", "姓名 欧阳雪", "居住证明 住址 河沿街"])
def test_other_pages_are_no_identity_papers(text: str) -> None:
    assert identity_papers(page((text, 100, 100, 300))) is None


def reading(lines: tuple[TextLine, ...], width: int, height: int) -> PageReading:
    return PageReading(
        page_index=0, status=PageStatus.UNKNOWN_FORM, reason="no_form_found", form=None, form_version=None,
        form_page=None, serial=None, rotation=0, width_px=width, height_px=height, dpi=300, view_width_px=width // 2,
        view_height_px=height // 2, seconds=0.0, engine="", model="", lines=lines,
    )  # fmt: skip


def test_a_drawn_copy_is_read_by_the_pipeline() -> None:
    dice = Dice("identity", 7201)
    people = holders(family(dice).household)[:2]
    picture = copy_page(people, dice)[:2000]
    lines = FreePageReader(models_dir(), 1).lines(picture, 0)
    found = with_identities(reading(lines, picture.shape[1], picture.shape[0]))
    values = {f.key: f.value for f in found.fields}
    for number, holder in enumerate(people, start=1):
        assert values[f"holder_name_{number}"] == holder.name
        assert values[f"holder_id_number_{number}"] == holder.number
        assert values[f"holder_birth_date_{number}"] == holder.born.isoformat()
    assert found.reason == ID_CARD
    assert all(ID_CARD in f.reasons for f in found.fields)
    plain = reading(lines[:1], 100, 100)
    assert with_identities(plain) is plain


def test_a_page_lying_on_its_side_is_read_as_it_is_held() -> None:
    upright = page(*CARD)
    # delivered lying on its side: turned clockwise by 90 degrees it is upright, 1000 wide
    lying = tuple(
        TextLine(line.text, 0.97, (round(line.box[1]), 1000 - round(line.box[2]), 34, round(line.box[2] - line.box[0])))
        for line in upright
    )
    found = with_identities(replace(reading(lying, 1400, 1000), rotation=90, view_width_px=500, view_height_px=700))
    assert {f.key: f.value for f in found.fields}["holder_id_number_1"] == NUMBER
    number = next(f for f in found.fields if f.key == "holder_id_number_1")
    assert number.view_box_px == (150, 209, 200, 17)

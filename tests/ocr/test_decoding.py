"""Decoding: what a matrix says is what is decoded, and what a kind can't hold is never decoded."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forms import id_number
from forms.code_tables import Code, code_table
from forms.kinds import Kind
from forms.values import FieldError, parse
from ocr.decoding.addresses import numbers_missing
from ocr.decoding.beam import likelihoods, search, spans
from ocr.decoding.dates import lacking
from ocr.decoding.decoder import Decoder
from ocr.decoding.grammar import compile_pattern
from ocr.models import models_dir
from ocr.recogniser import Matrix, Recogniser


@cache
def characters() -> tuple[str, ...]:
    return Recogniser(models_dir(), threads=1).characters


@cache
def decoder() -> Decoder:
    return Decoder(characters())


def written(text: str, sure: float = 0.99, instead: dict[int, tuple[str, float]] | None = None) -> Matrix:
    """A matrix that spells ``text``, one step per character and a blank between; ``instead``: position -> (what the
    network saw there, with which probability)."""
    index = {c: i for i, c in enumerate(characters())}
    rows = np.full((2 * len(text) + 1, len(characters())), 1e-9, np.float32)
    rows[::2, 0] = 1
    for position, c in enumerate(text):
        row = rows[2 * position + 1]
        seen, share = (instead or {}).get(position, ("", 0.0))
        row[index[c]] = sure if not seen else sure * (1 - share)
        if seen:
            row[index[seen]] = sure * share
        row[0] = 1 - sure
    return rows


ids = st.builds(
    lambda place, day, order: (first := f"{place}{day:%Y%m%d}{order:03d}") + id_number.check_digit(first),
    st.sampled_from(["220281", "110105", "222401", "440524"]),
    st.dates(min_value=date(1935, 1, 1), max_value=date(2026, 6, 30)),
    st.integers(0, 999),
)


@given(ids)
@settings(max_examples=25)
def test_a_certain_id_number_decodes_to_itself(number: str) -> None:
    decoded = decoder().decode(Kind.ID_NUMBER, written(number))
    assert decoded.text == number
    assert decoded.agreement == 1
    assert decoded.forced < 0.01


@given(ids, st.integers(0, 17), st.sampled_from("0123456789"))
@settings(max_examples=25)
def test_a_decoded_id_number_is_always_valid(number: str, position: int, wrong: str) -> None:
    seen = {position: (wrong, 0.9)} if number[position] != wrong else {}
    decoded = decoder().decode(Kind.ID_NUMBER, written(number, instead=seen))
    if decoded.listed:
        assert id_number.problem(decoded.text) is None
    if seen and decoded.text == number:
        # the ink said otherwise: the constraint's work is told, and is nobody's proof
        assert decoded.forced > 0.5
        assert decoded.agreement == 0


def test_random_noise_never_gives_an_invalid_id_number() -> None:
    rng = np.random.default_rng(7)
    for _ in range(5):
        noise = rng.dirichlet(np.full(40, 0.1), size=50).astype(np.float32)
        rows = np.zeros((50, len(characters())), np.float32)
        rows[:, :40] = noise
        decoded = decoder().decode(Kind.ID_NUMBER, rows)
        assert not decoded.listed or id_number.problem(decoded.text) is None


def test_look_alikes_are_one_class_in_the_sum() -> None:
    """A wavering between 1, l, |, and full-width digits is no doubt about the digit."""
    rows = written("13843212345")
    index = {c: i for i, c in enumerate(characters())}
    for c, share in (("1", 0.3), ("l", 0.3), ("|", 0.2), ("１", 0.19)):
        rows[1, index[c]] = share
    decoded = decoder().decode(Kind.PHONE, rows)
    assert decoded.text == "13843212345"
    assert decoded.spelled[0].probability == pytest.approx(0.99, abs=0.01)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
@settings(max_examples=15)
def test_a_phone_number_decodes_to_itself(number: str) -> None:
    assert decoder().decode(Kind.PHONE, written(number)).text == number


@given(
    st.dates(min_value=date(1950, 1, 1), max_value=date(2029, 12, 31)),
    st.sampled_from(
        ["{y}.{m}.{d}", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}", "{y} {m} {d}"]
    ),
)
@settings(max_examples=30)
def test_dates_decode_to_what_was_written(day: date, pattern: str) -> None:
    text = pattern.format(y=day.year, m=day.month, d=day.day)
    decoded = decoder().decode(Kind.DATE, written(text))
    assert decoded.text == text
    assert decoded.agreement == 1
    assert parse(Kind.DATE, decoded.text) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "value"),
    [("二〇一五年三月五日", "2015-03-05"), ("15.3.5", "2015-03-05"), ("二〇二四年十月十一日", "2024-10-11")],
)
def test_dates_in_chinese_figures(text: str, value: str) -> None:
    assert parse(Kind.DATE, decoder().decode(Kind.DATE, written(text)).text) == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (Kind.DATE, "2024年3月", "day_missing"),
        (Kind.DATE, "2024.3", "day_missing"),
        (Kind.DATE, "2024-03", "day_missing"),
        (Kind.DATE, "202403", "day_missing"),
        (Kind.DATE, "二0二四年三月", "day_missing"),
        (Kind.DATE, "2024年3月日", "day_missing"),
        (Kind.DATE, "2024年", "month_missing"),
        (Kind.DATE, "2024", "month_missing"),
        (Kind.DATE, "2024年月日", "month_missing"),
        (Kind.MONTH, "2024年", "month_missing"),
        (Kind.MONTH, "2024", "month_missing"),
    ],
)
def test_an_unfinished_date_stays_unfinished(kind: Kind, text: str, reason: str) -> None:
    decoded = decoder().decode(kind, written(text, sure=0.95))
    assert decoded.text == text
    assert lacking(kind, decoded.text) == reason
    with pytest.raises(FieldError):
        parse(kind, decoded.text)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2029, 12, 31)))
@settings(max_examples=15, deadline=None)
def test_a_faint_day_is_still_read(day: date) -> None:
    """A third of the probability is enough: only what nobody wrote is left open."""
    text = f"{day.year}年{day.month}月{day.day}日"
    rows = written(text)
    figure = rows[2 * (len(text) - 2) + 1]
    figure[0] = 0.65
    figure[1:] *= 0.35 / float(figure[1:].sum())
    decoded = decoder().decode(Kind.DATE, rows)
    assert decoded.text == text or day.day > 9
    assert lacking(Kind.DATE, decoded.text) == ""


@pytest.mark.parametrize("text", ["2023年9月", "2022.7", "2022-07", "二〇二三年九月", "202309"])
def test_months(text: str) -> None:
    assert parse(Kind.MONTH, decoder().decode(Kind.MONTH, written(text)).text) in {"2023-09", "2022-07"}


@pytest.mark.parametrize(
    "text",
    [
        "吉林省吉林市蛟河市黄松甸镇",
        "蛟河市黄松甸镇",
        "吉林蛟河黄松甸镇",
        "辽宁省鞍山市台安县韭菜台镇",
        "延边州延吉市",
        "前郭县",
    ],
)
def test_divisions_with_parts_left_out(text: str) -> None:
    decoded = decoder().decode(Kind.DIVISION, written(text))
    assert decoded.text == text
    assert parse(Kind.DIVISION, decoded.text)


def test_an_address_keeps_its_house_number_and_an_unlisted_village() -> None:
    for text in ("吉林省吉林市蛟河市黄松甸镇双层底子屯3组12号", "蛟河市黄松甸镇3号楼1单元1201室"):
        decoded = decoder().decode(Kind.ADDRESS, written(text))
        assert decoded.text == text
        value = parse(Kind.ADDRESS, decoded.text)
        assert isinstance(value, dict)
        assert str(value["division"]).startswith("220281")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("蛟河市黄松甸镇双层底子村组", 1),
        ("桦甸市八道河子镇金河村社108号", 1),
        ("北山新城13号楼单元室", 2),
        ("北山新城号楼1单元1104室", 1),
        ("南关区解放大路号", 1),
        ("西村民组", 0),
        ("蛟河市黄松甸镇双层底子村三社", 0),
        ("榆树市合作社区东单元1102室", 0),
        ("民康路小区12-3号楼A单元501", 0),
        ("平安社区门卫室", 0),
    ],
)
def test_units_of_an_address_carry_their_numbers(text: str, missing: int) -> None:
    assert numbers_missing(text) == missing


def test_a_lone_stroke_in_an_address_is_a_figure_where_a_unit_wants_one() -> None:
    passed_over = written("蛟河市黄松甸镇双层底子村1组")
    at = 2 * 12 + 1
    passed_over[at, 0], passed_over[at, characters().index("1")] = 0.85, 0.15
    assert decoder().decode(Kind.ADDRESS, passed_over).text == "蛟河市黄松甸镇双层底子村1组"
    assert decoder().decode(Kind.ADDRESS, written("蛟河市黄松甸镇双层底子村组")).text.endswith("村组"), (
        "nothing is put in"
    )


def test_a_first_character_that_does_not_belong_is_felt() -> None:
    crossed_out = decoder().decode(Kind.TEXT, written("光梅河口市曙光镇人民政府"))
    assert crossed_out.text == "光梅河口市曙光镇人民政府", "it stays: a person decides"
    assert crossed_out.opening > 0.8
    assert decoder().decode(Kind.TEXT, written("梅河口市曙光镇人民政府")).opening < 0.5


def test_the_gazetteer_reads_through_a_misread_character_and_says_so() -> None:
    decoded = decoder().decode(Kind.DIVISION, written("吉林省延边朝鲜族自治州延吉市", instead={3: ("廷", 0.98)}))
    assert decoded.text == "吉林省延边朝鲜族自治州延吉市"
    assert decoded.agreement == 0
    assert decoded.forced > 0.5


def test_a_place_that_is_nowhere_is_still_read() -> None:
    assert decoder().decode(Kind.DIVISION, written("阿拉斯加州朱诺")).text == "阿拉斯加州朱诺"


def test_code_lists_win_over_one_misread_character_but_not_over_another_word() -> None:
    close = decoder().decode(Kind.CODE, written("分祖父", instead={0: ("外", 0.02)}), table="relation")
    assert close.text == "外祖父"
    assert close.agreement == 0
    other = decoder().decode(Kind.CODE, written("房东家保姆"), table="relation")
    assert other.text == "房东家保姆"
    assert not other.listed


def test_traditional_and_wide_forms_become_the_form_in_use() -> None:
    assert decoder().decode(Kind.TEXT, written("黃松３號")).text == "黄松3号"
    assert decoder().decode(Kind.TEXT, written("困难，希望（教育）资助。")).text == "困难，希望（教育）资助。"


def test_certificates_carry_category_and_level() -> None:
    assert decoder().decode(Kind.TEXT, written("11010519491231002X63"), certificate=True).text == "11010519491231002X63"


def test_language_decides_only_where_the_ink_leaves_it_open() -> None:
    open_ink = decoder().decode(Kind.TEXT, written("育才幼儿园", instead={3: ("几", 0.8)}))
    assert open_ink.text == "育才幼儿园"
    assert open_ink.agreement == 0
    assert open_ink.spelled[3].probability < 0.3
    assert decoder().decode(Kind.TEXT, written("育才幼几园", sure=0.9999)).text == "育才幼几园"


def test_what_stood_there_before_is_preferred_where_the_ink_leaves_it_open() -> None:
    ink = written("双层底子屯", instead={2: ("低", 0.7)})
    seen = {"双层底子屯": 4, "别的屯": 9}
    decoded = decoder().decode(Kind.NAME, ink, seen=seen)
    assert decoded.text == "双层底子屯"
    assert decoder().decode(Kind.NAME, ink).text == "双层低子屯"
    assert decoder().decode(Kind.NAME, written("王小明", sure=0.9999), seen={"王小朋": 99}).text == "王小明"


def test_nothing_readable_is_nothing() -> None:
    silent = np.zeros((10, len(characters())), np.float32)
    silent[:, 0] = 1
    for kind in (Kind.TEXT, Kind.NAME, Kind.ID_NUMBER, Kind.DATE, Kind.ADDRESS):
        decoded = decoder().decode(kind, silent)
        assert decoded.text == ""
        assert decoded.rivals == ()


def test_the_beam_sums_what_brute_force_sums() -> None:
    """On a small alphabet every string can be scored exactly: the beam finds the best one and its likelihood."""
    rng = np.random.default_rng(3)
    rows = rng.dirichlet(np.ones(4), size=7).astype(np.float32)
    automaton = compile_pattern("[甲乙丙]{1,4}", {"甲": 1, "乙": 2, "丙": 3}, 4)
    strings = [s for n in range(1, 5) for s in np.ndindex(*(3,) * n)]
    exact = likelihoods(rows, [tuple(i + 1 for i in s) for s in strings])
    best = search(rows, automaton, width=500, choices=3, least=0)[0]
    assert best.symbols == tuple(i + 1 for i in strings[int(exact.argmax())])
    assert best.ink == pytest.approx(float(exact.max()), abs=1e-6)


def test_spans_follow_the_steps() -> None:
    rows = np.full((6, 3), 0.01, np.float32)
    for t, symbol in enumerate([0, 1, 1, 0, 2, 0]):
        rows[t, symbol] = 0.98
    assert [(a, b) for a, b, _ in spans(rows, (1, 2))] == [(1, 3), (4, 5)]


def test_patterns_that_are_not_closed_are_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        compile_pattern("(甲|乙", {"甲": 1, "乙": 2}, 3)


def test_a_place_keeps_its_own_character_though_it_is_a_variant_of_another() -> None:
    assert decoder().decode(Kind.DIVISION, written("靖宇县濛江乡营林村")).text == "靖宇县濛江乡营林村"
    assert decoder().decode(Kind.NAME, written("王喆")).text == "王喆"


@pytest.mark.parametrize(
    "name", ["王小明", "欧阳文静", "朴顺善", "古丽扎提·巴合提", "萨日娜", "爱新觉罗启明", "李波", "王堃"]
)
def test_names_of_all_kinds_decode_to_themselves(name: str) -> None:
    decoded = decoder().decode(Kind.NAME, written(name))
    assert decoded.text == name
    assert decoded.agreement == 1
    assert parse(Kind.NAME, decoded.text) == name


@given(st.lists(st.sampled_from("赵堃玥梓涵宇轩钱孙镕楠叶昕玺"), min_size=2, max_size=5).map("".join))
@settings(max_examples=25)
def test_a_name_nobody_has_heard_of_is_read_where_the_ink_is_sure(name: str) -> None:
    assert decoder().decode(Kind.NAME, written(name, sure=0.9999)).text == name


@pytest.mark.parametrize(
    ("name", "rival"),
    # a common surname, given characters of today, and one that is usual in another place of a name
    [("肖馨妍", "尚馨妍"), ("闫立明", "闰立明"), ("郭子彧", "郭子或"), ("傅涛林", "傅清林"), ("金洙", "金珠")],
)
def test_a_character_that_the_ink_favours_is_not_pulled_over_to_a_commoner_one(name: str, rival: str) -> None:
    at = next(i for i, (a, b) in enumerate(zip(name, rival, strict=True)) if a != b)
    decoded = decoder().decode(Kind.NAME, written(name, instead={at: (rival[at], 0.1)}))
    assert decoded.text == name
    assert rival in dict(decoded.rivals)


@given(
    st.sampled_from("一二三四"),
    st.integers(1, 20),
    st.sampled_from(["{n}年级{k}班", "{n}年{k}班", "{n}年级（{k}）班", "初{n}（{k}）班", "高{n}{k}班"]),
)
@settings(max_examples=25)
def test_classes_are_read_as_teachers_write_them(year: str, group: int, manner: str) -> None:
    text = manner.format(n=year, k=group)
    assert decoder().decode(Kind.TEXT, written(text), key="school_grade").text == text


def test_an_archive_number_keeps_its_dots() -> None:
    ink = written("J018-ZY·ET.2024·D30-033")
    assert decoder().decode(Kind.TEXT, ink, key="concern_dossier").text == "J018-ZY·ET·2024·D30-033"


def test_the_counties_of_the_page_read_what_the_ink_leaves_open_and_say_so() -> None:
    ink = written("洮北区第二幼儿园", instead={0: ("的", 0.9999), 1: ("此", 0.7)})
    alone = decoder().decode(Kind.TEXT, ink)
    assert not alone.text.startswith("洮北区")
    helped = decoder().decode(Kind.TEXT, ink, near=frozenset({"220802"}))
    assert helped.text == "洮北区第二幼儿园"
    assert helped.near == 1
    assert helped.forced > 0.5
    # sure ink stays, whatever the page names
    sure = decoder().decode(Kind.TEXT, written("绥中县第二幼儿园", sure=0.9999), near=frozenset({"220802"}))
    assert sure.text == "绥中县第二幼儿园"
    assert sure.near == 0


def test_old_names_of_places_are_written_for_years() -> None:
    decoded = decoder().decode(Kind.DIVISION, written("长春市九台市"))
    assert decoded.text == "长春市九台市"
    assert parse(Kind.DIVISION, decoded.text) == "220113"


@given(ids, st.sampled_from("1234567"), st.sampled_from("1234"), st.integers(0, 19), st.sampled_from("0123456789"))
@settings(max_examples=20, deadline=None)
def test_a_decoded_certificate_begins_with_a_valid_number(
    number: str, category: str, level: str, position: int, wrong: str
) -> None:
    text = number + category + level
    seen = {position: (wrong, 0.9)} if text[position] != wrong else {}
    decoded = decoder().decode(Kind.TEXT, written(text, instead=seen), certificate=True)
    if not seen:
        assert decoded.text == text
    if decoded.listed:
        assert id_number.problem(decoded.text[:18]) is None
        assert decoded.text[18] in "1234567"
        assert decoded.text[19] in "1234"


@given(
    st.dates(min_value=date(1950, 1, 1), max_value=date(2029, 12, 31)), st.integers(0, 7), st.sampled_from("0123456789")
)
@settings(max_examples=20, deadline=None)
@example(date(2000, 1, 30), 5, "2")
def test_a_decoded_date_is_a_day_of_the_calendar(day: date, position: int, wrong: str) -> None:
    text = f"{day:%Y%m%d}"
    seen = {position: (wrong, 0.7)} if text[position] != wrong else {}
    decoded = decoder().decode(Kind.DATE, written(text, instead=seen))
    if decoded.listed and decoded.text:
        date.fromisoformat(str(parse(Kind.DATE, decoded.text)))


@pytest.mark.parametrize("text", ["20000230", "2015年2月30日", "2015.4.31", "2023-02-29"])
def test_a_day_that_does_not_exist_is_read_where_the_ink_is_sure_of_it(text: str) -> None:
    """It is what stands on the paper; it has no value, and goes to a person."""
    decoded = decoder().decode(Kind.DATE, written(text))
    assert decoded.text == text
    with pytest.raises(FieldError):
        parse(Kind.DATE, decoded.text)


@given(st.sampled_from(sorted(code_table("relation").entries, key=lambda e: e.code)))
@settings(max_examples=20, deadline=None)
def test_every_entry_of_a_closed_list_decodes_to_itself(entry: Code) -> None:
    decoded = decoder().decode(Kind.CODE, written(entry.label), table="relation")
    assert decoded.text == entry.label
    assert parse(Kind.CODE, decoded.text, code_table="relation") == entry.code
